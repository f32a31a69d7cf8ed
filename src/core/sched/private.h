/* What the files of the scheduler share: the files, the slots and the state of a run.
 *
 * sched.c makes the steps and ends the run, load.c brings files from the walk to a request that is
 * ready, start.c starts transfers, verdict.c decides what the end of an attempt means, verify.c has
 * the reader compare what was sent, check.c looks at responses,
 * redirect.c follows redirects, tell.c tells the user, ending.c
 * says why the run ends, and file.c changes states. Calls go from the first to the last of these,
 * never back. */
#ifndef SHOAL_CORE_SCHED_PRIVATE_H
#define SHOAL_CORE_SCHED_PRIVATE_H

#include "base/heap.h"
#include "base/list.h"
#include "core/identity.h"
#include "core/plan.h"
#include "core/sched.h"
#include "core/sched/equals.h"
#include "core/sched/group.h"
#include "core/sched/origin.h"
#include "core/sched/origins.h"
#include "core/sched/pairs.h"
#include "core/sched/shares.h"
#include "policy/rate.h"
#include "policy/throttle.h"

/* The most unfinished files at a time; the walk waits while there are more. Bounds memory. */
#define SCHED_LIVE_MOST 4096

/* The same where files are for several origins: the walk must get past the files of one that is
 * down. */
#define SCHED_LIVE_MOST_SEVERAL 65536

enum file_state {
    FILE_RECALLING, /* the journal looks it up */
    FILE_QUEUED,    /* waits for a slot */
    FILE_HELD,      /* waits for another file of its group */
    FILE_LOADING,   /* the reader has its job */
    FILE_INTENDING, /* the journal notes that it is about to be sent */
    FILE_READY,     /* its request is ready to be sent */
    FILE_IN_FLIGHT, /* the transport has its request */
    FILE_VERIFYING, /* was accepted; the reader compares it with what was sent */
    FILE_WAITING,   /* waits until it may be sent again */
};

/* The number of states. */
#define FILE_STATES 9

/* What the journal has to do with a file. */
struct memory {
    unsigned char destination[IDENTITY_SIZE]; /* with the path: the key of its row */
    struct journal_note *note;  /* the journal has it, or NULL; its owner is the file */
    bool known;                 /* `row` is what an earlier run wrote */
    struct journal_row row;     /* meaningless unless `known` */
    bool has_facts;             /* `facts` are those of the last load */
    struct journal_facts facts; /* of the contents that are sent */
    bool intended;              /* the row `started` is committed */
};

/* A file that was found and is not finished. */
struct file {
    struct entry *entry;        /* owned */
    struct origin *origin;      /* where it is sent */
    enum file_state state;      /* changed by file_set_state() only */
    struct slot *slot;          /* in LOADING, READY, IN_FLIGHT and VERIFYING; else NULL */
    struct heap_node timer;     /* in WAITING: when it is queued again */
    struct list_node turn;      /* in QUEUED and READY: among those of its origin */
    struct list_node live;      /* among all unfinished files of its origin */
    struct group_member member; /* its place in its group, where the run has groups */
    struct origin_file attempt; /* what its origin keeps of it */
    struct memory *memory;      /* owned; NULL: no journal, or no row can be made of it */
    unsigned attempts;          /* transfers started */
    bool was_loaded;            /* the reader has loaded it before */
    bool was_planned;           /* a request was made of it before */
    bool maybe_accepted;        /* after some attempt the server may have accepted it */
    int64_t first_us;           /* when its first attempt started, by the events' clock; 0: never */
    int64_t bytes;              /* its size; -1: not known yet */
    long status;                /* of the response to the last failed attempt; 0: none */
    char *redirect;             /* where a redirect led it; owned; NULL: to its own URL */
    unsigned redirects;         /* redirects that were followed in a row */
    unsigned redirects_all;     /* redirects that were followed */
    enum shoal_reason reason;   /* why the last failed attempt failed; NONE: none did */
    char *error;                /* the same as a sentence; owned; NULL: none, or no memory for it */
    char *url;          /* of its last request, where it has no slot now; owned; may be NULL */
    bool is_redirected; /* a redirect led to `url` */
};

/* Room for the request of one file. There is a fixed number of them. */
struct slot {
    struct sched *sched;            /* the scheduler that owns it */
    struct plan *plan;              /* owned; reused from file to file */
    struct file *file;              /* NULL: free, or `closing`, or its file was finished early */
    struct http_request request;    /* the plan's, with what the scheduler adds */
    struct http_transfer *transfer; /* the transport's; NULL: not in flight */
    struct slot *next_free;         /* in the list of free slots */
    bool closing;                   /* released, but the reader still has a chunk of its body */
    bool streamed;                  /* its body is streamed, not in memory */
    struct kept_end *kept_end;      /* in VERIFYING: the end of the attempt; owned; may be NULL */

