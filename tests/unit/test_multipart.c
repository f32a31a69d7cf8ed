#include "check.h"

#include <string.h>

#include "base/random.h"
#include "post_processor.h"
#include "text/multipart.h"

#define BOUNDARY     "--shoal-00112233445566778899aabbccddeeff"
#define BODY_MAX     (1U << 20)
#define LONGEST_NAME 255
#define NAMES        4096

static void check_head(const struct multipart_part *part, bool first, const char *expected)
{
    struct buf out;
    buf_init(&out, BODY_MAX);
    assert_true(multipart_add_head(&out, "B", part, first));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void a_text_field_has_only_its_name(void **state)
{
    (void)state;
    check_head(&(struct multipart_part){.name = "url"}, true,
        "--B\r\nContent-Disposition: form-data; name=\"url\"\r\n\r\n");
}

static void a_file_has_its_name_and_type(void **state)
{
    (void)state;
    check_head(
        &(struct multipart_part){
            .name = "file", .file_name = "a.js", .type = "application/octet-stream"},
        false,
        "\r\n--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.js\"\r\n"
        "Content-Type: application/octet-stream\r\n\r\n");
    check_head(&(struct multipart_part){.name = "f", .file_name = ""}, true,
        "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n");
}

static void names_are_escaped_as_browsers_do(void **state)
{
    (void)state;
    check_head(
        &(struct multipart_part){.name = "a\"b\r\nc", .file_name = "\\%22\"'\t\xff;\xc3\xa9"}, true,
        "--B\r\nContent-Disposition: form-data; name=\"a%22b%0D%0Ac\"; "
        "filename=\"\\%22%22'\t\xff;\xc3\xa9\"\r\n\r\n");
}

static void the_end_closes_the_last_part(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 100);
    assert_true(multipart_add_close(&out, "B"));
    assert_string_equal(buf_text(&out), "\r\n--B--\r\n");
    buf_free(&out);
}

static void a_type_of_several_lines_is_refused(void **state)
{
    (void)state;
    static const char *const types[] = {"a/b\r\nX: y", "a/b\n", "\x7f", "a\rb"};
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        struct buf out;
        buf_init(&out, 1000);
        struct multipart_part part = {.name = "f", .type = types[i]};
        assert_false(multipart_add_head(&out, "B", &part, true));
        assert_true(out.failed);
        buf_free(&out);
    }
}

static void a_full_buffer_is_a_failure(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 10);
    assert_false(multipart_add_head(&out, "B", &(struct multipart_part){.name = "f"}, true));
    assert_false(multipart_add_close(&out, "B"));
    buf_free(&out);
}

static void boundaries_are_a_prefix_and_128_bits_in_hex(void **state)
{
    (void)state;
    struct random_seeded seeded;
    struct random_source random = random_from_seed(&seeded, 1);
    struct random_seeded again_state;
    struct random_source again = random_from_seed(&again_state, 1);
    char boundary[MULTIPART_BOUNDARY_LENGTH + 1];
    char expected[MULTIPART_BOUNDARY_LENGTH + 1];
    multipart_boundary(&random, boundary);
    unsigned long long high = random_next(&again);
    unsigned long long low = random_next(&again);
    (void)snprintf(expected, sizeof expected, "--shoal-%016llx%016llx", high, low);
    assert_string_equal(boundary, expected);
    multipart_boundary(&random, expected);
    assert_string_not_equal(boundary, expected);
}

/* The name as it is sent: only these three bytes are escaped. */
static void add_escaped(struct buf *out, const char *name)
{
    for (; *name != '\0'; name++) {
        if (*name == '"')
            assert_true(buf_add_text(out, "%22"));
        else if (*name == '\r')
            assert_true(buf_add_text(out, "%0D"));
        else if (*name == '\n')
            assert_true(buf_add_text(out, "%0A"));
        else
            assert_true(buf_add_byte(out, *name));
    }
}

static void check_part(
    const struct received_part *part, const char *name, const char *file_name, const char *content)
{
    struct buf expected;
    buf_init(&expected, BODY_MAX);
    add_escaped(&expected, name);
    assert_string_equal(buf_text(&part->name), buf_text(&expected));
    buf_clear(&expected);
    add_escaped(&expected, file_name == NULL ? "" : file_name);
    assert_string_equal(buf_text(&part->file_name), buf_text(&expected));
    assert_int_equal(part->has_file_name, file_name != NULL);
    assert_string_equal(buf_text(&part->content), content);
    buf_free(&expected);
}

/* Frames a form with `name` as a field's name, a file's name and a text. The other parser must find
 * these three parts and no others. */
