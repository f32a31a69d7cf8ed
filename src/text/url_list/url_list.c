#include "text/url_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/container_of.h"
#include "text/host_name.h"
#include "text/http_syntax.h"
#include "text/http_url.h"
#include "text/secret.h"
#include "text/url_list/private.h"

#define HOST_EXTRA_MOST ((size_t)64 * 1024) /* bytes by which a host may be longer in ASCII */

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

static void free_entry(struct url_list_entry *entry)
{
    for (size_t i = 0; i < entry->header_count; i++)
        free(entry->headers[i]);
    for (size_t i = 0; i < entry->field_count; i++) {
        free(entry->fields[i].name);
        free(entry->fields[i].value);
    }
    free(entry->headers);
    free(entry->fields);
    free(entry->path);
    free(entry->url);
    free(entry->method);
    free(entry);
}

/* The entries are freed by their order. */
static void keep_entry(struct table_node *node)
{
    (void)node;
}

void url_list_free(struct url_list *list)
{
    if (list == NULL)
        return;
    table_free(&list->table, keep_entry);
    for (size_t i = 0; i < list->count; i++)
        free_entry(list->entries[i]);
    free(list->entries);
    free(list);
}

const struct url_list_entry *url_list_find(const struct url_list *list, const char *path)
{
    struct table_node *node = table_find(&list->table, path);
    return node == NULL ? NULL : container_of(node, struct url_list_entry, node);
}

static bool read_tab(struct url_list_entry *entry, char *text, struct error *error)
{
    char *tab = strchr(text, '\t');
    if (tab == NULL) {
        (void)error_set(error, ERROR_USAGE, 0, "it must be a path, a tab and a URL, or JSON");
        return false;
    }
    *tab = '\0';
    entry->path = strdup(text);
    entry->url = strdup(tab + 1);
    return (entry->path != NULL && entry->url != NULL) || error_set_memory(error);
}

/* Replaces the host by its ASCII form. */
static bool encode_host(struct url_list_entry *entry, struct error *error)
{
    struct error reason = {0};
    struct buf url;
    if (host_name_is_ascii(entry->url, strcspn(entry->url, "?")))
        return true;
    buf_init(&url, strlen(entry->url) + HOST_EXTRA_MOST);
    bool encoded = buf_add_text(&url, entry->url) && host_name_encode_url(&url, &reason);
    char *text = encoded ? buf_detach(&url) : NULL;
    buf_free(&url);
    if (!encoded)
        return error_set(error, ERROR_USAGE, 0, "its URL cannot be used: %s", reason.text);
    if (text == NULL)
        return error_set_memory(error);
    free(entry->url);
    entry->url = text;
    return true;
}

static bool check_url(const char *url, struct error *error)
{
    struct http_url parts;
    struct error reason = {0};
    if (!http_url_split(url, &parts, &reason))
        return error_set(error, ERROR_USAGE, 0, "its URL cannot be used: %s", reason.text);
    return strchr(url, '#') == NULL ||
           error_set(error, ERROR_USAGE, 0, "its URL has a fragment, which no server ever sees");
}

static bool check_method(const char *method, struct error *error)
{
    if (method == NULL)
        return true;
    size_t length = strlen(method);
    bool is_token = length > 0 && http_token_length(method, length) == length;
    bool carries_file = strcmp(method, "HEAD") != 0 && strcmp(method, "CONNECT") != 0;
    return (is_token && carries_file) ||
           error_set(error, ERROR_USAGE, 0, "'%s' is not a method that can carry a file", method);
}

static bool check_entry(
    const struct url_list *list, struct url_list_entry *entry, struct error *error)
{
    const struct url_list_entry *earlier = url_list_find(list, entry->path);
    if (entry->path[0] == '\0')
        return error_set(error, ERROR_USAGE, 0, "its path is empty");
    if (earlier != NULL)
        return error_set(error, ERROR_USAGE, 0, "'%s' has a URL already, in line %zu", entry->path,
            earlier->line);
    if (list->count == URL_LIST_MOST)
        return error_set(error, ERROR_USAGE, 0, "a list may have at most %d URLs", URL_LIST_MOST);
    return encode_host(entry, error) && check_url(entry->url, error) &&
           check_method(entry->method, error);
}

/* Adds the entry, which then belongs to the list. */
static bool add_entry(struct url_list *list, struct url_list_entry *entry, struct error *error)
{
    struct url_list_entry **entries = array_grow(list->entries, list->count, sizeof(*entries));
    if (entries != NULL)
        list->entries = entries;
    if (entries == NULL || !table_add(&list->table, &entry->node, entry->path)) {
        (void)error_set_memory(error);
        return false;
    }
    entry->index = list->count;
    entries[list->count++] = entry;
    if (entry->header_count > list->headers_most)
        list->headers_most = entry->header_count;
    if (entry->field_count > list->fields_most)
        list->fields_most = entry->field_count;
    return true;
}

/* A {path} never begins with `./`, but paths from find(1) do. */
static void strip_dot(char *path)
{
    size_t dots = 0;
    while (path[dots] == '.' && path[dots + 1] == '/')
        dots += 2;
    if (dots > 0)
        memmove(path, path + dots, strlen(path + dots) + 1);
}

static bool read_line(struct url_list *list, char *text, size_t line, struct error *error)
{
    struct url_list_entry *entry = calloc(1, sizeof *entry);
    if (entry == NULL)
        return error_set_memory(error);
    entry->line = line;
    struct error reason = {0};
    bool read =
        text[0] == '{' ? url_list_read_json(entry, text, &reason) : read_tab(entry, text, &reason);
    if (read)
        strip_dot(entry->path);
    if (read && check_entry(list, entry, &reason) && add_entry(list, entry, &reason))
        return true;
    free_entry(entry);
    return error_set(error, reason.class, reason.code, "line %zu: %s", line, reason.text);
}

struct url_list *url_list_parse(char *text, struct error *error)
{
    struct url_list *list = calloc(1, sizeof *list);
    if (list == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    if (strncmp(text, BYTE_ORDER_MARK, sizeof BYTE_ORDER_MARK - 1) == 0)
        text += sizeof BYTE_ORDER_MARK - 1;
    for (size_t line = 1; *text != '\0'; line++) {
        size_t length = strcspn(text, "\n");
        char *next = text + length + (text[length] == '\n');
        text[length] = '\0';
        if (length > 0 && text[length - 1] == '\r')
            text[--length] = '\0';
        if (length > 0 && !read_line(list, text, line, error)) {
            url_list_free(list);
            return NULL;
        }
        text = next;
    }
    return list;
}

bool url_list_add_shown(struct buf *out, const char *url)
{
    size_t length = strcspn(url, "?");
    return buf_add(out, url, length) &&
           (url[length] == '\0' || buf_add_text(out, "?" SECRET_SHOWN_AS));
}
