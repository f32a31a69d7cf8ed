#include "text/cookie.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "text/cookie_date.h"

/* The attributes of a cookie, as far as they count here. */
struct attributes {
    struct http_slice domain; /* empty: none */
    struct http_slice path;   /* empty: none */
    bool is_secure;
    bool has_age;
    int64_t expires;
};

/* Takes what is before the next semicolon off `rest`. */
static struct http_slice next_part(struct http_slice *rest)
{
    const char *end = rest->length == 0 ? NULL : memchr(rest->data, ';', rest->length);
    size_t length = end == NULL ? rest->length : (size_t)(end - rest->data);
    struct http_slice part = http_trim((struct http_slice){rest->data, length});
    size_t taken = end == NULL ? length : length + 1;
    rest->data += taken;
    rest->length -= taken;
    return part;
}

/* Splits `name=value`. False: it has no `=`, and all of it is the name. */
static bool split_pair(struct http_slice part, struct http_slice *name, struct http_slice *value)
{
    const char *equals = part.length == 0 ? NULL : memchr(part.data, '=', part.length);
    size_t length = equals == NULL ? part.length : (size_t)(equals - part.data);
    *name = http_trim((struct http_slice){part.data, length});
    *value = (struct http_slice){"", 0};
    if (equals != NULL)
        *value = http_trim((struct http_slice){equals + 1, part.length - length - 1});
    return equals != NULL;
}

/* Max-Age is a number of seconds; 0 or less: the cookie is removed. */
static void read_age(struct http_slice value, int64_t now, struct attributes *attributes)
{
    bool is_negative = value.length > 0 && value.data[0] == '-';
    int64_t age = 0;
    for (size_t i = is_negative; i < value.length; i++) {
        if (!ascii_is_digit(value.data[i]))
            return;
        if (age <= INT32_MAX)
            age = age * 10 + (value.data[i] - '0');
    }
    if (value.length == (size_t)is_negative)
        return;
    attributes->has_age = true;
    attributes->expires = is_negative || age == 0 ? INT64_MIN : now + age;
}

static void read_attribute(struct http_slice part, int64_t now, struct attributes *attributes)
{
    struct http_slice name;
    struct http_slice value;
    int64_t seconds;
    (void)split_pair(part, &name, &value);
    if (http_slice_is(name, "Secure"))
        attributes->is_secure = true;
    else if (http_slice_is(name, "Domain"))
        attributes->domain = value;
    else if (http_slice_is(name, "Path"))
        attributes->path = value;
    else if (http_slice_is(name, "Max-Age"))
        read_age(value, now, attributes);
    else if (http_slice_is(name, "Expires") && !attributes->has_age &&
             cookie_date_read(value, &seconds))
        attributes->expires = seconds;
}

/* Section 5.1.3. A cookie for a whole domain is kept for its host all the same: nothing else of the
 * domain gets it. */
static bool is_in_domain(struct http_slice host, struct http_slice domain)
{
    if (domain.length > 0 && domain.data[0] == '.') {
        domain.data++;
        domain.length--;
    }
    if (domain.length == 0)
        return true;
    if (domain.length > host.length)
        return false;
    size_t before = host.length - domain.length;
    bool is_address = host.data[0] == '[' || ascii_is_digit(host.data[host.length - 1]);
    return strncasecmp(host.data + before, domain.data, domain.length) == 0 &&
           (before == 0 || (host.data[before - 1] == '.' && !is_address));
}

static struct http_slice without_query(struct http_slice path)
{
    const char *mark = path.data == NULL ? NULL : memchr(path.data, '?', path.length);
    return (struct http_slice){path.data, mark == NULL ? path.length : (size_t)(mark - path.data)};
}

/* The folder of the request's path (section 5.1.4). */
static struct http_slice default_path(struct http_slice path)
{
    path = without_query(path);
    const char *slash = path.data == NULL ? NULL : memrchr(path.data, '/', path.length);
    if (slash == NULL || slash == path.data)
        return (struct http_slice){"/", 1};
    return (struct http_slice){path.data, (size_t)(slash - path.data)};
}

bool cookie_read(
    struct http_slice header, const struct http_url *url, int64_t now, struct cookie *cookie)
{
    struct attributes attributes = {.expires = COOKIE_NEVER};
    if (!http_is_field_value(header) ||
        !split_pair(next_part(&header), &cookie->name, &cookie->value))
        return false;
    while (header.length > 0)
        read_attribute(next_part(&header), now, &attributes);
    bool has_path = attributes.path.length > 0 && attributes.path.data[0] == '/';
    cookie->path = has_path ? attributes.path : default_path(url->path);
    cookie->expires = attributes.expires;
    return cookie->name.length > 0 && cookie->name.length + cookie->value.length <= COOKIE_MOST &&
           cookie->path.length <= COOKIE_MOST && is_in_domain(url->host, attributes.domain) &&
           (url->is_https || !attributes.is_secure);
}

bool cookie_path_matches(struct http_slice cookie_path, struct http_slice path)
{
    path = without_query(path);
    if (path.data == NULL || path.length == 0)
        path = (struct http_slice){"/", 1};
    if (cookie_path.length > path.length ||
        memcmp(path.data, cookie_path.data, cookie_path.length) != 0)
        return false;
    return path.length == cookie_path.length || cookie_path.data[cookie_path.length - 1] == '/' ||
           path.data[cookie_path.length] == '/';
}
