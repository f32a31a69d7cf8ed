/* The sink of lines for tests, with all that it writes kept. */
#ifndef SHOAL_TESTS_LINES_FIXTURE_H
#define SHOAL_TESTS_LINES_FIXTURE_H

#include "sink_fixture.h"

#include "sink/lines.h"

/* A sink with both of its writers kept. */
struct sink {
    struct lines *lines;
    struct buf data;
    struct buf messages;
};

static inline void open_sink(struct sink *sink, struct lines_options options)
{
    options.data = writer_into(&sink->data);
    options.messages = writer_into(&sink->messages);
    sink->lines = lines_new(&options);
    assert_non_null(sink->lines);
}

static inline void close_sink(struct sink *sink)
{
    lines_free(sink->lines);
    buf_free(&sink->data);
    buf_free(&sink->messages);
}

static inline void tell(struct sink *sink, struct shoal_event event)
{
    lines_event(sink->lines, &event);
}

static inline void end_with(
    struct sink *sink, struct shoal_totals totals, int64_t at_us, int signal)
{
    tell(sink,
        (struct shoal_event){.kind = SHOAL_EVENT_END,
            .at_us = at_us,
            .end = {.totals = &totals, .signal = signal, .again_helps = totals.temporary > 0}});
}

#endif
