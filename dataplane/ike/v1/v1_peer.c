/* What phase 1 tells each side about the other beside keys: vendor ids (what it can do) and NAT discovery (what stands
 * between), RFC 3947 section 3, RFC 3706 section 5.
 *
 * Vendor ids are taken from any message of phase 1 that is not encrypted; those that mean nothing to us are shown under
 * debug as IOS shows them. Unity and XAUTH are named because IOS names them and change nothing; by `espial` one of us
 * knows the other. Of the forms of NAT traversal that a peer knows the newest of ours counts: RFC 3947, else
 * draft 3, else draft 2, which differ in the numbers of payloads and of encapsulations; the responder names the one it
 * takes. Draft 7 and those that are like it are not spoken. `no crypto ipsec nat-transparency udp-encapsulation`: none is.
 *
 * NAT-D: each side sends the hash of the address and port it sends to, then that of its own; the receiver compares with
 * the addresses in the IP header. A first hash that does not fit: a translator in front of us; none of the others
 * fitting: one in front of the peer. All of this is unauthenticated until the hash is proved, and decides only about
 * ports and encapsulation. */
#include <string.h>

#include "dataplane/ike/v1/v1.h"

static void write_vendor(struct msg_wr *m, enum vendor v)
{
    size_t len;
    const uint8_t *b = vendor_bytes(v, &len);

    msg_payload(m, PL_VENDOR, b, len);
}

static void write_natt(struct ike_sa *sa, struct msg_wr *m)
{
    static const struct {
        uint8_t draft;
        enum vendor vendor;
        const char *name;
    } forms[] = {
        {0, VENDOR_NATT_RFC3947, "vendor-rfc3947"}, {3, VENDOR_NATT_03, "vendor-03"}, {2, VENDOR_NATT_02, "vendor-02"}};

    if (!sa->ike->conf.nat_transparency || (!sa->initiator && !sa->natt))
        return;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (sa->initiator || sa->natt_draft == forms[i].draft) {
            TRACE(sa, "constructed NAT-T %s ID", forms[i].name);
            write_vendor(m, forms[i].vendor);
        }
}

void v1_peer_write_vendors(struct ike_sa *sa, struct msg_wr *m, unsigned which)
{
    if (which & VENDORS_FIRST) {
        write_natt(sa, m);
        if (sa->ike->conf.fragmentation)
            write_vendor(m, VENDOR_FRAGMENTATION);
    }
    if (which & VENDORS_SECOND) {
        if (!sa->initiator)
            write_vendor(m, VENDOR_UNITY);
        write_vendor(m, VENDOR_DPD);
        write_vendor(m, VENDOR_ESPIAL);
        if (sa->initiator)
            write_vendor(m, VENDOR_XAUTH);
    }
}

/* Lower is better. */
static unsigned rank(uint8_t draft)
{
    return draft ? 4u - draft : 0;
}

static void know_natt(struct ike_sa *sa, uint8_t draft)
{
    if (!sa->ike->conf.nat_transparency || (sa->natt && rank(sa->natt_draft) <= rank(draft)))
        return;
    sa->natt = true;
    sa->natt_draft = draft;
}

void v1_peer_read_vendors(struct ike_sa *sa, const struct payloads *ps)
{
    const struct payload *p;

    for (unsigned i = 0; (p = payload_nth(ps, PL_VENDOR, i)); i++) {
        enum vendor v = codec_vendor(p);
        TRACE(sa, "processing vendor id payload");
        if ((v == VENDOR_OTHER || v == VENDOR_NATT_07 || v == VENDOR_FRAGMENTATION) && p->len >= 16 && p->body[14] == 1)
            TRACE(sa, "vendor ID seems Unity/DPD but hash mismatch");
        else if (v != VENDOR_DPD && v != VENDOR_UNITY && v != VENDOR_XAUTH && p->len >= 16)
            TRACE(sa, "vendor ID seems Unity/DPD but major %u mismatch", p->body[14]);
        switch (v) {
        case VENDOR_NATT_RFC3947:
            TRACE(sa, "vendor ID is NAT-T RFC 3947");
            know_natt(sa, 0);
            break;
        case VENDOR_NATT_07: TRACE(sa, "vendor ID is NAT-T v7"); break;
        case VENDOR_NATT_03:
            TRACE(sa, "vendor ID is NAT-T v3");
            know_natt(sa, 3);
            break;
        case VENDOR_NATT_02:
        case VENDOR_NATT_02_BARE:
            TRACE(sa, "vendor ID is NAT-T v2");
            know_natt(sa, 2);
            break;
        case VENDOR_FRAGMENTATION:
            TRACE(sa, "vendor ID is IKE Fragmentation");
            sa->fragments = true;
            break;
        case VENDOR_DPD:
            TRACE(sa, "vendor ID is DPD");
            sa->dpd = true;
            break;
        case VENDOR_UNITY: TRACE(sa, "vendor ID is Unity"); break;
        case VENDOR_XAUTH: TRACE(sa, "vendor ID is XAUTH"); break;
        case VENDOR_ESPIAL: TRACE(sa, "speaking to another IOS box!"); break;
        default: break;
        }
    }
}

static uint8_t nat_d(const struct ike_sa *sa)
{
    return sa->natt_draft ? PL_NAT_D_DRAFT : PL_NAT_D;
}

void v1_peer_write_nat_d(const struct ike_sa *sa, struct msg_wr *m)
{
    size_t hlen = hash_len(sa->suite.hash);
    uint8_t sum[HASH_MAX];

    if (!sa->natt)
        return;
    keys_nat_d(sa->suite.hash, sa->icookie, sa->rcookie, sa->remote, sa->peer_port, sum);
    msg_payload(m, nat_d(sa), sum, hlen);
    keys_nat_d(sa->suite.hash, sa->icookie, sa->rcookie, sa->local, sa->local_port, sum);
    msg_payload(m, nat_d(sa), sum, hlen);
}

static const char *nat_verdict(bool my_hash, bool his_hash)
{
    return my_hash && his_hash ? "No NAT Found for self or peer"
           : my_hash           ? "His hash no match - this node outside NAT"
           : his_hash          ? "My hash no match -  this node inside NAT"
                               : "NAT found, both nodes inside NAT";
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
    for (unsigned i = 0; (p = payload_nth(ps, nat_d(sa), i)); i++) {
        TRACE(sa, "received payload type %u", nat_d(sa));
        bool full = p->len == hlen;
        if (i == 0) {
            sa->nat_local = !full || memcmp(p->body, mine, hlen) != 0;
        } else {
            any = true;
            his_found |= full && memcmp(p->body, his, hlen) == 0;
        }
        TRACE(sa, "%s", nat_verdict(!sa->nat_local, his_found)); /* as far as is known */
    }
    sa->nat_remote = any && !his_found;
    if (!any)
        sa->nat_local = false;
}

void v1_peer_float(struct ike_sa *sa)
{
    if ((sa->nat_local || sa->nat_remote) && sa->local_port != 4500)
        sa->local_port = sa->peer_port = 4500;
}
