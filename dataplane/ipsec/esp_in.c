/* esp_in.c: decapsulation: ESP (RFC 4303), also in UDP (RFC 3948), and AH (RFC 4302). The stage ESP_IN: packets to us,
 * whole, l3 at their IPv4 headers.
 *
 * Order, for each packet: exact lengths -> SA by (destination, protocol, SPI) -> replay check -> ICV and decryption ->
 * replay check again and advance -> padding and next header -> selectors -> IP4_IN. Up to the ICV nothing is changed,
 * written or counted against the peer but the drop itself. Packets go through it ESP_BATCH at a time, in passes: read
 * and find, check, all sums at once, then one after another as they came. So of two packets with one number both are
 * summed, and the later one is refused where the window has moved; and an SA that ended with an earlier packet is gone
 * for the later ones. An SPI that is reserved but not installed is dropped without a word; an unknown one is counted,
 * logged (once a minute per source and destination) and told upwards at the end of the turn. A decapsulated packet
 * outside its SA's selectors is dropped as invalid identity (RFC 4301 section 5.2). The outer TOS is discarded, its ECN
 * too unless `ecn propagate` is asked for. An SA without authentication (RFC 4303 section 1 allows it) proves nothing:
 * there is no replay check (section 3.4.3), and the peer's port is not followed. Dummy packets (next header 59) end here
 * silently. Of AH over ESP that was agreed as one (over.c), both sums are made in the one pass and proved one after the
 * other, AH first; what stands behind the AH must be the ESP of that pair, and its ESP without the AH is not taken. What
 * the AH of any other pair had inside goes to IP4_IN, ESP too.
 */
#include "dataplane/ipsec/ipsec_local.h"

#include <string.h>

#include "espial/buf.h"

#define IP_HEAD    20
#define ESP_HEAD   8
#define UDP_HEAD   8
#define PROTO_IPIP 4
#define PROTO_NONE 59
#define ECN_NONE   0 /* RFC 3168 */
#define ECN_ECT1   1
#define ECN_ECT0   2
#define ECN_CE     3

/* Where things stand in one packet. */
struct look {
    struct sa_pair *sa;
    uint64_t seq; /* the whole of an extended one, as guessed */
    uint32_t src, dst, spi, low;
    uint32_t ihl, at;     /* at: of ESP or AH, from l3 */
    uint32_t len;         /* of the packet: the header's total length */
    uint8_t proto;        /* PROTO_ESP or PROTO_AH; of AH over ESP: the former, once `at` is that of the ESP */
    uint8_t why;          /* enum drop_reason, where it failed before its sum */
    uint8_t replay;       /* enum replay_answer */
    uint8_t ah;           /* enum ah_look */
    uint32_t over_high;   /* OVER_*: the upper half of the AH's number; seq and low are the ESP's */
    struct seal_job *job; /* ESP */
};
enum ah_look {
    AH_NONE,
    AH_RIGHT,
    OVER_RIGHT,
    OVER_STRANGE
}; /* its ICV is right: AH's; AH's over ESP; but not that ESP follows */

/* What its header says; of what comes in UDP, ESP. */
static inline uint8_t proto_of(const uint8_t *ip)
{
    return ip[9] == PROTO_AH ? PROTO_AH : PROTO_ESP;
}

static inline bool look_at(const struct packet *p, struct look *k)
{
    const uint8_t *ip = p->l3;
    if (p->len < IP_HEAD || ip[0] >> 4 != 4)
        return false;
    k->ihl = (ip[0] & 15u) * 4u;
    k->len = get16(ip + 2);
    if (k->ihl < IP_HEAD || k->len > p->len || k->len < k->ihl)
        return false;
    k->src = get32(ip + 12);
    k->dst = get32(ip + 16);
    k->proto = proto_of(ip);
    k->at = k->ihl;
    if (p->udp_encap) {
        if (ip[9] != PROTO_UDP || k->len - k->ihl < UDP_HEAD)
            return false;
        uint32_t udp = get16(ip + k->ihl + 4);
        if (udp < UDP_HEAD || udp > k->len - k->ihl)
            return false;
        k->len = k->ihl + udp;
        k->at += UDP_HEAD;
        k->proto = PROTO_ESP;
    }
    uint32_t spi_at = k->at + (k->proto == PROTO_AH ? 4 : 0);
    if (k->len < spi_at + 8)
        return false;
    k->spi = get32(ip + spi_at);
    k->low = get32(ip + spi_at + 4);
    return true;
}

