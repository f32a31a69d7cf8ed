/* --form (-F) and --form-string: the fields of the form. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/config/form_text.h"
#include "core/config/private.h"

#define LABEL_SIZE   128                /* bytes of the option in an error */
#define LITERAL_MOST (16 * 1024 * 1024) /* bytes of a --form-string */

/* Appends an empty field. NULL with `build->error`: out of memory. */
static struct config_field *append_field(struct config_build *build)
{
    struct config *config = build->config;
    struct config_field *fields = array_grow(config->fields, config->field_count, sizeof *fields);
    if (fields == NULL) {
        (void)error_set_memory(build->error);
        return NULL;
    }
    config->fields = fields;
    struct config_field *field = &fields[config->field_count++];
    *field = (struct config_field){0};
    return field;
}

/* A path that is the same for every file is checked once, before anything is sent. */
static bool check_fixed_path(
    struct config_build *build, const struct config_field *field, const char *label)
{
    if (!field->fixed_path || field->kind != CONFIG_FILE)
        return true;
    char *path = config_fill_constant(build, field->value, label);
    if (path == NULL)
        return false;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat facts;
    bool is_right = true;
    if (descriptor < 0 && errno == ENOENT && template_is_field(path))
        is_right =
            config_wrong(build, "%s: no such file '%s'; did you mean @{%s}?", label, path, path);
    else if (descriptor < 0 || fstat(descriptor, &facts) != 0)
        is_right =
            config_wrong(build, "%s: '%s' can't be read: %s", label, path, error_reason(errno));
    else if (!S_ISREG(facts.st_mode))
        is_right = config_wrong(build, "%s: '%s' is not a regular file", label, path);
    if (descriptor >= 0)
        (void)close(descriptor);
    free(path);
    return is_right;
}

static bool compile_file_name(struct config_build *build, const struct form_text *text,
    struct config_field *field, const char *label)
{
    if (text->file_name == NULL)
        return true;
    if (text->file_name[0] == '\0') {
        field->no_file_name = true;
        return true;
    }
    return config_parse(build, text->file_name, TEMPLATE_TEXT, label, &field->file_name);
}

/* The part's header has the type, so no byte may break that. */
static bool compile_type(struct config_build *build, const struct form_text *text,
    struct config_field *field, const char *label)
{
    if (text->type == NULL)
        return true;
    if (!config_parse(build, text->type, TEMPLATE_HEADER, label, &field->type))
        return false;
    if (template_needs(field->type) != 0)
        return true;
    char *type = config_fill_constant(build, field->type, label);
    bool is_valid = type != NULL &&
                    (media_type_is_valid(type) || config_wrong(build,
                                                      "%s: its ;type= must be a media type, as in "
                                                      "text/plain",
                                                      label));
    free(type);
    return is_valid;
}

static bool compile_field(struct config_build *build, struct form_text *text,
    struct config_field *field, const char *label)
{
    field->kind = text->kind;
    field->name = text->name;
    text->name = NULL;
    if (!compile_file_name(build, text, field, label) || !compile_type(build, text, field, label))
        return false;
    if (field->kind == CONFIG_TEXT)
        return config_parse_optional(build, text->value, TEMPLATE_FORM, label, &field->value);
    if (!config_parse(build, text->value, TEMPLATE_TEXT, label, &field->value))
        return false;
    unsigned needs = template_needs(field->value);
    if ((needs & ~(unsigned)TEMPLATE_NEEDS_PATH) != 0)
        return config_wrong(
            build, "%s: a file's path may hold fields of the path, but none of the content", label);
    field->fixed_path = needs == 0;
    field->is_main = template_is_file(field->value);
    if (field->is_main)
        field->kind = CONFIG_FILE; /* even with ?@: the file that was found exists */
    field->is_pair = field->kind == CONFIG_FILE && !field->is_main && !field->fixed_path;
    if (field->is_pair && (field->path_source = strdup(text->value)) == NULL)
        return error_set_memory(build->error);
    build->config->has_pairs = build->config->has_pairs || field->is_pair;
    return check_fixed_path(build, field, label);
}

