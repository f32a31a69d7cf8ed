/* libshoal: uploads every file in a folder over HTTP and reports a verdict for each file.
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
 * Options have the names of the command line (`shoal send --help`) and the same meaning. The
 * library prints nothing and never ends the process: everything it reports is an event.
 *
 * Threads. Different options and sessions may be used by different threads at the same time. One
 * object may be used by one thread at a time, with two exceptions: shoal_session_interrupt() may be
 * called from anywhere, and sessions in several threads may share options that nobody changes.
 *
 * The process. Ignore SIGPIPE before you run a session: TLS connections can raise it. A session may
 * raise the soft limit of open files (RLIMIT_NOFILE) to the hard one. It reads environment
 * variables (`env:NAME` values, proxies, SSL_CERT_FILE), so no other thread may change the
 * environment while shoal_session_new() or shoal_session_run() is running.
 *
 * Versions. A later version may add kinds of events, and fields at the end of the structs that
 * events consist of; a caller ignores kinds that it does not know. */
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

/* The version of the program and the library (Semantic Versioning). Nothing else states it. */
#define SHOAL_VERSION "0.1.0"

/* Returns the version of the library that runs, as SHOAL_VERSION is that of this header: a program
 * may be compiled with one and run with another. The text is constant and lives as long as the
 * library. Safe in any thread. */
const char *shoal_version(void);

/* Bytes in a buffer for an error message, with its terminating NUL. A longer message is cut. */
#define SHOAL_ERROR_SIZE 512

/* What is to be uploaded, where to and how: made by shoal_options_new(). */
struct shoal_options;

/* One run: made by shoal_session_new(). */
struct shoal_session;

/* --- events: what happens in a run --- */

/* What became of a file. Every file found gets exactly one verdict. */
enum shoal_verdict {
    SHOAL_SENT,    /* the server accepted it */
    SHOAL_EXISTS,  /* the server says that it already has it (the option `exists`) */
    SHOAL_SKIPPED, /* an earlier run sent it, and it has not changed (the option `journal`); or its
                      second file is missing, and the option `without-pair` says so */
    SHOAL_FAILED,  /* refused, unreadable, changed, out of retries, or never attempted */
    SHOAL_UNKNOWN, /* the server may have accepted it */
};

/* How many verdicts there are. */
#define SHOAL_VERDICTS 5

/* Returns the name: "sent", "exists", "skipped", "failed", "unknown"; "" for any other number. The
 * text is constant and lives as long as the library. Safe in any thread. */
const char *shoal_verdict_name(enum shoal_verdict verdict);

/* Why a file is FAILED or UNKNOWN, for programs; the sentence beside it is for people. */
enum shoal_reason {
    SHOAL_REASON_NONE,          /* the file has another verdict */
    SHOAL_REASON_STATUS,        /* the response's status says so */
    SHOAL_REASON_CONNECT,       /* no connection, or it broke; or what came over it is not HTTP */
    SHOAL_REASON_TLS,           /* TLS failed, for another reason than the certificate */
    SHOAL_REASON_CERTIFICATE,   /* the server's certificate does not verify */
    SHOAL_REASON_PROXY,         /* the proxy did not open a tunnel */
    SHOAL_REASON_STALL,         /* nothing moved for the option `stall-timeout` */
    SHOAL_REASON_TIMEOUT,       /* no response in time; or it was in flight when the run ended */
    SHOAL_REASON_CHANGED,       /* the file changed while it was read */
    SHOAL_REASON_UNREADABLE,    /* the file can't be read, or no request can be made of it */
    SHOAL_REASON_TOO_LARGE,     /* the file is larger than an option allows */
    SHOAL_REASON_PAIR,          /* another file that belongs to the request is missing */
    SHOAL_REASON_CHECK,         /* a check of the response failed */
    SHOAL_REASON_CREDENTIALS,   /* the server or the proxy refused the credentials (401, 407) */
    SHOAL_REASON_NOT_ATTEMPTED, /* the run ended, or gave up on the server, before its turn */
};

/* How many reasons there are, SHOAL_REASON_NONE included. */
#define SHOAL_REASONS 15

/* Returns the name: the last words of the constant in lower case, such as "too-large"; "" for
 * SHOAL_REASON_NONE and any other number. The text is constant and lives as long as the library.
 * Safe in any thread. */
