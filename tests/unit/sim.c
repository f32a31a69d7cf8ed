#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGE_SIZE (300 * 1024)

struct sim_event {
    struct heap_node node; /* first */
    void (*happens)(struct sim *sim, void *object);
    void *object;
};

/* The faults of the server, each as likely as the others. */
enum sim_fault {
    FAULT_BUSY,     /* 503 and a Retry-After */
    FAULT_TOO_MANY, /* 429 */
    FAULT_REFUSED,  /* 403: final */
    FAULT_NO_CONNECTION,
    FAULT_RESET_EARLY, /* nothing taken */
    FAULT_RESET_LATE,  /* taken, no answer */
    FAULT_STALL,
    FAULT_ERROR,       /* 500, taken or not */
    FAULT_CUT_ANSWER,  /* 201, taken, and then a reset within the answer */
    FAULT_KEPT_CLOSED, /* the kept connection died, taken or not */
    FAULT_EXISTS,      /* 409 */
    SIM_FAULTS,
    FAULT_NONE,
};

struct http_transfer {
    struct sim *sim;
    const struct http_request *request;
    enum sim_fault fault;
    unsigned number;
    int64_t sent;
    bool paused;
    bool cancelled;
    bool taken;
    bool over;
    struct buf answer;
    struct buf headers;
};

static void schedule(
    struct sim *sim, int64_t in_us, void (*happens)(struct sim *sim, void *object), void *object)
{
    struct sim_event *event = calloc(1, sizeof *event);
    if (event == NULL)
        abort();
    heap_node_init(&event->node);
    event->happens = happens;
    event->object = object;
    if (!heap_add(&sim->events, &event->node, sim->now_us + in_us))
        abort();
}

bool sim_chance(struct sim *sim, unsigned of_thousand)
{
    return random_below(&sim->random, 1000) < of_thousand;
}

unsigned sim_number(const char *path)
{
    return (unsigned)strtoul(path + 1, NULL, 10);
}

/* Clock */

static int64_t sim_now_us(void *context)
{
    return ((struct sim *)context)->now_us;
}

static int64_t sim_wall_seconds(void *context)
{
    return 1700000000 + ((struct sim *)context)->now_us / CLOCK_US_PER_SECOND;
}

/* The folder */

static struct sim *sim_of_source(struct source *source)
{
    return (struct sim *)((char *)source - offsetof(struct sim, source));
}

static struct entry *make_entry(struct sim *sim)
{
    struct entry *entry = calloc(1, sizeof *entry + 16);
    if (entry == NULL)
        abort();
    entry->root = &sim->root;
    (void)snprintf(entry->path, 16, "f%06u", sim->given++);
    return entry;
}

static struct walk_item make_item(struct sim *sim)
{
    if (sim->given == sim->files) {
        sim->end_given = true;
        return (struct walk_item){.kind = WALK_END};
    }
    if (sim_chance(sim, sim->disk_faults / 8)) {
        sim->problems++;
        return (struct walk_item){
            .kind = WALK_PROBLEM, .path = strdup("folder"), .text = strdup("can't be read")};
    }
    struct walk_item item = {.kind = WALK_FILE, .entry = make_entry(sim)};
    if (sim_chance(sim, sim->disk_faults / 8)) {
        sim->lost++;
        item.kind = WALK_LOST;
        item.text = strdup("is not there");
    }
    return item;
}

static size_t source_take(struct source *source, struct walk_item *items, size_t most)
{
    struct sim *sim = sim_of_source(source);
    size_t wanted = (size_t)random_below(&sim->random, most + 1);
    size_t count = 0;
    while (count < wanted && !sim->end_given)
        items[count++] = make_item(sim);
    return count;
}

static uint64_t source_passed_over(struct source *source)
{
    (void)source;
    return 0;
}

static const struct source_ops source_table = {
    .take = source_take, .passed_over = source_passed_over};

/* The disk */

static struct sim *sim_of_reader(struct reader *reader)
{
    return (struct sim *)((char *)reader - offsetof(struct sim, reader));
}

