/* cmd_qfp_ipsec.c: show platform hardware qfp active feature ipsec: datapath drops, state, sa N.
 *
 * The drops are the rows of drop.def that have an id, by id. An SA of the datapath is one half of a pair; its number is
 * that of flow_id in `show crypto ipsec sa` (n inbound, n+1 outbound). Where a device prints addresses of its memory
 * this router prints the numbers of the things instead: nothing of its own memory leaves it. The messages between
 * control plane and datapath that are counted are those that exist here: SAs added and removed, unknown SPIs told. */
#include <stdlib.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/qfp.h"
#include "dataplane/dataplane.h"
#include "dataplane/drop.h"
#include "dataplane/graph.h"
#include "dataplane/ipsec/ipsec.h"
#include "dataplane/ipsec/ipsec_conf.h"
#include "dataplane/ipsec/ipsec_show.h"
#include "dataplane/net/iface.h"

typedef unsigned long long ull;

struct line {
    const char *name;
    uint16_t id;
    struct drop_count n;
};

static int by_id(const void *a, const void *b)
{
    return ((const struct line *)a)->id - ((const struct line *)b)->id;
}

void qfp_print_ipsec(struct cmd_ctx *c, bool all, bool clear)
{
    struct graph *g = dataplane_graph(c->self);
    struct line v[DROP_REASONS];
    size_t n = 0;

    for (unsigned why = 0; why < DROP_REASONS; why++)
        if (drop_rows[why].qfp_id)
            v[n++] = (struct line){
                .name = drop_rows[why].qfp_name, .id = drop_rows[why].qfp_id, .n = drop_count(g, why, DROP_FEATURE)};
    qsort(v, n, sizeof *v, by_id);
    qfp_rule(c, 72);
    out_text(c->out, "Drop Type  Name                                     Packets             \n");
    qfp_rule(c, 72);
    for (size_t i = 0; i < n; i++)
        if (v[i].n.packets || all)
            out_printf(c->out, "%9u  %-41s%20llu\n", v[i].id, v[i].name, (ull)v[i].n.packets);
    if (clear)
        drop_clear(g, DROP_FEATURE);
}

static enum cmd_result show_drops(struct cmd_ctx *c)
{
    qfp_print_ipsec(c, cmd_has(c, "all"), cmd_has(c, "clear"));
    return CMD_OK;
}

static void message(struct cmd_ctx *c, const char *type, uint64_t ok, uint64_t error)
{
    out_printf(c->out, "  %-22s%-17llu%-17llu%-15llu\n", type, (ull)(ok + error), (ull)ok, (ull)error);
}

static enum cmd_result show_state(struct cmd_ctx *c)
{
    const struct ipsec_totals n = ipsec_totals(dataplane_ipsec(c->self));

    out_text(c->out, "QFP IPSEC state:\n\n Configured throughput sucessfully:unlimited \nMessage counter:\n"
                     "  Type                  Request          Reply (OK)       Reply (Error)    \n  ");
    qfp_rule(c, 71);
    message(c, "Initialize", 1, 0);
    message(c, "SA_add", 2 * n.installed, 2 * n.refused);
    message(c, "SA_remove", 2 * n.deleted, 0);
    message(c, "Invalid_SPI", n.invalid_spi, 0);
    out_text(c->out, " \n \n");
    return CMD_OK;
}

static const char *yes(bool b)
{
    return b ? "Yes" : "No";
}

/* Bits of the flags word, beside the words that follow it. */
enum {
    F_VALID = 0x1,
    F_REPLAY = 0x10,
    F_AH = 0x20,
    F_EGRESS = 0x40,
    F_SENDS = 0x80,
    F_SOFT = 0x2,
    F_TRANSPORT = 0x100,
    F_UDP = 0x200,
    F_FRAG_AFTER = 0x400
};

