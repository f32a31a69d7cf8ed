/* How the transport gets the content of a large file.
 *
 * What is in the page cache is copied directly into the transport's buffer: one copy, no thread, no
 * memory of ours. At the first byte of a file that is not in the cache, the rest of the file comes
 * in chunks that the reader reads: two of them, so that one is read while the other is sent. A
 * remote file comes in chunks from the beginning: the loop's thread makes no call at all that its
 * file system could hold up, and the reader compares its facts after the last chunk. */
#include "io/body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/http.h"

#define CHUNKS 2

enum chunk_state {
    CHUNK_EMPTY,
    CHUNK_READING, /* the reader has its job */
    CHUNK_READY,   /* the job is done, whatever its result */
};

struct chunk {
    enum chunk_state state;
    char *data;            /* `chunk_size` bytes, allocated when first used */
    struct reader_job job; /* contains the chunk's position and length */
};

struct body {
    struct reader *reader;
    size_t chunk_size; /* bytes */
    struct chunk chunks[CHUNKS];
    int64_t length;              /* of all pieces, bytes */
    int64_t delivered;           /* bytes that body_read() returned so far */
    size_t piece;                /* index of the current piece */
    int64_t position;            /* bytes of the current piece that were copied */
    bool chunked;                /* the rest of the current piece comes in chunks */
    int64_t requested;           /* offset in the current piece up to which chunks were requested */
    bool waiting;                /* the last body_read() returned HTTP_READ_WAIT */
    int64_t failure;             /* an enum http_read_end for every later body_read(), or 0 */
    struct reader_file *culprit; /* the file that caused `failure`, or NULL */
    bool keeps_digests;          /* see body_keep_digests() */
    struct digest *digest; /* of what was handed over of the current piece; NULL: nothing was */
    size_t piece_count;    /* length of `pieces` */
    struct body_piece pieces[];
};

static int64_t piece_length(const struct body_piece *piece)
{
    return piece->data != NULL ? (int64_t)piece->length : piece->file->facts.size;
}

