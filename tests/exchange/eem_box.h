/* eem_box.h: an event manager alone, for tests: a loop in virtual time, a bus, a log and a shell that writes down what it is told. Everything observable (lines
 * logged, lines typed, traps asked for) goes into one story with the time in front, to be compared with one written by hand. */
#ifndef ESPIAL_TESTS_EEM_BOX_H
#define ESPIAL_TESTS_EEM_BOX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "eem/eem.h"
#include "eem/vars.h"
#include "espial/clock.h"
#include "espial/bus.h"
#include "espial/debug.h"
#include "espial/gate.h"
#include "espial/loop.h"
#include "espial/mib.h"
#include "espial/msg.h"
#include "espial/shell.h"
#include "espial/text.h"
#include "tests/sim/vloop.h"

#define WALL_START (INT64_C(1615382566) * 1000000) /* Wed Mar 10 13:22:46 2021 UTC */
#define CLI_US     (10 * US_PER_MS)                /* how long the fake router takes to answer */

/* ---- a router without cli */

struct box;
struct shell {
    struct shell_base base;
    struct box *box;
    struct timer timer;
    shell_done_fn *done;
    void *arg;
    char line[300], until[64], prompt[32];
    struct text output;
    struct shell *next;
};
struct box {
    struct shells shells; /* first */
    struct loop *loop;
    struct clock *clock;
    struct bus *bus;
    struct log *log;
    struct debug_registry *debug;
    struct eem *eem;
    const char *hostname;
    unsigned vtys; /* free */
    struct shell *open;
    struct text story;
    struct fact_trap trap; /* the last one asked for */
    unsigned traps;
    char origin[128];
    struct eem_observer observer;
    unsigned checked; /* its runs */
    bool quiet; /* no story */
    struct mib *mib; /* empty */
    struct trap_gate trap_gate;
    struct object_gate object_gate;
    int64_t counter; /* what every interface counter stands at; below 0: there is none */
    int64_t percent; /* how busy the processor is, and how full memory */
};

static inline bool fake_counter(void *arg, const char *ifname, const char *parameter, int64_t *value)
{
    const struct box *b = arg;
    (void)ifname;
    (void)parameter;
    *value = b->counter;
    return b->counter >= 0;
}

static inline bool fake_resource(void *arg, const char *what, int64_t *percent)
{
    (void)what;
    *percent = ((const struct box *)arg)->percent;
    return true;
}

static inline void tell(struct box *b, const char *what, const char *text)
{
    uint64_t ms = loop_now(b->loop) / US_PER_MS;
    if (!b->quiet)
        text_printf(&b->story, "%u.%03u %s%s\n", (unsigned)(ms / 1000), (unsigned)(ms % 1000), what, text);
}

/* What the fake router prints. "hang" never ends; "bye" ends the session; "reload" asks. */
static inline void shell_answer(void *arg)
{
    struct shell *sh = arg;
    if (!strcmp(sh->line, "hang"))
        return;
    if (!strcmp(sh->line, "enable"))
        snprintf(sh->prompt, sizeof sh->prompt, "%s#", sh->box->hostname);
    struct shell_result r = {0};
    text_clear(&sh->output);
    text_add(&sh->output, "\n");
    if (!strcmp(sh->line, "reload") && sh->until[0]) {
        text_add(&sh->output, "Proceed with reload? [confirm]");
        r.matched = true;
    } else if (!strcmp(sh->line, "long")) {
        for (unsigned i = 1; i <= 22; i++)
            text_printf(&sh->output, "line %u\n", i);
    } else if (!strncmp(sh->line, "show", 4)) {
        text_printf(&sh->output, "<%s>\n", sh->line);
    }
    if (!r.matched)
        text_add(&sh->output, sh->prompt);
    r.output = text_str(&sh->output);
    r.len = sh->output.len;
    r.closed = !strcmp(sh->line, "bye");
    sh->done(sh->arg, &r);
}

