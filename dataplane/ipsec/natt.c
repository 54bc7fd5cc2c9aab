/* natt.c: ESP in UDP (RFC 3948).
 *
 * The UDP header stands between the IPv4 header and ESP: ports as agreed (4500 normally, the peer's as its NAT shows
 * it), checksum 0 as section 2.1 asks. ESP always begins with a non-zero word, its SPI; IKE on the same port begins
 * with four zero bytes, and a single 0xFF is a keepalive: udp.c tells them apart on arrival. In transport mode a NAT
 * has changed the addresses under the sums of TCP and UDP; since the packet is authentic, the sum is made anew for the
 * addresses it arrived with (section 3.1.2 b). In tunnel mode the inner packet is untouched. A translator that has
 * forgotten gives the peer another port: the newest authentic packet tells where it is now (RFC 3947 section 6), and
 * the pairs of its flow go there, and IKE is told, which moves what else the peer has (ike/moved.c); what IKE learns first
 * comes by sad_move. Not here: keepalives (IKE sends them), a peer whose address changed.
 */
#include "dataplane/ipsec/ipsec_local.h"

#include "espial/buf.h"

void natt_write(const struct sa_pair *sa, uint8_t *udp, uint32_t len)
{
    put16(udp, sa->local_port);
    put16(udp + 2, sa->peer_port);
    put16(udp + 4, (uint16_t)len);
    put16(udp + 6, 0);
}

void natt_follow(struct sa_pair *sa, uint16_t port)
{
    uint16_t was = sa->peer_port;
    if (port == was || port == 0 || !report_move(sa, port))
        return;
    for (struct sa_pair *q = sa->flow->pairs; q; q = q->older)
        if (q->udp_encap && q->peer == sa->peer && q->peer_port == was)
            q->peer_port = port;
}

void sad_move(struct ipsec *ips, uint32_t id, uint16_t port)
{
    struct sa_pair *sa = table_find(ips->by_id, &id);

    if (sa && sa->udp_encap)
        sa->peer_port = port;
}

void natt_mend(struct packet *p, uint8_t proto)
{
    uint32_t ihl = (p->l3[0] & 15u) * 4u, len = p->len - ihl;
    uint8_t *l4 = p->l3 + ihl;
    uint16_t frag = get16(p->l3 + 6) & 0x3FFF;
    if (frag) /* only whole packets can be summed */
        return;
    if (proto == PROTO_UDP && len >= 8) {
        put16(l4 + 6, 0);
    } else if (proto == PROTO_TCP && len >= 20) {
        put16(l4 + 16, 0);
        put16(l4 + 16, ip_cksum_l4(get32(p->l3 + 12), get32(p->l3 + 16), proto, l4, len));
    }
}
