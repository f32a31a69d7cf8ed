#include "core/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "core/config/private.h"
#include "core/options.h"

#define FILLED_MOST (1024 * 1024)

bool config_wrong(struct config_build *build, const char *format, ...)
{
    char text[ERROR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return error_set(build->error, ERROR_USAGE, 0, "%s", text);
}

bool config_fail(struct config_build *build, const char *option, const struct error *reason)
{
    return error_set(build->error, reason->class, reason->code, "%s: %s", option, reason->text);
}

char *config_fill_constant(
    struct config_build *build, const struct template *template, const char *option)
{
    static const struct template_file no_file = {.file = "", .path = ""};
    struct buf filled;
    buf_init(&filled, FILLED_MOST);
    struct error reason = {0};
    char *text = NULL;
    if (!template_fill(template, &no_file, &filled, &reason))
        (void)config_fail(build, option, &reason);
    else if ((text = buf_detach(&filled)) == NULL)
        (void)error_set_memory(build->error);
    buf_free(&filled);
    return text;
}

bool config_parse(struct config_build *build, const char *source, enum template_place place,
    const char *option, struct template **out)
{
    struct error reason = {0};
    if (!template_parse(source, place, &build->keys, out, &reason))
        return config_fail(build, option, &reason);
    build->config->needs |= template_needs(*out);
    if (template_needs(*out) != 0)
        return true;
    char *filled = config_fill_constant(build, *out, option);
    free(filled);
    return filled != NULL;
}

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

/* Every option that needs no code of its own. */
static bool read_plain(struct config_build *build)
{
    size_t count;
    const struct option_setting *settings = options_settings(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        const struct option_row *row = settings[i].row;
        if (row->kind == OPTION_SPECIAL)
            continue;
        void *field = (char *)build->config + row->field;
        if (!option_read(row, settings[i].value, field, build->error))
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
                "\"%s\" looks like a URL where a PATH should stand: there is one URL, the last "
                "operand or --url (write ./%s for a folder of that name)",
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
    if (config->base == NULL)
        return true;
    struct stat facts;
    if (stat(config->base, &facts) != 0) {
        int code = errno;
        return error_set(
            build->error, ERROR_USAGE, code, "--base \"%s\": %s", config->base, strerror(code));
    }
    if (!S_ISDIR(facts.st_mode))
        return config_wrong(build, "--base \"%s\": it must be a folder", config->base);
    return true;
}

static bool read_form(struct config_build *build)
{
    size_t count;
    const struct option_setting *settings = options_settings(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        bool literal = strcmp(settings[i].row->name, "form-string") == 0;
        if (!literal && strcmp(settings[i].row->name, "form") != 0)
            continue;
        if (build->config->raw)
            return config_wrong(build,
                "--%s and --raw (-T) exclude each other: a raw body has no fields",
                settings[i].row->name);
        if (!config_add_form(build, settings[i].value, literal))
            return false;
    }
    if (build->config->raw)
        return true;
    return build->config->field_count > 0 || config_add_form(build, "file=@{file}", false);
}

static bool check_form_has_file(struct config_build *build)
{
    const struct config *config = build->config;
    bool has_file = config->raw;
    for (size_t i = 0; i < config->field_count; i++)
        has_file = has_file || config->fields[i].is_main;
    return has_file || config_wrong(build, "the file itself is in no field: add -F 'file=@{file}'");
}

static bool is_token(const char *text)
{
    return text[strspn(text, CONFIG_TOKEN)] == '\0';
}

static bool read_method(struct config_build *build)
{
    struct config *config = build->config;
    if (config->method == NULL)
        config->method = strdup(config->raw ? "PUT" : "POST");
    if (config->method == NULL)
        return error_set_memory(build->error);
    if (!is_token(config->method))
        return config_wrong(build, "--request (-X) \"%s\": that is no HTTP method", config->method);
    if (strcmp(config->method, "HEAD") == 0 || strcmp(config->method, "CONNECT") == 0)
        return config_wrong(
            build, "--request (-X) \"%s\": that method can't carry a file", config->method);
    return true;
}

static bool check_pairs(struct config_build *build)
{
    struct config *config = build->config;
    if (config->idempotency_key)
        config->needs |= TEMPLATE_NEEDS_SHA256;
    if (config->key != NULL && config->cert == NULL)
        return config_wrong(build, "--key is of no use without --cert");
    if (config->proxy != NULL && config->no_proxy)
        return config_wrong(build, "--proxy (-x) and --no-proxy exclude each other");
    if (config->http1 && config->http2)
        return config_wrong(build, "--http1.1 and --http2 exclude each other");
    return true;
}

/* Whatever an error quotes, no secret is in it. Where the text was cut, a part of a secret may be
 * left at its end, unknown to secrets_redact(): so much of it goes too. */
static void hide_secrets(struct config_build *build)
{
    if (build->error == NULL || build->config == NULL)
        return;
    size_t length = strlen(build->error->text);
    struct buf clean;
    buf_init(&clean, FILLED_MOST);
    if (!secrets_redact(build->config->secrets, build->error->text, length, &clean))
        buf_clear(&clean);
    size_t shown = clean.length;
    size_t tail = build->longest_secret * 6; /* the longest form: JSON escapes */
    if (length == sizeof build->error->text - 1)
        shown = shown > tail ? shown - tail : 0;
    (void)snprintf(
        build->error->text, sizeof build->error->text, "%.*s", (int)shown, buf_text(&clean));
    if (build->error->text[0] == '\0')
        (void)snprintf(build->error->text, sizeof build->error->text,
            "an option is wrong; its text is too long to show");
    buf_free(&clean);
}

typedef bool config_step(struct config_build *build);

/* Secrets first, so that no later error shows one; then what stands for itself, then what looks at
 * several options. */
static config_step *const steps[] = {
    config_read_keys,
    config_read_secrets,
    config_read_user,
    read_defaults,
    read_plain,
    read_operands,
    read_base,
    read_form,
    check_form_has_file,
    read_method,
    config_read_url,
    config_read_headers,
    config_read_filters,
    config_read_rates,
    config_read_groups,
    config_check_proxy,
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
    bool made = build.config != NULL && (build.config->secrets = secrets_new()) != NULL;
    if (!made)
        (void)error_set_memory(build.error);
    for (size_t i = 0; made && i < sizeof steps / sizeof steps[0]; i++)
        made = steps[i](&build);
    if (!made)
        hide_secrets(&build);
    config_free_keys(&build);
    if (made)
        return build.config;
    config_free(build.config);
    return NULL;
}

static void free_field(struct config_field *field)
{
    free(field->name);
    template_free(field->value);
    template_free(field->file_name);
    free(field->type);
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    free(config->method);
    template_free(config->url);
    for (size_t i = 0; i < config->field_count; i++)
        free_field(&config->fields[i]);
    free(config->fields);
    for (size_t i = 0; i < config->header_count; i++)
        template_free(config->headers[i]);
    free(config->headers);
    template_free(config->user_password);
    template_free(config->serial_by);
    for (size_t i = 0; i < config->operand_count; i++)
        free(config->operands[i]);
    free(config->operands);
    free(config->base);
    ignore_free(config->ignore);
    free(config->cacert);
    free(config->cert);
    free(config->key);
    free(config->proxy);
    free(config->shown_url);
    secrets_free(config->secrets);
    free(config);
}
