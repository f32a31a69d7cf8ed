#include "receive/receiver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/err.h"
#include "receive/private.h"

/* A connection on which nothing arrives for this long is closed, in seconds. */
#define IDLE_TIMEOUT 60U

/* How long requests in flight may continue after the first receiver_stop(), in microseconds. */
#define DRAIN_US (2 * CLOCK_US_PER_SECOND)

/* Memory of one connection, in bytes, and the steps in which it grows. The head of a request must
 * fit into it, and it limits the pieces in which a body is read. */
#define CONNECTION_MEMORY   ((size_t)128 * 1024)
#define CONNECTION_INCREASE ((size_t)32 * 1024)

/* Descriptors of one connection (its socket and a file), and those kept for everything else. */
#define DESCRIPTORS_EACH  2U
#define DESCRIPTORS_OTHER 32U

/* Most connections at once. */
#define CONNECTIONS_MAX 16384U

/* Longest wait within libmicrohttpd, in milliseconds, where it has no descriptor (epoll's) to be
 * polled together with ours. */
#define MHD_WAIT_MAX_MS 50

static unsigned connection_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return CONNECTIONS_MAX;
    if (limit.rlim_cur <= DESCRIPTORS_OTHER + DESCRIPTORS_EACH)
        return 1;
    rlim_t most = (limit.rlim_cur - DESCRIPTORS_OTHER) / DESCRIPTORS_EACH;
    return most > CONNECTIONS_MAX ? CONNECTIONS_MAX : (unsigned)most;
}

static void resume_request(struct wait *wait)
{
    struct request *request = wait->owner;
    MHD_resume_connection(request->connection);
}

/* MHD_OPTION_UNESCAPE_CALLBACK: paths stay encoded, because only stored_path_from_url() can reject
 * an encoded NUL. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* MHD_NotifyConnectionCallback: keeps a struct connection_state for each connection. */
static void notice_connection(void *context, struct MHD_Connection *connection,
    void **socket_context, enum MHD_ConnectionNotificationCode code)
{
    (void)connection;
    struct receiver *receiver = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *socket_context = calloc(1, sizeof(struct connection_state));
        receiver->totals.connections++;
    } else {
        free(*socket_context);
        *socket_context = NULL;
    }
}

static bool start_daemon(struct receiver *receiver, int listener, struct error *error)
{
    unsigned flags = MHD_ALLOW_SUSPEND_RESUME;
#ifdef __linux__
    flags |= MHD_USE_EPOLL;
#endif
    receiver->daemon = MHD_start_daemon(flags, 0, NULL, NULL, request_handle, receiver,
        MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_TIMEOUT,
        MHD_OPTION_CONNECTION_LIMIT, connection_limit(), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        CONNECTION_MEMORY, MHD_OPTION_CONNECTION_MEMORY_INCREMENT, CONNECTION_INCREASE,
        MHD_OPTION_NOTIFY_COMPLETED, request_completed, receiver, MHD_OPTION_NOTIFY_CONNECTION,
        notice_connection, receiver, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_END);
    if (receiver->daemon == NULL)
        return error_set(error, ERROR_SYSTEM, errno, "can't start the HTTP server");
    return true;
}