static void load_file(struct sim *sim, struct reader_file *file)
{
    static const enum reader_result faults[] = {
        READER_MISSING, READER_CHANGED, READER_FAILED, READER_NOT_REGULAR};
    file->descriptor = -1;
    file->code = 0;
    file->result = READER_OK;
    file->facts = (struct reader_facts){.size = (int64_t)random_below(&sim->random, 5000)};
    if (sim_chance(sim, sim->disk_faults)) {
        file->result = faults[random_below(&sim->random, 4)];
        file->code = file->result == READER_FAILED ? 5 : 0;
    }
}

/* A large file reads a real descriptor: the body's reader looks at its facts. */
static void open_large(struct sim *sim, struct reader_file *file)
{
    struct stat status;
    file->descriptor = dup(sim->large_descriptor);
    if (file->descriptor < 0 || fstat(file->descriptor, &status) != 0)
        abort();
    file->facts = (struct reader_facts){.device = status.st_dev,
        .inode = status.st_ino,
        .size = status.st_size,
        .mtime = status.st_mtim,
        .ctime = status.st_ctim};
}

static void load(struct sim *sim, struct reader_job *job)
{
    bool large = sim_chance(sim, 30);
    size_t total = 0;
    for (size_t i = 0; i < job->file_count; i++) {
        load_file(sim, &job->files[i]);
        total += (size_t)job->files[i].facts.size;
    }
    if (job->files[0].result != READER_OK)
        return;
    job->whole = !large;
    if (large) {
        open_large(sim, &job->files[0]);
        return;
    }
    buf_clear(&job->content);
    if (!buf_reserve(&job->content, job->headroom + total + job->tailroom))
        abort();
    memset(job->content.data, 'x', job->headroom + total);
    job->content.length = job->headroom + total;
    job->files[0].offset = job->headroom;
}

static void finish_job(struct sim *sim, void *object)
{
    struct reader_job *job = object;
    if (job->work == READER_LOAD)
        load(sim, job);
    else
        job->result = READER_CHANGED;
    job->next = NULL;
    if (sim->done_first == NULL)
        sim->done_first = job;
    else
        sim->done_last->next = job;
    sim->done_last = job;
}

static void reader_submit(struct reader *reader, struct reader_job *job)
{
    struct sim *sim = sim_of_reader(reader);
    schedule(sim, (int64_t)random_below(&sim->random, 5000), finish_job, job);
}

static struct reader_job *reader_collect(struct reader *reader)
{
    struct sim *sim = sim_of_reader(reader);
    struct reader_job *jobs = sim->done_first;
    sim->done_first = sim->done_last = NULL;
    return jobs;
}

static const struct reader_ops reader_table = {.submit = reader_submit, .collect = reader_collect};

/* The server */

static struct sim *sim_of_http(struct http *http)
{
    return (struct sim *)((char *)http - offsetof(struct sim, http));
}

static struct http_end make_end(struct http_transfer *transfer)
{
    return (struct http_end){.detail = "simulated",
        .answer = &transfer->answer,
        .location = "",
        .retry_after = "",
        .headers = &transfer->headers,
        .request_bytes = transfer->sent,
        .connect_us = -1,
        .wait_us = -1};
}

static void take(struct http_transfer *transfer)
{
    if (!transfer->taken)
        transfer->sim->ledger[transfer->number].taken++;
    transfer->taken = true;
}

static void take_perhaps(struct http_transfer *transfer)
{
    if (sim_chance(transfer->sim, 500))
        take(transfer);
}

static void end_transfer(struct http_transfer *transfer, const struct http_end *end)
{
    struct sim *sim = transfer->sim;
    transfer->over = true;
    sim->in_flight--;
    if (end->attempt.phase != ATTEMPT_CONNECTING)
        sim->http.connected = true;
    sim->http.ended(sim->http.owner, transfer->request->context, end);
    buf_free(&transfer->answer);
    free(transfer);
}