/* Of what is left after IPv4 (and UDP): can it be this transform's? */
static inline bool length_fits(const struct sa_pair *sa, const uint8_t *ip, const struct look *k)
{
    uint32_t len = k->len - k->at;
    if (k->proto == PROTO_AH)
        return len >= AH_FIXED + ah_icv(sa) && ip[k->at + 1] == (AH_FIXED + ah_icv(sa)) / 4 - 2;
    uint32_t over = ESP_HEAD + sa->iv_len + sa->icv_len;
    return len >= over + 2 && ((len - over) & (sa->block - 1u)) == 0;
}

/* Its length, and its number against that window. */
static inline bool number_fits(struct look *k, const struct packet *p, const struct replay *r)
{
    if (!length_fits(k->sa, p->l3, k)) {
        k->why = DROP_IN_PKT_HEADPAD_LEN_ERR;
        return false;
    }
    k->seq = k->sa->esn ? replay_extend(r, k->low) : k->low;
    k->replay = replay_check(r, k->seq);
    if (k->replay != REPLAY_OK)
        k->why = DROP_IN_CD_SW_IPSEC_ANTI_REPLAY_FAIL;
    return k->why == DROP_NONE;
}

/* All that can be said before a sum is made; the job for it. False: there is nothing to sum. */
static inline bool check_esp(struct look *k, const struct packet *p, struct seal_job *job)
{
    const struct sa_pair *sa = k->sa;
    if (!number_fits(k, p, &sa->replay))
        return false;
    uint8_t *esp = p->l3 + k->at;
    seal_prefetch(sa->in.seal);
    job->seal = sa->in.seal;
    job->head = esp;
    job->iv = esp + ESP_HEAD;
    job->data = job->iv + sa->iv_len;
    job->len = k->len - k->at - ESP_HEAD - sa->iv_len - sa->icv_len;
    job->extended = sa->esn;
    job->high = (uint32_t)(k->seq >> 32);
    k->job = job;
    return true;
}

/* The same of what begins with AH, or should. The sum of the AH is made here. */
static __attribute__((noinline)) bool check_ah(struct look *k, const struct packet *p, struct seal_job *job)
{
    struct sa_pair *sa = k->sa;
    if (k->proto != PROTO_AH) { /* the ESP alone, where both were agreed */
        k->why = DROP_IN_V4_POST_INPUT_POLICY_FAIL;
        return false;
    }
    if (!number_fits(k, p, sa->over ? &sa->over->replay : &sa->replay))
        return false;
    uint32_t high = (uint32_t)(k->seq >> 32);
    if (!ah_fits(sa, p->l3, k->len, k->at, high))
        return false;
    k->ah = sa->over ? OVER_STRANGE : AH_RIGHT;
    if (!sa->over)
        return false;
    const uint8_t *ah = p->l3 + k->at;
    k->over_high = high;
    k->at += AH_FIXED + ah_icv(sa);
    if (ah[0] != PROTO_ESP || k->len - k->at < ESP_HEAD || get32(p->l3 + k->at) != sa->in.spi)
        return false;
    k->ah = OVER_RIGHT;
    k->proto = PROTO_ESP;
    k->low = get32(p->l3 + k->at + 4);
    return check_esp(k, p, job);
}

static inline bool check(struct look *k, const struct packet *p, struct seal_job *job)
{
    k->why = DROP_NONE;
    k->ah = AH_NONE;
    k->job = NULL;
    return k->sa->ah ? check_ah(k, p, job) : check_esp(k, p, job);
}

/* Do the `pad` bytes before end read 1 2 3 ...? */
static inline bool padded(const uint8_t *end, uint32_t pad)
{
    static const uint8_t mask[2 * PAD_AT_ONCE] = {[PAD_AT_ONCE] = 255, 255, 255, 255, 255, 255, 255, 255,
                                                  255, 255, 255, 255, 255, 255, 255, 255};
    uint64_t got[2], want[2], look[2];
    if (pad > PAD_AT_ONCE) {
        for (uint32_t i = 0; i < pad; i++)
            if (end[(int)i - (int)pad] != (uint8_t)(i + 1))
                return false;
        return true;
    }
    memcpy(got, end - PAD_AT_ONCE, sizeof got);
    memcpy(want, esp_padding + pad, sizeof want);
    memcpy(look, mask + pad, sizeof look);
    return (((got[0] ^ want[0]) & look[0]) | ((got[1] ^ want[1]) & look[1])) == 0;
}

