/* cmd_flowmib.c: show crypto mib ipsec flowmib {global|endpoint|tunnel|spi|history|failure|version}, and the size of the
 * histories; show crypto mib ike flowmib {global|tunnel|peer}.
 *
 * A tunnel of IKE is an established SA of either version. The books are flowmib.c's and ike_books.c's; the MIB reads
 * the same, so tunnels have the same numbers in both. There is one VRF, called Global. Nothing is compressed: what went
 * in uncompressed is what went in. The thresholds are those at which an SA asks for its successor. */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/ike_books.h"
#include "dataplane/ike/ike_show.h"
#include "dataplane/ike/v2/v2.h"
#include "dataplane/ike/v2/v2_propose.h"
#include "dataplane/ike/v2/v2_show.h"
#include "dataplane/ipsec/flowmib.h"
#include "espial/loop.h"

typedef unsigned long long ull;

#define VRF " vrf Global\n"

/* The label to its column, the number, and as many blanks as devices leave behind it. */
static void figure(struct out *o, unsigned column, const char *label, uint64_t n, unsigned behind)
{
    out_printf(o, "  %-*s%llu%*s\n", (int)column, label, (ull)n, (int)behind, "");
}

static enum cmd_result show_global(struct cmd_ctx *c)
{
    struct flowmib_global g;
    struct out *o = c->out;

    flowmib_global(dataplane_ipsec(c->self), &g);
    const struct {
        const char *label;
        uint64_t n;
        unsigned behind;
    } rows[] = {
        {"Active Tunnels:", g.active, 13},
        {"Previous Tunnels:", g.past, 14},
        {"In octets:", g.in.octets, 0},
        {"Out octets:", g.out.octets, 0},
        {"In packets:", g.in.packets, 13},
        {"Out packets:", g.out.packets, 16},
        {"Uncompressed encrypted bytes:", g.out.octets, 0},
        {"In packets drops:", g.in.drops, 12},
        {"Out packets drops:", g.out.drops, 15},
        {"In replay drops:", g.in_replays, 12},
        {"In authentications:", g.in.auths, 8},
        {"Out authentications:", g.out.auths, 8},
        {"In decrypts:", g.in.crypts, 8},
        {"Out encrypts:", g.out.crypts, 8},
        {"Compressed bytes:", 0, 0},
        {"Uncompressed bytes:", 0, 0},
        {"In uncompressed bytes:", 0, 0},
        {"Out uncompressed bytes:", 0, 0},
        {"In decrypt failures:", g.in.crypt_failures, 12},
        {"Out encrypt failures:", g.out.crypt_failures, 12},
        {"No SA failures:", g.no_sa, 3},
        {"Protocol use failures:", g.protocol_failures, 3},
        {"System capacity failures:", g.capacity_failures, 3},
        {"In authentication failures:", g.in.auth_failures, 8},
        {"Out authentication failures:", g.out.auth_failures, 8},
    };
    out_text(o, VRF);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        figure(o, 34, rows[i].label, rows[i].n, rows[i].behind);
    out_text(o, "\n");
    return CMD_OK;
}

static void word(struct out *o, const char *label, const char *text)
{
    out_printf(o, "  %-29s%s\n", label, text);
}

static void number(struct out *o, const char *label, uint64_t n)
{
    out_printf(o, "  %-29s%-10llu\n", label, (ull)n);
}

static void octets(struct out *o, const char *label, uint64_t n)
{
    out_printf(o, "  %-29s%llu\n", label, (ull)n);
}

static void side(struct out *o, const char *which, const struct selector *s)
{
    if (s->mask == 0xFFFFFFFF) {
        out_printf(o, "  %s type:%*sSingle IP address\n  %s address:%*s%s\n", which, which[0] == 'L' ? 18 : 17, "",
                   which, which[0] == 'L' ? 15 : 14, "", IP4(s->addr));
        return;
    }
    out_printf(o, "  %s type:%*sIP address range\n  %s address:%*s%s - %s\n", which, which[0] == 'L' ? 18 : 17, "",
               which, which[0] == 'L' ? 15 : 14, "", IP4(s->addr & s->mask), IP4(s->addr | ~s->mask));
}

