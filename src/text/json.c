#include "text/json.h"

#include <string.h>

#include "text/encode.h"
#include "text/printable.h"

/* A path of a file system's longest, and what the events make of it. */
#define TEXT_MAX (256U << 20)

/* Milliseconds with a fraction, not its nearest binary number. */
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

static bool set_base64(json_t *object, const char *path, size_t length)
{
    struct buf encoded;
    buf_init(&encoded, TEXT_MAX);
    bool set = encode_base64(&encoded, path, length) &&
               json_object_set_new(
                   object, "path_base64", json_stringn_nocheck(encoded.data, encoded.length)) == 0;
    buf_free(&encoded);
    return set;
}

bool json_set_path(json_t *object, const char *path)
{
    size_t length = strlen(path);
    if (json_object_set_new(object, "path", json_text(path, length)) != 0)
        return false;
    return utf8_valid(path, length) || set_base64(object, path, length);
}

static void add_code_unit(struct buf *out, unsigned unit)
{
    (void)buf_printf(out, "\\u%04x", unit);
}

static void add_rune_escaped(struct buf *out, unsigned rune)
{
    if (rune < 0x10000) {
        add_code_unit(out, rune);
        return;
    }
    add_code_unit(out, 0xd800 + ((rune - 0x10000) >> 10));
    add_code_unit(out, 0xdc00 + ((rune - 0x10000) & 0x3ff));
}

/* How many bytes from the start of `text` may stand as they are. */
static size_t plain_length(const char *text, size_t length)
{
    size_t done = 0;
    while (done < length) {
        if ((unsigned char)text[done] < 0x7f) {
            done++;
            continue;
        }
        unsigned rune;
        size_t step = utf8_sequence(text + done, length - done, &rune);
        if (step == 0 || !printable_is_safe(rune))
            break;
        done += step;
    }
    return done;
}

/* What jansson writes is valid, but C1 controls and marks that reorder text stand in it as they
 * are: escaped, the same line is safe on a terminal. Beyond ASCII there is only text in strings,
 * and jansson hands over whole characters. */
static int add_piece(const char *text, size_t length, void *context)
{
    struct buf *out = context;
    size_t done = 0;
    while (done < length) {
        size_t plain = plain_length(text + done, length - done);
        (void)buf_add(out, text + done, plain);
        done += plain;
        unsigned rune;
        size_t step = utf8_sequence(text + done, length - done, &rune);
        if (step > 0)
            add_rune_escaped(out, rune);
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
