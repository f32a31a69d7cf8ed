/* The content of a request: where it is stored, and that a failure leaves nothing. */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "receive/upload.h"
#include "receive/upload_json.h"

#define FORM "multipart/form-data; boundary=b"

#define TEXT(name, value)                                                                          \
    "--b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_PART(file_name, content)                                                              \
    "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" file_name                  \
    "\"\r\n\r\n" content "\r\n"
#define END "--b--\r\n"

/* SHA-256 of "content". */
#define DIGEST "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"

static char folder[] = "/tmp/shoal-upload-XXXXXX";
static struct store store;

static int open_store(void **state)
{
    (void)state;
    static struct random_fetched fetched;
    struct random_source random = random_system(&fetched);
    return mkdtemp(folder) != NULL && store_open(&store, folder, &random, NULL) ? 0 : -1;
}

/* Removes everything below `path`. Returns how many of it were not directories. */
static unsigned empty_folder(const char *path)
{
    unsigned count = 0;
    DIR *listing = opendir(path);
    assert_non_null(listing);
    const struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        char below[4096];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (unlink(below) == 0) {
            count++;
        } else {
            count += empty_folder(below);
            assert_int_equal(rmdir(below), 0);
        }
    }
    (void)closedir(listing);
    return count;
}

static int close_store(void **state)
{
    (void)state;
    store_close(&store);
    return rmdir(folder);
}

static struct upload *begin(const char *type, const char *url)
{
    struct upload_setup setup = {.store = &store, .content_type = type, .url_path = url};
    struct upload *upload = upload_new(&setup, NULL);
    assert_non_null(upload);
    return upload;
}

/* Receives a whole form. NULL with `error`: it was rejected and freed. */
static struct upload *receive_form(const char *body, struct error *error)
{
    struct upload *upload = begin(FORM, "/");
    if (upload_push(upload, body, strlen(body), error) && upload_finish(upload, error))
        return upload;
    upload_free(upload);
    return NULL;
}

static void assert_holds(const char *path, const char *content)
{
    char full[4096];
    char got[64] = "";
    (void)snprintf(full, sizeof full, "%s/%s", folder, path);
    int descriptor = open(full, O_RDONLY);
    assert_true(descriptor >= 0);
    assert_true(read(descriptor, got, sizeof got - 1) >= 0);
    (void)close(descriptor);
    assert_string_equal(got, content);
}

static void assert_refused(const char *body, enum error_class class, const char *word)
{
    struct error error = {.class = ERROR_NONE};
    assert_null(receive_form(body, &error));
    assert_int_equal(error.class, class);
    assert_non_null(strstr(error.text, word));
    assert_int_equal(empty_folder(folder), 0);
}

static void a_form_is_stored_under_its_path_wherever_that_stands(void **state)
{
    (void)state;
    struct upload *upload = receive_form(TEXT("path", "a/b") FILE_PART("f", "content") END, NULL);
    assert_non_null(upload);
    assert_holds("a/b", "content");
    size_t count;
    const struct upload_part *parts = upload_parts(upload, &count);
    assert_int_equal(count, 2);
    assert_string_equal(parts[0].value, "a/b");
    assert_string_equal(parts[1].path, "a/b");
    assert_string_equal(parts[1].sha256, DIGEST);
    upload_free(upload);
    upload = receive_form(FILE_PART("f", "new") TEXT("path", "a/b") END, NULL);
    assert_non_null(upload);
    assert_holds("a/b", "new");
    upload_free(upload);
    assert_int_equal(empty_folder(folder), 1);
}

static void several_files_stand_in_the_folder_of_the_path(void **state)
{
    (void)state;
    struct upload *upload =
        receive_form(FILE_PART("x/one", "1") TEXT("path", "d/p") FILE_PART("two", "2") END, NULL);
    assert_non_null(upload);
    assert_holds("d/one", "1");
    assert_holds("d/two", "2");
    upload_free(upload);
    assert_int_equal(empty_folder(folder), 2);
}

static void a_raw_body_is_stored_under_the_url(void **state)
{
    (void)state;
    struct upload *upload = begin("text/plain", "/a%20b/c");
    assert_true(upload_push(upload, "con", 3, NULL) && upload_push(upload, "tent", 4, NULL));
    assert_true(upload_finish(upload, NULL));
    assert_holds("a b/c", "content");
    upload_free(upload);
    assert_int_equal(empty_folder(folder), 1);
}

static void what_is_given_up_leaves_nothing(void **state)
{
    (void)state;
    struct upload *upload = begin(FORM, "/");
    static const char most[] = TEXT("path", "a/b") FILE_PART("f", "content");
    assert_true(upload_push(upload, most, sizeof most - 1, NULL));
    upload_free(upload);
    assert_int_equal(empty_folder(folder), 0);
    upload_free(begin(NULL, "/x"));
    assert_int_equal(empty_folder(folder), 0);
}

