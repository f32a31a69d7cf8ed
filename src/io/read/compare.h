/* READER_COMPARE: whether files are still what was sent of them. */
#ifndef SHOAL_IO_READ_COMPARE_H
#define SHOAL_IO_READ_COMPARE_H

#include <stdbool.h>

#include "base/must_use.h"
#include "io/reader.h"

/* Does the job. */
void reader_compare_run(struct reader_job *job);

/* Does the job if all that it needs is in the kernel's cache. False: it is to be done by
 * reader_compare_run(). Files that were streamed are never compared here. */
MUST_USE bool reader_compare_run_cached(struct reader_job *job);

#endif
