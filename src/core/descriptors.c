#include "core/descriptors.h"

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>

/* Descriptors that do not belong to a transfer: the walk's folder and pipe, the reader's threads
 * while they open files, name resolution, the loop. */
#define RESERVED 24

/* What count_open() assumes where /dev/fd cannot be read. */
#define OPEN_GUESS 16

/* The fewest descriptors, besides those of files and those that are open, with which a run can be
 * made: the root, the walk's folder and pipe, the loop's two, a socket, name resolution. */
#define LEAST 10

/* Descriptors that are open now. */
static unsigned long count_open(void)
{
    DIR *folder = opendir("/dev/fd");
    if (folder == NULL)
        return OPEN_GUESS;
    unsigned long count = 0;
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count;
}

/* A file in flight needs a socket, another one while its successor connects, and its files; a file
 * that is loaded ahead needs its files. */
static unsigned long needed_for(struct descriptors wanted, unsigned files)
{
    return wanted.jobs * (2 + (unsigned long)files) + wanted.ahead * (unsigned long)files;
}

/* Raises the soft limit to `needed`, or as far as allowed. Returns the soft limit. */
static rlim_t raise_limit(struct rlimit limit, unsigned long needed)
{
    rlim_t soft = limit.rlim_cur;
    if (soft == RLIM_INFINITY || soft >= needed)
        return soft;
    bool enough = limit.rlim_max == RLIM_INFINITY || limit.rlim_max > needed;
    limit.rlim_cur = enough ? (rlim_t)needed : limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : soft;
}

struct descriptors descriptors_fit(struct descriptors wanted, unsigned files)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return wanted;
    unsigned long in_use = count_open() + RESERVED;
    unsigned long needed = in_use + needed_for(wanted, files);
    rlim_t soft = raise_limit(limit, needed);
    if (soft == RLIM_INFINITY || soft >= needed)
        return wanted;
    unsigned long left = soft > in_use ? (unsigned long)soft - in_use : 0;
    /* Descriptors are short: as many files ahead as in flight. */
    unsigned long each = left / (2 + 2 * (unsigned long)files);
    unsigned fitting = each == 0 ? 1 : (unsigned)each;
    return (struct descriptors){.jobs = wanted.jobs < fitting ? wanted.jobs : fitting,
        .ahead = wanted.ahead < fitting ? wanted.ahead : fitting};
}

bool descriptors_suffice(unsigned files, struct error *error)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return true;
    unsigned long needed = count_open() + LEAST + 2 * (unsigned long)files;
    rlim_t soft = raise_limit(limit, needed);
    return soft == RLIM_INFINITY || soft >= needed ||
           error_set(error, ERROR_USAGE, 0,
               "the limit of open files (ulimit -n) is %lu, and this run needs at least %lu",
               (unsigned long)soft, needed);
}
