/* One content is the rule: it was read behind some headroom, so that the form's head fits before it
 * and its tail goes behind, and the body is contiguous without a copy. Several contents are joined.
 */
#include "core/request/form_body.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_TYPE "application/octet-stream"

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Writes the part's file name into `texts`, with a NUL behind it. */
static bool fill_file_name(
    struct plan *plan, size_t index, const struct template_file *file, struct error *error)
{
    const struct config_field *field = &plan->config->fields[index];
    struct plan_field *planned = &plan->fields[index];
    bool by_itself = planned->file != NULL && !field->no_file_name;
    planned->file_name = plan->texts.length;
    planned->has_file_name = field->file_name != NULL || by_itself;
    if (field->file_name != NULL) {
        if (!template_fill(field->file_name, file, &plan->texts, error))
            return false;
    } else if (by_itself) {
        (void)buf_add_text(&plan->texts, last_component(buf_text(&planned->path)));
    }
    return buf_add_byte(&plan->texts, '\0') || error_set_memory(error);
}

static const char *default_type(const struct plan_field *planned)
{
    return planned->file == NULL ? NULL : DEFAULT_TYPE;
}

/* A part up to its content, or with it where that is text. */
static bool add_part(struct plan *plan, size_t index, const struct template_file *file, bool first,
    struct error *error)
{
    const struct config_field *field = &plan->config->fields[index];
    struct plan_field *planned = &plan->fields[index];
    planned->text = plan->texts.length;
    if (planned->file == NULL && !template_fill(field->value, file, &plan->texts, error))
        return false;
    planned->length = plan->texts.length - planned->text;
    if (!buf_add_byte(&plan->texts, '\0'))
        return error_set_memory(error);
    if (!fill_file_name(plan, index, file, error))
        return false;
    struct multipart_part part = {.name = field->name,
        .file_name = planned->has_file_name ? plan->texts.data + planned->file_name : NULL,
        .type = field->type == NULL ? default_type(planned) : field->type};
    if (!multipart_add_head(&plan->frame, plan->boundary, &part, first) ||
        !buf_add(&plan->frame, plan->texts.data + planned->text, planned->length))
        return error_set_memory(error);
    return true;
}

bool form_body_fill(struct plan *plan, const struct template_file *file, struct error *error)
{
    buf_clear(&plan->frame);
    bool first = true;
    for (size_t i = 0; i < plan->config->field_count; i++) {
        struct plan_field *planned = &plan->fields[i];
        planned->present = planned->file == NULL || planned->file->result == READER_OK;
        if (!planned->present)
            continue;
        if (!add_part(plan, i, file, first, error))
            return false;
        planned->cut = plan->frame.length;
        first = false;
    }
    if (!plan->config->raw && !multipart_add_close(&plan->frame, plan->boundary))
        return error_set_memory(error);
    return true;
}

static bool has_content(const struct plan_field *field)
{
    return field->present && field->file != NULL;
}

static size_t count_contents(const struct plan *plan, size_t *only)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->config->field_count; i++) {
        if (has_content(&plan->fields[i])) {
            *only = i;
            count++;
        }
    }
    return count;
}

/* The body around one content; false where its head does not fit before it. */
static bool lay_around(struct plan *plan, const struct plan_field *field)
{
    struct buf *content = &plan->job.content;
    size_t head = field->cut;
    size_t tail = plan->frame.length - head;
    if (head > field->file->offset || field->file->offset != plan->job.headroom)
        return false;
    size_t end = field->file->offset + (size_t)field->file->facts.size;
    content->length = end;
    if (!buf_add(content, plan->frame.data + head, tail))
        return false;
    char *start = content->data + field->file->offset - head;
    memcpy(start, plan->frame.data, head);
    plan->request.data = start;
    plan->request.length = (int64_t)(content->data + content->length - start);
    return true;
}

static bool join(struct plan *plan, struct error *error)
{
    buf_clear(&plan->joined);
    size_t from = 0;
    for (size_t i = 0; i < plan->config->field_count; i++) {
        const struct plan_field *field = &plan->fields[i];
        if (!has_content(field))
            continue;
        (void)buf_add(&plan->joined, plan->frame.data + from, field->cut - from);
        (void)buf_add(&plan->joined, plan->job.content.data + field->file->offset,
            (size_t)field->file->facts.size);
        from = field->cut;
    }
    (void)buf_add(&plan->joined, plan->frame.data + from, plan->frame.length - from);
    plan->request.data = buf_text(&plan->joined);
    plan->request.length = (int64_t)plan->joined.length;
    return !plan->joined.failed || error_set_memory(error);
}

bool form_body_whole(struct plan *plan, struct error *error)
{
    if (plan->config->raw) {
        plan->request.data = buf_text(&plan->job.content) + plan->files[0].offset;
        plan->request.length = plan_file_size(plan);
        return true;
    }
    size_t only = 0;
    if (count_contents(plan, &only) == 1) {
        const struct plan_field *field = &plan->fields[only];
        if (lay_around(plan, field))
            return true;
        /* Next time it will fit. */
        if (field->cut > plan->job.headroom)
            plan->job.headroom = field->cut + field->cut / 4;
    }
    return join(plan, error);
}

static void add_memory(struct body_piece *pieces, size_t *count, const char *data, size_t length)
{
    if (length > 0)
        pieces[(*count)++] = (struct body_piece){.data = data, .length = length};
}

bool form_body_stream(struct plan *plan, struct reader *reader, size_t chunk, struct error *error)
{
    struct body_piece *pieces = calloc(2 * plan->config->field_count + 2, sizeof *pieces);
    if (pieces == NULL)
        return error_set_memory(error);
    size_t count = 0;
    size_t from = 0;
    if (plan->config->raw)
        pieces[count++].file = &plan->files[0];
    for (size_t i = 0; i < plan->config->field_count; i++) {
        const struct plan_field *field = &plan->fields[i];
        if (!has_content(field))
            continue;
        add_memory(pieces, &count, plan->frame.data + from, field->cut - from);
        pieces[count++].file = field->file;
        from = field->cut;
    }
    if (plan->frame.length > from)
        add_memory(pieces, &count, plan->frame.data + from, plan->frame.length - from);
    plan->body = body_new(pieces, count, reader, chunk, error);
    free(pieces);
    if (plan->body == NULL)
        return false;
    plan->request.read = body_read;
    plan->request.body = plan->body;
    plan->request.chunk = chunk;
    plan->request.length = body_length(plan->body);
    return true;
}
