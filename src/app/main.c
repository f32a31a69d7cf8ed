/* shoal: uploads every file in a folder over HTTP and reports a verdict for each file.
 *
 * The map: every file of src/, lowest layer first. A file includes and calls only its own layer and
 * the layers above it in this list. A name means the .c and the .h. A sub-folder is one room: its
 * headers are private to it, its files share private.h, and its public headers are one level up.
 *
 * base/
 *   abandon                memory left to a thread that hangs
 *   array                  growing arrays
 *   ascii                  classes of ASCII bytes, whatever the locale
 *   buf                    growable byte buffer with a maximum
 *   clock                  the clock as a function table
 *   container_of           from a member to the struct that contains it
 *   err                    errors as values: a class, a code, a sentence
 *   hash                   a short hash, and checksum
 *   heap                   timers, nearest first
 *   list                   lists whose nodes live inside objects
 *   must_use               marks results that the caller must check
 *   path                   parts of a path
 *   random                 random numbers as a function table
 *   table                  objects by name
 *   thread                 threads that start with every signal blocked
 *   wipe                   erasing secrets from memory
 *
 * text/                    pure
 *   aws_sigv4              AWS Signature Version 4
 *   cause                  what a failure's response says, folded so that equal ones are equal
 *   content_coding         compressed bodies of responses
 *   cookie                 reads Set-Cookie
 *   cookie_date            dates in cookies
 *   cookie_jar             the cookies that servers have set
 *   credential             names under which credentials travel
 *   encode                 percent, JSON, Base64, UTF-8
 *   header_lines           header lines as the transport keeps them
 *   host_name              international domain names
 *   http_challenge         what a server wants for credentials
 *   http_date              HTTP dates
 *   http_request_head      writes request heads
 *   http_response          parser for HTTP/1.1 responses
 *   http_response_line     the lines of a response, one by one
 *   http_status            the reason phrases of status codes
 *   http_syntax            tokens, lists and slices of HTTP
 *   http_url               splits http and https URLs
 *   ignore                 which files: gitignore's rules
 *   ignore_suggest         what a pattern that matches nothing was meant to be
 *   json                   JSON on one line
 *   json_pointer           values in JSON text
 *   markup                 the text of an element of HTML or XML
 *   media_type             media types by extension
 *   multipart              framing of multipart/form-data
 *   multipart_disposition  the header lines of one part
 *   multipart_reader       reading of multipart/form-data
 *   nearest                the name that a typo probably means
 *   netrc                  files of passwords by host
 *   one_line               text from outside put on one line
 *   printable              text from outside made safe for a terminal
 *   proxy                  which proxy a URL takes
 *   response_check         checks of a response's content
 *   retry_after            how long a Retry-After asks to wait
 *   secret                 values that must never be shown
 *   secret_forms           the forms in which a secret can travel
 *   status_list            lists of status codes
 *   template               text with {field}s
 *   units                  numbers, durations and bytes as people write them
 *   url_list               lists of URLs, one for each file
 *   url_reference          resolving references to URLs
 *   yaml_tree              a strict subset of YAML, as a tree
 *
 * text/aws_sigv4/
 *   canonical              the text of a request that is signed
 *   scope                  for whom a signature is
 *
 * text/ignore/
 *   glob                   shell patterns for one name
 *   lines                  files of rules
 *
 * text/secret/
 *   automaton              all forms of all secrets, searched for at once
 *   escape                 a character as escapings write it
 *   scan                   finds the forms in a text
 *
 * text/template/
 *   fill                   filling in
 *   names                  the names of fields and escapings
 *   value                  writes one value as its escapings say
 *
 * text/url_list/
 *   json                   a line that is JSON
 *
 * text/yaml_tree/
 *   syntax                 what is wrong in a document, as a sentence
 *   wrong                  errors that name a place
 *
 * policy/                  pure, time is an argument
 *   adapt                  how many files are in flight
 *   credentials            when an origin refuses the credentials
 *   health                 whether a failure can be chance
 *   limits                 rate limits that a response's headers announce
 *   outcome                what the end of an attempt means
 *   rate                   how many files may start
 *   reason                 why an attempt failed, in one word
 *   redirects              which redirects are followed
 *   retry                  when a file is sent again, and when not
 *   throttle               how many bytes may be sent
 *
 * policy/adapt/
 *   growth                 the first look at a new limit while growing
 *   limit                  the limit, and what it allows
 *   measurement            goodput at one limit, and how accurate it is
 *   pace                   a rate of starts, learned from what is accepted
 *   pressure               what rejections mean for the limit
 *   search                 looks for the best limit by measuring
 *   target                 where the search looks next
 *
 * io/
 *   body                   a body that is read as it is sent
 *   digest                 SHA-256, SHA-1, MD5
 *   gather                 waits for the whole walk, so that all files can be looked at
 *   http                   the transport's interface
 *   journal                what earlier runs did with each file
 *   journal_report         what a journal holds, read without a run
 *   proxy_environment      the proxies that the environment names
 *   reader                 threads that open and read files ahead
 *   root                   a folder that was given; nothing outside it is opened
 *   source                 the walk in a thread of its own
 *   tally                  how much a walk is going to find
 *   tls_files              checks certificates and keys
 *   tls_places             where systems keep certificates
 *   walk                   yields the files, in constant memory
 *
 * io/walk/
 *   chain                  the folders on the way down, to find loops
 *   filter                 what the rules say of a folder and a file
 *   item                   what a walk yields
 *   listed                 paths from a list
 *   nothing                rules that match nothing
 *   operands               the PATHs at the start
 *   path_list              a list of paths from a descriptor
 *   tree                   one folder, deepest first
 *
 * io/journal/              the only folder that uses SQLite
 *   damage                 what is done with a damaged journal
 *   database               the file, its schema and its checks
 *   journal                a journal from its opening to its end
 *   lock                   one run per journal
 *   place                  where a journal may be
 *   queue                  notes between the loop and the thread
 *   report                 what a journal holds, read without a run
 *   row                    rows and their checksums
 *   schema                 tables and views
 *   work                   what the thread does with notes
 *
 * io/read/
 *   body                   a body that is read as it is sent
 *   compare                whether files are still what was sent
 *   file                   one file, opened and read so that it is never torn
 *   job_list               lists of a reader's jobs
 *   load                   what a reader does with one job
 *   reader                 the threads and their queues
 *   stamps                 how old a file's times must be to be trusted
 *
 * io/root/
 *   remote                 file systems that may wait for another machine
 *   steps                  the same, one component at a time
 *
 * io/http/                 HTTP/1.1 of our own, on connections that libcurl opens
 *   connect_failure        why a connection could not be opened
 *   connection             one connection: bytes out, bytes in
 *   connector              opens connections, through libcurl
 *   dispatch               gives exchanges their connections
 *   ending                 how an exchange ended
 *   exchange               one attempt: a request out, its response in
 *   handle                 libcurl's easy handles
 *   loop                   the loop, and the interface
 *   poller                 waits for descriptors: the only file that knows epoll
 *   pool                   idle connections, per origin
 *   request                where a request goes, and its head
 *   resolve                names, where libcurl has no thread to look them up
 *   response               what is kept of a response
 *   secure                 bytes over TLS
 *   security               TLS: what is verified and with what
 *   stall                  ends exchanges on which nothing moves
 *   transfer               exchanges in memory and in lists
 *   transport              what the transport's own files share
 *
 * core/
 *   causes                 why files failed, grouped
 *   config                 what the options mean, checked and compiled
 *   address_space          the limit of the address space
 *   cookie_secrets         values of cookies that must not be shown
 *   descriptors            the limit of open files
 *   event                  what happened, counted and told
 *   event_file             reads a file of events
 *   event_line             events read back from JSON lines
 *   html_success           successes that may be none
 *   identity               what distinguishes one request from another
 *   library                public functions that belong to no other module
 *   listed_secrets         the secrets that --urls has for one file
 *   look_ahead             how much a run is going to send
 *   loop_clock             the clock of the loop, which stops while the loop does not run
 *   only_failed            what an earlier run says of each file
 *   options                the table of options, and the options given
 *   own_files              files that the run itself writes
 *   plan                   turns a file that was found into a request
 *   plan_view              what a plan holds, with secrets replaced
 *   read_file              reads small files whole
 *   recipe                 options files: recipes and configuration files
 *   reference              values from env:, file: and fd:
 *   response_view          what is shown of a response
 *   sched                  the scheduler: sole owner of every file's state
 *   selection              which files are this run's
 *   room                   how much of a run fits under the limits
 *   session                creates the components and runs the event loop
 *   start_notices          what a person should know before the first file is sent
 *   url_check              whether a list of URLs fits the files
 *   walk_setup             the walk that a configuration asks for
 *
 * core/config/
 *   credentials            -u, --bearer, --netrc, --pass
 *   filter                 --filter, --include, --exclude, --ignore-file
 *   form                   -F and --form-string
 *   form_text              the grammar of -F
 *   header                 -H
 *   host                   the host of the URL, in ASCII
 *   masked                 templates with secrets replaced
 *   new                    makes a configuration from the options
 *   option_read            reads an option's value
 *   option_store           what was given: struct shoal_options
 *   options                the table of options
 *   pace                   --rate, --serial-by
 *   proxy                  --proxy, and those of the environment
 *   redirects              --redirects
 *   response               --check, --exists, --reject, --capture, --show-header
 *   secret                 -s, passwords in URLs
 *   signing                --aws-sigv4
 *   shard                  --shard
 *   tls                    --cacert, --capath, --cert, --key
 *   url                    --url
 *   url_parts              where the parts of a URL are
 *   urls                   --urls
 *   value                  secret values of options
 *
 * core/plan/
 *   explain                what became of the files of a request
 *   facts                  what the journal keeps of the contents
 *   form_body              the body of a form: fields, and files' contents between them
 *   headers                the header lines of a request
 *   hash                   what tells one file's request from another's
 *   redirect               sends a request to where a redirect points
 *   sign                   signs a request
 *
 * core/recipe/
 *   builtin                the files of recipes/, as part of the program
 *   find                   where options files are
 *   read                   from the document to a recipe
 *   read_options           the map of options
 *   read_value             texts, lists and switches
 *   resolve                how files and the caller's options combine
 *
 * core/sched/
 *   check                  what the content of a response says
 *   ending                 why a run ends early, and what follows from it
 *   equals                 files whose requests are equal
 *   file                   files and slots: their states and lists
 *   group                  files that wait for one another
 *   load                   from the walk to a request that is ready
 *   memory                 what the journal has to do with files
 *   origin                 one origin: how it responds, and its files
 *   origins                all origins, by name
 *   pairs                  second files, and whether there are any
 *   progress               how far the run is
 *   redirect               what becomes of redirects
 *   remember               what became of a file, for later runs
 *   shares                 how origins share what the run has
 *   start                  from a ready request to a transfer in flight
 *   tell                   what the user hears of origins
 *   verdict                what the end of an attempt means for its file
 *   verify                 --verify-content
 *
 * sink/
 *   cause_text             what is told of a cause of failures
 *   failure_text           why one file failed, for people
 *   github                 what GitHub Actions reads
 *   gitlab                 what GitLab CI reads
 *   jsonl                  events as JSON lines
 *   junit                  the result of a run as JUnit XML
 *   lines                  events as lines for people
 *   numbers                numbers as people read them
 *   plain                  progress as lines of a log
 *   plan_text              what a dry run shows of a file
 *   progress               progress on a terminal
 *   report                 the HTML report of a run
 *   summary                the result of a run
 *   verdict                what verdicts mean to a reader
 *   writer                 destination of a sink's text
 *
 * sink/progress/
 *   cause_lines            the lines of causes
 *   compose                the lines that are drawn
 *   display                text of a limited width, and colors
 *   progress               the drawing
 *   seen                   what is remembered of a run for its display
 *
 * sink/report/
 *   data                   the page's data
 *   report                 what is kept of a run
 *   timeline               what happened when
 *
 * sink/summary/
 *   causes                 why files failed
 *   summary                the totals, and what a reader must know
 *
 * receive/                 the only folder that uses libmicrohttpd
 *   answer                 responses to requests
 *   fault                  scripted faults: grammar, which requests
 *   fault_apply            scripted faults: effects on a request
 *   head                   what is refused by a request's head
 *   listen                 the socket to listen on
 *   receiver               the server and its event loop
 *   report                 tells the caller what became of a request
 *   request                one request, from its head to its end
 *   store                  the directory that files are stored in
 *   stored_path            where a received file may be stored
 *   upload                 the content of one request
 *   upload_json            an upload as JSON
 *   waits                  suspended connections
 *
 * app/                     the only layer that prints or exits
 *   again                  the command that sends again what failed
 *   args                   reads a command line by a table
 *   ci                     what a CI system gets beside the log
 *   command                what a command is, and the list of them
 *   command_line           reads the command line of a command, help included
 *   commands               the commands, and which one runs
 *   help                   help, generated from the commands and their options
 *   help_command           shoal help
 *   main                   this file: which command
 *   name_service           where a static program looks up names
 *   outbox                 text that a thread writes, so that nobody waits for its reader
 *   memory                 how the process uses a small address space
 *   output                 where a run's events go
 *   output_options         --json, --quiet, --progress and the like
 *   pages                  --report and --junit
 *   recipe_text            a recipe as text, and as JSON
 *   recipes                shoal recipes
 *   report                 shoal report
 *   say                    sentences on standard error
 *   send                   shoal send
 *   serve                  shoal serve
 *   serve_output           what shoal serve prints
 *   signals                signals that interrupt a run
 *   standard               descriptors 0, 1 and 2
 *   status                 shoal status
 *   stream                 buffered output of whole lines
 *   terminal               the terminal on standard error
 *   whole_file             a file that appears whole or not at all
 *
 * app/completion/
 *   bash                   functions for bash that know the options
 *   completion             shoal completion
 *   fish                   lines for fish that know the options
 *   kind                   what completes a value
 *   zsh                    functions for zsh that know the options
 */
#include <shoal.h>
#include <signal.h>

#include "app/commands.h"
#include "app/memory.h"
#include "app/name_service.h"
#include "app/signals.h"
#include "app/standard.h"

int main(int count, char **arguments)
{
    if (!standard_open())
        return SHOAL_EXIT_USAGE;
    memory_share_heap();
    name_service_use_built_in();
    signals_ignore(SIGPIPE); /* writing to a closed pipe is then an error of write(2) */
    return commands_run(count - 1, arguments + 1);
}
