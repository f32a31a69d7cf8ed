#include "app/output_options.h"

#include <stddef.h>
#include <string.h>

static bool set_progress(struct output_options *options, const char *value, struct error *error)
{
    static const struct {
        const char *name;
        enum progress_mode mode;
    } modes[] = {{"bar", PROGRESS_BAR}, {"plain", PROGRESS_PLAIN}, {"none", PROGRESS_NONE}};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(value, modes[i].name) == 0) {
            options->progress = modes[i].mode;
            return true;
        }
    }
    return error_set(
        error, ERROR_USAGE, 0, "--progress: '%s' is not one of bar, plain and none", value);
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
        return error_set(
            error, ERROR_USAGE, 0, "--append: there is no file to add to; give --json=FILE too");
    return true;
}
