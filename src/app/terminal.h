/* The terminal on standard error, as far as it and the environment tell. */
#ifndef SHOAL_APP_TERMINAL_H
#define SHOAL_APP_TERMINAL_H

#include <stdbool.h>

/* Returns its current number of columns; 0: it does not tell, or there is none. `context` is not
 * used. */
unsigned terminal_width(void *context);

/* Whether there is one, and it can draw a line again. */
bool terminal_can_draw(void);

/* Whether the locale's character set is UTF-8, as setlocale(3) would find it. */
bool terminal_shows_unicode(void);

/* Whether colors are wanted: NO_COLOR (https://no-color.org) is not set. */
bool terminal_shows_color(void);

#endif
