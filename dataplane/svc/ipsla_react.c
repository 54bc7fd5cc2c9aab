/* ipsla_react.c: reactions: a value of an operation held against thresholds, run after run.
 *
 *   quiet --the threshold type finds the value above `upper`--> occurred --it finds it below `lower`--> quiet (cleared)
 * Types: immediate looks at this run; consecutive wants it of the last n; xofy of x among the last y (as soon as x have
 * come); average takes the mean of the last n, when there are n; never never. Clearing asks the same of `lower`, of the
 * runs since then; an average looks back all the same. rtt counts runs that had an answer. timeout and verifyError are 1
 * or 0: above 0, or below 1. An echo has no connection to lose: connectionLoss is kept and does not occur.
 *
 * What occurred or cleared is a fact when `ip sla enable reaction-alerts` is on. When the action is a trap, whoever sends
 * traps is told, and it is a message when `ip sla logging traps` is on. */
#include <string.h>

#include "dataplane/svc/ipsla_local.h"
#include "espial/bus.h"
#include "espial/mem.h"
#include "espial/msg.h"
#include "espial/text.h"

MSG(MSG_THRESHOLD, "RTT", 3, "IPSLATHRESHOLD", 0, "IP SLAs(%u): Threshold %s for %s");

const char *const ipsla_element_names[4] = {"connectionLoss", "rtt", "timeout", "verifyError"};
const char *const ipsla_threshold_names[5] = {"never", "immediate", "consecutive", "xofy", "average"};

/* NULL: nothing was measured for it yet. */
static struct sla_react *react_find(const struct ipsla *s, const struct sla_react_conf *c)
{
    struct sla_react *r = s->reacts;

    while (r && (r->number != c->number || r->element != c->element))
        r = r->next;
    return r;
}

static struct sla_react *react_of(struct ipsla *s, const struct sla_react_conf *c)
{
    struct sla_react *r = react_find(s, c);

    if (r)
        return r;
    r = NEW(struct sla_react);
    *r = (struct sla_react){.next = s->reacts, .number = c->number, .element = c->element};
    s->reacts = r;
    return r;
}

void ipsla_react_changed(struct ipsla *s, const struct sla_react_conf *c)
{
    for (struct sla_react **at = &s->reacts; *at; at = &(*at)->next)
        if ((*at)->number == c->number && (*at)->element == c->element) {
            struct sla_react *r = *at;
            *at = r->next;
            mem_free(r);
            return;
        }
}

void ipsla_react_forget(struct ipsla *s, uint32_t number)
{
    for (struct sla_react **at = &s->reacts; *at;) {
        struct sla_react *r = *at;
        if (r->number != number) {
            at = &r->next;
            continue;
        }
        *at = r->next;
        mem_free(r);
    }
}

void ipsla_react_free(struct ipsla *s)
{
    while (s->reacts)
        ipsla_react_forget(s, s->reacts->number);
}

/* What this run is for the element; false: nothing. */
static bool value_of(const struct sla_op *o, uint8_t element, uint32_t *v)
{
    if (element == SLA_RTT) {
        *v = o->rtt;
        return o->code == IPSLA_OK || o->code == IPSLA_OVER;
    }
    *v = element == SLA_TIMEOUT ? o->code == IPSLA_TIMEOUT : element == SLA_VERIFY_ERROR && o->code == IPSLA_VERIFY;
    return element != SLA_CONNECTION_LOSS;
}

/* Is a value on the side asked for: above the upper bound, or below the lower? */
static bool beyond(const struct sla_react_conf *c, uint64_t v, bool above)
{
    bool rtt = c->element == SLA_RTT;

    return above ? v > (rtt ? c->upper : 0) : v < (rtt ? c->lower : 1);
}

/* Does the threshold type find it there, with what has been measured? *measured: the value it went by. */
static bool finds(const struct sla_react *r, const struct sla_react_conf *c, bool above, uint64_t *measured)
{
    unsigned of = c->threshold == SLA_X_OF_Y        ? c->y
                  : c->threshold == SLA_AVERAGE     ? c->average
                  : c->threshold == SLA_CONSECUTIVE ? c->consecutive
                                                    : 1;
    unsigned want = c->threshold == SLA_X_OF_Y ? c->x : of, found = 0, looked = r->n < of ? r->n : of;
    uint64_t sum = 0;

    for (unsigned i = 0; i < looked; i++) {
        uint32_t v = r->samples[(r->at + SLA_SAMPLES - 1 - i) % SLA_SAMPLES];
        sum += v;
        found += beyond(c, v, above);
    }
    *measured = r->samples[(r->at + SLA_SAMPLES - 1) % SLA_SAMPLES];
    if (c->threshold != SLA_AVERAGE)
        return found >= want;
    if (looked < of)
        return false;
    *measured = sum / of;
    return beyond(c, *measured, above);
}

static void turn(struct ipsla *s, const struct sla_op *o, const struct sla_react_conf *c, struct sla_react *r,
                 uint64_t measured)
{
    struct fact_ipsla f = {.operation = c->number, .dst = o->conf->dst, .measured = (int64_t)measured};

    r->occurred = !r->occurred;
    if (c->threshold != SLA_AVERAGE)
        r->n = 0;
    f.occurred = r->occurred;
    str_copy(f.reaction, sizeof f.reaction, ipsla_element_names[c->element]);
    str_copy(f.threshold, sizeof f.threshold, ipsla_threshold_names[c->threshold]);
    if (c->element == SLA_RTT) {
        f.rising = c->upper;
        f.falling = c->lower;
    }
    f.count = c->threshold == SLA_CONSECUTIVE ? c->consecutive
              : c->threshold == SLA_AVERAGE   ? c->average
              : c->threshold == SLA_X_OF_Y    ? c->x
                                              : 1;
    f.count2 = c->threshold == SLA_X_OF_Y ? c->y : f.count;
    if (s->conf.logging && c->action == SLA_ACTION_TRAP)
        msg_post(s->env.log, &MSG_THRESHOLD, c->number, r->occurred ? "Occurred" : "Cleared", f.reaction);
    if (s->trap && c->action == SLA_ACTION_TRAP)
        s->trap(s->trap_arg, o->conf, c, r->occurred, measured);
    if (s->conf.alerts && s->env.bus)
        bus_publish(s->env.bus, FACT_IPSLA, &f, sizeof f);
}

void ipsla_react(struct ipsla *s, const struct sla_op *o)
{
    CONF_EACH(const struct sla_react_conf, c, &s->conf.reactions)
    {
        uint64_t measured;
        uint32_t v;
        if (c->number != o->conf->number || c->threshold == SLA_NEVER || !value_of(o, c->element, &v))
            continue;
        struct sla_react *r = react_of(s, c);
        r->samples[r->at] = v;
        r->at = (r->at + 1) % SLA_SAMPLES;
        r->n += r->n < SLA_SAMPLES;
        if (finds(r, c, !r->occurred, &measured))
            turn(s, o, c, r, measured);
    }
}

void ipsla_trap_watch(struct ipsla *s, ipsla_trap_fn *fn, void *arg)
{
    s->trap = fn;
    s->trap_arg = arg;
}

bool ipsla_react_next(const struct ipsla *s, size_t *cursor, struct ipsla_react_info *out)
{
    if (*cursor >= s->conf.reactions.n)
        return false;
    const struct sla_react_conf *c = s->conf.reactions.v[(*cursor)++];
    const struct sla_react *r = react_find(s, c);
    *out = (struct ipsla_react_info){.conf = c, .occurred = r && r->occurred};
    return true;
}
