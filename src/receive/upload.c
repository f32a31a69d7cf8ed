#include "receive/upload.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/path.h"
#include "receive/stored_path.h"
#include "text/multipart_reader.h"

struct upload {
    struct store *store;             /* not owned; NULL: files are not stored */
    struct multipart_reader *reader; /* NULL: a raw body */
    struct upload_part *parts;       /* by array_grow() */
    size_t count;                    /* of `parts` */
    size_t files;                    /* parts that are files */
    size_t kept;                     /* bytes of names and values in `parts` */
    struct buf value;                /* of the text field that is being read */
    struct digest *digest;           /* of the part that is being read; NULL: between parts */
    char *path;                      /* the field `path`, or a raw body's; NULL: none so far */
};

static struct upload_part *last_part(struct upload *upload)
{
    return &upload->parts[upload->count - 1];
}

static bool make_room(struct upload *upload, struct error *error)
{
    if (upload->count == UPLOAD_PARTS_MAX)
        return error_set(error, ERROR_DATA, 0, "the form has more than %d parts", UPLOAD_PARTS_MAX);
    struct upload_part *parts = array_grow(upload->parts, upload->count, sizeof *parts);
    if (parts == NULL)
        return error_set_memory(error);
    upload->parts = parts;
    return true;
}

/* Copies `text`, which may be NULL, and counts it as kept. False: out of memory. */
static bool keep_text(struct upload *upload, const char *text, char **copy)
{
    if (text == NULL)
        return true;
    upload->kept += strlen(text);
    *copy = strdup(text);
    return *copy != NULL;
}

static bool begin_part(void *context, const struct multipart_reader_part *head, struct error *error)
{
    struct upload *upload = context;
    if (!make_room(upload, error))
        return false;
    struct upload_part *part = &upload->parts[upload->count++];
    *part = (struct upload_part){.is_file = head->name == NULL || head->file_name != NULL};
    store_file_init(&part->file);
    bool copied = keep_text(upload, head->name, &part->name) &&
                  keep_text(upload, head->file_name, &part->file_name) &&
                  keep_text(upload, head->type, &part->type);
    upload->digest = digest_new(DIGEST_SHA256);
    if (!copied || upload->digest == NULL)
        return error_set_memory(error);
    if (upload->kept > UPLOAD_KEPT_MAX)
        return error_set(
            error, ERROR_DATA, 0, "the names of the form's parts take more than 4 MiB");
    if (!part->is_file) {
        buf_clear(&upload->value);
        part->value_kept = true;
        return true;
    }
    upload->files++;
    return upload->store == NULL || store_begin(upload->store, upload->path, &part->file, error);
}

static bool add_data(void *context, const char *data, size_t length, struct error *error)
{
    struct upload *upload = context;
    struct upload_part *part = last_part(upload);
    part->size += length;
    if (!digest_add(upload->digest, data, length))
        return error_set_memory(error);
    if (part->is_file)
        return upload->store == NULL || store_write(&part->file, data, length, error);
    if (part->size > UPLOAD_VALUE_MAX || upload->kept + part->size > UPLOAD_KEPT_MAX)
        part->value_kept = false;
    if (part->value_kept && !buf_add(&upload->value, data, length))
        return error_set_memory(error);
    return true;
}

/* Reads the text field `path`, which a form may have once. It means nothing without a store. */
static bool read_path_field(
    struct upload *upload, const struct upload_part *part, struct error *error)
{
    if (upload->store == NULL || strcmp(part->name, "path") != 0)
        return true;
    if (upload->path != NULL)
        return error_set(error, ERROR_DATA, 0, "the form has two fields 'path'");
    if (!part->value_kept)
        return error_set(error, ERROR_DATA, 0, "the file's path is longer than 16 KiB");
    if (!stored_path_check(buf_text(&upload->value), upload->value.length, error))
        return false;
    upload->path = strdup(buf_text(&upload->value));
    return upload->path != NULL || error_set_memory(error);
}

static bool end_text(struct upload *upload, struct upload_part *part, struct error *error)
{
    if (!read_path_field(upload, part, error))
        return false;
    if (!part->value_kept)
        return true;
    upload->kept += upload->value.length;
    part->value = malloc(upload->value.length + 1);
    if (part->value == NULL)
        return error_set_memory(error);
    memcpy(part->value, buf_text(&upload->value), upload->value.length + 1);
    return true;
}

static bool end_part(void *context, struct error *error)
{
    struct upload *upload = context;
    struct upload_part *part = last_part(upload);
    struct digest_texts texts;
    struct digest *digest = upload->digest;
    upload->digest = NULL;
    if (!digest_finish(digest, &texts))
        return error_set_memory(error);
    memcpy(part->sha256, texts.sha256, sizeof part->sha256);
    if (!part->is_file)
        return end_text(upload, part, error);
    return upload->store == NULL || store_finish(&part->file, error);
}

static const struct multipart_reader_calls form_calls = {
    .begin = begin_part, .data = add_data, .end = end_part};

