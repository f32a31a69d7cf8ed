/* The configuration of a run: made once from the options, checked and compiled, then never changed.
 */
#ifndef SHOAL_CORE_CONFIG_H
#define SHOAL_CORE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must_use.h"
#include "policy/outcome.h"
#include "policy/rate.h"
#include "text/ignore.h"
#include "text/media_type.h"
#include "text/secret.h"
#include "text/template.h"

/* What a form field carries. */
enum config_field_kind {
    CONFIG_TEXT,          /* a text: NAME=VALUE */
    CONFIG_FILE,          /* a file's content: NAME=@PATH */
    CONFIG_OPTIONAL_FILE, /* a file's content if there is such a file: NAME=?@PATH */
};

/* One -F or --form-string. Everything in it is owned by the configuration. */
struct config_field {
    enum config_field_kind kind; /* what it carries */
    char *name;                  /* its name in the form */
    struct template *value;      /* the text, or the path to open */
    bool is_main;                /* its path is exactly {file}: the file that was found */
    bool fixed_path;             /* its path is the same for every file; it was checked */
    struct template *file_name;  /* ;filename=N; NULL: the last component of the path */
    bool no_file_name;           /* ;filename= */
    struct template *type; /* ;type=T; NULL: application/octet-stream for a file, none for a text */
};

/* --shard: which part of the files is sent. */
struct config_shard {
    uint64_t index; /* from 1 to `count` */
    uint64_t count; /* 0: all files are sent */
    char name[48];  /* "3/16" */
    const char *by; /* the variable that says so, for `auto`; NULL: the option itself; constant */
};

/* A template, and the same one with each secret replaced by its key's name. */
struct config_masked {
    const struct template *of; /* one of the configuration's other templates */
    struct template *as;       /* owned */
};

/* The value of `jobs` for -j auto. */
#define CONFIG_JOBS_AUTO 0

/* Pointers are owned. NULL, false and 0 are "not given" where nothing else is said. */
struct config {
    /* What is sent */
    char *method;                /* HTTP method; never NULL */
    struct template *url;        /* --url; never NULL */
    struct template *origin;     /* the scheme and authority of `url`; never NULL */
    char *origin_name;           /* the same as it was given, without the userinfo */
    struct config_field *fields; /* the form's fields, in order; none with `raw` */
    size_t field_count;          /* length of `fields` */
    struct template **headers;   /* -H: "Name: value", "Name;" (empty) or "Name:" (removed) */
    size_t header_count;         /* length of `headers` */
    char *user_password;         /* -u: USER:SECRET; erased when it is freed */
    unsigned needs;              /* template_needs() of all templates together */
    struct media_types *types;   /* --type; NULL: none */
    bool raw;                    /* -T: the body is the file itself */
    bool idempotency_key;        /* --idempotency-key */

    /* Which files */
    char **operands;           /* the PATHs, ends with NULL */
    size_t operand_count;      /* number of PATHs */
    char *base;                /* --base; NULL: the working directory */
    bool nul_separated;        /* --null (-0) */
    bool follow;               /* --follow */
    bool follow_outside;       /* --follow=outside; `follow` is true too */
    bool no_hidden;            /* --no-hidden */
    char *braces;              /* a pattern of an option with `{a,b}`; NULL: there is none */
    struct ignore *ignore;     /* --filter, --include, --exclude, --ignore-file */
    bool allow_empty;          /* --allow-empty */
    char *journal;             /* --journal; NULL: none */
    char *only_failed;         /* --only-failed; NULL: all files */
    bool checksum;             /* --checksum; only with `journal` */
    struct config_shard shard; /* --shard */

    /* How many, how often, how long */
    unsigned jobs;                /* -j, or CONFIG_JOBS_AUTO */
    unsigned retries;             /* --retries */
    int64_t connect_timeout_us;   /* --connect-timeout */
    int64_t stall_timeout_us;     /* --stall-timeout */
    int64_t give_up_after_us;     /* --give-up-after */
    int64_t grace_us;             /* --grace */
    struct outcome_rules rules;   /* --success, --exists */
    struct rate rate;             /* --rate */
    int64_t limit_rate;           /* --limit-rate, in bytes per second; 0: no limit */
    struct template *serial_by;   /* --serial-by */
    bool first_alone;             /* --first-alone */
    unsigned max_failures;        /* --max-failures; 0: no limit */
    unsigned credential_failures; /* --credential-failures; 0: no limit */
    bool at_most_once;            /* --at-most-once */
    bool verify_content;          /* --verify-content */
    bool dry_run;                 /* --dry-run (-n) */

    /* TLS and proxies */
    char *cacert;  /* --cacert */
    char *cert;    /* --cert */
    char *key;     /* --key; only with `cert` */
    char *proxy;   /* --proxy (-x); not with `no_proxy` */
    bool insecure; /* --insecure (-k) */
    bool no_proxy; /* --no-proxy */

    /* What the journal may know of a request: see core/identity.h. Empty without a journal. */
    struct config_masked *masked; /* one for each template of the request */
    size_t masked_count;          /* length of `masked` */

    struct secrets *secrets; /* what must never be shown; never NULL */
    char *shown_url;         /* --url with its secrets replaced; never NULL */
};

struct shoal_options; /* what was given; see core/options.h */

/* Checks the options and compiles them. The caller frees the result with config_free(); the options
 * are not needed after the call. NULL with `error`, which names the option and shows no secret. */
MUST_USE struct config *config_new(const struct shoal_options *options, struct error *error);

/* Frees the configuration; NULL does nothing. */
void config_free(struct config *config);

#endif
