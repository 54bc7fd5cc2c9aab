/* on_snmp_notification.c: event snmp-notification: a trap or inform that the router received (snmp-server manager), or
 * with `direction outgoing` one that it is about to send to a host: `msg-op drop` then keeps it from being sent there.
 *
 * The configured OID is compared with the name of every varbind, in versions 2c and 3 also with that of snmpTrapOID.0, whose
 * value is the notification's type; otherwise the type is not looked at.
 * With a trailing dot it is a prefix, without it the whole name. The values are compared as numbers when both are
 * integers, else as text. Addresses are those of the packet; none asked for is any. The event manager's own MIB has
 * been published under two roots, 1.3.6.1.4.1.9.10.91 and .134 with the same tree below: they are taken for the same
 * objects, so a hub of one age and a spoke of another understand each other. One notification triggers a policy at most
 * once, by its first varbind that fits, however many hosts it goes to.
 *
 * $_snmp_notif_oid and _oid_val hold the pair received; every varbind is also there under its own name, dots replaced
 * by '_'. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "eem/eem_local.h"
#include "eem/objects.h"
#include "espial/ip.h"
#include "espial/mem.h"

static bool check(const struct event_conf *ev, char why[128])
{
    uint32_t oid[TRAP_OID_MAX];
    uint8_t len;
    bool prefix;
    if (!object_name(ev->oid, oid, &len, &prefix))
        str_copy(why, 128, "invalid object identifier");
    else if (ev->msg_op && !ev->direction)
        str_copy(why, 128, "only outgoing notifications can be dropped");
    else
        return true;
    return false;
}

struct wanted {
    uint32_t oid[TRAP_OID_MAX];
    uint8_t len;
    bool prefix;
    uint64_t serial; /* of the last outgoing one that it was triggered by */
};

static void arm(struct watch *w)
{
    struct wanted *want = w->state = NEW(struct wanted);
    if (!object_name(w->ev->oid, want->oid, &want->len, &want->prefix))
        want->len = 0; /* matches nothing; eem_register has checked it */
}

static void disarm(struct watch *w)
{
    mem_free(w->state);
}

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    char addr[IP4_STRLEN];
    (void)applet_name;
    text_printf(out, "oid {%s} oid-val {%s} op {%s}", ev->oid, ev->oid_val, eem_op_names[ev->op % EEM_OPS]);
    if (ev->src_ip)
        text_printf(out, " src-ip-address {%s}", ip4_format(ev->src_ip, addr));
    if (ev->dst_ip)
        text_printf(out, " dest-ip-address {%s}", ip4_format(ev->dst_ip, addr));
    if (ev->direction)
        text_printf(out, " direction {outgoing} msg-op {%s}", ev->msg_op ? "drop" : "send");
}

/* Sub-identifier i, with the current root of the event manager's MIB read as the classic one. */
static uint32_t sub_id(const uint32_t *oid, uint8_t len, size_t i)
{
    static const uint32_t experiment[] = {1, 3, 6, 1, 4, 1, 9, 10};
    if (i == 8 && len > 8 && oid[8] == EEM_MIB_CURRENT && !memcmp(oid, experiment, sizeof experiment))
        return EEM_MIB_CLASSIC;
    return oid[i];
}

static bool oid_fits(const struct wanted *want, const struct trap_var *v)
{
    if (!want->len || v->oid_len > TRAP_OID_MAX || v->oid_len < want->len || (!want->prefix && v->oid_len != want->len))
        return false;
    for (size_t i = 0; i < want->len; i++)
        if (sub_id(want->oid, want->len, i) != sub_id(v->oid, v->oid_len, i))
            return false;
    return true;
}

/* RFC 3584 section 3.2, the v1 form of a v2 trap's name: generic traps are snmpTraps.1-6, all others
 * enterprise.[0.]specific. */
static void trap_names(struct vars *vars, const struct fact_trap *f)
{
    static const uint32_t snmp_traps[] = {1, 3, 6, 1, 6, 3, 1, 1, 5};
    struct text t = {0};
    size_t n = f->trap_oid_len <= TRAP_OID_MAX ? f->trap_oid_len : 0;
    object_add_name(&t, f->trap_oid, n, '.');
    vars_set(vars, "_snmp_notif_trap_oid", text_str(&t));
    uint32_t generic = 6, specific = n ? f->trap_oid[n - 1] : 0;
    size_t enterprise = n ? n - 1 : 0;
    if (n == 10 && !memcmp(f->trap_oid, snmp_traps, sizeof snmp_traps) && specific >= 1 && specific <= 6) {
        generic = specific - 1;
        specific = 0;
    } else if (enterprise && f->trap_oid[enterprise - 1] == 0) {
        enterprise--;
    }
    text_clear(&t);
    object_add_name(&t, f->trap_oid, enterprise, '.');
    vars_set(vars, "_snmp_notif_ent_oid", text_str(&t));
    vars_setf(vars, "_snmp_notif_gen_trap", "%" PRIu32, generic);
    vars_setf(vars, "_snmp_notif_spec_trap", "%" PRIu32, specific);
    text_free(&t);
}

