/* report.c: what IPsec says: syslog messages, debug lines, and the reports upwards (acquire, soft expiry, unknown SPI),
 * which wait for the end of the turn so that IKE is never called from inside a packet's way through the graph.
 *
 * Messages about packets are limited: unknown SPI one a minute per (source, destination), whatever the SPI and also
 * over UDP (its protocol is given as 50 there too); clear packets one a minute per source; failed ICVs and replays one
 * a minute per SA. When made-up senders have used up the limiter's table, those that a crypto map names are still
 * heard. Counters are not limited, nor is the notice to IKE, which is told each (source, destination,
 * protocol, SPI) once per turn, at most STRAYS_MAX of them, and of each pair one packet that does not fit its selectors, of
 * MISFITS_MAX pairs.
 */
#include "dataplane/ipsec/ipsec_local.h"

#include <stdio.h>
#include <string.h>

#include "espial/debug.h"
#include "espial/msg.h"
#include "espial/text.h"

MSG(MSG_INV_SPI, "CRYPTO", 4, "RECVD_PKT_INV_SPI", 60000,
    "decaps: rec'd IPSEC packet has invalid spi for destaddr=%s, prot=%u, spi=0x%X(%u), srcaddr=%s, input "
    "interface=%s");
MSG(MSG_MAC_ERR, "CRYPTO", 4, "RECVD_PKT_MAC_ERR", 60000,
    "decrypt: mac verify failed for connection id=%u spi=%08X seqno=%08X");
MSG(MSG_REPLAY_ERR, "CRYPTO", 4, "PKT_REPLAY_ERR", 60000,
    "decrypt: replay check failed\n        connection id=%u, sequence number=%u");
MSG(MSG_NOT_IPSEC, "CRYPTO", 4, "RECVD_PKT_NOT_IPSEC", 60000,
    "Rec'd packet not an IPSEC packet. (ip) vrf/dest_addr= /%s, src_addr= %s, prot= %u");

/* What the forwarding processor of an IOS-XE router says through the control plane. */
MSG(MSG_QFP, "IOSXE", 3, "PLATFORM", 60000,
    "R0/0: cpp_cp: QFP:0.0 Thread:000 TS:%020llu %%IPSEC-3-%s_ERROR: IPSec SA receives %s error, DP Handle %u, "
    "src_addr "
    "%s, dest_addr %s, SPI 0x%x");

void report_kick(struct ipsec *ips)
{
    loop_defer(ips->env.loop, &ips->report);
}

static void strays_out(struct ipsec *ips)
{
    unsigned n = ips->nstrays;
    struct stray v[STRAYS_MAX];
    memcpy(v, ips->strays, n * sizeof v[0]);
    ips->nstrays = 0;
    for (unsigned i = 0; i < n; i++) {
        struct fact_invalid_spi fact = {.src = v[i].src, .dst = v[i].dst, .spi = v[i].spi, .proto = v[i].proto};
        str_copy(fact.ifname, sizeof fact.ifname, v[i].ifname);
        if (ips->env.bus)
            bus_publish(ips->env.bus, FACT_INVALID_SPI, &fact, sizeof fact);
        if (ips->up.invalid_spi)
            ips->up.invalid_spi(ips->up.arg, v[i].src, v[i].dst, v[i].proto, v[i].spi, v[i].ifname, v[i].udp_encap);
    }
}

static void misfits_out(struct ipsec *ips)
{
    for (unsigned i = 0; i < ips->nmisfits; i++)
        if (ips->up.invalid_selectors)
            ips->up.invalid_selectors(ips->up.arg, ips->misfits[i].id, ips->misfits[i].start, ips->misfits[i].len);
    ips->nmisfits = 0;
}

static void moves_out(struct ipsec *ips)
{
    for (unsigned i = 0; i < ips->nmoves; i++)
        if (ips->up.peer_moved)
            ips->up.peer_moved(ips->up.arg, ips->moves[i].id, ips->moves[i].port);
    ips->nmoves = 0;
}

static void softs_out(struct ipsec *ips)
{
    while (ips->soft_head) {
        struct sa_pair *sa = ips->soft_head;
        struct sa_pair_info info;
        ips->soft_head = sa->next_soft;
        if (!ips->soft_head)
            ips->soft_tail = &ips->soft_head;
        sa->soft_queued = false;
        if (sa->dead || sa->flow->pairs != sa)
            continue;
        sa->soft_told = true;
        pair_limit(sa);
        pair_info(sa, &info);
        if (ips->up.soft_expire)
            ips->up.soft_expire(ips->up.arg, &info);
    }
}

