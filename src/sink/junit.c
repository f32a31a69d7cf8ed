#include "sink/junit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "sink/verdict.h"
#include "text/encode.h"
#include "text/printable.h"

#define CASES_SIZE_MAX ((size_t)1024 * 1024 * 1024) /* bytes of all test cases */

struct junit {
    struct buf cases;   /* the elements */
    struct buf name;    /* of the suite: method and URL */
    uint64_t tests;     /* files */
    uint64_t failures;  /* failed or unknown */
    uint64_t skipped;   /* never attempted */
    int64_t elapsed_us; /* length of the run */
};

struct junit *junit_new(void)
{
    struct junit *junit = calloc(1, sizeof *junit);
    if (junit == NULL)
        return NULL;
    buf_init(&junit->cases, CASES_SIZE_MAX);
    buf_init(&junit->name, CASES_SIZE_MAX);
    return junit;
}

void junit_free(struct junit *junit)
{
    if (junit == NULL)
        return;
    buf_free(&junit->cases);
    buf_free(&junit->name);
    free(junit);
}

/* Adds text for an attribute. Control characters, which XML 1.0 cannot have, are shown as a
 * terminal would get them. */
static void add_attribute(struct buf *out, const char *text, size_t length)
{
    struct buf safe;
    buf_init(&safe, CASES_SIZE_MAX);
    (void)printable_add(&safe, text, length);
    for (size_t i = 0; i < safe.length; i++) {
        char byte = safe.data[i];
        if (byte == '&')
            (void)buf_add_text(out, "&amp;");
        else if (byte == '<')
            (void)buf_add_text(out, "&lt;");
        else if (byte == '>')
            (void)buf_add_text(out, "&gt;");
        else if (byte == '"')
            (void)buf_add_text(out, "&quot;");
        else
            (void)buf_add_byte(out, byte);
    }
    buf_free(&safe);
}

static void add_failure(struct buf *out, const struct shoal_file *file)
{
    const char *error = file->error == NULL ? "" : file->error;
    (void)buf_printf(
        out, ">\n    <failure type=\"%s\" message=\"", shoal_reason_name(file->reason));
    add_attribute(out, error, strlen(error));
    (void)buf_add_text(out, "\"/>\n  </testcase>\n");
}

static void take_file(struct junit *junit, const struct shoal_file *file)
{
    struct buf *out = &junit->cases;
    junit->tests++;
    (void)buf_add_text(out, "  <testcase classname=\"shoal\" name=\"");
    add_attribute(out, file->path.data, file->path.length);
    (void)buf_printf(out, "\" time=\"%.3f\"", (double)file->took_us / (double)CLOCK_US_PER_SECOND);
    if (file->reason == SHOAL_REASON_NOT_ATTEMPTED) {
        junit->skipped++;
        (void)buf_add_text(out, ">\n    <skipped message=\"never attempted\"/>\n  </testcase>\n");
    } else if (verdict_is_bad(file->verdict)) {
        junit->failures++;
        add_failure(out, file);
    } else {
        (void)buf_add_text(out, "/>\n");
    }
}

void junit_event(struct junit *junit, const struct shoal_event *event)
{
    junit->elapsed_us = event->at_us;
    if (event->kind == SHOAL_EVENT_FILE)
        take_file(junit, &event->file);
    if (event->kind != SHOAL_EVENT_START)
        return;
    add_attribute(&junit->name, event->start.method, strlen(event->start.method));
    (void)buf_add_byte(&junit->name, ' ');
    add_attribute(&junit->name, event->start.url, strlen(event->start.url));
}

bool junit_write(struct junit *junit, const struct writer *writer)
{
    struct buf head;
    buf_init(&head, CASES_SIZE_MAX);
    (void)buf_printf(&head,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"shoal %s\" tests=\"%" PRIu64
        "\" failures=\"%" PRIu64 "\" errors=\"0\" skipped=\"%" PRIu64 "\" time=\"%.3f\">\n",
        buf_text(&junit->name), junit->tests, junit->failures, junit->skipped,
        (double)junit->elapsed_us / (double)CLOCK_US_PER_SECOND);
    bool written = !head.failed && !junit->cases.failed && !junit->name.failed &&
                   writer_write(writer, head.data, head.length) &&
                   writer_write(writer, buf_text(&junit->cases), junit->cases.length) &&
                   writer_write(writer, "</testsuite>\n", strlen("</testsuite>\n"));
    buf_free(&head);
    return written;
}
