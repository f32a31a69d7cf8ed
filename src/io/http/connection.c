#include "io/http/connection.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/sockios.h>
#endif

#include "base/err.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* the process ignores SIGPIPE */
#endif
#ifndef MSG_MORE
#define MSG_MORE 0
#endif

static enum connection_result result_of(struct connection *connection, int code)
{
    if (code == EAGAIN || code == EWOULDBLOCK || code == EINTR)
        return CONNECTION_AGAIN;
    /* A reset of a connection that the peer had closed before is EPIPE. */
    if (code == EPIPE)
        return CONNECTION_END;
    if (code == ECONNRESET)
        return CONNECTION_RESET;
    connection->error_text = error_reason(code);
    return CONNECTION_ERROR;
}

static enum connection_result plain_send(
    struct connection *connection, const struct iovec *pieces, int count, bool more, size_t *sent)
{
    struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = (size_t)count};
    ssize_t done =
        sendmsg(connection->watch.descriptor, &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    if (done < 0)
        return result_of(connection, errno);
    *sent = (size_t)done;
    return CONNECTION_BYTES;
}

static enum connection_result plain_receive(
    struct connection *connection, char *into, size_t room, size_t *received)
{
    ssize_t done = recv(connection->watch.descriptor, into, room, 0);
    if (done < 0)
        return result_of(connection, errno);
    *received = (size_t)done;
    return done == 0 ? CONNECTION_END : CONNECTION_BYTES;
}

static void plain_close(struct connection *connection)
{
    (void)close(connection->watch.descriptor);
}

const struct connection_ops connection_plain = {
    .send = plain_send,
    .receive = plain_receive,
    .close = plain_close,
};

int64_t connection_unconfirmed(const struct connection *connection)
{
    int unconfirmed = 0;
    int descriptor = connection->watch.descriptor;
#if defined(SIOCOUTQ)
    if (ioctl(descriptor, SIOCOUTQ, &unconfirmed) != 0)
        return 0;
#elif defined(FIONWRITE)
    if (ioctl(descriptor, FIONWRITE, &unconfirmed) != 0)
        return 0;
#elif defined(SO_NWRITE)
    socklen_t length = sizeof unconfirmed;
    if (getsockopt(descriptor, SOL_SOCKET, SO_NWRITE, &unconfirmed, &length) != 0)
        return 0;
#endif
    return unconfirmed;
}

bool connection_is_disturbed(const struct connection *connection)
{
    char byte;
    return connection->secure == NULL &&
           recv(connection->watch.descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}
