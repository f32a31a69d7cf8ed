#include "text/json.h"

#include <stdio.h>
#include <string.h>

#include "text/encode.h"
#include "text/printable.h"

/* The most bytes of a repaired or Base64-encoded string: several times the longest path. */
#define TEXT_MAX (256U << 20)

/* Significant digits of a real number. With 15, 12.3 is written as 12.3; with 17 it would be
 * 12.300000000000001, the nearest binary number. */
#define REAL_DIGITS 15

json_t *json_text(const char *text, size_t length)
{
    if (utf8_valid(text, length))
        return json_stringn_nocheck(text, length);
    struct buf repaired;
    buf_init(&repaired, TEXT_MAX);
    json_t *string = NULL;
    if (utf8_repair(&repaired, text, length))
        string = json_stringn_nocheck(repaired.data, repaired.length);
    buf_free(&repaired);
    return string;
}

bool json_set(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new_nocheck(object, key, value) == 0;
}

bool json_set_text(json_t *object, const char *key, const char *text)
{
    return text == NULL || json_set(object, key, json_text(text, strlen(text)));
}

bool json_set_number(json_t *object, const char *key, int64_t number)
{
    return json_set(object, key, json_integer(number));
}

static bool set_base64(json_t *object, const char *key, const char *text, size_t length)
{
    char long_key[32];
    (void)snprintf(long_key, sizeof long_key, "%s_base64", key);
    struct buf encoded;
    buf_init(&encoded, TEXT_MAX);
    bool set = encode_base64(&encoded, text, length) &&
               json_set(object, long_key, json_stringn_nocheck(encoded.data, encoded.length));
    buf_free(&encoded);
    return set;
}

bool json_set_bytes(json_t *object, const char *key, const char *text, size_t length)
{
    if (text == NULL)
        return true;
    return json_set(object, key, json_text(text, length)) &&
           (utf8_valid(text, length) || set_base64(object, key, text, length));
}

json_t *json_if_complete(json_t *value, bool complete)
{
    if (complete)
        return value;
    json_decref(value);
    return NULL;
}

/* The number of bytes at the start of `text` that are safe on a terminal. */
static size_t plain_length(const char *text, size_t length)
{
    size_t done = 0;
    while (done < length) {
        if ((unsigned char)text[done] < 0x7f) {
            done++;
            continue;
        }
        unsigned code_point;
        size_t step = utf8_sequence(text + done, length - done, &code_point);
        if (step == 0 || !printable_is_safe(code_point))
            break;
        done += step;
    }
    return done;
}

/* jansson's output is valid JSON, but it leaves C1 controls and characters that reorder text as
 * they are. Escaping them makes the same line safe on a terminal. Non-ASCII occurs in strings only,
 * and jansson passes whole characters to this callback. */
static int add_piece(const char *text, size_t length, void *context)
{
    struct buf *out = context;
    size_t done = 0;
    while (done < length) {
        size_t plain = plain_length(text + done, length - done);
        (void)buf_add(out, text + done, plain);
        done += plain;
        unsigned code_point;
        size_t step = utf8_sequence(text + done, length - done, &code_point);
        if (step > 0)
            (void)encode_json_unicode(out, code_point);
        else if (done < length)
            return -1;
        done += step;
    }
    return out->failed ? -1 : 0;
}

bool json_add_line(struct buf *out, const json_t *object)
{
    size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS);
    if (json_dump_callback(object, add_piece, out, flags) != 0)
        return false;
    return buf_add_byte(out, '\n');
}
