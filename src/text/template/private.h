/* What a parsed template is made of. template.c makes it, fill.c fills it in. */
#ifndef SHOAL_TEXT_TEMPLATE_PRIVATE_H
#define SHOAL_TEXT_TEMPLATE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/must_use.h"
#include "text/template.h"

/* The built-in fields. */
enum template_field {
    FIELD_NONE,   /* no field: a part that is fixed text alone */
    FIELD_FILE,   /* {file} */
    FIELD_FOLDER, /* {folder} */
    FIELD_PATH,   /* {path} */
    FIELD_DIR,    /* {dir} */
    FIELD_NAME,   /* {name} */
    FIELD_STEM,   /* {stem} */
    FIELD_EXT,    /* {ext} */
    FIELD_SIZE,   /* {size} */
    FIELD_MTIME,  /* {mtime} */
    FIELD_SHA256, /* {sha256} */
    FIELD_SHA1,   /* {sha1} */
    FIELD_MD5,    /* {md5} */
};

/* How a value is written. */
enum template_escaping {
    ESCAPE_DEFAULT, /* as the place asks for; never in a parsed template */
    ESCAPE_RAW,     /* as it is */
    ESCAPE_URL,     /* percent-encoded, `/` kept in {path} and {dir} */
    ESCAPE_QUERY,   /* percent-encoded, nothing kept */
    ESCAPE_JSON,    /* for the inside of a JSON string */
    ESCAPE_BASE64,  /* Base64 with padding */
};

/* Fixed text, then a field. Values of keys are the same for every file, so the fixed text contains
 * them, escaped. */
struct template_part {
    size_t text_at;                  /* offset of the fixed text in the template's `text` */
    size_t text_length;              /* bytes of the fixed text */
    enum template_field field;       /* FIELD_NONE only in the last part */
    enum template_escaping escaping; /* of the field's value */
};

/* A parsed template: see text/template.h. */
struct template
{
    enum template_place place;   /* where the text goes */
    unsigned needs;              /* OR of enum template_need */
    struct buf text;             /* the fixed text of every part, one after the other */
    struct template_part *parts; /* `part_count` of them */
    size_t part_count;           /* length of `parts` */
};

/* The name of a field without braces, for messages. */
const char *template_field_name(enum template_field field);

/* A value to write. The strings belong to the caller. */
struct template_value {
    const char *name;   /* of the field or key, for messages */
    const char *text;   /* the value, not NUL-terminated */
    size_t length;      /* bytes of `text` */
    bool keeps_slashes; /* it is {path} or {dir}: ESCAPE_URL keeps `/` */
};

/* Adds `value` to `out` as `escaping` says. False with `error`, which names the field or key, never
 * the value: it cannot be in `place`, or `out` failed. */
MUST_USE bool template_add_value(struct buf *out, const struct template_value *value,
    enum template_escaping escaping, enum template_place place, struct error *error);

#endif
