/* What the files of the scheduler share: sched.c takes the steps and ends the run, load.c
 * brings files to where they are ready, start.c starts their transfers, verdict.c
 * decides what an end means, file.c keeps the states. */
#ifndef SHOAL_CORE_SCHED_PRIVATE_H
#define SHOAL_CORE_SCHED_PRIVATE_H

#include "base/heap.h"
#include "core/plan.h"
#include "core/sched.h"
#include "core/sched/gate.h"
#include "core/sched/group.h"
#include "policy/throttle.h"

#define SCHED_LIVE_MOST 4096 /* files that are known and have no verdict yet */

enum file_state {
    FILE_QUEUED,  /* waits for a slot */
    FILE_HELD,    /* waits for another of its group */
    FILE_LOADING, /* the reader has it */
    FILE_READY,   /* its request is made */
    FILE_FLYING,  /* in flight */
    FILE_WAITING, /* for its next attempt */
};

#define FILE_STATES 6

/* A file that was found and has no verdict yet. */
struct file {
    struct entry *entry;
    enum file_state state;
    struct slot *slot;          /* LOADING, READY, FLYING */
    struct heap_node timer;     /* WAITING: when it is queued again */
    struct file *next;          /* in its list: QUEUED, READY */
    struct file *previous_live; /* all of them, for the end of the run */
    struct file *next_live;
    struct group_member member; /* of its group, where there are groups */
    struct gate_file gate;
    unsigned attempts; /* transfers begun */
    bool fresh;        /* its next attempt takes a new connection */
    bool run_ended;    /* before its first attempt */
    bool maybe_taken;  /* an attempt ended so that the server may have taken it */
    int64_t first_us;  /* when its first attempt began; 0: none did */
    int64_t bytes;     /* its size; -1: not known yet */
    long status;       /* of the last attempt */
    char *error;       /* why the last attempt failed; owned; NULL: none */
};

/* Room for one file's request. */
struct slot {
    struct sched *sched;
    struct plan *plan;
    struct file *file; /* NULL: free, or closing */
    struct http_transfer *transfer;
    struct slot *next_free;
    bool closing; /* its file is gone, but the reader still has a piece of its body */
    bool large;   /* its body streams */

    /* --limit-rate: bytes may move from `turn_us` on, all of a small body or so many of a large
     * one, */
    bool has_turn;
    int64_t turn_us;
    int64_t turn_bytes;
    struct heap_node throttled; /* which waits here meanwhile */
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

    struct file *live;
    size_t live_count;
    size_t state_counts[FILE_STATES];
    struct file_list queued;
    struct file_list ready;
    struct heap waiting;
    size_t large_in_flight;

    struct gate gate;
    struct groups *groups; /* NULL: none were asked for */
    struct throttle throttle;
    struct heap throttled; /* slots, by the moment of their turn */
    uint64_t failures;     /* verdicts, for --max-failures */
    int64_t bytes_moved;
    struct buf text;       /* for sentences, and keys of groups */
    struct buf file_path;  /* {file}, for those */
    struct buf last_error; /* the last one about an attempt */
};

/* file.c */

/* Takes over `entry`. NULL: no memory (and `entry` is still the caller's). The file is QUEUED. */
struct file *file_new(struct sched *sched, struct entry *entry);
/* The only place where a state changes: leaves the lists of the old one, enters those of the new. A
 * file that was attempted before is QUEUED at the front. */
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

/* load.c: each does what can be done now. */

void sched_take_from_walk(struct sched *sched);
void sched_take_from_reader(struct sched *sched);
void sched_queue_what_waited(struct sched *sched, int64_t now_us);
void sched_load_files(struct sched *sched);

/* start.c */

void sched_start_files(struct sched *sched, int64_t now_us);
/* Lets large bodies go on whose turn has come. */
void sched_resume_throttled(struct sched *sched, int64_t now_us);
/* When a transfer may start, or go on: CLOCK_NEVER where time alone changes nothing. */
int64_t sched_next_start_us(const struct sched *sched, int64_t now_us);
/* Is --rate all that keeps a file from being sent now? */
bool sched_held_by_rate(const struct sched *sched, int64_t now_us);

/* verdict.c */

/* The transport's `ended`. */
void sched_attempt_ended(void *owner, void *context, const struct http_end *end);
/* A file that could not be loaded. */
void sched_load_failed(struct sched *sched, struct file *file, const struct reader_file *culprit);
/* A request that could not be made of it: `error` is a sentence. */
void sched_plan_failed(struct sched *sched, struct file *file, const struct error *error);
/* Gives every file that is not in flight its verdict, because the run ends. */
void sched_record_rest(struct sched *sched);

#endif
