/* How old the times of a file must be until every later write is sure to change them.
 *
 * A file system stamps a write with the time of its last tick, up to 10 ms ago. Some round that
 * down to a whole second (ext4 with 128-byte inodes, HFS+, sshfs, some NFS and SMB servers) or to
 * an even one (FAT). Writes that get the same stamp cannot be told apart, so a file whose stamps
 * are younger than that granularity is hot: it must not be read yet.
 *
 * A change time with a fraction of a second shows that the file system stores fractions; the
 * modification time cannot show it, because archives restore it as they please. A change time
 * without one is taken for a rounded one: to 2 s until the device has shown an odd second, then to
 * 1 s. */
#ifndef SHOAL_IO_READ_STAMPS_H
#define SHOAL_IO_READ_STAMPS_H

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#include "base/must_use.h"
#include "io/reader.h"

/* Devices that are remembered; files on others count as if their device had never shown an odd
 * second. */
#define STAMPS_DEVICES 32

/* The devices that have shown an odd second. Any thread may use it; all zero is empty. */
struct stamps {
    atomic_ullong odd_devices[STAMPS_DEVICES]; /* their numbers (dev_t); 0: a free place */
};

/* How long a file must be left alone. */
struct stamps_hot {
    int64_t wait_us;        /* microseconds until its times can be trusted; 0: now */
    int64_t granularity_us; /* of its times, as far as known; 0: a tick */
};

/* Returns how long the file with these facts must be left alone at the time `now`
 * (CLOCK_REALTIME), which was read before the facts. Learns from them. */
MUST_USE struct stamps_hot stamps_hot(
    struct stamps *stamps, const struct reader_facts *facts, const struct timespec *now);

#endif
