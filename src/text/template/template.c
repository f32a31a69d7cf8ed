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

struct parser {
    const char *source;
    const struct template_keys *keys;
    struct template *template;
    struct error *error;
    size_t text_done; /* bytes of the template's text that already belong to a part */
    bool after_slash; /* the last thing added is the value of a key: a URL that ends in a slash */
};

static const struct template_key *find_key(
    const struct template_keys *keys, struct template_slice name)
{
    for (size_t i = 0; keys != NULL && i < keys->count; i++) {
        if (template_slice_is(name, keys->list[i].name))
            return &keys->list[i];
    }
    return NULL;
}

bool template_is_field(const char *name)
{
    return template_find_field((struct template_slice){name, strlen(name)}) != FIELD_NONE;
}

static bool is_key_byte(char byte)
{
    return ascii_is_letter(byte) || ascii_is_digit(byte) || byte == '_' || byte == '-' ||
           byte == '.';
}

bool template_is_key_name(const char *name)
{
    if (!ascii_is_letter(*name) && *name != '_')
        return false;
    while (is_key_byte(*name))
        name++;
    return *name == '\0';
}

/* Adds a part: the fixed text added since the last part, then `field`. */
static bool add_part(
    struct parser *parser, enum template_field field, const struct template_escapings *escapings)
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
        .escapings = *escapings,
    };
    template->needs |= template_field_needs(field);
    parser->text_done = template->text.length;
    return true;
}

/* Whether `text` is a URL that ends in a slash, such as https://example.com/. */
static bool is_url_with_slash(const char *text)
{
    bool is_url = strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
    return is_url && text[strlen(text) - 1] == '/';
}

/* Adds the value of a key to the fixed text. */
static bool add_key(struct parser *parser, const struct template_key *key,
    const struct template_escapings *escapings)
{
    struct template_value value = {
        .name = key->name,
        .text = key->value,
        .length = strlen(key->value),
    };
    const struct template_keys *keys = parser->keys;
    struct template *template = parser->template;
    size_t start = template->text.length;
    parser->after_slash = is_url_with_slash(key->value);
    if (!template_add_value(&template->text, &value, escapings, template->place, parser->error))
        return false;
    if (keys->written == NULL || escapings->count == 0)
        return true;
    return keys->written(
               keys->context, key, template->text.data + start, template->text.length - start) ||
           error_set_memory(parser->error);
}

static int shown_length(struct template_slice slice)
{
    return (int)(slice.length < SHOWN_MAX ? slice.length : SHOWN_MAX);
}

static bool fail_field(struct parser *parser, struct template_slice name)
{
    char hint[NEAREST_HINT_SIZE];
    struct nearest nearest = nearest_to_part(name.text, name.length);
    template_offer_fields(&nearest);
    for (size_t i = 0; parser->keys != NULL && i < parser->keys->count; i++)
        nearest_offer(&nearest, parser->keys->list[i].name);
    return error_set(parser->error, ERROR_USAGE, 0,
        "unknown field {%.*s} in '%.*s': it must be file, folder, path, dir, name, stem, ext, "
        "type, "
        "size, mtime, sha256, sha1, md5 or a key given with -s (a '{' itself is written '{{')%s",
        shown_length(name), name.text, SHOWN_MAX, parser->source,
        nearest_hint(&nearest, "{", "}", hint));
}

/* Adds a key that need not be given: without a value, the whole text is left out. */
static bool read_optional(
    struct parser *parser, struct template_slice name, const struct template_escapings *escapings)
{
    struct template *template = parser->template;
    if (template_find_field(name) != FIELD_NONE)
        return error_set(parser->error, ERROR_USAGE, 0,
            "{%.*s?} in '%.*s': every file has this field; a '?' may follow a key of -s only",
            shown_length(name), name.text, SHOWN_MAX, parser->source);
    const struct template_key *key = find_key(parser->keys, name);
    template->may_be_left_out = true;
    if (key != NULL && key->value[0] != '\0')
        return add_key(parser, key, escapings);
    template->left_out = true;
    return true;
}

