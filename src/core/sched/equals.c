#include "core/sched/equals.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_MOST     1000000
#define PATHS_MOST     ((size_t)16 * 1024 * 1024) /* bytes */
#define TOLD_MOST      10
#define CAPACITY_FIRST 1024
#define TEXT_MOST      ((size_t)4 * 1024 * 1024) /* bytes of a sentence */

struct equals_entry {
    uint64_t hash; /* of the request; 0: the entry is free */
    size_t path;   /* offset in `paths` plus 1; 0: there was no room for it */
};

void equals_init(struct equals *equals, bool dry_run)
{
    *equals = (struct equals){.count_most = dry_run ? SIZE_MAX : COUNT_MOST,
        .told_most = dry_run ? UINT64_MAX : TOLD_MOST};
    buf_init(&equals->paths, dry_run ? SIZE_MAX / 4 : PATHS_MOST);
    buf_init(&equals->text, TEXT_MOST);
}

void equals_free(struct equals *equals)
{
    free(equals->entries);
    buf_free(&equals->paths);
    buf_free(&equals->text);
}

/* The entry of `hash`, or the free one where it belongs. There is a free one: see grow(). */
static struct equals_entry *find(struct equals_entry *entries, size_t capacity, uint64_t hash)
{
    size_t at = hash & (capacity - 1);
    while (entries[at].hash != 0 && entries[at].hash != hash)
        at = (at + 1) & (capacity - 1);
    return &entries[at];
}

/* Keeps at least a third of the entries free. False: out of memory. */
static bool grow(struct equals *equals)
{
    if (equals->count < equals->capacity / 3 * 2)
        return true;
    size_t capacity = equals->capacity == 0 ? CAPACITY_FIRST : equals->capacity * 2;
    struct equals_entry *entries = calloc(capacity, sizeof *entries);
    if (entries == NULL)
        return false;
    for (size_t i = 0; i < equals->capacity; i++) {
        if (equals->entries[i].hash != 0)
            *find(entries, capacity, equals->entries[i].hash) = equals->entries[i];
    }
    free(equals->entries);
    equals->entries = entries;
    equals->capacity = capacity;
    return true;
}

/* Keeps the path; 0: there is no room. */
static size_t keep_path(struct equals *equals, const char *path)
{
    size_t at = equals->paths.length;
    if (equals->paths.failed || !buf_add(&equals->paths, path, strlen(path) + 1))
        return 0;
    return at + 1;
}

static void tell(struct equals *equals, const struct equals_entry *earlier,
    const struct entry *entry, const struct plan *plan, struct events *events)
{
    struct buf *text = &equals->text;
    if (++equals->found > equals->told_most)
        return;
    buf_clear(text);
    (void)buf_printf(text, "'%s' and ", entry->path);
    if (earlier->path > 0)
        (void)buf_printf(text, "'%s'", equals->paths.data + earlier->path - 1);
    else
        (void)buf_add_text(text, "an earlier file");
    (void)buf_printf(text, " have equal requests (%s ", plan_request(plan)->method);
    (void)plan_add_shown_url(plan, text);
    (void)buf_add_text(text, "): the server cannot tell them apart, and one may overwrite the "
                             "other; put {path} in the URL or in a field");
    events_notice(events, buf_text(text));
}

void equals_note(struct equals *equals, const struct entry *entry, const struct plan *plan,
    struct events *events)
{
    uint64_t hash = plan_hash(plan);
    hash += hash == 0;
    if (!grow(equals))
        return;
    struct equals_entry *found = find(equals->entries, equals->capacity, hash);
    if (found->hash == hash) {
        tell(equals, found, entry, plan, events);
        return;
    }
    if (equals->count >= equals->count_most)
        return;
    equals->count++;
    *found = (struct equals_entry){.hash = hash, .path = keep_path(equals, entry->path)};
}

void equals_report(const struct equals *equals, struct events *events)
{
    if (equals->found <= equals->told_most)
        return;
    char text[160];
    (void)snprintf(text, sizeof text,
        "%" PRIu64 " more files have a request that equals that of an earlier file (a dry run, -n, "
        "names them all)",
        equals->found - equals->told_most);
    events_notice(events, text);
}
