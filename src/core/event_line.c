#include "core/event_line.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "text/encode.h"

#define PATH_MOST ((size_t)16 * 1024 * 1024) /* bytes */

static const char *member_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static int64_t integer_of(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static uint64_t count_of(const json_t *object, const char *key)
{
    int64_t value = integer_of(object, key, 0);
    return value < 0 ? 0 : (uint64_t)value;
}

/* A number in units of `us_each` microseconds, in microseconds. */
static int64_t time_of(const json_t *object, const char *key, int64_t us_each, int64_t otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? (int64_t)(json_number_value(value) * (double)us_each)
                                 : otherwise;
}

/* Sets `path` to that of the event: the bytes of `path_base64`, where it is not valid UTF-8. False:
 * there is none. */
static bool read_path(struct event_line *line, struct shoal_text *path)
{
    const json_t *value = json_object_get(line->json, "path");
    const char *encoded = member_text(line->json, "path_base64");
    *path = (struct shoal_text){.data = "", .length = 0};
    if (encoded != NULL) {
        if (!decode_base64(&line->path, encoded, strlen(encoded)))
            return false;
        *path = (struct shoal_text){.data = buf_text(&line->path), .length = line->path.length};
        return true;
    }
    if (!json_is_string(value))
        return false;
    *path =
        (struct shoal_text){.data = json_string_value(value), .length = json_string_length(value)};
    return true;
}

static int64_t seconds_of_date(const char *date)
{
    struct tm parts = {0};
    const char *end = date == NULL ? NULL : strptime(date, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return end == NULL || *end != '\0' ? 0 : (int64_t)timegm(&parts);
}

static void read_start(struct event_line *line)
{
    line->event.start = (struct shoal_start){.method = member_text(line->json, "method"),
        .url = member_text(line->json, "url"),
        .paths = line->paths};
    line->wall_seconds = seconds_of_date(member_text(line->json, "time"));
    line->shard = member_text(line->json, "shard");
}

static bool find_verdict(const char *name, enum shoal_verdict *verdict)
{
    for (int i = 0; name != NULL && i < SHOAL_VERDICTS; i++) {
        *verdict = (enum shoal_verdict)i;
        if (strcmp(name, shoal_verdict_name(*verdict)) == 0)
            return true;
    }
    return false;
}

static enum shoal_reason find_reason(const char *name)
{
    for (int i = 0; name != NULL && i < SHOAL_REASONS; i++) {
        if (strcmp(name, shoal_reason_name((enum shoal_reason)i)) == 0)
            return (enum shoal_reason)i;
    }
    return SHOAL_REASON_NONE;
}

static void read_headers(struct event_line *line, struct shoal_file *file)
{
    const char *name;
    json_t *value;
    json_t *headers = json_object_get(line->json, "headers");
    file->headers = line->headers;
    json_object_foreach(headers, name, value)
    {
        if (!json_is_string(value) || file->header_count == EVENT_LINE_HEADERS)
            continue;
        line->headers[file->header_count++] = (struct shoal_value){.name = name,
            .value = {.data = json_string_value(value), .length = json_string_length(value)}};
    }
}

static bool read_file(struct event_line *line)
{
    const json_t *json = line->json;
    struct shoal_file *file = &line->event.file;
    *file = (struct shoal_file){.reason = find_reason(member_text(json, "reason")),
        .error = member_text(json, "error"),
        .cause = member_text(json, "cause"),
        .origin = member_text(json, "origin"),
        .url = member_text(json, "url"),
        .redirected = json_is_true(json_object_get(json, "redirected")),
        .status = (long)integer_of(json, "status", 0),
        .attempts = (unsigned)integer_of(json, "attempts", 0),
        .bytes = integer_of(json, "bytes", -1),
        .took_us = time_of(json, "ms", CLOCK_US_PER_MS, 0),
        .temporary = json_is_true(json_object_get(json, "temporary")),
        .maybe_accepted = json_is_true(json_object_get(json, "maybe_accepted"))};
    read_headers(line, file);
    return read_path(line, &file->path) &&
           find_verdict(member_text(json, "verdict"), &file->verdict);
}

static bool read_attempt(struct event_line *line)
{
    const json_t *json = line->json;
    line->event.attempt =
        (struct shoal_attempt){.attempt = (unsigned)integer_of(json, "attempt", 0),
            .status = (long)integer_of(json, "status", 0),
            .phase = member_text(json, "phase"),
            .error = member_text(json, "error"),
            .took_us = time_of(json, "ms", CLOCK_US_PER_MS, 0),
            .wait_us = time_of(json, "wait_ms", CLOCK_US_PER_MS, 0)};
    return read_path(line, &line->event.attempt.path);
}

static void read_pause(struct event_line *line)
{
    const json_t *json = line->json;
    const char *origin = member_text(json, "origin");
    line->event.pause = (struct shoal_pause){.origin = origin == NULL ? "" : origin,
        .error = member_text(json, "error"),
        .status = (long)integer_of(json, "status", 0),
        .wait_us = time_of(json, "seconds", CLOCK_US_PER_SECOND, -1),
        .until_seconds = seconds_of_date(member_text(json, "until"))};
}

static void read_limit(struct event_line *line)
{
    const char *origin = member_text(line->json, "origin");
    line->event.limit = (struct shoal_limit){
        .origin = origin == NULL ? "" : origin, .limit = (unsigned)count_of(line->json, "limit")};
}

static void read_end(struct event_line *line)
{
    const json_t *json = line->json;
    line->totals = (struct shoal_totals){.found = count_of(json, "found"),
        .temporary = count_of(json, "temporary"),
        .not_attempted = count_of(json, "not_attempted"),
        .maybe_accepted = count_of(json, "maybe_accepted"),
        .passed_over = count_of(json, "passed_over"),
        .problems = count_of(json, "problems"),
        .retries = count_of(json, "retries"),
        .redirects = count_of(json, "redirects"),
        .bytes = integer_of(json, "bytes", 0),
        .largest_sent = integer_of(json, "largest_sent", 0),
        .complete = json_is_true(json_object_get(json, "complete"))};
    for (int i = 0; i < SHOAL_VERDICTS; i++)
        line->totals.verdicts[i] = count_of(json, shoal_verdict_name((enum shoal_verdict)i));
    line->event.end = (struct shoal_end){
        .totals = &line->totals, .exit_status = (int)integer_of(json, "exit", 0)};
    line->event.at_us = time_of(json, "seconds", CLOCK_US_PER_SECOND, 0);
}

/* The kinds that are read back. False: the event is not valid. */
static bool read_kind(struct event_line *line, const char *kind)
{
    line->known = true;
    line->event.at_us = integer_of(line->json, "at_ms", 0) * CLOCK_US_PER_MS;
    if (strcmp(kind, "start") == 0) {
        line->event.kind = SHOAL_EVENT_START;
        read_start(line);
    } else if (strcmp(kind, "file") == 0) {
        line->event.kind = SHOAL_EVENT_FILE;
        return read_file(line);
    } else if (strcmp(kind, "attempt") == 0) {
        line->event.kind = SHOAL_EVENT_ATTEMPT;
        return read_attempt(line);
    } else if (strcmp(kind, "pause") == 0) {
        line->event.kind = SHOAL_EVENT_PAUSE;
        read_pause(line);
    } else if (strcmp(kind, "limit") == 0) {
        line->event.kind = SHOAL_EVENT_LIMIT;
        read_limit(line);
    } else if (strcmp(kind, "end") == 0) {
        line->event.kind = SHOAL_EVENT_END;
        read_end(line);
    } else {
        line->known = false;
    }
    return true;
}

bool event_line_read(struct event_line *line, const char *text, size_t length, struct error *error)
{
    json_error_t wrong;
    *line = (struct event_line){.json = json_loadb(text, length, JSON_ALLOW_NUL, &wrong)};
    buf_init(&line->path, PATH_MOST);
    const char *kind = member_text(line->json, "event");
    if (kind != NULL && read_kind(line, kind))
        return true;
    bool is_json = line->json != NULL;
    (void)error_set(error, ERROR_USAGE, 0, "it is not an event of shoal send --json%s%s%s",
        is_json ? "" : " (", is_json ? "" : wrong.text, is_json ? "" : ")");
    event_line_free(line);
    return false;
}

void event_line_free(struct event_line *line)
{
    json_decref(line->json);
    line->json = NULL;
    buf_free(&line->path);
}
