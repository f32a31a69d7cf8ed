/* The result of a run, in a few lines for people. */
#ifndef SHOAL_SINK_SUMMARY_H
#define SHOAL_SINK_SUMMARY_H

#include <shoal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* What the summary needs beside the END event. */
struct summary_facts {
    bool dry_run;
    bool quiet;            /* the causes alone, and only if more than one file failed */
    bool names_left_out;   /* dry run: what is left out has lines of its own */
    bool unicode;          /* the reader shows UTF-8; otherwise all of ours is ASCII */
    int64_t start_seconds; /* when the run began, since 1970; 0: not known */
    int64_t last_good_us;  /* `at_us` of the last file that did not fail; 0: none */
    const char *again;     /* the command that sends the failed files again; NULL: none works */
};

/* Adds the lines for the END event `event`, each with its newline: if files failed, the ten most
 * frequent causes; and the totals. A run that found no file has no line. False: `out`
 * failed. */
bool summary_add(
    struct buf *out, const struct shoal_event *event, const struct summary_facts *facts);

#endif
