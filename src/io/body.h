/* A body that is too large to stand in memory: pieces of memory and open files, read ahead chunk by
 * chunk by the reader, given to the transport as it asks (struct http_request's `read`). */
#ifndef SHOAL_IO_BODY_H
#define SHOAL_IO_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/reader.h"

/* Memory, or a file that a READER_LOAD job left open. Both stay in place until body_free(). */
struct body_piece {
    const char *data; /* NULL: it is a file */
    size_t length;
    struct reader_file *file;
};

struct body;

/* A body of `count` pieces (copied). `chunk` is how many bytes are read at a time, 64 KiB to 1 MiB;
 * it holds at most two chunks. NULL with `error`: no memory. */
struct body *body_new(const struct body_piece *pieces, size_t count, struct reader *reader,
    size_t chunk, struct error *error);

/* In all, bytes. */
int64_t body_length(const struct body *body);

/* struct http_request's `read`; `context` is the body. Content that is in the page cache is read at
 * once; else HTTP_READ_WAIT, and the chunk is on its way. The last bytes of a file are held back
 * until its facts have been checked again. */
int64_t body_read(void *context, char *into, size_t room);

/* Takes a READER_CHUNK job back from collect(): its `context` is the body. True: the transfer may
 * be resumed. */
bool body_chunk_done(struct body *body, struct reader_job *job);

/* Why body_read() broke off, for the file's error: the file in question, or NULL. */
const struct reader_file *body_culprit(const struct body *body);

/* True while the reader has a chunk of it: then body_free() must wait until body_chunk_done(). */
bool body_busy(const struct body *body);

/* Frees it; descriptors belong to the load job. */
void body_free(struct body *body);

#endif
