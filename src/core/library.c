/* Public functions that belong to no other module: names, the version, and text for a terminal. */
#include <shoal.h>
#include <string.h>

#include "text/printable.h"

const char *shoal_version(void)
{
    return SHOAL_VERSION;
}

const char *shoal_verdict_name(enum shoal_verdict verdict)
{
    static const char *const names[SHOAL_VERDICTS] = {
        [SHOAL_SENT] = "sent",
        [SHOAL_EXISTS] = "exists",
        [SHOAL_SKIPPED] = "skipped",
        [SHOAL_FAILED] = "failed",
        [SHOAL_UNKNOWN] = "unknown",
    };
    return (unsigned)verdict < SHOAL_VERDICTS ? names[verdict] : "";
}

const char *shoal_reason_name(enum shoal_reason reason)
{
    static const char *const names[SHOAL_REASONS] = {
        [SHOAL_REASON_NONE] = "",
        [SHOAL_REASON_STATUS] = "status",
        [SHOAL_REASON_CONNECT] = "connect",
        [SHOAL_REASON_TLS] = "tls",
        [SHOAL_REASON_CERTIFICATE] = "certificate",
        [SHOAL_REASON_PROXY] = "proxy",
        [SHOAL_REASON_STALL] = "stall",
        [SHOAL_REASON_TIMEOUT] = "timeout",
        [SHOAL_REASON_CHANGED] = "changed",
        [SHOAL_REASON_UNREADABLE] = "unreadable",
        [SHOAL_REASON_TOO_LARGE] = "too-large",
        [SHOAL_REASON_PAIR] = "pair",
        [SHOAL_REASON_CHECK] = "check",
        [SHOAL_REASON_CREDENTIALS] = "credentials",
        [SHOAL_REASON_NOT_ATTEMPTED] = "not-attempted",
    };
    return (unsigned)reason < SHOAL_REASONS ? names[reason] : "";
}

size_t shoal_printable(const char *text, size_t length, char *out, size_t size)
{
    size_t whole = 0;
    size_t written = 0;
    bool fits = out != NULL && size > 0;
    for (size_t done = 0; text != NULL && done < length;) {
        char piece[PRINTABLE_PIECE];
        size_t piece_length;
        done += printable_next(text + done, length - done, piece, &piece_length);
        whole += piece_length;
        fits = fits && whole < size;
        if (!fits)
            continue;
        memcpy(out + written, piece, piece_length);
        written += piece_length;
    }
    if (out != NULL && size > 0)
        out[written] = '\0';
    return whole;
}
