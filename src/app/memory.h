/* How the process uses memory where its address space is limited. */
#ifndef SHOAL_APP_MEMORY_H
#define SHOAL_APP_MEMORY_H

/* Lets all threads share one heap if the address space is limited (ulimit -v). To be called before
 * threads are made. */
void memory_share_heap(void);

#endif
