/* What became of a file, written down for later runs. */
#include <stdlib.h>
#include <string.h>

#include "core/sched/private.h"

void memory_free(struct memory *memory)
{
    if (memory == NULL)
        return;
    if (memory->note != NULL)
        memory->note->owner = NULL;
    free(memory);
}

static enum journal_state state_of(enum shoal_verdict verdict)
{
    switch (verdict) {
    case SHOAL_SENT:
        return JOURNAL_SENT;
    case SHOAL_EXISTS:
        return JOURNAL_EXISTS;
    case SHOAL_UNKNOWN:
        return JOURNAL_UNKNOWN;
    default:
        return JOURNAL_FAILED;
    }
}

void memory_write(struct sched *sched, const struct file *file, enum shoal_verdict verdict,
    const struct event_file *event, const char *cause)
{
    const struct memory *memory = file->memory;
    if (memory == NULL || verdict == SHOAL_SKIPPED || sched->parts.config->dry_run)
        return;
    struct journal_note *note = journal_note_new(JOURNAL_WRITE, file->entry->path, cause);
    if (note == NULL)
        return; /* a later run sends it again */
    memcpy(note->destination, memory->destination, sizeof note->destination);
    note->row = (struct journal_row){.state = state_of(verdict),
        .facts = memory->facts,
        .attempts = event->attempts,
        .status = event->status,
        .temporary = event->temporary,
        .maybe_accepted = event->maybe_accepted};
    if (!memory->has_facts)
        note->row.facts = (struct journal_facts){.size = -1};
    if (event->reason != SHOAL_REASON_NONE)
        note->reason = shoal_reason_name(event->reason);
    journal_submit(sched->parts.journal, note);
}
