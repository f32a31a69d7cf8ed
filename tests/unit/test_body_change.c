/* Large files that change, or cannot be read, while their bodies are sent. */
#include "body_fixture.h"

/* The file `name` changes when `moment` bytes of the body have been returned. */
static void check_change(
    struct fixture *fixture, const struct change *change, const char *name, size_t moment)
{
    struct stream *stream = stream_new(fixture, LENGTH, 5000);
    assert_int_equal(stream_read(stream, moment, 1000), 0);
    change->make(fixture, name);
    int64_t end = stream_read(stream, stream->expected_length, 1000);
    if (end != HTTP_READ_CHANGED)
        fail_msg("%s was %s after %zu bytes: %d", name, change->name, moment, (int)end);
    size_t end_of_a = 4 + LENGTH;
    bool in_a = name[0] == 'a' && moment < end_of_a;
    assert_true(stream->got_length < (in_a ? end_of_a : stream->expected_length));
    const struct reader_file *culprit = &stream->load->files[name[0] - 'a'];
    assert_ptr_equal(body_culprit(stream->body), culprit);
    assert_int_equal(culprit->result, READER_CHANGED);
    char byte;
    assert_int_equal(body_read(stream->body, &byte, 1), HTTP_READ_CHANGED);
    stream_free(stream);
}

static void check_changes_at(struct fixture *fixture, size_t moment)
{
    for (size_t i = 0; i < CHANGES; i++) {
        check_change(fixture, &changes[i], "a", moment);
        check_change(fixture, &changes[i], "b", moment);
    }
    fixture_write(fixture, "a", "", 0);
    fixture_write(fixture, "b", "", 0);
}

static void a_file_that_changes_never_goes_whole(void **state)
{
    /* Before the first byte; in the first file; before its last byte; after it; before the last
     * byte of the second file; before the last byte of the body. */
    const size_t moments[] = {0, CHUNK + 100, 4 + LENGTH - 1, 4 + LENGTH, 4 + LENGTH + 6 + 5000 - 1,
        4 + LENGTH + 6 + 5000 + 3};
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        cold = i % 2 == 1;
        check_changes_at(*state, moments[i]);
    }
}

static void an_empty_file_that_grows_is_noticed(void **state)
{
    struct stream *stream = stream_new(*state, 0, 5000);
    change_grow(*state, "a");
    assert_int_equal(stream_read(stream, stream->expected_length, 1000), HTTP_READ_CHANGED);
    assert_ptr_equal(body_culprit(stream->body), &stream->load->files[0]);
    stream_free(stream);
}

static void a_file_that_changed_while_it_waited_sends_nothing(void **state)
{
    struct stream *stream = stream_new(*state, LENGTH, 5000);
    change_rewrite(*state, "a");
    assert_int_equal(stream_read(stream, stream->expected_length, 1000), HTTP_READ_CHANGED);
    assert_int_equal(stream->got_length, 0);
    stream_free(stream);
}

static void a_file_that_cannot_be_read_on_says_why(void **state)
{
    cold = true;
    struct fixture *fixture = *state;
    struct stream *stream = stream_new(fixture, LENGTH, 5000);
    int writing = openat(fixture->root->descriptor, "a", O_WRONLY | O_CLOEXEC);
    /* The same file at the same descriptor, but not open for reading. */
    assert_true(dup2(writing, stream->load->files[0].descriptor) >= 0);
    close(writing);
    assert_int_equal(stream_read(stream, stream->expected_length, 1000), HTTP_READ_UNREADABLE);
    assert_ptr_equal(body_culprit(stream->body), &stream->load->files[0]);
    assert_int_equal(stream->load->files[0].result, READER_FAILED);
    assert_int_equal(stream->load->files[0].code, EBADF);
    stream_free(stream);
}

#define RACES 60

/* Each time, a thread rewrites the file somewhere in the middle of the stream. */
static void no_race_with_a_writer_returns_a_mixed_body(void **state)
{
    struct fixture *fixture = *state;
    struct rewriter rewriter = {.length = LENGTH};
    unsigned whole = 0;
    unsigned seed = 7;
    fixture_fill(fixture, "a", 'A', LENGTH);
    fixture_write(fixture, "b", "", 0);
    rewriter_add(&rewriter, fixture, "a");
    rewriter_start(&rewriter);
    for (unsigned i = 0; i < RACES; i++) {
        struct load *load = load_new(fixture, "a", NULL);
        struct error error;
        char *got = malloc(LENGTH);
        load->job.whole_most = 0;
        load_do(fixture, load);
        assert_int_equal(load->job.result, READER_OK);
        cold = i % 2 == 1;
        const struct body_piece piece = {.file = &load->files[0]};
        struct stream stream = {.fixture = fixture, .got = got};
        stream.body = body_new(&piece, 1, fixture->reader, CHUNK, &error);
        int64_t end = stream_read(&stream, (size_t)rand_r(&seed) % LENGTH, 30000);
        rewriter_poke(&rewriter, load->files[0].descriptor);
        if (end == 0)
            end = stream_read(&stream, LENGTH, 30000);
        if (end == 0) {
            whole++;
            assert_true(is_uniform(got, LENGTH));
        }
        (void)stream_settle(&stream);
        body_free(stream.body);
        load_free(load);
        free(got);
    }
    rewriter_end(&rewriter);
    print_message("# %u whole, %u changed\n", whole, RACES - whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_that_changes_never_goes_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_file_that_grows_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_file_that_changed_while_it_waited_sends_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_cannot_be_read_on_says_why, setup, teardown),
        cmocka_unit_test_setup_teardown(
            no_race_with_a_writer_returns_a_mixed_body, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
