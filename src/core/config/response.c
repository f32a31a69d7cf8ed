/* What is done with responses: --check, --exists, --reject, --capture, --show-header. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "core/config/private.h"
#include "text/http_syntax.h"
#include "text/json_pointer.h"
#include "text/nearest.h"

/* Adds the check in `text`, for responses with one of `codes`. An error begins with `label`. */
static bool add_check(struct config_build *build, struct config_checks *checks, const char *text,
    bool any_text, const struct status_list *codes, const char *label)
{
    struct error reason = {0};
    struct config_check *list = array_grow(checks->list, checks->count, sizeof *list);
    if (list == NULL)
        return error_set_memory(build->error);
    checks->list = list;
    struct config_check *check = &list[checks->count];
    *check = (struct config_check){.codes = *codes};
    if (!response_check_parse(text, any_text, &check->check, &reason))
        return config_fail(build, label, &reason);
    checks->count++;
    if (!config_parse(build, check->check.value, TEMPLATE_TEXT, label, &check->value))
        return false;
    check->check.value = NULL; /* it was in the options */
    check->label = strdup(label);
    return check->label != NULL || error_set_memory(build->error);
}

/* Writes how messages name an option and its value, "--check 'text:ok'", to `label`; the caller
 * frees it. NULL: out of memory. */
static char *make_label(struct config_build *build, const struct option_setting *setting)
{
    char *label = NULL;
    if (asprintf(&label, "--%s '%s'", setting->row->name, setting->value) < 0) {
        (void)error_set_memory(build->error);
        return NULL;
    }
    return label;
}

static bool read_check(struct config_build *build, const struct option_setting *setting)
{
    static const struct status_list none;
    char *label = make_label(build, setting);
    bool read = label != NULL &&
                add_check(build, &build->config->checks, setting->value, false, &none, label);
    free(label);
    return read;
}

/* CODES:CHECK. False, without an error: there are no codes before a colon. */
static bool split_codes(const char *text, struct status_list *codes, const char **check)
{
    struct error ignored;
    const char *colon = strchr(text, ':');
    if (colon == NULL || colon == text)
        return false;
    char *list = strndup(text, (size_t)(colon - text));
    bool valid = list != NULL && status_list_parse(list, codes, &ignored);
    free(list);
    *check = colon + 1;
    return valid;
}

static bool read_coded(struct config_build *build, const struct option_setting *setting,
    struct config_checks *checks, bool may_be_list)
{
    struct status_list codes;
    struct status_list *exists = &build->config->rules.exists;
    const char *check;
    struct error reason = {0};
    char *label = make_label(build, setting);
    bool read = label != NULL;
    if (read && split_codes(setting->value, &codes, &check)) {
        read = add_check(build, checks, check, true, &codes, label);
    } else if (read && may_be_list && status_list_parse(setting->value, &codes, &reason)) {
        for (size_t i = 0; i < sizeof codes.bits / sizeof codes.bits[0]; i++)
            exists->bits[i] |= codes.bits[i];
    } else if (read) {
        read = config_wrong(build, "%s: it must be %sCODES:CHECK, as in '%s'%s%s", label,
            may_be_list ? "a list of status codes or " : "",
            may_be_list ? "409:already exists" : "403:rate limit", may_be_list ? ": " : "",
            may_be_list ? reason.text : "");
    }
    free(label);
    return read;
}

static bool read_exists(struct config_build *build, const struct option_setting *setting)
{
    return read_coded(build, setting, &build->config->exists_checks, true);
}

static bool read_reject(struct config_build *build, const struct option_setting *setting)
{
    return read_coded(build, setting, &build->config->reject_checks, false);
}

/* `source` is what follows the name. */
static bool fail_capture(
    struct config_build *build, const char *source, const struct option_setting *setting)
{
    static const char *const sources[] = {"json:", "header:", "text", NULL};
    char hint[NEAREST_HINT_SIZE];
    size_t length = strcspn(source, ":");
    struct nearest nearest = nearest_to_part(source, length + (source[length] == ':'));
    nearest_offer_list(&nearest, sources);
    return config_wrong(build,
        "--capture '%s': it must be NAME=json:/pointer, NAME=header:NAME or NAME=text%s",
        setting->value, nearest_hint(&nearest, "'", "'", hint));
}

