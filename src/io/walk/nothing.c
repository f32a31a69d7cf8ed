/* A run that finds nothing says how much the filters left out, and which pattern would match. */
#include <inttypes.h>
#include <string.h>

#include "base/path.h"
#include "io/walk/private.h"

#define RULES_NAMED 3
#define TEXT_MOST   (64 * 1024)

void walk_nothing_init(struct walk_shared *shared, const struct walk_operands *operands)
{
    bool one = operands->count == 1 && operands->items[0].kind == WALK_OPERAND_FOLDER;
    if (shared->ignore != NULL)
        shared->suggest = ignore_suggest_new(shared->ignore, one ? operands->items[0].name : "");
}

/* Adds "dist has ", or nothing if a file was given by itself. */
static void add_places(struct buf *out, const struct walk_operands *operands)
{
    for (size_t i = 0; i < operands->count; i++) {
        if (operands->items[i].kind == WALK_OPERAND_FILE)
            return;
    }
    for (size_t i = 0; i < operands->count; i++) {
        const struct walk_operand *operand = &operands->items[i];
        bool is_list = operand->kind == WALK_OPERAND_LIST;
        (void)buf_printf(out, "%s%s", i == 0 ? "" : ", ", is_list ? "the list" : operand->argument);
    }
    (void)buf_add_text(out, operands->count == 1 ? " has " : " have ");
}

/* Adds "4 files and 1 folder". */
static void add_counts(struct buf *out, const struct walk_shared *shared)
{
    uint64_t files = shared->left_out;
    uint64_t folders = shared->not_entered;
    if (files > 0 || folders == 0)
        (void)buf_printf(out, "%" PRIu64 " file%s", files, files == 1 ? "" : "s");
    if (files > 0 && folders > 0)
        (void)buf_add_text(out, " and ");
    if (folders > 0)
        (void)buf_printf(out, "%" PRIu64 " folder%s", folders, folders == 1 ? "" : "s");
}

/* Adds "--no-hidden --include '*.map'": the first filters. */
static void add_filters(struct buf *out, const struct walk_shared *shared)
{
    size_t count = shared->ignore == NULL ? 0 : ignore_rule_count(shared->ignore);
    if (shared->no_hidden)
        (void)buf_add_text(out, count == 0 ? "--no-hidden" : "--no-hidden ");
    for (size_t i = 0; i < count && i < RULES_NAMED; i++)
        (void)buf_printf(out, "%s%s", i == 0 ? "" : " ", ignore_rule_name(shared->ignore, i));
    if (count > RULES_NAMED)
        (void)buf_printf(out, " and %zu more", count - RULES_NAMED);
}

/* Is there an exclude of `*` beside an include? Then no folder is entered, or the exclude decides.
 */
static bool excludes_all(const struct walk_shared *shared)
{
    bool all = false;
    bool some = false;
    for (size_t i = 0; shared->ignore != NULL && i < ignore_rule_count(shared->ignore); i++) {
        const char *pattern = ignore_rule_pattern(shared->ignore, i);
        bool includes = ignore_rule_includes(shared->ignore, i);
        all = all || (!includes && strspn(pattern, "*/") == strlen(pattern));
        some = some || includes;
    }
    return all && some;
}

/* Adds the pattern that would have matched, if one is known. */
static void add_better(struct buf *out, const struct walk_shared *shared)
{
    bool by_name = false;
    const char *better =
        shared->suggest == NULL ? NULL : ignore_suggest_better(shared->suggest, &by_name);
    if (better == NULL && excludes_all(shared))
        (void)buf_add_text(out, "; an exclude of '*' is not needed: if the first rule is an "
                                "include, all other files are left out");
    if (better != NULL)
        (void)buf_printf(out, "; %s'%s' would match",
            by_name ? "patterns are matched with what is below PATH: " : "", better);
}

static struct walk_item finish(struct buf *text, enum walk_kind kind)
{
    struct walk_item item =
        text->failed ? walk_item_no_memory() : walk_item_problem("", 0, "%s", buf_text(text));
    if (!walk_item_is_memory(&item))
        item.kind = kind;
    buf_free(text);
    return item;
}

bool walk_nothing_next(const struct walk_shared *shared, const struct walk_operands *operands,
    size_t *at, size_t *rule, struct walk_item *item)
{
    struct buf text;
    buf_init(&text, TEXT_MOST);
    if (shared->found == 0 && shared->left_out + shared->not_entered > 0 && *at == 0) {
        *at = SIZE_MAX;
        add_places(&text, operands);
        add_counts(&text, shared);
        (void)buf_add_text(&text, ", none passes the filters (");
        add_filters(&text, shared);
        (void)buf_add_byte(&text, ')');
        add_better(&text, shared);
        *item = finish(&text, WALK_NOTHING);
        return true;
    }
    const char *better =
        shared->suggest == NULL ? NULL : ignore_suggest_next(shared->suggest, at, rule);
    if (better == NULL)
        return false;
    (void)buf_printf(&text,
        "%s matches nothing; patterns are matched with what is below PATH: '%s' would match",
        ignore_rule_name(shared->ignore, *rule), better);
    *item = finish(&text, WALK_NOTICE);
    return true;
}
