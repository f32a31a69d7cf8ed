#include "check.h"

#include <string.h>

#include "text/markup.h"

static void check(const char *body, const char *element, const char *expected)
{
    struct buf out;
    buf_init(&out, 1000);
    assert_true(buf_add_text(&out, "before "));
    assert_int_equal(markup_add_text(&out, body, strlen(body), element), expected != NULL);
    assert_string_equal(buf_text(&out) + strlen("before "), expected == NULL ? "" : expected);
    buf_free(&out);
}

static void an_element_is_found_by_its_name(void **state)
{
    (void)state;
    check("<a>one</a><b>two</b>", "b", "two");
    check("<A HREF='x'>one</A>", "a", "one");
    check("<ab>one</ab><a>two</a>", "a", "two");
    check("<a/>", "a", NULL);
    check("a>one</a>", "a", NULL);
    check("<a/>one", "a", NULL);
    check("<s:message xmlns='u'>one</s:message>", "message", "one");
    check("<a", "a", NULL);
}

static void an_empty_element_is_passed_over(void **state)
{
    (void)state;
    check("<a> \n</a><a>two</a>", "a", "two");
    check("<a></a>", "a", NULL);
}

static void tags_inside_separate_words(void **state)
{
    (void)state;
    check("<a>one<br>two<i>three</i></a>four", "a", "one two three ");
    check("<a>open", "a", "open");
}

static void references_are_decoded(void **state)
{
    (void)state;
    check("<a>&amp;&lt;&gt;&quot;&apos;</a>", "a", "&<>\"'");
    check("<a>&#65;&#x42;&#X63;&#233;&#x1F600;</a>", "a", "AB\x63\xc3\xa9\xf0\x9f\x98\x80");
    check("<a>&copy; &#; &#x; &#xD800; &#x110000; &#99999999999; & &amp</a>", "a",
        "&copy; &#; &#x; &#xD800; &#x110000; &#99999999999; & &amp");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_element_is_found_by_its_name),
        cmocka_unit_test(an_empty_element_is_passed_over),
        cmocka_unit_test(tags_inside_separate_words),
        cmocka_unit_test(references_are_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
