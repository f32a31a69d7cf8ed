/* Compares reason_of_attempt() with the table in docs/verdicts.md. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error_name.h"
#include "policy/reason.h"

static const struct outcome_rules no_rules;

/* shoal_reason_name() is the layer core's: here are the names that the page has. */
static const char *name_of(enum shoal_reason reason)
{
    switch (reason) {
    case SHOAL_REASON_STATUS:
        return "status";
    case SHOAL_REASON_CONNECT:
        return "connect";
    case SHOAL_REASON_TLS:
        return "tls";
    case SHOAL_REASON_CERTIFICATE:
        return "certificate";
    case SHOAL_REASON_PROXY:
        return "proxy; credentials after proxy 407";
    case SHOAL_REASON_STALL:
        return "stall";
    case SHOAL_REASON_TIMEOUT:
        return "timeout";
    case SHOAL_REASON_CHANGED:
        return "changed";
    case SHOAL_REASON_UNREADABLE:
        return "unreadable";
    case SHOAL_REASON_CREDENTIALS:
        return "credentials";
    default:
        return "another";
    }
}

static char *read_page(void)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/docs/verdicts.md", getenv("SHOAL_SOURCE"));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *page = calloc(1, 256 * 1024);
    assert_non_null(page);
    assert_true(fread(page, 1, 256 * 1024 - 1, file) > 0);
    assert_int_equal(fclose(file), 0);
    return page;
}

static void every_error_has_the_reason_of_the_page(void **state)
{
    (void)state;
    char *page = read_page();
    const char *table = strstr(page, "| error | reason |");
    assert_non_null(table);
    for (int error = 0; error < ATTEMPT_ERRORS; error++) {
        const struct attempt_end end = {.error = (enum attempt_error)error};
        char row[128];
        (void)snprintf(row, sizeof row, "\n| %s | %s |\n", error_name(end.error),
            name_of(reason_of_attempt(&end, &no_rules)));
        if (strstr(table, row) == NULL)
            fail_msg("docs/verdicts.md has no row '%s'", row);
    }
    free(page);
}

static void a_status_that_says_no_is_the_reason(void **state)
{
    (void)state;
    for (int error = 0; error < ATTEMPT_ERRORS; error++) {
        struct attempt_end end = {.error = (enum attempt_error)error, .status = 413};
        assert_int_equal(reason_of_attempt(&end, &no_rules), SHOAL_REASON_STATUS);
        end.status = 401;
        assert_int_equal(reason_of_attempt(&end, &no_rules), SHOAL_REASON_CREDENTIALS);
        end.status = 407;
        assert_int_equal(reason_of_attempt(&end, &no_rules), SHOAL_REASON_CREDENTIALS);
        end.status = 403;
        assert_int_equal(reason_of_attempt(&end, &no_rules), SHOAL_REASON_STATUS);
    }
}

static void a_success_that_was_cut_short_has_the_reason_of_what_broke_it(void **state)
{
    (void)state;
    struct outcome_rules rules = {0};
    assert_true(status_list_parse("200-299", &rules.success, NULL));
    const struct attempt_end end = {.error = ATTEMPT_STALL, .status = 201};
    assert_int_equal(reason_of_attempt(&end, &rules), SHOAL_REASON_STALL);
}

static void a_proxy_that_wants_credentials_is_told_apart(void **state)
{
    (void)state;
    struct attempt_end end = {.error = ATTEMPT_PROXY, .proxy_status = 407};
    assert_int_equal(reason_of_attempt(&end, &no_rules), SHOAL_REASON_CREDENTIALS);
    end.proxy_status = 502;
    assert_int_equal(reason_of_attempt(&end, &no_rules), SHOAL_REASON_PROXY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_the_reason_of_the_page),
        cmocka_unit_test(a_status_that_says_no_is_the_reason),
        cmocka_unit_test(a_success_that_was_cut_short_has_the_reason_of_what_broke_it),
        cmocka_unit_test(a_proxy_that_wants_credentials_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
