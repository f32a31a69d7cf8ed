/* One exchange on a connection that does what a script says: no socket, no libcurl, no clock. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "io/http/transport.h"

#define OK_RESPONSE "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

/* What the connection does. */
struct script {
    size_t accepts; /* bytes that one send accepts at most */
    size_t until;   /* bytes that are accepted in all; then `after` */
    enum connection_result after;
    const char *bytes;             /* what is received */
    size_t comes_after;            /* bytes that must have been sent before any of it comes */
    size_t piece;                  /* bytes that one receive returns at most */
    enum connection_result at_end; /* after the last of it */

    size_t sent;
    size_t received;
    char request[4096]; /* the first bytes that were sent */
};

struct scene {
    struct transport *transport;
    struct http_transfer *transfer;
    struct connection connection;
    struct pool_origin *origin;
    struct script script;
    struct http_request request;
    struct http_end end;
    int64_t body_now; /* bytes that the body's reader has; then `body_after` */
    int64_t body_after;
    int64_t body_read;
};

static struct script *script_of(struct connection *connection)
{
    return connection->owner;
}

static enum connection_result scripted_send(
    struct connection *connection, const struct iovec *pieces, int count, bool more, size_t *sent)
{
    struct script *script = script_of(connection);
    (void)more;
    *sent = 0;
    for (int i = 0; i < count && *sent < script->accepts && script->sent < script->until; i++) {
        size_t length = pieces[i].iov_len;
        if (length > script->accepts - *sent)
            length = script->accepts - *sent;
        if (length > script->until - script->sent)
            length = script->until - script->sent;
        for (size_t k = 0; k < length && script->sent + k < sizeof script->request; k++)
            script->request[script->sent + k] = ((const char *)pieces[i].iov_base)[k];
        script->sent += length;
        *sent += length;
    }
    return *sent > 0 ? CONNECTION_BYTES : script->after;
}

static enum connection_result scripted_receive(
    struct connection *connection, char *into, size_t room, size_t *received)
{
    struct script *script = script_of(connection);
    size_t left = strlen(script->bytes) - script->received;
    if (script->sent < script->comes_after)
        return CONNECTION_AGAIN;
    if (left == 0)
        return script->at_end;
    size_t length = left < script->piece ? left : script->piece;
    assert_true(length <= room);
    memcpy(into, script->bytes + script->received, length);
    script->received += length;
    *received = length;
    return CONNECTION_BYTES;
}

static void scripted_close(struct connection *connection)
{
    (void)connection;
}

static const struct connection_ops scripted = {
    .send = scripted_send, .receive = scripted_receive, .close = scripted_close};

static int64_t read_body(void *context, char *into, size_t room)
{
    struct scene *scene = context;
    int64_t left = scene->body_now - scene->body_read;
    if (left == 0)
        return scene->body_after;
    if (left > (int64_t)room)
        left = (int64_t)room;
    memset(into, 'x', (size_t)left);
    scene->body_read += left;
    return left;
}

static const char *const no_headers[] = {NULL};

static const struct script friendly = {.accepts = SIZE_MAX,
    .until = SIZE_MAX,
    .after = CONNECTION_AGAIN,
    .bytes = OK_RESPONSE,
    .comes_after = 1,
    .piece = SIZE_MAX,
    .at_end = CONNECTION_AGAIN};

static struct scene *scene_new(const struct script *script)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    scene->transport = calloc(1, sizeof *scene->transport);
    assert_non_null(scene->transport);
    scene->transport->clock = clock_system();
    buf_init(&scene->transport->key, 4096);
    buf_init(&scene->transport->credentials, 4096);
    memcpy(scene->transport->user_agent, "User-Agent: test", sizeof "User-Agent: test");
    pool_init(&scene->transport->pool, 1, NULL, NULL);
    scene->script = *script;
    scene->request = (struct http_request){.method = "POST",
        .url = "http://host/path?query",
        .headers = no_headers,
        .data = "content",
        .length = 7};
    return scene;
}

