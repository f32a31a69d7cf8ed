#include "sink/gitlab.h"

#include <inttypes.h>
#include <string.h>

#include "text/printable.h"

#define MARK "\x1b[0K" /* erases to the end of the line (ECMA-48, EL); the runner expects it */

void gitlab_add_section_start(
    struct buf *out, int64_t seconds, const char *name, const char *header)
{
    (void)buf_printf(out, MARK "section_start:%" PRId64 ":%s\r" MARK, seconds, name);
    (void)printable_add(out, header, strlen(header));
    (void)buf_add_byte(out, '\n');
}

void gitlab_add_section_end(struct buf *out, int64_t seconds, const char *name)
{
    (void)buf_printf(out, MARK "section_end:%" PRId64 ":%s\r" MARK "\n", seconds, name);
}
