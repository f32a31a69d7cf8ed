/* Exchanges whose body is read as it is sent. */
#include "exchange_fixture.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_early_refusal_ends_the_sending),
        cmocka_unit_test(an_early_success_lets_the_body_be_sent_to_its_end),
        cmocka_unit_test(an_early_success_without_the_whole_body_is_ambiguous),
        cmocka_unit_test(a_large_body_lets_others_have_a_turn),
        cmocka_unit_test(a_body_that_has_nothing_yet_waits_to_be_resumed),
        cmocka_unit_test(a_file_that_changes_or_fails_breaks_the_exchange_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
