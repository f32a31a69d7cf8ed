/* A simulated world for the scheduler: clock, disk and network, all determined by a seed.
 *
 * sim.c has the clock, the events and the folder; sim_disk.c the reader; sim_server.c the transport
 * and the servers; sim_watch.c checks at every start and end that the scheduler obeys its options.
 */
#ifndef SHOAL_TESTS_UNIT_SIM_H
#define SHOAL_TESTS_UNIT_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/container_of.h"
#include "base/heap.h"
#include "base/random.h"
#include "io/http.h"
#include "io/reader.h"
#include "io/source.h"

#define SIM_FILES_MOST  12000
#define SIM_GROUPS_MOST 300
#define SIM_STARTS_MOST 600    /* the most starts in a rate window that is checked */
#define SIM_LARGE_SIZE  307200 /* bytes of every streamed file */
#define SIM_MARK_EVERY                                                                             \
    4096 /* at multiples of this offset the file contains the offset, as int64_t */

/* What the server knows about one file, and what it did. */
struct sim_ledger {
    unsigned begun;    /* attempts */
    unsigned accepted; /* times that it accepted the file */
    unsigned
        ambiguous;    /* attempts after which it may have accepted it, as far as the client knows */
    unsigned counted; /* ends that use up a retry: ambiguous ones, changes and shortages */
    unsigned told;    /* verdicts */
    unsigned loaded_at; /* `changes` when it was opened for streaming */
    bool unreadable;    /* the disk failed while it was streamed, so it must not be sent whole */
    int64_t quiet_until_us; /* the end of a wait that a response asked for */
    bool lost;              /* listed, but does not exist: it never enters a group */
};

/* What the scheduler must obey. The test fills it in before the run. */
struct sim_rules {
    unsigned jobs_most;
    unsigned retries;
    bool at_most_once;
    bool grouped;       /* by folder; otherwise all files are one group */
    bool serial;        /* one of a group at a time */
    bool first_alone;   /* one of a group until it is finished */
    unsigned rate_most; /* starts in any `rate_window_us`; 0: any number */
    int64_t rate_window_us;
    int64_t bytes_per_second; /* 0: no limit */
    int64_t give_up_after_us;
    unsigned max_failures; /* 0: any number */
    bool no_more_starts;   /* the run was interrupted */
};

/* One server: how it behaves, and what the scheduler knows or must obey. */
struct sim_server {
    int64_t outage_from_us;
    int64_t outage_until_us; /* until then nobody can connect */
    int64_t busy_from_us;
    int64_t busy_until_us; /* until then every response is a 429 that asks to wait 2 s */
    bool hangs;            /* it responds to nothing after it was connected to */
    bool connected;        /* there was a connection */
    unsigned in_flight;
    unsigned found;           /* files for it that the walk has found */
    unsigned told;            /* verdicts of these */
    unsigned starts;          /* attempts */
    unsigned outage_starts;   /* attempts in the outage */
    int64_t failing_since_us; /* the first failed attempt since `answered_us` */
    int64_t answered_us;      /* the last response that decided a verdict */
    int64_t quiet_until_us;   /* the end of a pause that it asked for */
    unsigned asks_in_row;     /* 503 with Retry-After since the last success */
    int64_t idle_since_us; /* since when every file found is finished; CLOCK_NEVER: some are not */
    int64_t told_us;       /* the last verdict */
    bool gave_up;          /* the scheduler said that it gave up */
    unsigned pauses;       /* pauses that the user was told of */
};

/* What the scheduler is judged by. */
struct sim_watch {
    const char *wrong; /* the first rule that was broken, or NULL */
    int64_t starts_us[SIM_STARTS_MOST];
    unsigned starts;
    int64_t moved; /* bytes of bodies */
    unsigned failures;
    bool group_told[SIM_GROUPS_MOST];
    int group_open[SIM_GROUPS_MOST]; /* the file that was started and is not finished; -1: none */
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
    unsigned groups; /* folders that contain them */
    unsigned given;  /* by the source so far */
    unsigned problems;
    bool end_given;
    bool in_order;        /* the walk finds one folder after the other */
    unsigned walk_pauses; /* pauses per thousand calls of take() */
    unsigned pause_after; /* the walk also pauses after this number of files; 0: it does not */
    int64_t walk_pause_until_us;

