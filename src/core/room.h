/* How much of a run fits under the limits of the process. */
#ifndef SHOAL_CORE_ROOM_H
#define SHOAL_CORE_ROOM_H

#include "core/config.h"
#include "core/descriptors.h"

/* The most files that one request opens. */
unsigned room_files_of_request(const struct config *config);

/* How many files may be in flight, and how many loaded ahead, under the limits of open files and of
 * the address space. */
struct descriptors room_find(const struct config *config);

#endif
