#include "core/plan.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/request/form_body.h"

#define PATH_MOST     (1024 * 1024)
#define TEXTS_MOST    (16 * 1024 * 1024)
#define BODY_MOST     (64 * 1024 * 1024)
#define HEADROOM_STEP 1024
#define OWN_HEADERS   2 /* Content-Type, Idempotency-Key */

static size_t count_extra_files(const struct config *config)
{
    size_t count = 0;
    for (size_t i = 0; i < config->field_count; i++)
        count += config->fields[i].kind != CONFIG_TEXT;
    return count;
}

static void init_buffers(struct plan *plan)
{
    buf_init(&plan->file_path, PATH_MOST);
    buf_init(&plan->url, PATH_MOST);
    buf_init(&plan->user, PATH_MOST);
    buf_init(&plan->texts, TEXTS_MOST);
    buf_init(&plan->frame, TEXTS_MOST);
    buf_init(&plan->joined, BODY_MOST);
    buf_init(&plan->job.content, BODY_MOST);
    for (size_t i = 0; i < plan->config->field_count; i++)
        buf_init(&plan->fields[i].path, PATH_MOST);
}

struct plan *plan_new(
    const struct config *config, const struct random_source *random, struct error *error)
{
    struct plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL) {
        error_set_memory(error);
        return NULL;
    }
    plan->config = config;
    plan->random = random;
    plan->files = calloc(1 + count_extra_files(config), sizeof *plan->files);
    plan->fields = calloc(config->field_count + 1, sizeof *plan->fields);
    plan->header_starts = calloc(config->header_count + OWN_HEADERS, sizeof *plan->header_starts);
    plan->headers = calloc(config->header_count + OWN_HEADERS + 1, sizeof *plan->headers);
    if (plan->files == NULL || plan->fields == NULL || plan->header_starts == NULL ||
        plan->headers == NULL) {
        plan_free(plan);
        error_set_memory(error);
        return NULL;
    }
    init_buffers(plan);
    plan->job.work = READER_LOAD;
    plan->job.headroom = config->raw ? 0 : HEADROOM_STEP;
    return plan;
}

void plan_free(struct plan *plan)
{
    if (plan == NULL)
        return;
    plan_reset(plan);
    for (size_t i = 0; plan->fields != NULL && i < plan->config->field_count; i++)
        buf_free(&plan->fields[i].path);
    buf_free(&plan->file_path);
    buf_free(&plan->url);
    buf_free(&plan->user);
    buf_free(&plan->texts);
    buf_free(&plan->frame);
    buf_free(&plan->joined);
    buf_free(&plan->job.content);
    free(plan->files);
    free(plan->fields);
    free(plan->header_starts);
    free(plan->headers);
    free(plan);
}

static struct template_file describe(const struct plan *plan, const struct entry *entry)
{
    const struct reader_file *found = &plan->files[0];
    return (struct template_file){
        .file = buf_text(&plan->file_path),
        .path = entry->path,
        .size = found->facts.size,
        .mtime = (int64_t)found->facts.mtime.tv_sec,
        .sha256 = found->digests.sha256,
        .sha1 = found->digests.sha1,
        .md5 = found->digests.md5,
    };
}

/* Does `path` have a component `..`? File names can't, so the user wrote it: it may lead anywhere.
 */
static bool climbs(const char *path)
{
    for (const char *at = path; (at = strstr(at, "..")) != NULL; at += 2) {
        bool begins = at == path || at[-1] == '/';
        if (begins && (at[2] == '/' || at[2] == '\0'))
            return true;
    }
    return false;
}

/* A path below the folder given is opened beneath it, any other as it stands. */
static void locate(struct reader_file *file, const struct root *root, const char *path)
{
    size_t length = strlen(root->operand);
    *file = (struct reader_file){.path = path, .descriptor = -1};
    bool below = strncmp(path, root->operand, length) == 0 && path[length] == '/';
    const char *relative = below ? path + length + 1 : "";
    if (*relative != '\0' && *relative != '/' && !climbs(relative)) {
        file->root = root;
        file->path = relative;
    }
}

