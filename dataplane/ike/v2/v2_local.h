/* v2_local.h: the running layouts of IKEv2, for dataplane/ike/v2 alone: engine, peers, IKE SAs, requests of ours,
 * requests of the peer, negotiations, children; and the verbs between their files. */
#ifndef DATAPLANE_IKE_V2_V2_LOCAL_H
#define DATAPLANE_IKE_V2_V2_LOCAL_H

#include "dataplane/ike/engine.h"
#include "dataplane/ike/v2/v2.h"
#include "dataplane/ike/v2/v2_codec.h"
#include "dataplane/ike/v2/v2_conf.h"
#include "dataplane/ike/v2/v2_keys.h"
#include "dataplane/ike/v2/v2_limits.h"
#include "dataplane/ike/v2/v2_perf.h"
#include "dataplane/ike/v2/v2_propose.h"
#include "dataplane/ike/v2/v2_show.h"
#include "dataplane/ipsec/evtrace.h"

#define V2_SPI 8
#define V2_HDR 28
#define V2_IDS_KEY 32
#define V2_FLOW_KEY 30
#define V2_OUTBOUND_KEY 9

struct v2_sa;
struct v2_x;
struct v2_slot;
struct v2_neg;

enum v2_state {
    V2_IDLE,
    V2_I_INIT,
    V2_I_KEYS,
    V2_I_AUTH,
    V2_R_KEYS,
    V2_R_INIT,
    V2_UP,
    V2_REKEYED,
    V2_CLOSING,
    V2_DEAD,
    V2_STATES
};
#define V2_IN(s) (1u << (s))

/* A message as it goes on the wire: one datagram, or its fragments; each behind two bytes of length. Owned. */
struct v2_wire {
    uint8_t *b;
    size_t len;
    unsigned n;
};

/* A message taken in: proved, decrypted. */
struct v2_msg {
    struct v2_hdr hdr;
    const struct udp_from *from;
    bool floated;
    const uint8_t *raw; /* IKE_SA_INIT: as received */
    size_t raw_len;
    struct v2_payloads ps;
};

/* A request of ours: waits in the SA's queue, is sent when the window has room, repeated until it is answered. */
enum v2_kind {
    V2X_INIT,
    V2X_AUTH,
    V2X_CHILD, /* a new child, or with neg->old one to replace another */
    V2X_REKEY, /* of the IKE SA */
    V2X_DEL_CHILD,
    V2X_DEL_IKE,
    V2X_LIVE,
    V2X_NOTIFY,
    V2X_KINDS
};
struct v2_x {
    struct v2_x *next;
    struct v2_sa *sa;
    enum v2_kind kind;
    bool ready, sent;
    bool concluding; /* answered; a sum is on its way */
    bool probes, spared; /* it is repeated as a probe of dead peer detection; again from the beginning */
    uint32_t mid;
    struct v2_wire tx;
    unsigned tries;
    uint64_t sent_at;
    struct timer timer;
    struct v2_neg *neg;                                   /* CHILD, REKEY: owned */
    uint8_t proto;                                        /* DEL_CHILD */
    uint32_t spis[V2_DELETES_MAX], pairs[V2_DELETES_MAX]; /* ours inbound (or somebody's bad one: pair 0) */
    unsigned nspis;
    struct { /* NOTIFY */
        uint16_t type;
        uint8_t proto, spi[4]; /* proto 0: no SPI */
        uint8_t data[68], len;
    } notify;
};
/* What an exchange does with its two halves. ask writes the payloads; false: there is nothing to ask any more. conclude
 * takes the response. lost: no answer, or a new beginning. */
struct v2_ask_row {
    uint8_t exchange;
    uint32_t legal_states;
    bool alone; /* no other request of ours is on its way with it */
    bool (*ask)(struct v2_x *x, struct v2_wr *w);
    void (*conclude)(struct v2_x *x, const struct v2_msg *m);
};
struct v2_answer_row {
    uint8_t exchange;
    uint32_t legal_states;
    void (*answer)(struct v2_sa *sa, struct v2_slot *s, const struct v2_msg *m); /* calls v2_respond, or kills sa */
};

