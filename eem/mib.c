/* mib.c: CISCO-EMBEDDED-EVENT-MGR-MIB: which events there are, the last ones that triggered a policy, the policies in force.
 *
 * The MIB exists under two roots, of ciscoExperiment: 91 (of 2003; what IOS sends from) and 134 (of 2006). Both are served,
 * with the same entries; only the newer one has columns for the fifth to eighth event of a policy. `event manager mib-root`
 * chooses the one of notifications (do_trap.c).
 *
 *   ceemEventMapTable           an entry for each detector, by the number that $_event_type has
 *   ceemHistoryEventTable       the last `history size events` events that had a run queued, by job (history.c). What a policy
 *                               did not say has no instance; the exit status has one when the run has ended, the kind of
 *                               notification when one was sent
 *   ceemRegisteredPolicyTable   the policies, numbered as they are registered; a new version of one is a new registration.
 *                               One is enabled(1) as soon as it is registered: there is no other way to disable it. Applets
 *                               are all of the user
 *
 * A set of ceemHistoryMaxEventEntries is the line `event manager history size events`. */
#include "espial/mib.h"

#include "eem/eem_local.h"

/* ---- what can be waited for ---- */

static const char *about(uint8_t type)
{
    switch (type) {
    case EEM_APPLICATION: return "An event that a policy has published";
    case EEM_WATCHDOG: return "A timer that begins again each time it expires";
    case EEM_COUNTDOWN: return "A timer that expires once";
    case EEM_ABSOLUTE: return "A time of day";
    case EEM_CRON: return "A time of a cron entry";
    case EEM_COUNTER: return "A named counter that crosses a threshold";
    case EEM_SYSLOG: return "A message of the log";
    case EEM_SNMP: return "A managed object that crosses a threshold";
    case EEM_INTERFACE: return "A counter of an interface that crosses a threshold";
    case EEM_IOSWD: return "The system monitor";
    case EEM_RF: return "The redundancy facility";
    case EEM_GOLD: return "Online diagnostics";
    case EEM_CLI: return "A command that is typed";
    case EEM_NONE: return "A policy that is run by hand";
    case EEM_OIR: return "Online insertion and removal";
    case EEM_CONFIG: return "A change of the configuration";
    case EEM_ENV: return "The environment of the chassis";
    case EEM_RESOURCE: return "A resource threshold policy";
    case EEM_TRACK: return "A tracked object that changes its state";
    case EEM_RPC: return "A remote procedure call";
    case EEM_SNMP_NOTIFICATION: return "A notification that is received or sent";
    case EEM_IPSLA: return "A reaction of an IP SLA";
    case EEM_ROUTING: return "A change of a route";
    case EEM_NF: return "A flow monitor";
    case EEM_SNMP_OBJECT: return "A request for a managed object";
    case EEM_IDENTITY: return "An identity event";
    case EEM_ND: return "Neighbor discovery";
    case EEM_MAT: return "The MAC address table";
    default: return "";
    }
}

static bool type_behind(void *self, struct mib_index *at)
{
    uint32_t from;
    (void)self;
    if (!mib_behind(at, &from))
        return false;
    for (; from < EEM_UNSET; from++) {
        if (detector_of((uint8_t)from)) {
            mib_index1(at, from);
            return true;
        }
    }
    return false;
}
static const struct mib_table types = {.next = type_behind};

enum { TYPE_NAME, TYPE_ABOUT };

static bool get_type(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    uint8_t type = (uint8_t)at->v[0];
    (void)self;
    mib_text(out, row->which == TYPE_NAME ? detector_of(type)->name : about(type));
    return true;
}

/* ---- what happened ---- */

enum {
    MOST,
    LAST,
    EVENT_TYPE,
    PATH = EVENT_TYPE + EEM_OPERANDS_MAX,
    NAME,
    EXIT_STATUS,
    INT1,
    INT2,
    STR,
    NOTIFIED,
    STATUS,
    OWNER,
    NOTIFIES,
    REGISTERED,
    ENABLED,
    RAN,
    RUNS
};

static bool get_whole(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct eem *e = self;
    (void)at;
    out->num = row->which == MOST ? e->conf.history_events : e->last_job;
    return row->which == MOST || out->num; /* the last entry is one of 1 and more: before the first there is none */
}

