#include "core/options.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "core/config.h"
#include "text/nearest.h"

/* The headings in the help. */
#define WHAT   "What to send"
#define FILES  "Which files"
#define HOW    "How many, how often, how long"
#define TLS    "TLS and proxies"
#define OUTPUT "Output"

#define RATE_LEAST 1024                                 /* bytes per second */
#define RATE_MOST  (INT64_C(1000) * 1024 * 1024 * 1024) /* bytes per second */
#define LONGEST_US (INT64_C(366) * 24 * 3600 * CLOCK_US_PER_SECOND)

/* Rows of each kind. `member` is the field of struct config. */
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
#define CHOICES(...)                                                                               \
    .choices = (const char *const[])                                                               \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define COMMAND(long_name, short_name, takes, value_name, ...)                                     \
    ROW(long_name, short_name, OUTPUT, __VA_ARGS__, .scope = OPTION_OUTPUT, .value = (takes),      \
        .shows = (value_name))

/* clang-format off */
static const struct option_row table[] = {
    REPEATS("form", 'F', "NAME=VALUE", WHAT, "Add a form field; NAME=@{file} is the file itself. NAME=VALUE is text, NAME=@PATH a file's content, NAME=?@PATH a file's content if the file exists; ;type=T and ;filename=N may follow. Fields are sent in order. Default: file=@{file}"),
    REPEATS("form-string", 0, "NAME=VALUE", WHAT, "Add a form field with VALUE as literal text"),
    SWITCH("raw", 'T', raw, WHAT, "Send the file itself as the body, with PUT. A URL that ends in / gets {path} appended"),
    ROW("request", 'X', WHAT, "Use this HTTP method. Default: POST for a form, PUT with -T", .value = OPTION_REQUIRED, .shows = "METHOD", .kind = OPTION_TEXT, .field = offsetof(struct config, method), CHOICES("POST", "PUT", "PATCH")),
    REPEATS("header", 'H', "'NAME: VALUE'", WHAT, "Add a header. 'NAME;' sends it empty, 'NAME:' removes one that shoal sends by default"),
    SWITCH("idempotency-key", 0, idempotency_key, WHAT, "Send an Idempotency-Key header. A file keeps its key in every attempt and every run until its path or content changes"),
    SPECIAL("user", 'u', "USER:SECRET", WHAT, "Credentials for Basic authentication. SECRET may be env:NAME, file:PATH or fd:N"),
    SPECIAL("bearer", 0, "REF", WHAT, "Send `Authorization: Bearer` with this token. REF is env:NAME, file:PATH or fd:N"),
    SWITCH("netrc", 0, netrc_home, WHAT, "Take user and password of the URL's host from ~/.netrc"),
    SPECIAL("netrc-file", 0, "FILE", WHAT, "Take them from FILE, which has the format of ~/.netrc"),
    ROW("aws-sigv4", 0, WHAT, "Sign requests with AWS Signature Version 4. PROVIDER is aws:amz[:REGION[:SERVICE]]; what is left out follows from the host. Credentials: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or -u", .value = OPTION_REQUIRED, .shows = "PROVIDER", CHOICES("aws:amz")),
    SPECIAL("url", 0, "URL", WHAT, "The URL to send to. All operands are then PATHs"),
    SPECIAL("urls", 0, "FILE", WHAT, "Send each file to a URL of its own: each line of FILE (-: standard input) is a path, a tab and a URL, or a JSON object with path, url, and perhaps method, headers and fields. All operands are then PATHs"),
    REPEATS("set", 's', "KEY=VALUE", WHAT, "Set the value of {KEY} in templates. VALUE may be env:NAME, file:PATH or fd:N: such a value is read from there and treated as a secret"),
    SPECIAL("recipe", 0, "NAME|FILE", WHAT, "Take options from a recipe. NAME is a built-in one (`shoal recipes` lists them) or NAME.yaml in ~/.config/shoal/recipes; a name that contains a slash is a file's. -s sets its variables"),
    SPECIAL("config", 0, "FILE", WHAT, "Take options from FILE (YAML), over those of --recipe. An option of the command line replaces that of a file. --add-NAME adds a value to one that may be repeated; --no-NAME turns a switch off"),
    REPEATS("type", 0, "EXT=TYPE", WHAT, "Set {type}, the media type, of files whose names end in .EXT"),
    SWITCH("dry-run", 'n', dry_run, WHAT, "Show what would be sent, and send nothing. With -v, show all of it, and what is left out"),

    REPEATS("include", 0, "GLOB", FILES, "Include files that match, as in a .gitignore. The last rule that matches decides. If the first rule is an include, files that match no rule are left out"),
    REPEATS("exclude", 0, "GLOB", FILES, "Leave out files that match"),
    REPEATS("filter", 0, "'+ GLOB'", FILES, "Include ('+ GLOB') or leave out ('- GLOB') files. --filter, --include and --exclude are one list, in the order given"),
    REPEATS("ignore-file", 0, "FILE", FILES, "Leave out files by the rules in FILE, in .gitignore format"),
    SWITCH("no-hidden", 0, no_hidden, FILES, "Leave out files and folders whose names begin with a dot"),
    ROW("follow", 0, FILES, "Follow symbolic links that stay within PATH. With =outside, follow all of them", .value = OPTION_EQUALS_ONLY, .shows = "[=outside]", .kind = OPTION_SWITCH, .field = offsetof(struct config, follow), .word = "outside", CHOICES("outside"), .word_field = offsetof(struct config, follow_outside)),
    VALUE(OPTION_TEXT, "base", 0, "DIR", base, NULL, 0, 0, FILES, "The folder of the paths on standard input. They are opened from it, and it contains them. Default: the working directory"),
    SWITCH("null", '0', nul_separated, FILES, "Paths on standard input end with a NUL byte instead of a newline"),
    VALUE(OPTION_BYTES, "refuse-over", 0, "BYTES", refuse_over, NULL, 1, INT64_MAX, FILES, "Fail files larger than BYTES (suffixes k, M, G) without sending them"),
    ROW("without-pair", 0, FILES, "What to do with a file if its second file does not exist. That is the other file that -F names for it: skip it, fail it, or send it without the field. Default: fail", .value = OPTION_REQUIRED, .shows = "skip|fail|send", .kind = OPTION_CHOICE, CHOICES("fail", "skip", "send")), /* the order of enum config_without_pair */
    VALUE(OPTION_TEXT, "journal", 0, "FILE", journal, NULL, 0, 0, FILES, "Remember in FILE what became of every file. A later run skips what was done and has not changed, and sends the rest"),
    SWITCH("checksum", 0, checksum, FILES, "With --journal, compare SHA-256, not modification time. A file has changed if its size or SHA-256 has"),
    VALUE(OPTION_TEXT, "only-failed", 0, "FILE", only_failed, NULL, 0, 0, FILES, "Send only the files that FILE does not show as sent, exists or skipped. FILE is what --json=FILE wrote, or a journal"),
    ROW("shard", 0, FILES, "Send part I of N of the files, chosen by a hash of {path}. auto: as the variables of Slurm, Kubernetes, AWS Batch or GitLab say", .value = OPTION_REQUIRED, .shows = "I/N", CHOICES("auto")),
    SWITCH("allow-empty", 0, allow_empty, FILES, "Succeed even if no files are found"),

    ROW("jobs", 'j', HOW, "Files in flight at the same time. N is 1 to 4096, or auto to find the number by measuring. Default: auto", .value = OPTION_REQUIRED, .shows = "N", .kind = OPTION_JOBS, .field = offsetof(struct config, jobs), .fallback = "auto", .least = 1, .most = 4096, CHOICES("auto")),
    VALUE(OPTION_NUMBER, "retries", 0, "N", retries, "5", 0, 1000, HOW, "Retry a file N times after failures that may be temporary. Default: 5"),
    REPEATS("rate", 0, "N/s", HOW, "Start at most N requests per second. N/m is per minute, N/h per hour, N/d per day. If given several times, every limit applies"),
    VALUE(OPTION_BYTES, "limit-rate", 0, "BYTES", limit_rate, NULL, RATE_LEAST, RATE_MOST, HOW, "Limit the total upload rate to BYTES per second (suffixes k, M, G). Default: no limit"),
    SPECIAL("serial-by", 0, "TEMPLATE", HOW, "Send files with the same value of TEMPLATE one after another"),
    SWITCH("first-alone", 0, first_alone, HOW, "Send the first file alone, then the others. With --serial-by: the first of each group, and then the rest of the group in parallel"),
    SWITCH("at-most-once", 0, at_most_once, HOW, "Never resend a file that the server may have accepted; report it as unknown"),
    SWITCH("verify-content", 0, verify_content, HOW, "Read each file again after it was accepted. If it differs from what was sent, send it again like a file that changed"),
    VALUE(OPTION_DURATION, "connect-timeout", 0, "T", connect_timeout_us, "10s", 1, LONGEST_US, HOW, "Longest time to establish a connection. T is in seconds, or has a unit: 500ms, 5m, 1h. Default: 10s"),
    VALUE(OPTION_DURATION, "stall-timeout", 0, "T", stall_timeout_us, "60s", 1, LONGEST_US, HOW, "End a transfer on which no data has moved for T. Default: 60s"),
    VALUE(OPTION_DURATION, "response-timeout", 0, "T", response_timeout_us, "5m", 1, LONGEST_US, HOW, "Longest time from the last byte of a request to the end of its response. Default: 5m"),
    VALUE(OPTION_DURATION, "give-up-after", 0, "T", give_up_after_us, "5m", 1, LONGEST_US, HOW, "Stop after T without progress. Default: 5m"),
    VALUE(OPTION_DURATION, "grace", 0, "T", grace_us, "5s", 0, LONGEST_US, HOW, "After an interrupt, wait up to T for files in flight. Default: 5s"),
    VALUE(OPTION_NUMBER, "max-failures", 0, "N", max_failures, NULL, 1, UINT32_MAX, HOW, "Stop after N files have failed. Default: no limit"),
    VALUE(OPTION_NUMBER, "credential-failures", 0, "N", credential_failures, "8", 0, UINT32_MAX, HOW, "Stop sending to a server after N refused credentials. That is 401 or 407 without a success between them, or 403 before any success. 0: never. Default: 8"),
    VALUE(OPTION_CODES, "success", 0, "LIST", rules.success, "200-299", 0, 0, HOW, "Status codes that mean the server accepted the file. LIST has codes and ranges, separated by commas. Default: 200-299"),
    ROW("exists", 0, HOW, "Status codes that mean the server already has the file. CODES:CHECK: only if the response meets CHECK (see --check), where any other text is one to be found. Looked at before --success. Default: none", .value = OPTION_REQUIRED, .shows = "LIST|CODES:CHECK", .repeats = true, .may_be_empty = true),
    REPEATS("reject", 0, "CODES:CHECK", HOW, "Wait and send again after a response that meets CHECK. Its status must be one of CODES; it means that the server did not process the file"),
    REPEATS("check", 0, "CHECK", HOW, "A success counts only if its response meets CHECK. Else the file has failed. CHECK is json:/pointer=value, json:/pointer!=value, text:TEXT or !text:TEXT. The value is a template. If given several times, all must hold"),
    ROW("redirects", 0, HOW, "Follow redirects with status 307 and 308. same: to the same scheme, host and port; HOSTS: to these, too, without credentials (HOST, HOST:PORT or *.DOMAIN, separated by commas). Default: redirects are failures", .value = OPTION_REQUIRED, .shows = "same|HOSTS", CHOICES("same")),
    SWITCH("cookies", 0, cookies, HOW, "Keep the cookies that servers set until the run ends. Each goes back only to the scheme, host and port that set it"),
    REPEATS("capture", 0, "NAME=json:/pointer", HOW, "Put a value of each response into the file's event. It is json:/pointer, header:NAME or text"),

    VALUE(OPTION_TEXT, "cacert", 0, "FILE", cacert, NULL, 0, 0, TLS, "CA certificates to verify the server with (PEM). FILE may be a folder as for --capath. Default: SSL_CERT_FILE and SSL_CERT_DIR from the environment, else those of the system"),
    VALUE(OPTION_TEXT, "capath", 0, "DIR", capath, NULL, 0, 0, TLS, "Folder of CA certificates under the hashes of their names (openssl rehash). Without --cacert, no others are trusted"),
    VALUE(OPTION_TEXT, "cert", 0, "FILE", cert, NULL, 0, 0, TLS, "Client certificate (PEM)"),
    VALUE(OPTION_TEXT, "key", 0, "FILE", key, NULL, 0, 0, TLS, "Private key of the client certificate (PEM), if it is not in the --cert file"),
    SPECIAL("pass", 0, "REF", TLS, "Pass phrase of the private key. REF is env:NAME, file:PATH or fd:N"),
    SWITCH("insecure", 'k', insecure, TLS, "Do not verify the server's certificate"),
    VALUE(OPTION_TEXT, "proxy", 'x', "URL", proxy, NULL, 0, 0, TLS, "Use this proxy. Default: http_proxy, https_proxy, all_proxy and no_proxy from the environment"),
    SWITCH("no-proxy", 0, no_proxy, TLS, "Use no proxy, whatever the environment says"),

    REPEATS("show-header", 0, "NAME", OUTPUT, "Show this header of responses, too. It is shown in failures and in events. The usual ones, such as X-Request-Id, are shown anyway"),
    COMMAND("json", 0, OPTION_EQUALS_ONLY, "[=FILE]", "Write events as JSON, one per line. They go to standard output, or to FILE, which is replaced"),
    COMMAND("append", 0, OPTION_FLAG, NULL, "Add the events to the end of the FILE of --json instead of replacing it"),
    COMMAND("report", 0, OPTION_REQUIRED, "FILE", "Write an HTML report of the run to FILE"),
    COMMAND("junit", 0, OPTION_REQUIRED, "FILE", "Write the result as JUnit XML to FILE"),
    COMMAND("quiet", 'q', OPTION_FLAG, NULL, "Show only failures: no progress, notices or summary"),
    COMMAND("progress", 0, OPTION_REQUIRED, "MODE", "Show progress as a bar, plain lines, or not at all. MODE is bar, plain or none. Default: a bar on a terminal, plain lines elsewhere", .kind = OPTION_CHOICE, CHOICES("bar", "plain", "none")),
    COMMAND("warn-only", 0, OPTION_FLAG, NULL, "Exit with 0 although files failed (1, 75 and 77 become 0)"),
    COMMAND("verbose", 'v', OPTION_FLAG, NULL, "Show a line per file with its response"),
    COMMAND("help", 'h', OPTION_EQUALS_ONLY, "[=all]", "Show the common options; --help all shows all of them", CHOICES("all")),
    COMMAND("version", 'V', OPTION_FLAG, NULL, "Show the version"),
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

const struct option_row *option_find_manner_in(
    const struct option_row *rows, size_t count, const char *name, enum option_manner *manner)
{
    *manner = OPTION_SETS;
    const struct option_row *row = option_find_in(rows, count, name);
    if (row == NULL && strncmp(name, "add-", 4) == 0) {
        *manner = OPTION_ADDS;
        row = option_find_in(rows, count, name + 4);
        return row != NULL && row->scope == OPTION_ENGINE && row->repeats ? row : NULL;
    }
    if (row == NULL && strncmp(name, "no-", 3) == 0) {
        *manner = OPTION_UNDOES;
        row = option_find_in(rows, count, name + 3);
        return row != NULL && row->scope == OPTION_ENGINE && row->kind == OPTION_SWITCH ? row
                                                                                        : NULL;
    }
    return row;
}

const struct option_row *option_nearest_in(
    const struct option_row *rows, size_t count, const char *name)
{
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, rows[i].name);
    return nearest.name == NULL ? NULL : option_find_in(rows, count, nearest.name);
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