/* A request of the peer, and our answer to it. */
struct v2_slot {
    uint32_t mid;
    bool used, pending; /* pending: a sum is on its way */
    uint8_t exchange;
    struct v2_wire tx;
    uint64_t repeated_at;
    struct v2_neg *neg; /* while pending; owned */
};

/* A child, or an IKE SA in place of this one, being negotiated: either half. */
struct v2_neg {
    struct v2_sa *sa;
    struct v2_x *x;       /* initiator */
    struct v2_slot *slot; /* responder of CREATE_CHILD_SA */
    bool initiator;
    uint64_t began;
    uint8_t ni[V2_NONCE_MAX], nr[V2_NONCE_MAX];
    size_t ni_len, nr_len;
    struct dh_job dh;
    unsigned group; /* of dh; 0 none */
    /* child */
    struct ike_want *want;
    struct ipsec_policy policy;
    struct v2_child_choice choice;
    bool admitted;   /* by call admission: counted as being negotiated */
    uint32_t spi;    /* reserved, ours; 0 none */
    uint32_t spi_in; /* ours, once installed */
    uint8_t proto;
    uint32_t old; /* pair to be replaced; 0 none */
    bool transport, non_first;
    bool beside; /* what was agreed has not the packet in it that began this */
    /* IKE SA */
    struct v2_suite suite;
    uint8_t ispi[V2_SPI], rspi[V2_SPI];
    unsigned restarts;
    bool any_prf; /* a rekey of the IKE SA: the peer has refused its pseudorandom function */
    /* The peer replaced the same thing at the same time, and got as far as this: the lower of its two nonces. */
    bool crossed;
    uint8_t low[V2_NONCE_MAX];
    size_t low_len;
    uint32_t crossed_pair;
    uint8_t crossed_sa[V2_SPI]; /* our SPI of it */
};

enum v2_child_state {
    V2C_UP,
    V2C_REPLACED, /* a younger one sends; ours to delete, or the peer's: DELETE will come */
    V2C_LINGER,   /* deleted on both ends: takes in what is late */
};
struct v2_child {
    struct v2_sa *sa;
    struct v2_child *next, **prev; /* of the same SA, newest first */
    struct v2_child *older;        /* of the same flow, under whatever SA */
    uint32_t id, spi_in, spi_out;
    uint8_t proto;
    bool initiator; /* we began the exchange that made it */
    uint32_t turn;  /* 0: does not send yet; else which of the router's children it was to begin */
    bool deleting;  /* our DELETE is queued or sent */
    bool again;     /* the timer begins its replacement */
    enum v2_child_state state;
    uint32_t by; /* the pair that replaces it; 0 none yet */
    uint64_t installed;
    struct ipsec_policy policy;
    struct timer timer;
};

/* Needed until IKE_AUTH is done. */
struct v2_first {
    uint8_t *ours, *theirs; /* IKE_SA_INIT as sent and received, owned */
    size_t ours_len, theirs_len;
    uint8_t ni[V2_NONCE_MAX], nr[V2_NONCE_MAX];
    size_t ni_len, nr_len;
    struct dh_job dh;
    unsigned group;
    struct v2_proposal offers[V2_PROPOSALS_MAX]; /* initiator: as offered */
    unsigned noffers;
    uint8_t cookie[64];
    size_t cookie_len;
    unsigned restarts, refusals;
    uint64_t answered; /* responder: when its IKE_SA_INIT was */
    uint64_t repeated_at;
    struct v2_neg *neg; /* the first child */
    char error[96]; /* the latest that went wrong; "": nothing */
    bool no_prop;
    bool use_ppk;      /* both have said USE_PPK */
    struct v2_ppk ppk; /* initiator: of this peer; responder: the one that both know, once IKE_AUTH said which */
};

struct v2_reassembly {
    uint32_t mid;
    bool response, used;
    uint16_t total, have;
    uint8_t first;
    size_t bytes;
    uint64_t since;
    uint8_t *part[V2_FRAGMENTS_MAX];
    uint16_t len[V2_FRAGMENTS_MAX];
};

