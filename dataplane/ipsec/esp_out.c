/* esp_out.c: encapsulation: ESP (RFC 4303) and AH (RFC 4302), or AH over ESP (over.c), tunnel and transport mode. The stage ESP_OUT: p->sa is
 * known; out comes a packet for IP4_ROUTE. ESP_BATCH packets go through three passes: each is dressed (headers, number,
 * IV, padding) and counted, while its SA is near; then all are encrypted and summed at once (and then those of AH over ESP
 * by AH); then each is sent on, and only then an SA ends whose volume they have used up: its DELETE comes last.
 *
 * The packet grows in place, into the room kept around it: in front [IPv4 | UDP | ESP | IV] (tunnel) or the IPv4 header
 * moved forward over the same (transport), behind [padding 1 2 3 ... | pad length | next header | ICV]. Nothing is
 * allocated. The outer header copies TOS (with ECN, RFC 6040) and, by `crypto ipsec df-bit`, DF; TTL 255,
 * identification counted per SA; the inner header is not touched. Sequence numbers begin at 1 and never go round: at
 * the last one the SA stops sending; those of one keyed by hand do (RFC 4303 section 3.3.3). Of an extended number
 * (section 2.2.1) the lower half goes on the wire, the upper one only into the ICV. IV: CBC from chance, GCM the whole
 * sequence number (unique under its key, RFC 4106 section 3.1). Dummy packets (dummy.c) go the same way. Not here: TFC
 * padding.
 */
#include "dataplane/ipsec/ipsec_local.h"

#include <string.h>

#include "espial/buf.h"

#define IP_HEAD     20
#define ESP_HEAD    8
#define UDP_HEAD    8
#define IP_DF       0x4000
#define OUTER_TTL   255u
#define PROTO_IPIP  4
#define PROTO_NONE  59
#define PACKET_MOST 65535u
#define IV_MOST     16u

_Static_assert(IP_HEAD + AH_FIXED + HASH_MAX / 2 + ESP_HEAD + IV_MOST <= IPSEC_HEAD_MOST &&
                   IP_HEAD + UDP_HEAD + ESP_HEAD + IV_MOST <= IPSEC_HEAD_MOST,
               "the longest encapsulation");

const uint8_t esp_padding[3 * PAD_AT_ONCE] = {
    [PAD_AT_ONCE] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static void outer_sum(uint8_t *ip)
{
    put16(ip + 10, 0);
    put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, (ip[0] & 15u) * 4u)));
}

/* The same for a header of our own, from what is written into it: reading it back would wait for the writes. */
static inline void tunnel_sum(uint8_t *ip, const struct sa_pair *sa, uint32_t first, uint32_t id_frag,
                              uint32_t ttl_proto)
{
    uint64_t sum = (uint64_t)first + id_frag + ttl_proto + sa->local + sa->remote;
    sum = (sum & 0xFFFFFFFF) + (sum >> 32);
    sum = (sum & 0xFFFF) + (sum >> 16);
    sum = (sum & 0xFFFF) + (sum >> 16);
    sum = (sum & 0xFFFF) + (sum >> 16);
    put16(ip + 10, (uint16_t)~sum);
}

static inline uint8_t df_of(struct ipsec *ips, struct sa_pair *sa)
{
    if (sa->out.gen != ips->gen) {
        sa->df = entry_df(&ips->conf, sa->flow->entry);
        sa->out.gen = ips->gen;
    }
    return sa->df;
}

/* The IPv4 header in front: a new one, or the packet's own, moved. Returns the next header for the trailer. (Inlined by
 * force: for each packet of ESP, and AH uses it too.) */
