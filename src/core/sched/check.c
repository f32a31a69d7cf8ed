/* What the content of a response says about its file: --exists CODES:CHECK, --reject CODES:CHECK,
 * --check. */
#include <string.h>

#include "core/sched/private.h"

/* How a response is checked for one file. */
struct checking {
    struct sched *sched;
    const struct file *file;
    struct response_content content;
    long status;
};

/* Evaluates one check. `sched->text` receives why it does not hold. A value that cannot be filled
 * in fails it. */
static bool holds(const struct checking *checking, const struct config_check *check)
{
    struct sched *sched = checking->sched;
    struct error error;
    buf_clear(&sched->text);
    buf_clear(&sched->check_value);
    struct template_file named = plan_describe(checking->file->slot->plan, checking->file->entry);
    if (!template_fill(check->value, &named, &sched->check_value, &error)) {
        (void)buf_add_text(&sched->text, error.text);
        return false;
    }
    struct http_slice value = {buf_text(&sched->check_value), sched->check_value.length};
    return response_check_holds(&check->check, value, &checking->content, &sched->text);
}

static bool any_holds(const struct checking *checking, const struct config_checks *checks)
{
    for (size_t i = 0; i < checks->count; i++) {
        if (status_list_has(&checks->list[i].codes, checking->status) &&
            holds(checking, &checks->list[i]))
            return true;
    }
    return false;
}

/* The first check that does not hold; NULL: all of them do. */
static const struct config_check *find_failed(
    const struct checking *checking, const struct config_checks *checks)
{
    for (size_t i = 0; i < checks->count; i++) {
        if (!holds(checking, &checks->list[i]))
            return &checks->list[i];
    }
    return NULL;
}

enum attempt_check sched_check_response(
    struct sched *sched, const struct file *file, const struct http_end *end)
{
    const struct config *config = sched->parts.config;
    const struct attempt_end *attempt = &end->attempt;
    buf_clear(&sched->check_failure);
    if (attempt->status == 0)
        return ATTEMPT_UNCHECKED;
    bool is_whole = attempt->error == ATTEMPT_OK;
    struct checking checking = {.sched = sched,
        .file = file,
        .content = {.phrase = {end->phrase, strlen(end->phrase)},
            .body = {buf_text(end->answer), end->answer->length},
            .cut = end->answer_cut || !is_whole || end->coding[0] != '\0'},
        .status = attempt->status};
    if (any_holds(&checking, &config->exists_checks))
        return ATTEMPT_EXISTS;
    if (any_holds(&checking, &config->reject_checks))
        return ATTEMPT_REJECTED;
    if (!status_list_has(&config->rules.success, attempt->status))
        return ATTEMPT_UNCHECKED;
    if (!is_whole && attempt->error != ATTEMPT_LARGE_ANSWER)
        return ATTEMPT_UNCHECKED; /* no success: its response is incomplete */
    const struct config_check *failed = find_failed(&checking, &config->checks);
    if (failed == NULL)
        return ATTEMPT_UNCHECKED;
    (void)buf_printf(&sched->check_failure, "status %ld, but %s fails: %s", attempt->status,
        failed->label, buf_text(&sched->text));
    return ATTEMPT_CHECK_FAILED;
}
