/* if.c: IF-MIB (RFC 2863): interfaces as monitoring systems read them: ifTable, ifXTable, ifStackTable.
 *
 * The index is the interface's own, given once and never again while the router runs. Counters are those since boot: `clear counters` is for people and does
 * not touch them, so there are no discontinuities and ifCounterDiscontinuityTime is 0. Octets count what `show interfaces` counts, with the Ethernet
 * header. ifAdminStatus, ifAlias and ifLinkUpDownTrapEnable are lines of the configuration (`shutdown`, `description`, `snmp trap link-status`): a set changes
 * them as the line would. Nothing is stacked here: each interface is the top and the bottom of its own stack (0.i and i.0). There is no ifRcvAddressTable and
 * no ifTestTable.
 */
#include "dataplane/dataplane.h"
#include "dataplane/link/link.h"
#include "dataplane/mib/rows.h"
#include "dataplane/net/iface.h"
#include "espial/ip.h"

enum { IF_TYPE_OTHER = 1, IF_TYPE_ETHERNET = 6, IF_TYPE_LOOPBACK = 24, IF_TYPE_TUNNEL = 131 };
enum { UP = 1, DOWN = 2, LOWER_LAYER_DOWN = 7 };
enum { TRUE = 1, FALSE = 2 };
enum { ALIAS_MAX = 64 }; /* RFC 2863; of a longer description the beginning */

struct iface *iface_of_row(void *self, const struct mib_index *at)
{
    struct iface *ifc = iface_from_index(dataplane_net(self), at->v[0]);
    return ifc && ifc->index == at->v[0] ? ifc : NULL;
}

static bool iface_behind(void *self, struct mib_index *at)
{
    uint32_t from;
    const struct iface *ifc = mib_behind(at, &from) ? iface_from_index(dataplane_net(self), from) : NULL;
    if (ifc)
        mib_index1(at, ifc->index);
    return ifc != NULL;
}

static bool iface_has(void *self, const struct mib_index *at)
{
    return at->n == 1 && iface_of_row(self, at);
}
static const struct mib_table ifaces = {.next = iface_behind, .has = iface_has};

uint32_t iface_mib_type(const struct iface *ifc)
{
    switch (ifc->kind) {
    case IFACE_ETHERNET: return IF_TYPE_ETHERNET;
    case IFACE_LOOPBACK: return IF_TYPE_LOOPBACK;
    case IFACE_TUNNEL: return IF_TYPE_TUNNEL;
    default: return IF_TYPE_OTHER;
    }
}

/* ---- what it is ---- */

enum { INDEX, DESCR, TYPE, MTU, SPEED, PHYS, ADMIN, OPER, CHANGED, OUT_QUEUE, SPECIFIC, NAME, TRAPS, HIGH_SPEED, PROMISCUOUS, CONNECTOR, ALIAS, DISCONTINUITY };

static bool get_what(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct iface *ifc = iface_of_row(self, at);
    char name[IFNAME_MAX];
    uint64_t bps;
    if (!ifc)
        return false;
    switch (row->which) {
    case INDEX: out->num = ifc->index; break;
    case DESCR: mib_text(out, ifc->name); break;
    case TYPE: out->num = iface_mib_type(ifc); break;
    case MTU: out->num = ifc->mtu; break;
    case SPEED:
        bps = iface_bandwidth(ifc) * 1000ull;
        out->num = bps > UINT32_MAX ? UINT32_MAX : (uint32_t)bps;
        break;
    case PHYS: mib_octets(out, ifc->mac, ifc->kind == IFACE_ETHERNET ? sizeof ifc->mac : 0); break;
    case ADMIN: out->num = ifc->admin_up ? UP : DOWN; break;
    case OPER: out->num = ifc->up ? UP : ifc->admin_up && ifc->kind == IFACE_TUNNEL ? LOWER_LAYER_DOWN : DOWN; break;
    case CHANGED: out->num = dataplane_ticks(self, ifc->changed_at); break;
    case OUT_QUEUE: out->num = ifc->link ? ifc->link->queued : 0; break;
    case SPECIFIC: out->len = 2; out->oid_val[0] = out->oid_val[1] = 0; break;
    case NAME: ifname_short(ifc->name, name); mib_text(out, name); break;
    case TRAPS: out->num = ifc->conf->link_traps ? 1 : 2; break;
    case HIGH_SPEED: out->num = (iface_bandwidth(ifc) + 500) / 1000; break;
    case PROMISCUOUS: out->num = FALSE; break;
    case CONNECTOR: out->num = ifc->kind == IFACE_ETHERNET ? TRUE : FALSE; break;
    case ALIAS: mib_octets(out, ifc->conf->description, strnlen(ifc->conf->description, ALIAS_MAX)); break;
    case DISCONTINUITY: break;
    }
    return true;
}

