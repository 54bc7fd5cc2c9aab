/* engine.h: the running layouts of IKE, for dataplane/ike and what is below it alone: the engine, peers, IKE SAs,
 * phase-2 nodes, and the verbs between their files. Those of IKEv1's messages: v1/v1.h. Neighbours see ike.h, the command
 * rows ike_conf.h and ike_show.h. */
#ifndef DATAPLANE_IKE_ENGINE_H
#define DATAPLANE_IKE_ENGINE_H

#include "dataplane/fault/fault.h"
#include "dataplane/ike/admission.h"
#include "dataplane/ike/codec.h"
#include "dataplane/ike/errors.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/ike_books.h"
#include "dataplane/ike/ike_conf.h"
#include "dataplane/ike/ike_show.h"
#include "dataplane/ike/keys.h"
#include "dataplane/ike/propose.h"
#include "dataplane/ipsec/sad.h"
#include "dataplane/ipsec/spd.h"
#include "espial/crypto.h"
#include "espial/inet.h"
#include "espial/loop.h"
#include "espial/order.h"
#include "espial/table.h"
#include "espial/work.h"

/* Bounds. */
#define IKE_HALF_OPEN_MAX      1000 /* responder SAs not yet authenticated, in all */
#define IKE_HALF_OPEN_PEER_MAX 10   /* of those, with one address */
#define IKE_SA_MAX             4096 /* living SAs in all */
#define IKE_PEER_SA_MAX        512  /* of those, with one address: there are others who want some */
#define IKE_SAME_MAX           128  /* of those, with one address, identity and profile: the oldest goes */
#define IKE_DEAD_MAX           64   /* dead SAs kept for show */
#define IKE_NODES_MAX          128  /* quick modes of one SA under way */
#define IKE_NODES_OURS         32   /* of those, begun by us: more flows wait */
#define IKE_NODES_KEPT         256  /* exchanges of one SA that are over, kept for repeats: the oldest goes */
#define IKE_WANTS_MAX          1024 /* flows of one peer that wait */
#define IKE_SPIS_MAX           8    /* invalid SPIs of one peer waiting for its IKE SA */
#define IKE_TELL_BURST         10   /* of invalid SPIs, to one peer in a second */
#define IKE_FLOWS_KEPT         4    /* flows that a peer is known to have had, the newest */
#define IKE_FRAGS_MAX          64   /* pieces of one message */
#define IKE_FRAG_STRANGERS     16   /* messages of nobody known that are being put together */
#define IKE_LOG_BURST          10   /* messages a second that unauthenticated packets can cause, in all */

/* Times, us. The policy behind them is in timers.c. */
#define IKE_RETRANSMIT_US  (10 * US_PER_S)
#define IKE_RETRANSMITS    5
#define IKE_HALF_OPEN_US   (60 * US_PER_S)
#define IKE_REAP_US        (60 * US_PER_S)
#define IKE_NODE_PURGE_US  (50 * US_PER_S)
#define IKE_OLD_PAIR_US    (30 * US_PER_S)
#define IKE_LEFT_PAIR_US   (120 * US_PER_S) /* the same, of pairs that the peer has replaced and not deleted */
#define IKE_SWITCH_US      (5 * US_PER_S) /* as in IKEv2: charon repeats a QM2 that has no answer after four */
#define IKE_REKEY_YIELD_US (10 * US_PER_S)

struct ike_sa;
struct ike_node;
struct ike_peer;

enum ike_state {
    IKE_READY,
    IKE_I_MM1,
    IKE_I_MM2,
    IKE_I_MM3,
    IKE_I_MM4,
    IKE_I_MM5,
    IKE_I_MM6,
    IKE_R_MM1,
    IKE_R_MM2,
    IKE_R_MM3,
    IKE_R_MM4,
    IKE_R_MM5,
    IKE_I_AM1,
    IKE_I_AM2,
    IKE_R_AM1,
    IKE_R_AM2,
    IKE_P1_COMPLETE,
    IKE_DEST_SA,
    IKE_STATES
};

/* A Diffie-Hellman sum on its way through struct work (dh_job.c). `then` is called on the loop. Embedded in what it
 * belongs to; cancelled with it. */
