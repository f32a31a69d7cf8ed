#include "core/url_check.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define NAMED_MOST 3                     /* of each kind */
#define TEXT_MOST  ((size_t)1024 * 1024) /* bytes of the sentence */

/* Marks the URLs that have a file. Returns how many of this run's files have none, and names a few
 * in `names`. */
static size_t mark(struct selection *selection, const struct walk_item *items, size_t count,
    bool *used, struct buf *names)
{
    const struct url_list *urls = selection->config->urls;
    size_t missing = 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i].entry == NULL)
            continue;
        const struct url_list_entry *found = url_list_find(urls, items[i].entry->path);
        if (found != NULL)
            used[found->index] = true;
        else if (selection_has(selection, items[i].entry) && missing++ < NAMED_MOST)
            (void)buf_printf(names, "%s'%s'", missing > 1 ? ", " : "", items[i].entry->path);
    }
    return missing;
}

static size_t count_unused(const struct url_list *urls, const bool *used, struct buf *names)
{
    size_t unused = 0;
    for (size_t i = 0; i < urls->count; i++) {
        if (!used[i] && unused++ < NAMED_MOST)
            (void)buf_printf(names, "%s'%s' in line %zu", unused > 1 ? ", " : "",
                urls->entries[i]->path, urls->entries[i]->line);
    }
    return unused;
}

static void add_kind(struct buf *text, const char *separator, size_t count, const char *one,
    const char *several, const struct buf *names)
{
    if (count == 0)
        return;
    if (count == 1)
        (void)buf_printf(text, "%s%s (%s)", separator, one, buf_text(names));
    else
        (void)buf_printf(text, "%s%zu %s (%s%s)", separator, count, several, buf_text(names),
            count > NAMED_MOST ? ", ..." : "");
}

char *url_check(void *context, const struct walk_item *items, size_t count)
{
    struct selection *selection = context;
    const struct config *config = selection->config;
    bool *used = calloc(config->urls->count + 1, sizeof *used);
    if (used == NULL)
        return strdup("out of memory");
    struct buf files;
    struct buf urls;
    struct buf text;
    buf_init(&files, TEXT_MOST);
    buf_init(&urls, TEXT_MOST);
    buf_init(&text, TEXT_MOST * 3);
    size_t missing = mark(selection, items, count, used, &files);
    size_t unused = count_unused(config->urls, used, &urls);
    char *sentence = NULL;
    if (missing > 0 || unused > 0) {
        (void)buf_printf(&text, "%s: ", config->shown_url);
        add_kind(&text, "", missing, "a file has no URL", "files have no URL", &files);
        add_kind(&text, missing > 0 ? "; " : "", unused, "a URL has no file", "URLs have no file",
            &urls);
        (void)buf_add_text(&text, "; nothing was sent");
        sentence = buf_detach(&text);
    }
    buf_free(&text);
    buf_free(&urls);
    buf_free(&files);
    free(used);
    return sentence;
}
