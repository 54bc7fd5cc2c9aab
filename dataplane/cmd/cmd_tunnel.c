/* cmd_tunnel.c: interface TunnelN: its ends, mode, key, keepalives, path MTU discovery; debug tunnel keepalive.
 *
 * The rows stand in the mode of all interfaces and write struct tunnel_conf of struct if_conf; the tunnel floor hears of
 * a change as of any other line of an interface. Protection names an IPsec profile, which may come later: until then
 * nothing passes; an access list for it is for ipsec mode alone, so the mode cannot change while there is one. They are
 * refused on interfaces that are no tunnels. Not there, because nothing stands behind them: gre multipoint and the IPv6
 * modes, tunnel vrf. A destination by name is looked up when it is typed; its address is what is kept. */
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/net_cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/iface.h"
#include "dataplane/tunnel/tunnel.h"

bool tunnel_check(void *self, const struct if_conf *c, struct out *out)
{
    struct if_conf plain = {0};

    (void)self;
    if (str_starts(c->name, "Tunnel")) {
        if (!strcmp(c->tunnel.src_if, c->name)) {
            out_text(out, "% Tunnel source interface cannot be the tunnel itself\n");
            return false;
        }
        if (c->crypto_map[0]) {
            out_text(out, "% NOTE: crypto map is configured on tunnel interface.\n"
                          "\tCurrently only GDOI crypto map is supported on tunnel interface.\n");
            return false;
        }
        if (c->tunnel.policy[0] && c->tunnel.mode != TUNNEL_IPSEC) {
            out_text(out, "% Tunnel protection ipsec policy is for tunnel mode ipsec ipv4 only\n");
            return false;
        }
        return true;
    }
    iface_conf_init(&plain);
    bool same = !memcmp(&plain.tunnel, &c->tunnel, sizeof c->tunnel);
    iface_conf_fini(&plain);
    if (!same)
        out_printf(out, "%% %s is not a tunnel interface\n", c->name);
    return same;
}

static enum cmd_result do_destination(struct cmd_ctx *c)
{
    const char *name = cmd_str(c, "name");
    struct if_conf *conf = c->obj;
    uint32_t old = conf->tunnel.dst;

    if (!dataplane_resolve(c->self, name, &conf->tunnel.dst)) {
        out_printf(c->out, "%% Unrecognized host or address: %s\n", name);
        return CMD_FAIL;
    }
    if (!tunnel_check(c->self, conf, c->out)) {
        conf->tunnel.dst = old;
        return CMD_FAIL;
    }
    iface_conf_changed(dataplane_net(c->self), conf, false);
    return CMD_OK;
}

static enum cmd_result turn(struct cmd_ctx *c, bool on)
{
    *tunnels_debug_keepalive(dataplane_tunnels(c->self)) = on;
    out_printf(c->out, "Tunnel keepalive debugging is %s\n", on ? "on" : "off");
    return CMD_OK;
}

static enum cmd_result debug_keepalive(struct cmd_ctx *c)
{
    return turn(c, !c->no);
}

static enum cmd_result undebug_keepalive(struct cmd_ctx *c)
{
    return turn(c, false);
}

