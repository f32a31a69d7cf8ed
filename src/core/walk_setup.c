#include "core/walk_setup.h"

#include <string.h>
#include <unistd.h>

struct walk *walk_setup(
    const struct config *config, const struct walk_setup_own *own, struct error *error)
{
    struct walk_options options = {.operands = (const char *const *)config->operands,
        .operand_count = config->operand_count,
        .base = config->base,
        .nul_separated = config->nul_separated,
        .list_descriptor = STDIN_FILENO,
        .links = !config->follow          ? ROOT_LINKS_NONE
                 : config->follow_outside ? ROOT_LINKS_ALL
                                          : ROOT_LINKS_INSIDE,
        .no_hidden = config->no_hidden,
        .ignore = config->ignore,
        .is_own = own->is_own,
        .may_be_own = own->may_be_own,
        .own_context = own->context,
        .tell_left_out = config->dry_run};
    return walk_new(&options, error);
}

bool walk_setup_repeats(const struct config *config)
{
    for (size_t i = 0; i < config->operand_count; i++) {
        if (strcmp(config->operands[i], "-") == 0)
            return false;
    }
    return config->only_failed == NULL && config->shard.count == 0;
}
