#include "text/proxy.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "text/units.h"

#define ADDRESS_TEXT_SIZE 64

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

enum proxy_kind proxy_kind(const char *proxy)
{
    if (strncasecmp(proxy, "https://", 8) == 0)
        return PROXY_HTTPS;
    return strncasecmp(proxy, "socks", 5) == 0 && strstr(proxy, "://") != NULL ? PROXY_SOCKS
                                                                               : PROXY_HTTP;
}
