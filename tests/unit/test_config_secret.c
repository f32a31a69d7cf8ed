/* Keys, passwords and other secrets of a configuration. */
#include "config_fixture.h"

static void keys_come_from_the_environment_files_and_descriptors(void **state)
{
    (void)state;
    int ends[2];
    char descriptor[32];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "from fd\r\n", 9), 9);
    (void)close(ends[1]);
    (void)snprintf(descriptor, sizeof descriptor, "d=fd:%d", ends[0]);
    make_file("token", "from file\n");
    assert_int_equal(setenv("SHOAL_TEST_TOKEN", "from env/\r\n", 1), 0);
    struct config *config = good(GIVEN("url", "https://h/{p}?e={e}", "set", "p=plain", "set",
        "e=env:SHOAL_TEST_TOKEN", "set", "f=file:token", "set", descriptor, "set", "p=last", "form",
        "x={p}|{e}|{f}|{d}", "form", "file=@{file}"));
    (void)close(ends[0]);
    assert_fills(config->fields[0].value, "last|from env/|from file|from fd");
    assert_hides(config, "from env/");
    assert_hides(config, "from%20env%2F");
    assert_hides(config, "from file");
    assert_hides(config, "from fd");
    struct buf shown;
    buf_init(&shown, 64);
    assert_true(secrets_redact(config->secrets, "last", 4, &shown));
    assert_string_equal(buf_text(&shown), "last");
    buf_free(&shown);
    config_free(config);
    assert_int_equal(unsetenv("SHOAL_TEST_TOKEN"), 0);
}

static void keys_that_cannot_be_read_are_rejected(void **state)
{
    (void)state;
    int zero = open("zero", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(zero, "a\0b", 3), 3);
    (void)close(zero);
    bad(GIVEN(TO_URL, "set", "k"), "KEY=VALUE");
    bad(GIVEN(TO_URL, "set", "=v"), "key ''");
    bad(GIVEN(TO_URL, "set", "1k=v"), "'1k'");
    bad(GIVEN(TO_URL, "set", "path=v"), "'path'");
    bad(GIVEN(TO_URL, "set", "k=env:SHOAL_NO_SUCH"), "'SHOAL_NO_SUCH'");
    bad(GIVEN(TO_URL, "set", "k=file:missing"), "'missing'");
    make_file("lines", "a\nb\n");
    make_file("tab", "a\tb");
    make_file("end", "\r\n");
    make_file("empty", "");
    bad(GIVEN(TO_URL, "set", "k=file:zero"), "0x00, byte 2");
    bad(GIVEN(TO_URL, "set", "k=file:lines"), "0x0A, byte 2");
    bad(GIVEN(TO_URL, "set", "k=file:tab"), "0x09, byte 2");
    bad(GIVEN(TO_URL, "set", "k=file:end"), "'file:end' is empty");
    bad(GIVEN(TO_URL, "set", "k=file:empty"), "'file:empty' is empty");
    assert_int_equal(setenv("SHOAL_TEST_TOKEN", "", 1), 0);
    bad(GIVEN(TO_URL, "set", "k=env:SHOAL_TEST_TOKEN"), "'SHOAL_TEST_TOKEN' is empty");
    assert_int_equal(setenv("SHOAL_TEST_TOKEN", "a\033", 1), 0);
    bad(GIVEN(TO_URL, "set", "k=env:SHOAL_TEST_TOKEN"), "0x1B, byte 2");
    assert_int_equal(unsetenv("SHOAL_TEST_TOKEN"), 0);
    bad(GIVEN(TO_URL, "set", "k=fd:999"), "descriptor 999");
    bad(GIVEN(TO_URL, "set", "k=fd:x"), "fd:x");
}

static void passwords_are_secrets_in_every_form(void **state)
{
    (void)state;
    struct config *config = good(GIVEN("url", "https://me:url%20word{k}@h/", "set", "k=!", "user",
        "you:user:{k}word", "proxy", "http://p:proxy%2fword@h:1"));
    assert_string_equal(config->shown_url, "https://***@h/");
    assert_string_equal(config->user_password, "you:user:!word");
    assert_hides(config, "user:!word");
    assert_hides(config, "eW91OnVzZXI6IXdvcmQ="); /* you:user:!word */
    assert_hides(config, "url word!");
    assert_hides(config, "url%20word%21");
    assert_hides(config, "proxy/word");
    assert_hides(config, "proxy%2fword");
    assert_hides(config, "cDpwcm94eS93b3Jk"); /* p:proxy/word */
    config_free(config);
    bad(GIVEN(TO_URL, "user", "nobody"), "with a colon");
    bad(GIVEN(TO_URL, "user", "a:{path}"), "no field");
    struct error error = bad(GIVEN(TO_URL, "user", "a:pass{word}"), "unknown field");
    assert_null(strstr(error.text, "word}"));
    error = bad(GIVEN("url", "https://a:pass{word}@h/"), "unknown field");
    assert_null(strstr(error.text, "{word"));
}

