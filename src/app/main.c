/* shoal: sends a folder of files over HTTP, and says what became of each.
 *
 * The map: every file of src/, lowest layer first. A file includes and calls only what stands in
 * its own layer and above here; a name stands for the .c and the .h.
 *
 * base/
 *   buf                    growable byte buffer with a maximum
 *   clock                  the clock as a function table
 *   err                    errors as values: a class, a code, a sentence
 *   heap                   timers, nearest first
 *   random                 random numbers as a function table
 *   secret                 values that must never be shown
 *
 * text/                    pure
 *   encode                 percent, JSON, Base64, UTF-8
 *   glob                   shell patterns for one name
 *   http_date              HTTP dates and Retry-After
 *   http_request_head      writes request heads
 *   http_response          parser for HTTP/1.1 responses
 *   http_response_line     the lines of a response, one by one
 *   http_syntax            tokens, lists and slices of HTTP
 *   http_url               splits http and https URLs
 *   ignore                 which files: gitignore's rules
 *   ignore_lines           a .gitignore's lines as rules
 *   json                   JSON on one line
 *   multipart              framing of multipart/form-data
 *   multipart_disposition  the header lines of one part
 *   multipart_reader       reading of multipart/form-data
 *   printable              text from outside made safe for a terminal
 *   secret_forms           the forms in which a secret can travel
 *   status_list            lists of status codes
 *   template               text with {field}s: reading
 *   template_fill          text with {field}s: filling in
 *   template_parts         what a template is made of
 *   units                  numbers, durations and bytes as people write them
 *
 * policy/                  pure, time is an argument
 *   adapt                  how many files are in flight
 *   adapt_epoch            what that is measured with
 *   adapt_pressure         what rejections mean for it
 *   adapt_search           how the best number is looked for
 *   adapt_target           and where next
 *   limits                 rate limits that an answer's headers tell of
 *   outcome                what an attempt came to
 *   rate                   how many files may start
 *   retry                  when a file is sent again, and when not
 *   throttle               how many bytes may leave
 *
 * io/
 *   body                   a body that is read as it is sent
 *   digest                 SHA-256, SHA-1, MD5
 *   http                   the transport's interface
 *   path_list              a list of paths from a descriptor
 *   reader                 threads that open and read files ahead
 *   reader_file            one file, opened and read so that it is never torn
 *   reader_load            what a reader does with one job
 *   root                   a folder that was given; nothing outside it is opened
 *   root_flags             open(2) flags of the two
 *   root_steps             the same without openat2(2)
 *   source                 the walk in a thread of its own
 *   walk                   yields the files, in constant memory
 *   walk_chain             the folders on the way down, to find loops
 *   walk_filter            what the rules say of a folder and a file
 *   walk_item              what a walk yields
 *   walk_listed            paths from a list
 *   walk_operands          the PATHs at the start
 *   walk_parts             what the walk's files share
 *   walk_tree              one folder, deepest first
 *
 * io/http/                 libcurl: the only folder that knows it
 *   ending                 libcurl's result as an attempt's end
 *   multi                  the loop around libcurl
 *   resolve                names, where libcurl has no thread to look them up
 *   private                what these files share
 *   security               TLS: what is verified and with what
 *   sockets                which socket a transfer is on
 *   transfer               one request under way
 *
 * core/
 *   config                 the options, checked and compiled
 *   config_filter          --include, --exclude, --ignore-file
 *   config_form            -F and --form-string
 *   config_header          -H
 *   config_pace            --rate, --serial-by
 *   config_parts           what the parts of config share
 *   config_secret          -s, -u, passwords in URLs
 *   config_url             --url
 *   descriptors            the limit of open files
 *   event                  what happened, counted and told
 *   form_text              the grammar of -F
 *   frame                  the body around the files' contents
 *   gate                   may a transfer start now?
 *   group                  files that wait for one another
 *   options                the one table of options
 *   options_read           an option's value
 *   options_store          what was given: struct shoal_options
 *   plan                   configuration and file become a request
 *   sched                  the scheduler: sole owner of a file's state
 *   sched_file             its files and their states
 *   sched_load             from the walk to a request that is ready
 *   sched_private          what its files share
 *   sched_start            from ready to in flight
 *   sched_verdict          what an attempt's end means for a file
 *   session                puts the parts together and turns the loop
 *   slurp                  small files read whole
 *
 * sink/
 *   jsonl                  events as JSON lines
 *   lines                  events as lines for people
 *   numbers                numbers as people read them
 *   progress               the line of progress
 *   summary                what a run came to
 *   writer                 where a sink's text goes
 *
 * receive/                 libmicrohttpd: the only folder that knows it
 *   answer                 what a request is answered
 *   fault                  scripted faults: their grammar
 *   listen                 the socket to listen on
 *   place                  where a file may stand
 *   receiver               the server
 *   receiver_parts         what these files share
 *   request                one request, from its head to its end
 *   store                  files under the folder, renamed when whole
 *   strike                 scripted faults: doing them
 *   upload                 the content of one request
 *   upload_json            what a request brought, as JSON
 *   waits                  connections that wait
 *
 * app/                     the only layer that prints or exits
 *   args                   reads a command line by a table
 *   commands               the commands
 *   help                   the help, from the tables
 *   main                   this file: which command
 *   output                 where a run's events go
 *   say                    sentences on standard error
 *   send                   shoal send
 *   serve                  shoal serve
 *   signals                signals that end a run
 *   standard               descriptors 0, 1 and 2
 *   stream                 text out in whole lines and few calls
 */
#include <shoal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/help.h"
#include "app/say.h"
#include "app/signals.h"
#include "app/standard.h"

#define STATUS_WRONG 2

static const struct command {
    const char *name;
    int (*run)(int count, char **arguments);
} commands[] = {
    {"send", send_command},
    {"serve", serve_command},
};

static const char overview[] =
    "shoal sends a folder of files over HTTP.\n"
    "\n"
    "    shoal send [options] PATH... URL   send every file under PATH\n"
    "    shoal serve [options]              a receiver to try it with\n"
    "\n"
    "shoal COMMAND --help says more; shoal --version says which it is.\n";

static bool is_one_of(const char *text, const char *one, const char *other)
{
    return strcmp(text, one) == 0 || strcmp(text, other) == 0;
}

int main(int count, char **arguments)
{
    if (!standard_open())
        return STATUS_WRONG;
    signals_ignore_pipe();
    const char *name = count > 1 ? arguments[1] : NULL;
    if (name == NULL) {
        (void)dprintf(STDERR_FILENO, "%s", overview);
        return STATUS_WRONG;
    }
    if (is_one_of(name, "-h", "--help") || strcmp(name, "help") == 0)
        return help_print(overview);
    if (is_one_of(name, "-V", "--version"))
        return help_version();
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(count - 2, arguments + 2);
    }
    say("unknown command \"%s\"; shoal --help lists what there is", name);
    return STATUS_WRONG;
}
