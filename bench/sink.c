/* sink: a server that counts uploads and discards them. One thread, epoll, HTTP/1.1.
 *
 *     sink [--listen PORT | --listen unix:PATH] [--delay-ms T]
 *          [--capacity N --work-ms T --queue N]
 *
 * Port 0 (the default) is any free port of 127.0.0.1. The first line of output is the port, or the
 * socket's path. --delay-ms T responds to each upload T milliseconds after its last byte.
 * --capacity N handles N uploads at once, each for --work-ms T; up to --queue N more wait, and the
 * response to any other is an immediate 503. GET /stat returns the counts (JSON), GET /reset sets
 * them to zero. SIGTERM stops the server, which prints the counts. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sink.h"

#define INPUT_MOST     ((size_t)256 * 1024)
#define EVENTS_AT_ONCE 256

static const char ANSWER_TAKEN[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n";
static const char ANSWER_REFUSED[] =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\n\r\nbusy\n";
static const char ANSWER_BAD[] =
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbad\n";
static const char ANSWER_CONTINUE[] = "HTTP/1.1 100 Continue\r\n\r\n";

struct connection {
    int descriptor; /* -1: closed; the connection is freed once it leaves its list */
    struct request request;
    struct connection *next; /* in its list of waiting connections */
    int64_t due_us;          /* when the response is sent */
    bool waits;              /* its upload is complete, its response is not due yet */
    char *rest;              /* bytes received but not read as a request yet; NULL: none */
    size_t rest_length;
};

struct waiting {
    struct connection *first;
    struct connection *last;
    size_t count;
};

