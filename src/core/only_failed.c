/* One entry per file that the events or the journal name, in memory: some 200 bytes each.
 *
 * Of a journal, only rows of this run's own destination count (core/identity.h), so the name of an
 * entry begins with the destination. Events have none: there, it is the path alone. */
#include "core/only_failed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/container_of.h"
#include "base/path.h"
#include "base/table.h"
#include "core/event_file.h"
#include "core/plan.h"
#include "io/journal_report.h"
#include "text/encode.h"

#define NAME_MOST ((size_t)16 * 1024 * 1024) /* bytes of a path */

/* Bytes of a destination at the beginning of a name: hexadecimal digits. */
#define PREFIX (2 * (size_t)IDENTITY_SIZE)

struct known_file {
    struct table_node node;
    bool wanted; /* it is to be sent */
    bool found;  /* the walk found it */
    char name[]; /* destination, if the file is a journal, and path */
};

struct only_failed {
    const struct config *config; /* the caller's */
    struct identity identity;    /* scratch */
    bool is_journal;             /* else events */
    bool cut;                    /* events: the run did not reach its end */
    struct table files;          /* every file that is named */
    struct buf name;             /* scratch */
    struct buf path;             /* scratch */
    struct buf notice;           /* see only_failed_notice() */
};

static void free_known(struct table_node *node)
{
    free(container_of(node, struct known_file, node));
}

void only_failed_free(struct only_failed *known)
{
    if (known == NULL)
        return;
    table_free(&known->files, free_known);
    identity_free(&known->identity);
    buf_free(&known->name);
    buf_free(&known->path);
    buf_free(&known->notice);
    free(known);
}

/* Writes the name of an entry to `known->name`. */
static bool make_name(struct only_failed *known, const unsigned char *destination, const char *path)
{
    char prefix[PREFIX + 1] = "";
    buf_clear(&known->name);
    if (known->is_journal)
        encode_hex(prefix, destination, IDENTITY_SIZE);
    return buf_add_text(&known->name, prefix) && buf_add_text(&known->name, path);
}

static const char *path_in(const struct only_failed *known, const struct known_file *file)
{
    return file->name + (known->is_journal ? PREFIX : 0);
}

/* Adds a file under the name in `known->name`; the table owns it. NULL: out of memory. */
static struct known_file *add_known(struct only_failed *known)
{
    size_t size = known->name.length + 1;
    struct known_file *file = calloc(1, sizeof *file + size);
    if (file == NULL)
        return NULL;
    memcpy(file->name, buf_text(&known->name), size);
    if (table_add(&known->files, &file->node, file->name))
        return file;
    free(file);
    return NULL;
}

/* Notes what is said of the file whose name is in `known->name`. What is said last counts. */
static bool note(struct only_failed *known, bool wanted)
{
    struct table_node *node = table_find(&known->files, buf_text(&known->name));
    struct known_file *file =
        node == NULL ? add_known(known) : container_of(node, struct known_file, node);
    if (file == NULL)
        return false;
    file->wanted = wanted;
    return true; /* NOLINT(clang-analyzer-unix.Malloc): the table owns a file that was added */
}

/* Is a file to be sent of which this is said? `maybe`: the server may have accepted it. */
static bool is_wanted(const struct only_failed *known, bool done, bool maybe)
{
    return !done && !(maybe && known->config->at_most_once);
}

static bool note_row(void *context, const struct journal_report_row *row, struct error *error)
{
    struct only_failed *known = context;
    enum journal_state state = row->row.state;
    bool done = state == JOURNAL_SENT || state == JOURNAL_EXISTS;
    bool maybe = state == JOURNAL_STARTED || state == JOURNAL_UNKNOWN || row->row.maybe_accepted;
    bool noted =
        make_name(known, row->destination, row->path) && note(known, is_wanted(known, done, maybe));
    return noted || error_set_memory(error);
}

static bool note_event(void *context, const struct event_line *line, struct error *error)
{
    struct only_failed *known = context;
    const struct shoal_file *file = &line->event.file;
    known->cut = !line->known || line->event.kind != SHOAL_EVENT_END;
    if (!line->known || line->event.kind != SHOAL_EVENT_FILE)
        return true;
    bool done = file->verdict != SHOAL_FAILED && file->verdict != SHOAL_UNKNOWN;
    bool maybe = file->verdict == SHOAL_UNKNOWN || file->maybe_accepted;
    bool noted =
        make_name(known, NULL, file->path.data) && note(known, is_wanted(known, done, maybe));
    return noted || error_set_memory(error);
}

