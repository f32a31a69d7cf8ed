/* Bodies, byte for byte; whole and streamed bodies are the same. */
#include "plan_fixture.h"

#define FILE_TYPE "Content-Type: application/octet-stream\r\n"

/* `expected` is the body with `~` for each `--boundary`. */
static void assert_body(struct planned *planned, const char *expected)
{
    struct buf text;
    buf_init(&text, (size_t)8 * 1024 * 1024);
    for (; *expected != '\0'; expected++) {
        if (*expected == '~')
            (void)buf_printf(&text, "--%s", planned->plan->form.boundary);
        else
            (void)buf_add_byte(&text, *expected);
    }
    assert_string_equal(planned_body(planned), buf_text(&text));
    assert_int_equal(planned->body.length, text.length);
    buf_free(&text);
}

/* Once read whole, once streamed. */
static void assert_bodies(const char *const *pairs, const char *path, const char *expected)
{
    for (size_t whole_most = 0; whole_most <= WHOLE; whole_most += WHOLE) {
        struct planned *planned = planned_made(pairs, path, whole_most);
        bool whole = plan_file_size(planned->plan) <= (int64_t)whole_most;
        assert_true((planned->plan->request.data != NULL) == whole);
        assert_body(planned, expected);
        planned_free(planned);
    }
}

static void a_file_is_between_its_header_lines_and_the_end(void **state)
{
    (void)state;
    make_file("dist/sub/c.js", "content");
    assert_bodies(GIVEN(TO_URL), "sub/c.js",
        "~\r\nContent-Disposition: form-data; name=\"file\"; filename=\"c.js\"\r\n" FILE_TYPE
        "\r\ncontent\r\n~--\r\n");
}

static void an_empty_file_has_a_part_too(void **state)
{
    (void)state;
    make_file("dist/empty", "");
    assert_bodies(GIVEN(TO_URL), "empty",
        "~\r\nContent-Disposition: form-data; name=\"file\"; filename=\"empty\"\r\n" FILE_TYPE
        "\r\n\r\n~--\r\n");
}

static void fields_keep_their_order_around_the_file(void **state)
{
    (void)state;
    make_file("dist/a b.js", "x");
    assert_bodies(GIVEN(TO_URL, "form", "url=https://e/{path}", "form", "file=@{file}",
                      "form-string", "as it is={path};type=x", "form", "empty="),
        "a b.js",
        "~\r\nContent-Disposition: form-data; name=\"url\"\r\n\r\nhttps://e/a b.js\r\n"
        "~\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.js\"\r\n" FILE_TYPE
        "\r\nx\r\n"
        "~\r\nContent-Disposition: form-data; name=\"as it is\"\r\n\r\n{path};type=x\r\n"
        "~\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n~--\r\n");
}

static void parts_have_the_names_and_types_of_the_options(void **state)
{
    (void)state;
    make_file("dist/n", "1");
    make_file("other", "2");
    assert_bodies(GIVEN(TO_URL, "form", "a=@{file};filename=v-{name};type=text/x", "form",
                      "b=@other;filename=", "form", "c=text;type=text/y", "form",
                      "d=more;filename={stem}.txt", "form", "e=@{file};filename=\"q\\\"u.x\""),
        "n",
        "~\r\nContent-Disposition: form-data; name=\"a\"; filename=\"v-n\"\r\n"
        "Content-Type: text/x\r\n\r\n1\r\n"
        "~\r\nContent-Disposition: form-data; name=\"b\"\r\n" FILE_TYPE "\r\n2\r\n"
        "~\r\nContent-Disposition: form-data; name=\"c\"\r\nContent-Type: text/y\r\n\r\ntext\r\n"
        "~\r\nContent-Disposition: form-data; name=\"d\"; filename=\"n.txt\"\r\n\r\nmore\r\n"
        "~\r\nContent-Disposition: form-data; name=\"e\"; filename=\"q%22u.x\"\r\n" FILE_TYPE
        "\r\n1\r\n~--\r\n");
}

static void a_form_may_have_several_files(void **state)
{
    (void)state;
    make_file("dist/a.js", "code");
    make_file("dist/a.js.map", "map of it");
    assert_bodies(
        GIVEN(TO_URL, "form", "min=@{folder}/{stem}", "form", "n=1", "form", "map=@{file}"),
        "a.js.map",
        "~\r\nContent-Disposition: form-data; name=\"min\"; filename=\"a.js\"\r\n" FILE_TYPE
        "\r\ncode\r\n"
        "~\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n1\r\n"
        "~\r\nContent-Disposition: form-data; name=\"map\"; filename=\"a.js.map\"\r\n" FILE_TYPE
        "\r\nmap of it\r\n~--\r\n");
}

static void a_form_may_have_the_same_file_twice(void **state)
{
    (void)state;
    make_file("dist/a", "x");
    assert_bodies(GIVEN(TO_URL, "form", "one=@{file}", "form", "two=@{file}"), "a",
        "~\r\nContent-Disposition: form-data; name=\"one\"; filename=\"a\"\r\n" FILE_TYPE
        "\r\nx\r\n"
        "~\r\nContent-Disposition: form-data; name=\"two\"; filename=\"a\"\r\n" FILE_TYPE
        "\r\nx\r\n~--\r\n");
}

