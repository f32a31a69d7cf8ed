/* Makes a configuration: reads the options that need no code of their own, and calls the parts for
 * the others, in the order of `steps`. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"
#include "core/config/private.h"
#include "text/http_syntax.h"

#define SHOWN_MOST ((size_t)4096) /* bytes of an error with its secrets replaced */

static bool read_defaults(struct config_build *build)
{
    size_t count;
    const struct option_row *rows = options_table(&count);
    for (size_t i = 0; i < count; i++) {
        void *field = (char *)build->config + rows[i].field;
        if (rows[i].fallback != NULL &&
            !option_read(&rows[i], rows[i].fallback, field, build->error))
            return false;
    }
    return true;
}

/* Every option whose row in the table says all: see enum option_kind. */
static bool read_plain(struct config_build *build)
{
    size_t count;
    const struct option_setting *settings = options_settings(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        const struct option_row *row = settings[i].row;
        if (row->kind == OPTION_SPECIAL)
            continue;
        void *field = (char *)build->config + row->field;
        build->at = &settings[i];
        if (settings[i].manner == OPTION_UNDOES)
            *(bool *)field = false;
        else if (!option_read(row, settings[i].value, field, build->error))
            return false;
    }
    return true;
}

static bool looks_like_url(const char *text)
{
    const char *colon = strstr(text, "://");
    return colon != NULL && colon != text && strcspn(text, "/") > (size_t)(colon - text);
}

static bool read_operands(struct config_build *build)
{
    struct config *config = build->config;
    size_t count;
    char *const *operands = options_operands(build->options, &count);
    if (count == 0)
        return config_wrong(build, "no PATH: name a folder or a file to send, or - for a list");
    config->operands = calloc(count + 1, sizeof *config->operands);
    if (config->operands == NULL)
        return error_set_memory(build->error);
    for (size_t i = 0; i < count; i++) {
        if (operands[i][0] == '\0')
            return config_wrong(build, "an operand is empty; it must be a PATH");
        if (looks_like_url(operands[i]))
            return config_wrong(build,
                "'%s' looks like a URL, and a PATH is expected here: give the URL once, as the "
                "last "
                "operand or with --url or --urls (write ./%s for a folder of that name)",
                operands[i], operands[i]);
        config->operands[i] = strdup(operands[i]);
        if (config->operands[i] == NULL)
            return error_set_memory(build->error);
        config->operand_count++;
    }
    return true;
}

static bool read_base(struct config_build *build)
{
    struct config *config = build->config;
    bool listed = config_lists_paths(config);
    if (config->nul_separated && !listed)
        return config_wrong(build, "--null (-0) is of no use without the PATH -");
    if (config->base == NULL)
        return true;
    if (!listed)
        return config_wrong(build, "--base '%s' is of no use without the PATH -", config->base);
    struct stat facts;
    if (stat(config->base, &facts) != 0) {
        int code = errno;
        return error_set(
            build->error, ERROR_USAGE, code, "--base '%s': %s", config->base, error_reason(code));
    }
    if (!S_ISDIR(facts.st_mode))
        return config_wrong(build, "--base '%s': it must be a folder", config->base);
    return true;
}

static bool read_method(struct config_build *build)
{
    struct config *config = build->config;
    if (config->method == NULL)
        config->method = strdup(config->raw ? "PUT" : "POST");
    if (config->method == NULL)
        return error_set_memory(build->error);
    size_t length = strlen(config->method);
    if (http_token_length(config->method, length) < length)
        return config_wrong(build, "--request (-X) '%s': not a valid HTTP method", config->method);
    if (strcmp(config->method, "HEAD") == 0 || strcmp(config->method, "CONNECT") == 0)
        return config_wrong(
            build, "--request (-X) '%s': that method can't carry a file", config->method);
    return true;
}

static bool check_pairs(struct config_build *build)
{
    struct config *config = build->config;
    if (config->idempotency_key)
        config->needs |= TEMPLATE_NEEDS_SHA256;
    if (config->checksum && config->journal == NULL)
        return config_wrong(build, "--checksum needs --journal FILE, which has the checksums");
    if (config->checksum)
        config->needs |= TEMPLATE_NEEDS_SHA256;
    if (config->proxy != NULL && config->no_proxy)
        return config_wrong(build, "--proxy (-x) and --no-proxy exclude each other");
    return true;
}

/* Removes secrets from the error. Where its text was cut, it may end with a part of a secret. */
static void hide_secrets(struct config_build *build)
{
    if (build->config == NULL)
        return;
    const char *text = build->error->text;
    size_t length = strlen(text);
    bool cut = length == sizeof build->error->text - 1;
    struct buf clean;
    buf_init(&clean, SHOWN_MOST);
    if (!(cut ? secrets_redact_cut : secrets_redact)(build->config->secrets, text, length, &clean))
        buf_clear(&clean);
    (void)snprintf(build->error->text, sizeof build->error->text, "%s", buf_text(&clean));
    if (build->error->text[0] == '\0')
        (void)snprintf(build->error->text, sizeof build->error->text,
            "an option is wrong; its text is too long to show");
    buf_free(&clean);
}

/* Puts the place in the options file, if the option comes from one, before the sentence. */
static void name_place(struct config_build *build)
{
    if (build->at == NULL || build->at->where == NULL || build->error->class == ERROR_MEMORY)
        return;
    const struct error reason = *build->error;
    (void)error_set(
        build->error, reason.class, reason.code, "%s: %s", build->at->where, reason.text);
}

/* Reads or checks some options. False with `build->error`. */
typedef bool config_step(struct config_build *build);

/* Secrets first, so that no later error shows one. Then each option by itself; last, the checks
 * that involve several options. */
static config_step *const steps[] = {
    config_read_keys,
    config_read_secrets,
    config_read_credentials,
    config_mask_keys,
    read_defaults,
    read_plain,
    config_read_netrc,
    read_operands,
    read_base,
    config_read_types,
    config_read_form,
    config_read_pairs,
    config_check_form,
    read_method,
    config_read_url,
    config_read_headers,
    config_add_bearer,
    config_read_signing,
    config_read_response,
    config_read_redirects,
    config_read_filters,
    config_read_rates,
    config_read_groups,
    config_read_shard,
    config_check_proxy,
    config_check_tls,
    check_pairs,
};

struct config *config_new(const struct shoal_options *options, struct error *error)
{
    struct error ignored;
    struct config_build build = {
        .options = options,
        .config = calloc(1, sizeof *build.config),
        .error = error != NULL ? error : &ignored,
    };
    build.keys.written = config_key_written;
    build.keys.context = &build;
    bool made = build.config != NULL && (build.config->secrets = secrets_new()) != NULL;
    if (!made)
        (void)error_set_memory(build.error);
    for (size_t i = 0; made && i < sizeof steps / sizeof steps[0]; i++) {
        build.at = NULL;
        made = steps[i](&build);
    }
    if (!made)
        name_place(&build);
    if (!made)
        hide_secrets(&build);
    config_free_keys(&build);
    if (made)
        return build.config;
    config_free(build.config);
    return NULL;
}
