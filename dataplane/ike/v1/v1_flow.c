/* Flows in quick mode: traffic selectors as identity payloads (RFC 2407 section 4.6.2, RFC 2409 section 5.5), and the
 * policy that a proposed flow meets here: that of the first entry which takes the flow, the peer's profile and one of the
 * offered transforms.
 *
 * A single host goes as ID_IPV4_ADDR, everything else as ID_IPV4_SUBNET with a contiguous mask; a range is taken when it
 * is a subnet, names are not. Without identities the flow is between the two peers themselves. The peer's IDci is our remote side. The
 * identities of QM1 are kept as bytes, because QM2 must echo them exactly. */
#include <string.h>

#include "dataplane/ike/v1/v1.h"

void v1_flow_write(struct msg_wr *m, const struct selector *s)
{
    if (s->mask == 0xFFFFFFFF)
        msg_id_addr(m, s->proto, s->port, s->addr);
    else
        msg_id_subnet(m, s->proto, s->port, s->addr, s->mask);
}

bool v1_flow_read(const struct payload *p, struct selector *out)
{
    struct id_body id;

    if (codec_id(p, &id) != CODEC_OK ||
        (id.type != ID_IPV4_ADDR && id.type != ID_IPV4_SUBNET && id.type != ID_IPV4_RANGE))
        return false;
    *out = (struct selector){.addr = get32(id.data), .mask = 0xFFFFFFFF, .proto = id.proto, .port = id.port};
    if (id.type == ID_IPV4_SUBNET) {
        out->mask = get32(id.data + 4);
        out->addr &= out->mask;
    } else if (id.type == ID_IPV4_RANGE) {
        uint32_t last = get32(id.data + 4);
        out->mask = ~(out->addr ^ last);
        return last >= out->addr && ip4_mask_len(out->mask) >= 0 && !(out->addr & ~out->mask);
    }
    return ip4_mask_len(out->mask) >= 0;
}

bool v1_flow_same(const struct selector *a, const struct selector *b)
{
    return a->addr == b->addr && a->mask == b->mask && a->proto == b->proto && a->port == b->port;
}

uint8_t *v1_flow_keep(const uint8_t *p, size_t len)
{
    uint8_t *copy = mem_new(len);

    memcpy(copy, p, len);
    return copy;
}

bool v1_flow_allowed(const struct ike_sa *sa, const struct ipsec_policy *p)
{
    if (identity_allowed(sa->ike, p->identity, BYTES(sa->peer_id, sa->peer_is_fqdn ? strlen(sa->peer_id) : 0)))
        return true;
    TRACE_ERR(sa, "peer %s is not of crypto identity %s", sa->peer_id, p->identity);
    return false;
}

/* A policy that names a profile is for peers that have matched it; one of IKEv2 is not ours. */
static bool for_this_sa(const struct ike_sa *sa, const struct ipsec_policy *p)
{
    return !p->ikev2 && (!p->ike_profile[0] || strcmp(p->ike_profile, sa->profile) == 0) && v1_flow_allowed(sa, p);
}

/* What is offered for a flow, on its way through the entries that have the flow. */
struct asked {
    struct ike_sa *sa;
    const struct v1_offer *offer;
    bool transport; /* wanted: transport mode alone */
    bool ours;      /* an entry is for this SA */
    struct ipsec_policy first;
    struct p2_choice *choice;
};

static bool takes(void *arg, const struct ipsec_policy *p)
{
    struct asked *a = arg;

    if (!for_this_sa(a->sa, p))
        return false;
    if (!a->ours)
        a->first = *p;
    a->ours = true;
    return p2_choose(a->sa, a->offer->body, p, a->sa->natt, a->offer->have_ke, a->choice) &&
           (!a->transport || a->choice->transform.mode == IPSEC_TRANSPORT);
}

static enum spd_answer find(struct ike_sa *sa, const struct selector *local, const struct selector *remote,
                            const struct v1_offer *offer, bool transport, struct qm_scratch *qm)
{
    struct asked a = {.sa = sa, .offer = offer, .transport = transport, .choice = &qm->choice};
    struct ipsec_policy found;
    enum spd_answer answer = spd_find_fit(sa->ike->env.ipsec, sa->local, sa->remote, local, remote, takes, &a, &found);

    if (answer == SPD_UNFIT && !a.ours)
        return SPD_NO_MAP;
    if (answer == SPD_OK || answer == SPD_UNFIT)
        qm->policy = answer == SPD_OK ? found : a.first;
    return answer;
}

/* RFC 3947 leaves open what the identities of quick mode are in transport mode behind a translator. Peers say the address
 * that they know of themselves; here only the translator's is known, as in IKEv2 (RFC 7296 section 2.23.1). */
enum spd_answer v1_flow_find_seen(struct ike_sa *sa, const struct payloads *ps, const struct v1_offer *offer,
                                  struct qm_scratch *qm)
{
    const struct payload *ci = payload_nth(ps, PL_ID, 0), *cr = payload_nth(ps, PL_ID, 1);
    struct selector local, remote;

    if ((!sa->nat_local && !sa->nat_remote) || !ci || !cr || !v1_flow_read(ci, &remote) || !v1_flow_read(cr, &local))
        return SPD_NO_SELECTOR;
    if (sa->nat_remote && remote.mask == 0xFFFFFFFF)
        remote.addr = sa->remote;
    if (sa->nat_local && local.mask == 0xFFFFFFFF)
        local.addr = sa->local;
    return find(sa, &local, &remote, offer, true, qm);
}

/* The flow that QM1 asks for, and whether we have a policy for it. */
enum spd_answer v1_flow_find(struct ike_sa *sa, const struct payloads *ps, const struct v1_offer *offer,
                             struct qm_scratch *qm)
{
    const struct payload *ci = payload_nth(ps, PL_ID, 0), *cr = payload_nth(ps, PL_ID, 1);
    struct selector local = {sa->local, 0xFFFFFFFF, 0, 0}, remote = {sa->remote, 0xFFFFFFFF, 0, 0};

    if (ci && cr) {
        qm->idci = v1_flow_keep(ci->body, ci->len);
        qm->idci_len = ci->len;
        qm->idcr = v1_flow_keep(cr->body, cr->len);
        qm->idcr_len = cr->len;
        if (!v1_flow_read(ci, &remote) || !v1_flow_read(cr, &local))
            return SPD_NO_SELECTOR;
    }
    enum spd_answer answer = find(sa, &local, &remote, offer, false, qm);
    if (answer != SPD_OK && answer != SPD_UNFIT) {
        qm->policy.local_sel = local;
        qm->policy.remote_sel = remote;
    }
    return answer;
}

void v1_flow_trace(const struct ike_sa *sa, const struct ipsec_policy *flow, enum spd_answer answer)
{
    trace_ipsec(sa,
                "Crypto mapdb : proxy_match\n        src addr     : %s\n        dst addr     : %s\n        "
                "protocol     : %u\n"
                "        src port     : %u\n        dst port     : %u",
                IP4(flow->local_sel.addr), IP4(flow->remote_sel.addr), flow->local_sel.proto, flow->local_sel.port,
                flow->remote_sel.port);
    if (answer == SPD_OK || answer == SPD_UNFIT)
        trace_ipsec(sa, "(ipsec_process_proposal)Map Accepted: %s, %u", flow->map, flow->seq);
    else
        trace_ipsec(sa,
                    answer == SPD_NO_MAP ? "IPSEC(ipsec_process_proposal): peer address %s not found"
                                         : "IPSEC(ipsec_process_proposal): proxy identities not supported with %s",
                    IP4(sa->remote));
}