struct body *body_new(const struct body_piece *pieces, size_t count, struct reader *reader,
    size_t chunk, struct error *error)
{
    struct body *body = calloc(1, sizeof *body + count * sizeof *pieces);
    if (body == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    body->reader = reader;
    body->chunk_size = chunk;
    body->piece_count = count;
    for (size_t i = 0; i < count; i++) {
        body->pieces[i] = pieces[i];
        if (__builtin_add_overflow(body->length, piece_length(&pieces[i]), &body->length)) {
            body_free(body);
            (void)error_set(error, ERROR_DATA, 0,
                "too large to send: the request would be longer than 2^63-1 bytes");
            return NULL;
        }
    }
    return body;
}

void body_keep_digests(struct body *body)
{
    body->keeps_digests = true;
}

int64_t body_length(const struct body *body)
{
    return body->length;
}

const struct reader_file *body_culprit(const struct body *body)
{
    return body->culprit;
}

bool body_busy(const struct body *body)
{
    for (size_t i = 0; i < CHUNKS; i++) {
        if (body->chunks[i].state == CHUNK_READING)
            return true;
    }
    return false;
}

bool body_abandoned(const struct body *body)
{
    for (size_t i = 0; i < CHUNKS; i++) {
        if (body->chunks[i].state == CHUNK_READING && body->chunks[i].job.abandoned)
            return true;
    }
    return false;
}

void body_free(struct body *body)
{
    if (body == NULL)
        return;
    for (size_t i = 0; i < CHUNKS; i++)
        free(body->chunks[i].data);
    digest_free(body->digest);
    free(body);
}

/* Ends the body because of `file`. Always 0, the number of bytes copied. */
static size_t fail(struct body *body, struct reader_file *file, enum reader_result result, int code)
{
    file->result = result;
    file->code = code;
    body->culprit = file;
    body->failure = result == READER_CHANGED ? HTTP_READ_CHANGED : HTTP_READ_UNREADABLE;
    return 0;
}

/* False: the file changed, and the body has failed. */
static bool check(struct body *body, struct reader_file *file)
{
    if (!file->remote && !reader_unchanged(file))
        (void)fail(body, file, READER_CHANGED, 0);
    return body->failure == 0;
}

/* Checks all files again, before the last byte of the body is returned. */
static bool check_all(struct body *body)
{
    for (size_t i = 0; i < body->piece_count && body->failure == 0; i++) {
        if (body->pieces[i].data == NULL)
            (void)check(body, body->pieces[i].file);
    }
    return body->failure == 0;
}

/* Has the reader read the next chunk of the file. False: out of memory. */
static bool request_chunk(struct body *body, struct chunk *chunk, struct reader_file *file)
{
    if (chunk->data == NULL)
        chunk->data = malloc(body->chunk_size);
    if (chunk->data == NULL)
        return false;
    int64_t left = file->facts.size - body->requested;
    size_t length = left < (int64_t)body->chunk_size ? (size_t)left : body->chunk_size;
    chunk->state = CHUNK_READING;
    chunk->job = (struct reader_job){
        .work = READER_CHUNK,
        .body = body,
        .file = file,
        .data = chunk->data,
        .position = body->requested,
        .length = length,
        .last = (int64_t)length == left,
    };
    body->requested += (int64_t)length;
    body->reader->ops->submit(body->reader, &chunk->job);
    return true;
}

/* Requests chunks for all empty places. One chunk is enough if there is no memory for two. */
static void read_ahead(struct body *body, struct reader_file *file)
{
    for (size_t i = 0; i < CHUNKS && body->requested < file->facts.size; i++) {
        if (body->chunks[i].state == CHUNK_EMPTY)
            (void)request_chunk(body, &body->chunks[i], file);
    }
    if (body->requested == body->position)
        (void)fail(body, file, READER_FAILED, ENOMEM);
}

/* The chunk that contains the current position; NULL: it was not requested. */
static struct chunk *current_chunk(struct body *body)
{
    for (size_t i = 0; i < CHUNKS; i++) {
        const struct reader_job *job = &body->chunks[i].job;
        if (body->chunks[i].state != CHUNK_EMPTY && job->position <= body->position &&
            body->position < job->position + (int64_t)job->length)
            return &body->chunks[i];
    }
    return NULL;
}

/* Copies from the current chunk. 0: it is not ready, or the body has failed. */
static size_t copy_chunk(struct body *body, struct reader_file *file, char *into, size_t room)
{
    struct chunk *chunk = current_chunk(body);
    if (chunk == NULL || chunk->state == CHUNK_READING)
        return 0;
    const struct reader_job *job = &chunk->job;
    if (job->result != READER_OK)
        return fail(body, file, job->result, job->code);
    size_t done = (size_t)(body->position - job->position);
    size_t count = job->length - done < room ? job->length - done : room;
    memcpy(into, chunk->data + done, count);
    if (done + count == job->length) {
        chunk->state = CHUNK_EMPTY;
        read_ahead(body, file);
    }
    return count;
}

/* Copies what is available of a file, at most `room` bytes. 0: wait, or the body has failed. */
static size_t copy_file(struct body *body, struct reader_file *file, char *into, size_t room)
{
    if (body->position == 0 && !body->chunked && !check(body, file))
        return 0; /* it changed since it was opened: send nothing of it */
    if (!body->chunked) {
        size_t count = file->remote ? 0 : reader_try_cached(file, into, body->position, room);
        if (count > 0)
            return count;
        body->chunked = true;
        body->requested = body->position;
        read_ahead(body, file);
    }
    return body->failure == 0 ? copy_chunk(body, file, into, room) : 0;
}

/* Copies from the current piece, which is not at its end. 0: wait, or the body has failed. */
static size_t copy_piece(struct body *body, char *into, size_t room)
{
    const struct body_piece *piece = &body->pieces[body->piece];
    int64_t left = piece_length(piece) - body->position;
    size_t most = left < (int64_t)room ? (size_t)left : room;
    if (piece->data == NULL)
        return copy_file(body, piece->file, into, most);
    memcpy(into, piece->data + body->position, most);
    return most;
}

/* Adds what is handed over of a file to its digest. False: that failed, and so has the body. */
static bool note_sent(struct body *body, struct reader_file *file, const char *data, size_t length)
{
    if (!body->keeps_digests)
        return true;
    if (body->digest == NULL)
        body->digest = digest_new(DIGEST_SHA256);
    if (body->digest == NULL || !digest_add(body->digest, data, length))
        (void)fail(body, file, READER_FAILED, ENOMEM);
    return body->failure == 0;
}

/* At the end of a file: sets its digest. False: the body has failed. */
static bool note_all_sent(struct body *body, struct reader_file *file)
{
    struct digest_texts sent;
    if (!body->keeps_digests)
        return true;
    if (!note_sent(body, file, "", 0)) /* a file may be empty */
        return false;
    bool ended = digest_finish(body->digest, &sent);
    body->digest = NULL;
    if (!ended)
        (void)fail(body, file, READER_FAILED, EIO);
    else if (file->sent_sha256[0] != '\0' && strcmp(file->sent_sha256, sent.sha256) != 0)
        (void)fail(body, file, READER_CHANGED, 0);
    else
        memcpy(file->sent_sha256, sent.sha256, sizeof sent.sha256);
    return body->failure == 0;
}

/* At the end of a piece: checks its file and goes on to the next. */
static void next_piece(struct body *body)
{
    const struct body_piece *piece = &body->pieces[body->piece];
    if (piece->data == NULL && (!check(body, piece->file) || !note_all_sent(body, piece->file)))
        return;
    body->piece++;
    body->position = 0;
    body->chunked = false;
}

/* Copies until `room` is full, all is copied, or nothing is available. */
static size_t copy_pieces(struct body *body, char *into, size_t room)
{
    size_t copied = 0;
    while (body->piece < body->piece_count && body->failure == 0) {
        if (body->position == piece_length(&body->pieces[body->piece])) {
            next_piece(body);
            continue;
        }
        size_t count = copied < room ? copy_piece(body, into + copied, room - copied) : 0;
        if (count == 0)
            break;
        const struct body_piece *piece = &body->pieces[body->piece];
        if (piece->data == NULL && !note_sent(body, piece->file, into + copied, count))
            break;
        body->position += (int64_t)count;
        copied += count;
    }
    return copied;
}

int64_t body_read(void *context, char *into, size_t room)
{
    struct body *body = context;
    size_t copied = body->failure == 0 ? copy_pieces(body, into, room) : 0;
    if (body->failure == 0 && body->delivered + (int64_t)copied == body->length)
        (void)check_all(body);
    if (body->failure != 0)
        return body->failure;
    body->delivered += (int64_t)copied;
    body->waiting = copied == 0 && room > 0 && body->delivered < body->length;
    return body->waiting ? HTTP_READ_WAIT : (int64_t)copied;
}

int64_t body_delivered(const struct body *body)
{
    return body->delivered;
}

bool body_chunk_done(struct body *body, struct reader_job *job)
{
    for (size_t i = 0; i < CHUNKS; i++) {
        if (&body->chunks[i].job == job)
            body->chunks[i].state = CHUNK_READY;
    }
    const struct chunk *current = current_chunk(body);
    return body->waiting && current != NULL && current->state == CHUNK_READY;
}