static enum cmd_result show_endpoint(struct cmd_ctx *c)
{
    struct flowmib_tunnel t;
    struct out *o = c->out;

    out_text(o, VRF);
    for (uint32_t at = 0; flowmib_tunnel_from(dataplane_ipsec(c->self), at, &t); at = t.index + 1) {
        number(o, "Index:", t.index);
        side(o, "Local", &t.local_sel);
        number(o, "Protocol:", t.local_sel.proto);
        number(o, "Local port:", t.local_sel.port);
        side(o, "Remote", &t.remote_sel);
        number(o, "Remote port:", t.remote_sel.port);
        out_text(o, "\n");
    }
    return CMD_OK;
}

static const char *cipher_word(const struct ipsec_transform *t)
{
    static const char *const words[CIPHER_ALGS] = {"null", "des", "3des", "aes", "aes-gcm", "aes-gmac"};

    return t->proto == PROTO_AH ? "None" : words[t->cipher];
}

static const char *auth_word(const struct ipsec_transform *t, uint8_t proto)
{
    static const char *const words[HASH_ALGS] = {"None",        "hmac-md5",    "hmac-sha",
                                                 "hmac-sha256", "hmac-sha384", "hmac-sha512"};

    if (proto == PROTO_AH && t->proto == PROTO_ESP)
        return words[t->over];
    return t->proto == proto ? words[t->auth] : "None";
}

static void print_tunnel(struct out *o, const struct flowmib_tunnel *t)
{
    char group[16] = "None", span[16];

    if (t->pfs_group)
        snprintf(group, sizeof group, "%u", t->pfs_group);
    number(o, "Index:", t->index);
    word(o, "Local address:", IP4(t->local));
    word(o, "Remote address:", IP4(t->peer));
    word(o, "IPSEC keying:", "IKE");
    number(o, "Encapsulation mode:", t->transform.mode == IPSEC_TRANSPORT ? 2 : 1);
    number(o, "Lifetime (KB):", t->life_kb);
    number(o, "Lifetime (Sec):", t->life_s);
    word(o, "Active time:", span_format(t->active_s, span));
    number(o, "Lifetime threshold (KB):", t->soft_kb);
    number(o, "Lifetime threshold (Sec):", t->soft_s);
    number(o, "Total number of refreshes:", t->refreshes);
    number(o, "Expired SA instances:", t->expired);
    number(o, "Current SA instances:", t->sas);
    word(o, "In SA DH group:", group);
    word(o, "In sa encrypt algorithm:", cipher_word(&t->transform));
    word(o, "In SA AH auth algorithm:", auth_word(&t->transform, PROTO_AH));
    word(o, "In SA ESP auth algo:", auth_word(&t->transform, PROTO_ESP));
    word(o, "In SA uncompress algorithm:", "None");
    word(o, "Out SA DH group:", group);
    word(o, "Out SA encryption algorithm:", cipher_word(&t->transform));
    word(o, "Out SA auth algorithm:", auth_word(&t->transform, PROTO_AH));
    word(o, "Out SA ESP auth algorithm:", auth_word(&t->transform, PROTO_ESP));
    word(o, "Out SA uncompress algorithm:", "None");
    octets(o, "In octets:", t->in.octets);
    octets(o, "Decompressed octets:", t->in.octets);
    number(o, "In packets:", t->in.packets);
    number(o, "In drops:", t->in.drops);
    number(o, "In replay drops:", t->in_replays);
    number(o, "In authentications:", t->in.auths);
    number(o, "In authentication failures:", t->in.auth_failures);
    number(o, "In decrypts:", t->in.crypts);
    number(o, "In decrypt failures:", t->in.crypt_failures);
    octets(o, "Out octets:", t->out.octets);
    octets(o, "Out uncompressed octets:", t->out.octets);
    number(o, "Out packets:", t->out.packets);
    number(o, "Out drops:", t->out.drops);
    number(o, "Out authentications:", t->out.auths);
    number(o, "Out authentication failures:", t->out.auth_failures);
    number(o, "Out encryptions:", t->out.crypts);
    number(o, "Out encryption failures:", t->out.crypt_failures);
    octets(o, "Compressed octets:", 0);
    octets(o, "Decompressed octets:", 0);
    octets(o, "Out uncompressed octets:", 0);
    out_text(o, "\n\n");
}

