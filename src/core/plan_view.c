#include "core/plan_view.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define VIEW_MOST   ((size_t)64 * 1024 * 1024)
#define OWN_HEADERS 1 /* of the transport: Authorization */

static void view_add(
    struct plan_view *view, const struct config *config, const char *text, size_t length)
{
    (void)secrets_redact(config->secrets, text, length, &view->texts);
    (void)buf_add_byte(&view->texts, '\0');
}

/* Adds a field's value, its file name and its type ("" where it has none). */
static void view_field(
    struct plan_view *view, const struct config *config, const struct shoal_field *planned)
{
    struct shoal_field *field = &view->fields[view->field_count++];
    size_t start = view->texts.length;
    *field = *planned;
    view_add(view, config, planned->value.data, planned->value.length);
    field->value.length = view->texts.length - start - 1;
    /* `file_name` and `type` mark that there is one until view_point() sets the pointers. */
    const char *file_name = planned->file_name == NULL ? "" : planned->file_name;
    view_add(view, config, file_name, strlen(file_name));
    const char *type = planned->type == NULL ? "" : planned->type;
    view_add(view, config, type, strlen(type));
}

/* The transport reads headers as curl does: "Name:" takes a header away, and "Name;" sends it
 * without a value. What is shown is what is sent. */
static void view_header(struct plan_view *view, const struct config *config, const char *line)
{
    size_t length = strlen(line);
    const char *colon = strchr(line, ':');
    if (colon != NULL && colon[1 + strspn(colon + 1, " \t")] == '\0')
        return;
    if (colon == NULL && length > 0 && line[length - 1] == ';') {
        (void)secrets_redact(config->secrets, line, length - 1, &view->texts);
        line = ":";
        length = 1;
    }
    view_add(view, config, line, length);
    view->header_count++;
}

/* Adds a header of the transport's, which contains no secret. */
static void view_shown_header(struct plan_view *view, const char *line)
{
    (void)buf_add(&view->texts, line, strlen(line) + 1);
    view->header_count++;
}

/* What comes from --urls gives access, so its values are not shown. */
static void view_listed_field(struct plan_view *view, const struct url_list_field *listed)
{
    struct shoal_field *field = &view->fields[view->field_count++];
    *field = (struct shoal_field){.name = listed->name, .value.length = sizeof SECRET_SHOWN_AS - 1};
    /* The value alone, without a file name or a type. */
    (void)buf_add(&view->texts, SECRET_SHOWN_AS "\0\0", sizeof SECRET_SHOWN_AS "\0\0");
}

static void view_listed_header(struct plan_view *view, const char *line)
{
    (void)buf_printf(&view->texts, "%.*s: " SECRET_SHOWN_AS, (int)strcspn(line, ":"), line);
    (void)buf_add_byte(&view->texts, '\0');
    view->header_count++;
}

static bool has_authorization(const char *const *headers)
{
    static const char name[] = "Authorization";
    size_t length = sizeof name - 1;
    for (; *headers != NULL; headers++) {
        if (strncasecmp(*headers, name, length) == 0 && strchr(":;", (*headers)[length]) != NULL)
            return true;
    }
    return false;
}

static void view_point(struct plan_view *view)
{
    const char *at = buf_text(&view->texts);
    for (size_t i = 0; i < view->field_count; i++) {
        struct shoal_field *field = &view->fields[i];
        field->value.data = at;
        at += field->value.length + 1;
        if (field->file_name != NULL)
            field->file_name = at;
        at += strlen(at) + 1;
        if (field->type != NULL)
            field->type = at;
        at += strlen(at) + 1;
    }
    for (size_t i = 0; i < view->header_count; i++) {
        view->headers[i] = at;
        at += strlen(at) + 1;
    }
}

static void view_fields(
    struct plan_view *view, const struct config *config, const struct plan *plan)
{
    const struct url_list_entry *listed = plan_listed(plan);
    for (size_t i = 0; listed != NULL && i < listed->field_count; i++)
        view_listed_field(view, &listed->fields[i]);
    for (size_t i = 0; i < config->field_count; i++) {
        struct shoal_field field;
        if (plan_field(plan, i, &field))
            view_field(view, config, &field);
    }
}

static void view_headers(
    struct plan_view *view, const struct config *config, const struct plan *plan)
{
    const struct url_list_entry *listed = plan_listed(plan);
    const char *const *headers = plan_request(plan)->headers;
    size_t listed_count = listed == NULL ? 0 : listed->header_count;
    for (size_t i = 0; headers[i] != NULL; i++) {
        if (i < listed_count)
            view_listed_header(view, headers[i]);
        else
            view_header(view, config, headers[i]);
    }
    if (config->user_password != NULL && !has_authorization(headers))
        view_shown_header(view, "Authorization: Basic " SECRET_SHOWN_AS);
}

bool plan_view_build(struct plan_view *view, const struct config *config, const struct plan *plan)
{
    *view = (struct plan_view){0};
    const char *const *headers = plan_request(plan)->headers;
    const struct url_list_entry *listed = plan_listed(plan);
    size_t header_count = 0;
    size_t field_count = config->field_count + (listed == NULL ? 0 : listed->field_count);
    while (headers[header_count] != NULL)
        header_count++;
    buf_init(&view->texts, VIEW_MOST);
    view->fields = calloc(field_count + 1, sizeof *view->fields);
    view->headers = calloc(header_count + OWN_HEADERS + 1, sizeof *view->headers);
    if (view->fields == NULL || view->headers == NULL)
        return false;
    view_fields(view, config, plan);
    view_headers(view, config, plan);
    if (view->texts.failed)
        return false;
    view_point(view);
    return true;
}

void plan_view_free(struct plan_view *view)
{
    buf_free(&view->texts);
    free(view->fields);
    free(view->headers);
}
