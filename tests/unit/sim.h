/* A world for the scheduler: clock, disk and network are ours, and all of it follows from a seed.
 *
 * sim.c has the clock, the events and the folder, sim_disk.c the reader, sim_server.c the transport
 * with the server behind it, sim_watch.c looks at every start and end whether the scheduler keeps
 * what it was asked to. */
#ifndef SHOAL_TESTS_UNIT_SIM_H
#define SHOAL_TESTS_UNIT_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/heap.h"
#include "base/random.h"
#include "io/http.h"
#include "io/reader.h"
#include "io/source.h"

#define SIM_FILES_MOST  400
#define SIM_GROUPS_MOST 8
#define SIM_STARTS_MOST 600    /* the longest rate window that is looked at */
#define SIM_LARGE_SIZE  307200 /* bytes of every file that streams */
#define SIM_MARK_EVERY  4096   /* at such offsets it holds its offset, in the machine's order */

/* What the server knows of a file, and what it did. */
struct sim_ledger {
    unsigned begun;     /* attempts */
    unsigned taken;     /* times that it took the file */
    unsigned ambiguous; /* attempts after which it may have taken it, for all the client knows */
    unsigned counted;   /* ends that use up a retry: those, and changes and shortages */
    unsigned told;      /* verdicts */
    unsigned loaded_at; /* `changes` when it was opened for streaming */
    bool unreadable;    /* the disk failed while it was streamed: by then it can't go whole */
    bool lost;          /* listed, but not there: it never gets as far as a group */
};

/* What the scheduler is to keep. The test fills it in before the run. */
struct sim_rules {
    unsigned jobs_most;
    unsigned retries;
    bool at_most_once;
    bool grouped;       /* by the folder; else all files are one group */
    bool serial;        /* one of a group at a time */
    bool first_alone;   /* one of a group until it has a verdict */
    unsigned rate_most; /* starts in any `rate_window_us`; 0: any number */
    int64_t rate_window_us;
    int64_t bytes_per_second; /* 0: no limit */
    int64_t give_up_after_us;
    unsigned max_failures; /* 0: any number */
    bool no_more_starts;   /* the run was told to end */
};

/* What it is judged by. */
struct sim_watch {
    const char *wrong;        /* the first rule that was broken, or NULL */
    int64_t failing_since_us; /* the first failed attempt since the last verdict by an answer */
    int64_t answered_us;      /* when that was */
    int64_t quiet_until_us;   /* the server asked for it */
    int64_t starts_us[SIM_STARTS_MOST];
    unsigned starts;
    unsigned outage_starts;
    int64_t moved; /* bytes of bodies */
    unsigned told; /* verdicts */
    unsigned failures;
    int64_t idle_since_us; /* every file that was found has its verdict; CLOCK_NEVER: not so */
    bool group_told[SIM_GROUPS_MOST];
    int group_open[SIM_GROUPS_MOST]; /* the file that has begun and has no verdict, or -1 */
};

struct sim {
    int64_t now_us;
    struct random_seeded random_state;
    struct random_source random;
    struct clock clock;
    struct heap events; /* struct sim_event by time */

    struct source source;
    struct reader reader;
    struct http http;

    /* The folder */
    struct root root;
    unsigned files;
    unsigned groups; /* folders that they lie in */
    unsigned given;  /* by the source so far */
    unsigned problems;
    bool end_given;
    unsigned walk_pauses; /* in a thousand looks at it, */
    unsigned pause_after; /* and after so many files; 0: no matter */
    int64_t walk_pause_until_us;

    /* The disk */
    unsigned disk_faults;  /* in a thousand */
    unsigned large_files;  /* in a thousand */
    int large_descriptor;  /* what every large file reads, */
    int unread_descriptor; /* and the same for one that is not in the page cache: it can't be
                              read by this one, only by the reader */
    unsigned changes;      /* of that file so far */
    struct reader_job *done_first;
    struct reader_job *done_last;

    /* The server */
    unsigned server_faults; /* in a thousand */
    bool loses_first;       /* the answer to the first attempt */
    unsigned capacity;      /* more at a time get a 503; 0: any number */
    bool tells_limits;      /* of a rate limit that is used up, now and then */
    int64_t outage_from_us;
    int64_t outage_until_us;
    struct sim_ledger ledger[SIM_FILES_MOST];
    unsigned in_flight;

    struct sim_rules rules;
    struct sim_watch watch;
};

/* Makes the world of `seed`. */
void sim_init(struct sim *sim, uint64_t seed);
void sim_free(struct sim *sim);

/* Number of the file with this {path}, and of its group. */
unsigned sim_number(const char *path);
unsigned sim_group(const struct sim *sim, unsigned number);

/* True `of_thousand` times in a thousand. */
bool sim_chance(struct sim *sim, unsigned of_thousand);

/* A number from 0 to `bound` - 1. */
int64_t sim_below(struct sim *sim, int64_t bound);

/* Lets something happen in `in_us` from now. */
void sim_schedule(
    struct sim *sim, int64_t in_us, void (*happens)(struct sim *sim, void *object), void *object);

bool sim_in_outage(const struct sim *sim);

/* Time passes: to the next event and through all that happens then, but at most `wait_us`. */
void sim_pass_time(struct sim *sim, int64_t wait_us);

/* sim_disk.c, sim_server.c */
extern const struct reader_ops sim_reader_ops;
extern const struct http_ops sim_http_ops;
void sim_disk_init(struct sim *sim);
void sim_disk_free(struct sim *sim);
/* Gives the large file another time stamp: whoever streams it now must break off. */
void sim_change_large(struct sim *sim);

/* sim_watch.c: a file is found, an attempt starts, it ends, body bytes move, a streamed body went
 * out whole, a file has its verdict. */
void sim_watch_init(struct sim *sim);
void sim_watch_found(struct sim *sim);
void sim_watch_start(struct sim *sim, unsigned number);
void sim_watch_end(struct sim *sim, unsigned number, const struct http_end *end);
void sim_watch_moved(struct sim *sim, int64_t bytes);
void sim_watch_whole(struct sim *sim, unsigned number);
void sim_watch_verdict(struct sim *sim, unsigned number, bool failed);
/* Writes down that the rule with this name is broken, unless `kept`. */
void sim_watch_rule(struct sim *sim, bool kept, const char *rule);

#endif
