/* Templates: text with `{field}` and `{field:escaping}`, filled in for each file.
 *
 * `{{` is `{`, `}}` is `}`, a lone `}` is itself. A `/` that follows a key whose value is a URL
 * that ends in `/` is left out: `{host}/{path}` is right for https://example.com and
 * https://example.com/. What was filled in is never read as a template.
 *
 * Escapings, each applied to the result of the one before:
 *
 *     :upper      ASCII letters in upper case           } change the value, so they
 *     :flat       `--` for each `/`                     } come before the others
 *     :epoch      {mtime} in seconds since 1970         }
 *     :url        percent-encodes all bytes but RFC 3986's unreserved ones; keeps the `/` of {path}
 *                 and {dir}
 *     :query      as :url, but encodes that `/` too
 *     :path       as a browser does in the path of a URL (WHATWG URL, path percent-encode set), and
 *                 `%` and `\`; keeps `/`
 *     :component  as encodeURIComponent() (ECMA-262), segment by segment: keeps `/`
 *     :json       for the inside of a JSON string, in ASCII
 *     :base64     Base64; of a digest, that of its bytes
 *     :raw        nothing
 *
 * A value without one of those from :url on is then escaped as its place asks for. */
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
    TEMPLATE_FORM,   /* the value of a form field: raw */
    TEMPLATE_TEXT,   /* any other text, such as a path: raw */
    TEMPLATE_URL,    /* as `:url` */
    TEMPLATE_HEADER, /* raw; a value with a control byte (0 to 31 but TAB, 127) is an error */
};

/* What a template needs to know about a file, as bits. */
enum template_need {
    TEMPLATE_NEEDS_PATH = 1 << 0,   /* {file} to {ext}, {type}: it differs from file to file */
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
    /* Called for each use of a key with an escaping, with the text that this makes of its value, so
     * that a secret is known in this form too. False: out of memory. NULL: it is not called. */
    bool (*written)(void *context, const struct template_key *key, const char *text, size_t length);
    void *context; /* for `written` */
};

struct media_types; /* see text/media_type.h */

/* What is known about one file. The strings belong to the caller. */
struct template_file {
    const char *file;    /* {file}: the path to open; {folder} is what precedes its last `/`
                            (`.` if there is none, `/` for the root) */
    const char *path;    /* {path}, of which {dir}, {name}, {stem} and {ext} are parts */
    const char *type_of; /* the path whose extension decides {type}; NULL: `path` */
    const struct media_types *types; /* what the user says about {type}; may be NULL */
    int64_t size;                    /* {size}, bytes */
    int64_t mtime;                   /* {mtime}, seconds since 1970-01-01T00:00:00Z */
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

/* Whether two files with different {path}s always have different texts, because the only field of a
 * file in it is {path}, and no escaping makes two paths one. */
bool template_tells_paths_apart(const struct template *template);

/* Whether the template names a key as `{key?}`, so that its text can be left out. */
bool template_may_be_left_out(const struct template *template);

/* Whether the text is left out: a `{key?}` in it is not given, or empty. */
bool template_is_left_out(const struct template *template);

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
