/* A growable byte buffer with a declared maximum.
 *
 * A failure (out of memory, or over the maximum) sticks: further additions do nothing and return
 * false, so a caller may add many pieces and check `failed` once. */
#ifndef SHOAL_BASE_BUF_H
#define SHOAL_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/must_use.h"

/* A buffer. Callers read its fields and change it by the functions below. */
struct buf {
    char *data;      /* NULL, or `length` bytes followed by a NUL; owned by the buffer */
    size_t length;   /* bytes in use, without the closing NUL */
    size_t capacity; /* bytes allocated */
    size_t maximum;  /* the most bytes it may hold, without the closing NUL */
    bool failed;     /* an addition failed since the last buf_clear() */
};

/* Makes an empty buffer that may grow to `maximum` bytes. Allocates nothing. */
void buf_init(struct buf *buf, size_t maximum);

/* Releases the memory; the buffer is empty and may be used again. */
void buf_free(struct buf *buf);

/* Empties it, keeps the memory, forgets a failure. */
void buf_clear(struct buf *buf);

/* Makes room for `extra` more bytes after `length`. False: out of memory, or over the maximum. */
bool buf_reserve(struct buf *buf, size_t extra);

/* Adds `length` bytes. On failure adds nothing and returns false. */
bool buf_add(struct buf *buf, const void *data, size_t length);

/* Adds a C string without its NUL. On failure adds nothing and returns false. */
bool buf_add_text(struct buf *buf, const char *text);

/* Adds one byte. On failure adds nothing and returns false. */
bool buf_add_byte(struct buf *buf, char byte);

/* Adds text formatted as by printf(3). On failure adds nothing and returns false. */
bool buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The content as a C string, "" if nothing was added. Valid until the next addition. */
const char *buf_text(const struct buf *buf);

/* Hands the content over as a C string, which the caller frees with free(3). The buffer is empty
 * afterwards. NULL: the buffer failed, or out of memory. */
MUST_USE char *buf_detach(struct buf *buf);

#endif
