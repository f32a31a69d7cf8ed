/* Where a journal may be: on a file system of this machine. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#else
#include <sys/param.h>

#include <sys/mount.h>
#endif

#include "base/err.h"
#include "base/path.h"
#include "io/journal/private.h"

#ifdef __linux__

#define FUSE_MAGIC 0x65735546L

/* The magic numbers of statfs(2), from linux/magic.h and the file systems' own sources. */
static const struct {
    long magic;
    const char *name;
} network[] = {
    {0x6969L, "NFS"},
    {0xFF534D42L, "CIFS"},
    {0xFE534D42L, "SMB"},
    {0x517BL, "SMB"},
    {0x01021997L, "9P"},
    {0x00C36400L, "Ceph"},
    {0x5346414FL, "AFS"},
    {0x6B414653L, "AFS"},
    {0x73757245L, "Coda"},
    {0x564CL, "NCP"},
    {0x01161970L, "GFS2"},
    {0x7461636FL, "OCFS2"},
    {0x0BD00BD0L, "Lustre"},
    {0x47504653L, "GPFS"},
    {0x19830326L, "BeeGFS"},
    {0x786F4256L, "vboxsf"},
};

/* FUSE file systems whose files are on this machine; any other may be a network's. */
static const char *const local_fuse[] = {"fuseblk", "fuse.fuse-overlayfs", "fuse.gocryptfs",
    "fuse.encfs", "fuse.bindfs", "fuse.mergerfs", "fuse.ntfs-3g", "fuse.exfat", "fuse.lxcfs"};

/* Copies the type of the file system with the device number `device`, as mountinfo has it
 * (proc(5)): "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw". */
static bool find_type(dev_t device, char *type, size_t size)
{
    char wanted[64];
    char *line = NULL;
    size_t capacity = 0;
    bool found = false;
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    if (mounts == NULL)
        return false;
    (void)snprintf(wanted, sizeof wanted, " %u:%u ", major(device), minor(device));
    while (!found && getline(&line, &capacity, mounts) >= 0) {
        const char *dash = strstr(line, " - ");
        const char *number = strstr(line, wanted);
        found = dash != NULL && number != NULL && number < dash;
        if (found)
            (void)snprintf(type, size, "%.*s", (int)strcspn(dash + 3, " \n"), dash + 3);
    }
    free(line);
    (void)fclose(mounts);
    return found;
}

static bool fuse_is_local(dev_t device, char *type, size_t size)
{
    (void)snprintf(type, size, "FUSE");
    if (!find_type(device, type, size))
        return false;
    for (size_t i = 0; i < sizeof local_fuse / sizeof local_fuse[0]; i++) {
        if (strcmp(type, local_fuse[i]) == 0)
            return true;
    }
    return false;
}

/* Whether the folder is on a network file system, and the name of its type. -1: `errno` says why
 * that is not known. */
static int find_network(const char *folder, char *type, size_t size)
{
    struct statfs system;
    struct stat facts;
    if (statfs(folder, &system) != 0 || stat(folder, &facts) != 0)
        return -1;
    long magic = (long)((unsigned long)system.f_type & 0xFFFFFFFFUL);
    for (size_t i = 0; i < sizeof network / sizeof network[0]; i++) {
        if (magic == network[i].magic) {
            (void)snprintf(type, size, "%s", network[i].name);
            return 1;
        }
    }
    return magic == FUSE_MAGIC && !fuse_is_local(facts.st_dev, type, size);
}

#else

/* The same, as the BSDs and macOS say it: statfs(2). */
static int find_network(const char *folder, char *type, size_t size)
{
    struct statfs system;
    if (statfs(folder, &system) != 0)
        return -1;
    (void)snprintf(type, size, "%s", system.f_fstypename);
    return (system.f_flags & MNT_LOCAL) == 0;
}

#endif

bool place_resolve(const char *given, struct buf *path, struct error *error)
{
    /* A link to the journal is another name for it, and SQLite would follow it. */
    char *real = realpath(given, NULL);
    if (real != NULL) {
        (void)buf_add_text(path, real);
        free(real);
        return !path->failed || error_set_memory(error);
    }
    const char *name = path_last_name(given);
    size_t length = (size_t)(name - given);
    (void)buf_add(path, length == 0 ? "." : given, length == 0 ? 1 : length);
    real = realpath(buf_text(path), NULL);
    int code = errno;
    if (real == NULL)
        return error_set(error, ERROR_SYSTEM, code, "--journal '%s': the folder '%s': %s", given,
            buf_text(path), error_reason(code));
    buf_clear(path);
    (void)buf_printf(path, "%s%s%s", real, strcmp(real, "/") == 0 ? "" : "/", name);
    free(real);
    return !path->failed || error_set_memory(error);
}

bool place_is_local(const char *path, struct error *error)
{
    char folder[PATH_MAX];
    char type[64];
    size_t length = (size_t)(path_last_name(path) - path);
    (void)snprintf(folder, sizeof folder, "%.*s", (int)length, path);
    int on_network = find_network(folder, type, sizeof type);
    if (on_network < 0) {
        int code = errno;
        return error_set(error, ERROR_SYSTEM, code, "--journal '%s': %s", path, error_reason(code));
    }
    return on_network == 0 || error_set(error, ERROR_USAGE, 0,
                                  "--journal '%s': it is on a network file system (%s), where a "
                                  "journal is not safe; put it on a local disk",
                                  path, type);
}
