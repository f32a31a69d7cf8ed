#include "check.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"

/* Redacts `text` with up to four forms and compares the result. */
static void check(const char *const forms[4], const char *text, const char *expected)
{
    struct secrets *secrets = secrets_new();
    for (int i = 0; i < 4 && forms[i] != NULL; i++)
        assert_true(secrets_add(secrets, forms[i], strlen(forms[i])));
    struct buf out;
    buf_init(&out, 10000);
    assert_true(secrets_redact(secrets, text, strlen(text), &out));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
    secrets_free(secrets);
}

#define CHECK(text, expected, ...) check((const char *const[4]){__VA_ARGS__}, text, expected)

static void every_occurrence_is_replaced(void **state)
{
    (void)state;
    CHECK("a hunter2 b hunter2", "a *** b ***", "hunter2");
    CHECK("hunter2hunter2", "******", "hunter2");
    CHECK("hunter2", "***", "hunter2");
}

static void other_text_stays_as_it_is(void **state)
{
    (void)state;
    CHECK("hunter hunter1 Hunter2 100% %2 %zz 50%2", "hunter hunter1 Hunter2 100% %2 %zz 50%2",
        "hunter2");
    CHECK("", "", "hunter2");
    CHECK("any text", "any text", NULL);
}

static void the_longest_form_wins(void **state)
{
    (void)state;
    CHECK("token-long token", "*** ***", "token", "token-long");
    CHECK("token-long token", "*** ***", "token-long", "token");
}

static void overlapping_secrets_leave_no_tail(void **state)
{
    (void)state;
    CHECK("xabcdefx", "x***x", "abcd", "cdef");
    CHECK("xaaaax", "x***x", "aaa");
    CHECK("abcdefgh-", "***-", "abc", "cde", "efgh");
}

static void percent_encoding_is_seen_through_in_any_case(void **state)
{
    (void)state;
    CHECK("t=p%2Fw%2f%C3%a9!", "t=***!", "p/w/\xc3\xa9");
    CHECK("t=%70%2fw", "t=***", "p/w");
    CHECK("t=p/w t=p%2Fw", "t=*** t=***", "p/w");
    CHECK("t=p%2", "t=p%2", "p/w");
}

static void a_percent_sign_in_the_secret_is_found_both_ways(void **state)
{
    (void)state;
    CHECK("100%sure 100%25sure", "*** ***", "100%sure");
    CHECK("a%41b a%2541b", "*** ***", "a%41b");
    CHECK("a%2Fb a%2fb", "*** ***", "a%2fb");
    CHECK("a%25b a%2525b", "*** ***", "a%25b");
}

static void an_empty_form_is_ignored(void **state)
{
    (void)state;
    CHECK("text", "text", "");
}

static void no_set_replaces_nothing(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 100);
    assert_true(secrets_redact(NULL, "text", 4, &out));
    assert_string_equal(buf_text(&out), "text");
    buf_free(&out);
}

static void nul_bytes_are_text_like_others(void **state)
{
    (void)state;
    struct secrets *secrets = secrets_new();
    assert_true(secrets_add(secrets, "a\0b", 3));
    struct buf out;
    buf_init(&out, 100);
    assert_true(secrets_redact(secrets, "\0a\0b\0", 5, &out));
    assert_int_equal(out.length, 5);
    assert_memory_equal(out.data, "\0***\0", 5);
    buf_free(&out);
    secrets_free(secrets);
}

static void a_full_buffer_is_a_failure(void **state)
{
    (void)state;
    struct secrets *secrets = secrets_new();
    assert_true(secrets_add(secrets, "x", 1));
    struct buf out;
    buf_init(&out, 4);
    assert_false(secrets_redact(secrets, "abxab", 5, &out));
    buf_free(&out);
    secrets_free(secrets);
}

static void many_forms_are_kept(void **state)
{
    (void)state;
    struct secrets *secrets = secrets_new();
    struct buf out;
    buf_init(&out, 10000);
    for (int i = 100; i < 200; i++) {
        char form[16];
        (void)snprintf(form, sizeof form, "form%d", i);
        assert_true(secrets_add(secrets, form, strlen(form)));
    }
    assert_true(secrets_redact(secrets, "form100 form150 form199 form200", 31, &out));
    assert_string_equal(buf_text(&out), "*** *** *** form200");
    buf_free(&out);
    secrets_free(secrets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_occurrence_is_replaced),
        cmocka_unit_test(other_text_stays_as_it_is),
        cmocka_unit_test(the_longest_form_wins),
        cmocka_unit_test(overlapping_secrets_leave_no_tail),
        cmocka_unit_test(percent_encoding_is_seen_through_in_any_case),
        cmocka_unit_test(a_percent_sign_in_the_secret_is_found_both_ways),
        cmocka_unit_test(an_empty_form_is_ignored),
        cmocka_unit_test(no_set_replaces_nothing),
        cmocka_unit_test(nul_bytes_are_text_like_others),
        cmocka_unit_test(a_full_buffer_is_a_failure),
        cmocka_unit_test(many_forms_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
