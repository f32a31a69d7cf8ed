/* What GitHub Actions reads: workflow commands in the log, and the summary of a job in Markdown.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
#ifndef SHOAL_SINK_GITHUB_H
#define SHOAL_SINK_GITHUB_H

#include <shoal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The most annotations of one kind that GitHub shows per step. */
#define GITHUB_ANNOTATIONS_MAX 10

/* What is told beside the END event. */
struct github_facts {
    bool warn_only;     /* failures are warnings, not errors */
    const char *method; /* of the requests; NULL: not known */
    const char *url;    /* as given, without secrets; NULL: not known */
    const char *again;  /* the command that sends the failed files again; NULL: none works */
};

/* Adds a line `::error title=...::...` for each cause of failures, for files that were not
 * attempted and for problems; at most GITHUB_ANNOTATIONS_MAX. `event` is the END event. */
void github_add_annotations(
    struct buf *out, const struct shoal_event *event, const struct github_facts *facts);

/* Adds the result of the run in Markdown, a few kilobytes: the counts, and a table of the most
 * frequent causes. Texts from outside are code in it: no markup, no links, no mentions. `event` is
 * the END event. */
void github_add_summary(
    struct buf *out, const struct shoal_event *event, const struct github_facts *facts);

/* Adds lines of the log in which nothing is a workflow command: the runner would obey `##[...]`
 * anywhere in a line and `::...` at its start, whoever wrote it. `is_json`: they are JSON, and say
 * the same afterwards. */
void github_add_defused(struct buf *out, const char *lines, size_t length, bool is_json);

#endif
