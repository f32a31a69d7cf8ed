#include "check.h"

#include <string.h>

#include "text/encode.h"
#include "text/secret_forms.h"

static void check_with(struct secrets *secrets, const char *text, const char *expected)
{
    struct buf out;
    buf_init(&out, 100000);
    assert_true(secrets_redact(secrets, text, strlen(text), &out));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void check(const char *secret, const char *text, const char *expected)
{
    struct secrets *secrets = secrets_new();
    assert_true(secret_forms_add(secrets, secret, strlen(secret)));
    check_with(secrets, text, expected);
    secrets_free(secrets);
}

static void the_value_itself_is_replaced(void **state)
{
    (void)state;
    check("hunter2", "token=hunter2&x", "token=***&x");
}

static void percent_forms_are_replaced_in_any_case(void **state)
{
    (void)state;
    check("a b/c+\xc3\xa9", "a%20b%2Fc%2B%C3%A9", "***");
    check("a b/c+\xc3\xa9", "a%20b/c%2b%c3%A9", "***");
    check("a b/c+\xc3\xa9", "a+b%2Fc%2B%c3%a9", "***");
    check("a b/c", "%61%20%62%2f%63", "***");
    check("a%2fb", "a%2Fb a%2fb a/b", "*** *** ***");
    check("50%off", "x=50%25off 50%off", "x=*** ***");
}

static void json_forms_are_replaced(void **state)
{
    (void)state;
    check("a\"b\\c/\xc3\xa9\n", "{\"t\":\"a\\\"b\\\\c/\xc3\xa9\\n\"}", "{\"t\":\"***\"}");
    check("a\"b\\c/\xc3\xa9\n", "{\"t\":\"a\\\"b\\\\c\\/\\u00e9\\n\"}", "{\"t\":\"***\"}");
    check("\xc3\xa9/x", "\\u00E9/x \\u00e9\\/x \xc3\xa9\\/x", "*** *** ***");
    check("k\xf0\x9f\x90\x9f", "k\\ud83d\\udc1f k\\uD83D\\uDC1F", "*** ***");
}

static void html_forms_are_replaced(void **state)
{
    (void)state;
    check("a&b<'\">", "<p>a&amp;b&lt;&#39;&quot;&gt;</p>", "<p>***</p>");
    check("a&b'\"", "a&amp;b&#x27;&#34;", "***");
}

static void base64_forms_are_replaced(void **state)
{
    (void)state;
    check("hunter22", "aHVudGVyMjI=", "***");
    check("hunter22", "aHVudGVyMjI", "***");
    check("hunter22", "aHVudGVyMjI%3D", "***");
    check("\xff\xfe\xfd\xfb\xff\xbf", "//79+/+/ __79-_-_", "*** ***");
}

static size_t longest_shown_piece(const char *text)
{
    size_t longest = 0;
    for (; *text != '\0'; text += strspn(text, "*")) {
        size_t length = strcspn(text, "*");
        longest = length > longest ? length : longest;
        text += length;
    }
    return longest;
}

/* In longer text the secret is shifted by up to two bytes. Then at most one digit of it is left on
 * either side, which it shares with other bytes. */
static void a_secret_inside_longer_base64_is_replaced(void **state)
{
    (void)state;
    static const char secret[] = "correct horse battery";
    struct secrets *secrets = secrets_new();
    assert_true(secret_forms_add(secrets, secret, strlen(secret)));
    for (int before = 0; before < 6; before++) {
        struct buf text;
        struct buf encoded;
        struct buf out;
        buf_init(&text, 1000);
        buf_init(&encoded, 1000);
        buf_init(&out, 1000);
        assert_true(buf_printf(&text, "%.*s%sxy", before, "user-:", secret));
        assert_true(encode_base64(&encoded, text.data, text.length));
        assert_true(secrets_redact(secrets, encoded.data, encoded.length, &out));
        assert_non_null(strstr(out.data, "***"));
        assert_true(longest_shown_piece(out.data) <= 10);
        buf_free(&text);
        buf_free(&encoded);
        buf_free(&out);
    }
    secrets_free(secrets);
}

static void a_short_secret_does_not_garble_base64_alike_text(void **state)
{
    (void)state;
    check("ab", "YWI words YW", "YWI words YW");
    check("ab", "YWI= cab", "*** c***");
}

static void a_secret_that_is_not_utf8_is_replaced_where_it_was_repaired(void **state)
{
    (void)state;
    check("pass\xff", "pass\xff pass\xef\xbf\xbd pass\\ufffd pass%FF", "*** *** *** ***");
}

static void an_empty_secret_hides_nothing(void **state)
{
    (void)state;
    check("", "text", "text");
}

static void basic_credentials_are_replaced(void **state)
{
    (void)state;
    struct secrets *secrets = secrets_new();
    assert_true(secret_forms_add_basic(secrets, "Aladdin", "open sesame"));
    check_with(
        secrets, "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Authorization: Basic ***");
    check_with(secrets, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ", "Basic ***");
    check_with(secrets, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ%3D%3d", "Basic ***");
    check_with(secrets, "http://Aladdin:open%20sesame@host", "http://Aladdin:***@host");
    secrets_free(secrets);
}

/* The secret is not shown, whichever bytes are encoded and in whichever case. */
static void every_choice_of_encoded_bytes_is_seen_through(void **state)
{
    (void)state;
    static const char secret[] = "p/w %&+x";
    struct secrets *secrets = secrets_new();
    assert_true(secret_forms_add(secrets, secret, strlen(secret)));
    for (unsigned choice = 0; choice < 256; choice++) {
        struct buf text;
        buf_init(&text, 1000);
        for (unsigned i = 0; i < 8; i++) {
            unsigned byte = (unsigned char)secret[i];
            if ((choice >> i & 1) == 0 && byte != '%')
                assert_true(buf_add_byte(&text, (char)byte));
            else
                assert_true(buf_printf(&text, i % 2 == 0 ? "%%%02x" : "%%%02X", byte));
        }
        check_with(secrets, buf_text(&text), "***");
        buf_free(&text);
    }
    secrets_free(secrets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_value_itself_is_replaced),
        cmocka_unit_test(percent_forms_are_replaced_in_any_case),
        cmocka_unit_test(json_forms_are_replaced),
        cmocka_unit_test(html_forms_are_replaced),
        cmocka_unit_test(base64_forms_are_replaced),
        cmocka_unit_test(a_secret_inside_longer_base64_is_replaced),
        cmocka_unit_test(a_short_secret_does_not_garble_base64_alike_text),
        cmocka_unit_test(a_secret_that_is_not_utf8_is_replaced_where_it_was_repaired),
        cmocka_unit_test(an_empty_secret_hides_nothing),
        cmocka_unit_test(basic_credentials_are_replaced),
        cmocka_unit_test(every_choice_of_encoded_bytes_is_seen_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
