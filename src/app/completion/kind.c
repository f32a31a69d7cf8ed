/* What completes the value of an option, whatever the shell. */
#include <stddef.h>
#include <string.h>

#include "app/completion/private.h"

enum completion_kind completion_kind(const struct option_row *row)
{
    static const struct {
        const char *shows;
        enum completion_kind kind;
    } kinds[] = {
        {"FILE", COMPLETION_FILE},
        {"DIR", COMPLETION_FOLDER},
        {"NAME|FILE", COMPLETION_RECIPE},
        {"KEY=VALUE", COMPLETION_VARIABLE},
        {"REF", COMPLETION_REFERENCE},
    };
    if (row->choices != NULL)
        return COMPLETION_CHOICE;
    if (row->shows == NULL)
        return COMPLETION_FLAG;
    if (strcmp(row->name, "form") == 0)
        return COMPLETION_FORM;
    const char *shows = row->shows + (strncmp(row->shows, "[=", 2) == 0 ? 2 : 0);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t length = strlen(kinds[i].shows);
        if (strncmp(shows, kinds[i].shows, length) == 0 &&
            (shows[length] == '\0' || shows[length] == ']'))
            return kinds[i].kind;
    }
    return COMPLETION_TEXT;
}

const char *completion_prefix(const struct option_row *row)
{
    if (row->scope != OPTION_ENGINE)
        return NULL;
    return row->repeats ? "add-" : row->kind == OPTION_SWITCH ? "no-" : NULL;
}

void completion_add_choices(struct buf *out, const struct option_row *row)
{
    for (size_t i = 0; row->choices[i] != NULL; i++)
        (void)buf_printf(out, "%s%s", i == 0 ? "'" : " ", row->choices[i]);
    (void)buf_add_byte(out, '\'');
}
