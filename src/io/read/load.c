#include "io/read/load.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/read/compare.h"
#include "io/read/file.h"

#define POSTPONE_MAX_US CLOCK_US_PER_SECOND  /* see reader_load_run() */
#define DIGEST_CHUNK    ((size_t)128 * 1024) /* bytes read at a time for a digest */
#define PREFETCH        ((off_t)512 * 1024)  /* bytes of a large file to fetch early */

void reader_job_close(struct reader_job *job)
{
    for (size_t i = 0; i < job->file_count; i++)
        reader_file_close(&job->files[i]);
}

void reader_load_prepare(struct reader_job *job)
{
    job->result = READER_OK;
    job->code = 0;
    job->waited_us = 0;
    job->abandoned = false;
    if (job->work != READER_LOAD && job->work != READER_LOOK)
        return;
    job->whole = false;
    for (size_t i = 0; i < job->file_count; i++) {
        job->files[i].descriptor = -1;
        job->files[i].result = READER_OK;
        job->files[i].code = 0;
        job->files[i].offset = 0;
        job->files[i].digests = (struct digest_texts){0};
        job->files[i].sent_sha256[0] = '\0';
    }
}

/* The file's result is the job's. Always false. */
static bool refuse(
    struct reader_job *job, struct reader_file *file, enum reader_result result, int code)
{
    job->result = result;
    job->code = code;
    return reader_file_refuse(file, result, code);
}

/* Postpones the job because of a file that is hot; returns for how long. 0: the file may be read,
 * or it has been hot for too long, and the job is refused. */
static int64_t postpone(struct reader_job *job, struct reader_file *file, struct stamps_hot hot)
{
    int64_t left = POSTPONE_MAX_US + hot.granularity_us - job->waited_us;
    if (hot.wait_us == 0)
        return 0;
    if (file->facts.size == 0 && reader_file_hides_size(file)) {
        (void)refuse(job, file, READER_SIZE_WRONG, 0); /* its times may be new at each look */
        return 0;
    }
    if (left <= 0) {
        (void)refuse(job, file, READER_CHANGED, 0);
        return 0;
    }
    int64_t wait = hot.wait_us < left ? hot.wait_us : left;
    job->waited_us += wait;
    return wait;
}

/* Reads the whole file and one byte more, for which `data` has room: if there is one, the file has
 * grown. Most files need a single call: if read(2) returns exactly the size, it has reached the
 * end, or the facts show afterwards that there is more. */
static bool read_content(struct reader_job *job, struct reader_file *file, char *data)
{
    size_t size = (size_t)file->facts.size;
    ssize_t count;
    do {
        count = read(file->descriptor, data, size + 1);
    } while (count < 0 && errno == EINTR);
    int64_t done = count;
    if (count >= 0 && (size_t)count < size) {
        int64_t more = reader_file_read(file, data + count, size - (size_t)count, count);
        done = more < 0 ? -1 : done + more;
    }
    if (done < 0)
        return refuse(job, file, READER_FAILED, errno);
    if ((size_t)done != size)
        return refuse(job, file, reader_file_why_other_size(file), 0);
    return true;
}

/* Whether the files are to be read whole; `*total` receives their size together, in bytes. */
static bool small_together(const struct reader_job *job, size_t *total)
{
    *total = 0;
    for (size_t i = 0; i < job->file_count; i++) {
        const struct reader_file *file = &job->files[i];
        if (file->result != READER_OK)
            continue;
        if ((uint64_t)file->facts.size > job->whole_most - *total)
            return false;
        *total += (size_t)file->facts.size;
    }
    return true;
}

/* Makes `content` as large as needed in one step, without copying what it contained. */
static bool make_room(struct reader_job *job, size_t total)
{
    struct buf *content = &job->content;
    size_t needed = job->headroom + total;
    buf_clear(content);
    if (needed >= content->capacity)
        buf_free(content);
    return buf_reserve(content, needed);
}

