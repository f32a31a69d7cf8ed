/* A form usually carries one file. The reader left headroom before its content, so the form's
 * beginning is written before the content and its end after it: the body is contiguous and the
 * content is not copied. Several contents are joined by copying. */
#include "core/plan/form_body.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"

bool form_body_init(struct form_body *form, const struct config *config)
{
    *form = (struct form_body){.config = config};
    buf_init(&form->texts, FORM_TEXTS_MOST);
    buf_init(&form->frame, FORM_TEXTS_MOST);
    buf_init(&form->joined, FORM_BODY_MOST);
    form->parts = calloc(config->field_count + 1, sizeof *form->parts);
    if (form->parts == NULL)
        return false;
    for (size_t i = 0; i < config->field_count; i++)
        buf_init(&form->parts[i].path, FORM_PATH_MOST);
    return true;
}

void form_body_free(struct form_body *form)
{
    for (size_t i = 0; form->parts != NULL && i < form->config->field_count; i++)
        buf_free(&form->parts[i].path);
    free(form->parts);
    buf_free(&form->texts);
    buf_free(&form->frame);
    buf_free(&form->joined);
}

static bool fill_file_name(struct form_body *form, const struct config_field *field,
    struct form_part *part, const struct template_file *file, struct error *error)
{
    bool is_default = part->file != NULL && !field->no_file_name;
    part->file_name = form->texts.length;
    part->has_file_name = field->file_name != NULL || is_default;
    if (field->file_name != NULL) {
        if (!template_fill(field->file_name, file, &form->texts, error))
            return false;
    } else if (is_default) {
        (void)buf_add_text(&form->texts, path_last_name(buf_text(&part->path)));
    }
    return buf_add_byte(&form->texts, '\0') || error_set_memory(error);
}

/* {type} in a part's type is that of the part's own file, which may be another than the one that
 * was found. */
static bool fill_type(struct form_body *form, const struct config_field *field,
    struct form_part *part, const struct template_file *file, struct error *error)
{
    struct template_file of = *file;
    part->type = form->texts.length;
    part->has_type = field->type != NULL || part->file != NULL;
    of.type_of = part->file == NULL ? NULL : buf_text(&part->path);
    if (field->type == NULL)
        (void)buf_add_text(&form->texts, part->file == NULL ? "" : MEDIA_TYPE_DEFAULT);
    else if (!template_fill(field->type, &of, &form->texts, error))
        return false;
    return buf_add_byte(&form->texts, '\0') || error_set_memory(error);
}

/* Adds the part to the frame: its header lines, and its value where it is a text. */
static bool add_part(struct form_body *form, size_t index, bool first,
    const struct template_file *file, struct error *error)
{
    const struct config_field *field = &form->config->fields[index];
    struct form_part *part = &form->parts[index];
    part->value = form->texts.length;
    if (part->file == NULL && !template_fill(field->value, file, &form->texts, error))
        return false;
    part->value_length = form->texts.length - part->value;
    if (!buf_add_byte(&form->texts, '\0'))
        return error_set_memory(error);
    if (!fill_file_name(form, field, part, file, error) ||
        !fill_type(form, field, part, file, error))
        return false;
    struct multipart_part head = {.name = field->name,
        .file_name = part->has_file_name ? form->texts.data + part->file_name : NULL,
        .type = part->has_type ? form->texts.data + part->type : NULL};
    if (!multipart_add_head(&form->frame, form->boundary, &head, first) ||
        !buf_add(&form->frame, form->texts.data + part->value, part->value_length))
        return error_set_memory(error);
    part->content_at = form->frame.length;
    return true;
}

bool form_body_fill(struct form_body *form, const struct template_file *file, struct error *error)
{
    bool first = true;
    buf_clear(&form->texts);
    buf_clear(&form->frame);
    for (size_t i = 0; form->listed != NULL && i < form->listed->field_count; i++) {
        const struct url_list_field *field = &form->listed->fields[i];
        struct multipart_part head = {.name = field->name};
        if (!multipart_add_head(&form->frame, form->boundary, &head, first) ||
            !buf_add_text(&form->frame, field->value))
            return error_set_memory(error);
        first = false;
    }
    for (size_t i = 0; i < form->config->field_count; i++) {
        struct form_part *part = &form->parts[i];
        part->present = part->file == NULL || part->file->result == READER_OK;
        if (!part->present)
            continue;
        if (!add_part(form, i, first, file, error))
            return false;
        first = false;
    }
    return multipart_add_close(&form->frame, form->boundary) || error_set_memory(error);
}

static bool has_content(const struct form_part *part)
{
    return part->present && part->file != NULL;
}

/* The only part that carries a file's content; NULL where there are several. */
static const struct form_part *only_content(const struct form_body *form)
{
    const struct form_part *only = NULL;
    for (size_t i = 0; i < form->config->field_count; i++) {
        if (!has_content(&form->parts[i]))
            continue;
        if (only != NULL)
            return NULL;
        only = &form->parts[i];
    }
    return only;
}

/* Writes the frame around the one content in `job->content`. False: the headroom is too small, or
 * out of memory. */
static bool lay_around(const struct form_body *form, const struct form_part *part,
    struct reader_job *job, struct http_request *request)
{
    struct buf *content = &job->content;
    size_t head = part->content_at;
    size_t offset = part->file->offset;
    if (head > offset || offset != job->headroom)
        return false;
    content->length = offset + (size_t)part->file->facts.size;
    if (!buf_add(content, form->frame.data + head, form->frame.length - head))
        return false;
    char *start = content->data + offset - head;
    memcpy(start, form->frame.data, head);
    request->data = start;
    request->length = (int64_t)(content->data + content->length - start);
    return true;
}

static bool join(struct form_body *form, const struct reader_job *job, struct http_request *request,
    struct error *error)
{
    size_t from = 0;
    buf_clear(&form->joined);
    for (size_t i = 0; i < form->config->field_count; i++) {
        const struct form_part *part = &form->parts[i];
        if (!has_content(part))
            continue;
        (void)buf_add(&form->joined, form->frame.data + from, part->content_at - from);
        (void)buf_add(
            &form->joined, job->content.data + part->file->offset, (size_t)part->file->facts.size);
        from = part->content_at;
    }
    (void)buf_add(&form->joined, form->frame.data + from, form->frame.length - from);
    request->data = buf_text(&form->joined);
    request->length = (int64_t)form->joined.length;
    return !form->joined.failed || error_set_memory(error);
}

bool form_body_whole(struct form_body *form, struct reader_job *job, struct http_request *request,
    struct error *error)
{
    const struct form_part *part = only_content(form);
    if (part != NULL) {
        if (lay_around(form, part, job, request))
            return true;
        if (part->content_at > job->headroom)
            job->headroom = part->content_at + part->content_at / 4;
    }
    return join(form, job, request, error);
}

size_t form_body_pieces_most(const struct form_body *form)
{
    return 2 * form->config->field_count + 1;
}

size_t form_body_pieces(const struct form_body *form, struct body_piece *pieces)
{
    const char *frame = form->frame.data;
    size_t count = 0;
    size_t from = 0;
    for (size_t i = 0; i < form->config->field_count; i++) {
        const struct form_part *part = &form->parts[i];
        if (!has_content(part))
            continue;
        pieces[count++] =
            (struct body_piece){.data = frame + from, .length = part->content_at - from};
        pieces[count++] = (struct body_piece){.file = part->file};
        from = part->content_at;
    }
    pieces[count++] =
        (struct body_piece){.data = frame + from, .length = form->frame.length - from};
    return count;
}
