/* Text out to a descriptor, in whole lines and few calls. */
#ifndef SHOAL_APP_STREAM_H
#define SHOAL_APP_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define STREAM_BATCH (32 * 1024)

struct stream {
    int descriptor;
    struct buf pending;
    int failure; /* errno of the first write that failed, or 0: nothing is written after it */
};

/* Makes a stream to an open descriptor, which stays the caller's. */
void stream_init(struct stream *stream, int descriptor);

/* Adds whole lines; they are written once STREAM_BATCH bytes wait, or by stream_flush(). One
 * write(2) carries whole lines only, so that a file opened for appending never has a torn one.
 * False: the stream has failed. */
bool stream_add(struct stream *stream, const char *data, size_t length);
bool stream_flush(struct stream *stream);

/* Writes what waits and frees the memory. False: the stream has failed. */
bool stream_end(struct stream *stream);

#endif
