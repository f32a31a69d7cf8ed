#include "check.h"

#include <stdio.h>
#include <string.h>

#include "app/args.h"
#include "base/buf.h"

/* What was read, as text: "name=value " per option, "<operand> " per operand. */
struct reading {
    struct buf seen;
    const char *refuse; /* the name of an option that is rejected */
    enum args_end end;  /* as args_read() set it */
};

static bool take_option(void *context, const struct option_row *row, enum option_manner manner,
    char *value, struct error *error)
{
    static const char *const manners[] = {
        [OPTION_SETS] = "", [OPTION_ADDS] = "add ", [OPTION_UNDOES] = "undo "};
    struct reading *reading = context;
    if (reading->refuse != NULL && strcmp(reading->refuse, row->name) == 0)
        return error_set(error, ERROR_USAGE, 0, "refused");
    return buf_printf(&reading->seen, "%s%s%s%s ", manners[manner], row->name,
        value == NULL ? "" : "=", value == NULL ? "" : value);
}

static bool take_operand(void *context, char *text, struct error *error)
{
    (void)error;
    struct reading *reading = context;
    return buf_printf(&reading->seen, "<%s> ", text);
}

#define MOST 16

/* Reads the words of `line` ("''" is an empty argument). */
static bool read_line(const char *line, struct reading *reading, struct error *error)
{
    static char copy[256];
    char *arguments[MOST];
    int count = 0;
    buf_init(&reading->seen, 1024);
    (void)snprintf(copy, sizeof copy, "%s", line);
    char *rest = copy;
    for (char *word; (word = strsep(&rest, " ")) != NULL && count < MOST;)
        arguments[count++] = strcmp(word, "''") == 0 ? word + 2 : word;
    struct args args = {.option = take_option, .operand = take_operand, .context = reading};
    args.table = options_table(&args.table_count);
    return args_read(&args, count, arguments, &reading->end, error);
}

static void options_are_found_at_any_place(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *seen;
    } good[] = {
        {"a b", "<a> <b> "},
        {"a -q b", "<a> quiet <b> "},
        {"-qn", "quiet dry-run "},
        {"-qj16 a", "quiet jobs=16 <a> "},
        {"-j 16 a", "jobs=16 <a> "},
        {"-j -1", "jobs=-1 "},
        {"-u a:b=c", "user=a:b=c "},
        {"--jobs=4", "jobs=4 "},
        {"--jobs 4", "jobs=4 "},
        {"--jobs=--retries", "jobs=--retries "},
        {"--jobs --bogus", "jobs=--bogus "},
        {"--exists=", "exists= "},
        {"--form a=b=c", "form=a=b=c "},
        {"--form=a=b", "form=a=b "},
        {"--json a", "json <a> "},
        {"--json=f a", "json=f <a> "},
        {"- a", "<-> <a> "},
        {"-q -- -q --jobs --", "quiet <-q> <--jobs> <--> "},
        {"-T a", "raw <a> "},
        {"-0x http://p -", "null proxy=http://p <-> "},
        {"'' a", "<> <a> "},
        {"--no-follow --add-header a:b", "undo follow add header=a:b "},
        {"--add-header=a:b --no-hidden", "add header=a:b no-hidden "},
        {"--no-no-hidden", "undo no-hidden "},
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct reading reading = {.refuse = NULL};
        struct error error = {0};
        assert_true(read_line(good[i].line, &reading, &error));
        assert_string_equal(buf_text(&reading.seen), good[i].seen);
        buf_free(&reading.seen);
    }
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *text;
    } bad[] = {
        {"--retires 3", "unknown option --retires; did you mean --retries?"},
        {"--retr 3", "unknown option --retr; did you mean --retries?"},
        {"--qqqqqqqq", "unknown option --qqqqqqqq"},
        {"--user-secret=a:b", "unknown option --user-secret"},
        {"-qy", "unknown option -y"},
        {"-j", "--jobs (-j) needs a value: N"},
        {"a --form", "--form (-F) needs a value: NAME=VALUE"},
        {"--jobs --retries 3",
            "--jobs (-j) needs a value: N, and '--retries' is an option (--jobs=--retries makes"},
        {"-F --no-raw", "--form (-F) needs a value: NAME=VALUE, and '--no-raw' is an option"},
        {"--jobs=", "--jobs (-j) '': it must not be empty; give N"},
        {"--json=", "--json=: the value is empty; write --json or --json=FILE"},
        {"--quiet=1", "--quiet takes no value"},
        {"--=x", "unknown option --"},
        {"--no-follow=yes", "--no-follow takes no value"},
        {"--add-header", "--header (-H) needs a value"},
        {"--add-retries 3", "--add-retries: --retries cannot be repeated"},
        {"--no-retries", "--no-retries: --retries is not a switch"},
        {"--no-quiet", "unknown option --no-quiet"},
        {"--add-json", "unknown option --add-json"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct reading reading = {.refuse = NULL};
        struct error error = {0};
        assert_false(read_line(bad[i].line, &reading, &error));
        assert_int_equal(error.class, ERROR_USAGE);
        assert_memory_equal(error.text, bad[i].text, strlen(bad[i].text));
        assert_null(strstr(error.text, "a:b"));
        buf_free(&reading.seen);
    }
}

static void help_and_version_end_the_reading(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum args_end end;
    } lines[] = {{"a", ARGS_READ}, {"-q --help --bogus", ARGS_HELP}, {"-qh", ARGS_HELP},
        {"--help all", ARGS_HELP_ALL}, {"--help=all", ARGS_HELP_ALL}, {"-h all", ARGS_HELP_ALL},
        {"--help allx", ARGS_HELP}, {"-V -j", ARGS_VERSION}, {"-- --help", ARGS_READ}};
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct reading reading = {.refuse = NULL};
        struct error error = {0};
        assert_true(read_line(lines[i].line, &reading, &error));
        assert_int_equal(reading.end, lines[i].end);
        buf_free(&reading.seen);
    }
    struct reading reading = {.refuse = NULL};
    struct error error = {0};
    assert_false(read_line("--help=al", &reading, &error));
    assert_non_null(strstr(error.text, "did you mean 'all'?"));
    buf_free(&reading.seen);
}

static void a_rejected_option_ends_the_reading(void **state)
{
    (void)state;
    struct reading reading = {.refuse = "jobs"};
    struct error error = {0};
    assert_false(read_line("a -q -j 3 b", &reading, &error));
    assert_string_equal(error.text, "refused");
    assert_string_equal(buf_text(&reading.seen), "<a> quiet ");
    buf_free(&reading.seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_found_at_any_place),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(help_and_version_end_the_reading),
        cmocka_unit_test(a_rejected_option_ends_the_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
