/* floor: the least that a client must do per file, to compare shoal with.
 *
 *     floor [-j N] [--cacert FILE] LIST HOST:PORT
 *
 * LIST is a file with one path per line. Each file is sent as a form with one part, over N
 * connections that stay open: open, fstat, read (sendfile for 256 KiB and more), one send, one
 * recv, close. With --cacert, over TLS. There is no walk, retry, check or report; any response but
 * 200 ends the program. Exit status 0: all files were sent. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOUNDARY         "----floorfloorfloorfloor"
#define HEAD_ROOM        512
#define SMALL_MOST       ((size_t)256 * 1024) /* larger files are streamed; bytes */
#define PIECE            ((size_t)1 << 20)
#define ANSWER_MOST      4096
#define EVENTS_MOST      256
#define CONNECTIONS_MOST 1024

static const char PART[] = "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"file\"; "
                           "filename=\"file\"\r\nContent-Type: application/octet-stream\r\n\r\n";
static const char TAIL[] = "\r\n--" BOUNDARY "--\r\n";

enum blocked {
    BLOCKED = -1,
    BROKEN = -2,
};

struct connection {
    int descriptor;
    SSL *tls;          /* NULL: no TLS */
    int file;          /* open while a large file is streamed, else -1 */
    off_t file_left;   /* bytes still to read */
    bool wants_out;    /* epoll waits for room to write */
    size_t out_begin;  /* start of what is not sent yet in `out` */
    size_t out_length; /* end of what is not sent yet */
    size_t in_length;
    char in[ANSWER_MOST];
    char out[HEAD_ROOM + SMALL_MOST + sizeof TAIL];
};

struct client {
    int poller;
    char *host;
    char *next_path;
    size_t left; /* responses still to come */
};

static void fail(const char *what)
{
    fprintf(stderr, "floor: %s: %s\n", what, errno != 0 ? strerror(errno) : "unexpected");
    exit(1);
}

static ssize_t tls_result(struct connection *connection, int count)
{
    if (count > 0)
        return count;
    int why = SSL_get_error(connection->tls, count);
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? BLOCKED : BROKEN;
}

static ssize_t put(struct connection *connection, const char *data, size_t length, int flags)
{
    if (connection->tls != NULL)
        return tls_result(connection, SSL_write(connection->tls, data, (int)length));
    ssize_t count = send(connection->descriptor, data, length, MSG_NOSIGNAL | flags);
    return count >= 0 ? count : errno == EAGAIN ? BLOCKED : BROKEN;
}

static ssize_t get(struct connection *connection, char *data, size_t room)
{
    if (connection->tls != NULL)
        return tls_result(connection, SSL_read(connection->tls, data, (int)room));
    ssize_t count = recv(connection->descriptor, data, room, 0);
    return count > 0 ? count : count < 0 && errno == EAGAIN ? BLOCKED : BROKEN;
}

static void watch(struct client *client, struct connection *connection, bool out)
{
    if (connection->wants_out == out)
        return;
    connection->wants_out = out;
    struct epoll_event event = {
        .events = out ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(client->poller, EPOLL_CTL_MOD, connection->descriptor, &event) != 0)
        fail("epoll_ctl");
}

/* Sends what is in `out`. False: the socket has no room now. */
static bool flush_out(struct connection *connection)
{
    int flags = connection->file >= 0 ? MSG_MORE : 0;
    while (connection->out_begin < connection->out_length) {
        ssize_t count = put(connection, connection->out + connection->out_begin,
            connection->out_length - connection->out_begin, flags);
        if (count == BLOCKED)
            return false;
        if (count == BROKEN)
            fail("send");
        connection->out_begin += (size_t)count;
    }
    connection->out_begin = connection->out_length = 0;
    return true;
}

/* Sends a piece of the large file. False: the socket has no room now. */
static bool stream_piece(struct connection *connection)
{
    ssize_t count;
    if (connection->tls == NULL) {
        count = sendfile(connection->descriptor, connection->file, NULL, PIECE);
        if (count < 0 && errno == EAGAIN)
            return false;
    } else {
        count = read(connection->file, connection->out, SMALL_MOST);
        connection->out_length = count > 0 ? (size_t)count : 0;
    }
    if (count <= 0)
        fail("a large file");
    connection->file_left -= count;
    return true;
}

static void end_stream(struct connection *connection)
{
    (void)close(connection->file);
    connection->file = -1;
    memcpy(connection->out, TAIL, sizeof TAIL - 1);
    connection->out_length = sizeof TAIL - 1;
}

static void send_on(struct client *client, struct connection *connection)
{
    bool going = flush_out(connection);
    while (going && connection->file >= 0) {
        if (connection->file_left > 0)
            going = stream_piece(connection);
        else
            end_stream(connection);
        going = going && flush_out(connection);
    }
    watch(client, connection, !going);
}

static int open_next(struct client *client, off_t *size)
{
    char *path = client->next_path;
    char *end = strchr(path, '\n');
    if (end == NULL)
        return -1;
    *end = '\0';
    client->next_path = end + 1;
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0)
        fail(path);
    *size = status.st_size;
    return file;
}

