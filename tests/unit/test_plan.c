/* From a file that was found to its request: URL, headers, which files are opened and beneath which
 * folder, and the errors for files that cannot be read. */
#include "plan_fixture.h"

#include <errno.h>

/* How often a line is among the request's headers. */
static unsigned has_header(const struct planned *planned, const char *line)
{
    unsigned count = 0;
    for (const char *const *at = planned->plan->request.headers; *at != NULL; at++)
        count += strcmp(*at, line) == 0;
    return count;
}

static unsigned headers_named(const struct planned *planned, const char *name, const char **line)
{
    unsigned count = 0;
    for (const char *const *at = planned->plan->request.headers; *at != NULL; at++) {
        if (strncasecmp(*at, name, strlen(name)) == 0 && (*at)[strlen(name)] == ':') {
            *line = *at;
            count++;
        }
    }
    return count;
}

static unsigned open_descriptors(void)
{
    unsigned count = 0;
    DIR *folder = opendir("/dev/fd");
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count;
}

static void a_request_has_its_url_method_headers_and_user(void **state)
{
    (void)state;
    make_file("dist/a b/c.js", "12345");
    struct planned *planned =
        planned_made(GIVEN("url", "https://e/{path}?s={size}", "header", "X-Name: {name}", "header",
                         "Accept:", "user", "me:word", "request", "PATCH"),
            "a b/c.js", WHOLE);
    const struct http_request *request = &planned->plan->request;
    char type[120];
    assert_string_equal(request->url, "https://e/a%20b/c.js?s=5");
    assert_string_equal(request->method, "PATCH");
    assert_string_equal(request->user_password, "me:word");
    assert_int_equal(has_header(planned, "X-Name: c.js"), 1);
    assert_int_equal(has_header(planned, "Accept:"), 1);
    (void)snprintf(type, sizeof type, "Content-Type: multipart/form-data; boundary=%s",
        planned->plan->form.boundary);
    assert_int_equal(has_header(planned, type), 1);
    assert_int_equal(plan_file_size(planned->plan), 5);
    planned_free(planned);
}

static void a_raw_body_has_the_type_that_was_given_or_none(void **state)
{
    (void)state;
    const char *line;
    make_file("dist/a", "x");
    struct planned *planned = planned_made(GIVEN("url", "https://e/", "raw", NULL), "a", WHOLE);
    assert_string_equal(planned->plan->request.url, "https://e/a");
    assert_int_equal(has_header(planned, "Content-Type:"), 1);
    planned_free(planned);
    planned = planned_made(
        GIVEN("url", "https://e/", "raw", NULL, "header", "content-type: text/x"), "a", WHOLE);
    assert_int_equal(headers_named(planned, "content-type", &line), 1);
    assert_string_equal(line, "content-type: text/x");
    planned_free(planned);
}

static void every_request_has_a_boundary_of_its_own(void **state)
{
    (void)state;
    char first[MULTIPART_BOUNDARY_LENGTH + 1];
    make_file("dist/a", "x");
    struct planned *planned = planned_made(GIVEN(TO_URL), "a", WHOLE);
    memcpy(first, planned->plan->form.boundary, sizeof first);
    plan_reset(planned->plan);
    assert_true(planned_load(planned, WHOLE) && planned_finish(planned));
    assert_string_not_equal(first, planned->plan->form.boundary);
    planned_free(planned);
}