static void no_error_shows_a_secret(void **state)
{
    (void)state;
    static char url[900];
    (void)snprintf(url, sizeof url, "ftp://u:%0*d@h/", 400, 7);
    struct error error = bad(GIVEN("url", "ftp://u:hidden@h/"), "***");
    assert_null(strstr(error.text, "hidden"));
    error = bad(GIVEN(TO_URL, "PATH", "http://u:hidden@h/"), "***");
    assert_null(strstr(error.text, "hidden"));
    error = bad(GIVEN(TO_URL, "set", "k=env:SHOAL_TEST_HIDDEN", "jobs", "1", "base", "/hidden"),
        "SHOAL_TEST_HIDDEN");
    assert_int_equal(setenv("SHOAL_TEST_HIDDEN", "hidden", 1), 0);
    error = bad(GIVEN(TO_URL, "set", "k=env:SHOAL_TEST_HIDDEN", "base", "/hidden"), "/***");
    assert_int_equal(unsetenv("SHOAL_TEST_HIDDEN"), 0);
    /* The text is cut within the secret, of which only the beginning is left. */
    error = bad(GIVEN("url", url), "");
    assert_null(strstr(error.text, "0000"));
    (void)snprintf(url, sizeof url, "ftp://%0*d:hidden-%0*d@h/", 440, 1, 100, 7);
    error = bad(GIVEN("url", url), "");
    assert_null(strstr(error.text, "hidden"));
}

static void a_url_with_a_password_that_is_not_encoded_is_rejected(void **state)
{
    (void)state;
    static const char *const wrong[] = {"http://u:hid#hidden@h/", "http://u:hid/hidden@h/",
        "https://u:hid?hidden@h:1/{path}", "http://u:hid@hidden@h/", "http://u:hid%hidden@h/"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct error error = bad(GIVEN("url", wrong[i]), "percent-encoded");
        assert_null(strstr(error.text, "hid#"));
        assert_null(strstr(error.text, "hidden"));
    }
    config_free(good(GIVEN("url", "http://h:80/a@b?c@d")));
    config_free(good(GIVEN("url", "http://h/a@b")));
    config_free(good(GIVEN("url", "http://u:%2F@h/a@b")));
}

static void a_user_has_its_secret_from_elsewhere(void **state)
{
    (void)state;
    assert_int_equal(setenv("SHOAL_TEST_TOKEN", "se:cret{x}\n", 1), 0);
    struct config *config = good(GIVEN(TO_URL, "set", "n=me", "user", "{n}:env:SHOAL_TEST_TOKEN"));
    assert_string_equal(config->user_password, "me:se:cret{x}");
    assert_hides(config, "se:cret{x}");
    assert_hides(config, "bWU6c2U6Y3JldHt4fQ=="); /* me:se:cret{x} */
    config_free(config);
    config = good(GIVEN(TO_URL, "bearer", "env:SHOAL_TEST_TOKEN"));
    assert_int_equal(config->header_count, 1);
    assert_fills(config->headers[0], "Authorization: Bearer se:cret{x}");
    assert_hides(config, "se:cret{x}");
    config_free(config);
    assert_int_equal(unsetenv("SHOAL_TEST_TOKEN"), 0);
    bad(GIVEN(TO_URL, "user", "me:env:SHOAL_TEST_TOKEN"), "'SHOAL_TEST_TOKEN'");
    bad(GIVEN(TO_URL, "bearer", "env:SHOAL_TEST_TOKEN"), "'SHOAL_TEST_TOKEN'");
    bad(GIVEN(TO_URL, "bearer", ""), "empty");
}

static void a_proxy_is_checked_and_its_password_never_shown(void **state)
{
    (void)state;
    static const char *const wrong[] = {"http://u:hidden@[::1", "gopher://u:hidden@x:1",
        "http://u:hidden@x:port", "http://u:hidden@", "u:hidden@x:0", "http://u:hidden@a b:1",
        "http://u:hid/hidden@h:1", "http://u:hid#hidden@h:1", "u:hid?hidden@h", "u:hid@hidden@h",
        "http://u:hid%hidden@h", "http://u:hid[hidden@h", "http://u:hid hidden@h",
        "u:1/hidden@h:1"};
    static const char *const fine[] = {"http://u:p%2F%40@h:1/", "http://u:p:q!$&'()*+,;=~@h:1",
        "h:3128", "h", "socks5h://[::1]:1080", "HTTPS://h"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct error error = bad(GIVEN(TO_URL, "proxy", wrong[i]), "--proxy");
        assert_null(strstr(error.text, "hidden"));
    }
    for (size_t i = 0; i < COUNT_OF(fine); i++)
        config_free(good(GIVEN(TO_URL, "proxy", fine[i])));
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(keys_come_from_the_environment_files_and_descriptors),
        IN_A_FOLDER(keys_that_cannot_be_read_are_rejected),
        cmocka_unit_test(passwords_are_secrets_in_every_form),
        cmocka_unit_test(no_error_shows_a_secret),
        cmocka_unit_test(a_url_with_a_password_that_is_not_encoded_is_rejected),
        cmocka_unit_test(a_user_has_its_secret_from_elsewhere),
        cmocka_unit_test(a_proxy_is_checked_and_its_password_never_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
