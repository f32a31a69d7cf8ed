/* Compares outcome_of() with the table in docs/verdicts.md, for every phase, error and status. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error_name.h"

enum {
    ROWS_MAX = 64,
    CELL_SIZE = 128,
    COLUMNS = 6,
    STATUS_NONE = 0,
    STATUS_PAST_ALL = 700,
};

enum status_kind {
    STATUS_IS_NONE,
    STATUS_IS_ANY,
    STATUS_IS_EXISTS,
    STATUS_IS_SUCCESS,
    STATUS_IS_LISTED,
    STATUS_IS_LISTED_WITH_A_WAIT,
    STATUS_IS_LISTED_REUSED,
    STATUS_IS_LISTED_FOLLOWED,
    STATUS_IS_PROXY,
};

struct row {
    char cells[COLUMNS][CELL_SIZE];
    unsigned phases; /* bits */
    unsigned errors;
    enum status_kind status;
    struct status_list codes;
    enum outcome outcome;
    bool temporary;
    bool counts;
    unsigned used;
};

struct table {
    struct row rows[ROWS_MAX];
    size_t count;
};

typedef const char *word_of(int number);

static const char *phase_word(int number)
{
    return attempt_phase_name((enum attempt_phase)number);
}

static const char *error_word(int number)
{
    return error_name((enum attempt_error)number);
}

static const char *outcome_word(int number)
{
    static const char *const names[OUTCOMES] = {
        [OUTCOME_DONE] = "done",
        [OUTCOME_EXISTS] = "exists",
        [OUTCOME_REFUSED] = "refused",
        [OUTCOME_REJECTED] = "rejected",
        [OUTCOME_AMBIGUOUS] = "ambiguous",
        [OUTCOME_REDIRECTED] = "redirected",
    };
    return names[number];
}

static int find_word(const char *word, word_of *name, int count)
{
    for (int number = 0; number < count; number++) {
        if (strcmp(word, name(number)) == 0)
            return number;
    }
    fail_msg("docs/verdicts.md: unknown word '%s'", word);
    return -1;
}

/* Reads "sending, waiting" or "any" into bits. */
static unsigned read_words(const char *cell, word_of *name, int count)
{
    if (strcmp(cell, "any") == 0)
        return (1U << count) - 1;
    unsigned bits = 0;
    char copy[CELL_SIZE];
    (void)snprintf(copy, sizeof copy, "%s", cell);
    char *rest = copy;
    for (char *word; (word = strsep(&rest, ",")) != NULL;)
        bits |= 1U << find_word(word + strspn(word, " "), name, count);
    return bits;
}

static bool read_yes(const char *cell)
{
    if (strcmp(cell, "yes") != 0 && strcmp(cell, "no") != 0)
        fail_msg("docs/verdicts.md: '%s' is not yes or no", cell);
    return cell[0] == 'y';
}

/* "408, 425, 500-599": a reader of the test's own, so that it depends on nothing else. */
static void read_codes(const char *cell, struct status_list *codes)
{
    for (const char *at = cell; *at != '\0';) {
        char *end;
        long first = strtol(at, &end, 10);
        long last = *end == '-' ? strtol(end + 1, &end, 10) : first;
        if (first < STATUS_FIRST || last > STATUS_LAST || first > last)
            fail_msg("docs/verdicts.md: bad list of codes '%s'", cell);
        for (long code = first; code <= last; code++)
            codes->bits[code / 64] |= UINT64_C(1) << (code % 64);
        at = end + strspn(end, ", ");
    }
}

