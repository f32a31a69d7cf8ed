/* At each byte that can begin a form, every form is tried, and the longest match wins. A byte of a
 * form matches as it is or percent-encoded, so it does not matter who encoded which bytes.
 * Overlapping matches are merged, so that the end of a second secret is never left after the
 * first. */
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/wipe.h"

struct form {
    char *bytes;
    size_t length;
};

struct secrets {
    struct form *forms;
    size_t count;
    bool begins[256]; /* indexed by byte: whether a match can begin with it */
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

/* The byte that a `%XX` at the start of `text` encodes, or -1. */
static int percent_byte(const char *text, size_t length)
{
    if (length < 3 || text[0] != '%')
        return -1;
    int high = ascii_hex_value(text[1]);
    int low = ascii_hex_value(text[2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* The length of the match at the start of `text`, or 0. A `%XX` in the text is ambiguous if the
 * form itself contains a `%`: it is one encoded byte of the form, or three bytes of the form as
 * they are. `encoded` selects the first reading. */
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

/* The offset at which the overlapping matches from `start` on end; `start` if there are none. */
static size_t matches_end(
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
    size_t copied = 0;
    size_t next = 0;
    while (next < length) {
        if (!secrets->begins[(unsigned char)text[next]]) {
            next++;
            continue;
        }
        size_t end = matches_end(secrets, text, length, next);
        if (end == next) {
            next++;
            continue;
        }
        (void)buf_add(out, text + copied, next - copied);
        (void)buf_add_text(out, SECRET_SHOWN_AS);
        copied = next = end;
    }
    return buf_add(out, text + copied, length - copied);
}
