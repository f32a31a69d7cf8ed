/* Signs a finished request (--aws-sigv4). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/plan/private.h"
#include "io/digest.h"
#include "text/http_request_head.h"
#include "text/http_url.h"

/* A request in the making: what is signed of it. */
struct signing {
    struct plan *plan;
    struct aws_sigv4_scope scope;
    struct http_url url;
    struct aws_sigv4_header *headers; /* owned */
    size_t header_count;
    char time[AWS_SIGV4_TIME_SIZE];
    struct digest_texts digest; /* of a form */
    const char *payload;
};

/* Replaces the URL by the same with a uniform target: what is signed is what is sent. */
static bool make_uniform(struct signing *signing, struct error *error)
{
    struct plan *plan = signing->plan;
    struct buf target;
    if (!http_url_split(buf_text(&plan->url), &signing->url, error))
        return false;
    size_t start = (size_t)(signing->url.path.data - plan->url.data);
    buf_init(&target, FORM_PATH_MOST);
    bool made = aws_sigv4_add_target(signing->url.path, &target);
    buf_truncate(&plan->url, start);
    made = made && buf_add(&plan->url, target.data, target.length);
    buf_free(&target);
    plan->request.url = buf_text(&plan->url);
    return made ? http_url_split(buf_text(&plan->url), &signing->url, error)
                : error_set_memory(error);
}

static bool complete_scope(struct signing *signing, struct error *error)
{
    signing->scope = signing->plan->config->signing.scope;
    return aws_sigv4_complete(&signing->scope, signing->url.host) ||
           error_set(error, ERROR_USAGE, 0,
               "--aws-sigv4: region and service do not follow from the host '%.*s': give them, as "
               "in 'aws:amz:us-east-1:s3'",
               (int)signing->url.host.length, signing->url.host.data);
}

/* The header lines with the name `x-NAME-SUFFIX`; NULL: there is none. */
static const char *find_own(const struct signing *signing, const char *suffix)
{
    char name[AWS_SIGV4_PART_SIZE + 32];
    (void)snprintf(name, sizeof name, "x-%s-%s", signing->scope.name, suffix);
    return http_request_head_find(signing->plan->headers, name);
}

/* Sets `payload`: what the user gave, the digest of the file, or that of a form in memory. */
static bool choose_payload(struct signing *signing, struct error *error)
{
    const struct plan *plan = signing->plan;
    const struct http_request *request = &plan->request;
    const char *given = find_own(signing, "content-sha256");
    signing->payload = AWS_SIGV4_UNSIGNED;
    if (given != NULL) {
        signing->payload = given + strcspn(given, ":;");
        signing->payload += strspn(signing->payload, ":; \t");
    } else if (plan->config->raw) {
        signing->payload = plan->files[0].digests.sha256;
    } else if (request->data != NULL) {
        struct digest *digest = digest_new(DIGEST_SHA256);
        bool made = digest != NULL && digest_add(digest, request->data, (size_t)request->length);
        if (digest == NULL || !digest_finish(digest, &signing->digest) || !made)
            return error_set_memory(error);
        signing->payload = signing->digest.sha256;
    }
    return signing->url.is_https || strcmp(signing->payload, AWS_SIGV4_UNSIGNED) != 0 ||
           error_set(error, ERROR_USAGE, 0,
               "--aws-sigv4: a body that is not signed may be sent over https:// only%s",
               given == NULL ? ", and a form as large as this one is not: use -T" : "");
}

/* Adds the lines of our own but Authorization, each with a NUL, to `signing_lines`. */
static bool add_lines(struct signing *signing, struct error *error)
{
    struct plan *plan = signing->plan;
    struct buf *lines = &plan->signing_lines;
    const char *name = signing->scope.name;
    const char *token = plan->config->signing.token;
    buf_clear(lines);
    (void)buf_printf(lines, "x-%s-date: %s", name, signing->time);
    (void)buf_add_byte(lines, '\0');
    if (find_own(signing, "content-sha256") == NULL) {
        (void)buf_printf(lines, "x-%s-content-sha256: %s", name, signing->payload);
        (void)buf_add_byte(lines, '\0');
    }
    if (token != NULL) {
        (void)buf_printf(lines, "x-%s-security-token: %s", name, token);
        (void)buf_add_byte(lines, '\0');
    }
    return !lines->failed || error_set_memory(error);
}

