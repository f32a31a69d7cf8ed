#include "receive/fault.h"

#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "text/nearest.h"
#include "text/units.h"

/* Sets of phases: one bit for each. */
#define PHASE(x)       (1U << (x))
#define PHASES_ON_PATH (PHASE(FAULT_HEADERS) | PHASE(FAULT_BODY) | PHASE(FAULT_TAKEN))

#define DELAY_MAX_MS INT64_C(86400000) /* a day, in milliseconds */
#define RETRY_MAX    INT64_C(31536000) /* a year, in seconds */
#define SPEC_SIZE    256               /* longest SPEC, in bytes with its NUL */

/* The words for enum fault_phase, in its order. */
static const char *const phase_names[] = {
    "headers", "body", "taken", "answer", "kept", "next", NULL};

/* What KIND means. */
struct fault_row {
    const char *name;
    enum fault_kind kind;
    enum fault_phase phase; /* the default */
    unsigned phases;        /* set of phases that may be given */
    bool has_value;         /* =VALUE is required; otherwise it is an error */
};

static const struct fault_row rows[] = {
    {"delay", FAULT_DELAY, FAULT_TAKEN, PHASES_ON_PATH | PHASE(FAULT_ANSWER), true},
    {"status", FAULT_STATUS, FAULT_BODY, PHASES_ON_PATH, true},
    {"early", FAULT_STATUS, FAULT_HEADERS, PHASE(FAULT_HEADERS), true},
    {"reset", FAULT_RESET, FAULT_ANSWER, PHASES_ON_PATH | PHASE(FAULT_ANSWER), false},
    {"stall", FAULT_STALL, FAULT_TAKEN, PHASES_ON_PATH | PHASE(FAULT_ANSWER), false},
    {"close", FAULT_CLOSE, FAULT_KEPT, (1U << FAULT_PHASES) - 1, false},
    {"drop", FAULT_CLOSE, FAULT_TAKEN, PHASE(FAULT_TAKEN), false},
    {"truncate", FAULT_CLOSE, FAULT_ANSWER, PHASE(FAULT_ANSWER), false},
    {"garbage", FAULT_GARBAGE, FAULT_TAKEN, PHASES_ON_PATH, false},
};

const char *fault_help(void)
{
    return "Faults:\n"
           "  delay=MS    wait before the response (:headers, :body, :answer: wait there)\n"
           "  status=CODE read the body, drop it, respond CODE (:headers: respond before\n"
           "              reading the body; :taken: store the file); CODE,retry-after=S adds\n"
           "              a Retry-After in seconds, CODE,retry-after=date+S one as a date\n"
           "  early=CODE  the same as status=CODE:headers\n"
           "  reset       reset the connection within the response (:headers, :body, :taken)\n"
           "  stall       accept the file, then send nothing (:headers, :body, :answer)\n"
           "  close       close the connection after the response, unannounced (:headers,\n"
           "              :body, :taken, :answer; :next: when the next request arrives)\n"
           "  drop        accept the file, then close the connection (close:taken)\n"
           "  truncate    send half of the response's body, then close (close:answer)\n"
           "  garbage     respond with bytes that are not HTTP (:headers, :body)\n"
           "\n"
           ":PHASE after a fault changes when it applies. A fault applies to every request,\n"
           "or to those chosen by @WHICH: @10% (at random), @every=3, @first=2,\n"
           "@from=500.\n";
}

const char *fault_kind_name(enum fault_kind kind)
{
    static const char *const names[] = {"delay", "status", "reset", "stall", "close", "garbage"};
    return names[kind];
}

static bool wrong(struct error *error, const char *spec, const char *reason)
{
    return error_set(error, ERROR_USAGE, 0, "--fault '%s': %s", spec, reason);
}

/* As wrong(), with the one of `names` that is similar to `word`. */
static bool wrong_word(struct error *error, const char *spec, const char *reason, const char *word,
    const char *const *names)
{
    char hint[NEAREST_HINT_SIZE];
    struct nearest nearest = nearest_to(word);
    nearest_offer_list(&nearest, names);
    return error_set(error, ERROR_USAGE, 0, "--fault '%s': %s%s", spec, reason,
        nearest_hint(&nearest, "'", "'", hint));
}

/* Cuts `text` at the first `separator` and returns what follows it; NULL: there is none. */
static char *cut(char *text, char separator)
{
    char *found = strchr(text, separator);
    if (found == NULL)
        return NULL;
    *found = '\0';
    return found + 1;
}

/* Reads a share without its '%': a number with at most one decimal. */
static bool parse_share(char *text, const char *spec, struct fault *fault, struct error *error)
{
    int64_t whole = 0;
    int64_t tenths = 0;
    char *decimal = cut(text, '.');
    bool right = units_parse_number(text, 0, 100, &whole);
    if (decimal != NULL)
        right = right && strlen(decimal) == 1 && units_parse_number(decimal, 0, 9, &tenths);
    fault->choice = FAULT_SHARE;
    fault->amount = (uint64_t)(whole * 10 + tenths) * (FAULT_SHARE_WHOLE / 1000);
    if (right && fault->amount <= FAULT_SHARE_WHOLE)
        return true;
    return wrong(error, spec, "a share is a number from 0 to 100, as in @10% or @0.5%");
}