static void check_name(struct post_processor *processor, const char *name)
{
    struct buf body;
    buf_init(&body, BODY_MAX);
    assert_true(multipart_add_head(&body, BOUNDARY, &(struct multipart_part){.name = "url"}, true));
    assert_true(buf_add_text(&body, name));
    struct multipart_part file = {.name = "file", .file_name = name, .type = "text/plain"};
    assert_true(multipart_add_head(&body, BOUNDARY, &file, false));
    assert_true(buf_add_text(&body, "content"));
    assert_true(multipart_add_head(&body, BOUNDARY, &(struct multipart_part){.name = name}, false));
    assert_true(buf_add_text(&body, "last"));
    assert_true(multipart_add_close(&body, BOUNDARY));
    struct received received;
    assert_true(post_processor_read(processor, &body, &received));
    assert_int_equal(received.count, 3);
    check_part(&received.parts[0], "url", NULL, name);
    check_part(&received.parts[1], "file", name, "content");
    assert_string_equal(buf_text(&received.parts[1].type), "text/plain");
    check_part(&received.parts[2], name, NULL, "last");
    received_free(&received);
    buf_free(&body);
}

static void every_legal_byte_at_every_place_reads_back(void **state)
{
    (void)state;
    struct post_processor processor;
    assert_true(post_processor_open(&processor, BOUNDARY));
    int names = 0;
    for (int byte = 1; byte < 256; byte++) {
        if (byte == '/')
            continue;
        char name[3][3] = {{(char)byte, 'b', 'c'}, {'a', (char)byte, 'c'}, {'a', 'b', (char)byte}};
        for (int place = 0; place < 3; place++, names++) {
            char text[4] = {name[place][0], name[place][1], name[place][2], '\0'};
            check_name(&processor, text);
        }
    }
    assert_int_equal(names, 254 * 3);
    post_processor_close(&processor);
}

/* At least half of the bytes have a meaning in a header. */
static void make_name(const struct random_source *random, char *name)
{
    static const char special[] = "\"\"\r\n\r\n\\;%=:-- \t'<>2D0A";
    size_t length = 1 + random_below(random, LONGEST_NAME);
    for (size_t i = 0; i < length; i++) {
        int byte = (int)(1 + random_below(random, 255));
        if (random_below(random, 2) == 0 || byte == '/')
            byte = special[random_below(random, sizeof special - 1)];
        name[i] = (char)byte;
    }
    name[length] = '\0';
}

static void random_names_read_back(void **state)
{
    (void)state;
    struct post_processor processor;
    assert_true(post_processor_open(&processor, BOUNDARY));
    struct random_seeded seeded;
    struct random_source random = random_from_seed(&seeded, 254);
    for (int i = 0; i < NAMES; i++) {
        char name[LONGEST_NAME + 1];
        make_name(&random, name);
        check_name(&processor, name);
    }
    post_processor_close(&processor);
}

static void names_made_to_inject_a_part_do_not(void **state)
{
    (void)state;
    static const char *const names[] = {
        "a\"\r\n\r\nevil\r\n--" BOUNDARY
        "\r\nContent-Disposition: form-data; name=\"admin\"\r\n\r\n1",
        "\r\n--" BOUNDARY "--\r\n",
        "a\"; filename=\"b",
        "a\\\"; x=\"",
        "\n\n",
    };
    struct post_processor processor;
    assert_true(post_processor_open(&processor, BOUNDARY));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct buf body;
        buf_init(&body, BODY_MAX);
        struct multipart_part part = {.name = "file", .file_name = names[i]};
        assert_true(multipart_add_head(&body, BOUNDARY, &part, true));
        assert_true(buf_add_text(&body, "content"));
        assert_true(multipart_add_close(&body, BOUNDARY));
        struct received received;
        assert_true(post_processor_read(&processor, &body, &received));
        assert_int_equal(received.count, 1);
        check_part(&received.parts[0], "file", names[i], "content");
        received_free(&received);
        buf_free(&body);
    }
    post_processor_close(&processor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_field_has_only_its_name),
        cmocka_unit_test(a_file_has_its_name_and_type),
        cmocka_unit_test(names_are_escaped_as_browsers_do),
        cmocka_unit_test(the_end_closes_the_last_part),
        cmocka_unit_test(a_type_of_several_lines_is_refused),
        cmocka_unit_test(a_full_buffer_is_a_failure),
        cmocka_unit_test(boundaries_are_a_prefix_and_128_bits_in_hex),
        cmocka_unit_test(every_legal_byte_at_every_place_reads_back),
        cmocka_unit_test(random_names_read_back),
        cmocka_unit_test(names_made_to_inject_a_part_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
