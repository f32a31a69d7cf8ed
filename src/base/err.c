#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* As strerror(3) says it, without the capital letter, which does not fit into a sentence. */
static const struct {
    int code;
    const char *reason;
} reasons[] = {
    {EACCES, "permission denied"},
    {EADDRINUSE, "address already in use"},
    {EADDRNOTAVAIL, "address not available"},
    {EAFNOSUPPORT, "address family not supported"},
    {EBADF, "bad file descriptor"},
    {EBUSY, "device or resource busy"},
    {ECONNABORTED, "connection aborted"},
    {ECONNREFUSED, "connection refused"},
    {ECONNRESET, "connection reset by peer"},
    {EDQUOT, "disk quota exceeded"},
    {EEXIST, "file exists"},
    {EFBIG, "file too large"},
    {EHOSTUNREACH, "no route to host"},
    {EINVAL, "invalid argument"},
    {EIO, "input/output error"},
    {EISDIR, "is a directory"},
    {ELOOP, "too many levels of symbolic links"},
    {EMFILE, "too many open files"},
    {ENAMETOOLONG, "file name too long"},
    {ENETUNREACH, "network is unreachable"},
    {ENFILE, "too many open files in system"},
    {ENODEV, "no such device"},
    {ENOENT, "no such file or directory"},
    {ENOMEM, "out of memory"},
    {ENOSPC, "no space left on device"},
    {ENOSYS, "function not implemented"},
    {ENOTCONN, "not connected"},
    {ENOTDIR, "not a directory"},
    {ENOTSUP, "operation not supported"},
    {ENXIO, "no such device or address"},
    {EOVERFLOW, "value too large"},
    {EPERM, "operation not permitted"},
    {EPIPE, "broken pipe"},
    {EROFS, "read-only file system"},
    {ESTALE, "stale file handle"},
    {ETIMEDOUT, "timed out"},
    {ETXTBSY, "text file busy"},
};

bool error_set(struct error *error, enum error_class class, int code, const char *format, ...)
{
    if (error == NULL)
        return false;
    error->class = class;
    error->code = code;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return false;
}

bool error_set_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, ENOMEM, "out of memory");
}

const char *error_reason(int code)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (reasons[i].code == code)
            return reasons[i].reason;
    }
    return strerror(code);
}
