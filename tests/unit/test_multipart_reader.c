/* The reader of multipart/form-data. Every body is pushed whole, byte by byte, and split at every
 * place. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/multipart.h"
#include "text/multipart_reader.h"

#define DISPOSITION "Content-Disposition: form-data; name=\"n\""

/* What was read, as text: `[name|file name|type]content.` per part. */
struct record {
    struct buf text;
    int open; /* parts begun but not ended */
};

static bool on_begin(void *context, const struct multipart_reader_part *part, struct error *error)
{
    (void)error;
    struct record *record = context;
    assert_int_equal(record->open++, 0);
    return buf_printf(&record->text, "[%s|%s|%s]", part->name,
        part->file_name == NULL ? "-" : part->file_name, part->type == NULL ? "-" : part->type);
}

static bool on_data(void *context, const char *data, size_t length, struct error *error)
{
    (void)error;
    struct record *record = context;
    assert_int_equal(record->open, 1);
    assert_true(length > 0);
    return buf_add(&record->text, data, length);
}

static bool on_end(void *context, struct error *error)
{
    (void)error;
    struct record *record = context;
    assert_int_equal(record->open--, 1);
    return buf_add_text(&record->text, ".");
}

static const struct multipart_reader_calls calls = {
    .begin = on_begin, .data = on_data, .end = on_end};

/* Pushes `body` in pieces: one of `first` bytes, then of `size` bytes each. Returns what was read,
 * for free(3); NULL with `error`: it was refused. */
static char *read_pieces(
    const char *body, size_t length, size_t first, size_t size, struct error *error)
{
    struct record record = {.open = 0};
    buf_init(&record.text, 1 << 20);
    struct multipart_reader *reader = multipart_reader_new("b", &calls, &record);
    assert_non_null(reader);
    bool valid = true;
    for (size_t at = 0, piece = first; valid && at < length; at += piece, piece = size) {
        if (piece > length - at)
            piece = length - at;
        char *copy = malloc(piece + 1); /* so that a sanitizer sees a read past its end */
        assert_non_null(copy);
        memcpy(copy, body + at, piece);
        valid = multipart_reader_push(reader, copy, piece, error);
        free(copy);
    }
    valid = valid && multipart_reader_finish(reader, error);
    multipart_reader_free(reader);
    char *text = valid ? buf_detach(&record.text) : NULL;
    buf_free(&record.text);
    return text;
}

/* What was read of the body, for free(3), the same however it is split. NULL: it was refused. */
static char *read_body(const char *body, size_t length)
{
    struct error error = {.class = ERROR_NONE};
    char *whole = read_pieces(body, length, length, length, &error);
    if (whole == NULL) {
        assert_int_equal(error.class, ERROR_DATA);
        assert_true(error.text[0] != '\0');
    }
    for (size_t first = 0; first <= length && length < 4096; first++) {
        struct error again = {.class = ERROR_NONE};
        size_t size = first == 0 ? 1 : length;
        char *cut = read_pieces(body, length, first == 0 ? 1 : first, size, &again);
        assert_int_equal(cut == NULL, whole == NULL);
        if (cut != NULL)
            assert_string_equal(cut, whole);
        else
            assert_string_equal(again.text, error.text);
        free(cut);
    }
    return whole;
}

