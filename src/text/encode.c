#include "text/encode.h"

#include <stdint.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static bool is_unreserved(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

static bool is_kept(unsigned char byte, const char *keep)
{
    return is_unreserved(byte) || (byte != 0 && strchr(keep, byte) != NULL);
}

bool encode_percent(struct buf *out, const char *text, size_t length, const char *keep)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t done = 0;
    while (done < length) {
        size_t end = done;
        while (end < length && is_kept((unsigned char)text[end], keep))
            end++;
        (void)buf_add(out, text + done, end - done);
        if (end < length) {
            unsigned char byte = (unsigned char)text[end++];
            char escaped[3] = {'%', digits[byte >> 4], digits[byte & 15]};
            (void)buf_add(out, escaped, sizeof escaped);
        }
        done = end;
    }
    return !out->failed;
}

static int hex_digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

bool decode_percent(struct buf *out, const char *text, size_t length)
{
    size_t done = 0;
    while (done < length) {
        const char *percent = memchr(text + done, '%', length - done);
        size_t end = percent == NULL ? length : (size_t)(percent - text);
        (void)buf_add(out, text + done, end - done);
        if (percent == NULL)
            break;
        if (length - end < 3)
            return false;
        int high = hex_digit_value(text[end + 1]);
        int low = hex_digit_value(text[end + 2]);
        if (high < 0 || low < 0)
            return false;
        (void)buf_add_byte(out, (char)(high << 4 | low));
        done = end + 3;
    }
    return !out->failed;
}

/* The letter behind the backslash in JSON's short escapes, or 0. */
static char json_short_escape(char byte)
{
    switch (byte) {
    case '"':
    case '\\':
        return byte;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return 0;
    }
}

static bool is_plain_in_json(unsigned char byte)
{
    return byte >= 0x20 && byte != '"' && byte != '\\';
}

bool encode_json(struct buf *out, const char *text, size_t length)
{
    size_t done = 0;
    while (done < length) {
        size_t end = done;
        while (end < length && is_plain_in_json((unsigned char)text[end]))
            end++;
        (void)buf_add(out, text + done, end - done);
        if (end < length) {
            char letter = json_short_escape(text[end]);
            if (letter != 0)
                (void)buf_add(out, (char[2]){'\\', letter}, 2);
            else
                (void)buf_printf(out, "\\u%04x", (unsigned)(unsigned char)text[end]);
            end++;
        }
        done = end;
    }
    return !out->failed;
}

bool encode_base64(struct buf *out, const void *data, size_t length)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *bytes = data;
    for (size_t done = 0; done < length; done += 3) {
        size_t left = length - done;
        uint32_t group = (uint32_t)bytes[done] << 16;
        if (left > 1)
            group |= (uint32_t)bytes[done + 1] << 8;
        if (left > 2)
            group |= bytes[done + 2];
        char quad[4] = {alphabet[group >> 18], alphabet[group >> 12 & 63],
            left > 1 ? alphabet[group >> 6 & 63] : '=', left > 2 ? alphabet[group & 63] : '='};
        if (!buf_add(out, quad, sizeof quad))
            return false;
    }
    return !out->failed;
}

bool encode_hex(struct buf *out, const void *data, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = data;
    for (size_t i = 0; i < length; i++) {
        if (!buf_add(out, (char[2]){digits[bytes[i] >> 4], digits[bytes[i] & 15]}, 2))
            return false;
    }
    return !out->failed;
}

/* How long a sequence its first byte announces, with the bits of the code point in it and the
 * least code point that needs so many bytes; 0 where no sequence begins so. */
static size_t announced_length(unsigned char first, unsigned *bits, unsigned *least)
{
    if (first < 0x80) {
        *bits = first;
        *least = 0;
        return 1;
    }
    if (first >= 0xc2 && first < 0xe0) {
        *bits = first & 0x1fU;
        *least = 0x80;
        return 2;
    }
    if (first >= 0xe0 && first < 0xf0) {
        *bits = first & 0x0fU;
        *least = 0x800;
        return 3;
    }
    if (first >= 0xf0 && first < 0xf5) {
        *bits = first & 0x07U;
        *least = 0x10000;
        return 4;
    }
    return 0;
}

size_t utf8_sequence(const char *text, size_t length, unsigned *rune)
{
    if (length == 0)
        return 0;
    unsigned value = 0;
    unsigned least = 0;
    size_t needed = announced_length((unsigned char)text[0], &value, &least);
    if (needed == 0 || needed > length)
        return 0;
    for (size_t i = 1; i < needed; i++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (byte & 0x3fU);
    }
    if (value < least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    if (rune != NULL)
        *rune = value;
    return needed;
}

/* How many bytes from the start of `text` are valid UTF-8. */
static size_t valid_length(const char *text, size_t length)
{
    size_t done = 0;
    while (done < length) {
        size_t step =
            (unsigned char)text[done] < 0x80 ? 1 : utf8_sequence(text + done, length - done, NULL);
        if (step == 0)
            break;
        done += step;
    }
    return done;
}

bool utf8_valid(const char *text, size_t length)
{
    return valid_length(text, length) == length;
}

bool utf8_repair(struct buf *out, const char *text, size_t length)
{
    size_t done = 0;
    while (done < length) {
        size_t valid = valid_length(text + done, length - done);
        (void)buf_add(out, text + done, valid);
        done += valid;
        if (done < length) {
            (void)buf_add(out, REPLACEMENT, sizeof REPLACEMENT - 1);
            done++;
        }
    }
    return !out->failed;
}
