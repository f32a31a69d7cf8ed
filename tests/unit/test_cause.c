#include "check.h"

#include <string.h>

#include "text/cause.h"

static void check_distilled(const char *body, size_t length, const char *expected)
{
    struct buf out;
    buf_init(&out, 10000);
    assert_true(cause_distill(&out, body, length));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

#define CHECK_DISTILLED(body, expected) check_distilled(body, sizeof(body) - 1, expected)

static void check_folded(const char *text, const char *expected)
{
    struct buf out;
    buf_init(&out, 10000);
    assert_true(cause_fold(&out, text, strlen(text)));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void json_tells_by_its_message(void **state)
{
    (void)state;
    CHECK_DISTILLED("{\"message\":\"bad token\",\"error\":\"x\"}", "bad token");
    CHECK_DISTILLED(" {\"code\":7,\"error\":\"no such app\"}\n", "no such app");
    CHECK_DISTILLED("{\"detail\":\"Not found.\"}", "Not found.");
    CHECK_DISTILLED("{\"error\":{\"code\":1,\"message\":\"too\\nlarge\"}}", "too large");
    CHECK_DISTILLED("{\"errors\":[{\"msg\":\"field required\"}]}", "field required");
    CHECK_DISTILLED("[\"one\",\"two\"]", "one");
    CHECK_DISTILLED("\"just text\"", "just text");
    CHECK_DISTILLED("{\"error\":\"a\",\"error_description\":\"token expired\"}", "token expired");
    CHECK_DISTILLED("{\"message\":\"\",\"error\":\"second\"}", "second");
}

static void json_without_a_message_is_its_first_line(void **state)
{
    (void)state;
    CHECK_DISTILLED("{\"err\":1}", "{\"err\":1}");
    CHECK_DISTILLED("{\"message\":7}\nmore", "{\"message\":7}");
    CHECK_DISTILLED("[[[[[[[\"deep\"]]]]]]]", "[[[[[[[\"deep\"]]]]]]]");
}

static void xml_tells_by_its_message(void **state)
{
    (void)state;
    CHECK_DISTILLED("<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code>"
                    "<Message>Access &lt;Denied&gt;</Message></Error>",
        "Access <Denied>");
    CHECK_DISTILLED("<d:error><s:message>File is locked</s:message></d:error>", "File is locked");
}

static void html_tells_by_its_title(void **state)
{
    (void)state;
    CHECK_DISTILLED("<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n"
                    "<body><center><h1>Other</h1></center></body></html>",
        "413 Request Entity Too Large");
    CHECK_DISTILLED("<TITLE lang=en>\n  A\n  B </TITLE>", "A B");
    CHECK_DISTILLED("<title> </title><h1>It&#39;s &#x62;ad</h1>", "It's bad");
    CHECK_DISTILLED("<body><p>One</p><p>two</p></body>", "One two");
}

static void anything_else_is_its_first_line(void **state)
{
    (void)state;
    CHECK_DISTILLED("", "");
    CHECK_DISTILLED(" \r\n\t ", "");
    CHECK_DISTILLED("\n\n  duplicate   debug id \nmore", "duplicate debug id");
    CHECK_DISTILLED("<<<", "<<<");
    CHECK_DISTILLED("a\0b", "a\0b");
}

static void a_message_is_cut_between_characters(void **state)
{
    (void)state;
    char body[CAUSE_MESSAGE_MAX + 100];
    memset(body, 'a', sizeof body);
    memcpy(body + CAUSE_MESSAGE_MAX - 1, "\xc3\xa9", 2);
    struct buf out;
    buf_init(&out, 10000);
    assert_true(cause_distill(&out, body, sizeof body));
    assert_int_equal(out.length, CAUSE_MESSAGE_MAX - 1);
    buf_free(&out);
}

static void any_cut_of_a_page_is_safe(void **state)
{
    (void)state;
    static const char page[] = "<html><head><title>a &amp; b &#x41;</title></head><body>x";
    for (size_t length = 0; length < sizeof page; length++) {
        struct buf out;
        buf_init(&out, 10000);
        assert_true(cause_distill(&out, page, length));
        buf_free(&out);
    }
}

static void numbers_are_folded(void **state)
{
    (void)state;
    check_folded("status 500 at 12:34", "status # at #:#");
    check_folded("request 0af7651916cd43dd failed", "request # failed");
    check_folded("id deadbeef, DEADBEEF1", "id #, #");
    check_folded("face 123abc", "face #abc");
    check_folded("123e4567-e89b-12d3-a456-426614174000", "#-e#b-#d#-a#-#");
    check_folded("facade a1b2", "facade a#b#");
    check_folded("", "");
    check_folded("no number", "no number");
}

static void check_software(const char *body, const char *expected)
{
    struct buf out;
    buf_init(&out, 10000);
    assert_true(cause_add_software(&out, body, strlen(body)));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void a_page_of_a_server_is_signed_with_its_name(void **state)
{
    (void)state;
    check_software("<h1>x</h1>\n<hr><center>nginx/1.22.1</center></body>", " (nginx/1.22.1)");
    check_software("<hr><center>cloudflare</center>", " (cloudflare)");
    check_software("<hr><center></center>", "");
    check_software("<hr><center>cut off", "");
    check_software("<hr><center>", "");
    check_software("<hr><center><b>x</b></center>", "");
    check_software("<hr><center>\x1b[31m</center>", "");
    check_software("<hr><center>a name that is longer than any server has for itself</center>", "");
    check_software("", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_tells_by_its_message),
        cmocka_unit_test(json_without_a_message_is_its_first_line),
        cmocka_unit_test(xml_tells_by_its_message),
        cmocka_unit_test(html_tells_by_its_title),
        cmocka_unit_test(anything_else_is_its_first_line),
        cmocka_unit_test(a_message_is_cut_between_characters),
        cmocka_unit_test(any_cut_of_a_page_is_safe),
        cmocka_unit_test(numbers_are_folded),
        cmocka_unit_test(a_page_of_a_server_is_signed_with_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
