#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "policy/redirects.h"

#define TARGET_MOST 4096

static enum redirect_decision decide(
    const struct redirects *redirects, const struct redirect *redirect, const char *expected)
{
    struct buf target;
    buf_init(&target, TARGET_MOST);
    enum redirect_decision decision = redirects_decide(redirects, redirect, &target);
    if (expected != NULL)
        assert_string_equal(buf_text(&target), expected);
    buf_free(&target);
    return decision;
}

/* A decision for a list of at most two hosts; NULL: --redirects is not given. */
static enum redirect_decision decide_for(
    const char *const hosts[2], long status, const char *own, const char *location)
{
    struct redirects_host list[2];
    struct redirects redirects = {.are_wanted = hosts != NULL, .hosts = list};
    for (size_t i = 0; hosts != NULL && i < 2 && hosts[i] != NULL; i++) {
        assert_true(redirects_read_host(hosts[i], strlen(hosts[i]), &list[i]));
        redirects.count++;
    }
    const struct redirect redirect = {
        .status = status, .own = own, .current = own, .location = location};
    enum redirect_decision decision = decide(&redirects, &redirect, NULL);
    for (size_t i = 0; i < redirects.count; i++)
        free(list[i].name);
    return decision;
}

static void only_307_and_308_are_followed(void **state)
{
    (void)state;
    static const char *const same[2] = {NULL};
    for (long status = 300; status < 400; status++) {
        enum redirect_decision expected =
            status == 307 || status == 308 ? REDIRECT_FOLLOWED : REDIRECT_WRONG_STATUS;
        assert_int_equal(decide_for(same, status, "http://a/", "/b"), expected);
    }
}

static void without_the_option_nothing_is_followed(void **state)
{
    (void)state;
    assert_int_equal(decide_for(NULL, 307, "http://a/", "/b"), REDIRECT_NOT_WANTED);
    assert_int_equal(decide_for(NULL, 307, "http://a/", "http://b/"), REDIRECT_NOT_NAMED);
}

static void other_origins_must_be_named(void **state)
{
    (void)state;
    static const struct {
        const char *hosts[2];
        const char *location;
        enum redirect_decision decision;
    } cases[] = {
        {{NULL}, "http://A:80/x", REDIRECT_FOLLOWED},
        {{NULL}, "http://a:81/x", REDIRECT_NOT_NAMED},
        {{NULL}, "https://a/x", REDIRECT_NOT_NAMED},
        {{NULL}, "http://b/", REDIRECT_NOT_NAMED},
        {{"b"}, "http://B/", REDIRECT_FOLLOWED},
        {{"b"}, "http://b:8080/", REDIRECT_FOLLOWED},
        {{"b"}, "https://b/", REDIRECT_FOLLOWED},
        {{"b"}, "http://bb/", REDIRECT_NOT_NAMED},
        {{"b"}, "http://x.b/", REDIRECT_NOT_NAMED},
        {{"b"}, "http://b@c/", REDIRECT_NOT_NAMED},
        {{"b:8080"}, "http://b:8080/", REDIRECT_FOLLOWED},
        {{"b:8080"}, "http://b/", REDIRECT_NOT_NAMED},
        {{"b:80"}, "http://b/", REDIRECT_FOLLOWED},
        {{"x", "b"}, "http://b/", REDIRECT_FOLLOWED},
        {{"b\xC3\xBC"
          "cher.example"},
            "http://xn--BCHER-kva.example/", REDIRECT_FOLLOWED},
        {{"[::1]:8080"}, "http://[::1]:8080/", REDIRECT_FOLLOWED},
        {{"[::1]"}, "http://[::2]/", REDIRECT_NOT_NAMED},
        {{"*.b.example"}, "http://x.B.example/", REDIRECT_FOLLOWED},
        {{"*.b.example"}, "http://y.x.b.example:81/", REDIRECT_FOLLOWED},
        {{"*.b.example"}, "http://b.example/", REDIRECT_NOT_NAMED},
        {{"*.b.example"}, "http://.b.example/", REDIRECT_NOT_NAMED},
        {{"*.b.example"}, "http://xb.example/", REDIRECT_NOT_NAMED},
        {{"*.b.example:81"}, "http://x.b.example/", REDIRECT_NOT_NAMED},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (decide_for(cases[i].hosts, 307, "http://a/", cases[i].location) != cases[i].decision)
            fail_msg("%s", cases[i].location);
    }
}

static void nothing_leads_from_tls_to_plain(void **state)
{
    (void)state;
    static const char *const hosts[2] = {"a", "b"};
    const struct redirects none = {.are_wanted = true};
    struct redirects_host b;
    assert_int_equal(decide_for(hosts, 307, "https://a/", "http://a/"), REDIRECT_TO_PLAIN);
    assert_int_equal(decide_for(hosts, 307, "https://a/", "http://b/"), REDIRECT_TO_PLAIN);
    assert_int_equal(decide_for(hosts, 307, "https://a/", "https://b/"), REDIRECT_FOLLOWED);
    assert_true(redirects_read_host("b", 1, &b));
    const struct redirects listed = {.are_wanted = true, .hosts = &b, .count = 1};
    const struct redirect back = {.status = 307,
        .own = "http://a/",
        .current = "https://b/",
        .location = "http://a/x",
        .followed = 1};
    assert_int_equal(decide(&listed, &back, "http://a/x"), REDIRECT_TO_PLAIN);
    const struct redirect home = {.status = 307,
        .own = "http://a/",
        .current = "http://b/x",
        .location = "//a/y",
        .followed = 1};
    assert_int_equal(decide(&none, &home, "http://a/y"), REDIRECT_FOLLOWED);
    free(b.name);
}

static void a_bounded_number_is_followed(void **state)
{
    (void)state;
    const struct redirects redirects = {.are_wanted = true};
    struct redirect redirect = {
        .status = 308, .own = "http://a/", .current = "http://a/x/y", .location = "z"};
    redirect.followed = REDIRECTS_MOST - 1;
    assert_int_equal(decide(&redirects, &redirect, "http://a/x/z"), REDIRECT_FOLLOWED);
    redirect.followed = REDIRECTS_MOST;
    assert_int_equal(decide(&redirects, &redirect, NULL), REDIRECT_TOO_MANY);
}

static void hosts_are_names_or_addresses(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", ":80", "a:", "a:0", "a b", "a/b", "a?", "a#", "u@a",
        "http://a", "*", "*.", "*a", "a.*", "**.a", "*.*.a", "*.1.2.3", "*.[::1]", "[", "[::1",
        "\xC3", "a%41"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct redirects_host host;
        if (redirects_read_host(wrong[i], strlen(wrong[i]), &host))
            fail_msg("accepted: '%s'", wrong[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_307_and_308_are_followed),
        cmocka_unit_test(without_the_option_nothing_is_followed),
        cmocka_unit_test(other_origins_must_be_named),
        cmocka_unit_test(nothing_leads_from_tls_to_plain),
        cmocka_unit_test(a_bounded_number_is_followed),
        cmocka_unit_test(hosts_are_names_or_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
