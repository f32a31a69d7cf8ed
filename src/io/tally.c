#include "io/tally.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/thread.h"

struct tally {
    struct walk *walk; /* used by the thread alone, but for walk_stop() */
    pthread_t thread;
    atomic_uint_least64_t files;
    atomic_int_least64_t bytes;
    atomic_bool whole; /* the walk reached its end; set after the counts */

    pthread_mutex_t lock; /* guards `ended` */
    pthread_cond_t over;  /* `ended` is true */
    bool ended;           /* the thread does not touch the tally any more */
};

static void count(struct tally *tally, const struct walk_item *item)
{
    struct stat facts;
    if (item->entry == NULL)
        return; /* not a file */
    if (root_stat(item->entry->root, entry_relative(item->entry), true, &facts) == 0 &&
        S_ISREG(facts.st_mode))
        (void)atomic_fetch_add(&tally->bytes, facts.st_size);
    (void)atomic_fetch_add(&tally->files, 1);
}

static void *count_all(void *context)
{
    struct tally *tally = context;
    struct walk_item item;
    bool remote = false;
    do {
        item = walk_next(tally->walk);
        remote = item.entry != NULL && item.entry->root->remote;
        if (!remote)
            count(tally, &item);
        free(item.entry);
        free(item.path);
        free(item.text);
    } while (item.kind != WALK_END && !remote);
    atomic_store(&tally->whole, !remote);
    (void)pthread_mutex_lock(&tally->lock);
    tally->ended = true;
    (void)pthread_cond_signal(&tally->over);
    (void)pthread_mutex_unlock(&tally->lock);
    return NULL;
}

struct tally *tally_new(struct walk *walk)
{
    struct tally *tally = calloc(1, sizeof *tally);
    bool timed = tally != NULL && thread_condition_init(&tally->over);
    if (!timed) {
        walk_free(walk);
        free(tally);
        return NULL;
    }
    tally->walk = walk;
    (void)pthread_mutex_init(&tally->lock, NULL);
    if (thread_start(&tally->thread, count_all, tally))
        return tally;
    tally_free(tally);
    return NULL;
}

bool tally_read(const struct tally *tally, uint64_t *files, int64_t *bytes)
{
    bool whole = atomic_load(&tally->whole);
    *files = atomic_load(&tally->files);
    *bytes = atomic_load(&tally->bytes);
    return whole;
}

bool tally_stop(struct tally *tally)
{
    if (tally == NULL)
        return true;
    struct clock clock = clock_system();
    int64_t until_us = clock_now_us(&clock) + THREAD_LINGER_US;
    walk_stop(tally->walk);
    (void)pthread_mutex_lock(&tally->lock);
    while (!tally->ended && clock_now_us(&clock) < until_us)
        thread_wait_until(&tally->over, &tally->lock, until_us);
    bool ended = tally->ended;
    (void)pthread_mutex_unlock(&tally->lock);
    if (ended)
        (void)pthread_join(tally->thread, NULL);
    else
        (void)pthread_detach(tally->thread);
    return ended;
}

void tally_free(struct tally *tally)
{
    if (tally == NULL)
        return;
    (void)pthread_cond_destroy(&tally->over);
    (void)pthread_mutex_destroy(&tally->lock);
    walk_free(tally->walk);
    free(tally);
}