static bool is_signed(struct http_slice name)
{
    static const char *const names[] = {"Host", "Content-Type", "Content-MD5", "Date"};
    bool is_listed = name.length > 2 && strncasecmp(name.data, "x-", 2) == 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        is_listed = is_listed || http_slice_is(name, names[i]);
    return is_listed;
}

/* Adds a line, if it is sent and signed. */
static void add_header(struct signing *signing, const char *line)
{
    size_t name = strcspn(line, ":;");
    size_t value_at = name + (line[name] != '\0');
    struct http_slice value =
        http_trim((struct http_slice){line + value_at, strlen(line + value_at)});
    bool is_sent = line[name] == ';' || value.length > 0;
    if (is_sent && is_signed((struct http_slice){line, name}))
        signing->headers[signing->header_count++] = (struct aws_sigv4_header){{line, name}, value};
}

/* Collects the headers that are signed. `host`: the value of Host, where no line has it. */
static bool collect_headers(struct signing *signing, const struct buf *host, struct error *error)
{
    const struct plan *plan = signing->plan;
    size_t count = 0;
    while (plan->headers[count] != NULL)
        count++;
    signing->headers = calloc(count + PLAN_SIGNING_LINES + 1, sizeof *signing->headers);
    if (signing->headers == NULL)
        return error_set_memory(error);
    for (size_t i = 0; i < count; i++)
        add_header(signing, plan->headers[i]);
    const char *line = plan->signing_lines.data;
    const char *end = line + plan->signing_lines.length;
    for (; line < end; line += strlen(line) + 1)
        add_header(signing, line);
    if (http_request_head_find(plan->headers, "Host") == NULL)
        signing->headers[signing->header_count++] =
            (struct aws_sigv4_header){{"host", 4}, {host->data, host->length}};
    return true;
}

static bool add_signature(struct signing *signing, struct error *error)
{
    struct plan *plan = signing->plan;
    const struct config_signing *config = &plan->config->signing;
    struct buf value;
    struct buf target;
    const struct aws_sigv4_key key = {.id = config->key_id, .secret = config->secret};
    buf_init(&value, FORM_PATH_MOST);
    buf_init(&target, FORM_PATH_MOST);
    bool made = http_url_add_target(&signing->url, false, &target);
    struct aws_sigv4_request request = {.method = plan->request.method,
        .target = {target.data, target.length},
        .headers = signing->headers,
        .header_count = signing->header_count,
        .payload = signing->payload,
        .time = signing->time};
    made = made && aws_sigv4_sign(&signing->scope, &key, &request, &value);
    (void)buf_add_text(&plan->signing_lines, "Authorization: ");
    (void)buf_add(&plan->signing_lines, value.data, value.length);
    made = buf_add_byte(&plan->signing_lines, '\0') && made;
    buf_free(&value);
    buf_free(&target);
    return made || error_set_memory(error);
}

/* Appends the lines to the request's headers, now that they no longer move. */
static void append_lines(struct plan *plan)
{
    size_t count = 0;
    while (plan->headers[count] != NULL)
        count++;
    const char *line = plan->signing_lines.data;
    const char *end = line + plan->signing_lines.length;
    for (; line < end; line += strlen(line) + 1)
        plan->headers[count++] = line;
    plan->headers[count] = NULL;
}

bool plan_sign(struct plan *plan, int64_t wall_seconds, struct error *error)
{
    struct signing signing = {.plan = plan};
    struct buf host;
    if (plan->config->signing.key_id == NULL || plan->request.anonymous)
        return true;
    buf_init(&host, FORM_PATH_MOST);
    aws_sigv4_time(wall_seconds, signing.time);
    bool made = make_uniform(&signing, error) && complete_scope(&signing, error) &&
                choose_payload(&signing, error) && add_lines(&signing, error);
    if (made && !http_url_add_host(&signing.url, &host))
        made = error_set_memory(error);
    made = made && collect_headers(&signing, &host, error) && add_signature(&signing, error);
    if (made)
        append_lines(plan);
    buf_free(&host);
    free(signing.headers);
    return made;
}