static void read_status(const char *cell, struct row *row)
{
    static const struct {
        const char *word;
        enum status_kind kind;
    } words[] = {
        {"none", STATUS_IS_NONE},
        {"any", STATUS_IS_ANY},
        {"exists", STATUS_IS_EXISTS},
        {"success", STATUS_IS_SUCCESS},
    };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strcmp(cell, words[i].word) == 0) {
            row->status = words[i].kind;
            return;
        }
    }
    bool of_proxy = strncmp(cell, "proxy ", 6) == 0;
    char codes[CELL_SIZE];
    (void)snprintf(codes, sizeof codes, "%s", of_proxy ? cell + 6 : cell);
    char *wait = strstr(codes, " with a wait");
    if (wait != NULL)
        *wait = '\0';
    char *reused = strstr(codes, " over a kept connection");
    if (reused != NULL)
        *reused = '\0';
    char *followed = strstr(codes, " that is followed");
    if (followed != NULL)
        *followed = '\0';
    row->status = of_proxy           ? STATUS_IS_PROXY
                  : followed != NULL ? STATUS_IS_LISTED_FOLLOWED
                  : reused != NULL   ? STATUS_IS_LISTED_REUSED
                  : wait != NULL     ? STATUS_IS_LISTED_WITH_A_WAIT
                                     : STATUS_IS_LISTED;
    read_codes(codes, &row->codes);
}

/* Splits `| a | b |` into its cells. False: not a row of six cells. */
static bool split_row(char *line, struct row *row)
{
    char *rest = line;
    char *piece = strsep(&rest, "|");
    if (rest == NULL || *piece != '\0')
        return false;
    size_t column = 0;
    while ((piece = strsep(&rest, "|")) != NULL && rest != NULL) {
        piece += strspn(piece, " ");
        size_t length = strlen(piece);
        while (length > 0 && piece[length - 1] == ' ')
            length--;
        if (column == COLUMNS || length >= CELL_SIZE)
            return false;
        (void)snprintf(row->cells[column++], CELL_SIZE, "%.*s", (int)length, piece);
    }
    return column == COLUMNS;
}

static void add_row(struct table *table, const struct row *cells)
{
    assert_true(table->count < ROWS_MAX);
    struct row *row = &table->rows[table->count++];
    *row = *cells;
    row->phases = read_words(row->cells[0], phase_word, ATTEMPT_PHASES);
    row->errors = read_words(row->cells[1], error_word, ATTEMPT_ERRORS);
    read_status(row->cells[2], row);
    row->outcome = (enum outcome)find_word(row->cells[3], outcome_word, OUTCOMES);
    row->temporary = read_yes(row->cells[4]);
    row->counts = read_yes(row->cells[5]);
}

static int load_table(void **state)
{
    static struct table table;
    const char *source = getenv("SHOAL_SOURCE");
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/docs/verdicts.md", source != NULL ? source : ".");
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        (void)fprintf(stderr, "can't open '%s' (SHOAL_SOURCE)\n", path);
        return -1;
    }
    char line[1024];
    bool inside = false;
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        struct row row = {0};
        if (!split_row(line, &row))
            inside = false;
        else if (strcmp(row.cells[0], "phase") == 0)
            inside = true;
        else if (inside && row.cells[0][0] != '-')
            add_row(&table, &row);
    }
    (void)fclose(file);
    *state = &table;
    return 0;
}

static bool row_fits(
    const struct row *row, const struct attempt_end *end, const struct outcome_rules *rules)
{
    if ((row->phases & 1U << end->phase) == 0 || (row->errors & 1U << end->error) == 0)
        return false;
    bool answered = end->status != STATUS_NONE;
    switch (row->status) {
    case STATUS_IS_NONE:
        return !answered;
    case STATUS_IS_ANY:
        return answered;
    case STATUS_IS_EXISTS:
        return answered && status_list_has(&rules->exists, end->status);
    case STATUS_IS_SUCCESS:
        return answered && status_list_has(&rules->success, end->status);
    case STATUS_IS_LISTED:
        return answered && status_list_has(&row->codes, end->status);
    case STATUS_IS_LISTED_WITH_A_WAIT:
        return answered && end->asks_to_wait && status_list_has(&row->codes, end->status);
    case STATUS_IS_LISTED_REUSED:
        return answered && end->reused && status_list_has(&row->codes, end->status);
    case STATUS_IS_LISTED_FOLLOWED:
        return end->check == ATTEMPT_REDIRECTED && status_list_has(&row->codes, end->status);
    case STATUS_IS_PROXY:
        return !answered && status_list_has(&row->codes, end->proxy_status);
    }
    return false;
}

