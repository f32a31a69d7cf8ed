/* -u, --bearer, --netrc and --pass. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/wipe.h"
#include "core/config/private.h"
#include "core/read_file.h"
#include "text/http_request_head.h"
#include "text/nearest.h"
#include "text/netrc.h"
#include "text/secret_forms.h"

/* --- -u USER:SECRET --- */

static bool add_basic(void *context, const char *user, const char *password)
{
    struct config_build *build = context;
    return secret_forms_add_basic(build->config->secrets, user, password) ||
           error_set_memory(build->error);
}

/* Adds the password of `credentials`, which is USER:SECRET. */
static bool add_credentials(struct config_build *build, char *credentials)
{
    char *colon = strchr(credentials, ':');
    if (colon == NULL)
        return config_wrong(build, "--user (-u): it must be USER:SECRET, with a colon");
    *colon = '\0';
    bool added = add_basic(build, credentials, colon + 1);
    *colon = ':';
    return added;
}

/* Makes "USER:VALUE" of a user, which is a template, and the value of a reference. */
static char *join_user(struct config_build *build, const char *user, const char *reference)
{
    static const char option[] = "--user (-u)";
    struct buf joined;
    buf_init(&joined, REFERENCE_VALUE_MOST);
    char *name = config_fill_source(build, user, TEMPLATE_FORM, option);
    char *value = name == NULL ? NULL : config_read_secret(build, reference, option);
    char *credentials = NULL;
    if (value != NULL && (!buf_printf(&joined, "%s:%s", name, value) ||
                             (credentials = strdup(buf_text(&joined))) == NULL))
        (void)error_set_memory(build->error);
    free(name);
    wipe_and_free(value);
    config_free_secret(&joined);
    return credentials;
}

static bool read_user(struct config_build *build)
{
    const char *source = config_last(build, "user");
    if (source == NULL)
        return true;
    const char *colon = strchr(source, ':');
    char *credentials;
    if (colon != NULL && reference_is(colon + 1)) {
        char *user = strndup(source, (size_t)(colon - source));
        if (user == NULL)
            return error_set_memory(build->error);
        credentials = join_user(build, user, colon + 1);
        free(user);
    } else {
        credentials = config_fill_source(build, source, TEMPLATE_FORM, "--user (-u)");
    }
    build->config->user_password = credentials;
    return credentials != NULL && add_credentials(build, credentials);
}

/* --- --netrc --- */

/* ~/.netrc, for free(3). NULL with an error. */
static char *home_file(struct config_build *build)
{
    const char *home = getenv("HOME");
    if (home == NULL || home[0] == '\0') {
        const struct passwd *user = getpwuid(getuid());
        home = user == NULL ? NULL : user->pw_dir;
    }
    if (home == NULL) {
        (void)config_wrong(build, "--netrc: your home folder is not known; give --netrc-file FILE");
        return NULL;
    }
    struct buf path;
    buf_init(&path, REFERENCE_VALUE_MOST);
    (void)buf_printf(&path, "%s/.netrc", home);
    char *text = buf_detach(&path);
    buf_free(&path);
    if (text == NULL)
        (void)error_set_memory(build->error);
    return text;
}

/* Sets `netrc` to the file's content. */
static bool read_netrc_file(struct config_build *build, const char *path, const char *option)
{
    struct buf content;
    struct error reason = {0};
    buf_init(&content, REFERENCE_VALUE_MOST);
    bool read = false;
    if (!read_file_path(path, &content, &reason))
        (void)config_fail(build, option, &reason);
    else if (strlen(buf_text(&content)) != content.length)
        (void)config_wrong(build, "%s '%s': it contains a NUL byte", option, path);
    else if (!netrc_check(buf_text(&content), &reason))
        (void)config_wrong(build, "%s '%s': %s", option, path, reason.text);
    else if ((build->config->netrc = strdup(buf_text(&content))) == NULL)
        (void)error_set_memory(build->error);
    else
        read = netrc_each(build->config->netrc, add_basic, build) || error_set_memory(build->error);
    config_free_secret(&content);
    return read;
}

