#include "io/walk/path_list.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define BLOCK (64 * 1024) /* bytes to read at a time */

void path_list_init(struct path_list *list, int descriptor, int stop_descriptor, char separator)
{
    *list = (struct path_list){
        .descriptor = descriptor, .stop_descriptor = stop_descriptor, .separator = separator};
    buf_init(&list->read, PATH_LIST_RECORD_MAX + 2 * BLOCK);
}

void path_list_free(struct path_list *list)
{
    buf_free(&list->read);
}

enum fill {
    FILL_READ,    /* bytes were read, or the end: `over` */
    FILL_STOPPED, /* the stop descriptor is readable */
    FILL_FAILED,  /* see errno */
};

/* False: the list was stopped. If poll(2) fails, read(2) reports what is wrong. */
static bool wait_for_input(const struct path_list *list)
{
    struct pollfd waits[2] = {
        {.fd = list->descriptor, .events = POLLIN},
        {.fd = list->stop_descriptor, .events = POLLIN},
    };
    int ready;
    do
        ready = poll(waits, 2, -1);
    while (ready < 0 && errno == EINTR);
    return ready < 0 || waits[1].revents == 0;
}

/* Moves what was read from `begin` on to the front. */
static void forget_before(struct path_list *list, size_t begin)
{
    struct buf *read = &list->read;
    if (begin == 0)
        return;
    read->length -= begin;
    memmove(read->data, read->data + begin, read->length);
    list->begin = 0;
    list->scanned -= begin;
}

/* Reads more. */
static enum fill fill(struct path_list *list)
{
    struct buf *into = &list->read;
    forget_before(list, list->begin);
    if (!buf_reserve(into, BLOCK)) {
        errno = ENOMEM;
        return FILL_FAILED;
    }
    ssize_t length;
    do {
        if (!wait_for_input(list))
            return FILL_STOPPED;
        length = read(list->descriptor, into->data + into->length, BLOCK);
    } while (length < 0 && (errno == EINTR || errno == EAGAIN));
    if (length < 0)
        return FILL_FAILED;
    into->length += (size_t)length;
    into->data[into->length] = '\0';
    list->over = length == 0;
    return FILL_READ;
}

static char *find_separator(const struct path_list *list)
{
    size_t left = list->read.length - list->scanned;
    return left == 0 ? NULL : memchr(list->read.data + list->scanned, list->separator, left);
}

/* Sets `record` to what ends at offset `end`. False: it was too long. */
static bool cut_record(
    struct path_list *list, size_t end, bool complete, struct path_record *record)
{
    struct buf *read = &list->read;
    *record = (struct path_record){
        .data = read->data + list->begin, .length = end - list->begin, .complete = complete};
    bool fits = !list->skipping && record->length <= PATH_LIST_RECORD_MAX;
    read->data[end] = '\0';
    list->begin = complete ? end + 1 : end;
    list->scanned = list->begin;
    list->skipping = false;
    return fits;
}

/* Forgets the beginning of a record that is too long, so that memory stays bounded. */
static void drop_if_too_long(struct path_list *list)
{
    list->scanned = list->read.length;
    if (!list->skipping && list->scanned - list->begin <= PATH_LIST_RECORD_MAX)
        return;
    list->skipping = true;
    list->begin = list->scanned;
}

/* The next record, which may be empty. */
static enum path_list_result next_record(struct path_list *list, struct path_record *record)
{
    for (;;) {
        const char *end = find_separator(list);
        if (end != NULL)
            return cut_record(list, (size_t)(end - list->read.data), true, record)
                       ? PATH_LIST_RECORD
                       : PATH_LIST_TOO_LONG;
        drop_if_too_long(list);
        if (list->over) {
            if (list->begin == list->scanned && !list->skipping)
                return PATH_LIST_END;
            return cut_record(list, list->scanned, false, record) ? PATH_LIST_RECORD
                                                                  : PATH_LIST_TOO_LONG;
        }
        switch (fill(list)) {
        case FILL_READ:
            break;
        case FILL_STOPPED:
            return PATH_LIST_END;
        case FILL_FAILED:
            list->over = true;
            list->begin = list->scanned;
            list->skipping = false;
            return PATH_LIST_FAILED;
        }
    }
}

enum path_list_result path_list_next(struct path_list *list, struct path_record *record)
{
    enum path_list_result result;
    do
        result = next_record(list, record);
    while (result == PATH_LIST_RECORD && record->length == 0);
    return result;
}

bool path_list_has_record(const struct path_list *list)
{
    return find_separator(list) != NULL;
}
