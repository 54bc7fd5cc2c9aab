/* on_snmp_object.c: event snmp-object: an SNMP manager asks for an object, or sets it.
 *
 *     sync no     the run is queued; `skip yes` says that there is no such object, `skip no` lets the MIB answer beside it
 *     sync yes    the request is held until the run has ended: with $_exit_status 1 it is answered with what action
 *                 snmp-object-value said (a SET is confirmed without it), else there is no such object; after `default`
 *                 seconds (30) the MIB answers, whatever the run does
 *
 * Without istable the name must be the one configured (with a dot at its end: begin with it), with istable it may be
 * anything below it, and requests for what comes next are heard too. A SET of a value of another type than `type` is
 * left to the MIB. The first event that fits takes the request. */
#include <string.h>

#include "eem/eem_local.h"
#include "eem/objects.h"
#include "espial/mem.h"

#define DEFAULT_MS 30000

struct wanted {
    uint32_t oid[TRAP_OID_MAX];
    uint8_t len;
    bool prefix;
};

/* A request that waits for a run. */
struct held_request {
    struct held_request *next, **link;
    struct eem *eem;
    void *request;
    void (*answer)(void *request, enum object_outcome how, const struct trap_var *v);
    struct trap_var var; /* as asked */
    bool set;
    struct timer dflt;
};

static bool check(const struct event_conf *ev, char why[128])
{
    struct wanted w;
    if (object_name(ev->oid, w.oid, &w.len, &w.prefix))
        return true;
    str_copy(why, 128, "invalid object identifier");
    return false;
}

static void arm(struct watch *w)
{
    struct wanted *want = w->state = NEW(struct wanted);
    if (!object_name(w->ev->oid, want->oid, &want->len, &want->prefix))
        want->len = 0; /* matches nothing; check has accepted it */
}

static void disarm(struct watch *w)
{
    mem_free(w->state);
}

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    (void)applet_name;
    text_printf(out, "oid {%s} type {%s} sync {%s} skip {%s}", ev->oid,
                object_type_name((enum eem_object)ev->object_type), ev->sync ? "yes" : "no", ev->skip ? "yes" : "no");
    if (ev->istable)
        text_add(out, " istable {yes}");
}

bool object_wants(void *eem)
{
    return ((const struct eem *)eem)->watching[EEM_SNMP_OBJECT].head != NULL;
}

static bool concerns(const struct watch *w, const struct object_question *q)
{
    const struct wanted *want = w->state;
    bool below = want->prefix || w->ev->istable;
    if (!want->len || (q->next && !w->ev->istable) || q->var->oid_len < want->len ||
        (!below && q->var->oid_len != want->len) ||
        memcmp(want->oid, q->var->oid, want->len * sizeof want->oid[0]) != 0)
        return false;
    return !q->set || q->var->type == object_trap_type((enum eem_object)w->ev->object_type);
}

static void set_vars(struct vars *vars, const struct object_question *q)
{
    struct text t = {0};
    object_add_name(&t, q->var->oid, q->var->oid_len, '.');
    vars_set(vars, "_snmp_oid", text_str(&t));
    text_clear(&t);
    if (q->set)
        object_add_value(&t, q->var);
    vars_set(vars, "_snmp_value", text_str(&t));
    text_free(&t);
    vars_set(vars, "_snmp_request", q->set ? "set" : "get");
    vars_set(vars, "_snmp_request_type", q->next ? "next" : "exact");
}

static void request_free(struct held_request *h)
{
    timer_clear(&h->dflt);
    *h->link = h->next;
    if (h->next)
        h->next->link = h->link;
    mem_free(h);
}

static void decide(struct held_request *h, enum object_outcome how, const struct trap_var *v)
{
    void (*answer)(void *, enum object_outcome, const struct trap_var *) = h->answer;
    void *request = h->request;
    eem_run_forget(h->eem, h);
    request_free(h);
    answer(request, how, v);
}

static void waited_enough(void *arg)
{
    decide(arg, OBJECT_DEFAULT, NULL);
}

static void ended(void *arg, const struct eem_run_end *end)
{
    struct held_request *h = arg;
    struct trap_var v = end->object ? *end->object : h->var;
    if (!v.oid_len) {
        memcpy(v.oid, h->var.oid, sizeof v.oid);
        v.oid_len = h->var.oid_len;
    }
    bool answers = end->exit_status == 1 && (end->object || h->set);
    decide(h, answers ? OBJECT_ANSWER : OBJECT_NONE, &v);
}

static void hold(struct run *r, const struct watch *w, const struct object_question *q,
                 void (*answer)(void *, enum object_outcome, const struct trap_var *), void *request)
{
    struct eem *e = w->policy->eem;
    struct held_request *h = NEW(struct held_request);
    *h = (struct held_request){.eem = e, .request = request, .answer = answer, .var = *q->var, .set = q->set};
    h->link = &e->requests;
    h->next = e->requests;
    if (h->next)
        h->next->link = &h->next;
    e->requests = h;
    timer_init(&h->dflt, e->env.loop, waited_enough, h);
    timer_set(&h->dflt, (w->ev->dflt ? w->ev->dflt : DEFAULT_MS) * US_PER_MS);
    r->caller = (struct eem_caller){.done = ended, .arg = h};
}

enum gate_verdict object_ask(void *eem, const struct object_question *q,
                             void (*answer)(void *request, enum object_outcome how, const struct trap_var *v),
                             void *request)
{
    struct eem *e = eem;
    if (e->stopped)
        return GATE_GO;
    EEM_WATCHES(w, e, EEM_SNMP_OBJECT)
    {
        struct vars vars = {0};
        if (!concerns(w, q))
            continue;
        set_vars(&vars, q);
        struct run *r = eem_trigger(w, &vars);
        if (!w->ev->sync)
            return w->ev->skip ? GATE_SKIP : GATE_GO;
        if (!r)
            return GATE_GO;
        hold(r, w, q, answer, request);
        return GATE_HOLD;
    }
    return GATE_GO;
}

void object_forget(void *eem, void *request)
{
    struct eem *e = eem;
    for (struct held_request *h = e->requests, *next; h; h = next) {
        next = h->next;
        if (h->request == request) {
            eem_run_forget(e, h);
            request_free(h);
        }
    }
}

void objects_stop(struct eem *e)
{
    while (e->requests)
        decide(e->requests, OBJECT_DEFAULT, NULL);
}

static const char variables[] =
    "_snmp_oid _snmp_request _snmp_request_type _snmp_value";
const struct detector detector_snmp_object = {.type = EEM_SNMP_OBJECT,
                                              .name = "snmp-object",
                                              .check = check,
                                              .arm = arm,
                                              .disarm = disarm,
                                              .describe = describe,
                                              .variables = variables};
