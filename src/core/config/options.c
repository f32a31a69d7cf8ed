#include "core/options.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "core/config.h"

#define WHAT   "What is sent"
#define FILES  "Which files"
#define HOW    "How many, how often, how long"
#define TLS    "TLS and proxies"
#define OUTPUT "What is said"

#define RATE_LEAST 1024
#define RATE_MOST  (INT64_C(1000) * 1024 * 1024 * 1024)
#define LONGEST_US (INT64_C(366) * 24 * 3600 * CLOCK_US_PER_SECOND)

/* A row of each sort; `member` is the field of struct config that it goes to. */
#define ROW(long_name, short_name, heading, text, ...)                                             \
    {                                                                                              \
        .name = (long_name), .letter = (short_name), .group = (heading), .help = (text),           \
        __VA_ARGS__                                                                                \
    }
#define SPECIAL(long_name, short_name, value_name, heading, text)                                  \
    ROW(long_name, short_name, heading, text, .value = OPTION_REQUIRED, .shows = (value_name))
#define REPEATS(long_name, short_name, value_name, heading, text)                                  \
    ROW(long_name, short_name, heading, text, .value = OPTION_REQUIRED, .shows = (value_name),     \
        .repeats = true)
#define SWITCH(long_name, short_name, member, heading, text)                                       \
    ROW(long_name, short_name, heading, text, .kind = OPTION_SWITCH,                               \
        .field = offsetof(struct config, member))
#define VALUE(                                                                                     \
    its_kind, long_name, short_name, value_name, member, otherwise, from, to, heading, text)       \
    ROW(long_name, short_name, heading, text, .value = OPTION_REQUIRED, .shows = (value_name),     \
        .kind = (its_kind), .field = offsetof(struct config, member), .fallback = (otherwise),     \
        .least = (from), .most = (to))
#define COMMAND(long_name, short_name, takes, value_name, text)                                    \
    ROW(long_name, short_name, OUTPUT, text, .scope = OPTION_OUTPUT, .value = (takes),             \
        .shows = (value_name))

