/* Descriptors 0, 1 and 2. */
#ifndef SHOAL_APP_STANDARD_H
#define SHOAL_APP_STANDARD_H

#include <stdbool.h>

/* Opens /dev/null where one of the three is closed, so that no other file gets its number. False:
 * not even that is to be had. */
bool standard_open(void);

/* Was standard output closed at the start? */
bool standard_output_was_closed(void);

#endif