struct v2_peer {
    struct v2 *v2;
    uint32_t local, addr;
    struct v2_sa *sas; /* newest first; none dead */
    unsigned nsas, half_open;
    struct ike_want *wants; /* in order */
    unsigned nwants;
    struct {
        uint32_t spi;
        uint8_t proto;
    } bad_spis[IKE_SPIS_MAX];
    unsigned nbad;
    uint64_t told_at; /* loop time: told of invalid SPIs so often since then */
    unsigned told;
};

struct v2_sa {
    struct v2 *v2;
    struct v2_peer *peer; /* NULL once dead */
    struct v2_sa *peer_next;
    struct v2_sa *next, **prev; /* all, oldest first; once dead: the list of the dead */
    struct v2_sa *ids_older;    /* established between the same two identities */
    bool initiator;             /* of this IKE SA: the I flag */
    enum v2_state state;
    const char *description;
    uint8_t ispi[V2_SPI], rspi[V2_SPI];
    uint32_t local, remote;
    uint16_t local_port, peer_port;
    uint32_t tunnel_id, session_id;
    uint32_t engine_id; /* the crypto engine's number of its keys, among those of IKEv1; 0 until there are any */
    char profile[V2_NAME_MAX];
    struct v2_suite suite;
    bool agreed;
    struct v2_keys *keys;
    struct v2_sk *open, *seal;
    struct v2_first *first;
    struct v2_id local_id, remote_id;
    bool half_open;                   /* counted */
    bool failed;                      /* answered with AUTHENTICATION_FAILED: only repeats are heard */
    bool natt, nat_local, nat_remote; /* the peer knows it; a NAT in front of us, of the peer */
    bool frag;                        /* both know RFC 7383 */
    bool ios;
    bool ppk; /* SK_d, and with it all keys of children and successors, is made with a postquantum preshared key */
    bool superseded;
    bool kept_session; /* its children went to a newer IKE SA */
    bool in_session;   /* it, or the one it replaces, was told of as up: v2_msg_session */
    /* our requests */
    struct v2_x *queue;
    unsigned nqueue, in_flight;
    uint32_t next_mid;
    uint16_t peer_window;
    /* the peer's */
    uint32_t rx_next;
    uint16_t window;
    struct v2_slot *slots; /* window of them */
    struct v2_reassembly *parts;
    struct v2_child *children;
    unsigned nchildren;
    uint64_t created, established, expires, last_rx;
    bool soft_done;
    struct timer life, nat_keepalive, dpd;
    const char *closing; /* why we ended it: a constant; NULL: we did not */
    struct ike_book book;
    struct ike_traffic traffic[IKE_WAYS];
};

#define V2_STATS_MAX 48
struct v2 {
    struct ike *ike;
    struct v2_names names;
    struct v2_conf conf;
    struct table *by_spi;   /* 8 bytes, ours */
    struct table *half;     /* 12 bytes: initiator's SPI | address: responder SAs */
    struct table *peers;    /* 8 bytes: local | addr */
    struct table *ids;      /* a digest of both identities: the newest SA established between them */
    struct table *children; /* 4 bytes: pair id */
    struct table *flows;    /* ends and selectors: the newest child of that flow */
    struct table *outbound; /* SA, protocol, the peer's SPI: children */
    struct v2_sa *all, **all_end, *dead;
    unsigned nqueued; /* first requests whose sum is not made yet */
    unsigned nsas, negotiating_in, negotiating_out, half_open;
    uint32_t next_tunnel, next_session, turns;
    struct v2_work worked; /* since boot */
    struct deferred bury;
    struct {
        uint8_t key[32];
        uint64_t since;
    } secret[2]; /* of cookies: now, before */
    uint8_t secret_number;
    bool debug[V2_DEBUGS];
    struct v2_stats stats;
    struct v2_perf perf;
    struct v2_stat_row exchanges[8], notifies[V2_STATS_MAX];
    unsigned nexchanges, nnotifies;
    struct ike_errors errors;
    uint64_t refusals_at, hints_at; /* unprotected answers and hints: how many since then */
    unsigned refusals, hints;
    uint8_t plain[V2_MSG_MAX], whole[V2_MSG_MAX]; /* the message being taken in: decrypted; put together */
};

