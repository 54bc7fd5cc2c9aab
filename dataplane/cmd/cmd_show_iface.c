/* cmd_show_iface.c: interfaces shown: show interfaces [NAME] [description | summary | counters [errors] | stats |
 * accounting].
 *
 * Everything printed is counted somewhere; what this router cannot have (collisions, frames that lost their shape) is printed as the zero it is, because programs look for those columns. The input queue is a batch of
 * frames read at once, of which the drops are frames that found no buffer; the output queue is what waits for a slow
 * cable. Only Ethernets have frames: loopbacks are left out of `counters`, as IOS does. "Processor" is what was for, or
 * from, the router itself; "Route cache" what it forwarded. */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/net_cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/limits.h"
#include "dataplane/link/link.h"
#include "dataplane/net/iface.h"
#include "espial/loop.h"

typedef unsigned long long ull;

const char *if_status(const struct iface *i)
{
    return !i->admin_up ? "administratively down" : i->link_up ? "up" : "down";
}

const char *if_protocol(const struct iface *i)
{
    return i->up ? "up" : "down";
}

bool if_exists(struct cmd_ctx *c)
{
    const char *name = cmd_str(c, "ifname");

    if (!name[0] || iface_by_name(dataplane_net(c->self), name))
        return true;
    out_printf(c->out, "%% Interface %s does not exist\n", name);
    return false;
}

enum cmd_result if_each(struct cmd_ctx *c, void (*show)(struct cmd_ctx *, struct iface *))
{
    struct net *net = dataplane_net(c->self);
    const char *name = cmd_str(c, "ifname");

    if (!if_exists(c))
        return CMD_FAIL;
    if (name[0])
        show(c, iface_by_name(net, name));
    else
        for (struct iface *i = NULL; (i = iface_next(net, i));)
            show(c, i);
    return CMD_OK;
}

void if_address(struct cmd_ctx *c, const struct iface *i)
{
    if (i->addr && i->unnumbered)
        out_printf(c->out, "  Interface is unnumbered. Using address of %s (%s)\n", i->conf->unnumbered, IP4(i->addr));
    else if (i->addr)
        out_printf(c->out, "  Internet address is %s/%d\n", IP4(i->addr), ip4_mask_len(i->mask));
}

/* ---- show interfaces ---- */

static const char *hardware_of(const struct iface *i)
{
    static const struct {
        const char *type, *text;
    } hardware[] = {{"FastEthernet", "virtual Fast Ethernet"},
                    {"GigabitEthernet", "virtual Gigabit Ethernet"},
                    {"TenGigabitEthernet", "virtual Ten Gigabit Ethernet"},
                    {"Loopback", "Loopback"},
                    {"Tunnel", "Tunnel"}};

    for (size_t k = 0; k < sizeof hardware / sizeof hardware[0]; k++)
        if (str_starts(i->name, hardware[k].type))
            return hardware[k].text;
    return "virtual Ethernet";
}

static const char *ago(uint64_t now, uint64_t at, char buf[16])
{
    return at ? span_format((now - at) / US_PER_S, buf) : "never";
}

/* IOS rounds the averages to thousands of bits. */
static ull rounded(double bps)
{
    return (ull)(bps / 1000 + 0.5) * 1000;
}

static unsigned waiting(const struct iface *i)
{
    return i->link ? i->link->queued : 0;
}

