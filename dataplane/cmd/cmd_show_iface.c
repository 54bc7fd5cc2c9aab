/* cmd_show_iface.c: interfaces shown: show ip interface [brief | NAME], show interfaces [NAME | description]. Lines
 * that would speak of what this router has not (queues of hardware, multicast, compression) are left out where clients
 * do not look for them; counters that can't move in it are printed as the zero they are. */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/acl.h"
#include "dataplane/net/iface.h"
#include "espial/loop.h"

typedef unsigned long long ull;

static const char *status_of(const struct iface *i)
{
    return !i->admin_up ? "administratively down" : i->link_up ? "up" : "down";
}

static const char *protocol_of(const struct iface *i)
{
    return i->up ? "up" : "down";
}

static const char *method_of(const struct iface *i)
{
    return !i->addr ? "unset" : i->addr_manual ? "manual" : "NVRAM";
}

/* Shared by the shows that take a name: one interface, or all when none is given. */
static enum cmd_result each(struct cmd_ctx *c, void (*show)(struct cmd_ctx *, struct iface *))
{
    struct net *net = dataplane_net(c->self);
    const char *name = cmd_str(c, "ifname");
    struct iface *one = name[0] ? iface_by_name(net, name) : NULL;

    if (name[0] && !one) {
        out_printf(c->out, "%% Interface %s does not exist\n", name);
        return CMD_FAIL;
    }
    if (one)
        show(c, one);
    else
        for (struct iface *i = NULL; (i = iface_next(net, i));)
            show(c, i);
    return CMD_OK;
}

/* ---- show ip interface ---- */

static enum cmd_result show_brief(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);

    out_text(c->out, "Interface                  IP-Address      OK? Method Status                Protocol\n");
    for (struct iface *i = NULL; (i = iface_next(net, i));)
        out_printf(c->out, "%-26s %-15s YES %-6s %-21s %-8s\n", i->name, i->addr ? IP4(i->addr) : "unassigned",
                   method_of(i), status_of(i), protocol_of(i));
    return CMD_OK;
}

static void acl_line(struct cmd_ctx *c, const char *what, const char *name)
{
    out_printf(c->out, "  %s access list is %s\n", what, name[0] ? name : "not set");
}

static void ip_one(struct cmd_ctx *c, struct iface *i)
{
    const struct if_addr_conf *second;
    size_t n = iface_secondary(i, &second);

    out_printf(c->out, "%s is %s, line protocol is %s\n", i->name, status_of(i), protocol_of(i));
    if (!i->addr) {
        out_text(c->out, "  Internet protocol processing disabled\n");
        return;
    }
    out_printf(c->out, "  Internet address is %s/%d\n", IP4(i->addr), ip4_mask_len(i->mask));
    out_text(c->out, "  Broadcast address is 255.255.255.255\n");
    out_printf(c->out, "  Address determined by %s\n", i->addr_manual ? "setup command" : "non-volatile memory");
    out_printf(c->out, "  MTU is %u bytes\n", i->mtu);
    out_text(c->out, "  Helper address is not set\n"
                     "  Directed broadcast forwarding is disabled\n");
    for (size_t k = 0; k < n; k++)
        out_printf(c->out, "  Secondary address %s/%d\n", IP4(second[k].addr), ip4_mask_len(second[k].mask));
    acl_line(c, "Outgoing", i->conf->acl_out);
    acl_line(c, "Inbound ", i->conf->acl_in);
    out_text(c->out, "  Proxy ARP is enabled\n"
                     "  Local Proxy ARP is disabled\n"
                     "  Security level is default\n"
                     "  Split horizon is enabled\n"
                     "  ICMP redirects are never sent\n"
                     "  ICMP unreachables are always sent\n"
                     "  ICMP mask replies are never sent\n"
                     "  Router Discovery is disabled\n"
                     "  IP output packet accounting is disabled\n"
                     "  IP access violation accounting is disabled\n"
                     "  TCP/IP header compression is disabled\n"
                     "  RTP/IP header compression is disabled\n"
                     "  Policy routing is disabled\n"
                     "  Network address translation is disabled\n");
    if (i->acl_in || i->crypto)
        out_printf(c->out, "  Input features: %s%s%s\n", i->acl_in ? "Access List" : "",
                   i->acl_in && i->crypto ? ", " : "", i->crypto ? "IPSec input classification" : "");
    if (i->acl_out || i->crypto)
        out_printf(c->out, "  Output features: %s%s%s\n", i->acl_out ? "Access List" : "",
                   i->acl_out && i->crypto ? ", " : "", i->crypto ? "IPSec output classification" : "");
}

