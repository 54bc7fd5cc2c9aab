/* cmd_show_ipsec.c: show crypto ipsec sa in all its forms; transform-set; security-association lifetime; clear crypto
 * sa.
 *
 * One block per identity (interface, proxy pair, peer), printed even while it has no SA. conn id is 2000 + n, n the
 * inbound half's number, the outbound half the next; flow_id names a software engine. sibling_flags: 80000000, 40
 * tunnel mode, 4000 our side began, 10 AH, 8 always on IOS-XE, sign-extended to 64 bits. Status is that of the control
 * plane and, in brackets, of the datapath: PENDING while packets do not find the inbound half, or the outbound half may
 * not send yet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/ipsec_cmd.h"
#include "dataplane/dataplane.h"

typedef unsigned long long ull;
#define REPLAY_DEFAULT 64

struct ipsec_half {
    uint32_t dst;
    bool in;
    struct ipsec_pair_info pair;
};

static void counters(struct out *o, const struct flow_count *n, bool detail)
{
    out_printf(o, "    #pkts encaps: %llu, #pkts encrypt: %llu, #pkts digest: %llu\n", (ull)n->encaps, (ull)n->encaps,
               (ull)n->digest);
    out_printf(o, "    #pkts decaps: %llu, #pkts decrypt: %llu, #pkts verify: %llu\n", (ull)n->decaps, (ull)n->decaps,
               (ull)n->verify);
    out_text(o, "    #pkts compressed: 0, #pkts decompressed: 0\n"
                "    #pkts not compressed: 0, #pkts compr. failed: 0\n"
                "    #pkts not decompressed: 0, #pkts decompress failed: 0\n");
    if (!detail) {
        out_printf(o, "    #send errors %llu, #recv errors %llu\n\n", (ull)flow_send_errors(n),
                   (ull)flow_recv_errors(n));
        return;
    }
    out_printf(o, "    #pkts no sa (send) %llu, #pkts invalid sa (rcv) %llu\n", (ull)n->no_sa_send,
               (ull)n->invalid_sa_rcv);
    out_printf(o, "    #pkts encaps failed (send) %llu, #pkts decaps failed (rcv) %llu\n", (ull)n->encaps_failed,
               (ull)n->decaps_failed);
    out_printf(o, "    #pkts invalid prot (recv) %llu, #pkts verify failed: %llu\n", (ull)n->invalid_prot,
               (ull)n->verify_failed);
    out_printf(o, "    #pkts invalid identity (recv) %llu, #pkts invalid len (rcv) %llu\n", (ull)n->invalid_identity,
               (ull)n->invalid_len);
    out_printf(o, "    #pkts replay rollover (send): %llu, #pkts replay rollover (rcv) %llu\n", (ull)n->rollover_send,
               (ull)n->rollover_rcv);
    out_printf(o, "    ##pkts replay failed (rcv): %llu\n", (ull)n->replay_failed);
    out_text(o, "    #pkts tagged (send): 0, #pkts untagged (rcv): 0\n"
                "    #pkts not tagged (send): 0, #pkts not untagged (rcv): 0\n");
    out_printf(o, "    #pkts internal err (send): %llu, #pkts internal err (recv) %llu\n\n", (ull)n->internal_send,
               (ull)n->internal_rcv);
}

static void print_half(struct out *o, const struct ipsec_pair_info *p, bool in, bool detail)
{
    char transform[IPSEC_TRANSFORM_TEXT];
    uint32_t spi = in ? p->spi_in : p->spi_out, n = p->id + (in ? 0 : 1);
    bool ah = p->transform.proto == PROTO_AH, tunnel = p->transform.mode == IPSEC_TUNNEL;
    unsigned flags = 0x80000008u | (tunnel ? 0x40u : 0) | (p->initiator ? 0x4000u : 0) | (ah ? 0x10u : 0);

    out_printf(o, "      spi: 0x%X(%u)\n        transform: %s,\n", spi, spi,
               ipsec_transform_text(&p->transform, transform));
    out_printf(o, "        in use settings ={%s%s, %s}\n", tunnel ? "Tunnel" : "Transport",
               p->udp_encap ? " UDP-Encaps" : "", p->transform.esn ? "esn" : "");
    out_printf(o, "        conn id: %u, flow_id: CSR:%u, sibling_flags FFFFFFFF%08X, crypto map: %s\n",
               IPSEC_CONN_BASE + n, n, flags, p->map);
    if (p->manual)
        out_text(o, "        no sa timing\n");
    else if (p->life_kb)
        out_printf(o, "        sa timing: remaining key lifetime (k/sec): (%u/%u)\n",
                   in ? p->left_kb_in : p->left_kb_out, p->left_s);
    else
        out_printf(
            o, "        sa timing: remaining key lifetime (sec): %u\n        Kilobyte Volume Rekey has been disabled\n",
            p->left_s);
    if (!ah)
        out_printf(o, "        IV size: %zu bytes\n", cipher_iv_len(p->transform.cipher));
    out_printf(o, "        replay detection support: %s", p->replay_window ? "Y" : "N");
    if (p->replay_window && (detail || p->replay_window != REPLAY_DEFAULT))
        out_printf(o, "  replay window size: %u", p->replay_window);
    out_printf(o, "\n        Status: ACTIVE(%s)\n", (in ? p->programmed : p->outbound) ? "ACTIVE" : "PENDING");
}

static void print_halves(struct cmd_ctx *c, uint32_t flow, bool in, bool detail)
{
    static const struct {
        const char *name;
        uint8_t proto;
    } kinds[] = {{"esp", PROTO_ESP}, {"ah", PROTO_AH}, {"pcp", 0}};

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct ipsec_pair_info p;
        out_printf(c->out, "     %s %s sas:\n", in ? "inbound" : "outbound", kinds[k].name);
        for (size_t at = 0; ipsec_pair_next(dataplane_ipsec(c->self), flow, &at, &p);)
            if (p.transform.proto == kinds[k].proto)
                print_half(c->out, &p, in, detail);
        out_text(c->out, in || k + 1 < sizeof kinds / sizeof kinds[0] ? "\n" : "");
    }
}

static void print_ident(struct out *o, const char *side, const struct selector *s)
{
    out_printf(o, "   %-6s ident (addr/mask/prot/port): (%s/%s/%u/%u)\n", side, IP4(s->addr), IP4(s->mask),
               (unsigned)s->proto, (unsigned)s->port);
}

static void print_flow(struct cmd_ctx *c, const struct ipsec_flow_info *f, bool detail, bool sas)
{
    struct out *o = c->out;

    out_text(o, "   protected vrf: (none)\n");
    print_ident(o, "local", &f->local_sel);
    print_ident(o, "remote", &f->remote_sel);
    out_printf(o, "   current_peer %s port %u\n     PERMIT, flags={%s}\n",
               f->peer ? IP4(f->peer) : "(none)", /* its name has no address */
               (unsigned)f->peer_port, f->dynamic ? "" : "origin_is_acl,");
    counters(o, &f->n, detail);
    out_printf(o, "     local crypto endpt.: %s, remote crypto endpt.: %s\n", IP4(f->local), IP4(f->peer));
    out_printf(o, "     plaintext mtu %u, path mtu %u, ip mtu %u, ip mtu idb %s\n", f->plain_mtu, f->path_mtu,
               f->ip_mtu, f->out_ifname[0] ? f->out_ifname : "(none)");
    out_printf(o, "     current outbound spi: 0x%X(%u)\n", f->spi_out, f->spi_out);
    if (f->pfs_group)
        out_printf(o, "     PFS (Y/N): Y, DH group: group%u\n", f->pfs_group);
    else
        out_text(o, "     PFS (Y/N): N, DH group: none\n");
    if (!sas)
        return;
    out_text(o, "\n");
    print_halves(c, f->id, true, detail);
    print_halves(c, f->id, false, detail);
}