static inline uint64_t v2_now(const struct v2 *v2)
{
    return loop_now(v2->ike->env.loop);
}
/* Of its children (sa_pair_params.owner): odd numbers are IKEv2's. */
static inline uint32_t v2_owner(const struct v2_sa *sa)
{
    return sa->tunnel_id << 1 | 1;
}
static inline bool v2_sa_up(const struct v2_sa *sa)
{
    return sa->state == V2_UP;
}

/* As dh_job_begin; counted as IKEv2's. */
static inline void v2_dh_begin(struct dh_job *j, struct v2 *v2, unsigned group, enum v2_perf_row wait)
{
    dh_job_begin(j, v2->ike, group);
    j->counts = &v2->stats.dh;
    v2_perf_dh(v2, j, wait);
}
static inline void v2_done(struct v2_done *d, bool ok)
{
    (*(ok ? &d->passed : &d->failed))++;
}

/* ---- v2_sa.c ---- */
struct v2_sa *v2_sa_new(struct v2 *v2, uint32_t local, uint32_t remote, bool initiator);
/* A fresh SPI of ours into out: in no table yet. */
void v2_spi_make(struct v2 *v2, uint8_t out[V2_SPI]);
void v2_sa_insert(struct v2_sa *sa); /* ours is known: found by it from now on */
struct v2_sa *v2_sa_find(const struct v2 *v2, const uint8_t *our_spi);
struct v2_sa *v2_sa_find_half(const struct v2 *v2, const uint8_t *ispi, uint32_t addr);
/* The newest SA established between the same two identities; its ids_older leads to the others. */
struct v2_sa *v2_sa_same_ids(const struct v2_sa *sa);
/* Aborts on an impossible predecessor: a bug, not an input. */
void v2_sa_enter(struct v2_sa *sa, enum v2_state to);
const char *v2_state_name(enum v2_state s); /* for tests that fail */
/* From the agreed suite and keys: protection in both directions. */
void v2_sa_keyed(struct v2_sa *sa);
/* Authenticated, or made by a rekey: no longer half open. */
void v2_sa_established(struct v2_sa *sa);
/* Dead at once, with its children (reported to ipsec as `why`); nothing is sent. The memory stays until the end of the turn. */
void v2_sa_kill(struct v2_sa *sa, const char *reason, enum sa_gone why);
/* Tell the peer and die when it has answered; children go now. */
void v2_sa_close(struct v2_sa *sa, const char *reason);
void v2_bury(void *v2);

/* ---- v2_peer.c ---- */
struct v2_peer *v2_peer_find(const struct v2 *v2, uint32_t local, uint32_t addr);
struct v2_peer *v2_peer_get(struct v2 *v2, uint32_t local, uint32_t addr);
void v2_peer_settle(struct v2_peer *p); /* freed when nothing is left of it */
void v2_peer_add(struct v2_peer *p, struct v2_sa *sa);
void v2_peer_remove(struct v2_sa *sa);
/* The newest established SA under that profile ("": any). */
struct v2_sa *v2_peer_up(const struct v2_peer *p, const char *profile);
bool v2_peer_begins(const struct v2_peer *p); /* an SA that is not proved yet */
struct v2_sa *v2_peer_negotiating(const struct v2_peer *p, const char *profile);
void v2_peer_want(struct v2_peer *p, struct ike_want *w); /* taken over */
struct ike_want *v2_peer_pop(struct v2_peer *p, const char *profile);
void v2_peer_fail(struct v2_peer *p, const char *profile); /* "": all */
void v2_peer_established(struct v2_sa *sa);
unsigned v2_peer_retired(const struct v2_sa *sa); /* of its address, identity, profile: replaced or being deleted */
void v2_peer_initial_contact(struct v2_sa *sa);
void v2_want_done(struct v2 *v2, struct ike_want *w, bool ok); /* frees it */
/* May it be told of one more invalid SPI? IKE_TELL_BURST a second, and each is counted. */
bool v2_peer_may_tell(struct v2_peer *p);
void v2_peer_remember(struct v2_peer *p, uint8_t proto, uint32_t spi);

