#include "check.h"

#include <string.h>

#include "io/digest.h"

#define ALL (DIGEST_SHA256 | DIGEST_SHA1 | DIGEST_MD5)

static void the_digests_of_abc_are_those_of_the_standards(void **state)
{
    (void)state;
    struct digest_texts texts;
    struct digest *digest = digest_new(ALL);
    assert_non_null(digest);
    assert_true(digest_add(digest, "abc", 3));
    assert_true(digest_finish(digest, &texts));
    assert_string_equal(
        texts.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(texts.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_string_equal(texts.md5, "900150983cd24fb0d6963f7d28e17f72");
}

static void no_bytes_have_digests_too(void **state)
{
    (void)state;
    struct digest_texts texts;
    assert_true(digest_finish(digest_new(ALL), &texts));
    assert_string_equal(
        texts.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_string_equal(texts.sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    assert_string_equal(texts.md5, "d41d8cd98f00b204e9800998ecf8427e");
}

static void what_was_not_asked_for_is_empty(void **state)
{
    (void)state;
    struct digest_texts texts;
    memset(&texts, 'x', sizeof texts);
    struct digest *digest = digest_new(DIGEST_SHA1);
    assert_true(digest_add(digest, "abc", 3));
    assert_true(digest_finish(digest, &texts));
    assert_string_equal(texts.sha256, "");
    assert_string_equal(texts.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_string_equal(texts.md5, "");
}

static void pieces_have_the_same_digests_as_the_whole(void **state)
{
    (void)state;
    struct digest_texts whole;
    struct digest_texts pieces;
    static const char text[] = "The quick brown fox jumps over the lazy dog";
    struct digest *digest = digest_new(ALL);
    assert_true(digest_add(digest, text, strlen(text)));
    assert_true(digest_finish(digest, &whole));
    digest = digest_new(ALL);
    for (size_t i = 0; i < strlen(text); i++)
        assert_true(digest_add(digest, text + i, 1));
    assert_true(digest_finish(digest, &pieces));
    assert_memory_equal(&whole, &pieces, sizeof whole);
}

static void one_that_is_not_finished_is_freed(void **state)
{
    (void)state;
    struct digest *digest = digest_new(ALL);
    assert_true(digest_add(digest, "abc", 3));
    digest_free(digest);
    digest_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_digests_of_abc_are_those_of_the_standards),
        cmocka_unit_test(no_bytes_have_digests_too),
        cmocka_unit_test(what_was_not_asked_for_is_empty),
        cmocka_unit_test(pieces_have_the_same_digests_as_the_whole),
        cmocka_unit_test(one_that_is_not_finished_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
