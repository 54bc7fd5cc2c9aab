/* cmd_show_crypto.c: show crypto map, show dmvpn.
 *
 * DMVPN belongs to NHRP, which is not there: its show says so in the frame a router without any prints. Heads of
 * protected tunnels are shown by cmd_ipsec_profile.c. */
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/ipsec_cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/acl.h"
#include "dataplane/net/iface.h"


static void print_users(struct cmd_ctx *c, const char *map)
{
    struct net *net = dataplane_net(c->self);

    out_printf(c->out, "\tInterfaces using crypto map %s:\n", map);
    for (const struct iface *i = iface_next(net, NULL); i; i = iface_next(net, i))
        if (i->conf && !strcmp(i->conf->crypto_map, map))
            out_printf(c->out, "\t\t%s\n", i->name);
}

/* The interfaces of a map stand behind its last entry. */
static void print_map(struct cmd_ctx *c, const struct cryptomap_conf *m, bool last)
{
    struct ipsec *ips = dataplane_ipsec(c->self);
    const struct ipsec_conf *conf = ipsec_conf(ips);
    struct out *o = c->out;
    uint32_t kb = m->sa.life_kb ? m->sa.life_kb : conf->life_kb, peer = cryptomap_current_peer(ips, m->name, m->seq);
    bool complete = cryptomap_complete(m) && acl_find(dataplane_net(c->self), m->acl);

    out_printf(o, "Crypto Map IPv4 \"%s\" %u ipsec-isakmp\n", m->name, (unsigned)m->seq);
    if (!complete)
        out_text(o, "\tWARNING: This crypto map is in an incomplete state!\n"
                    "\t\t(missing peer or access-list definitions)\n");
    if (m->description[0])
        out_printf(o, "\tDescription: %s\n", m->description);
    CONF_EACH(const struct map_peer_conf, p, &m->peers)
    out_printf(o, "\tPeer = %s\n", IP4(p->addr));
    out_text(o, "\tAccess-List SS dynamic: False\n");
    if (m->acl[0])
        out_printf(o, "\tExtended IP access list %s\n", m->acl);
    else
        out_text(o, "\tNo matching address list set.\n");
    if (!peer && m->peers.n)
        peer = ((const struct map_peer_conf *)m->peers.v[0])->addr;
    if (complete)
        out_printf(o, "\tCurrent peer: %s\n", IP4(peer));
    out_text(o, "\tSecurity association lifetime: ");
    if (kb == LIFE_KB_OFF)
        out_text(o, "kilobytes disabled");
    else
        out_printf(o, "%u kilobytes", kb);
    out_printf(o, "/%u seconds\n\tDualstack (Y/N): N\n\n\tResponder-Only (Y/N): N\n",
               sa_conf_life_s(conf, &m->sa));
    if (m->sa.pfs)
        out_printf(o, "\tPFS (Y/N): Y\n\tDH group:  group%u\n", (unsigned)m->sa.pfs);
    else
        out_text(o, "\tPFS (Y/N): N\n");
    out_text(o, "\tMixed-mode : Disabled\n");
    sa_print_sets(c, &m->sa);
    if (last)
        print_users(c, m->name);
    out_text(o, "\n");
}

static enum cmd_result show_map(struct cmd_ctx *c)
{
    const struct conf_list *maps = &ipsec_conf(dataplane_ipsec(c->self))->maps;
    const char *tag = cmd_str(c, "name");
    bool any = false;

    for (size_t i = 0; i < maps->n; i++) {
        const struct cryptomap_conf *m = maps->v[i], *next = i + 1 < maps->n ? maps->v[i + 1] : NULL;
        if (*tag && strcmp(tag, m->name))
            continue;
        print_map(c, m, !next || strcmp(next->name, m->name));
        any = true;
    }
    any |= ipsec_print_heads(c, tag);
    if (!any)
        out_text(c->out, "No crypto maps found.\n");
    return CMD_OK;
}

static enum cmd_result show_dmvpn(struct cmd_ctx *c)
{
    static const char rule[] = "================================================================================";

    out_printf(c->out,
               "Legend: Attrb --> S - Static, D - Dynamic, I - Incomplete\n"
               "\tN - NATed, L - Local, X - No Socket\n"
               "\tT1 - Route Installed, T2 - Nexthop-override, B - BGP\n"
               "\tC - CTS Capable, I2 - Temporary\n"
               "\t# Ent --> Number of NHRP entries with same NBMA peer\n"
               "\tNHS Status: E --> Expecting Replies, R --> Responding, W --> Waiting\n"
               "\tUpDn Time --> Up or Down Time for a Tunnel\n"
               "%.74s\n\n",
               rule);
    if (cmd_has(c, "detail"))
        out_printf(c->out, "Crypto Session Details: \n%s\n\nPending DMVPN Sessions:\n\n",
                   "--------------------------------------------------------------------------------");
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 1, "show crypto map [tag <word:name>]", show_map, "Crypto maps|Crypto map tag|Crypto map name"),
    DO(EXEC, 1, "show dmvpn [detail=detail]", show_dmvpn,
       "Dynamic Multipoint VPN information|Show detailed information"),
};
const struct cmd_table dp_table_show_crypto = CMD_TABLE("dataplane/cmd/cmd_show_crypto", rows);