static enum mib_set set_most(void *self, const struct mib_row *row, const struct mib_index *at,
                             const struct trap_var *value, bool commit)
{
    struct eem *e = self;
    (void)row, (void)at;
    if (value->num < 0 || value->num > EEM_HISTORY_MAX)
        return MIB_SET_WRONG_VALUE;
    if (!commit)
        return MIB_SET_OK;
    e->conf.history_events = (uint32_t)value->num;
    eem_conf_changed(e);
    return MIB_SET_OK;
}

static bool event_behind(void *self, struct mib_index *at)
{
    uint32_t from;
    const struct mib_event *event = mib_behind(at, &from) ? history_event_from(self, from) : NULL;
    if (event)
        mib_index1(at, event->job);
    return event != NULL;
}
static const struct mib_table events = {.next = event_behind};

static bool get_event(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct mib_event *event = history_event_of(self, at->v[0]);
    if (!event)
        return false;
    switch (row->which) {
    case PATH: return true; /* an applet has none */
    case NAME: mib_text(out, event->applet); return true;
    case EXIT_STATUS: out->num = event->exit_status; return event->ended;
    case INT1: out->num = event->int1; return event->has_int1;
    case INT2: out->num = event->int2; return event->has_int2;
    case STR: mib_text(out, event->str); return event->has_str;
    case NOTIFIED: out->num = event->notified; return event->notified != 0;
    default:
        out->num = row->which - EVENT_TYPE < event->ntypes ? event->types[row->which - EVENT_TYPE] : 0;
        return true;
    }
}

/* ---- policies in force ---- */

static bool policy_behind(void *self, struct mib_index *at)
{
    struct eem *e = self;
    uint32_t from, number;
    if (!mib_behind(at, &from) || !order_from(&e->registrations, from, &number))
        return false;
    mib_index1(at, number);
    return true;
}
static const struct mib_table policies = {.next = policy_behind};

static bool date(const struct eem *e, int64_t wall, struct trap_var *out)
{
    uint8_t octets[CLOCK_DATE];
    clock_date(e->env.clock, wall, octets);
    mib_octets(out, octets, sizeof octets);
    return true;
}

static bool get_policy(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct eem *e = self;
    uint32_t number;
    const struct policy *p = order_from(&e->registrations, at->v[0], &number);
    if (!p || number != at->v[0])
        return false;
    const struct applet *a = p->applet;
    switch (row->which) {
    case NAME: mib_text(out, a->conf.name); return true;
    case STATUS: out->num = 1; return true;
    case OWNER: out->num = 1; return true;
    case NOTIFIES: out->num = a->conf.trap ? 1 : 2; return true;
    case REGISTERED:
    case ENABLED: return date(e, p->registered_wall, out);
    case RAN: return a->ran_wall && date(e, a->ran_wall, out);
    case RUNS: out->num = (uint32_t)a->runs; return true;
    default:
        out->num = row->which - EVENT_TYPE < p->nwatches ? p->watches[row->which - EVENT_TYPE].ev->type : 0;
        return true;
    }
}

