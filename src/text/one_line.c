#include "text/one_line.h"

#include "base/ascii.h"
#include "text/encode.h"

bool one_line_add(struct buf *out, const char *text, size_t length, size_t most)
{
    size_t start = out->length;
    bool space = false;
    for (size_t at = 0; at < length && out->length - start <= most; at++) {
        if (ascii_is_space(text[at])) {
            space = out->length > start;
            continue;
        }
        if (space)
            (void)buf_add_byte(out, ' ');
        space = false;
        (void)buf_add_byte(out, text[at]);
    }
    if (!out->failed && out->length > start)
        buf_truncate(out, start + utf8_cut_length(out->data + start, out->length - start, most));
    return !out->failed;
}