static void print_sa(struct cmd_ctx *c, const struct ipsec_pair_info *p, bool in)
{
    static const char *const df[] = {"COPY", "CLEAR", "SET"};
    struct out *o = c->out;
    uint32_t spi = in ? p->spi_in : p->spi_out, mtu = in ? 0 : p->plain_mtu;
    bool ah = p->transform.proto == PROTO_AH, wide = in && p->replay_window > 64;
    const struct iface *ifc = iface_by_name(dataplane_net(c->self), p->ifname);
    unsigned flags = F_VALID | (in && p->replay_window ? F_REPLAY : 0u) | (ah ? F_AH : 0u) |
                     (in ? 0u : F_EGRESS | (p->outbound ? F_SENDS : 0u)) | (p->soft_expired ? F_SOFT : 0u) |
                     (p->transform.mode == IPSEC_TRANSPORT ? F_TRANSPORT : 0u) | (p->udp_encap ? F_UDP : 0u) |
                     (p->frag_after ? F_FRAG_AFTER : 0u);

    out_printf(o, "QFP ipsec sa Information\n\n         QFP sa  id: %u\n          pal sa id: %u\n",
               p->id + (in ? 0 : 1), p->id + (in ? 0 : 1));
    out_printf(o, "         QFP spd id: %u\n          QFP sp id: %u\n            QFP spi: 0x%x(%u)\n",
               ifc ? ifc->index : 0, p->flow, spi, spi);
    out_printf(o, "         crypto ctx: 0x%016x\n              flags: 0x%x (Details below)\n", p->id + (in ? 0 : 1),
               flags);
    out_printf(o, "                   : src:IKE  valid:Yes  soft-life-expired:%s  hard-life-expired:No\n",
               yes(p->soft_expired));
    out_printf(o, "                   : replay-check:%s  proto:%s  mode:%s  direction:%s\n", yes(p->replay_window != 0),
               ah ? "AH" : "ESP",
               in            ? "Receive-only"
               : p->outbound ? "Active"
                             : "Inactive",
               in ? "Ingress" : "Egress");
    out_printf(o,
               "                   : qos_preclassify:No  qos_group:No\n"
               "                   : frag_type:%s  df_bit_type:%s\n"
               "                   : sar_enable:No  getvpn_mode:SNDRCV_SA\n"
               "                   : doing_translation:No  assigned_outside_rport:No\n"
               "                   : inline_tagging_enabled:No\n",
               p->frag_after ? "AFTER_ENCRYPT" : "BEFORE_ENCRYPT", df[p->df % 3]);
    out_printf(o,
               "          qos_group: 0x0\n                mtu: 0x%x=%u\n            mtu_adj: 0x%x=%u\n"
               " ext_ar window_size: %u\n  ext_ar window top: %u\n",
               mtu, mtu, mtu, mtu, wide ? p->replay_window : 0, wide ? (uint32_t)p->seq_in : 0);
    out_printf(
        o,
        "          sar_delta: 0\n         sar_window: 0x0\n         sibling_sa: 0x%x\n             sp_ptr: 0x%x\n"
        "            sbs_ptr: 0x%x\n     local endpoint: %s\n    remote endpoint: %s\n",
        p->id + (in ? 1 : 0), p->flow, p->id, IP4(p->local), IP4(p->peer));
    out_printf(o,
               "   cgid.cid.fid.rid: 0.0.0.0\n               ivrf: 0\n               fvrf: 0\n"
               "    trans udp sport: %u\n    trans udp dport: %u\n    first intf name: %s\n"
               " nat fixup src port: 0\n    nat fixup  ip: 0.0.0.0\n\n",
               p->udp_encap ? (in ? p->peer_port : p->local_port) : 0u,
               p->udp_encap ? (in ? p->local_port : p->peer_port) : 0u, p->ifname);
}

static enum cmd_result show_sa(struct cmd_ctx *c)
{
    struct ipsec_pair_info p;
    uint32_t want = (uint32_t)cmd_int(c, "sa");

    for (size_t at = 0; ipsec_pair_next(dataplane_ipsec(c->self), 0, &at, &p);)
        if (p.id == want || p.id + 1 == want) {
            print_sa(c, &p, p.id == want);
            return CMD_OK;
        }
    out_text(c->out, "% SA not found\n");
    return CMD_FAIL;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show platform hardware qfp active feature", "Feature-specific information"),
    HELP(EXEC, "show platform hardware qfp active feature ipsec", "IPsec information"),
    HELP(EXEC, "show platform hardware qfp active feature ipsec datapath", "Datapath information"),
    DO(EXEC, 1, "show platform hardware qfp active feature ipsec datapath drops [all=all|clear=clear]", show_drops,
       "Drop counters|Show all drop counters|Clear drop counters"),
    DO(EXEC, 1, "show platform hardware qfp active feature ipsec state", show_state, "State of the feature"),
    DO(EXEC, 1, "show platform hardware qfp active feature ipsec sa <sa:1-4294967295>", show_sa,
       "A security association|Number of the security association"),
};
const struct cmd_table dp_table_qfp_ipsec = CMD_TABLE("dataplane/cmd/cmd_qfp_ipsec", rows);
