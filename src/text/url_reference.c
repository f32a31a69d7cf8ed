#include "text/url_reference.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "text/host_name.h"

#define URL_MOST ((size_t)64 * 1024) /* bytes */

#define HTTP_PORT  80
#define HTTPS_PORT 443

static bool has_scheme(const char *reference)
{
    size_t length = strcspn(reference, ":/?#");
    return reference[length] == ':' && ascii_is_letter(reference[0]);
}

/* Adds the reference with spaces and bytes beyond ASCII percent-encoded: some servers send them as
 * they are. False: it has a control byte, or `out` failed. */
static bool add_clean(const char *reference, struct buf *out)
{
    for (const char *byte = reference; *byte != '\0'; byte++) {
        if (ascii_is_control(*byte))
            return false;
        if (*byte == ' ' || (unsigned char)*byte >= 0x80)
            (void)buf_printf(out, "%%%02X", (unsigned)(unsigned char)*byte);
        else
            (void)buf_add_byte(out, *byte);
    }
    return !out->failed;
}

/* Adds a path without its dot segments (section 5.2.4). It begins with a slash. */
static void add_without_dots(const char *path, size_t length, struct buf *out)
{
    size_t start = out->length;
    const char *end = path + length;
    while (path < end) {
        const char *next = memchr(path + 1, '/', (size_t)(end - path) - 1);
        size_t segment = (size_t)((next == NULL ? end : next) - path); /* with its slash */
        bool is_same = segment == 2 && path[1] == '.';
        bool is_parent = segment == 3 && path[1] == '.' && path[2] == '.';
        const char *last = is_parent && out->length > start
                               ? memrchr(out->data + start, '/', out->length - start)
                               : NULL;
        if (last != NULL)
            buf_truncate(out, (size_t)(last - out->data));
        if (!is_same && !is_parent)
            (void)buf_add(out, path, segment);
        else if (next == NULL)
            (void)buf_add_byte(out, '/');
        path += segment;
    }
}

/* Bytes of a path before its query. */
static size_t path_length(struct http_slice path)
{
    const char *mark = path.length == 0 ? NULL : memchr(path.data, '?', path.length);
    return mark == NULL ? path.length : (size_t)(mark - path.data);
}

/* Bytes of the base's path that a relative reference keeps: up to its last slash, or all where the
 * reference has no path (section 5.2.3). */
static size_t kept_length(struct http_slice base, bool has_path)
{
    size_t length = path_length(base);
    const char *slash = length == 0 ? NULL : memrchr(base.data, '/', length);
    if (!has_path)
        return length;
    return slash == NULL ? 0 : (size_t)(slash - base.data) + 1;
}

/* Adds path and query of a reference that has no scheme and authority (section 5.2.2). */
static void add_relative(struct http_slice base, const char *reference, struct buf *out)
{
    size_t path = strcspn(reference, "?#");
    size_t query = strcspn(reference + path, "#");
    struct buf merged;
    buf_init(&merged, URL_MOST);
    if (*reference != '/') {
        size_t kept = kept_length(base, path > 0);
        (void)buf_add(&merged, base.data, kept);
        if (kept == 0)
            (void)buf_add_byte(&merged, '/');
    }
    (void)buf_add(&merged, reference, path);
    add_without_dots(merged.data, merged.length, out);
    out->failed = out->failed || merged.failed;
    buf_free(&merged);
    size_t base_path = path_length(base);
    if (query > 0)
        (void)buf_add(out, reference + path, query);
    else if (path == 0)
        (void)buf_add(out, base.data + base_path, base.length - base_path);
}

static void add_origin(const struct http_url *url, struct buf *out)
{
    (void)buf_add_text(out, url->is_https ? "https://" : "http://");
    (void)buf_add(out, url->host.data, url->host.length);
    if (url->port != (url->is_https ? HTTPS_PORT : HTTP_PORT))
        (void)buf_printf(out, ":%d", url->port);
}

/* Adds what an absolute URL, or one without its scheme, means. */
static bool add_absolute(const struct http_url *from, const char *reference, struct buf *out)
{
    static const struct http_slice root = {"", 0};
    struct http_url to;
    struct error ignored;
    struct buf whole;
    buf_init(&whole, URL_MOST);
    if (!has_scheme(reference))
        (void)buf_add_text(&whole, from->is_https ? "https:" : "http:");
    (void)buf_add_text(&whole, reference);
    bool valid = !whole.failed && host_name_encode_url(&whole, &ignored) &&
                 http_url_split(buf_text(&whole), &to, &ignored);
    if (valid) {
        add_origin(&to, out);
        add_relative(root, to.path.data, out);
    }
    buf_free(&whole);
    return valid;
}

bool url_resolve(const char *base, const char *reference, struct buf *out)
{
    struct http_url from;
    struct error ignored;
    struct buf clean;
    buf_init(&clean, URL_MOST);
    bool valid = http_url_split(base, &from, &ignored) && add_clean(reference, &clean);
    const char *cleaned = buf_text(&clean);
    if (valid && (has_scheme(cleaned) || strncmp(cleaned, "//", 2) == 0)) {
        valid = add_absolute(&from, cleaned, out);
    } else if (valid) {
        add_origin(&from, out);
        add_relative(from.path, cleaned, out);
    }
    buf_free(&clean);
    return valid && !out->failed;
}

bool url_is_same_origin(const struct http_url *one, const struct http_url *other)
{
    return one->is_https == other->is_https && one->port == other->port &&
           one->host.length == other->host.length &&
           strncasecmp(one->host.data, other->host.data, one->host.length) == 0;
}
