/* For LD_PRELOAD: after each TCP connect(2), whatever came of it, a byte goes to the descriptor
 * SHOAL_CONNECTS. A connection to this machine that is refused has been refused by then. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int connect(int descriptor, const struct sockaddr *address, socklen_t length)
{
    int (*real)(int, const struct sockaddr *, socklen_t);
    const char *told = getenv("SHOAL_CONNECTS");
    int type = 0;
    socklen_t size = sizeof type;

    *(void **)&real = dlsym(RTLD_NEXT, "connect");
    int result = real(descriptor, address, length);
    int error = errno;
    if (told != NULL && address->sa_family != AF_UNIX &&
        getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM)
        (void)!write((int)strtol(told, NULL, 10), "c", 1);
    errno = error;
    return result;
}
