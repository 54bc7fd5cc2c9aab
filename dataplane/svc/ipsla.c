/* ipsla.c: IP SLA operations: their schedule, their runs, what they measured.
 *
 *   inactive --scheduled--> pending --start-time--> active: run, and again every `frequency` --life is over--> inactive
 *   a run:  echo out --reply with this number--> OK, or over threshold when it took longer than `threshold`
 *                    \--`timeout`--> timeout (also when it could not be sent: no route, no such source)
 * The echo is the router's own (net/icmp.h), as ping's; the time is that of one round trip in whole milliseconds, at
 * least 1. An ICMP error is no answer. A reply that comes after the time-out comes too late. A run begins `frequency` after
 * the one before it began, or when that one is over.
 *
 * A result is there while the operation is active; what was counted stays until it is scheduled anew. After a restart of
 * the router everything begins anew, `life` too.
 *
 * What it does not do: other kinds of probes, responders, history and distributions, ageout, recurring and group
 * schedules, start at a time of day, triggers. */
#include "dataplane/svc/ipsla.h"

#include <string.h>

#include "dataplane/net/iface.h"
#include "dataplane/svc/ipsla_local.h"
#include "espial/clock.h"
#include "espial/debug.h"
#include "espial/mem.h"
#include "espial/msg.h"
#include "espial/table.h"

enum { SLA_TTL = 255, ECHO_HEADERS = 28 };

const char *ipsla_code_text(enum ipsla_code code)
{
    static const char *const texts[] = {[IPSLA_UNKNOWN] = "Unknown",
                                        [IPSLA_OK] = "OK",
                                        [IPSLA_OVER] = "Over threshold",
                                        [IPSLA_TIMEOUT] = "Timeout",
                                        [IPSLA_VERIFY] = "Verify error"};

    return texts[code];
}

static struct sla_op *op_find(const struct ipsla *s, uint32_t number)
{
    struct sla_op *o = s->ops;

    while (o && o->conf->number != number)
        o = o->next;
    return o;
}

static void tell(struct sla_op *o)
{
    if (o->sla->watch)
        o->sla->watch(o->sla->watch_arg, o->conf->number);
}

/* ---- runs ---- */

/* The number of an echo that nobody waits for. */
static void wait_for(struct sla_op *o)
{
    struct ipsla *s = o->sla;

    do
        s->seq++;
    while (table_find(s->waiting, &s->seq));
    o->seq = s->seq;
    o->waiting = true;
    table_put(s->waiting, &o->seq, o);
}

static void no_wait(struct sla_op *o)
{
    if (o->waiting)
        table_remove(o->sla->waiting, &o->seq);
    o->waiting = false;
}

static void over(struct sla_op *o, enum ipsla_code code, uint32_t rtt)
{
    struct ipsla *s = o->sla;
    uint64_t passed = loop_now(s->env.loop) - o->sent_at, beat = o->conf->frequency * US_PER_S;

    no_wait(o);
    o->counted = true;
    o->code = code;
    o->rtt = rtt;
    o->started = o->sent;
    o->started_at = o->sent_at;
    if (code == IPSLA_OK || code == IPSLA_OVER)
        o->successes++;
    else
        o->failures++;
    timer_set(&o->step, passed < beat ? beat - passed : 0);
    if (s->debug && (code == IPSLA_OK || code == IPSLA_OVER))
        msg_debug(s->env.log, "IPSLA-OPER_TRACE:OPER:%u RTT=%u", o->conf->number, rtt);
    else if (s->debug)
        msg_debug(s->env.log, "IPSLA-OPER_TRACE:OPER:%u %s - destAddr=%s", o->conf->number, ipsla_code_text(code),
                  IP4(o->conf->dst));
    ipsla_react(s, o);
    tell(o);
}

static void run(struct sla_op *o)
{
    struct ipsla *s = o->sla;
    const struct sla_conf *c = o->conf;
    const struct icmp_dress dress = {.tos = c->tos, .pattern = ICMP_PATTERN};
    const struct iface *ifc = c->src_if[0] ? iface_by_name(s->env.net, c->src_if) : NULL;
    uint32_t src = c->src_if[0] ? (ifc ? ifc->addr : 0) : c->src;

    wait_for(o);
    o->sent_at = loop_now(s->env.loop);
    o->sent = clock_wall(s->env.clock);
    if (s->debug)
        msg_debug(s->env.log, "IPSLA-OPER_TRACE:OPER:%u Starting icmpecho operation - destAddr=%s, sAddr=%s", c->number,
                  IP4(c->dst), IP4(src));
    timer_set(&o->step, c->timeout * US_PER_MS);
    if (c->src_if[0] && !src)
        return; /* nobody hears it: the time-out says so */
    (void)icmp_echo_as(s->env.net, src, c->dst, s->id, o->seq, ECHO_HEADERS + c->data_size, false, SLA_TTL, &dress);
}

