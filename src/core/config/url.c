/* --url. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/wipe.h"
#include "core/config/private.h"
#include "text/http_url.h"
#include "text/nearest.h"
#include "text/units.h"

#define URL_MOST (1024 * 1024) /* bytes */

static bool has_valid_port(const struct config_url_parts *parts)
{
    const char *end = parts->authority_end;
    const char *bracket = memchr(parts->host, ']', (size_t)(end - parts->host));
    const char *colon =
        config_find_outside_braces(bracket == NULL ? parts->host : bracket, end, ":");
    if (colon == end || memchr(colon, '{', (size_t)(end - colon)) != NULL)
        return true;
    size_t digits = strspn(colon + 1, "0123456789");
    return digits > 0 && colon + 1 + digits == end;
}

enum config_userinfo config_find_userinfo(const char *url, const char **begin, const char **end)
{
    struct config_url_parts parts = config_split_url(url);
    *begin = parts.authority;
    *end = parts.host - 1;
    if (parts.host != parts.authority)
        return CONFIG_USERINFO;
    *end = strrchr(parts.authority_end, '@');
    return *end == NULL || has_valid_port(&parts) ? CONFIG_NO_USERINFO : CONFIG_BROKEN_USERINFO;
}

/* Is each `%` outside of fields followed by two hexadecimal digits? */
static bool percent_is_complete(const char *text, const char *end)
{
    while ((text = config_find_outside_braces(text, end, "%")) != end) {
        if (end - text < 3 || ascii_hex_value(text[1]) < 0 || ascii_hex_value(text[2]) < 0)
            return false;
        text++;
    }
    return true;
}

static const char encode_userinfo[] =
    "the URL's user or password contains a character that must be percent-encoded: / as %2F, ? as "
    "%3F, # as %23, @ as %40, % as %25, a space as %20";

/* Checks the user and password, if there are any. */
static bool check_userinfo(struct config_build *build, const char *url)
{
    const char *begin;
    const char *end;
    enum config_userinfo found = config_find_userinfo(url, &begin, &end);
    bool is_good = found == CONFIG_NO_USERINFO;
    if (found == CONFIG_USERINFO)
        is_good =
            config_find_outside_braces(begin, end, "@[]") == end && percent_is_complete(begin, end);
    return is_good || config_wrong(build, "%s", encode_userinfo);
}

/* `what` begins the error: "the URL", or an option. */
static bool check_port(
    struct config_build *build, const char *what, const char *port, const char *end)
{
    if (memchr(port, '{', (size_t)(end - port)) != NULL)
        return true; /* a field: known only when a request is made */
    char digits[8] = "";
    size_t length = (size_t)(end - port);
    int64_t number;
    if (length < sizeof digits)
        memcpy(digits, port, length);
    if (!units_parse_number(digits, 1, 65535, &number))
        return config_wrong(
            build, "%s: the port '%.*s' must be a number from 1 to 65535", what, (int)length, port);
    return true;
}

static bool check_host(
    struct config_build *build, const char *what, const struct config_url_parts *parts)
{
    const char *end = parts->authority_end;
    const char *rest = parts->host;
    if (*rest == '[') {
        rest = memchr(rest, ']', (size_t)(end - rest));
        if (rest == NULL || rest == parts->host + 1)
            return config_wrong(build, "%s: the address in [ ] is not complete", what);
        rest++;
        if (rest < end && *rest != ':')
            return config_wrong(build, "%s: after [address] only a :port may follow", what);
    }
    const char *colon = config_find_outside_braces(rest, end, ":");
    if (colon == parts->host)
        return config_wrong(build,
            "%s has no host; it must be http://HOST[:PORT]/PATH or https://HOST[:PORT]/PATH", what);
    const char *odd = config_find_outside_braces(parts->host, colon, "\"<>\\^`| ");
    if (odd != colon)
        return config_wrong(build, "%s: the host contains a '%c'", what, *odd);
    return colon == end || check_port(build, what, colon + 1, end);
}

