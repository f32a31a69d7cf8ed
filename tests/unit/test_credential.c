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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_credentials_are_known_in_every_spelling),
        cmocka_unit_test(names_of_other_things_are_not),
        cmocka_unit_test(a_url_loses_the_values_of_credentials_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
