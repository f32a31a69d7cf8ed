#include "app/again.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/wipe.h"
#include "core/reference.h"
#include "text/credential.h"
#include "text/printable.h"
#include "text/secret.h"

#define TEXT_MAX ((size_t)1024 * 1024) /* bytes of the command */

/* One argument, or an option with its value. */
struct again_part {
    const struct option_row *row; /* NULL: an operand */
    enum option_manner manner;
    char *value; /* owned; NULL: a flag */
};

struct again {
    struct again_part *parts; /* owned */
    size_t count;             /* of `parts` */
    bool failed;              /* something is missing: out of memory */
};

struct again *again_new(void)
{
    return calloc(1, sizeof(struct again));
}

void again_free(struct again *again)
{
    if (again == NULL)
        return;
    for (size_t i = 0; i < again->count; i++)
        wipe_and_free(again->parts[i].value);
    free(again->parts);
    free(again);
}

/* ---- without secrets */

/* Adds `text` up to the separator, and after it what replaces a secret, if the name before it is
 * one of a credential. A value that is a template or a reference has none. */
static void add_named(struct buf *out, const char *text, char separator)
{
    const char *at = strchr(text, separator);
    const char *value = at == NULL ? "" : at + 1 + strspn(at + 1, " ");
    bool is_secret = value[0] != '\0' && value[0] != '@' && strchr(value, '{') == NULL &&
                     !reference_is(value) && credential_is_name(text, (size_t)(at - text));
    (void)buf_add(out, text, is_secret ? (size_t)(value - text) : strlen(text));
    if (is_secret)
        (void)buf_add_text(out, SECRET_SHOWN_AS);
}

/* Adds a URL without the password in it and the values of parameters that are credentials. */
static void add_url(struct buf *out, const char *url)
{
    const char *scheme_end = strstr(url, "://");
    const char *authority = scheme_end == NULL ? url : scheme_end + 3;
    const char *host = memrchr(authority, '@', strcspn(authority, "/?#"));
    const char *colon = host == NULL ? NULL : memchr(authority, ':', (size_t)(host - authority));
    if (colon != NULL) {
        (void)buf_add(out, url, (size_t)(colon + 1 - url));
        (void)buf_add_text(out, SECRET_SHOWN_AS);
        url = host;
    }
    size_t length = strcspn(url, "?");
    (void)buf_add(out, url, length);
    for (url += length; url[0] != '\0'; url += length) {
        char parameter[4096];
        (void)buf_add_byte(out, *url++);
        length = strcspn(url, "&");
        if (length >= sizeof parameter) { /* too long to look into: not shown */
            (void)buf_add_text(out, SECRET_SHOWN_AS);
            continue;
        }
        memcpy(parameter, url, length);
        parameter[length] = '\0';
        add_named(out, parameter, '=');
        wipe(parameter, sizeof parameter);
    }
}

static void add_user(struct buf *out, const char *value)
{
    const char *colon = strchr(value, ':');
    bool is_secret = colon != NULL && !reference_is(colon + 1);
    (void)buf_add(out, value, is_secret ? (size_t)(colon + 1 - value) : strlen(value));
    if (is_secret)
        (void)buf_add_text(out, SECRET_SHOWN_AS);
}

static void add_shown(struct buf *out, const struct option_row *row, const char *value)
{
    const char *name = row == NULL ? "url" : row->name;
    if (strcmp(name, "user") == 0)
        add_user(out, value);
    else if (strcmp(name, "header") == 0)
        add_named(out, value, ':');
    else if (strcmp(name, "set") == 0 || strncmp(name, "form", 4) == 0)
        add_named(out, value, '=');
    else if (strcmp(name, "proxy") == 0 || strstr(value, "://") != NULL)
        add_url(out, value);
    else
        (void)buf_add_text(out, value);
}

static void add_part(
    struct again *again, const struct option_row *row, enum option_manner manner, const char *value)
{
    struct buf shown;
    struct again_part *parts = array_grow(again->parts, again->count, sizeof *parts);
    again->failed = again->failed || parts == NULL;
    if (parts == NULL)
        return;
    again->parts = parts;
    buf_init(&shown, TEXT_MAX);
    if (value != NULL)
        add_shown(&shown, row, value);
    again->failed = again->failed || shown.failed;
    parts[again->count++] = (struct again_part){
        .row = row, .manner = manner, .value = value == NULL ? NULL : strdup(buf_text(&shown))};
    buf_free(&shown);
}

void again_add_option(
    struct again *again, const struct option_row *row, enum option_manner manner, const char *value)
{
    add_part(again, row, manner, value);
}

void again_add_operand(struct again *again, const char *text)
{
    add_part(again, NULL, OPTION_SETS, text);
}

/* ---- as text for a shell */

static bool is_plain(const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_@%+:,./-=";
    return text[0] != '\0' && text[strspn(text, plain)] == '\0';
}