struct dh_job {
    struct ike *ike;
    struct dh_counts *counts; /* what becomes of it is counted there too; NULL: nowhere else. Set after dh_job_begin */
    /* How long it took, us, is told before `then` is called; may be NULL. */
    void (*took)(void *arg, int row, uint64_t public_us, uint64_t shared_us, uint64_t waited_us);
    void *took_arg;
    int took_row;
    uint64_t public_us, shared_us, since;
    struct dh *dh;
    struct work_job *running;
    bool want_public, want_shared, ok;
    uint8_t peer[DH_MAX];
    size_t peer_len;
    struct key shared;
    void (*then)(void *arg, bool ok);
    void *arg;
};

/* The last message taken and the last one sent of one exchange: duplicates and retransmission (v1/v1_window.c). */
struct v1_slot {
    struct ike_sa *sa;
    struct ike_node *node; /* NULL: phase 1 */
    uint8_t rx_sum[32];    /* SHA-256 of the last message accepted */
    bool rx;
    uint8_t *tx; /* owned; as sent, without the non-ESP marker */
    size_t tx_len;
    bool answered_by_repeat; /* a repeat of the last message accepted is answered with tx */
    unsigned tries;          /* retransmissions made */
    uint64_t repeated_at;    /* when a repeat was last answered */
    struct timer retransmit;
    uint8_t iv[16]; /* for the next message, either way */
};

/* What phase 1 needs until it is done; freed then. */
struct p1_scratch {
    uint8_t nonce_i[NONCE_MAX], nonce_r[NONCE_MAX];
    size_t nonce_i_len, nonce_r_len;
    uint8_t gx_i[DH_MAX], gx_r[DH_MAX];
    uint8_t *sai; /* body of the initiator's SA payload, owned */
    size_t sai_len;
    struct key psk;
    struct dh_job dh;
    unsigned group; /* of dh */
    uint64_t began;
    /* Aggressive mode: what was said, until a hash proves it. */
    uint8_t *own_id, *peer_id; /* bodies of the ID payloads, owned */
    size_t own_id_len, peer_id_len;
    uint8_t peer_hash[HASH_MAX], peer_sum[32]; /* of AM2 */
    uint8_t chosen_proposal, chosen_number;
    uint8_t *chosen_attrs; /* responder: the transform, echoed; owned */
    size_t chosen_attrs_len;
    struct p1_suite ours[P1_SUITES_MAX]; /* initiator: as offered */
    unsigned nours;
};

enum qm_state { QM_READY, QM_SPI_STARVE, QM_INSTALL_AWAIT, QM_I_QM1, QM_R_QM2, QM_PHASE2_COMPLETE, QM_STATES };

/* A flow that waits for an IKE SA, or that a quick mode is negotiating. */
struct ike_want {
    struct ipsec_policy policy;
    bool acquire;   /* ipsec waits for spd_acquire_done */
    uint64_t since; /* loop time it was asked: a pair installed later answers it */
    uint8_t put_off; /* so often, as the peer could not just then (IKEv2) */
    struct ike_want *next;
};

/* What quick mode needs until its pair is installed. */
struct qm_scratch {
    uint8_t nonce_i[NONCE_MAX], nonce_r[NONCE_MAX];
    size_t nonce_i_len, nonce_r_len;
    struct dh_job dh;
    struct ipsec_policy policy; /* the flow; transforms[0] alone once agreed */
    struct p2_choice choice;
    uint32_t spi_esp, spi_ah;                       /* reserved, ours; 0 none */
    uint32_t lifetime_notice_s, lifetime_notice_kb; /* responder: what RESPONDER-LIFETIME tells; 0 nothing */
    uint8_t *idci, *idcr;                           /* responder: the peer's ID payload bodies, echoed; owned */
    size_t idci_len, idcr_len;
    struct { /* responder: the transform chosen, echoed; attributes owned. [1]: of AH over ESP */
        uint8_t id;
        uint8_t *attrs;
        size_t attrs_len;
    } chosen[2];
};

/* A quick mode. */
struct ike_node {
    struct ike_node *next;
    struct ike_sa *sa;
    uint32_t mid;
    bool initiator;
    bool pending; /* a sum is on its way: messages are not taken */
    enum qm_state state;
    struct v1_slot slot;
    struct timer purge;
    struct qm_scratch *qm; /* until done */
    struct ike_want *want; /* initiator: what it is for */
    uint32_t pair;         /* installed */
    uint64_t began;
    uint8_t refused; /* responder: the protocol of what we refused, 0: we did not; its SPI */
    uint32_t refused_spi;
};

