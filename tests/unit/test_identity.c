/* What makes another destination of a request, and what does not. */
#include "config_fixture.h"

#include "core/identity.h"

/* Secrets are masked where something remembers requests. */
#define OF(...) GIVEN("journal", "j.db", __VA_ARGS__)
#define TO(...) OF(TO_URL, __VA_ARGS__)

static const struct template_file file = {.file = "dist/a/b.js",
    .path = "a/b.js",
    .size = 5,
    .mtime = 1000,
    .sha256 = "1111111111111111111111111111111111111111111111111111111111111111",
    .sha1 = "2222222222222222222222222222222222222222",
    .md5 = "33333333333333333333333333333333"};

struct hash {
    unsigned char bytes[IDENTITY_SIZE];
};

static struct hash hash_of(const char *const *pairs, const struct template_file *of)
{
    struct config *config = good(pairs);
    struct identity identity;
    struct hash hash;
    identity_init(&identity, config);
    if (of == NULL)
        assert_true(identity_of_destination(&identity, file.path, file.file, hash.bytes));
    else
        assert_true(identity_of_request(&identity, of, hash.bytes));
    identity_free(&identity);
    config_free(config);
    return hash;
}

/* Whether two sets of options send a file to one destination. */
static bool is_same(const char *const *a, const char *const *b)
{
    struct hash first = hash_of(a, NULL);
    struct hash second = hash_of(b, NULL);
    return memcmp(first.bytes, second.bytes, IDENTITY_SIZE) == 0;
}

/* Whether the requests for two files are one. */
static bool is_same_file(const char *const *pairs, const struct template_file *other)
{
    struct hash first = hash_of(pairs, &file);
    struct hash second = hash_of(pairs, other);
    return memcmp(first.bytes, second.bytes, IDENTITY_SIZE) == 0;
}

#define PLAIN TO("form", "v=1", "form", "file=@{file}")

static void everything_that_is_sent_makes_a_destination(void **state)
{
    (void)state;
    assert_true(is_same(PLAIN, PLAIN));
    assert_false(is_same(PLAIN, TO("form", "v=2", "form", "file=@{file}")));
    assert_false(is_same(PLAIN, TO("form", "w=1", "form", "file=@{file}")));
    assert_false(is_same(PLAIN, TO("form", "file=@{file}", "form", "v=1")));
    assert_false(is_same(PLAIN, TO("form", "v=1;type=text/plain", "form", "file=@{file}")));
    assert_false(is_same(PLAIN, TO("form", "v=1", "form", "file=@{file};filename=x")));
    assert_false(is_same(PLAIN, TO("form", "v=1", "form", "file=@{file}", "header", "X-A: 1")));
    assert_false(is_same(PLAIN, TO("form", "v=1", "form", "file=@{file}", "request", "PUT")));
    assert_false(is_same(OF("url", "https://h/?a=1"), OF("url", "https://h/?a=2")));
    assert_false(is_same(OF("url", "https://h/a"), OF("url", "https://h/b")));
    assert_false(is_same(OF("url", "https://h/"), OF("url", "http://h/")));
    assert_false(is_same(TO("set", "k=1", "form", "v={k}", "form", "file=@{file}"),
        TO("set", "k=2", "form", "v={k}", "form", "file=@{file}")));
}

static void no_two_lists_of_parts_are_one(void **state)
{
    (void)state;
    assert_false(is_same(
        TO("form", "a=bc", "form", "file=@{file}"), TO("form", "ab=c", "form", "file=@{file}")));
    assert_false(is_same(TO("form", "a=1", "form", "b=2", "form", "file=@{file}"),
        TO("form", "a=1V1:2", "form", "b=", "form", "file=@{file}")));
}

static void what_only_says_how_to_send_makes_no_destination(void **state)
{
    (void)state;
    assert_true(is_same(PLAIN, TO("form", "v=1", "form", "file=@{file}", "jobs", "7")));
    assert_true(is_same(PLAIN, TO("form", "v=1", "form", "file=@{file}", "retries", "0")));
    assert_true(is_same(PLAIN, TO("form-string", "v=1", "form", "file=@{file}")));
}

