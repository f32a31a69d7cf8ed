/* -s, and the users and passwords in URLs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/wipe.h"
#include "core/config/private.h"
#include "io/proxy_environment.h"
#include "text/encode.h"
#include "text/secret_forms.h"

#define OPTION_NAME_SIZE 64 /* "--set (-s) KEY" */

/* --- -s KEY=VALUE --- */

/* Is `{NAME` followed by `mark` in the text, as a template's field has it? */
static bool has_field(const char *text, const char *name, const char *marks)
{
    size_t length = strlen(name);
    for (const char *brace = text; (brace = strchr(brace, '{')) != NULL; brace++) {
        const char *end = brace + 1 + length;
        if (strncmp(brace + 1, name, length) == 0 && *end != '\0' && strchr(marks, *end) != NULL)
            return true;
    }
    return false;
}

/* Do all templates that name the key say, by {NAME?}, that it may be missing? */
static bool may_be_missing(const struct config_build *build, const char *name)
{
    size_t count;
    bool is_optional = false;
    const struct option_setting *settings = options_settings(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        const char *value = settings[i].value;
        if (value == NULL || strcmp(settings[i].row->name, "set") == 0)
            continue;
        if (has_field(value, name, "}:"))
            return false;
        is_optional = is_optional || has_field(value, name, "?");
    }
    return is_optional;
}

/* Reads the value of -s NAME=SOURCE into `value`. `*is_given` is then false if it may be missing,
 * and is. */
static bool read_value(struct config_build *build, const struct option_setting *setting,
    const char *name, const char *source, struct buf *value, bool *is_given)
{
    struct error reason = {0};
    char option[OPTION_NAME_SIZE];
    bool is_missing = false;
    *is_given = true;
    (void)snprintf(option, sizeof option, "--set (-s) %s", name);
    if (!reference_is(source)) {
        if (!buf_add_text(value, source))
            return config_wrong(build, "%s: it is too large", option);
        return !setting->secret || config_add_secret(build, source, value->length);
    }
    if (reference_read(source, value, &is_missing, &reason))
        return config_add_secret(build, buf_text(value), value->length);
    if (!is_missing)
        return config_fail(build, option, &reason);
    *is_given = false;
    if (may_be_missing(build, name))
        return true;
    return config_wrong(
        build, "%s: %s; write {%s?} where it may be missing", option, reason.text, name);
}

bool config_set_key(struct config_build *build, char *name, char *value)
{
    struct template_key *list = (struct template_key *)build->keys.list;
    for (size_t i = 0; i < build->keys.count; i++) {
        if (strcmp(list[i].name, name) == 0) {
            wipe_and_free((char *)list[i].value);
            free(name);
            list[i].value = value;
            return true;
        }
    }
    list = array_grow(list, build->keys.count, sizeof *list);
    if (list == NULL) {
        free(name);
        wipe_and_free(value);
        return error_set_memory(build->error);
    }
    list[build->keys.count++] = (struct template_key){.name = name, .value = value};
    build->keys.list = list;
    return true;
}

static bool check_key_name(struct config_build *build, const char *name)
{
    if (!template_is_key_name(name))
        return config_wrong(build,
            "--set (-s): the key '%s' must be made of letters, digits, _ - and ., and begin with "
            "a "
            "letter or _",
            name);
    if (template_is_field(name))
        return config_wrong(
            build, "--set (-s): '%s' is a field of every file; take another name", name);
    return true;
}

static bool add_key(struct config_build *build, const struct option_setting *setting)
{
    const char *text = setting->value;
    const char *equals = strchr(text, '=');
    if (equals == NULL)
        return config_wrong(build, "--set (-s) '%s': it must be KEY=VALUE", text);
    char *name = strndup(text, (size_t)(equals - text));
    if (name == NULL)
        return error_set_memory(build->error);
    struct buf value;
    buf_init(&value, REFERENCE_VALUE_MOST);
    bool is_given = false;
    bool read = check_key_name(build, name) &&
                read_value(build, setting, name, equals + 1, &value, &is_given);
    if (read && is_given) {
        char *copy = strdup(buf_text(&value));
        config_free_secret(&value);
        if (copy != NULL)
            return config_set_key(build, name, copy);
        free(name);
        return error_set_memory(build->error);
    }
    free(name);
    config_free_secret(&value);
    return read;
}

/* Adds a key whose value names other keys: the default of a recipe's variable. */
static bool add_filled_key(struct config_build *build, const struct option_setting *setting)
{
    char option[OPTION_NAME_SIZE];
    size_t length = strcspn(setting->value, "=");
    char *name = strndup(setting->value, length);
    if (name == NULL)
        return error_set_memory(build->error);
    (void)snprintf(option, sizeof option, "the default of '%s'", name);
    char *value = config_fill_source(build, setting->value + length + 1, TEMPLATE_TEXT, option);
    if (value != NULL && (!setting->secret || config_add_secret(build, value, strlen(value))))
        return config_set_key(build, name, value);
    free(name);
    wipe_and_free(value);
    return false;
}

