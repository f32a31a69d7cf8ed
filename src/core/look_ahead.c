#include "core/look_ahead.h"

#include <stddef.h>

#include "base/abandon.h"

void look_ahead_report(struct look_ahead *ahead, const struct config *config,
    const struct walk_setup_own *own, int64_t elapsed_us, struct shoal_progress *progress)
{
    if (ahead->wanted && elapsed_us >= ahead->after_us) {
        struct error error;
        struct walk *walk = walk_setup_repeats(config) ? walk_setup(config, own, &error) : NULL;
        ahead->tally = walk == NULL ? NULL : tally_new(walk);
        ahead->wanted = false;
    }
    if (ahead->tally != NULL)
        progress->ahead_complete =
            tally_read(ahead->tally, &progress->files_ahead, &progress->bytes_ahead);
}

bool look_ahead_end(struct look_ahead *ahead, struct config *config)
{
    bool ended = tally_stop(ahead->tally);
    if (ended) {
        tally_free(ahead->tally);
    } else {
        abandon(ahead->tally);
        abandon(config->ignore);
        config->ignore = NULL;
    }
    ahead->tally = NULL;
    return ended;
}