static void end_with(
    struct http_transfer *transfer, enum attempt_phase phase, enum attempt_error error, long status)
{
    struct http_end end = make_end(transfer);
    end.attempt = (struct attempt_end){.phase = phase, .error = error, .status = status};
    if (transfer->fault == FAULT_BUSY)
        end.retry_after = "1";
    end.reused = transfer->fault == FAULT_KEPT_CLOSED;
    end_transfer(transfer, &end);
}

static void end_by_fault(struct http_transfer *transfer)
{
    switch (transfer->fault) {
    case FAULT_BUSY:
        end_with(transfer, ATTEMPT_ANSWERING, ATTEMPT_OK, 503);
        break;
    case FAULT_TOO_MANY:
        end_with(transfer, ATTEMPT_ANSWERING, ATTEMPT_OK, 429);
        break;
    case FAULT_REFUSED:
        end_with(transfer, ATTEMPT_ANSWERING, ATTEMPT_OK, 403);
        break;
    case FAULT_EXISTS:
        end_with(transfer, ATTEMPT_ANSWERING, ATTEMPT_OK, 409);
        break;
    case FAULT_RESET_LATE:
        take(transfer);
        end_with(transfer, ATTEMPT_WAITING, ATTEMPT_RECEIVE, 0);
        break;
    case FAULT_STALL:
        take_perhaps(transfer);
        end_with(transfer, ATTEMPT_WAITING, ATTEMPT_STALL, 0);
        break;
    case FAULT_ERROR:
        take_perhaps(transfer);
        end_with(transfer, ATTEMPT_ANSWERING, ATTEMPT_OK, 500);
        break;
    case FAULT_CUT_ANSWER:
        take(transfer);
        end_with(transfer, ATTEMPT_ANSWERING, ATTEMPT_RECEIVE, 201);
        break;
    case FAULT_KEPT_CLOSED:
        take_perhaps(transfer);
        end_with(transfer, ATTEMPT_SENDING, ATTEMPT_WOULD_RESEND, 0);
        break;
    default:
        take(transfer);
        end_with(transfer, ATTEMPT_ANSWERING, ATTEMPT_OK, 201);
        break;
    }
}

static void answer(struct sim *sim, void *object)
{
    struct http_transfer *transfer = object;
    (void)sim;
    if (!transfer->cancelled)
        end_by_fault(transfer);
    else if (transfer->taken)
        end_with(transfer, ATTEMPT_WAITING, ATTEMPT_CANCELLED, 0);
    else
        end_with(transfer, ATTEMPT_SENDING, ATTEMPT_CANCELLED, 0);
}

/* Reads on in a body that streams. False: it paused, or the transfer is over. */
static bool send_body(struct http_transfer *transfer)
{
    const struct http_request *request = transfer->request;
    char into[65536];
    while (request->data == NULL && transfer->sent < request->length) {
        int64_t got = request->read(request->body, into, sizeof into);
        if (got == HTTP_READ_WAIT) {
            transfer->paused = true;
            return false;
        }
        if (got < 0) {
            end_with(transfer, ATTEMPT_SENDING,
                got == HTTP_READ_CHANGED ? ATTEMPT_FILE_CHANGED : ATTEMPT_FILE_UNREADABLE, 0);
            return false;
        }
        transfer->sent += got;
    }
    transfer->sent = request->length;
    return true;
}

static void send_request(struct sim *sim, void *object)
{
    struct http_transfer *transfer = object;
    if (transfer->cancelled) {
        end_with(transfer, ATTEMPT_CONNECTING, ATTEMPT_CANCELLED, 0);
        return;
    }
    bool outage = sim->now_us >= sim->outage_from_us && sim->now_us < sim->outage_until_us;
    if (outage || transfer->fault == FAULT_NO_CONNECTION) {
        end_with(transfer, ATTEMPT_CONNECTING, ATTEMPT_CONNECT, 0);
        return;
    }
    sim->http.connected = true;
    if (transfer->fault == FAULT_RESET_EARLY) {
        end_with(transfer, ATTEMPT_SENDING, ATTEMPT_SEND, 0);
        return;
    }
    if (!send_body(transfer))
        return;
    int64_t wait_us = (int64_t)random_below(&sim->random, 80000);
    schedule(
        sim, transfer->fault == FAULT_STALL ? 60 * CLOCK_US_PER_SECOND : wait_us, answer, transfer);
}

