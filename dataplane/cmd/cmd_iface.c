/* cmd_iface.c: interface NAME and what is said of one; clear counters.
 *
 * The grammar writes struct if_conf; iface_conf_changed compares it with what runs. Addresses are checked before they
 * are taken, as IOS does: a mask that makes the address no host, a network that another interface has. Other features
 * (crypto map) add rows of their own to this mode, in their own files. */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/net_cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/iface.h"
#include "espial/mem.h"
#include "espial/text.h"

static void *conf_global(void *self)
{
    return net_conf(dataplane_net(self));
}

static void net_init(void *obj)
{
    net_conf_defaults(obj);
}

const struct cmd_scope dp_net_scope = {.size = sizeof(struct net_conf), .init = net_init, .global = conf_global};

/* ---- checks ---- */

static bool overlaps(uint32_t a, uint32_t amask, uint32_t b, uint32_t bmask)
{
    uint32_t mask = amask & bmask;

    return b && (a & mask) == (b & mask);
}

static const struct if_addr_conf *secondary_of(const struct if_conf *c, uint32_t addr)
{
    CONF_EACH(struct if_addr_conf, s, &c->secondary)
    if (s->addr == addr)
        return s;
    return NULL;
}

/* Does another configured interface have (part of) this network? An interface's own networks may share addresses. */
static bool network_free(struct net *net, const char *own, uint32_t addr, uint32_t mask, struct out *out)
{
    CONF_EACH(struct if_conf, c, &net_conf(net)->ifaces)
    {
        bool taken = overlaps(addr, mask, c->addr, c->mask);
        if (!strcmp(c->name, own))
            continue;
        CONF_EACH(struct if_addr_conf, s, &c->secondary)
        taken = taken || overlaps(addr, mask, s->addr, s->mask);
        if (taken) {
            out_printf(out, "%% %s overlaps with %s\n", IP4(addr & mask), c->name);
            return false;
        }
    }
    return true;
}

static bool address_ok(uint32_t addr, uint32_t mask, struct out *out)
{
    int len = ip4_mask_len(mask);

    if (len < 0) {
        out_printf(out, "Bad mask 0x%X for address %s\n", mask, IP4(addr));
        return false;
    }
    if (addr >> 28 >= 14 || addr >> 24 == 0 || addr >> 24 == 127) {
        out_printf(out, "Not a valid host address - %s\n", IP4(addr));
        return false;
    }
    if (len == 0 || (len < 31 && ((addr & ~mask) == 0 || (addr | mask) == 0xFFFFFFFFu))) {
        out_printf(out, "Bad mask /%d for address %s\n", len, IP4(addr));
        return false;
    }
    return true;
}

/* ---- interface NAME ---- */

static void if_init(void *obj)
{
    iface_conf_init(obj);
}

static void if_fini(void *obj)
{
    iface_conf_fini(obj);
}

static bool if_check(void *self, const void *obj, struct out *out)
{
    const struct if_conf *c = obj;
    struct net *net = dataplane_net(self);

    if (!iface_name_known(c->name)) {
        out_printf(out, "%% Interface %s is not supported\n", c->name);
        return false;
    }
    if ((c->negotiation || c->duplex || c->speed) && !iface_name_ethernet(c->name)) {
        out_printf(out, "%% %s is not an Ethernet interface\n", c->name);
        return false;
    }
    if (c->load_interval % 30) {
        out_text(out, "% Load interval must be in increments of 30 seconds\n");
        return false;
    }
    if (!tunnel_check(self, c, out))
        return false;
    if (c->unnumbered[0] && !str_starts(c->name, "Tunnel")) {
        out_text(out, "Point-to-point (non-multi-access) interfaces only\n");
        return false;
    }
    if (c->unnumbered[0] && (!strcmp(c->unnumbered, c->name) || str_starts(c->unnumbered, "Tunnel"))) {
        out_printf(out, "Cannot use an unnumbered interface: %s\n", c->unnumbered);
        return false;
    }
    if (!c->addr)
        return true;
    if (secondary_of(c, c->addr)) {
        out_printf(out, "%% %s is assigned as a secondary address on %s\n", IP4(c->addr), c->name);
        return false;
    }
    return address_ok(c->addr, c->mask, out) && network_free(net, c->name, c->addr, c->mask, out);
}

