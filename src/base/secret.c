/* How text is searched: at each byte that can begin a form, every form is tried, and the match that
 * reaches farthest wins. A byte of a form is found as it is or percent-encoded, in either case of
 * the digits, so that it does not matter who encoded which bytes. Matches that overlap are one, so
 * that no tail of a second secret is left behind the first. */
#include "base/secret.h"
#include "base/array.h"
#include "base/wipe.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct form {
    char *bytes;
    size_t length;
};

struct secrets {
    struct form *forms;
    size_t count;
    bool begins[256]; /* a form may be found where this byte stands */
};

struct secrets *secrets_new(void)
{
    return calloc(1, sizeof(struct secrets));
}

void secrets_free(struct secrets *secrets)
{
    if (secrets == NULL)
        return;
    for (size_t i = 0; i < secrets->count; i++) {
        wipe(secrets->forms[i].bytes, secrets->forms[i].length);
        free(secrets->forms[i].bytes);
    }
    free(secrets->forms);
    free(secrets);
}

static bool is_known(const struct secrets *secrets, const char *form, size_t length)
{
    for (size_t i = 0; i < secrets->count; i++) {
        if (secrets->forms[i].length == length &&
            memcmp(secrets->forms[i].bytes, form, length) == 0)
            return true;
    }
    return false;
}

bool secrets_add(struct secrets *secrets, const char *form, size_t length)
{
    if (length == 0 || is_known(secrets, form, length))
        return true;
    struct form *forms = array_grow(secrets->forms, secrets->count, sizeof *forms);
    if (forms == NULL)
        return false;
    secrets->forms = forms;
    char *bytes = malloc(length);
    if (bytes == NULL)
        return false;
    memcpy(bytes, form, length);
    secrets->forms[secrets->count++] = (struct form){bytes, length};
    secrets->begins[(unsigned char)form[0]] = true;
    secrets->begins['%'] = true;
    return true;
}

static int digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* The byte that a `%XX` at the start of `text` stands for, or -1. */
static int percent_byte(const char *text, size_t length)
{
    if (length < 3 || text[0] != '%')
        return -1;
    int high = digit_value(text[1]);
    int low = digit_value(text[2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* Length of the match that `text` begins with, or 0. Where the form itself holds a `%`, a `%` in
 * the text is ambiguous: `encoded` says whether a %XX there is always one byte of the form. */
static size_t match_form(const struct form *form, const char *text, size_t length, bool encoded)
{
    size_t done = 0;
    size_t i = 0;
    while (i < form->length) {
        const char *bytes = form->bytes + i;
        int byte = percent_byte(text + done, length - done);
        if (byte >= 0 && !encoded && byte == percent_byte(bytes, form->length - i)) {
            done += 3;
            i += 3;
        } else if (byte >= 0 && byte == (unsigned char)*bytes) {
            done += 3;
            i++;
        } else if (done < length && text[done] == *bytes && !(encoded && byte >= 0)) {
            done++;
            i++;
        } else {
            return 0;
        }
    }
    return done;
}

static size_t longest_match(const struct secrets *secrets, const char *text, size_t length)
{
    size_t longest = 0;
    for (size_t i = 0; i < secrets->count; i++) {
        for (int encoded = 0; encoded <= 1; encoded++) {
            size_t match = match_form(&secrets->forms[i], text, length, encoded != 0);
            if (match > longest)
                longest = match;
        }
    }
    return longest;
}

/* Where the stretch of overlapping matches that begins at `start` ends; `start`: there is none. */
static size_t stretch_end(
    const struct secrets *secrets, const char *text, size_t length, size_t start)
{
    size_t end = start;
    size_t next = start;
    do {
        if (secrets->begins[(unsigned char)text[next]]) {
            size_t match = longest_match(secrets, text + next, length - next);
            if (next + match > end)
                end = next + match;
        }
        next++;
    } while (next < end);
    return end;
}

bool secrets_redact(const struct secrets *secrets, const char *text, size_t length, struct buf *out)
{
    if (secrets == NULL || secrets->count == 0)
        return buf_add(out, text, length);
    size_t shown = 0;
    size_t next = 0;
    while (next < length) {
        if (!secrets->begins[(unsigned char)text[next]]) {
            next++;
            continue;
        }
        size_t end = stretch_end(secrets, text, length, next);
        if (end == next) {
            next++;
            continue;
        }
        (void)buf_add(out, text + shown, next - shown);
        (void)buf_add_text(out, SECRET_SHOWN_AS);
        shown = next = end;
    }
    return buf_add(out, text + shown, length - shown);
}
