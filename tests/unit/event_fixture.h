/* What the tests of events share: events that are kept, and a clock of their own. */
#ifndef SHOAL_TESTS_EVENT_FIXTURE_H
#define SHOAL_TESTS_EVENT_FIXTURE_H

#include "plan_fixture.h"

#include "core/event.h"

#define SECRET "pass word&1"

struct heard {
    unsigned count;
    struct shoal_event last;
    char path[64];
    char error[256];
    char response[256];
};

static inline const char *shown(const char *text)
{
    return text == NULL ? "" : text;
}

static inline void keep(struct heard *heard, const char *path, const char *error)
{
    (void)snprintf(heard->path, sizeof heard->path, "%s", shown(path));
    (void)snprintf(heard->error, sizeof heard->error, "%s", shown(error));
}

static inline void hear(void *context, const struct shoal_event *event)
{
    struct heard *heard = context;
    heard->count++;
    heard->last = *event;
    heard->response[0] = '\0';
    switch (event->kind) {
    case SHOAL_EVENT_FILE:
        keep(heard, event->file.path.data, event->file.error);
        (void)snprintf(heard->response, sizeof heard->response, "%.*s",
            (int)event->file.response.length, shown(event->file.response.data));
        break;
    case SHOAL_EVENT_PROBLEM:
        keep(heard, event->problem.path.data, event->problem.error);
        break;
    case SHOAL_EVENT_NOTICE:
        keep(heard, NULL, event->notice.message);
        break;
    case SHOAL_EVENT_PAUSE:
        keep(heard, event->pause.origin, event->pause.error);
        break;
    default:
        keep(heard, NULL, NULL);
    }
}

static inline int64_t now_of(void *context)
{
    return *(const int64_t *)context;
}

struct bench {
    struct config *config;
    struct events events;
    struct heard heard;
    int64_t now_us;
    struct clock clock;
    struct entry *entry;
};

static inline struct bench *bench_new(const char *const *pairs)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    bench->config = good(pairs);
    bench->now_us = 5 * CLOCK_US_PER_SECOND;
    bench->clock = (struct clock){.now_us = now_of, .context = &bench->now_us};
    bench->entry = calloc(1, sizeof *bench->entry + 16);
    assert_non_null(bench->entry);
    memcpy(bench->entry->path, "sub/a", 6);
    events_init(&bench->events, bench->config, &bench->clock, hear, &bench->heard);
    return bench;
}

static inline void bench_free(struct bench *bench)
{
    events_free(&bench->events);
    config_free(bench->config);
    free(bench->entry);
    free(bench);
}

static inline void tell(struct bench *bench, enum shoal_verdict verdict, bool temporary)
{
    struct event_file file = {.entry = bench->entry,
        .verdict = verdict,
        .temporary = temporary,
        .status = 200,
        .attempts = 2,
        .bytes = 10,
        .first_us = bench->now_us,
        .error = verdict == SHOAL_SENT ? NULL : "why"};
    events_found(&bench->events, bench->entry);
    events_file(&bench->events, &file);
}

/* The end of an attempt whose response has this body and no headers. */
static inline struct http_end end_with(const struct buf *answer)
{
    static const struct buf none;
    return (struct http_end){
        .answer = answer, .headers = &none, .coding = "", .location = "", .retry_after = ""};
}

#endif
