/* The commands. Each gets the arguments behind its own name, and gives the exit status. */
#ifndef SHOAL_APP_COMMANDS_H
#define SHOAL_APP_COMMANDS_H

int send_command(int count, char **arguments);
int serve_command(int count, char **arguments);

#endif
