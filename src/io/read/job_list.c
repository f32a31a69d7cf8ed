#include "io/read/job_list.h"

#include <stddef.h>

bool job_list_append(struct job_list *list, struct reader_job *job)
{
    bool only = list->first == NULL;
    job->next = NULL;
    if (only)
        list->first = job;
    else
        list->last->next = job;
    list->last = job;
    return only;
}

struct reader_job *job_list_take(struct job_list *list)
{
    struct reader_job *job = list->first;
    if (job != NULL)
        list->first = job->next;
    return job;
}

bool job_list_insert_by_due(struct job_list *list, struct reader_job *job)
{
    if (list->first == NULL || list->last->due_us <= job->due_us)
        return job_list_append(list, job);
    struct reader_job **place = &list->first;
    while ((*place)->due_us <= job->due_us)
        place = &(*place)->next;
    job->next = *place;
    *place = job;
    return list->first == job;
}
