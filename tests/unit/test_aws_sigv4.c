/* Compares signatures with those that AWS has published: the examples of the Amazon S3 API
 * Reference ("Signature Calculations for the Authorization Header: Transferring Payload in a Single
 * Chunk"), and the AWS Signature Version 4 test suite. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "text/aws_sigv4.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define S3    "host:examplebucket.s3.amazonaws.com"

#define HEADERS_MOST 8

struct example {
    const char *method;
    const char *target;  /* not yet uniform */
    const char *headers; /* name:value, a line each, in the order in which they are sent */
    const char *payload;
    const char *signature;
    const char *names; /* of the signed headers; NULL: not compared */
};

static struct http_slice slice_of(const char *text)
{
    return (struct http_slice){text, strlen(text)};
}

static size_t split_headers(const char *text, struct aws_sigv4_header *headers)
{
    size_t count = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        size_t name = strcspn(text, ":");
        assert_true(count < HEADERS_MOST);
        headers[count++] =
            (struct aws_sigv4_header){{text, name}, {text + name + 1, length - name - 1}};
        text += length + (text[length] == '\n');
    }
    return count;
}

static void check_example(const struct example *example, const char *provider, const char *time,
    const struct aws_sigv4_key *key)
{
    struct aws_sigv4_scope scope;
    struct aws_sigv4_header headers[HEADERS_MOST];
    struct buf target;
    struct buf out;
    struct error error;
    char end[100];
    buf_init(&target, 1000);
    buf_init(&out, 1000);
    assert_true(aws_sigv4_parse(provider, &scope, &error));
    assert_true(aws_sigv4_add_target(slice_of(example->target), &target));
    struct aws_sigv4_request request = {.method = example->method,
        .target = slice_of(buf_text(&target)),
        .headers = headers,
        .header_count = split_headers(example->headers, headers),
        .payload = example->payload,
        .time = time};
    assert_true(aws_sigv4_sign(&scope, key, &request, &out));
    (void)snprintf(end, sizeof end, ", Signature=%s", example->signature);
    if (out.length < strlen(end) || strcmp(out.data + out.length - strlen(end), end) != 0)
        fail_msg("%s %s: %s", example->method, example->target, buf_text(&out));
    if (example->names != NULL)
        assert_non_null(strstr(buf_text(&out), example->names));
    buf_free(&target);
    buf_free(&out);
}