static enum cmd_result show_tunnel(struct cmd_ctx *c)
{
    struct flowmib_tunnel t;

    out_text(c->out, VRF);
    for (uint32_t at = 0; flowmib_tunnel_from(dataplane_ipsec(c->self), at, &t); at = t.index + 1)
        print_tunnel(c->out, &t);
    return CMD_OK;
}

static enum cmd_result show_history(struct cmd_ctx *c)
{
    static const char *const why[] = {"", "Other", "Normal", "Operation request", "Peer delete request", "Peer lost"};
    struct flowmib_past p;

    out_text(c->out, VRF);
    for (uint32_t at = 0; flowmib_past_from(dataplane_ipsec(c->self), at, &p); at = p.number + 1) {
        word(c->out, "Reason:", why[p.why]);
        print_tunnel(c->out, &p.t);
    }
    return CMD_OK;
}

static enum cmd_result show_failure(struct cmd_ctx *c)
{
    static const char *const why[] = {"",
                                      "Non-existent SA",
                                      "Incoming authentication failure",
                                      "Replay failure",
                                      "System capacity exceeded",
                                      "Peer encoding error",
                                      "Proposal failure",
                                      "Peer lost",
                                      "Protocol use failure",
                                      "Decryption failure",
                                      "Encryption failure",
                                      "Sequence number rollover"};
    struct flowmib_failure f;
    char span[16];

    out_text(c->out, VRF);
    for (uint32_t at = 0; flowmib_failure_from(dataplane_ipsec(c->self), at, &f); at = f.index + 1) {
        number(c->out, "Index:", f.index);
        word(c->out, "Reason:", why[f.why]);
        word(c->out, "Failure time since reset:", span_format(f.at / US_PER_S, span));
        word(c->out, "Src address:", IP4(f.src));
        word(c->out, "Destination address:", IP4(f.dst));
        out_printf(c->out, "  %-29s0x%X\n\n", "SPI:", f.spi);
    }
    return CMD_OK;
}

static void print_spi(struct cmd_ctx *c, const struct ipsec_pair_info *p, bool in, unsigned index)
{
    uint32_t spi = in ? p->spi_in : p->spi_out;

    number(c->out, "SPI Index:", index);
    out_printf(c->out, "  %-29s0x%X\n", "SPI Value:", spi);
    word(c->out, "SPI Direction:", in ? "In" : "Out");
    word(c->out, "SPI Protocol:", p->transform.proto == PROTO_AH ? "AH" : "ESP");
    word(c->out, "SPI Status:", "Active");
    out_text(c->out, "\n");
}

static enum cmd_result show_spi(struct cmd_ctx *c)
{
    struct ipsec *ips = dataplane_ipsec(c->self);
    struct flowmib_tunnel t;
    struct ipsec_pair_info p;

    out_text(c->out, VRF);
    for (uint32_t at = 0; flowmib_tunnel_from(ips, at, &t); at = t.index + 1) {
        unsigned index = 0;
        number(c->out, "Tunnel Index:", t.index);
        for (size_t k = 0; ipsec_pair_next(ips, t.flow, &k, &p);) {
            print_spi(c, &p, true, ++index);
            print_spi(c, &p, false, ++index);
        }
    }
    return CMD_OK;
}

static enum cmd_result show_tunnel_size(struct cmd_ctx *c)
{
    out_printf(c->out, "IPSec History Window Size: %u\n", flowmib_conf(dataplane_ipsec(c->self))->tunnels);
    return CMD_OK;
}

static enum cmd_result show_failure_size(struct cmd_ctx *c)
{
    out_printf(c->out, "IPSec Failure Window Size: %u\n", flowmib_conf(dataplane_ipsec(c->self))->failures);
    return CMD_OK;
}

static enum cmd_result show_version(struct cmd_ctx *c)
{
    out_text(c->out, "IPSec Flow MIB version: 1\n");
    return CMD_OK;
}

/* ---- IKE ---- */

static void print_ends(struct out *o, const struct ike_tunnel *t, uint64_t now)
{
    (void)now;
    number(o, "Index:", t->index);
    word(o, "Local type:", "ID_IPV4_ADDR");
    word(o, "Local address:", IP4(t->local));
    word(o, "Remote type:", "ID_IPV4_ADDR");
    word(o, "Remote address:", IP4(t->remote));
}