static inline __attribute__((always_inline)) uint8_t front(struct ipsec *ips, struct sa_pair *sa, struct packet *p,
                                                           uint8_t proto, uint32_t tail)
{
    uint8_t next, *inner = p->l3;
    if (sa->tunnel) {
        uint8_t policy = df_of(ips, sa), tos = inner[1];
        bool df = policy == DF_SET || (policy == DF_COPY && (get16(inner + 6) & IP_DF));
        next = p->dummy ? PROTO_NONE : PROTO_IPIP;
        p->l3 -= sa->head_len + IP_HEAD;
        p->len += sa->head_len + IP_HEAD + tail;
        uint8_t *ip = p->l3;
        uint32_t first = 0x45000000u | (uint32_t)tos << 16 | (p->len & 0xFFFF);
        uint32_t id_frag = (uint32_t)sa->ip_id++ << 16 | (df ? IP_DF : 0), ttl_proto = OUTER_TTL << 24 | proto << 16;
        put32(ip, first);
        put32(ip + 4, id_frag);
        put32(ip + 8, ttl_proto);
        put32(ip + 12, sa->local);
        put32(ip + 16, sa->remote);
        tunnel_sum(ip, sa, first, id_frag, ttl_proto);
        return next;
    }
    uint32_t ihl = (inner[0] & 15u) * 4u;
    next = inner[9];
    p->l3 -= sa->head_len;
    p->len += sa->head_len + tail;
    memmove(p->l3, inner, ihl);
    p->l3[9] = proto;
    put16(p->l3 + 2, (uint16_t)p->len);
    outer_sum(p->l3);
    return next;
}

/* clear: where the plaintext begins; len: with its trailer. */
static inline void esp_dress(struct ipsec *ips, struct sa_pair *sa, uint8_t *clear, uint32_t len, struct seal_job *job)
{
    uint8_t *iv = clear - sa->iv_len, *esp = iv - ESP_HEAD;
    uint32_t high = (uint32_t)(sa->seq_out >> 32);
    put32(esp, sa->out.spi);
    put32(esp + 4, (uint32_t)sa->seq_out);
    if (sa->gcm) {
        put32(iv, high);
        put32(iv + 4, (uint32_t)sa->seq_out);
    } else if (sa->iv_len) {
        ipsec_iv(ips, iv, sa->iv_len);
    }
    *job = (struct seal_job){
        .seal = sa->out.seal, .head = esp, .iv = iv, .data = clear, .len = len, .high = high, .extended = sa->esn};
}

static inline void esp_wrap(struct ipsec *ips, struct sa_pair *sa, struct packet *p, uint32_t ihl, uint32_t pad,
                     struct seal_job *job)
{
    uint8_t *clear = p->l3 + ihl, *trailer = p->l3 + p->len;
    uint32_t len = p->len - ihl + pad + 2;
    esp_pad(trailer, pad);
    trailer[pad] = (uint8_t)pad;
    trailer[pad + 1] = front(ips, sa, p, sa->udp_encap ? PROTO_UDP : PROTO_ESP, pad + 2 + sa->icv_len);
    if (sa->udp_encap)
        natt_write(sa, clear - sa->head_len, p->len - (sa->tunnel ? IP_HEAD : ihl));
    esp_dress(ips, sa, clear, len, job);
}

static void ah_write(const struct sa_pair *sa, uint8_t *ah, uint8_t next, uint32_t spi)
{
    ah[0] = next;
    ah[1] = (uint8_t)((AH_FIXED + ah_icv(sa)) / 4 - 2);
    put16(ah + 2, 0);
    put32(ah + 4, spi);
    put32(ah + 8, (uint32_t)sa->seq_out);
}

/* AH over ESP: all but the sums; that of the AH is made of what is encrypted (over_seal). */
static void over_wrap(struct ipsec *ips, struct sa_pair *sa, struct packet *p, uint32_t ihl, uint32_t pad,
                      struct seal_job *job)
{
    uint8_t *clear = p->l3 + ihl, *trailer = p->l3 + p->len;
    uint32_t len = p->len - ihl + pad + 2;
    esp_pad(trailer, pad);
    trailer[pad] = (uint8_t)pad;
    trailer[pad + 1] = front(ips, sa, p, PROTO_AH, pad + 2 + sa->icv_len);
    ah_write(sa, clear - sa->head_len, PROTO_ESP, sa->over->spi_out);
    esp_dress(ips, sa, clear, len, job);
}

