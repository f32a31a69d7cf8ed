#include "core/own_files.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/path.h"

/* The name of an open file, for free(3), where the system tells it: proc(5). */
static char *name_of(int descriptor)
{
    char entry[64];
    char target[PATH_MAX];
    (void)snprintf(entry, sizeof entry, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(entry, target, sizeof target - 1);
    if (length < 0 || (size_t)length == sizeof target - 1)
        return NULL;
    target[length] = '\0';
    return strdup(path_last_name(target));
}

/* Adds a file with the name, which is the list's now. */
static bool add(struct own_files *own, const struct stat *facts, char *name)
{
    struct own_file *files = array_grow(own->files, own->count, sizeof *files);
    if (files == NULL) {
        free(name);
        return false;
    }
    own->files = files;
    own->files[own->count++] =
        (struct own_file){.device = facts->st_dev, .inode = facts->st_ino, .name = name};
    return true;
}

bool own_files_add(struct own_files *own, int descriptor)
{
    struct stat facts;
    if (fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode))
        return true;
    if (facts.st_nlink == 0)
        return true; /* it was removed: no walk finds it, and none need look at every file for it */
    return add(own, &facts, facts.st_nlink == 1 ? name_of(descriptor) : NULL);
}

bool own_files_add_path(struct own_files *own, const char *path)
{
    struct stat facts;
    if (stat(path, &facts) != 0)
        return true;
    return add(own, &facts, facts.st_nlink == 1 ? strdup(path_last_name(path)) : NULL);
}

bool own_files_may_have(const struct own_files *own, const char *name)
{
    for (size_t i = 0; i < own->count; i++) {
        if (own->files[i].name == NULL || strcmp(own->files[i].name, name) == 0)
            return true;
    }
    return false;
}

bool own_files_have(const struct own_files *own, uint64_t device, uint64_t inode)
{
    for (size_t i = 0; i < own->count; i++) {
        if (own->files[i].device == device && own->files[i].inode == inode)
            return true;
    }
    return false;
}

void own_files_free(struct own_files *own)
{
    for (size_t i = 0; i < own->count; i++)
        free(own->files[i].name);
    free(own->files);
    *own = (struct own_files){0};
}