static enum mib_set changed(struct iface *ifc)
{
    iface_conf_changed(ifc->net, ifc->conf, false);
    return MIB_SET_OK;
}

static enum mib_set set_admin(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value, bool commit)
{
    struct iface *ifc = iface_has(self, at) ? iface_of_row(self, at) : NULL;
    (void)row;
    if (!ifc)
        return MIB_SET_NO_CREATION;
    if (value->num != UP && value->num != DOWN)
        return MIB_SET_WRONG_VALUE;
    if (!commit)
        return MIB_SET_OK;
    ifc->conf->shutdown = value->num == DOWN;
    return changed(ifc);
}

static enum mib_set set_traps(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value, bool commit)
{
    struct iface *ifc = iface_has(self, at) ? iface_of_row(self, at) : NULL;
    (void)row;
    if (!ifc)
        return MIB_SET_NO_CREATION;
    if (value->num != 1 && value->num != 2)
        return MIB_SET_WRONG_VALUE;
    if (commit)
        ifc->conf->link_traps = value->num == 1;
    return MIB_SET_OK;
}

static enum mib_set set_alias(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value, bool commit)
{
    struct iface *ifc = iface_has(self, at) ? iface_of_row(self, at) : NULL;
    (void)row;
    if (!ifc)
        return MIB_SET_NO_CREATION;
    if (value->len > ALIAS_MAX)
        return MIB_SET_WRONG_LENGTH;
    for (size_t i = 0; i < value->len; i++) {
        if (value->data[i] < 0x20 || value->data[i] > 0x7e)
            return MIB_SET_WRONG_VALUE;
    }
    if (!commit)
        return MIB_SET_OK;
    memcpy(ifc->conf->description, value->data, value->len);
    ifc->conf->description[value->len] = '\0';
    return changed(ifc);
}

/* ---- what it has carried ---- */

enum { IN_OCTETS, IN_UCAST, IN_GROUP, IN_MULTI, IN_BROAD, IN_DISCARDS, IN_ERRORS, IN_UNKNOWN, OUT_OCTETS, OUT_UCAST, OUT_GROUP, OUT_MULTI, OUT_BROAD, OUT_DISCARDS, OUT_ERRORS };

static uint64_t carried(const struct iface_count *n, uint32_t which)
{
    switch (which) {
    case IN_OCTETS: return n->rx_bytes;
    case IN_UCAST: return n->rx_packets - n->rx_broadcasts - n->rx_multicasts;
    case IN_GROUP: return n->rx_broadcasts + n->rx_multicasts;
    case IN_MULTI: return n->rx_multicasts;
    case IN_BROAD: return n->rx_broadcasts;
    case IN_DISCARDS: return n->rx_no_buffer;
    case IN_ERRORS: return iface_input_errors(n);
    case IN_UNKNOWN: return n->rx_unknown;
    case OUT_OCTETS: return n->tx_bytes;
    case OUT_UCAST: return n->tx_packets - n->tx_broadcasts - n->tx_multicasts;
    case OUT_GROUP: return n->tx_broadcasts + n->tx_multicasts;
    case OUT_MULTI: return n->tx_multicasts;
    case OUT_BROAD: return n->tx_broadcasts;
    case OUT_DISCARDS: return n->tx_drops;
    default: return 0; /* OUT_ERRORS: a frame that a cable took has not failed */
    }
}

