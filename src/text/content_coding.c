#include "text/content_coding.h"

#include <limits.h>

#define ZLIB_CONST /* zlib does not write to its input */
#include <zlib.h>

#define STEP              4096      /* bytes that are decoded at a time */
#define WINDOW_ANY        (15 + 32) /* zlib's inflateInit2(): a gzip or a zlib header */
#define WINDOW_RAW        (-15)     /* the same: no header */
#define GZIP_MEMBERS_MOST 16        /* a gzip body may consist of several */

/* Decodes up to the end of the data, of the input or of the room. Returns whether the data had its
 * end. `decoded`: room for STEP bytes. */
static bool inflate_all(z_stream *stream, char *decoded, struct buf *out)
{
    int members = 1;
    for (;;) {
        size_t room = out->maximum - out->length;
        stream->next_out = (Bytef *)decoded;
        stream->avail_out = room < STEP ? (uInt)room : STEP;
        if (room == 0)
            return false;
        size_t asked = stream->avail_out;
        int result = inflate(stream, Z_NO_FLUSH);
        if (!buf_add(out, decoded, asked - stream->avail_out))
            return false;
        if (result == Z_STREAM_END && stream->avail_in == 0)
            return true;
        if (result == Z_STREAM_END && members++ < GZIP_MEMBERS_MOST)
            result = inflateReset(stream);
        if (result != Z_OK)
            return false;
    }
}

static enum content_coding decode(const char *body, size_t length, int window, struct buf *out)
{
    char decoded[STEP];
    z_stream stream = {.next_in = (const Bytef *)body, .avail_in = (uInt)length};
    size_t before = out->length;
    if (inflateInit2(&stream, window) != Z_OK)
        return CONTENT_UNKNOWN;
    bool is_whole = inflate_all(&stream, decoded, out);
    (void)inflateEnd(&stream);
    if (is_whole)
        return CONTENT_DECODED;
    return out->length > before ? CONTENT_CUT : CONTENT_UNKNOWN;
}

enum content_coding content_decode(
    struct http_slice coding, const char *body, size_t length, struct buf *out)
{
    if (coding.length == 0 || http_slice_is(coding, "identity"))
        return CONTENT_PLAIN;
    bool is_gzip = http_slice_is(coding, "gzip") || http_slice_is(coding, "x-gzip");
    bool is_deflate = http_slice_is(coding, "deflate");
    if ((!is_gzip && !is_deflate) || length == 0 || length > UINT_MAX)
        return CONTENT_UNKNOWN;
    enum content_coding result = decode(body, length, WINDOW_ANY, out);
    /* Some servers send `deflate` without the zlib header that RFC 9110 asks for. */
    if (result == CONTENT_UNKNOWN && is_deflate)
        result = decode(body, length, WINDOW_RAW, out);
    return result;
}
