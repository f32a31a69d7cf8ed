#include "core/start_notices.h"

#include <stdio.h>

#include "text/ignore.h"

/* Patterns that a shell would expand are taken as they are. */
static void tell_braces(const struct start_notices *notices)
{
    char text[IGNORE_PATTERN_MAX + 200];
    if (notices->config->braces == NULL)
        return;
    (void)snprintf(text, sizeof text,
        "%s: braces are ordinary characters in a pattern; give one pattern per alternative",
        notices->config->braces);
    events_notice(notices->events, text);
}

static void tell_fewer_jobs(const struct start_notices *notices)
{
    char text[160];
    if (notices->config->jobs <= notices->jobs_most)
        return;
    (void)snprintf(text, sizeof text,
        "%u files in flight instead of %u: the limits of open files and of memory (ulimit -n, -v) "
        "allow no more",
        notices->jobs_most, notices->config->jobs);
    events_notice(notices->events, text);
}

/* --shard auto: which variable it is by. */
static void tell_shard(const struct start_notices *notices)
{
    const struct config_shard *shard = &notices->config->shard;
    char text[160];
    if (shard->by == NULL)
        return;
    (void)snprintf(text, sizeof text, "shard %s, as %s says", shard->name, shard->by);
    events_notice(notices->events, text);
}

void start_notices_tell(const struct start_notices *notices)
{
    tell_fewer_jobs(notices);
    tell_braces(notices);
    tell_shard(notices);
    const char *known = notices->known == NULL ? NULL : only_failed_notice(notices->known);
    if (known != NULL)
        events_notice(notices->events, known);
    const char *journal = notices->journal == NULL ? NULL : journal_notice(notices->journal);
    if (journal != NULL)
        events_notice(notices->events, journal);
}
