/* esp_out.c: encapsulation: ESP (RFC 4303) and AH (RFC 4302), tunnel and transport mode. The stage ESP_OUT: p->sa is
 * known; out comes a packet for IP4_ROUTE.
 *
 * The packet grows in place, into the room kept around it: in front [IPv4 | UDP | ESP | IV] (tunnel) or the IPv4 header
 * moved forward over the same (transport), behind [padding 1 2 3 ... | pad length | next header | ICV]. Nothing is
 * allocated. The outer header copies TOS (with ECN, RFC 6040) and, by `crypto ipsec df-bit`, DF; TTL 255,
 * identification counted per SA; the inner header is not touched. Sequence numbers begin at 1 and never go round: at
 * the last one the SA stops sending. IV: CBC from chance, GCM the sequence number (unique under its key, RFC 4106
 * section 3.1). Not here: TFC padding, ESN.
 */
#include "dataplane/ipsec/ipsec_local.h"

#include <string.h>

#include "espial/buf.h"

#define IP_HEAD     20
#define ESP_HEAD    8
#define UDP_HEAD    8
#define AH_FIXED    12
#define IP_DF       0x4000
#define OUTER_TTL   255
#define PROTO_IPIP  4
#define PACKET_MOST 65535u

static void outer_sum(uint8_t *ip)
{
    put16(ip + 10, 0);
    put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, (ip[0] & 15u) * 4u)));
}

/* The IPv4 header in front: a new one, or the packet's own, moved. Returns the next header for the trailer. */
static uint8_t front(struct ipsec *ips, struct sa_pair *sa, struct packet *p, uint8_t proto, uint32_t tail)
{
    uint8_t next, *inner = p->l3;
    if (sa->policy.transforms[0].mode == IPSEC_TUNNEL) {
        uint8_t policy = mi_df(&ips->conf, sa->flow->entry->mi), tos = inner[1];
        bool df = policy == DF_SET || (policy == DF_COPY && (get16(inner + 6) & IP_DF));
        next = PROTO_IPIP;
        p->l3 -= sa->head_len + IP_HEAD;
        p->len += sa->head_len + IP_HEAD + tail;
        uint8_t *ip = p->l3;
        ip[0] = 0x45;
        ip[1] = tos;
        put16(ip + 4, sa->ip_id++);
        put16(ip + 6, df ? IP_DF : 0);
        ip[8] = OUTER_TTL;
        put32(ip + 12, sa->policy.local);
        put32(ip + 16, sa->policy.peer);
    } else {
        uint32_t ihl = (inner[0] & 15u) * 4u;
        next = inner[9];
        p->l3 -= sa->head_len;
        p->len += sa->head_len + tail;
        memmove(p->l3, inner, ihl);
    }
    p->l3[9] = proto;
    put16(p->l3 + 2, (uint16_t)p->len);
    return next;
}

/* clear: where the plaintext begins; len: with its trailer. */
static bool esp_seal(struct ipsec *ips, struct sa_pair *sa, uint8_t *clear, uint32_t len)
{
    uint8_t *iv = clear - sa->iv_len, *esp = iv - ESP_HEAD, sum[HASH_MAX];
    put32(esp, sa->out.spi);
    put32(esp + 4, sa->seq_out);
    if (!sa->out.mac) {
        put32(iv, 0);
        put32(iv + 4, sa->seq_out);
        return cipher_seal(sa->out.cipher, iv, esp, ESP_HEAD, clear, clear, len, clear + len);
    }
    if (sa->iv_len)
        ipsec_iv(ips, iv, sa->iv_len);
    if (!cipher_cbc(sa->out.cipher, iv, clear, clear, len))
        return false;
    mac_sum(sa->out.mac, &BYTES(esp, (size_t)(clear - esp) + len), 1, sum);
    memcpy(clear + len, sum, sa->icv_len);
    return true;
}

