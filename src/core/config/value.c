/* Secret values of options. */
#include <string.h>

#include "base/wipe.h"
#include "core/config/private.h"
#include "text/secret_forms.h"

bool config_add_secret(struct config_build *build, const char *value, size_t length)
{
    return secret_forms_add(build->config->secrets, value, length) ||
           error_set_memory(build->error);
}

void config_free_secret(struct buf *value)
{
    wipe(value->data, value->length);
    buf_free(value);
}

char *config_read_secret(struct config_build *build, const char *source, const char *option)
{
    struct buf value;
    struct error reason = {0};
    bool is_missing;
    buf_init(&value, REFERENCE_VALUE_MOST);
    char *text = NULL;
    if (!reference_read(source, &value, &is_missing, &reason))
        (void)config_fail(build, option, &reason);
    else if (config_add_secret(build, buf_text(&value), value.length) &&
             (text = strdup(buf_text(&value))) == NULL)
        (void)error_set_memory(build->error);
    config_free_secret(&value);
    return text;
}
