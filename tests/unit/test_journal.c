#include <stdbool.h>

#include "scratch.h"

#include "base/path.h"
#include "io/journal_report.h"
#include "journal_fixture.h"

static void what_was_written_is_recalled_by_a_later_run(void **state)
{
    (void)state;
    struct fixture_journal fixture;
    struct error error;
    fixture_make("j", 2500); /* more than two batches */
    assert_true(fixture_open(&fixture, "j", &error));
    assert_true(journal_has_files(fixture.journal));
    assert_null(journal_notice(fixture.journal));
    for (unsigned i = 0; i < 2500; i += 7)
        assert_true(fixture_recall(&fixture, i));
    assert_false(fixture_recall(&fixture, 2500));
    journal_close(fixture.journal, 0);
}

static void a_new_journal_knows_nothing(void **state)
{
    (void)state;
    struct fixture_journal fixture;
    struct error error;
    assert_true(fixture_open(&fixture, "j", &error));
    assert_false(journal_has_files(fixture.journal));
    assert_false(fixture_recall(&fixture, 1));
    journal_close(fixture.journal, 0);
}

static void an_intent_comes_back_once_it_is_committed(void **state)
{
    (void)state;
    struct fixture_journal fixture;
    struct journal_report report;
    struct error error;
    assert_true(fixture_open(&fixture, "j", &error));
    struct journal_note *note = fixture_note(JOURNAL_INTEND, 1);
    note->row.state = JOURNAL_STARTED;
    journal_submit(fixture.journal, note);
    note = fixture_collect(&fixture);
    assert_true(note->done);
    free(note);
    assert_true(journal_report_read("j", &report, &error)); /* while the journal is open */
    assert_int_equal(report.states[JOURNAL_STARTED], 1);
    journal_report_free(&report);
    journal_submit(fixture.journal, fixture_note(JOURNAL_WRITE, 1));
    journal_close(fixture.journal, 0);
    assert_true(journal_report_read("j", &report, &error));
    assert_int_equal(report.states[JOURNAL_STARTED], 0);
    assert_int_equal(report.states[JOURNAL_SENT], 1);
    assert_int_equal(report.runs, 1);
    journal_report_free(&report);
}

static void one_run_at_a_time_even_in_one_process(void **state)
{
    (void)state;
    struct fixture_journal one;
    struct fixture_journal other;
    struct error error;
    char pid[32];
    assert_true(fixture_open(&one, "j", &error));
    assert_false(fixture_open(&other, "./j", &error));
    (void)snprintf(pid, sizeof pid, "process %ld ", (long)getpid());
    assert_non_null(strstr(error.text, pid));
    assert_true(fixture_recall(&one, 1) == false);
    journal_close(one.journal, 0);
    assert_true(fixture_open(&other, "./j", &error));
    journal_close(other.journal, 0);
    assert_int_equal(access("j-lock", F_OK), -1);
}

static void its_own_files_are_named(void **state)
{
    (void)state;
    static const char *const names[] = {"j", "j-wal", "j-shm", "j-lock"};
    struct fixture_journal fixture;
    struct error error;
    struct stat facts;
    assert_true(fixture_open(&fixture, "j", &error));
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(stat(names[i], &facts), 0);
        assert_int_equal(facts.st_mode & 0777, 0600);
        assert_string_equal(path_last_name(journal_own_file(fixture.journal, i)), names[i]);
    }
    assert_null(journal_own_file(fixture.journal, 4));
    journal_close(fixture.journal, 0);
}

static void a_run_that_did_not_take_place_leaves_no_trace(void **state)
{
    (void)state;
    struct fixture_journal fixture;
    struct journal_report report;
    struct error error;
    assert_true(fixture_open(&fixture, "j", &error));
    journal_close(fixture.journal, -1);
    assert_true(journal_report_read("j", &report, &error));
    assert_int_equal(report.runs, 0);
    journal_report_free(&report);
}

static void a_dry_run_makes_nothing(void **state)
{
    (void)state;
    const struct journal_settings settings = {.path = "j", .url = "", .read_only = true};
    struct journal *journal;
    struct error error;
    assert_true(journal_open(&settings, &journal, &error));
    assert_null(journal);
    assert_int_equal(access("j", F_OK), -1);
    fixture_make("j", 3);
    assert_true(journal_open(&settings, &journal, &error));
    assert_true(journal_has_files(journal));
    assert_int_equal(access("j-lock", F_OK), -1);
    journal_close(journal, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_recalled_by_a_later_run),
        TEST(a_new_journal_knows_nothing),
        TEST(an_intent_comes_back_once_it_is_committed),
        TEST(one_run_at_a_time_even_in_one_process),
        TEST(its_own_files_are_named),
        TEST(a_run_that_did_not_take_place_leaves_no_trace),
        TEST(a_dry_run_makes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
