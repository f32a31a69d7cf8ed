/* Finds the name that a user probably meant, for "did you mean" in errors. */
#ifndef SHOAL_TEXT_NEAREST_H
#define SHOAL_TEXT_NEAREST_H

#include <stddef.h>

#define NEAREST_MOST 32 /* bytes; longer names are not compared */

/* A search among names. */
struct nearest {
    char text[NEAREST_MOST + 1]; /* what the user typed; empty if it is too long */
    const char *name;            /* the most similar name so far; NULL: none is similar */
    size_t limit;                /* only a name whose distance is less than this is nearer */
};

/* Begins a search for names similar to `text`. A text of one byte or of more than NEAREST_MOST is
 * similar to none. */
struct nearest nearest_to(const char *text);

/* As nearest_to(), for the first `length` bytes of `text`. */
struct nearest nearest_to_part(const char *text, size_t length);

/* Offers a name, which must outlive the search. Of equally similar names the first one wins, unless
 * a later one has the same first letter as the text. */
void nearest_offer(struct nearest *nearest, const char *name);

/* Offers each name of a list that ends with NULL. */
void nearest_offer_list(struct nearest *nearest, const char *const *names);

/* Bytes of a hint, with its NUL. */
#define NEAREST_HINT_SIZE 80

/* Writes "; did you mean 'NAME'?", or nothing if no name is similar, to `out`, and returns it.
 * `before` and `after` surround the name, such as "--" and "", or a quote each; both are short. */
const char *nearest_hint(const struct nearest *nearest, const char *before, const char *after,
    char out[NEAREST_HINT_SIZE]);

#endif
