/* do_tty.c: puts and gets: the terminal of whoever waits for this run (event none or cli, sync yes).
 *
 * Without one, puts writes a line of the log, as IOS does for applets that run by themselves, and gets fails. */
#include <string.h>

#include "eem/eem_local.h"
#include "espial/mem.h"

static enum step puts_perform(struct run *r, const struct action_conf *a)
{
    struct text t = {0};
    bool ok = run_expand_text(r, a->text, &t);
    if (ok && r->caller.put) {
        if (!a->flag)
            text_add(&t, "\n");
        r->caller.put(r->caller.arg, text_str(&t));
    } else if (ok) {
        struct text line = {0};
        text_printf(&line, "%s: %s", r->applet->conf.name, text_str(&t));
        msg_post_text(r->eem->env.log, "HA_EM", LOG_INFO, "LOG", text_str(&line));
        text_free(&line);
    }
    text_free(&t);
    return ok ? STEP_NEXT : STEP_FAILED;
}

const struct action_kind action_puts = {puts_perform};

/* The run may be over when the answer comes: its asking outlives it. */
struct asking {
    struct run *run; /* NULL: over */
    char var[EEM_NAME_MAX];
};

static void stop(struct run *r)
{
    ((struct asking *)r->pending)->run = NULL;
}

static void answered(void *arg, const char *line)
{
    struct asking *q = arg;
    struct run *r = q->run;
    if (r) {
        r->pending_stop = NULL;
        r->pending = NULL;
        bool ok = line && run_set(r, q->var[0] == '$' ? q->var + 1 : q->var, line);
        run_resume(r, ok);
    }
    mem_free(q);
}

static enum step gets_perform(struct run *r, const struct action_conf *a)
{
    if (!r->caller.get) {
        r->error = "FH_ENOTTY";
        return STEP_FAILED;
    }
    struct asking *q = NEW(struct asking);
    q->run = r;
    str_copy(q->var, sizeof q->var, a->var);
    r->state = RUN_OTHER;
    r->pending = q;
    r->pending_stop = stop;
    r->caller.get(r->caller.arg, answered, q);
    return STEP_PENDING;
}

const struct action_kind action_gets = {gets_perform};
