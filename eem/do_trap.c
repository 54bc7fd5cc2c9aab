/* do_trap.c: the two notifications of CISCO-EMBEDDED-EVENT-MGR-MIB, published as facts; snmp decides whether and to
 * whom they go.
 *
 *     cEventMgrServerEvent  R.0.1  event types 1-4, policy path, policy name, exit status       after a run of an
 * applet with the `trap` keyword cEventMgrPolicyEvent  R.0.2  event types 1-4, policy path, policy name, intdata1,
 * intdata2, strdata      action snmp-trap
 *
 * Every object is a column of the history table, R.1.2.3.1.COLUMN.INDEX, with the history index of the event that
 * started the run, so a receiver that waits for intdata1 must name it by prefix. The index rises with every event and
 * begins again at 1. What an action did not give is noSuchInstance. Two roots R are published; the old one is the
 * default (eem_conf.mib_root). An applet has no path: an empty string. */
#include <string.h>

#include "eem/eem_local.h"

enum history_column {
    COL_EVENT_TYPE1 = 2,
    COL_EVENT_TYPE2,
    COL_EVENT_TYPE3,
    COL_EVENT_TYPE4,
    COL_POLICY_PATH,
    COL_POLICY_NAME,
    COL_EXIT_STATUS,
    COL_INT_DATA1,
    COL_INT_DATA2,
    COL_STR_DATA,
};
enum { SERVER_EVENT = 1, POLICY_EVENT = 2 };

static uint8_t set_root(const struct eem *e, uint32_t *oid)
{
    static const uint32_t experiment[] = {1, 3, 6, 1, 4, 1, 9, 10};
    memcpy(oid, experiment, sizeof experiment);
    oid[8] = e->conf.mib_root;
    return 9;
}

static struct trap_var *add(struct fact_trap *t, const struct run *r, enum history_column column, enum trap_type type)
{
    struct trap_var *v = &t->vars[t->nvars++];
    uint8_t n = set_root(r->eem, v->oid);
    static const uint32_t table[] = {1, 2, 3, 1};
    memcpy(v->oid + n, table, sizeof table);
    v->oid[n + 4] = column;
    v->oid[n + 5] = r->job;
    v->oid_len = (uint8_t)(n + 6);
    v->type = type;
    return v;
}

static void add_text(struct fact_trap *t, const struct run *r, enum history_column column, const char *s)
{
    struct trap_var *v = add(t, r, column, TRAP_STRING);
    size_t len = strlen(s);
    v->len = (uint16_t)(len < 255 ? len : 255); /* SIZE (0..255) */
    memcpy(v->data, s, v->len);
}

/* The six varbinds that both begin with. */
static void begin(struct fact_trap *t, const struct run *r, uint32_t which)
{
    str_copy(t->kind, sizeof t->kind, "event-manager");
    uint8_t n = set_root(r->eem, t->trap_oid);
    t->trap_oid[n] = 0;
    t->trap_oid[n + 1] = which;
    t->trap_oid_len = (uint8_t)(n + 2);
    for (unsigned i = 0; i < 4; i++)
        add(t, r, COL_EVENT_TYPE1 + i, TRAP_UNSIGNED)->num = i < r->ntypes ? r->types[i] : 0;
    add_text(t, r, COL_POLICY_PATH, "");
    add_text(t, r, COL_POLICY_NAME, r->applet->conf.name);
}

static void publish(const struct run *r, const struct fact_trap *t, bool policy)
{
    struct mib_event *event = history_event_of(r->eem, r->job);
    history_trap(r->eem, r->applet->conf.name, policy);
    if (event)
        event->notified = policy ? POLICY_EVENT : SERVER_EVENT;
    bus_publish(r->eem->env.bus, FACT_TRAP_WANTED, t, sizeof *t);
}

void trap_server_event(struct run *r)
{
    struct fact_trap t = {0};
    begin(&t, r, SERVER_EVENT);
    add(&t, r, COL_EXIT_STATUS, TRAP_INT)->num = run_exit_status(r);
    publish(r, &t, false);
}

/* A number as typed, or of a variable; Integer32. */
static bool integer(struct run *r, bool has, const char *in, int64_t *out)
{
    if (!has)
        return true;
    return run_number(r, in, INT32_MIN, INT32_MAX, out);
}

/* What the policy said stands in the history, too. */
static void note(const struct run *r, const struct action_conf *a, int64_t int1, int64_t int2, const char *str)
{
    struct mib_event *event = history_event_of(r->eem, r->job);
    if (!event)
        return;
    event->has_int1 = a->has_int1;
    event->has_int2 = a->has_int2;
    event->has_str = a->has_str;
    event->int1 = (int32_t)int1;
    event->int2 = (int32_t)int2;
    str_copy(event->str, sizeof event->str, str);
}

static enum step perform(struct run *r, const struct action_conf *a)
{
    struct text str = {0};
    int64_t int1 = 0, int2 = 0;
    bool ok = run_expand(r, a->text, &str) && integer(r, a->has_int1, a->int1, &int1) &&
              integer(r, a->has_int2, a->int2, &int2);
    if (ok) {
        struct fact_trap t = {0};
        begin(&t, r, POLICY_EVENT);
        add(&t, r, COL_INT_DATA1, a->has_int1 ? TRAP_INT : TRAP_NONE)->num = int1;
        add(&t, r, COL_INT_DATA2, a->has_int2 ? TRAP_INT : TRAP_NONE)->num = int2;
        if (a->has_str)
            add_text(&t, r, COL_STR_DATA, text_str(&str));
        else
            add(&t, r, COL_STR_DATA, TRAP_NONE);
        publish(r, &t, true);
        note(r, a, int1, int2, text_str(&str));
    }
    text_free(&str);
    return ok ? STEP_NEXT : STEP_FAILED;
}

const struct action_kind action_snmp_trap = {.perform = perform};
