#include "check.h"

#include <malloc.h>
#include <stdlib.h>

#include "base/array.h"

static void items_stay_while_the_array_grows(void **state)
{
    (void)state;
    unsigned *numbers = NULL;
    for (unsigned i = 0; i < 1000; i++) {
        unsigned *grown = array_grow(numbers, i, sizeof *grown);
        assert_non_null(grown);
        numbers = grown;
        numbers[i] = i;
    }
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i);
    free(numbers);
}

static void there_is_room_for_one_more_at_every_length(void **state)
{
    (void)state;
    char *bytes = NULL;
    for (size_t count = 0; count < 300; count++) {
        bytes = array_grow(bytes, count, sizeof *bytes);
        assert_non_null(bytes);
        assert_true(malloc_usable_size(bytes) > count);
    }
    free(bytes);
}

static void an_array_that_shrank_grows_again(void **state)
{
    (void)state;
    char *bytes = NULL;
    for (size_t count = 0; count <= 100; count++) {
        bytes = array_grow(bytes, count, sizeof *bytes);
        bytes[count] = (char)count;
    }
    for (size_t count = 5; count <= 100; count++) {
        bytes = array_grow(bytes, count, sizeof *bytes);
        assert_true(malloc_usable_size(bytes) > count);
        bytes[count] = (char)count;
    }
    for (size_t i = 0; i <= 100; i++)
        assert_int_equal(bytes[i], (char)i);
    free(bytes);
}

static void items_too_large_for_the_address_space_are_refused(void **state)
{
    (void)state;
    assert_null(array_grow(NULL, 0, SIZE_MAX / 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_stay_while_the_array_grows),
        cmocka_unit_test(there_is_room_for_one_more_at_every_length),
        cmocka_unit_test(an_array_that_shrank_grows_again),
        cmocka_unit_test(items_too_large_for_the_address_space_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