static void head_one(struct cmd_ctx *c, struct iface *i)
{
    unsigned kbit = iface_bandwidth(i);

    out_printf(c->out, "%s is %s, line protocol is %s \n", i->name, if_status(i), if_protocol(i));
    if (i->kind == IFACE_ETHERNET)
        out_printf(c->out, "  Hardware is %s, address is %s (bia %s)\n", hardware_of(i), MAC(i->mac), MAC(i->mac));
    else
        out_printf(c->out, "  Hardware is %s\n", hardware_of(i));
    if (i->conf->description[0])
        out_printf(c->out, "  Description: %s\n", i->conf->description);
    if_address(c, i);
    if (i->kind == IFACE_TUNNEL) {
        tunnel_head(c, i, iface_load(i, &i->tx_rate), iface_load(i, &i->rx_rate));
        return;
    }
    out_printf(c->out, "  MTU %u bytes, BW %u Kbit/sec, DLY %u usec, \n",
               i->kind == IFACE_LOOPBACK ? 1514 : i->conf->mtu, kbit, iface_delay(i));
    out_printf(c->out, "     reliability %u/255, txload %u/255, rxload %u/255\n", iface_reliability(i),
               iface_load(i, &i->tx_rate), iface_load(i, &i->rx_rate));
    out_printf(c->out, "  Encapsulation %s, loopback not set\n", i->kind == IFACE_ETHERNET ? "ARPA" : "LOOPBACK");
    out_text(c->out, "  Keepalive not supported \n");
    if (i->kind == IFACE_ETHERNET)
        out_printf(c->out,
                   "  Full Duplex, %uMbps, link type is force-up, media type is Virtual\n"
                   "  ARP type: ARPA, ARP Timeout %02u:%02u:%02u\n",
                   iface_speed(i) / 1000, i->conf->arp_timeout / 3600, i->conf->arp_timeout / 60 % 60,
                   i->conf->arp_timeout % 60);
}

static void rate_line(struct cmd_ctx *c, const struct iface *i, const char *way, const struct iface_rate *r)
{
    unsigned t = i->conf->load_interval;

    out_printf(c->out, "  %u %s %s rate %llu bits/sec, %llu packets/sec\n", t % 60 ? t : t / 60,
               t % 60 ? "second" : "minute", way, rounded(r->bps), (ull)(r->pps + 0.5));
}

static void interface_one(struct cmd_ctx *c, struct iface *i)
{
    uint64_t now = loop_now(net_loop(i->net));
    char in[16], outp[16], cleared[16];

    iface_rates(i);
    struct iface_count n = iface_counts(i);
    head_one(c, i);
    out_printf(c->out, "  Last input %s, output %s, output hang never\n", ago(now, i->last_rx, in),
               ago(now, i->last_tx, outp));
    out_printf(c->out, "  Last clearing of \"show interface\" counters %s\n", ago(now, i->cleared_at, cleared));
    out_printf(c->out, "  Input queue: 0/%d/%llu/0 (size/max/drops/flushes); Total output drops: %llu\n", LINK_BATCH,
               (ull)n.rx_no_buffer, (ull)n.tx_drops);
    out_printf(c->out,
               "  Queueing strategy: fifo\n"
               "  Output queue: %u/%d (size/max)\n",
               waiting(i), i->kind == IFACE_ETHERNET ? LINK_QUEUE : 0);
    rate_line(c, i, "input", &i->rx_rate);
    rate_line(c, i, "output", &i->tx_rate);
    out_printf(c->out, "     %llu packets input, %llu bytes, %llu no buffer\n", (ull)n.rx_packets, (ull)n.rx_bytes,
               (ull)n.rx_no_buffer);
    out_printf(c->out, "     Received %llu broadcasts (%llu IP multicasts)\n", (ull)(n.rx_broadcasts + n.rx_multicasts),
               (ull)n.rx_multicasts);
    out_printf(c->out,
               "     %llu runts, 0 giants, 0 throttles \n"
               "     %llu input errors, %llu CRC, 0 frame, %llu overrun, %llu ignored\n",
               (ull)n.rx_errors, (ull)iface_input_errors(&n), (ull)n.rx_crc, (ull)n.rx_overrun, (ull)n.rx_refused);
    if (i->kind == IFACE_ETHERNET)
        out_printf(c->out, "     0 watchdog, %llu multicast, 0 pause input\n", (ull)n.rx_multicasts);
    out_printf(c->out, "     %llu packets output, %llu bytes, 0 underruns\n", (ull)n.tx_packets, (ull)n.tx_bytes);
    out_printf(c->out, "     0 output errors, 0 collisions, %llu interface resets\n", (ull)n.resets);
    out_printf(c->out, "     %llu unknown protocol drops\n", (ull)n.rx_unknown);
    if (i->kind == IFACE_ETHERNET)
        out_printf(c->out,
                   "     0 babbles, 0 late collision, 0 deferred\n"
                   "     %llu lost carrier, 0 no carrier, 0 pause output\n",
                   (ull)n.lost_carrier);
    out_text(c->out, "     0 output buffer failures, 0 output buffers swapped out\n");
}

static enum cmd_result show_interfaces(struct cmd_ctx *c)
{
    return if_each(c, interface_one);
}

