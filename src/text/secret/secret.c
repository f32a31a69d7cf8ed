#include "text/secret.h"

#include <stdlib.h>

#include "text/secret/private.h"

/* Replaces the forms of one set. */
static bool replace(
    struct secrets *secrets, const char *text, size_t length, bool cut, struct buf *out)
{
    if (secrets == NULL || secrets->count == 0)
        return buf_add(out, text, length);
    struct secret_spans spans = {0};
    bool done = secret_automaton_link(secrets) && secret_scan(secrets, text, length, cut, &spans);
    size_t copied = 0;
    for (size_t i = 0; done && i < spans.count; i++) {
        (void)buf_add(out, text + copied, spans.list[i].start - copied);
        (void)buf_add_text(out, SECRET_SHOWN_AS);
        copied = spans.list[i].end;
    }
    free(spans.list);
    return done && buf_add(out, text + copied, length - copied);
}

static bool redact(
    struct secrets *secrets, const char *text, size_t length, bool cut, struct buf *out)
{
    if (secrets == NULL || secrets->below == NULL)
        return replace(secrets, text, length, cut, out);
    struct buf first;
    buf_init(&first, out->maximum);
    bool done = replace(secrets->below, text, length, cut, &first) &&
                replace(secrets, buf_text(&first), first.length, cut, out);
    buf_free(&first);
    return done;
}

bool secrets_redact(struct secrets *secrets, const char *text, size_t length, struct buf *out)
{
    return redact(secrets, text, length, false, out);
}

bool secrets_redact_cut(struct secrets *secrets, const char *text, size_t length, struct buf *out)
{
    return redact(secrets, text, length, true, out);
}
