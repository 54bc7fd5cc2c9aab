/* do_snmp.c: action info type snmp, and snmp-object-value.
 *
 *     oid O get-type {exact|next}     $_info_snmp_oid and $_info_snmp_value: of that object, or of the first behind it
 *     oid O set-type T V              write it; the same variables
 *     getid                           the six objects of the system group: $_info_snmp_sysname_oid and _value ...
 *     var N oid O T V                 keep a varbind under a name; the same name again adds one
 *     trap trap-oid O trap-var N      a notification with the varbinds of that name, to the hosts of snmp-server
 *     inform trap-oid O trap-var N community C ipaddr A       the same, to the hosts of that address alone
 *     snmp-object-value T V [next-oid O]      what an event snmp-object answers with when this run has ended
 *
 * Objects are those of the router itself (mib.h), asked directly: no community is looked at. A name is dotted numbers, or
 * begins with an object's name ("sysName.0"). With `ipaddr` of another agent that one is asked, in version 2c under the
 * community given (manager.h), and the run waits: three seconds for each of four tries. What is not there, or nobody
 * answers, fails with FH_ENOSNMPDATA; why an agent could not be asked is said. The generic and specific numbers and the enterprise of `trap` are
 * those of version 1; what a host of version 1 gets follows from the trap's OID (RFC 3584), whatever is given here. */
#include <string.h>
#include <strings.h>

#include "eem/eem_local.h"
#include "eem/objects.h"
#include "espial/ip.h"
#include "espial/manager.h"
#include "espial/mem.h"
#include "espial/mib.h"

MSG(NO_AGENT, "HA_EM", 3, "FMPD_SNMP", 0, "fh_snmp: Cannot ask the agent at %s: %s");

enum { RETRIES = 3, TIMEOUT_S = 3 };
enum { SYSTEM_GROUP = 6 }; /* objects of getid */
static const char *const system_names[] = {"sysdescr_",   "sysobjectid_", "sysuptime_",
                                           "syscontact_", "sysname_",     "syslocation_"};

static enum step failed(struct run *r, const char *error)
{
    r->error = error;
    return STEP_FAILED;
}

/* "ifDescr.3": its row's name, and what is behind it. */
static bool name_by_row(const struct mib *mib, const char *s, struct trap_var *v)
{
    size_t n = strcspn(s, "."), cursor = 0;
    const struct mib_row *row;
    while (mib && (row = mib_each(mib, &cursor))) {
        if (strlen(row->name) != n || strncasecmp(row->name, s, n))
            continue;
        char *full = mem_printf("%s%s", row->oid, s + n);
        bool prefix, ok = object_name(full, v->oid, &v->oid_len, &prefix) && !prefix;
        mem_free(full);
        return ok;
    }
    return false;
}

/* The object an operand names. */
static bool take_name(struct run *r, const char *in, struct trap_var *v)
{
    bool prefix;
    char *s = run_value(r, in);
    if (!s)
        return false;
    bool ok = (object_name(s, v->oid, &v->oid_len, &prefix) && !prefix) || name_by_row(r->eem->env.mib, s, v);
    mem_free(s);
    if (!ok)
        r->error = "FH_ESTATVALUE";
    return ok;
}

static bool take_value(struct run *r, enum eem_object type, const char *in, struct trap_var *v)
{
    char *s = run_value(r, in);
    if (!s)
        return false;
    bool ok = object_value(type, s, v);
    mem_free(s);
    if (!ok)
        r->error = "FH_EBADFMT";
    return ok;
}

/* Whose objects? *addr 0: this router's own. */
static bool take_agent(struct run *r, const struct action_conf *a, uint32_t *addr)
{
    const struct eem_env *env = &r->eem->env;
    char *s = run_value(r, a->x);
    if (!s)
        return false;
    bool ok = !s[0] || ip4_parse(s, addr);
    if (!ok) {
        msg_post(env->log, &NO_AGENT, s, "no IP address");
        r->error = "FH_ENOSNMPDATA";
    }
    mem_free(s);
    if (ok && (*addr >> 24 == 127 || (env->own_addr && env->own_addr(env->arg, *addr))))
        *addr = 0;
    return ok;
}

static bool publish(struct run *r, const char *name, const char *suffix, const char *value)
{
    char *var = mem_printf("_info_snmp_%s%s", name, suffix);
    bool ok = run_set(r, var, value);
    mem_free(var);
    return ok;
}

