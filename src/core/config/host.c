/* International domain names, as curl(1) looks them up: in their ASCII form (xn--), by IDNA 2008
 * and Unicode's rules for compatibility (UTS 46). */
#include <idn2.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "core/config/private.h"
#include "text/encode.h"

#define LABEL_MOST 1024                  /* bytes of one label as it was written */
#define HOST_MOST  ((size_t)1024 * 1024) /* bytes of a host with the fields of its template */

static bool is_ascii(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] >= 0x80 || text[i] == '%')
            return false;
    }
    return true;
}

static bool add_encoded(struct config_build *build, const char *label, struct buf *out)
{
    char *encoded = NULL;
    int result = idn2_lookup_u8(
        (const uint8_t *)label, (uint8_t **)&encoded, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (result != IDN2_OK)
        result = idn2_lookup_u8((const uint8_t *)label, (uint8_t **)&encoded, IDN2_TRANSITIONAL);
    if (result != IDN2_OK)
        return config_wrong(build, "the URL's host is not a valid domain name: '%s': %s", label,
            idn2_strerror(result));
    bool added = buf_add_text(out, encoded) || error_set_memory(build->error);
    idn2_free(encoded);
    return added;
}

/* Adds one label, the text between two dots. */
static bool add_label(struct config_build *build, const char *label, size_t length, struct buf *out)
{
    if (is_ascii(label, length))
        return buf_add(out, label, length) || error_set_memory(build->error);
    if (memchr(label, '{', length) != NULL)
        return config_wrong(build,
            "the URL's host: a field cannot be in the same label as letters beyond ASCII: '%.*s'",
            (int)length, label);
    struct buf decoded;
    buf_init(&decoded, LABEL_MOST);
    bool added =
        decode_percent(&decoded, label, length) && utf8_valid(buf_text(&decoded), decoded.length)
            ? add_encoded(build, buf_text(&decoded), out)
            : config_wrong(build, "the URL's host is not valid UTF-8");
    buf_free(&decoded);
    return added;
}

static bool add_labels(struct config_build *build, const char *host, struct buf *out)
{
    for (;;) {
        size_t length = strcspn(host, ".");
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
    if (filled == NULL || !is_ascii(filled, strlen(filled)))
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
