/* held.c: requests that somebody else may answer: event snmp-object of the event manager (object_gate of espial/gate.h).
 *
 *     request -> is anybody interested? -> asked for each variable -> none holds it: agent.c goes on, with what was said
 *                                                                  -> held: a copy of the datagram waits
 *     the last answer comes -> the datagram is served again, with the answers beside it
 *
 * Only variables that the sender may see (SET: write) are asked about, of GET, GETNEXT and SET; a GETBULK is answered
 * from the MIB. A held datagram counts when it is served at last, so nothing is counted twice. Bounded: HELD_MAX
 * requests wait, of each the first HELD_VARS variables are asked about; what comes above is answered from the MIB. A SET
 * of several variables, of which some are done by others, changes those of the MIB alone, and takes back those alone. */
#include "snmp/held.h"

#include <string.h>

#include "espial/gate.h"
#include "espial/mib.h"

#define HELD_MAX  32
#define HELD_VARS 16

struct held_var {
    struct held *held;
    bool waits;
    struct outcome outcome;
};
struct held {
    struct held *next;
    struct snmp *snmp;
    struct udp_from from;
    snmp_reply_fn *reply;
    void *arg;
    unsigned nvars, waiting;
    struct held_var vars[HELD_VARS];
    size_t len;
    uint8_t data[SNMP_IN_MAX];
};

static void held_free(struct held *h)
{
    struct snmp *s = h->snmp;
    const struct object_gate *g = s->object_gate;
    for (unsigned i = 0; i < h->nvars; i++)
        if (h->vars[i].waits && g->arg)
            g->forget(g->arg, &h->vars[i]);
    struct held **at = &s->held;
    while (*at && *at != h)
        at = &(*at)->next;
    if (*at) {
        *at = h->next;
        s->nheld--;
    }
    mem_free(h);
}

void held_clear(struct snmp *s)
{
    while (s->held)
        held_free(s->held);
}

static void answered(void *request, enum object_outcome how, const struct trap_var *v)
{
    struct held_var *var = request;
    struct held *h = var->held;
    struct snmp *s = h->snmp;
    var->waits = false;
    var->outcome.how = how;
    if (how == OBJECT_ANSWER)
        var->outcome.var = *v;
    if (--h->waiting)
        return;
    s->serving = h;
    snmp_serve(s, &h->from, h->data, h->len, h->reply, h->arg);
    s->serving = NULL;
    held_free(h);
}

const struct outcome *held_outcome(const struct snmp *s, unsigned i)
{
    const struct held *h = s->serving;
    return h && i < h->nvars && h->vars[i].outcome.how != OBJECT_DEFAULT ? &h->vars[i].outcome : NULL;
}

bool held_ask(struct snmp *s, const struct request *r, held_next_fn *next)
{
    const struct object_gate *g = s->object_gate;
    bool set = r->pdu == BER_SET;
    if (s->serving || !s->arrived.data || !g || !g->arg || !g->wants(g->arg) || r->pdu == BER_GET_BULK ||
        s->nheld == HELD_MAX)
        return false;
    struct held *h = NEW(struct held);
    const struct view *view = set ? r->grant.write : r->grant.read;
    h->snmp = s;
    for (struct rd list = r->list; list.left && h->nvars < HELD_VARS;) {
        struct held_var *var = &h->vars[h->nvars++];
        struct trap_var v = {0};
        var->held = h;
        if (!next(&list, set, &v) || !view_includes(view, v.oid, v.oid_len))
            continue;
        struct object_question q = {.var = &v, .set = set, .next = r->pdu == BER_GET_NEXT};
        enum gate_verdict verdict = g->ask(g->arg, &q, answered, var);
        var->waits = verdict == GATE_HOLD;
        h->waiting += var->waits;
        var->outcome.how = verdict == GATE_SKIP ? OBJECT_NONE : OBJECT_DEFAULT;
    }
    s->serving = h; /* what was said at once counts in this turn */
    if (!h->waiting)
        return false;
    s->serving = NULL;
    h->from = *s->arrived.from;
    h->reply = s->arrived.reply;
    h->arg = s->arrived.arg;
    h->len = s->arrived.len;
    memcpy(h->data, s->arrived.data, h->len);
    h->next = s->held;
    s->held = h;
    s->nheld++;
    s->arrived.kept = true;
    return true;
}

void held_served(struct snmp *s)
{
    struct held *h = s->serving;
    bool was_held = false;
    for (struct held *i = s->held; i; i = i->next)
        was_held |= i == h;
    if (h && !was_held) {
        s->serving = NULL;
        held_free(h);
    }
}
