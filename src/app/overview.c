#include "app/overview.h"

#include <shoal.h>
#include <stdio.h>
#include <unistd.h>

#include "app/help.h"

static const char overview[] =
    "shoal uploads every file in a folder over HTTP.\n"
    "\n"
    "    shoal send [options] PATH... URL   upload every file under PATH\n"
    "    shoal recipes [NAME]               show the services that it knows\n"
    "    shoal report EVENTS.jsonl...       make an HTML report of a run\n"
    "    shoal status JOURNAL               show what a journal holds\n"
#ifdef SHOAL_WITH_RECEIVER
    "    shoal serve [options]              run a server to test uploads against\n"
#endif
    "\n"
    "Run `shoal COMMAND --help` for the options of a command, `shoal --version` for\n"
    "the version.\n";

int overview_print(void)
{
    return help_print(overview);
}

int overview_missing(void)
{
    (void)dprintf(STDERR_FILENO, "%s", overview);
    return SHOAL_EXIT_USAGE;
}
