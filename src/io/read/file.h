/* One file of a job: opened and read so that a change while it is read is noticed. */
#ifndef SHOAL_IO_READ_FILE_H
#define SHOAL_IO_READ_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/must_use.h"
#include "io/reader.h"

/* Opens the file and sets `facts`, `result` and `code`. True: it is READER_OK, and `*hot_us`
 * receives the microseconds until its times can be trusted (0: now). False: it is not; its
 * descriptor may be open all the same. */
MUST_USE bool reader_file_open(struct reader_file *file, int64_t *hot_us);

/* As reader_file_open(), without waiting for a disk. False: something is not in the kernel's cache,
 * or the file cannot be read now, whatever the reason; no descriptor is open. */
MUST_USE bool reader_file_open_cached(struct reader_file *file);

/* Reads `length` bytes at `position`. Returns their number, less than `length` only if the file
 * ends earlier, or -1 with errno. */
MUST_USE int64_t reader_file_read(
    const struct reader_file *file, char *data, size_t length, int64_t position);

/* Closes the descriptor if it is open. */
void reader_file_close(struct reader_file *file);

/* Sets `result` and `code`. Always false, so that a failing function can end with it. */
bool reader_file_refuse(struct reader_file *file, enum reader_result result, int code);

#endif