static void on_step(void *arg)
{
    struct sla_op *o = arg;

    if (o->waiting)
        over(o, IPSLA_TIMEOUT, 0);
    else
        run(o);
}

static bool data_same(const struct icmp_event *ev)
{
    for (uint32_t i = 0; i < ev->data_len; i++)
        if (ev->data[i] != (uint8_t)(i & 1 ? ICMP_PATTERN & 0xFF : ICMP_PATTERN >> 8))
            return false;
    return true;
}

static void on_icmp(void *arg, const struct icmp_event *ev)
{
    struct ipsla *s = arg;
    struct sla_op *o = NULL;

    if (ev->type == ICMP_ECHO_REPLY && ev->id == s->id)
        o = table_find(s->waiting, &ev->seq);
    if (!o || o->conf->dst != ev->from)
        return;
    uint64_t ms = (loop_now(s->env.loop) - o->sent_at) / US_PER_MS;
    uint32_t rtt = ms ? (uint32_t)ms : 1;
    if (o->conf->verify && (!data_same(ev) || ev->data_len != o->conf->data_size))
        over(o, IPSLA_VERIFY, 0);
    else
        over(o, rtt > o->conf->threshold ? IPSLA_OVER : IPSLA_OK, rtt);
}

/* ---- schedule ---- */

static void op_stop(struct sla_op *o)
{
    timer_clear(&o->turn);
    timer_clear(&o->step);
    no_wait(o);
    o->state = IPSLA_INACTIVE;
    o->code = IPSLA_UNKNOWN;
}

static void op_start(struct sla_op *o)
{
    o->state = IPSLA_ACTIVE;
    if (!o->schedule->forever)
        timer_set(&o->turn, o->schedule->life * US_PER_S);
    timer_set(&o->step, 0);
}

static void on_turn(void *arg)
{
    struct sla_op *o = arg;

    if (o->state == IPSLA_PENDING) {
        op_start(o);
        return;
    }
    op_stop(o);
    tell(o);
}

/* By its schedule from the beginning. */
static void op_schedule(struct sla_op *o)
{
    const struct sla_schedule_conf *c = o->schedule;

    op_stop(o);
    if (c && o->conf->kind != SLA_NONE) {
        o->counted = false;
        o->successes = o->failures = 0;
        o->state = IPSLA_PENDING;
        ipsla_react_forget(o->sla, o->conf->number);
        if (c->start == SLA_START_NOW)
            op_start(o);
        else if (c->start == SLA_START_AFTER)
            timer_set(&o->turn, c->after * US_PER_S);
    }
    tell(o);
}

/* ---- configuration ---- */

static int op_order(const void *a, const void *b)
{
    const struct sla_conf *x = a, *y = b;

    return x->number < y->number ? -1 : x->number > y->number;
}

static int schedule_order(const void *a, const void *b)
{
    const struct sla_schedule_conf *x = a, *y = b;

    return x->number < y->number ? -1 : x->number > y->number;
}

static int react_order(const void *a, const void *b)
{
    const struct sla_react_conf *x = a, *y = b;

    return x->number != y->number ? (x->number < y->number ? -1 : 1) : x->element - y->element;
}

void sla_conf_init(struct sla_conf *c)
{
    c->frequency = 60;
    c->timeout = c->threshold = 5000;
    c->data_size = 28;
}

void sla_schedule_conf_init(struct sla_schedule_conf *c)
{
    c->life = 3600;
}

void sla_react_conf_init(struct sla_react_conf *c)
{
    c->consecutive = c->average = c->x = c->y = 5;
    c->upper = 5000;
    c->lower = 3000;
}

struct slas_conf *ipsla_conf(struct ipsla *s)
{
    return &s->conf;
}

static const struct sla_schedule_conf *schedule_find(const struct ipsla *s, uint32_t number)
{
    CONF_EACH(const struct sla_schedule_conf, c, &s->conf.schedules)
    if (c->number == number)
        return c;
    return NULL;
}

bool ipsla_scheduled(const struct ipsla *s, uint32_t number)
{
    return schedule_find(s, number) != NULL;
}

