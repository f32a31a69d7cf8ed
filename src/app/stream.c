#include "app/stream.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "app/signals.h"

void stream_init(struct stream *stream, int descriptor)
{
    *stream = (struct stream){.descriptor = descriptor};
    buf_init(&stream->pending, STREAM_MOST);
}

/* Returns whether a write(2) that failed with the errno `code` may be tried again, after waiting
 * for room if need be. The second signal ends it: a reader that has stopped reading must not
 * prevent the user from stopping the run. */
static bool wait_to_retry(const struct stream *stream, int code)
{
    if (signals_insist())
        return false;
    if (code == EINTR)
        return true;
    if (code != EAGAIN && code != EWOULDBLOCK)
        return false;
    struct pollfd writable = {.fd = stream->descriptor, .events = POLLOUT};
    return poll(&writable, 1, -1) >= 0 || errno == EINTR;
}

static bool write_all(struct stream *stream, const char *data, size_t length)
{
    size_t done = 0;
    while (stream->failure == 0 && done < length) {
        ssize_t written = write(stream->descriptor, data + done, length - done);
        int code = errno;
        if (written >= 0)
            done += (size_t)written;
        else if (!wait_to_retry(stream, code))
            stream->failure = code;
    }
    return stream->failure == 0;
}

bool stream_flush(struct stream *stream)
{
    (void)write_all(stream, buf_text(&stream->pending), stream->pending.length);
    buf_clear(&stream->pending);
    return stream->failure == 0;
}

bool stream_add(struct stream *stream, const char *data, size_t length)
{
    if (stream->failure != 0)
        return false;
    if (stream->pending.length > 0 && stream->pending.length + length > STREAM_BATCH &&
        !stream_flush(stream))
        return false;
    /* No memory for a batch: write the lines now. */
    if (!buf_add(&stream->pending, data, length))
        return stream_flush(stream) && write_all(stream, data, length);
    return stream->pending.length < STREAM_BATCH || stream_flush(stream);
}

bool stream_finish(struct stream *stream)
{
    (void)stream_flush(stream);
    buf_free(&stream->pending);
    return stream->failure == 0;
}
