/* Redirects: which are followed (--redirects), and what the user hears of the others.
 *
 * A file that is redirected is loaded again and sent to where the response points. It still belongs
 * to the origin of its own URL, whose pauses, limits and credentials apply, and a retry begins at
 * that URL again. */
#include <stdlib.h>
#include <string.h>

#include "core/causes.h"
#include "core/sched/private.h"

#define TARGET_MOST ((size_t)128 * 1024) /* bytes of a URL */

/* RFC 9110, sections 15.4.2 to 15.4.4. */
enum {
    STATUS_MOVED_PERMANENTLY = 301,
    STATUS_SEE_OTHER = 303,
};

/* Adds how --redirects names the origin of `target`. */
static void add_host(struct buf *text, const char *target)
{
    struct http_url url;
    struct error ignored;
    if (http_url_split(target, &url, &ignored))
        (void)http_url_add_host(&url, text);
}

/* Adds why the redirect is not followed. */
static void explain(struct buf *text, enum redirect_decision decision,
    const struct redirect *redirect, const char *target)
{
    switch (decision) {
    case REDIRECT_FOLLOWED:
        (void)buf_add_text(text, "the redirect was not followed before the run ended");
        break;
    case REDIRECT_NOT_WANTED:
        (void)buf_add_text(text, "redirects are not followed unless --redirects same is given");
        break;
    case REDIRECT_NOT_NAMED:
        (void)buf_add_text(text, "redirects are not followed unless --redirects names ");
        add_host(text, target);
        break;
    case REDIRECT_WRONG_STATUS:
        (void)buf_printf(text, "redirects with status %ld are not followed", redirect->status);
        if (redirect->status >= STATUS_MOVED_PERMANENTLY && redirect->status <= STATUS_SEE_OTHER)
            (void)buf_add_text(
                text, ", since they may turn an upload into a GET; give the new URL");
        break;
    case REDIRECT_WRONG_URL:
        (void)buf_add_text(text, "redirects are not followed: not a valid http or https URL");
        break;
    case REDIRECT_TO_PLAIN:
        (void)buf_add_text(text, "redirects are not followed from https:// to http://");
        break;
    case REDIRECT_TOO_MANY:
        (void)buf_printf(text, "redirects are not followed after %d in a row", REDIRECTS_MOST);
        break;
    }
}

static bool take_target(struct file *file, const char *target)
{
    char *copy = strdup(target);
    if (copy == NULL)
        return false;
    free(file->redirect);
    file->redirect = copy;
    file->redirects++;
    file->redirects_all++;
    return true;
}

static bool is_redirect(const struct sched *sched, const struct http_end *end)
{
    const struct outcome_rules *rules = &sched->parts.config->rules;
    long status = end->attempt.status;
    return status >= 300 && status < 400 && end->location[0] != '\0' &&
           end->attempt.check == ATTEMPT_UNCHECKED && !status_list_has(&rules->success, status) &&
           !status_list_has(&rules->exists, status);
}

/* Decides, and adds the sentence without where the response points. */
static bool decide(
    struct sched *sched, struct file *file, const struct redirect *redirect, struct buf *target)
{
    struct buf *text = &sched->check_failure;
    struct buf why;
    enum redirect_decision decision =
        redirects_decide(&sched->parts.config->redirects, redirect, target);
    bool may_go_on = sched->phase == SCHED_RUNNING && !file->origin->gave_up;
    if (decision != REDIRECT_FOLLOWED || !may_go_on) {
        explain(text, decision, redirect, buf_text(target));
        return decision == REDIRECT_FOLLOWED;
    }
    buf_init(&why, TARGET_MOST);
    bool may_redirect = plan_may_redirect(file->slot->plan, buf_text(target), &why);
    bool follows = may_redirect && take_target(file, buf_text(target));
    if (follows)
        (void)buf_add_text(text, "redirected");
    else if (may_redirect)
        (void)buf_add_text(text, "redirects are not followed: out of memory");
    else
        (void)buf_printf(
            text, "redirects to another server are not followed where %s", buf_text(&why));
    buf_free(&why);
    return follows;
}

bool redirect_follow(struct sched *sched, struct file *file, const struct http_end *end)
{
    if (!is_redirect(sched, end))
        return false;
    const struct plan *plan = file->slot->plan;
    const struct redirect redirect = {.status = end->attempt.status,
        .own = plan_own_url(plan),
        .current = plan_request(plan)->url,
        .location = end->location,
        .followed = file->redirects};
    struct buf target;
    buf_init(&target, TARGET_MOST);
    bool follows = decide(sched, file, &redirect, &target);
    buf_clear(&target);
    /* The signature that --urls has for the file: this text is also told of other files. */
    bool is_listed = plan_listed(plan) != NULL;
    (void)(is_listed ? url_list_add_shown : buf_add_text)(&target, end->location);
    (void)buf_printf(&sched->check_failure, CAUSES_POINTS_TO, redirect.status, buf_text(&target));
    buf_free(&target);
    return follows;
}

void redirect_forget(struct file *file)
{
    free(file->redirect);
    file->redirect = NULL;
    file->redirects = 0;
}
