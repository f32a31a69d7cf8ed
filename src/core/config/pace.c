/* --rate and --serial-by. */
#include <string.h>

#include "core/config/private.h"

bool config_read_rates(struct config_build *build)
{
    size_t count;
    const struct option_setting *settings = options_settings(build->options, &count);
    rate_init(&build->config->rate);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(settings[i].row->name, "rate") != 0)
            continue;
        struct error reason = {0};
        build->at = &settings[i];
        if (!rate_add(&build->config->rate, settings[i].value, &reason))
            return config_fail(build, "--rate", &reason);
    }
    return true;
}

/* A file enters its group before it is opened: its content is not known by then. */
bool config_read_groups(struct config_build *build)
{
    const char *source = config_last(build, "serial-by");
    struct template **template = &build->config->serial_by;
    if (source == NULL)
        return true;
    if (!config_parse(build, source, TEMPLATE_TEXT, "--serial-by", template))
        return false;
    if ((template_needs(*template) & ~(unsigned)TEMPLATE_NEEDS_PATH) != 0)
        return config_wrong(build,
            "--serial-by '%s': it may hold fields of the path, but none of the content", source);
    return true;
}
