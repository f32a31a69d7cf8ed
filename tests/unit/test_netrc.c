#include "check.h"

#include <string.h>

#include "text/netrc.h"

/* What `curl --netrc-file` 7.88 sends to host.example, as "login:password"; NULL: nothing. */
static const struct {
    const char *text;
    const char *found;
} cases[] = {
    {"machine host.example login a password b\n", "a:b"},
    {"machine host.example\nlogin a\n password b\nmachine x login c password d", "a:b"},
    {"MACHINE HOST.Example LOGIN a PASSWORD b\n", "a:b"},
    {"machine x login c password d\ndefault login e password f\n", "e:f"},
    {"default login e password f\nmachine host.example login a password b\n", "e:f"},
    {"machine host.example login \"a b\" password \"c\\\"d\\n#\"\n", "a b:c\"d\n#"},
    {"machine host.example login a # comment\npassword b#c\n", "a:b#c"},
    {"# machine host.example login a password b\n", NULL},
    {"macdef foo\nmachine host.example login a password b\n\nmachine host.example login c password "
     "d",
        "c:d"},
    {"macdef foo\n  cd /\n\nmachine host.example login c password d", "c:d"},
    {"macdef foo\n", NULL},
    {"machine host.example login a\nmachine host.example login c password d\n", "c:d"},
    {"machine host.example password b\n", ":b"},
    {"machine host.example login a\n", "a:"},
    {"machine host.example\n", NULL},
    {"machine host.example login a account q password b\n", "a:b"},
    {"machine host.example login a default login c password d\n", "c:d"},
    {"machine host.example\tlogin\ta\tpassword\tb\r\n", "a:b"},
    {"machine host.example login a password \"\"\n", "a:"},
    {"machine host.example login \"\" password b\n", ":b"},
    {"machine host.example macdef x login a password b\n", "a:b"},
    {"machine host.example login a login c password d\n", "c:d"},
    {"machine host.example password login login x\n", "x:login"},
    {"machine machine host.example login a password b\n", NULL},
    {"machine example login a password b\nmachine ahost.example login a password b\n", NULL},
    {"", NULL},
};

static void check(const char *text, const char *user, const char *expected)
{
    static const char host[] = "host.example";
    struct buf login;
    struct buf password;
    struct error error = {0};
    buf_init(&login, 1000);
    buf_init(&password, 1000);
    assert_true(netrc_check(text, &error));
    enum netrc_result result =
        netrc_find(text, (struct http_slice){host, strlen(host)}, user, &login, &password);
    assert_int_equal(result, expected == NULL ? NETRC_NOT_FOUND : NETRC_FOUND);
    if (expected != NULL) {
        (void)buf_add_byte(&login, ':');
        (void)buf_add_text(&login, buf_text(&password));
        assert_string_equal(buf_text(&login), expected);
    }
    buf_free(&login);
    buf_free(&password);
}

static void a_host_is_found_as_by_curl(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(cases[i].text, NULL, cases[i].found);
}

static void a_user_gets_his_own_password_only(void **state)
{
    (void)state;
    static const char two[] =
        "machine host.example login a password b\nmachine host.example login z password q";
    check(two, "z", "z:q");
    check(two, "a", "a:b");
    check(two, "x", NULL);
    check("machine host.example password b", "x", ":b");
    check("machine host.example login a", "x", NULL);
}

static void a_quoted_word_must_end_on_its_line(void **state)
{
    (void)state;
    static const char *const wrong[] = {"machine x\nlogin \"a password b\n",
        "machine x\nlogin \"a\n", "machine x\n\"\\", "a\n\"a\\\n\""};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error error = {0};
        assert_false(netrc_check(wrong[i], &error));
        assert_non_null(strstr(error.text, "line 2"));
    }
    struct error error = {0};
    assert_true(netrc_check("macdef x\n it's \"open\n\nmachine \"h\"", &error));
}

static bool collect(void *context, const char *login, const char *password)
{
    return buf_printf(context, "%s:%s ", login, password);
}

static void each_password_is_listed(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1000);
    assert_true(
        netrc_each("machine a login b password c\nmachine d password \"e f\" default login g "
                   "password h password i",
            collect, &out));
    assert_string_equal(buf_text(&out), "b:c b:e f g:h g:i ");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_is_found_as_by_curl),
        cmocka_unit_test(a_user_gets_his_own_password_only),
        cmocka_unit_test(a_quoted_word_must_end_on_its_line),
        cmocka_unit_test(each_password_is_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
