#include "core/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/abandon.h"
#include "core/plan/private.h"
#include "text/host_name.h"

#define HEADROOM_FIRST 1024 /* bytes before a content: the beginning of most forms fits */

static size_t count_extra_files(const struct config *config)
{
    size_t count = 0;
    for (size_t i = 0; i < config->field_count; i++)
        count += config->fields[i].kind != CONFIG_TEXT;
    return count;
}

static void init_buffers(struct plan *plan)
{
    buf_init(&plan->file_path, FORM_PATH_MOST);
    buf_init(&plan->url, FORM_PATH_MOST);
    buf_init(&plan->own_url, FORM_PATH_MOST);
    buf_init(&plan->job.content, FORM_BODY_MOST);
}

struct plan *plan_new(
    const struct config *config, const struct random_source *random, struct error *error)
{
    struct plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    plan->config = config;
    plan->random = random;
    plan->job.headroom = config->raw ? 0 : HEADROOM_FIRST;
    init_buffers(plan);
    plan->files = calloc(1 + count_extra_files(config), sizeof *plan->files);
    if (!form_body_init(&plan->form, config) || plan->files == NULL || !plan_init_headers(plan)) {
        plan_free(plan);
        (void)error_set_memory(error);
        return NULL;
    }
    return plan;
}

static bool is_abandoned(const struct plan *plan)
{
    return plan->job.abandoned || (plan->body != NULL && body_abandoned(plan->body));
}

void plan_free(struct plan *plan)
{
    if (plan == NULL)
        return;
    if (is_abandoned(plan)) {
        abandon(plan);
        return;
    }
    plan_reset(plan);
    form_body_free(&plan->form);
    buf_free(&plan->file_path);
    buf_free(&plan->url);
    buf_free(&plan->own_url);
    plan_free_headers(plan);
    buf_free(&plan->job.content);
    free(plan->files);
    free(plan);
}

struct template_file plan_describe(const struct plan *plan, const struct entry *entry)
{
    const struct reader_file *found = &plan->files[0];
    return (struct template_file){
        .file = buf_text(&plan->file_path),
        .path = entry->path,
        .types = plan->config->types,
        .size = found->facts.size,
        .mtime = (int64_t)found->facts.mtime.tv_sec,
        .sha256 = found->digests.sha256,
        .sha1 = found->digests.sha1,
        .md5 = found->digests.md5,
    };
}

/* Does `path` have a component `..`? A file's name is never that, so the user wrote it and it may
 * lead out of the folder. */
static bool climbs(const char *path)
{
    for (const char *at = path; (at = strstr(at, "..")) != NULL; at += 2) {
        bool begins = at == path || at[-1] == '/';
        if (begins && (at[2] == '/' || at[2] == '\0'))
            return true;
    }
    return false;
}

/* A path below the folder given is opened beneath it, any other path as it is. */
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

bool plan_file_path(const struct entry *entry, struct buf *path)
{
    buf_clear(path);
    (void)buf_add_text(path, entry->root->operand); /* empty for the folder "/" */
    (void)buf_add_byte(path, '/');
    return buf_add_text(path, entry_relative(entry));
}

static unsigned digests_for(unsigned needs)
{
    return (needs & TEMPLATE_NEEDS_SHA256 ? DIGEST_SHA256 : 0u) |
           (needs & TEMPLATE_NEEDS_SHA1 ? DIGEST_SHA1 : 0u) |
           (needs & TEMPLATE_NEEDS_MD5 ? DIGEST_MD5 : 0u);
}

static bool begin_parts(struct plan *plan, const struct entry *entry, struct error *error)
{
    struct template_file file = plan_describe(plan, entry);
    plan->job.file_count = 1;
    for (size_t i = 0; i < plan->config->field_count; i++) {
        const struct config_field *field = &plan->config->fields[i];
        struct form_part *part = &plan->form.parts[i];
        part->file = NULL;
        if (field->kind == CONFIG_TEXT)
            continue;
        buf_clear(&part->path);
        if (!template_fill(field->value, &file, &part->path, error))
            return false;
        part->file = &plan->files[0];
        if (field->is_main)
            continue;
        part->file = &plan->files[plan->job.file_count++];
        locate(part->file, entry->root, buf_text(&part->path));
        part->file->size_most = plan->config->refuse_over;
        part->file->optional = field->kind == CONFIG_OPTIONAL_FILE ||
                               (field->is_pair && plan->config->without_pair == CONFIG_PAIR_SEND);
    }
    return true;
}

