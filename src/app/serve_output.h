/* What `shoal serve` prints: lines for people and JSON lines. docs/receiver.md documents both. */
#ifndef SHOAL_APP_SERVE_OUTPUT_H
#define SHOAL_APP_SERVE_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "app/stream.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"
#include "receive/receiver.h"

/* What to print, and where. */
struct serve_output_options {
    bool json;             /* --json: JSON lines, on standard output instead of lines for people */
    const char *json_file; /* --json=FILE: JSON lines to this file too; NULL: none */
    bool quiet;            /* --quiet: no line per file and no summary */
};

/* The open output. */
struct serve_output {
    const struct serve_output_options *options; /* the caller's */
    struct stream standard;                     /* standard output */
    struct stream file;                         /* `json_file` */
    struct buf line;                            /* what is being written */
    bool failed;                                /* output was lost, and the user was told so */
};

/* Opens the output; `options` must outlive it. The caller closes it with serve_output_close().
 * False with `error` (ERROR_SYSTEM) if the file cannot be opened; nothing is open then. */
MUST_USE bool serve_output_open(
    struct serve_output *output, const struct serve_output_options *options, struct error *error);

/* Prints the address on which the receiver listens. */
void serve_output_start(struct serve_output *output, const char *url);

/* An `on_request` of struct receiver_options; `context` is an open output. Everything is written
 * before the call returns, so that whoever has the response finds the line. */
void serve_output_request(void *context, const struct receiver_event *event);

/* Prints the totals of a run that took `took_us` microseconds. */
void serve_output_end(
    struct serve_output *output, const struct receiver_totals *totals, int64_t took_us);

/* Closes the output. False: some of it was lost, and the user was told so on standard error. */
MUST_USE bool serve_output_close(struct serve_output *output);

#endif