/* clang-format off */
static const struct option_row table[] = {
    REPEATS("form", 'F', "NAME=VALUE", WHAT, "A form field, in order: NAME=VALUE is text, NAME=@PATH a file's content, NAME=?@PATH the same if there is such a file; ;type=T and ;filename=N may follow. Default: file=@{file}"),
    REPEATS("form-string", 0, "NAME=VALUE", WHAT, "A form field whose VALUE is taken as it stands"),
    SWITCH("raw", 'T', raw, WHAT, "The body is the file itself, sent with PUT. A URL that ends in / gets {path} appended"),
    VALUE(OPTION_TEXT, "request", 'X', "METHOD", method, NULL, 0, 0, WHAT, "The method. Default: POST for a form, PUT with -T"),
    REPEATS("header", 'H', "'NAME: VALUE'", WHAT, "A header. 'NAME;' sends it empty, 'NAME:' takes away one of shoal's own"),
    SWITCH("idempotency-key", 0, idempotency_key, WHAT, "Send an Idempotency-Key, which is the same in every attempt and every run as long as the file's path and content are"),
    SPECIAL("user", 'u', "USER:SECRET", WHAT, "Credentials for Basic authentication"),
    SPECIAL("url", 0, "URL", WHAT, "The URL; then every operand is a PATH"),
    REPEATS("set", 's', "KEY=VALUE", WHAT, "A value for {KEY} in templates. VALUE may be env:NAME, file:PATH or fd:N: read from there, and never shown"),
    SWITCH("dry-run", 'n', dry_run, WHAT, "Everything but the sending: show what would be sent (with -v all of it)"),

    REPEATS("include", 0, "GLOB", FILES, "Take what matches, as in a .gitignore; the last match of all the rules wins. Where the first rule is one of these, nothing else is taken"),
    REPEATS("exclude", 0, "GLOB", FILES, "Leave out what matches"),
    REPEATS("ignore-file", 0, "FILE", FILES, "Leave out what the lines of this .gitignore say"),
    SWITCH("no-hidden", 0, no_hidden, FILES, "Leave out files and folders whose name begins with a dot"),
    SWITCH("follow", 0, follow, FILES, "Follow links, as long as they stay within PATH"),
    VALUE(OPTION_TEXT, "base", 0, "DIR", base, NULL, 0, 0, FILES, "The folder that paths on standard input lie below. Default: the working folder"),
    SWITCH("null", '0', nul_separated, FILES, "Paths on standard input end with a NUL, not a newline"),
    SWITCH("allow-empty", 0, allow_empty, FILES, "Nothing found is fine"),

    VALUE(OPTION_JOBS, "jobs", 'j', "N", jobs, "auto", 1, 4096, HOW, "Files in flight, 1 to 4096, or auto: as many as the server takes well. Default: auto"),
    VALUE(OPTION_NUMBER, "retries", 0, "N", retries, "5", 0, 1000, HOW, "How often a file is sent again after its end was unclear. Default: 5"),
    REPEATS("rate", 0, "N/s", HOW, "At most N requests a second, or a minute (N/m), hour (N/h), day (N/d); may be given again: every limit holds"),
    VALUE(OPTION_BYTES, "limit-rate", 0, "BYTES", limit_rate, NULL, RATE_LEAST, RATE_MOST, HOW, "At most so many bytes a second in all; k, M or G may stand behind the number"),
    SPECIAL("serial-by", 0, "TEMPLATE", HOW, "Files for which TEMPLATE gives the same text go one after the other"),
    SWITCH("first-alone", 0, first_alone, HOW, "The first file goes alone, the others when it has its verdict; with --serial-by the first of each group, whose others then go side by side"),
    SWITCH("at-most-once", 0, at_most_once, HOW, "Never send again what the server may have taken: such a file is unknown"),
    VALUE(OPTION_DURATION, "connect-timeout", 0, "T", connect_timeout_us, "10s", 1, LONGEST_US, HOW, "For a connection to come about. T is in seconds, or with a unit: 500ms, 5m, 1h. Default: 10s"),
    VALUE(OPTION_DURATION, "stall-timeout", 0, "T", stall_timeout_us, "60s", 1, LONGEST_US, HOW, "A transfer on which nothing moves for so long ends. Default: 60s"),
    VALUE(OPTION_DURATION, "give-up-after", 0, "T", give_up_after_us, "5m", 1, LONGEST_US, HOW, "End the run after so long without progress. Default: 5m"),
    VALUE(OPTION_DURATION, "grace", 0, "T", grace_us, "10s", 0, LONGEST_US, HOW, "For what is in flight when the run is interrupted. Default: 10s"),
    VALUE(OPTION_NUMBER, "max-failures", 0, "N", max_failures, NULL, 1, UINT32_MAX, HOW, "End the run after so many refused files. Default: no limit"),
    VALUE(OPTION_CODES, "success", 0, "LIST", rules.success, "200-299", 0, 0, HOW, "Status codes that mean: taken. Codes and ranges with commas. Default: 200-299"),
    VALUE(OPTION_CODES, "exists", 0, "LIST", rules.exists, NULL, 0, 0, HOW, "Status codes that mean: the server has it already; looked at first. Default: none"),

    VALUE(OPTION_READABLE, "cacert", 0, "FILE", cacert, NULL, 0, 0, TLS, "Certificates to verify the server by, in PEM form"),
    VALUE(OPTION_READABLE, "cert", 0, "FILE", cert, NULL, 0, 0, TLS, "The client's certificate, in PEM form"),
    VALUE(OPTION_READABLE, "key", 0, "FILE", key, NULL, 0, 0, TLS, "The client's private key, where --cert does not hold it"),
    SWITCH("insecure", 'k', insecure, TLS, "Do not verify the server's certificate"),
    VALUE(OPTION_TEXT, "proxy", 'x', "URL", proxy, NULL, 0, 0, TLS, "The proxy to go through. Default: http_proxy, https_proxy and no_proxy of the environment"),
    SWITCH("http1.1", 0, http1, TLS, "Speak HTTP/1.1, as by default"),
    SWITCH("http2", 0, http2, TLS, "Speak HTTP/2 where a server offers it over TLS"),
    SWITCH("no-proxy", 0, no_proxy, TLS, "Go through no proxy, whatever the environment says"),

    COMMAND("json", 0, OPTION_EQUALS_ONLY, "[=FILE]", "Events as JSON, one a line, on standard output, or appended to FILE"),
    COMMAND("quiet", 'q', OPTION_FLAG, NULL, "No progress, notices or summary; failures still get a line"),
    COMMAND("verbose", 'v', OPTION_FLAG, NULL, "A line a file with its response"),
    COMMAND("help", 'h', OPTION_FLAG, NULL, "This text"),
    COMMAND("version", 'V', OPTION_FLAG, NULL, "The version"),
};
/* clang-format on */