/* Gives the exchange its connection, which has served `requests` before. */
static void scene_begin(struct scene *scene, unsigned requests)
{
    struct route route;
    struct error error;
    scene->transfer = transfer_obtain(scene->transport);
    assert_non_null(scene->transfer);
    transfer_begin(scene->transfer, &scene->request);
    assert_true(route_find(scene->transport, scene->request.url, &route, &error));
    assert_true(request_write(scene->transfer, &route, &error));
    scene->origin = pool_origin_obtain(&scene->transport->pool, "key", 3);
    assert_non_null(scene->origin);
    scene->connection = (struct connection){.ops = &scripted,
        .owner = &scene->script,
        .origin = scene->origin,
        .watch = {.descriptor = -1}};
    scene->transfer->connection = &scene->connection;
    scene->transfer->reused = requests > 0;
    scene->transfer->state = EXCHANGE_SENDING;
}

/* Runs until nothing moves any more; the connection is ready for everything before each step. */
static enum exchange_step scene_run(struct scene *scene)
{
    enum exchange_step step;
    size_t moved;
    do {
        moved = scene->script.sent + scene->script.received;
        scene->connection.readable = scene->connection.writable = true;
        step = exchange_run(scene->transfer);
        if (step == EXCHANGE_OVER || step == EXCHANGE_NEVER_BEGAN)
            break;
    } while (scene->script.sent + scene->script.received > moved);
    ending_describe(scene->transfer, &scene->end);
    return step;
}

static void scene_free(struct scene *scene)
{
    transfer_give_back(scene->transfer);
    transfer_free_idle(scene->transport);
    pool_origin_release(&scene->transport->pool, scene->origin);
    pool_free(&scene->transport->pool);
    buf_free(&scene->transport->key);
    buf_free(&scene->transport->credentials);
    free(scene->transport);
    free(scene);
}

static void assert_end(
    const struct scene *scene, enum attempt_phase phase, enum attempt_error error, long status)
{
    const struct attempt_end *end = &scene->end.attempt;
    if (end->phase != phase || end->error != error || end->status != status)
        fail_msg("%s, error %d, %ld", attempt_phase_name(end->phase), (int)end->error, end->status);
}

static void a_request_goes_out_whole_however_little_is_accepted_at_a_time(void **state)
{
    (void)state;
    static const char expected[] = "POST /path?query HTTP/1.1\r\n"
                                   "Host: host\r\n"
                                   "User-Agent: test\r\n"
                                   "Accept: */*\r\n"
                                   "Content-Length: 7\r\n\r\n"
                                   "content";
    static const size_t rooms[] = {1, 2, 7, 100, SIZE_MAX};
    for (size_t i = 0; i < COUNT_OF(rooms); i++) {
        struct script script = friendly;
        script.accepts = rooms[i];
        script.comes_after = strlen(expected);
        struct scene *scene = scene_new(&script);
        scene_begin(scene, 0);
        assert_int_equal(scene_run(scene), EXCHANGE_OVER);
        assert_int_equal(scene->script.sent, strlen(expected));
        assert_memory_equal(scene->script.request, expected, strlen(expected));
        assert_end(scene, ATTEMPT_ANSWERING, ATTEMPT_OK, 200);
        assert_int_equal(scene->end.request_bytes, 7);
        scene_free(scene);
    }
}

static void a_response_is_read_however_it_is_cut(void **state)
{
    (void)state;
    static const char response[] = "HTTP/1.1 100 Continue\r\n\r\n"
                                   "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nX-One: 1\r\n"
                                   "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    for (size_t piece = 1; piece <= sizeof response; piece++) {
        struct script script = friendly;
        script.bytes = response;
        script.piece = piece;
        struct scene *scene = scene_new(&script);
        scene_begin(scene, 0);
        assert_int_equal(scene_run(scene), EXCHANGE_OVER);
        assert_end(scene, ATTEMPT_ANSWERING, ATTEMPT_OK, 503);
        assert_string_equal(scene->end.retry_after, "7");
        assert_string_equal(buf_text(scene->end.answer), "abc");
        assert_non_null(strstr(buf_text(scene->end.headers), "X-One: 1\n"));
        scene_free(scene);
    }
}

/* The head is 91 bytes long, the whole request 98. */
static void the_phase_says_how_much_of_the_request_has_left(void **state)
{
    (void)state;
    static const struct {
        size_t until;
        enum attempt_phase phase;
    } rows[] = {
        {0, ATTEMPT_CONNECTING},
        {1, ATTEMPT_SENDING},
        {91, ATTEMPT_SENDING},
        {97, ATTEMPT_SENDING},
        {98, ATTEMPT_WAITING},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct script script = friendly;
        script.until = rows[i].until;
        script.comes_after = 0;
        script.after = CONNECTION_RESET;
        script.bytes = "";
        script.at_end = CONNECTION_RESET;
        struct scene *scene = scene_new(&script);
        scene_begin(scene, 0);
        assert_int_equal(scene_run(scene), EXCHANGE_OVER);
        assert_end(scene, rows[i].phase, rows[i].until < 98 ? ATTEMPT_SEND : ATTEMPT_RECEIVE, 0);
        scene_free(scene);
    }
}

