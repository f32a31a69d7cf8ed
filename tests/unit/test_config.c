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
    config_free(good(GIVEN("url", "http://x{stem}\xc3\xbc/")));
    bad(GIVEN("url", "http://\xff/"), "UTF-8");
    bad(GIVEN("url", "http://h%20x/"), "space");
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
        cmocka_unit_test(a_domain_name_is_written_in_ascii),
        IN_A_FOLDER(rules_keep_their_order),
        IN_A_FOLDER(options_that_exclude_each_other_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
