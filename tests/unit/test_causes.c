#include "check.h"

#include <stdio.h>
#include <string.h>

#include "core/causes.h"

static struct shoal_text text_of(const char *text)
{
    return (struct shoal_text){.data = text, .length = strlen(text)};
}

static void check_description(const struct shoal_file *file, bool several, const char *expected)
{
    struct buf out;
    buf_init(&out, 10000);
    assert_true(causes_describe(&out, file, several));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void check_folded(const char *description, const char *expected)
{
    struct buf out;
    buf_init(&out, 10000);
    assert_true(causes_fold(&out, description));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void a_status_has_its_phrase_and_the_message(void **state)
{
    (void)state;
    struct shoal_file file = {.reason = SHOAL_REASON_STATUS,
        .status = 422,
        .error = "status 422",
        .origin = "https://example.com",
        .response = text_of("{\"message\":\"duplicate debug id 7\"}")};
    check_description(&file, false, "422 Unprocessable Content: duplicate debug id 7");
    check_description(
        &file, true, "422 Unprocessable Content from https://example.com: duplicate debug id 7");
    file.response = (struct shoal_text){0};
    check_description(&file, false, "422 Unprocessable Content");
    file.status = 599;
    check_description(&file, false, "599");
    file.response = text_of("odd");
    check_description(&file, false, "599: odd");
}

static void a_title_that_has_the_status_takes_the_place_of_its_phrase(void **state)
{
    (void)state;
    struct shoal_file file = {.reason = SHOAL_REASON_STATUS, .status = 502};
    file.response = text_of("<html><title>502 Bad Gateway</title></html>");
    check_description(&file, false, "502 Bad Gateway");
    file.response = text_of("Bad Gateway\n");
    check_description(&file, false, "502 Bad Gateway");
    file.response = text_of("<title>502 No upstream</title>");
    check_description(&file, false, "502 No upstream");
    file.response = text_of("5023");
    check_description(&file, false, "502 Bad Gateway: 5023");
    file.response = text_of("502");
    check_description(&file, false, "502 Bad Gateway");
    file.origin = "https://example.com";
    file.response = text_of("<title>502 Bad Gateway</title>\r\n<hr><center>nginx/1.22.1</center>");
    check_description(&file, false, "502 Bad Gateway (nginx/1.22.1)");
    check_description(&file, true, "502 Bad Gateway (nginx/1.22.1) from https://example.com");
}

static void anything_else_is_its_error_without_the_name(void **state)
{
    (void)state;
    struct shoal_file file = {.reason = SHOAL_REASON_UNREADABLE,
        .error = "'dist/it's.js': can't be read: permission denied"};
    check_description(&file, false, "can't be read: permission denied");
    file.error = "Connection refused";
    check_description(&file, false, "Connection refused");
    file.status = 200;
    file.reason = SHOAL_REASON_CHECK;
    file.error = "the check failed";
    check_description(&file, false, "the check failed");
}

static void numbers_are_folded_but_for_the_status(void **state)
{
    (void)state;
    check_folded("422 Bad: id 17", "422 Bad: id #");
    check_folded("422", "422");
    check_folded("422: 17", "422: #");
    check_folded("4223", "#");
    check_folded("took 17 s", "took # s");
}

static void files_of_one_cause_are_counted_together(void **state)
{
    (void)state;
    struct causes causes;
    size_t count;
    causes_init(&causes);
    assert_null(causes_sorted(&causes, &count));
    assert_int_equal(count, 0);
    struct shoal_file file = {
        .path = text_of("a"), .reason = SHOAL_REASON_CONNECT, .bytes = -1, .temporary = true};
    causes_note(&causes, &file, "refused", "refused", 10);
    file = (struct shoal_file){
        .path = text_of("b"), .reason = SHOAL_REASON_STATUS, .bytes = 50, .attempts = 1};
    causes_note(&causes, &file, "id #", "id 1", 20);
    file.bytes = 40;
    file.attempts = 3;
    file.temporary = true;
    causes_note(&causes, &file, "id #", "id 2", 30);
    const struct shoal_cause *sorted = causes_sorted(&causes, &count);
    assert_int_equal(count, 2);
    assert_string_equal(sorted[0].text, "id #");
    assert_string_equal(sorted[0].example, "id 1");
    assert_string_equal(sorted[0].first_path.data, "b");
    assert_int_equal(sorted[0].reason, SHOAL_REASON_STATUS);
    assert_int_equal(sorted[0].count, 2);
    assert_int_equal(sorted[0].temporary, 1);
    assert_int_equal(sorted[0].attempts_most, 3);
    assert_int_equal(sorted[0].bytes_least, 40);
    assert_int_equal(sorted[0].bytes_most, 50);
    assert_int_equal(sorted[0].first_us, 20);
    assert_int_equal(sorted[0].last_us, 30);
    assert_string_equal(sorted[1].text, "refused");
    assert_int_equal(sorted[1].bytes_least, -1);
    assert_int_equal(sorted[1].temporary, 1);
    causes_free(&causes);
}

static void causes_are_bounded(void **state)
{
    (void)state;
    struct causes causes;
    struct shoal_file file = {.path = text_of("a"), .reason = SHOAL_REASON_STATUS};
    size_t count;
    causes_init(&causes);
    for (int i = 0; i < CAUSES_MOST + 20; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "cause %d", i);
        causes_note(&causes, &file, text, text, i);
    }
    const struct shoal_cause *sorted = causes_sorted(&causes, &count);
    assert_int_equal(count, CAUSES_MOST + 1);
    assert_string_equal(sorted[0].text, "another cause");
    assert_int_equal(sorted[0].count, 20);
    causes_free(&causes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_status_has_its_phrase_and_the_message),
        cmocka_unit_test(a_title_that_has_the_status_takes_the_place_of_its_phrase),
        cmocka_unit_test(anything_else_is_its_error_without_the_name),
        cmocka_unit_test(numbers_are_folded_but_for_the_status),
        cmocka_unit_test(files_of_one_cause_are_counted_together),
        cmocka_unit_test(causes_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