/* Take trailer or AH away: [*at, *end) is what was inside. */
static inline enum drop_reason unwrap(struct sa_pair *sa, uint8_t *ip, const struct look *k, uint32_t *at,
                                      uint32_t *end, uint8_t *next)
{
    if (!k->job) {
        *at = k->at + AH_FIXED + sa->icv_len;
        *end = k->len;
        *next = ip[k->at];
        return DROP_NONE;
    }
    const uint8_t *data = k->job->data;
    uint32_t len = k->job->len, pad = data[len - 2];
    if (pad + 2 > len || !padded(data + len - 2, pad)) {
        sa->flow->n.decaps_failed++;
        flowmib_fail_packet(sa, FLOWMIB_DECRYPT, true);
        return DROP_IN_PKT_HEADPAD_LEN_ERR;
    }
    *at = (uint32_t)(data - ip);
    *end = *at + len - 2 - pad;
    *next = data[len - 1];
    return DROP_NONE;
}

/* What the outer header met on its way, told to the packet inside (RFC 6040 section 4.2, figure 4). False: congestion, and
 * its ends would not understand: it must be lost instead. */
static bool tell(uint8_t *ip, uint8_t outer)
{
    uint8_t inner = ip[1] & ECN_CE, becomes = inner;
    uint16_t before = get16(ip);
    if (outer == ECN_CE && inner == ECN_NONE)
        return false;
    if (inner != ECN_NONE && outer == ECN_CE)
        becomes = ECN_CE;
    else if (inner == ECN_ECT0 && outer == ECN_ECT1)
        becomes = ECN_ECT1;
    ip[1] = (uint8_t)((ip[1] & ~ECN_CE) | becomes);
    ip_cksum_follow(ip + 10, before, get16(ip));
    return true;
}

/* p becomes the packet that was inside. */
static inline enum drop_reason reveal(struct sa_pair *sa, struct packet *p, const struct look *k, uint32_t at,
                                      uint32_t end, uint8_t next)
{
    if (!sa->tunnel) {
        memmove(p->l3 + at - k->ihl, p->l3, k->ihl);
        p->l3 += at - k->ihl;
        p->len = k->ihl + end - at;
        p->l3[9] = next;
        put16(p->l3 + 2, (uint16_t)p->len);
        put16(p->l3 + 10, 0);
        put16(p->l3 + 10, ip_cksum_fold(ip_cksum_add(0, p->l3, k->ihl)));
        if (p->udp_encap)
            natt_mend(p, next);
        return DROP_NONE;
    }
    if (next != PROTO_IPIP) {
        sa->flow->n.invalid_prot++;
        flowmib_fail_packet(sa, FLOWMIB_PROTOCOL, true);
        return DROP_IN_CD_SW_IPSEC_NH_MISMATCH;
    }
    const uint8_t *in = p->l3 + at;
    uint32_t room = end - at;
    if (room < IP_HEAD || in[0] >> 4 != 4 || (in[0] & 15u) * 4u < IP_HEAD || (in[0] & 15u) * 4u > room ||
        get16(in + 2) < (in[0] & 15u) * 4u || get16(in + 2) > room) {
        sa->flow->n.decaps_failed++;
        flowmib_fail_packet(sa, FLOWMIB_DECRYPT, true);
        return DROP_IN_PKT_IPVER_INVALID;
    }
    uint8_t met = p->l3[1] & ECN_CE;
    p->l3 += at;
    p->len = get16(in + 2);
    if (sa->ecn && !tell(p->l3, met)) {
        sa->flow->n.decaps_failed++;
        return DROP_IN_UNEXP_CD_SW_IPSEC_EXCEPTION;
    }
    return DROP_NONE;
}

static enum drop_reason no_sa(struct ipsec *ips, const struct packet *p, const struct look *k)
{
    uint8_t proto = proto_of(p->l3); /* of the SPI: the look may be at the ESP below it already */
    if (sad_is_transient(ips, k->dst, proto, k->spi) && !fault_on(ips->env.faults, FAULT_KILLS_NEW)) {
        ips->totals.transient_drops++;
        return DROP_IN_V4_PKT_HIT_INVALID_SA;
    }
    ips->totals.invalid_spi++;
    if (!(p->udp_encap && fault_strikes(ips->env.faults, FAULT_NATT_SILENT, 0)))
        report_stray(ips, p, k->src, k->dst, proto, k->spi);
    return DROP_INV_SPI;
}

static enum drop_reason replayed(struct sa_pair *sa, bool over, uint32_t seq, enum replay_answer a)
{
    if (a == REPLAY_ZERO)
        sa->flow->n.rollover_rcv++;
    sa->flow->n.replay_failed++;
    report_replay(sa, over, seq);
    return DROP_IN_CD_SW_IPSEC_ANTI_REPLAY_FAIL;
}

