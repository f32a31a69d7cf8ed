/* Where a sink's text goes: app says. */
#ifndef SHOAL_SINK_WRITER_H
#define SHOAL_SINK_WRITER_H

#include <stdbool.h>
#include <stddef.h>

struct writer {
    /* Takes whole lines (progress: a piece that is drawn at once). False: it has failed, and app
     * knows; the sink goes on. */
    bool (*write)(void *context, const char *data, size_t length);
    void *context;
};

static inline bool writer_write(const struct writer *writer, const char *data, size_t length)
{
    return writer->write(writer->context, data, length);
}

#endif
