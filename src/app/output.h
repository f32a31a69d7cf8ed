/* Where a run's events go: standard output, standard error, a file of JSON. */
#ifndef SHOAL_APP_OUTPUT_H
#define SHOAL_APP_OUTPUT_H

#include <shoal.h>
#include <stdbool.h>

#include "app/output_options.h"
#include "base/err.h"
#include "base/must_use.h"

/* The outputs of one run. */
struct output;

/* Makes an output that is not open yet, so that a session can be created with it before anything is
 * opened. The caller frees it with output_free(). NULL: out of memory. */
MUST_USE struct output *output_new(void);

/* Opens what `options` ask for. False with `error`: no event may be lost silently, so the run must
 * not start. */
MUST_USE bool output_open(
    struct output *output, const struct output_options *options, struct error *error);

/* Tells a session what its output needs. The files that are written are left out of the run: what
 * was opened, and standard output and standard error, should they be files. If progress is shown,
 * it is to look ahead. False: out of memory. */
MUST_USE bool output_prepare(const struct output *output, struct shoal_session *session);

/* A shoal_event_fn; `context` is an open output. */
void output_event(void *context, const struct shoal_event *event);

/* Writes what is pending and closes the file. False: data was lost, and the user was told so on
 * standard error. */
MUST_USE bool output_close(struct output *output);

/* Closes what is open without writing what is pending, and frees it. NULL does nothing. */
void output_free(struct output *output);

#endif
