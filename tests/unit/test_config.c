#include "config_fixture.h"

#include "text/ignore.h"

static void defaults_are_those_of_the_help(void **state)
{
    (void)state;
    struct config *config = good(GIVEN(TO_URL));
    assert_string_equal(config->method, "POST");
    assert_int_equal(config->field_count, 1);
    assert_string_equal(config->fields[0].name, "file");
    assert_true(config->fields[0].is_main);
    assert_int_equal(config->jobs, CONFIG_JOBS_AUTO);
    assert_int_equal(config->retries, 5);
    assert_true(config->connect_timeout_us == 10000000);
    assert_true(config->stall_timeout_us == 60000000);
    assert_true(config->give_up_after_us == 300000000);
    assert_true(config->grace_us == 5000000);
    assert_int_equal(config->max_failures, 0);
    assert_true(status_list_has(&config->rules.success, 299));
    assert_false(status_list_has(&config->rules.success, 300));
    assert_false(status_list_has(&config->rules.exists, 409));
    assert_string_equal(config->operands[0], "dist");
    assert_null(config->operands[1]);
    assert_string_equal(config->shown_url, "https://example.com/up");
    assert_null(config->ignore);
    config_free(config);
    config_free(NULL);
}

static void every_plain_option_reaches_its_field(void **state)
{
    (void)state;
    struct config *config = good(GIVEN(TO_URL, "PATH", "-", "jobs", "7", "retries", "2", "retries",
        "0", "connect-timeout", "1", "stall-timeout", "500ms", "give-up-after", "1h", "grace", "0",
        "max-failures", "9", "success", "201", "exists", "409", "follow", NULL, "no-hidden", NULL,
        "null", NULL, "allow-empty", NULL, "at-most-once", NULL, "dry-run", NULL, "insecure", NULL,
        "no-proxy", NULL, "base", ".", "request", "PATCH"));
    assert_int_equal(config->jobs, 7);
    assert_int_equal(config->retries, 0);
    assert_true(config->connect_timeout_us == 1000000);
    assert_true(config->stall_timeout_us == 500000);
    assert_true(config->give_up_after_us == INT64_C(3600000000));
    assert_true(config->grace_us == 0);
    assert_int_equal(config->max_failures, 9);
    assert_false(status_list_has(&config->rules.success, 200));
    assert_true(status_list_has(&config->rules.exists, 409));
    assert_true(config->follow && config->no_hidden && config->nul_separated);
    assert_true(config->allow_empty && config->at_most_once && config->dry_run);
    assert_true(config->insecure && config->no_proxy);
    assert_string_equal(config->base, ".");
    assert_string_equal(config->method, "PATCH");
    config_free(config);
}

static void a_form_is_compiled_in_its_order(void **state)
{
    (void)state;
    make_file("fixed", "x");
    struct config *config = good(GIVEN(TO_URL, "set", "v=1.0", "form", "url=https://e/{path};v={v}",
        "form-string", "raw={path}@;type=x", "form", "map=?@{folder}/{stem}.map", "form",
        "x=@fixed;filename=", "form", "file=@{file};type=text/x;filename={v}-{name}"));
    assert_int_equal(config->field_count, 5);
    assert_int_equal(config->fields[0].kind, CONFIG_TEXT);
    assert_fills(config->fields[0].value, "https://e/a b/c.js;v=1.0");
    assert_fills(config->fields[1].value, "{path}@;type=x");
    assert_int_equal(config->fields[2].kind, CONFIG_OPTIONAL_FILE);
    assert_fills(config->fields[2].value, "dist/a b/c.map");
    assert_false(config->fields[2].fixed_path);
    assert_true(config->fields[3].fixed_path && config->fields[3].no_file_name);
    assert_true(config->fields[4].is_main);
    assert_fills(config->fields[4].type, "text/x");
    assert_fills(config->fields[4].file_name, "1.0-c.js");
    assert_true((config->needs & TEMPLATE_NEEDS_PATH) != 0);
    assert_true((config->needs & TEMPLATE_NEEDS_SHA256) == 0);
    config_free(config);
}

static void a_form_that_cannot_work_is_rejected(void **state)
{
    (void)state;
    make_folder("folder");
    bad(GIVEN(TO_URL, "form", "a=b"), "no field has the file itself: add -F 'file=@{file}'");
    bad(GIVEN(TO_URL, "form", "a=@{folder}/{name}"), "no field has the file");
    bad(GIVEN(TO_URL, "form", "a={nope}"), "{nope}");
    bad(GIVEN(TO_URL, "form", "a=@missing", "form", "f=@{file}"), "'missing'");
    bad(GIVEN(TO_URL, "form", "a=@folder", "form", "f=@{file}"), "not a regular file");
    bad(GIVEN(TO_URL, "form", "a"), "-F 'a'");
    bad(GIVEN(TO_URL, "form-string", "a"), "--form-string 'a'");
    bad(GIVEN(TO_URL, "raw", NULL, "form", "a=b"), "--form and --raw");
    bad(GIVEN(TO_URL, "form", "f=@{file};filename={nope}"), "{nope}");
    config_free(good(GIVEN(TO_URL, "form", "a=?@missing", "form", "f=@{file}")));
    struct config *config = good(GIVEN(TO_URL, "form", "f=?@{file}"));
    assert_int_equal(config->fields[0].kind, CONFIG_FILE); /* it exists */
    config_free(config);
}

