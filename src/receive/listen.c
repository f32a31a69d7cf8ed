#include "receive/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "text/units.h"

#define HOST_SIZE 256 /* a host in ADDR:PORT, in bytes with its NUL */
#define PORT_SIZE 8   /* a port as text, in bytes with its NUL */
#define PORT_MAX  65535

/* Size in bytes of a numeric address with its scope, as text. */
#define NUMERIC_SIZE 96

/* Splits ADDR:PORT into `host` (HOST_SIZE bytes), without the brackets of an IPv6 address, and
 * `port` (PORT_SIZE bytes). False: it is not of that form. */
static bool split_address(const char *address, char *host, char *port)
{
    const char *colon = strrchr(address, ':');
    if (colon == NULL || colon == address)
        return false;
    const char *start = address;
    size_t length = (size_t)(colon - address);
    if (address[0] == '[') {
        if (colon[-1] != ']' || length < 3)
            return false;
        start++;
        length -= 2;
    } else if (memchr(address, ':', length) != NULL) {
        return false;
    }
    size_t port_length = strlen(colon + 1);
    int64_t number;
    if (length >= HOST_SIZE || port_length >= PORT_SIZE ||
        !units_parse_number(colon + 1, 0, PORT_MAX, &number))
        return false;
    memcpy(host, start, length);
    host[length] = '\0';
    memcpy(port, colon + 1, port_length + 1);
    return true;
}

static bool make_nonblocking(int descriptor)
{
    int flags = fcntl(descriptor, F_GETFL);
    return flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0;
}

/* Returns a descriptor, or -1 with errno. */
static int try_listen(const struct addrinfo *info)
{
    int descriptor = socket(info->ai_family, info->ai_socktype, info->ai_protocol);
    if (descriptor < 0)
        return -1;
    int yes = 1;
    (void)setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (make_nonblocking(descriptor) && bind(descriptor, info->ai_addr, info->ai_addrlen) == 0 &&
        listen(descriptor, SOMAXCONN) == 0)
        return descriptor;
    int code = errno;
    (void)close(descriptor);
    errno = code;
    return -1;
}

static bool write_url(int descriptor, char *url, struct error *error)
{
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    char host[NUMERIC_SIZE];
    char port[PORT_SIZE];
    if (getsockname(descriptor, (struct sockaddr *)&bound, &length) != 0 ||
        getnameinfo((struct sockaddr *)&bound, length, host, sizeof host, port, sizeof port,
            NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return error_set(error, ERROR_SYSTEM, errno, "can't tell the address listened on");
    bool is_ipv6 = strchr(host, ':') != NULL;
    (void)snprintf(url, LISTEN_URL_SIZE, "http://%s%s%s:%s", is_ipv6 ? "[" : "", host,
        is_ipv6 ? "]" : "", port);
    return true;
}

int listen_on(const char *address, char *url, struct error *error)
{
    char host[HOST_SIZE];
    char port[PORT_SIZE];
    if (!split_address(address, host, port)) {
        (void)error_set(error, ERROR_USAGE, 0,
            "--listen '%s': it must be ADDR:PORT, as in 127.0.0.1:8080 or [::1]:0", address);
        return -1;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *found = NULL;
    int failure = getaddrinfo(host, port, &hints, &found);
    if (failure != 0) {
        (void)error_set(error, ERROR_USAGE, 0, "--listen '%s': %s", address, gai_strerror(failure));
        return -1;
    }
    int descriptor = -1;
    for (const struct addrinfo *info = found; info != NULL && descriptor < 0; info = info->ai_next)
        descriptor = try_listen(info);
    int code = errno;
    freeaddrinfo(found);
    if (descriptor < 0) {
        (void)error_set(
            error, ERROR_SYSTEM, code, "can't listen on '%s': %s", address, error_reason(code));
        return -1;
    }
    if (write_url(descriptor, url, error))
        return descriptor;
    (void)close(descriptor);
    return -1;
}
