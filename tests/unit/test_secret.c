#include "check.h"

#include <stdio.h>
#include <string.h>

#include "text/secret.h"

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
    CHECK("a%25b a%2525b", "*** ***", "a%25b");
}

/* Ways to write one byte of a secret. */
static const struct way {
    const char *before; /* its number */
    int base;           /* of the number; -16: in upper case */
    int width;          /* digits at least */
    const char *after;
} ways[] = {
    {"%", 16, 2, ""},
    {"%", -16, 2, ""},
    {"%u", -16, 4, ""},
    {"\\u", 16, 4, ""},
    {"\\u", -16, 4, ""},
    {"\\u{", 16, 1, "}"},
    {"\\U", 16, 8, ""},
    {"\\x", 16, 2, ""},
    {"\\x{", -16, 2, "}"},
    {"\\", 8, 3, ""},
    {"&#", 10, 1, ";"},
    {"&#", 10, 5, ";"},
    {"&#x", 16, 1, ";"},
    {"&#X", -16, 4, ";"},
    {"%25", -16, 2, ""},
    {"%2525", 16, 2, ""},
    {"\\\\u", 16, 4, ""},
    {"\\\\\\\\u", 16, 4, ""},
    {"&amp;#", 10, 1, ";"},
    {"\\u0026#x", 16, 1, ";"},
    {"%26%23", 10, 1, "%3B"},
    {"%5Cu", 16, 4, ""},
    {"&#92;u", 16, 4, ""},
};

static void add_way(struct buf *text, const struct way *way, unsigned byte)
{
    (void)buf_add_text(text, way->before);
    switch (way->base) {
    case 8:
        (void)buf_printf(text, "%0*o", way->width, byte);
        break;
    case 10:
        (void)buf_printf(text, "%0*u", way->width, byte);
        break;
    case 16:
        (void)buf_printf(text, "%0*x", way->width, byte);
        break;
    default:
        (void)buf_printf(text, "%0*X", way->width, byte);
    }
    (void)buf_add_text(text, way->after);
}

static void each_byte_may_have_its_own_escape(void **state)
{
    (void)state;
    static const char secret[] = "a+b&c;d'e\"f\\g/h%i<j";
    const size_t count = sizeof ways / sizeof ways[0];
    for (size_t first = 0; first < count; first++) {
        for (size_t every = 1; every < 4; every++) {
            struct buf text;
            buf_init(&text, 1000);
            for (size_t i = 0; secret[i] != '\0'; i++) {
                if (i % every == 0)
                    add_way(&text, &ways[(first + i) % count], (unsigned char)secret[i]);
                else
                    (void)buf_add_byte(&text, secret[i]);
            }
            CHECK(buf_text(&text), "***", secret);
            buf_free(&text);
        }
    }
}

static void entities_are_seen_through_by_name(void **state)
{
    (void)state;
    CHECK("a&amp;b a&AMP;b a&Amp;b a&ampb a&amp b", "*** *** *** a&ampb ***b", "a&b", "a& ");
    CHECK("&lt;&gt;&quot;&apos;&sol;&plus;&equals;&percnt;&lowbar;&num;", "***", "<>\"'/+=%_#");
    CHECK("&lbrace;&rcub;&lsqb;&rbrack;&commat;&dollar;&bsol;&Hat;&grave;&vert;&Tab;", "***",
        "{}[]@$\\^`|\t");
    CHECK("&amp;amp;b &amp;amp;amp;b", "***b ***b", "&");
    CHECK("a&nosuch;b", "a&nosuch;b", "a&b");
    CHECK("a&#38b&#x2B/", "***", "a&b+/");
}

static void letters_after_a_backslash_are_controls(void **state)
{
    (void)state;
    CHECK("a\\nb\\tc\\rd", "***", "a\nb\tc\rd");
    CHECK("a\\/b\\\"c\\'d\\\\e", "***", "a/b\"c'd\\e");
    CHECK("DOMAIN\\token", "DOMAIN\\***", "token");
    CHECK("DOMAIN\\u0041bcdef", "DOMAIN\\***", "u0041bcdef");
    CHECK("100%41secret", "100%***", "41secret");
}

