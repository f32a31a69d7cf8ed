/* The library as a program would use it: include/shoal.h, a folder, and a small server. */
#include "session_fixture.h"

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

/* As hear(), and interrupts the session for good once it has looked ahead. */
static void hear_ahead(void *context, const struct shoal_event *event)
{
    struct heard *heard = context;
    hear(context, event);
    if (event->kind != SHOAL_EVENT_PROGRESS || !event->progress.ahead_complete)
        return;
    assert_int_equal(event->progress.files_ahead, FILES);
    assert_int_equal(event->progress.bytes_ahead, FILES * 7);
    shoal_session_interrupt(heard->session, SIGINT);
    shoal_session_interrupt(heard->session, SIGINT);
}

static void a_session_with_a_journal_below_its_path_looks_ahead(void **state)
{
    (void)state;
    struct server server;
    struct heard heard = {0};
    char error[SHOAL_ERROR_SIZE] = "";
    make_files();
    server_start(&server, true);
    struct shoal_options *options = options_for(server.url);
    set(options, "jobs", "1");
    set(options, "journal", "dist/journal");
    heard.session = shoal_session_new(options, hear_ahead, &heard, error);
    assert_non_null(heard.session);
    shoal_session_look_ahead(heard.session, 0);
    assert_int_equal(shoal_session_run(heard.session), 128 + SIGINT);
    shoal_session_free(heard.session);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(a_program_sends_a_folder),
        IN_SCRATCH(the_same_options_serve_several_sessions),
        IN_SCRATCH(sessions_run_side_by_side_in_threads),
        IN_SCRATCH(an_interrupted_session_records_every_file_it_found),
        IN_SCRATCH(a_second_interrupt_ends_what_is_in_flight),
        IN_SCRATCH(a_session_with_a_journal_below_its_path_looks_ahead),
        IN_SCRATCH(a_dry_run_sends_nothing),
        IN_SCRATCH(an_unreachable_server_is_a_temporary_failure),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