/* ---- v2_window.c ---- */
extern const struct v2_ask_row v2_asks[V2X_KINDS];
struct v2_x *v2_x_new(struct v2_sa *sa, enum v2_kind kind);
void v2_x_ready(struct v2_x *x); /* sent when there is room */
/* No longer wanted, not sent yet. */
void v2_x_drop(struct v2_x *x);
void v2_pump(struct v2_sa *sa);
void v2_flush(struct v2_sa *sa);                                  /* queue and slots go */
struct v2_x *v2_x_of_pair(const struct v2_sa *sa, uint32_t pair); /* ours that replaces it, under way */
struct v2_x *v2_x_kind(const struct v2_sa *sa, enum v2_kind kind);
bool v2_busy(const struct v2_sa *sa); /* children being made, replaced or deleted, by either side */
/* IKE_SA_INIT: sent as it is, kept as first->ours. */
void v2_send_init(struct v2_x *x, const uint8_t *msg, size_t len);
/* Answer a request. w is an inner chain; NULL: empty. */
void v2_respond(struct v2_sa *sa, struct v2_slot *s, struct v2_wr *w);
void v2_respond_notify(struct v2_sa *sa, struct v2_slot *s, uint16_t type, const void *data, size_t len);
/* A protected request that cannot be understood: INVALID_SYNTAX, which is the end of the SA at both ends (section 2.21.3).
 * Takes its place and the negotiation that stands there with it. */
void v2_malformed(struct v2_sa *sa, struct v2_slot *s);
/* Outside of the window: one sealed request that nobody waits for; the SA ends with it. */
void v2_send_last(struct v2_sa *sa, struct v2_wr *w);
void v2_transmit(struct v2_sa *sa, const struct v2_wire *tx);
/* An answer once more, to where the repeated request came from (RFC 7296 section 2.11). */
void v2_transmit_again(struct v2_sa *sa, const struct v2_wire *tx, const struct v2_msg *repeat);
void v2_wire_free(struct v2_wire *t);
void v2_slot_settle(struct v2_slot *s); /* its negotiation is over */

/* ---- v2_frag.c ---- */
/* Seals payloads into one datagram, or into several when the message is too long for the path. false: does not fit. */
bool v2_wire_seal(struct v2_sa *sa, const struct v2_hdr *h, const struct v2_wr *w, struct v2_wire *out);
void v2_wire_add(struct v2_wire *t, const uint8_t *b, size_t len);
/* A proved fragment. Returns the whole chain's length once it is complete (in out), else 0. */
size_t v2_frag_take(struct v2_sa *sa, const struct v2_hdr *h, uint16_t number, uint16_t total, uint8_t first,
                    const uint8_t *plain, size_t len, uint8_t *out, size_t cap, uint8_t *first_out);
void v2_frag_free(struct v2_sa *sa);

/* ---- v2_init.c, v2_cookie.c ---- */
struct v2_sa *v2_negotiate(struct v2 *v2, uint32_t local, uint32_t addr, const char *profile);
void v2_init_request(struct v2 *v2, const struct v2_msg *m);
void v2_init_response(struct v2_sa *sa, const struct v2_msg *m);
bool v2_cookie_wanted(const struct v2 *v2, const struct v2_peer *p); /* p may be NULL */
#define V2_COOKIE 33
void v2_cookie_make(struct v2 *v2, const struct v2_msg *m, const struct v2_payload *nonce, uint8_t out[V2_COOKIE]);
bool v2_cookie_good(struct v2 *v2, const struct v2_msg *m, const struct v2_payload *nonce, const uint8_t *p,
                    size_t len);
/* One unprotected answer to a request (or, with INVALID_SPI, a request that nobody answers). Limited. */
void v2_send_bare(struct v2 *v2, const struct udp_from *from, bool floated, const struct v2_hdr *request, uint16_t type,
                  const void *data, size_t len);

