/* Sentences on standard error. */
#ifndef SHOAL_APP_SAY_H
#define SHOAL_APP_SAY_H

/* Writes `shoal: TEXT` and a newline; bytes that are unsafe on a terminal are escaped. TEXT is cut
 * to 4,095 bytes. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says `text`, which tells what is wrong with the command line, and how to print the help of
 * `command`. Returns the exit status for it, SHOAL_EXIT_USAGE. */
int say_wrong(const char *command, const char *text);

#endif