static void digests_are_of_the_content(void **state)
{
    (void)state;
    make_file("dist/a", "abc");
    struct planned *planned =
        planned_made(GIVEN("url", "https://e/{sha1}", "header", "X: {md5}"), "a", WHOLE);
    assert_string_equal(
        planned->plan->request.url, "https://e/a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_int_equal(has_header(planned, "X: 900150983cd24fb0d6963f7d28e17f72"), 1);
    planned_free(planned);
}

static void make_key(const char *path, const char *content, size_t whole_most, char *key)
{
    const char *line;
    char file[64];
    (void)snprintf(file, sizeof file, "dist/%s", path);
    make_file(file, content);
    struct planned *planned =
        planned_made(GIVEN(TO_URL, "idempotency-key", NULL), path, whole_most);
    assert_int_equal(headers_named(planned, "Idempotency-Key", &line), 1);
    (void)snprintf(key, 64, "%s", line);
    planned_free(planned);
}

static void an_idempotency_key_follows_from_path_and_content(void **state)
{
    (void)state;
    char key[64], again[64], streamed[64], other_path[64], other_content[64];
    make_key("a", "1", WHOLE, key);
    make_key("a", "1", WHOLE, again);
    make_key("a", "1", 0, streamed);
    make_key("b", "1", WHOLE, other_path);
    make_key("a", "2", WHOLE, other_content);
    assert_int_equal(strlen(key), strlen("Idempotency-Key: \"\"") + 32);
    assert_true(key[17] == '"' && key[strlen(key) - 1] == '"');
    assert_string_equal(key, again);
    assert_string_equal(key, streamed);
    assert_string_not_equal(key, other_path);
    assert_string_not_equal(key, other_content);
}

static void a_path_below_the_folder_is_opened_beneath_it(void **state)
{
    (void)state;
    make_file("dist/a", "x");
    make_file("dist/b", "y");
    make_file("beside", "z");
    struct planned *planned = planned_made(
        GIVEN(TO_URL, "form", "f=@{file}", "form", "g=@{folder}/b", "form", "h=@beside"), "a",
        WHOLE);
    assert_ptr_equal(planned->plan->files[0].root, planned->root);
    assert_string_equal(planned->plan->files[0].path, "a");
    assert_ptr_equal(planned->plan->files[1].root, planned->root);
    assert_string_equal(planned->plan->files[1].path, "b");
    assert_null(planned->plan->files[2].root);
    planned_free(planned);
}

/* What the user wrote may lead out of the folder; a file's name or a link must not. */
static void only_a_path_that_the_user_wrote_leads_out_of_the_folder(void **state)
{
    (void)state;
    make_file("dist/sub/a", "x");
    make_file("dist2/b", "y");
    make_file("dist/..b", "z");
    make_file("dist/a", "x");
    make_file("dist/b../c", "z");
    make_file("dist/b", "not this one");
    make_file("dist2b", "y");
    make_link("../../dist2/b", "dist/sub/link");
    const char *const *climbs = GIVEN(TO_URL, "form", "f=@{file}", "form",
        "g=@{folder}/../../dist2/b", "form", "h=@{folder}/../..b");
    struct planned *planned = planned_made(climbs, "sub/a", WHOLE);
    assert_null(planned->plan->files[1].root);
    assert_null(planned->plan->files[2].root);
    planned_free(planned);
    planned = planned_made(
        GIVEN(TO_URL, "form", "f=@{file}", "form", "g=@dist2/b", "form", "h=@dist/..b"), "sub/a",
        WHOLE);
    assert_null(planned->plan->files[1].root);
    assert_ptr_equal(planned->plan->files[2].root, planned->root);
    planned_free(planned);
    /* Names that only look like it. */
    planned = planned_made(
        GIVEN(TO_URL, "form", "f=@{file}", "form", "g=@dist2b", "form", "h=@{folder}/b../c"), "a",
        WHOLE);
    assert_null(planned->plan->files[1].root);
    assert_ptr_equal(planned->plan->files[2].root, planned->root);
    planned_free(planned);
    planned = planned_new(GIVEN(TO_URL, "form", "f=@{file}", "form", "g=@{folder}/link"), "sub/a");
    assert_true(planned_load(planned, WHOLE));
    assert_ptr_equal(plan_unreadable(planned->plan), &planned->plan->files[1]);
    assert_int_equal(planned->plan->files[1].result, READER_LINK);
    planned_free(planned);
}

static void the_file_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    make_file("dist/a", "x");
    struct planned *planned =
        planned_new(GIVEN(TO_URL, "form", "f=@{file}", "form", "m=@{file}.map"), "a");
    assert_true(planned_load(planned, WHOLE));
    const struct reader_file *culprit = plan_unreadable(planned->plan);
    assert_ptr_equal(culprit, &planned->plan->files[1]);
    plan_explain(culprit, &planned->body);
    assert_string_equal(buf_text(&planned->body), "'a.map': no such file (any more)");
    planned_free(planned);
}

