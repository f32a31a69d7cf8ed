/* Every option of the table, used in each wrong way: the error names the option and what to give.
 */
#include "config_fixture.h"

#include <stdio.h>
#include <string.h>

#include "app/args.h"
#include "core/options.h"

/* --- on the command line --- */

static bool take_option(void *context, const struct option_row *row, enum option_manner manner,
    char *value, struct error *error)
{
    (void)manner;
    (void)context;
    return row->scope == OPTION_OUTPUT || option_read(row, value, NULL, error);
}

static bool take_operand(void *context, char *text, struct error *error)
{
    (void)context;
    (void)text;
    (void)error;
    return true;
}

/* Reads one or two arguments, and requires an error with both texts. */
static void refuse(const char *first, const char *second, const char *one, const char *other)
{
    char copies[2][256];
    char *arguments[] = {copies[0], copies[1]};
    enum args_end end;
    struct error error = {0};
    (void)snprintf(copies[0], sizeof copies[0], "%s", first);
    (void)snprintf(copies[1], sizeof copies[1], "%s", second == NULL ? "" : second);
    struct args args = {.option = take_option, .operand = take_operand};
    args.table = options_table(&args.table_count);
    bool read = args_read(&args, second == NULL ? 1 : 2, arguments, &end, &error);
    if (read || strstr(error.text, one) == NULL || strstr(error.text, other) == NULL)
        print_message("# %s %s: '%s'\n", first, second == NULL ? "" : second, error.text);
    assert_false(read);
    assert_non_null(strstr(error.text, one));
    assert_non_null(strstr(error.text, other));
}

static void a_missing_value_or_one_too_many_is_refused(void **state)
{
    (void)state;
    size_t count;
    const struct option_row *rows = options_table(&count);
    for (size_t i = 0; i < count; i++) {
        char option[64];
        char with_value[80];
        char letter[] = {'-', rows[i].letter, '\0'};
        (void)snprintf(option, sizeof option, "--%s", rows[i].name);
        if (rows[i].value == OPTION_FLAG) {
            (void)snprintf(with_value, sizeof with_value, "%s=x", option);
            refuse(with_value, NULL, option, "takes no value");
            continue;
        }
        (void)snprintf(with_value, sizeof with_value, "%s=", option);
        if (!rows[i].may_be_empty)
            refuse(with_value, NULL, option,
                rows[i].value == OPTION_REQUIRED ? "must not be empty" : with_value);
        if (rows[i].value != OPTION_REQUIRED)
            continue;
        refuse(option, NULL, option, "needs a value");
        refuse(option, "--retries", "needs a value", rows[i].shows);
        if (rows[i].letter != 0)
            refuse(letter, NULL, option, "needs a value");
    }
}

/* --- the values --- */

#define VALUES_MOST 7

/* What is wrong for the options whose value has this name in the help. */
static const struct {
    const char *shows;
    const char *values[VALUES_MOST];
} wrong[] = {
    {"N", {"x", "-1", "1x", "1.5", " 1", "99999999999999999999"}},
    {"T", {"x", "-1", "1x", "10 s", "1e3", "99999999999999999999"}},
    {"BYTES", {"x", "-1", "10MB", "k", "0", "99999999999999999999"}},
    {"N/s", {"x", "1", "0/s", "1/y", "1.5/s", "/s"}},
    {"I/N", {"x", "1", "4/3", "0/3", "a/b", "1/2/3"}},
    {"skip|fail|send", {"x", "Skip", "fail,skip"}},
    {"LIST", {"x", "99", "600", "200-", "299-200", "200,,201"}},
    {"LIST|CODES:CHECK", {"x", "99:a", "409:", "4xx:a", "299-200"}},
    {"CODES:CHECK", {"x", "403", "403:", ":a"}},
    {"CHECK", {"x", "json:a", "json:a=1", "text:", "!text:", "jsn:/a=1"}},
    {"NAME=VALUE", {"x", "=x"}},
    {"KEY=VALUE", {"x", "=x", "1=x", "path=x"}},
    {"EXT=TYPE", {"x", "=text/plain", "js=", "js=x"}},
    {"NAME=json:/pointer", {"x", "a=", "a=json:b", "a=header:", "=text"}},
    {"'NAME: VALUE'", {"x", ": x", "a b: c"}},
    {"'+ GLOB'", {"x", "+", "+x", "* x"}},
    {"USER:SECRET", {"x"}},
    {"REF", {"env:", "env:SHOAL_NOT_SET", "file:/nosuch", "fd:x"}},
    {"PROVIDER", {":", "aws:amazon", "a/b", "aws:amz:a:b:c"}},
    {"METHOD", {"A B", "GET\r\nX"}},
    {"TEMPLATE", {"{", "{pth}", "{sha256}"}},
    {"URL", {"htp://h/", "://", "http://"}},
    {"FILE", {"/nosuch/file"}},
    {"DIR", {"/nosuch/file"}},
};

