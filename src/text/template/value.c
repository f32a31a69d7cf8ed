/* One value, written as its escapings say and checked for its place. */
#include "base/ascii.h"
#include "text/encode.h"
#include "text/template/private.h"

/* The most bytes of a value between two escapings. */
#define VALUE_MOST (16U << 20)

/* Bytes that encodeURIComponent() keeps (ECMA-262) and RFC 3986 does not count as unreserved, and
 * the slash between two segments. */
#define COMPONENT_KEPT "!*'()/"

/* Bytes that a browser keeps in the path of a URL (the path percent-encode set of the WHATWG URL
 * standard), beyond RFC 3986's unreserved ones. Not the backslash, which a browser reads as a
 * slash. */
#define PATH_KEPT "!$&'()*+,/:;=@[]|"

/* Whether a value may be in `place`. Checks what was written, not the value: `:json` and `:url`
 * escape control bytes, so that a header may contain such a value. */
static bool is_allowed_in(enum template_place place, const char *text, size_t length)
{
    if (place == TEMPLATE_FORM || place == TEMPLATE_TEXT)
        return true;
    for (size_t i = 0; i < length; i++) {
        char byte = text[i];
        if (place == TEMPLATE_HEADER ? ascii_is_control(byte) && byte != '\t'
                                     : ascii_is_control(byte) || byte == ' ')
            return false;
    }
    return true;
}

static bool add_upper(struct buf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool is_lower = text[i] >= 'a' && text[i] <= 'z';
        (void)buf_add_byte(out, is_lower ? (char)(text[i] - 'a' + 'A') : text[i]);
    }
    return !out->failed;
}

static bool add_flat(struct buf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '/')
            (void)buf_add_text(out, "--");
        else
            (void)buf_add_byte(out, text[i]);
    }
    return !out->failed;
}

static bool add_base64_of_digest(struct buf *out, const char *digits, size_t length)
{
    char bytes[64]; /* of the longest digest there is (SHA-512), and of more than there are here */
    size_t count = length / 2 < sizeof bytes ? length / 2 : sizeof bytes;
    for (size_t i = 0; i < count; i++) {
        unsigned high = (unsigned)ascii_hex_value(digits[2 * i]);
        unsigned low = (unsigned)ascii_hex_value(digits[2 * i + 1]);
        bytes[i] = (char)(high << 4 | low);
    }
    return encode_base64(out, bytes, count);
}

/* Adds `value` as `escaping` says. False: `out` failed, or the value cannot be written so. */
static bool add_escaped(
    struct buf *out, const struct template_value *value, enum template_escaping escaping)
{
    const char *text = value->text;
    size_t length = value->length;
    switch (escaping) {
    case ESCAPE_UPPER:
        return add_upper(out, text, length);
    case ESCAPE_FLAT:
        return add_flat(out, text, length);
    case ESCAPE_URL:
        return encode_percent(out, text, length, value->keeps_slashes ? "/" : "");
    case ESCAPE_QUERY:
        return encode_percent(out, text, length, "");
    case ESCAPE_PATH:
        return encode_percent(out, text, length, PATH_KEPT);
    case ESCAPE_COMPONENT:
        return encode_percent(out, text, length, COMPONENT_KEPT);
    case ESCAPE_JSON:
        return utf8_valid(text, length) && encode_json(out, text, length);
    case ESCAPE_BASE64:
        return value->is_digest ? add_base64_of_digest(out, text, length)
                                : encode_base64(out, text, length);
    case ESCAPE_EPOCH:
    case ESCAPE_RAW:
    case ESCAPE_UNKNOWN:
        break;
    }
    return buf_add(out, text, length);
}

/* `text`, whose form is wrong for `escaping`, or which was too long. Always false. */
static bool fail_value(const struct template_value *value, enum template_escaping escaping,
    const struct buf *out, struct error *error)
{
    if (escaping == ESCAPE_JSON && !out->failed)
        return error_set(error, ERROR_DATA, 0,
            "the value of {%s} is not valid UTF-8, so it cannot be written as JSON", value->name);
    return error_set(error, ERROR_MEMORY, 0,
        "no memory for the value of {%s}, or it is too long for its place", value->name);
}

/* Adds the value after all of several escapings. */
static bool add_chain(struct buf *out, const struct template_value *value,
    const struct template_escapings *escapings, struct error *error)
{
    struct buf steps[ESCAPINGS_MOST];
    struct template_value now = *value;
    bool added = true;
    size_t done = 0;
    for (; added && done + 1 < escapings->count; done++) {
        buf_init(&steps[done], VALUE_MOST);
        added = add_escaped(&steps[done], &now, escapings->list[done]) ||
                fail_value(value, escapings->list[done], &steps[done], error);
        now.text = buf_text(&steps[done]);
        now.length = steps[done].length;
        now.is_digest = false;
    }
    if (added)
        added = add_escaped(out, &now, escapings->list[done]) ||
                fail_value(value, escapings->list[done], out, error);
    while (done-- > 0)
        buf_free(&steps[done]);
    return added;
}

static bool add_all(struct buf *out, const struct template_value *value,
    const struct template_escapings *escapings, struct error *error)
{
    if (escapings->count > 1)
        return add_chain(out, value, escapings, error);
    enum template_escaping only = escapings->count == 0 ? ESCAPE_RAW : escapings->list[0];
    return add_escaped(out, value, only) || fail_value(value, only, out, error);
}

bool template_add_value(struct buf *out, const struct template_value *value,
    const struct template_escapings *escapings, enum template_place place, struct error *error)
{
    size_t start = out->length;
    if (!add_all(out, value, escapings, error))
        return false;
    if (is_allowed_in(place, out->data + start, out->length - start))
        return true;
    if (place == TEMPLATE_HEADER)
        return error_set(error, ERROR_DATA, 0,
            "the value of {%s} contains a control byte, which a header cannot have: use {%s:url} "
            "or {%s:base64}",
            value->name, value->name, value->name);
    return error_set(error, ERROR_DATA, 0,
        "the value of {%s} contains a space or a control byte, which a URL cannot have: leave out "
        "its escaping, or use {%s:query}",
        value->name, value->name);
}
