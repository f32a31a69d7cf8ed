/* The parts of the sink: a server that accepts requests, counts them and discards them, at the
 * lowest possible cost, so that what is measured is the client. */
#ifndef BENCH_SINK_H
#define BENCH_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEAD_MOST 16384 /* longest request line and header lines, in bytes */

enum request_state {
    REQUEST_HEAD,       /* header lines are read */
    REQUEST_BODY,       /* `left` bytes of the body are to come */
    REQUEST_CHUNK_LINE, /* the line with a chunk's size */
    REQUEST_CHUNK_DATA, /* `left` bytes of a chunk are to come */
    REQUEST_CHUNK_GAP,  /* the line end after a chunk */
    REQUEST_TRAILER,    /* lines after the last chunk, up to the empty one */
    REQUEST_COMPLETE,
    REQUEST_BAD,
};

/* The request that is being read. All zero before the first one of a connection. */
struct request {
    enum request_state state;
    uint64_t left;   /* bytes still to come of the body or the chunk */
    uint64_t length; /* bytes of the body so far */
    bool is_upload;  /* POST or PUT: it counts */
    bool expects;    /* the client waits for "100 Continue" */
    bool keep;       /* the connection stays open after the response */
    bool multipart;
    bool is_statistics; /* GET /stat */
    bool is_reset;      /* GET /reset */
    char tail[4];       /* the body's last bytes */
};

/* Reads bytes of a request; returns how many were read. Stops once the request is complete or bad.
 * Reads whole lines only: pass the remaining bytes again, with more after them. */
size_t request_take(struct request *request, const char *data, size_t length);

/* Returns whether a multipart body ends with its closing delimiter; true for any other body. */
bool request_ends_well(const struct request *request);

#define SLOTS     8192 /* entries of the history: tenths of a second */
#define SLOT_US   100000
#define STAT_MOST (SLOTS * 16 + 1024)

/* Listens on a port of 127.0.0.1 (0: any free port) or on "unix:PATH", and prints the port or the
 * path on a line. Returns a non-blocking descriptor; -1 on failure, after a message on standard
 * error. */
int listen_at(const char *where);

/* Counts since the start or the last reset. */
struct counts {
    uint64_t taken;   /* uploads with the response 200 */
    uint64_t refused; /* uploads with the response 503 */
    uint64_t bad;     /* requests that are not valid HTTP, and multipart bodies without their end */
    uint64_t bytes;   /* of the bodies of all uploads */
    uint64_t connections;
    uint64_t open;      /* connections now */
    uint64_t most_open; /* most connections at once */
    int64_t
        first_us; /* when the first upload's head was complete, by CLOCK_MONOTONIC; 0: none yet */
    int64_t last_us;       /* when the last response to an upload was sent */
    uint32_t slots[SLOTS]; /* accepted uploads per tenth of a second since first_us */
};

/* Writes the counts as JSON to `text` (STAT_MOST bytes). Returns their length. */
size_t counts_text(const struct counts *counts, char *text);

#endif
