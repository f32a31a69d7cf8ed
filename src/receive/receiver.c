#include "receive/receiver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "receive/private.h"

/* A client that sends nothing for so long is let go, in seconds. */
#define IDLE_TIMEOUT 60U

/* How long what has begun may go on after the first receiver_stop(). */
#define DRAIN_US (2 * CLOCK_US_PER_SECOND)

/* Memory of a connection: the head of a request must fit, and a body is read in pieces of about as
 * much. */
#define CONNECTION_MEMORY   ((size_t)128 * 1024)
#define CONNECTION_INCREASE ((size_t)32 * 1024)

/* Descriptors: a connection has its own and that of a file; some are for everything else. */
#define DESCRIPTORS_EACH  2U
#define DESCRIPTORS_OTHER 32U

/* Most connections, however many descriptors there are. */
#define CONNECTIONS_MOST 16384U

/* Where libmicrohttpd can't be waited for together with other descriptors: how often those are
 * looked at, in milliseconds. */
#define LOOK_MS 50

static unsigned connection_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return CONNECTIONS_MOST;
    if (limit.rlim_cur <= DESCRIPTORS_OTHER + DESCRIPTORS_EACH)
        return 1;
    rlim_t most = (limit.rlim_cur - DESCRIPTORS_OTHER) / DESCRIPTORS_EACH;
    return most > CONNECTIONS_MOST ? CONNECTIONS_MOST : (unsigned)most;
}

static void resume_request(struct wait *wait)
{
    struct request *request = wait->owner;
    MHD_resume_connection(request->connection);
}

/* Paths stay as they came: stored_path_from_url() decodes them, NULs and all. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

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
        return error_set(error, ERROR_SYSTEM, errno, "can't make a pipe: %s", strerror(errno));
    }
    for (size_t i = 0; i < 2; i++) {
        (void)fcntl(receiver->stop_pipe[i], F_SETFD, FD_CLOEXEC);
        (void)fcntl(receiver->stop_pipe[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

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
    receiver->stores = options->into != NULL;
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
    if (receiver->stores)
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
    (void)written; /* a full pipe says it as well */
    errno = code;
}

/* Takes no more connections; gives what has begun its time. */
static void drain(struct receiver *receiver, int64_t now_us)
{
    receiver->ending = RECEIVER_DRAINING;
    receiver->ending_us = now_us + DRAIN_US;
    MHD_socket listener = MHD_quiesce_daemon(receiver->daemon);
    if (listener != MHD_INVALID_SOCKET)
        (void)close(listener);
    waits_end(&receiver->waits, false);
}

static void read_stops(struct receiver *receiver, int64_t now_us)
{
    char stop;
    while (read(receiver->stop_pipe[0], &stop, 1) == 1) {
        if (receiver->ending == RECEIVER_SERVING)
            drain(receiver, now_us);
        else
            receiver->ending = RECEIVER_BREAKING;
    }
}

/* Milliseconds until something is due without a descriptor's being ready; -1: nothing is. */
static int timeout_ms(struct receiver *receiver, int64_t now_us)
{
    int timeout = waits_timeout_ms(&receiver->waits, now_us);
    MHD_UNSIGNED_LONG_LONG theirs;
    if (MHD_get_timeout(receiver->daemon, &theirs) == MHD_YES &&
        (timeout < 0 || theirs < (unsigned long long)timeout))
        timeout = theirs > INT_MAX ? INT_MAX : (int)theirs;
    if (receiver->ending == RECEIVER_DRAINING) {
        int64_t left = (receiver->ending_us - now_us) / CLOCK_US_PER_MS + 1;
        if (timeout < 0 || left < timeout)
            timeout = left < 0 ? 0 : (int)left;
    }
    return timeout;
}

static void wait_for_events(struct receiver *receiver, int timeout)
{
    struct waits *waits = &receiver->waits;
    if (waits->polled[0].fd < 0) {
        int shorter = timeout < 0 || timeout > LOOK_MS ? LOOK_MS : timeout;
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
    if (receiver->ending == RECEIVER_DRAINING)
        return receiver->in_flight == 0 || now_us >= receiver->ending_us;
    return receiver->ending == RECEIVER_BREAKING;
}

void receiver_run(struct receiver *receiver)
{
    const struct clock *clock = &receiver->options.clock;
    int64_t now_us = clock_now_us(clock);
    while (!is_over(receiver, now_us)) {
        wait_for_events(receiver, timeout_ms(receiver, now_us));
        now_us = clock_now_us(clock);
        waits_settle(&receiver->waits, now_us);
        if (receiver->waits.polled[1].revents != 0)
            read_stops(receiver, now_us);
        (void)MHD_run(receiver->daemon);
    }
    receiver->ending = RECEIVER_BREAKING;
    waits_end(&receiver->waits, true);
    (void)MHD_run(receiver->daemon); /* lets go of what was suspended: it must not be at the end */
}
