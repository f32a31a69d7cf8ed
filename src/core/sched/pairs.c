#include "core/sched/pairs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MOST ((size_t)1024 * 1024) /* bytes of a sentence */

struct pairs_field {
    uint64_t found;   /* files with a second file */
    uint64_t missing; /* files without one */
    char *first;      /* {path} of the first of those; owned; NULL: none, or no memory for it */
};

bool pairs_init(struct pairs *pairs, const struct config *config)
{
    *pairs = (struct pairs){.config = config};
    if (!config->has_pairs)
        return true;
    pairs->fields = calloc(config->field_count, sizeof *pairs->fields);
    return pairs->fields != NULL;
}

void pairs_free(struct pairs *pairs)
{
    for (size_t i = 0; pairs->fields != NULL && i < pairs->config->field_count; i++)
        free(pairs->fields[i].first);
    free(pairs->fields);
    *pairs = (struct pairs){0};
}

static bool note_field(struct pairs_field *field, const struct entry *entry, bool exists)
{
    field->found += exists;
    field->missing += !exists;
    if (!exists && field->first == NULL)
        field->first = strdup(entry->path);
    return !exists;
}

bool pairs_note(struct pairs *pairs, const struct entry *entry, const struct plan *plan)
{
    bool is_missing = false;
    for (size_t i = 0; pairs->fields != NULL && i < pairs->config->field_count; i++) {
        enum reader_result result;
        if (!pairs->config->fields[i].is_pair || !plan_pair_result(plan, i, &result))
            continue;
        bool exists = result != READER_MISSING && result != READER_ABSENT;
        is_missing = note_field(&pairs->fields[i], entry, exists) || is_missing;
    }
    return is_missing;
}

void pairs_report(const struct pairs *pairs, struct events *events)
{
    struct buf text;
    buf_init(&text, TEXT_MOST);
    for (size_t i = 0; pairs->fields != NULL && i < pairs->config->field_count; i++) {
        const struct pairs_field *counted = &pairs->fields[i];
        const struct config_field *field = &pairs->config->fields[i];
        if (counted->missing == 0 || counted->found > 0)
            continue;
        buf_clear(&text);
        (void)buf_printf(&text,
            "-F '%s=@%s': no file has such a second file (%" PRIu64 " looked at, the first is "
            "'%s'); check the path in the option",
            field->name, field->path_source, counted->missing,
            counted->first == NULL ? "" : counted->first);
        if (pairs->config->without_pair == CONFIG_PAIR_SEND)
            events_notice(events, buf_text(&text));
        else
            events_problem(events, NULL, buf_text(&text));
    }
    buf_free(&text);
}
