/* The parts of HTTP/1.1 (RFC 9112) that a sink needs: lengths, chunks, Expect, Connection. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sink.h"

/* Returns the value of a header line if it has that name, else NULL. The line ends in CR or LF. */
static const char *value_of(const char *line, const char *name)
{
    size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0 || line[length] != ':')
        return NULL;
    line += length + 1;
    return line + strspn(line, " \t");
}

static void take_header(struct request *request, const char *line)
{
    const char *value;
    switch (line[0] | 0x20) {
    case 'c':
        if ((value = value_of(line, "content-length")) != NULL)
            request->left = strtoull(value, NULL, 10);
        else if ((value = value_of(line, "content-type")) != NULL)
            request->multipart = strncasecmp(value, "multipart/", 10) == 0;
        else if ((value = value_of(line, "connection")) != NULL)
            request->keep = strncasecmp(value, "close", 5) != 0;
        break;
    case 't':
        if ((value = value_of(line, "transfer-encoding")) != NULL)
            request->state = REQUEST_CHUNK_LINE;
        break;
    case 'e':
        if (value_of(line, "expect") != NULL)
            request->expects = true;
        break;
    default:
        break;
    }
}

static void take_request_line(struct request *request, const char *line)
{
    request->is_upload = strncmp(line, "POST ", 5) == 0 || strncmp(line, "PUT ", 4) == 0;
    request->is_statistics = strncmp(line, "GET /stat ", 10) == 0;
    request->is_reset = strncmp(line, "GET /reset ", 11) == 0;
    if (!request->is_upload && !request->is_statistics && !request->is_reset)
        request->state = REQUEST_BAD;
}

/* Reads the whole head; nothing if it is incomplete. */
static size_t take_head(struct request *request, const char *data, size_t length)
{
    const char *end = memmem(data, length, "\r\n\r\n", 4);
    if (end == NULL) {
        if (length >= HEAD_MOST)
            request->state = REQUEST_BAD;
        return 0;
    }
    *request = (struct request){.state = REQUEST_BODY, .keep = true};
    take_request_line(request, data);
    const char *line = memchr(data, '\n', length);
    while (request->state != REQUEST_BAD && line != NULL && line < end) {
        take_header(request, line + 1);
        line = memchr(line + 1, '\n', length - (size_t)(line + 1 - data));
    }
    if (request->state == REQUEST_BODY && request->left == 0)
        request->state = REQUEST_COMPLETE;
    return (size_t)(end - data) + 4;
}

static void keep_tail(struct request *request, const char *data, size_t length)
{
    size_t kept = sizeof request->tail;
    if (length >= kept) {
        memcpy(request->tail, data + length - kept, kept);
    } else {
        memmove(request->tail, request->tail + length, kept - length);
        memcpy(request->tail + kept - length, data, length);
    }
}

static size_t take_content(struct request *request, const char *data, size_t length)
{
    size_t count = length < request->left ? length : (size_t)request->left;
    keep_tail(request, data, count);
    request->left -= count;
    request->length += count;
    if (request->left == 0)
        request->state =
            request->state == REQUEST_CHUNK_DATA ? REQUEST_CHUNK_GAP : REQUEST_COMPLETE;
    return count;
}

/* Reads a whole line of the chunked coding; nothing if it is incomplete. */
static size_t take_line(struct request *request, const char *data, size_t length)
{
    const char *end = memchr(data, '\n', length);
    if (end == NULL)
        return 0;
    if (request->state == REQUEST_CHUNK_LINE) {
        request->left = strtoull(data, NULL, 16);
        request->state = request->left > 0 ? REQUEST_CHUNK_DATA : REQUEST_TRAILER;
    } else if (request->state == REQUEST_CHUNK_GAP) {
        request->state = REQUEST_CHUNK_LINE;
    } else if (data[0] == '\r') {
        request->state = REQUEST_COMPLETE;
    }
    return (size_t)(end - data) + 1;
}

size_t request_take(struct request *request, const char *data, size_t length)
{
    size_t done = 0;
    while (done < length && request->state < REQUEST_COMPLETE) {
        size_t count;
        if (request->state == REQUEST_HEAD)
            count = take_head(request, data + done, length - done);
        else if (request->state == REQUEST_BODY || request->state == REQUEST_CHUNK_DATA)
            count = take_content(request, data + done, length - done);
        else
            count = take_line(request, data + done, length - done);
        if (count == 0)
            break;
        done += count;
    }
    return done;
}

bool request_ends_well(const struct request *request)
{
    return !request->multipart || memcmp(request->tail, "--\r\n", 4) == 0;
}

size_t counts_text(const struct counts *counts, char *text)
{
    size_t last = 0;
    for (size_t i = 0; i < SLOTS; i++) {
        if (counts->slots[i] > 0)
            last = i + 1;
    }
    size_t length = (size_t)snprintf(text, STAT_MOST,
        "{\"taken\":%llu,\"refused\":%llu,\"bad\":%llu,\"bytes\":%llu,\"connections\":%llu,"
        "\"most_open\":%llu,\"first_us\":%lld,\"last_us\":%lld,\"tenths\":[",
        (unsigned long long)counts->taken, (unsigned long long)counts->refused,
        (unsigned long long)counts->bad, (unsigned long long)counts->bytes,
        (unsigned long long)counts->connections, (unsigned long long)counts->most_open,
        (long long)counts->first_us, (long long)counts->last_us);
    for (size_t i = 0; i < last; i++)
        length += (size_t)snprintf(
            text + length, STAT_MOST - length, "%s%u", i > 0 ? "," : "", counts->slots[i]);
    return length + (size_t)snprintf(text + length, STAT_MOST - length, "]}\n");
}
