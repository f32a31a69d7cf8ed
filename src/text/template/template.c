#include "text/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "text/template/private.h"

/* The most bytes of a template's fixed text. Options come from a command line and are shorter. */
#define TEXT_MAX (16U << 20)

/* The most bytes of a template or a name that a message shows. */
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
    [FIELD_SIZE] = {"size", TEMPLATE_NEEDS_FACTS},
    [FIELD_MTIME] = {"mtime", TEMPLATE_NEEDS_FACTS},
    [FIELD_SHA256] = {"sha256", TEMPLATE_NEEDS_SHA256},
    [FIELD_SHA1] = {"sha1", TEMPLATE_NEEDS_SHA1},
    [FIELD_MD5] = {"md5", TEMPLATE_NEEDS_MD5},
};

static const char *const escapings[] = {
    [ESCAPE_DEFAULT] = "",
    [ESCAPE_RAW] = "raw",
    [ESCAPE_URL] = "url",
    [ESCAPE_QUERY] = "query",
    [ESCAPE_JSON] = "json",
    [ESCAPE_BASE64] = "base64",
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A part of the source, not NUL-terminated. */
struct slice {
    const char *text;
    size_t length;
};

struct parser {
    const char *source;
    const struct template_keys *keys;
    struct template *template;
    struct error *error;
    size_t text_done; /* bytes of the template's text that already belong to a part */
};

static bool slice_is(struct slice slice, const char *text)
{
    return strlen(text) == slice.length && memcmp(text, slice.text, slice.length) == 0;
}

/* FIELD_NONE: no field has this name. */
static enum template_field find_field(struct slice name)
{
    for (size_t i = FIELD_NONE + 1; i < COUNT(fields); i++) {
        if (slice_is(name, fields[i].name))
            return (enum template_field)i;
    }
    return FIELD_NONE;
}

/* ESCAPE_DEFAULT: no escaping has this name. */
static enum template_escaping find_escaping(struct slice name)
{
    for (size_t i = ESCAPE_DEFAULT + 1; i < COUNT(escapings); i++) {
        if (slice_is(name, escapings[i]))
            return (enum template_escaping)i;
    }
    return ESCAPE_DEFAULT;
}

static const struct template_key *find_key(const struct template_keys *keys, struct slice name)
{
    for (size_t i = 0; keys != NULL && i < keys->count; i++) {
        if (slice_is(name, keys->list[i].name))
            return &keys->list[i];
    }
    return NULL;
}

const char *template_field_name(enum template_field field)
{
    return fields[field].name;
}

bool template_is_field(const char *name)
{
    return find_field((struct slice){name, strlen(name)}) != FIELD_NONE;
}

bool template_is_key_name(const char *name)
{
    if (!ascii_is_letter(*name) && *name != '_')
        return false;
    while (ascii_is_letter(*name) || ascii_is_digit(*name) || *name == '_' || *name == '-' ||
           *name == '.')
        name++;
    return *name == '\0';
}

/* Adds a part: the fixed text added since the last part, then `field`. */
static bool add_part(
    struct parser *parser, enum template_field field, enum template_escaping escaping)
{
    struct template *template = parser->template;
    struct template_part *parts = array_grow(template->parts, template->part_count, sizeof *parts);
    if (parts == NULL)
        return error_set_memory(parser->error);
    template->parts = parts;
    template->parts[template->part_count++] = (struct template_part){
        .text_at = parser->text_done,
        .text_length = template->text.length - parser->text_done,
        .field = field,
        .escaping = escaping,
    };
    template->needs |= fields[field].needs;
    parser->text_done = template->text.length;
    return true;
}

/* Adds the value of a key to the fixed text. */
static bool add_key(
    struct parser *parser, const struct template_key *key, enum template_escaping escaping)
{
    struct template_value value = {
        .name = key->name,
        .text = key->value,
        .length = strlen(key->value),
    };
    struct template *template = parser->template;
    return template_add_value(&template->text, &value, escaping, template->place, parser->error);
}

static bool fail_field(struct parser *parser, struct slice name)
{
    return error_set(parser->error, ERROR_USAGE, 0,
        "unknown field {%.*s} in '%.*s': it must be file, folder, path, dir, name, stem, ext, "
        "size, mtime, sha256, sha1, md5 or a key given with -s (a '{' itself is written '{{')",
        (int)(name.length < SHOWN_MAX ? name.length : SHOWN_MAX), name.text, SHOWN_MAX,
        parser->source);
}

static bool fail_escaping(struct parser *parser, struct slice name)
{
    return error_set(parser->error, ERROR_USAGE, 0,
        "unknown escaping ':%.*s' in '%.*s': it must be url, query, json, base64 or raw",
        (int)(name.length < SHOWN_MAX ? name.length : SHOWN_MAX), name.text, SHOWN_MAX,
        parser->source);
}

/* Reads what is between the braces: NAME or NAME:ESCAPING. */
static bool read_field(struct parser *parser, struct slice inside)
{
    struct slice name = inside;
    enum template_place place = parser->template->place;
    enum template_escaping escaping = place == TEMPLATE_URL ? ESCAPE_URL : ESCAPE_RAW;
    const char *colon = memchr(inside.text, ':', inside.length);
    if (colon != NULL) {
        name.length = (size_t)(colon - inside.text);
        struct slice rest = {colon + 1, inside.length - name.length - 1};
        escaping = find_escaping(rest);
        if (escaping == ESCAPE_DEFAULT)
            return fail_escaping(parser, rest);
    }
    enum template_field field = find_field(name);
    if (field != FIELD_NONE)
        return add_part(parser, field, escaping);
    const struct template_key *key = find_key(parser->keys, name);
    if (key != NULL)
        return add_key(parser, key, escaping);
    return fail_field(parser, name);
}

/* Reads a field, or one or two braces that mean a brace; `*next` is at the first brace. */
static bool read_braces(struct parser *parser, const char **next)
{
    const char *brace = *next;
    struct buf *text = &parser->template->text;
    if (*brace == '}' || brace[1] == '{') {
        *next += brace[1] == *brace ? 2 : 1;
        return buf_add_byte(text, *brace) || error_set_memory(parser->error);
    }
    const char *end = strchr(brace, '}');
    if (end == NULL)
        return error_set(parser->error, ERROR_USAGE, 0,
            "a '{' without its '}' in '%.*s' (a '{' itself is written '{{')", SHOWN_MAX,
            parser->source);
    if (end == brace + 1)
        return error_set(parser->error, ERROR_USAGE, 0,
            "an empty '{}' in '%.*s': name a field, or write '{{}}'", SHOWN_MAX, parser->source);
    *next = end + 1;
    return read_field(parser, (struct slice){brace + 1, (size_t)(end - brace) - 1});
}

static bool parse(struct parser *parser)
{
    struct buf *text = &parser->template->text;
    const char *next = parser->source;
    while (*next != '\0') {
        size_t plain = strcspn(next, "{}");
        if (!buf_add(text, next, plain))
            return error_set(parser->error, ERROR_MEMORY, 0, "a template is too long");
        next += plain;
        if (*next != '\0' && !read_braces(parser, &next))
            return false;
    }
    return text->length == parser->text_done || add_part(parser, FIELD_NONE, ESCAPE_RAW);
}

/* Checks the fixed text of a header; template_add_value() checks the values. */
static bool check_header(const char *source, struct error *error)
{
    for (const char *next = source; *next != '\0'; next++) {
        if (ascii_is_control(*next) && *next != '\t')
            return error_set(error, ERROR_USAGE, 0,
                "a control byte in '%.*s': a header is one line of text", SHOWN_MAX, source);
    }
    return true;
}

bool template_parse(const char *source, enum template_place place, const struct template_keys *keys,
    struct template **out, struct error *error)
{
    if (place == TEMPLATE_HEADER && !check_header(source, error))
        return false;
    struct template *template = calloc(1, sizeof *template);
    if (template == NULL)
        return error_set_memory(error);
    template->place = place;
    buf_init(&template->text, TEXT_MAX);
    struct parser parser = {.source = source, .keys = keys, .template = template, .error = error};
    if (!parse(&parser)) {
        template_free(template);
        return false;
    }
    *out = template;
    return true;
}

void template_free(struct template *template)
{
    if (template == NULL)
        return;
    buf_free(&template->text);
    free(template->parts);
    free(template);
}

unsigned template_needs(const struct template *template)
{
    return template->needs;
}

bool template_is_file(const struct template *template)
{
    return template->part_count == 1 && template->parts[0].field == FIELD_FILE &&
           template->parts[0].text_length == 0 && template->parts[0].escaping == ESCAPE_RAW;
}
