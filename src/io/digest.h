/* SHA-256, SHA-1 and MD5 of a file's content, by libcrypto, in one pass. */
#ifndef SHOAL_IO_DIGEST_H
#define SHOAL_IO_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

enum digest_kind {
    DIGEST_SHA256 = 1 << 0,
    DIGEST_SHA1 = 1 << 1,
    DIGEST_MD5 = 1 << 2,
};

/* Lower-case hexadecimal; "" where it was not asked for. */
struct digest_texts {
    char sha256[65];
    char sha1[41];
    char md5[33];
};

struct digest;

/* Begins the digests in `kinds` (bits). NULL: no memory, or libcrypto refuses one. */
struct digest *digest_new(unsigned kinds);
bool digest_add(struct digest *digest, const void *data, size_t length);
/* Writes the results and frees it, whatever happens. */
bool digest_end(struct digest *digest, struct digest_texts *texts);
void digest_free(struct digest *digest);

#endif
