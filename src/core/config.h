/* A run's configuration, checked and compiled: made once from the options, never changed. */
#ifndef SHOAL_CORE_CONFIG_H
#define SHOAL_CORE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/secret.h"
#include "policy/outcome.h"
#include "policy/rate.h"
#include "text/ignore.h"
#include "text/template.h"

enum config_field_kind {
    CONFIG_TEXT,
    CONFIG_FILE,
    CONFIG_OPTIONAL_FILE, /* -F name=?@path */
};

/* One -F or --form-string. */
struct config_field {
    enum config_field_kind kind;
    char *name;
    struct template *value;     /* the text, or the path to open */
    bool is_main;               /* its path is exactly {file}: the file that was found */
    bool fixed_path;            /* the path is the same for every file (checked at the start) */
    struct template *file_name; /* ;filename=N; NULL: the path's last component */
    bool no_file_name;          /* ;filename= */
    char *type; /* ;type=T; NULL: application/octet-stream for a file, none for text */
};

#define CONFIG_JOBS_AUTO 0

struct config {
    /* What is sent */
    char *method;
    struct template *url;
    struct config_field *fields;
    size_t field_count;
    struct template **headers; /* each "Name: value", "Name;" (empty) or "Name:" (removed) */
    size_t header_count;
    struct template *user_password; /* -u, the same for every file; NULL: none */
    unsigned needs;                 /* OR of template_needs() over all of them */
    bool raw;                       /* -T: the body is the file */
    bool idempotency_key;

    /* Which files */
    char **operands; /* PATHs, NULL-terminated; count beside it */
    size_t operand_count;
    char *base;
    bool nul_separated;
    bool follow;
    bool no_hidden;
    struct ignore *ignore; /* NULL: no rule */
    bool allow_empty;

    /* How */
    unsigned jobs; /* or CONFIG_JOBS_AUTO */
    unsigned retries;
    int64_t connect_timeout_us;
    int64_t stall_timeout_us;
    int64_t give_up_after_us;
    int64_t grace_us;
    struct outcome_rules rules;
    struct rate rate;
    int64_t limit_rate;         /* bytes a second; 0: no limit */
    struct template *serial_by; /* NULL: not given */
    bool first_alone;
    unsigned max_failures; /* 0: no limit */
    bool at_most_once;
    bool dry_run;

    /* TLS and proxies; NULL: not given */
    char *cacert;
    char *cert;
    char *key;
    char *proxy;
    bool insecure;
    bool http1;
    bool http2;
    bool no_proxy;

    struct secrets *secrets; /* what must never be shown */
    char *shown_url;         /* the URL option as it may be shown: secrets replaced */
};

struct shoal_options;

/* Checks and compiles. NULL with `error` (ERROR_USAGE mostly), which names the option. */
struct config *config_new(const struct shoal_options *options, struct error *error);
void config_free(struct config *config);

#endif