static bool all_unchanged(struct reader_job *job)
{
    for (size_t i = 0; i < job->file_count; i++) {
        struct reader_file *file = &job->files[i];
        if (file->result == READER_OK && !reader_unchanged(file))
            return refuse(job, file, READER_CHANGED, 0);
    }
    return true;
}

/* Which digests the job wants of the file. */
static unsigned digests_of(const struct reader_job *job, const struct reader_file *file)
{
    if (file->result != READER_OK)
        return 0;
    return file == &job->files[0] ? job->digests : job->other_digests;
}

static bool digest_content(struct reader_job *job, struct reader_file *file)
{
    if (digests_of(job, file) == 0)
        return true;
    struct digest *digest = digest_new(digests_of(job, file));
    if (digest == NULL)
        return refuse(job, file, READER_FAILED, ENOMEM);
    bool added = digest_add(digest, job->content.data + file->offset, (size_t)file->facts.size);
    bool ended = digest_finish(digest, &file->digests);
    return (added && ended) || refuse(job, file, READER_FAILED, EIO);
}

static bool digest_contents(struct reader_job *job)
{
    bool done = true;
    for (size_t i = 0; done && i < job->file_count; i++)
        done = digest_content(job, &job->files[i]);
    return done;
}

/* Reads all files into `content`; `total` is their size. */
static bool read_whole(struct reader_job *job, size_t total)
{
    if (!make_room(job, total))
        return refuse(job, &job->files[0], READER_FAILED, ENOMEM);
    size_t offset = job->headroom;
    for (size_t i = 0; i < job->file_count; i++) {
        struct reader_file *file = &job->files[i];
        if (file->result != READER_OK)
            continue;
        file->offset = offset;
        if (!read_content(job, file, job->content.data + offset))
            return false;
        offset += (size_t)file->facts.size;
    }
    job->content.length = offset;
    job->content.data[offset] = '\0';
    if (!all_unchanged(job) || !digest_contents(job))
        return false;
    job->whole = true;
    return true;
}

/* Adds the content of the open file to `digest`; `data` has DIGEST_CHUNK bytes. */
static bool digest_pass(
    struct reader_job *job, struct reader_file *file, struct digest *digest, char *data)
{
    int64_t position = 0;
    while (position < file->facts.size) {
        int64_t left = file->facts.size - position;
        size_t length = left < (int64_t)DIGEST_CHUNK ? (size_t)left : DIGEST_CHUNK;
        int64_t count = reader_file_read(file, data, length, position);
        if (count < 0)
            return refuse(job, file, READER_FAILED, errno);
        if ((size_t)count < length)
            return refuse(job, file, reader_file_why_other_size(file), 0);
        if (!digest_add(digest, data, length))
            return refuse(job, file, READER_FAILED, EIO);
        position += count;
    }
    return reader_unchanged(file) || refuse(job, file, READER_CHANGED, 0);
}

static bool digest_open_file(struct reader_job *job, struct reader_file *file)
{
    if (digests_of(job, file) == 0)
        return true;
    char *data = malloc(DIGEST_CHUNK);
    struct digest *digest = data == NULL ? NULL : digest_new(digests_of(job, file));
    bool done = digest != NULL ? digest_pass(job, file, digest, data)
                               : refuse(job, file, READER_FAILED, ENOMEM);
    if (digest != NULL && !digest_finish(digest, &file->digests) && done)
        done = refuse(job, file, READER_FAILED, EIO);
    free(data);
    return done;
}