static void secrets_count_by_the_name_of_their_key(void **state)
{
    (void)state;
    assert_int_equal(setenv("SHOAL_TEST_A", "first-secret", 1), 0);
    assert_int_equal(setenv("SHOAL_TEST_B", "other-secret", 1), 0);
    assert_true(
        is_same(OF("set", "k=env:SHOAL_TEST_A", "form", "v={k}", "form", "file=@{file}", TO_URL),
            OF("set", "k=env:SHOAL_TEST_B", "form", "v={k}", "form", "file=@{file}", TO_URL)));
    assert_false(
        is_same(OF("set", "k=env:SHOAL_TEST_A", "form", "v={k}", "form", "file=@{file}", TO_URL),
            OF("set", "l=env:SHOAL_TEST_A", "form", "v={l}", "form", "file=@{file}", TO_URL)));
    assert_true(is_same(TO("header", "Authorization: a"), TO("header", "Authorization: b")));
    assert_true(is_same(TO("header", "X-Api-Token: a"), TO("header", "X-Api-Token: b")));
    assert_true(is_same(TO("form", "password=a", "form", "file=@{file}"),
        TO("form", "password=b", "form", "file=@{file}")));
    assert_true(is_same(OF("url", "https://u:a@h/?token=c"), OF("url", "https://u:b@h/?token=d")));
    assert_true(is_same(TO("user", "u:a"), TO("user", "u:b")));
    assert_false(is_same(TO("header", "Authorization: a"), TO("jobs", "1")));
}

static void what_is_left_out_is_as_if_it_were_not_given(void **state)
{
    (void)state;
    assert_true(is_same(TO("form", "v={k?}", "form", "file=@{file}"), TO("form", "file=@{file}")));
    assert_true(is_same(
        TO("form", "v={k?}", "form", "file=@{file}", "set", "k="), TO("form", "file=@{file}")));
    assert_true(is_same(TO("header", "X-A: {k?}"), TO("jobs", "1")));
    assert_true(is_same(TO("form", "v={k?}", "form", "file=@{file}", "set", "k=1"), PLAIN));
    assert_int_equal(unsetenv("SHOAL_TEST_NONE"), 0);
    assert_true(
        is_same(TO("form", "v={k?}", "form", "file=@{file}", "set", "k=env:SHOAL_TEST_NONE"),
            TO("form", "file=@{file}")));
}

static void the_content_is_part_of_a_request_and_not_of_a_destination(void **state)
{
    (void)state;
    const char *const *facts = TO("form", "s={size}", "form", "m={mtime}", "form", "a={sha256}",
        "form", "b={sha1}", "form", "c={md5}", "form", "file=@{file}");
    struct template_file other = file;
    assert_true(is_same_file(facts, &other));
    other.size = 6;
    assert_false(is_same_file(facts, &other));
    assert_true(is_same_file(PLAIN, &other));
    other = file;
    other.sha256 = "4444444444444444444444444444444444444444444444444444444444444444";
    assert_false(is_same_file(facts, &other));
    struct hash destination = hash_of(facts, NULL);
    struct hash request = hash_of(facts, &file);
    assert_memory_not_equal(destination.bytes, request.bytes, IDENTITY_SIZE);
}

static void each_path_has_its_own_request_where_the_path_is_sent(void **state)
{
    (void)state;
    struct template_file other = file;
    other.path = "a/c.js";
    other.file = "dist/a/c.js";
    assert_false(is_same_file(TO("form", "p={path}", "form", "file=@{file}"), &other));
    assert_true(is_same_file(TO("form", "p=x", "form", "file=@{file};filename=x"), &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_is_sent_makes_a_destination),
        cmocka_unit_test(no_two_lists_of_parts_are_one),
        cmocka_unit_test(what_only_says_how_to_send_makes_no_destination),
        cmocka_unit_test(secrets_count_by_the_name_of_their_key),
        cmocka_unit_test(what_is_left_out_is_as_if_it_were_not_given),
        cmocka_unit_test(the_content_is_part_of_a_request_and_not_of_a_destination),
        cmocka_unit_test(each_path_has_its_own_request_where_the_path_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
