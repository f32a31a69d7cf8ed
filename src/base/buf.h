/* A growable byte buffer with a declared maximum.
 *
 * A failure (no memory, or over the maximum) sticks: further additions do nothing and return false,
 * so a caller may add many pieces and look at `failed` once. */
#ifndef SHOAL_BASE_BUF_H
#define SHOAL_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;      /* NULL, or `length` bytes and a NUL behind them; owned by the buffer */
    size_t length;   /* bytes in use, the closing NUL not counted */
    size_t capacity; /* bytes allocated */
    size_t maximum;  /* most bytes it may hold */
    bool failed;     /* an addition failed since the last buf_clear() */
};

/* Makes an empty buffer that may grow to `maximum` bytes. Allocates nothing. */
void buf_init(struct buf *buf, size_t maximum);

/* Releases the memory; the buffer is empty and may be used again. */
void buf_free(struct buf *buf);

/* Empties it, keeps the memory, forgets a failure. */
void buf_clear(struct buf *buf);

/* Makes room for `extra` more bytes behind `length`. False: no memory or over the maximum. */
bool buf_reserve(struct buf *buf, size_t extra);

/* Adds bytes, a C string, one byte, formatted text. False on failure, with nothing added. */
bool buf_add(struct buf *buf, const void *data, size_t length);
bool buf_add_text(struct buf *buf, const char *text);
bool buf_add_byte(struct buf *buf, char byte);
bool buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The content as a C string, "" where nothing was added. Valid until the next addition. */
const char *buf_text(const struct buf *buf);

/* Gives the content away: the caller frees the result. The buffer is empty afterwards.
 * NULL where the buffer failed or there is no memory. */
char *buf_take(struct buf *buf);

#endif
