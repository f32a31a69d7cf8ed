#include "text/encode.h"

#include <stdint.h>
#include <string.h>

#include "base/ascii.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static bool is_unreserved(char byte)
{
    return ascii_is_letter(byte) || ascii_is_digit(byte) || byte == '-' || byte == '.' ||
           byte == '_' || byte == '~';
}

static bool is_kept(char byte, const char *keep)
{
    return is_unreserved(byte) || (byte != 0 && strchr(keep, byte) != NULL);
}

bool encode_percent(struct buf *out, const char *text, size_t length, const char *keep)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t done = 0;
    while (done < length) {
        size_t end = done;
        while (end < length && is_kept(text[end], keep))
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
        int high = ascii_hex_value(text[end + 1]);
        int low = ascii_hex_value(text[end + 2]);
        if (high < 0 || low < 0)
            return false;
        (void)buf_add_byte(out, (char)(high << 4 | low));
        done = end + 3;
    }
    return !out->failed;
}

/* The character after the backslash in the two-character escape of `byte`; 0 if it has none. */
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
    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

bool encode_json(struct buf *out, const char *text, size_t length)
{
    for (size_t done = 0; done < length;) {
        size_t end = done;
        while (end < length && is_plain_in_json((unsigned char)text[end]))
            end++;
        (void)buf_add(out, text + done, end - done);
        unsigned code_point;
        size_t step = utf8_sequence(text + end, length - end, &code_point);
        char letter = step == 1 ? json_short_escape(text[end]) : 0;
        if (letter != 0)
            (void)buf_add(out, (char[2]){'\\', letter}, 2);
        else if (step > 0)
            (void)encode_json_unicode(out, code_point);
        done = end + (step > 0 ? step : 1);
    }
    return !out->failed;
}

static void add_code_unit(struct buf *out, unsigned unit)
{
    (void)buf_printf(out, "\\u%04x", unit);
}

bool encode_json_unicode(struct buf *out, unsigned code_point)
{
    if (code_point < 0x10000) {
        add_code_unit(out, code_point);
    } else {
        add_code_unit(out, 0xd800 + ((code_point - 0x10000) >> 10));
        add_code_unit(out, 0xdc00 + ((code_point - 0x10000) & 0x3ff));
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

/* The value of a character of Base64; -1: it is none. */
static int base64_value(char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return byte - 'A';
    if (byte >= 'a' && byte <= 'z')
        return byte - 'a' + 26;
    if (byte >= '0' && byte <= '9')
        return byte - '0' + 52;
    return byte == '+' ? 62 : byte == '/' ? 63 : -1;
}

bool decode_base64(struct buf *out, const char *text, size_t length)
{
    size_t padding = 0;
    while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
        padding++;
    unsigned bits = 0;
    if (length % 4 != 0)
        return false;
    for (size_t i = 0; i < length - padding; i++) {
        int value = base64_value(text[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (unsigned)value;
        if (i % 4 > 0) /* each character after the first of four completes a byte */
            (void)buf_add_byte(out, (char)(bits >> (6 - 2 * (i % 4))));
    }
    return !out->failed;
}

void encode_hex(char *out, const void *data, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = data;
    for (size_t i = 0; i < length; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

/* The length of the sequence that begins with `first`, or 0 if none does. `*bits` receives the code
 * point's bits in that byte, `*minimum` the smallest code point that needs this length. */
static size_t announced_length(unsigned char first, unsigned *bits, unsigned *minimum)
{
    if (first < 0x80) {
        *bits = first;
        *minimum = 0;
        return 1;
    }
    if (first >= 0xc2 && first < 0xe0) {
        *bits = first & 0x1fU;
        *minimum = 0x80;
        return 2;
    }
    if (first >= 0xe0 && first < 0xf0) {
        *bits = first & 0x0fU;
        *minimum = 0x800;
        return 3;
    }
    if (first >= 0xf0 && first < 0xf5) {
        *bits = first & 0x07U;
        *minimum = 0x10000;
        return 4;
    }
    return 0;
}

size_t utf8_sequence(const char *text, size_t length, unsigned *code_point)
{
    if (length == 0)
        return 0;
    unsigned value = 0;
    unsigned minimum = 0;
    size_t needed = announced_length((unsigned char)text[0], &value, &minimum);
    if (needed == 0 || needed > length)
        return 0;
    for (size_t i = 1; i < needed; i++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (byte & 0x3fU);
    }
    if (value < minimum || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    if (code_point != NULL)
        *code_point = value;
    return needed;
}

/* The number of bytes at the start of `text` that are valid UTF-8. */
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

size_t utf8_write(char *out, unsigned code_point)
{
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0}; /* by length */
    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff))
        return 0;
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t at = length; at-- > 1; code_point >>= 6)
        out[at] = (char)(0x80 | (code_point & 0x3f));
    out[0] = (char)(lead[length] | code_point);
    return length;
}

bool utf8_valid(const char *text, size_t length)
{
    return valid_length(text, length) == length;
}

size_t utf8_cut_length(const char *text, size_t length, size_t most)
{
    if (length <= most)
        return length;
    while (most > 0 && (text[most] & 0xc0) == 0x80)
        most--;
    return most;
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