struct sink {
    int poller;
    int listener;
    int64_t delay_us;
    size_t capacity; /* uploads handled at once; 0: unlimited */
    size_t queue;
    int64_t work_us;
    struct waiting working; /* all wait equally long, so the first is due first */
    struct waiting queued;
    struct counts counts;
    char input[HEAD_MOST + INPUT_MOST];
    char statistics[STAT_MOST];
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

static int64_t now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void waiting_add(struct waiting *waiting, struct connection *connection)
{
    connection->next = NULL;
    if (waiting->last != NULL)
        waiting->last->next = connection;
    else
        waiting->first = connection;
    waiting->last = connection;
    waiting->count++;
}

static struct connection *waiting_take(struct waiting *waiting)
{
    struct connection *connection = waiting->first;
    if (connection == NULL)
        return NULL;
    waiting->first = connection->next;
    if (waiting->first == NULL)
        waiting->last = NULL;
    waiting->count--;
    return connection;
}

static void close_connection(struct sink *sink, struct connection *connection)
{
    (void)close(connection->descriptor);
    connection->descriptor = -1;
    sink->counts.open--;
    if (connection->waits)
        return;
    free(connection->rest);
    free(connection);
}

/* Responses are short: a connection without room for a whole one is closed. */
static bool say(const struct connection *connection, const char *text, size_t length)
{
    return send(connection->descriptor, text, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static void count_taken(struct sink *sink)
{
    struct counts *counts = &sink->counts;
    counts->last_us = now_us();
    counts->taken++;
    int64_t slot = (counts->last_us - counts->first_us) / SLOT_US;
    if (slot < SLOTS)
        counts->slots[slot]++;
}

/* Responds to an accepted upload. False: the connection must be closed. */
static bool answer_taken(struct sink *sink, struct connection *connection)
{
    count_taken(sink);
    return say(connection, ANSWER_TAKEN, sizeof ANSWER_TAKEN - 1) && connection->request.keep;
}

/* Adds an upload to the list in which it waits for its response. False: the queue is full. */
static bool make_wait(struct sink *sink, struct connection *connection)
{
    bool at_work = sink->capacity == 0 || sink->working.count < sink->capacity;
    if (!at_work && sink->queued.count >= sink->queue)
        return false;
    connection->waits = true;
    connection->due_us = now_us() + (sink->capacity > 0 ? sink->work_us : sink->delay_us);
    waiting_add(at_work ? &sink->working : &sink->queued, connection);
    return true;
}

static bool end_upload(struct sink *sink, struct connection *connection)
{
    sink->counts.bytes += connection->request.length;
    if (!request_ends_well(&connection->request)) {
        sink->counts.bad++;
        return false;
    }
    if (sink->delay_us == 0 && sink->capacity == 0)
        return answer_taken(sink, connection);
    if (make_wait(sink, connection))
        return true;
    sink->counts.refused++;
    return say(connection, ANSWER_REFUSED, sizeof ANSWER_REFUSED - 1) && connection->request.keep;
}

static bool answer_statistics(struct sink *sink, struct connection *connection)
{
    char head[96];
    if (connection->request.is_reset) {
        uint64_t open = sink->counts.open;
        sink->counts = (struct counts){.open = open, .most_open = open};
    }
    size_t length = counts_text(&sink->counts, sink->statistics);
    int head_length =
        snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", length);
    return say(connection, head, (size_t)head_length) &&
           say(connection, sink->statistics, length) && connection->request.keep;
}

static bool end_request(struct sink *sink, struct connection *connection)
{
    if (connection->request.is_upload)
        return end_upload(sink, connection);
    return answer_statistics(sink, connection);
}

/* Does what a request needs as soon as its head has arrived, once. */
static bool after_head(struct sink *sink, struct connection *connection)
{
    struct request *request = &connection->request;
    if (request->state == REQUEST_HEAD)
        return true;
    if (request->is_upload && sink->counts.first_us == 0)
        sink->counts.first_us = now_us();
    if (!request->expects || request->state >= REQUEST_COMPLETE)
        return true;
    request->expects = false;
    return say(connection, ANSWER_CONTINUE, sizeof ANSWER_CONTINUE - 1);
}

/* Handles received bytes. False: the connection must be closed. */
static bool take(struct sink *sink, struct connection *connection, const char *data, size_t length)
{
    struct request *request = &connection->request;
    while (length > 0 && !connection->waits) {
        size_t count = request_take(request, data, length);
        data += count;
        length -= count;
        if (!after_head(sink, connection))
            return false;
        if (request->state == REQUEST_BAD) {
            sink->counts.bad++;
            (void)say(connection, ANSWER_BAD, sizeof ANSWER_BAD - 1);
            return false;
        }
        if (request->state == REQUEST_COMPLETE) {
            if (!end_request(sink, connection))
                return false;
            request->state = REQUEST_HEAD;
        } else if (count == 0) {
            break;
        }
    }
    if (length == 0)
        return true;
    if (length > HEAD_MOST)
        return false;
    connection->rest = malloc(length);
    connection->rest_length = length;
    if (connection->rest != NULL)
        memcpy(connection->rest, data, length);
    return connection->rest != NULL;
}

static bool receive(struct sink *sink, struct connection *connection)
{
    size_t before = 0;
    if (connection->rest != NULL) {
        before = connection->rest_length;
        memcpy(sink->input, connection->rest, before);
        free(connection->rest);
        connection->rest = NULL;
    }
    ssize_t count = recv(connection->descriptor, sink->input + before, INPUT_MOST, 0);
    if (count < 0)
        return errno == EAGAIN;
    return count > 0 && take(sink, connection, sink->input, before + (size_t)count);
}

static void accept_all(struct sink *sink)
{
    int descriptor;
    while ((descriptor = accept4(sink->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *connection = calloc(1, sizeof *connection);
        if (connection == NULL) {
            (void)close(descriptor);
            return;
        }
        int on = 1;
        (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connection->descriptor = descriptor;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        (void)epoll_ctl(sink->poller, EPOLL_CTL_ADD, descriptor, &event);
        sink->counts.connections++;
        if (++sink->counts.open > sink->counts.most_open)
            sink->counts.most_open = sink->counts.open;
    }
}

/* Responds to an upload that is due, and handles what was received after it meanwhile. */
static void answer_due(struct sink *sink, struct connection *connection)
{
    connection->waits = false;
    if (connection->descriptor < 0) {
        free(connection->rest);
        free(connection);
        return;
    }
    char *rest = connection->rest;
    connection->rest = NULL;
    bool going = answer_taken(sink, connection) &&
                 (rest == NULL || take(sink, connection, rest, connection->rest_length));
    free(rest);
    if (!going)
        close_connection(sink, connection);
}

/* Responds to what is due; returns the milliseconds until the next is due, -1: there is none. */
static int answer_all_due(struct sink *sink)
{
    while (sink->working.first != NULL) {
        int64_t now = now_us();
        int64_t left_us = sink->working.first->due_us - now;
        if (left_us > 0)
            return (int)(left_us / 1000 + 1);
        answer_due(sink, waiting_take(&sink->working));
        struct connection *next = waiting_take(&sink->queued);
        if (next != NULL) {
            next->due_us = now + sink->work_us;
            waiting_add(&sink->working, next);
        }
    }
    return -1;
}

static void serve(struct sink *sink)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    while (!stopped) {
        int wait_ms = answer_all_due(sink);
        int count = epoll_wait(sink->poller, events, EVENTS_AT_ONCE, wait_ms);
        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;
            if (connection == NULL)
                accept_all(sink);
            else if (!receive(sink, connection))
                close_connection(sink, connection);
        }
    }
}

static bool open_sink(struct sink *sink, const char *where)
{
    sink->poller = epoll_create1(EPOLL_CLOEXEC);
    sink->listener = listen_at(where);
    struct epoll_event event = {.events = EPOLLIN};
    return sink->listener >= 0 &&
           epoll_ctl(sink->poller, EPOLL_CTL_ADD, sink->listener, &event) == 0 &&
           fflush(stdout) == 0;
}

static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int count, char **arguments)
{
    static struct sink sink;
    static const struct option options[] = {{"listen", required_argument, NULL, 'l'},
        {"delay-ms", required_argument, NULL, 'd'}, {"capacity", required_argument, NULL, 'c'},
        {"work-ms", required_argument, NULL, 'w'}, {"queue", required_argument, NULL, 'q'}, {0}};
    const char *where = "0";
    int option;
    while ((option = getopt_long(count, arguments, "", options, NULL)) != -1) {
        if (option == 'l')
            where = optarg;
        else if (option == 'd')
            sink.delay_us = strtoll(optarg, NULL, 10) * 1000;
        else if (option == 'c')
            sink.capacity = strtoul(optarg, NULL, 10);
        else if (option == 'w')
            sink.work_us = strtoll(optarg, NULL, 10) * 1000;
        else if (option == 'q')
            sink.queue = strtoul(optarg, NULL, 10);
        else
            return 2;
    }
    struct sigaction action = {.sa_handler = stop};
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    raise_descriptors();
    if (!open_sink(&sink, where))
        return 1;
    serve(&sink);
    (void)fwrite(sink.statistics, 1, counts_text(&sink.counts, sink.statistics), stdout);
    return 0;
}
