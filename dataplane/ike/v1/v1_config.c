/* Mode configuration and extended authentication (draft-ietf-ipsec-isakmp-mode-cfg-05, draft-ietf-ipsec-isakmp-xauth-06):
 * what a router that has nothing of either says to who asks.
 *
 *   peer                                  us
 *   HDR*, HASH, ATTR(REQUEST, id) -->
 *                                <--      HDR*, HASH, ATTR(REPLY, id)     no attribute: none is given
 *   HDR*, HASH, ATTR(SET, id)     -->
 *                                <--      HDR*, HASH, ATTR(ACK, id)       no attribute: none was taken
 *
 * A peer that wants an address of the inside, or a user's name and password, so learns at once that there is nothing and
 * may go on without, instead of repeating its question until it gives the IKE SA up. Nothing of what it asks or sets is
 * used. The answer is kept for repeats, as a finished quick mode's is (ike_node_done). We never ask: REPLY and ACK that
 * come are refused. */
#include "dataplane/ike/v1/v1.h"

#define CONFIG_MAX 256

static enum v1_outcome answer(struct ike_sa *sa, struct ike_node *n, struct v1_msg *m)
{
    const struct payload *p = payload_one(&m->ps, PL_ATTR);
    uint8_t buf[CONFIG_MAX];
    struct config_body c;
    struct msg_wr out;

    if (n || !v1_hashed_right(sa, m) || !p || codec_config(p, &c) != CODEC_OK ||
        (c.type != CFG_REQUEST && c.type != CFG_SET)) {
        ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
        return V1_REFUSED;
    }
    n = ike_node_bare(sa, m->hdr.mid, false);
    v1_commit(&n->slot, m);
    TRACE(sa, "set new node %u to QM_IDLE      ", m->hdr.mid);
    TRACE(sa, "processing transaction payload from %s. message ID = %u", IP4(sa->remote), m->hdr.mid);
    TRACE(sa, "Config payload %s", c.type == CFG_REQUEST ? "REQUEST" : "SET");
    TRACE(sa, "Receive config attributes requested butconfig attributes not in crypto map.  Sending empty reply.");
    v1_hashed_begin(&out, buf, sizeof buf, sa, EX_TRANSACTION, m->hdr.mid);
    msg_open(&out, PL_ATTR);
    wr_u8(&out.w, c.type == CFG_REQUEST ? CFG_REPLY : CFG_ACK);
    wr_u8(&out.w, 0);
    wr_u16(&out.w, c.id);
    msg_close(&out);
    if (v1_hashed_end(&out, sa, m->hdr.mid))
        v1_send(&n->slot, &out, false, true);
    ike_node_done(n, false, "Transaction mode done");
    return V1_TAKEN;
}

const struct v1_exchange v1_config_exchange = {
    .type = EX_TRANSACTION,
    .legal_states = 1u << IKE_P1_COMPLETE,
    .answer = answer,
    .conclude = answer,
};
