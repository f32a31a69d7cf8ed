#include "app/output_options.h"

#include <stddef.h>
#include <string.h>

#include "core/options.h"

static bool set_progress(struct output_options *options, const char *value, struct error *error)
{
    static const enum progress_mode modes[] = {PROGRESS_BAR, PROGRESS_PLAIN, PROGRESS_NONE};
    size_t number; /* the row lists the modes in this order */
    if (!option_choose(options_find("progress"), value, &number, error))
        return false;
    options->progress = modes[number];
    return true;
}

bool output_options_set(
    struct output_options *options, const char *name, const char *value, struct error *error)
{
    if (strcmp(name, "progress") == 0)
        return set_progress(options, value, error);
    if (strcmp(name, "json") == 0) {
        options->json = true;
        options->json_file = value;
    } else if (strcmp(name, "report") == 0) {
        options->report_file = value;
    } else if (strcmp(name, "junit") == 0) {
        options->junit_file = value;
    } else if (strcmp(name, "append") == 0) {
        options->append = true;
    } else if (strcmp(name, "warn-only") == 0) {
        options->warn_only = true;
    } else if (strcmp(name, "quiet") == 0) {
        options->quiet = true;
    } else {
        options->verbose = true;
    }
    return true;
}

bool output_options_check(const struct output_options *options, struct error *error)
{
    if (options->append && options->json_file == NULL)
        return error_set(error, ERROR_USAGE, 0, "--append needs --json=FILE, to whose end it adds");
    return true;
}
