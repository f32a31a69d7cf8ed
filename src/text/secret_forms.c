#include "text/secret_forms.h"

#include <string.h>

#include "text/encode.h"

/* The most bytes of one form. */
#define FORM_MAX (64U << 20)

/* The fewest Base64 digits to look for; shorter pieces occur in other text by chance. */
#define SHORTEST_BASE64 8

/* The fewest bytes of a value without its percent-encoding to look for. */
#define SHORTEST_DECODED 3

static bool add_form(struct secrets *secrets, const struct buf *form)
{
    return !form->failed && secrets_add(secrets, buf_text(form), form->length);
}

/* One byte and the text that replaces it. */
struct replacement {
    char byte;
    const char *text;
};

/* Adds `value` with each byte of the list replaced. The list ends with an entry whose text is NULL.
 */
static bool add_replaced(
    struct secrets *secrets, const char *value, size_t length, const struct replacement *list)
{
    struct buf form;
    buf_init(&form, FORM_MAX);
    for (size_t i = 0; i < length; i++) {
        const struct replacement *found = list;
        while (found->text != NULL && found->byte != value[i])
            found++;
        if (found->text != NULL)
            (void)buf_add_text(&form, found->text);
        else
            (void)buf_add_byte(&form, value[i]);
    }
    bool added = add_form(secrets, &form);
    buf_free(&form);
    return added;
}

/* Adds what a response shows of a value that is not valid UTF-8. */
static bool add_repaired(struct secrets *secrets, const char *value, size_t length)
{
    struct buf repaired;
    buf_init(&repaired, FORM_MAX);
    bool added = utf8_repair(&repaired, value, length) && add_form(secrets, &repaired);
    buf_free(&repaired);
    return added;
}

/* Adds what a server makes of a value that is percent-encoded itself. */
static bool add_decoded(struct secrets *secrets, const char *value, size_t length)
{
    struct buf decoded;
    buf_init(&decoded, FORM_MAX);
    bool added = !decode_percent(&decoded, value, length) || decoded.length < SHORTEST_DECODED ||
                 add_form(secrets, &decoded);
    buf_free(&decoded);
    return added;
}

/* Adds Base64 text in the standard and in the URL alphabet. */
static bool add_both_alphabets(struct secrets *secrets, const char *base64, size_t length)
{
    static const struct replacement url[] = {{'+', "-"}, {'/', "_"}, {0, NULL}};
    return secrets_add(secrets, base64, length) && add_replaced(secrets, base64, length, url);
}

/* Adds Base64 of the value alone, with padding and without. */
static bool add_base64(struct secrets *secrets, const char *value, size_t length)
{
    struct buf form;
    buf_init(&form, FORM_MAX);
    bool added = encode_base64(&form, value, length);
    size_t bare = form.length;
    while (bare > 0 && form.data[bare - 1] == '=')
        bare--;
    added = added && add_both_alphabets(secrets, buf_text(&form), form.length) &&
            (bare < SHORTEST_BASE64 / 2 || add_both_alphabets(secrets, buf_text(&form), bare));
    buf_free(&form);
    return added;
}

/* Adds what Base64 makes of the value within longer text, after `before` bytes (modulo 3): the
 * digits that depend on the value alone. */
static bool add_inner_base64(
    struct secrets *secrets, const char *value, size_t length, size_t before)
{
    struct buf text;
    struct buf form;
    buf_init(&text, FORM_MAX);
    buf_init(&form, FORM_MAX);
    (void)buf_add(&text, "\0\0", before);
    (void)buf_add(&text, value, length);
    bool added = !text.failed && encode_base64(&form, buf_text(&text), text.length);
    size_t first = (before * 8 + 5) / 6;
    size_t end = text.length * 8 / 6;
    if (added && end >= first + SHORTEST_BASE64)
        added = add_both_alphabets(secrets, form.data + first, end - first);
    buf_free(&form);
    buf_free(&text);
    return added;
}

bool secret_forms_add(struct secrets *secrets, const char *value, size_t length)
{
    if (length == 0)
        return true;
    bool added = secrets_add(secrets, value, length) && add_repaired(secrets, value, length) &&
                 add_decoded(secrets, value, length) && add_base64(secrets, value, length);
    for (size_t before = 0; before < 3 && added; before++)
        added = add_inner_base64(secrets, value, length, before);
    return added;
}

bool secret_forms_add_basic(struct secrets *secrets, const char *user, const char *secret)
{
    struct buf credentials;
    buf_init(&credentials, FORM_MAX);
    (void)buf_add_text(&credentials, user);
    (void)buf_add_byte(&credentials, ':');
    (void)buf_add_text(&credentials, secret);
    bool added = !credentials.failed &&
                 add_base64(secrets, buf_text(&credentials), credentials.length) &&
                 secret_forms_add(secrets, secret, strlen(secret));
    buf_free(&credentials);
    return added;
}
