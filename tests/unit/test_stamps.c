/* How old the times of a file must be. */
#include "check.h"

#include "io/read/stamps.h"

#define MS 1000000L /* nanoseconds */

/* The facts of a file on `device`, changed at `second` and `nanosecond`. */
static struct reader_facts facts_at(dev_t device, time_t second, long nanosecond)
{
    struct timespec stamp = {.tv_sec = second, .tv_nsec = nanosecond};
    return (struct reader_facts){.device = device, .mtime = stamp, .ctime = stamp};
}

static struct stamps_hot hot_at(
    struct stamps *stamps, const struct reader_facts *facts, time_t second, long nanosecond)
{
    struct timespec now = {.tv_sec = second, .tv_nsec = nanosecond};
    return stamps_hot(stamps, facts, &now);
}

static void a_time_with_a_fraction_is_trusted_after_a_few_ticks(void **state)
{
    (void)state;
    struct stamps stamps = {0};
    struct reader_facts facts = facts_at(1, 1000, 500 * MS);
    assert_int_equal(hot_at(&stamps, &facts, 1000, 510 * MS).wait_us, 40000);
    assert_int_equal(hot_at(&stamps, &facts, 1000, 550 * MS).wait_us, 0);
    assert_int_equal(hot_at(&stamps, &facts, 1000, 550 * MS).granularity_us, 0);
}

static void a_time_without_one_is_trusted_after_a_second_or_two(void **state)
{
    (void)state;
    struct stamps stamps = {0};
    struct reader_facts even = facts_at(1, 1000, 0);
    struct reader_facts odd = facts_at(1, 1001, 0);
    assert_int_equal(hot_at(&stamps, &even, 1001, 0).wait_us, 1050000);
    assert_int_equal(hot_at(&stamps, &even, 1002, 50 * MS).wait_us, 0);
    assert_int_equal(hot_at(&stamps, &even, 1001, 0).granularity_us, 2000000);
    /* The odd second shows that the device does not round to even ones. */
    assert_int_equal(hot_at(&stamps, &odd, 1001, 100 * MS).wait_us, 950000);
    assert_int_equal(hot_at(&stamps, &even, 1001, 0).wait_us, 50000);
    assert_int_equal(hot_at(&stamps, &even, 1001, 50 * MS).wait_us, 0);
}

static void devices_are_told_apart_up_to_a_number(void **state)
{
    (void)state;
    struct stamps stamps = {0};
    for (dev_t device = 1; device <= STAMPS_DEVICES + 5; device++) {
        struct reader_facts even = facts_at(device, 1000, 0);
        struct reader_facts odd = facts_at(device, 1001, 0);
        assert_int_equal(hot_at(&stamps, &even, 1001, 0).wait_us, 1050000);
        assert_int_equal(hot_at(&stamps, &odd, 1001, 0).wait_us, 1050000);
        bool remembered = device <= STAMPS_DEVICES;
        assert_int_equal(hot_at(&stamps, &even, 1001, 0).wait_us, remembered ? 50000 : 1050000);
    }
}

/* Archives restore times without a fraction; the change time shows that the device has fractions.
 */
static void a_restored_time_does_not_make_a_file_wait(void **state)
{
    (void)state;
    struct stamps stamps = {0};
    struct reader_facts facts = facts_at(1, 1000, 300 * MS);
    facts.mtime = (struct timespec){.tv_sec = 1000};
    assert_int_equal(hot_at(&stamps, &facts, 1000, 350 * MS).wait_us, 0);
    /* Restored on a device without fractions, long enough ago. */
    facts = facts_at(2, 1000, 0);
    facts.mtime = (struct timespec){.tv_sec = 100};
    assert_int_equal(hot_at(&stamps, &facts, 1002, 50 * MS).wait_us, 0);
}

static void the_later_of_the_two_times_counts(void **state)
{
    (void)state;
    struct stamps stamps = {0};
    struct reader_facts facts = facts_at(1, 1000, 500 * MS);
    facts.mtime = (struct timespec){.tv_sec = 1000, .tv_nsec = 520 * MS};
    assert_int_equal(hot_at(&stamps, &facts, 1000, 520 * MS).wait_us, 50000);
}

static void times_that_cannot_be_compared_are_not_waited_for(void **state)
{
    (void)state;
    static const time_t seconds[] = {INT64_MIN, -1, 0, 990, 1010, INT64_MAX};
    struct stamps stamps = {0};
    for (size_t i = 0; i < COUNT_OF(seconds); i++) {
        struct reader_facts facts = facts_at(1, seconds[i], 0);
        assert_int_equal(hot_at(&stamps, &facts, 1000, 0).wait_us, 0);
    }
    struct reader_facts ahead = facts_at(1, 1000, 900 * MS); /* a server's clock that is ahead */
    assert_int_equal(hot_at(&stamps, &ahead, 1000, 400 * MS).wait_us, 550000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_with_a_fraction_is_trusted_after_a_few_ticks),
        cmocka_unit_test(a_time_without_one_is_trusted_after_a_second_or_two),
        cmocka_unit_test(devices_are_told_apart_up_to_a_number),
        cmocka_unit_test(a_restored_time_does_not_make_a_file_wait),
        cmocka_unit_test(the_later_of_the_two_times_counts),
        cmocka_unit_test(times_that_cannot_be_compared_are_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