static bool wanted(const struct cmd_ctx *c, const struct ipsec_flow_info *f)
{
    return (!cmd_has(c, "peer") || f->peer == cmd_ip(c, "peer")) &&
           (!cmd_has(c, "ifname") || !strcmp(f->ifname, cmd_str(c, "ifname"))) &&
           !cmd_has(c, "standby") && !cmd_has(c, "vrf") && (!cmd_has(c, "map") || !strcmp(f->map, cmd_str(c, "map")));
}

static enum cmd_result show_sa(struct cmd_ctx *c)
{
    struct ipsec_flow_info f;
    char ifname[IFNAME_MAX] = "", map[64] = "";
    bool any = false;

    for (size_t at = 0; ipsec_flow_next(dataplane_ipsec(c->self), &at, &f);) {
        if (!wanted(c, &f))
            continue;
        if (strcmp(ifname, f.ifname) || strcmp(map, f.map))
            out_printf(c->out, "\ninterface: %s\n    Crypto map tag: %s, local addr %s\n", f.ifname, f.map,
                       IP4(f.local));
        out_text(c->out, "\n");
        str_copy(ifname, sizeof ifname, f.ifname);
        str_copy(map, sizeof map, f.map);
        print_flow(c, &f, cmd_has(c, "detail"), !cmd_has(c, "identity"));
        any = true;
    }
    if (!any)
        out_text(c->out, "\nNo SAs found\n");
    return CMD_OK;
}

