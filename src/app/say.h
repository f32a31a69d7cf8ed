/* Sentences on standard error. */
#ifndef SHOAL_APP_SAY_H
#define SHOAL_APP_SAY_H

/* Writes `shoal: TEXT`, escaped for a terminal. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says that the command line is wrong, and on the next line where to read more. Gives the exit
 * status for it, 2. */
int say_wrong(const char *command, const char *text);

#endif