static bool parse_choice(char *text, const char *spec, struct fault *fault, struct error *error)
{
    size_t length = strlen(text);
    if (length > 0 && text[length - 1] == '%') {
        text[length - 1] = '\0';
        return parse_share(text, spec, fault, error);
    }
    const char *value = cut(text, '=');
    int64_t number = 0;
    static const struct {
        const char *name;
        enum fault_choice_kind choice;
    } choices[] = {{"every", FAULT_EVERY}, {"first", FAULT_FIRST}, {"from", FAULT_FROM}};
    if (value != NULL && units_parse_number(value, 1, INT64_MAX, &number)) {
        fault->amount = (uint64_t)number;
        for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
            fault->choice = choices[i].choice;
            if (strcmp(text, choices[i].name) == 0)
                return true;
        }
    }
    static const char *const names[] = {"every", "first", "from", NULL};
    return wrong_word(error, spec, "after @, give 10%, every=N, first=N or from=N", text, names);
}

static bool parse_phase(const char *text, const char *spec, const struct fault_row *row,
    struct fault *fault, struct error *error)
{
    for (size_t i = 0; i < FAULT_PHASES; i++) {
        if (strcmp(text, phase_names[i]) != 0)
            continue;
        if ((row->phases & PHASE(i)) == 0)
            return wrong(error, spec, "it can't apply in that phase");
        fault->phase = (enum fault_phase)i;
        return true;
    }
    return wrong_word(
        error, spec, "a phase is headers, body, taken, answer, kept or next", text, phase_names);
}

static bool parse_retry_after(
    const char *text, const char *spec, struct fault *fault, struct error *error)
{
    static const char key[] = "retry-after=";
    static const char date[] = "date+";
    if (fault->kind != FAULT_STATUS || strncmp(text, key, sizeof key - 1) != 0)
        return wrong(error, spec, "after the comma, give retry-after=S, for a status only");
    text += sizeof key - 1;
    if (strncmp(text, date, sizeof date - 1) == 0) {
        fault->retry_after_date = true;
        text += sizeof date - 1;
    }
    if (!units_parse_number(text, 0, RETRY_MAX, &fault->retry_after))
        return wrong(error, spec, "retry-after is a number of seconds, or date+SECONDS");
    return true;
}

static bool parse_value(
    const char *text, const char *spec, struct fault *fault, struct error *error)
{
    int64_t number;
    if (fault->kind == FAULT_DELAY) {
        if (text == NULL || !units_parse_number(text, 0, DELAY_MAX_MS, &number))
            return wrong(error, spec, "a delay is a number of milliseconds, as in delay=50");
        fault->delay_us = number * CLOCK_US_PER_MS;
        return true;
    }
    if (text == NULL || !units_parse_number(text, 200, 599, &number))
        return wrong(error, spec, "a status is a number from 200 to 599, as in status=503");
    fault->status = (unsigned)number;
    return true;
}

static const struct fault_row *find_row(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

static bool wrong_fault(struct error *error, const char *spec, const char *name)
{
    const char *names[sizeof rows / sizeof *rows + 1] = {NULL};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        names[i] = rows[i].name;
    return wrong_word(error, spec,
        "it must be delay=MS, status=CODE, early=CODE, reset, stall, close, drop, truncate or "
        "garbage",
        name, names);
}

bool fault_parse(const char *spec, struct fault *fault, struct error *error)
{
    char text[SPEC_SIZE];
    if (strlen(spec) >= sizeof text)
        return wrong(error, spec, "it is too long");
    memcpy(text, spec, strlen(spec) + 1);
    char *choice = cut(text, '@');
    char *phase = cut(text, ':');
    char *extra = cut(text, ',');
    char *value = cut(text, '=');
    const struct fault_row *row = find_row(text);
    if (row == NULL)
        return wrong_fault(error, spec, text);
    *fault = (struct fault){.kind = row->kind, .phase = row->phase, .retry_after = -1};
    if (!row->has_value && value != NULL)
        return wrong(error, spec, "it takes no value");
    if (row->has_value && !parse_value(value, spec, fault, error))
        return false;
    if (extra != NULL && !parse_retry_after(extra, spec, fault, error))
        return false;
    if (phase != NULL && !parse_phase(phase, spec, row, fault, error))
        return false;
    return choice == NULL || parse_choice(choice, spec, fault, error);
}

static bool is_chosen(const struct fault_list *list, size_t index, uint64_t number)
{
    const struct fault *fault = &list->faults[index];
    switch (fault->choice) {
    case FAULT_SHARE: {
        struct random_seeded state;
        struct random_source source = random_from_seed(&state, list->seed);
        state.state += random_next(&source) ^ (number * FAULT_LIST_MAX + index);
        return random_below(&source, FAULT_SHARE_WHOLE) < fault->amount;
    }
    case FAULT_EVERY:
        return number % fault->amount == 0;
    case FAULT_FIRST:
        return number <= fault->amount;
    case FAULT_FROM:
        return number >= fault->amount;
    default:
        return true;
    }
}

struct fault_pair fault_choose(const struct fault_list *list, uint64_t number)
{
    struct fault_pair pair = {.delay = NULL};
    for (size_t i = 0; i < list->count; i++) {
        const struct fault *fault = &list->faults[i];
        const struct fault **slot = fault->kind == FAULT_DELAY ? &pair.delay : &pair.other;
        if (*slot == NULL && is_chosen(list, i, number))
            *slot = fault;
    }
    return pair;
}