static bool get_carried(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct iface *ifc = iface_of_row(self, at);
    if (!ifc)
        return false;
    struct iface_count n = iface_totals(ifc);
    uint64_t v = carried(&n, row->which);
    out->num = row->type == TRAP_COUNTER64 ? (int64_t)v : (uint32_t)v;
    return true;
}

/* ---- the stack ---- */

/* 0.i for each interface, then i.0. */
static bool stack_behind(void *self, struct mib_index *at)
{
    struct net *net = dataplane_net(self);
    const struct iface *ifc;
    uint32_t higher = at->n ? at->v[0] : 0, lower = at->n > 1 ? at->v[1] : 0;
    bool whole = at->n > 1; /* i.0 comes behind a mere i */
    at->n = 2;
    if (!higher && lower != UINT32_MAX && (ifc = iface_from_index(net, lower + 1))) {
        at->v[0] = 0;
        at->v[1] = ifc->index;
        return true;
    }
    if ((whole && higher == UINT32_MAX) || !(ifc = iface_from_index(net, higher + (whole || !higher))))
        return false;
    at->v[0] = ifc->index;
    at->v[1] = 0;
    return true;
}

static bool stack_has(void *self, const struct mib_index *at)
{
    uint32_t index = at->n == 2 && !at->v[0] != !at->v[1] ? at->v[0] | at->v[1] : 0;
    const struct iface *ifc = index ? iface_from_index(dataplane_net(self), index) : NULL;
    return ifc && ifc->index == index;
}
static const struct mib_table stack = {.next = stack_behind, .has = stack_has};

enum { COUNT, TABLE_CHANGED, STACK_CHANGED, STATUS };

static bool get_whole(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct net *net = dataplane_net(self);
    (void)at;
    switch (row->which) {
    case COUNT: out->num = ifaces_count(net); break;
    case TABLE_CHANGED:
    case STACK_CHANGED: out->num = dataplane_ticks(self, ifaces_changed_at(net)); break;
    case STATUS: out->num = 1; break; /* active */
    }
    return true;
}

