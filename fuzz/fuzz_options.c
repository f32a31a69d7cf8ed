/* A command line, one argument per line. It is read with the table of options, stored as the
 * library stores it, and compiled into a configuration; every failure is an error with a sentence.
 */
#include <shoal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "core/config.h"
#include "fuzz.h"

#define ARGUMENTS_MAX 24

static bool set_option(void *context, const struct option_row *row, enum option_manner manner,
    char *value, struct error *error)
{
    if (row->scope != OPTION_ENGINE)
        return true;
    const struct option_setting setting = {.row = row, .value = value, .manner = manner};
    return options_add(context, &setting, error);
}

static bool add_operand(void *context, char *text, struct error *error)
{
    (void)error;
    MUST(shoal_options_add_operand(context, text));
    return true;
}

/* Whether the argument names no descriptor and no device: reading one could wait for ever. */
static bool is_safe(const char *argument)
{
    return strstr(argument, "fd:") == NULL && strstr(argument, "/dev") == NULL &&
           strstr(argument, "/proc") == NULL && strstr(argument, "/sys") == NULL;
}

static int read_arguments(struct fuzz_input *input, char **arguments)
{
    int count = 0;
    while (input->left > 0 && count < ARGUMENTS_MAX) {
        char *argument = fuzz_line(input);
        if (is_safe(argument))
            arguments[count++] = argument;
        else
            free(argument);
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    char *arguments[ARGUMENTS_MAX];
    int count = read_arguments(&input, arguments);
    struct shoal_options *options = shoal_options_new();
    struct args args = {.option = set_option, .operand = add_operand, .context = options};
    args.table = options_table(&args.table_count);
    struct error error = {0};
    enum args_end end;
    bool read = args_read(&args, count, arguments, &end, &error);
    MUST(read || (error.class != ERROR_NONE && error.text[0] != '\0'));
    if (read) {
        struct config *config = config_new(options, &error);
        MUST(config != NULL || (error.class != ERROR_NONE && error.text[0] != '\0'));
        if (config != NULL) {
            MUST(config->url != NULL && config->method != NULL);
            config_free(config);
        }
    }
    shoal_options_free(options);
    for (int i = 0; i < count; i++)
        free(arguments[i]);
    return 0;
}
