/* The canonical request: the one text that both sides make of a request, and sign. */
#ifndef SHOAL_TEXT_AWS_SIGV4_CANONICAL_H
#define SHOAL_TEXT_AWS_SIGV4_CANONICAL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/must_use.h"
#include "text/aws_sigv4.h"

/* Sorts the headers by name, as the other functions need them. */
void canonical_sort_headers(struct aws_sigv4_request *request);

/* Adds the canonical request. False: `out` failed, or out of memory. */
MUST_USE bool canonical_add(
    const struct aws_sigv4_scope *scope, const struct aws_sigv4_request *request, struct buf *out);

/* Adds the names of the headers, in lower case and separated by semicolons. */
void canonical_add_signed_names(const struct aws_sigv4_request *request, struct buf *out);

#endif