struct v2_sa;
struct ike_books;
struct ike_book { /* an established SA of either version in the books (ike_books.c) */
    uint32_t index; /* 0: it is not there */
    struct ike_sa *v1;
    struct v2_sa *v2;
};
struct ike_sa {
    struct ike *ike;
    struct ike_peer *peer;       /* NULL once dead */
    struct ike_sa *peer_next;    /* of the same peer, newest first */
    struct ike_sa *next, **prev; /* all, oldest first */
    bool initiator, aggressive;
    enum ike_state state;
    uint32_t serial;        /* for debug lines: ike_sa_trace_handle */
    char profile
        [IKE_NAME_MAX]; /* ISAKMP profile: of the map that asked, or matched by who the peer says it is; "" none */
    uint8_t icookie[COOKIE_LEN], rcookie[COOKIE_LEN];
    uint32_t local, remote;
    uint16_t local_port, peer_port; /* 500, or 4500 once floated (the peer's: whatever its NAT shows) */
    uint32_t conn_id;               /* 0 until there can be keys */
    struct p1_suite suite;          /* agreed */
    size_t block;                   /* of the cipher */
    struct ike_keys *keys;          /* NULL until derived */
    struct cipher *enc, *dec;
    struct p1_scratch *p1;
    struct v1_slot slot;
    uint8_t last_block[16];       /* of phase 1: base of phase-2 IVs */
    bool natt, dpd, fragments;    /* the peer said so by vendor id */
    uint8_t natt_draft;           /* 0: RFC 3947; else the draft whose payload numbers count (2 3) */
    bool nat_local, nat_remote;   /* a NAT in front of us, of the peer */
    bool half_open;               /* counted in ike->half_open */
    bool superseded;              /* a newer SA with the peer is established */
    bool contact_taken;           /* INITIAL-CONTACT said apart */
    char peer_id[80];
    bool peer_is_fqdn; /* ... is a name of a host, and byte by byte what the peer said */
    uint64_t created, established; /* loop time */
    uint64_t expires;
    struct timer life, reap, nat_keepalive, settle;
    struct ike_sa *died_next;
    bool kept; /* dead, and one of those that are shown */
    bool life_soft_done;
    struct frag_set *frags; /* pieces of a message that is not whole yet; NULL none */
    uint16_t frag_id;       /* of the last message sent in pieces */
    struct ike_node *nodes;
    unsigned nnodes, under_way[2]; /* all; quick modes that are not over: the peer's, ours */
    uint32_t *used_mids; /* message ids the peer has begun quick modes with; ring */
    unsigned used_n, used_at;
    uint32_t seen_info[64];
    unsigned seen_n, seen_at;
    bool dpd_known;        /* the peer has probed: with */
    uint32_t dpd_heard;    /* this number, answered at */
    uint64_t dpd_answered; /* loop time */
    struct ike_book book;
    struct ike_traffic traffic[IKE_WAYS];
};

/* An installed IPsec pair as IKE remembers it. */
struct ike_pair {
    uint32_t id;
    struct ike_peer *peer;
    bool initiator;
    bool current;   /* the last one enabled of its flow */
    bool doomed;    /* superseded: deleted when the timer fires */
    bool silent;    /* ... without a word to the peer: a named defect */
    uint64_t began; /* loop time its quick mode began; and when it was installed */
    uint64_t installed;
    struct sa_pair_info info;
    struct timer timer;
    struct ike_pair *next;
    struct ike *ike;
};

