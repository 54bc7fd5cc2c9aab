/* on_cli.c: event cli: a command that somebody typed looks like a pattern.
 *
 *     sync no              the run is queued; `skip yes` drops the command, `skip no` lets it run beside
 *     sync yes             the command is held until the run has ended: $_exit_status 1 runs it, anything else drops it;
 *                          after `default` seconds (30) it runs, whatever the run does
 *
 * The pattern is searched in the command as it stands in full, after the parser has taken it and before anything is
 * done. Without enter, tab or questionmark it is the Enter key that counts; with `enter` lines that no command is count
 * too, as they were typed: so applets make commands of their own. `mode` compares the name of the mode: exec,
 * config, config-if, or as the parser calls these: exec, configure, interface, line. Several applets may watch one command: it runs when all of them let it. What applets type in their
 * own sessions catches nobody: an applet may well type what it watches. */
#include <string.h>

#include "eem/eem_local.h"
#include "eem/occurs.h"
#include "eem/patterns.h"
#include "espial/gate.h"
#include "espial/mem.h"
#include "espial/regex.h"

#define DEFAULT_MS 30000

struct watching_cli {
    struct regex *re;
    struct occurs occurs;
};

/* A command that waits for runs. */
struct held {
    struct held *next, **link;
    struct eem *eem;
    void *session;
    void (*resume)(void *session, bool run);
    void *term;
    void (*put)(void *term, const char *text);
    void (*get)(void *term, void (*answer)(void *arg, const char *line), void *arg);
    unsigned runs; /* not ended */
    bool dropped;  /* one said so */
    struct timer dflt;
};

static bool check(const struct event_conf *ev, char why[128])
{
    struct regex *re = pattern_compile(ev->pattern, REGEX_EVENT, why);
    regex_free(re);
    return re != NULL;
}

static void arm(struct watch *w)
{
    char why[128];
    struct watching_cli *s = w->state = NEW(struct watching_cli);
    s->re = pattern_compile(w->ev->pattern, REGEX_EVENT, why); /* eem_register has checked it */
}

static void disarm(struct watch *w)
{
    struct watching_cli *s = w->state;
    regex_free(s->re);
    mem_free(s);
}

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    (void)applet_name;
    text_printf(out, "pattern {%s} sync %s", ev->pattern, ev->sync ? "yes" : "no");
    if (!ev->sync)
        text_printf(out, " skip %s", ev->skip ? "yes" : "no");
    if (ev->mode[0])
        text_printf(out, " mode {%s}", ev->mode);
    occurs_describe(ev, out);
}

static bool of_key(const struct event_conf *ev, enum gate_key key)
{
    switch (key) {
    case GATE_ENTER: return ev->enter || (!ev->tab_key && !ev->question);
    case GATE_TAB: return ev->tab_key;
    case GATE_QUESTION: return ev->question;
    }
    return false;
}

bool cli_wants(void *eem, enum gate_key key)
{
    const struct eem *e = eem;
    EEM_WATCHES(w, e, EEM_CLI)
    if (of_key(w->ev, key))
        return true;
    return false;
}

