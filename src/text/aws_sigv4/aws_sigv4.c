#include "text/aws_sigv4.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/wipe.h"
#include "text/aws_sigv4/canonical.h"
#include "text/encode.h"

#define CANONICAL_MOST ((size_t)4 * 1024 * 1024) /* bytes of the canonical request */
#define SECRET_MOST    1024                      /* bytes of a secret key with its prefix */
#define HEX_SIZE       (2 * SHA256_DIGEST_LENGTH + 1)
#define DATE_LENGTH    8 /* YYYYMMDD: the beginning of a time */

/* Writes the SHA-256 of the canonical request in hexadecimal. */
static bool hash_request(
    const struct aws_sigv4_scope *scope, const struct aws_sigv4_request *request, char *hex)
{
    struct buf text;
    unsigned char digest[SHA256_DIGEST_LENGTH];
    buf_init(&text, CANONICAL_MOST);
    bool made = canonical_add(scope, request, &text) &&
                EVP_Digest(text.data, text.length, digest, NULL, EVP_sha256(), NULL) == 1;
    if (made)
        encode_hex(hex, digest, sizeof digest);
    buf_free(&text);
    return made;
}

/* Replaces `key` by the HMAC of `text` with it. */
static bool step(unsigned char *key, const char *text, size_t length)
{
    unsigned char result[SHA256_DIGEST_LENGTH];
    if (HMAC(EVP_sha256(), key, SHA256_DIGEST_LENGTH, (const unsigned char *)text, length, result,
            NULL) == NULL)
        return false;
    memcpy(key, result, sizeof result);
    return true;
}

static bool derive_key(const struct aws_sigv4_scope *scope, const char *secret, const char *date,
    const char *terminator, unsigned char *key)
{
    char first[SECRET_MOST];
    int length = snprintf(first, sizeof first, "%s4%s", scope->provider, secret);
    for (size_t i = 0; i < strlen(scope->provider) && length > 0; i++)
        first[i] = (char)toupper((unsigned char)first[i]);
    bool made = length > 0 && (size_t)length < sizeof first &&
                HMAC(EVP_sha256(), first, length, (const unsigned char *)date, DATE_LENGTH, key,
                    NULL) != NULL;
    wipe(first, sizeof first);
    return made && step(key, scope->region, strlen(scope->region)) &&
           step(key, scope->service, strlen(scope->service)) &&
           step(key, terminator, strlen(terminator));
}

bool aws_sigv4_sign(const struct aws_sigv4_scope *scope, const struct aws_sigv4_key *key,
    struct aws_sigv4_request *request, struct buf *out)
{
    char algorithm[AWS_SIGV4_PART_SIZE + 16];
    char terminator[AWS_SIGV4_PART_SIZE + 16];
    char hashed[HEX_SIZE];
    char credential[3 * AWS_SIGV4_PART_SIZE + 64];
    char text[sizeof algorithm + sizeof credential + HEX_SIZE + 64];
    unsigned char signature[SHA256_DIGEST_LENGTH];
    (void)snprintf(algorithm, sizeof algorithm, "%s4-HMAC-SHA256", scope->provider);
    for (size_t i = 0; i < strlen(scope->provider); i++)
        algorithm[i] = (char)toupper((unsigned char)algorithm[i]);
    (void)snprintf(terminator, sizeof terminator, "%s4_request", scope->provider);
    (void)snprintf(credential, sizeof credential, "%.*s/%s/%s/%s", DATE_LENGTH, request->time,
        scope->region, scope->service, terminator);
    canonical_sort_headers(request);
    if (!hash_request(scope, request, hashed) ||
        !derive_key(scope, key->secret, request->time, terminator, signature))
        return false;
    int length =
        snprintf(text, sizeof text, "%s\n%s\n%s\n%s", algorithm, request->time, credential, hashed);
    bool made = step(signature, text, (size_t)length);
    encode_hex(hashed, signature, sizeof signature);
    wipe(signature, sizeof signature);
    (void)buf_printf(out, "%s Credential=%s/%s, SignedHeaders=", algorithm, key->id, credential);
    canonical_add_signed_names(request, out);
    return buf_printf(out, ", Signature=%s", hashed) && made && !out->failed;
}

void aws_sigv4_time(int64_t seconds, char out[AWS_SIGV4_TIME_SIZE])
{
    time_t moment = (time_t)seconds;
    struct tm parts;
    if (gmtime_r(&moment, &parts) == NULL ||
        strftime(out, AWS_SIGV4_TIME_SIZE, "%Y%m%dT%H%M%SZ", &parts) == 0)
        out[0] = '\0';
}
