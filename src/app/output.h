/* Where a run's events go: standard output, standard error, a file of JSON. */
#ifndef SHOAL_APP_OUTPUT_H
#define SHOAL_APP_OUTPUT_H

#include <shoal.h>
#include <stdbool.h>

#include "base/err.h"

struct output_options {
    bool json;             /* --json */
    const char *json_file; /* NULL: standard output; the caller's, as long as the output lives */
    bool quiet;
    bool verbose;
};

struct output;

/* One that is not open yet, so that a session can be made with it. NULL: no memory. */
struct output *output_new(void);

/* Opens what the options ask for. False with `error`: a matter for exit status 2. */
bool output_open(struct output *output, const struct output_options *options, struct error *error);

/* A shoal_event_fn; `context` is an open output. */
void output_event(void *context, const struct shoal_event *event);

/* Writes what waits. True: nothing of the data was lost (else it was said on standard error). */
bool output_close(struct output *output);

void output_free(struct output *output);

#endif
