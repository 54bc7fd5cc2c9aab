/* What phase 1 tells each side about the other beside keys: vendor ids (what it can do) and NAT discovery (what stands
 * between), RFC 3947 section 3, RFC 3706 section 5.
 *
 * Vendor ids are taken from any of MM1 to MM4; those that mean nothing to us are shown under debug as IOS shows them.
 * NAT-D: each side sends the hash of the address and port it sends to, then that of its own; the receiver compares with
 * the addresses in the IP header. A first hash that does not fit: a translator in front of us; none of the others
 * fitting: one in front of the peer. All of this is unauthenticated until MM5 and MM6, and decides only about ports and
 * encapsulation. */
#include <string.h>

#include "dataplane/ike/engine.h"

void v1_peer_write_vendor(struct msg_wr *m, enum vendor v)
{
    size_t len;
    const uint8_t *b = vendor_bytes(v, &len);

    msg_payload(m, PL_VENDOR, b, len);
}

void v1_peer_read_vendors(struct ike_sa *sa, const struct payloads *ps)
{
    const struct payload *p;

    for (unsigned i = 0; (p = payload_nth(ps, PL_VENDOR, i)); i++) {
        TRACE(sa, "processing vendor id payload");
        switch (codec_vendor(p)) {
        case VENDOR_NATT_RFC3947:
            TRACE(sa, "vendor ID seems Unity/DPD but major %u mismatch", p->body[14]);
            TRACE(sa, "vendor ID is NAT-T RFC 3947");
            sa->natt = true;
            break;
        case VENDOR_DPD:
            TRACE(sa, "vendor ID is DPD");
            sa->dpd = true;
            break;
        case VENDOR_UNITY:
            TRACE(sa, "vendor ID is Unity");
            sa->unity = true;
            break;
        case VENDOR_XAUTH:
            TRACE(sa, "vendor ID is XAUTH");
            sa->xauth = true;
            break;
        default:
            if (p->len >= 16 && p->body[14] == 1)
                TRACE(sa, "vendor ID seems Unity/DPD but hash mismatch");
            else if (p->len >= 16)
                TRACE(sa, "vendor ID seems Unity/DPD but major %u mismatch", p->body[14]);
        }
    }
}

void v1_peer_write_nat_d(const struct ike_sa *sa, struct msg_wr *m)
{
    size_t hlen = hash_len(sa->suite.hash);
    uint8_t sum[HASH_MAX];

    if (!sa->natt)
        return;
    keys_nat_d(sa->suite.hash, sa->icookie, sa->rcookie, sa->remote, sa->peer_port, sum);
    msg_payload(m, PL_NAT_D, sum, hlen);
    keys_nat_d(sa->suite.hash, sa->icookie, sa->rcookie, sa->local, sa->local_port, sum);
    msg_payload(m, PL_NAT_D, sum, hlen);
}

void v1_peer_look_for_nat(struct ike_sa *sa, const struct payloads *ps, const struct udp_from *from)
{
    size_t hlen = hash_len(sa->suite.hash);
    uint8_t mine[HASH_MAX], his[HASH_MAX];
    const struct payload *p;
    bool his_found = false, any = false;

    if (!sa->natt)
        return;
    keys_nat_d(sa->suite.hash, sa->icookie, sa->rcookie, from->dst, from->dport, mine);
    keys_nat_d(sa->suite.hash, sa->icookie, sa->rcookie, from->src, from->sport, his);
    for (unsigned i = 0; (p = payload_nth(ps, PL_NAT_D, i)); i++) {
        TRACE(sa, "received payload type %u", PL_NAT_D);
        bool full = p->len == hlen;
        if (i == 0) {
            sa->nat_local = !full || memcmp(p->body, mine, hlen) != 0;
        } else {
            any = true;
            his_found |= full && memcmp(p->body, his, hlen) == 0;
        }
    }
    sa->nat_remote = any && !his_found;
    if (!any)
        sa->nat_local = false;
    if (sa->nat_local && sa->nat_remote)
        TRACE(sa, "NAT found, both nodes inside NAT");
    else if (sa->nat_local)
        TRACE(sa, "My hash no match -  this node inside NAT");
    else if (sa->nat_remote)
        TRACE(sa, "His hash no match - this node outside NAT");
    else if (any)
        TRACE(sa, "No NAT Found for self or peer");
}
