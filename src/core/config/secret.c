/* -s, -u, and the passwords in URLs. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/wipe.h"
#include "core/config/private.h"
#include "core/read_file.h"
#include "text/encode.h"
#include "text/secret_forms.h"
#include "text/units.h"

#define VALUE_MOST (1024 * 1024) /* bytes of one value */

static bool add_secret(struct config_build *build, const char *value, size_t length)
{
    return secret_forms_add(build->config->secrets, value, length) ||
           error_set_memory(build->error);
}

static void free_secret(struct buf *value)
{
    wipe(value->data, value->length);
    buf_free(value);
}

/* --- -s KEY=VALUE --- */

static bool from_environment(const char *name, struct buf *value, struct error *error)
{
    const char *found = getenv(name);
    if (found == NULL)
        return error_set(error, ERROR_USAGE, 0, "the environment has no variable '%s'", name);
    return buf_add_text(value, found) || error_set(error, ERROR_USAGE, 0, "it is too large");
}

static bool from_descriptor(const char *text, struct buf *value, struct error *error)
{
    int64_t descriptor;
    if (!units_parse_number(text, 0, INT_MAX, &descriptor))
        return error_set(
            error, ERROR_USAGE, 0, "'fd:%s': it must be the number of an open descriptor", text);
    return read_file_descriptor((int)descriptor, value, error);
}

static void remove_line_end(struct buf *value)
{
    if (value->length == 0 || value->data[value->length - 1] != '\n')
        return;
    value->data[--value->length] = '\0';
    if (value->length > 0 && value->data[value->length - 1] == '\r')
        value->data[--value->length] = '\0';
}

/* Reads a value from where env:, file: or fd: say; `*is_secret` is then true. Any other text is the
 * value itself. */
static bool fetch(const char *source, struct buf *value, bool *is_secret, struct error *error)
{
    *is_secret = true;
    if (strncmp(source, "env:", 4) == 0)
        return from_environment(source + 4, value, error);
    bool fetched;
    if (strncmp(source, "file:", 5) == 0) {
        fetched = read_file_path(source + 5, value, error);
    } else if (strncmp(source, "fd:", 3) == 0) {
        fetched = from_descriptor(source + 3, value, error);
    } else {
        *is_secret = false;
        return buf_add_text(value, source) || error_set(error, ERROR_USAGE, 0, "it is too large");
    }
    if (!fetched)
        return false;
    remove_line_end(value);
    if (value->length > 0 && memchr(value->data, '\0', value->length) != NULL)
        return error_set(error, ERROR_USAGE, 0, "what '%s' gives holds a NUL byte", source);
    return true;
}

/* Adds the key, or replaces its value. Owns both strings, also on failure. */
static bool set_key(struct config_build *build, char *name, char *value)
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
    buf_init(&value, VALUE_MOST);
    struct error reason = {0};
    bool is_secret;
    char option[64];
    if (!check_key_name(build, name))
        goto failed;
    if (!fetch(equals + 1, &value, &is_secret, &reason)) {
        (void)snprintf(option, sizeof option, "--set (-s) %s", name);
        (void)config_fail(build, option, &reason);
        goto failed;
    }
    if ((is_secret || setting->secret) && !add_secret(build, buf_text(&value), value.length))
        goto failed;
    char *copy = buf_detach(&value);
    if (copy == NULL) {
        (void)error_set_memory(build->error);
        goto failed;
    }
    return set_key(build, name, copy);
failed:
    free(name);
    free_secret(&value);
    return false;
}

bool config_read_keys(struct config_build *build)
{
    size_t count;
    const struct option_setting *settings = options_settings(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(settings[i].row->name, "set") != 0)
            continue;
        build->at = &settings[i];
        if (!add_key(build, &settings[i]))
            return false;
    }
    return true;
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

/* --- passwords in URLs, -u --- */

static bool add_basic(struct config_build *build, const char *user, const char *secret)
{
    return secret_forms_add_basic(build->config->secrets, user, secret) ||
           error_set_memory(build->error);
}

/* Adds the password of `userinfo`, which is `user:password`, percent-encoded as in a URL. Changes
 * the text. */
static bool add_userinfo(struct config_build *build, char *userinfo)
{
    char *colon = strchr(userinfo, ':');
    if (colon == NULL || colon[1] == '\0')
        return true;
    *colon = '\0';
    const char *password = colon + 1;
    struct buf user_decoded;
    struct buf decoded;
    buf_init(&user_decoded, VALUE_MOST);
    buf_init(&decoded, VALUE_MOST);
    bool added = add_secret(build, password, strlen(password));
    if (added && decode_percent(&user_decoded, userinfo, strlen(userinfo)) &&
        decode_percent(&decoded, password, strlen(password)))
        added = add_secret(build, buf_text(&decoded), decoded.length) &&
                add_basic(build, buf_text(&user_decoded), buf_text(&decoded));
    buf_free(&user_decoded);
    free_secret(&decoded);
    return added;
}

/* Adds the password in `url`, which may be NULL. With `is_template` its fields are filled in first;
 * a userinfo that differs from file to file contains no secret that could be known here. */
static bool add_url_password(struct config_build *build, const char *url, bool is_template)
{
    const char *begin;
    const char *end;
    if (url == NULL || !config_find_userinfo(url, &begin, &end))
        return true;
    char *userinfo = strndup(begin, (size_t)(end - begin));
    if (userinfo == NULL)
        return error_set_memory(build->error);
    /* Errors quote the password as it was written. */
    const char *colon = strchr(userinfo, ':');
    bool added = colon == NULL || add_secret(build, colon + 1, strlen(colon + 1));
    struct template *template = NULL;
    /* The reason is not quoted, here and for --user: it would show a part of the password. */
    if (added && is_template &&
        !template_parse(userinfo, TEMPLATE_URL, &build->keys, &template, NULL))
        added = config_wrong(
            build, "the URL's user or password holds an unknown field: write {{ for a {");
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

bool config_read_secrets(struct config_build *build)
{
    static const char *const variables[] = {
        "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        if (!add_url_password(build, getenv(variables[i]), false))
            return false;
    }
    size_t count;
    char *const *operands = options_operands(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        if (strstr(operands[i], "://") != NULL && !add_url_password(build, operands[i], false))
            return false;
    }
    return add_url_password(build, config_last(build, "url"), true) &&
           add_url_password(build, config_last(build, "proxy"), false);
}

/* Adds the password of `credentials`, which is USER:SECRET. */
static bool add_credentials(struct config_build *build, char *credentials)
{
    char *colon = strchr(credentials, ':');
    if (colon == NULL)
        return config_wrong(build, "--user (-u): there is no colon: it must be USER:SECRET");
    *colon = '\0';
    bool added =
        add_secret(build, colon + 1, strlen(colon + 1)) && add_basic(build, credentials, colon + 1);
    *colon = ':';
    return added;
}

bool config_read_user(struct config_build *build)
{
    const char *source = config_last(build, "user");
    if (source == NULL)
        return true;
    struct template *template;
    if (!template_parse(source, TEMPLATE_FORM, &build->keys, &template, NULL))
        return config_wrong(build, "--user (-u): it holds an unknown field: write {{ for a {");
    char *credentials = NULL;
    if (template_needs(template) != 0)
        (void)config_wrong(
            build, "--user (-u): it is the same for every file and can hold no field of one");
    else
        credentials = config_fill_constant(build, template, "--user (-u)");
    template_free(template);
    build->config->user_password = credentials;
    return credentials != NULL && add_credentials(build, credentials);
}
