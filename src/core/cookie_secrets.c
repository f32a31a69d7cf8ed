#include "core/cookie_secrets.h"

#include <string.h>

#include "text/secret_forms.h"

bool cookie_secrets_add(struct secrets *secrets, const struct buf *values)
{
    bool added = true;
    for (size_t at = 0; added && at < values->length; at += strlen(values->data + at) + 1) {
        size_t length = strlen(values->data + at);
        if (length >= COOKIE_SECRET_LEAST)
            added = secret_forms_add(secrets, values->data + at, length);
    }
    return added;
}

void cookie_secrets_hide(const struct buf *values, struct buf *text)
{
    if (values == NULL || values->length == 0)
        return;
    struct secrets *secrets = secrets_new();
    struct buf shown;
    buf_init(&shown, text->maximum);
    bool hidden = secrets != NULL && cookie_secrets_add(secrets, values) &&
                  secrets_redact(secrets, buf_text(text), text->length, &shown);
    buf_clear(text);
    (void)buf_add_text(text, hidden ? buf_text(&shown) : SECRET_SHOWN_AS);
    buf_free(&shown);
    secrets_free(secrets);
}