#define TABLE_COUNT (sizeof table / sizeof table[0])

const struct option_row *options_table(size_t *count)
{
    *count = TABLE_COUNT;
    return table;
}

const struct option_row *option_find_in(
    const struct option_row *rows, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

const struct option_row *option_find_letter_in(
    const struct option_row *rows, size_t count, char letter)
{
    for (size_t i = 0; i < count; i++) {
        if (letter != 0 && rows[i].letter == letter)
            return &rows[i];
    }
    return NULL;
}

#define NAME_MOST 32

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The number of letters to add, drop or change (Levenshtein), by the usual two rows in one. */
static size_t distance(const char *from, const char *to)
{
    size_t costs[NAME_MOST + 1];
    size_t length = strlen(to);
    for (size_t i = 0; i <= length; i++)
        costs[i] = i;
    for (size_t row = 1; from[row - 1] != '\0'; row++) {
        size_t diagonal = costs[0];
        costs[0] = row;
        for (size_t i = 1; i <= length; i++) {
            size_t changed = diagonal + (from[row - 1] != to[i - 1]);
            diagonal = costs[i];
            costs[i] = least_of(changed, least_of(costs[i], costs[i - 1]) + 1);
        }
    }
    return costs[length];
}

/* A beginning is near to its whole, and one end is often taken for another (retry, retries). */
static size_t distance_for_people(const char *from, const char *to)
{
    size_t common = 0;
    while (from[common] != '\0' && from[common] == to[common])
        common++;
    if (common >= 3 && from[common] == '\0')
        return 1;
    return distance(from, to) - (common >= 3 ? 1 : 0);
}

const struct option_row *option_nearest_in(
    const struct option_row *rows, size_t count, const char *name)
{
    size_t length = strlen(name);
    if (length < 2 || length > NAME_MOST)
        return NULL;
    const struct option_row *nearest = NULL;
    size_t best = length / 3 + 2; /* further off than that is no slip of the fingers */
    for (size_t i = 0; i < count; i++) {
        if (strlen(rows[i].name) > NAME_MOST)
            continue;
        size_t away = distance_for_people(name, rows[i].name);
        if (away < best) {
            best = away;
            nearest = &rows[i];
        }
    }
    return nearest;
}

void option_label(const struct option_row *row, char *out)
{
    if (row->letter != 0)
        (void)snprintf(out, OPTION_LABEL_SIZE, "--%s (-%c)", row->name, row->letter);
    else
        (void)snprintf(out, OPTION_LABEL_SIZE, "--%s", row->name);
}

const struct option_row *options_find(const char *name)
{
    return option_find_in(table, TABLE_COUNT, name);
}

const struct option_row *options_find_letter(char letter)
{
    return option_find_letter_in(table, TABLE_COUNT, letter);
}

const struct option_row *options_nearest(const char *name)
{
    return option_nearest_in(table, TABLE_COUNT, name);
}