    /* For --limit-rate: a turn is a number of bytes and the time from which they may be sent. A
     * whole body takes one turn, a streamed body one per piece. */
    bool has_turn;              /* `turn_us` is set and its bytes were not sent */
    int64_t turn_us;            /* when this slot may next send */
    int64_t turn_bytes;         /* what is left of its turn; streamed bodies only */
    struct heap_node throttled; /* in `struct sched.throttled` while it waits for its turn */
};

enum sched_phase {
    SCHED_RUNNING,  /* files are loaded and started */
    SCHED_DRAINING, /* nothing new starts; what is in flight may finish */
    SCHED_STOPPING, /* what was in flight has been canceled */
};

struct sched {
    struct sched_parts parts; /* the caller's */
    enum sched_phase phase;   /* never goes back */
    struct buf drain_reason;  /* a sentence: the error of files that were never attempted */
    int64_t drain_until_us;   /* when DRAINING becomes STOPPING */
    bool source_ended;        /* the walk has no more entries */

    struct slot *slots;      /* all slots; owned */
    size_t slot_count;       /* length of `slots` */
    struct slot *free_slots; /* the list of free slots */
    size_t used_slots;       /* slots that are not free */

    size_t live_count;                /* unfinished files, which belong to their origins */
    size_t state_counts[FILE_STATES]; /* unfinished files in each state */
    struct heap waiting;              /* files in WAITING, by the time they are queued again */

    struct origins origins;   /* all origins; own the files */
    struct shares shares;     /* decides which origin may load or start a file */
    struct rate rate;         /* --rate */
    struct pairs pairs;       /* second files */
    struct equals equals;     /* requests that are equal */
    unsigned told;            /* notices about origins, of which there is a bounded number */
    struct groups *groups;    /* owned; NULL: no option asked for groups */
    struct throttle throttle; /* --limit-rate */
    struct heap throttled;    /* slots in flight that wait for their turn, by `turn_us` */
    uint64_t failures;        /* verdicts `failed` so far, for --max-failures */
    int64_t bytes_moved;      /* bytes of ended requests that were handed to the system */
    struct identity identity; /* scratch: the keys of rows in the journal */
    bool journal_failed;      /* the user was told that it cannot be used any more */
    struct buf text;          /* scratch: sentences and the names of groups */
    struct buf check_value;   /* scratch: what a check compares with */
    struct buf check_failure; /* why the last checked response is not a success; or "" */
    struct buf file_path;     /* scratch: {file} in the name of a group */

    /* Origins with `is_useless`, by the reason. */
    uint64_t useless[RETRY_STATES];
};

/* --- file.c --- */

/* Makes a file in state QUEUED for `origin`, which owns `entry`. NULL: out of memory, and `entry`
 * is still the caller's. */
MUST_USE struct file *file_new(struct sched *sched, struct entry *entry, struct origin *origin);

/* Changes the state and the lists that belong to it; the only place that does. A file that was
 * attempted or loaded before enters QUEUED at the front. */
void file_set_state(struct sched *sched, struct file *file, enum file_state state);

/* Puts the file in state WAITING until `until_us`. */
void file_wait(struct sched *sched, struct file *file, int64_t until_us);

/* Sets why the file failed so far: `file->reason`, and `file->error` to a copy of `text`, or to
 * NULL for lack of memory. */
void file_set_failure(struct file *file, enum shoal_reason reason, const char *text);

/* Keeps the URL of the file's request, if one was made, for the time without a slot. */
void file_keep_url(struct file *file);

/* Releases the file's slot, if it has one. */
void file_release_slot(struct sched *sched, struct file *file);

/* Takes the slot from the file without releasing it: the reader still has its job. */
void file_leave_slot(struct file *file);

/* Reports the file's verdict and frees the file. `temporary`: the failure may pass. `end`: the end
 * of the attempt that decided it, whose response is reported; NULL: none did. */
void file_finish(struct sched *sched, struct file *file, enum shoal_verdict verdict, bool temporary,
    const struct http_end *end);

/* In a dry run: frees a file that would be sent, which gets no verdict. */
void file_finish_planned(struct sched *sched, struct file *file);

/* Assigns a free slot, of which there must be one, to `file`. */
struct slot *slot_acquire(struct sched *sched, struct file *file);

/* Makes the slot free for another file. It becomes free only when the reader has no chunk of its
 * body any more: then this is called again. */
void slot_release(struct sched *sched, struct slot *slot);

/* --- memory.c: what the journal has to do with files --- */

/* Asks the journal for the file's row, unless there is none. */
void memory_recall(struct sched *sched, struct file *file);

/* Chooses the work of the plan's job: only a look where the row and the file's facts may show that
 * it need not be sent. */
void memory_choose_work(const struct sched *sched, const struct file *file, struct reader_job *job);