const char *shoal_reason_name(enum shoal_reason reason);

/* The exit statuses of `shoal send`. shoal_session_run() says which of them it returns when. */
enum shoal_exit {
    SHOAL_EXIT_OK = 0,     /* every file was sent, exists or was skipped; dry run: would be sent */
    SHOAL_EXIT_FAILED = 1, /* something went wrong that no other status describes */
    SHOAL_EXIT_USAGE = 2,  /* wrong usage or configuration, or no file found: nothing was sent */
    SHOAL_EXIT_TEMPORARY = 75,   /* every failure is temporary: run again later (EX_TEMPFAIL) */
    SHOAL_EXIT_CREDENTIALS = 77, /* the servers refused the credentials (EX_NOPERM) */
    SHOAL_EXIT_SIGNAL = 128,     /* interrupted: this plus the number of the signal */
};

/* What an event tells. It decides which member of struct shoal_event is set. */
enum shoal_event_kind {
    SHOAL_EVENT_START,    /* `start`: the first event, once */
    SHOAL_EVENT_FILE,     /* `file`: a file has its verdict; once per file */
    SHOAL_EVENT_PROBLEM,  /* `problem`: something other than a file's upload went wrong */
    SHOAL_EVENT_PLAN,     /* `plan`: dry run, the request that would be sent for a file */
    SHOAL_EVENT_NOTICE,   /* `notice`: something that a person should know, such as an interrupt */
    SHOAL_EVENT_ATTEMPT,  /* `attempt`: an attempt failed, and the file will be sent again */
    SHOAL_EVENT_PAUSE,    /* `pause`: a server lets nothing be sent for a while; once per pause */
    SHOAL_EVENT_PROGRESS, /* `progress`: about ten times per second while the run goes on */
    SHOAL_EVENT_END,      /* `end`: the last event, once */
};

/* Bytes that may have any value. A NUL that is not counted in `length` follows them. */
struct shoal_text {
    const char *data; /* NULL: there is no text */
    size_t length;    /* bytes */
};

/* Counts of files unless noted otherwise. At the end of a run that is not a dry run, the verdicts
 * add up to `found`. */
struct shoal_totals {
    uint64_t found;                    /* regular files found and not filtered out, so far */
    uint64_t verdicts[SHOAL_VERDICTS]; /* files per verdict, by enum shoal_verdict */
    uint64_t temporary;                /* failed files for which a later run can succeed */
    uint64_t not_attempted;            /* failed files with SHOAL_REASON_NOT_ATTEMPTED */
    uint64_t maybe_accepted;           /* failed files with `maybe_accepted` */
    uint64_t without_pair;             /* files whose second file does not exist: sent or not */
    uint64_t planned;                  /* dry run: files that would be sent; part of `found` */
    uint64_t passed_over;              /* symbolic links, FIFOs, sockets and devices */
    uint64_t hidden;                   /* dot files; part of `found` */
    uint64_t html_responses;           /* sent files whose response was an unexpected HTML page */
    uint64_t problems;                 /* PROBLEM events */
    uint64_t retries;                  /* attempts after the first one of each file */
    int64_t bytes;                     /* bytes: the sizes of the files that were sent, added up */
    int64_t largest_sent;              /* bytes: the size of the largest of them; 0: none */
    bool complete;                     /* the search for files reached its end */
};

/* START: what the run is going to do. */
struct shoal_start {
    const char *method;       /* HTTP method */
    const char *url;          /* URL template as given, with secrets replaced */
    const char *const *paths; /* operands as given; the list ends with NULL */
    unsigned jobs;            /* most files in flight, as asked for; 0: the run finds the number */
    bool dry_run;             /* nothing is sent: there are PLAN events for the files */
    const char *only_failed;  /* what files are chosen by (the option `only-failed`); NULL: all */
    const char *shard;        /* "3/16": the part of the files that is sent; NULL: all */
};

/* A name and its value. */
struct shoal_value {
    const char *name;        /* never NULL */
    struct shoal_text value; /* `data` is never NULL */
};