/* ---- v2_auth.c ---- */
void v2_auth_begin(struct v2_sa *sa);
bool v2_auth_ask(struct v2_x *x, struct v2_wr *w);
void v2_auth_conclude(struct v2_x *x, const struct v2_msg *m);
void v2_auth_answer(struct v2_sa *sa, struct v2_slot *s, const struct v2_msg *m);

/* ---- v2_ts.c ---- */
/* What is offered for a child: is something in it acceptable under this policy? */
struct v2_ts_offer {
    spd_fits *fits;
    void *arg;
};
/* translated: for transport mode through a translator, the addresses as they are seen here take the place of those that
 * the peer says (section 2.23.1). Responder: the policy whose flow fits the offered selectors best, narrowed; false: none.
 * Of policies with the same flow one under which something offered is acceptable goes first.
 * old: of the child that is to be replaced (NULL: none), whose selectors stay if they are offered (section 2.9.2). */
bool v2_ts_find(struct v2_sa *sa, const struct v2_payloads *ps, bool translated, const struct v2_ts_offer *offer,
                const struct ipsec_policy *old, struct ipsec_policy *out);
/* Does the crypto identity of this flow, if it has one, let this peer have SAs? Says so when not. */
bool v2_ts_allowed(const struct v2_sa *sa, const struct ipsec_policy *p);
/* Initiator: the answer's selectors, within what was asked, into policy. */
bool v2_ts_taken(const struct v2_sa *sa, const struct v2_payloads *ps, bool translated, struct ipsec_policy *policy,
                 bool *beside);
/* The first flow with a peer that is IKEv2's (under that profile; "": any). */
bool v2_ts_first(struct v2 *v2, uint32_t local, uint32_t peer, const char *profile, struct ipsec_policy *out);
bool v2_flow_same(const struct ipsec_policy *a, const struct ipsec_policy *b);

/* ---- v2_child.c: children and what makes them ---- */
struct v2_neg *v2_neg_new(struct v2_sa *sa, bool initiator);
void v2_neg_free(struct v2_neg *n);
bool v2_neg_reserve(struct v2_neg *n, uint8_t proto);
void v2_neg_nonce(struct v2_neg *n);           /* ours */
void v2_neg_settle(struct v2_neg *n, bool ok); /* tells who waits */
/* Initiator: SA, [KE], TS and notifies; and the answer. 0, or the notify that says why not. */
void v2_child_write_offer(struct v2_neg *n, struct v2_wr *w, bool create);
uint16_t v2_child_read_answer(struct v2_neg *n, const struct v2_payloads *ps, bool create);
/* A child was not made, for this error notification: into the history of failures. */
void v2_child_failed(const struct v2_sa *sa, uint16_t why);
/* Responder. */
uint16_t v2_child_read_offer(struct v2_neg *n, const struct v2_payloads *ps, bool create);
void v2_child_write_answer(struct v2_neg *n, struct v2_wr *w, bool create);
struct v2_child *v2_child_install(struct v2_neg *n);
void v2_child_enable(struct v2_child *c);
/* We answered, so the other end may not have it yet: sends at once, or in its turn when the flow sends already. */
void v2_child_answered(struct v2_child *c);
struct v2_child *v2_child_find(const struct v2 *v2, uint32_t pair);
/* An authentic word of the peer came from this port: there its children go too, if the SA has floated. */
void v2_moved(struct v2_sa *sa, uint16_t port);
/* The child that sends with this SPI. */
struct v2_child *v2_child_by_spi(const struct v2_sa *sa, uint8_t proto, uint32_t spi);
void v2_child_move(struct v2_child *c, struct v2_sa *to);
/* Ask the peer to delete ours too; the pair goes when it has answered. */
void v2_child_delete(struct v2_child *c);
/* Both ends have: it goes now, or when what is late has come. Nothing is sent. */
void v2_child_gone(struct v2_child *c, enum sa_gone why);
/* The peer asks to delete it (RFC 7296 section 1.4.1): false when there is no SPI of ours to answer. */
bool v2_child_peer_deletes(struct v2_child *c);
/* A sum is under way for what x has asked: another x holds the negotiation meanwhile. */
struct v2_x *v2_x_conclude_later(struct v2_x *x);
void v2_child_free(struct v2_child *c); /* the pair is gone already */
/* The newest child of that flow, under whatever SA; its `older` leads to the others. */
struct v2_child *v2_of_flow(const struct v2 *v2, const struct ipsec_policy *flow);
/* A child of that flow goes that did not linger: those that do would send again, and go too; when none sends, one that
 * waits begins. */
