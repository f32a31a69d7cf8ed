/* A journal that was cut or in which bits were flipped: never a crash, and no row that was not
 * written. With SHOAL_WHOLE set, every cut of the last 64 KiB and 10,000 flips; else a tenth. */
#include <stdbool.h>

#include "scratch.h"

#include <stdint.h>

#include "base/random.h"
#include "io/journal_report.h"
#include "journal_fixture.h"
#include "text/units.h"

#define FILES    700
#define LAST     (64 * 1024)
#define FLIPS    10000
#define REPLACED 150 /* of these, one is opened by a run */

static unsigned step(void)
{
    return getenv("SHOAL_WHOLE") == NULL ? 10 : 1;
}

static char *read_all(const char *path, size_t *size)
{
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    char *data = malloc((size_t)facts.st_size);
    int descriptor = open(path, O_RDONLY);
    assert_non_null(data);
    assert_int_equal(read(descriptor, data, (size_t)facts.st_size), facts.st_size);
    (void)close(descriptor);
    *size = (size_t)facts.st_size;
    return data;
}

static void write_all(const char *path, const char *data, size_t size)
{
    /* Not O_TRUNC: ext4 flushes a file that was emptied and written anew. */
    int descriptor = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, data, size), (ssize_t)size);
    assert_int_equal(ftruncate(descriptor, (off_t)size), 0);
    (void)close(descriptor);
}

/* A row that is read must be as it was written. */
static bool is_as_written(void *context, const struct journal_report_row *row, struct error *error)
{
    (void)error;
    int64_t number;
    unsigned *count = context;
    const char *dash = strrchr(row->path, '-');
    assert_non_null(dash);
    char digits[16] = "";
    (void)snprintf(digits, sizeof digits, "%.*s", (int)strcspn(dash + 1, "."), dash + 1);
    assert_true(units_parse_number(digits, 0, FILES, &number));
    struct journal_note *written = fixture_note(JOURNAL_WRITE, (unsigned)number);
    assert_string_equal(row->path, written->path);
    assert_memory_equal(row->destination, written->destination, JOURNAL_HASH);
    assert_int_equal(row->row.state, written->row.state);
    assert_int_equal(row->row.facts.size, written->row.facts.size);
    assert_int_equal(row->row.facts.mtime_seconds, written->row.facts.mtime_seconds);
    free(written);
    ++*count;
    return true;
}

/* Returns whether the journal "damaged" was believed. */
static bool read_damaged(void)
{
    struct error error;
    unsigned count = 0;
    return journal_report_rows("damaged", is_as_written, &count, &error);
}

static void remove_all(void)
{
    DIR *folder = opendir(".");
    for (struct dirent *found; (found = readdir(folder)) != NULL;) {
        if (strncmp(found->d_name, "damaged", 7) == 0)
            (void)unlink(found->d_name);
    }
    (void)closedir(folder);
}

/* A run opens it: it is believed and right, or replaced by one that knows nothing. */
static void open_damaged(void)
{
    struct fixture_journal fixture;
    struct error error;
    if (fixture_open(&fixture, "damaged", &error)) {
        bool replaced = journal_notice(fixture.journal) != NULL;
        for (unsigned number = 0; number < FILES; number += 9)
            assert_false(fixture_recall(&fixture, number) && replaced);
        journal_close(fixture.journal, 0);
    } else {
        assert_non_null(strstr(error.text, "not a journal"));
    }
    remove_all();
}

static void a_cut_journal_is_never_believed(void **state)
{
    (void)state;
    size_t size;
    fixture_make("whole", FILES);
    char *data = read_all("whole", &size);
    size_t first = size > LAST ? size - LAST : 0;
    unsigned opened = 0;
    for (size_t cut = first; cut < size; cut += step()) {
        write_all("damaged", data, cut);
        assert_false(read_damaged());
        if (opened++ % REPLACED == 0)
            open_damaged();
    }
    free(data);
}

static void no_flipped_bit_makes_a_row_that_was_not_written(void **state)
{
    (void)state;
    size_t size;
    struct random_seeded seed;
    struct random_source random = random_from_seed(&seed, 13);
    fixture_make("whole", FILES);
    char *data = read_all("whole", &size);
    unsigned believed = 0;
    for (unsigned i = 0; i < FLIPS / step(); i++) {
        size_t bit = (size_t)(random_below(&random, size * 8));
        data[bit / 8] ^= (char)(1 << bit % 8);
        write_all("damaged", data, size);
        believed += read_damaged();
        if (i % REPLACED == 0)
            open_damaged();
        data[bit / 8] ^= (char)(1 << bit % 8);
    }
    /* Only bits in parts of pages that are not used. */
    assert_true(believed < FLIPS / step() / 2);
    free(data);
}

/* After kill -9 the WAL has what is not in the database yet. */
static void a_cut_wal_loses_only_its_end(void **state)
{
    (void)state;
    size_t size;
    size_t wal_size;
    struct fixture_journal fixture;
    struct error error;
    assert_true(fixture_open(&fixture, "whole", &error));
    for (unsigned i = 0; i < FILES; i++) {
        struct journal_note *note = fixture_note(i % 100 == 99 ? JOURNAL_INTEND : JOURNAL_WRITE, i);
        journal_submit(fixture.journal, note);
        if (i % 100 == 99)
            free(fixture_collect(&fixture));
    }
    char *data = read_all("whole", &size);
    char *wal = read_all("whole-wal", &wal_size);
    unsigned most = 0;
    for (size_t cut = 0; cut < wal_size; cut += 97 * step()) {
        unsigned count = 0;
        write_all("damaged", data, size);
        write_all("damaged-wal", wal, cut);
        (void)unlink("damaged-shm");
        if (journal_report_rows("damaged", is_as_written, &count, &error) && count > most)
            most = count;
    }
    assert_true(most > 0);
    remove_all();
    journal_close(fixture.journal, 0);
    free(data);
    free(wal);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_cut_journal_is_never_believed),
        TEST(no_flipped_bit_makes_a_row_that_was_not_written),
        TEST(a_cut_wal_loses_only_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
