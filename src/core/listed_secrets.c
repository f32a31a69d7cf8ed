#include "core/listed_secrets.h"

#include <string.h>

#include "text/credential.h"
#include "text/secret_forms.h"

static bool add(void *context, const char *value, size_t length)
{
    return secret_forms_add(context, value, length);
}

static bool add_entry(struct secrets *secrets, const struct url_list_entry *entry)
{
    bool added = credential_each_in_url(entry->url, add, secrets);
    for (size_t i = 0; added && i < entry->header_count; i++) {
        const char *line = entry->headers[i];
        size_t name = strcspn(line, ":");
        const char *value = line + name + strspn(line + name, ": \t");
        if (credential_is_name(line, name))
            added = secret_forms_add(secrets, value, strlen(value));
    }
    for (size_t i = 0; added && i < entry->field_count; i++) {
        const struct url_list_field *field = &entry->fields[i];
        if (credential_is_name(field->name, strlen(field->name)))
            added = secret_forms_add(secrets, field->value, strlen(field->value));
    }
    return added;
}

struct secrets *listed_secrets_new(const struct config *config, const char *path)
{
    const struct url_list_entry *entry =
        config->urls == NULL ? NULL : url_list_find(config->urls, path);
    struct secrets *secrets = secrets_new_over(config->secrets);
    if (secrets == NULL || entry == NULL || add_entry(secrets, entry))
        return secrets;
    secrets_free(secrets);
    return NULL;
}