static bool add_parsed(struct config_build *build, const char *text)
{
    char label[LABEL_SIZE];
    (void)snprintf(label, sizeof label, "-F '%s'", text);
    struct form_text parsed;
    struct error reason = {0};
    if (!form_text_parse(text, &parsed, &reason))
        return config_fail(build, label, &reason);
    (void)snprintf(label, sizeof label, "-F '%s'", parsed.name);
    struct config_field *field = append_field(build);
    bool added = field != NULL && compile_field(build, &parsed, field, label);
    form_text_free(&parsed);
    if (added && template_is_left_out(field->value))
        config_drop_field(build->config);
    return added;
}

/* Turns literal text into a template: every brace is doubled. */
static bool double_braces(const char *text, struct buf *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '{' || *text == '}')
            (void)buf_add_byte(out, *text);
        (void)buf_add_byte(out, *text);
    }
    return !out->failed;
}

static bool add_literal(struct config_build *build, const char *text)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text)
        return config_wrong(build, "--form-string '%s': it must be NAME=VALUE", text);
    struct config_field *field = append_field(build);
    if (field == NULL)
        return false;
    field->kind = CONFIG_TEXT;
    field->name = strndup(text, (size_t)(equals - text));
    struct buf doubled;
    buf_init(&doubled, LITERAL_MOST);
    bool added = field->name != NULL && double_braces(equals + 1, &doubled);
    if (!added)
        (void)error_set_memory(build->error);
    added = added &&
            config_parse(build, buf_text(&doubled), TEMPLATE_FORM, "--form-string", &field->value);
    buf_free(&doubled);
    return added;
}

bool config_read_types(struct config_build *build)
{
    struct config *config = build->config;
    size_t count;
    const struct option_setting *settings = options_settings(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(settings[i].row->name, "type") != 0)
            continue;
        build->at = &settings[i];
        if (config->types == NULL && (config->types = media_types_new()) == NULL)
            return error_set_memory(build->error);
        struct error reason = {0};
        char label[LABEL_SIZE];
        (void)snprintf(label, sizeof label, "--type '%s'", settings[i].value);
        if (!media_types_add(config->types, settings[i].value, &reason))
            return config_fail(build, label, &reason);
    }
    return true;
}

bool config_read_form(struct config_build *build)
{
    size_t count;
    bool given = false;
    const struct option_setting *settings = options_settings(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        bool literal = strcmp(settings[i].row->name, "form-string") == 0;
        if (!literal && strcmp(settings[i].row->name, "form") != 0)
            continue;
        if (build->config->raw)
            return config_wrong(build,
                "--%s and --raw (-T) exclude each other: a raw body has no fields",
                settings[i].row->name);
        given = true;
        build->at = &settings[i];
        bool added =
            literal ? add_literal(build, settings[i].value) : add_parsed(build, settings[i].value);
        if (!added)
            return false;
    }
    if (build->config->raw)
        return true;
    return given || add_parsed(build, "file=@{file}");
}

bool config_read_pairs(struct config_build *build)
{
    const char *given = config_last(build, "without-pair");
    if (given == NULL)
        return true;
    if (!build->config->has_pairs)
        return config_wrong(build,
            "--without-pair: no -F names a second file, as in -F 'minified_file=@{folder}/{stem}'");
    size_t number;
    if (!option_choose(options_find("without-pair"), given, &number, build->error))
        return false;
    build->config->without_pair = (enum config_without_pair)number;
    return true;
}

bool config_check_form(struct config_build *build)
{
    const struct config *config = build->config;
    bool has_file = config->raw;
    for (size_t i = 0; i < config->field_count; i++)
        has_file = has_file || config->fields[i].is_main;
    return has_file || config_wrong(build, "no field has the file itself: add -F 'file=@{file}'");
}
