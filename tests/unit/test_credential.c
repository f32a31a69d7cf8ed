#include "check.h"

#include <string.h>

#include "text/credential.h"

static void names_of_credentials_are_known_in_every_spelling(void **state)
{
    (void)state;
    static const char *const names[] = {"Authorization", "Proxy-Authorization", "X-Api-Key",
        "authToken", "access_token", "PRIVATE-TOKEN", "password", "client_secret", "sig",
        "X-Amz-Signature", "Cookie", "X-Nuget-ApiKey"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_true(credential_is_name(names[i], strlen(names[i])));
}

static void names_of_other_things_are_not(void **state)
{
    (void)state;
    static const char *const names[] = {
        "", "key", "path", "version", "author", "X-Release", "design", "passage", "tokens_used"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_false(credential_is_name(names[i], strlen(names[i])));
}

static void a_url_loses_the_values_of_credentials_only(void **state)
{
    (void)state;
    static const char *const urls[][2] = {
        {"https://example.com/a?b=c", "https://example.com/a?b=c"},
        {"https://me:pass@example.com/a@b", "https://@example.com/a@b"},
        {"https://example.com/?token=x&v=1", "https://example.com/?token=&v=1"},
        {"https://example.com/?v=1&authToken=x#f", "https://example.com/?v=1&authToken=#f"},
        {"https://example.com?token", "https://example.com?token"},
        {"https://a@b@c/?", "https://@c/?"},
    };
    struct buf out;
    buf_init(&out, 1000);
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        buf_clear(&out);
        assert_true(credential_mask_url(&out, urls[i][0]));
        assert_string_equal(buf_text(&out), urls[i][1]);
    }
    buf_free(&out);
}

static bool collect(void *context, const char *value, size_t length)
{
    return buf_add(context, value, length) && buf_add_byte(context, ' ');
}

static void each_credential_of_a_url_is_found(void **state)
{
    (void)state;
    static const char *const urls[][2] = {
        {"https://example.com/a?b=c&token", ""},
        {"https://me:pass@example.com/?sig=%2B&a=b&X-Amz-Signature=ab#token=x",
            "me:pass %2B ab x "},
        {"https://example.com/?token=", " "},
    };
    struct buf out;
    buf_init(&out, 1000);
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        buf_clear(&out);
        assert_true(credential_each_in_url(urls[i][0], collect, &out));
        assert_string_equal(buf_text(&out), urls[i][1]);
    }
    buf_free(&out);
    buf_init(&out, 5);
    assert_false(credential_each_in_url(urls[1][0], collect, &out));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_credentials_are_known_in_every_spelling),
        cmocka_unit_test(names_of_other_things_are_not),
        cmocka_unit_test(a_url_loses_the_values_of_credentials_only),
        cmocka_unit_test(each_credential_of_a_url_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
