/* Memory that is left to a thread that hangs in a system call, for instance because a file server
 * does not respond. Nothing can end such a thread but the end of the process. */
#ifndef SHOAL_BASE_ABANDON_H
#define SHOAL_BASE_ABANDON_H

/* The memory that `memory` (from malloc(3)) points to, and all that is reachable from it, is never
 * freed, on purpose: tells LeakSanitizer so. NULL does nothing. */
void abandon(const void *memory);

#endif
