/* The grammar of --fault, and which requests a fault applies to. */
#include "check.h"

#include <string.h>

#include "receive/fault.h"

static struct fault parsed(const char *spec)
{
    struct fault fault;
    struct error error = {.class = ERROR_NONE};
    if (!fault_parse(spec, &fault, &error))
        fail_msg("%s", error.text);
    return fault;
}

static void every_kind_has_its_phase(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        enum fault_kind kind;
        enum fault_phase phase;
    } rows[] = {
        {"delay=50", FAULT_DELAY, FAULT_TAKEN},
        {"delay=50:headers", FAULT_DELAY, FAULT_HEADERS},
        {"status=503", FAULT_STATUS, FAULT_BODY},
        {"status=503:taken", FAULT_STATUS, FAULT_TAKEN},
        {"early=401", FAULT_STATUS, FAULT_HEADERS},
        {"reset", FAULT_RESET, FAULT_ANSWER},
        {"reset:body", FAULT_RESET, FAULT_BODY},
        {"stall", FAULT_STALL, FAULT_TAKEN},
        {"close", FAULT_CLOSE, FAULT_KEPT},
        {"close:next", FAULT_CLOSE, FAULT_NEXT},
        {"drop", FAULT_CLOSE, FAULT_TAKEN},
        {"truncate", FAULT_CLOSE, FAULT_ANSWER},
        {"garbage", FAULT_GARBAGE, FAULT_TAKEN},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fault fault = parsed(rows[i].spec);
        assert_int_equal(fault.kind, rows[i].kind);
        assert_int_equal(fault.phase, rows[i].phase);
        assert_int_equal(fault.choice, FAULT_ALWAYS);
    }
}

static void values_and_choices_are_read(void **state)
{
    (void)state;
    struct fault fault = parsed("status=429,retry-after=date+7:headers@every=3");
    assert_int_equal(fault.status, 429);
    assert_int_equal(fault.retry_after, 7);
    assert_true(fault.retry_after_date);
    assert_int_equal(fault.phase, FAULT_HEADERS);
    assert_int_equal(fault.choice, FAULT_EVERY);
    assert_int_equal(fault.amount, 3);
    fault = parsed("status=503,retry-after=0@0.5%");
    assert_int_equal(fault.retry_after, 0);
    assert_false(fault.retry_after_date);
    assert_int_equal(fault.amount, FAULT_SHARE_WHOLE / 200);
    assert_int_equal(parsed("status=503").retry_after, -1);
    assert_int_equal(parsed("delay=1500@first=2").delay_us, 1500000);
    assert_int_equal(parsed("drop@from=500").choice, FAULT_FROM);
    assert_int_equal(parsed("drop@100%").amount, FAULT_SHARE_WHOLE);
}

static void what_is_wrong_is_refused_and_quoted(void **state)
{
    (void)state;
    static const char *const specs[] = {"", "explode", "delay", "delay=", "delay=-1", "delay=1s",
        "delay=99999999999", "status", "status=99", "status=600", "status=1x", "reset=1",
        "reset:", "reset:soon", "reset:kept", "drop:body", "close@", "close@5", "close@every",
        "close@every=0", "close@some=1", "close@101%", "close@1.25%", "close@1.%", "close@%",
        "close@-1%", "status=503,x=1", "status=503,retry-after=", "status=503,retry-after=soon",
        "delay=5,retry-after=1", "close,retry-after=1", "100.5%", "close@100.5%"};
    for (size_t i = 0; i < COUNT_OF(specs); i++) {
        struct fault fault;
        struct error error = {.class = ERROR_NONE};
        if (fault_parse(specs[i], &fault, &error))
            fail_msg("accepted: %s", specs[i]);
        assert_int_equal(error.class, ERROR_USAGE);
        assert_non_null(strstr(error.text, specs[i]));
    }
    char endless[1000];
    memset(endless, 'x', sizeof endless);
    endless[sizeof endless - 1] = '\0';
    struct fault fault;
    assert_false(fault_parse(endless, &fault, NULL));
}

static struct fault_list list_of(const char *first, const char *second, uint64_t seed)
{
    struct fault_list list = {.seed = seed};
    list.faults[list.count++] = parsed(first);
    if (second != NULL)
        list.faults[list.count++] = parsed(second);
    return list;
}

static void every_and_first_count_requests_from_one(void **state)
{
    (void)state;
    struct fault_list list = list_of("drop@first=2", "reset@every=3", 1);
    for (uint64_t number = 1; number <= 12; number++) {
        struct fault_pair pair = fault_choose(&list, number);
        const struct fault *expected = number <= 2       ? &list.faults[0]
                                       : number % 3 == 0 ? &list.faults[1]
                                                         : NULL;
        assert_ptr_equal(pair.other, expected);
        assert_null(pair.delay);
    }
}

static void a_delay_and_the_first_other_fault_go_together(void **state)
{
    (void)state;
    struct fault_list list = list_of("delay=1", "drop", 1);
    list.faults[list.count++] = parsed("reset");
    struct fault_pair pair = fault_choose(&list, 1);
    assert_ptr_equal(pair.delay, &list.faults[0]);
    assert_ptr_equal(pair.other, &list.faults[1]);
}

static unsigned count_chosen(const struct fault_list *list, unsigned requests)
{
    unsigned chosen = 0;
    for (uint64_t number = 1; number <= requests; number++)
        chosen += fault_choose(list, number).other != NULL;
    return chosen;
}

static void a_share_is_as_large_as_told(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 20; seed++) {
        struct fault_list list = list_of("drop@10%", NULL, seed);
        assert_in_range(count_chosen(&list, 10000), 850, 1150);
    }
    struct fault_list none = list_of("drop@0%", NULL, 1);
    struct fault_list all = list_of("drop@100%", NULL, 1);
    assert_int_equal(count_chosen(&none, 1000), 0);
    assert_int_equal(count_chosen(&all, 1000), 1000);
}

static void a_share_depends_on_seed_and_number_and_place_alone(void **state)
{
    (void)state;
    struct fault_list one = list_of("drop@50%", NULL, 1);
    struct fault_list other = list_of("drop@50%", NULL, 2);
    struct fault_list both = list_of("delay=1@50%", "drop@50%", 1);
    unsigned by_seed = 0;
    unsigned by_place = 0;
    for (uint64_t number = 1; number <= 1000; number++) {
        bool chosen = fault_choose(&one, number).other != NULL;
        assert_int_equal(chosen, fault_choose(&one, number).other != NULL);
        by_seed += chosen != (fault_choose(&other, number).other != NULL);
        struct fault_pair pair = fault_choose(&both, number);
        by_place += (pair.delay != NULL) != (pair.other != NULL);
    }
    assert_in_range(by_seed, 400, 600);
    assert_in_range(by_place, 400, 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_its_phase),
        cmocka_unit_test(values_and_choices_are_read),
        cmocka_unit_test(what_is_wrong_is_refused_and_quoted),
        cmocka_unit_test(every_and_first_count_requests_from_one),
        cmocka_unit_test(a_delay_and_the_first_other_fault_go_together),
        cmocka_unit_test(a_share_is_as_large_as_told),
        cmocka_unit_test(a_share_depends_on_seed_and_number_and_place_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