static void check_end(
    struct table *table, const struct attempt_end *end, const struct outcome_rules *rules)
{
    struct row *row = NULL;
    for (size_t i = 0; i < table->count && row == NULL; i++) {
        if (row_fits(&table->rows[i], end, rules))
            row = &table->rows[i];
    }
    if (row == NULL) {
        fail_msg("docs/verdicts.md: no row for %s, %s, status %ld", attempt_phase_name(end->phase),
            error_name(end->error), end->status);
        return;
    }
    row->used++;
    enum outcome outcome = outcome_of(end, rules);
    if (outcome != row->outcome || outcome_is_temporary(outcome, end) != row->temporary ||
        outcome_counts(outcome, end) != row->counts)
        fail_msg("%s, %s, status %ld (proxy %ld): %s, temporary %d, counts %d; the table says: %s, "
                 "%s, %s",
            attempt_phase_name(end->phase), error_name(end->error), end->status, end->proxy_status,
            outcome_word(outcome), outcome_is_temporary(outcome, end), outcome_counts(outcome, end),
            row->cells[3], row->cells[4], row->cells[5]);
}

static void check_statuses(
    struct table *table, struct attempt_end end, const struct outcome_rules *rules)
{
    check_end(table, &end, rules);
    for (end.status = 1; end.status <= STATUS_PAST_ALL; end.status++) {
        end.asks_to_wait = false;
        check_end(table, &end, rules);
        end.asks_to_wait = true;
        check_end(table, &end, rules);
        end.reused = true;
        check_end(table, &end, rules);
        end.reused = false;
        if (end.status != 307 && end.status != 308)
            continue;
        end.check = ATTEMPT_REDIRECTED;
        check_end(table, &end, rules);
        end.check = ATTEMPT_UNCHECKED;
    }
    end.asks_to_wait = false;
    end.status = STATUS_NONE;
    for (end.proxy_status = 100; end.proxy_status <= STATUS_LAST; end.proxy_status++)
        check_end(table, &end, rules);
}

static struct outcome_rules make_rules(const char *success, const char *exists)
{
    struct outcome_rules rules = {0};
    read_codes(success, &rules.success);
    read_codes(exists, &rules.exists);
    return rules;
}

static void every_end_is_what_the_table_says(void **state)
{
    const struct outcome_rules rules[] = {
        make_rules("200-299", ""),
        make_rules("200-299", "409, 412"),
        make_rules("201, 302", "200"),
        make_rules("", ""),
    };
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        for (int phase = 0; phase < ATTEMPT_PHASES; phase++) {
            for (int error = 0; error < ATTEMPT_ERRORS; error++) {
                struct attempt_end end = {
                    .phase = (enum attempt_phase)phase, .error = (enum attempt_error)error};
                check_statuses(*state, end, &rules[i]);
            }
        }
    }
}

static void every_row_of_the_table_decides_something(void **state)
{
    const struct table *table = *state;
    assert_true(table->count >= 20);
    for (size_t i = 0; i < table->count; i++) {
        if (table->rows[i].used == 0)
            fail_msg("docs/verdicts.md: the row %s, %s, %s never decides", table->rows[i].cells[0],
                table->rows[i].cells[1], table->rows[i].cells[2]);
    }
}

static void a_status_or_a_phase_past_connecting_means_reached(void **state)
{
    (void)state;
    struct attempt_end end = {.phase = ATTEMPT_CONNECTING, .error = ATTEMPT_CONNECT};
    assert_false(attempt_reached(&end));
    end.phase = ATTEMPT_SENDING;
    assert_true(attempt_reached(&end));
    end = (struct attempt_end){.phase = ATTEMPT_CONNECTING, .status = 503};
    assert_true(attempt_reached(&end));
    end = (struct attempt_end){
        .phase = ATTEMPT_CONNECTING, .error = ATTEMPT_PROXY, .proxy_status = 502};
    assert_false(attempt_reached(&end));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_end_is_what_the_table_says),
        cmocka_unit_test(every_row_of_the_table_decides_something),
        cmocka_unit_test(a_status_or_a_phase_past_connecting_means_reached),
    };
    return cmocka_run_group_tests(tests, load_table, NULL);
}
