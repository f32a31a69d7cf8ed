#include "check.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "text/yaml_tree.h"

/* Writes a node as a[..] for a list, m{key=..} for a map, 'text' for a text. */
static void show(struct buf *out, const struct yaml_tree *node)
{
    if (node->key != NULL)
        (void)buf_printf(out, "%s=", node->key);
    if (node->kind == YAML_TREE_TEXT) {
        (void)buf_printf(out, "'%s'", node->text);
        return;
    }
    (void)buf_add_text(out, node->kind == YAML_TREE_LIST ? "[" : "{");
    for (size_t i = 0; i < node->count; i++) {
        (void)buf_add_text(out, i == 0 ? "" : " ");
        show(out, &node->items[i]);
    }
    (void)buf_add_text(out, node->kind == YAML_TREE_LIST ? "]" : "}");
}

static void scalars_are_texts_and_keep_their_order(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *shown;
    } good[] = {
        {"a: 1\nb: yes\nc: ~\nd: null\n", "{a='1' b='yes' c='~' d='null'}"},
        {"z: [1, 'two', \"three\\n\"]\na: {}\n", "{z=['1' 'two' 'three\n'] a={}}"},
        {"- a\n- - b\n  - c\n- d: e\n", "['a' ['b' 'c'] {d='e'}]"},
        {"plain", "'plain'"},
        {"# a comment\na: b\n# another\n", "{a='b'}"},
        {"a: \"b # c\"\nd: 'e # f'  # a comment\n", "{a='b # c' d='e # f'}"},
        {"a: b#c\n", "{a='b#c'}"},
        {"a: |\n  one\n  two\nb: >-\n  one\n  two\n", "{a='one\ntwo\n' b='one two'}"},
        {"a: \xc3\xa9\n", "{a='\xc3\xa9'}"},
        {"%YAML 1.1\n---\na: b\n...\n", "{a='b'}"},
        {"\xef\xbb\xbf"
         "a: b\n",
            "{a='b'}"},
        {"a:\n", "{a=''}"},
        {"a: {b: # why\n  c}\n", "{a={b='c'}}"},
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct yaml_tree root;
        struct error error = {0};
        bool read = yaml_tree_read(good[i].text, strlen(good[i].text), "f", &root, &error);
        if (!read)
            print_message("# %s: %s\n", good[i].text, error.text);
        assert_true(read);
        struct buf shown;
        buf_init(&shown, 10000);
        show(&shown, &root);
        assert_string_equal(buf_text(&shown), good[i].shown);
        buf_free(&shown);
        yaml_tree_free(&root);
    }
}

