#include "receive/upload_json.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "text/encode.h"
#include "text/json.h"

#define TEXT_MAX          ((size_t)1024 * 1024) /* longest Base64 text or repaired key, in bytes */
#define KEY_SIZE          32                    /* longest key of a part, in bytes with its NUL */
#define SHA256_HEX_LENGTH 64

/* Each of these functions sets a key. False: out of memory. */

static bool set_base64(json_t *object, const char *key, const char *text, size_t length)
{
    char long_key[KEY_SIZE];
    (void)snprintf(long_key, sizeof long_key, "%s_base64", key);
    struct buf encoded;
    buf_init(&encoded, TEXT_MAX);
    bool set = encode_base64(&encoded, text, length) &&
               json_object_set_new_nocheck(object, long_key, json_string(buf_text(&encoded))) == 0;
    buf_free(&encoded);
    return set;
}

/* `text` NULL: sets nothing. */
static bool set_text(json_t *object, const char *key, const char *text, size_t length)
{
    if (text == NULL)
        return true;
    if (json_object_set_new_nocheck(object, key, json_text(text, length)) != 0)
        return false;
    return utf8_valid(text, length) || set_base64(object, key, text, length);
}

static bool set_string(json_t *object, const char *key, const char *text)
{
    return text == NULL || set_text(object, key, text, strlen(text));
}

static json_t *part_json(const struct upload_part *part)
{
    json_t *object = json_object();
    if (object == NULL)
        return NULL;
    bool set = part->name != NULL ? set_string(object, "name", part->name)
                                  : json_object_set_new(object, "name", json_null()) == 0;
    set = set && set_string(object, "filename", part->file_name) &&
          set_string(object, "type", part->type);
    if (part->value_kept)
        set = set && set_text(object, "value", part->value, part->size);
    set =
        set && json_object_set_new(object, "size", json_integer((json_int_t)part->size)) == 0 &&
        json_object_set_new(object, "sha256", json_stringn(part->sha256, SHA256_HEX_LENGTH)) == 0 &&
        set_string(object, "stored", part->path);
    if (set)
        return object;
    json_decref(object);
    return NULL;
}

json_t *upload_parts_json(const struct upload *upload)
{
    size_t count;
    const struct upload_part *parts = upload_parts(upload, &count);
    json_t *list = json_array();
    for (size_t i = 0; i < count && list != NULL; i++) {
        if (json_array_append_new(list, part_json(&parts[i])) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

static bool set_field(json_t *object, const struct upload_part *part)
{
    struct buf key;
    buf_init(&key, TEXT_MAX);
    json_t *value = part->value_kept ? json_text(part->value, part->size) : json_null();
    bool set = utf8_repair(&key, part->name, strlen(part->name)) &&
               json_object_set_nocheck(object, buf_text(&key), value) == 0;
    json_decref(value);
    buf_free(&key);
    return set;
}

json_t *upload_fields_json(const struct upload *upload)
{
    size_t count;
    const struct upload_part *parts = upload_parts(upload, &count);
    json_t *object = json_object();
    for (size_t i = 0; i < count && object != NULL; i++) {
        if (!parts[i].is_file && !set_field(object, &parts[i])) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}
