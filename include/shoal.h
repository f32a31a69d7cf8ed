/* libshoal: sends every file of a folder over HTTP, and says what became of each.
 *
 *     struct shoal_options *options = shoal_options_new();
 *     shoal_options_set(options, "form", "file=@{file}", error);
 *     shoal_options_add_operand(options, "dist");
 *     shoal_options_set(options, "url", "https://example.com/upload", error);
 *     struct shoal_session *session = shoal_session_new(options, on_event, context, error);
 *     int status = shoal_session_run(session);
 *     shoal_session_free(session);
 *     shoal_options_free(options);
 *
 * Options carry the names of the command line (`shoal send --help`) and mean the same. The library
 * prints nothing and ends no process; everything it has to say are events. One session is run by
 * one thread; several sessions may run in several threads. */
#ifndef SHOAL_H
#define SHOAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

#define SHOAL_VERSION "0.1.0"

#define SHOAL_ERROR_SIZE 512

struct shoal_options;
struct shoal_session;

/* What became of a file. Every file found ends in exactly one. */
enum shoal_verdict {
    SHOAL_SENT,    /* the server took it */
    SHOAL_EXISTS,  /* the server says that it has it already */
    SHOAL_SKIPPED, /* the journal has it, unchanged */
    SHOAL_FAILED,  /* refused, unreadable, changed, out of retries, or never attempted */
    SHOAL_UNKNOWN, /* it may have been taken */
};

#define SHOAL_VERDICTS 5

/* "sent", "exists", "skipped", "failed", "unknown". */
const char *shoal_verdict_name(enum shoal_verdict verdict);

enum shoal_event_kind {
    SHOAL_EVENT_START,
    SHOAL_EVENT_FILE,     /* a file has its verdict */
    SHOAL_EVENT_PROBLEM,  /* something that is no file's verdict went wrong */
    SHOAL_EVENT_PLAN,     /* dry run: what would be sent */
    SHOAL_EVENT_NOTICE,   /* worth a line to a person: a pause, an interrupt */
    SHOAL_EVENT_PROGRESS, /* from time to time */
    SHOAL_EVENT_END,
};

/* Bytes that may hold anything, NUL-terminated too. */
struct shoal_text {
    const char *data;
    size_t length;
};

struct shoal_totals {
    uint64_t found;
    uint64_t
        verdicts[SHOAL_VERDICTS]; /* by enum shoal_verdict; they add up to `found` at the end */
    uint64_t temporary;           /* failures that may pass */
    uint64_t planned;             /* dry run: files that would be sent; part of `found` */
    uint64_t passed_over;         /* links, FIFOs, sockets, devices */
    uint64_t hidden;              /* dot files among those found */
    uint64_t problems;
    uint64_t retries; /* attempts beyond each file's first */
    int64_t bytes;    /* of the files sent */
    bool complete;    /* the walk reached its end */
};

struct shoal_event {
    enum shoal_event_kind kind;
    int64_t at_us; /* since the start */

    /* FILE, PROBLEM, PLAN: */
    struct shoal_text path;
    const char *error; /* NULL: none; FILE: why it failed; PROBLEM, NOTICE: the sentence */

    /* FILE: */
    enum shoal_verdict verdict;
    long status; /* the last attempt's, 0: none */
    unsigned attempts;
    int64_t bytes;   /* the file's size; -1 where it was never known */
    int64_t took_us; /* from its first attempt to its verdict */
    bool temporary;
    bool run_ended;             /* it was never attempted, because the run ended before */
    struct shoal_text response; /* data NULL: no answer came */
    bool response_cut;          /* there was more */

    /* START and PLAN: */
    const char *method;
    const char *url;

    /* PLAN: */
    const struct shoal_field *fields; /* the form's, in order; none where the body is the file */
    size_t field_count;
    const char *const *headers; /* as they would be sent, NULL-terminated */

    /* START: */
    const char *const *paths; /* the operands, NULL-terminated */
    unsigned jobs;            /* in flight at most; 0: as many as the server takes well */
    bool dry_run;

    /* PROGRESS and END: */
    const struct shoal_totals *totals;
    uint64_t in_flight;
    int64_t bytes_moved; /* bytes handed to the network so far, all attempts */
    int exit_status;     /* END: as shoal_session_run() gives */
    int signal;          /* END: what interrupted it, or 0 */
};

struct shoal_field {
    const char *name;
    struct shoal_text value; /* a text field's value; a file part's path */
    bool is_file;
    const char *file_name; /* NULL: none */
    const char *type;      /* NULL: none */
};

/* Called from within shoal_session_run(), in its thread. Everything in `event` is valid during the
 * call; texts are unescaped (escape them before a terminal sees them), secrets are replaced. */
typedef void shoal_event_fn(void *context, const struct shoal_event *event);

/* NULL: no memory. */
struct shoal_options *shoal_options_new(void);
void shoal_options_free(struct shoal_options *options);

/* Sets the option with the long name `name` (without dashes); `value` is NULL for a flag.
 * Repeatable options add. False with a sentence in `error` (SHOAL_ERROR_SIZE bytes, may be NULL)
 * for an unknown name or a bad value. Copies what it is given. */
bool shoal_options_set(
    struct shoal_options *options, const char *name, const char *value, char *error);

/* Adds a PATH. False: no memory. */
bool shoal_options_add_operand(struct shoal_options *options, const char *path);

/* Checks everything that can be checked before something is sent. The options must outlive the
 * session. NULL with a sentence in `error`: a matter for exit status 2. */
struct shoal_session *shoal_session_new(
    const struct shoal_options *options, shoal_event_fn *on_event, void *context, char *error);
void shoal_session_free(struct shoal_session *session);

/* Sends. Gives the exit status that the command would have: 0, 1, 2, 75, or 128 + the signal that
 * shoal_session_interrupt() was told of. */
int shoal_session_run(struct shoal_session *session);

/* Asks a running session to end: once, and what is in flight may finish within the grace; twice,
 * and it stops at once. May be called from a signal handler and from any thread. */
void shoal_session_interrupt(struct shoal_session *session, int signal);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