/* What an option needs beside it, so that it is its own value that is wrong. */
static const struct {
    const char *name;
    const char *beside;
    const char *value;
} beside[] = {{"without-pair", "form", "m=@{folder}/{stem}"}, {"pass", "cert", "/dev/null"},
    {"key", "cert", "/dev/null"}, {"base", "PATH", "-"}};

/* Whose file is read by others than config_new(), or made. */
static bool is_read_later(const struct option_row *row)
{
    static const char *const names[] = {"recipe", "config", "journal", "only-failed"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(row->name, names[i]) == 0)
            return true;
    }
    return false;
}

/* The word by which an error names the option. */
static const char *shown_name(const struct option_row *row)
{
    static const struct {
        const char *name;
        const char *shown;
    } others[] = {{"form", "-F"}, {"url", "URL"}, {"key", "--cert"}};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        if (strcmp(row->name, others[i].name) == 0)
            return others[i].shown;
    }
    return row->name;
}

static void refuse_value(const struct option_row *row, const char *value)
{
    const char *pairs[12] = {row->name, value};
    size_t length = 2;
    if (strcmp(row->name, "url") != 0 && strcmp(row->name, "urls") != 0) {
        pairs[length++] = "url";
        pairs[length++] = "https://example.com/{path}";
    }
    bool has_path = false;
    for (size_t i = 0; i < COUNT_OF(beside); i++) {
        if (strcmp(row->name, beside[i].name) != 0)
            continue;
        pairs[length++] = beside[i].beside;
        pairs[length++] = beside[i].value;
        has_path = strcmp(beside[i].beside, "PATH") == 0;
    }
    if (!has_path) {
        pairs[length++] = "PATH";
        pairs[length++] = "dist";
    }
    struct error error = {0};
    struct config *config = config_of(pairs, &error);
    size_t least = strlen(shown_name(row)) + strlen(value) + 10; /* it says more than the two */
    if (config != NULL || strstr(error.text, shown_name(row)) == NULL || strlen(error.text) < least)
        print_message("# --%s '%s': '%s'\n", row->name, value, error.text);
    assert_null(config);
    assert_non_null(strstr(error.text, shown_name(row)));
    assert_true(strlen(error.text) >= least);
}

static void a_wrong_value_is_refused_with_the_name_of_the_option(void **state)
{
    (void)state;
    size_t count;
    size_t refused = 0;
    const struct option_row *rows = options_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].scope != OPTION_ENGINE || rows[i].value != OPTION_REQUIRED ||
            is_read_later(&rows[i]))
            continue;
        for (size_t k = 0; k < COUNT_OF(wrong); k++) {
            if (strcmp(wrong[k].shows, rows[i].shows) != 0)
                continue;
            for (size_t v = 0; v < VALUES_MOST && wrong[k].values[v] != NULL; v++, refused++)
                refuse_value(&rows[i], wrong[k].values[v]);
        }
    }
    assert_true(refused > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_value_or_one_too_many_is_refused),
        cmocka_unit_test(a_wrong_value_is_refused_with_the_name_of_the_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