/* Whether a terminal may get the text as it is. */
static bool is_printable(const char *text)
{
    char piece[PRINTABLE_PIECE];
    size_t length = strlen(text);
    while (length > 0) {
        size_t size;
        size_t step = printable_next(text, length, piece, &size);
        if (text[0] != '\\' && (size != step || memcmp(piece, text, step) != 0))
            return false;
        text += step;
        length -= step;
    }
    return true;
}

static void add_quoted(struct buf *out, const char *text)
{
    if (is_plain(text)) {
        (void)buf_add_text(out, text);
        return;
    }
    bool escapes = !is_printable(text);
    (void)buf_add_text(out, escapes ? "$'" : "'");
    for (; text[0] != '\0'; text++) {
        unsigned char byte = (unsigned char)text[0];
        if (escapes && (byte < 0x20 || byte >= 0x7f || byte == '\'' || byte == '\\'))
            (void)buf_printf(out, "\\%03o", byte);
        else if (byte == '\'')
            (void)buf_add_text(out, "'\\''");
        else
            (void)buf_add_byte(out, (char)byte);
    }
    (void)buf_add_byte(out, '\'');
}

/* Does a recipe say that this value of -s is a secret? */
static bool is_recipe_secret(const struct shoal_options *given, const struct again_part *part)
{
    size_t count;
    const struct option_setting *settings = options_settings(given, &count);
    for (size_t i = 0; part->row != NULL && part->value != NULL && i < count; i++) {
        if (settings[i].secret && settings[i].row == part->row &&
            strcmp(settings[i].value, part->value) == 0)
            return true;
    }
    return false;
}

static void add_value(
    struct buf *out, const struct again_part *part, const struct shoal_options *given)
{
    struct buf shown;
    buf_init(&shown, TEXT_MAX);
    if (is_recipe_secret(given, part))
        (void)buf_printf(
            &shown, "%.*s=" SECRET_SHOWN_AS, (int)strcspn(part->value, "="), part->value);
    else
        (void)buf_add_text(&shown, part->value);
    out->failed = out->failed || shown.failed;
    add_quoted(out, buf_text(&shown));
    buf_free(&shown);
}

static void add_option(
    struct buf *out, const struct again_part *part, const struct shoal_options *given)
{
    static const char *const prefixes[] = {
        [OPTION_SETS] = "", [OPTION_ADDS] = "add-", [OPTION_UNDOES] = "no-"};
    const struct option_row *row = part->row;
    if (row->letter != 0 && part->manner == OPTION_SETS)
        (void)buf_printf(out, "-%c", row->letter);
    else
        (void)buf_printf(out, "--%s%s", prefixes[part->manner], row->name);
    if (part->value == NULL)
        return;
    (void)buf_add_byte(out, row->value == OPTION_EQUALS_ONLY ? '=' : ' ');
    add_value(out, part, given);
}

static bool is_replaced(const struct again_part *part)
{
    static const char *const names[] = {"only-failed", "append"};
    for (size_t i = 0; part->row != NULL && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(part->row->name, names[i]) == 0)
            return true;
    }
    return false;
}

/* The file that tells what became of each file; NULL: there is none. Events tell of a run's own
 * files, so those of a run with --only-failed do not know what was sent before it, unless they
 * were added to the same file. */
static const char *find_record(
    const struct shoal_options *given, const struct output_options *output)
{
    struct stat facts;
    const char *events = output->json_file;
    const char *earlier = options_last(given, "only-failed");
    bool is_regular =
        events != NULL && (stat(events, &facts) != 0 ? errno == ENOENT : S_ISREG(facts.st_mode));
    bool is_whole =
        earlier == NULL || (is_regular && output->append && strcmp(earlier, events) == 0);
    return is_regular && is_whole ? events : options_last(given, "journal");
}

/* The program as it was called. */
static const char *program_name(void)
{
#ifdef __linux__
    return program_invocation_name;
#else
    return getprogname();
#endif
}

char *again_text(const struct again *again, const struct shoal_options *given,
    const struct output_options *output)
{
    struct buf out;
    const char *record = find_record(given, output);
    if (record == NULL || again->failed || options_given(given, "dry-run"))
        return NULL;
    buf_init(&out, TEXT_MAX);
    add_quoted(&out, program_name());
    (void)buf_add_text(&out, " send");
    for (size_t i = 0; i < again->count; i++) {
        const struct again_part *part = &again->parts[i];
        if (is_replaced(part))
            continue;
        (void)buf_add_byte(&out, ' ');
        if (part->row == NULL) {
            (void)buf_add_text(&out, part->value[0] == '-' && part->value[1] != '\0' ? "./" : "");
            add_value(&out, part, given);
        } else {
            add_option(&out, part, given);
        }
    }
    (void)buf_add_text(
        &out, record == output->json_file ? " --append --only-failed " : " --only-failed ");
    add_quoted(&out, record);
    char *text = out.failed ? NULL : buf_detach(&out);
    buf_free(&out);
    return text;
}