struct ike_peer {
    struct ike *ike;
    struct ike_peer *here; /* another behind the same address */
    uint32_t local, addr;
    bool held;          /* not to be freed just now */
    bool translated;    /* there is a translator in front of it: known by its port */
    struct ike_sa *sas; /* newest first; none dead */
    struct ike_pair *pairs;
    unsigned npairs;
    struct {
        struct selector local, remote;
    } had[IKE_FLOWS_KEPT];
    unsigned nhad;
    struct ike_want *wants; /* in order */
    unsigned nwants;
    struct {
        uint32_t spi;
        uint8_t proto;
    } bad_spis[IKE_SPIS_MAX];
    unsigned nbad;
    uint64_t deletes_at; /* DELETEs for invalid SPIs: how many since then (recovery.c) */
    unsigned deletes;
    uint64_t last_rx; /* loop time of the last authentic IKE message */
    struct timer dpd;
    unsigned dpd_sent;  /* unanswered probes */
    uint64_t dpd_first; /* loop time of the first of them */
    uint32_t dpd_seq;
    uint64_t up_since; /* first pair installed */
    char id[80];
    uint16_t port;
    uint32_t handle; /* "peer_handle = 0x8000000N" of the debug lines */
};

struct ike_limits; /* recovery.c */
struct frag_store; /* v1_frag.c */
struct v2;
struct ike {
    struct ike_env env;
    struct ike_conf conf;
    bool on;
    struct udp_sock *udp500, *udp4500;
    bool debug_isakmp;              /* registered */
    bool debug_ipsec, debug_engine; /* copies of ipsec's bits: ike_debug_ipsec */
    struct ike_condition_info cond; /* condition.c */
    struct table *by_cookies; /* 16 bytes: icookie | rcookie */
    struct table *dead;       /* the same: SAs that are gone and still shown */
    struct table *half; /* 12 bytes: icookie | address: SAs whose rcookie the sender of a first message does not know */
    struct table *peers; /* 4 bytes: handle */
    struct table *hosts; /* 8 bytes: local | addr: the first of its peers */
    struct table *pairs; /* 4 bytes: id */
    struct ike_sa *all, **all_end;
    struct ike_sa *died, **died_end; /* those that are kept, the first to die first */
    unsigned nsas, ndead, half_open, negotiating;
    uint64_t dead_total;
    uint32_t next_conn_id, next_peer, next_serial;
    uint8_t secret[32]; /* cookies */
    uint64_t cookie_count;
    uint64_t log_tokens_at; /* unauthenticated log lines: token bucket */
    unsigned log_tokens;
    uint64_t refusals_at; /* unprotected refusals: how many since then */
    unsigned refusals;
    struct ike_limits *limits;
    struct v2 *v2; /* IKEv2 */
    struct admission_conf admission_conf;
    struct admission_counts admission;
    unsigned pairs_negotiating; /* quick modes and children of IKEv2 under way */
    struct ike_work worked;     /* counts since boot */
    struct ike_traffic gone[IKE_WAYS]; /* of SAs of either version that are no more */
    struct ike_books *books;
    struct ike_errors errors;   /* crypto isakmp diagnose error */
    struct frag_store *frags;
    unsigned bad_messages; /* received and refused, in all */
};

/* ---- ike_sa.c ---- */
struct ike_sa *ike_sa_new(struct ike_peer *p, bool initiator, const char *locker);
/* Moves to a state (aborts on an impossible predecessor: a bug, not an input); major and minor name the event in the
 * debug line. */
void ike_sa_enter(struct ike_sa *sa, enum ike_state to, const char *major, const char *minor);
/* Dead: keys gone, out of all tables, kept for show until reaped (one that had proved nothing yet is freed). Nothing is
 * sent. The caller must not touch its nodes afterwards. */
void ike_sa_kill(struct ike_sa *sa, const char *reason);
/* The same in two steps, for those who have something to say or to send in between. */
void ike_sa_say_deleting(const struct ike_sa *sa, const char *reason);
void ike_sa_end(struct ike_sa *sa, const char *reason);
void ike_sa_say_dead(const struct ike_sa *sa, const char *major, const char *minor); /* an event that finds it so */
/* Phase 1 is done: its scratch goes, it no longer counts as half open or negotiating. */
void ike_sa_established(struct ike_sa *sa);
void ike_sa_free(struct ike_sa *sa);
const char *ike_sa_show_state(const struct ike_sa *sa); /* MM_NO_STATE */
static inline bool ike_sa_up(const struct ike_sa *sa)
{
    return sa->state == IKE_P1_COMPLETE;
}
struct ike_node *ike_node_new(struct ike_sa *sa, uint32_t mid, bool initiator);  /* a quick mode's */
struct ike_node *ike_node_bare(struct ike_sa *sa, uint32_t mid, bool initiator); /* negotiates nothing */
void ike_node_free(struct ike_node *n);
struct ike_node *ike_node_find(const struct ike_sa *sa, uint32_t mid);
void ike_node_enter(struct ike_node *n, enum qm_state to, const char *major, const char *minor);
/* The exchange is over: its scratch goes, the stored reply stays until the purge. */
void ike_node_done(struct ike_node *n, bool error, const char *reason);
void ike_want_free(struct ike_want *w);

