/* Events: counts what happens and reports it to the caller. Secrets are replaced here, once for
 * every sink; sinks do the escaping. */
#ifndef SHOAL_CORE_EVENT_H
#define SHOAL_CORE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "core/causes.h"
#include "core/html_success.h"
#include "core/plan.h"
#include "core/response_view.h"
#include "shoal.h"

/* How a run ended, as far as the verdicts do not say it. */
enum events_ending {
    EVENTS_ENDED,                /* nothing more is known */
    EVENTS_ENDED_FOR_GOOD,       /* every server was given up: running again would not help */
    EVENTS_ENDED_BY_SCHEME,      /* the same, because none of them speaks TLS: wrong usage */
    EVENTS_ENDED_BY_CREDENTIALS, /* the same, because each of them refused the credentials */
};

/* The events of one run. */
struct events {
    shoal_event_fn *on_event;    /* receives them; the caller's; NULL: they are dropped */
    void *context;               /* for `on_event` */
    const struct clock *clock;   /* the caller's */
    const struct config *config; /* the caller's */
    struct shoal_totals totals;  /* so far */
    int64_t start_us;            /* when the run began, by `clock` */
    enum events_ending ending;   /* set before events_end() */
    uint64_t bad_failures;       /* failed and not temporary */
    bool refused;                /* no file may be sent: see events_refuse() */
    bool journal_failed;         /* the journal lacks verdicts */
    uint64_t left_out;           /* files that were found and are not this run's */
    struct secrets *secrets;     /* those that are replaced in what is being told */
    struct buf nothing;          /* why nothing was found, as a sentence; empty: not known */
    struct causes causes;        /* why files failed */
    struct buf description;      /* a file's cause, in full */
    struct buf cause;            /* the same, folded */
    struct buf text;             /* a text with its secrets replaced */
    struct buf origin;           /* the same, of an event with two texts */
    struct buf url;              /* the same, of an event with three */
    struct response_view view;   /* a response with its secrets replaced */
    struct html_success html;    /* successes that may be none */
};

/* What became of a file. The texts are valid until events_file() returns. */
struct event_file {
    const struct entry *entry;  /* which file */
    enum shoal_verdict verdict; /* what became of it */
    bool temporary;             /* failed: a later run can succeed */
    bool maybe_accepted;        /* failed: after some attempt the server may have accepted it */
    long status;                /* HTTP status of the last attempt; 0: none */
    unsigned attempts;          /* requests begun for it */
    unsigned redirects;         /* redirects followed for it */
    bool redirected;            /* they led its last request to `url` */
    int64_t bytes;              /* the file's size; -1: never known */
    int64_t first_us;           /* when its first attempt began, by events_now_us(); 0: never */
    enum shoal_reason reason;   /* why it failed or is unknown; otherwise SHOAL_REASON_NONE */
    const char *error;          /* the same as a sentence; NULL where there is no reason */
    const char *origin;         /* of its URL; NULL or "": it has none (yet) */
    const char *url;            /* of its last request; NULL: none was made */
    bool several;               /* the run has more than one origin */
    const struct http_end *end; /* of the attempt that decided, for its response; NULL: none */
};

/* Initializes the events of one run, which starts now. Everything passed in must outlive it. */
void events_init(struct events *events, const struct config *config, const struct clock *clock,
    shoal_event_fn *on_event, void *context);

/* The time by the events' clock, which goes on while the loop does not run. */
int64_t events_now_us(const struct events *events);

/* Frees the buffers. */
void events_free(struct events *events);

/* Reports the start. `jobs`: as the option says, 0 for `auto`. */
void events_start(struct events *events, unsigned jobs);

/* Counts a file as found. */
void events_found(struct events *events, const struct entry *entry);

/* Counts a file's verdict and reports it. Returns the text that groups its failure, with secrets
 * replaced, valid until the next call; NULL: it did not fail. */
const char *events_file(struct events *events, const struct event_file *file);

/* Counts a problem and reports it: `text` is a sentence, `path` what it is about, or NULL. */
void events_problem(struct events *events, const char *path, const char *text);

/* Reports that the files do not fit the options, so that none of them is sent: a problem, with
 * SHOAL_EXIT_USAGE as the exit status. `text` is a sentence. */
void events_refuse(struct events *events, const char *text);

/* Reports something that a person should know: `text` is a sentence. */
void events_notice(struct events *events, const char *text);

/* Dry run: counts and reports that `path` is not sent, and why. */
void events_left_out(struct events *events, const char *path, const char *why);

/* Keeps the sentence that says why nothing was found, for events_end(). */
void events_nothing_found(struct events *events, const char *text);

/* Reports that the journal cannot be used any more: `text` is a sentence. The run is then not
 * complete, and running again can help. */
void events_journal_failed(struct events *events, const char *text);

/* Reports an attempt after which its file is sent again. `attempt->error` may contain secrets. */
void events_attempt(struct events *events, const struct shoal_attempt *attempt);

/* Reports that an origin lets nothing start for a while. The texts may contain secrets. */
void events_pause(struct events *events, const struct shoal_pause *pause);

/* Reports how many files may be in flight to an origin from now on. */
void events_limit(struct events *events, const char *origin, unsigned limit);

/* Dry run: counts the file as planned and reports its finished plan. */
void events_plan(struct events *events, const struct entry *entry, const struct plan *plan);

/* Reports how far the run is. All of `progress` except its totals is the caller's. */
void events_progress(struct events *events, const struct shoal_progress *progress);

/* Reports the end. Returns the exit status, as shoal_session_run() does. `signal`: the signal that
 * interrupted the run; 0: none. */
int events_end(struct events *events, int signal);

#endif
