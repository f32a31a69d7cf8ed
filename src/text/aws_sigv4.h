/* AWS Signature Version 4, as an Authorization header (Amazon S3 API Reference, "Authenticating
 * Requests: Using the Authorization Header"). Pure; HMAC and SHA-256 are libcrypto's. */
#ifndef SHOAL_TEXT_AWS_SIGV4_H
#define SHOAL_TEXT_AWS_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"
#include "text/http_syntax.h"

/* In place of the digest of the body: the body is not signed. */
#define AWS_SIGV4_UNSIGNED "UNSIGNED-PAYLOAD"

/* Most bytes of a part of the scheme, with the NUL. */
#define AWS_SIGV4_PART_SIZE 64

/* Bytes of a time as aws_sigv4_time() writes it, with the NUL. */
#define AWS_SIGV4_TIME_SIZE 17

/* For whom the signature is, as curl writes it: PROVIDER[:NAME[:REGION[:SERVICE]]], "aws:amz". */
struct aws_sigv4_scope {
    char provider[AWS_SIGV4_PART_SIZE]; /* "aws", lower case: in the algorithm and in the key */
    char name[AWS_SIGV4_PART_SIZE];     /* "amz", lower case: in the names of headers */
    char region[AWS_SIGV4_PART_SIZE];   /* "us-east-1"; "": it follows from the host */
    char service[AWS_SIGV4_PART_SIZE];  /* "s3"; "": it follows from the host */
};

/* Reads PROVIDER. False with `error`. */
MUST_USE bool aws_sigv4_parse(const char *text, struct aws_sigv4_scope *scope, struct error *error);

/* Sets a region and a service that are "" from the host: of Amazon's endpoints
 * ([BUCKET.]SERVICE[.REGION].amazonaws.com, SERVICE-REGION for old ones of S3; without a region
 * us-east-1), else as curl does: SERVICE.REGION.DOMAIN. False: the host has not enough labels, or
 * is an address. */
MUST_USE bool aws_sigv4_complete(struct aws_sigv4_scope *scope, struct http_slice host);

/* Whether the host is an endpoint of Amazon that names another region than the scope has. */
bool aws_sigv4_contradicts(const struct aws_sigv4_scope *scope, struct http_slice host);

/* Writes `seconds` since 1970 as YYYYMMDDTHHMMSSZ and a NUL. */
void aws_sigv4_time(int64_t seconds, char out[AWS_SIGV4_TIME_SIZE]);

/* Adds the path and the query of a URL in the one form in which both sides sign them: every byte
 * percent-encoded but RFC 3986's unreserved ones and the `/` of the path, and the `=` and `&` of
 * the query; what is encoded is not encoded twice. A request must be sent like this. False: `out`
 * failed. */
MUST_USE bool aws_sigv4_add_target(struct http_slice path_and_query, struct buf *out);

/* A header that is signed. */
struct aws_sigv4_header {
    struct http_slice name;
    struct http_slice value;
};

/* What is signed. */
struct aws_sigv4_request {
    const char *method;
    struct http_slice target;         /* as aws_sigv4_add_target() made it */
    struct aws_sigv4_header *headers; /* with Host and the date; aws_sigv4_sign() sorts them */
    size_t header_count;
    const char *payload; /* SHA-256 of the body in lower-case hexadecimal, or AWS_SIGV4_UNSIGNED */
    const char *time;    /* as in the header with the date: aws_sigv4_time() */
};

/* With what it is signed. */
struct aws_sigv4_key {
    const char *id;     /* the access key's ID */
    const char *secret; /* the secret access key */
};

/* Adds the value of Authorization. `scope` must be complete. False: `out` failed, or out of memory.
 */
MUST_USE bool aws_sigv4_sign(const struct aws_sigv4_scope *scope, const struct aws_sigv4_key *key,
    struct aws_sigv4_request *request, struct buf *out);

#endif
