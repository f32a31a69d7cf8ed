#include "check.h"

#include <string.h>

#include "text/http_request_head.h"

#define HEAD_MAX 65536
#define URL      "https://example.com/upload?x=y"
#define START    "POST /upload?x=y HTTP/1.1\r\nHost: example.com\r\n"

static const char *const no_headers[] = {NULL};

/* The head for `headers`, in `out`. */
static bool write_head(const char *method, const char *url, const char *const *headers,
    int64_t content_length, struct buf *out, struct error *error)
{
    struct http_url parts;
    assert_true(http_url_split(url, &parts, error));
    struct http_request_head head = {
        .method = method, .url = &parts, .headers = headers, .content_length = content_length};
    return http_request_head_write(&head, out, error);
}

static void assert_head(const char *method, const char *url, const char *const *headers,
    int64_t content_length, const char *expected)
{
    struct buf out;
    struct error error;
    buf_init(&out, HEAD_MAX);
    if (!write_head(method, url, headers, content_length, &out, &error))
        fail_msg("%s", error.text);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

/* One header is refused with a sentence that holds `expected`, and nothing is written. */
static void assert_header_refused(const char *header, const char *expected)
{
    const char *const headers[] = {"A: b", header, NULL};
    struct buf out;
    struct error error;
    buf_init(&out, HEAD_MAX);
    if (write_head("POST", URL, headers, 0, &out, &error))
        fail_msg("accepted: %s", header);
    assert_int_equal(error.class, ERROR_USAGE);
    assert_non_null(strstr(error.text, expected));
    assert_null(strstr(error.text, "secret"));
    assert_int_equal(out.length, 0);
    buf_free(&out);
}

static void a_head_has_target_host_headers_and_length_in_this_order(void **state)
{
    (void)state;
    const char *const headers[] = {"User-Agent: shoal", "Content-Type: text/plain", NULL};
    assert_head("POST", URL, headers, 12,
        START "User-Agent: shoal\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\n");
    assert_head("PUT", "http://[::1]:81", no_headers, INT64_MAX,
        "PUT / HTTP/1.1\r\nHost: [::1]:81\r\nContent-Length: 9223372036854775807\r\n\r\n");
}

static void a_request_without_a_body_has_no_length(void **state)
{
    (void)state;
    assert_head(
        "GET", "http://h/", no_headers, HTTP_REQUEST_NO_BODY, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_head("POST", "http://h/", no_headers, 0,
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
}

static void a_proxy_gets_the_whole_url(void **state)
{
    (void)state;
    struct http_url url;
    struct error error;
    struct buf out;
    buf_init(&out, HEAD_MAX);
    assert_true(http_url_split("http://user:secret@h:81/a?b#c", &url, &error));
    struct http_request_head head = {.method = "POST",
        .url = &url,
        .absolute_form = true,
        .headers = no_headers,
        .content_length = 0};
    assert_true(http_request_head_write(&head, &out, &error));
    assert_string_equal(
        buf_text(&out), "POST http://h:81/a?b HTTP/1.1\r\nHost: h:81\r\nContent-Length: 0\r\n\r\n");
    buf_free(&out);
}

static void a_header_is_written_in_one_form(void **state)
{
    (void)state;
    const char *const headers[] = {
        "A:b", "C:  d \te\t ", "F: :\xc3\xa4\xff", "!#$%&'*+-.^_`|~09azAZ: x", NULL};
    assert_head("POST", URL, headers, 0,
        START "A: b\r\nC: d \te\r\nF: :\xc3\xa4\xff\r\n!#$%&'*+-.^_`|~09azAZ: x\r\n"
              "Content-Length: 0\r\n\r\n");
}

static void a_semicolon_writes_an_empty_value_and_a_colon_alone_writes_nothing(void **state)
{
    (void)state;
    const char *const headers[] = {"A;", "B; \t", "C:", "D: \t ", NULL};
    assert_head("POST", URL, headers, 0, START "A:\r\nB:\r\nContent-Length: 0\r\n\r\n");
}

static void a_host_header_replaces_the_host_of_the_url(void **state)
{
    (void)state;
    const char *const headers[] = {"A: b", "host: example.org:8", NULL};
    assert_head("POST", URL, headers, 0,
        "POST /upload?x=y HTTP/1.1\r\nhost: example.org:8\r\nA: b\r\nContent-Length: 0\r\n\r\n");
    const char *const none[] = {"Host:", "A: b", NULL};
    assert_head(
        "POST", URL, none, 0, "POST /upload?x=y HTTP/1.1\r\nA: b\r\nContent-Length: 0\r\n\r\n");
    const char *const empty[] = {"Host;", NULL};
    assert_head(
        "POST", URL, empty, 0, "POST /upload?x=y HTTP/1.1\r\nHost:\r\nContent-Length: 0\r\n\r\n");
}

static void two_hosts_are_refused(void **state)
{
    (void)state;
    const char *const headers[] = {"Host: a", "HOST:", NULL};
    struct buf out;
    struct error error;
    buf_init(&out, HEAD_MAX);
    assert_false(write_head("POST", URL, headers, 0, &out, &error));
    assert_string_equal(error.text, "the header Host is given twice");
    assert_int_equal(out.length, 0);
    buf_free(&out);
}

static void a_header_that_would_frame_the_body_is_refused(void **state)
{
    (void)state;
    assert_header_refused("Content-Length: 5", "\"Content-Length\" can't be set");
    assert_header_refused("content-length:", "can't be set");
    assert_header_refused("Transfer-Encoding: chunked", "\"Transfer-Encoding\" can't be set");
    assert_header_refused("TRANSFER-ENCODING;", "can't be set");
}

static void a_value_adds_no_line(void **state)
{
    (void)state;
    assert_header_refused("X: secret\r\nY: z", "\"X\" must be");
    assert_header_refused("X: secret\n", "\"X\" must be");
    assert_header_refused("X: secret\rY", "\"X\" must be");
    assert_header_refused("X: secret\x01", "\"X\" must be");
    assert_header_refused("X: secret\x7f", "\"X\" must be");
    assert_header_refused("X:\r\n\r\n", "\"X\" must be");
    assert_header_refused("X;\n", "\"X\" must be");
    assert_header_refused("Host: secret\r\nY: z", "\"Host\" must be");
}

static void a_name_is_a_token(void **state)
{
    (void)state;
    assert_header_refused("", "must be");
    assert_header_refused(": x", "must be");
    assert_header_refused("X", "must be");
    assert_header_refused("X : y", "must be");
    assert_header_refused(" X: y", "must be");
    assert_header_refused("X\n: y", "must be");
    assert_header_refused("X\r\nY: z", "must be");
    assert_header_refused("(X): y", "must be");
    assert_header_refused("\xc3\xa4: y", "must be");
    assert_header_refused("X; secret", "must be");
}

static void a_method_is_a_token(void **state)
{
    (void)state;
    static const char *const methods[] = {
        "", "A B", "GET ", "GET\r\n", "GET / HTTP/1.1\r\nX: y\r\n", "\xc3\x84", "A:B", "A\x7f"};
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        struct buf out;
        struct error error;
        buf_init(&out, HEAD_MAX);
        assert_false(write_head(methods[i], URL, no_headers, 0, &out, &error));
        assert_int_equal(error.class, ERROR_USAGE);
        assert_non_null(strstr(error.text, "is not a valid HTTP method"));
        assert_int_equal(out.length, 0);
        buf_free(&out);
    }
    assert_head("M-SEARCH", "http://h/", no_headers, HTTP_REQUEST_NO_BODY,
        "M-SEARCH / HTTP/1.1\r\nHost: h\r\n\r\n");
}

/* Parts that http_url_split() never returns are checked nevertheless. */
static void a_url_put_together_by_hand_adds_no_line(void **state)
{
    (void)state;
    static const char bytes[] = "\r\n\t \x01\x7f";
    for (size_t i = 0; i < sizeof bytes; i++) { /* the NUL too */
        char text[] = {'/', bytes[i], 'x'};
        const struct http_slice bad = {text, sizeof text};
        const struct http_slice good = {"/", 1};
        const struct http_url urls[] = {
            {.host = bad, .port = 80, .path = good}, {.host = good, .port = 80, .path = bad}};
        for (size_t j = 0; j < COUNT_OF(urls); j++) {
            struct http_request_head head = {
                .method = "PUT", .url = &urls[j], .headers = no_headers, .content_length = 0};
            struct buf out;
            struct error error;
            buf_init(&out, HEAD_MAX);
            assert_false(http_request_head_write(&head, &out, &error));
            assert_int_equal(error.class, ERROR_USAGE);
            assert_int_equal(out.length, 0);
            buf_free(&out);
        }
    }
}

static void a_head_is_added_after_what_is_there(void **state)
{
    (void)state;
    struct buf out;
    struct error error;
    buf_init(&out, HEAD_MAX);
    assert_true(buf_add_text(&out, "before"));
    assert_true(write_head("GET", "http://h/", no_headers, HTTP_REQUEST_NO_BODY, &out, &error));
    assert_string_equal(buf_text(&out), "beforeGET / HTTP/1.1\r\nHost: h\r\n\r\n");
    buf_free(&out);
}

static void a_head_larger_than_its_buffer_is_an_error(void **state)
{
    (void)state;
    const char *const headers[] = {"A: b", NULL};
    static const char whole[] = START "A: b\r\nContent-Length: 1\r\n\r\n";
    for (size_t maximum = 0; maximum < sizeof whole; maximum++) {
        struct buf out;
        struct error error;
        buf_init(&out, maximum);
        bool fits = maximum == sizeof whole - 1;
        assert_int_equal(write_head("POST", URL, headers, 1, &out, &error), fits);
        if (!fits)
            assert_int_equal(error.class, ERROR_MEMORY);
        buf_free(&out);
    }
}

static void a_header_is_found_by_its_name(void **state)
{
    (void)state;
    const char *const headers[] = {"User-Agent: x", "accept;", "Content-Type:", NULL};
    assert_string_equal(http_request_head_find(headers, "user-agent"), "User-Agent: x");
    assert_string_equal(http_request_head_find(headers, "Accept"), "accept;");
    assert_string_equal(http_request_head_find(headers, "Content-Type"), "Content-Type:");
    assert_null(http_request_head_find(headers, "User"));
    assert_null(http_request_head_find(headers, "Content-Type:"));
    assert_null(http_request_head_find(headers, "Host"));
    assert_null(http_request_head_find(no_headers, "Host"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_has_target_host_headers_and_length_in_this_order),
        cmocka_unit_test(a_request_without_a_body_has_no_length),
        cmocka_unit_test(a_proxy_gets_the_whole_url),
        cmocka_unit_test(a_header_is_written_in_one_form),
        cmocka_unit_test(a_semicolon_writes_an_empty_value_and_a_colon_alone_writes_nothing),
        cmocka_unit_test(a_host_header_replaces_the_host_of_the_url),
        cmocka_unit_test(two_hosts_are_refused),
        cmocka_unit_test(a_header_that_would_frame_the_body_is_refused),
        cmocka_unit_test(a_value_adds_no_line),
        cmocka_unit_test(a_name_is_a_token),
        cmocka_unit_test(a_method_is_a_token),
        cmocka_unit_test(a_url_put_together_by_hand_adds_no_line),
        cmocka_unit_test(a_head_is_added_after_what_is_there),
        cmocka_unit_test(a_head_larger_than_its_buffer_is_an_error),
        cmocka_unit_test(a_header_is_found_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
