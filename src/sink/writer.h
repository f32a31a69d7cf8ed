/* The destination of a sink's text, which the layer app provides. */
#ifndef SHOAL_SINK_WRITER_H
#define SHOAL_SINK_WRITER_H

#include <stdbool.h>
#include <stddef.h>

/* A destination of text. */
struct writer {
    /* Writes `length` bytes of whole lines (for the progress line: of its own drawing). False: that
     * failed. Whoever provides the writer reports the failure to the user; the sink continues. */
    bool (*write)(void *context, const char *data, size_t length);
    void *context; /* for `write` */
};

/* Calls `write`. Returns its result, which a sink without an error of its own may ignore. */
static inline bool writer_write(const struct writer *writer, const char *data, size_t length)
{
    return writer->write(writer->context, data, length);
}

#endif
