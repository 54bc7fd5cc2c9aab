/* cmd_show_crypto.c: show crypto map, show crypto dynamic-map, show dmvpn.
 *
 * What peers negotiated below a dynamic entry stands behind the entries of its map, numbered from 65536.
 * DMVPN belongs to NHRP, which is not there: its show says so in the frame a router without any prints. Heads of
 * protected tunnels are shown by cmd_ipsec_profile.c. */
#include <stdio.h>
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

static void print_profiles(struct out *o, const struct sa_conf *sa)
{
    if (sa->isakmp_profile[0])
        out_printf(o, "\tISAKMP Profile: %s\n", sa->isakmp_profile);
    if (sa->ikev2_profile[0])
        out_printf(o, "\tIKEv2 Profile: %s\n", sa->ikev2_profile);
    out_text(o, "\tAccess-List SS dynamic: False\n");
}

#define GROUP_HEAD "\tDH group:  "

/* What a map's entry and a template have in common. */
static void print_entry(struct cmd_ctx *c, const struct cryptomap_conf *m, uint32_t peer)
{
    struct out *o = c->out;

    if (m->description[0])
        out_printf(o, "\tDescription: %s\n", m->description);
    CONF_EACH(const struct map_peer_conf, p, &m->peers)
    out_printf(o, "\tPeer = %s\n", p->name[0] && !p->addr ? p->name : IP4(p->addr));
    print_profiles(o, &m->sa);
    if (m->acl[0])
        out_printf(o, "\tExtended IP access list %s\n", m->acl);
    else
        out_text(o, "\tNo matching address list set.\n");
    if (peer)
        out_printf(o, "\tCurrent peer: %s\n", IP4(peer));
    if (m->manual)
        manual_map_print(c, m);
    else
        sa_print(c, &m->sa, false, GROUP_HEAD);
}

/* The next flow that was negotiated below a dynamic entry of this map, and that entry of the dynamic map. */
static const struct cryptomap_conf *next_negotiated(struct cmd_ctx *c, const char *map, size_t *at,
                                                    struct ipsec_flow_info *f)
{
    const struct ipsec_conf *conf = ipsec_conf(dataplane_ipsec(c->self));

    while (ipsec_flow_next(dataplane_ipsec(c->self), at, f)) {
        const struct cryptomap_conf *m =
            f->dynamic && !strcmp(f->map, map) ? cryptomap_conf_find(&conf->maps, map, f->seq) : NULL;
        const struct cryptomap_conf *t = m ? cryptomap_conf_find(&conf->dynamics, m->dynamic, f->dyn_seq) : NULL;
        if (t)
            return t;
    }
    return NULL;
}

#define NEGOTIATED_SEQ 65536u /* the first number behind all that can be configured */

/* Entries of their own, without a line in the configuration, each with the number it keeps as long as it is there. */
static void print_negotiated(struct cmd_ctx *c, const char *map)
{
    const struct cryptomap_conf *t;
    struct ipsec_flow_info f;

    for (size_t at = 0; (t = next_negotiated(c, map, &at, &f));) {
        out_printf(c->out, "\nCrypto Map IPv4 \"%s\" %u ipsec-isakmp\n\tPeer = %s\n", map,
                   NEGOTIATED_SEQ + (unsigned)f.number, IP4(f.peer));
        print_profiles(c->out, &t->sa);
        out_text(c->out, "\tExtended IP access list \n");
        sa_print_permit(c, &f.local_sel, &f.remote_sel);
        out_printf(c->out, "\t    dynamic (created from dynamic map %s/%u)\n\tCurrent peer: %s\n", t->name,
                   (unsigned)t->seq, IP4(f.peer));
        sa_print(c, &t->sa, false, GROUP_HEAD);
    }
}

/* The interfaces of a map stand behind its last entry. */
static void print_map(struct cmd_ctx *c, const struct cryptomap_conf *m, bool last)
{
    bool complete = cryptomap_complete(m) && acl_find(dataplane_net(c->self), m->acl);
    uint32_t peer = cryptomap_current_peer(dataplane_ipsec(c->self), m->name, m->seq);
    struct out *o = c->out;

    out_printf(o, "Crypto Map IPv4 \"%s\" %u ipsec-%s\n", m->name, (unsigned)m->seq, m->manual ? "manual" : "isakmp");
    if (m->dynamic[0]) {
        out_printf(o, "\tDynamic map template tag: %s\n", m->dynamic);
    } else {
        if (!complete)
            out_text(o, "\tWARNING: This crypto map is in an incomplete state!\n"
                        "\t\t(missing peer or access-list definitions)\n");
        if (!peer && m->peers.n)
            peer = ((const struct map_peer_conf *)m->peers.v[0])->addr;
        print_entry(c, m, complete ? peer : 0);
    }
    if (last) {
        print_negotiated(c, m->name);
        print_users(c, m->name);
    }
    out_text(o, "\n");
}

/* Is this the map of the interface asked for, and the one of the name asked for? */
static bool asked(struct cmd_ctx *c, const char *map)
{
    const char *tag = cmd_str(c, "name");

    if (cmd_has(c, "ifname")) {
        const struct iface *i = iface_by_name(dataplane_net(c->self), cmd_str(c, "ifname"));
        if (!i || !i->conf || strcmp(i->conf->crypto_map, map) != 0)
            return false;
    }
    return !*tag || !strcmp(tag, map);
}

static enum cmd_result show_map(struct cmd_ctx *c)
{
    const struct conf_list *maps = &ipsec_conf(dataplane_ipsec(c->self))->maps;
    char head[IPSEC_NAME_MAX];
    bool any = false;

    str_copy(head, sizeof head, cmd_str(c, "name"));
    for (size_t i = 0; i < maps->n; i++) {
        const struct cryptomap_conf *m = maps->v[i], *next = i + 1 < maps->n ? maps->v[i + 1] : NULL;
        if (!asked(c, m->name))
            continue;
        print_map(c, m, !next || strcmp(next->name, m->name));
        any = true;
    }
    if (cmd_has(c, "ifname"))
        snprintf(head, sizeof head, "%s-head-0", cmd_str(c, "ifname"));
    any |= ipsec_print_heads(c, head);
    if (!any)
        out_text(c->out, "No crypto maps found.\n");
    return CMD_OK;
}

static enum cmd_result show_dynamic_map(struct cmd_ctx *c)
{
    bool any = false;

    CONF_EACH(const struct cryptomap_conf, m, &ipsec_conf(dataplane_ipsec(c->self))->dynamics)
    {
        if (!asked(c, m->name))
            continue;
        out_printf(c->out, "Crypto Map Template\"%s\" %u\n", m->name, (unsigned)m->seq);
        print_entry(c, m, 0);
        out_text(c->out, "\n");
        any = true;
    }
    if (!any)
        out_text(c->out, "No crypto map templates found.\n");
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
    DO(EXEC, 1, "show crypto map [interface <ifname>|tag <word:name>]", show_map,
       "Crypto maps|Crypto maps for an interface|interface name|Crypto map tag|Crypto map name"),
    DO(EXEC, 1, "show crypto dynamic-map [tag <word:name>]", show_dynamic_map,
       "Crypto map templates|Crypto map template tag|Crypto map template name"),
    DO(EXEC, 1, "show dmvpn [detail=detail]", show_dmvpn,
       "Dynamic Multipoint VPN information|Show detailed information"),
};
const struct cmd_table dp_table_show_crypto = CMD_TABLE("dataplane/cmd/cmd_show_crypto", rows);