static void print_ike_tunnel(struct out *o, const struct ike_tunnel *t, uint64_t now)
{
    static const char *const ciphers[CIPHER_ALGS] = {"null", "des", "3des", "aes", "aes-gcm", "aes-gmac"};
    static const char *const hashes[HASH_ALGS] = {"none", "md5", "sha", "sha256", "sha384", "sha512"};
    const struct ike_traffic *in = &t->traffic[IKE_IN], *out = &t->traffic[IKE_OUT];
    char span[16];

    print_ends(o, t, now);
    word(o, "Negotiation mode:", t->ikev2 ? "IKEv2" : t->aggressive ? "Aggressive Mode" : "Main Mode");
    number(o, "Diffie Hellman Grp:", t->group);
    word(o, "Encryption algo:", ciphers[t->cipher]);
    word(o, "Hash algo:", hashes[t->hash]);
    word(o, "Auth method:", t->ikev2 ? "localPskRemotePsk" : "psk");
    number(o, "Lifetime:", t->life_s);
    word(o, "Active time:", span_format((now - t->began) / US_PER_S, span));
    number(o, "Policy priority:", t->priority);
    word(o, "Keepalive enabled:", t->dpd ? "Yes" : "No");
    octets(o, "In octets:", in->octets);
    number(o, "In packets:", in->packets);
    number(o, "In drops:", in->drops);
    number(o, "In notifys:", in->notifies);
    number(o, "In P2 exchanges:", in->exchanges);
    number(o, "In P2 exchg invalids:", in->invalids);
    number(o, "In P2 exchg rejected:", in->rejects);
    number(o, "In P2 SA delete reqs:", in->deletes);
    octets(o, "Out octets:", out->octets);
    number(o, "Out packets:", out->packets);
    number(o, "Out drops:", out->drops);
    number(o, "Out notifys:", out->notifies);
    number(o, "Out P2 exchgs:", out->exchanges);
    number(o, "Out P2 exchg invalids:", out->invalids);
    number(o, "Out P2 exchg rejects:", out->rejects);
    number(o, "Out P2 Sa delete requests:", out->deletes);
}

static void each_ike_tunnel(struct cmd_ctx *c, void (*print)(struct out *o, const struct ike_tunnel *t, uint64_t now))
{
    struct ike_tunnel t;

    out_text(c->out, VRF);
    for (uint32_t at = 0; ike_tunnel_from(dataplane_ike(c->self), at, &t); at = t.index + 1) {
        print(c->out, &t, loop_now(dataplane_env(c->self)->loop));
        out_text(c->out, "\n");
    }
}

static enum cmd_result show_ike_tunnel(struct cmd_ctx *c)
{
    each_ike_tunnel(c, print_ike_tunnel);
    return CMD_OK;
}

static enum cmd_result show_ike_peer(struct cmd_ctx *c)
{
    each_ike_tunnel(c, print_ends);
    return CMD_OK;
}

static enum cmd_result show_ike_global(struct cmd_ctx *c)
{
    struct ike *ike = dataplane_ike(c->self);
    struct ike_work w = ike_work(ike);
    struct v2_work w2 = v2_work(ike_v2(ike));
    struct ike_traffic n[IKE_WAYS];

    ike_traffic_all(ike, n);
    const struct {
        const char *label;
        uint64_t n;
    } rows[] = {
        {"Active Tunnels:", ike_tunnel_count(ike)},
        {"Previous Tunnels:", ike_tunnel_previous(ike)},
        {"In octets:", n[IKE_IN].octets},
        {"Out octets:", n[IKE_OUT].octets},
        {"In packets:", n[IKE_IN].packets},
        {"Out packets:", n[IKE_OUT].packets},
        {"In packets drop:", n[IKE_IN].drops},
        {"Out packets drop:", n[IKE_OUT].drops},
        {"In notifys:", n[IKE_IN].notifies},
        {"Out notifys:", n[IKE_OUT].notifies},
        {"In P2 exchg:", n[IKE_IN].exchanges},
        {"Out P2 exchg:", n[IKE_OUT].exchanges},
        {"In P2 exchg invalids:", n[IKE_IN].invalids},
        {"Out P2 exchg invalids:", n[IKE_OUT].invalids},
        {"In P2 exchg rejects:", n[IKE_IN].rejects},
        {"Out P2 exchg rejects:", n[IKE_OUT].rejects},
        {"In IPSEC delete:", n[IKE_IN].deletes},
        {"Out IPSEC delete:", n[IKE_OUT].deletes},
        {"SAs locally initiated:", w.begun + w2.begun},
        {"SAs locally initiated failed:", w.begun_failed + w2.begun_failed},
        {"SAs remotely initiated failed:", w.sas_failed + w2.failed - w.begun_failed - w2.begun_failed},
        {"System capacity failures:", w.no_room},
    };
    out_text(c->out, VRF);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        figure(c->out, 34, rows[i].label, rows[i].n, 0);
    out_text(c->out, "\n");
    return CMD_OK;
}

