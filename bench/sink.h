/* The parts of the sink: a server that takes requests, counts them and throws them away, at as
 * little cost as can be, so that what is measured is the client. */
#ifndef BENCH_SINK_H
#define BENCH_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEAD_MOST 16384 /* bytes of a request's line and header lines */

enum request_state {
    REQUEST_HEAD,       /* header lines are read */
    REQUEST_BODY,       /* `left` bytes of the body are to come */
    REQUEST_CHUNK_LINE, /* the line with a chunk's size */
    REQUEST_CHUNK_DATA, /* `left` bytes of a chunk are to come */
    REQUEST_CHUNK_GAP,  /* the line's end behind a chunk */
    REQUEST_TRAILER,    /* lines behind the last chunk, to the empty one */
    REQUEST_COMPLETE,
    REQUEST_BAD,
};

/* One request as it comes in. All zero before the first. */
struct request {
    enum request_state state;
    uint64_t left;   /* bytes */
    uint64_t length; /* of the body so far, bytes */
    bool is_upload;  /* POST or PUT: it counts */
    bool expects;    /* the client waits for "100 Continue" */
    bool keep;       /* the connection stays open */
    bool multipart;
    bool is_statistics; /* GET /stat */
    bool is_reset;      /* GET /reset */
    char tail[4];       /* the body's last bytes */
};

/* Takes bytes of a request; gives how many of them belong to it. It stops once the request is
 * complete or bad. Lines are taken only whole: what is left must be given again, with more behind
 * it. */
size_t request_take(struct request *request, const char *data, size_t length);

/* Does a multipart body end as such a body must? Others always do. */
bool request_ends_well(const struct request *request);

#define SLOTS     8192 /* of the history */
#define SLOT_US   100000
#define STAT_MOST (SLOTS * 16 + 1024)

/* Listens at a port of 127.0.0.1 (0: any free one) or at "unix:PATH", and prints the port or the
 * path on a line. Gives the descriptor, non-blocking; -1, said on standard error, on failure. */
int listen_at(const char *where);

/* What came since the start or the last reset. */
struct counts {
    uint64_t taken;   /* uploads that were answered with 200 */
    uint64_t refused; /* with 503 */
    uint64_t bad;     /* requests that were none, or a multipart body without its end */
    uint64_t bytes;   /* of bodies, of all uploads */
    uint64_t connections;
    uint64_t open;         /* connections, now */
    uint64_t most_open;    /* connections at once */
    int64_t first_us;      /* the first upload's head was complete, CLOCK_MONOTONIC; 0: none yet */
    int64_t last_us;       /* the last one was answered */
    uint32_t slots[SLOTS]; /* uploads that were taken, by tenths of a second since first_us */
};

/* The counts as JSON, into `text`, which has STAT_MOST bytes. Gives its length. */
size_t counts_text(const struct counts *counts, char *text);

#endif