#define IF(n)  "1.3.6.1.2.1.2.2.1." #n
#define IFX(n) "1.3.6.1.2.1.31.1.1.1." #n
#define WHAT(nm, id, t, w)    {.name = nm, .oid = id, .type = t, .table = &ifaces, .get = get_what, .which = w}
#define CARRIED(nm, id, w)    {.name = nm, .oid = id, .type = TRAP_COUNTER, .table = &ifaces, .get = get_carried, .which = w}
#define CARRIED_HC(nm, id, w) {.name = nm, .oid = id, .type = TRAP_COUNTER64, .table = &ifaces, .get = get_carried, .which = w}
static const struct mib_row rows[] = {
    {.name = "ifNumber", .oid = "1.3.6.1.2.1.2.1", .type = TRAP_INT, .get = get_whole, .which = COUNT},
    WHAT("ifIndex", IF(1), TRAP_INT, INDEX),
    WHAT("ifDescr", IF(2), TRAP_STRING, DESCR),
    WHAT("ifType", IF(3), TRAP_INT, TYPE),
    WHAT("ifMtu", IF(4), TRAP_INT, MTU),
    WHAT("ifSpeed", IF(5), TRAP_UNSIGNED, SPEED),
    WHAT("ifPhysAddress", IF(6), TRAP_STRING, PHYS),
    {.name = "ifAdminStatus", .oid = IF(7), .type = TRAP_INT, .table = &ifaces, .get = get_what, .set = set_admin, .which = ADMIN},
    WHAT("ifOperStatus", IF(8), TRAP_INT, OPER),
    WHAT("ifLastChange", IF(9), TRAP_TICKS, CHANGED),
    CARRIED("ifInOctets", IF(10), IN_OCTETS),
    CARRIED("ifInUcastPkts", IF(11), IN_UCAST),
    CARRIED("ifInNUcastPkts", IF(12), IN_GROUP),
    CARRIED("ifInDiscards", IF(13), IN_DISCARDS),
    CARRIED("ifInErrors", IF(14), IN_ERRORS),
    CARRIED("ifInUnknownProtos", IF(15), IN_UNKNOWN),
    CARRIED("ifOutOctets", IF(16), OUT_OCTETS),
    CARRIED("ifOutUcastPkts", IF(17), OUT_UCAST),
    CARRIED("ifOutNUcastPkts", IF(18), OUT_GROUP),
    CARRIED("ifOutDiscards", IF(19), OUT_DISCARDS),
    CARRIED("ifOutErrors", IF(20), OUT_ERRORS),
    WHAT("ifOutQLen", IF(21), TRAP_UNSIGNED, OUT_QUEUE),
    WHAT("ifSpecific", IF(22), TRAP_OID, SPECIFIC),
    WHAT("ifName", IFX(1), TRAP_STRING, NAME),
    CARRIED("ifInMulticastPkts", IFX(2), IN_MULTI),
    CARRIED("ifInBroadcastPkts", IFX(3), IN_BROAD),
    CARRIED("ifOutMulticastPkts", IFX(4), OUT_MULTI),
    CARRIED("ifOutBroadcastPkts", IFX(5), OUT_BROAD),
    CARRIED_HC("ifHCInOctets", IFX(6), IN_OCTETS),
    CARRIED_HC("ifHCInUcastPkts", IFX(7), IN_UCAST),
    CARRIED_HC("ifHCInMulticastPkts", IFX(8), IN_MULTI),
    CARRIED_HC("ifHCInBroadcastPkts", IFX(9), IN_BROAD),
    CARRIED_HC("ifHCOutOctets", IFX(10), OUT_OCTETS),
    CARRIED_HC("ifHCOutUcastPkts", IFX(11), OUT_UCAST),
    CARRIED_HC("ifHCOutMulticastPkts", IFX(12), OUT_MULTI),
    CARRIED_HC("ifHCOutBroadcastPkts", IFX(13), OUT_BROAD),
    {.name = "ifLinkUpDownTrapEnable", .oid = IFX(14), .type = TRAP_INT, .table = &ifaces, .get = get_what, .set = set_traps, .which = TRAPS},
    WHAT("ifHighSpeed", IFX(15), TRAP_UNSIGNED, HIGH_SPEED),
    WHAT("ifPromiscuousMode", IFX(16), TRAP_INT, PROMISCUOUS),
    WHAT("ifConnectorPresent", IFX(17), TRAP_INT, CONNECTOR),
    {.name = "ifAlias", .oid = IFX(18), .type = TRAP_STRING, .table = &ifaces, .get = get_what, .set = set_alias, .which = ALIAS},
    WHAT("ifCounterDiscontinuityTime", IFX(19), TRAP_TICKS, DISCONTINUITY),
    {.name = "ifStackStatus", .oid = "1.3.6.1.2.1.31.1.2.1.3", .type = TRAP_INT, .table = &stack, .get = get_whole, .which = STATUS},
    {.name = "ifTableLastChange", .oid = "1.3.6.1.2.1.31.1.5", .type = TRAP_TICKS, .get = get_whole, .which = TABLE_CHANGED},
    {.name = "ifStackLastChange", .oid = "1.3.6.1.2.1.31.1.6", .type = TRAP_TICKS, .get = get_whole, .which = STACK_CHANGED},
};
const struct mib_rows dp_mib_if = MIB_ROWS("IF-MIB", rows);