static void the_examples_of_s3(void **state)
{
    (void)state;
    static const struct aws_sigv4_key key = {
        "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
    static const struct example examples[] = {
        {"GET", "/test.txt",
            S3 "\nRange:bytes=0-9\nx-amz-content-sha256:" EMPTY "\nx-amz-date:20130524T000000Z",
            EMPTY, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            "AWS4-HMAC-SHA256 "
            "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "},
        {"PUT", "/test$file.text",
            S3 "\nDate:Fri, 24 May 2013 00:00:00 GMT\nx-amz-date:20130524T000000Z\n"
               "x-amz-storage-class:REDUCED_REDUNDANCY\nx-amz-content-sha256:"
               "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
            "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd", NULL},
        {"GET", "/?lifecycle", S3 "\nx-amz-date:20130524T000000Z\nx-amz-content-sha256:" EMPTY,
            EMPTY, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", NULL},
        {"GET", "/?max-keys=2&prefix=J",
            S3 "\nx-amz-date:20130524T000000Z\nx-amz-content-sha256:" EMPTY, EMPTY,
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(examples); i++)
        check_example(&examples[i], "aws:amz:us-east-1:s3", "20130524T000000Z", &key);
}

static void the_test_suite(void **state)
{
    (void)state;
    static const struct aws_sigv4_key key = {
        "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
#define SUITE "Host:example.amazonaws.com\nX-Amz-Date:20150830T123600Z"
    static const struct example examples[] = {
        {"GET", "/", SUITE, EMPTY,
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            "SignedHeaders=host;x-amz-date, "},
        {"GET", "", SUITE, EMPTY,
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", NULL},
        {"POST", "/", SUITE, EMPTY,
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b", NULL},
        {"GET", "/?Param2=value2&Param1=value1", SUITE, EMPTY,
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500", NULL},
        {"GET", "/?Param1=value1", SUITE, EMPTY,
            "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb", NULL},
        {"GET",
            "/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789"
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            SUITE, EMPTY, "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197", NULL},
        {"GET", "/?\xe1\x88\xb4=bar", SUITE, EMPTY,
            "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04", NULL},
        {"GET", "/",
            "Host:example.amazonaws.com\nMy-Header1:value2\nMy-Header1:value2\n"
            "My-Header1:value1\nX-Amz-Date:20150830T123600Z",
            EMPTY, "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
            "SignedHeaders=host;my-header1;x-amz-date, "},
        {"GET", "/",
            "Host:example.amazonaws.com\nMy-Header1: value1\nMy-Header2: \"a   b   c\"\n"
            "X-Amz-Date:20150830T123600Z",
            EMPTY, "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736", NULL},
        {"GET", "/example/..", SUITE, EMPTY,
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", NULL},
        {"GET", "//", SUITE, EMPTY,
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", NULL},
        {"GET", "/./", SUITE, EMPTY,
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", NULL},
        {"GET", "/example1/example2/../..", SUITE, EMPTY,
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", NULL},
        {"POST", "/", "Content-Type:application/x-www-form-urlencoded\n" SUITE,
            "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(examples); i++)
        check_example(&examples[i], "aws:amz:us-east-1:service", "20150830T123600Z", &key);
}

static void targets_are_made_uniform(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "/"},
        {"?a", "/?a"},
        {"/a b", "/a%20b"},
        {"/a%20b%2fc%7e%41", "/a%20b%2Fc~A"},
        {"/a%2", "/a%252"},
        {"/a%zz/(x)[y]'!*@:,;+$", "/a%25zz/%28x%29%5By%5D%27%21%2A%40%3A%2C%3B%2B%24"},
        {"/a?x=1&y=a%26b&z=%3d+/", "/a?x=1&y=a%26b&z=%3D%2B%2F"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out;
        buf_init(&out, 1000);
        assert_true(aws_sigv4_add_target(slice_of(cases[i][0]), &out));
        assert_string_equal(buf_text(&out), cases[i][1]);
        buf_free(&out);
    }
}

static void the_scope_is_read_and_completed_from_the_host(void **state)
{
    (void)state;
    static const struct {
        const char *provider;
        const char *host;
        const char *region;
        const char *service;
    } cases[] = {
        {"aws:amz", "bucket.s3.eu-west-1.amazonaws.com", "eu-west-1", "s3"},
        {"aws:amz", "s3.eu-west-1.amazonaws.com", "eu-west-1", "s3"},
        {"aws:amz", "a.b.s3.dualstack.us-west-2.amazonaws.com", "us-west-2", "s3"},
        {"aws:amz", "bucket.s3.amazonaws.com", "us-east-1", "s3"},
        {"aws:amz", "s3.amazonaws.com", "us-east-1", "s3"},
        {"aws:amz", "bucket.s3-eu-west-1.amazonaws.com", "eu-west-1", "s3"},
        {"AWS:AMZ", "S3.CN-North-1.amazonaws.com.cn", "cn-north-1", "s3"},
        {"aws:amz", "iam.amazonaws.com", "us-east-1", "iam"},
        {"aws:amz", "example.us-east-1.amazonaws.com", "us-east-1", "example"},
        {"aws:amz", "s3.fr-par.scw.cloud", "fr-par", "s3"},
        {"aws:amz:auto:s3", "127.0.0.1", "auto", "s3"},
        {"aws:amz:r1", "bucket.s3.eu-west-1.amazonaws.com", "r1", "s3"},
        {"aws:amz::s3", "x.eu1.example.com", "eu1", "s3"},
    };
    struct aws_sigv4_scope scope;
    struct error error;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_true(aws_sigv4_parse(cases[i].provider, &scope, &error));
        assert_true(aws_sigv4_complete(&scope, slice_of(cases[i].host)));
        assert_string_equal(scope.provider, "aws");
        assert_string_equal(scope.name, "amz");
        assert_string_equal(scope.region, cases[i].region);
        assert_string_equal(scope.service, cases[i].service);
    }
    static const struct {
        const char *host;
        bool contradicts;
    } hosts_of_regions[] = {
        {"s3.eu-west-1.amazonaws.com", false},
        {"b.s3.us-east-1.amazonaws.com", true},
        {"b.s3-us-east-1.amazonaws.com", true},
        {"us-east-1.s3.amazonaws.com", false},
        {"s3.amazonaws.com", false},
        {"s3.us-east-1.example.com", false},
        {"127.0.0.1", false},
    };
    for (size_t i = 0; i < COUNT_OF(hosts_of_regions); i++) {
        assert_true(aws_sigv4_parse("aws:amz:eu-west-1:s3", &scope, &error));
        assert_int_equal(aws_sigv4_contradicts(&scope, slice_of(hosts_of_regions[i].host)),
            hosts_of_regions[i].contradicts);
    }
    assert_true(aws_sigv4_parse("osc", &scope, &error));
    assert_string_equal(scope.name, "osc");
    static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]", "s3.example", ""};
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        assert_true(aws_sigv4_parse("aws:amz", &scope, &error));
        assert_false(aws_sigv4_complete(&scope, slice_of(hosts[i])));
    }
    static const char *const wrong[] = {"", ":amz", "aws:", "a b", "aws:amz:r/1", "aws:amz:r:s:x",
        "aws:a-b", "0123456789012345678901234567890123456789012345678901234567890123"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_false(aws_sigv4_parse(wrong[i], &scope, &error));
}

static void times_are_written(void **state)
{
    (void)state;
    char time[AWS_SIGV4_TIME_SIZE];
    aws_sigv4_time(1369353600, time);
    assert_string_equal(time, "20130524T000000Z");
    aws_sigv4_time(0, time);
    assert_string_equal(time, "19700101T000000Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_s3),
        cmocka_unit_test(the_test_suite),
        cmocka_unit_test(targets_are_made_uniform),
        cmocka_unit_test(the_scope_is_read_and_completed_from_the_host),
        cmocka_unit_test(times_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
