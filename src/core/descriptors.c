#include "core/descriptors.h"

#include <dirent.h>
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

/* A socket and another while its successor connects, and the files of two requests: one in flight,
 * one loaded ahead. */
static unsigned long descriptors_for(unsigned files)
{
    return 2 + 2 * (unsigned long)files;
}

unsigned descriptors_jobs(unsigned wanted, unsigned files)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return wanted;
    unsigned long taken = count_open() + RESERVED;
    unsigned long needed = taken + wanted * descriptors_for(files);
    if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < needed) {
        rlim_t soft = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max > needed
                             ? (rlim_t)needed
                             : limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            limit.rlim_cur = soft;
    }
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= needed)
        return wanted;
    unsigned long left = limit.rlim_cur > taken ? limit.rlim_cur - taken : 0;
    unsigned long fitting = left / descriptors_for(files);
    return fitting == 0 ? 1 : (unsigned)fitting;
}