static void each_reason_has_its_sentence(void **state)
{
    (void)state;
    static const struct {
        enum reader_result result;
        int code;
        const char *words;
    } reasons[] = {
        {READER_MISSING, 0, "no such file"},
        {READER_NOT_REGULAR, 0, "not a regular file"},
        {READER_LINK, 0, "symbolic link"},
        {READER_CHANGED, 0, "changed while it was read"},
        {READER_SIZE_WRONG, 0, "/proc"},
        {READER_FAILED, EACCES, "permission denied"},
    };
    struct buf sentence;
    buf_init(&sentence, 1000);
    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        struct reader_file file = {
            .path = "some/file", .result = reasons[i].result, .code = reasons[i].code};
        buf_clear(&sentence);
        plan_explain(&file, &sentence);
        assert_non_null(strstr(buf_text(&sentence), "'some/file': "));
        assert_non_null(strstr(buf_text(&sentence), reasons[i].words));
    }
    buf_free(&sentence);
}

static void a_value_that_is_not_allowed_in_a_header_fails_the_file(void **state)
{
    (void)state;
    make_file("dist/a\nX-Evil: 1", "x");
    struct planned *planned =
        planned_new(GIVEN(TO_URL, "header", "X-Name: {name}"), "a\nX-Evil: 1");
    assert_true(planned_load(planned, WHOLE));
    assert_false(planned_finish(planned));
    assert_non_null(strstr(planned->error.text, "name"));
    planned_free(planned);
}

/* A plan is used for one file after another: nothing of the file before remains, not even an open
 * descriptor. */
static void a_plan_is_reused(void **state)
{
    (void)state;
    make_file("dist/a", "first");
    make_file("dist/a.map", "map");
    make_file("dist/b", "2");
    struct planned *planned = planned_new(
        GIVEN("url", "https://e/{path}", "form", "m=?@{file}.map", "form", "f=@{file}"), "a");
    unsigned before = open_descriptors();
    for (int round = 0; round < 6; round++) {
        const char *name = round % 2 == 0 ? "a" : "b";
        planned_choose(planned, name);
        assert_true(planned_load(planned, round < 3 ? 0 : WHOLE) && planned_finish(planned));
        assert_ptr_equal(
            planned->plan->request.url, strstr(planned->plan->request.url, "https://e/"));
        assert_string_equal(planned->plan->request.url + 10, name);
        const char *body = planned_body(planned);
        assert_true((strstr(body, "name=\"m\"") != NULL) == (round % 2 == 0));
        assert_true((strstr(body, "first") != NULL) == (round % 2 == 0));
        plan_reset(planned->plan);
        assert_int_equal(open_descriptors(), before);
    }
    planned_free(planned);
}

static void the_path_to_open_is_the_folder_and_the_path_below_it(void **state)
{
    (void)state;
    struct root root = {.operand = (char *)"/x y", .descriptor = -1};
    struct entry *entry = calloc(1, sizeof *entry + 32);
    struct buf path;
    assert_non_null(entry);
    buf_init(&path, 100);
    entry->root = &root;
    entry->relative = 4;
    memcpy(entry->path, "x y/sub/a", 10);
    assert_true(plan_file_path(entry, &path));
    assert_string_equal(buf_text(&path), "/x y/sub/a");
    buf_free(&path);
    free(entry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(a_request_has_its_url_method_headers_and_user),
        IN_SCRATCH(a_raw_body_has_the_type_that_was_given_or_none),
        IN_SCRATCH(every_request_has_a_boundary_of_its_own),
        IN_SCRATCH(digests_are_of_the_content),
        IN_SCRATCH(an_idempotency_key_follows_from_path_and_content),
        IN_SCRATCH(a_path_below_the_folder_is_opened_beneath_it),
        IN_SCRATCH(only_a_path_that_the_user_wrote_leads_out_of_the_folder),
        IN_SCRATCH(the_file_that_cannot_be_read_is_named),
        IN_SCRATCH(each_reason_has_its_sentence),
        IN_SCRATCH(a_value_that_is_not_allowed_in_a_header_fails_the_file),
        IN_SCRATCH(a_plan_is_reused),
        IN_SCRATCH(the_path_to_open_is_the_folder_and_the_path_below_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
