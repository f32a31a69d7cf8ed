#include "io/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "text/encode.h"

#define DIGESTS 3

/* How one digest is made. */
struct digest_method {
    unsigned kind;                 /* an enum digest_kind */
    const EVP_MD *(*method)(void); /* libcrypto's algorithm */
    size_t offset;                 /* of its text in struct digest_texts */
    size_t size;                   /* of its text, NUL included */
};

#define TEXT_OF(member)                                                                            \
    offsetof(struct digest_texts, member), sizeof((struct digest_texts *)NULL)->member

static const struct digest_method methods[DIGESTS] = {
    {DIGEST_SHA256, EVP_sha256, TEXT_OF(sha256)},
    {DIGEST_SHA1, EVP_sha1, TEXT_OF(sha1)},
    {DIGEST_MD5, EVP_md5, TEXT_OF(md5)},
};

struct digest {
    EVP_MD_CTX *contexts[DIGESTS]; /* NULL: not requested */
};

/* Begins one digest. False: as digest_new(). */
static bool begin(struct digest *digest, size_t which)
{
    digest->contexts[which] = EVP_MD_CTX_new();
    return digest->contexts[which] != NULL &&
           EVP_DigestInit_ex(digest->contexts[which], methods[which].method(), NULL) == 1;
}

struct digest *digest_new(unsigned kinds)
{
    struct digest *digest = calloc(1, sizeof *digest);
    if (digest == NULL)
        return NULL;
    for (size_t i = 0; i < DIGESTS; i++) {
        if ((kinds & methods[i].kind) != 0 && !begin(digest, i)) {
            digest_free(digest);
            return NULL;
        }
    }
    return digest;
}

bool digest_add(struct digest *digest, const void *data, size_t length)
{
    for (size_t i = 0; i < DIGESTS; i++) {
        if (digest->contexts[i] != NULL && EVP_DigestUpdate(digest->contexts[i], data, length) != 1)
            return false;
    }
    return true;
}

bool digest_finish(struct digest *digest, struct digest_texts *texts)
{
    bool complete = true;
    *texts = (struct digest_texts){0};
    for (size_t i = 0; i < DIGESTS && complete; i++) {
        unsigned char bytes[EVP_MAX_MD_SIZE];
        unsigned length = 0;
        if (digest->contexts[i] == NULL)
            continue;
        complete = EVP_DigestFinal_ex(digest->contexts[i], bytes, &length) == 1 &&
                   2 * (size_t)length + 1 == methods[i].size;
        if (complete)
            encode_hex((char *)texts + methods[i].offset, bytes, length);
    }
    digest_free(digest);
    return complete;
}

void digest_free(struct digest *digest)
{
    if (digest == NULL)
        return;
    for (size_t i = 0; i < DIGESTS; i++)
        EVP_MD_CTX_free(digest->contexts[i]);
    free(digest);
}

bool digest_sha256(const void *data, size_t length, unsigned char *out)
{
    unsigned size = 0;
    return EVP_Digest(data, length, out, &size, EVP_sha256(), NULL) == 1 &&
           size == DIGEST_SHA256_SIZE;
}

bool digest_sha256_bytes(const char *text, unsigned char *out)
{
    for (size_t i = 0; i < DIGEST_SHA256_SIZE; i++) {
        int high = ascii_hex_value(text[2 * i]);
        int low = high < 0 ? -1 : ascii_hex_value(text[2 * i + 1]);
        if (low < 0)
            return false;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return text[2 * DIGEST_SHA256_SIZE] == '\0';
}
