#include "receive/upload_json.h"

#include <string.h>

#include "base/buf.h"
#include "text/encode.h"
#include "text/json.h"

#define KEY_MAX           ((size_t)1024 * 1024) /* longest repaired name of a field, in bytes */
#define SHA256_HEX_LENGTH 64

static bool set_string(json_t *object, const char *key, const char *text)
{
    return text == NULL || json_set_bytes(object, key, text, strlen(text));
}

static json_t *part_json(const struct upload_part *part)
{
    json_t *object = json_object();
    const char *value = part->value_kept ? part->value : NULL;
    bool complete = (part->name != NULL || json_set(object, "name", json_null())) &&
                    set_string(object, "name", part->name) &&
                    set_string(object, "filename", part->file_name) &&
                    set_string(object, "type", part->type) &&
                    json_set_bytes(object, "value", value, part->size) &&
                    json_set_number(object, "size", (int64_t)part->size) &&
                    json_set(object, "sha256", json_stringn(part->sha256, SHA256_HEX_LENGTH)) &&
                    set_string(object, "stored", part->path);
    return json_if_complete(object, complete);
}

json_t *upload_parts_json(const struct upload *upload)
{
    size_t count;
    const struct upload_part *parts = upload_parts(upload, &count);
    json_t *list = json_array();
    bool complete = list != NULL;
    for (size_t i = 0; i < count && complete; i++)
        complete = json_array_append_new(list, part_json(&parts[i])) == 0;
    return json_if_complete(list, complete);
}

static bool set_field(json_t *object, const struct upload_part *part)
{
    struct buf key;
    buf_init(&key, KEY_MAX);
    bool set = utf8_repair(&key, part->name, strlen(part->name)) &&
               json_set(object, buf_text(&key),
                   part->value_kept ? json_text(part->value, part->size) : json_null());
    buf_free(&key);
    return set;
}

json_t *upload_fields_json(const struct upload *upload)
{
    size_t count;
    const struct upload_part *parts = upload_parts(upload, &count);
    json_t *object = json_object();
    bool complete = object != NULL;
    for (size_t i = 0; i < count && complete; i++)
        complete = parts[i].is_file || set_field(object, &parts[i]);
    return json_if_complete(object, complete);
}