static bool read_known(struct only_failed *known, struct error *error)
{
    const char *path = known->config->only_failed;
    struct error why = {0};
    bool read;
    if (known->is_journal)
        read = journal_report_rows(path, note_row, known, &why);
    else
        read = event_file_read(path, note_event, known, &why);
    if (!read)
        return error_set(error, why.class, why.code, "--only-failed: %s%s", why.text,
            why.class == ERROR_USAGE && !known->is_journal ? ", and the file is not a journal"
                                                           : "");
    if (known->cut)
        (void)buf_printf(&known->notice,
            "--only-failed '%s': these events have no end, so that run was cut off; files without "
            "an event are sent too",
            path);
    return true;
}

struct only_failed *only_failed_new(const struct config *config, struct error *error)
{
    struct only_failed *known = calloc(1, sizeof *known);
    if (known == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    known->config = config;
    known->is_journal = journal_report_is_one(config->only_failed);
    known->cut = !known->is_journal;
    identity_init(&known->identity, config);
    buf_init(&known->name, NAME_MOST);
    buf_init(&known->path, NAME_MOST);
    buf_init(&known->notice, NAME_MOST);
    if (read_known(known, error))
        return known;
    only_failed_free(known);
    return NULL;
}

const char *only_failed_notice(const struct only_failed *known)
{
    return known->notice.length == 0 ? NULL : buf_text(&known->notice);
}

bool only_failed_takes(struct only_failed *known, const struct entry *entry)
{
    unsigned char destination[IDENTITY_SIZE];
    if (known->is_journal && (!plan_file_path(entry, &known->path) ||
                                 !identity_of_destination(&known->identity, entry->path,
                                     buf_text(&known->path), destination)))
        return true;
    if (!make_name(known, destination, entry->path))
        return true;
    struct table_node *node = table_find(&known->files, buf_text(&known->name));
    if (node == NULL)
        return true;
    struct known_file *file = container_of(node, struct known_file, node);
    file->found = true;
    return file->wanted;
}

/* Writes where the file with {path} `path` would be for the operand `operand` to `known->path`:
 * below it, or beside it, where {path} begins with its name. */
static bool locate(struct only_failed *known, const char *operand, const char *path, bool beside)
{
    const char *base = known->config->base == NULL ? "." : known->config->base;
    const char *folder = strcmp(operand, "-") == 0 ? base : operand;
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    if (beside) {
        while (length > 0 && folder[length - 1] != '/')
            length--;
        while (length > 1 && folder[length - 1] == '/')
            length--;
    }
    buf_clear(&known->path);
    return buf_printf(&known->path, "%.*s/%s", (int)length, length == 0 ? "" : folder, path);
}

/* Is the file at `known->path` one that this run would send there? Of events that is not known. */
static bool is_of_this_run(struct only_failed *known, const struct known_file *file)
{
    unsigned char destination[IDENTITY_SIZE];
    const char *path = path_in(known, file);
    if (!known->is_journal)
        return true;
    return identity_of_destination(&known->identity, path, buf_text(&known->path), destination) &&
           make_name(known, destination, path) && strcmp(buf_text(&known->name), file->name) == 0;
}

static bool is_gone(struct only_failed *known, const struct known_file *file)
{
    const struct config *config = known->config;
    struct stat facts;
    bool of_this_run = false;
    for (size_t i = 0; i < 2 * config->operand_count; i++) {
        const char *operand = config->operands[i / 2];
        if (!locate(known, operand, path_in(known, file), i % 2 == 1))
            continue;
        if (lstat(buf_text(&known->path), &facts) == 0)
            return false; /* left out by a filter, or not a regular file any more */
        of_this_run = of_this_run || is_of_this_run(known, file);
    }
    return of_this_run;
}

void only_failed_each_gone(
    struct only_failed *known, void (*gone)(void *context, const char *path), void *context)
{
    for (size_t i = 0; i < known->files.bucket_count; i++) {
        for (struct table_node *node = known->files.buckets[i]; node != NULL; node = node->next) {
            const struct known_file *file = container_of(node, struct known_file, node);
            if (file->wanted && !file->found && is_gone(known, file))
                gone(context, path_in(known, file));
        }
    }
}
