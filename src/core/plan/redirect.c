/* Sends a finished request to where a redirect points (--redirects). Nothing that proves who the
 * user is goes to another origin: what can be left out of the request is left out, and a request
 * that contains more is not sent. */
#include <string.h>
#include <strings.h>

#include "core/plan/private.h"
#include "text/credential.h"
#include "text/url_reference.h"

/* A credential in the own URL's query that is at least that long is found in any place. */
#define LONG_VALUE 8 /* bytes */

static bool has_secret(const struct plan *plan, const char *text, size_t length)
{
    struct buf shown;
    buf_init(&shown, FORM_TEXTS_MOST);
    bool same = secrets_redact(plan->config->secrets, text, length, &shown) &&
                shown.length == length &&
                (length == 0 || memcmp(buf_text(&shown), text, length) == 0);
    buf_free(&shown);
    return !same;
}

const char *plan_own_url(const struct plan *plan)
{
    return buf_text(plan->is_redirected ? &plan->own_url : &plan->url);
}

/* Whether the header line must not go to another origin: credentials, keys of any kind, and a Host
 * that was meant for this one. */
static bool stays(const struct plan *plan, const char *line)
{
    struct http_slice name = {line, strcspn(line, ":;")};
    bool is_key = name.length >= 3 && strncasecmp(line + name.length - 3, "key", 3) == 0 &&
                  !http_slice_is(name, "Idempotency-Key");
    return credential_is_name(name.data, name.length) || is_key || http_slice_is(name, "Host") ||
           has_secret(plan, line, strlen(line));
}

/* Whether `url` has the value of a credential that the query of the request's own URL has. Whatever
 * the query of a URL of --urls has may be one. */
static bool repeats_credential(const struct plan *plan, const char *url)
{
    const char *own = plan_own_url(plan);
    const char *query = own + strcspn(own, "?#");
    bool repeats = false;
    while (!repeats && *query != '\0' && *query != '#') {
        const char *parameter = query + 1;
        size_t length = strcspn(parameter, "&#");
        size_t name = strcspn(parameter, "=&#");
        bool is_long = length > name + LONG_VALUE;
        const char *value = is_long ? parameter + name + 1 : parameter;
        bool is_secret = plan->listed != NULL || credential_is_name(parameter, name);
        if (length > name + 1 && is_secret)
            repeats = memmem(url, strlen(url), value, length - (size_t)(value - parameter)) != NULL;
        query = parameter + length;
    }
    return repeats;
}

/* The form field that is a credential; NULL: none is. */
static const struct config_field *find_credential(const struct plan *plan)
{
    for (size_t i = 0; i < plan->config->field_count; i++) {
        const struct config_field *field = &plan->config->fields[i];
        const struct form_part *part = &plan->form.parts[i];
        if (!part->present || part->file != NULL || part->value_length == 0)
            continue;
        if (credential_is_name(field->name, strlen(field->name)) ||
            has_secret(plan, plan->form.texts.data + part->value, part->value_length))
            return field;
    }
    return NULL;
}

static bool is_elsewhere(const struct plan *plan, const char *url)
{
    struct http_url own;
    struct http_url to;
    struct error ignored;
    return !http_url_split(plan_own_url(plan), &own, &ignored) ||
           !http_url_split(url, &to, &ignored) || !url_is_same_origin(&own, &to);
}

bool plan_may_redirect(const struct plan *plan, const char *url, struct buf *why)
{
    if (!is_elsewhere(plan, url))
        return true;
    const struct config_field *field = plan->config->raw ? NULL : find_credential(plan);
    if (field != NULL)
        (void)buf_printf(why, "the form field '%s' is a credential", field->name);
    else if (plan->listed != NULL && plan->listed->field_count > 0)
        (void)buf_add_text(why, "the form has fields of --urls");
    else if (!plan->config->raw &&
             has_secret(plan, buf_text(&plan->form.frame), plan->form.frame.length))
        (void)buf_add_text(why, "the form contains a secret");
    else if (has_secret(plan, url, strlen(url)) || repeats_credential(plan, url))
        (void)buf_add_text(why, "its URL contains a credential");
    else
        return true;
    return false;
}

/* What --urls has for a file is secret, but for what the content is. */
static bool is_listed_secret(const struct plan *plan, size_t index)
{
    const char *line = plan->headers[index];
    return plan->listed != NULL && index < plan->listed->header_count &&
           strncasecmp(line, "Content-", strlen("Content-")) != 0;
}

static void drop_credentials(struct plan *plan)
{
    size_t kept = 0;
    for (size_t i = 0; plan->headers[i] != NULL; i++) {
        if (!stays(plan, plan->headers[i]) && !is_listed_secret(plan, i))
            plan->headers[kept++] = plan->headers[i];
    }
    plan->headers[kept] = NULL;
    plan->request.user_password = NULL;
    plan->request.anonymous = true;
}

/* The userinfo of a URL with its `@`. */
static struct http_slice find_userinfo(const char *url)
{
    const char *authority = strstr(url, "://");
    authority = authority == NULL ? url : authority + 3;
    size_t length = strcspn(authority, "/?#");
    while (length > 0 && authority[length - 1] != '@')
        length--;
    return (struct http_slice){authority, length};
}

bool plan_redirect(struct plan *plan, const char *url, struct error *error)
{
    bool elsewhere = is_elsewhere(plan, url);
    buf_clear(&plan->own_url);
    bool made = buf_add(&plan->own_url, plan->url.data, plan->url.length);
    struct http_slice userinfo = find_userinfo(buf_text(&plan->own_url));
    size_t scheme = (size_t)(find_userinfo(url).data - url);
    buf_clear(&plan->url);
    (void)buf_add(&plan->url, url, scheme);
    if (!elsewhere)
        (void)buf_add(&plan->url, userinfo.data, userinfo.length);
    made = buf_add_text(&plan->url, url + scheme) && made;
    plan->is_redirected = true;
    plan->request.url = buf_text(&plan->url);
    if (elsewhere)
        drop_credentials(plan);
    return made || error_set_memory(error);
}