const char *cli_mode_name(const char *asked)
{
    static const char *const names[][2] = {
        {"configure", "config"}, {"interface", "config-if"}, {"line", "config-line"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!strcmp(asked, names[i][0]))
            return names[i][1];
    return asked[0] ? asked : "exec";
}

static bool concerns(const struct watch *w, const struct gate_question *q)
{
    const struct watching_cli *s = w->state;
    if (!of_key(w->ev, q->key) || (q->refused && !w->ev->enter) ||
        (w->ev->mode[0] && strcmp(cli_mode_name(w->ev->mode), q->mode)))
        return false;
    return watch_matches(w, s->re, q->text, strlen(q->text));
}

static void set_vars(struct vars *vars, const struct watch *w, const struct gate_question *q)
{
    static const char *const keys[] = {"enter", "tab", "questionmark"};
    vars_set(vars, "_cli_msg", q->text);
    vars_setf(vars, "_cli_msg_count", "%u", w->ev->occurs);
    vars_set(vars, "_cli_line", q->typed);
    vars_set(vars, "_cli_key", keys[q->key]);
    vars_setf(vars, "_cli_tty", "%u", q->tty);
    vars_set(vars, "_cli_username", q->user);
    vars_set(vars, "_cli_host", q->host);
    vars_setf(vars, "_cli_privilege", "%u", q->privilege);
    vars_set(vars, "_cli_error_code", "0");
    vars_set(vars, "_cli_mode_context", q->mode);
}

static void held_free(struct held *h)
{
    timer_clear(&h->dflt);
    *h->link = h->next;
    if (h->next)
        h->next->link = h->link;
    mem_free(h);
}

static void decide(struct held *h, bool run)
{
    void (*resume)(void *, bool) = h->resume;
    void *session = h->session;
    eem_run_forget(h->eem, h);
    held_free(h);
    resume(session, run);
}

static void waited_enough(void *arg)
{
    decide(arg, true);
}

static void ended(void *arg, const struct eem_run_end *end)
{
    struct held *h = arg;
    h->dropped |= end->exit_status != 1;
    if (--h->runs == 0)
        decide(h, !h->dropped);
}

static void put(void *arg, const char *text)
{
    struct held *h = arg;
    h->put(h->term, text);
}

static void get(void *arg, void (*answer)(void *aarg, const char *line), void *aarg)
{
    struct held *h = arg;
    h->get(h->term, answer, aarg);
}

static struct held *held_new(struct eem *e, const struct gate_question *q, void (*resume)(void *, bool), void *session)
{
    struct held *h = NEW(struct held);
    *h = (struct held){.eem = e, .session = session, .resume = resume, .term = q->term, .put = q->put, .get = q->get};
    h->link = &e->held;
    h->next = e->held;
    if (h->next)
        h->next->link = &h->next;
    e->held = h;
    timer_init(&h->dflt, e->env.loop, waited_enough, h);
    return h;
}

static void hold(struct held *h, const struct watch *w, struct run *r)
{
    uint64_t us = (w->ev->dflt ? w->ev->dflt : DEFAULT_MS) * US_PER_MS;
    r->caller = (struct eem_caller){.done = ended, .put = put, .get = get, .arg = h};
    h->runs++;
    if (!timer_pending(&h->dflt) || timer_left(&h->dflt) > us)
        timer_set(&h->dflt, us);
}

enum gate_verdict cli_ask(void *eem, const struct gate_question *q, void (*resume)(void *session, bool run),
                          void *session)
{
    struct eem *e = eem;
    struct held *h = NULL;
    bool skip = false;
    if (q->by || e->stopped)
        return GATE_GO;
    EEM_WATCHES(w, e, EEM_CLI)
    {
        struct watching_cli *s = w->state;
        if (!concerns(w, q) || !occurs_enough(&s->occurs, w))
            continue;
        struct vars vars = {0};
        set_vars(&vars, w, q);
        struct run *r = eem_trigger(w, &vars);
        if (!w->ev->sync) {
            skip |= w->ev->skip;
        } else if (r && resume) {
            if (!h)
                h = held_new(e, q, resume, session);
            hold(h, w, r);
        }
    }
    if (h)
        h->dropped |= skip;
    return h ? GATE_HOLD : skip ? GATE_SKIP : GATE_GO;
}

void cli_forget(void *eem, void *session)
{
    struct eem *e = eem;
    for (struct held *h = e->held; h; h = h->next)
        if (h->session == session) {
            eem_run_forget(e, h);
            held_free(h);
            return;
        }
}

static const char variables[] =
    "_cli_msg _cli_msg_count _cli_line _cli_key _cli_tty _cli_username _cli_host _cli_privilege "
    "_cli_error_code _cli_mode_context";
const struct detector detector_cli = {.type = EEM_CLI,
                                      .name = "cli",
                                      .check = check,
                                      .arm = arm,
                                      .disarm = disarm,
                                      .describe = describe,
                                      .variables = variables};