static void characters_beyond_ascii_are_seen_through(void **state)
{
    (void)state;
    const char *secret = "k\xc3\xa9\xf0\x9f\x90\x9f!";
    CHECK("k\\u00e9\\uD83D\\udc1f!", "***", secret);
    CHECK("k&#233;&#128031;!", "***", secret);
    CHECK("k&#xE9;&#x1F41F;!", "***", secret);
    CHECK("k\\xe9\\u{1f41f}!", "***", secret);
    CHECK("k\\xc3\\xa9\\xf0\\x9f\\x90\\x9f!", "***", secret);
    CHECK("k\\303\\251\\360\\237\\220\\237!", "***", secret);
    CHECK("k%C3%A9%F0%9F%90%9F!", "***", secret);
    CHECK("k\\ud83d!", "k\\ud83d!", secret);
}

static void a_secret_with_escapes_of_its_own_is_found_both_ways(void **state)
{
    (void)state;
    CHECK("a\\\\b a\\\\\\\\b", "*** ***", "a\\\\b");
    CHECK("a&amp;b a&amp;amp;b", "*** ***", "a&amp;b");
    CHECK("a\\u0026b a\\\\u0026b", "*** ***", "a\\u0026b");
    CHECK("\\\\\\\\\\\\x", "***", "\\\\\\x");
}

static void a_plus_is_a_space_of_a_form(void **state)
{
    (void)state;
    CHECK("a+b c", "***", "a b c");
    CHECK("a%2Bb", "***", "a b");
}

/* Redacts every beginning of `text`, in which the secret is from `start` on, as a text that was cut
 * there: nothing of the secret is left. */
static void check_cuts(const char *secret, const char *text, size_t start)
{
    struct secrets *secrets = secrets_new();
    assert_true(secrets_add(secrets, secret, strlen(secret)));
    for (size_t length = 0; length <= strlen(text); length++) {
        struct buf out;
        buf_init(&out, 1000);
        assert_true(secrets_redact_cut(secrets, text, length, &out));
        if (length <= start)
            assert_memory_equal(buf_text(&out), text, length);
        else
            assert_int_equal(out.length, start + strlen(SECRET_SHOWN_AS));
        buf_free(&out);
    }
    secrets_free(secrets);
}

static void no_beginning_of_a_secret_is_left_where_a_text_was_cut(void **state)
{
    (void)state;
    check_cuts("hunter2", "token=hunter2", 6);
    check_cuts("hunter2", "token=%68un%74er%32", 6);
    check_cuts("&a+b", "token=&amp;\\u0061%252b\\x62", 6);
    check_cuts("aaaa", "token=aaaa", 6);
    check_cuts("a\"b", "{\"\\u0061\\\"b", 2);
}

static void only_a_cut_text_loses_a_beginning(void **state)
{
    (void)state;
    CHECK("token=hunter", "token=hunter", "hunter2");
    CHECK("100%", "100%", "hunter2");
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

static void a_set_on_top_of_another_replaces_the_secrets_of_both(void **state)
{
    (void)state;
    struct secrets *below = secrets_new();
    struct secrets *above = secrets_new_over(below);
    struct buf out;
    buf_init(&out, 100);
    assert_true(secrets_add(below, "lower", 5));
    assert_true(secrets_redact(above, "upper lower", 11, &out));
    assert_string_equal(buf_text(&out), "upper ***");
    assert_true(secrets_add(above, "upper", 5));
    buf_clear(&out);
    assert_true(secrets_redact_cut(above, "upper lower upp", 15, &out));
    assert_string_equal(buf_text(&out), "*** *** ***");
    buf_clear(&out);
    assert_true(secrets_redact(below, "upper lower", 11, &out));
    assert_string_equal(buf_text(&out), "upper ***");
    buf_free(&out);
    secrets_free(above);
    secrets_free(below);
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
        cmocka_unit_test(each_byte_may_have_its_own_escape),
        cmocka_unit_test(entities_are_seen_through_by_name),
        cmocka_unit_test(letters_after_a_backslash_are_controls),
        cmocka_unit_test(characters_beyond_ascii_are_seen_through),
        cmocka_unit_test(a_secret_with_escapes_of_its_own_is_found_both_ways),
        cmocka_unit_test(a_plus_is_a_space_of_a_form),
        cmocka_unit_test(no_beginning_of_a_secret_is_left_where_a_text_was_cut),
        cmocka_unit_test(only_a_cut_text_loses_a_beginning),
        cmocka_unit_test(an_empty_form_is_ignored),
        cmocka_unit_test(no_set_replaces_nothing),
        cmocka_unit_test(a_set_on_top_of_another_replaces_the_secrets_of_both),
        cmocka_unit_test(nul_bytes_are_text_like_others),
        cmocka_unit_test(a_full_buffer_is_a_failure),
        cmocka_unit_test(many_forms_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
