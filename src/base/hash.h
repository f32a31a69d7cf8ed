/* FNV-1a with 64 bits (draft-eastlake-fnv): a short hash for tables, and a checksum that any change
 * of a single byte alters. It does not resist an attacker. */
#ifndef SHOAL_BASE_HASH_H
#define SHOAL_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The hash of no bytes at all: where hash_add() starts. */
#define HASH_START UINT64_C(0xcbf29ce484222325)

/* The hash of the bytes that `hash` is of, followed by `length` more. */
uint64_t hash_add(uint64_t hash, const void *data, size_t length);

#endif
