#include "core/causes.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/container_of.h"
#include "text/cause.h"
#include "text/http_challenge.h"
#include "text/http_status.h"
#include "text/proxy.h"

#define STATUS_DIGITS      3
#define FIRST_REDIRECT     300 /* the first status of those that redirect (RFC 9110, 15.4) */
#define FIRST_ERROR_STATUS 400 /* the first of those that say no (RFC 9110, 15.5) */

enum {
    STATUS_UNAUTHORIZED = 401,
    STATUS_PROXY_AUTHENTICATION_REQUIRED = 407,
};

static const char points_to[] = ": status "; /* the beginning of CAUSES_POINTS_TO */

/* Of all files whose cause is not told apart any more. */
static const char other_text[] = "another cause";

/* A cause of the run, with its own copies of all texts. */
struct cause_node {
    struct table_node node;   /* by `cause.text` */
    struct cause_node *next;  /* the one that came after it */
    struct shoal_cause cause; /* the texts point into `texts` */
    char texts[];             /* text, example and path of the first file, each with a NUL */
};

void causes_init(struct causes *causes)
{
    *causes = (struct causes){.last = &causes->first};
}

static void free_node(struct table_node *node)
{
    free(container_of(node, struct cause_node, node));
}

void causes_free(struct causes *causes)
{
    table_free(&causes->table, free_node);
    free(causes->sorted);
    causes_init(causes);
}

/* ---- the texts */

/* Error pages tend to have the status and its phrase as their title. Returns what the message says
 * after the status that it repeats; NULL: it begins with another text. */
static const char *after_status(const char *message, long status)
{
    char *end = NULL;
    if (message[0] < '0' || message[0] > '9' || strtol(message, &end, 10) != status)
        return NULL;
    return end[0] == ' ' ? end + 1 : end[0] == '\0' ? end : NULL;
}

static const struct shoal_text *find_header(const struct shoal_file *file, const char *name)
{
    for (size_t i = 0; i < file->header_count; i++) {
        if (strcasecmp(file->headers[i].name, name) == 0)
            return &file->headers[i].value;
    }
    return NULL;
}

/* Writes what the response says to `message`: its body, else a header for that purpose. */
static bool distill_message(struct buf *message, const struct shoal_file *file)
{
    const struct shoal_text *said = &file->response;
    if (said->data == NULL || said->length == 0)
        said = find_header(file, "X-Error-Message");
    return said != NULL && cause_distill(message, said->data, said->length);
}

/* Adds which kind of credentials a server or a proxy asks for. */
static void add_wanted(struct buf *out, const struct shoal_file *file)
{
    bool is_proxy = file->status == STATUS_PROXY_AUTHENTICATION_REQUIRED;
    const struct shoal_text *challenge = file->status == STATUS_UNAUTHORIZED
                                             ? find_header(file, "WWW-Authenticate")
                                         : is_proxy ? find_header(file, "Proxy-Authenticate")
                                                    : NULL;
    size_t before = out->length;
    if (challenge == NULL)
        return;
    (void)buf_printf(out, "; the %s wants ", is_proxy ? "proxy" : "server");
    size_t schemes = out->length;
    if (!http_challenge_add_schemes(out, challenge->data, challenge->length))
        buf_truncate(out, before);
    else if (http_challenge_is_unsupported(buf_text(out) + schemes))
        (void)buf_printf(out, ", which shoal does not support: %s",
            is_proxy ? "let it accept Basic"
                     : "let it accept Basic (--user) or a token (--bearer) over https");
}

bool causes_is_status(const struct shoal_file *file)
{
    return file->status >= FIRST_ERROR_STATUS && file->status != PROXY_STATUS_CREDENTIALS &&
           (file->reason == SHOAL_REASON_STATUS || file->reason == SHOAL_REASON_CREDENTIALS);
}

/* The error without the name that it begins with: `'a/b': changed while it was read`. */
static const char *without_name(const char *error)
{
    const char *end = error[0] == '\'' ? strstr(error, "': ") : NULL;
    return end == NULL ? error : end + strlen("': ");
}

static bool is_redirect(const struct shoal_file *file)
{
    return file->reason == SHOAL_REASON_STATUS && file->status >= FIRST_REDIRECT &&
           file->status < FIRST_ERROR_STATUS;
}

/* Adds the reason why a redirect is not followed, with which the error of one begins. */
static void add_not_followed(struct buf *out, const char *error)
{
    const char *end = error == NULL ? NULL : strstr(error, points_to);
    if (end != NULL)
        (void)buf_printf(out, ": %.*s", (int)(end - error), error);
}

void causes_add_redirected(struct buf *out, const char *url)
{
    const char *authority = url == NULL ? NULL : strstr(url, "://");
    if (authority == NULL)
        return;
    size_t length = (size_t)(authority + 3 - url) + strcspn(authority + 3, "/?#");
    (void)buf_printf(out, " after a redirect to %.*s", (int)length, url);
}

/* Adds the status with its phrase, or with what the server calls it in `message`, which is then
 * done; the software that wrote an error page; and the origin. */
