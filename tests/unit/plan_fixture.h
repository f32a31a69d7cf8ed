/* What the tests of plans, form bodies and events share: a configuration, a file that was found in
 * "dist", and the real reader to load it. */
#ifndef SHOAL_TESTS_PLAN_FIXTURE_H
#define SHOAL_TESTS_PLAN_FIXTURE_H

#include <time.h>

#include "config_fixture.h"

#include "core/plan/private.h"

#define WHOLE ((size_t)256 * 1024)
#define CHUNK ((size_t)64 * 1024)

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

struct planned {
    struct config *config;
    struct root *root;
    struct reader *reader;
    struct plan *plan;
    struct entry *entry;
    struct random_seeded seeded;
    struct random_source random;
    struct error error;
    struct buf body;
};

static inline void planned_wake(void *context)
{
    (void)context;
}

/* Makes the entry for `path` below "dist", as the walk would. */
static inline void planned_choose(struct planned *planned, const char *path)
{
    size_t size = strlen(path) + 1;
    free(planned->entry);
    planned->entry = calloc(1, sizeof *planned->entry + size);
    assert_non_null(planned->entry);
    planned->entry->root = planned->root;
    memcpy(planned->entry->path, path, size);
}

/* `pairs` as GIVEN() makes them. The folder "dist" must exist. */
static inline struct planned *planned_new(const char *const *pairs, const char *path)
{
    struct planned *planned = calloc(1, sizeof *planned);
    assert_non_null(planned);
    planned->config = good(pairs);
    planned->root = root_open("dist", false, &planned->error);
    assert_non_null(planned->root);
    planned->reader = reader_new(1, planned_wake, NULL, &planned->error);
    assert_non_null(planned->reader);
    planned->random = random_from_seed(&planned->seeded, 11);
    planned->plan = plan_new(planned->config, &planned->random, &planned->error);
    assert_non_null(planned->plan);
    buf_init(&planned->body, (size_t)8 * 1024 * 1024);
    planned_choose(planned, path);
    return planned;
}

static inline void planned_free(struct planned *planned)
{
    assert_true(planned->reader->ops->stop(planned->reader));
    planned->reader->ops->free(planned->reader);
    plan_free(planned->plan);
    root_close(planned->root);
    config_free(planned->config);
    free(planned->entry);
    buf_free(&planned->body);
    free(planned);
}

/* Waits for the reader's next job. The reader itself waits where a file was just written. */
static inline struct reader_job *planned_collect(struct planned *planned)
{
    struct reader_job *job;
    while ((job = planned->reader->ops->collect(planned->reader)) == NULL)
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return job;
}

/* Begins and loads. False: the path of a file cannot be filled in. */
static inline bool planned_load(struct planned *planned, size_t whole_most)
{
    if (!plan_begin(planned->plan, planned->entry, whole_most, &planned->error))
        return false;
    planned->reader->ops->submit(planned->reader, &planned->plan->job);
    assert_ptr_equal(planned_collect(planned), &planned->plan->job);
    return true;
}

static inline bool planned_finish(struct planned *planned)
{
    return plan_finish(planned->plan, planned->entry, planned->reader, CHUNK, &planned->error);
}

/* Reads the body as a transport would and returns it. Its length must be that of the request. */
static inline const char *planned_body(struct planned *planned)
{
    const struct http_request *request = &planned->plan->request;
    buf_clear(&planned->body);
    if (request->data != NULL)
        assert_true(buf_add(&planned->body, request->data, (size_t)request->length));
    while ((int64_t)planned->body.length < request->length) {
        char piece[1000];
        int64_t got = request->read(request->body, piece, sizeof piece);
        if (got == HTTP_READ_WAIT) {
            (void)body_chunk_done(request->body, planned_collect(planned));
            continue;
        }
        assert_true(got > 0);
        assert_true(buf_add(&planned->body, piece, (size_t)got));
    }
    assert_int_equal(planned->body.length, request->length);
    return buf_text(&planned->body);
}

/* A plan that is finished. */
static inline struct planned *planned_made(
    const char *const *pairs, const char *path, size_t whole_most)
{
    struct planned *planned = planned_new(pairs, path);
    assert_true(planned_load(planned, whole_most));
    assert_null(plan_unreadable(planned->plan));
    if (!planned_finish(planned))
        fail_msg("%s", planned->error.text);
    return planned;
}

#endif
