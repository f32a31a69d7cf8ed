#include "app/ci.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/say.h"
#include "app/stream.h"
#include "base/err.h"
#include "sink/github.h"
#include "sink/gitlab.h"

#define TEXT_MAX ((size_t)1024 * 1024) /* bytes; GitHub takes 1 MiB of summary per step */
#define SECTION  "shoal"

struct ci {
    struct writer writer;
    const struct output_options *options; /* the caller's */
    const struct clock *clock;            /* the caller's */
    bool is_github;
    bool is_gitlab;
    const char *summary_file; /* of the environment; NULL: none */
    char *method;             /* of the run; owned; NULL: not known */
    char *url;                /* the same */
};

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' && strcmp(value, "false") != 0;
}

struct ci *ci_new(
    struct writer writer, const struct output_options *options, const struct clock *clock)
{
    struct ci *ci = calloc(1, sizeof *ci);
    if (ci == NULL)
        return NULL;
    ci->writer = writer;
    ci->options = options;
    ci->clock = clock;
    ci->is_github = is_set("GITHUB_ACTIONS");
    ci->is_gitlab = is_set("GITLAB_CI");
    if (is_set("GITHUB_STEP_SUMMARY"))
        ci->summary_file = getenv("GITHUB_STEP_SUMMARY");
    return ci;
}

void ci_free(struct ci *ci)
{
    if (ci == NULL)
        return;
    free(ci->method);
    free(ci->url);
    free(ci);
}

bool ci_obeys_log(const struct ci *ci)
{
    return ci != NULL && ci->is_github;
}

/* Sections are for logs: where nothing or a bar is shown, they would be alone. */
static bool has_sections(const struct ci *ci)
{
    return ci->is_gitlab && !ci->options->quiet && ci->options->progress != PROGRESS_NONE &&
           ci->options->progress != PROGRESS_BAR;
}

static void write_log(const struct ci *ci, struct buf *text)
{
    if (text->length > 0 && !text->failed)
        (void)writer_write(&ci->writer, text->data, text->length);
    buf_free(text);
}

static void begin_section(const struct ci *ci)
{
    struct buf header;
    struct buf text;
    buf_init(&header, TEXT_MAX);
    buf_init(&text, TEXT_MAX);
    (void)buf_printf(&header, "shoal: %s %s", ci->method == NULL ? "" : ci->method,
        ci->url == NULL ? "" : ci->url);
    gitlab_add_section_start(&text, clock_wall_seconds(ci->clock), SECTION, buf_text(&header));
    buf_free(&header);
    write_log(ci, &text);
}

static void end_section(const struct ci *ci)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    gitlab_add_section_end(&text, clock_wall_seconds(ci->clock), SECTION);
    write_log(ci, &text);
}

void ci_before(struct ci *ci, const struct shoal_event *event)
{
    if (event->kind == SHOAL_EVENT_START) {
        ci->method = event->start.method == NULL ? NULL : strdup(event->start.method);
        ci->url = event->start.url == NULL ? NULL : strdup(event->start.url);
        if (has_sections(ci))
            begin_section(ci);
    } else if (event->kind == SHOAL_EVENT_END && has_sections(ci)) {
        end_section(ci);
    }
}

/* Appends to the file, which other steps and other commands of this step write to as well. */
static bool append(const char *path, const struct buf *text)
{
    int descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    if (descriptor < 0)
        return false;
    struct stream stream;
    stream_init(&stream, descriptor);
    (void)stream_add(&stream, text->data, text->length);
    bool written = stream_finish(&stream);
    bool closed = close(descriptor) == 0;
    if (!written)
        errno = stream.failure;
    return written && closed;
}

static void write_summary(
    const struct ci *ci, const struct shoal_event *event, const struct github_facts *facts)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    github_add_summary(&text, event, facts);
    if (text.failed)
        errno = ENOMEM;
    if (text.failed || !append(ci->summary_file, &text))
        say("GITHUB_STEP_SUMMARY: '%s' can't be written: %s", ci->summary_file,
            error_reason(errno));
    buf_free(&text);
}

static void write_annotations(
    const struct ci *ci, const struct shoal_event *event, const struct github_facts *facts)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    github_add_annotations(&text, event, facts);
    write_log(ci, &text);
}

/* GitLab shows failed test cases in the merge request. */
static void hint_at_junit(const struct ci *ci)
{
    static const char hint[] =
        "GitLab shows each failure in the merge request with --junit FILE.xml "
        "and artifacts:reports:junit\n";
    (void)writer_write(&ci->writer, hint, sizeof hint - 1);
}

void ci_after(struct ci *ci, const struct shoal_event *event)
{
    if (event->kind != SHOAL_EVENT_END)
        return;
    const struct github_facts facts = {.warn_only = ci->options->warn_only,
        .method = ci->method == NULL ? "" : ci->method,
        .url = ci->url,
        .again = ci->options->again};
    if (ci->is_github)
        write_annotations(ci, event, &facts);
    if (ci->summary_file != NULL)
        write_summary(ci, event, &facts);
    if (has_sections(ci) && ci->options->junit_file == NULL && event->end.cause_count > 0)
        hint_at_junit(ci);
}
