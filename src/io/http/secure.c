/* Secure connections: libcurl holds the TLS state, so their bytes go through it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "io/http/private.h"

static enum connection_result secure_failure(struct connection *connection, CURLcode code)
{
    if (code == CURLE_AGAIN)
        return CONNECTION_AGAIN;
    struct connecting *handle = connection->secure;
    long number = 0;
    (void)curl_easy_getinfo(handle->easy, CURLINFO_OS_ERRNO, &number);
    if (number == EPIPE)
        return CONNECTION_END;
    if (number == ECONNRESET)
        return CONNECTION_RESET;
    /* After a send that broke, what is received can have the reason: an alert of the peer. */
    const char *reason = handle->error_text;
    if (reason[0] == '\0' && handle->explained[0] == '\0')
        reason = curl_easy_strerror(code);
    if (reason[0] != '\0')
        (void)snprintf(handle->explained, sizeof handle->explained, "%s", reason);
    connection->error_text = handle->explained;
    return CONNECTION_ERROR;
}

static enum connection_result secure_send(
    struct connection *connection, const struct iovec *pieces, int count, bool more, size_t *sent)
{
    (void)count;
    (void)more;
    struct connecting *handle = connection->secure;
    handle->error_text[0] = '\0';
    CURLcode code = curl_easy_send(handle->easy, pieces[0].iov_base, pieces[0].iov_len, sent);
    if (code != CURLE_OK)
        return secure_failure(connection, code);
    return *sent > 0 ? CONNECTION_BYTES : CONNECTION_AGAIN;
}

/* Many servers end TLS without its closing alert; newer versions of libcurl call that an error. The
 * status counts then, as it does where a plain connection is closed. */
static bool is_end_without_alert(const struct connecting *handle, CURLcode code)
{
    return code == CURLE_RECV_ERROR && (strstr(handle->error_text, "unexpected eof") != NULL ||
                                           strstr(handle->error_text, "close_notify") != NULL);
}

static enum connection_result secure_receive(
    struct connection *connection, char *into, size_t room, size_t *received)
{
    struct connecting *handle = connection->secure;
    if (connection->early_taken < connection->early_length) {
        size_t left = connection->early_length - connection->early_taken;
        *received = left < room ? left : room;
        memcpy(into, connection->early + connection->early_taken, *received);
        connection->early_taken += *received;
        return CONNECTION_BYTES;
    }
    handle->error_text[0] = '\0';
    CURLcode code = curl_easy_recv(handle->easy, into, room, received);
    if (code == CURLE_OK)
        return *received > 0 ? CONNECTION_BYTES : CONNECTION_END;
    return is_end_without_alert(handle, code) ? CONNECTION_END : secure_failure(connection, code);
}

static void secure_close(struct connection *connection)
{
    struct connecting *handle = connection->secure;
    (void)curl_multi_remove_handle(handle->connector->multi, handle->easy);
    handle_release(handle);
}

const struct connection_ops connection_secure = {
    .send = secure_send,
    .receive = secure_receive,
    .close = secure_close,
};