static void a_raw_body_needs_a_url_per_file(void **state)
{
    (void)state;
    make_file("dist/one", "x");
    struct config *config = good(GIVEN("raw", NULL, "url", "http://h/up/"));
    assert_string_equal(config->method, "PUT");
    assert_int_equal(config->field_count, 0);
    assert_fills(config->url, "http://h/up/a%20b/c.js");
    assert_string_equal(config->shown_url, "http://h/up/{path}");
    config_free(config);
    config_free(good(GIVEN("raw", NULL, "url", "http://h/{name}")));
    config_free(good(GIVEN("raw", NULL, "url", "http://h/{sha256}")));
    bad(GIVEN("raw", NULL, "url", "http://h/up"), "a URL of its own");
    bad(GIVEN("raw", NULL, "url", "http://h/{size}"), "a URL of its own");
    bad(GIVEN("raw", NULL, "request", "PATCH", "url", "http://h/up"), "a URL of its own");
    config_free(good(GIVEN("raw", NULL, "request", "POST", "url", "http://h/up")));
    bad(GIVEN("raw", NULL, "url", "http://h/up", "PATH", "dist/one"), "a URL of its own");
    const char *const single[] = {"PATH", "dist/one", "raw", NULL, "url", "http://h/up", NULL};
    config_free(good(single));
    const char *const list[] = {"PATH", "-", "raw", NULL, "url", "http://h/up", NULL};
    bad(list, "a URL of its own");
}

static void an_invalid_url_is_rejected(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *words;
    } list[] = {{"ftp://h/", "http:// or https://"}, {"h/x", "http:// or https://"}, {"", "empty"},
        {"http:/h", "http:// or https://"}, {"http://", "no host"}, {"http:///x", "no host"},
        {"http://:80/", "no host"}, {"http://u:p@/", "no host"}, {"http://?x", "no host"},
        {"http://h/a b", "%20"}, {"http://h/\n", "%0A"}, {"http://h/\x7f", "%7F"},
        {"http://h/#a", "%23"}, {"http://h#", "%23"}, {"http://h/{{#", "%23"},
        {"http://h:0/", "port"}, {"http://h:65536/", "port"}, {"http://h:8o/", "port"},
        {"http://[::1/", "[ ]"}, {"http://[]/", "[ ]"}, {"http://[::1]8/", ":port"},
        {"http://a@b@c/", "%40"}, {"http://h<x/", "<"}, {"http://h/{nope}", "{nope}"},
        {"http://h/{path", "{"}};
    static const char *const fine[] = {"http://h", "HTTPS://h:443/x?y=z", "http://[::1]:80/",
        "http://{k}.h:{p}/{path}", "http://h/{{x}}", "http://u:p%40@h/", "http://h/a:b@c",
        "http://h?a@b"};
    for (size_t i = 0; i < COUNT_OF(list); i++)
        bad(GIVEN("url", list[i].url), list[i].words);
    for (size_t i = 0; i < COUNT_OF(fine); i++)
        config_free(good(GIVEN("url", fine[i], "set", "k=v", "set", "p=80")));
    bad(GIVEN("jobs", "1"), "no URL");
    bad(GIVEN(TO_URL, "PATH", "http://h/"), "looks like a URL");
    bad(GIVEN(TO_URL, "PATH", ""), "empty");
    config_free(good(GIVEN(TO_URL, "PATH", "./http://h")));
    const char *const none[] = {TO_URL, NULL};
    bad(none, "no PATH");
}

static void headers_are_checked_before_anything_is_sent(void **state)
{
    (void)state;
    struct config *config = good(GIVEN(TO_URL, "set", "t=v", "header", "X-A: {name} {t}", "header",
        "X-B;", "header", "Accept:", "header", "X-C:"));
    assert_int_equal(config->header_count, 4);
    assert_fills(config->headers[0], "X-A: c.js v");
    assert_fills(config->headers[1], "X-B;");
    assert_fills(config->headers[2], "Accept:");
    config_free(config);
    bad(GIVEN(TO_URL, "header", "no colon"), "Name: value");
    bad(GIVEN(TO_URL, "header", ": x"), "Name: value");
    bad(GIVEN(TO_URL, "header", "X A: x"), "Name: value");
    bad(GIVEN(TO_URL, "header", "X;y"), "Name: value");
    bad(GIVEN(TO_URL, "header", "X: a\r\nY: b"), "line end");
    bad(GIVEN(TO_URL, "header", "X: a\x7f"), "control byte");
    bad(GIVEN(TO_URL, "header", "content-length: 3"), "how long");
    bad(GIVEN(TO_URL, "header", "Transfer-Encoding: chunked"), "how long");
    bad(GIVEN(TO_URL, "header", "Content-Type: a/b"), "boundary");
    bad(GIVEN(TO_URL, "header", "X: {nope}"), "{nope}");
    bad(GIVEN(TO_URL, "set", "k=a\nb", "header", "X: {k}"), "--header");
    config_free(good(GIVEN("raw", NULL, "url", "http://h/", "header", "Content-Type: a/b")));
}

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

