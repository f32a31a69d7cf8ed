#include "check.h"

#include "policy/credentials.h"

static void note(struct credentials *credentials, enum outcome outcome, long status, unsigned times)
{
    const struct attempt_end end = {.phase = ATTEMPT_ANSWERING, .status = status};
    for (unsigned i = 0; i < times; i++)
        credentials_note_end(credentials, outcome, &end);
}

static void refusals_in_a_row_are_enough_also_after_a_success(void **state)
{
    (void)state;
    struct credentials credentials = {.most = 8};
    note(&credentials, OUTCOME_DONE, 200, 499);
    note(&credentials, OUTCOME_REFUSED, 401, 7);
    assert_false(credentials_are_refused(&credentials));
    note(&credentials, OUTCOME_REFUSED, 404, 100); /* says nothing of the credentials */
    note(&credentials, OUTCOME_REJECTED, 503, 100);
    note(&credentials, OUTCOME_REFUSED, 407, 1);
    assert_true(credentials_are_refused(&credentials));
    assert_int_equal(credentials.status, 401);
    assert_int_equal(credentials.since_file, 500);
    assert_true(credentials.had_success);
}

static void a_success_between_them_begins_the_count_anew(void **state)
{
    (void)state;
    static const enum outcome successes[] = {OUTCOME_DONE, OUTCOME_EXISTS};
    for (size_t i = 0; i < COUNT_OF(successes); i++) {
        struct credentials credentials = {.most = 2};
        for (int round = 0; round < 10; round++) {
            note(&credentials, OUTCOME_REFUSED, 401, 1);
            assert_false(credentials_are_refused(&credentials));
            note(&credentials, successes[i], 200, 1);
        }
        note(&credentials, OUTCOME_REFUSED, 401, 2);
        assert_true(credentials_are_refused(&credentials));
        assert_int_equal(credentials.since_file, 21);
    }
}

static void a_403_counts_before_any_success_only(void **state)
{
    (void)state;
    struct credentials credentials = {.most = 3};
    note(&credentials, OUTCOME_REFUSED, 403, 3);
    assert_true(credentials_are_refused(&credentials));
    credentials = (struct credentials){.most = 3};
    note(&credentials, OUTCOME_DONE, 200, 1);
    note(&credentials, OUTCOME_REFUSED, 403, 100);
    assert_false(credentials_are_refused(&credentials));
    credentials = (struct credentials){.most = 3};
    note(&credentials, OUTCOME_REJECTED, 403, 100); /* a rate limit */
    note(&credentials, OUTCOME_EXISTS, 403, 100);
    assert_false(credentials_are_refused(&credentials));
}

static void the_proxys_status_counts_if_it_opens_no_tunnel(void **state)
{
    (void)state;
    struct credentials credentials = {.most = 2};
    struct attempt_end end = {.error = ATTEMPT_PROXY, .proxy_status = 403};
    for (int i = 0; i < 10; i++)
        credentials_note_end(&credentials, OUTCOME_REFUSED, &end);
    assert_false(credentials_are_refused(&credentials)); /* the proxy blocks the host */
    end.proxy_status = 407;
    credentials_note_end(&credentials, OUTCOME_REFUSED, &end);
    credentials_note_end(&credentials, OUTCOME_REFUSED, &end);
    assert_true(credentials_are_refused(&credentials));
}

static void zero_is_never(void **state)
{
    (void)state;
    struct credentials credentials = {.most = 0};
    note(&credentials, OUTCOME_REFUSED, 401, 1000);
    assert_false(credentials_are_refused(&credentials));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_in_a_row_are_enough_also_after_a_success),
        cmocka_unit_test(a_success_between_them_begins_the_count_anew),
        cmocka_unit_test(a_403_counts_before_any_success_only),
        cmocka_unit_test(the_proxys_status_counts_if_it_opens_no_tunnel),
        cmocka_unit_test(zero_is_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