static void a_kept_connection_that_dies_is_not_sent_to_again(void **state)
{
    (void)state;
    struct script script = friendly;
    script.bytes = "";
    script.at_end = CONNECTION_END;
    struct scene *scene = scene_new(&script);
    scene_begin(scene, 1);
    assert_int_equal(scene_run(scene), EXCHANGE_OVER);
    assert_end(scene, ATTEMPT_WAITING, ATTEMPT_WOULD_RESEND, 0);
    assert_true(scene->end.reused);
    scene_free(scene);
}

static void a_kept_connection_that_takes_no_byte_is_replaced(void **state)
{
    (void)state;
    struct script script = friendly;
    script.until = 0;
    script.after = CONNECTION_END;
    script.bytes = "";
    script.comes_after = 0;
    script.at_end = CONNECTION_END;
    struct scene *scene = scene_new(&script);
    scene_begin(scene, 1);
    assert_int_equal(scene_run(scene), EXCHANGE_NEVER_BEGAN);
    scene_free(scene);
}

static void a_response_that_came_before_a_break_is_read(void **state)
{
    (void)state;
    struct script script = friendly;
    script.until = 50;
    script.after = CONNECTION_RESET;
    script.comes_after = 50;
    script.bytes = "HTTP/1.1 401 No\r\nContent-Length: 6\r\n\r\ndenied";
    script.at_end = CONNECTION_RESET;
    struct scene *scene = scene_new(&script);
    scene_begin(scene, 0);
    assert_int_equal(scene_run(scene), EXCHANGE_OVER);
    assert_end(scene, ATTEMPT_ANSWERING, ATTEMPT_OK, 401);
    assert_string_equal(buf_text(scene->end.answer), "denied");
    scene_free(scene);
}

static struct scene *streaming(const struct script *script, int64_t length)
{
    struct scene *scene = scene_new(script);
    scene->request.data = NULL;
    scene->request.read = read_body;
    scene->request.body = scene;
    scene->request.length = length;
    scene->request.chunk = 64 * 1024;
    scene->body_now = length;
    return scene;
}

static void an_early_refusal_ends_the_sending(void **state)
{
    (void)state;
    struct script script = friendly;
    script.until = 500000;
    script.comes_after = 100000;
    script.bytes = "HTTP/1.1 413 Large\r\nContent-Length: 0\r\n\r\n";
    struct scene *scene = streaming(&script, 10000000);
    scene_begin(scene, 0);
    assert_int_equal(scene_run(scene), EXCHANGE_OVER);
    assert_end(scene, ATTEMPT_ANSWERING, ATTEMPT_OK, 413);
    assert_in_range(scene->script.sent, 100000, 500000);
    scene_free(scene);
}

static void an_early_success_lets_the_body_be_sent_to_its_end(void **state)
{
    (void)state;
    struct script script = friendly;
    script.comes_after = 100000;
    struct scene *scene = streaming(&script, 5000000);
    scene_begin(scene, 0);
    assert_int_equal(scene_run(scene), EXCHANGE_OVER);
    assert_end(scene, ATTEMPT_ANSWERING, ATTEMPT_OK, 200);
    assert_int_equal(scene->end.request_bytes, 5000000);
    scene_free(scene);
}

static void an_early_success_without_the_whole_body_is_ambiguous(void **state)
{
    (void)state;
    struct script script = friendly;
    script.until = 2000000;
    script.after = CONNECTION_RESET;
    script.comes_after = 100000;
    struct scene *scene = streaming(&script, 5000000);
    scene_begin(scene, 0);
    assert_int_equal(scene_run(scene), EXCHANGE_OVER);
    assert_end(scene, ATTEMPT_ANSWERING, ATTEMPT_RECEIVE, 200);
    scene_free(scene);
}