/* $_info_snmp_NAMEoid and $_info_snmp_NAMEvalue */
static bool set_both(struct run *r, const char *name, const struct trap_var *v)
{
    struct text t = {0};
    object_add_name(&t, v->oid, v->oid_len, '.');
    bool ok = publish(r, name, "oid", text_str(&t));
    text_clear(&t);
    object_add_value(&t, v);
    ok = ok && publish(r, name, "value", text_str(&t));
    text_free(&t);
    return ok;
}

/* ---- other agents */

struct asking { /* what the pending action waits for */
    struct run *run;
    struct agent_ask *ask;
    bool getid;
};

static void stop_asking(struct run *r)
{
    struct asking *p = r->pending;
    struct manager *m = r->eem->env.manager;
    m->forget(m->arg, p->ask);
    mem_free(p);
    r->pending = NULL;
    r->pending_stop = NULL;
}

static bool take_answer(struct run *r, const struct agent_answer *a, bool getid)
{
    size_t wanted = getid ? SYSTEM_GROUP : 1;
    bool ok = a->answered && !a->status && a->nvalues == wanted;
    for (size_t i = 0; ok && i < wanted; i++) {
        const struct trap_var *v = &a->values[i].var;
        ok = v->type != TRAP_NONE && set_both(r, getid ? system_names[i] : "", v);
    }
    if (!ok && !r->error)
        r->error = "FH_ENOSNMPDATA";
    return ok;
}

static void answered(void *arg, const struct agent_answer *a)
{
    struct asking *p = arg;
    struct run *r = p->run;
    bool ok = take_answer(r, a, p->getid);
    r->pending = NULL;
    r->pending_stop = NULL;
    mem_free(p);
    run_resume(r, ok);
}

static enum step ask(struct run *r, const struct action_conf *a, enum agent_op op, uint32_t addr,
                     const struct trap_var *vars, size_t n)
{
    static const char *const refusals[] = {[AGENT_BUSY] = "too many requests are under way",
                                           [AGENT_NO_USER] = "no such user",
                                           [AGENT_NO_WAY] = "no route",
                                           [AGENT_TOO_BIG] = "the request is too big"};
    struct manager *m = r->eem->env.manager;
    char name[IP4_STRLEN], *community = run_value(r, a->more);
    struct agent_question q = {.op = op,
                               .version = 2,
                               .who = community,
                               .addr = addr,
                               .retries = RETRIES,
                               .timeout_s = TIMEOUT_S,
                               .vars = vars,
                               .nvars = n};
    enum agent_refusal why = AGENT_NO_WAY;
    if (!community)
        return STEP_FAILED;
    struct asking *p = NEW(struct asking);
    *p = (struct asking){.run = r, .getid = op == AGENT_GET && n == SYSTEM_GROUP};
    p->ask = m && m->arg ? m->ask(m->arg, &q, answered, p, &why) : NULL;
    mem_free(community);
    if (!p->ask) {
        mem_free(p);
        msg_post(r->eem->env.log, &NO_AGENT, ip4_format(addr, name), refusals[why]);
        return failed(r, "FH_ENOSNMPDATA");
    }
    r->state = RUN_OTHER;
    r->pending = p;
    r->pending_stop = stop_asking;
    return STEP_PENDING;
}

/* ---- objects */

static enum step get(struct run *r, const struct action_conf *a)
{
    struct mib *mib = r->eem->env.mib;
    struct trap_var v = {0};
    uint32_t agent = 0;
    if (!take_name(r, a->text, &v) || !take_agent(r, a, &agent))
        return STEP_FAILED;
    if (agent)
        return ask(r, a, a->op ? AGENT_GET_NEXT : AGENT_GET, agent, &v, 1);
    if (!mib || !(a->op ? mib_next(mib, &v) : mib_get(mib, &v) == MIB_FOUND) || v.type == TRAP_NONE)
        return failed(r, "FH_ENOSNMPDATA");
    return set_both(r, "", &v) ? STEP_NEXT : STEP_FAILED;
}

static enum step put(struct run *r, const struct action_conf *a)
{
    static const enum eem_object types[] = {OBJECT_COUNTER, OBJECT_GAUGE,  OBJECT_INT, OBJECT_IPV4,
                                            OBJECT_OCTET,   OBJECT_STRING, OBJECT_UINT};
    struct mib *mib = r->eem->env.mib;
    struct trap_var v = {0};
    uint32_t agent = 0;
    bool writable;
    if (!take_name(r, a->text, &v) || !take_value(r, types[a->op % 7], a->pattern, &v) || !take_agent(r, a, &agent))
        return STEP_FAILED;
    if (agent)
        return ask(r, a, AGENT_SET, agent, &v, 1);
    if (!mib || mib_set(mib, &v, false, &writable) != MIB_SET_OK || mib_set(mib, &v, true, &writable) != MIB_SET_OK)
        return failed(r, "FH_ENOSNMPDATA");
    return set_both(r, "", &v) ? STEP_NEXT : STEP_FAILED;
}

