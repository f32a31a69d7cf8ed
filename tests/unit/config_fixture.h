/* What tests of configurations share. */
#ifndef SHOAL_TESTS_CONFIG_FIXTURE_H
#define SHOAL_TESTS_CONFIG_FIXTURE_H

#include <stdbool.h>

#include "scratch.h"

#include "check.h"

#include <shoal.h>

#include "base/buf.h"
#include "core/config.h"

/* Makes a configuration from `pairs`: a name, a value or NULL, and so on, ended by NULL. The name
 * PATH adds an operand. NULL with `error`. */
static inline struct config *config_of(const char *const *pairs, struct error *error)
{
    struct shoal_options *options = shoal_options_new();
    assert_non_null(options);
    for (; *pairs != NULL; pairs += 2) {
        bool set = strcmp(*pairs, "PATH") == 0
                       ? shoal_options_add_operand(options, pairs[1])
                       : shoal_options_set(options, *pairs, pairs[1], error->text);
        if (!set) {
            shoal_options_free(options);
            return NULL;
        }
    }
    struct config *config = config_new(options, error);
    shoal_options_free(options);
    return config;
}

#define GIVEN(...) ((const char *const[]){"PATH", "dist", __VA_ARGS__, NULL})
#define TO_URL     "url", "https://example.com/up"

static inline struct config *good(const char *const *pairs)
{
    struct error error = {0};
    struct config *config = config_of(pairs, &error);
    if (config == NULL)
        print_message("# %s\n", error.text);
    assert_non_null(config);
    return config;
}

/* Requires that the options are rejected with `words` in the error. Returns the error. */
static inline struct error bad(const char *const *pairs, const char *words)
{
    struct error error = {0};
    assert_null(config_of(pairs, &error));
    if (strstr(error.text, words) == NULL)
        print_message("# %s\n", error.text);
    assert_non_null(strstr(error.text, words));
    return error;
}

static inline void assert_fills(const struct template *template, const char *expected)
{
    static const struct template_file file = {
        .file = "dist/a b/c.js", .path = "a b/c.js", .size = 5, .mtime = 0};
    struct buf filled;
    buf_init(&filled, 4096);
    assert_true(template_fill(template, &file, &filled, NULL));
    assert_string_equal(buf_text(&filled), expected);
    buf_free(&filled);
}

static inline void assert_hides(const struct config *config, const char *text)
{
    struct buf shown;
    buf_init(&shown, 4096);
    assert_true(secrets_redact(config->secrets, text, strlen(text), &shown));
    assert_string_equal(buf_text(&shown), SECRET_SHOWN_AS);
    buf_free(&shown);
}

#endif
