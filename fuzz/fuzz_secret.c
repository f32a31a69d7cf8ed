/* Redaction. The first line is a secret, the rest is text around it. The redacted text contains
 * neither the secret nor an escaped form of it, nor a part of one where the text was cut. */
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
static void check(struct secrets *secrets, const char *secret, const struct buf *text)
{
    struct buf out;
    buf_init(&out, OUT_MAX);
    MUST(secrets_redact(secrets, buf_text(text), text->length, &out));
    if (strchr(secret, '*') == NULL)
        MUST(!holds(&out, secret, strlen(secret)));
    buf_free(&out);
}

/* Wherever an escaped secret is cut, nothing of it is left. */
static void check_cuts(struct secrets *secrets, const struct buf *escaped)
{
    for (size_t length = 1; length <= escaped->length; length++) {
        struct buf out;
        buf_init(&out, OUT_MAX);
        MUST(secrets_redact_cut(secrets, buf_text(escaped), length, &out));
        MUST(strspn(buf_text(&out), "*") == out.length);
        buf_free(&out);
    }
}

/* Writes each byte with the escaping that the matching byte of the input chooses. */
static void escape(
    struct buf *out, const char *secret, size_t length, const struct fuzz_input *input)
{
    for (size_t i = 0; i < length; i++) {
        unsigned byte = (unsigned char)secret[i];
        bool is_ascii = byte < 0x80;
        switch (i < input->left ? (unsigned char)input->next[i] % 6 : 0) {
        case 0:
            MUST(buf_printf(out, "%%25%02x", byte));
            break;
        case 1:
            MUST(buf_printf(out, "\\x%02X", byte));
            break;
        case 2:
            MUST(buf_printf(out, is_ascii ? "&#%u;" : "\\%03o", byte));
            break;
        case 3:
            MUST(buf_printf(out, is_ascii ? "\\\\u%04x" : "%%%02x", byte));
            break;
        case 4:
            MUST(buf_printf(out, is_ascii ? "&amp;#x%x;" : "%%%02x", byte));
            break;
        default:
            MUST(buf_printf(out, is_ascii ? "\\u%04X" : "%%%02x", byte));
        }
    }
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
        check_cuts(secrets, &decoded);
        buf_clear(&decoded);
        buf_clear(&text);
        escape(&decoded, secret, length, &input);
        MUST(secrets_redact(secrets, buf_text(&decoded), decoded.length, &text));
        MUST(strcmp(buf_text(&text), SECRET_SHOWN_AS) == 0);
        check_cuts(secrets, &decoded);
        buf_free(&decoded);
        buf_free(&text);
    }
    secrets_free(secrets);
    free(secret);
    return 0;
}
