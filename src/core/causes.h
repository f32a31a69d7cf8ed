/* Why files failed, grouped: equal causes are one, whatever numbers their texts contain. */
#ifndef SHOAL_CORE_CAUSES_H
#define SHOAL_CORE_CAUSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/table.h"
#include "shoal.h"

/* How the error of a response that redirects ends, after the reason why that is not followed: a
 * format for its status (long) and the value of Location. */
#define CAUSES_POINTS_TO ": status %ld points to '%s'"

/* Most causes that are told apart; all others are one. */
enum {
    CAUSES_MOST = 1000
};

/* The causes of a run. */
struct causes {
    struct table table;         /* by text */
    struct cause_node *first;   /* in the order in which they came */
    struct cause_node **last;   /* where the next one goes */
    struct shoal_cause *sorted; /* what causes_sorted() returned; owned */
};

/* Initializes: no causes. */
void causes_init(struct causes *causes);

/* Frees all memory. */
void causes_free(struct causes *causes);

/* Whether the file failed because of its response's status, so that status and response say why. */
bool causes_is_status(const struct shoal_file *file);

/* Adds " after a redirect to ORIGIN" for the URL to which a redirect led; nothing for NULL. */
void causes_add_redirected(struct buf *out, const char *url);

/* Adds the sentence that names the cause of a file's failure, in full: of a status its number, its
 * phrase and the message in the response, or why a redirect is not followed, of anything else the
 * file's error without the name of the file. `several`: the run has more than one origin, and the
 * cause names the file's. The texts of `file` have no secrets any more. False: `out` failed. */
bool causes_describe(struct buf *out, const struct shoal_file *file, bool several);

/* Adds the text by which a described cause is grouped: its numbers replaced by `#`, but for the
 * status code at its start. False: `out` failed. */
bool causes_fold(struct buf *out, const char *description);

/* Counts a failed or unknown file, at `at_us`. `text`: its folded cause; `description`: the cause
 * in full. Returns whether it is the first of its cause. Without memory for a new
 * cause, the file is counted nowhere. */
bool causes_note(struct causes *causes, const struct shoal_file *file, const char *text,
    const char *description, int64_t at_us);

/* Returns the causes, the most frequent first, and how many there are. They and their texts are
 * valid until the next call. NULL: there are none, or no memory. */
const struct shoal_cause *causes_sorted(struct causes *causes, size_t *count);

#endif
