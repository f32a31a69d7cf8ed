#include "app/memory.h"

#ifdef __linux__
#include <malloc.h>
#endif
#include <sys/resource.h>

/* glibc cannot reserve a heap of 64 MiB for each thread there, and would then take a page or more
 * from the system for every allocation. */
void memory_share_heap(void)
{
#ifdef M_ARENA_MAX
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        (void)mallopt(M_ARENA_MAX, 1);
#endif
}