    /* The disk */
    unsigned disk_faults;  /* per thousand jobs */
    unsigned large_files;  /* streamed files per thousand */
    int large_descriptor;  /* the real file that every streamed file reads */
    int unread_descriptor; /* the same file, write-only: reading it without the reader fails, as if
                              it were not in the page cache */
    unsigned changes;      /* how often that file was changed */
    struct reader_job *done_first;
    struct reader_job *done_last;

    /* The servers */
    bool several;           /* each folder has a server; otherwise there is one */
    unsigned server_faults; /* per thousand attempts */
    bool loses_first;       /* the response to the first attempt is lost */
    unsigned capacity;      /* more requests at a time get a 429; 0: no limit */
    bool tells_limits;      /* some responses report a rate limit that is used up */
    struct sim_server servers[SIM_GROUPS_MOST];
    struct sim_ledger ledger[SIM_FILES_MOST];
    unsigned in_flight;

    struct sim_rules rules;
    struct sim_watch watch;
};

/* Makes the world of `seed`. */
void sim_init(struct sim *sim, uint64_t seed);

/* Frees the world, also amid a run. */
void sim_free(struct sim *sim);

/* The number of the file with this {path} or URL. */
unsigned sim_number(const char *path);

/* The number of the group of file `number`. */
unsigned sim_group(const struct sim *sim, unsigned number);

/* True `of_thousand` times in a thousand calls. */
bool sim_chance(struct sim *sim, unsigned of_thousand);

/* A number from 0 to `bound` - 1. */
int64_t sim_below(struct sim *sim, int64_t bound);

/* Calls `happens` with `object` in `in_us` microseconds. */
void sim_schedule(
    struct sim *sim, int64_t in_us, void (*happens)(struct sim *sim, void *object), void *object);

/* The folder of file `number`. */
unsigned sim_folder(const struct sim *sim, unsigned number);

/* The server of file `number`. */
struct sim_server *sim_server_of(struct sim *sim, unsigned number);

/* Does the server ask for pauses now? */
bool sim_is_busy(const struct sim *sim, const struct sim_server *server);

/* Can the server not be reached now? */
bool sim_in_outage(const struct sim *sim, const struct sim_server *server);

/* Moves the clock to the next event, but by at most `wait_us`, and lets the event happen. */
void sim_pass_time(struct sim *sim, int64_t wait_us);

/* The reader (sim_disk.c) and the transport (sim_server.c). */
extern const struct reader_ops sim_reader_ops;
extern const struct http_ops sim_http_ops;

/* Makes the real file that streamed files read. */
void sim_disk_init(struct sim *sim);

/* Closes it. */
void sim_disk_free(struct sim *sim);

/* Changes its time stamp: every transfer that streams it must end. */
void sim_change_large(struct sim *sim);

/* Prepares sim_watch.c, which the following functions inform. */
void sim_watch_init(struct sim *sim);

/* The walk found file `number`. */
void sim_watch_found(struct sim *sim, unsigned number);

/* An attempt of file `number` starts. */
void sim_watch_start(struct sim *sim, unsigned number);

/* An attempt of file `number` ended. */
void sim_watch_end(struct sim *sim, unsigned number, const struct http_end *end);

/* `bytes` of a body were sent. */
void sim_watch_moved(struct sim *sim, int64_t bytes);

/* All of a streamed body was sent. */
void sim_watch_whole(struct sim *sim, unsigned number);

/* File `number` got its verdict. */
void sim_watch_verdict(struct sim *sim, unsigned number, bool failed);

/* Records that `rule` was broken, unless `kept`. */
void sim_watch_rule(struct sim *sim, bool kept, const char *rule);

#endif