static int by_destination(const void *a, const void *b)
{
    const struct ipsec_half *x = a, *y = b;

    if (x->dst != y->dst)
        return x->dst < y->dst ? -1 : 1;
    if (x->pair.transform.proto != y->pair.transform.proto)
        return x->pair.transform.proto < y->pair.transform.proto ? -1 : 1;
    return (x->pair.id > y->pair.id) - (x->pair.id < y->pair.id);
}

/* All halves, by destination address; those of one address and protocol together. */
static enum cmd_result show_address(struct cmd_ctx *c)
{
    struct ipsec *ips = dataplane_ipsec(c->self);
    struct ipsec_half *v = mem_array(2 * ipsec_totals(ips).pairs + 1, sizeof *v);
    size_t n = 0;
    struct ipsec_pair_info p;

    for (size_t at = 0; n + 2 <= 2 * ipsec_totals(ips).pairs && ipsec_pair_next(ips, 0, &at, &p);) {
        v[n++] = (struct ipsec_half){.dst = p.local, .in = true, .pair = p};
        v[n++] = (struct ipsec_half){.dst = p.peer, .pair = p};
    }
    qsort(v, n, sizeof *v, by_destination);
    for (size_t i = 0; i < n; i++) {
        if (!i || v[i - 1].dst != v[i].dst)
            out_printf(c->out, "%sdest address: %s\n", i ? "\n" : "", IP4(v[i].dst));
        if (!i || v[i - 1].dst != v[i].dst || v[i - 1].pair.transform.proto != v[i].pair.transform.proto)
            out_printf(c->out, "   protocol: %s\n", v[i].pair.transform.proto == PROTO_AH ? "AH" : "ESP");
        print_half(c->out, &v[i].pair, v[i].in, cmd_has(c, "detail"));
    }
    if (!n)
        out_text(c->out, "\nNo SAs found\n");
    mem_free(v);
    return CMD_OK;
}

static enum cmd_result show_count(struct cmd_ctx *c)
{
    struct ipsec_pair_info p;
    unsigned all = 0, rekeying = 0;

    for (size_t at = 0; ipsec_pair_next(dataplane_ipsec(c->self), 0, &at, &p);) {
        all += 2;
        rekeying += p.current ? 0 : 2;
    }
    out_printf(c->out, "IPsec SA total: %u, active: %u, rekeying: %u, unused: 0, invalid: 0\n", all, all - rekeying,
               rekeying);
    return CMD_OK;
}

static enum cmd_result do_clear(struct cmd_ctx *c)
{
    struct ipsec *ips = dataplane_ipsec(c->self);

    if (cmd_has(c, "counters"))
        ipsec_clear_counters(ips);
    else if (cmd_has(c, "peer"))
        sad_delete_peer(ips, cmd_ip(c, "peer"), SA_GONE_CLEARED);
    else if (cmd_has(c, "map"))
        ipsec_clear_map(ips, cmd_str(c, "map"));
    else if (cmd_has(c, "vrf"))
        return CMD_OK; /* every SA belongs to the global table */
    else
        ipsec_clear(ips);
    return CMD_OK;
}

static enum cmd_result do_clear_name(struct cmd_ctx *c)
{
    uint32_t peer;

