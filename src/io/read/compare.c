/* What was sent of a small file is still in memory. Of a streamed one the body has kept the digest
 * of the bytes that it handed to the transport. */
#include "io/read/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/read/file.h"

#define PIECE        ((size_t)16 * 1024)  /* bytes compared at a time, on the stack */
#define DIGEST_PIECE ((size_t)128 * 1024) /* bytes read at a time for a digest */

/* Reads a piece of a file: as reader_file_read(). */
typedef int64_t read_function(
    const struct reader_file *file, char *data, size_t length, int64_t position);

static int64_t read_cached(
    const struct reader_file *file, char *data, size_t length, int64_t position)
{
    return reader_file_try_cached(file, data, position, length);
}

/* Sets the file's result, which is the job's. Always false. */
static bool refuse(
    struct reader_job *job, struct reader_file *file, enum reader_result result, int code)
{
    job->result = result;
    job->code = code;
    return reader_file_refuse(file, result, code);
}

/* Compares the file with the `file->facts.size` bytes at `sent`, and its end with theirs. False:
 * they differ, or the file cannot be read; the result says which. */
static bool compare_bytes(
    struct reader_job *job, struct reader_file *file, const char *sent, read_function *read)
{
    char data[PIECE];
    int64_t position = 0;
    int64_t count;
    do {
        count = read(file, data, sizeof data, position);
        if (count < 0)
            return refuse(job, file, READER_FAILED, errno);
        if (count > file->facts.size - position ||
            memcmp(data, sent + position, (size_t)count) != 0)
            return refuse(job, file, READER_CHANGED, 0);
        position += count;
    } while (count > 0);
    return position == file->facts.size || refuse(job, file, READER_CHANGED, 0);
}

/* Adds the whole file to the digest, to its end wherever that is now. */
static bool add_content(
    struct reader_job *job, struct reader_file *file, struct digest *digest, char *data)
{
    int64_t position = 0;
    int64_t count;
    do {
        count = reader_file_read(file, data, DIGEST_PIECE, position);
        if (count < 0)
            return refuse(job, file, READER_FAILED, errno);
        if (!digest_add(digest, data, (size_t)count))
            return refuse(job, file, READER_FAILED, EIO);
        position += count;
    } while (count > 0);
    return true;
}

static bool compare_digest(struct reader_job *job, struct reader_file *file)
{
    char *data = malloc(DIGEST_PIECE);
    struct digest *digest = data == NULL ? NULL : digest_new(DIGEST_SHA256);
    struct digest_texts now = {0};
    bool added = digest != NULL ? add_content(job, file, digest, data)
                                : refuse(job, file, READER_FAILED, ENOMEM);
    bool ended = digest != NULL && digest_finish(digest, &now);
    free(data);
    if (!added)
        return false;
    if (!ended)
        return refuse(job, file, READER_FAILED, EIO);
    bool same = strcmp(now.sha256, file->sent_sha256) == 0;
    /* What a template took from the content, before it was sent, must be true of it. */
    if (file->digests.sha256[0] != '\0')
        same = same && strcmp(now.sha256, file->digests.sha256) == 0;
    return same || refuse(job, file, READER_CHANGED, 0);
}

void reader_compare_run(struct reader_job *job)
{
    for (size_t i = 0; i < job->file_count && job->result == READER_OK; i++) {
        struct reader_file *file = &job->files[i];
        if (file->result != READER_OK)
            continue;
        if (job->whole)
            (void)compare_bytes(job, file, job->content.data + file->offset, reader_file_read);
        else
            (void)compare_digest(job, file);
    }
}

bool reader_compare_run_cached(struct reader_job *job)
{
    if (!job->whole)
        return false;
    for (size_t i = 0; i < job->file_count; i++) {
        struct reader_file *file = &job->files[i];
        if (file->result != READER_OK)
            continue;
        if (file->root == NULL || file->root->remote ||
            !compare_bytes(job, file, job->content.data + file->offset, read_cached)) {
            job->result = file->result = READER_OK;
            return false;
        }
    }
    return true;
}