/* FILE: what became of one file. */
struct shoal_file {
    struct shoal_text path;     /* `{path}`: the path below the folder given */
    enum shoal_verdict verdict; /* what became of it */
    enum shoal_reason reason;   /* why: FAILED and UNKNOWN; SKIPPED for SHOAL_REASON_PAIR; otherwise
                                   SHOAL_REASON_NONE */
    const char *error;          /* the same as a sentence; NULL where `reason` is NONE */
    const char *cause;          /* the text of its struct shoal_cause; NULL where there is none */
    bool first_of_cause;        /* no earlier file had this cause */
    const char *origin;         /* "https://example.com"; NULL: it has no URL (yet) */
    long status;                /* HTTP status of the last attempt; 0: it got no response */
    unsigned attempts;          /* requests begun for this file; 0: it was never attempted */
    int64_t bytes;              /* size of the file in bytes; -1: it was never opened */
    int64_t took_us;     /* microseconds from its first attempt to its verdict; 0: no attempt */
    bool temporary;      /* FAILED: a later run can succeed; otherwise false */
    bool maybe_accepted; /* FAILED: after some attempt the server may have accepted it */
    struct shoal_text response; /* body of the last response, up to 64 KiB; data NULL: none came */
    bool response_cut;          /* the body was longer than `response` */
    const struct shoal_value *headers;  /* headers of that response: those that docs/responses.md
                                           lists, and those of the option `show-header` */
    size_t header_count;                /* length of `headers` */
    const struct shoal_value *captured; /* what the option `capture` takes of that response */
    size_t captured_count;              /* length of `captured` */
};

/* ATTEMPT: an attempt that did not end its file, which will be sent again. The last attempt of a
 * file has none: the file's verdict tells what became of it. */
struct shoal_attempt {
    struct shoal_text path; /* `{path}`: the path below the folder given */
    unsigned attempt;       /* 1: the first attempt of the file */
    long status;            /* HTTP status; 0: it got no response */
    const char
        *phase;        /* how far it got: "connecting", "sending", "waiting" (for the response,
                          after      all of the body was sent) or "answering" (a response had begun) */
    const char *error; /* why it failed, as a sentence */
    int64_t took_us;   /* microseconds that it took */
    int64_t wait_us;   /* microseconds until the file may be sent again, at least */
};

/* PROBLEM: something that is not one file's fate, such as a folder that cannot be read. */
struct shoal_problem {
    struct shoal_text path; /* the folder or list it is about; data NULL: none */
    const char *error;      /* what went wrong, as a sentence; never NULL */
};

/* One field of a form. */
struct shoal_field {
    const char *name;        /* the field's name */
    struct shoal_text value; /* the text; with `is_file`, the path of the file to read */
    bool is_file;            /* the content is a file's, not a text */
    const char *file_name;   /* file name in the request; NULL: none is sent */
    const char *type;        /* media type in the request; NULL: none is sent */
};

/* PLAN: dry run, the request that would be sent for one file. */
struct shoal_plan {
    struct shoal_text path;     /* `{path}`: the path below the folder given */
    const char *method;         /* HTTP method */
    const char *url;            /* URL for this file, with secrets replaced */
    const char *const *headers; /* "Name: value" lines; the list ends with NULL; may be NULL */
    const struct shoal_field *fields; /* the form's fields in order; NULL if `field_count` is 0 */
    size_t field_count;               /* 0: the body is the file itself */
    int64_t bytes;                    /* size of the file in bytes */
};

/* NOTICE: something that a person should know. It is not an error. */
struct shoal_notice {
    const char *message; /* a sentence; never NULL */
};

/* PAUSE: the files for an origin (scheme, host and port) wait, because it asks for a pause or is
 * down. Pauses of less than a second are not reported. */
struct shoal_pause {
    const char *origin; /* "https://example.com", with the port unless it is the scheme's own */
    const char *error;  /* why, as a sentence; never NULL */
    long status;        /* HTTP status of the response that made it so; 0: there was none */
    int64_t wait_us;    /* microseconds that it asks to wait; -1: it is down for a time unknown */
    int64_t until_seconds; /* when it may be asked again, seconds since 1970; 0: not known */
};

/* PROGRESS: how far the run is. */
struct shoal_progress {
    const struct shoal_totals *totals; /* so far; never NULL */
    uint64_t in_flight;                /* files in flight now */
    int64_t bytes_moved;               /* bytes of requests handed to the network, all attempts */
    struct shoal_text slowest; /* `{path}` of the large file whose attempt began first of those
                                  in flight; data NULL: there is none */
    int64_t slowest_sent;      /* bytes of its request handed to the network */
    int64_t slowest_length;    /* bytes of its request's body */
    int64_t slowest_us;        /* microseconds since its attempt began */
    uint64_t held_up;          /* origins that let nothing be sent now */
    const char *host;          /* the host of one of them; NULL: `held_up` is 0 */
};

