/* v1.h: the verbs of IKEv1's exchanges, one paragraph a file of this folder. The layouts they work on are in engine.h. */
#ifndef DATAPLANE_IKE_V1_V1_H
#define DATAPLANE_IKE_V1_V1_H

#include "dataplane/ike/engine.h"

/* v1_window.c: messages, whichever exchange they belong to. */
enum v1_outcome {
    V1_REFUSED, /* not proved, or not acceptable: nothing has changed */
    V1_TAKEN,
};
struct v1_msg {
    struct isakmp_hdr hdr;
    const struct udp_from *from;
    const uint8_t *raw; /* as received */
    size_t raw_len;
    struct payloads ps; /* decrypted */
    const uint8_t *end; /* behind the last payload */
    uint8_t sum[32];    /* SHA-256 of raw */
    uint8_t next_iv[16];
    bool fresh;   /* begins an exchange: no node yet */
    bool floated; /* came in on port 4500 */
};
/* One exchange: an answerer's and a beginner's view of each message that comes in. */
struct v1_exchange {
    uint8_t type;
    uint32_t legal_states; /* 1 << enum ike_state */
    enum v1_outcome (*answer)(struct ike_sa *sa, struct ike_node *n, struct v1_msg *m);
    enum v1_outcome (*conclude)(struct ike_sa *sa, struct ike_node *n, struct v1_msg *m);
};
extern const struct v1_exchange v1_main_exchange, v1_aggressive_exchange, v1_quick_exchange, v1_info_exchange,
    v1_config_exchange;

void v1_slot_init(struct v1_slot *s, struct ike_sa *sa, struct ike_node *node);
void v1_slot_fini(struct v1_slot *s);
void v1_say_retransmitting(const struct v1_slot *s);
/* A message for a known SA. */
void v1_receive(struct ike_sa *sa, struct v1_msg *m);
/* It has been proved (or, early in phase 1, fits): remember it, move the IV, stop retransmitting what it answers. */
void v1_commit(struct v1_slot *s, const struct v1_msg *m);
/* An authentic message without a slot of its own (INFORMATIONAL): its message id is used up, the peer lives, its port
 * is known. */
void v1_proved(struct ike_sa *sa, const struct v1_msg *m);
/* Finish, encrypt when the header says so, send, keep. expect: retransmit until answered. repeat: answer repeats of the
 * last message accepted with it. */
void v1_send(struct v1_slot *s, struct msg_wr *m, bool expect, bool repeat);
/* A message that nobody answers, in an exchange of its own. */
void v1_send_once(struct ike_sa *sa, uint32_t mid, struct msg_wr *m);
uint32_t v1_new_mid(struct ike_sa *sa);
uint32_t v1_quick_mid(struct ike_sa *sa); /* remembered: no message with it begins anything any more */

/* v1_phase1.c: what both modes of phase 1 share. */
#define P1_NONCE_LEN 32
void v1_p1_message(struct msg_wr *m, uint8_t buf[ISAKMP_OUT_MAX], const struct ike_sa *sa, uint8_t flags);
const char *v1_p1_mode(const struct ike_sa *sa); /* "Main Mode" */
void v1_p1_scan(const struct ike_sa *sa);        /* debug lines before the offer is looked at */
void v1_p1_keep_sai(struct p1_scratch *p1, const uint8_t *body, size_t len);
void v1_p1_begins(struct ike_sa *sa); /* debug lines of a new SA */
/* Responder: is there room for one more negotiation; a proposal that no policy takes; the SA of a first message that
 * fits, NULL when its sender has too many. */
bool v1_p1_room(struct ike *ike, const struct udp_from *from);
void v1_p1_no_choice(struct ike *ike, const struct udp_from *from, bool floated, const struct isakmp_hdr *h,
                     const struct sa_body *body);
