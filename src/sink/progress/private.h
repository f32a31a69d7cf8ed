/* What the files of the progress display share. */
#ifndef SHOAL_SINK_PROGRESS_PRIVATE_H
#define SHOAL_SINK_PROGRESS_PRIVATE_H

#include <shoal.h>
#include <stdint.h>

#include "base/buf.h"
#include "sink/progress.h"

/* Most lines that are drawn, and bytes of one line. */
#define LINES_MAX     6
#define LINE_SIZE_MAX 1024

/* Failures whose causes are shown at the same time. */
#define CAUSES_SHOWN 3
#define CAUSES_KEPT  32

/* Seconds of which rates are kept. */
#define RATES_KEPT 15

/* How often a cause came up so far. */
struct seen_cause {
    char *text;          /* `cause` of its files; owned */
    char *error;         /* of the first file; owned */
    char *path;          /* of the first file; owned */
    uint64_t count;      /* files */
    int64_t first_bytes; /* size of the first file; -1: it was not opened */
    int64_t bytes_least; /* size of the smallest one */
};

/* What is known of the run beyond the current PROGRESS event. */
struct seen {
    struct seen_cause causes[CAUSES_KEPT];
    size_t cause_count;
    double rates[RATES_KEPT]; /* files per second, one per second; a ring */
    size_t rate_count;        /* rates so far */
    int64_t sampled_us;       /* `at_us` of the last one; 0: none */
    uint64_t sampled_done;    /* files with a verdict then */
    int64_t done_bytes;       /* sizes of the files with a verdict */
    double bytes_rate;        /* moving average, bytes per second */
    int64_t moved_us;         /* `at_us` of the last PROGRESS that was used; 0: none */
    int64_t moved_bytes;      /* its `bytes_moved` */
    int64_t pause_until_us;   /* `at_us` at which the last pause ends; -1: not known */
    long pause_status;        /* the status that asked for it; 0: none */
};

/* --- seen.c --- */

/* Frees the texts. */
void seen_free(struct seen *seen);

/* Takes a FILE or PAUSE event. */
void seen_note(struct seen *seen, const struct shoal_event *event);

/* Takes a PROGRESS event: the rates. */
void seen_measure(struct seen *seen, const struct shoal_event *event);

/* Returns the seconds that the remaining files will take; negative: not known. */
double seen_seconds_left(const struct seen *seen, const struct shoal_progress *progress);

/* --- display.c --- */

#define RED    "\x1b[31m"
#define YELLOW "\x1b[33m"
#define NORMAL "\x1b[0m"

/* The signs that a terminal can show. */
struct signs {
    const char *full;   /* of the bar */
    const char *empty;  /* of the bar */
    const char *failed; /* before a cause */
    const char *times;  /* after a count */
    const char *pause;  /* before a server that is waited for */
};

/* What the lines are made from. */
struct display {
    const struct progress_options *options;
    const struct signs *signs;
    const struct seen *seen;
    const struct shoal_event *event;
    unsigned width;
};

/* Adds text from outside, of which at most `most` columns. Characters that may be two columns wide
 * count as two. */
void display_cut(const struct display *display, struct buf *line, const char *text, size_t length,
    unsigned most);

/* Adds one of the sequences above, if the terminal is to have colors. */
void display_color(const struct display *display, struct buf *line, const char *sequence);

/* --- cause_lines.c --- */

/* Adds the most frequent causes, one to each of `lines`, of which there are CAUSES_SHOWN. Returns
 * how many lines they take. */
unsigned cause_lines_compose(const struct display *display, struct buf *lines);

/* --- compose.c --- */

/* Composes the lines for a PROGRESS event: at most LINES_MAX, each in one of `lines`, none wider
 * than `width` columns. Colors take no columns. Returns how many there are. */
unsigned compose_lines(const struct progress_options *options, const struct seen *seen,
    const struct shoal_event *event, unsigned width, struct buf *lines);

#endif
