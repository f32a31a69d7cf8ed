#include "receive/stored_path.h"

#include <string.h>

#include "text/encode.h"

static bool refuse(struct error *error, const char *reason)
{
    return error_set(error, ERROR_DATA, 0, "the file's path %s", reason);
}

static bool check_name(const char *name, size_t length, struct error *error)
{
    if (length == 0)
        return refuse(error, "holds an empty name");
    if ((length == 1 && name[0] == '.') || (length == 2 && name[0] == '.' && name[1] == '.'))
        return refuse(error, "holds '.' or '..'");
    if (length > STORED_NAME_MAX)
        return refuse(error, "holds a name of more than 255 bytes");
    return true;
}

bool stored_path_check(const char *path, size_t length, struct error *error)
{
    if (length == 0)
        return refuse(error, "is empty");
    if (length > STORED_PATH_MAX)
        return refuse(error, "is longer than 16 KiB");
    if (memchr(path, '\0', length) != NULL)
        return refuse(error, "holds a NUL");
    if (path[0] == '/')
        return refuse(error, "is absolute");
    const char *end = path + length;
    size_t depth = 0;
    for (const char *name = path; name <= end;) {
        if (depth++ > STORED_DEPTH_MAX)
            return refuse(error, "has more than 100 folders");
        const char *slash = memchr(name, '/', (size_t)(end - name));
        const char *name_end = slash == NULL ? end : slash;
        if (!check_name(name, (size_t)(name_end - name), error))
            return false;
        name = name_end + 1;
    }
    return true;
}

bool stored_path_from_url(const char *url_path, struct buf *path, struct error *error)
{
    if (url_path[0] != '/')
        return error_set(error, ERROR_DATA, 0, "the URL's path does not begin with '/'");
    if (!decode_percent(path, url_path + 1, strlen(url_path + 1)))
        return error_set(error, ERROR_DATA, 0, "the URL's path is not rightly percent-encoded");
    return stored_path_check(buf_text(path), path->length, error);
}