static void if_changed(void *self, void *obj, enum cmd_change what)
{
    struct if_conf *c = obj;
    const struct iface *ifc = iface_by_name(dataplane_net(self), c->name);

    if (c->addr && c->unnumbered[0]) { /* what was typed last takes the place of the other */
        if (ifc && ifc->unnumbered)
            c->unnumbered[0] = 0;
        else
            c->addr = c->mask = 0;
    }
    if (!c->addr)
        conf_list_clear(&c->secondary); /* `no ip address` takes them all */
    iface_conf_changed(dataplane_net(self), c, what == CMD_REMOVED);
}

/* `ip unnumbered` says where the address comes from: that there is none of its own is not said then. */
static void print_address(void *self, const void *obj, struct text *out)
{
    const struct if_conf *c = obj;

    (void)self;
    if (c->addr)
        text_printf(out, "ip address %s %s\n", IP4(c->addr), IP4(c->mask));
    else if (!c->unnumbered[0])
        text_add(out, "no ip address\n");
}

/* `no ip address A M`: that address and no other, and it last. Other settings of the mode come here too, with the same address in both. */
static bool if_unset(void *self, const void *obj, const void *typed, struct out *out)
{
    const struct if_conf *c = obj, *t = typed;

    (void)self;
    if (t->addr != c->addr || t->mask != c->mask) {
        out_text(out, "Invalid address\n");
        return false;
    }
    return true;
}

/* A port with a cable stays: `default interface` takes its configuration. One that is only configured may go. */
static bool if_leaves(void *self, const void *obj, struct out *out)
{
    const struct iface *ifc = iface_by_name(dataplane_net(self), ((const struct if_conf *)obj)->name);

    if (!ifc || !ifc->link)
        return true;
    out_text(out, "% Removal of physical interfaces is not permitted\n");
    return false;
}

static const struct cmd_scope if_scope = {.size = sizeof(struct if_conf),
                                          .init = if_init,
                                          .fini = if_fini,
                                          .check = if_check,
                                          .changed = if_changed,
                                          .leaves = if_leaves,
                                          .unset = if_unset};

/* The owning interface hears of a change after the element: nothing to do here but to judge it. */
static bool addr_joins(void *self, const void *parent, const void *obj, struct out *out)
{
    const struct if_conf *c = parent;
    const struct if_addr_conf *a = obj;

    if (!address_ok(a->addr, a->mask, out))
        return false;
    if (a->addr == c->addr) {
        out_printf(out, "%% %s overlaps with %s\n", IP4(a->addr & a->mask), c->name);
        return false;
    }
    return network_free(dataplane_net(self), c->name, a->addr, a->mask, out);
}

static const struct cmd_scope addr_scope = {
    .size = sizeof(struct if_addr_conf), .joins = addr_joins};

/* ---- clear counters ---- */

struct clear_ask {
    struct dataplane *dp;
    const struct cmd_host *host;
    struct shell *shell;
    char name[IFNAME_MAX];
};

static void clear_abort(void *arg, bool closing)
{
    struct clear_ask a = *(struct clear_ask *)arg;

    mem_free(arg);
    a.host->on_abort(a.shell, NULL, NULL);
    if (!closing)
        cmd_done(a.host, a.shell, CMD_OK);
}

static void clear_answer(void *arg, const char *key)
{
    const struct clear_ask *a = arg;
    struct iface *ifc = iface_by_name(dataplane_net(a->dp), a->name);

    if ((!key[0] || key[0] == 'y' || key[0] == 'Y') && (ifc || !a->name[0]))
        iface_clear_counters(dataplane_net(a->dp), ifc);
    clear_abort(arg, false);
}

