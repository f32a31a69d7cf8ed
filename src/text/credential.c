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

/* Adds the query that begins at `query`, after its `?`. */
static void mask_query(struct buf *out, const char *query)
{
    while (*query != '\0') {
        size_t length = strcspn(query, "&#");
        const char *equals = memchr(query, '=', length);
        size_t name = equals == NULL ? length : (size_t)(equals - query);
        bool masked = equals != NULL && credential_is_name(query, name);
        (void)buf_add(out, query, masked ? name + 1 : length);
        query += length;
        if (*query != '\0')
            (void)buf_add_byte(out, *query++);
    }
}

bool credential_mask_url(struct buf *out, const char *url)
{
    const char *scheme_end = strstr(url, "://");
    const char *authority = scheme_end == NULL ? url : scheme_end + 3;
    size_t length = strcspn(authority, "/?#");
    const char *host = authority;
    for (size_t i = 0; i < length; i++) {
        if (authority[i] == '@')
            host = authority + i; /* the `@` stays */
    }
    (void)buf_add(out, url, (size_t)(authority - url));
    const char *query = strchr(host, '?');
    if (query == NULL)
        return buf_add_text(out, host);
    (void)buf_add(out, host, (size_t)(query - host) + 1);
    mask_query(out, query + 1);
    return !out->failed;
}
