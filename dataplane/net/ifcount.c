/* ifcount.c: what an interface counts: frames and bytes each way, by kind, and how fast they come.
 *
 * Counters only grow; clearing remembers where they stood, and what is shown is the difference (SNMP's view never goes
 * back). Bytes are those of the frame without its checksum. IP is what is neither ARP nor another protocol; what was
 * forwarded is counted apart, the rest is the processor's own.
 *
 * A counter is also found by the name that EEM has for it (iface_counter).
 *
 * Rates are averages that decay with the load interval T, as IOS has them (RFC 1213 leaves them out): every STEP at
 * least, avg = avg * k + now * (1 - k) with k = e^(-dt/T), dt being the time since the last step. So a steady stream
 * stands at 63% of its rate after T. Steps are taken when a frame passes or somebody looks, not by a timer: an
 * interface that is silent costs nothing. Reliability lacks to 255/255 the share of frames with errors, averaged in the
 * same way: time without frames is time without errors. */
#include <math.h>
#include <string.h>

#include "dataplane/link/capture.h"
#include "dataplane/link/link.h"
#include "dataplane/net/net_local.h"

enum { TYPE_AT = 12, HEADER = 14, TYPE_IP4 = 0x0800, TYPE_ARP = 0x0806 };

static const struct {
    const char *type;
    uint32_t kbit, delay_us;
} hardware[] = {
    {"Ethernet", 10000, 1000},        {"FastEthernet", 100000, 100},
    {"GigabitEthernet", 1000000, 10}, {"TenGigabitEthernet", 10000000, 10},
    {"Loopback", 8000000, 5000},      {"Tunnel", 100, 50000},
};

static size_t hardware_of(const struct iface *ifc)
{
    for (size_t k = 0; k < sizeof hardware / sizeof hardware[0]; k++) {
        size_t len = strlen(hardware[k].type);
        if (!strncmp(ifc->name, hardware[k].type, len) && ifc->name[len] >= '0' && ifc->name[len] <= '9')
            return k;
    }
    return 0;
}

uint32_t iface_speed(const struct iface *ifc)
{
    return ifc->conf->speed > IF_SPEED_AUTO ? ifc->conf->speed * 1000u : hardware[hardware_of(ifc)].kbit;
}

uint32_t iface_bandwidth(const struct iface *ifc)
{
    return ifc->conf->bandwidth ? ifc->conf->bandwidth : iface_speed(ifc);
}

uint32_t iface_delay(const struct iface *ifc)
{
    return ifc->conf->delay ? ifc->conf->delay * 10 : hardware[hardware_of(ifc)].delay_us;
}

/* ---- rates ---- */

static void rate_step(const struct iface *ifc, struct iface_rate *r, uint64_t now, uint64_t packets, uint64_t bytes,
                      uint64_t errors)
{
    double dt = (double)(now - r->since) / (double)US_PER_S;
    double keep = exp(-dt / ifc->conf->load_interval);
    double step = exp(-(double)IF_RATE_STEP_US / (double)US_PER_S / ifc->conf->load_interval);
    double share = packets > r->packets ? fmin((double)(errors - r->errors) / (double)(packets - r->packets), 1) : 0;

    r->pps = r->pps * keep + (double)(packets - r->packets) / dt * (1 - keep);
    r->bps = r->bps * keep + (double)(bytes - r->bytes) * 8 / dt * (1 - keep);
    /* its frames came within a STEP of r->since; silence since then */
    r->bad = (r->bad * step + share * (1 - step)) * keep / step;
    r->since = now;
    r->packets = packets;
    r->bytes = bytes;
    r->errors = errors;
}

/* Before a frame is counted. */
static void rx_step(struct iface *ifc, uint64_t now)
{
    if (now >= ifc->rx_rate.since + IF_RATE_STEP_US)
        rate_step(ifc, &ifc->rx_rate, now, ifc->n.rx_packets, ifc->n.rx_bytes, ifc->n.rx_errors);
}

static void tx_step(struct iface *ifc, uint64_t now)
{
    if (now >= ifc->tx_rate.since + IF_RATE_STEP_US)
        rate_step(ifc, &ifc->tx_rate, now, ifc->n.tx_packets, ifc->n.tx_bytes, 0);
}