static void a_large_body_lets_others_have_a_turn(void **state)
{
    (void)state;
    struct scene *scene = streaming(&friendly, 5 * TURN_BYTES_MOST);
    scene->script.bytes = "";
    scene_begin(scene, 0);
    scene->connection.writable = true;
    assert_int_equal(exchange_run(scene->transfer), EXCHANGE_TURN_OVER);
    assert_in_range(scene->script.sent, TURN_BYTES_MOST, 2 * TURN_BYTES_MOST);
    scene_free(scene);
}

static void a_body_that_has_nothing_yet_waits_to_be_resumed(void **state)
{
    (void)state;
    struct scene *scene = streaming(&friendly, 100000);
    scene->body_now = 30000;
    scene->body_after = HTTP_READ_WAIT;
    scene->script.comes_after = 100000;
    scene_begin(scene, 0);
    assert_int_equal(scene_run(scene), EXCHANGE_WAITS);
    assert_true(scene->transfer->paused);
    assert_int_equal(scene->transfer->body_sent, 30000);
    scene->body_now = 100000;
    scene->transfer->paused = false;
    assert_int_equal(scene_run(scene), EXCHANGE_OVER);
    assert_end(scene, ATTEMPT_ANSWERING, ATTEMPT_OK, 200);
    scene_free(scene);
}

static void a_file_that_changes_or_fails_breaks_the_exchange_off(void **state)
{
    (void)state;
    static const struct {
        int64_t after;
        enum attempt_error error;
    } rows[] = {
        {HTTP_READ_CHANGED, ATTEMPT_FILE_CHANGED}, {HTTP_READ_UNREADABLE, ATTEMPT_FILE_UNREADABLE}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct scene *scene = streaming(&friendly, 100000);
        scene->body_now = 30000;
        scene->body_after = rows[i].after;
        scene->script.comes_after = 100000;
        scene_begin(scene, 0);
        assert_int_equal(scene_run(scene), EXCHANGE_OVER);
        assert_end(scene, ATTEMPT_SENDING, rows[i].error, 0);
        scene_free(scene);
    }
}

static void a_success_needs_its_whole_response(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        enum connection_result at_end;
        enum attempt_error error;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Le", CONNECTION_END, ATTEMPT_RECEIVE},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", CONNECTION_END, ATTEMPT_RECEIVE},
        {"HTTP/1.1 200 OK\r\n\r\nto the end", CONNECTION_END, ATTEMPT_OK},
        {"HTTP/1.1 200 OK\r\n\r\nto the end", CONNECTION_RESET, ATTEMPT_RECEIVE},
        {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", CONNECTION_AGAIN, ATTEMPT_GARBAGE},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct script script = friendly;
        script.bytes = rows[i].bytes;
        script.at_end = rows[i].at_end;
        struct scene *scene = scene_new(&script);
        scene_begin(scene, 0);
        assert_int_equal(scene_run(scene), EXCHANGE_OVER);
        assert_end(scene, ATTEMPT_ANSWERING, rows[i].error, 200);
        scene_free(scene);
    }
}

static void what_is_no_response_ends_it(void **state)
{
    (void)state;
    struct script script = friendly;
    script.bytes = "SSH-2.0-OpenSSH\r\n";
    struct scene *scene = scene_new(&script);
    scene_begin(scene, 0);
    assert_int_equal(scene_run(scene), EXCHANGE_OVER);
    assert_end(scene, ATTEMPT_WAITING, ATTEMPT_GARBAGE, 0);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_goes_out_whole_however_little_is_accepted_at_a_time),
        cmocka_unit_test(a_response_is_read_however_it_is_cut),
        cmocka_unit_test(the_phase_says_how_much_of_the_request_has_left),
        cmocka_unit_test(a_kept_connection_that_dies_is_not_sent_to_again),
        cmocka_unit_test(a_kept_connection_that_takes_no_byte_is_replaced),
        cmocka_unit_test(a_response_that_came_before_a_break_is_read),
        cmocka_unit_test(an_early_refusal_ends_the_sending),
        cmocka_unit_test(an_early_success_lets_the_body_be_sent_to_its_end),
        cmocka_unit_test(an_early_success_without_the_whole_body_is_ambiguous),
        cmocka_unit_test(a_large_body_lets_others_have_a_turn),
        cmocka_unit_test(a_body_that_has_nothing_yet_waits_to_be_resumed),
        cmocka_unit_test(a_file_that_changes_or_fails_breaks_the_exchange_off),
        cmocka_unit_test(a_success_needs_its_whole_response),
        cmocka_unit_test(what_is_no_response_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
