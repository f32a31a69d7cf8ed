#include "app/outbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/signals.h"
#include "app/stream.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/thread.h"

/* The longest wait before the caller looks again whether the user wants to stop at once. */
#define LOOK_US (50 * CLOCK_US_PER_MS)

struct outbox {
    struct stream stream;    /* the descriptor; the writer's, where there is a thread */
    bool has_thread;         /* `thread` was started */
    bool lacks_thread;       /* none can be started: outbox_add() writes by itself */
    pthread_t thread;        /* the writer */
    pthread_mutex_t lock;    /* of what follows */
    pthread_cond_t work;     /* for the writer: there is something to do */
    pthread_cond_t progress; /* for the caller: something was written */
    struct buf pending;      /* what the writer has not taken yet */
    size_t taken;            /* bytes that it has taken and not written */
    bool hurry;              /* the caller waits: write at once */
    bool ending;             /* the writer ends */
    bool left_behind;        /* the caller has stopped waiting for a write that does not return */
    atomic_int failure;      /* errno of the first write that failed; 0: none */
};

static bool init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(condition, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    return made;
}

static void wait_for(struct outbox *outbox, pthread_cond_t *condition, int64_t wait_us)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t nanoseconds = until.tv_nsec + wait_us * 1000;
    until.tv_sec += (time_t)(nanoseconds / 1000000000);
    until.tv_nsec = (long)(nanoseconds % 1000000000);
    (void)pthread_cond_timedwait(condition, &outbox->lock, &until);
}

struct outbox *outbox_new(int descriptor)
{
    struct outbox *outbox = calloc(1, sizeof *outbox);
    if (outbox == NULL)
        return NULL;
    stream_init(&outbox->stream, descriptor);
    buf_init(&outbox->pending, STREAM_MOST);
    atomic_init(&outbox->failure, 0);
    if (pthread_mutex_init(&outbox->lock, NULL) != 0 || !init_condition(&outbox->work) ||
        !init_condition(&outbox->progress))
        outbox->lacks_thread = true;
    return outbox;
}

/* --- the writer --- */

/* How much of `text` is written at once: whole lines, about STREAM_BATCH bytes. */
static size_t next_slice(const char *text, size_t length)
{
    if (length <= STREAM_BATCH)
        return length;
    const char *end = memrchr(text, '\n', STREAM_BATCH);
    if (end == NULL)
        end = memchr(text + STREAM_BATCH, '\n', length - STREAM_BATCH);
    return end == NULL ? length : (size_t)(end - text) + 1;
}

static void write_taken(struct outbox *outbox, const struct buf *text)
{
    struct stream *stream = &outbox->stream;
    for (size_t done = 0; done < text->length;) {
        size_t slice = next_slice(text->data + done, text->length - done);
        (void)(stream_add(stream, text->data + done, slice) && stream_flush(stream));
        done += slice;
        (void)pthread_mutex_lock(&outbox->lock);
        outbox->taken -= slice;
        if (stream->failure != 0)
            atomic_store(&outbox->failure, stream->failure);
        (void)pthread_cond_signal(&outbox->progress);
        (void)pthread_mutex_unlock(&outbox->lock);
    }
}

static void *write_all(void *context)
{
    struct outbox *outbox = context;
    struct buf text;
    buf_init(&text, STREAM_MOST);
    (void)pthread_mutex_lock(&outbox->lock);
    for (;;) {
        while (outbox->pending.length == 0 && !outbox->ending)
            (void)pthread_cond_wait(&outbox->work, &outbox->lock);
        if (outbox->ending)
            break;
        if (!outbox->hurry && outbox->pending.length < STREAM_BATCH)
            wait_for(outbox, &outbox->work, OUTBOX_DELAY_US);
        struct buf empty = text;
        text = outbox->pending;
        outbox->pending = empty;
        outbox->taken = text.length;
        (void)pthread_mutex_unlock(&outbox->lock);
        write_taken(outbox, &text);
        buf_clear(&text);
        (void)pthread_mutex_lock(&outbox->lock);
    }
    (void)pthread_mutex_unlock(&outbox->lock);
    buf_free(&text);
    return NULL;
}

/* --- the caller --- */

static size_t waiting(const struct outbox *outbox)
{
    return outbox->pending.length + outbox->taken;
}

