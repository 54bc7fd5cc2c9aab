/* ether.c: EtherLike-MIB (RFC 3635), dot3StatsTable, of Ethernet interfaces; OLD-CISCO-INTERFACES-MIB, lifTable, of all: what older management systems still ask for:
 * averages, the reason of the last change, times of the last packets.
 *
 * Cables take frames both ways at once, so an Ethernet is fullDuplex(3), and what RFC 3635 says is never counted at full duplex is 0. Errors add up to
 * ifInErrors: damaged frames are FCS errors, the others internal ones. Averages are those of `show interfaces` (load-interval); counters are those since boot. The
 * drops of the input queue are frames that found no buffer. What these cables cannot have is 0. Times are in milliseconds; of what never was there is no instance.
 */
#include "dataplane/dataplane.h"
#include "dataplane/mib/rows.h"
#include "dataplane/net/iface.h"
#include "espial/loop.h"

enum { FULL_DUPLEX = 3, TRUE = 1, FALSE = 2 };

static bool iface_behind(void *self, struct mib_index *at, bool ethernets)
{
    uint32_t from;
    if (!mib_behind(at, &from))
        return false;
    for (const struct iface *ifc; (ifc = iface_from_index(dataplane_net(self), from)); from = ifc->index + 1) {
        if (ethernets && ifc->kind != IFACE_ETHERNET)
            continue;
        mib_index1(at, ifc->index);
        return true;
    }
    return false;
}
static bool ethernet_behind(void *self, struct mib_index *at)
{
    return iface_behind(self, at, true);
}
static bool any_behind(void *self, struct mib_index *at)
{
    return iface_behind(self, at, false);
}
static const struct mib_table ethernets = {.next = ethernet_behind};
static const struct mib_table interfaces = {.next = any_behind};

enum { INDEX, FCS, INTERNAL, NEVER, DUPLEX, PACES, PACING };

static bool get_ether(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct iface *ifc = iface_of_row(self, at);
    if (!ifc)
        return false;
    struct iface_count n = iface_totals(ifc);
    switch (row->which) {
    case INDEX: out->num = ifc->index; break;
    case FCS: out->num = (uint32_t)n.rx_crc; break;
    case INTERNAL: out->num = (uint32_t)(iface_input_errors(&n) - n.rx_crc); break;
    case NEVER: break;
    case DUPLEX: out->num = FULL_DUPLEX; break;
    case PACES: out->num = FALSE; break;
    case PACING: out->num = 1; break; /* rateControlOff */
    }
    return true;
}

/* ---- as they used to be ---- */

enum { LINE, LAST_IN, LAST_OUT, IN_BITS, IN_PACKETS, OUT_BITS, OUT_PACKETS, RUNTS, CRC, OVERRUN, IGNORED, RESETS, REASON, CARRIER, RELIABILITY, DELAY, LOAD, IN_DROPS, OUT_DROPS, DESCRIPTION, ZERO };

static bool since(void *self, uint64_t then, struct trap_var *out)
{
    uint64_t now = loop_now(dataplane_env(self)->loop);
    out->num = (int32_t)((now - then) / 1000 > INT32_MAX ? INT32_MAX : (now - then) / 1000);
    return then != 0;
}

static bool get_old(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    static const char *const computed[] = {[IN_BITS] = "receive_rate_bps", [IN_PACKETS] = "receive_rate_pps", [OUT_BITS] = "transmit_rate_bps", [OUT_PACKETS] = "transmit_rate_pps",
                                           [RELIABILITY] = "reliability", [LOAD] = "txload"};
    const struct iface *ifc = iface_of_row(self, at);
    if (!ifc)
        return false;
    struct iface_count n = iface_totals(ifc);
    switch (row->which) {
    case LINE: out->num = ifc->up; break;
    case LAST_IN: return since(self, ifc->last_rx, out);
    case LAST_OUT: return since(self, ifc->last_tx, out);
    case RUNTS: out->num = (int32_t)n.rx_errors; break;
    case CRC: out->num = (int32_t)n.rx_crc; break;
    case OVERRUN: out->num = (int32_t)n.rx_overrun; break;
    case IGNORED: out->num = (int32_t)n.rx_refused; break;
    case RESETS: out->num = (int32_t)n.resets; break;
    case REASON: mib_text(out, iface_reason(ifc)); break;
    case CARRIER: out->num = (int32_t)n.lost_carrier; break;
    case DELAY: out->num = iface_delay(ifc); break;
    case IN_DROPS: out->num = (int32_t)n.rx_no_buffer; break;
    case OUT_DROPS: out->num = (int32_t)n.tx_drops; break;
    case DESCRIPTION: mib_text(out, ifc->conf ? ifc->conf->description : ""); break;
    case ZERO: break;
    default: return iface_counter(dataplane_net(self), ifc->name, computed[row->which], &out->num);
    }
    return true;
}