static void add_name(
    struct buf *out, const struct shoal_file *file, struct buf *message, bool several)
{
    const char *phrase = http_status_phrase(file->status);
    const char *own = after_status(buf_text(message), file->status);
    bool is_phrase = phrase != NULL && strcmp(buf_text(message), phrase) == 0;
    if (own != NULL && own[0] != '\0')
        phrase = own;
    (void)buf_printf(out, "%ld", file->status);
    if (phrase != NULL)
        (void)buf_printf(out, " %s", phrase);
    if (own != NULL || is_phrase)
        buf_clear(message);
    if (file->response.data != NULL)
        (void)cause_add_software(out, file->response.data, file->response.length);
    if (several && file->origin != NULL)
        (void)buf_printf(out, " from %s", file->origin);
}

static void add_status(struct buf *out, const struct shoal_file *file, bool several)
{
    struct buf message;
    buf_init(&message, CAUSE_MESSAGE_MAX * 2);
    bool says = causes_is_status(file) && distill_message(&message, file);
    if (!says)
        buf_clear(&message);
    add_name(out, file, &message, several);
    if (causes_is_status(file) && file->redirected)
        causes_add_redirected(out, file->url);
    if (message.length > 0)
        (void)buf_printf(out, ": %s", buf_text(&message));
    if (causes_is_status(file))
        add_wanted(out, file);
    else
        add_not_followed(out, file->error);
    buf_free(&message);
}

bool causes_describe(struct buf *out, const struct shoal_file *file, bool several)
{
    if (causes_is_status(file) || is_redirect(file))
        add_status(out, file, several);
    else
        (void)buf_add_text(out, without_name(file->error == NULL ? "" : file->error));
    return !out->failed;
}

static bool begins_with_status(const char *text)
{
    return strspn(text, "0123456789") == STATUS_DIGITS &&
           (text[STATUS_DIGITS] == ' ' || text[STATUS_DIGITS] == ':' ||
               text[STATUS_DIGITS] == '\0');
}

bool causes_fold(struct buf *out, const char *description)
{
    size_t kept = begins_with_status(description) ? STATUS_DIGITS : 0;
    (void)buf_add(out, description, kept);
    return cause_fold(out, description + kept, strlen(description + kept));
}

/* ---- the groups */

static char *copy_text(char **to, const char *text, size_t length)
{
    char *copy = *to;
    if (length > 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    *to += length + 1;
    return copy;
}

static struct cause_node *add_cause(struct causes *causes, const struct shoal_file *file,
    const char *text, const char *description, int64_t at_us)
{
    size_t sizes = strlen(text) + strlen(description) + file->path.length + 3;
    struct cause_node *made = calloc(1, sizeof *made + sizes);
    if (made == NULL)
        return NULL;
    char *to = made->texts;
    made->cause = (struct shoal_cause){
        .reason = file->reason, .first_us = at_us, .bytes_least = -1, .bytes_most = -1};
    made->cause.text = copy_text(&to, text, strlen(text));
    made->cause.example = copy_text(&to, description, strlen(description));
    made->cause.first_path = (struct shoal_text){
        .data = copy_text(&to, file->path.data, file->path.length), .length = file->path.length};
    if (!table_add(&causes->table, &made->node, made->cause.text)) {
        free(made);
        return NULL;
    }
    *causes->last = made;
    causes->last = &made->next;
    return made;
}

static struct cause_node *find_cause(const struct causes *causes, const char *text)
{
    struct table_node *node = table_find(&causes->table, text);
    return node == NULL ? NULL : container_of(node, struct cause_node, node);
}

bool causes_note(struct causes *causes, const struct shoal_file *file, const char *text,
    const char *description, int64_t at_us)
{
    struct cause_node *node = find_cause(causes, text);
    if (node == NULL && causes->table.count >= CAUSES_MOST) {
        text = description = other_text;
        node = find_cause(causes, text);
    }
    if (node == NULL)
        node = add_cause(causes, file, text, description, at_us);
    if (node == NULL)
        return true;
    struct shoal_cause *cause = &node->cause;
    if (cause->count++ == 0) {
        cause->first_bytes = file->bytes;
        cause->attempts_least = file->attempts;
    }
    cause->temporary += file->temporary;
    cause->last_us = at_us;
    if (file->attempts < cause->attempts_least)
        cause->attempts_least = file->attempts;
    if (file->attempts > cause->attempts_most)
        cause->attempts_most = file->attempts;
    if (file->bytes < 0)
        return cause->count == 1;
    if (cause->bytes_least < 0 || file->bytes < cause->bytes_least)
        cause->bytes_least = file->bytes;
    if (file->bytes > cause->bytes_most)
        cause->bytes_most = file->bytes;
    return cause->count == 1;
}

/* The most frequent first; equally frequent ones in the order in which they came. */
static int compare_causes(const void *one, const void *other)
{
    const struct shoal_cause *left = one;
    const struct shoal_cause *right = other;
    if (left->count != right->count)
        return left->count < right->count ? 1 : -1;
    return (left->first_us > right->first_us) - (left->first_us < right->first_us);
}

const struct shoal_cause *causes_sorted(struct causes *causes, size_t *count)
{
    *count = 0;
    free(causes->sorted);
    causes->sorted = NULL;
    if (causes->table.count > 0)
        causes->sorted = calloc(causes->table.count, sizeof *causes->sorted);
    if (causes->sorted == NULL)
        return NULL;
    for (const struct cause_node *node = causes->first; node != NULL; node = node->next)
        causes->sorted[(*count)++] = node->cause;
    qsort(causes->sorted, *count, sizeof *causes->sorted, compare_causes);
    return causes->sorted;
}
