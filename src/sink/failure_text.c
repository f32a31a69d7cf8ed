#include "sink/failure_text.h"

#include <string.h>

#include "core/causes.h"
#include "sink/numbers.h"
#include "text/printable.h"

/* RFC 9110, 15.5, and RFC 6585. */
enum {
    STATUS_UNAUTHORIZED = 401,
    STATUS_REQUEST_TIMEOUT = 408,
    STATUS_CONTENT_TOO_LARGE = 413,
    STATUS_TOO_MANY_REQUESTS = 429,
};

static void add_escaped(struct buf *out, const char *text)
{
    (void)printable_add(out, text, strlen(text));
}

/* An error that begins with the file's own name, which precedes it in the line: without it. */
static const char *without_own_name(const struct shoal_file *file)
{
    const char *end = file->error[0] == '\'' ? strstr(file->error, "': ") : NULL;
    if (end == NULL || file->path.data == NULL)
        return file->error;
    size_t length = (size_t)(end - file->error) - 1;
    size_t own = file->path.length;
    bool is_own = own <= length && memcmp(end - own, file->path.data, own) == 0;
    return is_own ? end + strlen("': ") : file->error;
}

/* A limit of the server shows in the sizes on both sides of it. */
static void add_sizes(struct buf *out, const struct shoal_file *file, int64_t largest_sent)
{
    if (file->status != STATUS_CONTENT_TOO_LARGE || file->bytes < 0)
        return;
    (void)buf_add_text(out, " (this file: ");
    (void)numbers_add_bytes(out, file->bytes);
    if (largest_sent > 0 && largest_sent < file->bytes) {
        (void)buf_add_text(out, "; largest accepted: ");
        (void)numbers_add_bytes(out, largest_sent);
    }
    (void)buf_add_byte(out, ')');
}

/* Is the request of interest, because its URL may be wrong? Not where the status has said all. */
static bool may_be_about_url(long status)
{
    return status >= 400 && status < 500 && status != STATUS_UNAUTHORIZED &&
           status != STATUS_REQUEST_TIMEOUT && status != STATUS_CONTENT_TOO_LARGE &&
           status != STATUS_TOO_MANY_REQUESTS;
}

/* Adds the request, where the response says nothing beyond its status. */
static void add_request(struct buf *out, const struct shoal_file *file, const char *method)
{
    bool says_more = file->error == NULL || strstr(file->error, ": ") != NULL;
    if (says_more || !causes_is_status(file) || !may_be_about_url(file->status) ||
        file->url == NULL)
        return;
    (void)buf_add_text(out, ": ");
    if (method != NULL) {
        add_escaped(out, method);
        (void)buf_add_byte(out, ' ');
    }
    add_escaped(out, file->url);
}

void failure_text_add(
    struct buf *out, const struct shoal_file *file, const char *method, int64_t largest_sent)
{
    (void)buf_add_text(out, ": ");
    if (file->error != NULL)
        add_escaped(out, without_own_name(file));
    else
        (void)buf_printf(out, "status %ld", file->status);
    add_sizes(out, file, largest_sent);
    add_request(out, file, method);
    const char *accepted = file->maybe_accepted ? "; the server may have accepted it" : "";
    if (file->attempts > 1)
        (void)buf_printf(out, " (%u attempts%s)", file->attempts, accepted);
    else if (file->maybe_accepted)
        (void)buf_add_text(out, " (the server may have accepted it)");
}
