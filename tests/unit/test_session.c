/* The library as a program would use it: include/shoal.h, a folder, and a small server. */
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
static bool read_request(int connection)
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

static void *serve(void *context)
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

static void server_start(struct server *server, bool holds)
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

static void server_stop(struct server *server)
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

static void hear(void *context, const struct shoal_event *event)
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

static void make_files(void)
{
    for (int i = 0; i < FILES; i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "dist/%d/f%d", i % 3, i);
        make_file(path, "content");
    }
}

static struct shoal_options *options_for(const char *url)
{
    char error[SHOAL_ERROR_SIZE];
    struct shoal_options *options = shoal_options_new();
    assert_non_null(options);
    assert_true(shoal_options_add_operand(options, "dist"));
    assert_true(shoal_options_set(options, "url", url, error));
    assert_true(shoal_options_set(options, "no-proxy", NULL, error));
    return options;
}

static void set(struct shoal_options *options, const char *name, const char *value)
{
    char error[SHOAL_ERROR_SIZE];
    if (!shoal_options_set(options, name, value, error))
        fail_msg("%s", error);
}

static int run(const struct shoal_options *options, struct heard *heard)
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

static void a_program_sends_a_folder(void **state)
{
    (void)state;
    struct server server;
    struct heard heard = {0};
    make_files();
    server_start(&server, false);
    struct shoal_options *options = options_for(server.url);
    assert_int_equal(run(options, &heard), 0);
    assert_int_equal(heard.verdicts[SHOAL_SENT], FILES);
    assert_int_equal(heard.totals.found, FILES);
    assert_int_equal(heard.totals.bytes, FILES * 7);
    assert_true(heard.totals.complete);
    assert_int_equal(atomic_load(&server.requests), FILES);
    shoal_options_free(options);
    server_stop(&server);
}

static void the_same_options_serve_several_sessions(void **state)
{
    (void)state;
    struct server server;
    make_files();
    server_start(&server, false);
    struct shoal_options *options = options_for(server.url);
    for (int i = 0; i < 3; i++) {
        struct heard heard = {0};
        assert_int_equal(run(options, &heard), 0);
    }
    assert_int_equal(atomic_load(&server.requests), 3 * FILES);
    shoal_options_free(options);
    server_stop(&server);
}

struct beside {
    const struct shoal_options *options;
    struct heard heard;
    int status;
};

static void *run_beside(void *context)
{
    struct beside *beside = context;
    char error[SHOAL_ERROR_SIZE];
    beside->heard.session = shoal_session_new(beside->options, hear, &beside->heard, error);
    if (beside->heard.session == NULL)
        return NULL;
    beside->status = shoal_session_run(beside->heard.session);
    shoal_session_free(beside->heard.session);
    return beside;
}