/* ---- cookie.c ---- */
void cookie_make(struct ike *ike, uint32_t peer, uint8_t out[COOKIE_LEN]);
void cookie_insert(struct ike_sa *sa); /* by what is known of it */
void cookie_remove(struct ike_sa *sa);
void cookie_bury(struct ike_sa *sa); /* dead: remembered until cookie_forget */
void cookie_forget(struct ike_sa *sa);
bool cookie_dead(const struct ike *ike, const uint8_t *icookie, const uint8_t *rcookie, uint32_t addr);
struct ike_sa *cookie_find(const struct ike *ike, const uint8_t *icookie, const uint8_t *rcookie);
struct ike_sa *cookie_find_half(const struct ike *ike, const uint8_t *icookie, uint32_t addr);

/* ---- peer.c ---- */
/* All peers behind an address: the first; the others by `here`. */
struct ike_peer *peer_first(const struct ike *ike, uint32_t local, uint32_t addr);
/* The one that no translator hides. */
struct ike_peer *peer_find(const struct ike *ike, uint32_t local, uint32_t addr);
/* The one that an SA with this port begins with; made when there is none. */
struct ike_peer *peer_get(struct ike *ike, uint32_t local, uint32_t addr, uint16_t port);
/* Phase 1 has proved who it is: the SA goes to the peer that it belongs to. */
void peer_identify(struct ike_sa *sa);
/* Of those behind the address of the flow: the one it is for; NULL when there is none at all. */
struct ike_peer *peer_of_flow(const struct ike *ike, const struct ipsec_policy *flow);
/* Of its pairs (sa_pair_params.owner): even numbers are IKEv1's. */
static inline uint32_t peer_owner(const struct ike_peer *p)
{
    return p->handle << 1;
}
/* For debug lines: how many SAs hold it, and the numbers that stand for addresses of peers and SAs in memory. */
unsigned peer_refs(const struct ike_peer *p);
unsigned long long peer_trace_handle(const struct ike_peer *p);
unsigned long long ike_sa_trace_handle(const struct ike_sa *sa);
/* Freed when nothing is left of it. */
void peer_settle(struct ike_peer *p);
/* An authentic word of it came from this port to our 4500. */
void peer_moved(struct ike_peer *p, uint16_t port);
void peer_free(struct ike_peer *p);
/* DELETE of a pair by every established SA: some (strongSwan) know a pair only under the one that made it, or that took
 * it over. False: there is none. */
bool peer_delete_ipsec(const struct ike_peer *p, uint8_t proto, uint32_t spi);
/* The newest established SA; the newest negotiation we began. */
struct ike_sa *peer_sa_up(const struct ike_peer *p);
struct ike_sa *peer_sa_negotiating(const struct ike_peer *p);
/* The same, of those under the profile that the flow asks for. */
struct ike_sa *peer_sa_for(const struct ike_peer *p, const struct ipsec_policy *flow);
bool peer_negotiates_for(const struct ike_peer *p, const struct ipsec_policy *flow);
void peer_add_sa(struct ike_peer *p, struct ike_sa *sa);
void peer_remove_sa(struct ike_peer *p, struct ike_sa *sa);
bool peer_want(struct ike_peer *p,
               struct ike_want *w); /* taken over; false (and freed, told) when there are too many */
/* Those flows that no SA is there or on its way for. */
void peer_fail_wants(struct ike_peer *p);
bool flow_same(const struct ipsec_policy *a, const struct ipsec_policy *b);
void peer_pair_installed(struct ike_peer *p, uint32_t id, const struct sa_pair_params *params, uint64_t began);
void peer_pair_enabled(struct ike *ike, uint32_t id);
void peer_pair_free(struct ike_pair *pair);
/* Its pairs installed until then go. */
void peer_lose_pairs(struct ike_peer *p, enum sa_gone why, uint64_t before);
/* INITIAL-CONTACT on `sa`: everything older with that peer goes. */
void peer_initial_contact(struct ike_sa *sa);
/* sa has become established: newer than the rest; wants, bad SPIs, DPD. */
void peer_sa_established(struct ike_sa *sa);
void peer_sa_settled(struct ike_sa *sa); /* what waited for it begins */

