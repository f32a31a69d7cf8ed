#include "core/descriptors.h"

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>

/* Descriptors that are not a transfer's: the walk's folder and pipe, the reader's threads while
 * they open something, name resolution, the loop's own. */
#define RESERVED 24

/* Open now; a guess where it can't be looked up. */
static unsigned long count_open(void)
{
    DIR *folder = opendir("/dev/fd");
    if (folder == NULL)
        return 16;
    unsigned long count = 0;
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count;
}

/* For each in flight a socket, another while its successor connects, and its files; for each that
 * is loaded ahead its files. */
static unsigned long needed_for(struct descriptors some, unsigned files)
{
    return some.jobs * (2 + (unsigned long)files) + some.ahead * (unsigned long)files;
}

/* Raises the soft limit to `needed`, or as far as it goes. Gives what it is then. */
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
    unsigned long taken = count_open() + RESERVED;
    unsigned long needed = taken + needed_for(wanted, files);
    rlim_t soft = raise_limit(limit, needed);
    if (soft == RLIM_INFINITY || soft >= needed)
        return wanted;
    unsigned long left = soft > taken ? (unsigned long)soft - taken : 0;
    /* As many ahead as in flight, while there is so little. */
    unsigned long each = left / (2 + 2 * (unsigned long)files);
    unsigned fitting = each == 0 ? 1 : (unsigned)each;
    return (struct descriptors){.jobs = wanted.jobs < fitting ? wanted.jobs : fitting,
        .ahead = wanted.ahead < fitting ? wanted.ahead : fitting};
}