static bool esp_wrap(struct ipsec *ips, struct sa_pair *sa, struct packet *p, bool tunnel, uint32_t ihl, uint32_t pad)
{
    uint8_t *clear = p->l3 + ihl, *trailer = p->l3 + p->len;
    uint32_t len = p->len - ihl + pad + 2;
    for (uint32_t i = 0; i < pad; i++)
        trailer[i] = (uint8_t)(i + 1);
    trailer[pad] = (uint8_t)pad;
    trailer[pad + 1] = front(ips, sa, p, sa->udp_encap ? PROTO_UDP : PROTO_ESP, pad + 2 + sa->icv_len);
    if (sa->udp_encap)
        natt_write(sa, clear - sa->head_len, p->len - (tunnel ? IP_HEAD : ihl));
    outer_sum(p->l3);
    return esp_seal(ips, sa, clear, len);
}

static bool ah_wrap(struct ipsec *ips, struct sa_pair *sa, struct packet *p, bool tunnel, uint32_t ihl)
{
    uint8_t *ah = p->l3 + ihl - sa->head_len;
    uint8_t next = front(ips, sa, p, PROTO_AH, 0);
    ah[0] = next;
    ah[1] = (uint8_t)(sa->head_len / 4 - 2);
    put16(ah + 2, 0);
    put32(ah + 4, sa->out.spi);
    put32(ah + 8, sa->seq_out);
    outer_sum(p->l3);
    return ah_seal(sa, p->l3, p->len, tunnel ? IP_HEAD : ihl);
}

/* DROP_NONE: encapsulated. */
static enum drop_reason wrap(struct ipsec *ips, struct sa_pair *sa, struct packet *p, uint64_t now)
{
    struct flow_count *n = &sa->flow->n;
    bool tunnel = sa->policy.transforms[0].mode == IPSEC_TUNNEL, esp = sa->policy.transforms[0].proto == PROTO_ESP;
    uint32_t plain = p->len, ihl = tunnel ? 0 : (p->l3[0] & 15u) * 4u, pad = 0, tail = 0;
    uint32_t head = sa->head_len + (tunnel ? IP_HEAD : 0u);
    if (esp) {
        pad = (sa->block - (plain - ihl + 2) % sa->block) % sa->block;
        tail = pad + 2 + sa->icv_len;
    }
    if (!tunnel && (get16(p->l3 + 6) & 0x3FFF)) { /* a fragment cannot go in transport mode (RFC 4303 section 3.3.4) */
        n->encaps_failed++;
        return DROP_OUT_UNEXP_CD_SW_IPSEC_EXCEPTION;
    }
    if (sa->seq_out == UINT32_MAX) {
        n->rollover_send++;
        return DROP_OUT_CD_SW_IPSEC_DETECT_SEQ_OVEFLOW;
    }
    if (plain + head + tail > PACKET_MOST) {
        n->encaps_failed++;
        return DROP_OUT_INFRA_V4_PKT_LEN_TOO_BIG;
    }
    if ((size_t)(p->l3 - p->base) < head || (size_t)(p->base + p->cap - p->l3) < plain + tail) {
        n->internal_send++;
        return DROP_OUT_PKT_HEADPAD_LEN_ERR;
    }
    if (++sa->seq_out == SEQ_SOFT)
        pair_soft(sa);
    if (!(esp ? esp_wrap(ips, sa, p, tunnel, ihl, pad) : ah_wrap(ips, sa, p, tunnel, ihl))) {
        n->encaps_failed++;
        return DROP_OUT_UNEXP_CD_SW_IPSEC_EXCEPTION;
    }
    n->encaps++;
    n->digest++;
    pair_count(sa, DIR_OUT, plain, now); /* the last packet of a used-up SA still goes */
    return DROP_NONE;
}

void esp_out_stage(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct ipsec *ips = self;
    uint64_t now = loop_now(ips->env.loop);
    for (unsigned i = 0; i < n; i++) {
        struct packet *p = v[i];
        struct sa_pair *sa = p->sa;
        enum drop_reason why = !sa || sa->dead ? DROP_OUT_IPV4_SA_NOT_FOUND : wrap(ips, sa, p, now);
        p->sa = NULL;
        if (why != DROP_NONE) {
            graph_drop(g, p, why);
            continue;
        }
        p->crypto_done = true;
        graph_next(g, p, STAGE_IP4_ROUTE);
    }
}