#define ETHER(nm, n, t, w) {.name = "dot3Stats" nm, .oid = "1.3.6.1.2.1.10.7.2.1." #n, .type = t, .table = &ethernets, .get = get_ether, .which = w}
#define OLD(nm, n, w)      {.name = "locIf" nm, .oid = "1.3.6.1.4.1.9.2.2.1.1." #n, .type = TRAP_INT, .table = &interfaces, .get = get_old, .which = w}
#define OLD_TEXT(nm, n, w) {.name = "locIf" nm, .oid = "1.3.6.1.4.1.9.2.2.1.1." #n, .type = TRAP_STRING, .table = &interfaces, .get = get_old, .which = w}
static const struct mib_row ether_rows[] = {
    ETHER("Index", 1, TRAP_INT, INDEX),
    ETHER("AlignmentErrors", 2, TRAP_COUNTER, NEVER),
    ETHER("FCSErrors", 3, TRAP_COUNTER, FCS),
    ETHER("SingleCollisionFrames", 4, TRAP_COUNTER, NEVER),
    ETHER("MultipleCollisionFrames", 5, TRAP_COUNTER, NEVER),
    ETHER("SQETestErrors", 6, TRAP_COUNTER, NEVER),
    ETHER("DeferredTransmissions", 7, TRAP_COUNTER, NEVER),
    ETHER("LateCollisions", 8, TRAP_COUNTER, NEVER),
    ETHER("ExcessiveCollisions", 9, TRAP_COUNTER, NEVER),
    ETHER("InternalMacTransmitErrors", 10, TRAP_COUNTER, NEVER),
    ETHER("CarrierSenseErrors", 11, TRAP_COUNTER, NEVER),
    ETHER("FrameTooLongs", 13, TRAP_COUNTER, NEVER),
    ETHER("InternalMacReceiveErrors", 16, TRAP_COUNTER, INTERNAL),
    ETHER("SymbolErrors", 18, TRAP_COUNTER, NEVER),
    ETHER("DuplexStatus", 19, TRAP_INT, DUPLEX),
    ETHER("RateControlAbility", 20, TRAP_INT, PACES),
    ETHER("RateControlStatus", 21, TRAP_INT, PACING),
};
const struct mib_rows dp_mib_ether = MIB_ROWS("EtherLike-MIB", ether_rows);

static const struct mib_row old_rows[] = {
    OLD("LineProt", 2, LINE),
    OLD("LastIn", 3, LAST_IN),
    OLD("LastOut", 4, LAST_OUT),
    OLD("InBitsSec", 6, IN_BITS),
    OLD("InPktsSec", 7, IN_PACKETS),
    OLD("OutBitsSec", 8, OUT_BITS),
    OLD("OutPktsSec", 9, OUT_PACKETS),
    OLD("InRunts", 10, RUNTS),
    OLD("InGiants", 11, ZERO),
    OLD("InCRC", 12, CRC),
    OLD("InFrame", 13, ZERO),
    OLD("InOverrun", 14, OVERRUN),
    OLD("InIgnored", 15, IGNORED),
    OLD("InAbort", 16, ZERO),
    OLD("Resets", 17, RESETS),
    OLD_TEXT("Reason", 20, REASON),
    OLD("CarTrans", 21, CARRIER),
    OLD("Reliab", 22, RELIABILITY),
    OLD("Delay", 23, DELAY),
    OLD("Load", 24, LOAD),
    OLD("Collisions", 25, ZERO),
    OLD("InputQueueDrops", 26, IN_DROPS),
    OLD("OutputQueueDrops", 27, OUT_DROPS),
    OLD_TEXT("Descr", 28, DESCRIPTION),
};
const struct mib_rows dp_mib_old_if = MIB_ROWS("OLD-CISCO-INTERFACES-MIB", old_rows);
