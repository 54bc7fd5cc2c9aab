/* pmtu.c: what a tunnel's path carries, learnt from ICMP "fragmentation needed" about ESP packets of ours, and AH
 * (RFC 4301 8.2.1, RFC 1191).
 *
 * Such an error is not authentic: whoever can guess what we send can make one, and a small value would cut every packet
 * of the tunnel to pieces. So it is believed only if it quotes the SPI of an SA that sends, between its two addresses, a
 * sequence number among the last SEQ_RECENT sent, an outer packet with DF that was longer than the MTU told, and tells
 * an MTU from PMTU_MIN up that is less than what is assumed. It holds for the identity, whatever SA it has by then, for
 * PMTU_AGE_US (a tunnel's `path-mtu-discovery` may say otherwise); then the interface's MTU is tried again. What a router without RFC 1191 sends (MTU 0) is not believed,
 * nor an error about UDP 4500 that quotes no more than the UDP header. Of AH the 8 bytes that RFC 792 asks for have no
 * number: then the SPI must do, which is random and one of 2^32. Looking for the SA walks those with that peer, at
 * most PMTU_LOOKS times a second.
 *
 * The packet that met the small link is lost; the next one with DF gets our own error with what fits inside, and those
 * without are cut before encryption. */
#include "dataplane/ipsec/ipsec_local.h"

#include "espial/buf.h"

#define PMTU_MIN    576
#define PMTU_AGE_US (600 * US_PER_S)
#define PMTU_LOOKS  20
#define SEQ_RECENT  4096

/* number: where it stands; NULL: it is not quoted. */
static bool quotes(const struct sa_pair *sa, uint32_t spi, const uint8_t *number, const struct icmp_event *ev)
{
    uint32_t ours = sa->over ? sa->over->spi_out : sa->out.spi;
    if (!number && sa->manual) /* its SPI may be guessed */
        return false;
    return sa->enabled && !sa->dead && sa->ah == (ev->orig_proto == PROTO_AH) && ours == spi &&
           sa->policy.local == ev->orig_src && sa->seq_out &&
           (!number || /* the lower half */
            (uint32_t)sa->seq_out - get32(number) < (sa->seq_out < SEQ_RECENT ? sa->seq_out : SEQ_RECENT));
}

static struct ipsec_flow *flow_quoted(const struct ipsec_peer *p, uint32_t spi, const uint8_t *number,
                                      const struct icmp_event *ev)
{
    for (const struct sa_pair *sa = p ? p->first : NULL; sa; sa = sa->next_of_peer)
        if (quotes(sa, spi, number, ev))
            return sa->flow;
    return NULL;
}

static bool may_look(struct ipsec *ips)
{
    uint64_t now = loop_now(ips->env.loop);

    if (now - ips->pmtu_since >= US_PER_S) {
        ips->pmtu_since = now;
        ips->pmtu_looks = 0;
    }
    return ips->pmtu_looks++ < PMTU_LOOKS;
}

static void on_icmp(void *arg, const struct icmp_event *ev)
{
    struct ipsec *ips = arg;
    const uint8_t *esp = ev->orig_l4;
    uint32_t len = ev->orig_l4_len;
    bool number = true;

    if (ev->type != ICMP_UNREACHABLE || ev->code != ICMP_UNR_FRAG || ev->mtu < PMTU_MIN || !ev->orig_df ||
        ev->orig_len <= ev->mtu)
        return;
    if (ev->orig_proto == PROTO_UDP && (ev->orig_dport == 4500 || ev->orig_sport == 4500) && len >= 16) {
        esp += 8;
        len -= 8;
    } else if (ev->orig_proto == PROTO_AH && len >= 8) {
        esp += 4; /* SPI and number stand one word further on */
        number = len >= 12;
    } else if (ev->orig_proto != PROTO_ESP) {
        return;
    }
    const struct ipsec_peer *p = table_find(ips->peers, &ev->orig_dst), *q = table_find(ips->hand_peers, &ev->orig_dst);
    if (len < 8 || (!p && !q) || !may_look(ips))
        return;
    struct ipsec_flow *f = flow_quoted(p, get32(esp), number ? esp + 4 : NULL, ev);
    if (!f)
        f = flow_quoted(q, get32(esp), number ? esp + 4 : NULL, ev);
    if (!f || ev->mtu >= flow_path_mtu(f, mi_mtu(f->entry->mi), ips->env.loop))
        return;
    const struct protect_head *h = f->entry->mi->head;
    uint64_t age = PMTU_AGE_US;
    if (h && h->want.pmtud) {
        if (ev->mtu < h->want.pmtu_min)
            return;
        age = h->want.pmtu_age * US_PER_S;
    }
    f->path_mtu = ev->mtu;
    f->path_until = age ? loop_now(ips->env.loop) + age : UINT64_MAX;
    protect_changed(ips, f);
}

void pmtu_init(struct ipsec *ips)
{
    ips->pmtu = (struct icmp_listener){.fn = on_icmp, .arg = ips};
    icmp_listen(ips->env.net, &ips->pmtu);
}

void pmtu_fini(struct ipsec *ips)
{
    icmp_unlisten(ips->env.net, &ips->pmtu);
}
