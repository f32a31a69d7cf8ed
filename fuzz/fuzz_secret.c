/* Redaction. The first line is a secret, the rest is text around it. The redacted text contains
 * neither the secret nor a percent-encoded form of it. */
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"
#include "text/encode.h"
#include "text/secret_forms.h"

#define OUT_MAX (16U << 20)

static bool holds(const struct buf *text, const char *part, size_t length)
{
    return text->length >= length && memmem(buf_text(text), text->length, part, length) != NULL;
}

/* A secret with a `*` may occur in the output because of `***`. */
static void check(const struct secrets *secrets, const char *secret, const struct buf *text)
{
    struct buf out;
    buf_init(&out, OUT_MAX);
    MUST(secrets_redact(secrets, buf_text(text), text->length, &out));
    if (strchr(secret, '*') == NULL)
        MUST(!holds(&out, secret, strlen(secret)));
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    char *secret = fuzz_line(&input);
    size_t length = strlen(secret);
    struct secrets *secrets = secrets_new();
    MUST(secrets != NULL && secret_forms_add_basic(secrets, "user", secret));
    if (length > 0 && length < 256) {
        struct buf text;
        buf_init(&text, OUT_MAX);
        MUST(buf_add(&text, input.next, input.left));
        check(secrets, secret, &text);
        MUST(encode_percent(&text, secret, length, ""));
        MUST(buf_add_text(&text, secret));
        check(secrets, secret, &text);
        struct buf decoded;
        buf_init(&decoded, OUT_MAX);
        buf_clear(&text);
        MUST(encode_percent(&decoded, secret, length, "/"));
        MUST(secrets_redact(secrets, buf_text(&decoded), decoded.length, &text));
        MUST(strcmp(buf_text(&text), SECRET_SHOWN_AS) == 0);
        buf_free(&decoded);
        buf_free(&text);
    }
    secrets_free(secrets);
    free(secret);
    return 0;
}
