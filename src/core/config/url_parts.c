/* Where the parts of a URL are in its text. */
#include <string.h>

#include "core/config/private.h"

const char *config_find_outside_braces(const char *text, const char *end, const char *stops)
{
    bool inside = false;
    for (; text < end; text++) {
        if (!inside && *text == '{' && text + 1 < end && text[1] == '{')
            text++;
        else if (*text == '{')
            inside = true;
        else if (*text == '}')
            inside = false;
        else if (!inside && strchr(stops, *text) != NULL)
            break;
    }
    return text;
}

struct config_url_parts config_split_url(const char *url)
{
    const char *scheme_end = strstr(url, "://");
    struct config_url_parts parts = {
        .authority = scheme_end == NULL ? url : scheme_end + 3,
        .end = url + strlen(url),
    };
    parts.authority_end = config_find_outside_braces(parts.authority, parts.end, "/?#");
    parts.host = parts.authority;
    for (;;) {
        const char *at = config_find_outside_braces(parts.host, parts.authority_end, "@");
        if (at == parts.authority_end)
            return parts;
        parts.host = at + 1;
    }
}
