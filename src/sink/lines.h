/* Events as lines for people. Everything from outside is escaped for a terminal. */
#ifndef SHOAL_SINK_LINES_H
#define SHOAL_SINK_LINES_H

#include <shoal.h>

#include "sink/writer.h"

struct lines_options {
    struct writer data;     /* -v lines and the plan of a dry run: standard output mostly */
    struct writer messages; /* failures, problems, notices, the summary: standard error */
    bool verbose;           /* a line a file, with its response */
    bool quiet;             /* no notice, no summary */
    bool plans;             /* the plan of a dry run as lines */
    bool brief;             /* files that the run's end overtook share a line: for a terminal */
    bool one_place;         /* both writers end up at one place: a failure has one line, not two */
};

struct lines;

/* NULL: no memory. */
struct lines *lines_new(const struct lines_options *options);
void lines_free(struct lines *lines);

void lines_event(struct lines *lines, const struct shoal_event *event);

#endif
