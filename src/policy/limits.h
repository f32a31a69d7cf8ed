/* Rate limits that an answer's headers tell of: how long to leave the origin alone.
 *
 * Read are, in any case of letters:
 *     RateLimit: limit=10, remaining=0, reset=5       (IETF httpapi-ratelimit-headers, to draft 07)
 *     RateLimit: "default";r=0;t=5                    (the same, draft 08 and later)
 *     RateLimit-Remaining, RateLimit-Reset            (the same, first drafts)
 *     X-RateLimit-Remaining, X-RateLimit-Reset        (GitHub and many others)
 *     X-Rate-Limit-Remaining, X-Rate-Limit-Reset      (Raygun, without a reset) */
#ifndef SHOAL_POLICY_LIMITS_H
#define SHOAL_POLICY_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/* The longest pause that a header can ask for, in seconds. */
#define LIMITS_PAUSE_MOST_SECONDS 3600

/* Reads header lines, `Name: value` with a line feed behind each (the last may lack it), and gives
 * the pause in microseconds: 0 unless a limit says that nothing remains. Where nothing remains and
 * no header says until when, one second, the shortest window there is. A reset may be seconds from
 * now or a moment (seconds since 1970; the caller's `wall_seconds` says when now is), which is told
 * by its size. What can't be understood is passed over. Of several limits the longest pause counts.
 */
int64_t limits_pause_us(const char *headers, size_t length, int64_t wall_seconds);

#endif