void iface_rates(struct iface *ifc)
{
    uint64_t now = loop_now(ifc->net->env.loop);

    rx_step(ifc, now);
    tx_step(ifc, now);
}

unsigned iface_reliability(const struct iface *ifc)
{
    return (unsigned)(255 * (1 - ifc->rx_rate.bad) + 0.5);
}

void ifcount_start(struct iface *ifc)
{
    ifc->rx_rate.since = ifc->tx_rate.since = loop_now(ifc->net->env.loop);
}

/* ---- frames ---- */

static bool is_broadcast(const uint8_t *frame)
{
    static const uint8_t all[6] = {255, 255, 255, 255, 255, 255};

    return !memcmp(frame, all, sizeof all);
}

static void count_group(const uint8_t *frame, uint64_t *broadcasts, uint64_t *multicasts)
{
    if (frame[0] & 1)
        ++*(is_broadcast(frame) ? broadcasts : multicasts);
}

/* Which counter a frame's protocol has; NULL: IP, or too short to say. */
static struct iface_dir *kind_of(struct iface *ifc, const uint8_t *frame, size_t len)
{
    uint16_t type = len >= HEADER ? get16(frame + TYPE_AT) : TYPE_IP4;

    return type == TYPE_IP4 ? NULL : type == TYPE_ARP ? &ifc->n.arp : &ifc->n.other;
}

void iface_received(struct iface *ifc, const uint8_t *frame, size_t len, uint64_t now)
{
    struct iface_dir *kind = kind_of(ifc, frame, len);

    rx_step(ifc, now);
    ifc->n.rx_packets++;
    ifc->n.rx_bytes += len;
    if (len >= HEADER)
        count_group(frame, &ifc->n.rx_broadcasts, &ifc->n.rx_multicasts);
    if (kind) {
        kind->rx_packets++;
        kind->rx_bytes += len;
    }
    ifc->last_rx = now;
}

void iface_sent(struct iface *ifc, const uint8_t *frame, size_t len, bool from_local, uint64_t now)
{
    struct iface_dir *kind = kind_of(ifc, frame, len);

    if (ifc->capture)
        capture_frame(ifc->capture, true, loop_wall(ifc->net->env.loop), frame, len);
    tx_step(ifc, now);
    ifc->n.tx_packets++;
    ifc->n.tx_bytes += len;
    count_group(frame, &ifc->n.tx_broadcasts, &ifc->n.tx_multicasts);
    if (kind) {
        kind->tx_packets++;
        kind->tx_bytes += len;
    }
    if (!from_local) {
        ifc->n.forwarded.tx_packets++;
        ifc->n.forwarded.tx_bytes += len;
    }
    ifc->last_tx = now;
}

/* ---- packets of tunnels ---- */

void iface_counts_in(struct iface *ifc, uint32_t bytes, uint64_t now)
{
    rx_step(ifc, now);
    ifc->n.rx_packets++;
    ifc->n.rx_bytes += bytes;
    ifc->last_rx = now;
}

void iface_counts_out(struct iface *ifc, uint32_t bytes, bool from_local)
{
    uint64_t now = loop_now(ifc->net->env.loop);

    tx_step(ifc, now);
    ifc->n.tx_packets++;
    ifc->n.tx_bytes += bytes;
    if (!from_local) {
        ifc->n.forwarded.tx_packets++;
        ifc->n.forwarded.tx_bytes += bytes;
    }
    ifc->last_tx = now;
}

/* ---- since cleared ---- */

uint64_t iface_input_errors(const struct iface_count *n)
{
    return n->rx_errors + n->rx_refused + n->rx_crc + n->rx_overrun;
}

/* With what the link has counted: a frame that it took and lost later is a drop like one that it did not take. */
struct iface_count iface_totals(const struct iface *ifc)
{
    struct iface_count n = ifc->n;

