/* The time that redaction takes, in steps: the speed of the machine does not matter. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "text/secret/private.h"

#define SECRET_SIZE ((size_t)10000)
#define TEXT_SIZE   ((size_t)32768)

/* The most steps for a byte of text. With three escapings on top of each other, a byte that begins
 * one is looked at about a hundred times. */
#define STEPS_PER_BYTE 400

/* A new string of `length` bytes that repeats `unit`, with `end` after it. */
static char *repeat(const char *unit, size_t length, const char *end)
{
    char *text = malloc(length + strlen(end) + 1);
    assert_non_null(text);
    for (size_t i = 0; i < length; i++)
        text[i] = unit[i % strlen(unit)];
    memcpy(text + length, end, strlen(end) + 1);
    return text;
}

/* The steps for a text of repeated `unit`s and a secret of repeated `secret_unit`s. */
static size_t steps_for(
    const char *secret_unit, const char *secret_end, const char *unit, size_t length)
{
    char *secret = repeat(secret_unit, SECRET_SIZE, secret_end);
    char *text = repeat(unit, length, "");
    struct secrets *secrets = secrets_new();
    struct secret_spans spans;
    assert_true(secrets_add(secrets, secret, strlen(secret)));
    assert_true(secret_automaton_link(secrets));
    assert_true(secret_scan(secrets, text, length, false, &spans));
    free(spans.list);
    secrets_free(secrets);
    free(secret);
    free(text);
    return spans.steps;
}

static void steps_grow_with_the_text_only(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"a", "", "a"},
        {"a", "b", "a"},
        {"a", "b", "%61"},
        {"a", "b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"},
        {"aab", "c", "aab"},
        {"aab", "c", "aa%62"},
        {"abaababaabaab", "c", "abaababaabaab"},
        {"\\", "b", "\\"},
        {"\\a", "b", "\\a"},
        {"%", "b", "%"},
        {"%25", "b", "%25"},
        {"&", "b", "&"},
        {"&", "b", "&amp;"},
        {"&amp;", "b", "&amp;"},
        {"+", " ", "+"},
        {"a", "b", "&#"},
        {"a", "b", "&#x&#x0000"},
        {"a", "b", "\\u\\U\\u{"},
        {"a", "b", "%u%U%uD83D"},
        {"a", "b", "\\ud83d\\ud83d"},
        {"a", "b", "&abcdefghijklmnopqrstuvwx"},
        {"a", "b", "&#0000&#0000\\u00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t half = steps_for(cases[i][0], cases[i][1], cases[i][2], TEXT_SIZE / 2);
        size_t whole = steps_for(cases[i][0], cases[i][1], cases[i][2], TEXT_SIZE);
        assert_true(whole <= TEXT_SIZE * STEPS_PER_BYTE);
        assert_true(whole <= half * 5 / 2);
    }
}

/* Text that has nothing to do with a secret is passed over a byte at a time. */
static void plain_text_takes_a_step_for_a_byte(void **state)
{
    (void)state;
    assert_true(steps_for("a", "b", "the word", 8) <= 12);
    assert_int_equal(steps_for("a", "b", "no other word", TEXT_SIZE), TEXT_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_grow_with_the_text_only),
        cmocka_unit_test(plain_text_takes_a_step_for_a_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