/* Reads what is between the braces: NAME or NAME?, then a colon before each escaping. */
static bool read_field(struct parser *parser, struct template_slice inside)
{
    const char *colon = memchr(inside.text, ':', inside.length);
    size_t length = colon == NULL ? inside.length : (size_t)(colon - inside.text);
    struct template_slice name = {inside.text, length};
    struct template_slice rest = {inside.text + length, inside.length - length};
    bool is_optional = length > 1 && name.text[length - 1] == '?';
    name.length -= is_optional;
    enum template_field field = template_find_field(name);
    const struct template_key *key = find_key(parser->keys, name);
    if (field == FIELD_NONE && key == NULL && !is_optional)
        return fail_field(parser, name);
    struct template_escapings escapings;
    struct error reason = {0};
    if (!template_read_escapings(rest, parser->template->place, &field, &escapings, &reason))
        return error_set(parser->error, reason.class, 0, "%s (in '%.*s')", reason.text, SHOWN_MAX,
            parser->source);
    if (is_optional)
        return read_optional(parser, name, &escapings);
    return field != FIELD_NONE ? add_part(parser, field, &escapings)
                               : add_key(parser, key, &escapings);
}

/* Whether what follows a `{` can be the name of a field. If not, it is probably JSON. */
static bool looks_like_name(const char *text)
{
    while (is_key_byte(*text))
        text++;
    text += *text == '?';
    return *text == ':' || *text == '}';
}

/* The text from `brace` to the brace that closes it, with each brace doubled: what the user must
 * write if it is not a field. */
static bool fail_literal(struct parser *parser, const char *brace)
{
    struct buf doubled;
    buf_init(&doubled, 2 * (size_t)SHOWN_MAX);
    int depth = 0;
    for (const char *at = brace; *at != '\0' && !doubled.failed; at++) {
        depth += (*at == '{') - (*at == '}');
        if (*at == '{' || *at == '}')
            (void)buf_add_byte(&doubled, *at);
        (void)buf_add_byte(&doubled, *at);
        if (depth == 0)
            break;
    }
    const char *other = parser->template->place == TEMPLATE_FORM ? " or use --form-string" : "";
    (void)error_set(parser->error, ERROR_USAGE, 0, "'{' begins a template field; write %s%s%s",
        buf_text(&doubled), doubled.failed ? "..." : "", other);
    buf_free(&doubled);
    return false;
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
    if (!looks_like_name(brace + 1))
        return fail_literal(parser, brace);
    *next = end + 1;
    return read_field(parser, (struct template_slice){brace + 1, (size_t)(end - brace) - 1});
}

static bool parse(struct parser *parser)
{
    struct buf *text = &parser->template->text;
    const char *next = parser->source;
    while (*next != '\0') {
        /* `{host}/{path}` is right for a host with and without a slash. */
        if (parser->after_slash && *next == '/')
            next++;
        parser->after_slash = false;
        size_t plain = strcspn(next, "{}");
        if (!buf_add(text, next, plain))
            return error_set(parser->error, ERROR_MEMORY, 0, "a template is too long");
        next += plain;
        if (*next != '\0' && !read_braces(parser, &next))
            return false;
    }
    return text->length == parser->text_done ||
           add_part(parser, FIELD_NONE, &(struct template_escapings){0});
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
           template->parts[0].text_length == 0 && template->parts[0].escapings.count == 0;
}

static bool keeps_paths_apart(const struct template_escapings *escapings)
{
    for (size_t i = 0; i < escapings->count; i++) {
        if (escapings->list[i] == ESCAPE_UPPER || escapings->list[i] == ESCAPE_FLAT)
            return false;
    }
    return true;
}

bool template_tells_paths_apart(const struct template *template)
{
    size_t paths = 0;
    for (size_t i = 0; i < template->part_count; i++) {
        const struct template_part *part = &template->parts[i];
        if (part->field == FIELD_PATH && keeps_paths_apart(&part->escapings))
            paths++;
        else if (part->field != FIELD_NONE)
            return false;
    }
    return paths == 1;
}

bool template_may_be_left_out(const struct template *template)
{
    return template->may_be_left_out;
}

bool template_is_left_out(const struct template *template)
{
    return template->left_out;
}
