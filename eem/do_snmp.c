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
 * begins with an object's name ("sysName.0"). With `ipaddr` of another agent nobody is asked: the action fails, and says
 * so. What is not there fails with FH_ENOSNMPDATA. The generic and specific numbers and the enterprise of `trap` are
 * those of version 1; what a host of version 1 gets follows from the trap's OID (RFC 3584), whatever is given here. */
#include <string.h>
#include <strings.h>

#include "eem/eem_local.h"
#include "eem/objects.h"
#include "espial/ip.h"
#include "espial/mem.h"
#include "espial/mib.h"

MSG(NO_AGENT, "HA_EM", 3, "FMPD_SNMP", 0,
    "fh_snmp: Cannot ask the agent at %s: only this router's own objects can be read");

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

/* Is it this router that is asked? */
static bool own(struct run *r, const struct action_conf *a)
{
    const struct eem_env *env = &r->eem->env;
    uint32_t addr;
    char *s = run_value(r, a->x);
    if (!s)
        return false;
    bool ok = !s[0] || (ip4_parse(s, &addr) && (addr >> 24 == 127 || (env->own_addr && env->own_addr(env->arg, addr))));
    if (!ok) {
        msg_post(env->log, &NO_AGENT, s);
        r->error = "FH_ENOSNMPDATA";
    }
    mem_free(s);
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

static enum step get(struct run *r, const struct action_conf *a)
{
    struct mib *mib = r->eem->env.mib;
    struct trap_var v = {0};
    if (!take_name(r, a->text, &v) || !own(r, a))
        return STEP_FAILED;
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
    bool writable;
    if (!take_name(r, a->text, &v) || !take_value(r, types[a->op % 7], a->pattern, &v) || !own(r, a))
        return STEP_FAILED;
    if (!mib || mib_set(mib, &v, false, &writable) != MIB_SET_OK || mib_set(mib, &v, true, &writable) != MIB_SET_OK)
        return failed(r, "FH_ENOSNMPDATA");
    return set_both(r, "", &v) ? STEP_NEXT : STEP_FAILED;
}

/* RFC 3418: system.1 to system.6. */
static enum step get_id(struct run *r, const struct action_conf *a)
{
    static const char *const names[] = {"sysdescr_",   "sysobjectid_", "sysuptime_",
                                        "syscontact_", "sysname_",     "syslocation_"};
    struct mib *mib = r->eem->env.mib;
    if (!own(r, a))
        return STEP_FAILED;
    for (uint32_t i = 0; i < 6; i++) {
        struct trap_var v = {.oid = {1, 3, 6, 1, 2, 1, 1, i + 1, 0}, .oid_len = 9};
        if (!mib || mib_get(mib, &v) != MIB_FOUND)
            return failed(r, "FH_ENOSNMPDATA");
        if (!set_both(r, names[i], &v))
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
