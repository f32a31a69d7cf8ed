/* What the files of the libcurl transport share. docs/transport.md tells what libcurl does that
 * made it so.
 *
 * multi.c owns the loop: it polls, harvests and watches for stalls. transfer.c owns one easy handle
 * and its callbacks. ending.c turns libcurl's result into an attempt's end. sockets.c knows which
 * socket a transfer is on, for what libcurl does not tell. */
#ifndef SHOAL_IO_HTTP_PRIVATE_H
#define SHOAL_IO_HTTP_PRIVATE_H

#include <curl/curl.h>

#include "base/clock.h"
#include "io/http.h"

#define TRANSFER_HEADERS_MAX       64                   /* header lines of a request */
#define TRANSFER_HEADER_BYTES_MOST ((size_t)256 * 1024) /* of an answer, trailers included */

/* Why one of our callbacks broke a transfer off. */
enum transfer_break {
    TRANSFER_GOES_ON,
    TRANSFER_WOULD_RESEND,
    TRANSFER_CHANGED,
    TRANSFER_UNREADABLE,
    TRANSFER_LARGE_ANSWER,
    TRANSFER_ENDLESS_HEADERS,
    TRANSFER_STALLED,
    TRANSFER_NEVER_CONNECTED,
    TRANSFER_CANCELLED,
};

/* A socket that libcurl opened through us. */
struct socket_entry {
    curl_socket_t descriptor;
    int local_port; /* 0: not looked up yet */
    bool is_ipv6;
};

struct socket_table {
    struct socket_entry *entries;
    size_t count;
    size_t capacity;
};

struct multi {
    struct http base; /* first: a struct http * is a struct multi * */
    CURLM *curl;
    CURLSH *share; /* TLS sessions, so that a new connection resumes one */
    struct http_settings settings;
    char user_agent[64]; /* the whole header line */
    struct clock clock;
    struct http_transfer *active; /* under way, linked by `next` and `previous` */
    struct http_transfer *idle;   /* ready to be used again, linked by `next` */
    struct http_transfer *broken; /* ended by us, not reported yet, linked by `next` */
    bool has_threads;             /* libcurl can resolve names by itself */
    bool unperformed;             /* something was started since libcurl was last driven */
    int64_t next_watch_us;        /* when stalls are looked for again */
    struct socket_table sockets;
};

struct http_transfer {
    struct multi *multi;
    CURL *easy;
    struct http_transfer *next;
    struct http_transfer *previous;
    const struct http_request *request;
    struct curl_slist headers[TRANSFER_HEADERS_MAX]; /* nodes over the request's own strings */
    char *url;                                       /* what the handle is set to; NULL: nothing */
    CURLU *parsed_url;                               /* the same */
    struct curl_slist *addresses; /* of its host, where libcurl can't find them */
    char error_text[CURL_ERROR_SIZE];

    /* The attempt so far */
    enum transfer_break broken;
    bool off;          /* taken off libcurl by us, in the list `broken` */
    unsigned requests; /* times that libcurl began to send the request */
    bool paused;       /* the body's reader had nothing */
    curl_socket_t socket;
    int64_t started_us;
    int64_t requested_us; /* the request began to leave */
    int64_t answered_us;  /* first header line of the final answer; 0: none */
    int64_t bytes_in;     /* of the answer, headers too */
    int64_t bytes_read;   /* of the body, from its reader */

    /* The answer */
    long status; /* of the last status line: 1xx too */
    size_t header_bytes;
    bool headers_ended; /* of the final answer */
    struct buf answer;
    size_t answer_read;
    struct buf lines; /* header lines of the final answer but those below */
    struct buf location;
    struct buf retry_after;
    struct buf detail; /* the sentence about the error */

    /* Stall watch */
    int64_t moved; /* bytes that are known to have left or come */
    int64_t moved_us;
};

/* transfer.c */

/* A transfer from the idle list, or a new one. NULL: no memory. */
struct http_transfer *transfer_obtain(struct multi *multi);
/* Fills the handle from the request. False with `error`. */
bool transfer_set_up(
    struct http_transfer *transfer, const struct http_request *request, struct error *error);
void transfer_free(struct http_transfer *transfer);
/* Takes one header line of an answer (from libcurl, or recovered from a closing socket). */
void transfer_take_header(struct http_transfer *transfer, const char *line, size_t length);
/* Takes a piece of an answer's body; false where it must be cut here. */
bool transfer_take_body(struct http_transfer *transfer, const char *data, size_t length);
/* Is a final status there? */
bool transfer_answered(const struct http_transfer *transfer);

/* security.c */

void security_set_up(CURL *easy, const struct http_settings *settings);

/* ending.c */

/* The end of an attempt that libcurl ended with `code`, or that we broke off. */
void ending_describe(struct http_transfer *transfer, CURLcode code, struct http_end *end);

/* sockets.c */

/* Sets the callbacks by which the table learns of sockets. */
void sockets_watch(CURL *easy, struct multi *multi);
/* The socket whose local port it is, or CURL_SOCKET_BAD. */
curl_socket_t sockets_find(struct socket_table *table, int local_port, bool is_ipv6);
/* Bytes that the system has taken and the peer has not confirmed; 0 where it can't be told. */
int64_t sockets_unsent(curl_socket_t descriptor);

/* resolve.c */

/* Can a thread be had? */
bool resolve_has_threads(void);
/* The addresses of the URL's host for CURLOPT_RESOLVE; NULL: none, or it is one itself. */
struct curl_slist *resolve_url(const char *url);

#endif
