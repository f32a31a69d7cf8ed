#include "text/json_pointer.h"

#include <jansson.h>
#include <string.h>

#include "base/ascii.h"
#include "text/http_syntax.h"

#define LOAD_FLAGS (JSON_DECODE_ANY | JSON_ALLOW_NUL)
#define TOKEN_MOST 4096 /* bytes of one token of a pointer */

static const char byte_order_mark[] = "\xef\xbb\xbf";

bool json_pointer_is_valid(const char *pointer)
{
    if (pointer[0] != '\0' && pointer[0] != '/')
        return false;
    for (const char *tilde = strchr(pointer, '~'); tilde != NULL; tilde = strchr(tilde + 1, '~')) {
        if (tilde[1] != '0' && tilde[1] != '1')
            return false;
    }
    return true;
}

/* ---- moving through JSON text, which is known to be valid. The rest is never at its end where a
 * value is expected. */

static void skip(struct http_slice *rest, size_t count)
{
    rest->data += count;
    rest->length -= count;
}

static void skip_space(struct http_slice *rest)
{
    while (rest->length > 0 && ascii_is_space(*rest->data))
        skip(rest, 1);
}

/* The string at the beginning of the rest, with its quotes. */
static struct http_slice take_string(struct http_slice *rest)
{
    struct http_slice string = *rest;
    size_t at = 1;
    while (at < string.length && string.data[at] != '"')
        at += string.data[at] == '\\' ? 2 : 1;
    string.length = at < string.length ? at + 1 : string.length;
    skip(rest, string.length);
    return string;
}

/* The value at the beginning of the rest. */
static struct http_slice take_value(struct http_slice *rest)
{
    const char *start = rest->data;
    size_t depth = 0;
    do {
        char byte = *rest->data;
        if (byte == '"') {
            (void)take_string(rest);
        } else if (byte == '{' || byte == '[') {
            depth++;
            skip(rest, 1);
        } else if (byte == '}' || byte == ']') {
            depth--;
            skip(rest, 1);
        } else if (depth > 0) {
            skip(rest, 1);
        } else {
            while (rest->length > 0 && strchr(",]} \t\r\n", *rest->data) == NULL)
                skip(rest, 1);
        }
    } while (depth > 0 && rest->length > 0);
    return (struct http_slice){start, (size_t)(rest->data - start)};
}

/* Skips white space, the byte `mark` if it is there, and white space. */
static bool take_mark(struct http_slice *rest, char mark)
{
    skip_space(rest);
    if (rest->length == 0 || *rest->data != mark)
        return false;
    skip(rest, 1);
    skip_space(rest);
    return true;
}

/* ---- following a pointer */

/* Adds a string's content. */
static bool add_content(struct http_slice string, struct buf *out)
{
    json_t *value = json_loadb(string.data, string.length, LOAD_FLAGS, NULL);
    bool added = value != NULL && buf_add(out, json_string_value(value), json_string_length(value));
    json_decref(value);
    return added;
}

static bool is_key(struct http_slice string, const struct buf *token)
{
    size_t length = string.length - 2;
    if (memchr(string.data, '\\', string.length) == NULL)
        return length == token->length && memcmp(string.data + 1, buf_text(token), length) == 0;
    struct buf content;
    buf_init(&content, string.length);
    bool same = add_content(string, &content) && content.length == token->length &&
                memcmp(buf_text(&content), buf_text(token), token->length) == 0;
    buf_free(&content);
    return same;
}

static bool find_member(struct http_slice object, const struct buf *token, struct http_slice *found)
{
    bool any = false;
    skip(&object, 1);
    skip_space(&object);
    while (object.length > 0 && *object.data == '"') {
        struct http_slice key = take_string(&object);
        (void)take_mark(&object, ':');
        struct http_slice value = take_value(&object);
        if (is_key(key, token)) {
            *found = value;
            any = true;
        }
        if (!take_mark(&object, ','))
            break;
    }
    return any;
}

static bool find_element(struct http_slice array, const struct buf *token, struct http_slice *found)
{
    const char *digits = buf_text(token);
    bool is_index = token->length > 0 && token->length < 10 &&
                    strspn(digits, "0123456789") == token->length &&
                    (digits[0] != '0' || token->length == 1);
    size_t wanted = 0;
    for (size_t i = 0; is_index && i < token->length; i++)
        wanted = wanted * 10 + (size_t)(digits[i] - '0');
    skip(&array, 1);
    skip_space(&array);
    for (size_t index = 0; is_index && array.length > 0 && *array.data != ']'; index++) {
        *found = take_value(&array);
        if (index == wanted)
            return true;
        if (!take_mark(&array, ','))
            break;
    }
    return false;
}

/* Decodes the token that `pointer` begins with, after its `/`; returns what follows it. */
static const char *read_token(const char *pointer, struct buf *token)
{
    buf_clear(token);
    for (; *pointer != '\0' && *pointer != '/'; pointer++) {
        if (*pointer == '~')
            pointer++;
        bool escaped = pointer[-1] == '~';
        (void)buf_add_byte(token, !escaped ? *pointer : *pointer == '0' ? '~' : '/');
    }
    return pointer;
}

static bool follow(struct http_slice *value, const char *pointer)
{
    struct buf token;
    buf_init(&token, TOKEN_MOST);
    bool found = true;
    while (found && *pointer == '/') {
        pointer = read_token(pointer + 1, &token);
        if (*value->data == '{')
            found = find_member(*value, &token, value);
        else if (*value->data == '[')
            found = find_element(*value, &token, value);
        else
            found = false;
        found = found && !token.failed;
    }
    buf_free(&token);
    return found;
}

/* ---- the value's text */

static bool add_compact(struct http_slice value, struct buf *out)
{
    while (value.length > 0) {
        if (*value.data == '"') {
            struct http_slice string = take_string(&value);
            (void)buf_add(out, string.data, string.length);
            continue;
        }
        if (!ascii_is_space(*value.data))
            (void)buf_add_byte(out, *value.data);
        skip(&value, 1);
    }
    return !out->failed;
}

static bool is_json(struct http_slice text)
{
    /* A number that no integer of C can hold is JSON, too. */
    json_t *value = json_loadb(text.data, text.length, LOAD_FLAGS | JSON_DECODE_INT_AS_REAL, NULL);
    json_decref(value);
    return value != NULL;
}

enum json_pointer_result json_pointer_read(
    const char *text, size_t length, const char *pointer, struct buf *out)
{
    struct http_slice rest = {text, length};
    size_t mark = strlen(byte_order_mark);
    if (length >= mark && memcmp(text, byte_order_mark, mark) == 0)
        skip(&rest, mark);
    if (rest.length == 0 || !is_json(rest))
        return JSON_POINTER_NOT_JSON;
    skip_space(&rest);
    struct http_slice value = take_value(&rest);
    if (!follow(&value, pointer))
        return JSON_POINTER_MISSING;
    bool added = *value.data == '"' ? add_content(value, out) : add_compact(value, out);
    return added ? JSON_POINTER_FOUND : JSON_POINTER_NOT_JSON;
}
