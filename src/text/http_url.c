#include "text/http_url.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "text/units.h"

#define HTTP_PORT  80
#define HTTPS_PORT 443
#define PORT_MAX   65535
#define PORT_TEXT                                                                                  \
    8 /* bytes of the longest port that is accepted, leading zeros and a NUL included */

#define HEX_DIGITS    "0123456789abcdefABCDEF"
#define ALPHANUMERICS "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define NAME_BYTES    ALPHANUMERICS "-._~!$&'()*+,;="
#define ADDRESS_BYTES HEX_DIGITS ".:"
#define ZONE_BYTES    ALPHANUMERICS "-._~%"

static bool wrong(struct error *error, const char *sentence)
{
    return error_set(error, ERROR_USAGE, 0, "%s", sentence);
}

static int default_port(const struct http_url *parts)
{
    return parts->is_https ? HTTPS_PORT : HTTP_PORT;
}

/* Returns what follows `//`, or NULL for another scheme. */
static const char *read_scheme(const char *url, bool *is_https)
{
    static const char http[] = "http://";
    static const char https[] = "https://";
    *is_https = strncasecmp(url, https, sizeof https - 1) == 0;
    if (*is_https)
        return url + sizeof https - 1;
    return strncasecmp(url, http, sizeof http - 1) == 0 ? url + sizeof http - 1 : NULL;
}

static bool check_bytes(const char *url, struct error *error)
{
    for (const char *byte = url; *byte != '\0'; byte++) {
        if (ascii_is_control(*byte) || *byte == ' ')
            return wrong(error, "the URL contains a space or a control byte: percent-encode it");
    }
    return true;
}

/* Returns the length of the host at the beginning of `authority`, 0 where it is not valid. */
static size_t host_length(const char *authority)
{
    if (*authority != '[')
        return strspn(authority, NAME_BYTES);
    size_t address = strspn(authority + 1, ADDRESS_BYTES);
    const char *end = authority + 1 + address;
    if (*end == '%')
        end += 1 + strspn(end + 1, ZONE_BYTES);
    return address > 0 && *end == ']' ? (size_t)(end + 1 - authority) : 0;
}

static bool read_port(const char *colon, const char *end, int *port, struct error *error)
{
    char text[PORT_TEXT] = "";
    size_t length = (size_t)(end - colon - 1);
    int64_t number;
    if (length < sizeof text)
        memcpy(text, colon + 1, length);
    if (!units_parse_number(text, 1, PORT_MAX, &number))
        return wrong(error, "the URL's port must be a number from 1 to 65535");
    *port = (int)number;
    return true;
}

bool http_url_split(const char *url, struct http_url *parts, struct error *error)
{
    const char *authority = read_scheme(url, &parts->is_https);
    if (authority == NULL)
        return wrong(error, "the URL must begin with http:// or https://");
    if (!check_bytes(url, error))
        return false;
    const char *end = authority + strcspn(authority, "/?#");
    const char *at = memrchr(authority, '@', (size_t)(end - authority));
    const char *host = at == NULL ? authority : at + 1;
    parts->host = (struct http_slice){host, host_length(host)};
    const char *rest = host + parts->host.length;
    if (parts->host.length == 0 || (rest != end && *rest != ':'))
        return wrong(error, "the URL's host is not valid: it must be a name in ASCII (xn-- for "
                            "other letters) or an address");
    parts->port = default_port(parts);
    parts->path = (struct http_slice){end, strcspn(end, "#")};
    return rest == end || read_port(rest, end, &parts->port, error);
}

bool http_url_add_host(const struct http_url *parts, struct buf *out)
{
    const struct http_slice *host = &parts->host;
    const char *zone = memchr(host->data, '%', host->length);
    if (zone == NULL) {
        (void)buf_add(out, host->data, host->length);
    } else {
        (void)buf_add(out, host->data, (size_t)(zone - host->data));
        (void)buf_add_byte(out, ']');
    }
    if (parts->port != default_port(parts))
        (void)buf_printf(out, ":%d", parts->port);
    return !out->failed;
}

bool http_url_add_target(const struct http_url *parts, bool absolute_form, struct buf *out)
{
    if (absolute_form) {
        (void)buf_add_text(out, parts->is_https ? "https://" : "http://");
        (void)http_url_add_host(parts, out);
    }
    if (parts->path.length == 0 || *parts->path.data != '/')
        (void)buf_add_byte(out, '/');
    (void)buf_add(out, parts->path.data, parts->path.length);
    return !out->failed;
}
