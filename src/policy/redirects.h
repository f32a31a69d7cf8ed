/* Which redirects are followed (--redirects): 307 and 308, which keep method and content (RFC 9110,
 * sections 15.4.8 and 15.4.9), to places that the user allows. Pure. */
#ifndef SHOAL_POLICY_REDIRECTS_H
#define SHOAL_POLICY_REDIRECTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/must_use.h"
#include "text/http_url.h"

/* The most redirects in a row that are followed. */
#define REDIRECTS_MOST 10

/* A host to which redirects are followed. */
struct redirects_host {
    char *name;    /* as in a URL, or what follows the `*.`; owned */
    bool is_below; /* `*.name`: every host whose name ends in .name */
    int port;      /* 0: any */
};

/* What the user allows. */
struct redirects {
    bool are_wanted;              /* redirects to the origin of the file's URL are followed */
    struct redirects_host *hosts; /* those to these hosts too; owned */
    size_t count;                 /* length of `hosts` */
};

/* A response that redirects. */
struct redirect {
    long status;          /* 300 to 399 */
    const char *own;      /* the URL that the options give the file */
    const char *current;  /* the URL that the response is for */
    const char *location; /* the value of Location */
    unsigned followed;    /* how many were followed in a row before it */
};

/* What becomes of a redirect. */
enum redirect_decision {
    REDIRECT_FOLLOWED,
    REDIRECT_WRONG_STATUS, /* not 307 or 308 */
    REDIRECT_WRONG_URL,    /* Location is not a valid http or https URL */
    REDIRECT_TO_PLAIN,     /* it leads from https to http */
    REDIRECT_NOT_WANTED,   /* to the file's origin; --redirects is not given */
    REDIRECT_NOT_NAMED,    /* to another origin, which --redirects does not name */
    REDIRECT_TOO_MANY,     /* REDIRECTS_MOST were followed before it */
};

/* Decides, and sets `target` to the absolute URL to which it leads, without userinfo and fragment;
 * with REDIRECT_WRONG_URL, it is of no use. */
MUST_USE enum redirect_decision redirects_decide(
    const struct redirects *redirects, const struct redirect *redirect, struct buf *target);

/* Reads `HOST`, `HOST:PORT`, `*.HOST` or `*.HOST:PORT` into `host`, whose name the caller frees.
 * False: it is none of these, or out of memory. */
MUST_USE bool redirects_read_host(const char *text, size_t length, struct redirects_host *host);

#endif
