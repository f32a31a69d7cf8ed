/* Templates with secrets replaced by the names of their keys: for the journal, in which a new token
 * must not make every file look new, and from which no secret can be guessed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "core/config/private.h"
#include "text/credential.h"

#define VALUE_MOST ((size_t)4 * 1024 * 1024) /* bytes of a value with its secrets replaced */

/* The value of `key` as the journal may know it: a secret is `{NAME}`. */
static char *mask_value(const struct config_build *build, const struct template_key *key)
{
    struct buf shown;
    buf_init(&shown, VALUE_MOST);
    bool masked = credential_is_name(key->name, strlen(key->name));
    if (!masked) {
        (void)secrets_redact(build->config->secrets, key->value, strlen(key->value), &shown);
        masked = strcmp(buf_text(&shown), SECRET_SHOWN_AS) == 0;
    }
    if (masked) {
        buf_clear(&shown);
        (void)buf_printf(&shown, "{%s}", key->name);
    }
    char *value = buf_detach(&shown);
    buf_free(&shown);
    return value;
}

bool config_mask_keys(struct config_build *build)
{
    build->masks =
        options_given(build->options, "journal") || options_given(build->options, "only-failed");
    if (!build->masks || build->keys.count == 0)
        return true;
    struct template_key *list = calloc(build->keys.count, sizeof *list);
    build->masked_keys.list = list;
    for (size_t i = 0; list != NULL && i < build->keys.count; i++) {
        list[i].name = strdup(build->keys.list[i].name);
        list[i].value = mask_value(build, &build->keys.list[i]);
        build->masked_keys.count++;
        if (list[i].name == NULL || list[i].value == NULL)
            return error_set_memory(build->error);
    }
    return list != NULL || error_set_memory(build->error);
}

bool config_parse_masked(struct config_build *build, const char *source, enum template_place place,
    const char *option, const struct template *template)
{
    struct config *config = build->config;
    struct error reason = {0};
    struct config_masked *masked = array_grow(config->masked, config->masked_count, sizeof *masked);
    if (masked == NULL)
        return error_set_memory(build->error);
    config->masked = masked;
    masked += config->masked_count;
    *masked = (struct config_masked){.of = template};
    if (!template_parse(source, place, &build->masked_keys, &masked->as, &reason))
        return error_set(build->error, reason.class, reason.code, "%s: %s", option, reason.text);
    config->masked_count++;
    return true;
}