static bool over_seal(struct sa_pair *sa, const struct packet *p, const struct seal_job *job)
{
    return ah_seal(sa, p->l3, p->len, (p->l3[0] & 15u) * 4u, job->high);
}

static bool ah_wrap(struct ipsec *ips, struct sa_pair *sa, struct packet *p, uint32_t ihl)
{
    uint8_t *ah = p->l3 + ihl - sa->head_len;
    ah_write(sa, ah, front(ips, sa, p, PROTO_AH, 0), sa->out.spi);
    return ah_seal(sa, p->l3, p->len, sa->tunnel ? IP_HEAD : ihl, (uint32_t)(sa->seq_out >> 32));
}

/* All but the sum, and for ESP the job for it. DROP_NONE: so far so good. */
static inline enum drop_reason dress(struct ipsec *ips, struct sa_pair *sa, struct packet *p, struct seal_job *job)
{
    uint32_t plain = p->len, ihl = sa->tunnel ? 0 : (p->l3[0] & 15u) * 4u, pad = 0, tail = 0;
    uint32_t head = sa->head_len + (sa->tunnel ? IP_HEAD : 0u);
    if (!sa->ah || sa->over) {
        pad = (0u - (plain - ihl + 2)) & (sa->block - 1u);
        tail = pad + 2 + sa->icv_len;
    }
    if (!sa->tunnel && (get16(p->l3 + 6) & 0x3FFF)) { /* a fragment cannot go in transport mode (RFC 4303 3.3.4) */
        sa->flow->n.encaps_failed++;
        flowmib_fail_packet(sa, FLOWMIB_ENCRYPT, false);
        return DROP_OUT_UNEXP_CD_SW_IPSEC_EXCEPTION;
    }
    uint64_t left = (sa->esn ? UINT64_MAX : UINT32_MAX) - sa->seq_out;
    if (left == 0 && sa->manual) {
        sa->seq_out = UINT64_MAX; /* and so 0 */
    } else if (left == 0) {
        sa->flow->n.rollover_send++;
        flowmib_fail_packet(sa, FLOWMIB_ROLLOVER, false);
        return DROP_OUT_CD_SW_IPSEC_DETECT_SEQ_OVEFLOW;
    }
    if (plain + head + tail > PACKET_MOST) {
        sa->flow->n.encaps_failed++;
        flowmib_fail_packet(sa, FLOWMIB_ENCRYPT, false);
        return DROP_OUT_INFRA_V4_PKT_LEN_TOO_BIG;
    }
    if ((size_t)(p->l3 - p->base) < head || (size_t)(p->base + p->cap - p->l3) < plain + tail + PAD_AT_ONCE) {
        sa->flow->n.internal_send++;
        return DROP_OUT_PKT_HEADPAD_LEN_ERR;
    }
    sa->seq_out++;
    if (left - 1 == SEQ_SOFT)
        pair_soft(sa);
    if (!sa->ah) {
        esp_wrap(ips, sa, p, ihl, pad, job);
    } else if (sa->over) {
        over_wrap(ips, sa, p, ihl, pad, job);
    } else if (!ah_wrap(ips, sa, p, ihl)) {
        sa->flow->n.encaps_failed++;
        flowmib_fail_packet(sa, FLOWMIB_ENCRYPT, false);
        return DROP_OUT_UNEXP_CD_SW_IPSEC_EXCEPTION;
    }
    return DROP_NONE;
}

/* What packets will touch. (Inlined by force: gcc takes a function that only prefetches for one that does nothing.) */
static inline __attribute__((always_inline)) void look_ahead(struct packet **v, unsigned n)
{
    const struct sa_pair *before = NULL;
    for (unsigned i = 0; i < n; i++) {
        const struct sa_pair *sa = v[i]->sa;
        __builtin_prefetch(v[i]->l3 + v[i]->len, 1);
        __builtin_prefetch(v[i]->l3 - 64, 1);
        if (sa && sa != before) {
            __builtin_prefetch(&sa->flow);
            __builtin_prefetch(&sa->out);
        }
        before = sa;
    }
    before = NULL;
    for (unsigned i = 0; i < n; i++) {
        const struct sa_pair *sa = v[i]->sa;
        if (!sa || sa->dead || sa == before)
            continue;
        if (!sa->ah)
            seal_prefetch(sa->out.seal);
        before = sa;
    }
}

