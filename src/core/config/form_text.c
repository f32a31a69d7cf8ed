#include "core/config/form_text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "text/media_type.h"
#include "text/nearest.h"

#define WORD_MOST (16 * 1024 * 1024) /* bytes of a value or a file name */

/* What may follow a value. */
enum suffix {
    SUFFIX_NONE,
    SUFFIX_TYPE,
    SUFFIX_FILE_NAME,
    SUFFIX_HEADERS,
    SUFFIX_ENCODER
};

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* Returns which suffix begins at `text`: a `;` and a name that curl knows. Sets `*rest` to what
 * follows its `=`; leaves it alone for SUFFIX_NONE. */
static enum suffix suffix_at(const char *text, const char **rest)
{
    static const struct {
        const char *key;
        enum suffix suffix;
    } known[] = {
        {"type=", SUFFIX_TYPE},
        {"filename=", SUFFIX_FILE_NAME},
        {"headers=", SUFFIX_HEADERS},
        {"encoder=", SUFFIX_ENCODER},
    };
    if (*text != ';')
        return SUFFIX_NONE;
    text = skip_blanks(text + 1);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t length = strlen(known[i].key);
        if (strncasecmp(text, known[i].key, length) == 0) {
            *rest = text + length;
            return known[i].suffix;
        }
    }
    return SUFFIX_NONE;
}

static const char *find_suffix(const char *text)
{
    const char *rest;
    while (*text != '\0' && suffix_at(text, &rest) == SUFFIX_NONE)
        text++;
    return text;
}

/* Reads the text after an opening quote into `word`. Returns what follows the closing quote, or
 * NULL where there is none. */
static const char *read_quoted(const char *text, struct buf *word)
{
    for (; *text != '\0' && *text != '"'; text++) {
        if (*text == '\\' && (text[1] == '\\' || text[1] == '"'))
            text++;
        (void)buf_add_byte(word, *text);
    }
    return *text == '"' ? text + 1 : NULL;
}

static bool store_word(struct buf *word, char **out, struct error *error)
{
    free(*out);
    *out = buf_detach(word);
    buf_free(word);
    return *out != NULL || error_set_memory(error);
}

/* Reads a value or a file name: quoted, or everything up to the next suffix. A quote that is never
 * closed is text, as in curl. Moves `*text` to after it. */
static bool read_word(const char **text, char **out, struct error *error)
{
    struct buf word;
    buf_init(&word, WORD_MOST);
    const char *after = **text == '"' ? read_quoted(*text + 1, &word) : NULL;
    if (after != NULL) {
        after = skip_blanks(after);
        const char *rest;
        if (*after != '\0' && suffix_at(after, &rest) == SUFFIX_NONE) {
            buf_free(&word);
            return error_set(error, ERROR_USAGE, 0,
                "there is text after the closing quote: only ;type= or ;filename= may follow");
        }
    } else {
        buf_clear(&word);
        after = find_suffix(*text);
        (void)buf_add(&word, *text, (size_t)(after - *text));
    }
    *text = after;
    return store_word(&word, out, error);
}

static bool read_type(const char **text, char **out, struct error *error)
{
    const char *begin = skip_blanks(*text);
    const char *end = find_suffix(begin);
    *text = end;
    while (end > begin && ascii_is_blank(end[-1]))
        end--;
    free(*out);
    *out = strndup(begin, (size_t)(end - begin));
    if (*out == NULL)
        return error_set_memory(error);
    /* A template is checked once it is filled in. */
    return strchr(*out, '{') != NULL || media_type_is_valid(*out) ||
           error_set(
               error, ERROR_USAGE, 0, ";type=%s: it must be a media type, as in text/plain", *out);
}

static bool read_suffixes(const char *text, struct form_text *form, struct error *error)
{
    while (*text != '\0') {
        bool read = false;
        switch (suffix_at(text, &text)) {
        case SUFFIX_TYPE:
            read = read_type(&text, &form->type, error);
            break;
        case SUFFIX_FILE_NAME:
            text = skip_blanks(text);
            read = read_word(&text, &form->file_name, error);
            break;
        case SUFFIX_HEADERS:
            return error_set(error, ERROR_USAGE, 0, ";headers= is not supported");
        case SUFFIX_ENCODER:
            return error_set(error, ERROR_USAGE, 0, ";encoder= is not supported");
        case SUFFIX_NONE: /* a word ends at a suffix or at the end */
            break;
        }
        if (!read)
            return false;
    }
    return true;
}

static const char *read_kind(const char *text, enum config_field_kind *kind)
{
    *kind = CONFIG_TEXT;
    if (text[0] == '@') {
        *kind = CONFIG_FILE;
        return text + 1;
    }
    if (text[0] == '?' && text[1] == '@') {
        *kind = CONFIG_OPTIONAL_FILE;
        return text + 2;
    }
    return text;
}

/* A file's path that seems to contain a suffix with a typo: `@a.js;tpye=text/plain`. */
static bool check_suffix(const char *path, struct error *error)
{
    static const char *const suffixes[] = {"type=", "filename=", NULL};
    const char *semicolon = strrchr(path, ';');
    const char *key = semicolon == NULL ? "" : skip_blanks(semicolon + 1);
    const char *equals = strchr(key, '=');
    struct nearest nearest = nearest_to_part(key, equals == NULL ? 0 : (size_t)(equals + 1 - key));
    char hint[NEAREST_HINT_SIZE];
    nearest_offer_list(&nearest, suffixes);
    return nearest.name == NULL ||
           error_set(error, ERROR_USAGE, 0, "after a PATH may follow ;type= or ;filename=%s",
               nearest_hint(&nearest, "';", "'", hint));
}

static bool check_path(const struct form_text *form, struct error *error)
{
    if (form->kind == CONFIG_TEXT)
        return true;
    if (form->value[0] == '\0')
        return error_set(error, ERROR_USAGE, 0, "the PATH after the @ is missing");
    if (strcmp(form->value, "-") == 0)
        return error_set(error, ERROR_USAGE, 0,
            "@- is not supported: standard input can't be sent with every file");
    return check_suffix(form->value, error);
}

bool form_text_parse(const char *text, struct form_text *form, struct error *error)
{
    *form = (struct form_text){0};
    const char *equals = strchr(text, '=');
    if (equals == NULL)
        return error_set(error, ERROR_USAGE, 0, "it must be NAME=VALUE or NAME=@PATH");
    if (equals == text)
        return error_set(error, ERROR_USAGE, 0, "the name before the = is missing");
    if (equals[1] == '<')
        return error_set(error, ERROR_USAGE, 0,
            "a file's content as text (<) is not supported: use -s KEY=file:PATH and {KEY}");
    form->name = strndup(text, (size_t)(equals - text));
    if (form->name == NULL)
        return error_set_memory(error);
    const char *value = read_kind(equals + 1, &form->kind);
    if (read_word(&value, &form->value, error) && read_suffixes(value, form, error) &&
        check_path(form, error))
        return true;
    form_text_free(form);
    return false;
}

void form_text_free(struct form_text *form)
{
    free(form->name);
    free(form->value);
    free(form->type);
    free(form->file_name);
    *form = (struct form_text){0};
}
