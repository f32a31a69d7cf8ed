/* The names of an attempt's errors in docs/verdicts.md. */
#ifndef SHOAL_TESTS_ERROR_NAME_H
#define SHOAL_TESTS_ERROR_NAME_H

#include "policy/outcome.h"

/* The name of `error`, such as "would-resend". */
static inline const char *error_name(enum attempt_error error)
{
    static const char *const names[ATTEMPT_ERRORS] = {
        [ATTEMPT_OK] = "ok",
        [ATTEMPT_RESOLVE] = "resolve",
        [ATTEMPT_CONNECT] = "connect",
        [ATTEMPT_CERTIFICATE] = "certificate",
        [ATTEMPT_TLS] = "tls",
        [ATTEMPT_NOT_TLS] = "not-tls",
        [ATTEMPT_PROXY] = "proxy",
        [ATTEMPT_SEND] = "send",
        [ATTEMPT_RECEIVE] = "receive",
        [ATTEMPT_STALL] = "stall",
        [ATTEMPT_GARBAGE] = "garbage",
        [ATTEMPT_LARGE_ANSWER] = "large-answer",
        [ATTEMPT_RESPONSE_TIMEOUT] = "response-timeout",
        [ATTEMPT_WOULD_RESEND] = "would-resend",
        [ATTEMPT_FILE_CHANGED] = "file-changed",
        [ATTEMPT_FILE_UNREADABLE] = "file-unreadable",
        [ATTEMPT_CANCELLED] = "cancelled",
        [ATTEMPT_SETUP] = "setup",
        [ATTEMPT_RESOURCES] = "resources",
    };
    return names[error];
}

#endif