/* What a group of FAILED and UNKNOWN files has in common. */
struct shoal_cause {
    const char *text; /* the cause, in which each run of digits, and each of 8 or more hexadecimal
                         digits, is `#`: equal for all files of the group. A status code at its
                         start stays. */
    const char *example;          /* the cause of the first file in full */
    enum shoal_reason reason;     /* that of the first file */
    struct shoal_text first_path; /* the first file's `{path}` */
    uint64_t count;               /* files */
    uint64_t temporary;           /* those of them for which a later run can succeed */
    unsigned attempts_most;       /* requests begun for one of them, at most */
    int64_t bytes_least;          /* size of the smallest file in bytes; -1: none was opened */
    int64_t bytes_most;           /* size of the largest file in bytes; -1: none was opened */
    int64_t first_us;             /* `at_us` of the first verdict */
    int64_t last_us;              /* `at_us` of the last verdict */
};

/* END: the result of the run. */
struct shoal_end {
    const struct shoal_totals *totals; /* never NULL */
    const struct shoal_cause *causes;  /* why files failed, the most frequent first; may be NULL */
    size_t cause_count;                /* at most 1,001 */
    int exit_status;                   /* enum shoal_exit, as shoal_session_run() returns it */
    int signal;                        /* signal that interrupted the run; 0: none */
    bool again_helps;                  /* files failed that running again later can send */
};

/* One event. Read the member that `kind` names; no other one is set.
 *
 * Texts are not escaped: use shoal_printable() before a terminal sees them. Secrets (values
 * read by `env:`, `file:` and `fd:`, and passwords) are replaced by "***" in all texts but the
 * paths of files and folders. */
struct shoal_event {
    enum shoal_event_kind kind; /* which of the members below is set */
    int64_t at_us;              /* microseconds since shoal_session_new(); never decreases */
    union {
        struct shoal_start start;       /* SHOAL_EVENT_START */
        struct shoal_file file;         /* SHOAL_EVENT_FILE */
        struct shoal_problem problem;   /* SHOAL_EVENT_PROBLEM */
        struct shoal_plan plan;         /* SHOAL_EVENT_PLAN */
        struct shoal_notice notice;     /* SHOAL_EVENT_NOTICE */
        struct shoal_attempt attempt;   /* SHOAL_EVENT_ATTEMPT */
        struct shoal_pause pause;       /* SHOAL_EVENT_PAUSE */
        struct shoal_progress progress; /* SHOAL_EVENT_PROGRESS */
        struct shoal_end end;           /* SHOAL_EVENT_END */
    };
};

/* Receives the events, one call per event. Called only from within shoal_session_run(), in the
 * thread that runs it, never twice at the same time for one session. `context` is what
 * shoal_session_new() was given. The library owns `event` and everything it points to; all of it is
 * valid only during the call: copy what you keep. The run waits while it is called. It may call
 * shoal_session_interrupt(), but no other function with this session. */
typedef void shoal_event_fn(void *context, const struct shoal_event *event);

/* Makes text from outside safe for a terminal: writes `length` bytes of `text` to `out` as one line
 * of valid UTF-8 in which control characters, bytes that are not valid UTF-8 and characters that
 * reorder or hide text are escaped (\n, \x1b, \u{202E}), and a backslash is doubled. Ends with a
 * NUL and is cut, between two characters, to `size` bytes with it. Returns how many bytes the whole
 * result has without its NUL: if that is less than `size`, nothing was cut. `out` NULL or `size` 0:
 * writes nothing. `text` NULL: as an empty text. Allocates nothing. Safe in any thread and in a
 * signal handler. */
size_t shoal_printable(const char *text, size_t length, char *out, size_t size);

/* --- options --- */

/* Returns new, empty options; NULL: out of memory. The caller frees them with shoal_options_free().
 * Safe in any thread. */
struct shoal_options *shoal_options_new(void);

/* Frees options and overwrites the values they held. No session that was made with them may exist,
 * and no other thread may use them any more. NULL is allowed. */
