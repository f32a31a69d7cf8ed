/* What the files of this folder share. */
#ifndef SHOAL_TEXT_SECRET_PRIVATE_H
#define SHOAL_TEXT_SECRET_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/must_use.h"
#include "text/secret.h"

/* --- automaton.c --- */

/* A beginning of one or more forms. They share a tree: a form is a path from its root. */
struct secret_node {
    uint32_t child;     /* the first of the nodes that continue it; 0: none */
    uint32_t sibling;   /* the next node that continues the same beginning; 0: none */
    uint32_t suffix;    /* its longest end that is a beginning itself */
    uint32_t next;      /* its longest end that can continue with a byte with which it cannot */
    uint32_t match;     /* length of the longest form that it ends with; 0: none */
    uint32_t depth;     /* its length */
    unsigned char byte; /* its last byte */
};

/* The state in which nothing of a form has been read. */
#define SECRET_ROOT 0

/* An automaton that reads text and knows after each byte which beginning of a form, the longest,
 * was read last (Aho and Corasick, 1975). */
struct secrets {
    struct secrets *below;     /* replaced first; the caller's; NULL: none */
    struct secret_node *nodes; /* nodes[SECRET_ROOT] is the empty beginning */
    uint32_t count;            /* nodes in use; 0: no form was added */
    uint32_t capacity;         /* nodes allocated */
    uint32_t first[256];       /* the node of each first byte; 0: no form begins with it */
    bool linked;               /* `suffix`, `next` and `match` are those of all forms */
};

/* Sets the links between the nodes, if forms were added since the last call. False: out of memory.
 */
MUST_USE bool secret_automaton_link(struct secrets *secrets);

/* The state after `byte` was read in `state`. Adds the number of nodes visited to `*steps`. */
uint32_t secret_automaton_step(
    const struct secrets *secrets, uint32_t state, unsigned char byte, size_t *steps);

/* --- escape.c --- */

/* The most bytes of text that one escape may take. */
#define ESCAPE_MOST 127

/* The most readings of one place. */
#define ESCAPE_READINGS 6

/* One character as an escape of the text has it. */
struct escape_reading {
    char bytes[4];       /* the character */
    unsigned char count; /* its length in `bytes` */
    unsigned char size;  /* bytes of the text that it takes */
};

/* What the escapes at one place of a text can mean. */
struct escape {
    struct escape_reading readings[ESCAPE_READINGS];
    size_t count; /* of `readings` */
    bool cut;     /* the text ends within an escape */
    size_t steps; /* bytes looked at */
};

/* Whether an escape can begin with this byte. */
bool escape_begins(char byte);

/* Reads the escapes at `text`, which has `length` bytes: with one to three escapings on top of each
 * other. */
void escape_read(const char *text, size_t length, struct escape *escape);

/* --- scan.c --- */

/* A part of a text that must not be shown. */
struct secret_span {
    size_t start; /* offset of its first byte */
    size_t end;   /* offset of the byte after it */
};

/* The parts of a text that must not be shown, in order; they do not overlap. */
struct secret_spans {
    struct secret_span *list; /* owned: free(3) */
    size_t count;             /* of `list` */
    size_t steps;             /* what it took, in looks at a byte or a node */
};

/* Finds all forms in a text, and with `cut` a beginning of a form at its end. The set must be
 * linked. The caller frees the list, also on failure. False: out of memory. */
MUST_USE bool secret_scan(const struct secrets *secrets, const char *text, size_t length, bool cut,
    struct secret_spans *spans);

#endif