static bool open_stop_pipe(struct receiver *receiver, struct error *error)
{
    if (pipe(receiver->stop_pipe) != 0) {
        receiver->stop_pipe[0] = receiver->stop_pipe[1] = -1;
        return error_set(error, ERROR_SYSTEM, errno, "can't make a pipe: %s", error_reason(errno));
    }
    for (size_t i = 0; i < 2; i++) {
        (void)fcntl(receiver->stop_pipe[i], F_SETFD, FD_CLOEXEC);
        (void)fcntl(receiver->stop_pipe[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

/* Fills in the reserved entries of `polled`: libmicrohttpd's epoll descriptor (-1: it has none) and
 * the pipe of receiver_stop(). */
static void watch_descriptors(struct receiver *receiver)
{
    const union MHD_DaemonInfo *info = NULL;
#ifdef __linux__
    info = MHD_get_daemon_info(receiver->daemon, MHD_DAEMON_INFO_EPOLL_FD);
#endif
    receiver->waits.polled[0].fd = info == NULL ? -1 : info->epoll_fd;
    receiver->waits.polled[0].events = POLLIN;
    receiver->waits.polled[1].fd = receiver->stop_pipe[0];
    receiver->waits.polled[1].events = POLLIN;
}

static bool start(struct receiver *receiver, struct error *error)
{
    const struct receiver_options *options = &receiver->options;
    if (!waits_init(&receiver->waits, resume_request))
        return error_set_memory(error);
    if (!open_stop_pipe(receiver, error))
        return false;
    if (options->into != NULL &&
        !store_open(&receiver->store, options->into, &options->random, error))
        return false;
    receiver->has_store = options->into != NULL;
    int listener = listen_on(options->listen, receiver->url, error);
    if (listener < 0)
        return false;
    if (!start_daemon(receiver, listener, error)) {
        (void)close(listener);
        return false;
    }
    watch_descriptors(receiver);
    return true;
}

struct receiver *receiver_new(const struct receiver_options *options, struct error *error)
{
    struct receiver *receiver = calloc(1, sizeof *receiver);
    if (receiver == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    receiver->options = *options;
    receiver->start_us = clock_now_us(&options->clock);
    receiver->stop_pipe[0] = receiver->stop_pipe[1] = -1;
    if (start(receiver, error))
        return receiver;
    receiver_free(receiver);
    return NULL;
}

void receiver_free(struct receiver *receiver)
{
    if (receiver == NULL)
        return;
    if (receiver->daemon != NULL)
        MHD_stop_daemon(receiver->daemon);
    if (receiver->has_store)
        store_close(&receiver->store);
    for (size_t i = 0; i < 2; i++) {
        if (receiver->stop_pipe[i] >= 0)
            (void)close(receiver->stop_pipe[i]);
    }
    waits_free(&receiver->waits);
    free(receiver);
}

const char *receiver_url(const struct receiver *receiver)
{
    return receiver->url;
}

struct receiver_totals receiver_totals(const struct receiver *receiver)
{
    return receiver->totals;
}

void receiver_stop(struct receiver *receiver)
{
    int code = errno;
    ssize_t written = write(receiver->stop_pipe[1], "", 1);
    (void)written; /* if the pipe is full, the receiver is already told to stop */
    errno = code;
}

/* Closes the listening socket, and limits the time of requests in flight. Indefinite waits would
 * outlast it, so they end now. */
static void drain(struct receiver *receiver, int64_t now_us)
{
    receiver->stage = RECEIVER_DRAINING;
    receiver->drain_until_us = now_us + DRAIN_US;
    MHD_socket listener = MHD_quiesce_daemon(receiver->daemon);
    if (listener != MHD_INVALID_SOCKET)
        (void)close(listener);
    waits_resume_indefinite(&receiver->waits);
}

static void read_stops(struct receiver *receiver, int64_t now_us)
{
    char stop;
    while (read(receiver->stop_pipe[0], &stop, 1) == 1) {
        if (receiver->stage == RECEIVER_SERVING)
            drain(receiver, now_us);
        else
            receiver->stage = RECEIVER_STOPPING;
    }
}

/* Returns the milliseconds until the loop must run even if no descriptor is ready; -1: no limit. */
static int timeout_ms(struct receiver *receiver, int64_t now_us)
{
    int timeout = waits_timeout_ms(&receiver->waits, now_us);
    MHD_UNSIGNED_LONG_LONG daemon_timeout;
    if (MHD_get_timeout(receiver->daemon, &daemon_timeout) == MHD_YES &&
        (timeout < 0 || daemon_timeout < (unsigned long long)timeout))
        timeout = daemon_timeout > INT_MAX ? INT_MAX : (int)daemon_timeout;
    if (receiver->stage == RECEIVER_DRAINING) {
        int64_t left = (receiver->drain_until_us - now_us) / CLOCK_US_PER_MS + 1;
        if (timeout < 0 || left < timeout)
            timeout = left < 0 ? 0 : (int)left;
    }
    return timeout;
}

static void wait_for_events(struct receiver *receiver, int timeout)
{
    struct waits *waits = &receiver->waits;
    if (waits->polled[0].fd < 0) {
        int shorter = timeout < 0 || timeout > MHD_WAIT_MAX_MS ? MHD_WAIT_MAX_MS : timeout;
        (void)MHD_run_wait(receiver->daemon, shorter);
        timeout = 0;
    }
    if (poll(waits->polled, (nfds_t)waits->count, timeout) < 0) {
        for (size_t i = 0; i < waits->count; i++)
            waits->polled[i].revents = 0;
    }
}

static bool is_over(const struct receiver *receiver, int64_t now_us)
{
    if (receiver->stage == RECEIVER_DRAINING)
        return receiver->in_flight == 0 || now_us >= receiver->drain_until_us;
    return receiver->stage == RECEIVER_STOPPING;
}

void receiver_run(struct receiver *receiver)
{
    const struct clock *clock = &receiver->options.clock;
    int64_t now_us = clock_now_us(clock);
    while (!is_over(receiver, now_us)) {
        wait_for_events(receiver, timeout_ms(receiver, now_us));
        now_us = clock_now_us(clock);
        waits_resume_due(&receiver->waits, now_us);
        if (receiver->waits.polled[1].revents != 0)
            read_stops(receiver, now_us);
        (void)MHD_run(receiver->daemon);
    }
    receiver->stage = RECEIVER_STOPPING;
    waits_resume_all(&receiver->waits);
    /* Resumes the connections: none may be suspended when MHD_stop_daemon() is called. */
    (void)MHD_run(receiver->daemon);
}
