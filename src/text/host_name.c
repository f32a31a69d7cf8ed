#include "text/host_name.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>

#include "text/encode.h"

#define LABEL_MOST 1024                /* bytes of one label as it was written */
#define HOST_MOST  ((size_t)64 * 1024) /* bytes of a host in its ASCII form */

bool host_name_is_ascii(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)name[i] >= 0x80 || name[i] == '%')
            return false;
    }
    return true;
}

static bool add_encoded(const char *label, struct buf *out, struct error *error)
{
    char *encoded = NULL;
    int result = idn2_lookup_u8(
        (const uint8_t *)label, (uint8_t **)&encoded, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (result != IDN2_OK)
        result = idn2_lookup_u8((const uint8_t *)label, (uint8_t **)&encoded, IDN2_TRANSITIONAL);
    if (result != IDN2_OK)
        return error_set(error, ERROR_USAGE, 0,
            "the URL's host is not a valid domain name: '%s': %s", label, idn2_strerror(result));
    bool added = buf_add_text(out, encoded) || error_set_memory(error);
    idn2_free(encoded);
    return added;
}

/* Adds one label, the text between two dots. */
static bool add_label(const char *label, size_t length, struct buf *out, struct error *error)
{
    if (host_name_is_ascii(label, length))
        return buf_add(out, label, length) || error_set_memory(error);
    struct buf decoded;
    buf_init(&decoded, LABEL_MOST);
    bool valid = decode_percent(&decoded, label, length) &&
                 strlen(buf_text(&decoded)) == decoded.length &&
                 utf8_valid(buf_text(&decoded), decoded.length);
    bool added = valid ? add_encoded(buf_text(&decoded), out, error)
                       : error_set(error, ERROR_USAGE, 0, "the URL's host is not valid UTF-8");
    buf_free(&decoded);
    return added;
}

bool host_name_encode(const char *name, size_t length, struct buf *out, struct error *error)
{
    for (;;) {
        const char *dot = length == 0 ? NULL : memchr(name, '.', length);
        size_t label = dot == NULL ? length : (size_t)(dot - name);
        if (!add_label(name, label, out, error))
            return false;
        if (dot == NULL)
            return true;
        if (!buf_add_byte(out, '.'))
            return error_set_memory(error);
        name += label + 1;
        length -= label + 1;
    }
}

/* Replaces `length` bytes of `url` at `begin`. */
static bool replace(
    struct buf *url, size_t begin, size_t length, const struct buf *name, struct error *error)
{
    char *rest = strdup(buf_text(url) + begin + length);
    if (rest == NULL)
        return error_set_memory(error);
    buf_truncate(url, begin);
    bool replaced = buf_add(url, name->data, name->length) && buf_add_text(url, rest);
    free(rest);
    return replaced || error_set_memory(error);
}

bool host_name_encode_url(struct buf *url, struct error *error)
{
    const char *text = buf_text(url);
    const char *authority = strstr(text, "://");
    if (authority == NULL)
        return true;
    authority += strlen("://");
    size_t length = strcspn(authority, "/?#");
    const char *at = memrchr(authority, '@', length);
    const char *host = at == NULL ? authority : at + 1;
    size_t host_length = strcspn(host, ":/?#");
    if (*host == '[' || host_name_is_ascii(host, host_length))
        return true;
    struct buf name;
    buf_init(&name, HOST_MOST);
    bool encoded = host_name_encode(host, host_length, &name, error) &&
                   replace(url, (size_t)(host - text), host_length, &name, error);
    buf_free(&name);
    return encoded;
}
