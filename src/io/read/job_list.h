/* A list of the reader's jobs, linked by their `next`. */
#ifndef SHOAL_IO_READ_JOB_LIST_H
#define SHOAL_IO_READ_JOB_LIST_H

#include <stdbool.h>

#include "io/reader.h"

/* All zero is an empty list. */
struct job_list {
    struct reader_job *first; /* NULL: the list is empty */
    struct reader_job *last;  /* meaningless where `first` is NULL */
};

/* Adds the job at the end. True: it is now the only one. */
bool job_list_append(struct job_list *list, struct reader_job *job);

/* Removes the first job; NULL: the list is empty. */
struct reader_job *job_list_take(struct job_list *list);

/* Adds the job before the first that is due later. True: it is now the first. */
bool job_list_insert_by_due(struct job_list *list, struct reader_job *job);

#endif
