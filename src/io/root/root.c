#include "io/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

#include "base/err.h"
#include "io/root/private.h"

/* The most calls of openat2(2), which fails with EAGAIN if something beneath was renamed while it
 * resolved a "..". */
#define CALLS_MAX 32

static int open_folder(const char *path)
{
    int descriptor;
    do
        descriptor = open(path, ROOT_FOLDER_FLAGS);
    while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

#ifdef __linux__

static struct open_how how_to_open(const struct root *root, int flags)
{
    struct open_how how = {
        .flags = (uint64_t)flags,
        .resolve = RESOLVE_NO_MAGICLINKS | (root->outside ? 0 : RESOLVE_BENEATH),
    };
    if (!root->follow)
        how.resolve |= RESOLVE_NO_SYMLINKS;
    return how;
}

static int call_openat2(const struct root *root, int folder, const char *path, int flags)
{
    struct open_how how = how_to_open(root, flags);
    long result = -1;
    for (unsigned calls = 0; calls < CALLS_MAX; calls++) {
        result = syscall(SYS_openat2, folder, path, &how, sizeof how);
        if (result >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return (int)result;
}

int root_openat_cached(const struct root *root, const char *relative, int flags)
{
#ifdef RESOLVE_CACHED
    if (root->descriptor >= 0 && !root->by_steps && !root->remote) {
        struct open_how how = how_to_open(root, root_all_flags(flags));
        how.resolve |= RESOLVE_CACHED | RESOLVE_NO_XDEV;
        int opened = (int)syscall(SYS_openat2, root->descriptor, relative, &how, sizeof how);
        if (opened < 0 && errno == EINVAL) /* Linux before 5.12 */
            errno = EAGAIN;
        return opened;
    }
#endif
    (void)root;
    (void)relative;
    (void)flags;
    errno = EAGAIN;
    return -1;
}

/* The length of the part, up to a slash, of a too long path that fits into one call. */
static size_t piece_length(const char *path)
{
    size_t length = PATH_MAX - 1;
    while (length > 0 && path[length] != '/')
        length--;
    return length;
}

/* A call accepts less than PATH_MAX bytes, so a longer path is opened in pieces, each beneath the
 * one before. */
static int open_by_kernel(const struct root *root, const char *relative, int flags)
{
    size_t left = strlen(relative);
    int folder = root->descriptor;
    while (left >= PATH_MAX) {
        char piece[PATH_MAX];
        size_t length = piece_length(relative);
        memcpy(piece, relative, length);
        piece[length] = '\0';
        int next = call_openat2(root, folder, piece, ROOT_FOLDER_FLAGS);
        if (folder != root->descriptor)
            root_close_keeping_errno(folder);
        if (next < 0)
            return -1;
        folder = next;
        relative += length;
        relative += strspn(relative, "/");
        left = strlen(relative);
    }
    int result = call_openat2(root, folder, left == 0 ? "." : relative, flags);
    if (folder != root->descriptor)
        root_close_keeping_errno(folder);
    return result;
}

/* Whether errno of openat2(2) says nothing about the path, so that steps.c must try. If the path
 * was opened in pieces, a link that only leads out of its piece seems to lead out of the root. */
static bool kernel_is_unsure(const struct root *root, const char *relative)
{
    if (errno == ENOSYS || errno == EPERM || errno == EAGAIN)
        return true;
    return errno == EXDEV && root->follow && strlen(relative) >= PATH_MAX;
}

static bool kernel_lacks_openat2(const struct root *root)
{
    int probe = call_openat2(root, root->descriptor, ".", ROOT_FOLDER_FLAGS);
    if (probe >= 0)
        (void)close(probe);
    return probe < 0 && (errno == ENOSYS || errno == EPERM);
}

#else

int root_openat_cached(const struct root *root, const char *relative, int flags)
{
    (void)root;
    (void)relative;
    (void)flags;
    errno = EAGAIN;
    return -1;
}

static int open_by_kernel(const struct root *root, const char *relative, int flags)
{
    return root_openat_by_steps(root, relative, flags);
}

static bool kernel_is_unsure(const struct root *root, const char *relative)
{
    (void)root;
    (void)relative;
    return false;
}

static bool kernel_lacks_openat2(const struct root *root)
{
    (void)root;
    return true;
}

#endif

/* Without openat2(2), for a root whose links may lead anywhere. */
static int open_anywhere(const struct root *root, const char *relative, int flags)
{
    int descriptor;
    do
        descriptor = openat(root->descriptor, relative, flags);
    while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

static int open_beneath(const struct root *root, const char *relative, int flags)
{
    if (root->by_steps && root->outside)
        return open_anywhere(root, relative, flags);
    if (root->by_steps)
        return root_openat_by_steps(root, relative, flags);
    int result = open_by_kernel(root, relative, flags);
    if (result < 0 && kernel_is_unsure(root, relative))
        result = root_openat_by_steps(root, relative, flags);
    return result;
}

/* root_openat() for root_new_for_file(): opens the folder for this call. */
static int open_beside(const struct root *root, const char *relative, int flags)
{
    struct root opened = *root;
    opened.descriptor = open_folder(root->operand[0] == '\0' ? "/" : root->operand);
    if (opened.descriptor < 0)
        return -1;
    int result;
    if (root->link_name != NULL && strcmp(relative, root->link_name) == 0)
        result = openat(opened.descriptor, relative, flags);
    else
        result = open_beneath(&opened, relative, flags);
    root_close_keeping_errno(opened.descriptor);
    return result;
}

int root_openat(const struct root *root, const char *relative, int flags)
{
    flags = root_all_flags(flags);
    if (root->descriptor < 0)
        return open_beside(root, relative, flags);
    return open_beneath(root, relative, flags);
}

static int stat_through(const struct root *root, const char *relative, struct stat *facts)
{
    int descriptor = root_openat(root, relative, ROOT_LOOK_FLAGS);
    if (descriptor < 0)
        return -1;
    int result = fstat(descriptor, facts);
    root_close_keeping_errno(descriptor);
    return result;
}

int root_stat(const struct root *root, const char *relative, bool through, struct stat *facts)
{
    if (through)
        return stat_through(root, relative, facts);
    const char *slash = strrchr(relative, '/');
    char *above = slash == NULL ? strdup(".") : strndup(relative, (size_t)(slash - relative));
    if (above == NULL)
        return -1;
    int folder = root_openat(root, above, ROOT_FOLDER_FLAGS);
    free(above);
    if (folder < 0)
        return -1;
    int result = fstatat(folder, slash == NULL ? relative : slash + 1, facts, AT_SYMLINK_NOFOLLOW);
    root_close_keeping_errno(folder);
    return result;
}

static size_t length_without_slashes(const char *path)
{
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/')
        length--;
    return length;
}

struct root *root_open(const char *operand, enum root_links links, struct error *error)
{
    struct root *root = calloc(1, sizeof *root);
    if (root == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    root->follow = links != ROOT_LINKS_NONE;
    root->outside = links == ROOT_LINKS_ALL;
    root->descriptor = open_folder(operand);
    if (root->descriptor < 0) {
        (void)error_set(error, ERROR_SYSTEM, errno, "'%s' can't be opened as a folder: %s", operand,
            error_reason(errno));
        root_close(root);
        return NULL;
    }
    root->operand = strndup(operand, length_without_slashes(operand));
    if (root->operand == NULL) {
        (void)error_set_memory(error);
        root_close(root);
        return NULL;
    }
    root->remote = root_is_remote(root->descriptor);
    root->by_steps = kernel_lacks_openat2(root);
    return root;
}

struct root *root_new_for_file(const char *operand, struct error *error)
{
    struct root *root = calloc(1, sizeof *root);
    if (root == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    root->descriptor = -1;
    const char *slash = strrchr(operand, '/');
    const char *name = slash == NULL ? operand : slash + 1;
    root->operand = slash == NULL ? strdup(".") : strndup(operand, (size_t)(slash - operand));
    struct stat facts;
    bool is_link = lstat(operand, &facts) == 0 && S_ISLNK(facts.st_mode);
    if (is_link)
        root->link_name = strdup(name);
    if (root->operand == NULL || (is_link && root->link_name == NULL)) {
        (void)error_set_memory(error);
        root_close(root);
        return NULL;
    }
    return root;
}

void root_close(struct root *root)
{
    if (root == NULL)
        return;
    if (root->descriptor >= 0)
        (void)close(root->descriptor);
    free(root->operand);
    free(root->link_name);
    free(root);
}
