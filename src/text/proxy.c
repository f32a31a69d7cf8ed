#include "text/proxy.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "text/nearest.h"
#include "text/units.h"

#define ADDRESS_TEXT_SIZE 64
#define HOST_TEXT_SIZE    512 /* a name has at most 253 bytes */

struct address {
    int family; /* AF_INET, AF_INET6 */
    unsigned char bytes[16];
};

static const char *if_given(const char *text)
{
    return text == NULL || text[0] == '\0' ? NULL : text;
}

/* Without brackets around it and without a zone. */
static struct http_slice without_brackets(struct http_slice host)
{
    if (host.length >= 2 && host.data[0] == '[' && host.data[host.length - 1] == ']') {
        host.data++;
        host.length -= 2;
    }
    const char *zone = memchr(host.data, '%', host.length);
    if (zone != NULL)
        host.length = (size_t)(zone - host.data);
    return host;
}

static bool read_address(struct http_slice text, struct address *address)
{
    char copy[ADDRESS_TEXT_SIZE];
    text = without_brackets(text);
    if (text.length >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    static const int families[] = {AF_INET, AF_INET6};
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        address->family = families[i];
        if (inet_pton(families[i], copy, address->bytes) == 1)
            return true;
    }
    return false;
}

static bool same_bits(const unsigned char *one, const unsigned char *other, unsigned bits)
{
    unsigned whole = bits / 8;
    unsigned rest = bits % 8;
    unsigned char mask = (unsigned char)(0xff00U >> rest);
    return memcmp(one, other, whole) == 0 &&
           (rest == 0 || ((one[whole] ^ other[whole]) & mask) == 0);
}

/* An entry that is an address, or a network with `/BITS`. */
static bool matches_address(struct http_slice entry, const struct address *host)
{
    struct address network;
    unsigned bits = host->family == AF_INET ? 32 : 128;
    const char *slash = memchr(entry.data, '/', entry.length);
    if (slash != NULL) {
        char digits[4] = "";
        size_t count = entry.length - (size_t)(slash + 1 - entry.data);
        int64_t number;
        if (count >= sizeof digits)
            return false;
        memcpy(digits, slash + 1, count);
        if (!units_parse_number(digits, 0, bits, &number))
            return false;
        bits = (unsigned)number;
        entry.length = (size_t)(slash - entry.data);
    }
    return read_address(entry, &network) && network.family == host->family &&
           same_bits(network.bytes, host->bytes, bits);
}

static struct http_slice without_dot_at_end(struct http_slice name)
{
    if (name.length > 0 && name.data[name.length - 1] == '.')
        name.length--;
    return name;
}

/* The name itself, or one below it. */
static bool matches_name(struct http_slice entry, struct http_slice host)
{
    entry = without_dot_at_end(entry);
    host = without_dot_at_end(host);
    if (entry.length > 0 && entry.data[0] == '.') {
        entry.data++;
        entry.length--;
    }
    if (entry.length == 0 || entry.length > host.length)
        return false;
    const char *tail = host.data + host.length - entry.length;
    return strncasecmp(tail, entry.data, entry.length) == 0 &&
           (tail == host.data || tail[-1] == '.');
}

bool proxy_is_excepted(const char *list, struct http_slice host)
{
    static const char separators[] = ", \t";
    struct address address;
    bool is_address = read_address(host, &address);
    while (*(list += strspn(list, separators)) != '\0') {
        struct http_slice entry = {list, strcspn(list, separators)};
        list += entry.length;
        if (http_slice_is(entry, "*"))
            return true;
        if (is_address ? matches_address(entry, &address) : matches_name(entry, host))
            return true;
    }
    return false;
}

const char *proxy_choose(const struct proxy_rules *rules, const struct http_url *url)
{
    const char *proxy = if_given(rules->option);
    if (rules->none)
        return NULL;
    if (proxy == NULL)
        proxy = if_given(url->is_https ? rules->https : rules->http);
    if (proxy == NULL)
        proxy = if_given(rules->all);
    if (proxy == NULL || if_given(rules->except) == NULL)
        return proxy;
    return proxy_is_excepted(rules->except, url->host) ? NULL : proxy;
}

