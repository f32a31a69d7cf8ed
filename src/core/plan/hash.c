/* What tells the request of one file from that of another. */
#include <string.h>

#include "core/plan/private.h"

/* FNV-1a. */
static void add(uint64_t *hash, const void *data, size_t length)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < length; i++)
        *hash = (*hash ^ bytes[i]) * UINT64_C(0x100000001b3);
}

/* With its length, so that two texts are never read as two others. NULL is not an empty text. */
static void add_text(uint64_t *hash, const char *text, size_t length)
{
    uint64_t mark = text == NULL ? UINT64_MAX : length;
    add(hash, &mark, sizeof mark);
    add(hash, text, length);
}

static void add_string(uint64_t *hash, const char *text)
{
    add_text(hash, text, text == NULL ? 0 : strlen(text));
}

static void add_field(uint64_t *hash, const struct plan *plan, size_t index)
{
    struct shoal_field field;
    if (!plan_field(plan, index, &field))
        return;
    add_string(hash, field.name);
    add_string(hash, field.file_name);
    add_string(hash, field.type);
    if (!field.is_file)
        add_text(hash, field.value.data, field.value.length);
}

uint64_t plan_hash(const struct plan *plan)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    add_string(&hash, plan->request.method);
    add_string(&hash, plan->request.url);
    for (size_t i = 0; i < plan->given_count; i++)
        add_string(&hash, plan->header_lines.data + plan->header_starts[i]);
    for (size_t i = 0; plan->listed != NULL && i < plan->listed->field_count; i++) {
        add_string(&hash, plan->listed->fields[i].name);
        add_string(&hash, plan->listed->fields[i].value);
    }
    for (size_t i = 0; i < plan->config->field_count; i++)
        add_field(&hash, plan, i);
    return hash ^ hash >> 32; /* the high bits of FNV are better than the low ones */
}
