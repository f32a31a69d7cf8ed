#include "receive/private.h"

static const char *fault_name(const struct request *request)
{
    const struct fault *fault =
        request->faults.other != NULL ? request->faults.other : request->faults.delay;
    return fault == NULL ? NULL : fault_kind_name(fault->kind);
}

void request_report(struct request *request, unsigned status)
{
    struct receiver *receiver = request->receiver;
    if (request->reported || !request->is_upload)
        return;
    request->reported = true;
    if (!request->accepted) {
        receiver->totals.failed++;
        /* Temporaries are gone by the time that anyone learns of the failure. */
        upload_free(request->upload);
        request->upload = NULL;
    }
    struct receiver_event event = {
        .at_us = clock_now_us(&receiver->options.clock) - receiver->start_us,
        .method = request->method,
        .path = request->path,
        .status = status,
        .upload = request->accepted ? request->upload : NULL,
        .error = request->error.class == ERROR_NONE ? NULL : request->error.text,
        .fault = fault_name(request),
    };
    receiver->options.on_request(receiver->options.context, &event);
}
