#include "text/template/private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "text/encode.h"
#include "text/http_date.h"

/* Bytes for the text of {size} or {mtime}, which is written before it is escaped. */
#define NUMBER_SIZE HTTP_DATE_RFC3339_SIZE

/* Whether a value may be in `place`. Checks what was written, not the value: `:json` and `:url`
 * escape control bytes, so that a header may contain such a value. */
static bool is_allowed_in(enum template_place place, const char *text, size_t length)
{
    if (place == TEMPLATE_FORM)
        return true;
    for (size_t i = 0; i < length; i++) {
        char byte = text[i];
        if (place == TEMPLATE_HEADER ? ascii_is_control(byte) && byte != '\t'
                                     : ascii_is_control(byte) || byte == ' ')
            return false;
    }
    return true;
}

static bool add_escaped(
    struct buf *out, const struct template_value *value, enum template_escaping escaping)
{
    switch (escaping) {
    case ESCAPE_URL:
        return encode_percent(out, value->text, value->length, value->keeps_slashes ? "/" : "");
    case ESCAPE_QUERY:
        return encode_percent(out, value->text, value->length, "");
    case ESCAPE_JSON:
        return encode_json(out, value->text, value->length);
    case ESCAPE_BASE64:
        return encode_base64(out, value->text, value->length);
    case ESCAPE_DEFAULT:
    case ESCAPE_RAW:
        break;
    }
    return buf_add(out, value->text, value->length);
}

bool template_add_value(struct buf *out, const struct template_value *value,
    enum template_escaping escaping, enum template_place place, struct error *error)
{
    if (escaping == ESCAPE_JSON && !utf8_valid(value->text, value->length))
        return error_set(error, ERROR_DATA, 0,
            "the value of {%s} is no valid UTF-8, and so can't be written as JSON", value->name);
    size_t start = out->length;
    if (!add_escaped(out, value, escaping))
        return error_set(error, ERROR_MEMORY, 0,
            "no memory for the value of {%s}, or it is too long for its place", value->name);
    /* Most values need no check: percent-encoding and Base64 leave no such byte. */
    if (escaping == ESCAPE_URL || escaping == ESCAPE_QUERY || escaping == ESCAPE_BASE64)
        return true;
    if (is_allowed_in(place, out->data + start, out->length - start))
        return true;
    if (place == TEMPLATE_HEADER)
        return error_set(error, ERROR_DATA, 0,
            "the value of {%s} holds a control byte, which can't stand in a header: use {%s:url} "
            "or {%s:base64}",
            value->name, value->name, value->name);
    return error_set(error, ERROR_DATA, 0,
        "the value of {%s} holds a space or a control byte, which can't stand in a URL: leave out "
        "its escaping, or use {%s:query}",
        value->name, value->name);
}

static const char *after_last_slash(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

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
    const char *name = after_last_slash(path);
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
    case FIELD_SIZE:
        (void)snprintf(number, NUMBER_SIZE, "%" PRId64, file->size);
        set_whole(value, number);
        break;
    case FIELD_MTIME:
        http_date_rfc3339(file->mtime, number);
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
        };
        look_up(&value, part->field, file, number);
        if (!template_add_value(out, &value, part->escaping, template->place, error))
            return false;
    }
    if (out->failed)
        return error_set(
            error, ERROR_MEMORY, 0, "no memory for a filled-in text, or it is too long");
    return true;
}
