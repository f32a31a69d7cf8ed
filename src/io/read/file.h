/* One file of a job: opened and read so that a change while it is read is noticed. */
#ifndef SHOAL_IO_READ_FILE_H
#define SHOAL_IO_READ_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/must_use.h"
#include "io/read/stamps.h"
#include "io/reader.h"

/* Opens the file and sets `facts`, `result` and `code`. True: it is READER_OK, and `*hot` receives
 * how long it must be left alone. False: it is not; its descriptor may be open all the same. */
MUST_USE bool reader_file_open(
    struct reader_file *file, struct stamps *stamps, struct stamps_hot *hot);

/* As reader_file_open(), without waiting for a disk. False: something is not in the kernel's cache,
 * or the file cannot be read now, whatever the reason; no descriptor is open. */
MUST_USE bool reader_file_open_cached(struct reader_file *file, struct stamps *stamps);

/* As reader_try_cached(), but tells an end of the file, which is 0, from a failure: -1. */
MUST_USE int64_t reader_file_try_cached(
    const struct reader_file *file, char *data, int64_t position, size_t length);

/* Reads `length` bytes at `position`. Returns their number, less than `length` only if the file
 * ends earlier, or -1 with errno. */
MUST_USE int64_t reader_file_read(
    const struct reader_file *file, char *data, size_t length, int64_t position);

/* Closes the descriptor if it is open. */
void reader_file_close(struct reader_file *file);

/* Why a file whose content is longer or shorter than its size was: it changed, or its size is never
 * that of its content. */
enum reader_result reader_file_why_other_size(const struct reader_file *file);

/* Whether the open file, whose size is 0, has content all the same. */
bool reader_file_hides_size(const struct reader_file *file);

/* Sets `result` and `code`. Always false, so that a failing function can end with it. */
bool reader_file_refuse(struct reader_file *file, enum reader_result result, int code);

#endif
