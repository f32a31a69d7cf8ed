#include <string.h>

#include "core/config/private.h"

bool config_read_rates(struct config_build *build)
{
    size_t count;
    const struct option_setting *settings = options_settings(build->options, &count);
    rate_init(&build->config->rate);
    for (size_t i = 0; i < count; i++) {
        struct error reason = {0};
        if (strcmp(settings[i].row->name, "rate") == 0 &&
            !rate_add(&build->config->rate, settings[i].value, &reason))
            return config_fail(build, "--rate", &reason);
    }
    return true;
}

/* The last value of an option, or NULL. */
static const char *given(const struct config_build *build, const char *name)
{
    size_t count;
    const char *value = NULL;
    const struct option_setting *settings = options_settings(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(settings[i].row->name, name) == 0)
            value = settings[i].value;
    }
    return value;
}

/* A file's group is asked for before the file is opened. */
bool config_read_groups(struct config_build *build)
{
    const char *source = given(build, "serial-by");
    struct template **template = &build->config->serial_by;
    if (source == NULL)
        return true;
    if (!config_parse(build, source, TEMPLATE_FORM, "--serial-by", template))
        return false;
    if ((template_needs(*template) & ~(unsigned)TEMPLATE_NEEDS_PATH) != 0)
        return config_wrong(build,
            "--serial-by \"%s\": it may hold fields of the path, but none of the content", source);
    return true;
}
