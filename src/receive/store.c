#include "receive/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "receive/stored_path.h"

/* How many random names are tried for a temporary. Names have 64 random bits, so even one that
 * exists already is most unlikely. */
#define TEMPORARY_TRIES 8

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* Sets `error` for the errno `code`: ERROR_DATA if the client's path caused it, else ERROR_SYSTEM
 * with `what` the receiver was doing. Returns false. */
static bool system_error(struct error *error, int code, const char *what)
{
    switch (code) {
    case ENOTDIR:
    case ELOOP:
        return error_set(
            error, ERROR_DATA, 0, "there is a file or a link where the file's path needs a folder");
    case EISDIR:
    case EEXIST:
    case ENOTEMPTY:
        return error_set(error, ERROR_DATA, 0, "there is a folder where the file's path ends");
    case ENAMETOOLONG:
    case EILSEQ:
    case EINVAL:
        return error_set(error, ERROR_DATA, 0, "the file system can't hold the file's name: %s",
            error_reason(code));
    default:
        return error_set(error, ERROR_SYSTEM, code, "can't %s: %s", what, error_reason(code));
    }
}

bool store_open(struct store *store, const char *folder, const struct random_source *random,
    struct error *error)
{
    store->random = *random;
    store->descriptor = -1;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return error_set(error, ERROR_SYSTEM, errno, "can't make the folder '%s': %s", folder,
            error_reason(errno));
    store->descriptor = open(folder, FOLDER_FLAGS);
    if (store->descriptor < 0)
        return error_set(error, ERROR_SYSTEM, errno, "can't open the folder '%s': %s", folder,
            error_reason(errno));
    return true;
}

void store_close(struct store *store)
{
    if (store->descriptor >= 0)
        (void)close(store->descriptor);
    store->descriptor = -1;
}

void store_file_init(struct store_file *file)
{
    *file = (struct store_file){.descriptor = -1, .folder = -1};
}

/* Opens the directory `name` in `parent`; `make`: creates it if it is missing. Returns a
 * descriptor, or -1 with errno. */
static int enter(int parent, const char *name, bool make)
{
    int descriptor = openat(parent, name, FOLDER_FLAGS | O_NOFOLLOW);
    if (descriptor >= 0 || errno != ENOENT || !make)
        return descriptor;
    if (mkdirat(parent, name, 0777) != 0 && errno != EEXIST)
        return -1;
    return openat(parent, name, FOLDER_FLAGS | O_NOFOLLOW);
}

/* Closes the result of open_folder(). errno is preserved. */
static void close_folder(const struct store *store, int descriptor)
{
    int code = errno;
    if (descriptor >= 0 && descriptor != store->descriptor)
        (void)close(descriptor);
    errno = code;
}

/* Opens the directory named by the first `length` bytes of `path`, one component at a time. At a
 * missing one it stops, or creates it (`make`). Returns a descriptor for close_folder(), or -1 with
 * errno; `*reached` is the length of the path of the opened directory. */
static int open_folder(
    const struct store *store, const char *path, size_t length, bool make, size_t *reached)
{
    int descriptor = store->descriptor;
    *reached = 0;
    size_t offset = 0;
    while (descriptor >= 0 && offset < length) {
        char name[STORED_NAME_MAX + 1];
        const char *slash = memchr(path + offset, '/', length - offset);
        size_t name_length = (slash == NULL ? length : (size_t)(slash - path)) - offset;
        memcpy(name, path + offset, name_length);
        name[name_length] = '\0';
        int next = enter(descriptor, name, make);
        if (next < 0 && errno == ENOENT && !make)
            break;
        close_folder(store, descriptor);
        descriptor = next;
        *reached = offset + name_length;
        offset = *reached + 1;
    }
    return descriptor;
}

/* Creates a file in the directory `folder` and sets file->temporary. Returns a descriptor, or -1
 * with errno. */
static int create_temporary(struct store *store, int folder, struct store_file *file)
{
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        (void)snprintf(file->temporary, sizeof file->temporary, ".shoal-%016" PRIx64 ".part",
            random_next(&store->random));
        int descriptor = openat(
            folder, file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

bool store_begin(
    struct store *store, const char *path, struct store_file *file, struct error *error)
{
    store_file_init(file);
    size_t reached;
    if (path == NULL)
        path = "";
    file->folder = open_folder(store, path, path_folder_length(path), false, &reached);
    if (file->folder < 0)
        return system_error(error, errno, "open the folder of the file");
    file->descriptor = create_temporary(store, file->folder, file);
    if (file->descriptor >= 0)
        return true;
    int code = errno;
    file->temporary[0] = '\0';
    store_abandon(store, file);
    return system_error(error, code, "create a file");
}

bool store_write(struct store_file *file, const char *data, size_t length, struct error *error)
{
    while (length > 0) {
        ssize_t written = write(file->descriptor, data, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return error_set(
                error, ERROR_SYSTEM, errno, "can't write the file: %s", error_reason(errno));
        data += written;
        length -= (size_t)written;
    }
    return true;
}

bool store_finish(struct store_file *file, struct error *error)
{
    int descriptor = file->descriptor;
    file->descriptor = -1;
    if (close(descriptor) != 0 && errno != EINTR)
        return error_set(
            error, ERROR_SYSTEM, errno, "can't write the file: %s", error_reason(errno));
    return true;
}

bool store_commit(
    struct store *store, struct store_file *file, const char *path, struct error *error)
{
    size_t reached;
    int to = open_folder(store, path, path_folder_length(path), true, &reached);
    if (to < 0)
        return system_error(error, errno, "make the folder of the file");
    int result = renameat(file->folder, file->temporary, to, path_last_name(path));
    int code = errno;
    close_folder(store, to);
    if (result != 0)
        return system_error(error, code, "give the file its name");
    file->temporary[0] = '\0';
    return true;
}

void store_abandon(struct store *store, struct store_file *file)
{
    if (file->descriptor >= 0)
        (void)close(file->descriptor);
    if (file->temporary[0] != '\0')
        (void)unlinkat(file->folder, file->temporary, 0);
    close_folder(store, file->folder);
    store_file_init(file);
}