static void acquires_out(struct ipsec *ips)
{
    if (ips->acquire_head && ips->names)
        map_names(ips);
    while (ips->acquire_head) {
        struct ipsec_flow *f = ips->acquire_head;
        struct ipsec_policy want;
        ips->acquire_head = f->next_acquire;
        if (!ips->acquire_head)
            ips->acquire_tail = &ips->acquire_head;
        f->acquire_queued = false;
        if (f->out || f->entry->keys) /* it has SAs by now, or a hand gives them */
            continue;
        struct selector local = f->local_sel, remote = f->remote_sel;
        if (f->entry->tmpl.per_host && f->first.there)
            ipsec_first_hosts(&f->first, &local, &remote);
        entry_policy(f->entry, flow_peer(f), &local, &remote, &want);
        want.first = f->first;
        if (!want.peer) { /* its name has no address now */
            f->acquiring = false;
            peer_failed(ips, f->entry, 0);
            continue;
        }
        ips->totals.acquires++;
        debug_request(ips, &want);
        event_request(ips, &want);
        if (ips->up.acquire)
            ips->up.acquire(ips->up.arg, &want);
    }
}

static void on_report(void *arg)
{
    struct ipsec *ips = arg;
    if (ips->map_changed) {
        ips->map_changed = false;
        if (ips->up.map_changed)
            ips->up.map_changed(ips->up.arg);
    }
    moves_out(ips);
    strays_out(ips);
    misfits_out(ips);
    softs_out(ips);
    acquires_out(ips);
    owners_out(ips);
    sad_bury(ips);
}

void report_init(struct ipsec *ips)
{
    ips->report = (struct deferred){.fn = on_report, .arg = ips};
    ips->acquire_tail = &ips->acquire_head;
    ips->soft_tail = &ips->soft_head;
}

void report_fini(struct ipsec *ips)
{
    loop_undefer(ips->env.loop, &ips->report);
}

bool report_move(const struct sa_pair *sa, uint16_t port)
{
    struct ipsec *ips = sa->ips;

    if (ips->nmoves == MOVES_MAX)
        return false;
    ips->moves[ips->nmoves].id = sa->id;
    ips->moves[ips->nmoves++].port = port;
    report_kick(ips);
    return true;
}

void report_misfit(const struct sa_pair *sa, const struct packet *p)
{
    struct ipsec *ips = sa->ips;
    uint32_t len = (p->l3[0] & 15u) * 4u + 8;
    for (unsigned i = 0; i < ips->nmisfits; i++)
        if (ips->misfits[i].id == sa->id)
            return;
    if (ips->nmisfits == MISFITS_MAX)
        return;
    struct misfit *m = &ips->misfits[ips->nmisfits++];
    m->id = sa->id;
    m->len = (uint8_t)(len < p->len ? len : p->len);
    memcpy(m->start, p->l3, m->len);
    report_kick(ips);
}

void report_stray(struct ipsec *ips, const struct packet *p, uint32_t src, uint32_t dst, uint8_t proto, uint32_t spi)
{
    const char *ifname = p->iif ? p->iif->name : "";
    if (ips->env.log && (msg_crowded(ips->env.log, &MSG_INV_SPI) && map_peer_configured(ips, src)
                             ? msg_post_trusted
                             : msg_post_key)(ips->env.log, &MSG_INV_SPI, (uint64_t)src << 32 | dst, IP4(dst),
                                             (unsigned)proto, spi, spi, IP4(src), ifname))
        flowmib_fail(ips, FLOWMIB_NO_SA, src, dst, spi, 0);
    for (unsigned i = 0; i < ips->nstrays; i++)
        if (ips->strays[i].src == src && ips->strays[i].dst == dst && ips->strays[i].spi == spi &&
            ips->strays[i].proto == proto)
            return;
    if (ips->nstrays == STRAYS_MAX)
        return;
    struct stray *s = &ips->strays[ips->nstrays++];
    *s = (struct stray){.src = src, .dst = dst, .spi = spi, .proto = proto, .udp_encap = p->udp_encap};
    str_copy(s->ifname, sizeof s->ifname, ifname);
    report_kick(ips);
}

/* One a minute for an SA and kind of error, as the router's own. */
static void report_qfp(const struct sa_half_name *h, bool replay)
{
    const struct ipsec *ips = h->sa->ips;
    const struct ipsec_policy *p = &h->sa->policy;
    if (!ips->env.iosxe || !ips->env.log)
        return;
    msg_post_key(ips->env.log, &MSG_QFP, (uint64_t)replay << 32 | h->number,
                 (unsigned long long)(loop_now(ips->env.loop) - ips->born) * 1000, replay ? "REPLAY" : "HMAC",
                 replay ? "anti-replay" : "HMAC", h->number, IP4(p->peer), IP4(p->local), h->spi);
}