void v2_flow_settle(struct v2 *v2, const struct ipsec_policy *flow);
void v2_child_remove(struct v2_child *c, enum sa_gone why); /* pair and all; nothing is sent */
void v2_children_gone(struct v2_sa *sa, enum sa_gone why);
/* The SA is deleted in good order: as above, but a child whose flow another SA carries too lingers there. */
void v2_children_leave(struct v2_sa *sa, enum sa_gone why);
uint8_t v2_proto_of(uint8_t ip_proto); /* PROTO_ESP -> 3, PROTO_AH -> 2 */
uint8_t v2_proto_ip(uint8_t proto);

/* ---- v2_create.c: CREATE_CHILD_SA ---- */
void v2_child_begin(struct v2_sa *sa, struct ike_want *w, uint32_t old);
void v2_child_rekey(struct v2_child *c);
void v2_child_again(struct v2_x *x); /* the time of a request that was put off has come */
bool v2_child_ask(struct v2_x *x, struct v2_wr *w);
void v2_child_conclude(struct v2_x *x, const struct v2_msg *m);
void v2_create_answer(struct v2_sa *sa, struct v2_slot *s, const struct v2_msg *m);
/* The peer's negotiation of the same thing crosses ours (section 2.8): remembered until our answer is there; then, is ours
 * the one to be closed? */
void v2_neg_cross(struct v2_neg *ours, const struct v2_neg *theirs);
bool v2_neg_yields(const struct v2_neg *ours);

/* ---- v2_rekey.c: the IKE SA replaced ---- */
void v2_rekey_begin(struct v2_sa *sa);
bool v2_rekey_ask(struct v2_x *x, struct v2_wr *w);
void v2_rekey_conclude(struct v2_x *x, const struct v2_msg *m);
void v2_rekey_answer(struct v2_sa *sa, struct v2_slot *s, const struct v2_msg *m);
/* The peer closes sa: had it been replaced by the peer while ours was under way, that one inherits. */
void v2_rekey_inherit(struct v2_sa *sa);

/* ---- v2_info.c ---- */
bool v2_info_ask(struct v2_x *x, struct v2_wr *w);
void v2_info_conclude(struct v2_x *x, const struct v2_msg *m);
bool v2_info_misread(const struct v2_sa *sa, const struct v2_msg *m);
void v2_info_answer(struct v2_sa *sa, struct v2_slot *s, const struct v2_msg *m);
void v2_info_outside(struct v2 *v2, const struct v2_msg *m); /* unprotected: a hint */
void v2_info_delete(struct v2_sa *sa, uint8_t ip_proto, uint32_t spi, uint32_t pair);
void v2_info_invalid_spi(struct v2_sa *sa, uint32_t spi);
void v2_info_invalid_selectors(const struct v2_child *c, const uint8_t *start, size_t len);
void v2_info_probe(struct v2_sa *sa);                   /* is it there? */
void v2_info_say_last(struct v2_sa *sa, uint16_t type); /* 0: DELETE of the IKE SA; else a notify */

