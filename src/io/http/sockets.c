/* Which socket a transfer is on.
 *
 * libcurl does not tell while a transfer runs, but it opens sockets through us and names the local
 * port when a request begins: the two together give the socket. It is needed for two things: how
 * much of what was sent the peer has confirmed, and an answer that waits in a socket that is about
 * to be closed because sending failed (a server that says 413 in the middle of the body and
 * closes). */
#include "io/http/private.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/sockios.h>
#endif

#define RECOVERED_MOST (64 * 1024)

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    struct socket_table *table = &((struct multi *)context)->sockets;
    if (table->count == table->capacity) {
        size_t capacity = table->capacity == 0 ? 64 : table->capacity * 2;
        struct socket_entry *entries = realloc(table->entries, capacity * sizeof *entries);
        if (entries == NULL)
            return CURL_SOCKET_BAD;
        table->entries = entries;
        table->capacity = capacity;
    }
#ifdef SOCK_CLOEXEC
    int type = address->socktype | SOCK_CLOEXEC;
#else
    int type = address->socktype;
#endif
    int descriptor = socket(address->family, type, address->protocol);
    if (descriptor < 0)
        return CURL_SOCKET_BAD;
    table->entries[table->count++] =
        (struct socket_entry){.descriptor = descriptor, .is_ipv6 = address->family == AF_INET6};
    return descriptor;
}

static int local_port_of(curl_socket_t descriptor)
{
    union {
        struct sockaddr any;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
    } address;
    socklen_t length = sizeof address;
    memset(&address, 0, sizeof address);
    if (getsockname(descriptor, &address.any, &length) != 0)
        return 0;
    bool is_ipv6 = address.any.sa_family == AF_INET6;
    return ntohs(is_ipv6 ? address.ipv6.sin6_port : address.ipv4.sin_port);
}

curl_socket_t sockets_find(struct socket_table *table, int local_port, bool is_ipv6)
{
    for (size_t i = 0; i < table->count; i++) {
        struct socket_entry *entry = &table->entries[i];
        if (entry->local_port == 0)
            entry->local_port = local_port_of(entry->descriptor);
        if (entry->local_port == local_port && entry->is_ipv6 == is_ipv6)
            return entry->descriptor;
    }
    return CURL_SOCKET_BAD;
}

int64_t sockets_unsent(curl_socket_t descriptor)
{
    int unsent = 0;
    if (descriptor == CURL_SOCKET_BAD)
        return 0;
#if defined(SIOCOUTQ)
    if (ioctl(descriptor, SIOCOUTQ, &unsent) != 0)
        return 0;
#elif defined(FIONWRITE)
    if (ioctl(descriptor, FIONWRITE, &unsent) != 0)
        return 0;
#elif defined(SO_NWRITE)
    socklen_t length = sizeof unsent;
    if (getsockopt(descriptor, SOL_SOCKET, SO_NWRITE, &unsent, &length) != 0)
        return 0;
#endif
    return unsent;
}

/* Feeds an answer that stood in a socket, line by line, as libcurl would have. */
static void take_recovered(struct http_transfer *transfer, const char *data, size_t length)
{
    if (length < 5 || memcmp(data, "HTTP/", 5) != 0)
        return;
    const char *end = data + length;
    while (data < end) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));
        if (newline == NULL)
            return;
        size_t line = (size_t)(newline - data) + 1;
        transfer_take_header(transfer, data, line);
        data += line;
        bool is_blank = line <= 2 && data[-1] == '\n' && (line == 1 || data[-2] == '\r');
        if (is_blank && transfer_answered(transfer))
            break;
    }
    if (transfer_answered(transfer))
        (void)transfer_take_body(transfer, data, (size_t)(end - data));
}

/* Only without TLS: the bytes in the socket are the answer itself. */
static void recover_answer(struct multi *multi, curl_socket_t descriptor)
{
    struct http_transfer *transfer = multi->active;
    while (transfer != NULL && (transfer->socket != descriptor || transfer->requests == 0))
        transfer = transfer->next;
    if (transfer == NULL || transfer->broken != TRANSFER_GOES_ON || transfer->bytes_in > 0 ||
        strncasecmp(transfer->url, "http:", 5) != 0)
        return;
    char *data = malloc(RECOVERED_MOST);
    if (data == NULL)
        return;
    size_t length = 0;
    ssize_t got;
    while (length < RECOVERED_MOST &&
           (got = recv(descriptor, data + length, RECOVERED_MOST - length, MSG_DONTWAIT)) > 0)
        length += (size_t)got;
    take_recovered(transfer, data, length);
    free(data);
}

static int close_socket(void *context, curl_socket_t descriptor)
{
    struct multi *multi = context;
    struct socket_table *table = &multi->sockets;
    recover_answer(multi, descriptor);
    for (size_t i = 0; i < table->count; i++) {
        if (table->entries[i].descriptor == descriptor) {
            table->entries[i] = table->entries[--table->count];
            break;
        }
    }
    for (struct http_transfer *transfer = multi->active; transfer; transfer = transfer->next) {
        if (transfer->socket == descriptor)
            transfer->socket = CURL_SOCKET_BAD;
    }
    return close(descriptor);
}

void sockets_watch(CURL *easy, struct multi *multi)
{
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, multi);
    (void)curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    (void)curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, multi);
}