/* Between the passes. */
struct dressed {
    struct sa_pair *sa;
    struct seal_job *job; /* NULL: AH, or it failed */
    uint32_t plain;       /* its length before */
    uint8_t why;          /* enum drop_reason */
};

/* It is on its way, and counted while what it counts at is near; the last packet of a used-up SA still goes. */
static inline void sent(struct ipsec *ips, struct sa_pair *sa, const struct packet *p, uint32_t plain, uint64_t now)
{
    if (p->dummy) {
        dummy_count(sa, plain);
        return;
    }
    ips->totals.out_packets++;
    ips->totals.out_bytes += plain;
    pair_count(sa, DIR_OUT, 1, plain, now);
}

/* Its sum could not be made: it was not sent after all. (A used-up SA is there until all are on their way.) */
static void unsent(struct ipsec *ips, struct sa_pair *sa, const struct packet *p, uint32_t plain)
{
    if (p->dummy)
        return;
    ips->totals.out_packets--;
    ips->totals.out_bytes -= plain;
    sa->out.packets--;
    sa->out.bytes -= plain;
    sa->flow->n.encaps_failed++;
    flowmib_fail_packet(sa, FLOWMIB_ENCRYPT, false);
}

static void batch(struct ipsec *ips, struct graph *g, struct packet **v, unsigned n, uint64_t now)
{
    struct seal_job jobs[ESP_BATCH];
    struct dressed d[ESP_BATCH];
    unsigned njobs = 0, nover = 0;
    look_ahead(v, n);
    for (unsigned i = 0; i < n; i++) {
        struct sa_pair *sa = v[i]->sa;
        d[i].sa = sa;
        d[i].plain = v[i]->len;
        d[i].job = NULL;
        d[i].why = (uint8_t)(!sa || sa->dead ? DROP_OUT_IPV4_SA_NOT_FOUND : dress(ips, sa, v[i], &jobs[njobs]));
        v[i]->sa = NULL;
        if (d[i].why != DROP_NONE)
            continue;
        v[i]->crypto_done = true;
        if (!sa->ah)
            d[i].job = &jobs[njobs++];
        else if (sa->over)
            d[i].job = &jobs[njobs++], nover++;
        if (njobs == SEAL_AHEAD)
            crypto_soon(jobs, SEAL_AHEAD);
        sent(ips, sa, v[i], d[i].plain, now);
    }
    crypto_seal(ips->crypto, jobs, njobs);
    for (unsigned i = 0; nover && i < n; i++)
        if (d[i].job && d[i].job->ok && d[i].sa->over)
            d[i].job->ok = over_seal(d[i].sa, v[i], d[i].job);
    for (unsigned i = 0; i < n; i++) {
        if (d[i].job && !d[i].job->ok) {
            unsent(ips, d[i].sa, v[i], d[i].plain);
            d[i].why = DROP_OUT_UNEXP_CD_SW_IPSEC_EXCEPTION;
        }
        v[i]->dummy = false; /* what it is to those whose way it goes: a packet */
        if (d[i].why == DROP_NONE)
            graph_next(g, v[i], STAGE_IP4_ROUTE);
        else
            graph_drop(g, v[i], d[i].why);
    }
    pair_spent(ips);
}

void esp_out_stage(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct ipsec *ips = self;
    uint64_t now = loop_now(ips->env.loop);
    for (unsigned at = 0; at < n; at += ESP_BATCH)
        batch(ips, g, v + at, n - at < ESP_BATCH ? n - at : ESP_BATCH, now);
}
