/* The names of fields and escapings. */
#include <string.h>

#include "text/template/private.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The most bytes of an escaping that a message shows. */
#define SHOWN_MAX 120

static const struct {
    const char *name;
    unsigned needs;
} fields[] = {
    [FIELD_NONE] = {"", 0},
    [FIELD_FILE] = {"file", TEMPLATE_NEEDS_PATH},
    [FIELD_FOLDER] = {"folder", TEMPLATE_NEEDS_PATH},
    [FIELD_PATH] = {"path", TEMPLATE_NEEDS_PATH},
    [FIELD_DIR] = {"dir", TEMPLATE_NEEDS_PATH},
    [FIELD_NAME] = {"name", TEMPLATE_NEEDS_PATH},
    [FIELD_STEM] = {"stem", TEMPLATE_NEEDS_PATH},
    [FIELD_EXT] = {"ext", TEMPLATE_NEEDS_PATH},
    [FIELD_TYPE] = {"type", TEMPLATE_NEEDS_PATH},
    [FIELD_SIZE] = {"size", TEMPLATE_NEEDS_FACTS},
    [FIELD_MTIME] = {"mtime", TEMPLATE_NEEDS_FACTS},
    [FIELD_SHA256] = {"sha256", TEMPLATE_NEEDS_SHA256},
    [FIELD_SHA1] = {"sha1", TEMPLATE_NEEDS_SHA1},
    [FIELD_MD5] = {"md5", TEMPLATE_NEEDS_MD5},
    [FIELD_EPOCH] = {"mtime", TEMPLATE_NEEDS_FACTS},
};

static const char *const escaping_names[] = {
    [ESCAPE_UPPER] = "upper",
    [ESCAPE_FLAT] = "flat",
    [ESCAPE_EPOCH] = "epoch",
    [ESCAPE_RAW] = "raw",
    [ESCAPE_URL] = "url",
    [ESCAPE_QUERY] = "query",
    [ESCAPE_PATH] = "path",
    [ESCAPE_COMPONENT] = "component",
    [ESCAPE_JSON] = "json",
    [ESCAPE_BASE64] = "base64",
    NULL,
};

bool template_slice_is(struct template_slice slice, const char *text)
{
    return strlen(text) == slice.length && memcmp(text, slice.text, slice.length) == 0;
}

const char *template_field_name(enum template_field field)
{
    return fields[field].name;
}

unsigned template_field_needs(enum template_field field)
{
    return fields[field].needs;
}

enum template_field template_find_field(struct template_slice name)
{
    for (size_t i = FIELD_NONE + 1; i < COUNT(fields); i++) {
        if (template_slice_is(name, fields[i].name))
            return (enum template_field)i;
    }
    return FIELD_NONE;
}

void template_offer_fields(struct nearest *nearest)
{
    for (size_t i = FIELD_NONE + 1; i < COUNT(fields); i++)
        nearest_offer(nearest, fields[i].name);
}

static enum template_escaping find_escaping(struct template_slice name)
{
    for (size_t i = 0; escaping_names[i] != NULL; i++) {
        if (template_slice_is(name, escaping_names[i]))
            return (enum template_escaping)i;
    }
    return ESCAPE_UNKNOWN;
}

static bool fail_escaping(struct template_slice name, struct error *error)
{
    char hint[NEAREST_HINT_SIZE];
    struct nearest nearest = nearest_to_part(name.text, name.length);
    nearest_offer_list(&nearest, escaping_names);
    return error_set(error, ERROR_USAGE, 0,
        "unknown escaping ':%.*s': it must be url, query, path, component, json, base64, raw, "
        "upper, "
        "flat or epoch%s",
        (int)(name.length < SHOWN_MAX ? name.length : SHOWN_MAX), name.text,
        nearest_hint(&nearest, "':", "'", hint));
}

static bool changes_value(enum template_escaping escaping)
{
    return escaping < ESCAPE_RAW;
}

/* Adds an escaping that has a name to those before it. */
static bool add_escaping(struct template_escapings *escapings, enum template_escaping escaping,
    enum template_field *field, struct error *error)
{
    if (escaping == ESCAPE_EPOCH) {
        if (*field != FIELD_MTIME || escapings->count > 0)
            return error_set(error, ERROR_USAGE, 0,
                "':epoch' must come directly after {mtime}, whose value as a number it is");
        *field = FIELD_EPOCH;
        return true;
    }
    enum template_escaping last =
        escapings->count > 0 ? escapings->list[escapings->count - 1] : ESCAPE_UPPER;
    if (changes_value(escaping) && !changes_value(last))
        return error_set(error, ERROR_USAGE, 0, "':%s' must come before ':%s': write ':%s:%s'",
            escaping_names[escaping], escaping_names[last], escaping_names[escaping],
            escaping_names[last]);
    if (escapings->count == ESCAPINGS_MOST)
        return error_set(
            error, ERROR_USAGE, 0, "a field may have at most %d escapings", ESCAPINGS_MOST);
    escapings->list[escapings->count++] = escaping;
    return true;
}

/* What is not escaped otherwise is escaped as its place asks for. ESCAPE_RAW has done its work
 * then. */
static void complete(struct template_escapings *escapings, enum template_place place)
{
    bool has_escaping = false;
    size_t kept = 0;
    for (size_t i = 0; i < escapings->count; i++) {
        has_escaping = has_escaping || !changes_value(escapings->list[i]);
        if (escapings->list[i] != ESCAPE_RAW)
            escapings->list[kept++] = escapings->list[i];
    }
    escapings->count = kept;
    if (!has_escaping && place == TEMPLATE_URL)
        escapings->list[escapings->count++] = ESCAPE_URL;
}

bool template_read_escapings(struct template_slice source, enum template_place place,
    enum template_field *field, struct template_escapings *escapings, struct error *error)
{
    const char *end = source.text + source.length;
    *escapings = (struct template_escapings){0};
    for (const char *at = source.text; at < end;) {
        const char *next = memchr(at + 1, ':', (size_t)(end - at) - 1);
        if (next == NULL)
            next = end;
        struct template_slice name = {at + 1, (size_t)(next - at) - 1};
        enum template_escaping escaping = find_escaping(name);
        if (escaping == ESCAPE_UNKNOWN)
            return fail_escaping(name, error);
        if (!add_escaping(escapings, escaping, field, error))
            return false;
        at = next;
    }
    complete(escapings, place);
    return true;
}