void shoal_options_free(struct shoal_options *options);

/* Sets the option with the long name `name` (without dashes) to `value`, which is NULL for a flag.
 * An option that may be repeated adds a value; for others the last value counts. Options that say
 * where the command writes its output (`json`, `quiet`, `verbose`) are not the library's. Copies
 * both texts. Returns false, with a sentence in `error`, for an unknown name, a bad value, or if
 * memory runs out, or `options` or `name` is NULL; then `options` is unchanged and can be used as
 * before. `error` has SHOAL_ERROR_SIZE bytes, is written only on failure, and may be NULL. One
 * thread at a time per options. */
bool shoal_options_set(
    struct shoal_options *options, const char *name, const char *value, char *error);

/* Adds a PATH: a folder, a file, or "-" for a list of paths on standard input. Copies the text.
 * Returns false if memory runs out or an argument is NULL; then `options` is unchanged. Whether
 * there is such a file is not checked here. One thread at a time per options. */
bool shoal_options_add_operand(struct shoal_options *options, const char *path);

/* --- sessions --- */

/* Makes a session and checks everything that can be checked before something is sent. Reads the
 * values of `env:`, `file:` and `fd:`, and opens the operands. `on_event` receives the events, with
 * `context`, which stays the caller's; `on_event` NULL: nobody receives them. The options stay the
 * caller's and must outlive the session. Returns a session that the caller frees with
 * shoal_session_free(); or NULL, also for `options` NULL, with a sentence in `error`
 * (SHOAL_ERROR_SIZE bytes, written only on failure, may be NULL): SHOAL_EXIT_USAGE for the command.
 * Safe in any thread, while no thread changes `options`.
 */
struct shoal_session *shoal_session_new(
    const struct shoal_options *options, shoal_event_fn *on_event, void *context, char *error);

/* Frees a session that is not running, with all it opened. NULL is allowed. No thread or signal
 * handler may call shoal_session_interrupt() with it from then on. */
void shoal_session_free(struct shoal_session *session);

/* Leaves the regular file that is open at `descriptor` out of the run, should it be below a PATH:
 * one that the caller writes events to, for instance. It is counted as passed over. Any other
 * descriptor is ignored. Returns false if memory runs out, or if `session` is NULL. Only before
 * shoal_session_run(), by one thread at a time. */
bool shoal_session_leave_out(struct shoal_session *session, int descriptor);

/* Uploads the files and returns when every one has its verdict. Call it once per session, from any
 * one thread; it starts threads of its own, which have ended when the session is freed, but for one
 * that hangs in a system call, whose memory is not freed. Errors are events. Returns the exit
 * status that the command would have, the first of these that applies:
 *
 *     SHOAL_EXIT_SIGNAL + N  shoal_session_interrupt() was called with the signal N
 *     SHOAL_EXIT_CREDENTIALS the run ended because every server refused the credentials
 *     SHOAL_EXIT_USAGE       the URL says https://, and no server speaks TLS there
 *     SHOAL_EXIT_FAILED      there was a PROBLEM, a file is UNKNOWN, or one FAILED for good
 *     SHOAL_EXIT_TEMPORARY   files FAILED, all of them temporarily; or the search for files did not
 *                            reach its end (`complete` is false)
 *     SHOAL_EXIT_USAGE       no file was found, and `allow-empty` is not set
 *     SHOAL_EXIT_OK          every file has another verdict
 *
 * `session` NULL, or a second call for a session: does nothing and returns SHOAL_EXIT_USAGE.
 *
 * A dry run sends nothing. Its files get a PLAN instead of a verdict, or FAILED if they could not
 * be sent, such as a file that cannot be read; the same list applies. */
int shoal_session_run(struct shoal_session *session);

/* Asks a session to stop. After the first call nothing new is started, and what is in flight may
 * finish within the time that the option `grace` sets; the second call cancels what is in flight.
 * Returns at once; shoal_session_run() returns when every file has its verdict. `signal` is the
 * signal's number, for the exit status; 0, or what no signal's number can be, leaves the
 * exit status to the verdicts. NULL: does nothing. Safe in any thread and in a signal handler,
 * before and during the run, until the session is freed. */
void shoal_session_interrupt(struct shoal_session *session, int signal);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