static void assert_reads(const char *body, const char *expected)
{
    char *text = read_body(body, strlen(body));
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void assert_refused(const char *body)
{
    char *text = read_body(body, strlen(body));
    if (text != NULL)
        fail_msg("accepted: %s as %s", body, text);
}

/* A body of one part with these header lines. */
static void assert_head_refused(const char *lines)
{
    char body[512];
    (void)snprintf(body, sizeof body, "--b\r\n%s\r\n\r\nx\r\n--b--", lines);
    assert_refused(body);
}

static void assert_head_reads(const char *lines, const char *expected)
{
    char body[512];
    (void)snprintf(body, sizeof body, "--b\r\n%s\r\n\r\nx\r\n--b--", lines);
    assert_reads(body, expected);
}

static void parts_come_in_order_with_empty_ones_and_repeated_names(void **state)
{
    (void)state;
    assert_reads("--b\r\n" DISPOSITION "\r\n\r\none\r\n"
                 "--b\r\n" DISPOSITION "\r\n\r\n\r\n"
                 "--b\r\n" DISPOSITION
                 "; filename=\"\"\r\nContent-Type: t/x \r\n\r\ntwo\r\n--b--\r\n",
        "[n|-|-]one.[n|-|-].[n||t/x]two.");
    assert_reads("--b--", "");
}

static void content_that_resembles_a_delimiter_is_content(void **state)
{
    (void)state;
    assert_reads("--b\r\n" DISPOSITION "\r\n\r\n\r\r\n\r\n-\r\n--\r\n--a--b\n--b\r--b\r\r\n--b--",
        "[n|-|-]\r\r\n\r\n-\r\n--\r\n--a--b\n--b\r--b\r.");
}

static void a_nul_in_content_is_content(void **state)
{
    (void)state;
    static const char body[] = "--b\r\n" DISPOSITION "\r\n\r\n\0\0\r\n--b--";
    struct record record = {.open = 0};
    buf_init(&record.text, 1024);
    struct multipart_reader *reader = multipart_reader_new("b", &calls, &record);
    assert_true(multipart_reader_push(reader, body, sizeof body - 1, NULL));
    assert_true(multipart_reader_finish(reader, NULL));
    assert_int_equal(record.text.length, strlen("[n|-|-].") + 2);
    multipart_reader_free(reader);
    buf_free(&record.text);
}

static void preamble_epilogue_and_padding_are_ignored(void **state)
{
    (void)state;
    assert_reads("before\r\n--\r\n--b \t\r\n" DISPOSITION "\r\n\r\nx\r\n--b--after\r\n--b\r\nX",
        "[n|-|-]x.");
}

static void names_lose_three_escapes_and_no_others(void **state)
{
    (void)state;
    assert_head_reads("content-disposition:FORM-DATA;NAME=\"%22%0D%0A%0a%25%2\";filename=\"a\\\"",
        "[\"\r\n%0a%25%2|a\\|-]x.");
    assert_head_reads(
        "Content-Disposition: form-data; name=n; filename=f.js; other=\"; name=\"", "[n|f.js|-]x.");
    assert_head_reads("Content-Disposition: form-data; filename=\"a; name=\\\"; name=\"n\";",
        "[n|a; name=\\|-]x.");
}

static void a_head_that_is_wrong_is_refused(void **state)
{
    (void)state;
    static const char *const heads[] = {
        "X: y",
        "Content-Disposition: form-data",
        "Content-Disposition: form-data; name=\"\"",
        "Content-Disposition: form-data; name=",
        "Content-Disposition: form-data; name=\"n",
        "Content-Disposition: form-data; name=\"n\"x",
        "Content-Disposition: form-data; name=\"n\"; name=\"m\"",
        "Content-Disposition: form-data; name=n; filename=a; filename=b",
        "Content-Disposition: form-data; name=n; filename*=UTF-8''a",
        "Content-Disposition: form-datax; name=n",
        "Content-Disposition: attachment; name=n",
        DISPOSITION "\r\n" DISPOSITION,
        DISPOSITION "\r\nContent-Type: a\r\nContent-Type: b",
        DISPOSITION "\r\nContent-Transfer-Encoding: base64",
        DISPOSITION "\r\n folded",
        DISPOSITION "\r\nno colon",
        DISPOSITION "\r\n: x",
        DISPOSITION "\nX: y",
        DISPOSITION "\r\nX: \ry",
    };
    for (size_t i = 0; i < COUNT_OF(heads); i++)
        assert_head_refused(heads[i]);
    assert_head_reads(DISPOSITION "; filename=f; filename*=UTF-8''a\r\nX: y\r\n"
                                  "Content-Transfer-Encoding: Binary",
        "[n|f|-]x.");
}

static void a_nul_in_a_head_is_refused(void **state)
{
    (void)state;
    static const char body[] =
        "--b\r\nContent-Disposition: form-data; name=\"a\0b\"\r\n\r\n\r\n--b--";
    assert_null(read_body(body, sizeof body - 1));
}

static void every_body_that_ends_early_is_refused(void **state)
{
    (void)state;
    static const char body[] =
        "--b\r\n" DISPOSITION "\r\n\r\none\r\n--b\r\n" DISPOSITION "\r\n\r\n\r\n--b--";
    for (size_t length = 0; length < sizeof body - 1; length++)
        assert_null(read_body(body, length));
    assert_reads(body, "[n|-|-]one.[n|-|-].");
}

static void delimiter_lines_that_hold_more_are_refused(void **state)
{
    (void)state;
    assert_refused("--bx\r\n" DISPOSITION "\r\n\r\nx\r\n--b--");
    assert_refused("--b\r\n" DISPOSITION "\r\n\r\nx\r\n--bb--");
    assert_refused("--b\r\n" DISPOSITION "\r\n\r\nx\r\n--b-\r\n");
    assert_refused("--b\r\n" DISPOSITION "\r\n\r\nx\r\n--b\n");
    assert_refused("--b\r\r\n" DISPOSITION "\r\n\r\nx\r\n--b--");
    assert_refused("--b x\r\n" DISPOSITION "\r\n\r\nx\r\n--b--");
}

static void headers_have_a_limit(void **state)
{
    (void)state;
    struct buf body;
    buf_init(&body, 1 << 20);
    assert_true(buf_add_text(&body, "--b\r\n" DISPOSITION "\r\n"));
    while (body.length < MULTIPART_READER_HEAD_MAX + 100)
        assert_true(buf_add_text(&body, "X: 0123456789\r\n"));
    assert_true(buf_add_text(&body, "\r\nx\r\n--b--"));
    assert_null(read_body(body.data, body.length));
    buf_free(&body);
}

static void boundaries_are_found_and_checked(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        const char *boundary;
    } rows[] = {
        {"multipart/form-data; boundary=abc", "abc"},
        {"Multipart/Form-Data;charset=x; BOUNDARY=\"a b\" ; x=y", "a b"},
        {"multipart/form-data; boundary=\"a \"", NULL},
        {"multipart/form-data; boundary=", NULL},
        {"multipart/form-data; boundary", NULL},
        {"multipart/form-data", NULL},
        {"multipart/form-data; boundary=a b", "a"},
        {"multipart/form-datax; boundary=a", NULL},
        {"multipart/mixed; boundary=a", NULL},
        {"multipart/form-data; boundary=\"\x80\"", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf boundary;
        buf_init(&boundary, MULTIPART_READER_BOUNDARY_MAX);
        struct error error;
        bool found = multipart_reader_boundary(rows[i].type, &boundary, &error);
        assert_int_equal(found, rows[i].boundary != NULL);
        if (found)
            assert_string_equal(buf_text(&boundary), rows[i].boundary);
        buf_free(&boundary);
    }
}

static void our_own_framing_is_read_back_for_every_byte(void **state)
{
    (void)state;
    for (int byte = 1; byte < 256; byte++) {
        char name[] = {'a', (char)byte, 'z', '\0'};
        struct multipart_part part = {.name = name, .file_name = name, .type = "a/b"};
        struct buf body;
        buf_init(&body, 4096);
        assert_true(multipart_add_head(&body, "b", &part, true));
        assert_true(buf_add_text(&body, "content") && multipart_add_close(&body, "b"));
        char expected[64];
        (void)snprintf(expected, sizeof expected, "[%s|%s|a/b]content.", name, name);
        char *text = read_body(body.data, body.length);
        assert_non_null(text);
        assert_string_equal(text, expected);
        free(text);
        buf_free(&body);
    }
}

static bool refuse_begin(
    void *context, const struct multipart_reader_part *part, struct error *error)
{
    (void)context;
    (void)part;
    return error_set(error, ERROR_SYSTEM, 28, "no room");
}

static void an_error_of_the_callers_is_passed_on(void **state)
{
    (void)state;
    static const struct multipart_reader_calls refusing = {
        .begin = refuse_begin, .data = on_data, .end = on_end};
    struct multipart_reader *reader = multipart_reader_new("b", &refusing, NULL);
    static const char body[] = "--b\r\n" DISPOSITION "\r\n\r\nx\r\n--b--";
    struct error error;
    assert_false(multipart_reader_push(reader, body, sizeof body - 1, &error));
    assert_int_equal(error.code, 28);
    multipart_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_come_in_order_with_empty_ones_and_repeated_names),
        cmocka_unit_test(content_that_resembles_a_delimiter_is_content),
        cmocka_unit_test(a_nul_in_content_is_content),
        cmocka_unit_test(preamble_epilogue_and_padding_are_ignored),
        cmocka_unit_test(names_lose_three_escapes_and_no_others),
        cmocka_unit_test(a_head_that_is_wrong_is_refused),
        cmocka_unit_test(a_nul_in_a_head_is_refused),
        cmocka_unit_test(every_body_that_ends_early_is_refused),
        cmocka_unit_test(delimiter_lines_that_hold_more_are_refused),
        cmocka_unit_test(headers_have_a_limit),
        cmocka_unit_test(boundaries_are_found_and_checked),
        cmocka_unit_test(our_own_framing_is_read_back_for_every_byte),
        cmocka_unit_test(an_error_of_the_callers_is_passed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
