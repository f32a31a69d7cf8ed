#include "text/response_check.h"

#include <stdlib.h>
#include <string.h>

#include "text/json_pointer.h"
#include "text/nearest.h"

#define VALUE_MOST ((size_t)1024 * 1024)
#define SHOWN_MOST                                                                                 \
    100 /* bytes of a value in a message; a longer one is not cut, but left out:                   \
         * a part of a secret would not be found any more */
#define JSON_PREFIX "json:"
#define TEXT_PREFIX "text:"

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The pointer ends at the first `=`, or at the `!` before it. */
static bool parse_json(const char *text, struct response_check *check, struct error *error)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL)
        return error_set(error, ERROR_USAGE, 0,
            "'=' is missing: write json:/pointer=value or json:/pointer!=value");
    bool different = equals > text && equals[-1] == '!';
    check->kind = different ? RESPONSE_CHECK_DIFFERENT : RESPONSE_CHECK_EQUAL;
    check->value = equals + 1;
    check->pointer = strndup(text, (size_t)(equals - text) - different);
    if (check->pointer == NULL)
        return error_set_memory(error);
    if (json_pointer_is_valid(check->pointer))
        return true;
    (void)error_set(error, ERROR_USAGE, 0,
        "'%s' is not a JSON Pointer: it must begin with '/', as in json:/errors/0/code=7",
        check->pointer);
    free(check->pointer);
    return false;
}

static bool fail_prefix(const char *text, struct error *error)
{
    static const char *const prefixes[] = {JSON_PREFIX, TEXT_PREFIX, "!" TEXT_PREFIX, NULL};
    char hint[NEAREST_HINT_SIZE];
    struct nearest nearest = nearest_to_part(text, strcspn(text, ":") + 1);
    if (strchr(text, ':') != NULL)
        nearest_offer_list(&nearest, prefixes);
    return error_set(error, ERROR_USAGE, 0,
        "it must be json:/pointer=value, json:/pointer!=value, text:... or !text:...%s",
        nearest_hint(&nearest, "'", "'", hint));
}

bool response_check_parse(
    const char *text, bool any_text, struct response_check *check, struct error *error)
{
    *check = (struct response_check){.kind = RESPONSE_CHECK_TEXT, .value = text};
    if (begins_with(text, JSON_PREFIX))
        return parse_json(text + strlen(JSON_PREFIX), check, error);
    if (begins_with(text, TEXT_PREFIX)) {
        check->value = text + strlen(TEXT_PREFIX);
    } else if (begins_with(text, "!" TEXT_PREFIX)) {
        check->kind = RESPONSE_CHECK_NO_TEXT;
        check->value = text + strlen("!" TEXT_PREFIX);
    } else if (!any_text) {
        return fail_prefix(text, error);
    }
    return check->value[0] != '\0' ||
           error_set(error, ERROR_USAGE, 0, "the text to look for is missing");
}

static void add_shown(struct buf *why, const char *text, size_t length)
{
    if (length > SHOWN_MOST)
        (void)buf_printf(why, "a text of %zu bytes", length);
    else
        (void)buf_printf(why, "'%.*s'", (int)length, text);
}

static bool json_holds(const struct response_check *check, struct http_slice value,
    const struct response_content *content, struct buf *why)
{
    struct buf found;
    bool holds = false;
    buf_init(&found, VALUE_MOST);
    enum json_pointer_result result =
        content->cut
            ? JSON_POINTER_NOT_JSON
            : json_pointer_read(content->body.data, content->body.length, check->pointer, &found);
    if (result == JSON_POINTER_NOT_JSON) {
        (void)buf_add_text(why,
            content->cut ? "the response is too long or incomplete" : "the response is not JSON");
    } else if (result == JSON_POINTER_MISSING) {
        (void)buf_printf(why, "the response has no %s", check->pointer);
    } else {
        bool same = found.length == value.length &&
                    (value.length == 0 || memcmp(found.data, value.data, value.length) == 0);
        holds = same == (check->kind == RESPONSE_CHECK_EQUAL);
        (void)buf_printf(
            why, "%s is ", check->pointer[0] == '\0' ? "the response" : check->pointer);
        add_shown(why, buf_text(&found), found.length);
    }
    buf_free(&found);
    return holds;
}

static bool contains(struct http_slice text, struct http_slice sought)
{
    return text.length >= sought.length &&
           (sought.length == 0 ||
               memmem(text.data, text.length, sought.data, sought.length) != NULL);
}

bool response_check_holds(const struct response_check *check, struct http_slice value,
    const struct response_content *content, struct buf *why)
{
    if (check->kind == RESPONSE_CHECK_EQUAL || check->kind == RESPONSE_CHECK_DIFFERENT)
        return json_holds(check, value, content, why);
    bool found = contains(content->phrase, value) || contains(content->body, value);
    (void)buf_add_text(why, found ? "the response contains " : "the response does not contain ");
    add_shown(why, value.data, value.length);
    return found == (check->kind == RESPONSE_CHECK_TEXT);
}
