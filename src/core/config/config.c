/* What the parts of a configuration share, and how a configuration is freed. */
#include "core/config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/wipe.h"
#include "core/config/private.h"
#include "text/secret_forms.h"

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

const char *config_last(struct config_build *build, const char *name)
{
    const struct option_setting *setting = options_last_setting(build->options, name);
    if (setting == NULL)
        return NULL;
    build->at = setting;
    return setting->value;
}

bool config_lists_paths(const struct config *config)
{
    bool listed = false;
    for (size_t i = 0; i < config->operand_count; i++)
        listed = listed || strcmp(config->operands[i], "-") == 0;
    return listed;
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

char *config_fill_source(
    struct config_build *build, const char *source, enum template_place place, const char *option)
{
    struct template *template;
    if (!template_parse(source, place, &build->keys, &template, NULL)) {
        (void)config_wrong(build, "%s: it contains an unknown field: write {{ for a {", option);
        return NULL;
    }
    char *text = NULL;
    if (template_needs(template) != 0)
        (void)config_wrong(
            build, "%s: it is the same for every file and can hold no field of one", option);
    else
        text = config_fill_constant(build, template, option);
    template_free(template);
    return text;
}

/* Notes what the template needs, and fills it in once if it is the same for every file. */
static bool use(struct config_build *build, const char *source, enum template_place place,
    const char *option, const struct template *template)
{
    build->config->needs |= template_needs(template);
    if (build->masks && !config_parse_masked(build, source, place, option, template))
        return false;
    if (template_needs(template) != 0)
        return true;
    char *filled = config_fill_constant(build, template, option);
    free(filled);
    return filled != NULL;
}

bool config_parse(struct config_build *build, const char *source, enum template_place place,
    const char *option, struct template **out)
{
    struct error reason = {0};
    if (!template_parse(source, place, &build->keys, out, &reason))
        return config_fail(build, option, &reason);
    if (template_may_be_left_out(*out))
        return config_wrong(build,
            "%s: a {key?} may only be in the value of a form field or of a header, which is "
            "left out without it",
            option);
    return use(build, source, place, option, *out);
}

bool config_parse_optional(struct config_build *build, const char *source,
    enum template_place place, const char *option, struct template **out)
{
    struct error reason = {0};
    if (!template_parse(source, place, &build->keys, out, &reason))
        return config_fail(build, option, &reason);
    return use(build, source, place, option, *out);
}

/* Whether `value` is a secret as a whole. */
static bool is_secret(const struct config_build *build, const char *value)
{
    struct buf shown;
    buf_init(&shown, FILLED_MOST);
    bool is = secrets_redact(build->config->secrets, value, strlen(value), &shown) &&
              strcmp(buf_text(&shown), SECRET_SHOWN_AS) == 0;
    buf_free(&shown);
    return is;
}

bool config_key_written(
    void *context, const struct template_key *key, const char *text, size_t length)
{
    const struct config_build *build = context;
    return !is_secret(build, key->value) || secret_forms_add(build->config->secrets, text, length);
}

void config_drop_template(struct config *config, struct template *template)
{
    for (size_t i = config->masked_count; i-- > 0;) {
        if (config->masked[i].of != template)
            continue;
        template_free(config->masked[i].as);
        config->masked[i] = config->masked[--config->masked_count];
    }
    template_free(template);
}

static void free_field(struct config_field *field)
{
    free(field->name);
    template_free(field->value);
    free(field->path_source);
    template_free(field->file_name);
    template_free(field->type);
}

void config_drop_field(struct config *config)
{
    struct config_field *field = &config->fields[--config->field_count];
    struct template **const templates[] = {&field->value, &field->file_name, &field->type};
    for (size_t i = 0; i < sizeof templates / sizeof(*templates); i++) {
        config_drop_template(config, *templates[i]);
        *templates[i] = NULL;
    }
    free_field(field);
}

static void free_checks(struct config_checks *checks)
{
    for (size_t i = 0; i < checks->count; i++) {
        free(checks->list[i].check.pointer);
        template_free(checks->list[i].value);
        free(checks->list[i].label);
    }
    free(checks->list);
}

static void free_response(struct config *config)
{
    free_checks(&config->checks);
    free_checks(&config->exists_checks);
    free_checks(&config->reject_checks);
    for (size_t i = 0; i < config->capture_count; i++) {
        free(config->captures[i].name);
        free(config->captures[i].argument);
    }
    free(config->captures);
    for (size_t i = 0; i < config->redirects.count; i++)
        free(config->redirects.hosts[i].name);
    free(config->redirects.hosts);
    for (size_t i = 0; i < config->shown_header_count; i++)
        free(config->shown_headers[i]);
    free(config->shown_headers);
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    free(config->method);
    template_free(config->url);
    template_free(config->origin);
    free(config->origin_name);
    for (size_t i = 0; i < config->field_count; i++)
        free_field(&config->fields[i]);
    free(config->fields);
    for (size_t i = 0; i < config->header_count; i++)
        template_free(config->headers[i]);
    free(config->headers);
    url_list_free(config->urls);
    media_types_free(config->types);
    free_response(config);
    wipe_and_free(config->user_password);
    wipe_and_free(config->netrc);
    wipe_and_free(config->pass);
    free(config->signing.key_id);
    wipe_and_free(config->signing.secret);
    wipe_and_free(config->signing.token);
    template_free(config->serial_by);
    for (size_t i = 0; i < config->operand_count; i++)
        free(config->operands[i]);
    free(config->operands);
    free(config->base);
    free(config->journal);
    free(config->only_failed);
    for (size_t i = 0; i < config->masked_count; i++)
        template_free(config->masked[i].as);
    free(config->masked);
    free(config->braces);
    ignore_free(config->ignore);
    free(config->cacert);
    free(config->capath);
    free(config->cert);
    free(config->key);
    free(config->proxy);
    free(config->shown_url);
    secrets_free(config->secrets);
    free(config);
}
