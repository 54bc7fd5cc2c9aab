/* ntp.c: CISCO-NTP-MIB: what NTP knows of the router's clock and of its servers, as `show ntp status` and `show ntp associations detail` say it.
 *
 * A server is an association, under the number it has there. Spans are seconds in 16.16 bits, timestamps 32.32 bits since 1900. The settable columns are read-only here:
 * servers are lines of the configuration. Ports are 123; the router is each server's client(3). Absent: the filter registers, peers' leap bits, notifications.
 */
#include <math.h>

#include "dataplane/dataplane.h"
#include "dataplane/mib/rows.h"
#include "dataplane/svc/ntp.h"
#include "dataplane/svc/ntp_conf.h"
#include "espial/clock.h"
#include "espial/conf.h"

enum { NTP_PORT_NUMBER = 123, NTP_ERA = 2208988800u /* 1970 in seconds since 1900 */ };
enum { LEAP_NONE = 0, LEAP_ALARM = 3, MODE_CLIENT = 3 };
enum {
    NOT_RUNNING = 2,
    NOT_SYNCHRONIZED = 3,
    SYNC_LOCAL = 4,
    SYNC_REMOTE = 6,
    LOCAL_CLOCK = 0x7F7F /* 127.127, of its address */
};

/* Milliseconds, as seconds in 16.16 bits. */
static void span(struct trap_var *out, double ms)
{
    double v = ms / 1000 * 65536;
    uint32_t bits = (uint32_t)(int32_t)lround(v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : v);
    mib_ip_octets(out, bits);
}

static void stamp(struct trap_var *out, uint64_t t)
{
    uint8_t b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (uint8_t)(t >> (56 - 8 * i));
    mib_octets(out, b, sizeof b);
}

/* The first association of this number or more. */
static bool assoc_from(void *self, uint32_t from, struct ntp_assoc_info *out)
{
    struct ntp_assoc_info a;
    bool found = false;
    for (size_t cursor = 0; ntp_assoc_next(dataplane_ntp(self), &cursor, &a);) {
        if (a.id >= from && (!found || a.id < out->id)) {
            *out = a;
            found = true;
        }
    }
    return found;
}

static bool assoc_behind(void *self, struct mib_index *at)
{
    struct ntp_assoc_info a;
    uint32_t from;
    if (!mib_behind(at, &from) || !assoc_from(self, from, &a))
        return false;
    mib_index1(at, a.id);
    return true;
}
static const struct mib_table assocs = {.next = assoc_behind};

enum { LEAP, STRATUM, PRECISION, ROOT_DELAY, ROOT_DISP, REF_ID, REF_TIME, POLL, PEER, CLOCK, SERVER };

static bool get_system(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct ntp *n = dataplane_ntp(self);
    struct ntp_assoc_info a;
    struct ntp_status s;
    uint64_t us;
    (void)at;
    ntp_status(n, &s);
    switch (row->which) {
    case LEAP: out->num = s.synced ? LEAP_NONE : LEAP_ALARM; break;
    case STRATUM: out->num = s.stratum; break;
    case PRECISION: out->num = s.precision; break;
    case ROOT_DELAY: span(out, s.root_delay); break;
    case ROOT_DISP: span(out, s.root_disp); break;
    case REF_ID: mib_ip_octets(out, s.refid); break;
    case REF_TIME: stamp(out, s.reftime); break;
    case POLL: out->num = s.poll; break;
    case PEER:
        for (size_t cursor = 0; ntp_assoc_next(n, &cursor, &a);)
            out->num = a.fate == NTP_SYSPEER ? a.id : out->num;
        break;
    case CLOCK:
        us = (uint64_t)clock_wall(ntp_clock(n));
        stamp(out, (us / 1000000 + NTP_ERA) << 32 | (us % 1000000 << 32) / 1000000);
        break;
    case SERVER:
        out->num = !ntp_running(n) ? NOT_RUNNING : !s.synced ? NOT_SYNCHRONIZED : SYNC_LOCAL;
        for (size_t cursor = 0; s.synced && ntp_assoc_next(n, &cursor, &a);)
            out->num = a.fate == NTP_SYSPEER && a.addr >> 16 != LOCAL_CLOCK ? SYNC_REMOTE : out->num;
        break;
    }
    return true;
}

enum {
    CONFIGURED = 20,
    ADDRESS,
    P_PORT,
    P_MODE,
    P_STRATUM,
    PEER_POLL,
    HOST_POLL,
    P_PRECISION,
    P_ROOT_DELAY,
    P_ROOT_DISP,
    P_REF_ID,
    P_REF_TIME,
    ORIGIN,
    RECEIVED,
    SENT,
    REACH,
    TIMER,
    OFFSET,
    DELAY,
    DISPERSION,
    P_STATUS,
    PREFERRED,
    ADDRESS_TYPE,
    ADDRESS_OCTETS
};

static bool preferred(void *self, uint32_t addr)
{
    CONF_EACH(const struct ntp_server_conf, c, &ntp_conf(dataplane_ntp(self))->servers)
    {
        if (c->addr == addr)
            return c->prefer;
    }
    return false;
}

