/* --verify-content: a file that was accepted keeps its slot until the reader has compared it with
 * what was sent, and its verdict comes then. The transport's data of the attempt is gone by then,
 * so what the verdict needs of it is copied. */
#include <stdlib.h>
#include <string.h>

#include "core/sched/private.h"

struct kept_end {
    struct http_end end;
    struct buf answer;
    struct buf headers;
    struct buf cookies;
    char texts[]; /* the texts of `end`, each with its NUL */
};

/* Copies a buffer that may be NULL. */
static const struct buf *keep_buf(struct buf *copy, const struct buf *original)
{
    buf_init(copy, original == NULL ? 0 : original->length);
    if (original == NULL)
        return NULL;
    (void)buf_add(copy, buf_text(original), original->length);
    return copy;
}

/* Copies a text to `*at`, and moves `*at` past it. */
static const char *keep_text(char **at, const char *text)
{
    const char *copy = *at;
    size_t size = strlen(text) + 1;
    memcpy(*at, text, size);
    *at += size;
    return copy;
}

static struct kept_end *kept_end_new(const struct http_end *end)
{
    size_t size = strlen(end->detail) + strlen(end->location) + strlen(end->retry_after) +
                  strlen(end->coding) + strlen(end->phrase) + 5;
    struct kept_end *kept = malloc(sizeof *kept + size);
    if (kept == NULL)
        return NULL;
    char *at = kept->texts;
    kept->end = *end;
    kept->end.detail = keep_text(&at, end->detail);
    kept->end.location = keep_text(&at, end->location);
    kept->end.retry_after = keep_text(&at, end->retry_after);
    kept->end.coding = keep_text(&at, end->coding);
    kept->end.phrase = keep_text(&at, end->phrase);
    kept->end.answer = keep_buf(&kept->answer, end->answer);
    kept->end.headers = keep_buf(&kept->headers, end->headers);
    kept->end.cookies = keep_buf(&kept->cookies, end->cookies);
    return kept;
}

void verify_begin(struct sched *sched, struct file *file, const struct http_end *end)
{
    struct slot *slot = file->slot;
    slot->kept_end = kept_end_new(end);
    file_set_state(sched, file, FILE_VERIFYING);
    sched->parts.reader->ops->submit(sched->parts.reader, plan_compare_job(slot->plan));
}

const struct http_end *verify_kept_end(const struct slot *slot)
{
    return slot->kept_end == NULL ? NULL : &slot->kept_end->end;
}

void verify_end(struct slot *slot)
{
    if (slot->kept_end == NULL)
        return;
    buf_free(&slot->kept_end->answer);
    buf_free(&slot->kept_end->headers);
    buf_free(&slot->kept_end->cookies);
    free(slot->kept_end);
    slot->kept_end = NULL;
}