static void a_domain_name_is_written_in_ascii(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *origin;
    } names[] = {{"http://b\xc3\xbc"
                  "cher.example/",
                     "http://xn--bcher-kva.example"},
        {"https://me:%20@B\xc3\x9c"
         "CHER.Example:81/",
            "https://xn--bcher-kva.Example:81"},
        {"http://b%C3%BCcher.example/", "http://xn--bcher-kva.example"},
        {"http://{h}:81/", "http://xn--bcher-kva.example:81"},
        {"http://fa\xc3\x9f.de/", "http://xn--fa-hia.de"},
        {"http://{stem}.b\xc3\xbc"
         "cher.example/",
            "http://{stem}.xn--bcher-kva.example"},
        {"http://[fe80::1%25lo]:1/", "http://[fe80::1%25lo]:1"}};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct config *config = good(GIVEN("url", names[i].url, "set",
            "h=b\xc3\xbc"
            "cher.example"));
        assert_string_equal(config->origin_name, names[i].origin);
        config_free(config);
    }
    bad(GIVEN("url", "http://-\xc3\xbc/"), "not a valid domain name");
    bad(GIVEN("url", "http://x{stem}\xc3\xbc/"), "field");
    bad(GIVEN("url", "http://\xff/"), "UTF-8");
    bad(GIVEN("url", "http://h%20x/"), "space");
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

static void rules_keep_their_order(void **state)
{
    (void)state;
    make_file("rules", "*.log\n!keep.log\n");
    struct config *config =
        good(GIVEN(TO_URL, "exclude", "*.map", "ignore-file", "rules", "include", "x.map"));
    assert_non_null(config->ignore);
    assert_int_equal(ignore_match(config->ignore, "a.map", false), IGNORE_EXCLUDE);
    assert_int_equal(ignore_match(config->ignore, "x.map", false), IGNORE_INCLUDE);
    assert_int_equal(ignore_match(config->ignore, "a.log", false), IGNORE_EXCLUDE);
    assert_int_equal(ignore_match(config->ignore, "keep.log", false), IGNORE_INCLUDE);
    assert_int_equal(ignore_match(config->ignore, "a", false), IGNORE_NO_RULE);
    config_free(config);
    make_file("broken", "a\n[z\n");
    bad(GIVEN(TO_URL, "ignore-file", "broken"), "broken");
    bad(GIVEN(TO_URL, "ignore-file", "missing"), "'missing'");
    bad(GIVEN(TO_URL, "include", ""), "--include");
    bad(GIVEN(TO_URL, "exclude", "[z"), "--exclude");
}

static void options_that_exclude_each_other_are_rejected(void **state)
{
    (void)state;
    make_file("key.pem", "x");
    bad(GIVEN(TO_URL, "key", "key.pem"), "--cert");
    bad(GIVEN(TO_URL, "proxy", "http://p", "no-proxy", NULL), "exclude each other");
    bad(GIVEN(TO_URL, "bearer", "x", "user", "a:b"), "exclude each other");
    bad(GIVEN(TO_URL, "bearer", "x", "header", "authorization: y"), "exclude each other");
    bad(GIVEN(TO_URL, "pass", "x"), "--cert");
    bad(GIVEN(TO_URL, "base", "missing"), "--base 'missing'");
    bad(GIVEN(TO_URL, "null", NULL), "without the PATH -");
    bad(GIVEN(TO_URL, "request", "A B"), "not a valid HTTP method");
    bad(GIVEN(TO_URL, "request", "HEAD"), "can't carry a file");
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
        cmocka_unit_test(defaults_are_those_of_the_help),
        IN_A_FOLDER(every_plain_option_reaches_its_field),
        IN_A_FOLDER(a_form_is_compiled_in_its_order),
        IN_A_FOLDER(a_form_that_cannot_work_is_rejected),
        IN_A_FOLDER(a_raw_body_needs_a_url_per_file),
        cmocka_unit_test(an_invalid_url_is_rejected),
        cmocka_unit_test(headers_are_checked_before_anything_is_sent),
        IN_A_FOLDER(keys_come_from_the_environment_files_and_descriptors),
        IN_A_FOLDER(keys_that_cannot_be_read_are_rejected),
        cmocka_unit_test(passwords_are_secrets_in_every_form),
        cmocka_unit_test(no_error_shows_a_secret),
        cmocka_unit_test(a_proxy_is_checked_and_its_password_never_shown),
        cmocka_unit_test(a_url_with_a_password_that_is_not_encoded_is_rejected),
        cmocka_unit_test(a_domain_name_is_written_in_ascii),
        cmocka_unit_test(a_user_has_its_secret_from_elsewhere),
        IN_A_FOLDER(rules_keep_their_order),
        IN_A_FOLDER(options_that_exclude_each_other_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