static void what_is_not_allowed_is_named_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *error;
    } bad[] = {
        {"", "f: it is empty"},
        {"# nothing\n", "f: it is empty"},
        {"a: 1\nb: 2\na: 3\n", "f:3:1: duplicate key 'a': it is in line 1 too"},
        {"a: {b: 1, b: 2}\n", "f:1:11: duplicate key 'b'"},
        {"a: !!str b\n",
            "f:1:4: tags are not allowed: if the value begins with '!', put it in quotes"},
        {"a: !foo\n", "f:1:4: tags are not allowed"},
        {"a: [!x b]\n", "f:1:5: tags"},
        {"a: !!map {b: c}\n", "f:1:4: tags"},
        {"a: !!seq [b]\n", "f:1:4: tags"},
        {"%TAG ! tag:x,2026:\n---\na: b\n", "f:1:1: tags are not allowed: remove %TAG"},
        {"a: &b c\n",
            "f:1:4: anchors are not allowed: if the value begins with '&', put it in quotes"},
        {"a: &b [c]\nd: e\n", "f:1:4: anchors"},
        {"a: &b {c: d}\n", "f:1:4: anchors"},
        {"a: *b\n",
            "f:1:4: aliases are not allowed: if the value begins with '*', put it in quotes"},
        {"? [a]\n: b\n", "f:1:3: a key must be a text"},
        {"? {a: b}\n: c\n", "f:1:3: a key must be a text"},
        {"a: b\n---\nc: d\n", "a second document is not allowed"},
        {"a: https://h/ #x\n", "f:1:4: ' #' after a value begins a comment in YAML: if '#' is part "
                               "of the value, put it in quotes"},
        {"a:\n  - \xc3\xa9 b  # x\n", "f:2:5: ' #' after a value"},
        {"a: [b #c\n  ]\n", "f:1:5: ' #' after a value"},
        {"a: *.js\n",
            "f:1:4: a value that begins with '*' means something else in YAML: put it in quotes"},
        {"f:\n  - *.js\n", "f:2:5: a value that begins with '*'"},
        {"f: [+ a, *.js]\n", "f:1:10: a value that begins with '*'"},
        {"a: @{file}\n", "f:1:4: a value that begins with '@'"},
        {"a: `b`\n", "f:1:4: a value that begins with '`'"},
        {"a: %b\n", "f:1:4: a value that begins with '%'"},
        {"a: {b}/c\n",
            "f:1:4: a value that begins with '{' means something else in YAML: put it in quotes"},
        {"a: \"b\"\nc: {d}{e}\n", "f:2:4: a value that begins with '{'"},
        {"a: b: c\n",
            "f:1:5: ': ' means something else in YAML: if it is part of a value, put it in quotes"},
        {"a:\n\t- b\n", "f:2:1: a TAB cannot be part of the indentation"},
        {"f: [b=@{c}]\n",
            "f:1:8: '{' within [ ] or { } means something else in YAML: if it is part "
            "of a value, put the value in quotes"},
        {"a: {b: c[]}\n", "f:1:9: '[' within [ ] or { } means"},
        {"a:\n  'b\n", "f:2:3: the value in quotes that begins here is wrong: its closing quote is "
                       "missing"},
        {"a: \"\\d\"\n",
            "f:1:4: the value in quotes that begins here is wrong: found unknown escape"},
        {"a: [b\n", "not valid YAML: "},
        {"a: \"\\0\"\n", "f:1:4: a text must not contain a NUL byte"},
        {"a: \xff\n", "f: byte 3: it must be UTF-8 text"},
        {"[[[[[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]]]]", "f:1:17: too many levels"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct yaml_tree root;
        struct error error = {0};
        assert_false(yaml_tree_read(bad[i].text, strlen(bad[i].text), "f", &root, &error));
        if (strstr(error.text, bad[i].error) == NULL)
            print_message("# %s: %s\n", bad[i].text, error.text);
        assert_non_null(strstr(error.text, bad[i].error));
        yaml_tree_free(&root);
    }
}

static void a_wrong_kind_asks_for_quotes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum yaml_tree_kind needed;
        const char *error;
    } bad[] = {
        {"a: {b}\n", YAML_TREE_TEXT,
            "f:1:4: 'a' must be a text, not a map; a text that begins with '{' or contains ': ' is "
            "a map in YAML: put it in quotes"},
        {"a: [b]\n", YAML_TREE_TEXT, "'a' must be a text, not a list; a text that begins with '['"},
        {"a: b\n", YAML_TREE_MAP, "'a' must be a map, not a text"},
        {"a: {b: c}\n", YAML_TREE_LIST, "'a' must be a list, not a map; a text"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct yaml_tree root;
        struct error error = {0};
        assert_true(yaml_tree_read(bad[i].text, strlen(bad[i].text), "f", &root, &error));
        assert_false(yaml_tree_wrong_kind(&error, "f", &root.items[0], "'a'", bad[i].needed));
        if (strstr(error.text, bad[i].error) == NULL)
            print_message("# %s: %s\n", bad[i].text, error.text);
        assert_non_null(strstr(error.text, bad[i].error));
        yaml_tree_free(&root);
    }
}

/* Cut at every byte, a document is read or refused, and nothing leaks. */
static void a_cut_document_is_safe(void **state)
{
    (void)state;
    static const char text[] = "a: [b, {c: \"d\", e: 'f'}]\ng: |\n  h\n  i\nj: &k l\nm: *k\n";
    for (size_t length = 0; length < sizeof text; length++) {
        struct yaml_tree root;
        struct error error = {0};
        if (!yaml_tree_read(text, length, "f", &root, &error))
            assert_true(error.text[0] != '\0');
        yaml_tree_free(&root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_are_texts_and_keep_their_order),
        cmocka_unit_test(what_is_not_allowed_is_named_with_its_place),
        cmocka_unit_test(a_wrong_kind_asks_for_quotes),
        cmocka_unit_test(a_cut_document_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
