/* What the journal has to do with files: looked up after the walk, skipped if nothing has changed,
 * written down after the verdict.
 *
 *     found -> RECALLING -> queued -> loading -> INTENDING -> ready -> in flight -> verdict
 *                                       |        (--at-most-once)                      |
 *                                       +-> skipped                       event, then the row
 *
 * Without --checksum, a file whose row says that it is done is only looked at (READER_LOOK), and
 * read if its facts differ. With it, the file is loaded with its digest, and compared then.
 *
 * The event is reported before the row is committed: io/journal/work.c says what that means. */
#include <stdlib.h>
#include <string.h>

#include "base/container_of.h"
#include "core/sched/private.h"

/* Passes a note about the file to the journal. False: out of memory. */
static bool submit(struct sched *sched, struct file *file, struct journal_note *note)
{
    if (note == NULL)
        return false;
    memcpy(note->destination, file->memory->destination, sizeof note->destination);
    if (note->work != JOURNAL_WRITE) {
        note->owner = file;
        file->memory->note = note;
    }
    journal_submit(sched->parts.journal, note);
    return true;
}

void memory_recall(struct sched *sched, struct file *file)
{
    struct journal *journal = sched->parts.journal;
    if (journal == NULL || !plan_file_path(file->entry, &sched->file_path))
        return;
    struct memory *memory = calloc(1, sizeof *memory);
    if (memory == NULL)
        return; /* then it is sent, and sent again by a later run */
    if (!identity_of_destination(&sched->identity, file->entry->path, buf_text(&sched->file_path),
            memory->destination)) {
        free(memory); /* no request can be made of it, either */
        return;
    }
    file->memory = memory;
    if (!journal_has_files(journal))
        return;
    if (submit(sched, file, journal_note_new(JOURNAL_RECALL, file->entry->path, NULL)))
        file_set_state(sched, file, FILE_RECALLING);
}

/* Does the row say that the file need not be sent, as long as it has not changed? */
static bool is_settled(const struct sched *sched, const struct journal_row *row)
{
    bool maybe = row->state == JOURNAL_STARTED || row->state == JOURNAL_UNKNOWN ||
                 (row->state == JOURNAL_FAILED && row->maybe_accepted);
    return row->state == JOURNAL_SENT || row->state == JOURNAL_EXISTS ||
           (maybe && sched->parts.config->at_most_once);
}

void memory_choose_work(const struct sched *sched, const struct file *file, struct reader_job *job)
{
    const struct memory *memory = file->memory;
    if (memory != NULL && memory->known && is_settled(sched, &memory->row) &&
        !sched->parts.config->checksum)
        job->work = READER_LOOK;
}

static bool same_hash(const unsigned char *one, const unsigned char *other)
{
    return memcmp(one, other, JOURNAL_HASH) == 0;
}

/* Is the file's mtime of no matter, as in a fresh checkout? Not if its request contains it. */
static bool same_request(struct sched *sched, const struct file *file)
{
    const struct journal_facts *facts = &file->memory->facts;
    const struct journal_facts *known = &file->memory->row.facts;
    if (known->mtime_seconds == facts->mtime_seconds ||
        (sched->parts.config->needs & TEMPLATE_NEEDS_FACTS) == 0)
        return true;
    unsigned char now[IDENTITY_SIZE];
    unsigned char then[IDENTITY_SIZE];
    struct template_file described = plan_describe(file->slot->plan, file->entry);
    bool made = identity_of_request(&sched->identity, &described, now);
    described.mtime = known->mtime_seconds;
    made = made && identity_of_request(&sched->identity, &described, then);
    return made && same_hash(now, then);
}

static bool is_unchanged(struct sched *sched, const struct file *file)
{
    const struct journal_facts *facts = &file->memory->facts;
    const struct journal_facts *known = &file->memory->row.facts;
    if (known->size != facts->size || known->has_others != facts->has_others)
        return false;
    if (sched->parts.config->checksum)
        return known->has_sha256 && facts->has_sha256 && same_hash(known->sha256, facts->sha256) &&
               (!facts->has_others || same_hash(known->others_sha256, facts->others_sha256)) &&
               same_request(sched, file);
    return known->mtime_seconds == facts->mtime_seconds &&
           known->mtime_nanoseconds == facts->mtime_nanoseconds &&
           (!facts->has_others || same_hash(known->others, facts->others));
}

bool memory_settles(struct sched *sched, struct file *file)
{
    struct memory *memory = file->memory;
    if (memory == NULL)
        return false;
    memory->has_facts = plan_facts(file->slot->plan, &memory->facts);
    if (!memory->has_facts || !memory->known || file->attempts > 0 ||
        !is_settled(sched, &memory->row) || !is_unchanged(sched, file))
        return false;
    file->bytes = memory->facts.size;
    if (memory->row.state == JOURNAL_SENT || memory->row.state == JOURNAL_EXISTS) {
        file_finish(sched, file, SHOAL_SKIPPED, false, NULL);
        return true;
    }
    file_set_failure(file, SHOAL_REASON_TIMEOUT,
        "an earlier run may have sent it: it ended before it got the response");
    file->attempts = memory->row.attempts > 0 ? (unsigned)memory->row.attempts : 1;
    file_finish(sched, file, SHOAL_UNKNOWN, false, NULL);
    return true;
}

bool memory_intends(struct sched *sched, struct file *file)
{
    struct memory *memory = file->memory;
    if (memory == NULL || !sched->parts.config->at_most_once || memory->intended)
        return false;
    struct journal_note *note = journal_note_new(JOURNAL_INTEND, file->entry->path, NULL);
    if (note == NULL) {
        struct error error;
        (void)error_set_memory(&error);
        sched_plan_failed(sched, file, &error);
        return true;
    }
    note->row = (struct journal_row){
        .state = JOURNAL_STARTED, .facts = memory->facts, .attempts = file->attempts + 1};
    file_set_state(sched, file, FILE_INTENDING);
    return submit(sched, file, note);
}

static void accept(struct sched *sched, const struct journal_note *note)
{
    struct file *file = note->owner;
    if (file == NULL) /* the run ended meanwhile, and the file is finished */
        return;
    struct memory *memory = file->memory;
    memory->note = NULL;
    if (note->work == JOURNAL_RECALL) {
        memory->known = note->done;
        memory->row = note->row;
        file_set_state(sched, file, FILE_QUEUED);
    } else if (note->done) {
        memory->intended = true;
        file_set_state(sched, file, FILE_READY);
    } /* else the journal has failed: sched_watch_journal() ends the run */
}

void sched_collect_notes(struct sched *sched)
{
    if (sched->parts.journal == NULL)
        return;
    struct journal_note *next;
    for (struct journal_note *note = journal_collect(sched->parts.journal); note != NULL;
         note = next) {
        next = note->next;
        accept(sched, note);
        free(note);
    }
}
