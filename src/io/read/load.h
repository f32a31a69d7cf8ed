/* What a reader does with one job, in whichever thread: the work without the queues. */
#ifndef SHOAL_IO_READ_LOAD_H
#define SHOAL_IO_READ_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/must_use.h"
#include "io/read/stamps.h"
#include "io/reader.h"

/* Resets the job's results: READER_OK, and no file is open. Must come before the first
 * reader_job_close() of a job, whose descriptors are not initialized until then. */
void reader_load_prepare(struct reader_job *job);

/* Does the job. Returns 0 if it is done, whatever its result. Otherwise one of its files was
 * written a moment ago: no file is open, and the job must be run again after the returned number of
 * microseconds. A job is postponed by one second in all, beyond the granularity of the file's
 * times; then the file counts as changed. */
MUST_USE int64_t reader_load_run(struct reader_job *job, struct stamps *stamps);

/* Does the job only if everything that it needs is in the kernel's cache, so that it does not wait
 * for a disk. False: it is to be run by reader_load_run(), as if this had not been called. Jobs
 * that read chunks, make digests or leave files open for streaming are never done here. */
MUST_USE bool reader_load_run_cached(struct reader_job *job, struct stamps *stamps);

#endif