bool plan_begin(
    struct plan *plan, const struct entry *entry, size_t whole_most, struct error *error)
{
    if (!plan_file_path(entry, &plan->file_path))
        return error_set_memory(error);
    /* The job uses the plan's copy of the path: the entry may be freed while the reader works. */
    const char *relative = buf_text(&plan->file_path) + plan->file_path.length;
    relative -= strlen(entry_relative(entry));
    plan->files[0] = (struct reader_file){.root = entry->root, .path = relative, .descriptor = -1};
    plan->files[0].size_most = plan->config->refuse_over;
    plan->job.work = READER_LOAD;
    plan->job.keep_open = plan->config->verify_content;
    plan->job.files = plan->files;
    plan->job.work = READER_LOAD;
    plan->job.digests = digests_for(plan->config->needs);
    plan->job.other_digests = plan->config->checksum ? DIGEST_SHA256 : 0u;
    plan->job.whole_most = whole_most;
    plan->job.whole = false;
    return begin_parts(plan, entry, error);
}

struct reader_job *plan_job(struct plan *plan)
{
    return &plan->job;
}

struct reader_job *plan_compare_job(struct plan *plan)
{
    plan->job.work = READER_COMPARE;
    return &plan->job;
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

/* The contents are in the job's buffer. */
static bool set_whole_body(struct plan *plan, struct error *error)
{
    if (!plan->config->raw)
        return form_body_whole(&plan->form, &plan->job, &plan->request, error);
    plan->request.data = buf_text(&plan->job.content) + plan->files[0].offset;
    plan->request.length = plan_file_size(plan);
    return true;
}

/* The files are open and are read while the body is sent. */
static bool set_streamed_body(
    struct plan *plan, struct reader *reader, size_t chunk, struct error *error)
{
    struct body_piece file = {.file = &plan->files[0]};
    if (plan->config->raw) {
        plan->body = body_new(&file, 1, reader, chunk, error);
    } else {
        struct body_piece *pieces = calloc(form_body_pieces_most(&plan->form), sizeof *pieces);
        if (pieces == NULL)
            return error_set_memory(error);
        size_t count = form_body_pieces(&plan->form, pieces);
        plan->body = body_new(pieces, count, reader, chunk, error);
        free(pieces);
    }
    if (plan->body == NULL)
        return false;
    if (plan->config->verify_content)
        body_keep_digests(plan->body);
    plan->request.read = body_read;
    plan->request.body = plan->body;
    plan->request.chunk = chunk;
    plan->request.length = body_length(plan->body);
    return true;
}

/* Finds what --urls has for the file, where there is such an option. */
static bool find_listed(struct plan *plan, const struct entry *entry, struct error *error)
{
    const struct url_list *urls = plan->config->urls;
    plan->listed = urls == NULL ? NULL : url_list_find(urls, entry->path);
    plan->form.listed = plan->listed;
    if (plan->listed != NULL && plan->listed->method != NULL)
        plan->request.method = plan->listed->method;
    return urls == NULL || plan->listed != NULL ||
           error_set(error, ERROR_DATA, 0, "--urls has no URL for this file");
}

static bool fill_url(struct plan *plan, const struct template_file *file, struct error *error)
{
    buf_clear(&plan->url);
    if (plan->listed == NULL)
        return template_fill(plan->config->url, file, &plan->url, error) &&
               host_name_encode_url(&plan->url, error);
    return buf_add_text(&plan->url, plan->listed->url) || error_set_memory(error);
}

bool plan_finish(struct plan *plan, const struct entry *entry, struct reader *reader, size_t chunk,
    struct error *error)
{
    struct template_file file = plan_describe(plan, entry);
    plan->request = (struct http_request){
        .method = plan->config->method, .user_password = plan->config->user_password};
    if (!plan->config->raw)
        multipart_boundary(plan->random, plan->form.boundary);
    plan->is_redirected = false;
    if (!find_listed(plan, entry, error) || !fill_url(plan, &file, error) ||
        !plan_fill_headers(plan, &file, error) ||
        (!plan->config->raw && !form_body_fill(&plan->form, &file, error)))
        return false;
    plan->request.url = buf_text(&plan->url);
    return plan->job.whole ? set_whole_body(plan, error)
                           : set_streamed_body(plan, reader, chunk, error);
}

const struct url_list_entry *plan_listed(const struct plan *plan)
{
    return plan->listed;
}

bool plan_add_shown_url(const struct plan *plan, struct buf *out)
{
    const char *url = plan->request.url;
    return plan->listed == NULL ? buf_add_text(out, url) : url_list_add_shown(out, url);
}

const struct http_request *plan_request(const struct plan *plan)
{
    return &plan->request;
}

struct body *plan_body(const struct plan *plan)
{
    return plan->body;
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

bool plan_field(const struct plan *plan, size_t index, struct shoal_field *field)
{
    const struct config_field *configured = &plan->config->fields[index];
    const struct form_part *part = &plan->form.parts[index];
    const char *texts = plan->form.texts.data;
    if (!part->present)
        return false;
    *field = (struct shoal_field){.name = configured->name,
        .value = {.data = texts + part->value, .length = part->value_length},
        .is_file = part->file != NULL,
        .file_name = part->has_file_name ? texts + part->file_name : NULL,
        .type = part->has_type ? texts + part->type : NULL};
    if (field->is_file)
        field->value =
            (struct shoal_text){.data = buf_text(&part->path), .length = part->path.length};
    return true;
}
