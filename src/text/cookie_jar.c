#include "text/cookie_jar.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/container_of.h"
#include "base/wipe.h"
#include "text/cookie.h"

#define NAME_MOST ((size_t)64 * 1024) /* bytes of an origin's name */

/* A cookie, with copies of its parts in `texts`. */
struct kept_cookie {
    struct kept_cookie *next; /* of its origin, a younger one */
    struct cookie cookie;
    bool is_added; /* while cookies are chosen: it has been */
    size_t length; /* bytes of `texts` */
    char texts[];
};

struct cookie_origin {
    struct table_node node;
    struct list_node place;     /* in `origins` */
    struct kept_cookie *oldest; /* its cookies, linked by `next`; owned */
    size_t count;               /* how many there are */
    char name[];
};

/* Frees the cookie to which `link` points, in its origin's list. */
static void remove_cookie(struct cookie_origin *origin, struct kept_cookie **link)
{
    struct kept_cookie *kept = *link;
    *link = kept->next;
    origin->count--;
    wipe(kept->texts, kept->length);
    free(kept);
}

static void free_origin(struct cookie_jar *jar, struct cookie_origin *origin)
{
    while (origin->oldest != NULL)
        remove_cookie(origin, &origin->oldest);
    table_remove(&jar->table, &origin->node);
    list_remove(&origin->place);
    free(origin);
}

void cookie_jar_free(struct cookie_jar *jar)
{
    while (jar->origins.first != NULL)
        free_origin(jar, container_of(jar->origins.first, struct cookie_origin, place));
    table_free(&jar->table, NULL);
}

/* Writes scheme, host and port, in lower case. */
static bool add_name(const struct http_url *url, struct buf *name)
{
    (void)buf_add_text(name, url->is_https ? "https://" : "http://");
    (void)buf_add(name, url->host.data, url->host.length);
    (void)buf_printf(name, ":%d", url->port);
    for (size_t i = 0; i < name->length; i++) {
        if (name->data[i] >= 'A' && name->data[i] <= 'Z')
            name->data[i] = (char)(name->data[i] - 'A' + 'a');
    }
    return !name->failed;
}

static struct cookie_origin *find_origin(
    const struct cookie_jar *jar, const struct http_url *url, struct buf *name)
{
    struct table_node *node = add_name(url, name) ? table_find(&jar->table, buf_text(name)) : NULL;
    return node == NULL ? NULL : container_of(node, struct cookie_origin, node);
}

/* The origin of the URL, made where it is new. NULL: out of memory. */
static struct cookie_origin *obtain_origin(struct cookie_jar *jar, const struct http_url *url)
{
    struct buf name;
    buf_init(&name, NAME_MOST);
    struct cookie_origin *origin = find_origin(jar, url, &name);
    if (origin == NULL && !name.failed) {
        origin = calloc(1, sizeof *origin + name.length + 1);
        if (origin != NULL)
            memcpy(origin->name, name.data, name.length);
        if (origin != NULL && !table_add(&jar->table, &origin->node, origin->name)) {
            free(origin);
            origin = NULL;
        }
    }
    buf_free(&name);
    if (origin == NULL)
        return NULL;
    list_remove(&origin->place);
    list_push_back(&jar->origins, &origin->place);
    if (jar->origins.count > COOKIE_JAR_ORIGINS_MOST)
        free_origin(jar, container_of(jar->origins.first, struct cookie_origin, place));
    return origin;
}

static bool are_equal(struct http_slice one, struct http_slice other)
{
    return one.length == other.length && memcmp(one.data, other.data, one.length) == 0;
}

/* Removes the cookie with the same name and path. */
static void remove_same(struct cookie_origin *origin, const struct cookie *cookie)
{
    for (struct kept_cookie **link = &origin->oldest; *link != NULL; link = &(*link)->next) {
        const struct cookie *kept = &(*link)->cookie;
        if (are_equal(kept->name, cookie->name) && are_equal(kept->path, cookie->path)) {
            remove_cookie(origin, link);
            return;
        }
    }
}

