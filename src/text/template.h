/* Templates: text with `{field}` and `{field:escaping}`, filled in for each file.
 *
 * `{{` is `{`, `}}` is `}`, a lone `}` is itself. What was filled in is never read as a template.
 *
 * Escapings: `:url` percent-encodes every byte but RFC 3986's unreserved ones, and keeps the `/` of
 * {path} and {dir}; `:query` percent-encodes that `/` too; `:json` is for the inside of a JSON
 * string; `:base64` is Base64; `:raw` changes nothing. */
#ifndef SHOAL_TEXT_TEMPLATE_H
#define SHOAL_TEXT_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"

/* Where the text goes. It decides how a value with no escaping of its own is written. */
enum template_place {
    TEMPLATE_FORM,   /* raw */
    TEMPLATE_URL,    /* as `:url` */
    TEMPLATE_HEADER, /* raw; a value with a control byte (0 to 31 but TAB, 127) is an error */
};

/* What a template needs to know about a file, as bits. */
enum template_need {
    TEMPLATE_NEEDS_PATH = 1 << 0,   /* {file} to {ext}: it differs from file to file */
    TEMPLATE_NEEDS_FACTS = 1 << 1,  /* {size}, {mtime} */
    TEMPLATE_NEEDS_SHA256 = 1 << 2, /* {sha256} */
    TEMPLATE_NEEDS_SHA1 = 1 << 3,   /* {sha1} */
    TEMPLATE_NEEDS_MD5 = 1 << 4,    /* {md5} */
};

/* A key of `-s` and its value. */
struct template_key {
    const char *name;  /* see template_is_key_name() */
    const char *value; /* may contain any byte but NUL */
};

/* The keys that a template may name. They belong to the caller. */
struct template_keys {
    const struct template_key *list; /* `count` of them */
    size_t count;                    /* length of `list` */
};

/* What is known about one file. The strings belong to the caller. */
struct template_file {
    const char *file;   /* {file}: the path to open; {folder} is what precedes its last `/`
                           (`.` if there is none, `/` for the root) */
    const char *path;   /* {path}, of which {dir}, {name}, {stem} and {ext} are parts */
    int64_t size;       /* {size}, bytes */
    int64_t mtime;      /* {mtime}, seconds since 1970-01-01T00:00:00Z */
    const char *sha256; /* {sha256}, lower-case hexadecimal; NULL if no template needs it */
    const char *sha1;   /* {sha1}, likewise */
    const char *md5;    /* {md5}, likewise */
};

/* A template that was parsed. */
struct template;

/* Reads `source`; `*out` receives the template, for template_free(). The values of `keys` (NULL:
 * none) are copied. False with `error`, which names the field and the template: an unknown field or
 * escaping, an empty or unclosed `{}`, a control byte in a header's template, or the value of a key
 * that cannot be in its place (see template_fill()). The error never contains a key's value. */
MUST_USE bool template_parse(const char *source, enum template_place place,
    const struct template_keys *keys, struct template **out, struct error *error);

/* Frees the template. NULL does nothing. */
void template_free(struct template *template);

/* OR of enum template_need. 0: the text is the same for every file. */
unsigned template_needs(const struct template *template);

/* Whether the template is exactly `{file}`. */
bool template_is_file(const struct template *template);

/* Adds the text for `file` to `out`. False with `error`: a value cannot be in its place (a control
 * byte in a header; a space or a control byte in a URL, under `:raw` or `:json`; text that is not
 * valid UTF-8, under `:json`), or `out` failed. The error names the field, never the value. */
MUST_USE bool template_fill(const struct template *template, const struct template_file *file,
    struct buf *out, struct error *error);

/* Whether `name` is a built-in field, so that no key may have this name. */
bool template_is_field(const char *name);

/* Whether `name` may name a key: letters, digits, `_`, `-` and `.`, beginning with a letter or
 * `_`. */
bool template_is_key_name(const char *name);

#endif