/* The inbound SA of a pair; over: of the AH over its ESP. */
static struct sa_half_name inbound(const struct sa_pair *sa, bool over)
{
    struct sa_half_name h = {0};
    (void)pair_half(sa, sa->over && !over ? 2 : 0, &h);
    return h;
}

void report_mac(struct sa_pair *sa, bool over, uint32_t seq)
{
    struct sa_half_name h = inbound(sa, over);
    report_qfp(&h, false);
    if (sa->ips->env.log &&
        msg_post_key(sa->ips->env.log, &MSG_MAC_ERR, h.number, IPSEC_CONN_BASE + h.number, h.spi, seq))
        flowmib_fail(sa->ips, FLOWMIB_IN_AUTH, sa->policy.peer, sa->policy.local, h.spi, sa->flow->mib.index);
}

void report_replay(struct sa_pair *sa, bool over, uint32_t seq)
{
    struct sa_half_name h = inbound(sa, over);
    report_qfp(&h, true);
    if (sa->ips->env.log && msg_post_key(sa->ips->env.log, &MSG_REPLAY_ERR, h.number, IPSEC_CONN_BASE + h.number, seq))
        flowmib_fail(sa->ips, FLOWMIB_REPLAY, sa->policy.peer, sa->policy.local, h.spi, sa->flow->mib.index);
}

void report_clear(struct ipsec *ips, const struct flow *f)
{
    if (ips->env.log)
        msg_post_key(ips->env.log, &MSG_NOT_IPSEC, f->src, IP4(f->dst), IP4(f->src), (unsigned)f->proto);
}

/* sa NULL: there is none yet. */
static bool debug_on(const struct ipsec *ips, enum debug_side side, const struct ipsec_policy *p,
                     const struct sa_pair *sa)
{
    struct debug_about about = {.peer = p->peer, .local = p->local, .profile = p->ikev2 ? "" : p->ike_profile};
    if (!(side == DEBUG_SIDE_ENGINE ? ips->debug.engine : ips->debug.ipsec) || !ips->env.log)
        return false;
    if (sa) {
        struct sa_half_name h;
        for (unsigned i = 0; pair_half(sa, i, &h); i++) {
            about.conn[i] = IPSEC_CONN_BASE + h.number;
            about.spi[i] = h.spi;
        }
    }
    return !ips->debug_pass || ips->debug_pass(ips->debug_arg, &about, side);
}

struct ipsec_debug *ipsec_debug_bits(struct ipsec *ips)
{
    return &ips->debug;
}

void ipsec_debug_register(struct ipsec *ips)
{
    const struct debug_item items[] = {
        {"Cryptographic Subsystem", "Crypto Engine debugging", &ips->debug.engine},
        {"Cryptographic Subsystem", "Crypto IPSEC debugging", &ips->debug.ipsec},
    };
    if (ips->env.debug)
        debug_register(ips->env.debug, items, sizeof items / sizeof items[0], NULL, ips);
}

void ipsec_debug_filter(struct ipsec *ips,
                        bool (*pass)(void *arg, const struct debug_about *about, enum debug_side side), void *arg)
{
    ips->debug_pass = pass;
    ips->debug_arg = arg;
}

/* Debug lines name the key size as a word of its own: "esp-aes 256 esp-sha-hmac ". */
void debug_transform(const struct ipsec_transform *t, char out[IPSEC_TRANSFORM_TEXT])
{
    char auth[IPSEC_TRANSFORM_TEXT];
    struct ipsec_transform bare = *t;
    ipsec_transform_text(t, out);
    if (t->proto != PROTO_ESP || t->cipher != CIPHER_AES_CBC || t->key_bits == 128)
        return;
    bare.cipher = CIPHER_NULL;
    ipsec_transform_text(&bare, auth);
    snprintf(out, IPSEC_TRANSFORM_TEXT, "esp-aes %u %s", (unsigned)t->key_bits, auth + strlen("esp-null "));
}

static void proxy(char out[64], const struct selector *s)
{
    snprintf(out, 64, "%s/%s/%u/%u", IP4(s->addr), IP4(s->mask), s->proto ? s->proto : 256u, (unsigned)s->port);
}