struct ike_sa *v1_p1_answering(struct ike *ike, const struct udp_from *from, bool floated, const struct isakmp_hdr *h);
/* Nonce and public value: ours, once dh has it; theirs, once each and of the right lengths (group 0: any). */
void v1_p1_make_nonce(struct ike_sa *sa);
void v1_p1_write_ke(struct ike_sa *sa, struct msg_wr *m);
bool v1_p1_read_ke(const struct payloads *ps, unsigned group, const struct payload **ke, const struct payload **nonce);
void v1_p1_take_ke(struct ike_sa *sa, const struct payload *ke, const struct payload *nonce);
/* g^xy is known: everything else follows. The SA has a number from then on; in main mode already while it is being
 * computed. */
void v1_p1_derive(struct ike_sa *sa);
void v1_p1_number(struct ike_sa *sa);
void v1_p1_keyed(struct ike_sa *sa);
void v1_p1_write_id(struct ike_sa *sa, struct msg_wr *m);
void v1_p1_show_id(struct ike_sa *sa, const struct id_body *id);
/* HASH_I or HASH_R over an ID payload's body; does the other side's fit? */
void v1_p1_hash(const struct ike_sa *sa, bool of_initiator, struct bytes id, uint8_t *out);
bool v1_p1_proves(struct ike_sa *sa, struct bytes id, const uint8_t *hash);
bool v1_p1_sound(const struct ike_sa *sa, const struct payloads *ps);
/* INITIAL-CONTACT: do we know nothing of the peer? Then it is told. */
bool v1_p1_first(const struct ike_sa *sa);
void v1_p1_write_contact(struct ike_sa *sa, struct msg_wr *m);
/* The other side is proved, with what may hold its INITIAL-CONTACT (NULL: nothing that is proved); then, once our last
 * message is sent, phase 1 is done. Or it is not who it should be. */
void v1_p1_authenticated(struct ike_sa *sa, const struct payloads *ps);
void v1_p1_complete(struct ike_sa *sa, const char *major, const char *minor);
void v1_p1_reject(struct ike_sa *sa, const char *reason);

/* v1_aggressive.c: as v1_main_new and v1_main_begin. */
void v1_aggressive_new(struct ike *ike, const struct udp_from *from, bool floated, const struct isakmp_hdr *h,
                       const uint8_t *data, size_t len);
bool v1_aggressive_begin(struct ike_sa *sa);

/* v1_main.c: a first message from nobody known; and phase 1 of our own. */
void v1_main_new(struct ike *ike, const struct udp_from *from, bool floated, const struct isakmp_hdr *h,
                 const uint8_t *data, size_t len);
/* sa is new (IKE_READY); false when it cannot begin: no key, no usable policy. Then the caller kills it. */
bool v1_main_begin(struct ike_sa *sa);
/* v1_quick.c: takes w over; where too many are under way it waits with the peer. */
bool v1_quick_room(const struct ike_sa *sa);
void v1_quick_begin(struct ike_sa *sa, struct ike_want *w);
void v1_quick_say_refused(struct ike_node *n);
void v1_quick_dead(struct ike_node *n); /* no answer after the last retransmission */
bool v1_quick_busy(const struct ike_peer *p, const struct ipsec_policy *flow); /* is one of ours under way for it? */
void v1_quick_scratch_free(struct ike_sa *sa, struct qm_scratch *qm);
/* v1_pair.c: what a quick mode has agreed on, installed; the pair's id, 0 when ipsec refuses it. Then sent with. */
uint32_t v1_pair_install(struct ike_node *n);
void v1_pair_enable(struct ike_node *n);
/* RESPONDER-LIFETIME of QM2: into what is agreed; and ours, for the pair with this SPI. */
void v1_pair_read_life(struct ike_node *n, const struct payloads *ps);
void v1_pair_write_life(struct msg_wr *m, const struct qm_scratch *qm, uint32_t spi, uint32_t spi_over);
/* v1_flow.c: selectors as payloads. */
void v1_flow_write(struct msg_wr *m, const struct selector *s);
bool v1_flow_read(const struct payload *p, struct selector *out); /* false: not an address or a subnet */
bool v1_flow_same(const struct selector *a, const struct selector *b);
uint8_t *v1_flow_keep(const uint8_t *p, size_t len); /* a copy, the caller's */
/* Does the crypto identity of this flow, if it has one, let this peer have SAs? Says so when not. */
bool v1_flow_allowed(const struct ike_sa *sa, const struct ipsec_policy *p);
/* What QM1 offers for the flow: its SA payload, and whether there is a KE payload. */
struct v1_offer {
    const struct sa_body *body;
    bool have_ke;
};
/* The flow that QM1 asks for into qm->policy, with its identities kept, and what is chosen of the offer into qm->choice. SPD_UNFIT: the flow is there, but
 * nothing that is offered for it is acceptable. */