static void *global(void *self)
{
    return flowmib_conf(dataplane_ipsec(self));
}

static const struct cmd_scope flowmib_scope = {
    .size = sizeof(struct flowmib_conf), .init = flowmib_conf_init, .global = global};

#define F(field)    NUM(struct flowmib_conf, field)
#define FLOWMIB     "show crypto mib ipsec flowmib"
#define IKE_FLOWMIB "show crypto mib ike flowmib"
static const struct cmd_row rows[] = {
    HELP(CONFIG, "crypto mib", "Configure Crypto-related MIB Parameters"),
    HELP(CONFIG, "crypto mib ipsec", "Configure IPSec MIB parameters"),
    HELP(CONFIG, "crypto mib ipsec flowmib", "Configure IPSec Flow MIB"),
    HELP(CONFIG, "crypto mib ipsec flowmib history", "Configure IPSec Flow MIB history"),
    SET(CONFIG, &flowmib_scope, "crypto mib ipsec flowmib history tunnel size <tunnels:2-200>",
        "Configure the tunnel history table|Configure its size|Number of past tunnels kept", F(tunnels)),
    SET(CONFIG, &flowmib_scope, "crypto mib ipsec flowmib history failure size <failures:2-200>",
        "Configure the failure history table|Configure its size|Number of failures kept", F(failures)),
    HELP(EXEC, "show crypto mib", "Show Crypto-related MIB Parameters"),
    HELP(EXEC, "show crypto mib ipsec", "Show IPSec MIB parameters"),
    HELP(EXEC, FLOWMIB, "Show IPSec Flow MIB parameters"),
    DO(EXEC, 1, FLOWMIB " global", show_global, "Show the global counters"),
    DO(EXEC, 1, FLOWMIB " endpoint", show_endpoint, "Show the endpoints of active tunnels"),
    DO(EXEC, 1, FLOWMIB " tunnel", show_tunnel, "Show active tunnels"),
    DO(EXEC, 1, FLOWMIB " spi", show_spi, "Show the SPIs of active tunnels"),
    DO(EXEC, 1, FLOWMIB " failure", show_failure, "Show the failure history"),
    DO(EXEC, 1, FLOWMIB " version", show_version, "Show the version of the MIB"),
    HELP(EXEC, "show crypto mib ike", "Show IKE MIB parameters"),
    HELP(EXEC, IKE_FLOWMIB, "Show IKE Flow MIB parameters"),
    DO(EXEC, 1, IKE_FLOWMIB " global", show_ike_global, "Show the global counters"),
    DO(EXEC, 1, IKE_FLOWMIB " peer", show_ike_peer, "Show the peers of active tunnels"),
    DO(EXEC, 1, IKE_FLOWMIB " tunnel", show_ike_tunnel, "Show active tunnels"),
    HELP(EXEC, FLOWMIB " history", "Show the history of tunnels"),
    DO(EXEC, 1, FLOWMIB " history", show_history, ""),
    DO(EXEC, 1, FLOWMIB " history tunnel size", show_tunnel_size,
       "The tunnel history table|Show how many past tunnels are kept"),
    DO(EXEC, 1, FLOWMIB " history failure size", show_failure_size,
       "The failure history table|Show how many failures are kept"),
};
const struct cmd_table dp_table_flowmib = CMD_TABLE("dataplane/cmd/cmd_flowmib", rows);
