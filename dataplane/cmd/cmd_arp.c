/* cmd_arp.c: arp ADDRESS HARDWARE-ADDRESS ARPA; show [ip] arp [NAME | ADDRESS | summary], clear arp-cache, clear ip arp. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/net_cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/arp.h"
#include "dataplane/net/iface.h"
#include "espial/loop.h"
#include "espial/mem.h"

typedef unsigned long long ull;

/* ---- arp ADDRESS HARDWARE-ADDRESS ARPA ---- */

static void arp_settle(void *obj)
{
    struct arp_conf *a = obj;
    uint8_t mac[6];

    if (mac_parse(a->mac, mac))
        mac_format(mac, a->mac);
}

static bool arp_check(void *self, const void *obj, struct out *out)
{
    const struct arp_conf *a = obj;
    uint8_t mac[6];
    (void)self;

    if (!mac_parse(a->mac, mac) || (mac[0] & 1)) {
        out_text(out, "% Invalid hardware address\n");
        return false;
    }
    return true;
}

static void arp_changed(void *self, void *obj, enum cmd_change what)
{
    arp_statics_changed(dataplane_net(self), what == CMD_REMOVED ? obj : NULL);
}

static const struct cmd_scope arp_scope = {
    .size = sizeof(struct arp_conf), .check = arp_check, .changed = arp_changed, .settle = arp_settle};

/* ---- shows ---- */

static enum cmd_result show_arp(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);
    size_t n = arp_rows(net, NULL, 0);
    struct arp_row *rows = mem_array(n + 1, sizeof *rows);
    const char *ifname = cmd_str(c, "ifname");
    uint32_t addr = cmd_ip(c, "ip");

    n = arp_rows(net, rows, n);
    out_text(c->out, "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n");
    for (size_t i = 0; i < n; i++) {
        char age[24] = "-";
        if ((addr && rows[i].addr != addr) || (ifname[0] && strcmp(rows[i].ifc->name, ifname)))
            continue;
        if (!rows[i].own && !rows[i].fixed)
            snprintf(age, sizeof age, "%llu", (ull)(rows[i].age_us / (60 * US_PER_S)));
        if (rows[i].complete)
            out_printf(c->out, "Internet  %-15s%10s   %s  ARPA   %s\n", IP4(rows[i].addr), age, MAC(rows[i].mac),
                       rows[i].ifc->name);
        else
            out_printf(c->out, "Internet  %-15s%10s   Incomplete      ARPA   \n", IP4(rows[i].addr), age);
    }
    mem_free(rows);
    return CMD_OK;
}

static enum cmd_result do_clear_arp(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);
    const char *ifname = cmd_str(c, "ifname");

    if (!if_exists(c))
        return CMD_FAIL;
    arp_clear(net, ifname[0] ? iface_by_name(net, ifname) : NULL, cmd_ip(c, "ip"));
    return CMD_OK;
}

static enum cmd_result show_summary(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);
    size_t n = arp_rows(net, NULL, 0), own = 0, fixed = 0, incomplete = 0;
    struct arp_row *rows = mem_array(n + 1, sizeof *rows);
    unsigned *of = mem_array(iface_index_max(net) + 1, sizeof *of); /* entries by index of the interface */

    n = arp_rows(net, rows, n);
    for (size_t i = 0; i < n; i++) {
        own += rows[i].own;
        fixed += rows[i].fixed;
        incomplete += !rows[i].complete;
        of[rows[i].ifc->index]++;
    }
    if (cmd_has(c, "short")) {
        out_printf(c->out, "%zu IP ARP entries, with %zu of them incomplete\n", n, incomplete);
    } else {
        out_printf(c->out,
                   "Total number of entries in the ARP table: %zu.\n"
                   "Total number of Dynamic ARP entries: %zu.\n"
                   "Total number of Incomplete ARP entries: %zu.\n"
                   "Total number of Interface ARP entries: %zu.\n"
                   "Total number of Static ARP entries: %zu.\n"
                   "Total number of Alias ARP entries: 0.\n"
                   "Total number of Simple Application ARP entries: 0.\n"
                   "Interface           Entry Count\n",
                   n, n - own - fixed - incomplete, incomplete, own, fixed);
        for (struct iface *i = NULL; (i = iface_next(net, i));)
            if (of[i->index])
                out_printf(c->out, "%-20s%5u\n", i->name, of[i->index]);
    }
    mem_free(of);
    mem_free(rows);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    LINE(CONFIG, &arp_scope, &dp_net_scope, struct net_conf, arps, "arp <ip:addr> <word:mac> ARPA",
         "Set a static ARP entry|IP address of ARP entry|48-bit hardware address of ARP entry|ARP type ARPA",
         KEY_NUM(struct arp_conf, addr), TXT(struct arp_conf, mac)),
    HELP(EXEC, "show ip", "IP information"),
    HELP(EXEC, "show ip arp", "IP ARP table"),
    HELP(EXEC, "show arp", "ARP table"),
    DO(EXEC, 1, "show arp [<ifname>|<ip>]", show_arp, "ARP table for an interface|Filter on IP address"),
    DO(EXEC, 1, "show ip arp [<ifname>|<ip>]", show_arp, "ARP table for an interface|Filter on IP address"),
    DO(EXEC, 1, "show arp summary", show_summary, "IP ARP table summary"),
    DO(EXEC, 1, "show ip arp summary=short", show_summary, "IP ARP table summary"),
    HELP(EXEC, "clear", "Reset functions"),
    HELP(EXEC, "clear ip", "IP"),
    DO(EXEC, 15, "clear arp-cache [interface <ifname>|<ip>]", do_clear_arp,
       "Clear the entire ARP cache|Clear the entire ARP cache on the interface|Interface|IP address"),
    DO(EXEC, 15, "clear ip arp <ip>", do_clear_arp, "Clear ARP|IP address"),
};
const struct cmd_table dp_table_arp = CMD_TABLE("dataplane/cmd/cmd_arp", rows);
