#include "core/sched/equals.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_MOST     1000000
#define PATHS_MOST     ((size_t)8 * 1024 * 1024) /* bytes */
#define PLACES_MOST    ((size_t)UINT32_MAX - 1)  /* bytes of paths that places can be in */
#define TOLD_MOST      10
#define CAPACITY_FIRST 1024
#define TEXT_MOST      ((size_t)4 * 1024 * 1024) /* bytes of a sentence */

static bool may_list_twice(const struct config *config)
{
    for (size_t i = 0; i < config->operand_count; i++) {
        if (strcmp(config->operands[i], "-") == 0)
            return true;
    }
    return false;
}

/* Does each request contain the file's {path}? */
static bool has_path(const struct config *config)
{
    bool has = config->urls == NULL && template_tells_paths_apart(config->url);
    for (size_t i = 0; i < config->header_count; i++)
        has = has || template_tells_paths_apart(config->headers[i]);
    for (size_t i = 0; i < config->field_count; i++) {
        const struct config_field *field = &config->fields[i];
        const struct template *text = field->kind == CONFIG_TEXT ? field->value : field->file_name;
        bool is_sent = field->kind != CONFIG_OPTIONAL_FILE && !field->is_pair;
        has = has || (is_sent && text != NULL && template_tells_paths_apart(text));
    }
    return has;
}

void equals_init(struct equals *equals, const struct config *config)
{
    bool dry_run = config->dry_run;
    *equals = (struct equals){.impossible = has_path(config) && !may_list_twice(config),
        .count_most = dry_run ? SIZE_MAX : COUNT_MOST,
        .told_most = dry_run ? UINT64_MAX : TOLD_MOST};
    buf_init(&equals->paths, dry_run ? PLACES_MOST : PATHS_MOST);
    buf_init(&equals->text, TEXT_MOST);
}

void equals_free(struct equals *equals)
{
    free(equals->hashes);
    free(equals->places);
    buf_free(&equals->paths);
    buf_free(&equals->text);
}

/* Where `hash` is, or the free place where it belongs. There is a free one: see grow(). */
static size_t find(const uint64_t *hashes, size_t capacity, uint64_t hash)
{
    size_t at = hash & (capacity - 1);
    while (hashes[at] != 0 && hashes[at] != hash)
        at = (at + 1) & (capacity - 1);
    return at;
}

/* Keeps at least one in 32 places free, so that COUNT_MOST fit into 2^20: memory matters more than
 * a few hundred comparisons, and only the last hashes before the table grows need these. False: out
 * of memory. */
static bool grow(struct equals *equals)
{
    if (equals->count < equals->capacity - equals->capacity / 32)
        return true;
    size_t capacity = equals->capacity == 0 ? CAPACITY_FIRST : equals->capacity * 2;
    uint64_t *hashes = calloc(capacity, sizeof *hashes);
    uint32_t *places = calloc(capacity, sizeof *places);
    if (hashes == NULL || places == NULL) {
        free(hashes);
        free(places);
        return false;
    }
    for (size_t i = 0; i < equals->capacity; i++) {
        if (equals->hashes[i] == 0)
            continue;
        size_t at = find(hashes, capacity, equals->hashes[i]);
        hashes[at] = equals->hashes[i];
        places[at] = equals->places[i];
    }
    free(equals->hashes);
    free(equals->places);
    equals->hashes = hashes;
    equals->places = places;
    equals->capacity = capacity;
    return true;
}

/* Keeps the path; 0: there is no room. */
static uint32_t keep_path(struct equals *equals, const char *path)
{
    size_t at = equals->paths.length;
    if (equals->paths.failed || !buf_add(&equals->paths, path, strlen(path) + 1))
        return 0;
    return (uint32_t)at + 1;
}

/* `earlier`: the place of the other path. */
static void tell(struct equals *equals, uint32_t earlier, const struct entry *entry,
    const struct plan *plan, struct events *events)
{
    struct buf *text = &equals->text;
    if (++equals->found > equals->told_most)
        return;
    buf_clear(text);
    (void)buf_printf(text, "'%s' and ", entry->path);
    if (earlier > 0)
        (void)buf_printf(text, "'%s'", equals->paths.data + earlier - 1);
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
    if (equals->impossible)
        return;
    uint64_t hash = plan_hash(plan);
    hash += hash == 0;
    if (!grow(equals))
        return;
    size_t at = find(equals->hashes, equals->capacity, hash);
    if (equals->hashes[at] == hash) {
        tell(equals, equals->places[at], entry, plan, events);
        return;
    }
    if (equals->count >= equals->count_most)
        return;
    equals->count++;
    equals->hashes[at] = hash;
    equals->places[at] = keep_path(equals, entry->path);
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