/* Starts the next file. False: there is none. */
static bool send_next(struct client *client, struct connection *connection)
{
    off_t size;
    int file = open_next(client, &size);
    if (file < 0)
        return false;
    size_t length = (size_t)snprintf(connection->out, HEAD_ROOM,
        "POST /upload HTTP/1.1\r\nHost: %s\r\nContent-Length: %llu\r\n"
        "Content-Type: multipart/form-data; boundary=" BOUNDARY "\r\n\r\n%s",
        client->host, (unsigned long long)size + sizeof PART + sizeof TAIL - 2, PART);
    connection->out_length = length;
    if ((size_t)size > SMALL_MOST) {
        connection->file = file;
        connection->file_left = size;
    } else {
        if (read(file, connection->out + length, SMALL_MOST) != size)
            fail("a file changed");
        (void)close(file);
        memcpy(connection->out + length + size, TAIL, sizeof TAIL - 1);
        connection->out_length += (size_t)size + sizeof TAIL - 1;
    }
    send_on(client, connection);
    return true;
}

/* Returns whether the response in `in` is complete. Ends the program if it is not a 200. */
static bool answer_complete(struct connection *connection)
{
    connection->in[connection->in_length] = '\0';
    const char *end = strstr(connection->in, "\r\n\r\n");
    if (end == NULL)
        return false;
    errno = 0;
    if (strncmp(connection->in, "HTTP/1.1 200 ", 13) != 0)
        fail("the server's answer");
    const char *length = strcasestr(connection->in, "\r\ncontent-length:");
    size_t body = length == NULL ? 0 : strtoul(length + 17, NULL, 10);
    return connection->in_length >= (size_t)(end + 4 - connection->in) + body;
}

static void receive(struct client *client, struct connection *connection)
{
    for (;;) {
        ssize_t count = get(connection, connection->in + connection->in_length,
            ANSWER_MOST - 1 - connection->in_length);
        if (count == BLOCKED)
            return;
        if (count == BROKEN)
            fail("recv");
        connection->in_length += (size_t)count;
        if (answer_complete(connection))
            break;
    }
    connection->in_length = 0;
    client->left--;
    (void)send_next(client, connection);
}

static SSL_CTX *make_tls(const char *cacert)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context == NULL || SSL_CTX_load_verify_file(context, cacert) != 1)
        fail(cacert);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_read_ahead(context, 1);
    (void)SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return context;
}

static struct connection *connect_one(
    struct client *client, const struct sockaddr_in *address, SSL_CTX *tls)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        fail("memory");
    int on = 1;
    connection->file = -1;
    connection->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)setsockopt(connection->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(connection->descriptor, (const struct sockaddr *)address, sizeof *address) != 0)
        fail("connect");
    if (tls != NULL) {
        connection->tls = SSL_new(tls);
        if (connection->tls == NULL || SSL_set_fd(connection->tls, connection->descriptor) != 1 ||
            SSL_connect(connection->tls) != 1)
            fail("TLS");
    }
    (void)fcntl(connection->descriptor, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(client->poller, EPOLL_CTL_ADD, connection->descriptor, &event) != 0)
        fail("epoll_ctl");
    return connection;
}

static void run(struct client *client)
{
    struct epoll_event events[EVENTS_MOST];
    while (client->left > 0) {
        int count = epoll_wait(client->poller, events, EVENTS_MOST, -1);
        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;
            if ((events[i].events & EPOLLOUT) != 0)
                send_on(client, connection);
            if ((events[i].events & ~(uint32_t)EPOLLOUT) != 0)
                receive(client, connection);
        }
    }
}

/* Reads the whole list as text; returns the number of its lines. */
static size_t read_list(struct client *client, const char *name)
{
    struct stat status;
    int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0)
        fail(name);
    size_t length = (size_t)status.st_size;
    client->next_path = calloc(1, length + 1);
    if (client->next_path == NULL || read(file, client->next_path, length) != status.st_size)
        fail(name);
    (void)close(file);
    size_t lines = 0;
    for (size_t i = 0; i < length; i++)
        lines += client->next_path[i] == '\n';
    return lines;
}

static struct sockaddr_in address_of(const char *host)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char *name = strdup(host);
    char *colon = name == NULL ? NULL : strrchr(name, ':');
    errno = 0;
    if (colon == NULL)
        fail(host);
    *colon = '\0';
    address.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    if (inet_pton(AF_INET, name, &address.sin_addr) != 1)
        fail(host);
    free(name);
    return address;
}

int main(int count, char **arguments)
{
    static const struct option options[] = {{"cacert", required_argument, NULL, 'c'}, {0}};
    size_t connections = 1;
    SSL_CTX *tls = NULL;
    int option;
    while ((option = getopt_long(count, arguments, "j:", options, NULL)) != -1) {
        if (option == 'j')
            connections = strtoul(optarg, NULL, 10);
        else if (option == 'c')
            tls = make_tls(optarg);
        else
            return 2;
    }
    if (count - optind != 2 || connections == 0 || connections > CONNECTIONS_MOST)
        return 2;
    struct client client = {.poller = epoll_create1(EPOLL_CLOEXEC), .host = arguments[optind + 1]};
    struct sockaddr_in address = address_of(client.host);
    client.left = read_list(&client, arguments[optind]);
    for (size_t i = 0; i < connections && i < client.left; i++) {
        if (!send_next(&client, connect_one(&client, &address, tls)))
            break;
    }
    run(&client);
    return 0;
}