const char *proxy_source(const struct proxy_rules *rules, const char *proxy)
{
    if (proxy == rules->option)
        return "--proxy";
    if (proxy == rules->http)
        return "http_proxy";
    return proxy == rules->https ? rules->https_name : rules->all_name;
}

bool proxy_userinfo_is_encoded(const char *userinfo, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (ascii_is_control(userinfo[i]) || strchr(" /?#[]@", userinfo[i]) != NULL)
            return false;
        if (userinfo[i] == '%' && (length - i < 3 || ascii_hex_value(userinfo[i + 1]) < 0 ||
                                      ascii_hex_value(userinfo[i + 2]) < 0))
            return false;
    }
    return true;
}

/* What is after SCHEME://, or all of it. */
static const char *after_scheme(const char *proxy)
{
    const char *scheme_end = strstr(proxy, "://");
    return scheme_end == NULL ? proxy : scheme_end + 3;
}

static const char *const schemes[] = {
    "http://", "https://", "socks4://", "socks4a://", "socks5://", "socks5h://", NULL};

static bool has_known_scheme(const char *proxy)
{
    if (after_scheme(proxy) == proxy)
        return true;
    for (size_t i = 0; schemes[i] != NULL; i++) {
        if (strncasecmp(proxy, schemes[i], strlen(schemes[i])) == 0)
            return true;
    }
    return false;
}

struct http_slice proxy_host(const char *proxy)
{
    const char *begin = after_scheme(proxy);
    const char *at = strrchr(begin, '@');
    const char *host = at == NULL ? begin : at + 1;
    return (struct http_slice){host, strcspn(host, "/?#")};
}

bool proxy_explain_credentials(const char *proxy, struct buf *out)
{
    if (proxy == NULL)
        return buf_add_text(out, "a proxy requires credentials (407), but no proxy was given");
    if (strchr(proxy, '@') != NULL)
        return buf_add_text(out, "the proxy does not accept the credentials (407)");
    struct http_slice host = proxy_host(proxy);
    return buf_printf(out,
        "the proxy requires credentials (407); give them with --proxy http://USER:SECRET@%.*s",
        (int)host.length, host.data);
}

/* A name or an address, and a port. */
static bool is_host(struct http_slice host)
{
    char url[HOST_TEXT_SIZE] = "http://";
    size_t scheme = strlen(url);
    struct http_url parts;
    if (host.length == 0 || host.length >= sizeof url - scheme)
        return false;
    memcpy(url + scheme, host.data, host.length);
    url[scheme + host.length] = '\0';
    return http_url_split(url, &parts, NULL);
}

static bool fail_scheme(const char *proxy, const char *source, struct error *error)
{
    char hint[NEAREST_HINT_SIZE];
    struct nearest nearest = nearest_to_part(proxy, (size_t)(after_scheme(proxy) - proxy));
    nearest_offer_list(&nearest, schemes);
    return error_set(error, ERROR_USAGE, 0,
        "%s: a proxy must begin with http://, https://, socks4://, socks4a://, socks5:// or "
        "socks5h://%s",
        source, nearest_hint(&nearest, "'", "'", hint));
}

bool proxy_check(const char *proxy, const char *source, struct error *error)
{
    const char *begin = after_scheme(proxy);
    const char *at = strrchr(begin, '@');
    if (!has_known_scheme(proxy))
        return fail_scheme(proxy, source, error);
    if (at != NULL && !proxy_userinfo_is_encoded(begin, (size_t)(at - begin)))
        return error_set(error, ERROR_USAGE, 0,
            "%s: the proxy's user or password contains a character that must be percent-encoded: "
            "/ as %%2F, ? as %%3F, # as %%23, @ as %%40, %% as %%25, a space as %%20",
            source);
    if (!is_host(proxy_host(proxy)))
        return error_set(error, ERROR_USAGE, 0,
            "%s: the proxy's host or port is not valid: it must be "
            "[SCHEME://][USER:PASSWORD@]HOST[:PORT], with the port from 1 to 65535; special "
            "characters in a password must be percent-encoded",
            source);
    return true;
}

enum proxy_kind proxy_kind(const char *proxy)
{
    if (strncasecmp(proxy, "https://", 8) == 0)
        return PROXY_HTTPS;
    return strncasecmp(proxy, "socks", 5) == 0 && strstr(proxy, "://") != NULL ? PROXY_SOCKS
                                                                               : PROXY_HTTP;
}
