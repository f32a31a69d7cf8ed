/* One value, written as its escaping says and checked for its place. */
#include "base/ascii.h"
#include "text/encode.h"
#include "text/template/private.h"

/* Whether a value may be in `place`. Checks what was written, not the value: `:json` and `:url`
 * escape control bytes, so that a header may contain such a value. */
static bool is_allowed_in(enum template_place place, const char *text, size_t length)
{
    if (place == TEMPLATE_FORM)
        return true;
    for (size_t i = 0; i < length; i++) {
        char byte = text[i];
        if (place == TEMPLATE_HEADER ? ascii_is_control(byte) && byte != '\t'
                                     : ascii_is_control(byte) || byte == ' ')
            return false;
    }
    return true;
}

static bool add_escaped(
    struct buf *out, const struct template_value *value, enum template_escaping escaping)
{
    switch (escaping) {
    case ESCAPE_URL:
        return encode_percent(out, value->text, value->length, value->keeps_slashes ? "/" : "");
    case ESCAPE_QUERY:
        return encode_percent(out, value->text, value->length, "");
    case ESCAPE_JSON:
        return encode_json(out, value->text, value->length);
    case ESCAPE_BASE64:
        return encode_base64(out, value->text, value->length);
    case ESCAPE_DEFAULT:
    case ESCAPE_RAW:
        break;
    }
    return buf_add(out, value->text, value->length);
}

bool template_add_value(struct buf *out, const struct template_value *value,
    enum template_escaping escaping, enum template_place place, struct error *error)
{
    if (escaping == ESCAPE_JSON && !utf8_valid(value->text, value->length))
        return error_set(error, ERROR_DATA, 0,
            "the value of {%s} is no valid UTF-8, and so can't be written as JSON", value->name);
    size_t start = out->length;
    if (!add_escaped(out, value, escaping))
        return error_set(error, ERROR_MEMORY, 0,
            "no memory for the value of {%s}, or it is too long for its place", value->name);
    /* Most values need no check: percent-encoding and Base64 leave no such byte. */
    if (escaping == ESCAPE_URL || escaping == ESCAPE_QUERY || escaping == ESCAPE_BASE64)
        return true;
    if (is_allowed_in(place, out->data + start, out->length - start))
        return true;
    if (place == TEMPLATE_HEADER)
        return error_set(error, ERROR_DATA, 0,
            "the value of {%s} holds a control byte, which can't stand in a header: use {%s:url} "
            "or {%s:base64}",
            value->name, value->name, value->name);
    return error_set(error, ERROR_DATA, 0,
        "the value of {%s} holds a space or a control byte, which can't stand in a URL: leave out "
        "its escaping, or use {%s:query}",
        value->name, value->name);
}