static struct http_transfer *http_start(
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
                          ? (enum sim_fault)random_below(&sim->random, SIM_FAULTS)
                          : FAULT_NONE;
    const char *slash = strrchr(request->url, '/');
    transfer->number = sim_number(slash + 1);
    sim->ledger[transfer->number].begun++;
    sim->started++;
    if (++sim->in_flight > sim->in_flight_most)
        sim->in_flight_most = sim->in_flight;
    schedule(sim, (int64_t)random_below(&sim->random, 2000), send_request, transfer);
    return transfer;
}

/* As with the real one, the end is told later. The event that is under way for it finds the mark; a
 * stall's is a minute away, so it gets one of its own. */
static void http_cancel(struct http *http, struct http_transfer *transfer)
{
    (void)http;
    transfer->cancelled = true;
    if (transfer->paused)
        schedule(transfer->sim, 0, answer, transfer);
}

static void http_resume(struct http *http, struct http_transfer *transfer)
{
    if (!transfer->paused || transfer->cancelled)
        return;
    transfer->paused = false;
    schedule(sim_of_http(http), 0, send_request, transfer);
}

static bool http_poll(struct http *http, int64_t wait_us, struct error *error)
{
    (void)error;
    struct sim *sim = sim_of_http(http);
    struct heap_node *node = heap_first(&sim->events);
    int64_t until_us = sim->now_us + wait_us;
    if (node == NULL || node->key > until_us) {
        sim->now_us = until_us;
        return true;
    }
    if (node->key > sim->now_us)
        sim->now_us = node->key;
    while ((node = heap_first(&sim->events)) != NULL && node->key <= sim->now_us) {
        struct sim_event event = *(struct sim_event *)node;
        heap_remove(&sim->events, node);
        free(node);
        event.happens(sim, event.object);
    }
    return true;
}

static void http_wake(struct http *http)
{
    (void)http;
}

static const struct http_ops http_table = {.start = http_start,
    .cancel = http_cancel,
    .resume = http_resume,
    .poll = http_poll,
    .wake = http_wake};

void sim_init(struct sim *sim, uint64_t seed)
{
    static const unsigned rates[] = {0, 10, 100, 400};
    *sim = (struct sim){.source.ops = &source_table,
        .reader.ops = &reader_table,
        .http.ops = &http_table,
        .now_us = CLOCK_US_PER_SECOND,
        .root = {.operand = (char *)"sim", .descriptor = -1}};
    sim->random = random_from_seed(&sim->random_state, seed);
    sim->clock =
        (struct clock){.now_us = sim_now_us, .wall_seconds = sim_wall_seconds, .context = sim};
    heap_init(&sim->events);
    sim->files = 1 + (unsigned)random_below(&sim->random, SIM_FILES_MOST - 1);
    sim->disk_faults = rates[random_below(&sim->random, 4)] / 2;
    sim->server_faults = rates[random_below(&sim->random, 4)];
    if (sim_chance(sim, 300)) {
        sim->outage_from_us = (int64_t)random_below(&sim->random, 3 * CLOCK_US_PER_SECOND);
        sim->outage_until_us =
            sim->outage_from_us + (int64_t)random_below(&sim->random, 30 * CLOCK_US_PER_SECOND);
    }
    sim->large_descriptor = memfd_create("large", MFD_CLOEXEC);
    if (sim->large_descriptor < 0 || ftruncate(sim->large_descriptor, LARGE_SIZE) != 0)
        abort();
}

void sim_free(struct sim *sim)
{
    struct heap_node *node;
    while ((node = heap_first(&sim->events)) != NULL) {
        heap_remove(&sim->events, node);
        free(node);
    }
    heap_free(&sim->events);
    (void)close(sim->large_descriptor);
}
