/* What tests of templates share: keys, a file, and checks of what is filled in. */
#ifndef SHOAL_TESTS_TEMPLATE_FIXTURE_H
#define SHOAL_TESTS_TEMPLATE_FIXTURE_H

#include "check.h"

#include <string.h>

#include "text/template.h"

static const struct template_key key_list[] = {
    {"token", "s3cret/&{path}"},
    {"host", "https://example.com"},
    {"app.id-1", "42"},
    {"line", "a\r\nX-Evil: 1"},
    {"binary", "\xff"},
    {"empty", ""},
};
static const struct template_keys keys = {.list = key_list, .count = COUNT_OF(key_list)};

static const struct template_file file = {
    .file = "dist/a b/c.js.map",
    .path = "a b/c.js.map",
    .size = 4096,
    .mtime = 1700000000,
    .sha256 = "5256",
    .sha1 = "51",
    .md5 = "3d",
};

/* Fills in `source` for the file `of` and compares the text. */
static inline void check_of(const char *source, enum template_place place,
    const struct template_file *of, const char *expected)
{
    struct template *template = NULL;
    struct error error = {0};
    if (!template_parse(source, place, &keys, &template, &error))
        fail_msg("%s: %s", source, error.text);
    struct buf out;
    buf_init(&out, 10000);
    if (!template_fill(template, of, &out, &error))
        fail_msg("%s: %s", source, error.text);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
    template_free(template);
}

static inline void check(const char *source, enum template_place place, const char *expected)
{
    check_of(source, place, &file, expected);
}

/* `source` is refused, and the message contains `part`. */
static inline void check_refused(const char *source, enum template_place place, const char *part)
{
    struct template *template = NULL;
    struct error error = {0};
    if (template_parse(source, place, &keys, &template, &error))
        fail_msg("%s was accepted", source);
    assert_null(template);
    if (strstr(error.text, part) == NULL)
        fail_msg("%s: %s", source, error.text);
}

#endif
