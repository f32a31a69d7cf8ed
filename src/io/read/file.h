/* One file of a job: opened, looked at and read so that it is never torn. */
#ifndef SHOAL_IO_READ_FILE_H
#define SHOAL_IO_READ_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/reader.h"

/* Opens the file and takes its facts; `result` and `code` say what it came to. True: it is
 * READER_OK, and its stamps can be trusted in `hot_us` microseconds (0: now). The descriptor may be
 * open where it is not READER_OK, too. */
bool reader_file_open(struct reader_file *file, int64_t *hot_us);

/* Reads `length` bytes at `position`, fewer only where the file ends before. -1 with errno. */
int64_t reader_file_read(
    const struct reader_file *file, char *data, size_t length, int64_t position);

/* Closes it where it is open. */
void reader_file_close(struct reader_file *file);

/* `result` and `code` from now on. False always. */
bool reader_file_refuse(struct reader_file *file, enum reader_result result, int code);

#endif