/* Waits, with the lock, until at most `most` bytes wait. */
static void wait_until(struct outbox *outbox, size_t most)
{
    outbox->hurry = true;
    while (waiting(outbox) > most && atomic_load(&outbox->failure) == 0) {
        (void)pthread_cond_signal(&outbox->work);
        wait_for(outbox, &outbox->progress, LOOK_US);
        if (signals_insist() && waiting(outbox) > most) {
            outbox->left_behind = true;
            atomic_store(&outbox->failure, EINTR);
        }
    }
    outbox->hurry = false;
}

/* Adds the bytes, with the lock. Where memory is short, that of what waits is needed first. */
static bool add_pending(struct outbox *outbox, const char *data, size_t length)
{
    size_t before = outbox->pending.length;
    bool added = buf_add(&outbox->pending, data, length);
    if (!added) {
        wait_until(outbox, 0);
        before = 0;
        buf_clear(&outbox->pending);
        added = buf_add(&outbox->pending, data, length);
    }
    bool is_batch = before < STREAM_BATCH && outbox->pending.length >= STREAM_BATCH;
    if (before == 0 || is_batch)
        (void)pthread_cond_signal(&outbox->work);
    return added;
}

static bool add_for_thread(struct outbox *outbox, const char *data, size_t length)
{
    (void)pthread_mutex_lock(&outbox->lock);
    if (waiting(outbox) > 0 && waiting(outbox) + length > OUTBOX_MOST)
        wait_until(outbox, length > OUTBOX_MOST ? 0 : OUTBOX_MOST - length);
    bool failed = atomic_load(&outbox->failure) != 0;
    bool added = !failed && add_pending(outbox, data, length);
    (void)pthread_mutex_unlock(&outbox->lock);
    if (added || failed || atomic_load(&outbox->failure) != 0)
        return added;
    /* There is no memory for a copy. Nothing waits, so the writer is at rest. */
    added = stream_add(&outbox->stream, data, length) && stream_flush(&outbox->stream);
    atomic_store(&outbox->failure, outbox->stream.failure);
    return added;
}

bool outbox_add(struct outbox *outbox, const char *data, size_t length)
{
    if (outbox_failure(outbox) != 0)
        return false;
    if (!outbox->has_thread && !outbox->lacks_thread) {
        outbox->has_thread = thread_start(&outbox->thread, write_all, outbox);
        outbox->lacks_thread = !outbox->has_thread;
    }
    if (outbox->has_thread)
        return add_for_thread(outbox, data, length);
    bool added = stream_add(&outbox->stream, data, length) && stream_flush(&outbox->stream);
    atomic_store(&outbox->failure, outbox->stream.failure);
    return added;
}

bool outbox_finish(struct outbox *outbox)
{
    if (outbox->has_thread) {
        (void)pthread_mutex_lock(&outbox->lock);
        wait_until(outbox, 0);
        (void)pthread_mutex_unlock(&outbox->lock);
    }
    return outbox_failure(outbox) == 0;
}

size_t outbox_waiting(struct outbox *outbox)
{
    (void)pthread_mutex_lock(&outbox->lock);
    size_t bytes = waiting(outbox);
    (void)pthread_mutex_unlock(&outbox->lock);
    return bytes;
}

int outbox_failure(struct outbox *outbox)
{
    return outbox == NULL ? 0 : atomic_load(&outbox->failure);
}

/* Returns whether the writer has ended, or there is none. */
static bool end_writer(struct outbox *outbox)
{
    if (!outbox->has_thread)
        return true;
    (void)pthread_mutex_lock(&outbox->lock);
    outbox->ending = true;
    bool is_held = outbox->left_behind && outbox->taken > 0;
    (void)pthread_cond_signal(&outbox->work);
    (void)pthread_mutex_unlock(&outbox->lock);
    if (is_held)
        (void)pthread_detach(outbox->thread);
    else
        (void)pthread_join(outbox->thread, NULL);
    return !is_held;
}

void outbox_free(struct outbox *outbox)
{
    if (outbox == NULL || !end_writer(outbox))
        return;
    (void)pthread_cond_destroy(&outbox->progress);
    (void)pthread_cond_destroy(&outbox->work);
    (void)pthread_mutex_destroy(&outbox->lock);
    buf_free(&outbox->pending);
    buf_free(&outbox->stream.pending);
    free(outbox);
}