/* What hangs on an operation that goes. */
static void forget(struct ipsla *s, uint32_t number)
{
    for (size_t i = s->conf.schedules.n; i-- > 0;)
        if (((const struct sla_schedule_conf *)s->conf.schedules.v[i])->number == number)
            conf_list_remove(&s->conf.schedules, i);
    for (size_t i = s->conf.reactions.n; i-- > 0;)
        if (((const struct sla_react_conf *)s->conf.reactions.v[i])->number == number)
            conf_list_remove(&s->conf.reactions, i);
    ipsla_react_forget(s, number);
}

static void op_free(struct sla_op *o)
{
    timer_clear(&o->turn);
    timer_clear(&o->step);
    mem_free(o);
}

void ipsla_op_changed(struct ipsla *s, struct sla_conf *c, bool removed)
{
    struct sla_op **at = &s->ops;

    s->changed = clock_wall(s->env.clock);
    while (*at && (*at)->conf->number < c->number)
        at = &(*at)->next;
    struct sla_op *o = *at && (*at)->conf->number == c->number ? *at : NULL;
    if (removed) {
        forget(s, c->number);
        if (!o)
            return;
        op_stop(o);
        *at = o->next;
        tell(o);
        op_free(o);
        return;
    }
    if (!o) {
        o = NEW(struct sla_op);
        o->sla = s;
        o->next = *at;
        *at = o;
        timer_init(&o->turn, s->env.loop, on_turn, o);
        timer_init(&o->step, s->env.loop, on_step, o);
        o->schedule = schedule_find(s, c->number);
    }
    o->conf = c;
    op_schedule(o);
}

void ipsla_schedule_changed(struct ipsla *s, struct sla_schedule_conf *c, bool removed)
{
    struct sla_op *o = op_find(s, c->number);

    s->changed = clock_wall(s->env.clock);
    if (!o)
        return;
    o->schedule = removed ? NULL : c;
    op_schedule(o);
}

void ipsla_watch(struct ipsla *s, void (*fn)(void *arg, uint32_t number), void *arg)
{
    s->watch = fn;
    s->watch_arg = arg;
}

/* ---- for shows ---- */

bool ipsla_info(const struct ipsla *s, uint32_t number, struct ipsla_info *out)
{
    const struct sla_op *o = s->ops;

    while (o && o->conf->number < number)
        o = o->next;
    if (!o)
        return false;
    uint64_t left = (timer_left(&o->turn) + US_PER_S - 1) / US_PER_S;
    *out = (struct ipsla_info){.conf = o->conf,
                               .schedule = o->schedule,
                               .state = o->state,
                               .code = o->code,
                               .rtt = o->rtt,
                               .started = o->started,
                               .started_at = o->started_at,
                               .over = o->code == IPSLA_OVER,
                               .successes = o->successes,
                               .failures = o->failures,
                               .counted = o->counted,
                               .life_left = o->state == IPSLA_ACTIVE ? left : 0,
                               .start_left = o->state == IPSLA_PENDING ? left : 0};
    return true;
}

const struct clock *ipsla_clock(const struct ipsla *s)
{
    return s->env.clock;
}

int64_t ipsla_last_change(const struct ipsla *s)
{
    return s->changed;
}

bool *ipsla_debug(struct ipsla *s)
{
    return &s->debug;
}

struct ipsla *ipsla_new(const struct ipsla_env *env)
{
    struct ipsla *s = NEW(struct ipsla);
    const struct debug_item item = {"IP SLAs", "IP SLAs trace debugging", &s->debug};

    s->env = *env;
    s->id = icmp_new_id(env->net);
    s->waiting = table_new(sizeof(uint16_t), 0); /* no stranger chooses what is in it */
    conf_list_init(&s->conf.ops, sizeof(struct sla_conf), op_order, NULL);
    conf_list_init(&s->conf.schedules, sizeof(struct sla_schedule_conf), schedule_order, NULL);
    conf_list_init(&s->conf.reactions, sizeof(struct sla_react_conf), react_order, NULL);
    s->listener = (struct icmp_listener){.fn = on_icmp, .arg = s};
    icmp_listen(env->net, &s->listener);
    if (env->debug)
        debug_register(env->debug, &item, 1, NULL, s);
    return s;
}

void ipsla_free(struct ipsla *s)
{
    if (!s)
        return;
    if (s->env.debug)
        debug_unregister(s->env.debug, s);
    icmp_unlisten(s->env.net, &s->listener);
    while (s->ops) {
        struct sla_op *o = s->ops;
        s->ops = o->next;
        op_free(o);
    }
    table_free(s->waiting);
    ipsla_react_free(s);
    conf_list_clear(&s->conf.ops);
    conf_list_clear(&s->conf.schedules);
    conf_list_clear(&s->conf.reactions);
    mem_free(s);
}
