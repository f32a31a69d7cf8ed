/* Parses multipart bodies with libmicrohttpd's post processor, which shares no code with ours. It
 * needs a connection with a Content-Type, so one is opened over a socket pair; its body never
 * arrives. For unit tests and fuzzers. */
#ifndef SHOAL_TESTS_UNIT_POST_PROCESSOR_H
#define SHOAL_TESTS_UNIT_POST_PROCESSOR_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "text/multipart.h"

#define POST_PROCESSOR_BUFFER 65536      /* longest header line, in bytes */
#define POST_PROCESSOR_PARTS  16         /* most parts of a body */
#define POST_PROCESSOR_TEXT   (1U << 20) /* longest name or content of a part, in bytes */

/* The parser's connection. */
struct post_processor {
    struct MHD_Daemon *daemon;         /* owned */
    struct MHD_Connection *connection; /* the daemon's */
    int client;                        /* descriptor of the other end of the connection */
    char boundary[MULTIPART_BOUNDARY_LENGTH + 1];
};

/* One part that was read. */
struct received_part {
    struct buf name;
    struct buf file_name; /* empty unless `has_file_name` */
    struct buf type;      /* empty unless `has_type` */
    struct buf content;
    bool has_file_name;
    bool has_type;
};

/* A body that was read. */
struct received {
    struct received_part parts[POST_PROCESSOR_PARTS];
    size_t count; /* of `parts` */
};

/* MHD_AccessHandlerCallback. */
static inline enum MHD_Result keep_connection(void *context, struct MHD_Connection *connection,
    const char *url, const char *method, const char *version, const char *upload_data,
    size_t *upload_data_size, void **request)
{
    (void)url;
    (void)method;
    (void)version;
    (void)upload_data;
    (void)upload_data_size;
    (void)request;
    struct post_processor *processor = context;
    processor->connection = connection;
    return MHD_YES;
}

/* Sends the head of a request from the client's end. */
static inline bool send_head(struct post_processor *processor)
{
    char head[256];
    int length = snprintf(head, sizeof head,
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=%s\r\n"
        "Content-Length: 1\r\n\r\n",
        processor->boundary);
    return write(processor->client, head, (size_t)length) == length;
}

/* Opens the connection for bodies with `boundary` (copied). The caller closes it with
 * post_processor_close(), also after a failure. */
static inline bool post_processor_open(struct post_processor *processor, const char *boundary)
{
    int pair[2];
    struct sockaddr_storage nobody = {.ss_family = AF_UNIX};
    *processor = (struct post_processor){0};
    (void)snprintf(processor->boundary, sizeof processor->boundary, "%s", boundary);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return false;
    processor->client = pair[0];
    processor->daemon = MHD_start_daemon(
        MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, keep_connection, processor, MHD_OPTION_END);
    if (processor->daemon == NULL || !send_head(processor) ||
        MHD_add_connection(
            processor->daemon, pair[1], (struct sockaddr *)&nobody, sizeof(sa_family_t)) != MHD_YES)
        return false;
    for (int round = 0; round < 100 && processor->connection == NULL; round++)
        (void)MHD_run(processor->daemon);
    return processor->connection != NULL;
}

/* Closes the connection. */
static inline void post_processor_close(struct post_processor *processor)
{
    (void)close(processor->client);
    MHD_stop_daemon(processor->daemon);
}

/* Frees the parts; `received` is empty afterwards. */
static inline void received_free(struct received *received)
{
    for (size_t i = 0; i < received->count; i++) {
        buf_free(&received->parts[i].name);
        buf_free(&received->parts[i].file_name);
        buf_free(&received->parts[i].type);
        buf_free(&received->parts[i].content);
    }
    received->count = 0;
}

/* Adds a part. False: too many, or a text is too long. */
static inline bool begin_part(
    struct received *received, const char *name, const char *file_name, const char *type)
{
    if (received->count == POST_PROCESSOR_PARTS)
        return false;
    struct received_part *part = &received->parts[received->count++];
    buf_init(&part->name, POST_PROCESSOR_TEXT);
    buf_init(&part->file_name, POST_PROCESSOR_TEXT);
    buf_init(&part->type, POST_PROCESSOR_TEXT);
    buf_init(&part->content, POST_PROCESSOR_TEXT);
    part->has_file_name = file_name != NULL;
    part->has_type = type != NULL;
    return buf_add_text(&part->name, name) &&
           buf_add_text(&part->file_name, file_name == NULL ? "" : file_name) &&
           buf_add_text(&part->type, type == NULL ? "" : type);
}

/* MHD_PostDataIterator: a part starts at offset 0. */
static inline enum MHD_Result add_piece(void *context, enum MHD_ValueKind kind, const char *name,
    const char *file_name, const char *type, const char *encoding, const char *data,
    uint64_t offset, size_t size)
{
    (void)kind;
    (void)encoding;
    struct received *received = context;
    if (offset == 0 && !begin_part(received, name, file_name, type))
        return MHD_NO;
    return buf_add(&received->parts[received->count - 1].content, data, size) ? MHD_YES : MHD_NO;
}

/* Reads `body`. False: the parser rejects it, or it has more parts than fit. The caller frees
 * `received` in either case. */
static inline bool post_processor_read(
    struct post_processor *processor, const struct buf *body, struct received *received)
{
    received->count = 0;
    struct MHD_PostProcessor *parser = MHD_create_post_processor(
        processor->connection, POST_PROCESSOR_BUFFER, add_piece, received);
    if (parser == NULL)
        return false;
    bool accepted = MHD_post_process(parser, body->data, body->length) == MHD_YES;
    return MHD_destroy_post_processor(parser) == MHD_YES && accepted;
}

#endif
