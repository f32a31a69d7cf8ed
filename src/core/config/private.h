/* The parts of which a configuration is made: each reads a group of options. new.c calls them in
 * order; they call config.c. */
#ifndef SHOAL_CORE_CONFIG_PRIVATE_H
#define SHOAL_CORE_CONFIG_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/must_use.h"
#include "core/config.h"
#include "core/options.h"
#include "core/reference.h"

/* A configuration in the making. Every function below that returns false or NULL has set `error` to
 * a sentence that names the option. */
struct config_build {
    const struct shoal_options *options; /* what was given */
    struct config *config;               /* filled in step by step */
    struct template_keys keys;           /* of -s; owned: config_free_keys() */
    struct template_keys masked_keys;    /* the same with secrets replaced by names; owned */
    bool masks;                          /* templates are parsed with `masked_keys`, too */
    const struct option_setting *at;     /* the one that is being read; NULL: several, or none */
    struct error *error;                 /* never NULL */
};

/* --- config.c: what the parts share --- */

/* Parses the template `source` into `*out` (owned by the caller, also on failure) and adds its
 * needs to those of the configuration. A template that is the same for every file is filled in
 * once, so that a value that is not allowed in `place` is found at the start. `option` begins the
 * error. */
MUST_USE bool config_parse(struct config_build *build, const char *source,
    enum template_place place, const char *option, struct template **out);

/* As config_parse(), which refuses a `{key?}`: for the value of a form field or a header, which is
 * left out where template_is_left_out(). */
MUST_USE bool config_parse_optional(struct config_build *build, const char *source,
    enum template_place place, const char *option, struct template **out);

/* The `written` of the keys: makes another form of a secret value a secret too. `context`: the
 * struct config_build. False: out of memory. */
MUST_USE bool config_key_written(
    void *context, const struct template_key *key, const char *text, size_t length);

/* Fills in a template that is the same for every file. The caller frees the text. NULL: a value is
 * not allowed there, or out of memory. `option` begins the error. */
MUST_USE char *config_fill_constant(
    struct config_build *build, const struct template *template, const char *option);

/* As config_fill_constant(), for the source of a template. The error does not quote it. */
MUST_USE char *config_fill_source(
    struct config_build *build, const char *source, enum template_place place, const char *option);

/* Frees a template that config_parse() has made and nothing uses any more. NULL does nothing. */
void config_drop_template(struct config *config, struct template *template);

/* Removes the last field of the form and frees it. */
void config_drop_field(struct config *config);

/* Sets the error to that of `reason`, with `option` and a colon before it. Returns false. */
bool config_fail(struct config_build *build, const char *option, const struct error *reason);

/* The last value given for the option `name`, which is then the one that is being read; NULL: it
 * was not given. */
const char *config_last(struct config_build *build, const char *name);

/* Whether a PATH is `-`: paths come from standard input. */
bool config_lists_paths(const struct config *config);

