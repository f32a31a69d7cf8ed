#include "check.h"

#include "base/random.h"

static void a_seed_produces_the_same_sequence_again(void **state)
{
    (void)state;
    struct random_seeded first_state;
    struct random_seeded second_state;
    struct random_source first = random_from_seed(&first_state, 7);
    struct random_source second = random_from_seed(&second_state, 7);
    for (int i = 0; i < 100; i++)
        assert_true(random_next(&first) == random_next(&second));
}

/* The values of the reference implementation for seed 1234567. */
static void the_seeded_source_is_splitmix64(void **state)
{
    (void)state;
    struct random_seeded seeded;
    struct random_source source = random_from_seed(&seeded, 1234567);
    assert_true(random_next(&source) == UINT64_C(6457827717110365317));
    assert_true(random_next(&source) == UINT64_C(3203168211198807973));
    assert_true(random_next(&source) == UINT64_C(9817491932198370423));
}

static void other_seeds_produce_other_sequences(void **state)
{
    (void)state;
    struct random_seeded first_state;
    struct random_seeded second_state;
    struct random_source first = random_from_seed(&first_state, 1);
    struct random_source second = random_from_seed(&second_state, 2);
    assert_true(random_next(&first) != random_next(&second));
}

static void every_number_below_a_bound_comes_and_no_other(void **state)
{
    (void)state;
    struct random_seeded seeded;
    struct random_source source = random_from_seed(&seeded, 3);
    int seen[6] = {0};
    for (int i = 0; i < 6000; i++) {
        uint64_t number = random_below(&source, 6);
        assert_true(number < 6);
        seen[number]++;
    }
    for (int i = 0; i < 6; i++)
        assert_in_range(seen[i], 850, 1150);
}

static uint64_t zero_then_a_high_number(void *context)
{
    int *calls = context;
    return (*calls)++ == 0 ? 0 : UINT64_C(0x8000000000000005);
}

/* With a bound of 2^63 + 1 the first 2^63 - 1 numbers would come twice as often. */
static void numbers_that_would_make_it_uneven_are_drawn_again(void **state)
{
    (void)state;
    int calls = 0;
    struct random_source source = {.next = zero_then_a_high_number, .context = &calls};
    assert_true(random_below(&source, (UINT64_C(1) << 63) + 1) == 4);
    assert_int_equal(calls, 2);
}

static void bounds_of_zero_and_one_return_zero(void **state)
{
    (void)state;
    struct random_fetched fetched;
    struct random_source source = random_system(&fetched);
    assert_true(random_below(&source, 0) == 0);
    assert_true(random_below(&source, 1) == 0);
}

static void the_system_returns_new_bits_each_time(void **state)
{
    (void)state;
    struct random_fetched fetched;
    struct random_source source = random_system(&fetched);
    uint64_t numbers[100]; /* more than are fetched at a time */
    for (size_t i = 0; i < 100; i++) {
        numbers[i] = random_next(&source);
        for (size_t before = 0; before < i; before++)
            assert_true(numbers[before] != numbers[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_produces_the_same_sequence_again),
        cmocka_unit_test(the_seeded_source_is_splitmix64),
        cmocka_unit_test(other_seeds_produce_other_sequences),
        cmocka_unit_test(every_number_below_a_bound_comes_and_no_other),
        cmocka_unit_test(numbers_that_would_make_it_uneven_are_drawn_again),
        cmocka_unit_test(bounds_of_zero_and_one_return_zero),
        cmocka_unit_test(the_system_returns_new_bits_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
