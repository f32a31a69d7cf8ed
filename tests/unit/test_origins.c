/* Which origin a file is for, and which origins are forgotten. */
#include "config_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/sched/origins.h"

#define JOBS 8

struct bench {
    struct config *config;
    struct shares shares;
    struct origins origins;
    struct root root;
    int64_t now_us;
};

static void bench_init(struct bench *bench, const char *url)
{
    const char *const pairs[] = {"PATH", "dist", "url", url, "set", "key=Key.Example", NULL};
    *bench = (struct bench){.root = {.operand = (char *)"/folder", .descriptor = -1}, .now_us = 1};
    bench->config = good(pairs);
    shares_init(&bench->shares, true, JOBS, 2 * JOBS);
    origins_init(&bench->origins, bench->config, &bench->shares, JOBS);
}

static void bench_free(struct bench *bench)
{
    origins_free(&bench->origins);
    shares_free(&bench->shares);
    config_free(bench->config);
}

/* The origin of the file `path`. */
static struct origin *origin_of(struct bench *bench, const char *path)
{
    size_t length = strlen(path) + 1;
    struct entry *entry = calloc(1, sizeof *entry + length);
    assert_non_null(entry);
    entry->root = &bench->root;
    memcpy(entry->path, path, length);
    struct origin *origin = origins_of_entry(&bench->origins, entry, bench->now_us);
    assert_non_null(origin);
    free(entry);
    return origin;
}

static struct origin *numbered(struct bench *bench, int number)
{
    char path[32];
    (void)snprintf(path, sizeof path, "h%d/f", number);
    return origin_of(bench, path);
}

/* Gives the origin a file, or takes it. */
static void give(struct bench *bench, struct origin *origin, struct list_node *file)
{
    list_push_back(&origin->live, file);
    origins_add_file(&bench->origins, origin);
}

static void take(struct bench *bench, struct origin *origin, struct list_node *file)
{
    list_remove(file);
    origins_remove_file(&bench->origins, origin, bench->now_us);
}

static void an_origin_is_scheme_host_and_port_in_any_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *path;
        const char *name;
    } cases[] = {
        {"https://Example.com/up", "a", "https://Example.com"},
        {"HTTP://example.com:80?x=/{path}", "a", "http://example.com"},
        {"https://example.com:80/", "a", "https://example.com:80"},
        {"https://user:pass@example.com:8443/{name}", "a", "https://example.com:8443"},
        {"http://[::1]:8080/", "a", "http://[::1]:8080"},
        {"https://{key}/", "a", "https://Key.Example"},
        {"https://{dir}up", "A.example/b", "https://A.example"},
        {"https://{dir}.example.com/", "x", "https://.example.com"},
        {"https://{stem}.example.com:{ext}/", "d/App.9443", "https://App.example.com:9443"},
        {"http://{dir:raw}up", "127.0.0.1:81/b", "http://127.0.0.1:81"},
        {"http://u@{name}.example/", "a b", "http://{name}.example"},     /* makes no sense */
        {"http://h{size}.example/{name}", "a", "http://h{size}.example"}, /* known too late */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bench bench;
        bench_init(&bench, cases[i].url);
        const struct origin *origin = origin_of(&bench, cases[i].path);
        assert_string_equal(origin->name, cases[i].name);
        assert_int_equal(strcasecmp(origin->key, origin->name), 0);
        assert_int_equal(strcspn(origin->key, "AEK"), strlen(origin->key));
        bench_free(&bench);
    }
}

static void files_of_one_origin_share_it(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, "http://{dir}up");
    struct origin *origin = origin_of(&bench, "a/x");
    assert_ptr_equal(origin_of(&bench, "a/y"), origin);
    assert_ptr_equal(origin_of(&bench, "A/z"), origin);
    assert_ptr_not_equal(origin_of(&bench, "b/x"), origin);
    bench_free(&bench);
    bench_init(&bench, "http://h/{dir}");
    origin = origin_of(&bench, "a/x");
    assert_ptr_equal(origin_of(&bench, "b/x"), origin);
    bench_free(&bench);
}

static void any_number_of_origins_without_files_fits_in_memory(void **state)
{
    (void)state;
    struct bench bench;
    struct list_node file = {0};
    bench_init(&bench, "http://{dir}up");
    struct origin *busy = numbered(&bench, 0);
    give(&bench, busy, &file);
    for (int i = 1; i < 5000; i++)
        (void)numbered(&bench, i);
    assert_in_range(bench.origins.table.count, ORIGINS_IDLE_MOST, ORIGINS_IDLE_MOST + 2);
    assert_ptr_equal(numbered(&bench, 0), busy);
    /* Those that were last without files are still there. */
    size_t count = bench.origins.table.count;
    (void)numbered(&bench, 4999);
    (void)numbered(&bench, 4999 - ORIGINS_IDLE_MOST / 2);
    assert_int_equal(bench.origins.table.count, count);
    take(&bench, busy, &file);
    assert_ptr_equal(numbered(&bench, 0), busy);
    bench_free(&bench);
}

/* Asks for a pause of an hour. */
static void pause_origin(struct bench *bench, struct origin *origin)
{
    origin->retry.paused_until_us = bench->now_us + 3600 * CLOCK_US_PER_SECOND;
}

static void an_origin_that_pauses_or_was_given_up_is_not_forgotten_for_others(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, "http://{dir}up");
    struct origin *pausing = numbered(&bench, 0);
    struct origin *given_up = numbered(&bench, 1);
    pause_origin(&bench, pausing);
    given_up->gave_up = true;
    for (int i = 2; i < 5000; i++)
        (void)numbered(&bench, i);
    assert_in_range(bench.origins.table.count, ORIGINS_IDLE_MOST, ORIGINS_IDLE_MOST + 2);
    assert_ptr_equal(numbered(&bench, 0), pausing);
    assert_ptr_equal(numbered(&bench, 1), given_up);
    bench.now_us += 3601 * CLOCK_US_PER_SECOND;
    for (int i = 5000; i < 10000; i++)
        (void)numbered(&bench, i);
    size_t count = bench.origins.table.count;
    (void)numbered(&bench, 1);
    assert_int_equal(bench.origins.table.count, count);
    (void)numbered(&bench, 0); /* its pause is over, and it was forgotten */
    assert_in_range(bench.origins.table.count, count, count + 1);
    bench_free(&bench);
}

static void any_number_of_pausing_origins_fits_in_memory(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, "http://{dir}up");
    for (int i = 0; i < 3 * ORIGINS_PAUSING_MOST; i++)
        pause_origin(&bench, numbered(&bench, i));
    assert_in_range(bench.origins.table.count, ORIGINS_PAUSING_MOST, ORIGINS_PAUSING_MOST + 2);
    bench_free(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_origin_is_scheme_host_and_port_in_any_spelling),
        cmocka_unit_test(files_of_one_origin_share_it),
        cmocka_unit_test(any_number_of_origins_without_files_fits_in_memory),
        cmocka_unit_test(an_origin_that_pauses_or_was_given_up_is_not_forgotten_for_others),
        cmocka_unit_test(any_number_of_pausing_origins_fits_in_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
