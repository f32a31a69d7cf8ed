/* The parts that core/config.c is made of: each compiles a group of options. For files of this folder only. */
#ifndef SHOAL_CORE_CONFIG_PRIVATE_H
#define SHOAL_CORE_CONFIG_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "core/config.h"
#include "core/options.h"

/* The bytes of an HTTP token (RFC 9110, section 5.6.2). */
#define CONFIG_TOKEN "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* What is there while a configuration is made. */
struct config_build {
    const struct shoal_options *options;
    struct config *config;
    struct template_keys keys; /* of -s; owned */
    size_t longest_secret;     /* bytes */
    struct error *error;
};

/* All functions: false with `build->error`, which names the option. */

/* secret.c: -s into `keys`; the passwords of proxies and of the URL into `secrets`; -u. */
bool config_read_keys(struct config_build *build);
void config_free_keys(struct config_build *build);
bool config_read_secrets(struct config_build *build);
bool config_read_user(struct config_build *build);

/* url.c: --url into `url` and `shown_url`. */
bool config_read_url(struct config_build *build);

/* url.c: is `proxy` one that can be gone through? */
bool config_check_proxy(struct config_build *build);

/* Where the userinfo of a URL stands: from `*begin` to `*end`, which is its `@`. Braces of
 * templates are passed over. A URL without a scheme begins with its authority. False: it has none.
 */
bool config_find_userinfo(const char *url, const char **begin, const char **end);

/* form.c: one -F, or with `literal` one --form-string, behind the fields there are. */
bool config_add_form(struct config_build *build, const char *text, bool literal);

/* header.c: -H. */
bool config_read_headers(struct config_build *build);

/* pace.c: --rate; --serial-by. */
bool config_read_rates(struct config_build *build);
bool config_read_groups(struct config_build *build);

/* filter.c: --include, --exclude, --ignore-file, in their order. */
bool config_read_filters(struct config_build *build);

/* config.c: parses a template and adds its needs; one that is the same for every file is filled in
 * once, so that what can't stand in its place is found at the start. `option` begins the error. */
bool config_parse(struct config_build *build, const char *source, enum template_place place,
    const char *option, struct template **out);

/* The same file-independent text, filled in. NULL with the error; the caller frees it. */
char *config_fill_constant(
    struct config_build *build, const struct template *template, const char *option);

/* Sets the error to "OPTION TEXT" where `reason` is TEXT. */
bool config_fail(struct config_build *build, const char *option, const struct error *reason);

/* Sets the error, a usage error, to a sentence. */
bool config_wrong(struct config_build *build, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
