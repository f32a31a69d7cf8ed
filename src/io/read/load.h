/* What a reader does with one job, in whichever thread: the work without the queue. */
#ifndef SHOAL_IO_READ_LOAD_H
#define SHOAL_IO_READ_LOAD_H

#include <stdint.h>

#include "io/reader.h"

/* Puts the job's results to their beginnings: no file is open, none was looked at. Before this call
 * reader_job_close() must not see the job. */
void reader_load_prepare(struct reader_job *job);

/* Does the job. 0: it is done, whatever it came to. Else one of its files was written a moment ago:
 * nothing is open, and the job is to be done again in so many microseconds. That ends: a job is put
 * off for a second in all, then its file counts as changed. */
int64_t reader_load_run(struct reader_job *job);

#endif
