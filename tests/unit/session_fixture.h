/* What the tests of the library share: a folder, and a small server. */
#ifndef SHOAL_TESTS_SESSION_FIXTURE_H
#define SHOAL_TESTS_SESSION_FIXTURE_H

#include <stdbool.h>

#include "scratch.h"

#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include <shoal.h>

#define FILES 12

/* A server that handles one connection at a time and closes it after each response. */
struct server {
    int listener;
    char url[64];
    pthread_t thread;
    atomic_uint requests;
    atomic_bool holds; /* it reads requests and sends no response */
};

/* Reads a whole request: its header section, and as many bytes as Content-Length says. */
static inline bool read_request(int connection)
{
    char data[65536];
    size_t had = 0;
    const char *body = NULL;
    while (body == NULL && had < sizeof data - 1) {
        ssize_t got = read(connection, data + had, sizeof data - 1 - had);
        if (got <= 0)
            return false;
        had += (size_t)got;
        data[had] = '\0';
        body = strstr(data, "\r\n\r\n");
    }
    const char *length = strstr(data, "Content-Length: ");
    if (body == NULL || length == NULL)
        return false;
    size_t whole = (size_t)(body + 4 - data) + strtoul(length + 16, NULL, 10);
    while (had < whole) {
        ssize_t got = read(connection, data, sizeof data);
        if (got <= 0)
            return false;
        had += (size_t)got;
    }
    return true;
}

static inline void *serve(void *context)
{
    static const char answer[] =
        "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nConnection: close\r\n\r\ntaken";
    struct server *server = context;
    int connection;
    while ((connection = accept(server->listener, NULL, NULL)) >= 0) {
        char byte;
        if (read_request(connection)) {
            atomic_fetch_add(&server->requests, 1);
            if (!atomic_load(&server->holds))
                (void)write(connection, answer, sizeof answer - 1);
            else
                (void)read(connection, &byte, 1); /* until the client is gone */
        }
        (void)close(connection);
    }
    return NULL;
}

static inline void server_start(struct server *server, bool holds)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    atomic_init(&server->requests, 0);
    atomic_init(&server->holds, holds);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->listener, 64), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(server->url, sizeof server->url, "http://127.0.0.1:%u/{path}",
        (unsigned)ntohs(address.sin_port));
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static inline void server_stop(struct server *server)
{
    (void)shutdown(server->listener, SHUT_RDWR);
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    (void)close(server->listener);
}

/* What a program learns from events. */
struct heard {
    unsigned kinds[SHOAL_EVENT_END + 1];
    unsigned verdicts[SHOAL_VERDICTS];
    unsigned attempted;
    enum shoal_event_kind first;
    enum shoal_event_kind last;
    struct shoal_totals totals;
    int exit_status;
    struct shoal_session *session;
    unsigned interrupt_after; /* number of files; 0: never */
};

static inline void hear(void *context, const struct shoal_event *event)
{
    struct heard *heard = context;
    unsigned before = 0;
    for (int kind = 0; kind <= SHOAL_EVENT_END; kind++)
        before += heard->kinds[kind];
    if (before == 0)
        heard->first = event->kind;
    heard->last = event->kind;
    heard->kinds[event->kind]++;
    if (event->kind == SHOAL_EVENT_END) {
        heard->totals = *event->end.totals;
        heard->exit_status = event->end.exit_status;
    }
    if (event->kind != SHOAL_EVENT_FILE)
        return;
    heard->verdicts[event->file.verdict]++;
    heard->attempted += event->file.attempts > 0;
    if (event->file.verdict == SHOAL_SENT)
        assert_string_equal(event->file.response.data, "taken");
    if (heard->kinds[SHOAL_EVENT_FILE] == heard->interrupt_after)
        shoal_session_interrupt(heard->session, SIGINT);
}

static inline void make_files(void)
{
    for (int i = 0; i < FILES; i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "dist/%d/f%d", i % 3, i);
        make_file(path, "content");
    }
}

static inline struct shoal_options *options_for(const char *url)
{
    char error[SHOAL_ERROR_SIZE];
    struct shoal_options *options = shoal_options_new();
    assert_non_null(options);
    assert_true(shoal_options_add_operand(options, "dist"));
    assert_true(shoal_options_set(options, "url", url, error));
    assert_true(shoal_options_set(options, "no-proxy", NULL, error));
    return options;
}

static inline void set(struct shoal_options *options, const char *name, const char *value)
{
    char error[SHOAL_ERROR_SIZE];
    if (!shoal_options_set(options, name, value, error))
        fail_msg("%s", error);
}

static inline int run(const struct shoal_options *options, struct heard *heard)
{
    char error[SHOAL_ERROR_SIZE] = "";
    heard->session = shoal_session_new(options, hear, heard, error);
    if (heard->session == NULL)
        fail_msg("%s", error);
    int status = shoal_session_run(heard->session);
    shoal_session_free(heard->session);
    assert_int_equal(status, heard->exit_status);
    assert_int_equal(heard->first, SHOAL_EVENT_START);
    assert_int_equal(heard->last, SHOAL_EVENT_END);
    assert_int_equal(heard->kinds[SHOAL_EVENT_START], 1);
    assert_int_equal(heard->kinds[SHOAL_EVENT_END], 1);
    for (int verdict = 0; verdict < SHOAL_VERDICTS; verdict++)
        assert_int_equal(heard->verdicts[verdict], heard->totals.verdicts[verdict]);
    return status;
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

#endif