/* ---- show interfaces description ---- */

static void description_one(struct cmd_ctx *c, struct iface *i)
{
    char name[IFNAME_MAX];

    ifname_short(i->name, name);
    out_printf(c->out, "%-30s %-14s %-8s %s\n", name, !i->admin_up ? "admin down" : if_status(i), if_protocol(i),
               i->conf->description);
}

static enum cmd_result show_description(struct cmd_ctx *c)
{
    if (!if_exists(c))
        return CMD_FAIL;
    out_text(c->out, "Interface                      Status         Protocol Description\n");
    return if_each(c, description_one);
}

/* ---- show interfaces summary ---- */

static void summary_one(struct cmd_ctx *c, struct iface *i)
{
    iface_rates(i);
    struct iface_count n = iface_counts(i);
    out_printf(c->out, "%c %-22s%9u%10llu%10u%10llu%10llu%10llu%10llu%10llu%10u\n", i->up ? '*' : ' ', i->name, 0,
               (ull)n.rx_no_buffer, waiting(i), (ull)n.tx_drops, rounded(i->rx_rate.bps), (ull)(i->rx_rate.pps + 0.5),
               rounded(i->tx_rate.bps), (ull)(i->tx_rate.pps + 0.5), 0);
}

static enum cmd_result show_summary(struct cmd_ctx *c)
{
    if (!if_exists(c))
        return CMD_FAIL;
    out_text(c->out,
             "\n *: interface is up\n"
             " IHQ: pkts in input hold queue     IQD: pkts dropped from input queue\n"
             " OHQ: pkts in output hold queue    OQD: pkts dropped from output queue\n"
             " RXBS: rx rate (bits/sec)          RXPS: rx rate (pkts/sec)\n"
             " TXBS: tx rate (bits/sec)          TXPS: tx rate (pkts/sec)\n"
             " TRTL: throttle count\n\n"
             "  Interface                   IHQ       IQD       OHQ       OQD      RXBS      RXPS      TXBS      "
             "TXPS      TRTL\n"
             "-----------------------------------------------------------------------------------------------"
             "------------------\n");
    return if_each(c, summary_one);
}

/* ---- show interfaces counters [errors] ---- */

/* The name in the first column; false: no port, as it has no frames. */
static bool port(const struct iface *i, char name[IFNAME_MAX])
{
    ifname_short(i->name, name);
    return i->kind == IFACE_ETHERNET;
}

static void counters_row(struct cmd_ctx *c, const struct iface *i, uint64_t bytes, uint64_t all, uint64_t multicasts,
                         uint64_t broadcasts)
{
    char name[IFNAME_MAX];

    if (port(i, name))
        out_printf(c->out, "%-9s%15llu%15llu%15llu%15llu \n", name, (ull)bytes, (ull)(all - multicasts - broadcasts),
                   (ull)multicasts, (ull)broadcasts);
}

static void counters_in(struct cmd_ctx *c, struct iface *i)
{
    struct iface_count n = iface_counts(i);

    counters_row(c, i, n.rx_bytes, n.rx_packets, n.rx_multicasts, n.rx_broadcasts);
}

static void counters_out(struct cmd_ctx *c, struct iface *i)
{
    struct iface_count n = iface_counts(i);

    counters_row(c, i, n.tx_bytes, n.tx_packets, n.tx_multicasts, n.tx_broadcasts);
}

static enum cmd_result show_counters(struct cmd_ctx *c)
{
    if (!if_exists(c))
        return CMD_FAIL;
    out_text(c->out, "\nPort            InOctets    InUcastPkts    InMcastPkts    InBcastPkts \n");
    if_each(c, counters_in);
    out_text(c->out, "\nPort           OutOctets   OutUcastPkts   OutMcastPkts   OutBcastPkts \n");
    return if_each(c, counters_out);
}

static void errors_first(struct cmd_ctx *c, struct iface *i)
{
    char name[IFNAME_MAX];
    struct iface_count n = iface_counts(i);

    if (port(i, name))
        out_printf(c->out, "%-9s%15u%12llu%12u%12llu%11llu%13llu \n", name, 0, (ull)n.rx_crc, 0,
                   (ull)iface_input_errors(&n), (ull)n.rx_errors, (ull)n.tx_drops);
}

