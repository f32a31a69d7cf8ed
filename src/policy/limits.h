/* Rate limits that a response's headers announce: how long to send nothing to the origin.
 *
 * These headers are read, in any case of letters:
 *     RateLimit: limit=10, remaining=0, reset=5       (IETF httpapi-ratelimit-headers, to draft 07)
 *     RateLimit: "default";r=0;t=5                    (the same, draft 08 and later)
 *     RateLimit-Remaining, RateLimit-Reset            (the same, first drafts)
 *     X-RateLimit-Remaining, X-RateLimit-Reset        (GitHub and many others)
 *     X-Rate-Limit-Remaining, X-Rate-Limit-Reset      (Raygun, without a reset) */
#ifndef SHOAL_POLICY_LIMITS_H
#define SHOAL_POLICY_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/* The longest pause that limits_pause_us() returns, in seconds. */
#define LIMITS_PAUSE_MOST_SECONDS 3600

/* Reads `length` bytes of header lines, each `Name: value` and a line feed, which the last may
 * lack. Returns the pause in microseconds: 0 unless a limit has nothing remaining; one second, the
 * shortest window in use, if no header says when it is reset; the longest pause of several limits.
 * A reset may be in seconds from now, or a moment in seconds or milliseconds since 1970, told apart
 * by its size; `wall_seconds` is now, in seconds since 1970. Malformed headers are ignored. */
int64_t limits_pause_us(const char *headers, size_t length, int64_t wall_seconds);

#endif
