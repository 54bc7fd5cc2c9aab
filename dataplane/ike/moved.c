/* moved.c: a peer whose address translator has given it another port (RFC 3947 section 6, RFC 7296 section 2.23).
 *
 * A translator that forgets, or starts anew, shows the peer at another port with the next packet that the peer sends. The
 * first that is authentic tells, be it of IKE or of ESP, and everything goes there that the peer has: its IKE SAs that have
 * floated to 4500, retransmissions too, and the pairs of all its flows. Until it speaks it cannot be reached; keepalives
 * (timers.c) are there so that it does not come to that.
 *
 * What it does not do: a peer whose address changes, which is another peer here. */
#include "dataplane/ike/engine.h"
#include "dataplane/ike/v2/v2.h"

void peer_moved(struct ike_peer *p, uint16_t port)
{
    for (struct ike_sa *sa = p->sas; sa; sa = sa->peer_next)
        if (sa->local_port == 4500 && ike_sa_up(sa))
            sa->peer_port = port;
    for (const struct ike_pair *pair = p->pairs; pair; pair = pair->next)
        sad_move(p->ike->env.ipsec, pair->id, port);
    if (p->translated)
        p->port = port;
}

void ike_peer_moved(struct ike *ike, uint32_t pair, uint16_t port)
{
    const struct ike_pair *p = table_find(ike->pairs, &pair);

    if (p)
        peer_moved(p->peer, port);
    else if (ike->v2)
        v2_pair_moved(ike->v2, pair, port);
}
