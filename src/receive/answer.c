#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "receive/private.h"
#include "receive/upload_json.h"
#include "text/http_date.h"
#include "text/json.h"

/* Longest body of a response, in bytes: far more than UPLOAD_PARTS_MAX parts with UPLOAD_KEPT_MAX
 * bytes of text can need. */
#define ANSWER_MAX ((size_t)256 * 1024 * 1024)

/* A response's body that is sent in two halves, so that a fault can apply between them. */
struct halves {
    struct request *request; /* completes after the response is freed */
    char *text;              /* owned */
    size_t length;           /* of `text` */
};

/* MHD_ContentReaderCallback; `context` is the struct halves. */
static ssize_t read_halves(void *context, uint64_t position, char *into, size_t room)
{
    struct halves *halves = context;
    size_t available = halves->length / 2;
    if (position >= available) {
        enum fault_effect effect = fault_apply(halves->request, FAULT_ANSWER);
        if (effect == FAULT_EFFECT_WAIT)
            return 0;
        if (effect == FAULT_EFFECT_ABORT)
            return MHD_CONTENT_READER_END_WITH_ERROR;
        available = halves->length;
    }
    size_t length = available - (size_t)position;
    if (length > room)
        length = room;
    memcpy(into, halves->text + position, length);
    return (ssize_t)length;
}

/* MHD_ContentReaderFreeCallback. */
static void free_halves(void *context)
{
    struct halves *halves = context;
    free(halves->text);
    free(halves);
}

static bool has_fault_within(const struct request *request)
{
    const struct fault_pair *faults = &request->faults;
    return (faults->delay != NULL && faults->delay->phase == FAULT_ANSWER) ||
           (faults->other != NULL && faults->other->phase == FAULT_ANSWER);
}

/* Makes a response with the body `text`, which it owns from now on. NULL: out of memory. */
static struct MHD_Response *make_response(struct request *request, char *text)
{
    size_t length = strlen(text);
    if (!has_fault_within(request))
        return MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);
    struct halves *halves = malloc(sizeof *halves);
    if (halves == NULL) {
        free(text);
        return NULL;
    }
    *halves = (struct halves){.request = request, .text = text, .length = length};
    struct MHD_Response *response =
        MHD_create_response_from_callback(length, length, read_halves, halves, free_halves);
    if (response == NULL)
        free_halves(halves);
    return response;
}

struct answer {
    unsigned status;
    json_t *body;             /* owned by queue_answer(); NULL: out of memory */
    const char *header_name;  /* one more header; NULL: none */
    const char *header_value; /* its value */
};

/* libmicrohttpd omits the body of responses to HEAD and of the statuses 204 and 304. */
static enum MHD_Result queue_answer(struct request *request, const struct answer *answer)
{
    struct buf text;
    buf_init(&text, ANSWER_MAX);
    bool written = answer->body != NULL && json_add_line(&text, answer->body);
    json_decref(answer->body);
    char *line = written ? buf_detach(&text) : NULL;
    buf_free(&text);
    struct MHD_Response *response = line == NULL ? NULL : make_response(request, line);
    if (response == NULL)
        return MHD_NO;
    bool complete = MHD_add_response_header(
                        response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json") == MHD_YES;
    if (answer->header_name != NULL)
        complete = complete && MHD_add_response_header(
                                   response, answer->header_name, answer->header_value) == MHD_YES;
    enum MHD_Result result = MHD_NO;
    if (complete) {
        request_report(request, answer->status);
        result = MHD_queue_response(request->connection, answer->status, response);
    }
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result answer_accepted(struct request *request)
{
    json_t *parts = upload_parts_json(request->upload);
    json_t *fields = upload_fields_json(request->upload);
    struct answer answer = {
        .status = MHD_HTTP_CREATED,
        .body = json_pack("{s:o, s:o}", "parts", parts, "fields", fields),
    };
    return queue_answer(request, &answer);
}

static json_t *error_json(const char *text)
{
    return json_pack("{s:o}", "error", json_text(text, strlen(text)));
}

enum MHD_Result answer_error(struct request *request, unsigned status)
{
    struct answer answer = {.status = status, .body = error_json(request->error.text)};
    if (request->head_unclear) {
        answer.header_name = MHD_HTTP_HEADER_CONNECTION;
        answer.header_value = "close";
    } else if (status == MHD_HTTP_UNAUTHORIZED) {
        answer.header_name = MHD_HTTP_HEADER_WWW_AUTHENTICATE;
        answer.header_value = "Bearer realm=\"shoal serve\"";
    }
    return queue_answer(request, &answer);
}

enum MHD_Result answer_fault(struct request *request)
{
    const struct fault *fault = request->faults.other;
    char value[HTTP_DATE_SIZE];
    struct answer answer = {
        .status = fault->status, .body = error_json("a fault that was asked for")};
    if (fault->retry_after >= 0) {
        if (fault->retry_after_date)
            http_date_write(
                clock_wall_seconds(&request->receiver->options.clock) + fault->retry_after, value);
        else
            (void)snprintf(value, sizeof value, "%lld", (long long)fault->retry_after);
        answer.header_name = MHD_HTTP_HEADER_RETRY_AFTER;
        answer.header_value = value;
    }
    return queue_answer(request, &answer);
}

static json_t *status_json(const struct receiver_totals *totals)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "files", (json_int_t)totals->files, "bytes",
        (json_int_t)totals->bytes, "requests", (json_int_t)totals->requests, "failed",
        (json_int_t)totals->failed, "connections", (json_int_t)totals->connections);
}

enum MHD_Result answer_status(struct request *request)
{
    struct answer answer = {.status = MHD_HTTP_OK};
    bool reads = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    if (!reads) {
        answer.status = MHD_HTTP_METHOD_NOT_ALLOWED;
        answer.body = error_json("files come by POST or PUT; GET / tells how many came");
        answer.header_name = MHD_HTTP_HEADER_ALLOW;
        answer.header_value = "GET, HEAD, POST, PUT";
    } else if (strcmp(request->path, "/") != 0) {
        answer.status = MHD_HTTP_NOT_FOUND;
        answer.body = error_json("only GET / tells something: how many files came");
    } else {
        answer.body = status_json(&request->receiver->totals);
    }
    return queue_answer(request, &answer);
}
