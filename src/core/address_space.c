#include "core/address_space.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* Bytes that a run needs besides those for transfers: the walk with its queue, the outputs, their
 * threads. Measured, and rounded up. */
#define FIXED ((rlim_t)3 * 1024 * 1024)

/* Bytes per file in flight, with one that is loaded ahead and a thread of the reader: two contents
 * of 64 KiB, a connection, a stack of 256 KiB. */
#define PER_JOB ((rlim_t)512 * 1024)

/* Bytes of address space in use; 0: the system does not say. */
static rlim_t in_use(void)
{
    char line[128] = ""; /* begins with the number of pages: proc(5) */
    FILE *facts = fopen("/proc/self/statm", "re");
    if (facts == NULL)
        return 0;
    if (fgets(line, sizeof line, facts) == NULL)
        line[0] = '\0';
    (void)fclose(facts);
    return (rlim_t)strtoul(line, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* Bytes of the stack of a thread that libcurl starts to look up a name. Where there is no room for
 * one, names are looked up without. */
static rlim_t stack_of_thread(void)
{
    struct rlimit limit;
    bool limited = getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    return limited ? limit.rlim_cur : (rlim_t)8 * 1024 * 1024;
}

static unsigned least_of(unsigned one, rlim_t other)
{
    return other < one ? (unsigned)other : one;
}

struct descriptors address_space_fit(struct descriptors wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return wanted;
    rlim_t used = in_use() + FIXED;
    rlim_t left = limit.rlim_cur > used ? limit.rlim_cur - used : 0;
    rlim_t stack = stack_of_thread();
    left -= stack < left ? stack : 0;
    rlim_t jobs = left < PER_JOB ? 1 : left / PER_JOB;
    return (struct descriptors){
        .jobs = least_of(wanted.jobs, jobs), .ahead = least_of(wanted.ahead, jobs)};
}
