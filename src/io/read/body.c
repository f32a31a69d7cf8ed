/* How a large file comes to the transport.
 *
 * What is in the page cache is copied straight into the transport's own buffer: one copy, no
 * thread, no memory of ours. At the first byte of a file that is not there, the file changes over
 * to chunks for good: two of them, filled by the reader, so that one is on its way while the other
 * is handed out. */
#include "io/body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/http.h"

#define CHUNKS 2

enum chunk_state {
    CHUNK_EMPTY,
    CHUNK_READING, /* the reader has its job */
    CHUNK_READY,   /* done, whatever it came to */
};

/* The place in the file and the length are those of the job. */
struct chunk {
    enum chunk_state state;
    char *data; /* allocated at its first use */
    struct reader_job job;
};

struct body {
    struct reader *reader;
    size_t chunk_size;
    struct chunk chunks[CHUNKS];
    int64_t length;
    int64_t given;    /* bytes handed out so far */
    size_t piece;     /* the one that is being handed out */
    int64_t position; /* in it: bytes of it that were handed out */
    bool chunked;     /* the present piece comes in chunks */
    int64_t ahead;    /* in the present piece: up to here chunks were asked for */
    bool waiting;     /* body_read() said HTTP_READ_WAIT */
    int64_t broken;   /* how it ended before its time, or 0 */
    struct reader_file *culprit;
    size_t piece_count;
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
        body->length += piece_length(&pieces[i]);
    }
    return body;
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

void body_free(struct body *body)
{
    if (body == NULL)
        return;
    for (size_t i = 0; i < CHUNKS; i++)
        free(body->chunks[i].data);
    free(body);
}

/* Breaks it off for good. 0 always: nothing more is handed out. */
static size_t break_off(
    struct body *body, struct reader_file *file, enum reader_result result, int code)
{
    file->result = result;
    file->code = code;
    body->culprit = file;
    body->broken = result == READER_CHANGED ? HTTP_READ_CHANGED : HTTP_READ_UNREADABLE;
    return 0;
}

static bool check(struct body *body, struct reader_file *file)
{
    if (!reader_unchanged(file))
        (void)break_off(body, file, READER_CHANGED, 0);
    return body->broken == 0;
}

/* The last look at all files together, before the last byte of the body goes. */
static bool check_all(struct body *body)
{
    for (size_t i = 0; i < body->piece_count && body->broken == 0; i++) {
        if (body->pieces[i].data == NULL)
            (void)check(body, body->pieces[i].file);
    }
    return body->broken == 0;
}

/* Asks for the next part of the file. False: no memory for it. */
static bool ask(struct body *body, struct chunk *chunk, struct reader_file *file)
{
    if (chunk->data == NULL)
        chunk->data = malloc(body->chunk_size);
    if (chunk->data == NULL)
        return false;
    int64_t left = file->facts.size - body->ahead;
    size_t length = left < (int64_t)body->chunk_size ? (size_t)left : body->chunk_size;
    chunk->state = CHUNK_READING;
    chunk->job = (struct reader_job){
        .work = READER_CHUNK,
        .context = body,
        .file = file,
        .data = chunk->data,
        .position = body->ahead,
        .length = length,
        .last = (int64_t)length == left,
    };
    body->ahead += (int64_t)length;
    body->reader->ops->submit(body->reader, &chunk->job);
    return true;
}

/* Keeps the reader busy. One chunk is enough to go on where there is no memory for two. */
static void read_ahead(struct body *body, struct reader_file *file)
{
    for (size_t i = 0; i < CHUNKS && body->ahead < file->facts.size; i++) {
        if (body->chunks[i].state == CHUNK_EMPTY)
            (void)ask(body, &body->chunks[i], file);
    }
    if (body->ahead == body->position)
        (void)break_off(body, file, READER_FAILED, ENOMEM);
}

/* The chunk that holds the present position; NULL: it was not asked for. */
static struct chunk *present_chunk(struct body *body)
{
    for (size_t i = 0; i < CHUNKS; i++) {
        const struct reader_job *job = &body->chunks[i].job;
        if (body->chunks[i].state != CHUNK_EMPTY && job->position <= body->position &&
            body->position < job->position + (int64_t)job->length)
            return &body->chunks[i];
    }
    return NULL;
}

/* Copies from the chunks. 0: nothing is there yet, or it was broken off. */
static size_t copy_chunk(struct body *body, struct reader_file *file, char *into, size_t room)
{
    struct chunk *chunk = present_chunk(body);
    if (chunk == NULL || chunk->state == CHUNK_READING)
        return 0;
    const struct reader_job *job = &chunk->job;
    if (job->result != READER_OK)
        return break_off(body, file, job->result, job->code);
    size_t done = (size_t)(body->position - job->position);
    size_t count = job->length - done < room ? job->length - done : room;
    memcpy(into, chunk->data + done, count);
    if (done + count == job->length) {
        chunk->state = CHUNK_EMPTY;
        read_ahead(body, file);
    }
    return count;
}

/* Copies what is there of a file, at most `room` bytes. */
static size_t copy_file(struct body *body, struct reader_file *file, char *into, size_t room)
{
    if (body->position == 0 && !body->chunked && !check(body, file))
        return 0; /* it changed while it waited: nothing of it need go */
    if (!body->chunked) {
        size_t count = reader_try_cached(file, into, body->position, room);
        if (count > 0)
            return count;
        body->chunked = true;
        body->ahead = body->position;
        read_ahead(body, file);
    }
    return body->broken == 0 ? copy_chunk(body, file, into, room) : 0;
}

/* Copies from the present piece, which is not at its end. 0: wait, or it was broken off. */
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

/* At the end of a piece: goes on to the next. False: its file changed. */
static bool end_piece(struct body *body)
{
    const struct body_piece *piece = &body->pieces[body->piece];
    if (piece->data == NULL && !check(body, piece->file))
        return false;
    body->piece++;
    body->position = 0;
    body->chunked = false;
    return true;
}

/* Copies until `room` is full, all is copied, or nothing is there at the moment. */
static size_t copy_pieces(struct body *body, char *into, size_t room)
{
    size_t copied = 0;
    while (body->piece < body->piece_count && body->broken == 0) {
        if (body->position == piece_length(&body->pieces[body->piece])) {
            (void)end_piece(body);
            continue;
        }
        size_t count = copied < room ? copy_piece(body, into + copied, room - copied) : 0;
        if (count == 0)
            break;
        body->position += (int64_t)count;
        copied += count;
    }
    return copied;
}

int64_t body_read(void *context, char *into, size_t room)
{
    struct body *body = context;
    size_t copied = body->broken == 0 ? copy_pieces(body, into, room) : 0;
    if (body->broken == 0 && body->given + (int64_t)copied == body->length)
        (void)check_all(body);
    if (body->broken != 0)
        return body->broken;
    body->given += (int64_t)copied;
    body->waiting = copied == 0 && room > 0 && body->given < body->length;
    return body->waiting ? HTTP_READ_WAIT : (int64_t)copied;
}

bool body_chunk_done(struct body *body, struct reader_job *job)
{
    for (size_t i = 0; i < CHUNKS; i++) {
        if (&body->chunks[i].job == job)
            body->chunks[i].state = CHUNK_READY;
    }
    const struct chunk *present = present_chunk(body);
    return body->waiting && present != NULL && present->state == CHUNK_READY;
}
