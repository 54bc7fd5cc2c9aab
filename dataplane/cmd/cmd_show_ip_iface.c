/* cmd_show_ip_iface.c: interfaces as IP has them: show ip interface [brief] [NAME], show protocols [NAME]. Lines that
 * would speak of what this router has not (helpers, masks, compression) say so, as IOS's do when it is switched off. */
#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/net_cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/acl.h"
#include "dataplane/net/iface.h"

static const char *method_of(const struct iface *i)
{
    return !i->addr ? "unset" : i->addr_manual ? "manual" : "NVRAM";
}

static void brief_one(struct cmd_ctx *c, struct iface *i)
{
    out_printf(c->out, "%-26s %-15s YES %-6s %-21s %-8s\n", i->name, i->addr ? IP4(i->addr) : "unassigned",
               method_of(i), if_status(i), if_protocol(i));
}

static enum cmd_result show_brief(struct cmd_ctx *c)
{
    if (!if_exists(c))
        return CMD_FAIL;
    out_text(c->out, "Interface                  IP-Address      OK? Method Status                Protocol\n");
    return if_each(c, brief_one);
}

static void acl_line(struct cmd_ctx *c, const char *what, const char *name)
{
    out_printf(c->out, "  %s access list is %s\n", what, name[0] ? name : "not set");
}

static void ip_one(struct cmd_ctx *c, struct iface *i)
{
    const struct if_addr_conf *second;
    size_t n = iface_secondary(i, &second);

    out_printf(c->out, "%s is %s, line protocol is %s\n", i->name, if_status(i), if_protocol(i));
    if (!i->addr) {
        out_text(c->out, "  Internet protocol processing disabled\n");
        return;
    }
    if_address(c, i);
    out_text(c->out, "  Broadcast address is 255.255.255.255\n");
    if (!i->unnumbered)
        out_printf(c->out, "  Address determined by %s\n", i->addr_manual ? "setup command" : "non-volatile memory");
    out_printf(c->out, "  MTU is %u bytes\n", i->mtu);
    out_text(c->out, "  Helper address is not set\n"
                     "  Directed broadcast forwarding is disabled\n");
    for (size_t k = 0; k < n; k++)
        out_printf(c->out, "  Secondary address %s/%d\n", IP4(second[k].addr), ip4_mask_len(second[k].mask));
    acl_line(c, "Outgoing", i->conf->acl_out);
    acl_line(c, "Inbound ", i->conf->acl_in);
    out_printf(c->out,
               "  Proxy ARP is %s\n"
               "  Local Proxy ARP is disabled\n"
               "  Security level is default\n"
               "  Split horizon is enabled\n"
               "  ICMP redirects are %s sent\n"
               "  ICMP unreachables are %s sent\n"
               "  ICMP mask replies are never sent\n"
               "  Router Discovery is disabled\n"
               "  IP output packet accounting is disabled\n"
               "  IP access violation accounting is disabled\n"
               "  TCP/IP header compression is disabled\n"
               "  RTP/IP header compression is disabled\n"
               "  Policy routing is disabled\n"
               "  Network address translation is disabled\n",
               i->conf->proxy_arp ? "enabled" : "disabled",
               i->kind == IFACE_ETHERNET && i->conf->redirects ? "always" : "never",
               i->conf->unreachables ? "always" : "never");
    if (i->acl_in || i->crypto)
        out_printf(c->out, "  Input features: %s%s%s\n", i->acl_in ? "Access List" : "",
                   i->acl_in && i->crypto ? ", " : "", i->crypto ? "IPSec input classification" : "");
    if (i->acl_out || i->crypto)
        out_printf(c->out, "  Output features: %s%s%s\n", i->acl_out ? "Access List" : "",
                   i->acl_out && i->crypto ? ", " : "", i->crypto ? "IPSec output classification" : "");
}

static enum cmd_result show_ip(struct cmd_ctx *c)
{
    return if_each(c, ip_one);
}

/* ---- show protocols ---- */

static void protocols_one(struct cmd_ctx *c, struct iface *i)
{
    const struct if_addr_conf *second;
    size_t n = iface_secondary(i, &second);

    out_printf(c->out, "%s is %s, line protocol is %s\n", i->name, if_status(i), if_protocol(i));
    if_address(c, i);
    for (size_t k = 0; k < n; k++)
        out_printf(c->out, "  Secondary address is %s/%d\n", IP4(second[k].addr), ip4_mask_len(second[k].mask));
}

static enum cmd_result show_protocols(struct cmd_ctx *c)
{
    if (!if_exists(c))
        return CMD_FAIL;
    if (!cmd_has(c, "ifname"))
        out_text(c->out, "Global values:\n  Internet Protocol routing is enabled\n");
    return if_each(c, protocols_one);
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show ip", "IP information"),
    HELP(EXEC, "show ip interface", "IP interface status and configuration"),
    DO(EXEC, 1, "show ip interface brief [<ifname>]", show_brief,
       "Brief summary of IP status and configuration|Interface"),
    DO(EXEC, 1, "show ip interface [<ifname>]", show_ip, "Interface"),
    DO(EXEC, 1, "show ip interface <ifname> brief", show_brief, "|Brief summary of IP status and configuration"),
    DO(EXEC, 1, "show protocols [<ifname>]", show_protocols, "Active network routing protocols|Interface"),
};
const struct cmd_table dp_table_show_ip_iface = CMD_TABLE("dataplane/cmd/cmd_show_ip_iface", rows);