static void trigger(struct watch *w, const struct fact_trap *f, const struct trap_var *by)
{
    struct vars vars = {0};
    struct text name = {0}, value = {0};
    char addr[IP4_STRLEN];
    object_add_name(&name, by->oid, by->oid_len, '.');
    object_add_value(&value, by);
    vars_set(&vars, "_snmp_notif_oid", text_str(&name));
    vars_set(&vars, "_snmp_notif_oid_val", text_str(&value));
    vars_set(&vars, "_snmp_notif_src_ip_addr", ip4_format(f->src, addr));
    vars_set(&vars, "_snmp_notif_dest_ip_addr", ip4_format(f->dst, addr));
    trap_names(&vars, f);
    for (size_t i = 0; i < f->nvars && i < TRAP_VARBINDS_MAX; i++) {
        text_clear(&name);
        text_clear(&value);
        text_add(&name, "_");
        object_add_name(&name, f->vars[i].oid, f->vars[i].oid_len, '_');
        object_add_value(&value, &f->vars[i]);
        vars_set(&vars, text_str(&name), text_str(&value));
    }
    text_free(&name);
    text_free(&value);
    eem_trigger(w, &vars);
}

static bool concerns(const struct watch *w, const struct fact_trap *f, const struct trap_var *v)
{
    if (v->type == TRAP_NONE || !oid_fits(w->state, v))
        return false;
    if ((w->ev->src_ip && w->ev->src_ip != f->src) || (w->ev->dst_ip && w->ev->dst_ip != f->dst))
        return false;
    struct text value = {0};
    object_add_value(&value, v);
    bool fits = eem_compare(w->ev->op, text_str(&value), w->ev->oid_val);
    text_free(&value);
    return fits;
}

/* snmpTrapOID.0, which fact_trap holds apart. */
static void trap_type_var(const struct fact_trap *f, struct trap_var *v)
{
    static const uint32_t name[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};
    *v = (struct trap_var){.type = f->version == 1 ? TRAP_NONE : TRAP_OID, .oid_len = sizeof name / sizeof name[0]};
    memcpy(v->oid, name, sizeof name);
    v->len = f->trap_oid_len <= TRAP_OID_MAX ? f->trap_oid_len : 0;
    memcpy(v->oid_val, f->trap_oid, v->len * sizeof f->trap_oid[0]);
}

/* type: trap_type_var's */
static const struct trap_var *first_fit(const struct watch *w, const struct fact_trap *f, const struct trap_var *type,
                                        bool outgoing)
{
    if ((w->ev->direction != 0) != outgoing)
        return NULL;
    if (concerns(w, f, type))
        return type;
    for (size_t v = 0; v < f->nvars && v < TRAP_VARBINDS_MAX; v++)
        if (concerns(w, f, &f->vars[v]))
            return &f->vars[v];
    return NULL;
}

void on_trap_fact(void *eem, const void *fact)
{
    const struct eem *e = eem;
    struct trap_var type;
    trap_type_var(fact, &type);
    EEM_WATCHES(w, e, EEM_SNMP_NOTIFICATION)
    {
        const struct trap_var *v = first_fit(w, fact, &type, false);
        if (v)
            trigger(w, fact, v);
    }
}

bool trap_wants(void *eem)
{
    const struct eem *e = eem;
    EEM_WATCHES(w, e, EEM_SNMP_NOTIFICATION)
    if (w->ev->direction)
        return true;
    return false;
}

bool trap_pass(void *eem, const struct fact_trap *t, uint64_t serial)
{
    const struct eem *e = eem;
    bool pass = true;
    struct trap_var type;
    trap_type_var(t, &type);
    EEM_WATCHES(w, e, EEM_SNMP_NOTIFICATION)
    {
        const struct trap_var *v = first_fit(w, t, &type, true);
        struct wanted *want = w->state;
        if (!v)
            continue;
        pass &= !w->ev->msg_op;
        if (want->serial != serial)
            trigger(w, t, v);
        want->serial = serial;
    }
    return pass;
}

static const char variables[] =
    "_snmp_notif_oid _snmp_notif_oid_val _snmp_notif_src_ip_addr _snmp_notif_dest_ip_addr "
    "_x_x_x_x_x_x _snmp_notif_trap_oid _snmp_notif_ent_oid _snmp_notif_gen_trap "
    "_snmp_notif_spec_trap";
const struct detector detector_snmp_notification = {.type = EEM_SNMP_NOTIFICATION,
                                                    .name = "snmp-notification",
                                                    .check = check,
                                                    .arm = arm,
                                                    .disarm = disarm,
                                                    .describe = describe, .variables = variables};