#define T(f)     NUM_IN(struct if_conf, tunnel, f)
#define T_TXT(f) TXT_IN(struct if_conf, tunnel, f)
static const struct cmd_row rows[] = {
    SET(CONFIG_IF, NULL, "keepalive=keepalive [<ka_period:1-32767> [<ka_retries:1-254>]]",
        "Enable keepalive|Keepalive period (default 10 seconds)|Keepalive retries (default 3 retries)", T(keepalive),
        T(ka_period), T(ka_retries)),
    HELP(CONFIG_IF, "tunnel", "protocol-over-protocol tunneling"),
    SET(CONFIG_IF, NULL, "tunnel source {<ip:src>|<ifname:src_if>}", "source of tunnel packets|ip address|Interface",
        T(src), T_TXT(src_if)),
    HELP(CONFIG_IF, "tunnel mode", "tunnel encapsulation method"),
    SET(CONFIG_IF, NULL, "tunnel mode {gre ip=mode:0|ipsec ipv4=mode:1}",
        "generic route encapsulation protocol|over IP|IPSec tunnel encapsulation|over IPv4", T(mode)),
    SET(CONFIG_IF, NULL, "tunnel destination <ip:dst>", "destination of tunnel|ip address", T(dst)),
    DO(CONFIG_IF, 15, "tunnel destination <word:name>", do_destination,
       "destination of tunnel|ip address or host name"),
    SET(CONFIG_IF, NULL, "tunnel key=has_key <key:0-4294967295>", "security or selector key|key", T(has_key), T(key)),
    SET(CONFIG_IF, NULL, "tunnel checksum=checksum", "enable end to end checksumming of packets", T(checksum)),
    SET(CONFIG_IF, NULL, "tunnel sequence-datagrams=sequence", "drop datagrams arriving out of order", T(sequence)),
    SET(CONFIG_IF, NULL, "tunnel tos <tos:0-255>", "set type of sevice byte|tos", T(tos)),
    SET(CONFIG_IF, NULL, "tunnel ttl <ttl:1-255>", "set time to live|ttl", T(ttl)),
    SET(CONFIG_IF, NULL,
        "tunnel path-mtu-discovery=pmtud &{[age-timer {<pmtu_age:10-30>|infinite=pmtu_age:0}]|"
        "[min-mtu <pmtu_min:92-65535>]}",
        "Enable Path MTU Discovery on tunnel|Set PMTUD aging timer|Aging time (minutes)|Disable pmtud aging timer|"
        "Min pmtud mtu allowed|MTU",
        T(pmtud), T(pmtu_age), T(pmtu_min)),
    HELP(CONFIG_IF, "tunnel protection", "Enable tunnel protection"),
    HELP(CONFIG_IF, "tunnel protection ipsec", "Use ipsec to protect this tunnel interface"),
    SET(CONFIG_IF, NULL, "tunnel protection ipsec policy ipv4 <word:policy>",
        "Determine the traffic to be protected, each line by SAs of its own|IPv4|access-list name", T_TXT(policy)),
    SET(CONFIG_IF, NULL,
        "tunnel protection ipsec profile <word:profile> "
        "[isakmp-profile <word:isakmp_profile>|ikev2-profile <word:ikev2_profile>] [shared=shared]",
        "Determine the ipsec policy profile to use.|profile name|"
        "Isakmp profile that needs to be used|isakmp profile name|Ikev2 profile that needs to be used|ikev2 profile "
        "name|"
        "Specify a shared crypto socket/SADB",
        T_TXT(profile), T_TXT(isakmp_profile), T_TXT(ikev2_profile), T(shared)),
    HELP(CONFIG_IF, "tunnel bandwidth", "Set tunnel bandwidth"),
    SET(CONFIG_IF, NULL, "tunnel bandwidth transmit <tx_kbit:0-10000000>",
        "Transmit bandwidth of the tunnel|Bandwidth (kbps)", T(tx_kbit)),
    SET(CONFIG_IF, NULL, "tunnel bandwidth receive <rx_kbit:0-10000000>",
        "Receive bandwidth of the tunnel|Bandwidth (kbps)", T(rx_kbit)),
    HELP(EXEC, "debug tunnel", "Generic Tunnel Interface"),
    DO_NO(EXEC, 15, "debug tunnel keepalive", debug_keepalive, "Tunnel keepalive"),
    HELP(EXEC, "undebug tunnel", "Generic Tunnel Interface"),
    DO(EXEC, 15, "undebug tunnel keepalive", undebug_keepalive, "Tunnel keepalive"),
};
const struct cmd_table dp_table_tunnel = CMD_TABLE("dataplane/cmd/cmd_tunnel", rows);