static inline struct shell *fake_open(struct shells *s, const struct shell_params *p)
{
    struct box *b = (struct box *)s;
    assert_true(p->vty && p->echo && !p->config_file);
    assert_int_equal(p->privilege, 1);
    str_copy(b->origin, sizeof b->origin, p->origin);
    if (!b->vtys)
        return NULL;
    b->vtys--;
    struct shell *sh = NEW(struct shell);
    sh->base.shells = s;
    sh->box = b;
    snprintf(sh->prompt, sizeof sh->prompt, "%s>", b->hostname);
    timer_init(&sh->timer, b->loop, shell_answer, sh);
    sh->next = b->open;
    b->open = sh;
    tell(b, "open", "");
    return sh;
}

static inline void fake_type(struct shell *sh, const char *line, const char *until, shell_done_fn *done, void *arg)
{
    assert_false(timer_pending(&sh->timer));
    str_copy(sh->line, sizeof sh->line, line);
    str_copy(sh->until, sizeof sh->until, until ? until : "");
    sh->done = done;
    sh->arg = arg;
    timer_set(&sh->timer, CLI_US);
    tell(sh->box, sh->prompt, line);
}

static inline void fake_close(struct shell *sh)
{
    struct shell **at = &sh->box->open;
    while (*at != sh)
        at = &(*at)->next;
    *at = sh->next;
    sh->box->vtys++;
    tell(sh->box, "close", "");
    timer_clear(&sh->timer);
    text_free(&sh->output);
    mem_free(sh);
}

static const char *fake_prompt(struct shell *sh)
{
    return sh->prompt;
}

static const struct shells_ops fake_ops = {
    .open = fake_open, .type = fake_type, .close = fake_close, .prompt = fake_prompt};

static inline void on_line(void *arg, const void *fact)
{
    const struct fact_syslog *f = fact;
    tell(arg, "", f->line + f->text_at);
}

static inline void on_trap(void *arg, const void *fact)
{
    struct box *b = arg;
    b->trap = *(const struct fact_trap *)fact;
    b->traps++;
    tell(b, "trap ", b->trap.kind);
}

static const char *hostname(void *arg)
{
    return ((struct box *)arg)->hostname;
}

/* The first CHECKED runs of a box are held against what `show event manager detector all detailed` says of their event: no
 * variable but those, and all of them. */
#define CHECKED 200
static inline bool brings(const char *names, const char *name)
{
    size_t n = strlen(name);
    for (const char *s = names; (s = strstr(s, name)); s += n)
        if ((s == names || s[-1] == ' ') && (!s[n] || s[n] == ' '))
            return true;
    return false;
}

static inline void check_variables(void *arg, const struct eem_run_seen *run)
{
    struct text names = {0};
    struct eem_detector_info d;
    if (++((struct box *)arg)->checked > CHECKED)
        return;
    bool one = run->applet->events.n == 1;
    text_add(&names, eem_event_variables);
    CONF_EACH(const struct event_conf, ev, &run->applet->events)
    {
        for (size_t cursor = 0; eem_detector_next(((struct box *)arg)->eem, &cursor, &d);)
            if (eem_detector_is(d.name, ev->type))
                text_printf(&names, " %s", d.variables);
    }
    for (size_t i = 0; i < run->vars->n; i++) {
        const char *name = run->vars->v[i].name;
        if (name[0] == '_' && !(name[1] >= '0' && name[1] <= '9') && !brings(text_str(&names), name))
            fail_msg("$%s is set, and not among %s", name, text_str(&names));
    }
    for (const char *s = text_str(&names); one && *s; s += *s == ' ') {
        char name[64];
        size_t n = strcspn(s, " ");
        snprintf(name, sizeof name, "%.*s", (int)n, s);
        s += n;
        if (n && strcmp(name, "_x_x_x_x_x_x") && !vars_get(run->vars, name))
            fail_msg("$%s is not set", name);
    }
    text_free(&names);
}

static inline void seen_event(void *arg, const struct eem_event_seen *seen)
{
    (void)arg;
    (void)seen;
}

static inline void seen_step(void *arg, const struct eem_run_seen *run, const struct action_conf *a, enum eem_step step)
{
    (void)arg;
    (void)run;
    (void)a;
    (void)step;
}

static inline void seen_end(void *arg, const struct eem_run_seen *run, enum eem_end how)
{
    (void)arg;
    (void)run;
    (void)how;
}

