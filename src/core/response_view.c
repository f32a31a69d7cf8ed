#include "core/response_view.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text/header_lines.h"
#include "text/json_pointer.h"

/* Longest body and longest headers that are shown, in bytes. A short secret in every other byte
 * makes a text longer by half. */
#define BODY_MOST  ((size_t)4 * HTTP_ANSWER_KEPT)
#define TEXTS_MOST ((size_t)16 * 1024 * 1024)
#define LINES_MOST 200 /* header lines that are looked at */

/* Headers that say why a server refused a file, where it is, and by which name the operators of the
 * service find the request in their logs. docs/responses.md has this list. */
static const char *const usual_headers[] = {
    "Location",
    "ETag",
    "Retry-After",
    "WWW-Authenticate",
    "Proxy-Authenticate",
    "X-Error-Message",
    "X-Error-Code",
    "X-Ms-Error-Code",
    "X-Request-Id",
    "Request-Id",
    "X-Correlation-Id",
    "X-Trace-Id",
    "X-Amz-Request-Id",
    "X-Amz-Id-2",
    "X-Amzn-RequestId",
    "X-Ms-Request-Id",
    "X-GitHub-Request-Id",
    "X-Goog-Request-Id",
    "X-GUploader-UploadID",
    "CF-Ray",
};

#define USUAL_COUNT (sizeof usual_headers / sizeof usual_headers[0])

void response_view_init(struct response_view *view, const struct config *config)
{
    *view = (struct response_view){.config = config};
    buf_init(&view->body, BODY_MOST);
    buf_init(&view->texts, TEXTS_MOST);
}

void response_view_free(struct response_view *view)
{
    buf_free(&view->body);
    buf_free(&view->texts);
    free(view->values);
    view->values = NULL;
}

/* The header lines of a response, split once for all names that are looked for. */
struct header_list {
    struct http_slice names[LINES_MOST];
    struct http_slice values[LINES_MOST];
    size_t count;
};

static void split_lines(struct header_list *list, const struct http_end *end)
{
    struct http_slice lines = {end->headers->data, end->headers->length};
    list->count = 0;
    while (list->count < LINES_MOST &&
           header_lines_next(&lines, &list->names[list->count], &list->values[list->count]))
        list->count++;
}

static bool make_room(struct response_view *view)
{
    if (view->values == NULL)
        view->values =
            calloc(USUAL_COUNT + view->config->shown_header_count + view->config->capture_count,
                sizeof *view->values);
    return view->values != NULL;
}

/* Adds the values of the header, which may come several times, to `texts`, separated by commas (RFC
 * 9110, section 5.3). Returns whether there was one. */
static bool add_values(struct response_view *view, const struct header_list *list,
    const struct http_end *end, const char *name)
{
    size_t length = strlen(name);
    bool is_location = strcasecmp(name, "Location") == 0;
    if (is_location || strcasecmp(name, "Retry-After") == 0) { /* the transport has them apart */
        const char *value = is_location ? end->location : end->retry_after;
        (void)secrets_redact(view->secrets, value, strlen(value), &view->texts);
        return value[0] != '\0';
    }
    bool any = false;
    for (size_t i = 0; i < list->count; i++) {
        const struct http_slice *found = &list->names[i];
        if (found->length != length || strncasecmp(found->data, name, length) != 0)
            continue;
        (void)buf_add_text(&view->texts, any ? ", " : "");
        (void)secrets_redact(
            view->secrets, list->values[i].data, list->values[i].length, &view->texts);
        any = true;
    }
    return any;
}

static bool is_shown_already(const struct response_view *view, const char *name)
{
    for (size_t i = 0; i < view->value_count; i++) {
        if (strcasecmp(view->values[i].name, name) == 0)
            return true;
    }
    return false;
}

/* Ends the value that begins at `start` in `texts`, or takes it away: it was not found, or there is
 * no memory for it. Until point_values() sets the pointers, the buffer may still move. */
static void end_value(struct response_view *view, const char *name, size_t start, bool found)
{
    if (!found || view->texts.failed || !buf_add_byte(&view->texts, '\0')) {
        buf_truncate(&view->texts, start);
        return;
    }
    view->values[view->value_count++] =
        (struct shoal_value){.name = name, .value = {.length = view->texts.length - start - 1}};
}

/* Adds the header, if the response has it. */
static void add_header(struct response_view *view, const struct header_list *list,
    const struct http_end *end, const char *name)
{
    size_t start = view->texts.length;
    if (!is_shown_already(view, name))
        end_value(view, name, start, add_values(view, list, end, name));
}

static bool add_json(struct response_view *view, const struct http_end *end, const char *pointer)
{
    struct buf value;
    buf_init(&value, HTTP_ANSWER_KEPT);
    bool found = !end->answer_cut && end->coding[0] == '\0' &&
                 json_pointer_read(buf_text(end->answer), end->answer->length, pointer, &value) ==
                     JSON_POINTER_FOUND;
    if (found)
        (void)secrets_redact(view->secrets, buf_text(&value), value.length, &view->texts);
    buf_free(&value);
    return found;
}

/* Adds what an option wants to be captured, if the response has it. */
static void add_captured(struct response_view *view, const struct header_list *list,
    const struct http_end *end, const struct config_capture *capture)
{
    size_t start = view->texts.length;
    bool found = true;
    switch (capture->kind) {
    case CONFIG_CAPTURE_JSON:
        found = add_json(view, end, capture->argument);
        break;
    case CONFIG_CAPTURE_HEADER:
        found = add_values(view, list, end, capture->argument);
        break;
    case CONFIG_CAPTURE_TEXT:
        (void)buf_add(&view->texts, buf_text(&view->body), view->body.length);
        break;
    }
    end_value(view, capture->name, start, found);
}

static void point_values(struct response_view *view)
{
    const char *at = buf_text(&view->texts);
    for (size_t i = 0; i < view->value_count; i++) {
        view->values[i].value.data = at;
        at += view->values[i].value.length + 1;
    }
}

static void show_body(
    struct response_view *view, const struct http_end *end, struct shoal_file *file)
{
    buf_clear(&view->body);
    if (end->coding[0] != '\0')
        (void)buf_printf(
            &view->body, "(%zu bytes in the coding '%s')", end->answer->length, end->coding);
    else
        (void)(end->answer_cut ? secrets_redact_cut : secrets_redact)(
            view->secrets, buf_text(end->answer), end->answer->length, &view->body);
    file->response =
        (struct shoal_text){.data = buf_text(&view->body), .length = view->body.length};
    file->response_cut = end->answer_cut;
}

void response_view_show(struct response_view *view, const struct http_end *end,
    struct secrets *secrets, struct shoal_file *file)
{
    const struct config *config = view->config;
    view->secrets = secrets;
    struct header_list list;
    show_body(view, end, file);
    buf_clear(&view->texts);
    view->value_count = 0;
    if (!make_room(view))
        return;
    split_lines(&list, end);
    for (size_t i = 0; i < USUAL_COUNT; i++)
        add_header(view, &list, end, usual_headers[i]);
    for (size_t i = 0; i < config->shown_header_count; i++)
        add_header(view, &list, end, config->shown_headers[i]);
    size_t headers = view->value_count;
    for (size_t i = 0; i < config->capture_count; i++)
        add_captured(view, &list, end, &config->captures[i]);
    point_values(view);
    file->headers = view->values;
    file->header_count = headers;
    file->captured = view->values + headers;
    file->captured_count = view->value_count - headers;
}