static bool get_assoc(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct ntp_assoc_info a;
    if (!assoc_from(self, at->v[0], &a) || a.id != at->v[0])
        return false;
    switch (row->which) {
    case CONFIGURED: out->num = 1; break;
    case ADDRESS: out->num = a.addr; break;
    case P_PORT: out->num = NTP_PORT_NUMBER; break;
    case P_MODE: out->num = MODE_CLIENT; break;
    case P_STRATUM: out->num = a.stratum; break;
    case PEER_POLL: out->num = a.ppoll; break;
    case HOST_POLL: out->num = a.hpoll; break;
    case P_PRECISION: out->num = a.precision; break;
    case P_ROOT_DELAY: span(out, a.root_delay); break;
    case P_ROOT_DISP: span(out, a.root_disp); break;
    case P_REF_ID: mib_ip_octets(out, a.refid); break;
    case P_REF_TIME: stamp(out, a.reftime); break;
    case ORIGIN: stamp(out, a.org); break;
    case RECEIVED: stamp(out, a.rec); break;
    case SENT: stamp(out, a.xmt); break;
    case REACH: out->num = a.reach; break;
    case TIMER: out->num = 1 << a.hpoll; break;
    case OFFSET: span(out, a.offset); break;
    case DELAY: span(out, a.delay); break;
    case DISPERSION: span(out, a.disp); break;
    case P_STATUS: out->num = 1; break;
    case PREFERRED: out->num = preferred(self, a.addr) ? 1 : 2; break;
    case ADDRESS_TYPE: out->num = 1; break;
    case ADDRESS_OCTETS: mib_ip_octets(out, a.addr); break;
    }
    return true;
}

#define NTP(tail)         "1.3.6.1.4.1.9.9.168.1." tail
#define SYS(nm, n, t, w)  {.name = "cntpSys" nm, .oid = NTP("1." #n), .type = t, .get = get_system, .which = w}
#define PEER_ROW(nm, n, t, w)                                                                                          \
    {                                                                                                                  \
        .name = "cntpPeers" nm, .oid = NTP("2.1.1." #n), .type = t, .table = &assocs, .get = get_assoc, .which = w     \
    }
static const struct mib_row rows[] = {
    SYS("Leap", 1, TRAP_INT, LEAP),
    SYS("Stratum", 2, TRAP_INT, STRATUM),
    SYS("Precision", 3, TRAP_INT, PRECISION),
    SYS("RootDelay", 4, TRAP_STRING, ROOT_DELAY),
    SYS("RootDispersion", 5, TRAP_STRING, ROOT_DISP),
    SYS("RefId", 6, TRAP_STRING, REF_ID),
    SYS("RefTime", 7, TRAP_STRING, REF_TIME),
    SYS("Poll", 8, TRAP_INT, POLL),
    SYS("Peer", 9, TRAP_INT, PEER),
    SYS("Clock", 10, TRAP_STRING, CLOCK),
    SYS("SrvStatus", 11, TRAP_INT, SERVER),
    PEER_ROW("Configured", 2, TRAP_INT, CONFIGURED),
    PEER_ROW("PeerAddress", 3, TRAP_IP, ADDRESS),
    PEER_ROW("PeerPort", 4, TRAP_INT, P_PORT),
    PEER_ROW("HostPort", 6, TRAP_INT, P_PORT),
    PEER_ROW("Mode", 8, TRAP_INT, P_MODE),
    PEER_ROW("Stratum", 9, TRAP_INT, P_STRATUM),
    PEER_ROW("PeerPoll", 10, TRAP_INT, PEER_POLL),
    PEER_ROW("HostPoll", 11, TRAP_INT, HOST_POLL),
    PEER_ROW("Precision", 12, TRAP_INT, P_PRECISION),
    PEER_ROW("RootDelay", 13, TRAP_STRING, P_ROOT_DELAY),
    PEER_ROW("RootDispersion", 14, TRAP_STRING, P_ROOT_DISP),
    PEER_ROW("RefId", 15, TRAP_STRING, P_REF_ID),
    PEER_ROW("RefTime", 16, TRAP_STRING, P_REF_TIME),
    PEER_ROW("OrgTime", 17, TRAP_STRING, ORIGIN),
    PEER_ROW("ReceiveTime", 18, TRAP_STRING, RECEIVED),
    PEER_ROW("TransmitTime", 19, TRAP_STRING, SENT),
    PEER_ROW("Reach", 21, TRAP_INT, REACH),
    PEER_ROW("Timer", 22, TRAP_INT, TIMER),
    PEER_ROW("Offset", 23, TRAP_STRING, OFFSET),
    PEER_ROW("Delay", 24, TRAP_STRING, DELAY),
    PEER_ROW("Dispersion", 25, TRAP_STRING, DISPERSION),
    PEER_ROW("EntryStatus", 27, TRAP_INT, P_STATUS),
    PEER_ROW("PrefPeer", 29, TRAP_INT, PREFERRED),
    PEER_ROW("PeerType", 30, TRAP_INT, ADDRESS_TYPE),
    PEER_ROW("PeerName", 31, TRAP_STRING, ADDRESS_OCTETS),
};
const struct mib_rows dp_mib_ntp = MIB_ROWS("CISCO-NTP-MIB", rows);
