#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "receive/private.h"

/* libmicrohttpd calls request_handle() repeatedly for one request: once its head has arrived, for
 * each piece of the body, and once the body is complete; and again after each suspension in one of
 * these. It lets a response be queued in the first and the last only. So the response to an error
 * within the body is queued at its end, and the rest of the body is read and dropped. */

static struct connection_state *state_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static int descriptor_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

static void request_free(struct request *request)
{
    if (request == NULL)
        return;
    waits_remove(&request->receiver->waits, &request->wait);
    upload_free(request->upload);
    free(request->method);
    free(request->path);
    free(request);
}

static struct request *request_new(struct receiver *receiver, struct MHD_Connection *connection,
    const char *url, const char *method)
{
    struct connection_state *state = state_of(connection);
    if (state == NULL || state->close_next)
        return NULL;
    struct request *request = calloc(1, sizeof *request);
    if (request == NULL)
        return NULL;
    request->receiver = receiver;
    request->connection = connection;
    request->state = state;
    wait_init(&request->wait, request, descriptor_of(connection));
    request->method = strdup(method);
    request->path = strdup(url);
    if (request->method == NULL || request->path == NULL) {
        request_free(request);
        return NULL;
    }
    request->is_upload = strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0;
    if (request->is_upload) {
        receiver->totals.requests++;
        if (receiver->options.faults != NULL)
            request->faults = fault_choose(receiver->options.faults, receiver->totals.requests);
    }
    receiver->in_flight++;
    return request;
}

/* Removes what was received, because of `request->error`; the rest of the body is dropped. */
static void fail(struct request *request)
{
    upload_free(request->upload);
    request->upload = NULL;
    request->error_status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    if (request->error.class == ERROR_DATA)
        request->error_status = MHD_HTTP_BAD_REQUEST;
    else if (request->error.code == ENOSPC || request->error.code == EDQUOT ||
             request->error.code == EFBIG)
        request->error_status = MHD_HTTP_INSUFFICIENT_STORAGE;
}

static const char *header_of(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

static void begin_upload(struct request *request)
{
    struct receiver *receiver = request->receiver;
    struct upload_setup setup = {
        .store = receiver->has_store ? &receiver->store : NULL,
        .content_type = header_of(request, MHD_HTTP_HEADER_CONTENT_TYPE),
        .url_path = request->path,
    };
    request->upload = upload_new(&setup, &request->error);
    if (request->upload == NULL)
        fail(request);
}

static enum MHD_Result handle_head(struct request *request)
{
    enum fault_effect effect = fault_apply(request, FAULT_HEADERS);
    if (effect == FAULT_EFFECT_WAIT)
        return MHD_YES;
    if (effect == FAULT_EFFECT_ABORT)
        return MHD_NO;
    request->head_handled = true;
    if (effect == FAULT_EFFECT_STATUS)
        return answer_fault(request);
    if (!head_is_clear(request))
        return answer_error(request, MHD_HTTP_BAD_REQUEST);
    if (!head_is_authorized(request))
        return answer_error(request, MHD_HTTP_UNAUTHORIZED);
    if (request->is_upload && !fault_drops_body(request))
        begin_upload(request);
    return MHD_YES;
}

static enum MHD_Result handle_body(struct request *request, const char *data, size_t *size)
{
    enum fault_effect effect = fault_apply(request, FAULT_BODY);
    if (effect == FAULT_EFFECT_WAIT)
        return MHD_YES;
    if (effect == FAULT_EFFECT_ABORT)
        return MHD_NO;
    if (request->upload != NULL && !upload_push(request->upload, data, *size, &request->error))
        fail(request);
    *size = 0;
    return MHD_YES;
}

static void finish_upload(struct request *request)
{
    request->body_handled = true;
    if (request->upload == NULL)
        return;
    if (!upload_finish(request->upload, &request->error)) {
        fail(request);
        return;
    }
    request->accepted = true;
    size_t count;
    const struct upload_part *parts = upload_parts(request->upload, &count);
    for (size_t i = 0; i < count; i++) {
        if (!parts[i].is_file)
            continue;
        request->receiver->totals.files++;
        request->receiver->totals.bytes += parts[i].size;
    }
}

static enum MHD_Result handle_end(struct request *request)
{
    if (!request->is_upload)
        return answer_status(request);
    enum fault_effect effect = FAULT_EFFECT_NONE;
    if (!request->body_handled)
        effect = fault_apply(request, FAULT_BODY); /* the body was empty */
    if (effect == FAULT_EFFECT_NONE) {
        if (fault_drops_body(request))
            return answer_fault(request);
        if (!request->body_handled)
            finish_upload(request);
        if (request->error.class != ERROR_NONE)
            return answer_error(request, request->error_status);
        effect = fault_apply(request, FAULT_TAKEN);
    }
    switch (effect) {
    case FAULT_EFFECT_WAIT:
        return MHD_YES;
    case FAULT_EFFECT_ABORT:
        return MHD_NO;
    case FAULT_EFFECT_STATUS:
        return answer_fault(request);
    default:
        return answer_accepted(request);
    }
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are libmicrohttpd's */
enum MHD_Result request_handle(void *context, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *size, void **slot)
{
    struct request *request = *slot;
    if (request == NULL) {
        request = request_new(context, connection, url, method);
        *slot = request;
        if (request != NULL)
            request->needs_host = strcmp(version, MHD_HTTP_VERSION_1_1) == 0;
    }
    if (request == NULL)
        return MHD_NO;
    if (!request->head_handled)
        return handle_head(request);
    if (*size > 0)
        return handle_body(request, data, size);
    return handle_end(request);
}

void request_completed(void *context, struct MHD_Connection *connection, void **slot,
    enum MHD_RequestTerminationCode code)
{
    (void)connection;
    struct receiver *receiver = context;
    struct request *request = *slot;
    *slot = NULL;
    if (request == NULL)
        return;
    if (!request->reported && request->error.class == ERROR_NONE)
        (void)error_set(&request->error, ERROR_DATA, 0, "%s",
            code == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED
                ? "nothing came for the idle timeout"
                : "the connection ended before the request did");
    request_report(request, 0);
    if (code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
        fault_apply_after_response(request);
    receiver->in_flight--;
    request_free(request);
}
