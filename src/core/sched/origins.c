#include "core/sched/origins.h"

#include <ctype.h>
#include <string.h>

#include "base/container_of.h"
#include "core/plan.h"
#include "text/host_name.h"
#include "text/http_url.h"
#include "text/template.h"

#define NAME_MOST  ((size_t)1024 * 1024) /* bytes */
#define LOOKED_AT  8                     /* origins that are considered when one is forgotten */
#define HTTP_PORT  80
#define HTTPS_PORT 443

void origins_init(
    struct origins *origins, const struct config *config, struct shares *shares, unsigned jobs_most)
{
    *origins = (struct origins){.config = config, .shares = shares, .jobs_most = jobs_most};
    buf_init(&origins->path, NAME_MOST);
    buf_init(&origins->url, NAME_MOST);
    buf_init(&origins->name, NAME_MOST);
    buf_init(&origins->key, NAME_MOST);
}

static void forget(struct origins *origins, struct origin *origin)
{
    shares_forget(origins->shares, origin);
    list_remove(&origin->place);
    table_remove(&origins->table, &origin->node);
    origin_free(origin);
}

void origins_free(struct origins *origins)
{
    struct list_node *node;
    while ((node = origins->without_files.first) != NULL)
        forget(origins, container_of(node, struct origin, place));
    table_free(&origins->table, NULL);
    buf_free(&origins->path);
    buf_free(&origins->url);
    buf_free(&origins->name);
    buf_free(&origins->key);
}

bool origins_differ(const struct config *config)
{
    return (config->urls != NULL || template_needs(config->origin) == TEMPLATE_NEEDS_PATH) &&
           !config->dry_run;
}

/* Fills in the scheme and authority of the file's URL. Where they are the same for every file,
 * nothing of the file is looked at. */
static bool fill_url(struct origins *origins, const struct entry *entry)
{
    struct error error;
    struct template_file file = {.file = "", .path = ""};
    buf_clear(&origins->url);
    if (origins->config->urls != NULL) {
        const struct url_list_entry *listed = url_list_find(origins->config->urls, entry->path);
        return listed != NULL && buf_add_text(&origins->url, listed->url);
    }
    if (origins_differ(origins->config)) {
        if (!plan_file_path(entry, &origins->path))
            return false;
        file = (struct template_file){
            .file = buf_text(&origins->path), .path = entry->path, .types = origins->config->types};
    } else if (template_needs(origins->config->origin) != 0) {
        return false;
    }
    return template_fill(origins->config->origin, &file, &origins->url, &error) &&
           host_name_encode_url(&origins->url, &error);
}

/* Writes scheme, host and port to `name`, and in one spelling to `key`, so that there is one origin
 * of each. Files whose URL makes no sense share an origin: what is wrong shows when a request is
 * made of them. */
static bool name_origin(struct origins *origins, const struct entry *entry)
{
    struct http_url parts;
    struct error error;
    struct buf *name = &origins->name;
    struct buf *key = &origins->key;
    buf_clear(name);
    buf_clear(key);
    if (!fill_url(origins, entry) || !http_url_split(buf_text(&origins->url), &parts, &error)) {
        (void)buf_add_text(name, origins->config->origin_name);
    } else {
        (void)buf_add_text(name, parts.is_https ? "https://" : "http://");
        (void)buf_add(name, parts.host.data, parts.host.length);
        if (parts.port != (parts.is_https ? HTTPS_PORT : HTTP_PORT))
            (void)buf_printf(name, ":%d", parts.port);
    }
    for (size_t i = 0; i < name->length; i++)
        (void)buf_add_byte(key, (char)tolower((unsigned char)name->data[i]));
    return !name->failed && !key->failed;
}

/* Forgetting an origin that pauses would break the promise to wait, and one that was given up would
 * be tried anew. */
static bool is_worth_keeping(const struct origin *origin, int64_t now_us)
{
    return origin->gave_up || retry_paused_until_us(&origin->retry) > now_us;
}

/* Bounded work: origins that are worth keeping are put at the end, and looked at again after all
 * others. */
static void forget_some(struct origins *origins, int64_t now_us)
{
    struct list *list = &origins->without_files;
    for (int i = 0; i < LOOKED_AT && list->count > ORIGINS_IDLE_MOST; i++) {
        struct origin *oldest = container_of(list->first, struct origin, place);
        if (list->count > ORIGINS_PAUSING_MOST || !is_worth_keeping(oldest, now_us)) {
            forget(origins, oldest);
            continue;
        }
        list_remove(&oldest->place);
        list_push_back(list, &oldest->place);
    }
}

/* Adds the origin that name_origin() has named. */
static struct origin *add_origin(struct origins *origins, int64_t now_us)
{
    struct origin *origin =
        origin_new(buf_text(&origins->name), origins->config, origins->jobs_most, now_us);
    if (origin == NULL)
        return NULL;
    if (!shares_reserve(origins->shares, origins->table.count + 1) ||
        !table_add(&origins->table, &origin->node, origin->key)) {
        origin_free(origin);
        return NULL;
    }
    origins->made++;
    forget_some(origins, now_us);
    list_push_back(&origins->without_files, &origin->place);
    return origin;
}

struct origin *origins_of_entry(struct origins *origins, const struct entry *entry, int64_t now_us)
{
    if (origins->only != NULL)
        return origins->only;
    if (!name_origin(origins, entry))
        return NULL;
    struct table_node *node = table_find(&origins->table, buf_text(&origins->key));
    if (node != NULL)
        return container_of(node, struct origin, node);
    struct origin *origin = add_origin(origins, now_us);
    if (!origins_differ(origins->config))
        origins->only = origin;
    return origin;
}

void origins_add_file(struct origins *origins, struct origin *origin)
{
    list_place(&origins->with_files, &origin->place);
    shares_note_change(origins->shares, origin);
}

void origins_remove_file(struct origins *origins, struct origin *origin, int64_t now_us)
{
    shares_note_change(origins->shares, origin);
    if (origin->live.count > 0)
        return;
    forget_some(origins, now_us);
    list_place(&origins->without_files, &origin->place);
}
