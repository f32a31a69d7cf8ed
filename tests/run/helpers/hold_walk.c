/* For LD_PRELOAD: after SHOAL_HOLD_AFTER entries, no folder yields another until the file SHOAL_GO
 * is there. */
#include <dirent.h>
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static atomic_long entries;

static void hold(void)
{
    const char *after = getenv("SHOAL_HOLD_AFTER");
    const char *go = getenv("SHOAL_GO");

    if (after == NULL || go == NULL || ++entries <= strtol(after, NULL, 10))
        return;
    while (access(go, F_OK) != 0)
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

struct dirent *readdir(DIR *stream)
{
    struct dirent *(*real)(DIR *);

    hold();
    *(void **)&real = dlsym(RTLD_NEXT, "readdir");
    return real(stream);
}

struct dirent64 *readdir64(DIR *stream)
{
    struct dirent64 *(*real)(DIR *);

    hold();
    *(void **)&real = dlsym(RTLD_NEXT, "readdir64");
    return real(stream);
}
