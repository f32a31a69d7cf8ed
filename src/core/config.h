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
#include "policy/redirects.h"
#include "text/aws_sigv4.h"
#include "text/ignore.h"
#include "text/media_type.h"
#include "text/response_check.h"
#include "text/secret.h"
#include "text/template.h"
#include "text/url_list.h"

/* What a form field carries. */
enum config_field_kind {
    CONFIG_TEXT,          /* a text: NAME=VALUE */
    CONFIG_FILE,          /* a file's content: NAME=@PATH */
    CONFIG_OPTIONAL_FILE, /* a file's content if there is such a file: NAME=?@PATH */
};

/* What becomes of a file whose second file, another one of its form, does not exist. */
enum config_without_pair {
    CONFIG_PAIR_FAIL, /* it fails */
    CONFIG_PAIR_SKIP, /* it is skipped */
    CONFIG_PAIR_SEND, /* it is sent without the field */
};

/* One -F or --form-string. Everything in it is owned by the configuration. */
struct config_field {
    enum config_field_kind kind; /* what it carries */
    char *name;                  /* its name in the form */
    struct template *value;      /* the text, or the path to open */
    bool is_main;                /* its path is exactly {file}: the file that was found */
    bool is_pair;                /* its path names a second file for each file: NAME=@PATH */
    char *path_source;           /* with `is_pair`: the path as it was given */
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

/* --aws-sigv4. The strings are owned; the secret ones are erased when they are freed. */
struct config_signing {
    struct aws_sigv4_scope scope; /* as given: not complete */
    char *key_id;                 /* NULL: requests are not signed */
    char *secret;                 /* the secret access key */
    char *token;                  /* of a session; NULL: none */
};

/* One check of a response. Everything in it is owned by the configuration. */
struct config_check {
    struct status_list codes;    /* CODES of --exists and --reject; unused for --check */
    struct response_check check; /* its kind and pointer; `value` is NULL */
    struct template *value;      /* what is compared or looked for */
    char *label;                 /* the option as it was given, for messages */
};

/* Checks, in the order in which they were given. */
struct config_checks {
    struct config_check *list; /* `count` of them */
    size_t count;              /* length of `list` */
};

/* What --capture takes of a response. */
enum config_capture_kind {
    CONFIG_CAPTURE_JSON,   /* a value in the body: `argument` is its pointer */
    CONFIG_CAPTURE_HEADER, /* a header: `argument` is its name */
    CONFIG_CAPTURE_TEXT,   /* the body */
};

/* One --capture. The strings are owned. */
struct config_capture {
    enum config_capture_kind kind; /* what is taken */
    char *name;                    /* how it is named in the event */
    char *argument;                /* see `kind`; NULL: it has none */
};

/* The value of `jobs` for -j auto. */
#define CONFIG_JOBS_AUTO 0

/* Pointers are owned. NULL, false and 0 are "not given" where nothing else is said. */
struct config {
    /* What is sent */
    char *method;                          /* HTTP method; never NULL */
    struct template *url;                  /* --url; never NULL */
    struct template *origin;               /* the scheme and authority of `url`; never NULL */
    char *origin_name;                     /* the same as it was given, without the userinfo */
    struct config_field *fields;           /* the form's fields, in order; none with `raw` */
    size_t field_count;                    /* length of `fields` */
    bool has_pairs;                        /* one of `fields` is a pair */
    enum config_without_pair without_pair; /* --without-pair */
    struct template **headers; /* -H: "Name: value", "Name;" (empty) or "Name:" (removed) */
    size_t header_count;       /* length of `headers` */
    char *user_password;       /* -u: USER:SECRET; erased when it is freed */
    char *netrc;               /* content of --netrc-file or ~/.netrc; erased when it is freed */
    bool netrc_home;           /* --netrc */
    struct config_signing signing; /* --aws-sigv4 */
    unsigned needs;                /* template_needs() of all templates together */
    struct url_list *urls;         /* --urls; NULL: `url` is for all files */
    struct media_types *types;     /* --type; NULL: none */
    bool raw;                      /* -T: the body is the file itself */
    bool accepts_html;             /* an -H asks for HTML in Accept */
    bool idempotency_key;          /* --idempotency-key */

    /* Which files */
    char **operands;           /* the PATHs, ends with NULL */
    size_t operand_count;      /* number of PATHs */
    char *base;                /* --base; NULL: the working directory */
    bool nul_separated;        /* --null (-0) */
    bool follow;               /* --follow */
    bool follow_outside;       /* --follow=outside; `follow` is true too */
    bool no_hidden;            /* --no-hidden */
    char *braces;              /* the first rule whose pattern has `{a,b}`; NULL: none has */
    struct ignore *ignore;     /* --filter, --include, --exclude, --ignore-file */
    bool allow_empty;          /* --allow-empty */
    int64_t refuse_over;       /* --refuse-over, in bytes; 0: no limit */
    char *journal;             /* --journal; NULL: none */
    char *only_failed;         /* --only-failed; NULL: all files */
    bool checksum;             /* --checksum; only with `journal` */
    struct config_shard shard; /* --shard */

    /* How many, how often, how long */
    unsigned jobs;                /* -j, or CONFIG_JOBS_AUTO */
    unsigned retries;             /* --retries */
    int64_t connect_timeout_us;   /* --connect-timeout */
    int64_t stall_timeout_us;     /* --stall-timeout */
    int64_t response_timeout_us;  /* --response-timeout */
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

    /* What is done with responses */
    bool cookies;                       /* --cookies */
    struct redirects redirects;         /* --redirects */
    struct config_checks checks;        /* --check */
    struct config_checks exists_checks; /* --exists CODES:CHECK */
    struct config_checks reject_checks; /* --reject */
    struct config_capture *captures;    /* --capture */
    size_t capture_count;               /* length of `captures` */
    char **shown_headers;               /* --show-header: names of response headers */
    size_t shown_header_count;          /* length of `shown_headers` */

    /* TLS and proxies */
    char *cacert;  /* --cacert, or SSL_CERT_FILE */
    char *capath;  /* --capath, a folder as --cacert, or SSL_CERT_DIR */
    char *cert;    /* --cert */
    char *key;     /* --key; only with `cert` */
    char *pass;    /* --pass: the key's pass phrase; only with `cert`; erased when it is freed */
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
