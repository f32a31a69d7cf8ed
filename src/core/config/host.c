/* The host of the URL, in its ASCII form. */
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "core/config/private.h"
#include "text/host_name.h"

#define HOST_MOST ((size_t)1024 * 1024) /* bytes of a host with the fields of its template */

/* Adds one label, the text between two dots. One that has a field is encoded when that is filled
 * in. */
static bool add_label(struct config_build *build, const char *label, size_t length, struct buf *out)
{
    struct error reason = {0};
    if (memchr(label, '{', length) != NULL)
        return buf_add(out, label, length) || error_set_memory(build->error);
    return host_name_encode(label, length, out, &reason) || config_wrong(build, "%s", reason.text);
}

static bool add_labels(struct config_build *build, const char *host, struct buf *out)
{
    for (;;) {
        const char *end = host + strlen(host);
        size_t length = (size_t)(config_find_outside_braces(host, end, ".") - host);
        if (!add_label(build, host, length, out))
            return false;
        if (host[length] == '\0')
            return true;
        if (!buf_add_byte(out, '.'))
            return error_set_memory(build->error);
        host += length + 1;
    }
}

/* The host with the values of its keys, if it is the same for every file and not in ASCII: values
 * are percent-encoded in a URL, which is not how a host is written. NULL without an error: it is
 * not. */
static char *fill_host(struct config_build *build, const char *host)
{
    struct template *template;
    char *filled = NULL;
    if (!template_parse(host, TEMPLATE_TEXT, &build->keys, &template, NULL))
        return NULL;
    if (template_needs(template) == 0)
        filled = config_fill_constant(build, template, "the URL");
    template_free(template);
    if (filled == NULL || !host_name_is_ascii(filled, strlen(filled)))
        return filled;
    wipe_and_free(filled);
    return NULL;
}

/* Replaces the bytes of `url` from `begin` to before `end`. */
static bool replace(
    struct config_build *build, struct buf *url, size_t begin, size_t end, const char *text)
{
    char *rest = strdup(buf_text(url) + end);
    if (rest == NULL)
        return error_set_memory(build->error);
    buf_truncate(url, begin);
    bool replaced = buf_add_text(url, text) && buf_add_text(url, rest);
    free(rest);
    return replaced || config_wrong(build, "the URL is too long");
}

bool config_encode_host(struct config_build *build, struct buf *url)
{
    struct config_url_parts parts = config_split_url(buf_text(url));
    size_t begin = (size_t)(parts.host - buf_text(url));
    if (*parts.host == '[')
        return true;
    size_t length =
        (size_t)(config_find_outside_braces(parts.host, parts.authority_end, ":") - parts.host);
    char *host = strndup(parts.host, length);
    if (host == NULL)
        return error_set_memory(build->error);
    char *filled = strchr(host, '{') == NULL ? NULL : fill_host(build, host);
    struct buf encoded;
    buf_init(&encoded, HOST_MOST);
    bool done = add_labels(build, filled == NULL ? host : filled, &encoded) &&
                (strcmp(buf_text(&encoded), host) == 0 ||
                    replace(build, url, begin, begin + length, buf_text(&encoded)));
    buf_free(&encoded);
    wipe_and_free(filled);
    free(host);
    return done;
}