    if (ifc->link) {
        n.tx_drops += ifc->link->lost;
        n.rx_refused += ifc->link->refused;
        if (ifc->link->ops->look)
            ifc->link->ops->look(ifc->link);
        n.rx_crc += ifc->link->damaged;
        n.rx_overrun += ifc->link->overrun;
    }
    return n;
}

void iface_clear_counters(struct net *net, struct iface *ifc)
{
    for (struct iface *i = net->ifaces; i; i = i->next)
        if (!ifc || i == ifc) {
            i->cleared_n = iface_totals(i);
            i->cleared_at = loop_now(net->env.loop);
        }
}

struct iface_count iface_counts(const struct iface *ifc)
{
    enum { FIELDS = sizeof(struct iface_count) / sizeof(uint64_t) };
    union {
        struct iface_count n;
        uint64_t v[FIELDS];
    } now = {.n = iface_totals(ifc)}, then = {.n = ifc->cleared_n};

    for (unsigned k = 0; k < FIELDS; k++)
        now.v[k] -= then.v[k];
    return now.n;
}

/* ---- by name ---- */

unsigned iface_load(const struct iface *ifc, const struct iface_rate *r)
{
    double part = r->bps / (iface_bandwidth(ifc) * 1000.0) * 255;

    return part < 1 ? 1 : part > 255 ? 255 : (unsigned)part;
}

enum { NEVER = -1, COMPUTED = -2 }; /* of named.at: nothing counts it; made of several, or of a rate */
#define AT(field) (int)offsetof(struct iface_count, field)
static const struct {
    const char *name;
    int at; /* in struct iface_count */
} named[] = {
    {"input_errors", COMPUTED},
    {"input_errors_crc", AT(rx_crc)},
    {"input_errors_frame", NEVER},
    {"input_errors_overrun", AT(rx_overrun)},
    {"input_packets_dropped", AT(rx_no_buffer)},
    {"interface_resets", AT(resets)},
    {"output_buffer_failures", NEVER},
    {"output_buffer_swappedout", NEVER},
    {"output_errors", NEVER},
    {"output_errors_underrun", NEVER},
    {"output_packets_dropped", AT(tx_drops)},
    {"receive_broadcasts", COMPUTED},
    {"receive_giants", NEVER},
    {"receive_rate_bps", COMPUTED},
    {"receive_rate_pps", COMPUTED},
    {"receive_runts", AT(rx_errors)},
    {"receive_throttle", NEVER},
    {"reliability", COMPUTED},
    {"rxload", COMPUTED},
    {"transmit_rate_bps", COMPUTED},
    {"transmit_rate_pps", COMPUTED},
    {"txload", COMPUTED},
};

const char *iface_counter_name(size_t i)
{
    return i < sizeof named / sizeof named[0] ? named[i].name : NULL;
}

static int64_t computed(struct iface *ifc, const char *name, const struct iface_count *n)
{
    bool rx = name[0] == 'r';
    const struct iface_rate *r = rx ? &ifc->rx_rate : &ifc->tx_rate;

    iface_rates(ifc);
    if (!strcmp(name, "input_errors"))
        return (int64_t)iface_input_errors(n);
    if (!strcmp(name, "receive_broadcasts"))
        return (int64_t)(n->rx_broadcasts + n->rx_multicasts);
    if (!strcmp(name, "reliability"))
        return iface_reliability(ifc);
    if (!strcmp(name, "rxload") || !strcmp(name, "txload"))
        return iface_load(ifc, r);
    return (int64_t)((!strcmp(name + strlen(name) - 3, "bps") ? r->bps : r->pps) + 0.5);
}

bool iface_counter(struct net *net, const char *ifname, const char *parameter, int64_t *value)
{
    struct iface *ifc = iface_by_name(net, ifname);
    size_t i = 0;

    while (iface_counter_name(i) && strcmp(named[i].name, parameter))
        i++;
    if (!ifc || !iface_counter_name(i))
        return false;
    struct iface_count n = iface_counts(ifc);
    uint64_t v = 0;
    if (named[i].at >= 0)
        memcpy(&v, (const char *)&n + named[i].at, sizeof v);
    *value = named[i].at == COMPUTED ? computed(ifc, parameter, &n) : (int64_t)v;
    return true;
}
