#include "check.h"

#include <string.h>

#include "text/http_challenge.h"

static void the_schemes_are_named_once(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"Basic realm=\"x\"", "Basic"},
        {"Basic", "Basic"},
        {"Digest realm=\"a, Basic b\", nonce=\"\\\"c, d\", Digest realm=\"e\"", "Digest"},
        {"Negotiate, Basic realm=\"x\" , Bearer", "Negotiate, Basic, Bearer"},
        {"Newauth realm=\"apps\", type=1, title=\"Login\", Basic realm=\"s\"", "Newauth, Basic"},
        {"NTLM TlRMTVNTUAAC==, basic realm = \"x\", charset = \"UTF-8\"", "NTLM, basic"},
        {", ,Basic", "Basic"},
        {"A,B,C,D,E,F,G,H,I,J", "A, B, C, D, E, F, G, H"},
        {"Digest realm=\"never closed, Basic", "Digest"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out;
        buf_init(&out, 1000);
        assert_true(http_challenge_add_schemes(&out, cases[i][0], strlen(cases[i][0])));
        assert_string_equal(buf_text(&out), cases[i][1]);
        buf_free(&out);
    }
}

static void what_is_none_adds_nothing(void **state)
{
    (void)state;
    static const char *const cases[] = {"", " , ", "realm=\"x\"", "\"Basic\"", "\\"};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out;
        buf_init(&out, 1000);
        assert_false(http_challenge_add_schemes(&out, cases[i], strlen(cases[i])));
        assert_int_equal(out.length, 0);
        buf_free(&out);
    }
}

static void schemes_that_shoal_cannot_speak_are_told_apart(void **state)
{
    (void)state;
    assert_true(http_challenge_is_unsupported("Digest"));
    assert_true(http_challenge_is_unsupported("negotiate, NTLM"));
    assert_false(http_challenge_is_unsupported("Digest, Basic"));
    assert_false(http_challenge_is_unsupported("Bearer, Digest"));
    assert_false(http_challenge_is_unsupported("Custom"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_schemes_are_named_once),
        cmocka_unit_test(what_is_none_adds_nothing),
        cmocka_unit_test(schemes_that_shoal_cannot_speak_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