static enum cmd_result do_clear_counters(struct cmd_ctx *c)
{
    const char *name = cmd_str(c, "ifname");
    char prompt[128];

    if (!if_exists(c))
        return CMD_FAIL;
    struct clear_ask *a = NEW(struct clear_ask);
    *a = (struct clear_ask){.dp = c->self, .host = c->host, .shell = c->shell};
    str_copy(a->name, sizeof a->name, name);
    snprintf(prompt, sizeof prompt, "Clear \"show interface\" counters on %s [confirm]",
             name[0] ? "this interface" : "all interfaces");
    c->host->on_abort(c->shell, clear_abort, a);
    c->host->ask(c->shell, prompt, true, clear_answer, a);
    return CMD_WAIT;
}

#define F(f) NUM(struct if_conf, f)
static const struct cmd_row rows[] = {
    {.kind = CMD_MODE_ROW, .mode = CONFIG, .enters = CONFIG_IF, .flags = CMD_STAYS, .scope = &if_scope,
     .parent = &dp_net_scope, .list_off = offsetof(struct net_conf, ifaces), .sentence = "interface <ifname:name>",
     .help = "Select an interface to configure|Interface", .binds = CMD_BINDS(KEY_TXT(struct if_conf, name))},
    SET(CONFIG_IF, NULL, "description <line:description>",
        "Interface specific description|Up to 240 characters describing this interface",
        TXT(struct if_conf, description)),
    SET(CONFIG_IF, NULL, "mtu <mtu:64-9216>", "Set the interface Maximum Transmission Unit (MTU)|MTU size in bytes",
        F(mtu)),
    SET(CONFIG_IF, NULL, "bandwidth <bandwidth:1-10000000>",
        "Set bandwidth informational parameter|Bandwidth in kilobits", F(bandwidth)),
    SET(CONFIG_IF, NULL, "delay <delay:1-16777215>",
        "Specify interface throughput delay|Throughput delay (tens of microseconds)", F(delay)),
    SET(CONFIG_IF, NULL, "load-interval <load_interval:30-600>",
        "Specify interval for load calculation for an interface|Load interval delay in seconds", F(load_interval)),
    HELP(CONFIG_IF, "ip", "Interface Internet Protocol config commands"),
    HELP(CONFIG_IF, "ip address", "Set the IP address of an interface"),
    {.kind = CMD_SET_ROW,
     .mode = CONFIG_IF,
     .sentence = "ip address <ip:addr> <mask>",
     .help = "IP address|IP subnet mask",
     .print = print_address,
     .binds = CMD_BINDS(F(addr), F(mask))},
    LINE(CONFIG_IF, &addr_scope, NULL, struct if_conf, secondary, "ip address <ip:addr> <mask> secondary",
         "||Make this IP address a secondary address", KEY_NUM(struct if_addr_conf, addr),
         NUM(struct if_addr_conf, mask)),
    SET(CONFIG_IF, NULL, "ip redirects=redirects", "Enable sending ICMP Redirect messages", F(redirects)),
    SET(CONFIG_IF, NULL, "ip unreachables=unreachables", "Enable sending ICMP Unreachable messages", F(unreachables)),
    SET(CONFIG_IF, NULL, "ip proxy-arp=proxy_arp", "Enable proxy ARP", F(proxy_arp)),
    HELP(CONFIG_IF, "ip access-group", "Specify access control for packets"),
    SET(CONFIG_IF, NULL, "ip access-group <word:acl_in> in", "Access-list number or name|inbound packets",
        TXT(struct if_conf, acl_in)),
    SET(CONFIG_IF, NULL, "ip access-group <word:acl_out> out", "Access-list number or name|outbound packets",
        TXT(struct if_conf, acl_out)),
    SET(CONFIG_IF, NULL, "ip unnumbered <ifname:unnumbered>",
        "Enable IP processing without an explicit address|Interface", TXT(struct if_conf, unnumbered)),
    HELP(CONFIG_IF, "ip tcp", "TCP interface commands"),
    SET(CONFIG_IF, NULL, "ip tcp adjust-mss <tcp_mss:500-1460>",
        "Adjust the mss of transit packets|Maximum segment size in bytes", F(tcp_mss)),
    SET(CONFIG_IF, NULL, "ip mtu <ip_mtu:68-9216>", "Set IP Maximum Transmission Unit|MTU (bytes)", F(ip_mtu)),
    HELP(CONFIG_IF, "arp", "Set arp type (arpa, probe, snap) or timeout"),
    SET(CONFIG_IF, NULL, "arp timeout <arp_timeout:1-2147483>", "Set ARP cache timeout|Seconds", F(arp_timeout)),
    HELP(CONFIG_IF, "snmp", "Modify SNMP interface parameters"),
    HELP(CONFIG_IF, "snmp trap", "Allow a specific SNMP trap"),
    SET(CONFIG_IF, NULL, "snmp trap link-status=link_traps", "Allow SNMP LINKUP and LINKDOWN traps", F(link_traps)),
    HELP(CONFIG_IF, "snmp ifindex", "Persist ifindex for the interface"),
    SET(CONFIG_IF, NULL, "snmp ifindex persist=ifindex_persist", "Persist interface index", F(ifindex_persist)),
    HELP(CONFIG, "snmp-server ifindex", "Enable ifindex persistence"),
    SET(CONFIG, &dp_net_scope, "snmp-server ifindex persist=ifindex_persist", "Persist interface indices",
        NUM(struct net_conf, ifindex_persist)),
    SET(CONFIG_IF, NULL, "shutdown=shutdown", "Shutdown the selected interface", F(shutdown)),
    SET(CONFIG_IF, NULL, "duplex {auto=duplex:1|full=duplex:2}",
        "Configure duplex operation.|Enable AUTO duplex configuration|Force full duplex operation", F(duplex)),
    SET(CONFIG_IF, NULL, "speed {10=speed:10|100=speed:100|1000=speed:1000|auto=speed:1}",
        "Configure speed operation.|Force 10 Mbps operation|Force 100 Mbps operation|Force 1000 Mbps operation|Enable "
        "AUTO speed configuration",
        F(speed)),
    SET(CONFIG_IF, NULL, "negotiation auto=negotiation", "Select Autonegotiation mode|Enables Autonegotiation",
        F(negotiation)),
    HELP(CONFIG_IF, "cdp", "CDP interface subcommands"),
    SET_F(CONFIG_IF, NULL, CMD_NO_ONLY, "cdp enable=cdp", "Enable CDP on interface", F(cdp)),
    HELP(CONFIG_IF, "mop", "DEC MOP server commands"),
    SET_F(CONFIG_IF, NULL, CMD_NO_ONLY, "mop enabled=mop", "Enable MOP for interface", F(mop)),
    SET_F(CONFIG_IF, NULL, CMD_NO_ONLY, "mop sysid=mop_sysid", "Send system id packets", F(mop_sysid)),
    HELP(CONFIG, "ip icmp", "Configure ICMP settings"),
    HELP(CONFIG, "ip icmp rate-limit", "Rate limit ICMP messages"),
    SET(CONFIG, &dp_net_scope, "ip icmp rate-limit unreachable=unr_limited [<unr_ms:1-4294967295>]",
        "Rate limit ICMP unreachable messages|Once per milliseconds", NUM(struct net_conf, unr_limited),
        NUM(struct net_conf, unr_ms)),
    SET(CONFIG, &dp_net_scope, "ip icmp rate-limit unreachable DF=df_limited [<df_ms:1-4294967295>]",
        "|code 4, fragmentation needed and DF set|Once per milliseconds", NUM(struct net_conf, df_limited),
        NUM(struct net_conf, df_ms)),
    HELP(EXEC, "clear", "Reset functions"),
    DO(EXEC, 15, "clear counters [<ifname>]", do_clear_counters, "Clear counters on one or all interfaces|Interface"),
};
const struct cmd_table dp_table_iface = CMD_TABLE("dataplane/cmd/cmd_iface", rows);