static const char *key_value(const struct config_build *build, const char *name, size_t length)
{
    for (size_t i = 0; i < build->keys.count; i++) {
        const struct template_key *key = &build->keys.list[i];
        if (strlen(key->name) == length && strncmp(key->name, name, length) == 0)
            return key->value;
    }
    return NULL;
}

/* Is it http(s)://host[:port][/path]? */
static bool can_begin_url(const char *value)
{
    const char *host = strstr(value, "://");
    bool is_http = strncasecmp(value, "http://", 7) == 0 || strncasecmp(value, "https://", 8) == 0;
    if (!is_http || host[3] == '/' || host[3] == '\0' || strpbrk(value, "?#@ ") != NULL)
        return false;
    while (*value != '\0' && !ascii_is_control(*value))
        value++;
    return *value == '\0';
}

/* Adds the value of the `-s` key that the URL begins with, as a template: its braces are doubled.
 * One of two slashes is left out where it ends in one and the rest begins with one. */
static bool add_beginning(
    struct config_build *build, const char *name, size_t length, const char *rest, struct buf *out)
{
    const char *value = key_value(build, name, length);
    if (value == NULL)
        return config_wrong(build,
            "the URL begins with {%.*s}, which is not a key given with -s: it must begin with "
            "http://, https:// or such a key",
            (int)length, name);
    if (!can_begin_url(value))
        return config_wrong(build,
            "the URL begins with {%.*s}, but the value of that key does not have the form "
            "http://HOST:PORT/PATH or https://HOST:PORT/PATH (without user, ? and #)",
            (int)length, name);
    for (; *value != '\0'; value++) {
        if (*value == '{' || *value == '}')
            (void)buf_add_byte(out, *value);
        (void)buf_add_byte(out, *value);
    }
    if (rest[0] == '/' && out->data[out->length - 1] == '/')
        buf_truncate(out, out->length - 1);
    return true;
}

/* Writes the URL to `out`, with the value of the key that it may begin with. */
static bool expand(struct config_build *build, const char *given, struct buf *out)
{
    if (given[0] == '{' && given[1] != '{') {
        size_t length = strcspn(given + 1, "}:");
        const char *end = given + 1 + length;
        if (strncmp(end, ":raw}", 5) == 0)
            end += 4;
        if (*end != '}')
            return config_wrong(build,
                "the URL begins with {%.*s}: the beginning of a URL is taken as it is, and has no "
                "escaping",
                (int)strcspn(given + 1, "}"), given + 1);
        if (!add_beginning(build, given + 1, length, end + 1, out))
            return false;
        given = end + 1;
    }
    return buf_add_text(out, given) || config_wrong(build, "the URL is too long");
}

static bool check_bytes(struct config_build *build, const char *url)
{
    for (const char *byte = url; *byte != '\0'; byte++) {
        if (*byte == ' ')
            return config_wrong(build, "the URL contains a space: write %%20");
        if (ascii_is_control(*byte))
            return config_wrong(build, "the URL contains a control byte: write %%%02X",
                (unsigned)(unsigned char)*byte);
    }
    return true;
}

static bool fail_scheme(struct config_build *build, const char *url)
{
    static const char *const schemes[] = {"http://", "https://", NULL};
    char hint[NEAREST_HINT_SIZE];
    const char *authority = strstr(url, "://");
    struct nearest nearest =
        nearest_to_part(url, authority == NULL ? 0 : (size_t)(authority + 3 - url));
    nearest_offer_list(&nearest, schemes);
    return config_wrong(build, "the URL '%s' must begin with http:// or https://%s", url,
        nearest_hint(&nearest, "'", "'", hint));
}

static bool check_url(struct config_build *build, const char *url)
{
    if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)
        return fail_scheme(build, url);
    if (!check_userinfo(build, url) || !check_bytes(build, url))
        return false;
    struct config_url_parts parts = config_split_url(url);
    if (config_find_outside_braces(parts.authority, parts.end, "#") != parts.end)
        return config_wrong(
            build, "the URL has a fragment, which no server ever sees: write %%23 for a #");
    return check_host(build, "the URL", &parts);
}

/* Is the only PATH one file? */
static bool is_single_file(const struct config *config)
{
    struct stat facts;
    return config->operand_count == 1 && strcmp(config->operands[0], "-") != 0 &&
           stat(config->operands[0], &facts) == 0 && !S_ISDIR(facts.st_mode);
}