/* The files stay open, and the kernel starts to read them. */
static bool ready_for_streaming(struct reader_job *job)
{
    for (size_t i = 0; i < job->file_count; i++)
        job->files[i].remote =
            job->files[i].result == READER_OK && root_is_remote(job->files[i].descriptor);
#ifdef POSIX_FADV_SEQUENTIAL
    for (size_t i = 0; i < job->file_count; i++) {
        if (job->files[i].result != READER_OK)
            continue;
        (void)posix_fadvise(job->files[i].descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
        (void)posix_fadvise(job->files[i].descriptor, 0, PREFETCH, POSIX_FADV_WILLNEED);
    }
#endif
    bool done = true;
    for (size_t i = 0; done && i < job->file_count; i++)
        done = digest_open_file(job, &job->files[i]);
    return done;
}

/* Whether the files stay open after the job, which has read or opened them. */
static bool stay_open(const struct reader_job *job)
{
    return job->work == READER_LOAD && (!job->whole || job->keep_open);
}

/* READER_LOAD and READER_LOOK: as reader_load_run(). */
static int64_t load(struct reader_job *job, struct stamps *stamps)
{
    int64_t wait = 0;
    for (size_t i = 0; i < job->file_count && wait == 0 && job->result == READER_OK; i++) {
        struct reader_file *file = &job->files[i];
        struct stamps_hot hot;
        if (reader_file_open(file, stamps, &hot))
            wait = postpone(job, file, hot);
        else if (file->result != READER_ABSENT)
            (void)refuse(job, file, file->result, file->code);
    }
    bool open = wait == 0 && job->result == READER_OK;
    if (open && job->work == READER_LOAD) {
        size_t total;
        open = small_together(job, &total) ? read_whole(job, total) : ready_for_streaming(job);
    }
    if (!open || !stay_open(job))
        reader_job_close(job);
    return wait;
}

/* Reads files that are open and small together, all from the page cache. */
static bool read_whole_cached(struct reader_job *job)
{
    size_t total;
    if (!small_together(job, &total) || !make_room(job, total))
        return false;
    size_t offset = job->headroom;
    for (size_t i = 0; i < job->file_count; i++) {
        struct reader_file *file = &job->files[i];
        size_t size = (size_t)file->facts.size;
        file->offset = offset;
        /* One byte more: a file that has grown is left to the other way. */
        if (reader_file_try_cached(file, job->content.data + offset, 0, size + 1) !=
            file->facts.size)
            return false;
        offset += size;
    }
    job->content.length = offset;
    job->content.data[offset] = '\0';
    return all_unchanged(job);
}

/* Digests take too long for the loop's thread. */
static bool may_run_cached(const struct reader_job *job)
{
    return job->work == READER_LOOK ||
           (job->work == READER_LOAD && job->digests == 0 && job->other_digests == 0);
}

bool reader_load_run_cached(struct reader_job *job, struct stamps *stamps)
{
    if (job->work == READER_COMPARE)
        return reader_compare_run_cached(job);
    if (!may_run_cached(job))
        return false;
    bool looks = job->work == READER_LOOK;
    size_t opened = 0;
    while (opened < job->file_count && reader_file_open_cached(&job->files[opened], stamps))
        opened++;
    bool done = opened == job->file_count && (looks || read_whole_cached(job));
    job->whole = done && !looks;
    if (!done || !stay_open(job))
        reader_job_close(job);
    if (!done)
        reader_load_prepare(job);
    return done;
}

/* READER_CHUNK. */
static void read_chunk(struct reader_job *job)
{
    int64_t count = reader_file_read(job->file, job->data, job->length, job->position);
    if (count < 0) {
        job->result = READER_FAILED;
        job->code = errno;
    } else if ((size_t)count < job->length) {
        job->result = reader_file_why_other_size(job->file);
    } else if (job->last && !reader_unchanged(job->file)) {
        job->result = READER_CHANGED;
    }
}

int64_t reader_load_run(struct reader_job *job, struct stamps *stamps)
{
    if (job->work == READER_LOAD || job->work == READER_LOOK)
        return load(job, stamps);
    if (job->work == READER_CHUNK)
        read_chunk(job);
    else
        reader_compare_run(job);
    return 0;
}
