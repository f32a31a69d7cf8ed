/* What became of the files of a request: sentences, and second files. */
#include <errno.h>
#include <inttypes.h>

#include "base/err.h"
#include "core/plan/private.h"

const struct config_field *plan_pair_of(const struct plan *plan, const struct reader_file *file)
{
    for (size_t i = 0; i < plan->config->field_count; i++) {
        const struct config_field *field = &plan->config->fields[i];
        if (field->is_pair && plan->form.parts[i].file == file)
            return field;
    }
    return NULL;
}

bool plan_pair_result(const struct plan *plan, size_t index, enum reader_result *result)
{
    const struct reader_file *file = plan->form.parts[index].file;
    const struct reader_file *last = plan_unreadable(plan);
    if (last != NULL && last < file)
        return false;
    *result = file->result;
    return true;
}

void plan_explain_pair(
    const struct config_field *field, const struct reader_file *file, struct buf *sentence)
{
    (void)buf_printf(
        sentence, "'%s': no such file; -F '%s' names it as a second file", file->path, field->name);
}

void plan_explain(const struct reader_file *file, struct buf *sentence)
{
    switch (file->result) {
    case READER_OK:
    case READER_ABSENT:
        break;
    case READER_MISSING:
        (void)buf_printf(sentence, "'%s': no such file (any more)", file->path);
        break;
    case READER_NOT_REGULAR:
        (void)buf_printf(sentence, "'%s': is not a regular file (any more)", file->path);
        break;
    case READER_LINK:
        (void)buf_printf(sentence,
            "'%s': a symbolic link is in the way, or leads out of the folder given", file->path);
        break;
    case READER_TOO_LARGE:
        (void)buf_printf(sentence, "'%s': %" PRId64 " bytes; --refuse-over allows at most %" PRId64,
            file->path, file->facts.size, file->size_most);
        break;
    case READER_CHANGED:
        (void)buf_printf(sentence,
            "'%s': changed while it was read; if it never stops changing, as a log, send a copy",
            file->path);
        break;
    case READER_SIZE_WRONG:
        (void)buf_printf(sentence,
            "'%s': has more or less content than its size says, as in /proc and /sys; send a copy",
            file->path);
        break;
    case READER_FAILED:
        if (file->code == EACCES)
            (void)buf_printf(sentence, "'%s': permission denied", file->path);
        else
            (void)buf_printf(
                sentence, "'%s': can't be read: %s", file->path, error_reason(file->code));
        break;
    }
}
