/* Which files are in which shard. */
#include "config_fixture.h"

#include "core/selection.h"

/* An entry below "dist", as the walk makes it. */
static struct entry *entry_at(const char *path)
{
    static const struct root dist = {.operand = "dist"};
    size_t size = strlen(path) + 1;
    struct entry *entry = calloc(1, sizeof *entry + size);
    assert_non_null(entry);
    entry->root = &dist;
    memcpy(entry->path, path, size);
    return entry;
}

static bool takes(const char *const *pairs, const char *path)
{
    struct config *config = good(pairs);
    struct selection selection;
    struct entry *entry = entry_at(path);
    selection_init(&selection, config);
    bool taken = selection_takes(&selection, entry);
    assert_int_equal(selection.left_out, !taken);
    selection_free(&selection);
    config_free(config);
    free(entry);
    return taken;
}

/* The shard, of three, that has the path, which must be exactly one. */
static unsigned shard_of(const char *path, const char *name, const char *value)
{
    static const char *const shards[] = {"1/3", "2/3", "3/3"};
    unsigned shard = 0;
    for (unsigned i = 0; i < COUNT_OF(shards); i++) {
        if (takes(GIVEN(TO_URL, "shard", shards[i], "form", "file=@{file}", name, value), path)) {
            assert_int_equal(shard, 0);
            shard = i + 1;
        }
    }
    assert_int_not_equal(shard, 0);
    return shard;
}

static void without_a_shard_every_file_is_taken(void **state)
{
    (void)state;
    assert_true(takes(GIVEN(TO_URL), "a.js"));
    assert_true(takes(GIVEN(TO_URL, "shard", "1/1"), "a.js"));
}

/* Computed with sha256sum(1): the hash is a part of the interface. */
static void the_shard_of_a_path_is_the_same_for_ever(void **state)
{
    (void)state;
    assert_int_equal(shard_of("a.js", "jobs", "1"), 1);
    assert_int_equal(shard_of("js/app.js", "jobs", "1"), 1);
    assert_int_equal(shard_of("b", "jobs", "1"), 2);
    assert_int_equal(shard_of("c1", "jobs", "1"), 3);
}

static void files_of_one_pair_are_in_one_shard(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char code[32];
        char map[32];
        (void)snprintf(code, sizeof code, "js/%s.js", names[i]);
        (void)snprintf(map, sizeof map, "js/%s.js.map", names[i]);
        unsigned shard = shard_of(code, "form", "code=@{folder}/{stem}");
        assert_int_equal(shard_of(map, "form", "code=@{folder}/{stem}"), shard);
    }
}

static void files_of_one_group_are_in_one_shard(void **state)
{
    (void)state;
    unsigned shard = shard_of("x/a", "serial-by", "{dir}");
    assert_int_equal(shard_of("x/b", "serial-by", "{dir}"), shard);
    assert_int_equal(shard_of("x/c", "serial-by", "{dir}"), shard);
}

static void a_path_alone_shows_the_shard_where_nothing_else_decides(void **state)
{
    (void)state;
    struct config *config = good(GIVEN(TO_URL, "shard", "1/3"));
    struct selection selection;
    selection_init(&selection, config);
    assert_int_equal(selection_may_have(&selection, "a.js"), true);
    assert_int_equal(selection_may_have(&selection, "b"), false);
    selection_free(&selection);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_shard_every_file_is_taken),
        cmocka_unit_test(the_shard_of_a_path_is_the_same_for_ever),
        cmocka_unit_test(files_of_one_pair_are_in_one_shard),
        cmocka_unit_test(files_of_one_group_are_in_one_shard),
        cmocka_unit_test(a_path_alone_shows_the_shard_where_nothing_else_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