/* With PUT, files of one URL would replace each other. POST makes something new for each. */
static bool check_raw_url(struct config_build *build)
{
    const unsigned names_file =
        TEMPLATE_NEEDS_PATH | TEMPLATE_NEEDS_SHA256 | TEMPLATE_NEEDS_SHA1 | TEMPLATE_NEEDS_MD5;
    const struct config *config = build->config;
    if (!config->raw || (template_needs(config->url) & names_file) != 0 ||
        strcmp(config->method, "POST") == 0 || is_single_file(config))
        return true;
    return config_wrong(build,
        "with --raw (-T) every file needs a URL of its own: end the path of the URL in / or put "
        "{path} in it");
}

/* Sets `shown_url`. */
static bool show(struct config_build *build, const char *url)
{
    struct buf shown;
    buf_init(&shown, URL_MOST);
    if (secrets_redact(build->config->secrets, url, strlen(url), &shown))
        build->config->shown_url = buf_detach(&shown);
    buf_free(&shown);
    return build->config->shown_url != NULL || error_set_memory(build->error);
}

/* What the transport would refuse for each file is refused at the start, if it is the same for all.
 */
static bool check_origin(struct config_build *build)
{
    struct http_url parts;
    struct error reason = {0};
    if (template_needs(build->config->origin) != 0)
        return true;
    char *text = config_fill_constant(build, build->config->origin, "the URL");
    if (text == NULL)
        return false;
    bool good = http_url_split(text, &parts, &reason) || config_wrong(build, "%s", reason.text);
    wipe_and_free(text);
    return good;
}

/* Sets `origin` and `origin_name` from the beginning of `url`, up to the end of its authority. */
static bool read_origin(struct config_build *build, const char *url)
{
    struct config *config = build->config;
    struct config_url_parts parts = config_split_url(url);
    struct buf text;
    buf_init(&text, URL_MOST);
    bool made = buf_add(&text, url, (size_t)(parts.authority_end - url));
    if (made && !config_parse(build, buf_text(&text), TEMPLATE_URL, "the URL", &config->origin)) {
        buf_free(&text);
        return false;
    }
    if (made && !check_origin(build)) {
        buf_free(&text);
        return false;
    }
    buf_clear(&text);
    (void)buf_add(&text, url, (size_t)(parts.authority - url));
    (void)buf_add(&text, parts.host, (size_t)(parts.authority_end - parts.host));
    config->origin_name = buf_detach(&text);
    buf_free(&text);
    return (made && config->origin_name != NULL) || error_set_memory(build->error);
}

/* With -T, a URL whose path ends in a slash gets {path} there, before its query. */
static bool add_path(struct config_build *build, struct buf *url)
{
    struct config_url_parts parts = config_split_url(buf_text(url));
    size_t end =
        (size_t)(config_find_outside_braces(parts.authority_end, parts.end, "?") - url->data);
    if (!build->config->raw || url->data[end - 1] != '/' || parts.authority_end == url->data + end)
        return true;
    char *query = strdup(url->data + end);
    if (query == NULL)
        return error_set_memory(build->error);
    buf_truncate(url, end);
    bool added = buf_add_text(url, "{path}") && buf_add_text(url, query);
    free(query);
    return added || config_wrong(build, "the URL is too long");
}

bool config_read_url(struct config_build *build)
{
    if (options_given(build->options, "urls"))
        return config_read_urls(build);
    const char *given = config_last(build, "url");
    if (given == NULL)
        return config_wrong(build, "no URL: the last operand must be one, or give --url or --urls");
    struct buf url;
    buf_init(&url, URL_MOST);
    bool made = expand(build, given, &url) && check_url(build, buf_text(&url)) &&
                config_encode_host(build, &url) && add_path(build, &url) &&
                config_parse(build, buf_text(&url), TEMPLATE_URL, "the URL", &build->config->url) &&
                read_origin(build, buf_text(&url)) && show(build, buf_text(&url));
    buf_free(&url);
    return made && check_raw_url(build);
}
