/* The events of a run: what shoal_session_run() reports to its caller. Included by shoal.h, which
 * has the functions. */
#ifndef SHOAL_EVENTS_H
#define SHOAL_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
    SHOAL_EVENT_LEFT_OUT, /* `left_out`: dry run, what is not sent and why */
    SHOAL_EVENT_NOTICE,   /* `notice`: something that a person should know, such as an interrupt */
    SHOAL_EVENT_ATTEMPT,  /* `attempt`: an attempt failed, and the file will be sent again */
    SHOAL_EVENT_PAUSE,    /* `pause`: a server lets nothing be sent for a while; once per pause */
    SHOAL_EVENT_LIMIT,    /* `limit`: how many files may be in flight has changed */
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
    uint64_t left_out;                 /* dry run: LEFT_OUT events */
    uint64_t passed_over;              /* symbolic links, FIFOs, sockets and devices */
    uint64_t hidden;                   /* dot files; part of `found` */
    uint64_t html_responses;           /* sent files whose response was an unexpected HTML page */
    uint64_t problems;                 /* PROBLEM events */
    uint64_t retries;                  /* attempts after the first one of each file, but for: */
    uint64_t redirects;                /* attempts to which a redirect led */
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
    const char *url;            /* that of its last request, with secrets replaced; NULL: no request
                                   was made */
    long status;                /* HTTP status of the last attempt; 0: it got no response */
    unsigned attempts;          /* requests begun for this file; 0: it was never attempted */
    bool redirected;            /* a redirect led its last request to `url` */
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
    const char *phase;      /* how far it got: "connecting", "sending", "waiting" (for the response,
                               after all of the body was sent) or "answering" (a response had begun) */
    const char *error;      /* why it failed, as a sentence */
    int64_t took_us;        /* microseconds that it took */
    int64_t wait_us;        /* microseconds until the file may be sent again, at least */
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
    struct shoal_text path; /* `{path}`: the path below the folder given */
    const char *method;     /* HTTP method */
    const char *url;        /* URL for this file, with secrets replaced, and without its query if
                               it is from a list */
    const char *const *headers; /* "Name: value" lines; the list ends with NULL; may be NULL */
    const struct shoal_field *fields; /* the form's fields in order; NULL if `field_count` is 0 */
    size_t field_count;               /* 0: the body is the file itself */
    int64_t bytes;                    /* size of the file in bytes */
};

/* LEFT_OUT: dry run, a file or a folder that is not sent. */
struct shoal_left_out {
    struct shoal_text path; /* below the folder given; that of a folder ends in a slash, and nothing
                               in it is looked at */
    const char *message;    /* why: the filter as given, or what it is if not a regular file */
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

/* LIMIT: how many files may be in flight to an origin. Changes by less than a quarter, and within a
 * second, are not reported one by one. */
struct shoal_limit {
    const char *origin; /* "https://example.com" */
    unsigned limit;     /* files */
};

/* PROGRESS: how far the run is. */
struct shoal_progress {
    const struct shoal_totals *totals; /* so far; never NULL */
    uint64_t in_flight;                /* files in flight now */
    int64_t bytes_moved;               /* bytes of requests handed to the network, all attempts */
    int64_t bytes_in_flight;           /* part of it: of large files whose attempts go on */
    uint64_t files_ahead;              /* files that shoal_session_look_ahead() counted so far */
    int64_t bytes_ahead;               /* their sizes, added up */
    bool ahead_complete;               /* the look ahead has counted everything */
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
    unsigned attempts_least;      /* requests begun for one of them, at least */
    unsigned attempts_most;       /* requests begun for one of them, at most */
    int64_t first_bytes;          /* size of the first file in bytes; -1: it was not opened */
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
    const char *nothing_found;         /* a sentence, if the filters left out everything; or NULL */
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
        struct shoal_left_out left_out; /* SHOAL_EVENT_LEFT_OUT */
        struct shoal_notice notice;     /* SHOAL_EVENT_NOTICE */
        struct shoal_attempt attempt;   /* SHOAL_EVENT_ATTEMPT */
        struct shoal_pause pause;       /* SHOAL_EVENT_PAUSE */
        struct shoal_limit limit;       /* SHOAL_EVENT_LIMIT */
        struct shoal_progress progress; /* SHOAL_EVENT_PROGRESS */
        struct shoal_end end;           /* SHOAL_EVENT_END */
    };
};

#endif
