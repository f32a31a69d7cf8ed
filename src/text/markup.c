#include "text/markup.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "text/encode.h"

#define REFERENCE_LENGTH_MAX 12 /* `&#x0010FFFF;`; what is longer is text */

/* The part of the body that is still to be read. */
struct rest {
    const char *data;
    size_t length;
};

static void skip_bytes(struct rest *rest, size_t count)
{
    rest->data += count;
    rest->length -= count;
}

/* Whether the tag that goes on with `name`, after `<` or `</`, has the name `element`, with or
 * without a prefix (`s:message`). */
static bool is_named(const char *name, size_t length, const char *element)
{
    size_t wanted = strlen(element);
    size_t prefix = 0;
    while (prefix < length && ascii_is_token_byte(name[prefix]))
        prefix++;
    if (prefix + 1 < length && name[prefix] == ':') {
        name += prefix + 1;
        length -= prefix + 1;
    }
    if (length < wanted || strncasecmp(name, element, wanted) != 0)
        return false;
    return length == wanted || !ascii_is_token_byte(name[wanted]);
}

/* Skips a tag, whose `<` the rest begins with, and its `>`. */
static void skip_tag(struct rest *rest)
{
    const char *end = memchr(rest->data, '>', rest->length);
    skip_bytes(rest, end == NULL ? rest->length : (size_t)(end - rest->data) + 1);
}

/* Skips everything up to the content of the next element of that name. False: there is none. */
static bool enter_element(struct rest *rest, const char *element)
{
    for (;;) {
        const char *tag = memchr(rest->data, '<', rest->length);
        if (tag == NULL)
            return false;
        skip_bytes(rest, (size_t)(tag - rest->data));
        bool found = is_named(rest->data + 1, rest->length - 1, element);
        skip_tag(rest);
        bool empty = rest->data - tag >= 2 && memcmp(rest->data - 2, "/>", 2) == 0;
        if (found && !empty)
            return true;
    }
}

/* The value of a numeric reference, between `&#` and `;`. 0: it is not one. */
static unsigned numeric_reference(const char *digits, size_t length)
{
    bool hexadecimal = length > 0 && (digits[0] == 'x' || digits[0] == 'X');
    unsigned value = 0;
    for (size_t at = hexadecimal ? 1 : 0; at < length; at++) {
        int digit = ascii_hex_value(digits[at]);
        if (digit < 0 || (!hexadecimal && digit > 9))
            return 0;
        value = value * (hexadecimal ? 16 : 10) + (unsigned)digit;
        if (value > 0x10ffff)
            return 0;
    }
    return value;
}

static unsigned named_reference(const char *name, size_t length)
{
    static const struct {
        const char *name;
        unsigned code_point;
    } known[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i].name) == length && memcmp(known[i].name, name, length) == 0)
            return known[i].code_point;
    }
    return 0;
}

static bool add_character(struct buf *out, unsigned code_point)
{
    char bytes[4];
    size_t length = utf8_write(bytes, code_point);
    return length > 0 && buf_add(out, bytes, length);
}

/* Adds the character of the reference that the rest begins with, or its `&` alone. */
static void add_reference(struct buf *out, struct rest *rest)
{
    size_t most = rest->length < REFERENCE_LENGTH_MAX ? rest->length : REFERENCE_LENGTH_MAX;
    const char *end = memchr(rest->data, ';', most);
    unsigned code_point = 0;
    if (end != NULL) {
        const char *name = rest->data + 1;
        size_t length = (size_t)(end - name);
        code_point = length > 1 && name[0] == '#' ? numeric_reference(name + 1, length - 1)
                                                  : named_reference(name, length);
    }
    if (code_point != 0 && add_character(out, code_point)) {
        skip_bytes(rest, (size_t)(end - rest->data) + 1);
        return;
    }
    (void)buf_add_byte(out, '&');
    skip_bytes(rest, 1);
}

/* Adds the text up to the end tag. Returns whether it has more than white space. */
static bool add_element_text(struct buf *out, struct rest *rest, const char *element)
{
    bool any = false;
    while (rest->length > 0) {
        char byte = rest->data[0];
        if (byte == '<') {
            bool end = rest->length > 1 && rest->data[1] == '/' &&
                       is_named(rest->data + 2, rest->length - 2, element);
            skip_tag(rest);
            if (end)
                break;
            (void)buf_add_byte(out, ' '); /* a tag separates words */
        } else if (byte == '&') {
            add_reference(out, rest);
            any = true;
        } else {
            any = any || !ascii_is_space(byte);
            (void)buf_add_byte(out, byte);
            skip_bytes(rest, 1);
        }
    }
    return any;
}

bool markup_add_text(struct buf *out, const char *body, size_t length, const char *element)
{
    struct rest rest = {body, length};
    size_t start = out->length;
    while (enter_element(&rest, element)) {
        if (add_element_text(out, &rest, element))
            return !out->failed;
        buf_truncate(out, start);
    }
    return false;
}