/* ---- recv.c ---- */
void recv_500(void *arg, const struct udp_from *from, const uint8_t *data, size_t len);
void recv_4500(void *arg, const struct udp_from *from, const uint8_t *data, size_t len);
void ike_transmit(struct ike_sa *sa, const uint8_t *msg, size_t len);
void ike_transmit_to(struct ike *ike, uint32_t local, uint32_t remote, uint16_t local_port, uint16_t peer_port,
                     const uint8_t *msg, size_t len);

/* ---- timers.c ---- */
void timers_sa_init(struct ike_sa *sa);
/* peer_sa_settled in a moment: AM3 has just left, and a peer of several threads may look at what follows it first. */
void timers_settle(struct ike_sa *sa);
void timers_next(struct ike_sa *sa); /* there is room for what waits: in the next turn */
void timers_sa_established(struct ike_sa *sa);
/* So many seconds before its end a successor is asked for. */
uint32_t timers_sa_soft_s(const struct ike_sa *sa);
void timers_sa_life(struct ike_sa *sa, uint32_t life_s); /* restart with a lifetime counted from establishment */
/* A newer SA, begun by us to replace it, is up: delete this one soon. */
void timers_sa_retire(struct ike_sa *sa);
void timers_half_open(struct ike_sa *sa);
void timers_retransmit(void *slot);
void timers_node_purge(void *node);
void timers_pair(void *pair);
void timers_pair_soft(struct ike_pair *pair);
void timers_dpd_update(struct ike_peer *p);
void timers_dpd(void *peer);
void timers_dpd_ack(struct ike_sa *sa, uint32_t seq);

/* ---- identity.c ---- */
/* May a peer that has said it is the host fqdn (its very bytes; none: it has named no host) use what names this crypto
 * identity ("": anybody)? */
bool identity_allowed(const struct ike *ike, const char *identity, struct bytes fqdn);
/* A complete profile of that name; NULL: none, or one without `match identity`. */
const struct ike_profile_conf *identity_profile_named(const struct ike *ike, const char *name);
/* The key shared with a peer, under the profile of sa (NULL: none is known yet). id: who it says it is; NULL: not said.
 * False: there is none. out may be NULL. */
bool identity_psk(struct ike *ike, const struct ike_sa *sa, uint32_t local, uint32_t peer, const struct id_body *id,
                  struct key *out);
/* Is there one for a peer that has said nothing yet? */
bool identity_has_psk(struct ike *ike, uint32_t local, uint32_t peer);
/* The peer has said who it is: sa's profile, and is everything in order with it? False: not with this peer. */
bool identity_take(struct ike_sa *sa, const struct id_body *id);
struct self_id {
    uint8_t type; /* ID_IPV4_ADDR, ID_FQDN, ID_USER_FQDN */
    uint32_t addr;
    char name[256];
};
void identity_self(const struct ike_sa *sa, struct self_id *out);
/* Do we begin in aggressive mode? */
bool identity_aggressive(const struct ike *ike, uint32_t peer, const char *profile);
struct ike_keepalive {
    uint16_t every, retry; /* seconds; every 0: off */
    bool periodic;
};
struct ike_keepalive identity_keepalive(const struct ike_sa *sa);

/* ---- recovery.c ---- */
struct ike_limits *recovery_new(struct ike *ike);
void recovery_free(struct ike_limits *l);
void recovery_flush(struct ike_sa *sa); /* established: the SPIs that waited */

/* ---- dh_job.c ---- */
void dh_job_begin(struct dh_job *j, struct ike *ike, unsigned group);
/* Sums: the public value, and with peer bytes the shared one too. */
void dh_job_run(struct dh_job *j, bool make_public, const uint8_t *peer, size_t peer_len,
                void (*then)(void *arg, bool ok), void *arg);
void dh_job_end(struct dh_job *j);

