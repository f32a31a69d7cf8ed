#include "text/template/private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "text/http_date.h"
#include "text/media_type.h"

/* Bytes for the text of {size} or {mtime}, which is written before it is escaped. */
#define NUMBER_SIZE HTTP_DATE_RFC3339_SIZE

/* The dot before the last extension, or the end of `name`. Dots at the beginning of a name do not
 * begin an extension: `.profile` has none. */
static const char *extension_dot(const char *name)
{
    const char *dot = strrchr(name, '.');
    if (dot == NULL || strspn(name, ".") > (size_t)(dot - name))
        return name + strlen(name);
    return dot;
}

static void set_whole(struct template_value *value, const char *text)
{
    value->text = text;
    value->length = text == NULL ? 0 : strlen(text);
}

static void set_folder(struct template_value *value, const char *file)
{
    const char *slash = strrchr(file, '/');
    if (slash == NULL) {
        set_whole(value, ".");
        return;
    }
    value->text = file;
    value->length = slash == file ? 1 : (size_t)(slash - file);
}

/* {dir}, {name}, {stem}, {ext}: parts of the path. */
static void cut_path(struct template_value *value, enum template_field field, const char *path)
{
    const char *name = path_last_name(path);
    const char *dot = extension_dot(name);
    switch (field) {
    case FIELD_DIR:
        value->text = path;
        value->length = (size_t)(name - path);
        break;
    case FIELD_STEM:
        value->text = name;
        value->length = (size_t)(dot - name);
        break;
    case FIELD_EXT:
        set_whole(value, *dot == '.' ? dot + 1 : dot);
        break;
    default:
        set_whole(value, name);
        break;
    }
}

/* Sets the value of `field`. `number` (NUMBER_SIZE bytes) receives the text of {size} or {mtime}
 * and must live as long as the value. */
static void look_up(struct template_value *value, enum template_field field,
    const struct template_file *file, char *number)
{
    switch (field) {
    case FIELD_FILE:
        set_whole(value, file->file);
        break;
    case FIELD_FOLDER:
        set_folder(value, file->file);
        break;
    case FIELD_PATH:
        set_whole(value, file->path);
        break;
    case FIELD_TYPE:
        set_whole(value,
            media_types_find(file->types, file->type_of != NULL ? file->type_of : file->path));
        break;
    case FIELD_SIZE:
        (void)snprintf(number, NUMBER_SIZE, "%" PRId64, file->size);
        set_whole(value, number);
        break;
    case FIELD_MTIME:
        http_date_rfc3339(file->mtime, number);
        set_whole(value, number);
        break;
    case FIELD_EPOCH:
        (void)snprintf(number, NUMBER_SIZE, "%" PRId64, file->mtime);
        set_whole(value, number);
        break;
    case FIELD_SHA256:
        set_whole(value, file->sha256);
        break;
    case FIELD_SHA1:
        set_whole(value, file->sha1);
        break;
    case FIELD_MD5:
        set_whole(value, file->md5);
        break;
    default:
        cut_path(value, field, file->path);
        break;
    }
}

bool template_fill(const struct template *template, const struct template_file *file,
    struct buf *out, struct error *error)
{
    for (size_t i = 0; i < template->part_count; i++) {
        const struct template_part *part = &template->parts[i];
        if (part->text_length > 0)
            (void)buf_add(out, template->text.data + part->text_at, part->text_length);
        if (part->field == FIELD_NONE)
            continue;
        char number[NUMBER_SIZE];
        struct template_value value = {
            .name = template_field_name(part->field),
            .keeps_slashes = part->field == FIELD_PATH || part->field == FIELD_DIR,
            .is_digest = part->field == FIELD_SHA256 || part->field == FIELD_SHA1 ||
                         part->field == FIELD_MD5,
        };
        look_up(&value, part->field, file, number);
        if (!template_add_value(out, &value, &part->escapings, template->place, error))
            return false;
    }
    if (out->failed)
        return error_set(
            error, ERROR_MEMORY, 0, "no memory for a filled-in text, or it is too long");
    return true;
}
