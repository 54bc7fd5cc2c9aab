/* cmd_show_tunnel.c: tunnels shown: what `show interfaces` says of one. */
#include <stdio.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/net_cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/iface.h"
#include "dataplane/tunnel/tunnel.h"

/* IOS-XE shows as a tunnel's MTU what the largest packet would be. */
#define TUNNEL_SPARE_MTU 8500

static void line_evaluation(struct cmd_ctx *c, const struct tunnel_info *t)
{
    static const char *const why[] = {
        [TUNNEL_NO_SOURCE] = "no IPv4 tunnel source address",
        [TUNNEL_NO_DESTINATION] = "no IPv4 tunnel destination address",
        [TUNNEL_TAKEN] = "another tunnel has this source, destination and key",
        [TUNNEL_NO_OUTPUT] = "no output interface",
        [TUNNEL_RECURSIVE] = "recursive routing",
        [TUNNEL_SILENT] = "keepalive not answered",
        [TUNNEL_UNPROTECTED] = "linestate protection reg down",
        [TUNNEL_UNSHARED] = "another tunnel is protected between these addresses, not shared",
    };

    if (t->line == TUNNEL_LINE_UP)
        out_text(c->out, "  Tunnel linestate evaluation up\n");
    else
        out_printf(c->out, "  Tunnel linestate evaluation down - %s\n", why[t->line]);
}

static void ends(struct cmd_ctx *c, const struct tunnel_conf *conf, const struct tunnel_info *t)
{
    uint32_t src = t->local ? t->local : conf->src;

    out_printf(c->out, "  Tunnel source %s", src ? IP4(src) : "UNKNOWN");
    if (conf->src_if[0])
        out_printf(c->out, " (%s)", conf->src_if);
    if (conf->dst)
        out_printf(c->out, ", destination %s", IP4(conf->dst));
    out_text(c->out, "\n");
}

static void transport(struct cmd_ctx *c, const struct tunnel_conf *conf)
{
    if (conf->mode == TUNNEL_IPSEC) {
        out_text(c->out, "  Tunnel protocol/transport IPSEC/IP\n");
        out_text(c->out, "  Tunnel TTL 255\n"); /* that of ESP; tunnel ttl is for GRE */
        return;
    }
    out_text(c->out, "  Tunnel protocol/transport GRE/IP\n");
    if (conf->has_key)
        out_printf(c->out, "    Key 0x%X, ", (unsigned)conf->key);
    else
        out_text(c->out, "    Key disabled, ");
    out_printf(c->out, "sequencing %s\n", conf->sequence ? "enabled" : "disabled");
    out_printf(c->out, "    Checksumming of packets %s\n", conf->checksum ? "enabled" : "disabled");
    out_printf(c->out, "  Tunnel TTL %u, Fast tunneling enabled\n", (unsigned)conf->ttl);
}

static void path_mtu(struct cmd_ctx *c, const struct tunnel_conf *conf, const struct tunnel_info *t)
{
    if (!conf->pmtud)
        return;
    out_text(c->out, "  Path MTU Discovery, ager ");
    if (conf->pmtu_age)
        out_printf(c->out, "%u mins, ", (unsigned)conf->pmtu_age);
    else
        out_text(c->out, "infinite, ");
    out_printf(c->out, "min MTU %u\n", (unsigned)conf->pmtu_min);
    if (t->path_mtu)
        out_printf(c->out, "  Path destination %s: MTU %u\n", IP4(t->remote), (unsigned)t->path_mtu);
}

static void protection(struct cmd_ctx *c, const struct tunnel_conf *conf)
{
    if (conf->profile[0])
        out_printf(c->out, "  Tunnel protection via IPSec (profile \"%s\")\n", conf->profile);
}

void tunnel_head(struct cmd_ctx *c, const struct iface *i, unsigned txload, unsigned rxload)
{
    const struct tunnel_conf *conf = &i->conf->tunnel;
    struct tunnel_info t;

    if (!tunnel_info(i, &t))
        return;
    out_printf(c->out, "  MTU %u bytes, BW %u Kbit/sec, DLY %u usec, \n", (unsigned)t.transport_mtu + TUNNEL_SPARE_MTU,
               iface_bandwidth(i), iface_delay(i));
    out_printf(c->out, "     reliability %u/255, txload %u/255, rxload %u/255\n", iface_reliability(i), txload,
               rxload);
    out_text(c->out, "  Encapsulation TUNNEL, loopback not set\n");
    if (conf->keepalive)
        out_printf(c->out, "  Keepalive set (%u sec), retries %u\n", (unsigned)conf->ka_period,
                   (unsigned)conf->ka_retries);
    else
        out_text(c->out, "  Keepalive not set\n");
    line_evaluation(c, &t);
    ends(c, conf, &t);
    transport(c, conf);
    path_mtu(c, conf, &t);
    out_printf(c->out, "  Tunnel transport MTU %u bytes\n", (unsigned)t.transport_mtu);
    out_printf(c->out, "  Tunnel transmit bandwidth %u (kbps)\n", (unsigned)conf->tx_kbit);
    out_printf(c->out, "  Tunnel receive bandwidth %u (kbps)\n", (unsigned)conf->rx_kbit);
    protection(c, conf);
}