/* Sets the error to a sentence, as a usage error. Returns false. */
bool config_wrong(struct config_build *build, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* --- value.c --- */

/* As reference_read(), and adds the value to `secrets`. The caller frees it with
 * wipe_and_free(). `option` begins the error. */
MUST_USE char *config_read_secret(
    struct config_build *build, const char *source, const char *option);

/* Adds a value with all its forms to `secrets`. */
MUST_USE bool config_add_secret(struct config_build *build, const char *value, size_t length);

/* Erases and frees a value. */
void config_free_secret(struct buf *value);

/* --- secret.c --- */

/* Reads -s into `keys`, and the values that come from elsewhere into `secrets`. */
MUST_USE bool config_read_keys(struct config_build *build);

/* Erases and frees `keys` and `masked_keys`. */
void config_free_keys(struct config_build *build);

/* Adds the users and passwords in the URL and in the URLs of proxies to `secrets`. Needs `keys`. */
MUST_USE bool config_read_secrets(struct config_build *build);

/* Adds a key, or replaces its value. Owns both strings, also on failure. */
MUST_USE bool config_set_key(struct config_build *build, char *name, char *value);

/* --- credentials.c --- */

/* Reads -u, --bearer and --pass into `user_password`, `keys`, `pass` and `secrets`. Needs the
 * `keys` of -s. */
MUST_USE bool config_read_credentials(struct config_build *build);

/* Reads the file of --netrc-file or --netrc into `netrc` and `secrets`. Needs `netrc_home`. */
MUST_USE bool config_read_netrc(struct config_build *build);

/* Adds the header of --bearer to `headers`. */
MUST_USE bool config_add_bearer(struct config_build *build);

/* --- tls.c --- */

/* Checks the files of --cacert, --capath, --cert and --key. Needs `pass`. */
MUST_USE bool config_check_tls(struct config_build *build);

/* --- proxy.c --- */

/* Checks the proxy that the URL takes, from --proxy or from the environment. Needs `origin`. */
MUST_USE bool config_check_proxy(struct config_build *build);

/* --- masked.c --- */

/* Makes `masked_keys`, if the run needs them. Needs `keys` and all secrets. */
MUST_USE bool config_mask_keys(struct config_build *build);

/* Parses `source` with `masked_keys` as the masked form of `template`. */
MUST_USE bool config_parse_masked(struct config_build *build, const char *source,
    enum template_place place, const char *option, const struct template *template);

/* --- shard.c --- */

/* Reads --shard into `shard`. */
MUST_USE bool config_read_shard(struct config_build *build);

/* --- url_parts.c --- */

/* Where the parts of a URL are in its text (RFC 3986, section 3). */
struct config_url_parts {
    const char *authority;     /* after the scheme */
    const char *authority_end; /* the `/`, `?`, `#` or NUL after it */
    const char *host;          /* after the userinfo and its `@`; within the authority */
    const char *end;           /* the NUL */
};

/* Splits a URL, in which fields of templates are skipped. One without a scheme begins with its
 * authority. */
struct config_url_parts config_split_url(const char *url);

/* Finds the first byte that is one of `stops` and not part of a `{field}`. Returns `end` where
 * there is none. */
const char *config_find_outside_braces(const char *text, const char *end, const char *stops);

/* --- url.c --- */

/* Reads --url into `url`, `origin`, `origin_name` and `shown_url`. Needs `raw`, the PATHs and all
 * secrets. */
MUST_USE bool config_read_url(struct config_build *build);

/* Whether a URL has user and password. */
enum config_userinfo {
    CONFIG_NO_USERINFO,
    CONFIG_USERINFO,        /* it has (RFC 3986, section 3.2.1) */
    CONFIG_BROKEN_USERINFO, /* it seems to, but a character in them ends the authority */
};

/* Finds the user and password of a URL: they are from `*begin` to before `*end`, which is their
 * `@`, if there are any. Fields of templates are skipped. A URL without a scheme begins with its
 * authority. */
MUST_USE enum config_userinfo config_find_userinfo(
    const char *url, const char **begin, const char **end);

/* --- urls.c --- */

/* Reads --urls into `urls`, in place of config_read_url(). Needs `raw`. */
MUST_USE bool config_read_urls(struct config_build *build);

/* --- host.c --- */

/* Writes the host of a URL, which is a template, in its ASCII form (xn--). */
MUST_USE bool config_encode_host(struct config_build *build, struct buf *url);

/* --- form.c --- */

/* Reads -F and --form-string into `fields`, in their order; without any, the default field. */
MUST_USE bool config_read_form(struct config_build *build);

/* Reads --without-pair into `without_pair`. Needs `fields`. */
MUST_USE bool config_read_pairs(struct config_build *build);

/* Checks that the request contains the file that was found. */
MUST_USE bool config_check_form(struct config_build *build);

/* Reads --type into `types`. */
MUST_USE bool config_read_types(struct config_build *build);

/* --- header.c --- */

/* Adds one header, as -H gives it. `option` begins the error. */
MUST_USE bool config_add_header(struct config_build *build, const char *text, const char *option);

/* Reads -H into `headers`. */
MUST_USE bool config_read_headers(struct config_build *build);

/* --- signing.c --- */

/* Reads --aws-sigv4 and its credentials into `signing`; those of -u go there from `user_password`.
 * Needs the URL, the headers and -u. */
MUST_USE bool config_read_signing(struct config_build *build);

/* --- redirects.c --- */

/* Reads --redirects into `redirects`. */
MUST_USE bool config_read_redirects(struct config_build *build);

/* --- response.c --- */

/* Reads what is done with responses: --check, --exists, --reject, --capture and --show-header. */
MUST_USE bool config_read_response(struct config_build *build);

/* --- pace.c --- */

/* Reads --rate into `rate`. */
MUST_USE bool config_read_rates(struct config_build *build);

/* Reads --serial-by into `serial_by`. */
MUST_USE bool config_read_groups(struct config_build *build);

/* --- filter.c --- */

/* Reads --filter, --include, --exclude and --ignore-file into `ignore`, in their order. */
MUST_USE bool config_read_filters(struct config_build *build);

#endif