static bool begin_form(struct upload *upload, const char *content_type, struct error *error)
{
    struct buf boundary;
    buf_init(&boundary, MULTIPART_READER_BOUNDARY_MAX);
    bool found = multipart_reader_boundary(content_type, &boundary, error);
    if (found) {
        upload->reader = multipart_reader_new(buf_text(&boundary), &form_calls, upload);
        if (upload->reader == NULL)
            found = error_set_memory(error);
    }
    buf_free(&boundary);
    return found;
}

static bool begin_raw(struct upload *upload, const struct upload_setup *setup, struct error *error)
{
    if (upload->store != NULL) {
        struct buf path;
        buf_init(&path, SIZE_MAX / 2);
        bool named = stored_path_from_url(setup->url_path, &path, error);
        upload->path = named ? buf_detach(&path) : NULL;
        buf_free(&path);
        if (!named)
            return false;
        if (upload->path == NULL)
            return error_set_memory(error);
    }
    struct multipart_reader_part head = {.type = setup->content_type};
    return begin_part(upload, &head, error);
}

struct upload *upload_new(const struct upload_setup *setup, struct error *error)
{
    struct upload *upload = calloc(1, sizeof *upload);
    if (upload == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    upload->store = setup->store;
    buf_init(&upload->value, UPLOAD_VALUE_MAX);
    bool is_form = setup->content_type != NULL && multipart_reader_is_form(setup->content_type);
    if (is_form ? begin_form(upload, setup->content_type, error) : begin_raw(upload, setup, error))
        return upload;
    upload_free(upload);
    return NULL;
}

bool upload_push(struct upload *upload, const char *data, size_t length, struct error *error)
{
    if (upload->reader != NULL)
        return multipart_reader_push(upload->reader, data, length, error);
    return length == 0 || add_data(upload, data, length, error);
}

/* Sets the path of a file part, as upload_finish() describes it. */
static bool set_path(struct upload *upload, struct upload_part *part, struct error *error)
{
    struct buf path;
    buf_init(&path, STORED_PATH_MAX + MULTIPART_READER_HEAD_MAX);
    if (upload->path != NULL && upload->files == 1) {
        (void)buf_add_text(&path, upload->path);
    } else {
        size_t folder = upload->path == NULL ? 0 : path_folder_length(upload->path);
        if (folder > 0)
            (void)buf_add(&path, upload->path, folder + 1);
        (void)buf_add_text(&path, path_last_name(part->file_name));
    }
    bool right = path.failed ? error_set_memory(error)
                             : stored_path_check(buf_text(&path), path.length, error);
    if (right) {
        part->path = buf_detach(&path);
        right = part->path != NULL || error_set_memory(error);
    }
    buf_free(&path);
    return right;
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Two files of one form must not replace each other. */
static bool check_paths(const struct upload *upload, struct error *error)
{
    const char **paths = calloc(upload->files + 1, sizeof *paths);
    if (paths == NULL)
        return error_set_memory(error);
    size_t count = 0;
    for (size_t i = 0; i < upload->count; i++) {
        if (upload->parts[i].path != NULL)
            paths[count++] = upload->parts[i].path;
    }
    qsort(paths, count, sizeof *paths, compare_texts);
    bool right = true;
    for (size_t i = 1; i < count && right; i++) {
        if (strcmp(paths[i - 1], paths[i]) == 0)
            right = error_set(error, ERROR_DATA, 0, "two files of the form have one path");
    }
    free(paths);
    return right;
}

static bool store_files(struct upload *upload, struct error *error)
{
    bool stored = true;
    for (size_t i = 0; i < upload->count && stored; i++) {
        if (upload->parts[i].is_file)
            stored = set_path(upload, &upload->parts[i], error);
    }
    stored = stored && (upload->files < 2 || check_paths(upload, error));
    for (size_t i = 0; i < upload->count && stored; i++) {
        struct upload_part *part = &upload->parts[i];
        if (part->is_file)
            stored = store_commit(upload->store, &part->file, part->path, error);
    }
    return stored;
}

bool upload_finish(struct upload *upload, struct error *error)
{
    bool whole = upload->reader == NULL ? end_part(upload, error)
                                        : multipart_reader_finish(upload->reader, error);
    return whole && (upload->store == NULL || store_files(upload, error));
}

void upload_free(struct upload *upload)
{
    if (upload == NULL)
        return;
    for (size_t i = 0; i < upload->count; i++) {
        struct upload_part *part = &upload->parts[i];
        if (upload->store != NULL)
            store_abandon(upload->store, &part->file);
        free(part->name);
        free(part->file_name);
        free(part->type);
        free(part->value);
        free(part->path);
    }
    free(upload->parts);
    free(upload->path);
    digest_free(upload->digest);
    multipart_reader_free(upload->reader);
    buf_free(&upload->value);
    free(upload);
}

const struct upload_part *upload_parts(const struct upload *upload, size_t *count)
{
    *count = upload->count;
    return upload->parts;
}
