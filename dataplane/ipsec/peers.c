/* peers.c: pairs by their peer: what IKE asks about the ones it negotiated, and who is deleted with a peer.
 *
 * A peer is there while a pair with it is (sad.c). Those of pairs keyed by hand stand in a table of their own, in which
 * IKE's questions do not look: its DELETE, its probes and its counts are not about them.
 */
#include "dataplane/ipsec/ipsec_local.h"

static bool has_spi(const struct sa_pair *sa, uint8_t proto, uint32_t spi, bool out)
{
    if (sa->over && proto == PROTO_AH)
        return (out ? sa->over->spi_out : sa->over->spi_in) == spi;
    return sa->policy.transforms[0].proto == proto && (out ? sa->out.spi : sa->in.spi) == spi;
}

static uint32_t find_pair(struct table *peers, uint32_t peer, uint8_t proto, uint32_t spi, bool out)
{
    const struct ipsec_peer *p = table_find(peers, &peer);
    for (const struct sa_pair *sa = p ? p->first : NULL; sa; sa = sa->next_of_peer)
        if (has_spi(sa, proto, spi, out))
            return sa->id;
    return 0;
}

uint32_t sad_find_pair(struct ipsec *ips, uint32_t peer, uint8_t proto, uint32_t spi, bool out)
{
    return find_pair(ips->peers, peer, proto, spi, out);
}

uint32_t pair_find_out(struct ipsec *ips, uint32_t peer, uint8_t proto, uint32_t spi)
{
    uint32_t id = find_pair(ips->peers, peer, proto, spi, true);
    return id ? id : find_pair(ips->hand_peers, peer, proto, spi, true);
}

static unsigned delete_all(struct ipsec *ips, enum sa_gone why)
{
    struct sa_pair *sa;
    unsigned n = 0;
    for (size_t at = 0; (sa = table_next(ips->by_id, &at)); n++)
        pair_delete(sa, why, true);
    return n;
}

unsigned sad_delete_peer(struct ipsec *ips, uint32_t peer, enum sa_gone why)
{
    unsigned n = 0;
    if (!peer)
        return delete_all(ips, why);
    for (int by_hand = 0; by_hand < 2; by_hand++) {
        const struct ipsec_peer *p = table_find(peers_of(ips, by_hand), &peer);
        for (struct sa_pair *sa = p ? p->first : NULL; sa; sa = sa->next_of_peer) /* the dead are freed later */
            if (!sa->dead) {
                pair_delete(sa, why, true);
                n++;
            }
    }
    return n;
}

unsigned sad_count_peer(struct ipsec *ips, uint32_t peer)
{
    const struct ipsec_peer *p = table_find(ips->peers, &peer);
    return p ? p->pairs : 0;
}