#define ROOT(n, tail)             "1.3.6.1.4.1.9.10." #n ".1." tail
#define TYPE(r, nm, n, w)                                                                                              \
    {                                                                                                                  \
        .name = nm, .oid = ROOT(r, "1.1.1." #n), .type = TRAP_STRING, .table = &types, .get = get_type, .which = w     \
    }
#define EVENT(r, nm, n, t, w)                                                                                          \
    {                                                                                                                  \
        .name = nm, .oid = ROOT(r, "2.3.1." #n), .type = t, .table = &events, .get = get_event, .which = w             \
    }
#define POLICY(r, nm, n, t, w)                                                                                         \
    {                                                                                                                  \
        .name = nm, .oid = ROOT(r, "3.1.1." #n), .type = t, .table = &policies, .get = get_policy, .which = w          \
    }
#define BOTH(r)                                                                                                        \
    TYPE(r, "ceemEventName", 2, TYPE_NAME), TYPE(r, "ceemEventDescrText", 3, TYPE_ABOUT),                              \
        {.name = "ceemHistoryMaxEventEntries",                                                                         \
         .oid = ROOT(r, "2.1"),                                                                                        \
         .type = TRAP_INT,                                                                                             \
         .get = get_whole,                                                                                             \
         .set = set_most,                                                                                              \
         .which = MOST},                                                                                               \
        {.name = "ceemHistoryLastEventEntry",                                                                          \
         .oid = ROOT(r, "2.2"),                                                                                        \
         .type = TRAP_UNSIGNED,                                                                                        \
         .get = get_whole,                                                                                             \
         .which = LAST},                                                                                               \
        EVENT(r, "ceemHistoryEventType1", 2, TRAP_UNSIGNED, EVENT_TYPE),                                               \
        EVENT(r, "ceemHistoryEventType2", 3, TRAP_UNSIGNED, EVENT_TYPE + 1),                                           \
        EVENT(r, "ceemHistoryEventType3", 4, TRAP_UNSIGNED, EVENT_TYPE + 2),                                           \
        EVENT(r, "ceemHistoryEventType4", 5, TRAP_UNSIGNED, EVENT_TYPE + 3),                                           \
        EVENT(r, "ceemHistoryPolicyPath", 6, TRAP_STRING, PATH),                                                       \
        EVENT(r, "ceemHistoryPolicyName", 7, TRAP_STRING, NAME),                                                       \
        EVENT(r, "ceemHistoryPolicyExitStatus", 8, TRAP_INT, EXIT_STATUS),                                             \
        EVENT(r, "ceemHistoryPolicyIntData1", 9, TRAP_INT, INT1),                                                      \
        EVENT(r, "ceemHistoryPolicyIntData2", 10, TRAP_INT, INT2),                                                     \
        EVENT(r, "ceemHistoryPolicyStrData", 11, TRAP_STRING, STR),                                                    \
        EVENT(r, "ceemHistoryNotifyType", 12, TRAP_INT, NOTIFIED),                                                     \
        POLICY(r, "ceemRegisteredPolicyName", 2, TRAP_STRING, NAME),                                                   \
        POLICY(r, "ceemRegisteredPolicyEventType1", 3, TRAP_UNSIGNED, EVENT_TYPE),                                     \
        POLICY(r, "ceemRegisteredPolicyEventType2", 4, TRAP_UNSIGNED, EVENT_TYPE + 1),                                 \
        POLICY(r, "ceemRegisteredPolicyEventType3", 5, TRAP_UNSIGNED, EVENT_TYPE + 2),                                 \
        POLICY(r, "ceemRegisteredPolicyEventType4", 6, TRAP_UNSIGNED, EVENT_TYPE + 3),                                 \
        POLICY(r, "ceemRegisteredPolicyStatus", 7, TRAP_INT, STATUS),                                                  \
        POLICY(r, "ceemRegisteredPolicyType", 8, TRAP_INT, OWNER),                                                     \
        POLICY(r, "ceemRegisteredPolicyNotifFlag", 9, TRAP_INT, NOTIFIES),                                             \
        POLICY(r, "ceemRegisteredPolicyRegTime", 10, TRAP_STRING, REGISTERED),                                         \
        POLICY(r, "ceemRegisteredPolicyEnabledTime", 11, TRAP_STRING, ENABLED),                                        \
        POLICY(r, "ceemRegisteredPolicyRunTime", 12, TRAP_STRING, RAN),                                                \
        POLICY(r, "ceemRegisteredPolicyRunCount", 13, TRAP_COUNTER, RUNS)
static const struct mib_row rows[] = {
    BOTH(91),
    BOTH(134),
    EVENT(134, "ceemHistoryEventType5", 13, TRAP_UNSIGNED, EVENT_TYPE + 4),
    EVENT(134, "ceemHistoryEventType6", 14, TRAP_UNSIGNED, EVENT_TYPE + 5),
    EVENT(134, "ceemHistoryEventType7", 15, TRAP_UNSIGNED, EVENT_TYPE + 6),
    EVENT(134, "ceemHistoryEventType8", 16, TRAP_UNSIGNED, EVENT_TYPE + 7),
    POLICY(134, "ceemRegisteredPolicyEventType5", 14, TRAP_UNSIGNED, EVENT_TYPE + 4),
    POLICY(134, "ceemRegisteredPolicyEventType6", 15, TRAP_UNSIGNED, EVENT_TYPE + 5),
    POLICY(134, "ceemRegisteredPolicyEventType7", 16, TRAP_UNSIGNED, EVENT_TYPE + 6),
    POLICY(134, "ceemRegisteredPolicyEventType8", 17, TRAP_UNSIGNED, EVENT_TYPE + 7),
};
static const struct mib_rows mib = MIB_ROWS("CISCO-EMBEDDED-EVENT-MGR-MIB", rows);

bool eem_rows_add(struct eem *e, struct mib *m, char err[128])
{
    return mib_add(m, &mib, e, err);
}
