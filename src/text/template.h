/* Templates: text with `{field}` and `{field:escaping}`, filled in for each file.
 *
 * `{{` is `{`, `}}` is `}`, a lone `}` is itself. What is filled in is never read again.
 *
 * Escapings: `:url` percent-encodes all but RFC 3986's unreserved bytes, and in {path} and {dir}
 * the
 * `/`; `:query` that one too; `:json` is for the inside of a JSON string; `:base64`; `:raw` is
 * none. */
#ifndef SHOAL_TEXT_TEMPLATE_H
#define SHOAL_TEXT_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Where the text goes; it decides how a value without a named escaping is written. */
enum template_place {
    TEMPLATE_FORM,   /* raw */
    TEMPLATE_URL,    /* as `:url`: percent-encoded, `/` kept in {path} and {dir} only */
    TEMPLATE_HEADER, /* raw; a value with a control byte (0-31 but TAB, 127) fails */
};

/* What a template needs to know of a file, as bits. */
enum template_need {
    TEMPLATE_NEEDS_PATH = 1 << 0,  /* any field that names the file: it differs from file to file */
    TEMPLATE_NEEDS_FACTS = 1 << 1, /* {size}, {mtime} */
    TEMPLATE_NEEDS_SHA256 = 1 << 2,
    TEMPLATE_NEEDS_SHA1 = 1 << 3,
    TEMPLATE_NEEDS_MD5 = 1 << 4,
};

/* A key of `-s` and its value. */
struct template_key {
    const char *name;
    const char *value; /* may hold any byte but NUL */
};

struct template_keys {
    const struct template_key *list;
    size_t count;
};

/* What is known of one file. Strings are NUL-terminated and belong to the caller. */
struct template_file {
    const char *file;   /* {file}: the path to open; {folder} is what stands before its last `/`
                           (`.` where there is none, `/` for the root) */
    const char *path;   /* {path}, from which {dir}, {name}, {stem} and {ext} are cut */
    int64_t size;       /* {size}, bytes */
    int64_t mtime;      /* {mtime}, seconds since 1970 */
    const char *sha256; /* hexadecimal, lower case; NULL where no template needs it */
    const char *sha1;
    const char *md5;
};

struct template;

/* Reads `source`. An unknown field or escaping, an unclosed or empty `{}` is an error whose text
 * names the field and the template. Key values are copied; one that can't stand in its place (see
 * template_fill()) is an error that names the key, never its value; so is a control byte that a
 * header's template itself holds. `*out` is freed with template_free(). */
bool template_parse(const char *source, enum template_place place, const struct template_keys *keys,
    struct template **out, struct error *error);
void template_free(struct template *template);

/* OR of enum template_need. 0: the same for every file. */
unsigned template_needs(const struct template *template);

/* Is the template exactly `{file}`? */
bool template_is_file(const struct template *template);

/* Adds the text for `file` to `out`. False with `error` where a value can't stand in its place (a
 * control byte in a header; a space or a control byte in a URL under `:raw` or `:json`; text that
 * is no UTF-8 under `:json`) or `out` failed. The error names the field, never the value. */
bool template_fill(const struct template *template, const struct template_file *file,
    struct buf *out, struct error *error);

/* Is `name` one of the built-in fields, and so no name for a key? Is it made of letters, digits,
 * `_`, `-` and `.`, beginning with a letter or `_`? */
bool template_is_field(const char *name);
bool template_is_key_name(const char *name);

#endif
