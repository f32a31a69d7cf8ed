/* Buffered text output to a descriptor: whole lines, few system calls. */
#ifndef SHOAL_APP_STREAM_H
#define SHOAL_APP_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* How much text is buffered before it is written, in bytes. */
#define STREAM_BATCH (32 * 1024)

/* The most bytes pending: room for the longest single line. */
#define STREAM_MOST (512U << 20)

/* The output to one descriptor. */
struct stream {
    int descriptor;     /* the caller's */
    struct buf pending; /* what is not written yet */
    int failure;        /* errno of the first write that failed, after which nothing is written; 0:
                           none */
};

/* Makes a stream to `descriptor`, which stays open until the stream is finished. Allocates nothing.
 */
void stream_init(struct stream *stream, int descriptor);

/* Adds `length` bytes of whole lines and writes what is pending once it reaches STREAM_BATCH. No
 * batch ends within a line, so that lines of several processes that append to one file are not
 * mixed. False: the stream has failed. */
bool stream_add(struct stream *stream, const char *data, size_t length);

/* Writes what is pending. False: the stream has failed. */
bool stream_flush(struct stream *stream);

/* Writes what is pending and frees the memory. False: the stream has failed. */
bool stream_finish(struct stream *stream);

#endif