/* The file was looked at or loaded: keeps its facts. If the journal shows that it need not be sent,
 * finishes it and returns true. */
bool memory_settles(struct sched *sched, struct file *file);

/* Whether the journal must note that the file is about to be sent, before it may start; then it is
 * in state INTENDING. */
bool memory_intends(struct sched *sched, struct file *file);

/* Accepts the notes that the journal gives back. */
void sched_collect_notes(struct sched *sched);

/* --- remember.c --- */

/* Writes the file's verdict to the journal. `cause`: the text that groups failures, or NULL. */
void memory_write(struct sched *sched, const struct file *file, enum shoal_verdict verdict,
    const struct event_file *event, const char *cause);

/* Frees what the file has of it; the note, if the journal has it, loses its owner. */
void memory_free(struct memory *memory);

/* --- load.c: each does what can be done without waiting --- */

/* Makes files of the entries that the walk has found. Returns whether there may be more that could
 * be used now. */
bool sched_collect_entries(struct sched *sched);

/* Accepts the jobs that the reader has done: makes requests, resumes streamed bodies. */
void sched_collect_jobs(struct sched *sched);

/* Queues the files whose wait is over. */
void sched_queue_due_files(struct sched *sched, int64_t now_us);

/* Gives queued files to the reader while there are slots for them. */
void sched_load_files(struct sched *sched, int64_t now_us);

/* Can a queued file be given to the reader now? A file that failed at once has left its slot. */
bool sched_may_load(struct sched *sched);

/* --- start.c --- */

/* Starts transfers of ready files, as many as their origins, --rate and the throttle allow. */
void sched_start_files(struct sched *sched, int64_t now_us);

/* Resumes streamed bodies whose turn has come. */
void sched_resume_throttled(struct sched *sched, int64_t now_us);

/* When the next transfer may start or resume; CLOCK_NEVER: not by the passing of time alone. */
int64_t sched_next_start_us(const struct sched *sched, int64_t now_us);

/* --- check.c --- */

/* What the content of the response says, by the options. With ATTEMPT_CHECK_FAILED,
 * `sched->check_failure` says why. Uses `sched->text`. */
MUST_USE enum attempt_check sched_check_response(
    struct sched *sched, const struct file *file, const struct http_end *end);

/* --- redirect.c --- */

/* Whether the end, which is checked, is a redirect that is followed: then the file's next attempt
 * goes there. Of a redirect, `sched->check_failure` receives a sentence about what becomes of it.
 */
MUST_USE bool redirect_follow(struct sched *sched, struct file *file, const struct http_end *end);

/* The file's next attempt goes to its own URL. */
void redirect_forget(struct file *file);

/* --- verdict.c --- */

/* The transport's `ended`: `owner` is the scheduler, `context` the file. */
void sched_attempt_ended(void *owner, void *context, const struct http_end *told);

/* The reader could not read `culprit`, one of the files that `file` needs. */
void sched_load_failed(struct sched *sched, struct file *file, const struct reader_file *culprit);

/* No request or transfer could be made of the file; `error` says why. */
void sched_plan_failed(struct sched *sched, struct file *file, const struct error *error);

/* The reader has compared the slot's files with what was sent of them. */
void sched_compared(struct sched *sched, struct slot *slot);

/* While the run ends: finishes every file that is not in flight or compared. */
void sched_finish_unsent(struct sched *sched);

/* The run stops at once: finishes the files that are compared with what was sent. */
void sched_finish_unverified(struct sched *sched);

/* The origin has been given up, and its `reason` says why: finishes every file of it that is not in
 * flight. */
void sched_finish_unsent_of(struct sched *sched, struct origin *origin);

/* --- verify.c --- */

/* The file was accepted: has the reader compare it with what was sent. Keeps a copy of `end`. */
void verify_begin(struct sched *sched, struct file *file, const struct http_end *end);

/* The copy of the end of the attempt, until verify_end(). NULL: there was no memory for it. */
const struct http_end *verify_kept_end(const struct slot *slot);

/* Frees the copy; a slot without one is ignored. */
void verify_end(struct slot *slot);

/* --- ending.c --- */

/* Writes to `sched->text` why the origin is given up, or the run ends. */
void ending_explain(struct sched *sched, const struct origin *origin, enum retry_state state);

/* Adds that a wait is longer than --give-up-after, and when running again helps. */
void ending_add_limit(const struct sched *sched, struct buf *text, int64_t wait_us);

/* --- tell.c --- */

/* Tells the user what the end of an attempt shows of its origin: that it pauses, is down, or works
 * again; each once, and only where it lasts. `status`: that of the response; 0: there was none. */
void sched_tell_of_end(
    struct sched *sched, struct origin *origin, const struct origin_next *next, long status);

/* Tells the user that an origin was given up. */
void sched_tell_of_giving_up(struct sched *sched, const struct origin *origin);

#endif
