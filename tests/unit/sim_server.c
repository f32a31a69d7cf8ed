/* The network of the simulation and its servers: transfers take time and end as the seed
 * determines. The ledger records what was accepted. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define CONNECT_MOST_US 2000
#define ANSWER_MOST_US  80000
#define STALL_US        (60 * CLOCK_US_PER_SECOND)
#define STALL_LOOK_US   (CLOCK_US_PER_SECOND / 2)
#define SOCKET_MOST_US  3000
#define READ_MOST       65536
#define LAST_BYTES      40

/* The faults of the server, which are equally likely. */
enum sim_fault {
    FAULT_BUSY,     /* 503 with Retry-After */
    FAULT_TOO_MANY, /* 429 */
    FAULT_REFUSED,  /* 403: final */
    FAULT_NO_CONNECTION,
    FAULT_RESET_FIRST, /* before the body */
    FAULT_RESET_EARLY, /* within the body: nothing accepted */
    FAULT_RESET_LATE,  /* accepted, no response */
    FAULT_EARLY_BUSY,  /* 503 within the body */
    FAULT_STALL,
    FAULT_ERROR,       /* 500, accepted or not */
    FAULT_CUT_ANSWER,  /* 201, accepted, then a reset within the response */
    FAULT_KEPT_CLOSED, /* the kept connection died, accepted or not */
    FAULT_EXISTS,      /* 409 */
    SIM_FAULTS,
    FAULT_NONE,
};

struct http_transfer {
    struct sim *sim;
    struct sim_server *server;
    const struct http_request *request;
    enum sim_fault fault;
    unsigned number;
    int64_t sent;
    int64_t stalled_us; /* so far */
    bool paused;
    bool cancelled;
    bool accepted;
    struct buf answer;
    struct buf headers;
};

/* The end of an attempt by each fault. */
struct ending {
    enum attempt_phase phase;
    enum attempt_error error;
    long status;
    unsigned accepted; /* how often, in a thousand */
};

static const struct ending endings[] = {
    [FAULT_BUSY] = {ATTEMPT_ANSWERING, ATTEMPT_OK, 503, 0},
    [FAULT_TOO_MANY] = {ATTEMPT_ANSWERING, ATTEMPT_OK, 429, 0},
    [FAULT_REFUSED] = {ATTEMPT_ANSWERING, ATTEMPT_OK, 403, 0},
    [FAULT_NO_CONNECTION] = {ATTEMPT_CONNECTING, ATTEMPT_CONNECT, 0, 0},
    [FAULT_RESET_FIRST] = {ATTEMPT_SENDING, ATTEMPT_SEND, 0, 0},
    [FAULT_RESET_EARLY] = {ATTEMPT_SENDING, ATTEMPT_SEND, 0, 0},
    [FAULT_RESET_LATE] = {ATTEMPT_WAITING, ATTEMPT_RECEIVE, 0, 1000},
    [FAULT_EARLY_BUSY] = {ATTEMPT_ANSWERING, ATTEMPT_SEND, 503, 0},
    [FAULT_STALL] = {ATTEMPT_WAITING, ATTEMPT_STALL, 0, 500},
    [FAULT_ERROR] = {ATTEMPT_ANSWERING, ATTEMPT_OK, 500, 500},
    [FAULT_CUT_ANSWER] = {ATTEMPT_ANSWERING, ATTEMPT_RECEIVE, 201, 1000},
    [FAULT_KEPT_CLOSED] = {ATTEMPT_SENDING, ATTEMPT_WOULD_RESEND, 0, 500},
    [FAULT_EXISTS] = {ATTEMPT_ANSWERING, ATTEMPT_OK, 409, 0},
    [FAULT_NONE] = {ATTEMPT_ANSWERING, ATTEMPT_OK, 201, 1000},
};

static struct sim *sim_of_http(struct http *http)
{
    return container_of(http, struct sim, http);
}

static void add_headers(struct http_transfer *transfer, struct http_end *end)
{
    struct sim *sim = transfer->sim;
    struct sim_server *server = transfer->server;
    bool asks = end->attempt.status == 429 && sim_is_busy(sim, server);
    if (end->attempt.status == 503) {
        end->retry_after = "1";
    } else if (asks) {
        end->retry_after = "2";
        server->quiet_until_us = sim->now_us + 2 * CLOCK_US_PER_SECOND;
    } else if (end->attempt.status != 0 && sim->tells_limits && sim_chance(sim, 30)) {
        (void)buf_add_text(&transfer->headers, "X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 2\n");
        server->quiet_until_us = sim->now_us + 2 * CLOCK_US_PER_SECOND;
    }
}

