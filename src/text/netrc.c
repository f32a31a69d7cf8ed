#include "text/netrc.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"

#define WORD_MOST 65536 /* bytes of one word */

/* The words of a file, one by one. */
struct words {
    const char *next; /* what has not been read yet */
    size_t line;      /* its line, from 1 */
    struct buf word;  /* the last one, without its quotes */
};

enum word_result {
    WORD_READ,
    WORD_END,    /* there is none any more */
    WORD_OPEN,   /* a quoted one does not end on its line */
    WORD_MEMORY, /* it is too long */
};

static void words_init(struct words *words, const char *text)
{
    words->next = text;
    words->line = 1;
    buf_init(&words->word, WORD_MOST);
}

static void skip_line(struct words *words)
{
    const char *end = strchr(words->next, '\n');
    words->line += end != NULL;
    words->next = end == NULL ? words->next + strlen(words->next) : end + 1;
}

static enum word_result read_quoted(struct words *words)
{
    static const char letters[] = "nrt";
    static const char controls[] = "\n\r\t";
    const char *at = words->next + 1;
    for (; *at != '"'; at++) {
        if (*at == '\\')
            at++;
        if (*at == '\0' || *at == '\n')
            return WORD_OPEN;
        const char *letter = at[-1] == '\\' ? strchr(letters, *at) : NULL;
        (void)buf_add_byte(&words->word, letter == NULL ? *at : controls[letter - letters]);
    }
    words->next = at + 1;
    return words->word.failed ? WORD_MEMORY : WORD_READ;
}

static enum word_result read_word(struct words *words)
{
    buf_clear(&words->word);
    for (;;) {
        while (ascii_is_space(*words->next) && *words->next != '\n')
            words->next++;
        if (*words->next == '\0')
            return WORD_END;
        if (*words->next != '\n' && *words->next != '#')
            break;
        skip_line(words);
    }
    if (*words->next == '"')
        return read_quoted(words);
    size_t length = 0;
    while (words->next[length] != '\0' && !ascii_is_space(words->next[length]))
        length++;
    bool added = buf_add(&words->word, words->next, length);
    words->next += length;
    return added ? WORD_READ : WORD_MEMORY;
}

static bool is(const struct words *words, const char *keyword)
{
    return strcasecmp(buf_text(&words->word), keyword) == 0;
}

/* A macro goes on up to an empty line. */
static void skip_macro(struct words *words)
{
    do
        skip_line(words);
    while (words->next[0] != '\0' && words->next[0] != '\n' && words->next[0] != '\r');
}

bool netrc_check(const char *text, struct error *error)
{
    struct words words;
    enum word_result result;
    words_init(&words, text);
    while ((result = read_word(&words)) == WORD_READ) {
        if (is(&words, "macdef"))
            skip_macro(&words);
    }
    buf_free(&words.word);
    if (result == WORD_END)
        return true;
    return error_set(error, ERROR_DATA, 0, "line %zu: %s", words.line,
        result == WORD_OPEN ? "a quoted word does not end on its line" : "a word is too long");
}

enum place {
    OUTSIDE,  /* between machines */
    MACHINE,  /* after the word `machine` */
    INSIDE,   /* in the machine that is looked for */
    LOGIN,    /* after the word `login` */
    PASSWORD, /* after the word `password` */
};

struct search {
    struct http_slice host;
    struct buf *login;
    struct buf *password;
    enum place place;
};

static bool set(struct buf *value, const struct buf *word)
{
    buf_clear(value);
    return buf_add(value, buf_text(word), word->length);
}

static void leave_machine(struct search *search, enum place place)
{
    buf_clear(search->login);
    buf_clear(search->password);
    search->place = place;
}

/* What a word means after the words before it. False: out of memory. */
static bool take_word(struct search *search, struct words *words)
{
    switch (search->place) {
    case OUTSIDE:
        if (is(words, "macdef"))
            skip_macro(words);
        else if (is(words, "machine"))
            search->place = MACHINE;
        else if (is(words, "default"))
            search->place = INSIDE;
        break;
    case MACHINE:
        search->place = http_slice_is(search->host, buf_text(&words->word)) ? INSIDE : OUTSIDE;
        break;
    case INSIDE:
        if (is(words, "login"))
            search->place = LOGIN;
        else if (is(words, "password"))
            search->place = PASSWORD;
        else if (is(words, "machine"))
            leave_machine(search, MACHINE);
        break;
    case LOGIN:
        search->place = INSIDE;
        return set(search->login, &words->word);
    case PASSWORD:
        search->place = INSIDE;
        return set(search->password, &words->word);
    }
    return true;
}

/* Is the machine's entry the one that is looked for? One without a login is for every user. */
static bool is_for(const struct search *search, const char *user)
{
    return user == NULL || search->login->length == 0 || strcmp(buf_text(search->login), user) == 0;
}

enum netrc_result netrc_find(const char *text, struct http_slice host, const char *user,
    struct buf *login, struct buf *password)
{
    struct search search = {.host = host, .login = login, .password = password};
    struct words words;
    bool done = true;
    bool complete = false;
    words_init(&words, text);
    while (done && !complete && read_word(&words) == WORD_READ) {
        done = take_word(&search, &words);
        complete = login->length > 0 && password->length > 0;
        if (complete && !is_for(&search, user)) {
            leave_machine(&search, OUTSIDE);
            complete = false;
        }
    }
    buf_free(&words.word);
    if (!done)
        return NETRC_FAILED;
    bool found = login->length > 0 || password->length > 0;
    return found && is_for(&search, user) ? NETRC_FOUND : NETRC_NOT_FOUND;
}

bool netrc_each(const char *text,
    bool (*on_password)(void *context, const char *login, const char *password), void *context)
{
    struct words words;
    struct buf login;
    struct buf before;
    bool done = true;
    words_init(&words, text);
    buf_init(&login, WORD_MOST);
    buf_init(&before, WORD_MOST);
    while (done && read_word(&words) == WORD_READ) {
        if (strcasecmp(buf_text(&before), "login") == 0)
            done = set(&login, &words.word);
        else if (strcasecmp(buf_text(&before), "password") == 0)
            done = on_password(context, buf_text(&login), buf_text(&words.word));
        done = done && set(&before, &words.word);
    }
    buf_free(&login);
    buf_free(&before);
    buf_free(&words.word);
    return done;
}