/* ---- engine.c ---- */
/* Begin phase 1 (or use what is there) for a flow. w is taken over. */
void ike_want_flow(struct ike *ike, struct ike_want *w);
/* A new phase 1 with a peer, as initiator, under a profile ("" none); NULL when it cannot begin (limits, no key, no
 * policy): then nothing is left of it, nor of a peer that nothing else holds. */
struct ike_sa *ike_begin(struct ike_peer *p, const char *profile);
void ike_delete_sa(struct ike_sa *sa, bool tell, const char *reason);

/* ---- ike_books.c ---- */
struct ike_books *ike_books_new(void);
void ike_books_free(struct ike_books *b); /* NULL-safe */
/* Established: of v1 and v2 one is NULL. */
void ike_books_up(struct ike *ike, struct ike_book *e, struct ike_sa *v1, struct v2_sa *v2);
/* It ends, and all of it can still be read; words: why. half_open: nobody has proved anything. */
void ike_books_end(struct ike *ike, struct ike_book *e, const char *words, bool half_open, uint32_t local,
                   uint32_t remote);
/* A message came for an SA that nobody has, and it was said. */
void ike_books_stray(struct ike *ike, uint32_t local, uint32_t remote);
/* A limit of ours refused an SA. */
void ike_books_full(struct ike *ike, uint32_t local, uint32_t remote);

/* ---- trace.c: debug lines and messages ---- */
enum trace_kind { TRACE_NORMAL, TRACE_PAK, TRACE_ERROR };
/* "ISAKMP: (1001):text" when `debug crypto isakmp` is on and the conditions let it pass. sa may be NULL: then peer (0
 * unknown) decides. */
void trace(struct ike *ike, const struct ike_sa *sa, uint32_t peer, enum trace_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
bool trace_on(const struct ike *ike, const struct ike_sa *sa, uint32_t peer);
#define TRACE(sa, ...)     trace((sa)->ike, (sa), (sa)->remote, TRACE_NORMAL, __VA_ARGS__)
#define TRACE_PAK(sa, ...) trace((sa)->ike, (sa), (sa)->remote, TRACE_PAK, __VA_ARGS__)
#define TRACE_ERR(sa, ...) trace((sa)->ike, (sa), (sa)->remote, TRACE_ERROR, __VA_ARGS__)
/* "IPSEC(where): ...", all of it given, under `debug crypto ipsec`; "crypto_engine: ..." under `debug crypto engine`. */
void trace_ipsec(const struct ike_sa *sa, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void trace_engine(const struct ike_sa *sa, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void trace_pair_gone(struct ike *ike, const struct sa_pair_info *pair);
void trace_sa_request(struct ike *ike, const struct ipsec_policy *want);
void trace_proposal(const struct ike_sa *sa, const struct ipsec_policy *p, const struct p2_choice *c);
const char *trace_transform(const struct ipsec_transform *t, char out[64]); /* "esp-aes 256 esp-sha-hmac " */
/* "12345(0xSPI)"-free packet words: "(I) MM_NO_STATE", QM_IDLE with six blanks behind. */
const char *trace_role_state(const struct ike_sa *sa, char out[40]);

enum ike_msg {
    IKE_MSG_ON,
    IKE_MSG_OFF,
    IKE_MSG_NO_SA,
    IKE_MSG_BAD,
    IKE_MSG_MODE_FAILURE,
    IKE_MSG_AUTH_FAIL,
    IKE_MSG_NOT_ENCRYPTED,
    IKE_MSG_NOT_OFFERED,
    IKE_MSG_NOT_AUTH,
    IKE_MSG_AG_DISABLED,
    IKE_MSG_NEG_ABORT,
    IKE_MSG_NO_PSK_POLICY,
};
/* Post one; peer and text as the message needs. Those that unauthenticated packets can cause are limited per peer and
 * in all. */
bool ike_msg(struct ike *ike, enum ike_msg what, uint32_t peer, const char *text);
/* Call admission refused a request from one address to another. False: too many messages, this one was not said. */
bool ike_msg_denied(struct ike *ike, bool incoming, uint32_t from, uint32_t to, const char *why);
void ike_msg_session(struct ike *ike, bool up, uint32_t peer, uint16_t port, const char *id);
#endif
