#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static void an_empty_buffer_is_empty_text(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 10);
    assert_string_equal(buf_text(&buf), "");
    assert_int_equal(buf.length, 0);
    buf_free(&buf);
}

static void pieces_are_added_in_order(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 100);
    assert_true(buf_add(&buf, "ab", 2));
    assert_true(buf_add_text(&buf, "cd"));
    assert_true(buf_add_byte(&buf, 'e'));
    assert_true(buf_printf(&buf, "%d-%s", 42, "x"));
    assert_string_equal(buf_text(&buf), "abcde42-x");
    assert_int_equal(buf.length, 9);
    buf_free(&buf);
}

static void nul_bytes_are_kept(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 100);
    assert_true(buf_add(&buf, "a\0b", 3));
    assert_int_equal(buf.length, 3);
    assert_memory_equal(buf.data, "a\0b", 4);
    buf_free(&buf);
}

static void it_holds_its_maximum_and_no_byte_more(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 5);
    assert_true(buf_add_text(&buf, "12345"));
    assert_false(buf.failed);
    assert_false(buf_add_byte(&buf, '6'));
    assert_true(buf.failed);
    assert_string_equal(buf_text(&buf), "12345");
    buf_free(&buf);
}

static void a_failure_sticks_until_it_is_cleared(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 5);
    assert_false(buf_add_text(&buf, "123456"));
    assert_false(buf_add_text(&buf, "1"));
    assert_false(buf_printf(&buf, "%s", "1"));
    assert_null(buf_detach(&buf));
    buf_clear(&buf);
    assert_true(buf_add_text(&buf, "1"));
    assert_string_equal(buf_text(&buf), "1");
    buf_free(&buf);
}

static void an_absurd_reservation_fails_without_overflow(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 100);
    assert_true(buf_add_text(&buf, "abc"));
    assert_false(buf_reserve(&buf, SIZE_MAX));
    assert_string_equal(buf_text(&buf), "abc");
    buf_free(&buf);
}

static void it_grows_over_many_additions(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 100000);
    for (int i = 0; i < 100000; i++)
        assert_true(buf_add_byte(&buf, (char)('a' + i % 26)));
    assert_int_equal(buf.length, 100000);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(buf.data[i], 'a' + i % 26);
    assert_int_equal(buf.data[100000], '\0');
    buf_free(&buf);
}

static void detached_content_belongs_to_the_caller(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 10);
    assert_true(buf_add_text(&buf, "mine"));
    char *detached = buf_detach(&buf);
    assert_string_equal(detached, "mine");
    assert_null(buf.data);
    assert_true(buf_add_text(&buf, "other"));
    assert_string_equal(detached, "mine");
    free(detached);
    buf_free(&buf);
}

static void an_empty_buffer_detaches_as_empty_text(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 10);
    char *detached = buf_detach(&buf);
    assert_string_equal(detached, "");
    free(detached);
}

static void clearing_keeps_the_memory(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 1000);
    assert_true(buf_reserve(&buf, 500));
    size_t capacity = buf.capacity;
    buf_clear(&buf);
    assert_int_equal(buf.capacity, capacity);
    buf_free(&buf);
    assert_int_equal(buf.capacity, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_is_empty_text),
        cmocka_unit_test(pieces_are_added_in_order),
        cmocka_unit_test(nul_bytes_are_kept),
        cmocka_unit_test(it_holds_its_maximum_and_no_byte_more),
        cmocka_unit_test(a_failure_sticks_until_it_is_cleared),
        cmocka_unit_test(an_absurd_reservation_fails_without_overflow),
        cmocka_unit_test(it_grows_over_many_additions),
        cmocka_unit_test(detached_content_belongs_to_the_caller),
        cmocka_unit_test(an_empty_buffer_detaches_as_empty_text),
        cmocka_unit_test(clearing_keeps_the_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
