/* --aws-sigv4. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/wipe.h"
#include "core/config/private.h"
#include "text/http_url.h"
#include "text/secret_forms.h"

static bool add_secret(struct config_build *build, const char *value)
{
    return secret_forms_add(build->config->secrets, value, strlen(value)) ||
           error_set_memory(build->error);
}

static bool copy_text(struct config_build *build, char **to, const char *from, size_t length)
{
    *to = strndup(from, length);
    return *to != NULL || error_set_memory(build->error);
}

/* The environment variable's value; NULL: it is not set, or empty. */
static const char *read_variable(const char *name)
{
    const char *value = getenv(name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

/* Takes the token of the environment's session. */
static bool read_session(struct config_build *build, struct config_signing *signing)
{
    const char *token = read_variable("AWS_SESSION_TOKEN");
    return token == NULL ||
           (copy_text(build, &signing->token, token, strlen(token)) && add_secret(build, token));
}

/* Takes the credentials from the environment. */
static bool read_environment(struct config_build *build, struct config_signing *signing)
{
    const char *id = read_variable("AWS_ACCESS_KEY_ID");
    const char *secret = read_variable("AWS_SECRET_ACCESS_KEY");
    if (id == NULL || secret == NULL)
        return build->config->dry_run ||
               config_wrong(build,
                   "--aws-sigv4: the environment variable %s is not set or empty; it must hold the "
                   "credentials, or -u KEY:SECRET",
                   id == NULL ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY");
    return copy_text(build, &signing->key_id, id, strlen(id)) &&
           copy_text(build, &signing->secret, secret, strlen(secret)) &&
           add_secret(build, secret) && read_session(build, signing);
}

/* -u KEY:SECRET goes first, as in curl. The session of the environment belongs to its key only. */
static bool read_credentials(struct config_build *build)
{
    struct config_signing *signing = &build->config->signing;
    const char *user = build->config->user_password;
    const char *colon = user == NULL ? NULL : strchr(user, ':');
    if (colon == NULL)
        return read_environment(build, signing);
    const char *id = read_variable("AWS_ACCESS_KEY_ID");
    if (!copy_text(build, &signing->key_id, user, (size_t)(colon - user)) ||
        !copy_text(build, &signing->secret, colon + 1, strlen(colon + 1)))
        return false;
    return id == NULL || strcmp(id, signing->key_id) != 0 || read_session(build, signing);
}

/* The value of the last -H with this name; NULL: there is none. */
static const char *find_header(struct config_build *build, const char *name)
{
    size_t count;
    size_t length = strlen(name);
    const struct option_setting *settings = options_settings(build->options, &count);
    while (count-- > 0) {
        const char *text = settings[count].value;
        if (strcmp(settings[count].row->name, "header") == 0 &&
            strncasecmp(text, name, length) == 0 && strchr(":;", text[length]) != NULL)
            return text + length + 1 + strspn(text + length + 1, " \t");
    }
    return NULL;
}

static bool check_headers(struct config_build *build)
{
    struct config *config = build->config;
    const char *names[] = {"Authorization", "x-amz-date", "x-amz-security-token"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (find_header(build, names[i]) != NULL)
            return config_wrong(build,
                "--aws-sigv4 makes the header '%s' itself: leave out its --header (-H)", names[i]);
    }
    const char *payload = find_header(build, "x-amz-content-sha256");
    if (config->raw && payload == NULL)
        config->needs |= TEMPLATE_NEEDS_SHA256;
    return true;
}

/* Where all files go to one host, what is wrong with it is found now. */
static bool check_host(struct config_build *build)
{
    struct config *config = build->config;
    struct http_url url;
    struct aws_sigv4_scope scope = config->signing.scope;
    const char *payload = find_header(build, "x-amz-content-sha256");
    if (template_needs(config->origin) != 0)
        return true;
    char *origin = config_fill_constant(build, config->origin, "the URL");
    if (origin == NULL)
        return false;
    bool valid = http_url_split(origin, &url, build->error);
    if (valid && !aws_sigv4_complete(&scope, url.host))
        valid = config_wrong(build,
            "--aws-sigv4: region and service do not follow from the host '%.*s': give them, as in "
            "'aws:amz:us-east-1:s3'",
            (int)url.host.length, url.host.data);
    if (valid && aws_sigv4_contradicts(&scope, url.host))
        valid = config_wrong(build, "--aws-sigv4: the region '%s' is not that of the host '%.*s'",
            scope.region, (int)url.host.length, url.host.data);
    bool is_unsigned = payload != NULL && strcmp(payload, AWS_SIGV4_UNSIGNED) == 0;
    if (valid && is_unsigned && !url.is_https)
        valid = config_wrong(
            build, "--aws-sigv4: a body that is not signed may be sent over https:// only");
    wipe_and_free(origin);
    return valid;
}

static bool read_scope(struct config_build *build, const char *source)
{
    struct error reason = {0};
    char *provider = config_fill_source(build, source, TEMPLATE_TEXT, "--aws-sigv4");
    if (provider == NULL)
        return false;
    bool read = aws_sigv4_parse(provider, &build->config->signing.scope, &reason) ||
                config_wrong(build, "--aws-sigv4 '%s': %s", provider, reason.text);
    free(provider);
    return read;
}

bool config_read_signing(struct config_build *build)
{
    struct config *config = build->config;
    const char *source = config_last(build, "aws-sigv4");
    if (source == NULL)
        return true;
    if (!read_scope(build, source) || !check_headers(build) || !check_host(build) ||
        !read_credentials(build))
        return false;
    wipe_and_free(config->user_password);
    config->user_password = NULL;
    return true;
}
