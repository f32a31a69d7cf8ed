/* shoal completion */
#include <shoal.h>
#include <string.h>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/completion/private.h"
#include "app/help.h"
#include "app/say.h"
#include "text/nearest.h"

#define SCRIPT_MOST (256 * 1024) /* bytes of a script */

static const char *const shells[] = {"bash", "zsh", "fish", NULL};

/* What the command line says. */
struct completion {
    const char *shell; /* NULL: none is named */
};

static bool read_operand(void *context, char *text, struct error *error)
{
    struct completion *completion = context;
    char hint[NEAREST_HINT_SIZE];
    struct nearest nearest = nearest_to(text);
    if (completion->shell != NULL)
        return error_set(
            error, ERROR_USAGE, 0, "name one shell, not '%s' and '%s'", completion->shell, text);
    for (size_t i = 0; shells[i] != NULL; i++) {
        if (strcmp(shells[i], text) == 0) {
            completion->shell = shells[i];
            return true;
        }
    }
    nearest_offer_list(&nearest, shells);
    return error_set(error, ERROR_USAGE, 0, "'%s': it must be bash, zsh or fish%s", text,
        nearest_hint(&nearest, "'", "'", hint));
}

static int print(const char *shell)
{
    struct buf script;
    buf_init(&script, SCRIPT_MOST);
    bool is_bash = strcmp(shell, "bash") == 0;
    bool is_zsh = strcmp(shell, "zsh") == 0;
    (void)buf_add_text(&script, is_bash  ? completion_bash
                                : is_zsh ? completion_zsh
                                         : completion_fish);
    if (is_bash)
        completion_add_bash(&script);
    else if (is_zsh)
        completion_add_zsh(&script);
    else
        completion_add_fish(&script);
    int status = SHOAL_EXIT_FAILED;
    if (script.failed)
        say("out of memory");
    else
        status = help_print(buf_text(&script));
    buf_free(&script);
    return status;
}

static int run(int count, char **arguments)
{
    struct completion completion = {.shell = NULL};
    struct args args = {.operand = read_operand, .context = &completion};
    int status;
    if (!command_line_read(&completion_command, &args, count, arguments, &status))
        return status;
    if (completion.shell == NULL)
        return say_wrong("completion", "name a shell: bash, zsh or fish");
    return print(completion.shell);
}

static const struct option_row table[] = {COMMAND_HELP_ROWS("Help")};

static const struct option_row *options(size_t *count)
{
    *count = sizeof table / sizeof *table;
    return table;
}

const struct command completion_command = {
    .name = "completion",
    .operands = "bash|zsh|fish",
    .summary = "Print completions for a shell",
    .unlisted = true,
    .about = "Prints the completions for a shell. They are installed with shoal; where they\n"
             "are not, have the shell read them at its start.\n",
    .examples = "  source <(shoal completion bash)                         # in ~/.bashrc\n"
                "  shoal completion zsh > ~/.zfunc/_shoal                  # a folder of fpath\n"
                "  shoal completion fish > ~/.config/fish/completions/shoal.fish\n",
    .options = options,
    .takes = COMMAND_TAKES_SHELLS,
    .run = run,
};