static void errors_second(struct cmd_ctx *c, struct iface *i)
{
    char name[IFNAME_MAX];
    struct iface_count n = iface_counts(i);

    if (port(i, name))
        out_printf(c->out, "%-9s%14u%11u%11u%12u%11llu%11llu \n", name, 0, 0, 0, 0, (ull)n.lost_carrier,
                   (ull)n.rx_errors);
}

static enum cmd_result show_errors(struct cmd_ctx *c)
{
    if (!if_exists(c))
        return CMD_FAIL;
    out_text(c->out, "\nPort           Align-Err     FCS-Err    Xmit-Err     Rcv-Err  UnderSize  OutDiscards \n");
    if_each(c, errors_first);
    out_text(c->out, "\nPort         Single-Col  Multi-Col   Late-Col  Excess-Col  Carri-Sen      Runts \n");
    return if_each(c, errors_second);
}

/* ---- show interfaces stats, accounting ---- */

static void path_row(struct cmd_ctx *c, const char *name, struct iface_dir d)
{
    out_printf(c->out, "%24s %10llu %10llu %10llu %10llu\n", name, (ull)d.rx_packets, (ull)d.rx_bytes,
               (ull)d.tx_packets, (ull)d.tx_bytes);
}

static struct iface_dir minus(struct iface_dir a, struct iface_dir b)
{
    return (struct iface_dir){a.rx_packets - b.rx_packets, a.rx_bytes - b.rx_bytes, a.tx_packets - b.tx_packets,
                              a.tx_bytes - b.tx_bytes};
}

static struct iface_dir total_of(const struct iface_count *n)
{
    return (struct iface_dir){n->rx_packets, n->rx_bytes, n->tx_packets, n->tx_bytes};
}

static void stats_one(struct cmd_ctx *c, struct iface *i)
{
    struct iface_count n = iface_counts(i);
    struct iface_dir all = total_of(&n);

    out_printf(c->out, "%s\n          Switching path    Pkts In   Chars In   Pkts Out  Chars Out\n", i->name);
    path_row(c, "Processor", minus(all, n.forwarded));
    path_row(c, "Route cache", n.forwarded);
    path_row(c, "Total", all);
}

static enum cmd_result show_stats(struct cmd_ctx *c)
{
    return if_each(c, stats_one);
}

static void accounting_one(struct cmd_ctx *c, struct iface *i)
{
    struct iface_count n = iface_counts(i);
    struct iface_dir all = total_of(&n);

    out_printf(c->out, "%s %s\n", i->name, i->conf->description);
    out_text(c->out, "                Protocol    Pkts In   Chars In   Pkts Out  Chars Out\n");
    if (!all.rx_packets && !all.tx_packets) {
        out_text(c->out, "No traffic sent or received on this interface.\n");
        return;
    }
    const struct {
        const char *name;
        struct iface_dir d;
    } rows[] = {{"Other", n.other}, {"IP", minus(minus(all, n.arp), n.other)}, {"ARP", n.arp}};
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
        if (rows[k].d.rx_packets || rows[k].d.tx_packets)
            path_row(c, rows[k].name, rows[k].d);
}

static enum cmd_result show_accounting(struct cmd_ctx *c)
{
    return if_each(c, accounting_one);
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show interfaces", "Interface status and configuration"),
    DO(EXEC, 1, "show interfaces [<ifname>]", show_interfaces, "Interface"),
    DO(EXEC, 1, "show interfaces [<ifname>] accounting", show_accounting, "Interface|Show interface accounting"),
    DO(EXEC, 1, "show interfaces [<ifname>] counters", show_counters, "Interface|Show interface counters"),
    DO(EXEC, 1, "show interfaces [<ifname>] counters errors", show_errors,
       "Interface|Show interface counters|Show interface error counters"),
    DO(EXEC, 1, "show interfaces [<ifname>] description", show_description, "Interface|Show interface description"),
    DO(EXEC, 1, "show interfaces [<ifname>] stats", show_stats,
       "Interface|Show interface packets & octets, in & out, by switching path"),
    DO(EXEC, 1, "show interfaces [<ifname>] summary", show_summary, "Interface|Show interface summary"),
};
const struct cmd_table dp_table_show_iface = CMD_TABLE("dataplane/cmd/cmd_show_iface", rows);
