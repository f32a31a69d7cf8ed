/* SHA-256, SHA-1 and MD5 (FIPS 180-4, RFC 1321) of a file's content in one pass, by libcrypto. */
#ifndef SHOAL_IO_DIGEST_H
#define SHOAL_IO_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/must_use.h"

/* Which digests, as bits. */
enum digest_kind {
    DIGEST_SHA256 = 1 << 0, /* 64 hexadecimal digits */
    DIGEST_SHA1 = 1 << 1,   /* 40 */
    DIGEST_MD5 = 1 << 2,    /* 32 */
};

/* Digests as lower-case hexadecimal; "" for those that were not requested. */
struct digest_texts {
    char sha256[65]; /* of DIGEST_SHA256 */
    char sha1[41];   /* of DIGEST_SHA1 */
    char md5[33];    /* of DIGEST_MD5 */
};

/* Digests being computed. */
struct digest;

/* Begins the digests in `kinds` (OR of enum digest_kind), for digest_finish() or digest_free().
 * NULL: out of memory, or libcrypto refuses one (MD5 where only approved algorithms are allowed).
 */
MUST_USE struct digest *digest_new(unsigned kinds);

/* Adds `length` bytes. False: libcrypto failed. */
MUST_USE bool digest_add(struct digest *digest, const void *data, size_t length);

/* Writes the results to `texts` and frees the digest, whether it succeeds or not. False: libcrypto
 * failed. */
MUST_USE bool digest_finish(struct digest *digest, struct digest_texts *texts);

/* Frees a digest whose result is not needed. NULL does nothing. */
void digest_free(struct digest *digest);

/* The bytes of a SHA-256. */
#define DIGEST_SHA256_SIZE 32

/* Writes the SHA-256 of `length` bytes to `out`, which has DIGEST_SHA256_SIZE. False: libcrypto
 * failed. */
MUST_USE bool digest_sha256(const void *data, size_t length, unsigned char *out);

/* Writes the bytes of a SHA-256 in hexadecimal, 64 digits, to `out`. False: `text` is none. */
MUST_USE bool digest_sha256_bytes(const char *text, unsigned char *out);

#endif
