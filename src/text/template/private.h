/* What a parsed template is made of: shared by template.c, which reads it, and fill.c. */
#ifndef SHOAL_TEXT_TEMPLATE_PRIVATE_H
#define SHOAL_TEXT_TEMPLATE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "text/template.h"

enum template_field {
    FIELD_NONE, /* only the fixed text */
    FIELD_FILE,
    FIELD_FOLDER,
    FIELD_PATH,
    FIELD_DIR,
    FIELD_NAME,
    FIELD_STEM,
    FIELD_EXT,
    FIELD_SIZE,
    FIELD_MTIME,
    FIELD_SHA256,
    FIELD_SHA1,
    FIELD_MD5,
};

enum template_escaping {
    ESCAPE_DEFAULT, /* what the place asks for; never in a parsed template */
    ESCAPE_RAW,
    ESCAPE_URL,   /* percent, `/` kept in {path} and {dir} */
    ESCAPE_QUERY, /* percent, nothing kept */
    ESCAPE_JSON,
    ESCAPE_BASE64,
};

/* Fixed text, then a field. Values of keys are the same for every file: they stand, escaped, in the
 * fixed text. */
struct template_part {
    size_t text_at; /* offset of the fixed text in the template's `text` */
    size_t text_length;
    enum template_field field;
    enum template_escaping escaping;
};

struct template
{
    enum template_place place;
    unsigned needs;
    struct buf text; /* every part's fixed text, one behind the other */
    struct template_part *parts;
    size_t part_count;
};

/* The name of a field, for messages. */
const char *template_field_name(enum template_field field);

/* Adds a value to `out` as its escaping says. `name` is the field's or key's, for the message in
 * `error`, which never holds the value. False where the value can't stand in `place`, or `out`
 * failed. */
struct template_value {
    const char *name;
    const char *text;
    size_t length;
    bool keeps_slashes; /* {path} and {dir} */
};
bool template_add_value(struct buf *out, const struct template_value *value,
    enum template_escaping escaping, enum template_place place, struct error *error);

#endif