static void end_with(
    struct http_transfer *transfer, enum attempt_phase phase, enum attempt_error error, long status)
{
    struct sim *sim = transfer->sim;
    struct http_end end = {.detail = "simulated",
        .attempt = {.phase = phase, .error = error, .status = status},
        .answer = &transfer->answer,
        .coding = "",
        .phrase = "",
        .location = "",
        .retry_after = "",
        .headers = &transfer->headers,
        .request_bytes = transfer->sent,
        .reused = transfer->fault == FAULT_KEPT_CLOSED};
    add_headers(transfer, &end);
    sim->in_flight--;
    transfer->server->in_flight--;
    if (phase != ATTEMPT_CONNECTING)
        transfer->server->connected = *transfer->request->connected = true;
    sim_watch_end(sim, transfer->number, &end);
    sim->http.ended(sim->http.owner, transfer->request->context, &end);
    buf_free(&transfer->answer);
    buf_free(&transfer->headers);
    free(transfer);
}

static void accept_perhaps(struct http_transfer *transfer, unsigned likely)
{
    if (!transfer->accepted && sim_chance(transfer->sim, likely)) {
        transfer->accepted = true;
        transfer->sim->ledger[transfer->number].accepted++;
    }
}

static void end_by_fault(struct http_transfer *transfer)
{
    const struct ending *ending = &endings[transfer->fault];
    accept_perhaps(transfer, ending->accepted);
    end_with(transfer, ending->phase, ending->error, ending->status);
}

/* The server responds, or the transfer was canceled. */
static void answer(struct sim *sim, void *object)
{
    struct http_transfer *transfer = object;
    (void)sim;
    if (!transfer->cancelled) {
        end_by_fault(transfer);
        return;
    }
    bool whole = transfer->sent == transfer->request->length;
    accept_perhaps(transfer, whole ? 500 : 0);
    end_with(transfer, whole ? ATTEMPT_WAITING : ATTEMPT_SENDING, ATTEMPT_CANCELLED, 0);
}

/* Where the body is the file itself, its marks must be at the offsets that they name. */
static void check_marks(const struct http_transfer *transfer, const char *data, int64_t count)
{
    int64_t from = transfer->sent;
    if (transfer->request->length != SIM_LARGE_SIZE)
        return;
    int64_t at = (from + SIM_MARK_EVERY - 1) / SIM_MARK_EVERY * SIM_MARK_EVERY;
    for (; at + (int64_t)sizeof at <= from + count; at += SIM_MARK_EVERY) {
        int64_t found;
        memcpy(&found, data + (at - from), sizeof found);
        sim_watch_rule(transfer->sim, found == at, "a body holds the file's bytes in their order");
    }
}

static void send_on(struct sim *sim, void *object);

/* Ends the transfer within the body, where the file or the server's fault says so. */
static bool breaks_off(struct http_transfer *transfer, int64_t got)
{
    bool early = transfer->fault == FAULT_RESET_EARLY || transfer->fault == FAULT_EARLY_BUSY;
    if (got < 0)
        end_with(transfer, ATTEMPT_SENDING,
            got == HTTP_READ_CHANGED ? ATTEMPT_FILE_CHANGED : ATTEMPT_FILE_UNREADABLE, 0);
    else if (early && sim_chance(transfer->sim, 300))
        end_by_fault(transfer);
    else
        return false;
    return true;
}

/* How much the transport wants to read. Often all but the last bytes, so that the end of a form is
 * read after the file was read completely. */
static size_t choose_room(const struct http_transfer *transfer)
{
    struct sim *sim = transfer->sim;
    int64_t left = transfer->request->length - transfer->sent;
    if (left > LAST_BYTES && left <= READ_MOST && sim_chance(sim, 400))
        return (size_t)(left - 1 - sim_below(sim, LAST_BYTES));
    return sim_chance(sim, 700) ? READ_MOST : 1 + (size_t)sim_below(sim, 4096);
}

/* Continues to read a streamed body. False: it waits, or the transfer is over. */
static bool stream_body(struct http_transfer *transfer)
{
    const struct http_request *request = transfer->request;
    struct sim *sim = transfer->sim;
    char into[READ_MOST];
    while (transfer->sent < request->length) {
        int64_t got = request->read(request->body, into, choose_room(transfer));
        transfer->paused = got == HTTP_READ_WAIT;
        if (transfer->paused || breaks_off(transfer, got))
            return false;
        check_marks(transfer, into, got);
        transfer->sent += got;
        sim_watch_moved(sim, got);
        if (transfer->sent < request->length && sim_chance(sim, 200)) {
            sim_schedule(sim, sim_below(sim, SOCKET_MOST_US), send_on, transfer);
            if (sim_chance(sim, sim->disk_faults / 4))
                sim_change_large(sim);
            return false;
        }
    }
    sim_watch_whole(sim, transfer->number);
    return true;
}