static void an_optional_file_is_sent_if_it_exists(void **state)
{
    (void)state;
    make_file("dist/a", "x");
    make_file("dist/b", "y");
    make_file("dist/b.map", "z");
    const char *const *pairs = GIVEN(TO_URL, "form", "m=?@{file}.map", "form", "f=@{file}");
    assert_bodies(pairs, "a",
        "~\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n" FILE_TYPE
        "\r\nx\r\n~--\r\n");
    assert_bodies(pairs, "b",
        "~\r\nContent-Disposition: form-data; name=\"m\"; filename=\"b.map\"\r\n" FILE_TYPE
        "\r\nz\r\n"
        "~\r\nContent-Disposition: form-data; name=\"f\"; filename=\"b\"\r\n" FILE_TYPE
        "\r\ny\r\n~--\r\n");
}

static void a_raw_body_is_the_file(void **state)
{
    (void)state;
    make_file("dist/a", "the = file");
    make_file("dist/empty", "");
    struct planned *planned = planned_made(GIVEN("url", "https://e/", "raw", NULL), "a", WHOLE);
    assert_string_equal(planned_body(planned), "the = file");
    planned_free(planned);
    planned = planned_made(GIVEN("url", "https://e/", "raw", NULL), "a", 0);
    assert_string_equal(planned_body(planned), "the = file");
    planned_free(planned);
    planned = planned_made(GIVEN("url", "https://e/", "raw", NULL), "empty", WHOLE);
    assert_int_equal(planned->plan->request.length, 0);
    planned_free(planned);
}

/* A long field before the file: the first body is joined by copying, and from then on there is
 * enough headroom. */
static void only_the_first_body_with_a_long_beginning_is_copied(void **state)
{
    (void)state;
    static char option[6000] = "long=";
    static char expected[12000];
    memset(option + 5, 'y', sizeof option - 6);
    make_file("dist/a", "x");
    make_file("dist/b", "x");
    (void)snprintf(expected, sizeof expected,
        "~\r\nContent-Disposition: form-data; name=\"long\"\r\n\r\n%s\r\n"
        "~\r\nContent-Disposition: form-data; name=\"f\"; filename=\"%%s\"\r\n" FILE_TYPE
        "\r\nx\r\n~--\r\n",
        option + 5);
    struct planned *planned =
        planned_new(GIVEN(TO_URL, "form-string", option, "form", "f=@{file}"), "a");
    for (int round = 0; round < 2; round++) {
        static char body[12000];
        const char *name = round == 0 ? "a" : "b";
        const char *mark = strstr(expected, "%s");
        (void)snprintf(
            body, sizeof body, "%.*s%s%s", (int)(mark - expected), expected, name, mark + 2);
        planned_choose(planned, name);
        assert_true(planned_load(planned, WHOLE) && planned_finish(planned));
        assert_body(planned, body);
        bool joined = planned->plan->request.data == buf_text(&planned->plan->form.joined);
        assert_true(joined == (round == 0));
        plan_reset(planned->plan);
    }
    planned_free(planned);
}

/* Lengths around the one that just fits into the headroom. */
static void a_beginning_may_be_as_long_as_the_headroom(void **state)
{
    (void)state;
    int joins = 0;
    make_file("dist/a", "content");
    for (int length = 640; length < 840; length++) {
        char option[1000];
        char expected[2000];
        (void)snprintf(option, sizeof option, "long=%0*d", length, 7);
        (void)snprintf(expected, sizeof expected,
            "~\r\nContent-Disposition: form-data; name=\"long\"\r\n\r\n%s\r\n"
            "~\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n" FILE_TYPE
            "\r\ncontent\r\n~--\r\n",
            option + 5);
        struct planned *planned =
            planned_made(GIVEN(TO_URL, "form-string", option, "form", "f=@{file}"), "a", WHOLE);
        assert_body(planned, expected);
        bool joined = planned->plan->request.data == buf_text(&planned->plan->form.joined);
        assert_true(
            joined == (planned->plan->form.parts[1].content_at > planned->plan->files[0].offset));
        joins += joined;
        planned_free(planned);
    }
    assert_in_range(joins, 20, 180);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(a_file_is_between_its_header_lines_and_the_end),
        IN_SCRATCH(an_empty_file_has_a_part_too),
        IN_SCRATCH(fields_keep_their_order_around_the_file),
        IN_SCRATCH(parts_have_the_names_and_types_of_the_options),
        IN_SCRATCH(a_form_may_have_several_files),
        IN_SCRATCH(a_form_may_have_the_same_file_twice),
        IN_SCRATCH(an_optional_file_is_sent_if_it_exists),
        IN_SCRATCH(a_raw_body_is_the_file),
        IN_SCRATCH(only_the_first_body_with_a_long_beginning_is_copied),
        IN_SCRATCH(a_beginning_may_be_as_long_as_the_headroom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
