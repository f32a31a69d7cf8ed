/* What the journal keeps of the contents that a request carries. */
#include <string.h>

#include "core/plan/private.h"
#include "io/digest.h"

#define HASHED_MOST ((size_t)1024 * 1024) /* bytes */

/* Adds one other file of the request: with its digest, or with its time. */
static void add_other(struct buf *text, const struct reader_file *file, bool by_digest)
{
    const struct reader_facts *facts = &file->facts;
    if (file->result != READER_OK)
        (void)buf_add_text(text, "absent\n");
    else if (by_digest)
        (void)buf_printf(text, "%lld %s\n", (long long)facts->size, file->digests.sha256);
    else
        (void)buf_printf(text, "%lld %lld.%09ld\n", (long long)facts->size,
            (long long)facts->mtime.tv_sec, facts->mtime.tv_nsec);
}

/* False: there is no memory for it, and so no hash that could be compared. */
static bool hash_others(const struct plan *plan, bool by_digest, unsigned char *hash)
{
    struct buf text;
    buf_init(&text, HASHED_MOST);
    for (size_t i = 1; i < plan->job.file_count; i++)
        add_other(&text, &plan->files[i], by_digest);
    bool hashed = !text.failed && digest_sha256(buf_text(&text), text.length, hash);
    buf_free(&text);
    return hashed;
}

bool plan_facts(const struct plan *plan, struct journal_facts *facts)
{
    const struct reader_file *found = &plan->files[0];
    *facts = (struct journal_facts){.size = found->facts.size,
        .mtime_seconds = found->facts.mtime.tv_sec,
        .mtime_nanoseconds = found->facts.mtime.tv_nsec,
        .has_others = plan->job.file_count > 1};
    facts->has_sha256 = plan->job.work == READER_LOAD && plan->config->checksum &&
                        digest_sha256_bytes(found->digests.sha256, facts->sha256);
    return !facts->has_others ||
           (hash_others(plan, false, facts->others) &&
               (!facts->has_sha256 || hash_others(plan, true, facts->others_sha256)));
}
