/* The header lines of a request: those of --urls, those of -H, and our own. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/wipe.h"
#include "core/plan/private.h"

#define OWN_LINES 2 /* Content-Type, Idempotency-Key */

bool plan_init_headers(struct plan *plan)
{
    const struct config *config = plan->config;
    size_t most = config->header_count + OWN_LINES;
    most += config->urls == NULL ? 0 : config->urls->headers_most;
    buf_init(&plan->header_lines, FORM_TEXTS_MOST);
    buf_init(&plan->signing_lines, FORM_TEXTS_MOST);
    plan->header_starts = calloc(most, sizeof *plan->header_starts);
    plan->headers = calloc(most + PLAN_SIGNING_LINES + 1, sizeof *plan->headers);
    return plan->header_starts != NULL && plan->headers != NULL;
}

void plan_free_headers(struct plan *plan)
{
    buf_free(&plan->header_lines);
    wipe(plan->signing_lines.data, plan->signing_lines.length);
    buf_free(&plan->signing_lines);
    free(plan->header_starts);
    free(plan->headers);
}

/* The same content at the same path always has the same key: the first half of a SHA-256 over path
 * and content. Quoted, because draft-ietf-httpapi-idempotency-key-header defines the value as a
 * structured-field string. */
static bool add_idempotency_key(
    struct plan *plan, const struct template_file *file, struct error *error)
{
    struct digest_texts key;
    struct digest *digest = digest_new(DIGEST_SHA256);
    if (digest == NULL)
        return error_set_memory(error);
    bool added = digest_add(digest, file->path, strlen(file->path) + 1) &&
                 digest_add(digest, file->sha256, strlen(file->sha256));
    if (!digest_finish(digest, &key) || !added)
        return error_set_memory(error);
    plan->header_starts[plan->header_count++] = plan->header_lines.length;
    (void)buf_printf(&plan->header_lines, "Idempotency-Key: \"%.32s\"", key.sha256);
    return buf_add_byte(&plan->header_lines, '\0') || error_set_memory(error);
}

/* Content-Type comes last: that of the form with its boundary, or for a raw body the removal of the
 * one that the transport would add by itself. */
static bool add_content_type(struct plan *plan, struct error *error)
{
    plan->header_starts[plan->header_count++] = plan->header_lines.length;
    (void)buf_add_text(&plan->header_lines, "Content-Type:");
    if (!plan->config->raw)
        (void)buf_printf(
            &plan->header_lines, " multipart/form-data; boundary=%s", plan->form.boundary);
    return buf_add_byte(&plan->header_lines, '\0') || error_set_memory(error);
}

/* Begins the lines with the headers that --urls has for the file. */
static void begin_headers(struct plan *plan)
{
    buf_clear(&plan->header_lines);
    plan->header_count = 0;
    for (size_t i = 0; plan->listed != NULL && i < plan->listed->header_count; i++) {
        const char *line = plan->listed->headers[i];
        plan->header_starts[plan->header_count++] = plan->header_lines.length;
        (void)buf_add(&plan->header_lines, line, strlen(line) + 1);
    }
}

/* Does --urls have a header with the name of the last line for the file? */
static bool is_replaced(const struct plan *plan)
{
    const char *line = plan->header_lines.data + plan->header_starts[plan->header_count - 1];
    size_t length = strcspn(line, ":;");
    for (size_t i = 0; plan->listed != NULL && i < plan->listed->header_count; i++) {
        const char *other = plan->listed->headers[i];
        if (strncasecmp(line, other, length) == 0 && other[length] == ':')
            return true;
    }
    return false;
}

/* Sets `headers` once `header_lines` no longer moves. Of several Content-Type lines the first is
 * sent: the user's, where a raw body has one. */
static void point_headers(struct plan *plan)
{
    size_t count = 0;
    bool has_type = false;
    for (size_t i = 0; i < plan->header_count; i++) {
        const char *line = plan->header_lines.data + plan->header_starts[i];
        bool is_type = strncasecmp(line, "Content-Type:", 13) == 0 ||
                       strncasecmp(line, "Content-Type;", 13) == 0;
        if (is_type && has_type)
            continue;
        has_type = has_type || is_type;
        plan->headers[count++] = line;
    }
    plan->headers[count] = NULL;
    plan->request.headers = plan->headers;
}

bool plan_fill_headers(struct plan *plan, const struct template_file *file, struct error *error)
{
    const struct config *config = plan->config;
    begin_headers(plan);
    for (size_t i = 0; i < config->header_count; i++) {
        plan->header_starts[plan->header_count++] = plan->header_lines.length;
        if (!template_fill(config->headers[i], file, &plan->header_lines, error))
            return false;
        if (!buf_add_byte(&plan->header_lines, '\0'))
            return error_set_memory(error);
        if (is_replaced(plan))
            buf_truncate(&plan->header_lines, plan->header_starts[--plan->header_count]);
    }
    plan->given_count = plan->header_count;
    if (config->idempotency_key && !add_idempotency_key(plan, file, error))
        return false;
    if (!add_content_type(plan, error))
        return false;
    point_headers(plan);
    return true;
}
