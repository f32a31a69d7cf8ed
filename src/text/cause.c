#include "text/cause.h"

#include <jansson.h>
#include <string.h>

#include "base/ascii.h"
#include "text/markup.h"
#include "text/one_line.h"

#define DEPTH_MAX      4 /* levels of JSON that are searched */
#define HEX_LENGTH_MIN 8 /* shorter runs of hexadecimal digits may be words */

#define SOFTWARE_MAX   40       /* bytes of a server's name and version */
#define SOFTWARE_MARKS "./-_+ " /* in it, beside letters and digits */

/* NOLINTBEGIN(misc-no-recursion): at most DEPTH_MAX levels deep */
static bool add_json_value(struct buf *out, const json_t *value, unsigned depth);

/* Adds the first member that tells people something. */
static bool add_json_member(struct buf *out, const json_t *object, unsigned depth)
{
    /* The longer text first: {"error":"invalid_grant","error_description":"token expired"}. */
    static const char *const names[] = {"message", "error_description", "detail", "error_message",
        "errorMessage", "Message", "error", "errors", "msg", "title", "reason", "description"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (add_json_value(out, json_object_get(object, names[i]), depth))
            return true;
    }
    return false;
}

/* Adds the text of a value: of a string its own, of an object its message, of an array the first
 * that an item has. False: it has none. */
static bool add_json_value(struct buf *out, const json_t *value, unsigned depth)
{
    size_t start = out->length;
    if (json_is_string(value))
        return one_line_add(
                   out, json_string_value(value), json_string_length(value), CAUSE_MESSAGE_MAX) &&
               out->length > start;
    if (depth == 0)
        return false;
    if (json_is_object(value))
        return add_json_member(out, value, depth - 1);
    for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++) {
        if (add_json_value(out, json_array_get(value, i), depth - 1))
            return true;
    }
    return false;
}
/* NOLINTEND(misc-no-recursion) */

static bool add_json(struct buf *out, const char *body, size_t length)
{
    json_t *value = json_loadb(body, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    bool added = value != NULL && add_json_value(out, value, DEPTH_MAX);
    json_decref(value);
    return added;
}

static bool add_markup(struct buf *out, const char *body, size_t length)
{
    static const char *const elements[] = {"message", "title", "h1", "body"};
    struct buf text;
    bool added = false;
    buf_init(&text, length * 2);
    for (size_t i = 0; i < sizeof elements / sizeof elements[0] && !added; i++)
        added = markup_add_text(&text, body, length, elements[i]) &&
                one_line_add(out, text.data, text.length, CAUSE_MESSAGE_MAX);
    buf_free(&text);
    return added;
}

static bool add_first_line(struct buf *out, const char *body, size_t length)
{
    while (length > 0 && ascii_is_space(*body)) {
        body++;
        length--;
    }
    size_t line = 0;
    while (line < length && body[line] != '\n' && body[line] != '\r')
        line++;
    return one_line_add(out, body, line, CAUSE_MESSAGE_MAX);
}

bool cause_distill(struct buf *out, const char *body, size_t length)
{
    size_t at = 0;
    while (at < length && ascii_is_space(body[at]))
        at++;
    if (at == length)
        return !out->failed;
    if (add_json(out, body, length))
        return true;
    if (body[at] == '<' && add_markup(out, body, length))
        return true;
    return add_first_line(out, body, length);
}

bool cause_add_software(struct buf *out, const char *body, size_t length)
{
    static const char before[] = "<hr><center>";
    static const char after[] = "</center>";
    const char *name = memmem(body, length, before, sizeof before - 1);
    if (name == NULL)
        return !out->failed;
    name += sizeof before - 1;
    const char *end = memmem(name, (size_t)(body + length - name), after, sizeof after - 1);
    size_t size = end == NULL ? 0 : (size_t)(end - name);
    for (size_t i = 0; i < size; i++) {
        bool is_mark = memchr(SOFTWARE_MARKS, name[i], sizeof SOFTWARE_MARKS - 1) != NULL;
        if (!is_mark && !ascii_is_letter(name[i]) && !ascii_is_digit(name[i]))
            return !out->failed;
    }
    if (size > 0 && size <= SOFTWARE_MAX)
        (void)buf_printf(out, " (%.*s)", (int)size, name);
    return !out->failed;
}

/* The length of the run of hexadecimal digits, or with `decimal` of decimal ones, at the start. */
static size_t digit_run(const char *text, size_t length, bool decimal)
{
    size_t run = 0;
    while (run < length && (decimal ? ascii_is_digit(text[run]) : ascii_hex_value(text[run]) >= 0))
        run++;
    return run;
}

bool cause_fold(struct buf *out, const char *text, size_t length)
{
    size_t at = 0;
    while (at < length) {
        size_t hexadecimal = digit_run(text + at, length - at, false);
        size_t end = at + (hexadecimal > 0 ? hexadecimal : 1);
        if (hexadecimal >= HEX_LENGTH_MIN) {
            (void)buf_add_byte(out, '#');
            at = end;
        }
        while (at < end) {
            size_t decimal = digit_run(text + at, end - at, true);
            (void)buf_add_byte(out, decimal > 0 ? '#' : text[at]);
            at += decimal > 0 ? decimal : 1;
        }
    }
    return !out->failed;
}