/* Reads what follows the name: json:/pointer, header:NAME or text. */
static bool read_captured(struct config_build *build, struct config_capture *capture,
    const char *source, const struct option_setting *setting)
{
    const char *wanted = NULL;
    capture->kind = CONFIG_CAPTURE_TEXT;
    if (strncmp(source, "json:", 5) == 0) {
        capture->kind = CONFIG_CAPTURE_JSON;
        wanted = source + 5;
        if (!json_pointer_is_valid(wanted))
            return config_wrong(build,
                "--capture '%s': '%s' is not a JSON Pointer: it must begin "
                "with '/', as in json:/data/id",
                setting->value, wanted);
    } else if (strncmp(source, "header:", 7) == 0) {
        capture->kind = CONFIG_CAPTURE_HEADER;
        wanted = source + 7;
        size_t length = strlen(wanted);
        if (length == 0 || http_token_length(wanted, length) != length)
            return config_wrong(
                build, "--capture '%s': '%s' is not a header's name", setting->value, wanted);
    } else if (strcmp(source, "text") != 0) {
        return fail_capture(build, source, setting);
    }
    capture->argument = wanted == NULL ? NULL : strdup(wanted);
    return wanted == NULL || capture->argument != NULL || error_set_memory(build->error);
}

static bool read_capture(struct config_build *build, const struct option_setting *setting)
{
    struct config *config = build->config;
    const char *equals = strchr(setting->value, '=');
    size_t length = equals == NULL ? 0 : (size_t)(equals - setting->value);
    if (length == 0)
        return fail_capture(build, "", setting);
    for (size_t i = 0; i < config->capture_count; i++) {
        if (strlen(config->captures[i].name) == length &&
            memcmp(config->captures[i].name, setting->value, length) == 0)
            return config_wrong(build, "--capture '%s': the name '%.*s' is given twice",
                setting->value, (int)length, setting->value);
    }
    struct config_capture *list = array_grow(config->captures, config->capture_count, sizeof *list);
    if (list == NULL)
        return error_set_memory(build->error);
    config->captures = list;
    struct config_capture *capture = &list[config->capture_count];
    *capture = (struct config_capture){.name = strndup(setting->value, length)};
    if (capture->name == NULL)
        return error_set_memory(build->error);
    config->capture_count++;
    return read_captured(build, capture, equals + 1, setting);
}

static bool read_shown_header(struct config_build *build, const struct option_setting *setting)
{
    struct config *config = build->config;
    const char *name = setting->value;
    size_t length = strlen(name);
    if (length == 0 || http_token_length(name, length) != length)
        return config_wrong(build, "--show-header '%s': it must be the name of a header", name);
    char **names = array_grow(config->shown_headers, config->shown_header_count, sizeof *names);
    if (names == NULL)
        return error_set_memory(build->error);
    config->shown_headers = names;
    names[config->shown_header_count] = strdup(name);
    if (names[config->shown_header_count] == NULL)
        return error_set_memory(build->error);
    config->shown_header_count++;
    return true;
}

bool config_read_response(struct config_build *build)
{
    static const struct {
        const char *name;
        bool (*read)(struct config_build *build, const struct option_setting *setting);
    } readers[] = {{"check", read_check}, {"exists", read_exists}, {"reject", read_reject},
        {"capture", read_capture}, {"show-header", read_shown_header}};
    size_t count;
    const struct option_setting *settings = options_settings(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        build->at = &settings[i];
        for (size_t k = 0; k < sizeof readers / sizeof readers[0]; k++) {
            if (strcmp(settings[i].row->name, readers[k].name) == 0 &&
                !readers[k].read(build, &settings[i]))
                return false;
        }
    }
    return true;
}
