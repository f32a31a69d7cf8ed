#include "text/printable.h"

#include <stddef.h>

#include "base/ascii.h"
#include "text/encode.h"

struct range {
    unsigned first;
    unsigned last;
};

/* Characters that a terminal may interpret, or that hide or reorder text. Sorted. */
static const struct range unsafe[] = {
    {0x0000, 0x001f},   /* C0 controls */
    {0x007f, 0x009f},   /* DELETE, C1 controls */
    {0x00ad, 0x00ad},   /* soft hyphen */
    {0x034f, 0x034f},   /* combining grapheme joiner */
    {0x061c, 0x061c},   /* Arabic letter mark */
    {0x115f, 0x1160},   /* Hangul fillers */
    {0x17b4, 0x17b5},   /* Khmer inherent vowels */
    {0x180b, 0x180f},   /* Mongolian selectors */
    {0x200b, 0x200f},   /* zero-width, left-to-right and right-to-left marks */
    {0x2028, 0x202e},   /* separators, bidi embeddings and overrides */
    {0x2060, 0x206f},   /* word joiner, invisible operators, bidi isolates */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xfe00, 0xfe0f},   /* variation selectors */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xffa0, 0xffa0},   /* halfwidth Hangul filler */
    {0xfff9, 0xfffb},   /* interlinear annotation */
    {0x1d173, 0x1d17a}, /* musical format controls */
    {0xe0000, 0xe0fff}, /* tags, variation selectors */
};

bool printable_is_safe(unsigned code_point)
{
    if (code_point >= 0x20 && code_point < 0x7f)
        return true;
    for (size_t i = 0; i < sizeof unsafe / sizeof *unsafe && unsafe[i].first <= code_point; i++) {
        if (code_point <= unsafe[i].last)
            return false;
    }
    return true;
}

static void add_escaped_byte(struct buf *out, unsigned char byte)
{
    switch (byte) {
    case '\n':
        (void)buf_add_text(out, "\\n");
        break;
    case '\r':
        (void)buf_add_text(out, "\\r");
        break;
    case '\t':
        (void)buf_add_text(out, "\\t");
        break;
    case '\\':
        (void)buf_add_text(out, "\\\\");
        break;
    default:
        (void)buf_printf(out, "\\x%02x", byte);
        break;
    }
}

/* The number of bytes at the start of `text` that need no escape. */
static size_t safe_length(const char *text, size_t length)
{
    size_t done = 0;
    while (done < length) {
        unsigned char byte = (unsigned char)text[done];
        if (ascii_is_printable(text[done]) && byte != '\\') {
            done++;
            continue;
        }
        unsigned code_point;
        size_t step = byte < 0x80 ? 0 : utf8_sequence(text + done, length - done, &code_point);
        if (step == 0 || !printable_is_safe(code_point))
            break;
        done += step;
    }
    return done;
}

bool printable_add(struct buf *out, const char *text, size_t length)
{
    size_t done = 0;
    while (done < length) {
        size_t safe = safe_length(text + done, length - done);
        (void)buf_add(out, text + done, safe);
        done += safe;
        if (done == length)
            break;
        unsigned code_point;
        size_t step = utf8_sequence(text + done, length - done, &code_point);
        if (step > 1) {
            (void)buf_printf(out, "\\u{%04X}", code_point);
            done += step;
        } else {
            add_escaped_byte(out, (unsigned char)text[done++]);
        }
    }
    return !out->failed;
}
