/* The body of a request that is too large for memory: pieces of memory and open files. The reader
 * reads ahead chunk by chunk, and the transport asks for bytes (struct http_request's `read`). */
#ifndef SHOAL_IO_BODY_H
#define SHOAL_IO_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must_use.h"
#include "io/reader.h"

/* Memory or a file. It belongs to the caller and stays unchanged until body_free(). */
struct body_piece {
    const char *data;         /* the bytes; NULL: the piece is `file` */
    size_t length;            /* bytes at `data` */
    struct reader_file *file; /* left open by a READER_LOAD job */
};

/* A body under way. The loop's thread makes every call. */
struct body;

/* Makes a body of `count` pieces (the array is copied), for body_free(). `chunk` is the number of
 * bytes that the reader reads at a time, 64 KiB to 1 MiB; the body allocates at most two chunks.
 * NULL with `error`: the pieces are longer together than a length can say, or out of memory. */
MUST_USE struct body *body_new(const struct body_piece *pieces, size_t count, struct reader *reader,
    size_t chunk, struct error *error);

/* Before the first body_read(): has the body compute the digest of what it hands over of each file,
 * into its `sent_sha256`. A file that is in the body twice must be the same both times. */
void body_keep_digests(struct body *body);

/* The length of all pieces together, bytes. */
int64_t body_length(const struct body *body);

/* struct http_request's `read`; `context` is the body. Returns the number of bytes copied to
 * `into`, at most `room`, or an enum http_read_end. Bytes in the page cache are copied at once;
 * otherwise the result is HTTP_READ_WAIT, and a chunk is being read. The last bytes of a file are
 * returned only after its facts were compared again. */
int64_t body_read(void *context, char *into, size_t room);

/* Accepts a READER_CHUNK job that collect() returned; `body` is job->body. True: the transfer may
 * be resumed. */
bool body_chunk_done(struct body *body, struct reader_job *job);

/* How many bytes body_read() has returned so far. */
int64_t body_delivered(const struct body *body);

/* The file because of which body_read() failed, with its `result` and `code`; NULL: none failed. */
const struct reader_file *body_culprit(const struct body *body);

/* Whether the reader has a job of this body. If so, body_free() must wait for body_chunk_done(). */
bool body_busy(const struct body *body);

/* Whether a chunk was left to a thread that hangs, so that the body must stay in place. */
bool body_abandoned(const struct body *body);

/* Frees the body. The descriptors belong to the load job and stay open. NULL does nothing. */
void body_free(struct body *body);

#endif