/* The AH over the ESP is right: its window moves. */
static __attribute__((noinline)) enum drop_reason proved_over(const struct look *k, const struct packet *p)
{
    struct sa_pair *sa = k->sa;
    uint32_t low = get32(p->l3 + k->ihl + 8);
    uint64_t seq = (uint64_t)k->over_high << 32 | low;
    enum replay_answer a = replay_check(&sa->over->replay, seq);
    if (a != REPLAY_OK)
        return replayed(sa, true, low, a);
    replay_advance(&sa->over->replay, seq);
    if (k->ah == OVER_RIGHT)
        return DROP_NONE;
    sa->flow->n.invalid_prot++;
    flowmib_fail_packet(sa, FLOWMIB_PROTOCOL, true);
    return DROP_IN_CD_SW_IPSEC_NH_MISMATCH;
}

/* Is it the AH of such a pair that failed? */
static inline bool of_over(const struct look *k)
{
    return k->proto == PROTO_AH && k->sa->over;
}

/* What was found out before or by the sum, counted and reported now, in the order of the packets. */
static inline enum drop_reason proved(struct ipsec *ips, struct packet *p, const struct look *k)
{
    struct sa_pair *sa = k->sa;
    if (!sa || sa->dead)
        return k->why == DROP_IN_PKT_MDATA_ERR ? DROP_IN_PKT_MDATA_ERR : no_sa(ips, p, k);
    if (__builtin_expect(k->ah >= OVER_RIGHT, false)) {
        enum drop_reason why = proved_over(k, p);
        if (why != DROP_NONE)
            return why;
    }
    if (k->why == DROP_IN_PKT_HEADPAD_LEN_ERR) {
        sa->flow->n.invalid_len++;
        return DROP_IN_PKT_HEADPAD_LEN_ERR;
    }
    if (k->why == DROP_IN_V4_POST_INPUT_POLICY_FAIL) {
        sa->flow->n.invalid_prot++;
        flowmib_fail_packet(sa, FLOWMIB_PROTOCOL, true);
        return DROP_IN_V4_POST_INPUT_POLICY_FAIL;
    }
    if (k->why != DROP_NONE)
        return replayed(sa, of_over(k), k->low, k->replay);
    if (!(k->job ? k->job->ok : k->ah == AH_RIGHT)) {
        sa->flow->n.verify_failed++;
        report_mac(sa, of_over(k), k->low);
        return DROP_IN_CD_SW_IPSEC_MAC_EXCEPTION;
    }
    enum replay_answer a = replay_check(&sa->replay, k->seq); /* an earlier packet of this vector may have moved it */
    if (a != REPLAY_OK)
        return replayed(sa, false, k->low, a);
    bool newest = k->seq > sa->replay.top;
    replay_advance(&sa->replay, k->seq);
    if (!sa->icv_len)
        return DROP_NONE; /* anybody may have sent it */
    if (newest && sa->udp_encap && p->udp_encap)
        natt_follow(sa, get16(p->l3 + k->ihl));
    return DROP_NONE;
}

/* Packets of one SA, one after another, are counted together, unless one of them may be its last. */
struct tally {
    struct sa_pair *sa; /* NULL: nothing to count */
    uint32_t packets;
    uint64_t bytes, now;
    uint64_t all_packets, all_bytes;
};

static inline __attribute__((always_inline)) void tally_end(struct tally *t)
{
    struct sa_pair *sa = t->sa;
    if (!sa)
        return;
    t->sa = NULL;
    t->all_packets += t->packets;
    t->all_bytes += t->bytes;
    pair_count(sa, DIR_IN, t->packets, t->bytes, t->now);
}

static inline __attribute__((always_inline)) void tally_add(struct tally *t, struct sa_pair *sa, uint32_t bytes)
{
    if (t->sa != sa) {
        tally_end(t);
        t->sa = sa;
        t->packets = 0;
        t->bytes = 0;
    }
    t->packets++;
    t->bytes += bytes;
    if (!pair_has_room(sa, DIR_IN, t->bytes))
        tally_end(t);
}

/* Does what came out belong to the SA's selectors? */
static inline bool inside(const struct sa_pair *sa, const struct packet *p)
{
    const struct selector *src = &sa->remote_sel, *dst = &sa->local_sel;
    struct flow f;
    if (selector_any(src) && selector_any(dst))
        return (get32(p->l3 + 12) & src->mask) == src->addr && (get32(p->l3 + 16) & dst->mask) == dst->addr;
    flow_of(&f, p->l3, p->len);
    return selector_fits(dst, src, &f, true);
}