static struct http_slice copy_slice(struct http_slice slice, char **to)
{
    struct http_slice copy = {*to, slice.length};
    memcpy(*to, slice.data, slice.length);
    *to += slice.length;
    return copy;
}

static void keep_cookie(struct cookie_origin *origin, const struct cookie *cookie)
{
    size_t length = cookie->name.length + cookie->value.length + cookie->path.length;
    struct kept_cookie *kept = calloc(1, sizeof *kept + length);
    if (kept == NULL)
        return;
    char *to = kept->texts;
    kept->length = length;
    kept->cookie = (struct cookie){.name = copy_slice(cookie->name, &to),
        .value = copy_slice(cookie->value, &to),
        .path = copy_slice(cookie->path, &to),
        .expires = cookie->expires};
    struct kept_cookie **link = &origin->oldest;
    while (*link != NULL)
        link = &(*link)->next;
    *link = kept;
    if (++origin->count > COOKIE_JAR_COOKIES_MOST)
        remove_cookie(origin, &origin->oldest);
}

static void add_value(struct buf *values, struct http_slice value)
{
    if (value.length > 0 && buf_add(values, value.data, value.length))
        (void)buf_add_byte(values, '\0');
}

void cookie_jar_take(struct cookie_jar *jar, struct http_slice header, const struct http_url *url,
    int64_t now, struct buf *values)
{
    struct cookie cookie = {0};
    bool may_be_set = cookie_read(header, url, now, &cookie);
    add_value(values, cookie.value);
    if (!may_be_set)
        return;
    struct cookie_origin *origin = obtain_origin(jar, url);
    if (origin == NULL)
        return;
    remove_same(origin, &cookie);
    if (cookie.expires > now)
        keep_cookie(origin, &cookie);
}

/* Removes the cookies that have expired, and lets those that match be chosen. */
static void begin_choice(struct cookie_origin *origin, struct http_slice path, int64_t now)
{
    for (struct kept_cookie **link = &origin->oldest; *link != NULL;) {
        struct kept_cookie *kept = *link;
        kept->is_added = !cookie_path_matches(kept->cookie.path, path);
        if (kept->cookie.expires <= now)
            remove_cookie(origin, link);
        else
            link = &kept->next;
    }
}

/* The one with the longest path of those that are left, of equal ones the oldest. */
static struct kept_cookie *choose(const struct cookie_origin *origin)
{
    struct kept_cookie *chosen = NULL;
    for (struct kept_cookie *kept = origin->oldest; kept != NULL; kept = kept->next) {
        if (!kept->is_added &&
            (chosen == NULL || kept->cookie.path.length > chosen->cookie.path.length))
            chosen = kept;
    }
    return chosen;
}

void cookie_jar_add(struct cookie_jar *jar, const struct http_url *url, int64_t now,
    struct buf *line, struct buf *values)
{
    struct buf name;
    buf_init(&name, NAME_MOST);
    struct cookie_origin *origin = find_origin(jar, url, &name);
    buf_free(&name);
    if (origin == NULL)
        return;
    size_t begin = line->length;
    struct kept_cookie *kept;
    begin_choice(origin, url->path, now);
    while ((kept = choose(origin)) != NULL) {
        const struct cookie *cookie = &kept->cookie;
        kept->is_added = true;
        if (line->length - begin + cookie->name.length + cookie->value.length + 3 >
            COOKIE_JAR_LINE_MOST)
            continue;
        (void)buf_add_text(line, line->length > begin ? "; " : "");
        (void)buf_add(line, cookie->name.data, cookie->name.length);
        (void)buf_add_byte(line, '=');
        (void)buf_add(line, cookie->value.data, cookie->value.length);
        add_value(values, cookie->value);
    }
    if (line->failed)
        buf_truncate(line, begin);
}