/* Adds the keys of -s whose values name other keys, or the others. */
static bool read_keys(struct config_build *build, bool are_templates)
{
    size_t count;
    const struct option_setting *settings = options_settings(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(settings[i].row->name, "set") != 0 || settings[i].is_template != are_templates)
            continue;
        build->at = &settings[i];
        if (!(are_templates ? add_filled_key : add_key)(build, &settings[i]))
            return false;
    }
    return true;
}

bool config_read_keys(struct config_build *build)
{
    return read_keys(build, false) && read_keys(build, true);
}

static void free_keys(struct template_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        wipe_and_free((char *)keys->list[i].value);
        free((char *)keys->list[i].name);
    }
    free((struct template_key *)keys->list);
    *keys = (struct template_keys){0};
}

void config_free_keys(struct config_build *build)
{
    free_keys(&build->keys);
    free_keys(&build->masked_keys);
}

/* --- users and passwords in URLs --- */

/* A user without a password can be a token; a shorter one is only a name. */
#define SHORTEST_TOKEN 4

static bool add_basic(struct config_build *build, const char *user, const char *secret)
{
    return secret_forms_add_basic(build->config->secrets, user, secret) ||
           error_set_memory(build->error);
}

/* Adds a password, which is percent-encoded as in a URL, and the credentials that it is part of. */
static bool add_password(struct config_build *build, const char *user, const char *password)
{
    struct buf user_decoded;
    struct buf decoded;
    buf_init(&user_decoded, REFERENCE_VALUE_MOST);
    buf_init(&decoded, REFERENCE_VALUE_MOST);
    bool added = config_add_secret(build, password, strlen(password));
    if (added && decode_percent(&user_decoded, user, strlen(user)) &&
        decode_percent(&decoded, password, strlen(password)))
        added = config_add_secret(build, buf_text(&decoded), decoded.length) &&
                add_basic(build, buf_text(&user_decoded), buf_text(&decoded));
    buf_free(&user_decoded);
    config_free_secret(&decoded);
    return added;
}

/* Adds `userinfo`, which is `user:password` or a user alone. Changes the text. */
static bool add_userinfo(struct config_build *build, char *userinfo)
{
    size_t length = strlen(userinfo);
    char *colon = strchr(userinfo, ':');
    if (colon == NULL)
        return length < SHORTEST_TOKEN || add_password(build, userinfo, userinfo);
    if (colon[1] == '\0')
        return true;
    if (!config_add_secret(build, userinfo, length))
        return false;
    *colon = '\0';
    return add_password(build, userinfo, colon + 1);
}

/* Adds the text from `begin` to before `end`, a user and password. With `is_template` its fields
 * are filled in first; what differs from file to file contains no secret that could be known here.
 */
static bool add_part(
    struct config_build *build, const char *begin, const char *end, bool is_template)
{
    char *userinfo = strndup(begin, (size_t)(end - begin));
    if (userinfo == NULL)
        return error_set_memory(build->error);
    /* Errors quote the password as it was written. */
    const char *colon = strchr(userinfo, ':');
    bool added = colon == NULL || config_add_secret(build, colon + 1, strlen(colon + 1));
    struct template *template = NULL;
    /* The reason is not quoted: it would show a part of the password. */
    if (added && is_template &&
        !template_parse(userinfo, TEMPLATE_URL, &build->keys, &template, NULL))
        added = config_wrong(
            build, "the URL's user or password contains an unknown field: write {{ for a {");
    if (added && template != NULL && template_needs(template) == 0) {
        wipe_and_free(userinfo);
        userinfo = config_fill_constant(build, template, "--url");
        added = userinfo != NULL;
    }
    added = added && add_userinfo(build, userinfo);
    template_free(template);
    wipe_and_free(userinfo);
    return added;
}

/* Adds everything from the scheme to the last `@`: in a proxy, which has no path, it is user and
 * password even if they contain a `/`. */
static bool add_proxy(struct config_build *build, const char *proxy)
{
    if (proxy == NULL)
        return true;
    const char *scheme_end = strstr(proxy, "://");
    const char *begin = scheme_end == NULL ? proxy : scheme_end + 3;
    const char *at = strrchr(begin, '@');
    return at == NULL || add_part(build, begin, at, false);
}

static bool add_url(struct config_build *build, const char *url, bool is_template)
{
    const char *begin;
    const char *end;
    if (url == NULL)
        return true;
    switch (config_find_userinfo(url, &begin, &end)) {
    case CONFIG_NO_USERINFO:
        return true;
    case CONFIG_USERINFO:
        return add_part(build, begin, end, is_template);
    case CONFIG_BROKEN_USERINFO:
        break;
    }
    return add_part(build, begin, end, false);
}

bool config_read_secrets(struct config_build *build)
{
    struct proxy_rules rules = proxy_environment_read(config_last(build, "proxy"), false);
    size_t count;
    char *const *operands = options_operands(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        if (strstr(operands[i], "://") != NULL && !add_url(build, operands[i], false))
            return false;
    }
    return add_proxy(build, rules.option) && add_proxy(build, rules.http) &&
           add_proxy(build, rules.https) && add_proxy(build, rules.all) &&
           add_proxy(build, getenv("HTTPS_PROXY")) && add_proxy(build, getenv("ALL_PROXY")) &&
           add_url(build, config_last(build, "url"), true);
}