static void what_is_wrong_is_refused_whole(void **state)
{
    (void)state;
    assert_refused(FILE_PART("a", "1") FILE_PART("a", "2") END, ERROR_DATA, "one path");
    assert_refused(FILE_PART("a", "1") TEXT("path", "../a") END, ERROR_DATA, "'..'");
    assert_refused(FILE_PART("a", "1") FILE_PART("", "2") END, ERROR_DATA, "empty");
    assert_refused(FILE_PART("..", "1") END, ERROR_DATA, "'..'");
    assert_refused(FILE_PART("a", "1"), ERROR_DATA, "closing delimiter");
    assert_refused(TEXT("path", "a") TEXT("path", "a") END, ERROR_DATA, "two fields");
}

static void a_file_that_stands_in_the_way_is_the_clients_matter(void **state)
{
    (void)state;
    upload_free(receive_form(FILE_PART("a", "1") END, NULL));
    struct error error;
    assert_null(receive_form(TEXT("path", "a/b") FILE_PART("f", "2") END, &error));
    assert_int_equal(error.class, ERROR_DATA);
    assert_holds("a", "1");
    assert_int_equal(empty_folder(folder), 1);
}

static void a_folder_that_vanishes_meanwhile_is_an_error_and_no_crash(void **state)
{
    (void)state;
    upload_free(receive_form(TEXT("path", "d/x") FILE_PART("f", "1") END, NULL));
    struct upload *upload = begin(FORM, "/");
    static const char most[] = TEXT("path", "d/y") FILE_PART("f", "2");
    assert_true(upload_push(upload, most, sizeof most - 1, NULL));
    assert_int_equal(empty_folder(folder), 2);
    struct error error = {.class = ERROR_NONE};
    assert_true(upload_push(upload, END, sizeof END - 1, &error));
    assert_false(upload_finish(upload, &error));
    assert_int_equal(error.class, ERROR_SYSTEM);
    upload_free(upload);
    (void)empty_folder(folder);
}

static void the_json_holds_odd_bytes(void **state)
{
    (void)state;
    struct upload *upload = receive_form(
        TEXT("\xff", "\xfe") TEXT("n", "1") TEXT("n", "2") FILE_PART("\xff", "") END, NULL);
    assert_non_null(upload);
    json_t *parts = upload_parts_json(upload);
    json_t *fields = upload_fields_json(upload);
    const json_t *first = json_array_get(parts, 0);
    assert_string_equal(json_string_value(json_object_get(first, "value")), "\xef\xbf\xbd");
    assert_string_equal(json_string_value(json_object_get(first, "value_base64")), "/g==");
    assert_string_equal(json_string_value(json_object_get(first, "name_base64")), "/w==");
    assert_string_equal(json_string_value(json_object_get(fields, "n")), "2");
    assert_int_equal(json_object_size(fields), 2);
    const json_t *file = json_array_get(parts, 3);
    assert_string_equal(json_string_value(json_object_get(file, "filename_base64")), "/w==");
    assert_int_equal(json_integer_value(json_object_get(file, "size")), 0);
    json_decref(parts);
    json_decref(fields);
    upload_free(upload);
    assert_int_equal(empty_folder(folder), 1);
}

static void what_is_kept_of_text_has_a_limit(void **state)
{
    (void)state;
    struct buf body;
    buf_init(&body, (size_t)16 << 20);
    for (size_t i = 0; i < 80; i++) {
        assert_true(buf_add_text(&body, "--b\r\nContent-Disposition: form-data; name=n\r\n\r\n"));
        for (size_t k = 0; k < UPLOAD_VALUE_MAX / 16; k++)
            assert_true(buf_add_text(&body, "0123456789abcdef"));
        assert_true(buf_add_text(&body, "\r\n"));
    }
    assert_true(buf_add_text(&body, END));
    struct upload *upload = receive_form(body.data, NULL);
    assert_non_null(upload);
    size_t count;
    size_t kept = 0;
    const struct upload_part *parts = upload_parts(upload, &count);
    for (size_t i = 0; i < count; i++)
        kept += parts[i].value_kept;
    assert_int_equal(count, 80);
    assert_in_range(kept, 60, UPLOAD_KEPT_MAX / UPLOAD_VALUE_MAX);
    upload_free(upload);
    buf_free(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_is_stored_under_its_path_wherever_that_stands),
        cmocka_unit_test(several_files_stand_in_the_folder_of_the_path),
        cmocka_unit_test(a_raw_body_is_stored_under_the_url),
        cmocka_unit_test(what_is_given_up_leaves_nothing),
        cmocka_unit_test(what_is_wrong_is_refused_whole),
        cmocka_unit_test(a_file_that_stands_in_the_way_is_the_clients_matter),
        cmocka_unit_test(a_folder_that_vanishes_meanwhile_is_an_error_and_no_crash),
        cmocka_unit_test(the_json_holds_odd_bytes),
        cmocka_unit_test(what_is_kept_of_text_has_a_limit),
    };
    return cmocka_run_group_tests(tests, open_store, close_store);
}
