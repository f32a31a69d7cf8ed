/* Rows as lists of values, so that one function hashes what is written and what is read. */
#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "io/journal/private.h"
#include "text/encode.h"

struct value {
    int type;         /* SQLITE_NULL, SQLITE_INTEGER, SQLITE_TEXT or SQLITE_BLOB */
    int64_t number;   /* SQLITE_INTEGER */
    const void *data; /* SQLITE_TEXT, SQLITE_BLOB */
    size_t length;    /* bytes of `data` */
};

static const char *const state_names[JOURNAL_STATES] = {
    [JOURNAL_STARTED] = "started",
    [JOURNAL_SENT] = "sent",
    [JOURNAL_EXISTS] = "exists",
    [JOURNAL_FAILED] = "failed",
    [JOURNAL_UNKNOWN] = "unknown",
};

const char *journal_state_name(enum journal_state state)
{
    return state_names[state];
}

static struct value number_of(int64_t number)
{
    return (struct value){.type = SQLITE_INTEGER, .number = number};
}

static struct value text_of(const char *text)
{
    if (text == NULL)
        return (struct value){.type = SQLITE_NULL};
    size_t length = strlen(text);
    int type = utf8_valid(text, length) ? SQLITE_TEXT : SQLITE_BLOB;
    return (struct value){.type = type, .data = text, .length = length};
}

static struct value hash_value(const unsigned char *hash, bool present)
{
    if (!present)
        return (struct value){.type = SQLITE_NULL};
    return (struct value){.type = SQLITE_BLOB, .data = hash, .length = JOURNAL_HASH};
}

/* The checksum of all columns before it. Types and lengths are part of it, so that no byte can move
 * from one column to the next. */
static int64_t checksum(const struct value *values)
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < ROW_CHECKSUM; i++) {
        const struct value *value = &values[i];
        uint64_t head[2] = {(uint64_t)value->type,
            value->type == SQLITE_INTEGER ? (uint64_t)value->number : value->length};
        hash = hash_add(hash, head, sizeof head);
        hash = hash_add(hash, value->data, value->length);
    }
    return (int64_t)hash;
}

static bool bind(sqlite3_stmt *statement, int index, const struct value *value)
{
    int length = value->length <= INT_MAX ? (int)value->length : INT_MAX;
    int result = SQLITE_OK;
    if (value->type == SQLITE_INTEGER)
        result = sqlite3_bind_int64(statement, index, value->number);
    else if (value->type == SQLITE_TEXT)
        result = sqlite3_bind_text(statement, index, value->data, length, SQLITE_STATIC);
    else if (value->type == SQLITE_BLOB)
        result = sqlite3_bind_blob(statement, index, value->data, length, SQLITE_STATIC);
    else
        result = sqlite3_bind_null(statement, index);
    return result == SQLITE_OK;
}

bool row_bind_path(sqlite3_stmt *statement, int index, const char *path)
{
    struct value value = text_of(path);
    return bind(statement, index, &value);
}

bool row_bind(sqlite3_stmt *statement, const struct journal_note *note, int64_t run)
{
    const struct journal_row *row = &note->row;
    const struct journal_facts *facts = &row->facts;
    bool has_other_digests = facts->has_sha256 && facts->has_others;
    struct value values[ROW_COLUMN_COUNT] = {
        [ROW_PATH] = text_of(note->path),
        [ROW_DESTINATION] = hash_value(note->destination, true),
        [ROW_STATE] = text_of(state_names[row->state]),
        [ROW_SIZE] = number_of(facts->size),
        [ROW_MTIME] = number_of(facts->mtime_seconds),
        [ROW_MTIME_NS] = number_of(facts->mtime_nanoseconds),
        [ROW_SHA256] = hash_value(facts->sha256, facts->has_sha256),
        [ROW_OTHERS] = hash_value(facts->others, facts->has_others),
        [ROW_OTHERS_SHA256] = hash_value(facts->others_sha256, has_other_digests),
        [ROW_ATTEMPTS] = number_of(row->attempts),
        [ROW_STATUS] = number_of(row->status),
        [ROW_TEMPORARY] = number_of(row->temporary),
        [ROW_MAYBE_ACCEPTED] = number_of(row->maybe_accepted),
        [ROW_REASON] = text_of(note->reason),
        [ROW_CAUSE] = text_of(note->cause),
        [ROW_RUN] = number_of(run),
        [ROW_AT] = number_of(row->at),
    };
    values[ROW_CHECKSUM] = number_of(checksum(values));
    bool bound = true;
    for (int i = 0; i < ROW_COLUMN_COUNT; i++)
        bound = bind(statement, i + 1, &values[i]) && bound;
    return bound;
}

static struct value column(sqlite3_stmt *statement, int index)
{
    struct value value = {.type = sqlite3_column_type(statement, index)};
    if (value.type == SQLITE_INTEGER) {
        value.number = sqlite3_column_int64(statement, index);
    } else if (value.type == SQLITE_TEXT || value.type == SQLITE_BLOB) {
        value.data = sqlite3_column_blob(statement, index);
        value.length = (size_t)sqlite3_column_bytes(statement, index);
    }
    return value;
}

/* Copies a hash, if there is one. Returns whether there is. */
static bool copy_hash(const struct value *value, unsigned char *hash)
{
    if (value->type != SQLITE_BLOB || value->length != JOURNAL_HASH)
        return false;
    memcpy(hash, value->data, JOURNAL_HASH);
    return true;
}

static bool find_state(const struct value *value, enum journal_state *state)
{
    for (size_t i = 0; value->type == SQLITE_TEXT && i < JOURNAL_STATES; i++) {
        if (strlen(state_names[i]) == value->length &&
            memcmp(state_names[i], value->data, value->length) == 0) {
            *state = (enum journal_state)i;
            return true;
        }
    }
    return false;
}

bool row_read(sqlite3_stmt *statement, struct journal_row *row)
{
    struct value values[ROW_COLUMN_COUNT];
    for (int i = 0; i < ROW_COLUMN_COUNT; i++)
        values[i] = column(statement, i);
    *row = (struct journal_row){.attempts = values[ROW_ATTEMPTS].number,
        .status = values[ROW_STATUS].number,
        .temporary = values[ROW_TEMPORARY].number != 0,
        .maybe_accepted = values[ROW_MAYBE_ACCEPTED].number != 0,
        .at = values[ROW_AT].number};
    struct journal_facts *facts = &row->facts;
    facts->size = values[ROW_SIZE].number;
    facts->mtime_seconds = values[ROW_MTIME].number;
    facts->mtime_nanoseconds = values[ROW_MTIME_NS].number;
    facts->has_sha256 = copy_hash(&values[ROW_SHA256], facts->sha256);
    facts->has_others = copy_hash(&values[ROW_OTHERS], facts->others);
    (void)copy_hash(&values[ROW_OTHERS_SHA256], facts->others_sha256);
    const struct value *sum = &values[ROW_CHECKSUM];
    return sum->type == SQLITE_INTEGER && sum->number == checksum(values) &&
           find_state(&values[ROW_STATE], &row->state);
}
