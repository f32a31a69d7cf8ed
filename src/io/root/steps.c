/* root_openat() for systems without openat2(2): one component at a time, never through a link that
 * the system resolves. The way so far is kept as a path without links. A ".." goes up in that path
 * and never by the system's "..", which a rename could turn into a way out. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/root.h"
#include "io/root/private.h"

#define LINKS_MAX 40                 /* links in one path, as in Linux */
#define TEXT_MAX  (64 * 1024 * 1024) /* bytes of a path, links resolved */

struct steps {
    const struct root *root;
    int folder;          /* the current folder: root->descriptor, or a descriptor of its own */
    struct buf resolved; /* the way from the root to `folder`: names, each followed by a slash */
    struct buf rest;     /* the way still to go, from `position` on */
    size_t position;     /* offset in `rest` */
    unsigned links;      /* links followed so far */
};

/* Makes `folder` the current one and closes the one before. errno stays as it is. */
static void move_to(struct steps *steps, int folder)
{
    if (steps->folder != steps->root->descriptor)
        root_close_keeping_errno(steps->folder);
    steps->folder = folder;
}

static bool no_memory(void)
{
    errno = ENOMEM;
    return false;
}

/* Opens a folder in the current one, not through a link, and moves to it. */
static bool open_child(struct steps *steps, const char *name)
{
    int next = openat(steps->folder, name, ROOT_FOLDER_FLAGS | O_NOFOLLOW);
    if (next < 0)
        return false;
    move_to(steps, next);
    return true;
}

/* As open_child(), and adds the name to `resolved`. */
static bool enter(struct steps *steps, const char *name)
{
    if (!buf_add_text(&steps->resolved, name) || !buf_add_byte(&steps->resolved, '/'))
        return no_memory();
    return open_child(steps, name);
}

/* Goes up one folder: from the root again down the resolved path, without its last name. */
static bool go_up(struct steps *steps)
{
    struct buf *resolved = &steps->resolved;
    if (resolved->length == 0) {
        errno = EXDEV;
        return false;
    }
    do
        resolved->length--;
    while (resolved->length > 0 && resolved->data[resolved->length - 1] != '/');
    resolved->data[resolved->length] = '\0';

    move_to(steps, steps->root->descriptor);
    for (char *name = resolved->data; *name != '\0';) {
        char *slash = strchr(name, '/');
        *slash = '\0';
        bool opened = open_child(steps, name);
        *slash = '/';
        if (!opened)
            return false;
        name = slash + 1;
    }
    return true;
}

/* The next name of the rest, NUL-terminated in place; "" at its end. */
static const char *next_name(struct steps *steps)
{
    char *name = steps->rest.data + steps->position;
    name += strspn(name, "/");
    size_t length = strcspn(name, "/");
    steps->position = (size_t)(name - steps->rest.data) + length;
    if (name[length] == '/') {
        name[length] = '\0';
        steps->position++;
    }
    return name;
}

static bool nothing_left(const struct steps *steps)
{
    const char *rest = steps->rest.data + steps->position;
    return rest[strspn(rest, "/")] == '\0';
}

/* Puts a link's target before the rest. */
static bool follow_link(struct steps *steps, const char *target)
{
    if (!steps->root->follow || ++steps->links > LINKS_MAX) {
        errno = ELOOP;
        return false;
    }
    if (target[0] == '/') {
        errno = EXDEV;
        return false;
    }
    struct buf rest;
    buf_init(&rest, TEXT_MAX);
    if (!buf_add_text(&rest, target) || !buf_add_byte(&rest, '/') ||
        !buf_add_text(&rest, steps->rest.data + steps->position)) {
        buf_free(&rest);
        return no_memory();
    }
    buf_free(&steps->rest);
    steps->rest = rest;
    steps->position = 0;
    return true;
}

enum step {
    STEP_NO_LINK,  /* the name is not a link */
    STEP_FOLLOWED, /* it is a link, and its target is in `rest` */
    STEP_REFUSED,  /* it is a link that is not followed; see errno */
};

/* Follows `name` if it is a link. */
static enum step try_link(struct steps *steps, const char *name)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(steps->folder, name, target, sizeof target);
    if (length < 0)
        return STEP_NO_LINK;
    if ((size_t)length == sizeof target) {
        errno = ENAMETOOLONG;
        return STEP_REFUSED;
    }
    target[length] = '\0';
    return follow_link(steps, target) ? STEP_FOLLOWED : STEP_REFUSED;
}

/* Goes the rest of the way. Returns a descriptor, or -1 with errno. */
static int walk_steps(struct steps *steps, int flags)
{
    for (;;) {
        const char *name = next_name(steps);
        if (name[0] == '\0')
            return openat(steps->folder, ".", flags);
        if (strcmp(name, ".") == 0)
            continue;
        if (strcmp(name, "..") == 0) {
            if (!go_up(steps))
                return -1;
            continue;
        }
        enum step step = try_link(steps, name);
        if (step == STEP_REFUSED)
            return -1;
        if (step == STEP_FOLLOWED)
            continue;
        if (nothing_left(steps))
            return openat(steps->folder, name, flags | O_NOFOLLOW);
        if (!enter(steps, name))
            return -1;
    }
}

int root_openat_by_steps(const struct root *root, const char *relative, int flags)
{
    if (relative[0] == '/') {
        errno = EXDEV;
        return -1;
    }
    struct steps steps = {.root = root, .folder = root->descriptor};
    buf_init(&steps.resolved, TEXT_MAX);
    buf_init(&steps.rest, TEXT_MAX);
    int result = -1;
    if (buf_add_text(&steps.rest, relative))
        result = walk_steps(&steps, root_all_flags(flags));
    else
        errno = ENOMEM;
    move_to(&steps, root->descriptor);
    int code = errno;
    buf_free(&steps.resolved);
    buf_free(&steps.rest);
    errno = code;
    return result;
}