/* RFC 3418: system.1 to system.6. */
static enum step get_id(struct run *r, const struct action_conf *a)
{
    struct mib *mib = r->eem->env.mib;
    struct trap_var v[SYSTEM_GROUP] = {{.oid_len = 0}};
    uint32_t agent = 0;
    if (!take_agent(r, a, &agent))
        return STEP_FAILED;
    for (uint32_t i = 0; i < SYSTEM_GROUP; i++) {
        static const uint32_t system[] = {1, 3, 6, 1, 2, 1, 1};
        memcpy(v[i].oid, system, sizeof system);
        v[i].oid[7] = i + 1;
        v[i].oid_len = 9;
    }
    if (agent)
        return ask(r, a, AGENT_GET, agent, v, SYSTEM_GROUP);
    for (uint32_t i = 0; i < SYSTEM_GROUP; i++) {
        if (!mib || mib_get(mib, &v[i]) != MIB_FOUND)
            return failed(r, "FH_ENOSNMPDATA");
        if (!set_both(r, system_names[i], &v[i]))
            return STEP_FAILED;
    }
    return STEP_NEXT;
}

/* ---- notifications */

static enum step keep(struct run *r, const struct action_conf *a)
{
    static const enum eem_object types[] = {OBJECT_COUNTER, OBJECT_GAUGE,  OBJECT_INT, OBJECT_IPV4,
                                            OBJECT_OCTET,   OBJECT_STRING, OBJECT_UINT};
    struct trap_var v = {0};
    if (!take_name(r, a->text, &v) || !take_value(r, types[a->op % 7], a->pattern, &v))
        return STEP_FAILED;
    if (r->nvarbinds == TRAP_VARBINDS_MAX)
        return failed(r, "FH_EMEMORY");
    if (!r->varbinds)
        r->varbinds = mem_array(TRAP_VARBINDS_MAX, sizeof *r->varbinds);
    struct run_varbind *k = &r->varbinds[r->nvarbinds++];
    str_copy(k->name, sizeof k->name, a->var);
    k->var = v;
    return STEP_NEXT;
}

static enum step notify(struct run *r, const struct action_conf *a)
{
    struct fact_trap t = {.kind = "event-manager"};
    struct trap_var name = {0};
    char *to = run_value(r, a->x);
    bool ok = to && take_name(r, a->text, &name);
    if (ok && to[0] && !ip4_parse(to, &t.dst)) {
        r->error = "FH_EBADFMT";
        ok = false;
    }
    mem_free(to);
    if (!ok)
        return STEP_FAILED;
    memcpy(t.trap_oid, name.oid, sizeof t.trap_oid);
    t.trap_oid_len = name.oid_len;
    for (size_t i = 0; i < r->nvarbinds; i++)
        if (!strcmp(r->varbinds[i].name, a->var))
            t.vars[t.nvars++] = r->varbinds[i].var;
    if (!t.nvars)
        return failed(r, "FH_EMEMORY"); /* nothing was kept under that name */
    history_trap(r->eem, r->applet->conf.name, true);
    bus_publish(r->eem->env.bus, FACT_TRAP_WANTED, &t, sizeof t);
    return STEP_NEXT;
}

enum step info_snmp(struct run *r, const struct action_conf *a)
{
    switch (a->kind) {
    case EEM_INFO_SNMP_GET: return get(r, a);
    case EEM_INFO_SNMP_SET: return put(r, a);
    case EEM_INFO_SNMP_GETID: return get_id(r, a);
    case EEM_INFO_SNMP_VAR: return keep(r, a);
    default: return notify(r, a);
    }
}

static enum step object_value_perform(struct run *r, const struct action_conf *a)
{
    struct trap_var v = {0};
    if (a->pattern[0] && !take_name(r, a->pattern, &v))
        return STEP_FAILED;
    if (!take_value(r, (enum eem_object)(a->op % (OBJECT_UINT + 1)), a->text, &v))
        return STEP_FAILED;
    if (!r->object)
        r->object = NEW(struct trap_var);
    *r->object = v;
    return STEP_NEXT;
}

const struct action_kind action_snmp_object_value = {object_value_perform};
