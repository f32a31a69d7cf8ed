/* A line of a list of URLs that is a JSON object. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "text/http_syntax.h"
#include "text/url_list/private.h"

/* What `key` must be. Always false. */
static bool fail_type(const char *key, const char *type, struct error *error)
{
    (void)error_set(error, ERROR_USAGE, 0, "'%s' must be %s", key, type);
    return false;
}

/* Sets `*out` to the string `value`, which must not contain NUL. */
static bool read_string(const char *key, const json_t *value, char **out, struct error *error)
{
    if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
        return fail_type(key, "a string", error);
    *out = strdup(json_string_value(value));
    return *out != NULL || error_set_memory(error);
}

static bool check_header(const char *name, const char *value, struct error *error)
{
    static const char *const own[] = {"Content-Length", "Transfer-Encoding", "Host"};
    size_t length = strlen(name);
    struct http_slice slice = {name, length};
    if (length == 0 || http_token_length(name, length) != length)
        return error_set(error, ERROR_USAGE, 0, "'%s' is not the name of a header", name);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (http_slice_is(slice, own[i]))
            return error_set(error, ERROR_USAGE, 0, "the header '%s' is shoal's own", name);
    }
    for (; *value != '\0'; value++) {
        if (ascii_is_control(*value) && *value != '\t')
            return error_set(
                error, ERROR_USAGE, 0, "the header '%s' has a control byte in its value", name);
    }
    return true;
}

static bool read_headers(struct url_list_entry *entry, json_t *object, struct error *error)
{
    const char *name;
    json_t *value;
    if (!json_is_object(object))
        return fail_type("headers", "an object of strings", error);
    entry->headers = calloc(json_object_size(object) + 1, sizeof *entry->headers);
    if (entry->headers == NULL)
        return error_set_memory(error);
    json_object_foreach(object, name, value)
    {
        char *text = NULL;
        bool read = read_string(name, value, &text, error) && check_header(name, text, error);
        if (read && asprintf(&entry->headers[entry->header_count], "%s: %s", name, text) < 0)
            read = error_set_memory(error);
        free(text);
        if (!read)
            return false;
        entry->header_count++;
    }
    return true;
}

static bool read_fields(struct url_list_entry *entry, json_t *object, struct error *error)
{
    const char *name;
    json_t *value;
    if (!json_is_object(object))
        return fail_type("fields", "an object of strings", error);
    entry->fields = calloc(json_object_size(object) + 1, sizeof *entry->fields);
    if (entry->fields == NULL)
        return error_set_memory(error);
    json_object_foreach(object, name, value)
    {
        struct url_list_field *field = &entry->fields[entry->field_count++];
        field->name = strdup(name);
        if (field->name == NULL)
            return error_set_memory(error);
        if (!read_string(name, value, &field->value, error))
            return false;
    }
    return true;
}

static bool read_key(
    struct url_list_entry *entry, const char *key, json_t *value, struct error *error)
{
    bool is_absent =
        json_is_null(value) &&
        (strcmp(key, "method") == 0 || strcmp(key, "headers") == 0 || strcmp(key, "fields") == 0);
    if (is_absent)
        return true;
    if (strcmp(key, "path") == 0)
        return read_string(key, value, &entry->path, error);
    if (strcmp(key, "url") == 0)
        return read_string(key, value, &entry->url, error);
    if (strcmp(key, "method") == 0)
        return read_string(key, value, &entry->method, error);
    if (strcmp(key, "headers") == 0)
        return read_headers(entry, value, error);
    if (strcmp(key, "fields") == 0)
        return read_fields(entry, value, error);
    return error_set(error, ERROR_USAGE, 0,
        "unknown key '%s': it must be path, url, method, headers or fields", key);
}

bool url_list_read_json(struct url_list_entry *entry, const char *text, struct error *error)
{
    json_error_t problem;
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &problem);
    if (!json_is_object(object)) {
        json_decref(object);
        return error_set(error, ERROR_USAGE, 0, "it is not a JSON object (column %d): %s",
            problem.column, problem.text);
    }
    const char *key;
    json_t *value;
    bool read = true;
    json_object_foreach(object, key, value) read = read && read_key(entry, key, value, error);
    json_decref(object);
    if (read && (entry->path == NULL || entry->url == NULL))
        return error_set(error, ERROR_USAGE, 0, "it must have the keys path and url");
    return read;
}