static bool send_body(struct http_transfer *transfer)
{
    if (transfer->request->data == NULL)
        return stream_body(transfer);
    transfer->sent = transfer->request->length;
    sim_watch_moved(transfer->sim, transfer->sent);
    return true;
}

/* Nothing moves for a minute, in which the transfer may be canceled. */
static void stall(struct sim *sim, void *object)
{
    struct http_transfer *transfer = object;
    transfer->stalled_us += STALL_LOOK_US;
    if (transfer->cancelled || transfer->stalled_us >= STALL_US)
        answer(sim, transfer);
    else
        sim_schedule(sim, STALL_LOOK_US, stall, transfer);
}

static void send_on(struct sim *sim, void *object)
{
    struct http_transfer *transfer = object;
    if (transfer->cancelled) {
        answer(sim, transfer);
        return;
    }
    if (!send_body(transfer))
        return;
    if (transfer->fault == FAULT_STALL)
        stall(sim, transfer);
    else
        sim_schedule(sim, sim_below(sim, ANSWER_MOST_US), answer, transfer);
}

static void connect_to(struct sim *sim, void *object)
{
    struct http_transfer *transfer = object;
    if (transfer->cancelled) {
        end_with(transfer, ATTEMPT_CONNECTING, ATTEMPT_CANCELLED, 0);
        return;
    }
    if (sim_in_outage(sim, transfer->server))
        transfer->fault = FAULT_NO_CONNECTION;
    else if (sim_is_busy(sim, transfer->server))
        transfer->fault = FAULT_TOO_MANY;
    else if (transfer->server->hangs)
        transfer->fault = FAULT_STALL;
    else if (sim->capacity > 0 && transfer->server->in_flight > sim->capacity)
        transfer->fault = FAULT_TOO_MANY;
    if (transfer->fault == FAULT_NO_CONNECTION || transfer->fault == FAULT_RESET_FIRST) {
        end_by_fault(transfer);
        return;
    }
    transfer->server->connected = *transfer->request->connected = true;
    send_on(sim, transfer);
}

static struct http_transfer *start(
    struct http *http, const struct http_request *request, struct error *error)
{
    (void)error;
    struct sim *sim = sim_of_http(http);
    struct http_transfer *transfer = calloc(1, sizeof *transfer);
    if (transfer == NULL)
        abort();
    transfer->sim = sim;
    transfer->request = request;
    buf_init(&transfer->answer, 100);
    buf_init(&transfer->headers, 100);
    (void)buf_add_text(&transfer->answer, "an answer");
    transfer->fault = sim_chance(sim, sim->server_faults)
                          ? (enum sim_fault)sim_below(sim, SIM_FAULTS)
                          : FAULT_NONE;
    if (sim->loses_first && sim->watch.starts == 0)
        transfer->fault = FAULT_RESET_LATE;
    transfer->number = sim_number(request->url);
    transfer->server = sim_server_of(sim, transfer->number);
    sim->in_flight++;
    transfer->server->in_flight++;
    sim_watch_start(sim, transfer->number);
    sim_schedule(sim, sim_below(sim, CONNECT_MOST_US), connect_to, transfer);
    return transfer;
}

/* As in the real transport, the end is reported later, by the transfer's next event. A paused
 * transfer has no such event, so one is scheduled. */
static void cancel(struct http *http, struct http_transfer *transfer)
{
    (void)http;
    transfer->cancelled = true;
    if (transfer->paused)
        sim_schedule(transfer->sim, 0, answer, transfer);
}

static void resume(struct http *http, struct http_transfer *transfer)
{
    if (!transfer->paused || transfer->cancelled)
        return;
    transfer->paused = false;
    sim_schedule(sim_of_http(http), 0, send_on, transfer);
}

static bool poll(struct http *http, int64_t wait_us, struct error *error)
{
    (void)error;
    sim_pass_time(sim_of_http(http), wait_us);
    return true;
}

static void wake(struct http *http)
{
    (void)http;
}

const struct http_ops sim_http_ops = {
    .start = start, .cancel = cancel, .resume = resume, .poll = poll, .wake = wake};