/* --netrc-file goes before ~/.netrc. */
bool config_read_netrc(struct config_build *build)
{
    const char *given = config_last(build, "netrc-file");
    if (given != NULL)
        return read_netrc_file(build, given, "--netrc-file");
    if (!build->config->netrc_home)
        return true;
    char *path = home_file(build);
    bool read = path != NULL && read_netrc_file(build, path, "--netrc");
    free(path);
    return read;
}

/* --- --pass --- */

static bool read_pass(struct config_build *build)
{
    const char *source = config_last(build, "pass");
    if (source == NULL)
        return true;
    if (reference_is(source)) {
        build->config->pass = config_read_secret(build, source, "--pass");
        return build->config->pass != NULL;
    }
    build->config->pass = config_fill_source(build, source, TEMPLATE_FORM, "--pass");
    return build->config->pass != NULL &&
           config_add_secret(build, build->config->pass, strlen(build->config->pass));
}

/* --- --bearer --- */

/* The key that has the token. As a key, it is left out of what the journal knows of a request. */
#define BEARER_KEY "_bearer.token"

static bool has_authorization(const struct config_build *build)
{
    size_t count;
    const struct option_setting *settings = options_settings(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        const char *const lines[] = {settings[i].value, NULL};
        if (strcmp(settings[i].row->name, "header") == 0 &&
            http_request_head_find(lines, "Authorization") != NULL)
            return true;
    }
    return false;
}

/* A reference with a typo, such as evn:TOKEN, is not sent as the token. (A token has no colon: RFC
 * 6750, section 2.1.) */
static bool check_token(struct config_build *build, const char *source)
{
    static const char *const references[] = {"env:", "file:", "fd:", NULL};
    char hint[NEAREST_HINT_SIZE];
    size_t length = strcspn(source, ":");
    struct nearest nearest = nearest_to_part(source, source[length] == ':' ? length + 1 : 0);
    nearest_offer_list(&nearest, references);
    return reference_is(source) || nearest.name == NULL ||
           config_wrong(build, "--bearer: it must be env:NAME, file:PATH, fd:N or a token%s",
               nearest_hint(&nearest, "'", "'", hint));
}

/* False with an error: the value is not a token alone. */
static bool check_token_value(struct config_build *build, const char *token)
{
    static const char scheme[] = "Bearer ";
    if (token[0] == '\0')
        return config_wrong(build, "--bearer: the token is empty");
    return strncasecmp(token, scheme, sizeof scheme - 1) != 0 ||
           config_wrong(build, "--bearer: give the token without the word Bearer, which is sent "
                               "before it");
}

/* Sets the key that has the token. */
static bool read_bearer(struct config_build *build)
{
    const char *source = config_last(build, "bearer");
    if (source == NULL)
        return true;
    if (build->config->user_password != NULL)
        return config_wrong(build, "--bearer and --user (-u) exclude each other");
    if (has_authorization(build))
        return config_wrong(build, "--bearer and a --header (-H) Authorization exclude each other");
    if (!check_token(build, source))
        return false;
    char *token = reference_is(source)
                      ? config_read_secret(build, source, "--bearer")
                      : config_fill_source(build, source, TEMPLATE_HEADER, "--bearer");
    if (token == NULL)
        return false;
    char *name = NULL;
    if (check_token_value(build, token) && config_add_secret(build, token, strlen(token)) &&
        (name = strdup(BEARER_KEY)) == NULL)
        (void)error_set_memory(build->error);
    if (name != NULL)
        return config_set_key(build, name, token);
    wipe_and_free(token);
    return false;
}

bool config_add_bearer(struct config_build *build)
{
    return config_last(build, "bearer") == NULL ||
           config_add_header(build, "Authorization: Bearer {" BEARER_KEY "}", "--bearer");
}

bool config_read_credentials(struct config_build *build)
{
    return read_user(build) && read_bearer(build) && read_pass(build);
}
