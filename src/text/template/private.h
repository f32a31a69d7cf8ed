/* What a parsed template is made of. template.c makes it, fill.c fills it in. */
#ifndef SHOAL_TEXT_TEMPLATE_PRIVATE_H
#define SHOAL_TEXT_TEMPLATE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/must_use.h"
#include "text/nearest.h"
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
    FIELD_TYPE,   /* {type} */
    FIELD_SIZE,   /* {size} */
    FIELD_MTIME,  /* {mtime} */
    FIELD_SHA256, /* {sha256} */
    FIELD_SHA1,   /* {sha1} */
    FIELD_MD5,    /* {md5} */
    FIELD_EPOCH,  /* {mtime:epoch}; found by its escaping, not by its name */
};

/* How a value is written. The first three change what the value is, the others how it is written
 * where it goes. */
enum template_escaping {
    ESCAPE_UPPER,     /* ASCII letters in upper case */
    ESCAPE_FLAT,      /* `--` for each `/` */
    ESCAPE_EPOCH,     /* {mtime} as a number; never in a parsed template: see FIELD_EPOCH */
    ESCAPE_RAW,       /* as it is; never in a parsed template, which has no escaping instead */
    ESCAPE_URL,       /* percent-encoded, `/` kept in {path} and {dir} */
    ESCAPE_QUERY,     /* percent-encoded, nothing kept */
    ESCAPE_PATH,      /* percent-encoded as a browser does in the path of a URL */
    ESCAPE_COMPONENT, /* percent-encoded as by encodeURIComponent(), segment by segment */
    ESCAPE_JSON,      /* for the inside of a JSON string */
    ESCAPE_BASE64,    /* Base64 with padding; of a digest: of its bytes */
    ESCAPE_UNKNOWN,   /* no escaping has this name */
};

/* The most escapings of one field. */
#define ESCAPINGS_MOST 4

/* The escapings of one field: each is applied to the result of the one before. */
struct template_escapings {
    enum template_escaping list[ESCAPINGS_MOST + 1]; /* `count` of them; one may be the place's */
    size_t count;                                    /* 0: the value is written as it is */
};

/* Fixed text, then a field. Values of keys are the same for every file, so the fixed text contains
 * them, escaped. */
struct template_part {
    size_t text_at;                      /* offset of the fixed text in the template's `text` */
    size_t text_length;                  /* bytes of the fixed text */
    enum template_field field;           /* FIELD_NONE only in the last part */
    struct template_escapings escapings; /* of the field's value */
};

/* A parsed template: see text/template.h. */
struct template
{
    enum template_place place;   /* where the text goes */
    unsigned needs;              /* OR of enum template_need */
    bool may_be_left_out;        /* it names a key as {key?} */
    bool left_out;               /* the value of such a key is not given, or empty */
    struct buf text;             /* the fixed text of every part, one after the other */
    struct template_part *parts; /* `part_count` of them */
    size_t part_count;           /* length of `parts` */
};

/* A part of a template's source, not NUL-terminated. */
struct template_slice {
    const char *text; /* where it begins */
    size_t length;    /* bytes */
};

/* --- names.c --- */

/* Whether the slice has exactly the bytes of the text. */
bool template_slice_is(struct template_slice slice, const char *text);

/* The name of a field without braces, for messages. */
const char *template_field_name(enum template_field field);

/* What a field needs, as bits of enum template_need. */
unsigned template_field_needs(enum template_field field);

/* The field of that name; FIELD_NONE: there is none. */
enum template_field template_find_field(struct template_slice name);

/* Offers the names of the fields to a search. */
void template_offer_fields(struct nearest *nearest);

/* Reads what follows a field's name: a colon before each escaping; nothing for the default of the
 * place. `*field` becomes FIELD_EPOCH for FIELD_MTIME with `:epoch`. False with `error`: an unknown
 * escaping, too many, or an order that makes no sense. */
MUST_USE bool template_read_escapings(struct template_slice source, enum template_place place,
    enum template_field *field, struct template_escapings *escapings, struct error *error);

/* --- value.c --- */

/* A value to write. The strings belong to the caller. */
struct template_value {
    const char *name;   /* of the field or key, for messages */
    const char *text;   /* the value, not NUL-terminated */
    size_t length;      /* bytes of `text` */
    bool keeps_slashes; /* it is {path} or {dir}: ESCAPE_URL keeps `/` */
    bool is_digest;     /* it is hexadecimal digits: ESCAPE_BASE64 encodes their bytes */
};

/* Adds `value` to `out` as `escapings` say. False with `error`, which names the field or key, never
 * the value: it cannot be in `place`, or `out` failed. */
MUST_USE bool template_add_value(struct buf *out, const struct template_value *value,
    const struct template_escapings *escapings, enum template_place place, struct error *error);

#endif