void debug_request(struct ipsec *ips, const struct ipsec_policy *want)
{
    char l[64], r[64], words[IPSEC_TRANSFORM_TEXT];
    struct ipsec_transform parts[2];
    unsigned n = ipsec_transform_parts(&want->transforms[0], parts);
    if (!debug_on(ips, DEBUG_SIDE_IPSEC, want, NULL))
        return;
    proxy(l, &want->local_sel);
    proxy(r, &want->remote_sel);
    for (const struct ipsec_transform *t = parts; t < parts + n; t++) {
        debug_transform(t, words);
        msg_debug(
            ips->env.log,
            "IPSEC(sa_request): ,\n  (key eng. msg.) OUTBOUND local= %s:500, remote= %s:500,\n    local_proxy= %s,\n "
            "   remote_proxy= %s,\n"
            "    protocol= %s, transform= %s (%s), \n    lifedur= %us and %ukb, \n    spi= 0x0(0), conn_id= 0, "
            "keysize= %u, flags= 0x0",
            IP4(want->local), IP4(want->peer), l, r, t->proto == PROTO_AH ? "AH" : "ESP", words,
            t->mode == IPSEC_TRANSPORT ? "Transport" : "Tunnel", want->life_s, want->life_kb, (unsigned)t->key_bits);
    }
}

static void sa_lines(const struct sa_half_name *h, const char *title)
{
    const struct sa_pair *sa = h->sa;
    const struct ipsec_policy *p = &sa->policy;
    char l[64], r[64], words[IPSEC_TRANSFORM_TEXT];
    proxy(l, &p->local_sel);
    proxy(r, &p->remote_sel);
    debug_transform(&h->transform, words);
    msg_debug(sa->ips->env.log,
              "%s,\n  (sa) sa_dest= %s, sa_proto= %u, \n    sa_spi= 0x%X(%u), \n    sa_trans= %s, sa_conn_id= %u\n    "
              "sa_lifetime(k/sec)= (%u/%u),\n"
              "  (identity) local= %s:0, remote= %s:0,\n    local_proxy= %s,\n    remote_proxy= %s",
              title, IP4(h->in ? p->local : p->peer), (unsigned)h->transform.proto, h->spi, h->spi, words,
              IPSEC_CONN_BASE + h->number, p->life_kb, p->life_s, IP4(p->local), IP4(p->peer), l, r);
}

void debug_create(const struct sa_pair *sa)
{
    const struct ipsec *ips = sa->ips;
    if (debug_on(ips, DEBUG_SIDE_ENGINE, &sa->policy, sa))
        for (int half = 0; half < (sa->over ? 4 : 2); half++)
            msg_debug(ips->env.log, "crypto_engine: Create IPSec SA (by keys)");
    if (!debug_on(ips, DEBUG_SIDE_IPSEC, &sa->policy, sa))
        return;
    const struct selector *l = &sa->policy.local_sel, *r = &sa->policy.remote_sel;
    msg_debug(
        ips->env.log,
        "Crypto mapdb : proxy_match\n        src addr     : %s\n        dst addr     : %s\n        protocol     : %u\n"
        "        src port     : %u\n        dst port     : %u",
        IP4(l->addr), IP4(r->addr), l->proto ? l->proto : 256u, (unsigned)l->port, (unsigned)r->port);
    msg_debug(ips->env.log, "IPSEC(crypto_ipsec_create_ipsec_sas): Map found %s, %u", sa->policy.map,
              (unsigned)sa->policy.seq);
    if (!sa->flow->out) /* the number stands for the peer's place in memory */
        msg_debug(ips->env.log, "IPSEC(get_old_outbound_sa_for_peer): No outbound SA found for peer %llX",
                  0x7F0100000000ULL + sa->policy.peer);
    struct sa_half_name h;
    for (unsigned i = 0; pair_half(sa, i, &h); i++)
        sa_lines(&h, "IPSEC(create_sa): sa created");
}

void debug_delete(const struct sa_pair *sa)
{
    if (!debug_on(sa->ips, DEBUG_SIDE_IPSEC, &sa->policy, sa))
        return;
    struct sa_half_name h;
    for (unsigned i = 0; pair_half(sa, i, &h); i++)
        sa_lines(&h, "IPSEC(delete_sa): deleting SA");
}

void debug_outbound(const struct sa_pair *sa)
{
    if (!debug_on(sa->ips, DEBUG_SIDE_IPSEC, &sa->policy, sa))
        return;
    msg_debug(sa->ips->env.log, "IPSEC(key_engine_enable_outbound): rec'd enable notify from ISAKMP");
    msg_debug(sa->ips->env.log, "IPSEC(update_current_outbound_sa): updated peer %s current outbound sa to SPI %X",
              IP4(sa->policy.peer), sa->out.spi);
}
