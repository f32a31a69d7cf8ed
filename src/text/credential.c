#include "text/credential.h"

#include <string.h>

#include "base/ascii.h"

#define NAME_MOST 64 /* bytes of a name that are compared */

/* How the names of credentials end, in lower-case letters and digits. */
static const char *const endings[] = {"token", "secret", "password", "passwd", "passphrase",
    "apikey", "accesskey", "secretkey", "privatekey", "authkey", "authorization", "credential",
    "credentials", "signature", "cookie"};

/* Names that are too short to look for at the end of others. */
static const char *const wholes[] = {"auth", "pass", "pwd", "sig"};

static bool ends_with(const char *text, size_t length, const char *ending)
{
    size_t size = strlen(ending);
    return length >= size && memcmp(text + length - size, ending, size) == 0;
}

bool credential_is_name(const char *name, size_t length)
{
    char plain[NAME_MOST];
    size_t count = 0;
    for (size_t i = 0; i < length && count < sizeof plain; i++) {
        char byte = name[i];
        if (byte >= 'A' && byte <= 'Z')
            plain[count++] = (char)(byte - 'A' + 'a');
        else if (ascii_is_letter(byte) || ascii_is_digit(byte))
            plain[count++] = byte;
    }
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (ends_with(plain, count, endings[i]))
            return true;
    }
    for (size_t i = 0; i < sizeof wholes / sizeof wholes[0]; i++) {
        if (strlen(wholes[i]) == count && memcmp(plain, wholes[i], count) == 0)
            return true;
    }
    return false;
}

/* Finds the value of the next credential in a query at `*at`, after its `?`, and moves `*at` to the
 * end of its parameter. NULL: there is none, and `*at` is at the end of the query. */
static const char *next_in_query(const char **at, size_t *length)
{
    for (;;) {
        const char *name = *at;
        size_t size = strcspn(name, "&#");
        const char *equals = memchr(name, '=', size);
        *at = name + size;
        if (equals != NULL && credential_is_name(name, (size_t)(equals - name))) {
            *length = (size_t)(*at - (equals + 1));
            return equals + 1;
        }
        if (**at == '\0')
            return NULL;
        (*at)++;
    }
}

/* The host of a URL, or the `@` before it. `*userinfo`: where its authority begins. */
static const char *find_host(const char *url, const char **userinfo)
{
    const char *scheme_end = strstr(url, "://");
    *userinfo = scheme_end == NULL ? url : scheme_end + 3;
    size_t length = strcspn(*userinfo, "/?#");
    const char *at = memrchr(*userinfo, '@', length);
    return at == NULL ? *userinfo : at;
}

bool credential_each_in_url(const char *url, credential_fn *each, void *context)
{
    const char *userinfo;
    const char *host = find_host(url, &userinfo);
    if (host != userinfo && !each(context, userinfo, (size_t)(host - userinfo)))
        return false;
    const char *at = strchr(host, '?');
    if (at++ == NULL)
        return true;
    size_t length;
    for (const char *value; (value = next_in_query(&at, &length)) != NULL;) {
        if (!each(context, value, length))
            return false;
    }
    return true;
}

bool credential_mask_url(struct buf *out, const char *url)
{
    const char *userinfo;
    const char *host = find_host(url, &userinfo); /* the `@` stays */
    (void)buf_add(out, url, (size_t)(userinfo - url));
    const char *at = strchr(host, '?');
    if (at++ == NULL)
        return buf_add_text(out, host);
    const char *copied = host;
    size_t length;
    for (const char *value; (value = next_in_query(&at, &length)) != NULL; copied = value + length)
        (void)buf_add(out, copied, (size_t)(value - copied));
    return buf_add_text(out, copied);
}