static enum cmd_result show_ip(struct cmd_ctx *c)
{
    return each(c, ip_one);
}

/* ---- show interfaces ---- */

struct hardware {
    const char *type, *text;
    unsigned kbit, delay_us;
};
static const struct hardware hardware[] = {
    {"Ethernet", "virtual Ethernet", 10000, 1000},
    {"FastEthernet", "virtual Fast Ethernet", 100000, 100},
    {"GigabitEthernet", "virtual Gigabit Ethernet", 1000000, 10},
    {"TenGigabitEthernet", "virtual Ten Gigabit Ethernet", 10000000, 10},
    {"Loopback", "Loopback", 8000000, 5000},
};

static const struct hardware *hardware_of(const struct iface *i)
{
    for (size_t k = 0; k < sizeof hardware / sizeof hardware[0]; k++) {
        size_t len = strlen(hardware[k].type);
        if (!strncmp(i->name, hardware[k].type, len) && i->name[len] >= '0' && i->name[len] <= '9')
            return &hardware[k];
    }
    return &hardware[0];
}

static const char *ago(uint64_t now, uint64_t at, char buf[16])
{
    return at ? span_format((now - at) / US_PER_S, buf) : "never";
}

static unsigned load(double bps, unsigned kbit)
{
    double part = bps / (kbit * 1000.0) * 255;

    return part < 1 ? 1 : part > 255 ? 255 : (unsigned)part;
}

static void head_one(struct cmd_ctx *c, struct iface *i, const struct hardware *h, unsigned kbit)
{
    out_printf(c->out, "%s is %s, line protocol is %s \n", i->name, status_of(i), protocol_of(i));
    if (i->kind == IFACE_ETHERNET)
        out_printf(c->out, "  Hardware is %s, address is %s (bia %s)\n", h->text, MAC(i->mac), MAC(i->mac));
    else
        out_printf(c->out, "  Hardware is %s\n", h->text);
    if (i->conf->description[0])
        out_printf(c->out, "  Description: %s\n", i->conf->description);
    if (i->addr)
        out_printf(c->out, "  Internet address is %s/%d\n", IP4(i->addr), ip4_mask_len(i->mask));
    out_printf(c->out, "  MTU %u bytes, BW %u Kbit/sec, DLY %u usec, \n",
               i->kind == IFACE_LOOPBACK ? 1514 : i->conf->mtu, kbit, h->delay_us);
    out_printf(c->out, "     reliability 255/255, txload %u/255, rxload %u/255\n", load(i->tx_rate.bps, kbit),
               load(i->rx_rate.bps, kbit));
    out_printf(c->out, "  Encapsulation %s, loopback not set\n", i->kind == IFACE_ETHERNET ? "ARPA" : "LOOPBACK");
    out_text(c->out, "  Keepalive not supported \n");
    if (i->kind == IFACE_ETHERNET)
        out_text(c->out, "  ARP type: ARPA, ARP Timeout 04:00:00\n");
}

