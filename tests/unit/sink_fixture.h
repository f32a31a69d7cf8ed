/* What the tests of sinks share: a writer into memory, and events. */
#ifndef SHOAL_TESTS_SINK_FIXTURE_H
#define SHOAL_TESTS_SINK_FIXTURE_H

#include "check.h"

#include <shoal.h>
#include <string.h>

#include "base/buf.h"
#include "sink/writer.h"

static inline bool keep(void *context, const char *data, size_t length)
{
    return buf_add(context, data, length);
}

static inline struct writer writer_into(struct buf *kept)
{
    buf_init(kept, 4 << 20);
    return (struct writer){.write = keep, .context = kept};
}

#define TEXT(literal) ((struct shoal_text){.data = (literal), .length = sizeof(literal) - 1})

/* What was written since the last time must be `expected`. */
static inline void assert_written(struct buf *kept, const char *expected)
{
    assert_string_equal(buf_text(kept), expected);
    buf_clear(kept);
}

static inline struct shoal_event sent_event(void)
{
    return (struct shoal_event){
        .kind = SHOAL_EVENT_FILE,
        .at_us = 12900,
        .file = {.path = TEXT("a/b.js"),
            .verdict = SHOAL_SENT,
            .status = 201,
            .attempts = 1,
            .bytes = 4096,
            .took_us = 12345,
            .response = TEXT("{\"ok\":true}\r\n")},
    };
}

static inline struct shoal_event failed_event(void)
{
    return (struct shoal_event){
        .kind = SHOAL_EVENT_FILE,
        .at_us = 2000000,
        .file = {.path = TEXT("b"),
            .verdict = SHOAL_FAILED,
            .reason = SHOAL_REASON_STALL,
            .error = "it stalled",
            .cause = "it stalled",
            .first_of_cause = true,
            .attempts = 3,
            .bytes = -1,
            .took_us = 49,
            .temporary = true},
    };
}

/* A plan with a header and two fields; the texts live as long as the program. */
static inline struct shoal_event plan_event(void)
{
    static const char *const headers[] = {"X: y", NULL};
    static const struct shoal_field fields[] = {
        {.name = "u", .value = {.data = "v\nw", .length = 3}},
        {.name = "file",
            .value = {.data = "d/a", .length = 3},
            .is_file = true,
            .file_name = "a",
            .type = "text/plain"},
    };
    return (struct shoal_event){
        .kind = SHOAL_EVENT_PLAN,
        .plan = {.path = TEXT("a"),
            .method = "POST",
            .url = "http://h/",
            .headers = headers,
            .fields = fields,
            .field_count = 2,
            .bytes = 7},
    };
}

#endif
