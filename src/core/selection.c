/* Shards. A file belongs to shard 1 + H mod N, where H is the first 8 bytes of a SHA-256, as a
 * number with its first byte highest. It is the hash of the file's key:
 *
 *     --serial-by                          the text by which files are serial
 *     a form with other files of its own   {path} up to the first dot of the name
 *     otherwise                            {path}
 *
 * so that files which must not be in flight together, and pairs, are in one shard. This is part of
 * the interface (docs/scale-out.md): every machine and every version must agree on it. */
#include "core/selection.h"

#include <string.h>

#include "base/path.h"
#include "core/plan.h"
#include "io/digest.h"
#include "text/template.h"

#define KEY_MOST ((size_t)1024 * 1024) /* bytes */

void selection_init(struct selection *selection, const struct config *config)
{
    *selection = (struct selection){.config = config};
    buf_init(&selection->path, KEY_MOST);
    buf_init(&selection->key, KEY_MOST);
    for (size_t i = 0; i < config->field_count; i++) {
        const struct config_field *field = &config->fields[i];
        bool is_other = field->kind != CONFIG_TEXT && !field->is_main && !field->fixed_path;
        selection->by_pair = selection->by_pair || is_other;
    }
}

void selection_free(struct selection *selection)
{
    buf_free(&selection->path);
    buf_free(&selection->key);
}

/* The length of the path up to the first dot of its name, dots at the beginning aside: the same for
 * app.js and app.js.map. */
static size_t length_without_extensions(const char *path)
{
    const char *name = path_last_name(path);
    name += strspn(name, ".");
    return (size_t)(name - path) + strcspn(name, ".");
}

static bool add_path_key(struct selection *selection, const char *path)
{
    size_t length = selection->by_pair ? length_without_extensions(path) : strlen(path);
    return buf_add(&selection->key, path, length);
}

/* Writes the file's key. A text that cannot be filled in fails the file in the shard of its path.
 * False: out of memory. */
static bool fill_key(struct selection *selection, const struct entry *entry)
{
    const struct template *by = selection->config->serial_by;
    const char *path = entry->path;
    struct buf *key = &selection->key;
    buf_clear(key);
    if (by != NULL && plan_file_path(entry, &selection->path)) {
        struct error error;
        struct template_file named = {.file = buf_text(&selection->path), .path = path};
        if (template_fill(by, &named, key, &error))
            return true;
        buf_clear(key);
    }
    return add_path_key(selection, path);
}

/* Is what has this key in this run's shard? */
static bool has_key(const struct selection *selection)
{
    const struct config_shard *shard = &selection->config->shard;
    unsigned char hash[DIGEST_SHA256_SIZE];
    uint64_t number = 0;
    if (!digest_sha256(buf_text(&selection->key), selection->key.length, hash))
        return true;
    for (size_t i = 0; i < sizeof number; i++)
        number = number << 8 | hash[i];
    return number % shard->count == shard->index - 1;
}

bool selection_may_have(struct selection *selection, const char *path)
{
    if (selection->config->shard.count == 0 || selection->config->serial_by != NULL)
        return true;
    buf_clear(&selection->key);
    return !add_path_key(selection, path) || has_key(selection);
}

bool selection_has(struct selection *selection, const struct entry *entry)
{
    bool has =
        selection->config->shard.count == 0 || !fill_key(selection, entry) || has_key(selection);
    return (selection->known == NULL || only_failed_takes(selection->known, entry)) && has;
}

bool selection_takes(struct selection *selection, const struct entry *entry)
{
    bool takes = selection_has(selection, entry);
    selection->left_out += !takes;
    return takes;
}