static void interface_one(struct cmd_ctx *c, struct iface *i)
{
    uint64_t now = loop_now(net_loop(i->net));
    const struct hardware *h = hardware_of(i);
    unsigned kbit = i->conf->bandwidth ? i->conf->bandwidth : h->kbit;
    char in[16], outp[16], cleared[16];

    iface_rates(i);
    struct iface_count n = iface_counts(i);
    head_one(c, i, h, kbit);
    out_printf(c->out, "  Last input %s, output %s, output hang never\n", ago(now, i->n.last_rx, in),
               ago(now, i->n.last_tx, outp));
    out_printf(c->out, "  Last clearing of \"show interface\" counters %s\n", ago(now, i->cleared_at, cleared));
    out_printf(c->out, "  Input queue: 0/75/0/0 (size/max/drops/flushes); Total output drops: %llu\n", (ull)n.tx_drops);
    out_text(c->out, "  Queueing strategy: fifo\n"
                     "  Output queue: 0/40 (size/max)\n");
    /* IOS rounds the averages to thousands of bits */
    out_printf(c->out, "  5 minute input rate %llu bits/sec, %llu packets/sec\n",
               (ull)(i->rx_rate.bps / 1000 + 0.5) * 1000, (ull)(i->rx_rate.pps + 0.5));
    out_printf(c->out, "  5 minute output rate %llu bits/sec, %llu packets/sec\n",
               (ull)(i->tx_rate.bps / 1000 + 0.5) * 1000, (ull)(i->tx_rate.pps + 0.5));
    out_printf(c->out, "     %llu packets input, %llu bytes, %llu no buffer\n", (ull)n.rx_packets, (ull)n.rx_bytes,
               (ull)n.rx_no_buffer);
    out_printf(c->out, "     Received %llu broadcasts (0 IP multicasts)\n", (ull)n.rx_broadcasts);
    out_printf(c->out,
               "     %llu runts, 0 giants, 0 throttles \n"
               "     %llu input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored\n",
               (ull)n.rx_errors, (ull)n.rx_errors);
    if (i->kind == IFACE_ETHERNET)
        out_text(c->out, "     0 input packets with dribble condition detected\n");
    out_printf(c->out, "     %llu packets output, %llu bytes, 0 underruns\n", (ull)n.tx_packets, (ull)n.tx_bytes);
    out_printf(c->out, "     0 output errors, 0 collisions, %u interface resets\n", n.resets);
    out_printf(c->out, "     %llu unknown protocol drops\n", (ull)n.rx_unknown);
    if (i->kind == IFACE_ETHERNET)
        out_printf(c->out,
                   "     0 babbles, 0 late collision, 0 deferred\n"
                   "     %u lost carrier, 0 no carrier\n",
                   n.lost_carrier);
    out_text(c->out, "     0 output buffer failures, 0 output buffers swapped out\n");
}

static enum cmd_result show_interfaces(struct cmd_ctx *c)
{
    return each(c, interface_one);
}

static enum cmd_result show_description(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);
    char name[IFNAME_MAX];

    out_text(c->out, "Interface                      Status         Protocol Description\n");
    for (struct iface *i = NULL; (i = iface_next(net, i));) {
        ifname_short(i->name, name);
        out_printf(c->out, "%-30s %-14s %-8s %s\n", name, !i->admin_up ? "admin down" : status_of(i), protocol_of(i),
                   i->conf->description);
    }
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show ip", "IP information"),
    HELP(EXEC, "show ip interface", "IP interface status and configuration"),
    DO(EXEC, 1, "show ip interface brief", show_brief, "Brief summary of IP status and configuration"),
    DO(EXEC, 1, "show ip interface [<ifname>]", show_ip, "Interface"),
    HELP(EXEC, "show interfaces", "Interface status and configuration"),
    DO(EXEC, 1, "show interfaces description", show_description, "Show interface description"),
    DO(EXEC, 1, "show interfaces [<ifname>]", show_interfaces, "Interface"),
};
const struct cmd_table dp_table_show_iface = CMD_TABLE("dataplane/cmd/cmd_show_iface", rows);
