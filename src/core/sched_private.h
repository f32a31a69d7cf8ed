/* What the files of the scheduler share: sched.c moves files along, sched_file.c keeps their
 * states, sched_verdict.c decides what an end means. */
#ifndef SHOAL_CORE_SCHED_PRIVATE_H
#define SHOAL_CORE_SCHED_PRIVATE_H

#include "base/heap.h"
#include "core/plan.h"
#include "core/sched.h"
#include "policy/retry.h"

#define SCHED_LIVE_MOST  4096 /* files that are known and have no verdict yet */
#define SCHED_AHEAD_MOST 64   /* files loaded ahead of the transfers */

enum file_state {
    FILE_QUEUED,  /* waits for a slot */
    FILE_LOADING, /* the reader has it */
    FILE_READY,   /* its request is made */
    FILE_FLYING,  /* in flight */
    FILE_WAITING, /* for its next attempt */
};

#define FILE_STATES 5

/* A file that was found and has no verdict yet. */
struct file {
    struct entry *entry;
    enum file_state state;
    struct slot *slot;          /* LOADING, READY, FLYING */
    struct heap_node timer;     /* WAITING: when it is queued again */
    struct file *next;          /* in its list: QUEUED, READY */
    struct file *previous_live; /* all of them, for the end of the run */
    struct file *next_live;
    unsigned attempts; /* transfers begun */
    struct retry_file retry;
    bool fresh;         /* its next attempt takes a new connection */
    bool maybe_taken;   /* an attempt ended so that the server may have taken it */
    int64_t first_us;   /* when its first attempt began; 0: none did */
    int64_t started_us; /* when its last one began */
    int64_t bytes;      /* its size; -1: not known yet */
    long status;        /* of the last attempt */
    char *error;        /* why the last attempt failed; owned; NULL: none */
};

/* Room for one file's request. */
struct slot {
    struct plan *plan;
    struct file *file; /* NULL: free, or closing */
    struct http_transfer *transfer;
    struct slot *next_free;
    bool closing; /* its file is gone, but the reader still has a piece of its body */
    bool large;   /* its body streams */
};

struct file_list {
    struct file *first;
    struct file *last;
    size_t count;
};

enum sched_phase {
    SCHED_RUNNING,
    SCHED_DRAINING, /* only what is in flight goes on */
    SCHED_STOPPING, /* that was cancelled, too */
};

struct sched {
    struct sched_parts parts;
    enum sched_phase phase;
    const char *end_reason; /* for files that were never attempted */
    struct buf end_text;    /* its memory */
    int64_t drain_until_us;
    bool source_ended;

    struct slot *slots;
    size_t slot_count;
    struct slot *free_slots;
    size_t used_slots;
    unsigned jobs;     /* in flight at most */
    size_t whole_most; /* bytes: what is read whole */

    struct file *live;
    size_t live_count;
    size_t state_counts[FILE_STATES];
    struct file_list queued;
    struct file_list ready;
    struct heap waiting;
    size_t large_in_flight;

    struct retry retry;
    uint64_t failures; /* verdicts, for --max-failures */
    int64_t bytes_moved;
    struct buf text;       /* for sentences */
    struct buf last_error; /* the last one about an attempt */
};

/* sched_file.c */

/* Takes over `entry`. NULL: no memory (and `entry` is freed). The file is QUEUED. */
struct file *file_new(struct sched *sched, struct entry *entry);
/* The only place where a state changes: leaves the lists of the old one, enters those of the new. A
 * QUEUED file goes to the front where it was attempted before. */
void file_set_state(struct sched *sched, struct file *file, enum file_state state);
/* Puts it aside until `until_us`. */
void file_wait(struct sched *sched, struct file *file, int64_t until_us);
/* Remembers why the last attempt failed (copied). */
void file_set_error(struct file *file, const char *text);
/* Its slot, given back. */
void file_leave_slot(struct sched *sched, struct file *file);
/* Its verdict: told, counted, and the file is freed. `end` NULL: not by an answer. */
void file_verdict(struct sched *sched, struct file *file, enum shoal_verdict verdict,
    bool temporary, const struct http_end *end);

/* Dry run: it would be sent. It has no verdict; it is counted and freed. */
void file_planned(struct sched *sched, struct file *file);

struct slot *slot_take(struct sched *sched, struct file *file);
/* Frees it once the reader has nothing of it any more. */
void slot_give_back(struct sched *sched, struct slot *slot);

/* sched_verdict.c */

/* The transport's `ended`. */
void sched_attempt_ended(void *owner, void *context, const struct http_end *end);
/* A file that could not be loaded. */
void sched_load_failed(struct sched *sched, struct file *file, const struct reader_file *culprit);
/* A request that could not be made of it: `error` is a sentence. */
void sched_plan_failed(struct sched *sched, struct file *file, const struct error *error);
/* Gives every file that is not in flight its verdict, because the run ends. */
void sched_record_rest(struct sched *sched);

#endif