/* May what came out go on, and as coming from where? */
static inline enum drop_reason admit(struct ipsec *ips, struct sa_pair *sa, struct packet *p)
{
    if (!inside(sa, p)) {
        sa->flow->n.invalid_identity++;
        report_misfit(sa, p);
        return DROP_IN_US_CL_V4_PKT_FAILED_POLICY;
    }
    const struct ipsec_flow *f = sa->flow;
    p->through = 0;
    if (sa->in.gen != ips->gen) {
        sa->bare = !f->tunnel && !f->entry->inside_in;
        sa->in.gen = ips->gen;
    }
    if (sa->bare)
        return DROP_NONE;
    struct acl *list = f->entry->inside_in;
    if (list) {
        struct flow inner;
        flow_of(&inner, p->l3, p->len);
        if (!acl_judges(ips->env.net, list, &inner, p->iif, NULL))
            return DROP_IP_ACL_IN;
    }
    if (f->tunnel)
        p->through = f->tunnel->index;
    if (f->vti)
        p->iif = f->tunnel;
    return DROP_NONE;
}

/* DROP_NONE: decapsulated. */
static inline enum drop_reason finish(struct ipsec *ips, struct packet *p, const struct look *k, struct tally *t)
{
    struct sa_pair *sa = k->sa;
    uint32_t at, end;
    uint8_t next;
    enum drop_reason why = proved(ips, p, k);
    if (why != DROP_NONE)
        return why;
    why = unwrap(sa, p->l3, k, &at, &end, &next);
    if (why == DROP_NONE && next == PROTO_NONE)
        why = DROP_DONE;
    if (why == DROP_NONE)
        why = reveal(sa, p, k, at, end, next);
    if (why == DROP_NONE)
        why = admit(ips, sa, p);
    if (why != DROP_NONE) { /* it counts with those that were decapsulated else */
        sa->flow->n.verify += sa->icv_len != 0 || sa->over;
        return why;
    }
    p->sa = sa;
    tally_add(t, sa, p->len);
    return DROP_NONE;
}

static void find(struct ipsec *ips, struct packet **v, struct look *k, unsigned n)
{
    const struct look *before = NULL;
    for (unsigned i = 0; i < n; i++) {
        if (i + 4 < n)
            __builtin_prefetch(v[i + 4]->l3);
        k[i].sa = NULL;
        k[i].why = look_at(v[i], &k[i]) ? DROP_NONE : DROP_IN_PKT_MDATA_ERR;
        if (k[i].why == DROP_NONE)
            spi_prefetch(&ips->in, k[i].proto, k[i].spi);
    }
    for (unsigned i = 0; i < n; i++) {
        if (k[i].why != DROP_NONE)
            continue;
        if (before && k[i].spi == before->spi && k[i].dst == before->dst && k[i].proto == before->proto) {
            k[i].sa = before->sa;
            continue;
        }
        const struct sa_pair *sa = k[i].sa = sad_lookup(ips, k[i].dst, k[i].proto, k[i].spi);
        before = &k[i];
        if (!sa)
            continue;
        __builtin_prefetch(&sa->flow);
        __builtin_prefetch(&sa->in);
    }
}

static void batch(struct ipsec *ips, struct graph *g, struct packet **v, unsigned n, uint64_t now)
{
    struct look looks[ESP_BATCH];
    struct seal_job jobs[ESP_BATCH];
    struct tally t = {.now = now};
    unsigned njobs = 0;
    find(ips, v, looks, n);
    for (unsigned i = 0; i < n; i++)
        if (looks[i].sa && check(&looks[i], v[i], &jobs[njobs]) && ++njobs == ESP_BATCH / 2)
            crypto_soon(jobs, SEAL_AHEAD);
    crypto_open(ips->crypto, jobs, njobs);
    for (unsigned i = 0; i < n; i++) {
        struct packet *p = v[i];
        p->sa = NULL;
        enum drop_reason why = finish(ips, p, &looks[i], &t);
        if (why != DROP_NONE) {
            graph_drop(g, p, why);
            continue;
        }
        p->decapsulated = true;
        p->crypto_done = false;
        p->udp_encap = false;
        graph_next(g, p, p->through && p->iif->index == p->through ? STAGE_TUNNEL_IN : STAGE_IP4_IN);
    }
    tally_end(&t);
    ips->totals.in_packets += t.all_packets;
    ips->totals.in_bytes += t.all_bytes;
}

void esp_in_stage(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct ipsec *ips = self;
    uint64_t now = loop_now(ips->env.loop);
    map_sync(ips);
    for (unsigned at = 0; at < n; at += ESP_BATCH)
        batch(ips, g, v + at, n - at < ESP_BATCH ? n - at : ESP_BATCH, now);
}
