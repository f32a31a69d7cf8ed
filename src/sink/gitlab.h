/* What GitLab CI reads in a log: sections that can be collapsed.
 * https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections */
#ifndef SHOAL_SINK_GITLAB_H
#define SHOAL_SINK_GITLAB_H

#include <stdint.h>

#include "base/buf.h"

/* Adds the line that begins a section: `header` is shown, escaped; `name` consists of letters,
 * digits, `_`, `.` and `-`. `seconds` since 1970. */
void gitlab_add_section_start(
    struct buf *out, int64_t seconds, const char *name, const char *header);

/* Adds the line that ends it. */
void gitlab_add_section_end(struct buf *out, int64_t seconds, const char *name);

#endif