    if (!dataplane_resolve(c->self, cmd_str(c, "name"), &peer)) {
        out_printf(c->out, "%% Unrecognized host or address: %s\n", cmd_str(c, "name"));
        return CMD_FAIL;
    }
    sad_delete_peer(dataplane_ipsec(c->self), peer, SA_GONE_CLEARED);
    return CMD_OK;
}

/* An SPI as typed: decimal, or hexadecimal behind 0x. */
static bool spi_read(struct cmd_ctx *c, uint32_t *out)
{
    const char *typed = cmd_str(c, "spi");
    char *end;
    unsigned long spi = strtoul(typed, &end, 0);

    if (*typed < '0' || *typed > '9' || *end || spi < 256 || spi > UINT32_MAX) {
        out_text(c->out, "% Invalid SPI\n");
        return false;
    }
    *out = (uint32_t)spi;
    return true;
}

static enum cmd_result do_clear_entry(struct cmd_ctx *c)
{
    uint32_t spi;

    if (!spi_read(c, &spi))
        return CMD_FAIL;
    ipsec_clear_entry(dataplane_ipsec(c->self), cmd_ip(c, "dst"), cmd_has(c, "ah") ? PROTO_AH : PROTO_ESP, spi);
    return CMD_OK;
}

static enum cmd_result do_clear_spi(struct cmd_ctx *c)
{
    struct ipsec_pair_info p;
    uint32_t spi, id = 0;

    if (!spi_read(c, &spi))
        return CMD_FAIL;
    for (size_t at = 0; !id && ipsec_pair_next(dataplane_ipsec(c->self), 0, &at, &p);)
        if (p.spi_in == spi || p.spi_out == spi)
            id = p.pair;
    if (id)
        (void)sad_delete(dataplane_ipsec(c->self), id, SA_GONE_CLEARED);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show crypto ipsec", "Show IPSEC policy"),
    HELP(EXEC, "show crypto ipsec sa", "IPSEC SA table"),
    DO(EXEC, 1,
       "show crypto ipsec sa &{[peer <ip:peer>]|[interface <ifname>]|[map "
       "<word:map>]|[identity=identity]|[detail=detail]}",
       show_sa,
       "IPSEC SA for a peer|IP address of peer|IPSEC SA for an interface|interface name|IPSEC SA for a crypto "
       "map|Crypto map tag|Show identities only|Detailed counters"),
    DO(EXEC, 1, "show crypto ipsec sa {active|standby=standby} [detail=detail]", show_sa,
       "Shows HA-enabled IPSEC SAs in the active state|Shows HA-enabled IPSEC SAs in the standby state|Detailed "
       "counters"),
    DO(EXEC, 1, "show crypto ipsec sa vrf <word:vrf> [detail=detail]", show_sa,
       "IPSEC SA for a VRF|VRF name|Detailed counters"),
    DO(EXEC, 1, "show crypto ipsec sa address [detail=detail]", show_address,
       "IPSEC SA table in (dest) address order|Detailed counters"),
    DO(EXEC, 1, "show crypto ipsec sa count", show_count, "Show IPSEC SA count"),
    HELP(EXEC, "clear crypto sa", "Clear all crypto SAs"),
    DO(EXEC, 15, "clear crypto sa [counters=counters|peer <ip:peer>|map <word:map>|vrf <word:vrf>]", do_clear,
       "Reset the SA counters|Clear all SAs for a given crypto peer|IP address of peer|Clear all SAs for a given "
       "crypto map|Crypto map tag|Clear all SAs for a given VRF|VRF name"),
    DO(EXEC, 15, "clear crypto sa peer <word:name>", do_clear_name,
       "Clear all SAs for a given crypto peer|Host name of peer"),
    DO(EXEC, 15, "clear crypto sa entry <ip:dst> {ah=ah|esp} <word:spi>", do_clear_entry,
       "Clear SAs for a specified entry|Destination address|AH protocol|ESP protocol|Security parameter index (0x for "
       "hexadecimal)"),
    DO(EXEC, 15, "clear crypto sa spi <word:spi>", do_clear_spi,
       "Clear the SA of an SPI|Security parameter index (0x for hexadecimal)"),
};
const struct cmd_table dp_table_show_ipsec = CMD_TABLE("dataplane/cmd/cmd_show_ipsec", rows);