enum spd_answer v1_flow_find(struct ike_sa *sa, const struct payloads *ps, const struct v1_offer *offer,
                             struct qm_scratch *qm);
/* The same for transport mode through a translator: hosts behind it are those that are seen here. Neither SPD_OK nor SPD_UNFIT: it makes no difference, and
 * nothing has changed. */
enum spd_answer v1_flow_find_seen(struct ike_sa *sa, const struct payloads *ps, const struct v1_offer *offer,
                                  struct qm_scratch *qm);
void v1_flow_trace(const struct ike_sa *sa, const struct ipsec_policy *flow, enum spd_answer answer);
/* v1_peer.c: vendor ids and NAT discovery. */
enum v1_vendors { VENDORS_FIRST = 1, VENDORS_SECOND = 2 }; /* of MM1 and MM2; of MM3 and MM4; aggressive mode: both */
void v1_peer_write_vendors(struct ike_sa *sa, struct msg_wr *m, unsigned which);
void v1_peer_read_vendors(struct ike_sa *sa, const struct payloads *ps);
void v1_peer_write_nat_d(const struct ike_sa *sa, struct msg_wr *m);
void v1_peer_look_for_nat(struct ike_sa *sa, const struct payloads *ps, const struct udp_from *from);
void v1_peer_float(struct ike_sa *sa); /* initiator: a translator was found: port 4500 from now on */
/* v1_frag.c: messages in pieces. A piece of one: true when the message is whole; then *whole (the caller's to free) is
 * it. */
struct frag_store *frag_store_new(void);
void frag_store_free(struct frag_store *s);
bool v1_frag_take(struct ike *ike, struct ike_sa *sa, const struct udp_from *from, const struct isakmp_hdr *h,
                  const uint8_t *data, size_t len, uint8_t **whole, size_t *whole_len);
/* A message of ours to be sent in pieces? Then it is. */
bool v1_frag_send(struct ike_sa *sa, const uint8_t *msg, size_t len);
void v1_frag_forget(struct ike_sa *sa);
/* A protected message that begins with HASH(M-ID | rest): begun up to the payload behind it; the hash filled in (false:
 * it did not fit); of one that came, is it right? */
void v1_hashed_begin(struct msg_wr *m, uint8_t *buf, size_t cap, const struct ike_sa *sa, uint8_t exchange,
                     uint32_t mid);
bool v1_hashed_end(struct msg_wr *m, const struct ike_sa *sa, uint32_t mid);
bool v1_hashed_right(const struct ike_sa *sa, const struct v1_msg *m);
/* v1_info.c: sent under the SA's protection. */
void v1_info_delete_ipsec(struct ike_sa *sa, uint8_t ip_proto, uint32_t spi);
void v1_info_delete_ike(struct ike_sa *sa);
void v1_info_notify(struct ike_sa *sa, uint8_t proto, uint16_t type, const void *spi, uint8_t spi_len, const void *data,
                    size_t len);
void v1_info_say_notify(const struct ike_sa *sa, const struct notify_body *n,
                        uint32_t mid); /* debug lines of one that came */
/* Without protection: only the refusal of a first message; limited. */
void v1_info_refuse(struct ike *ike, const struct udp_from *from, bool floated, const struct isakmp_hdr *h,
                    uint16_t type);
#endif