static void sessions_run_side_by_side_in_threads(void **state)
{
    (void)state;
    struct server servers[2];
    struct shoal_options *options[2];
    struct beside beside[2] = {0};
    pthread_t threads[2];
    make_files();
    for (int i = 0; i < 2; i++) {
        server_start(&servers[i], false);
        options[i] = options_for(servers[i].url);
        beside[i].options = options[i];
        assert_int_equal(pthread_create(&threads[i], NULL, run_beside, &beside[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        void *result;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, &beside[i]);
        assert_int_equal(beside[i].status, 0);
        assert_int_equal(beside[i].heard.verdicts[SHOAL_SENT], FILES);
        assert_int_equal(atomic_load(&servers[i].requests), FILES);
        shoal_options_free(options[i]);
        server_stop(&servers[i]);
    }
}

static void an_interrupted_session_records_every_file_it_found(void **state)
{
    (void)state;
    struct server server;
    struct heard heard = {.interrupt_after = 3};
    make_files();
    server_start(&server, false);
    struct shoal_options *options = options_for(server.url);
    set(options, "jobs", "1");
    assert_int_equal(run(options, &heard), 128 + SIGINT);
    assert_true(heard.verdicts[SHOAL_SENT] >= 3 && heard.verdicts[SHOAL_SENT] <= 4);
    assert_int_equal(heard.verdicts[SHOAL_SENT] + heard.verdicts[SHOAL_FAILED], heard.totals.found);
    assert_int_equal(heard.totals.temporary, heard.verdicts[SHOAL_FAILED]);
    assert_int_equal(atomic_load(&server.requests), heard.attempted);
    assert_true(heard.kinds[SHOAL_EVENT_NOTICE] >= 1);
    shoal_options_free(options);
    server_stop(&server);
}

/* Another thread interrupts twice, while the server has a request to which it does not respond. */
struct interrupter {
    struct server *server;
    struct heard *heard;
};

static void *interrupt_twice(void *context)
{
    const struct interrupter *interrupter = context;
    while (atomic_load(&interrupter->server->requests) == 0)
        (void)usleep(1000);
    shoal_session_interrupt(interrupter->heard->session, SIGTERM);
    shoal_session_interrupt(interrupter->heard->session, SIGTERM);
    return NULL;
}

static void a_second_interrupt_ends_what_is_in_flight(void **state)
{
    (void)state;
    struct server server;
    struct heard heard = {0};
    char error[SHOAL_ERROR_SIZE] = "";
    pthread_t thread;
    make_files();
    server_start(&server, true);
    struct shoal_options *options = options_for(server.url);
    set(options, "jobs", "1");
    set(options, "grace", "1h");
    heard.session = shoal_session_new(options, hear, &heard, error);
    assert_non_null(heard.session);
    struct interrupter interrupter = {.server = &server, .heard = &heard};
    assert_int_equal(pthread_create(&thread, NULL, interrupt_twice, &interrupter), 0);
    assert_int_equal(shoal_session_run(heard.session), 128 + SIGTERM);
    assert_int_equal(pthread_join(thread, NULL), 0);
    shoal_session_free(heard.session);
    assert_int_equal(heard.verdicts[SHOAL_UNKNOWN], 1); /* the server had all of it */
    assert_int_equal(heard.verdicts[SHOAL_SENT], 0);
    assert_int_equal(heard.verdicts[SHOAL_FAILED] + 1, heard.totals.found);
    shoal_options_free(options);
    server_stop(&server);
}

static void a_dry_run_sends_nothing(void **state)
{
    (void)state;
    struct server server;
    struct heard heard = {0};
    make_files();
    server_start(&server, false);
    struct shoal_options *options = options_for(server.url);
    set(options, "dry-run", NULL);
    assert_int_equal(run(options, &heard), 0);
    assert_int_equal(heard.kinds[SHOAL_EVENT_PLAN], FILES);
    assert_int_equal(heard.totals.planned, FILES);
    assert_int_equal(atomic_load(&server.requests), 0);
    shoal_options_free(options);
    server_stop(&server);
}

static void an_unreachable_server_is_a_temporary_failure(void **state)
{
    (void)state;
    struct server server;
    struct heard heard = {0};
    make_files();
    server_start(&server, false);
    server_stop(&server);
    struct shoal_options *options = options_for(server.url);
    set(options, "retries", "0");
    assert_int_equal(run(options, &heard), 75);
    assert_int_equal(heard.verdicts[SHOAL_FAILED], heard.totals.found);
    shoal_options_free(options);
}

static void invalid_options_are_rejected_with_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *value;
        const char *words;
    } wrong[] = {
        {"nope", NULL, "nope"},
        {"jobs", "many", "many"},
        {"jobs", NULL, "jobs"},
        {"raw", "yes", "raw"},
        {"stall-timeout", "3 parsecs", "parsecs"},
        {"json", "file", "json"},
        {"cacert", "", "cacert"},
        {"", NULL, ""},
    };
    struct shoal_options *options = shoal_options_new();
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        char error[SHOAL_ERROR_SIZE] = "";
        assert_false(shoal_options_set(options, wrong[i].name, wrong[i].value, error));
        assert_true(error[0] != '\0');
        assert_non_null(strstr(error, wrong[i].words));
        assert_false(shoal_options_set(options, wrong[i].name, wrong[i].value, NULL));
    }
    shoal_options_free(options);
    shoal_options_free(NULL);
}

static void assert_no_session(struct shoal_options *options, const char *words)
{
    char error[SHOAL_ERROR_SIZE] = "";
    struct heard heard = {0};
    assert_null(shoal_session_new(options, hear, &heard, error));
    if (strstr(error, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error, words);
    assert_null(shoal_session_new(options, hear, &heard, NULL));
    assert_int_equal(heard.kinds[SHOAL_EVENT_START], 0);
    shoal_options_free(options);
}

static void what_cannot_work_is_reported_before_anything_is_sent(void **state)
{
    (void)state;
    make_files();
    struct shoal_options *options = shoal_options_new();
    assert_true(shoal_options_add_operand(options, "dist"));
    assert_no_session(options, "URL");
    assert_no_session(options_for("no URL at all"), "no URL at all");
    assert_no_session(options_for("https://example.com/{nope}"), "{nope}");
    options = options_for("https://example.com/");
    assert_true(shoal_options_add_operand(options, "missing"));
    assert_no_session(options, "missing");
    options = options_for("https://example.com/");
    set(options, "form", "text=only");
    assert_no_session(options, "{file}");
}

static void a_session_need_not_run(void **state)
{
    (void)state;
    struct heard heard = {0};
    make_files();
    struct shoal_options *options = options_for("https://example.com/");
    struct shoal_session *session = shoal_session_new(options, hear, &heard, NULL);
    assert_non_null(session);
    shoal_session_free(session);
    shoal_session_free(NULL);
    assert_int_equal(heard.kinds[SHOAL_EVENT_START], 0);
    shoal_options_free(options);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(a_program_sends_a_folder),
        IN_SCRATCH(the_same_options_serve_several_sessions),
        IN_SCRATCH(sessions_run_side_by_side_in_threads),
        IN_SCRATCH(an_interrupted_session_records_every_file_it_found),
        IN_SCRATCH(a_second_interrupt_ends_what_is_in_flight),
        IN_SCRATCH(a_dry_run_sends_nothing),
        IN_SCRATCH(an_unreachable_server_is_a_temporary_failure),
        IN_SCRATCH(invalid_options_are_rejected_with_a_sentence),
        IN_SCRATCH(what_cannot_work_is_reported_before_anything_is_sent),
        IN_SCRATCH(a_session_need_not_run),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
