#include "check.h"

#include "core/loop_clock.h"

struct world {
    int64_t now_us;
    struct clock real;
    struct loop_clock loop;
};

static int64_t world_now_us(void *context)
{
    return ((struct world *)context)->now_us;
}

static int64_t world_seconds(void *context)
{
    return ((struct world *)context)->now_us / CLOCK_US_PER_SECOND;
}

static void world_init(struct world *world)
{
    world->now_us = 7 * CLOCK_US_PER_SECOND;
    world->real =
        (struct clock){.now_us = world_now_us, .wall_seconds = world_seconds, .context = world};
    loop_clock_init(&world->loop, &world->real);
}

static int64_t after(struct world *world, int64_t passed_us)
{
    world->now_us += passed_us;
    return clock_now_us(&world->loop.clock);
}

static void a_loop_that_runs_has_the_time_of_everybody(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    for (int i = 0; i < 100; i++) {
        int64_t now_us = after(&world, LOOP_CLOCK_GAP_US);
        assert_int_equal(now_us, world.now_us);
    }
    assert_int_equal(world.loop.lost_us, 0);
}

static void time_in_which_the_loop_did_not_run_does_not_pass(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    int64_t before_us = after(&world, 0);
    int64_t stopped_us = 3600 * CLOCK_US_PER_SECOND;
    assert_int_equal(after(&world, stopped_us), before_us + LOOP_CLOCK_WAIT_MOST_US);
    assert_int_equal(after(&world, 5), before_us + LOOP_CLOCK_WAIT_MOST_US + 5);
    assert_int_equal(after(&world, stopped_us), before_us + 2 * LOOP_CLOCK_WAIT_MOST_US + 5);
}

static void it_never_goes_back_and_never_stands_still_for_good(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    int64_t last_us = after(&world, 0);
    for (int64_t gap_us = 1; gap_us < CLOCK_US_PER_SECOND; gap_us += 997) {
        int64_t now_us = after(&world, gap_us);
        assert_true(now_us > last_us);
        last_us = now_us;
    }
}

static void the_date_is_that_of_everybody(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    (void)after(&world, 100 * CLOCK_US_PER_SECOND);
    assert_int_equal(clock_wall_seconds(&world.loop.clock), 107);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loop_that_runs_has_the_time_of_everybody),
        cmocka_unit_test(time_in_which_the_loop_did_not_run_does_not_pass),
        cmocka_unit_test(it_never_goes_back_and_never_stands_still_for_good),
        cmocka_unit_test(the_date_is_that_of_everybody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