/* ---- v2_timers.c ---- */
void v2_timers_init(struct v2_sa *sa);
void v2_timers_clear(struct v2_sa *sa);
void v2_timers_half_open(struct v2_sa *sa);
void v2_timers_established(struct v2_sa *sa);
uint32_t v2_timers_soft_s(const struct v2_sa *sa); /* so long before its end it is rekeyed */
void v2_timers_old(struct v2_sa *sa); /* replaced: goes, whether or not the peer deletes it */
/* The peer should delete it: the answer to its own request may be lost. */
void v2_timers_redundant(struct v2_sa *sa);
void v2_timers_failed(struct v2_sa *sa);
void v2_timers_conf(struct v2_sa *sa);
void v2_timers_rekey_again(struct v2_sa *sa);
/* It has a child, its first: what was not worth replacing before its end is. */
void v2_timers_first_child(struct v2_sa *sa);
void v2_timers_sends(struct v2_sa *sa);
uint64_t v2_timers_wait(const struct v2_x *x); /* until the next repeat */
bool v2_timers_lost(const struct v2_x *x);     /* repeated often enough */
bool v2_timers_spare(struct v2_x *x); /* of those, when the peer has been heard since: from the beginning, once */
void v2_dpd_conf(const struct v2_sa *sa, uint16_t *sec, uint16_t *retry, bool *periodic);
uint64_t v2_again(struct v2 *v2); /* after TEMPORARY_FAILURE */

/* ---- v2_trace.c ---- */
void v2_trace(struct v2 *v2, const struct v2_sa *sa, uint32_t peer, int which, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
#define TR(sa, ...)     v2_trace((sa)->v2, (sa), (sa)->remote, V2_DEBUG_DEFAULT, __VA_ARGS__)
#define TR_ERR(sa, ...) v2_trace((sa)->v2, (sa), (sa)->remote, V2_DEBUG_ERROR, __VA_ARGS__)
void v2_trace_packet(struct v2 *v2, const struct v2_sa *sa, bool sent, uint32_t peer, uint16_t peer_port,
                     uint32_t local, uint16_t local_port, const uint8_t *msg, size_t len);
/* The chain inside SK. what: "Building packet for encryption." */
void v2_trace_inner(const struct v2_sa *sa, const char *what, uint8_t first, const uint8_t *p, size_t len);
void v2_trace_proposals(const struct v2_sa *sa, const struct v2_proposal *v, unsigned n, const char *why);
void v2_trace_child_offer(const struct v2_sa *sa, const struct ipsec_policy *p);
/* `debug crypto ipsec`: a message from IKE has come to IPsec; order, if not NULL: "where): what" of its next line. */
void v2_trace_key_engine(const struct v2_sa *sa, const char *order);
/* %IKEV2-3-NEG_ABORT, with what went wrong: the first exchanges end without an IKE SA. Nothing did: nothing is said. */
void v2_msg_abort(const struct v2_sa *sa);
/* Tells of an IKE SA that has come up or goes; said once for all IKE SAs between the same ends and identities. */
void v2_msg_session(struct v2_sa *sa, bool up);
/* Counts and keeps an error for `show crypto ikev2 diagnose error`, and traces it. sa may be NULL. */
void v2_error(struct v2 *v2, const struct v2_sa *sa, uint32_t peer, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void v2_count_exchange(struct v2 *v2, uint8_t exchange, bool response, bool in);
void v2_count_notify(struct v2 *v2, uint16_t type, bool response, bool in);
/* A whole message of ours or the peer's, its payloads from `first` on: its exchange and every notify are counted; when it
 * is one of a known SA, the event trace says so. */
void v2_count_message(struct v2 *v2, struct v2_sa *sa, uint8_t exchange, uint8_t first, const uint8_t *p,
                      size_t len, bool response, bool in);

/* ---- v2_events.c ---- */
void v2_event(const struct v2_sa *sa, enum evtrace_id id, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A debug line that the event trace has too. */
#define TR_EVENT(sa, ...) (TR(sa, __VA_ARGS__), v2_event(sa, EV_IKEV2_EVENT, __VA_ARGS__))
void v2_event_error(const struct v2 *v2, const struct v2_sa *sa, uint32_t peer, const char *text); /* sa may be NULL */
void v2_event_message(const struct v2_sa *sa, uint8_t exchange, bool response, bool in);
void v2_event_carries(const struct v2_sa *sa, uint8_t type, bool response, bool in); /* a payload of INFORMATIONAL */
void v2_event_request(const struct v2 *v2, const struct ipsec_policy *want);
#endif
