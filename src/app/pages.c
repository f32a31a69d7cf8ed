#include "app/pages.h"

#include <stdlib.h>

#include "app/say.h"
#include "app/whole_file.h"
#include "sink/junit.h"
#include "sink/report.h"

struct pages {
    struct whole_file report_file;
    struct whole_file junit_file;
    struct report *report; /* NULL: not asked for */
    struct junit *junit;   /* NULL: not asked for */
};

static struct report *new_report(const struct output_options *options)
{
    return report_new(
        options->again == NULL ? "shoal send ... --only-failed EVENTS.jsonl" : options->again);
}

static bool open_report(
    struct pages *pages, const struct output_options *options, struct error *error)
{
    if (options->report_file == NULL)
        return true;
    pages->report = new_report(options);
    if (pages->report == NULL)
        return error_set_memory(error);
    return whole_file_open(&pages->report_file, options->report_file, error);
}

static bool open_junit(
    struct pages *pages, const struct output_options *options, struct error *error)
{
    if (options->junit_file == NULL)
        return true;
    pages->junit = junit_new();
    if (pages->junit == NULL)
        return error_set_memory(error);
    return whole_file_open(&pages->junit_file, options->junit_file, error);
}

struct pages *pages_new(const struct output_options *options, struct error *error)
{
    struct pages *pages = calloc(1, sizeof *pages);
    if (pages == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    if (open_report(pages, options, error) && open_junit(pages, options, error))
        return pages;
    pages_free(pages);
    return NULL;
}

void pages_free(struct pages *pages)
{
    if (pages == NULL)
        return;
    whole_file_discard(&pages->report_file);
    whole_file_discard(&pages->junit_file);
    report_free(pages->report);
    junit_free(pages->junit);
    free(pages);
}

void pages_event(struct pages *pages, const struct shoal_event *event, const struct clock *clock)
{
    if (pages->report != NULL)
        report_event(
            pages->report, event, event->kind == SHOAL_EVENT_START ? clock_wall_seconds(clock) : 0);
    if (pages->junit != NULL)
        junit_event(pages->junit, event);
}

/* `complete`: the content was made; otherwise memory ran out, unless writing failed. */
static bool finish(struct whole_file *file, bool complete)
{
    struct error error = {0};
    bool made = complete || file->failure != 0;
    if (made ? whole_file_finish(file, &error) : error_set_memory(&error))
        return true;
    say("%s", error.text);
    return false;
}

bool pages_finish(struct pages *pages)
{
    bool finished = true;
    if (pages->report != NULL) {
        struct writer writer = whole_file_writer(&pages->report_file);
        finished = finish(&pages->report_file, report_write(pages->report, &writer));
    }
    if (pages->junit != NULL) {
        struct writer writer = whole_file_writer(&pages->junit_file);
        finished = finish(&pages->junit_file, junit_write(pages->junit, &writer)) && finished;
    }
    return finished;
}
