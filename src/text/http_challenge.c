#include "text/http_challenge.h"

#include <string.h>
#include <strings.h>

#include "text/http_syntax.h"

#define SCHEMES_MOST 8 /* names that are told; a server has one or two */

/* The length of the list's first element, in which a comma within quotes ends nothing. */
static size_t element_length(const char *text, size_t length)
{
    bool quoted = false;
    for (size_t at = 0; at < length; at++) {
        if (quoted && text[at] == '\\')
            at++;
        else if (text[at] == '"')
            quoted = !quoted;
        else if (text[at] == ',' && !quoted)
            return at;
    }
    return length;
}

/* The scheme that the element begins with; of no bytes: it is a further parameter of the challenge
 * before it (`nonce="x"`). */
static struct http_slice scheme_of(struct http_slice element)
{
    element = http_trim(element);
    size_t length = http_token_length(element.data, element.length);
    struct http_slice after =
        http_trim((struct http_slice){element.data + length, element.length - length});
    bool is_parameter = after.length > 0 && *after.data == '=';
    return (struct http_slice){element.data, is_parameter ? 0 : length};
}

bool http_challenge_add_schemes(struct buf *out, const char *value, size_t length)
{
    struct http_slice seen[SCHEMES_MOST];
    size_t count = 0;
    while (length > 0 && count < SCHEMES_MOST) {
        size_t taken = element_length(value, length);
        struct http_slice scheme = scheme_of((struct http_slice){value, taken});
        bool is_new = scheme.length > 0;
        for (size_t i = 0; i < count; i++)
            is_new = is_new && (seen[i].length != scheme.length ||
                                   strncasecmp(seen[i].data, scheme.data, scheme.length) != 0);
        if (is_new) {
            (void)buf_add_text(out, count == 0 ? "" : ", ");
            (void)buf_add(out, scheme.data, scheme.length);
            seen[count++] = scheme;
        }
        taken += taken < length;
        value += taken;
        length -= taken;
    }
    return count > 0 && !out->failed;
}

bool http_challenge_is_unsupported(const char *schemes)
{
    static const char *const unsupported[] = {"Digest", "NTLM", "Negotiate"};
    struct http_slice list = {schemes, strlen(schemes)};
    struct http_slice scheme;
    bool all = true;
    while (all && http_list_next(&list, &scheme)) {
        all = false;
        for (size_t i = 0; i < sizeof unsupported / sizeof unsupported[0]; i++)
            all = all || http_slice_is(scheme, unsupported[i]);
    }
    return all;
}