static inline void box_open(struct box *b, struct loop *loop, const char *name)
{
    *b = (struct box){.shells = {&fake_ops}, .loop = loop, .hostname = name, .vtys = 5};
    b->clock = clock_new(loop);
    b->bus = bus_new(loop);
    b->log = log_new(loop, b->bus);
    b->debug = debug_registry_new();
    b->mib = mib_new();
    bus_subscribe(b->bus, FACT_SYSLOG, on_line, b);
    bus_subscribe(b->bus, FACT_TRAP_WANTED, on_trap, b);
    b->observer = (struct eem_observer){
        .arg = b, .event = seen_event, .began = check_variables, .step = seen_step, .ended = seen_end};
    b->eem = eem_new(&(struct eem_env){.loop = loop,
                                       .clock = b->clock,
                                       .bus = b->bus,
                                       .log = b->log,
                                       .shells = &b->shells,
                                       .debug = b->debug,
                                       .hostname = hostname,
                                       .mib = b->mib,
                                       .trap_gate = &b->trap_gate,
                                       .object_gate = &b->object_gate,
                                       .counter = fake_counter,
                                       .resource = fake_resource,
                                       .observer = &b->observer,
                                       .arg = b});
}

static inline void box_close(struct box *b)
{
    eem_free(b->eem);
    assert_null(b->open);
    mib_free(b->mib);
    log_free(b->log);
    bus_free(b->bus);
    clock_free(b->clock);
    debug_registry_free(b->debug);
    text_free(&b->story);
}

static inline int setup(void **state)
{
    struct box *b = NEW(struct box);
    box_open(b, vloop_new(WALL_START), "hub");
    *state = b;
    return 0;
}

static inline int teardown(void **state)
{
    struct box *b = *state;
    struct loop *loop = b->loop;
    box_close(b);
    vloop_free(loop);
    mem_free(b);
    return 0;
}

static inline void expect(struct box *b, const char *story)
{
    assert_string_equal(text_str(&b->story), story);
    text_clear(&b->story);
}

/* ---- applets as data */

static inline struct event_conf *event(struct applet_conf *a, enum eem_event_type type)
{
    struct event_conf *ev = NEW(struct event_conf);
    event_conf_init(ev);
    ev->type = (uint8_t)type;
    conf_list_clear(&a->events);
    conf_list_add(&a->events, ev);
    return ev;
}

static inline struct event_conf *applet(struct applet_conf *a, const char *name, enum eem_event_type type)
{
    *a = (struct applet_conf){0};
    applet_conf_init(a);
    str_copy(a->name, sizeof a->name, name);
    return event(a, type);
}

static inline struct action_conf *action(struct applet_conf *a, const char *label, enum action_verb verb, const char *text)
{
    struct action_conf *act = NEW(struct action_conf);
    action_conf_init(act);
    str_copy(act->label, sizeof act->label, label);
    act->verb = (uint8_t)verb;
    str_copy(act->text, sizeof act->text, text);
    conf_list_add(&a->actions, act);
    return act;
}

static inline void wait_action(struct applet_conf *a, const char *label, uint32_t seconds)
{
    char text[16];
    snprintf(text, sizeof text, "%u", seconds);
    action(a, label, ACTION_WAIT, text);
}

static inline void go(struct box *b, struct applet_conf *a)
{
    assert_int_equal(eem_register(b->eem, a), EEM_REGISTERED);
    applet_conf_fini(a);
}

/* Register a syslog applet that is triggered by "%TEST-5-name". */
static inline struct event_conf *on_test(struct applet_conf *a, const char *name)
{
    struct event_conf *ev = applet(a, name, EEM_SYSLOG);
    snprintf(ev->pattern, sizeof ev->pattern, "TEST-5-%s", name);
    return ev;
}

static inline void post(struct box *b, const char *mnemonic)
{
    msg_post_text(b->log, "TEST", 5, mnemonic, "x");
}

static inline struct eem_job_info last_job(struct box *b)
{
    struct eem_job_info job = {.status = "none"};
    for (size_t cursor = 0; eem_history_next(b->eem, &cursor, &job);)
        ;
    return job;
}

static inline void check_trap_name(const struct trap_var *v, uint32_t column, uint32_t index)
{
    const uint32_t oid[] = {1, 3, 6, 1, 4, 1, 9, 10, 91, 1, 2, 3, 1, column, index};
    assert_int_equal(v->oid_len, 15);
    assert_memory_equal(v->oid, oid, sizeof oid);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#endif
