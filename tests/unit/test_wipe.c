#include "check.h"

#include <string.h>

#include "base/wipe.h"

static void every_byte_becomes_zero_and_no_other(void **state)
{
    (void)state;
    char bytes[] = "xxsecretxx";
    wipe(bytes + 2, 6);
    assert_memory_equal(bytes, "xx\0\0\0\0\0\0xx", 10);
}

static void nothing_is_wiped_and_freed_without_harm(void **state)
{
    (void)state;
    wipe(NULL, 0);
    wipe_and_free(NULL);
    wipe_and_free(strdup("secret"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_becomes_zero_and_no_other),
        cmocka_unit_test(nothing_is_wiped_and_freed_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