/* The root's operand (empty for `/`) and what lies below it. */
bool plan_file_path(const struct entry *entry, struct buf *path)
{
    buf_clear(path);
    (void)buf_add_text(path, entry->root->operand);
    (void)buf_add_byte(path, '/');
    return buf_add_text(path, entry_relative(entry));
}

static unsigned digests_for(unsigned needs)
{
    return (needs & TEMPLATE_NEEDS_SHA256 ? DIGEST_SHA256 : 0u) |
           (needs & TEMPLATE_NEEDS_SHA1 ? DIGEST_SHA1 : 0u) |
           (needs & TEMPLATE_NEEDS_MD5 ? DIGEST_MD5 : 0u);
}

static bool begin_fields(struct plan *plan, const struct entry *entry, struct error *error)
{
    struct template_file file = describe(plan, entry);
    plan->job.file_count = 1;
    for (size_t i = 0; i < plan->config->field_count; i++) {
        const struct config_field *field = &plan->config->fields[i];
        struct plan_field *planned = &plan->fields[i];
        planned->file = NULL;
        if (field->kind == CONFIG_TEXT)
            continue;
        buf_clear(&planned->path);
        if (!template_fill(field->value, &file, &planned->path, error))
            return false;
        planned->file = &plan->files[0];
        if (field->is_main)
            continue;
        planned->file = &plan->files[plan->job.file_count++];
        locate(planned->file, entry->root, buf_text(&planned->path));
        planned->file->optional = field->kind == CONFIG_OPTIONAL_FILE;
    }
    return true;
}

bool plan_begin(
    struct plan *plan, const struct entry *entry, size_t whole_most, struct error *error)
{
    if (!plan_file_path(entry, &plan->file_path))
        return error_set_memory(error);
    /* The plan's own copy of the path: the entry may be gone before the reader is done. */
    const char *own = buf_text(&plan->file_path) + plan->file_path.length;
    own -= strlen(entry_relative(entry));
    plan->files[0] = (struct reader_file){.root = entry->root, .path = own, .descriptor = -1};
    plan->job.files = plan->files;
    plan->job.digests = digests_for(plan->config->needs);
    plan->job.whole_most = whole_most;
    plan->job.whole = false;
    return begin_fields(plan, entry, error);
}

const struct reader_file *plan_unreadable(const struct plan *plan)
{
    for (size_t i = 0; i < plan->job.file_count; i++) {
        enum reader_result result = plan->files[i].result;
        if (result != READER_OK && result != READER_ABSENT)
            return &plan->files[i];
    }
    return NULL;
}

/* A key that is the same whenever the same content is sent for the same path: half of a SHA-256
 * over the two. Quoted: draft-ietf-httpapi-idempotency-key-header makes it a structured string. */
static bool add_idempotency_key(
    struct plan *plan, const struct template_file *file, struct error *error)
{
    struct digest_texts key;
    struct digest *digest = digest_new(DIGEST_SHA256);
    if (digest == NULL)
        return error_set_memory(error);
    bool added = digest_add(digest, file->path, strlen(file->path) + 1) &&
                 digest_add(digest, file->sha256, strlen(file->sha256));
    if (!digest_finish(digest, &key) || !added)
        return error_set_memory(error);
    plan->header_starts[plan->header_count++] = plan->texts.length;
    (void)buf_printf(&plan->texts, "Idempotency-Key: \"%.32s\"", key.sha256);
    return buf_add_byte(&plan->texts, '\0') || error_set_memory(error);
}

static bool fill_headers(struct plan *plan, const struct template_file *file, struct error *error)
{
    const struct config *config = plan->config;
    plan->header_count = 0;
    for (size_t i = 0; i < config->header_count; i++) {
        plan->header_starts[plan->header_count++] = plan->texts.length;
        if (!template_fill(config->headers[i], file, &plan->texts, error))
            return false;
        (void)buf_add_byte(&plan->texts, '\0');
    }
    if (config->idempotency_key && !add_idempotency_key(plan, file, error))
        return false;
    /* Last of all: the form's type with its boundary, or the removal of the one that a transport
     * would add to a bare body of its own. */
    plan->header_starts[plan->header_count++] = plan->texts.length;
    if (!config->raw)
        (void)buf_printf(
            &plan->texts, "Content-Type: multipart/form-data; boundary=%s", plan->boundary);
    else
        (void)buf_add_text(&plan->texts, "Content-Type:");
    return buf_add_byte(&plan->texts, '\0') || error_set_memory(error);
}

/* The pointers can be set only when `texts` does not grow any more. */
static void point_headers(struct plan *plan)
{
    size_t count = 0;
    bool has_type = false;
    for (size_t i = 0; i < plan->header_count; i++) {
        const char *line = plan->texts.data + plan->header_starts[i];
        bool is_type = strncasecmp(line, "Content-Type:", 13) == 0 ||
                       strncasecmp(line, "Content-Type;", 13) == 0;
        if (is_type && has_type)
            continue;
        has_type = has_type || is_type;
        plan->headers[count++] = line;
    }
    plan->headers[count] = NULL;
}

static bool fill_user(struct plan *plan, const struct template_file *file, struct error *error)
{
    plan->request.user_password = NULL;
    if (plan->config->user_password == NULL)
        return true;
    buf_clear(&plan->user);
    if (!template_fill(plan->config->user_password, file, &plan->user, error))
        return false;
    plan->request.user_password = buf_text(&plan->user);
    return true;
}

bool plan_finish(struct plan *plan, const struct entry *entry, struct reader *reader, size_t chunk,
    struct error *error)
{
    struct template_file file = describe(plan, entry);
    plan->request = (struct http_request){.method = plan->config->method,
        .context = plan->request.context,
        .fresh_connection = plan->request.fresh_connection};
    buf_clear(&plan->url);
    buf_clear(&plan->texts);
    if (!plan->config->raw)
        multipart_boundary(plan->random, plan->boundary);
    if (!template_fill(plan->config->url, &file, &plan->url, error) ||
        !fill_headers(plan, &file, error) || !fill_user(plan, &file, error) ||
        !form_body_fill(plan, &file, error))
        return false;
    point_headers(plan);
    plan->request.url = buf_text(&plan->url);
    plan->request.headers = plan->headers;
    if (plan->job.whole)
        return form_body_whole(plan, error);
    return form_body_stream(plan, reader, chunk, error);
}

void plan_reset(struct plan *plan)
{
    reader_job_close(&plan->job);
    plan->job.file_count = 0;
    body_free(plan->body);
    plan->body = NULL;
}

int64_t plan_file_size(const struct plan *plan)
{
    return plan->files[0].facts.size;
}

void plan_explain(const struct reader_file *file, struct buf *sentence)
{
    switch (file->result) {
    case READER_OK:
    case READER_ABSENT:
        break;
    case READER_MISSING:
        (void)buf_printf(sentence, "%s: there is no such file (any more)", file->path);
        break;
    case READER_NOT_REGULAR:
        (void)buf_printf(sentence, "%s: is no regular file (any more)", file->path);
        break;
    case READER_LINK:
        (void)buf_printf(sentence,
            "%s: a symbolic link is in the way, or leads out of the folder given", file->path);
        break;
    case READER_CHANGED:
        (void)buf_printf(sentence, "%s: changed while it was read", file->path);
        break;
    case READER_FAILED:
        (void)buf_printf(sentence, "%s: can't be read: %s", file->path, strerror(file->code));
        break;
    }
}
