/* ipsec_local.h: IPsec as it runs: pairs of SAs, flows, interfaces with a crypto map. For dataplane/ipsec alone. */
#ifndef DATAPLANE_IPSEC_IPSEC_LOCAL_H
#define DATAPLANE_IPSEC_IPSEC_LOCAL_H

#include "dataplane/fault/fault.h"
#include "dataplane/ipsec/dummy.h"
#include "dataplane/ipsec/flowmib.h"
#include "dataplane/ipsec/ipsec.h"
#include "dataplane/ipsec/ipsec_conf.h"
#include "dataplane/ipsec/ipsec_limits.h"
#include "dataplane/ipsec/ipsec_show.h"
#include "dataplane/ipsec/manual.h"
#include "dataplane/ipsec/owner.h"
#include "dataplane/ipsec/protect.h"
#include "dataplane/ipsec/replay.h"
#include "dataplane/ipsec/report.h"
#include "dataplane/ipsec/spi.h"
#include "dataplane/ipsec/spd.h"
#include "dataplane/net/acl.h"
#include "dataplane/net/icmp.h"
#include "dataplane/net/iface.h"
#include "dataplane/stage.h"
#include "espial/bus.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/table.h"

enum { DIR_IN, DIR_OUT };

struct ipsec_peer { /* exists while a pair with it does */
    uint32_t addr;
    unsigned pairs;
    bool by_hand; /* with keys typed by hand: of the other table */
    struct sa_pair *first, **end; /* in the order in which they were installed (of_peer) */
};

struct sa_half {
    union {
        struct seal *seal; /* ESP */
        struct mac *mac;   /* AH */
    };
    uint64_t packets, bytes; /* bytes: of the packets inside */
    uint32_t spi;
    uint32_t gen; /* what is kept of the policy for this way is of that generation: out: df; in: bare */
};

/* What a pair of AH over ESP has for its AH (over.c). The numbers it sends are those of its ESP. */
struct sa_over {
    struct mac *in, *out;
    uint32_t spi_in, spi_out;
    uint32_t handle; /* of the reserved SPI */
    uint8_t icv_len;
    struct replay replay;
};

/* A pair of SAs, or two of AH over ESP, which live as one:
 *
 *   (install) -> inbound works -> (enable) -> outbound works; its flow sends with it
 *                     |                            |  a newer pair is enabled: sends no more, still receives
 *                     +--------- (delete, hard lifetime) ---------> dead -> freed at the end of the turn
 *
 * What a packet touches stands first, on two lines of the cache each way: one in common, one for the way. */
struct sa_pair {
    struct ipsec_flow *flow; /* NULL: dead */
    struct ipsec_owner *owner;
    uint64_t used_at;
    bool dead, tunnel, ecn, ah, gcm, esn, udp_encap; /* ah: its packets begin with AH */
    uint8_t icv_len, iv_len, block;
    uint8_t head_len; /* bytes of all that goes in front of the payload after an IPv4 header, UDP included */
    bool bare; /* of what comes out, nothing but the selectors is asked: no tunnel, no access group */
    uint32_t limit_kb; /* before that nothing happens to it, either way (pair_limit) */
    struct selector local_sel, remote_sel;

    _Alignas(64) struct sa_half out;
    uint64_t seq_out;          /* last sent */
    uint32_t local, remote;    /* crypto endpoints */
    uint16_t local_port, peer_port;
    uint16_t ip_id;            /* of outer headers */
    uint8_t df;                /* enum df_policy */
    uint16_t plain_mtu, plain_mtu_for; /* for that path MTU; 0 where that does not fit */

    _Alignas(64) struct sa_half in;
    struct replay replay; /* of a window of 64, all is on the line of `in` */

    bool enabled, initiator, soft_told, soft_queued;
    bool manual; /* manual.c: its numbers go round (RFC 4303 section 3.3.3) */
    uint32_t size; /* with its seals, which follow it */
    struct sa_over *over; /* NULL: one protocol alone */
    uint64_t soft_bytes, hard_bytes; /* UINT64_MAX: no limit */
    struct ipsec *ips;
    struct sa_pair *older, *newer; /* of the flow */
    uint32_t id;
    struct ipsec_policy policy; /* transforms[0]: the agreed one */
    unsigned pfs_group;
    uint32_t handle;                   /* of the reserved SPI it was made with; 0 none */
    uint64_t installed_at;
    struct timer soft, hard, idle, turn;
    uint64_t turn_at; /* loop time, us: it is sent with then at the latest (turn.c) */
    struct sa_pair *next_soft, *next_dead;
    struct ipsec_peer *peer;
    struct sa_pair *next_of_peer, **prev_of_peer;
    uint64_t cleared_in, cleared_out; /* packets, when the counters of its flow were cleared */
};
_Static_assert(offsetof(struct sa_pair, out) == 64 && offsetof(struct sa_pair, in) == 128 &&
                   offsetof(struct sa_pair, replay.seen) + 2 * sizeof(uint64_t) == 192,
               "lines of the processor's cache");

struct flow_tunnel { /* a flow with SAs, for the flow monitor MIB (flowmib.c) */
    uint32_t index;        /* 0: has none */
    uint32_t ike;          /* the IKE tunnel of the newest pair */
    uint64_t began;        /* loop time, us */
    uint32_t refreshes, expired;
    uint64_t in_octets, out_octets; /* of pairs that are gone */
    struct flow_count base;         /* the flow's, when it began */
};

struct rri_conf { /* compared whole: no holes */
    bool on, fixed, gateway;
    uint8_t distance;
    uint32_t via, hop, tag; /* remote-peer; gateway: in place of the peer; 0: none */
};
/* One identity: (interface, map entry, permit line), or what a peer negotiated below that line. What a packet asks first
 * is on one line of the cache. */
struct ipsec_flow {
    _Alignas(64) struct sa_pair *out; /* sends; NULL none */
    struct map_entry *entry;
    struct iface *tunnel; /* protected by it; NULL: of a crypto map */
    uint32_t path_mtu;    /* learnt (pmtu.c); 0: that of the interface */
    bool vti;             /* the tunnel has all that comes out */
    struct flow_count n; /* what went well by pairs that it has still stands with them: flow_counts */

    uint64_t path_until; /* loop time, us: of path_mtu */
    uint32_t id;
    uint32_t number; /* of those below dynamic entries, from 0 */
    uint32_t peer;            /* of a dynamic entry: the one that negotiated it; 0: the entry's */
    struct flow_group
        *group; /* that it belongs to: made by a negotiation, gone with its last pair; NULL: a line's own */
    struct ipsec_flow *wide;  /* it is narrow: made for less than the line of this flow; NULL: no */
    struct flow_group *below; /* the narrow ones of this line; NULL none */
    struct ipsec_flow *next_below, **prev_below, *next_same;
    struct route_extra *rri[RRI_ROUTES]; /* rri.c */
    uint32_t rri_peer;                   /* what they are made for; 0: there are none */
    struct rri_conf rri_made;            /* ... and as that said */
    struct selector local_sel, remote_sel;
    struct sa_pair *pairs;       /* newest first */
    struct ipsec_transform last; /* of the newest pair that ever was; proto 0: none was */
    bool last_udp;
    struct flow_tunnel mib;
    uint64_t up_since;
    bool acquiring, acquire_queued, kept;
    unsigned asked; /* peers, since a packet wanted SAs */
    uint64_t asked_at; /* when they were asked for, + 1; 0: something came of it */
    uint8_t manual[32];       /* of an entry keyed by hand: what its pair was made of (manual.c) */
    struct timer dummy;       /* dummy.c */
    uint32_t dummy_us;        /* from one to the next; 0: none */
    uint64_t dummy_at;        /* loop time, us: when the next is due */
    struct ipsec_first first; /* the packet that asked last */
    uint64_t beside_at;       /* the answer to it was for others, + 1; 0: it was not */
    struct ipsec_flow *next_acquire;
};

/* Flows that negotiations made below one line or one dynamic entry, found by the prefix of their remote side. */
struct flow_group {
    struct ipsec_flow *first;
    unsigned n;
    uint64_t lens;             /* bit n: by_len[n] has flows */
    struct table *by_len[33];  /* prefix -> the one used last, the others behind it (next_same) */
};

/* One line of a compiled entry. */
struct spd_rule {
    struct acl_rule rule;
    uint64_t *hits; /* of that line in its list: valid until the list changes, which compiles the policy anew */
    struct ipsec_flow *flow; /* NULL: deny, look at the next entry; or a line of a dynamic entry */
    bool shared;             /* it is the flow of a line before, which says the same to a peer */
};
struct map_entry { /* of one interface */
    struct map_if *mi;
    char map[IPSEC_NAME_MAX];
    uint32_t seq;
    char acl[IPSEC_NAME_MAX];
    bool dynamic; /* an entry of a dynamic map, that stands at seq */
    const struct session_key_conf *keys; /* of an entry keyed by hand, as configured; NULL: IKE's */
    uint32_t spi_esp, spi_ah;            /* ... inbound; 0 none */
    uint16_t dyn_seq;
    uint32_t order; /* of all, in the order in which they are asked */
    uint32_t *peers;
    const char **names; /* of peers that are resolved before each negotiation; NULL: none */
    unsigned npeers, peer_now, peer_dflt; /* peer_dflt: npeers: none */
    struct acl *inside_in,
        *inside_out;          /* ip access-group: valid until a list changes; NULL: none, or none of its name */
    struct flow_group *below; /* dynamic: what was negotiated; NULL none */
    uint8_t df;               /* 0: the interface's; else 1 + enum df_policy */
    uint32_t dummy_us;        /* from one dummy packet to the next; 0: none */
    bool idle_dflt;           /* after idle SAs the default peer is current again */
    uint32_t cleared;         /* pairs that went at a word of this end */
    struct rri_conf rri;
    struct spd_rule *rules;
    size_t nrules;
    struct ipsec_policy tmpl; /* all but peer and selectors */
};
struct protect_head { /* of a protected tunnel (protect.c); iface.head */
    struct iface *ifc;
    struct ipsec_protect want;
    uint64_t hits;
    bool taken;                        /* another has these ends, and not in common with this one */
    bool ready, filtered, was_up;      /* as last counted */
    bool no_profile, no_room;
    uint32_t path;                     /* its path MTU, as last counted; 0 none yet */
    struct map_if *mi;                 /* while the policy is compiled: made already */
    struct protect_head *next, **prev; /* in the order in which they got their ends */
};
struct map_if { /* an interface with a crypto map; iface.crypto */
    struct iface *ifc;
    char map[IPSEC_NAME_MAX];
    char ifname[IFNAME_MAX];
    uint32_t local;
    struct map_entry **entries; /* complete ones, by number */
    size_t nentries;
    struct map_if *owner; /* the interface whose entries these are: the same map from the same address; NULL: its own */
    struct protect_head *head; /* a protected tunnel; NULL: a crypto map */
    struct map_if *next;
};

/* An address that entries name as a peer. */
struct named_peer {
    uint32_t addr;
    struct peer_place {
        struct map_entry *entry;
        struct peer_place *next;
    } *first, **end; /* in the order in which entries are asked */
};

/* What it sends over: the greatest packet of the interface, or of the one that a tunnel leaves by. */
static inline uint32_t mi_mtu(const struct map_if *mi)
{
    return mi->head ? mi->head->want.path_mtu : mi->ifc->mtu;
}
/* What was asked of the entry, or else of the interface, or else of the router. */
static inline uint8_t entry_df(const struct ipsec_conf *c, const struct map_entry *e)
{
    uint8_t df = e->df ? e->df : e->mi->ifc->conf->ipsec_df;
    return df ? (uint8_t)(df - 1) : c->df;
}
static inline bool mi_frag_after(const struct ipsec_conf *c, const struct map_if *mi)
{
    return mi->ifc->conf->ipsec_frag ? mi->ifc->conf->ipsec_frag == 2 : c->frag_after;
}

struct cache_line {
    struct flow key;
    uint32_t gen; /* 0: empty */
    struct map_if *mi;
    struct ipsec_flow *flow; /* NULL: not to be protected */
    uint64_t *hits[SPD_HITS]; /* counters of the lines that the packet fitted on its way; NULL-ended where shorter */
    uint8_t way;
    bool drop; /* without a flow: nor to go */
};
_Static_assert(sizeof(struct cache_line) == 64, "a line of the processor's cache");

struct spi_key { /* a key of tables: no holes */
    uint32_t addr, spi, proto;
};
struct transient {
    struct spi_key key;
    uint64_t since;
    uint32_t handle; /* for shows; the pair has it later */
};

struct ipsec {
    struct ipsec_env env;
    struct ipsec_conf conf;
    struct ipsec_up up;
    struct ipsec_debug debug;
    bool (*debug_pass)(void *arg, const struct debug_about *about, enum debug_side side);
    void *debug_arg;
    struct net_watch watch;

    /* Policy. */
    struct map_if *ifs;
    struct table *named; /* address -> struct named_peer */
    struct pool *named_pool;
    struct map_entry **dynamics; /* entries of dynamic maps, in the order in which they are asked */
    size_t ndynamics;
    bool dummies; /* some entry has, or had, dummy packets sent */
    bool names; /* some peer is resolved before each negotiation */
    uint32_t gen; /* of the compiled policy, for the cache; never 0 */
    bool dirty, rebuilding, map_changed;
    struct deferred rebuild;
    uint32_t flow_ids, dynamic_numbers;
    unsigned nflows;
    struct table *flows;       /* id -> struct ipsec_flow */
    struct ipsec_flow **shown; /* all flows in show order, made when asked for; see flow_at */
    bool shown_stale;
    struct cache_line *cache; /* each on one line of the processor's */
    uint32_t cache_lines, cache_used, cache_gen; /* used: of that generation */
    bool cache_pushed; /* an answer had to go for another one */

    /* Protected tunnels. */
    struct protect_head *heads, **heads_end;
    struct ipsec_sockets sockets;
    void (*protect_fn)(void *arg);
    void *protect_arg;

    /* SAs. */
    struct store *store; /* pairs with their keys, and flows */
    struct spi_index in;
    struct table *by_id, *transient;
    struct table *peers, *hand_peers; /* of pairs that IKE negotiated, and of those keyed by hand */
    struct table *owners;             /* number -> struct ipsec_owner */
    struct deferred manual;
    unsigned nmanual; /* entries keyed by hand */
    bool manual_waits; /* one of them could not have its pair yet */
    struct late *late; /* late.c */
    unsigned nlate;
    uint32_t pair_ids, spi_handles;
    unsigned overs; /* pairs of AH over ESP */
    struct sa_pair *spent; /* used up by what is just being sent: only within esp_out.c */
    struct icmp_listener pmtu;
    uint64_t pmtu_since;
    unsigned pmtu_looks;

    /* Reports for the end of the turn. */
    struct deferred report;
    struct ipsec_flow *acquire_head, **acquire_tail;
    struct sa_pair *soft_head, **soft_tail;
    struct sa_pair *dead_head;
    struct ipsec_owner *sends_head;
    struct stray strays[STRAYS_MAX];
    unsigned nstrays;
    struct {
        uint32_t id;
        uint16_t port;
    } moves[MOVES_MAX]; /* pairs whose peer has another port */
    unsigned nmoves;
    struct misfit misfits[MISFITS_MAX]; /* packets that do not fit their pair's selectors */
    unsigned nmisfits;

    struct crypto *crypto;
    struct rnd *ivs; /* NULL: the environment has them */
    uint8_t chance[4096]; /* for IVs, drawn at once */
    size_t chance_left;
    engine_rows_fn *rows;
    void *rows_arg;
    struct ipsec_totals totals;
    uint64_t born; /* loop time (us) of the router's start */
    struct flowmib *mib;
    struct evtrace *events;
};

/* sa.c */
bool transform_valid(const struct ipsec_transform *t);
size_t hmac_icv(enum hash_alg a); /* bytes of it that go with a packet */
size_t transform_icv(const struct ipsec_transform *t);
size_t transform_cipher_key(const struct ipsec_transform *t); /* bytes, without the GCM salt */
/* The memory of a pair, with its keys: its seals follow it in one piece. */
struct sa_pair *pair_take(struct ipsec *ips, const struct sa_pair_params *p);
void pair_give(struct ipsec *ips, struct sa_pair *sa); /* wiped */
void ipsec_iv(struct ipsec *ips, uint8_t *iv, size_t len);
const struct transform_set_conf *ipsec_default_set(void);

/* over.c */
bool over_valid(struct ipsec *ips, const struct sa_pair_params *p); /* with one protocol alone: true */
void over_add(struct sa_pair *sa, const struct sa_pair_params *p);  /* AH over the ESP of a new pair */
void over_free(struct sa_pair *sa);
void over_program(struct sa_pair *sa, bool on); /* packets find its AH, or no more */
void over_forget(struct sa_pair *sa);           /* its SPI is reserved no more */
/* One SA as it is named: inbound, outbound; of AH over ESP those of AH first. */
struct sa_half_name {
    const struct sa_pair *sa;
    struct ipsec_transform transform; /* one protocol */
    uint32_t spi, number;             /* conn id 2000 + number */
    bool in;
};
bool pair_half(const struct sa_pair *sa, unsigned i, struct sa_half_name *out); /* false: it has not so many */

/* late.c */
/* False: not kept waiting (no delay, or too many wait): do it now. */
bool late_add(struct ipsec *ips, uint32_t pair, uint64_t after_us);
void late_fini(struct ipsec *ips);

/* manual.c: pairs keyed by hand */
void manual_init(struct ipsec *ips);
void manual_fini(struct ipsec *ips);
void manual_template(struct ipsec_policy *t); /* what its entry has of IKE's goes */
/* Install what entries ask for and is not there, delete what they do not ask for any more. The policy is compiled. */
void manual_sync(struct ipsec *ips);
void manual_gone(struct ipsec *ips,
                 bool by_hand); /* a pair, or a reserved SPI, went: at the end of the turn, the same */
bool manual_has_spi(const struct ipsec *ips, uint32_t local, uint8_t proto,
                    uint32_t spi); /* an entry has it, inbound */

/* By the peer: pairs that IKE negotiated, or those keyed by hand. */
static inline struct table *peers_of(const struct ipsec *ips, bool by_hand)
{
    return by_hand ? ips->hand_peers : ips->peers;
}

/* sad.c */
void pair_program(struct sa_pair *sa); /* its inbound SPI is known to packets from now on */
bool pair_programmed(const struct sa_pair *sa);
/* What is left of its lifetimes when its successor is asked for; kilobytes 0 when they do not count. */
void pair_thresholds(const struct sa_pair *sa, uint32_t *seconds, uint32_t *kilobytes);
void pair_enable(struct sa_pair *sa);  /* its flow sends with it from now on */
void turn_init(struct sa_pair *sa);    /* a new pair's; turn.c */
void sad_init(struct ipsec *ips);
void sad_fini(struct ipsec *ips);
void sad_bury(struct ipsec *ips); /* free the dead */
#define SPI_FF 0xFF000000u /* where CSCvp16730 begins */
static inline struct sa_pair *sad_lookup(const struct ipsec *ips, uint32_t dst, uint8_t proto, uint32_t spi)
{
    if (spi >= SPI_FF && fault_on(ips->env.faults, FAULT_SPI_FF))
        return NULL;
    return spi_find(&ips->in, dst, proto, spi);
}
bool sad_is_transient(const struct ipsec *ips, uint32_t dst, uint8_t proto, uint32_t spi);
void pair_delete(struct sa_pair *sa, enum sa_gone why, bool tell);
/* By its outbound SPI, however it was keyed; 0: none. */
uint32_t pair_find_out(struct ipsec *ips, uint32_t peer, uint8_t proto, uint32_t spi);
void pair_limit(struct sa_pair *sa); /* soft_told, or a limit, changed */
void pair_soft(struct sa_pair *sa);  /* a soft limit was passed: told at the end of the turn */
void pair_info(const struct sa_pair *sa, struct sa_pair_info *out);
uint32_t pair_plain_mtu(struct sa_pair *sa, uint32_t path_mtu);
void pair_used(struct sa_pair *sa, const struct sa_half *h); /* so much that a limit in kilobytes is met */
void pair_spent(struct ipsec *ips); /* those that sending has used up end, now that what they sealed is on its way */
/* So many packets of `bytes` (inside) went through: counts, and the limits in kilobytes, at which an SA ends. (The
 * router's totals are for those who send or receive many to add.) */
static inline void pair_count(struct sa_pair *sa, int dir, uint32_t packets, uint64_t bytes, uint64_t now)
{
    struct sa_half *h = dir == DIR_IN ? &sa->in : &sa->out;
    h->packets += packets;
    h->bytes += bytes;
    sa->used_at = now;
    if (dir == DIR_IN) {
        sa->owner->last_in = now;
    } else {
        sa->owner->last_out = now;
        if (sa->owner->watched)
            owner_sends(sa->ips, sa->owner, sa->policy.local, sa->policy.peer);
    }
    if (h->bytes >> 10 >= sa->limit_kb)
        pair_used(sa, h);
}
/* Would so many more bytes meet no limit? Then packets can be counted together. */
static inline bool pair_has_room(const struct sa_pair *sa, int dir, uint64_t bytes)
{
    uint64_t after = (dir == DIR_IN ? sa->in.bytes : sa->out.bytes) + bytes;
    return after >> 10 < sa->limit_kb;
}

/* cryptomap.c */
void map_init(struct ipsec *ips);
void map_fini(struct ipsec *ips);
void map_dirty(struct ipsec *ips);
void map_sync(struct ipsec *ips);                     /* recompile when something changed */
void map_unset(struct ipsec *ips, struct iface *ifc); /* the interface goes */
void policy_changed(struct ipsec *ips);               /* what is cached of it is stale */
struct map_entry *entry_find(const struct map_if *mi, const char *map, uint32_t seq, uint16_t dyn_seq);
/* What its SAs shall be like: all but peer and selectors. */
void entry_template(struct ipsec *ips, const struct sa_conf *sa, struct map_entry *e);
/* The lines of its access list (e->acl), with a flow for each that permits: that of old where it had the line. */
void entry_rules(struct ipsec *ips, struct map_entry *e, struct map_entry *old);
/* The flow of a line: the one that it had before, with everything in it (the search begins at *at), or a new one. NULL: there
 * are FLOWS_MAX. */
struct ipsec_flow *entry_flow(struct ipsec *ips, struct map_entry *old, const struct acl_rule *r, size_t *at);
void entry_add_rule(struct map_entry *e, const struct spd_rule *rule); /* there is room; its flow belongs to e from now on */
/* Peers by name before a negotiation: a changed address compiles the policy anew. */
void map_names(struct ipsec *ips);

/* protect.c */
void protect_begin(struct ipsec *ips);                                /* the policy is about to be compiled */
struct map_if *protect_compile(struct ipsec *ips, struct iface *ifc); /* NULL: not protected */
/* A negotiation for it failed. */
void protect_failed(struct ipsec *ips, const struct ipsec_flow *f);
void protect_changed(struct ipsec *ips, const struct ipsec_flow *f); /* its SAs, or what is known of its path */
void protect_init(struct ipsec *ips);
void protect_fini(struct ipsec *ips);

/* flow.c */
/* What a line is to a peer: a range of ports is any port. */
void flow_selectors(const struct acl_rule *r, struct selector *local, struct selector *remote);
struct ipsec_flow *flow_new(struct ipsec *ips, const struct acl_rule *r);
void flow_free(struct ipsec *ips, struct ipsec_flow *f); /* without SAs; and what is below it */
struct flow_count flow_counts(const struct ipsec_flow *f);
void flow_part(struct ipsec_flow *f, const struct sa_pair *sa); /* a pair of it goes: its counts stay */
void flow_clear(struct ipsec_flow *f);                          /* its counters */
/* Its pairs and those below it, but those with peers of `still`. */
void flow_delete_pairs(struct ipsec_flow *f, const struct map_entry *still);
/* Those of a dynamic entry that it does not allow (any more; NULL: none). */
void group_delete_pairs(struct flow_group *g, const struct map_entry *still);
void group_free(struct flow_group *g); /* empty */
/* The flow for a packet (sends: that sends already); the most exact remote prefix first. NULL: none. */
struct ipsec_flow *group_fit(const struct flow_group *g, const struct flow *key, bool sends);
void group_front(struct ipsec_flow *f); /* of flows alike it is the one in use */
/* Of one entry: the flow of the line that is, or else contains, these selectors. */
struct ipsec_flow *entry_line(const struct map_entry *e, const struct selector *local, const struct selector *remote,
                              bool *exact);
bool entry_takes_peer(const struct map_entry *e, uint32_t peer); /* NULL: takes none */
/* Does a dynamic entry let this peer have these selectors? */
bool entry_allows(const struct map_entry *e, uint32_t peer, const struct selector *local,
                  const struct selector *remote);
void entry_policy(const struct map_entry *e, uint32_t peer, const struct selector *local,
                  const struct selector *remote, struct ipsec_policy *out);
uint32_t flow_peer(const struct ipsec_flow *f); /* the next to be tried; 0 none */
struct ipsec_flow *flow_for(struct ipsec *ips, const struct ipsec_policy *p, bool make);
/* The line of a static entry that these selectors, which may be those of two hosts, are asked for by; NULL: none. */
struct ipsec_flow *flow_line(struct ipsec *ips, const struct ipsec_policy *p);
void flow_policy(const struct ipsec_flow *f, struct ipsec_policy *out);
void flow_emptied(struct ipsec *ips, struct ipsec_flow *f); /* frees what lives no longer than its pairs */
bool selector_fits(const struct selector *local, const struct selector *remote, const struct flow *f, bool inward);
static inline bool selector_any(const struct selector *s) /* of any protocol and port */
{
    return !s->proto && !s->port;
}
bool selector_within(const struct selector *in, const struct selector *outer);
bool selector_equal(const struct selector *a, const struct selector *b);

/* rri.c */
void rri_of(const struct sa_conf *sa, struct rri_conf *r);      /* what was asked */
void rri_update(struct ipsec *ips, struct ipsec_flow *f); /* its SAs, peer or entry may have changed */
void rri_entry(struct ipsec *ips, const struct map_entry *e); /* the same, of all flows of an entry */
void rri_flow_gone(struct ipsec *ips, struct ipsec_flow *f);

/* policy.c */
void policy_index(struct ipsec *ips); /* after compiling: who is named where */
void policy_fini(struct ipsec *ips);
bool map_peer_configured(struct ipsec *ips, uint32_t peer);
void peer_failed(struct ipsec *ips, struct map_entry *e, uint32_t addr); /* if it is the current one, the next is */
/* A pair goes. Its peer is lost: the default peer is the next one, or else whoever follows. It was the last of its flow:
 * the default is current again, after idleness only where that is asked for. */
void peer_gone(struct ipsec *ips, const struct sa_pair *sa, enum sa_gone why);

/* spd.c */
void spd_cache_init(struct ipsec *ips);
enum { WAY_OUT, WAY_IN };
/* What is to be done with this packet on this interface, WAY_IN: seen from the other side: the flow that protects it, or
 * drop, or neither. WAY_OUT counts at the lines that decided. Good until the next call. */
const struct cache_line *spd_lookup(struct ipsec *ips, struct map_if *mi, const struct flow *f, uint8_t way);
/* key: the packet that wants it; NULL: as last time. */
void spd_acquire(struct ipsec *ips, struct ipsec_flow *f, const struct flow *key);
stage_fn crypto_out_stage, crypto_check_stage, esp_out_stage, esp_in_stage;

/* pmtu.c */
void pmtu_init(struct ipsec *ips);
void pmtu_fini(struct ipsec *ips);
static inline uint32_t flow_path_mtu(const struct ipsec_flow *f, uint32_t ifmtu, struct loop *loop)
{
    return f->path_mtu && f->path_mtu < ifmtu && loop_now(loop) < f->path_until ? f->path_mtu : ifmtu;
}

/* The padding of ESP: 1 2 3 ... (RFC 4303 section 2.4). Up to 16 bytes of it are written, or looked at, at once: there
 * are as many behind the place (the trailer's room), or before its end (IV, sequence number, SPI). */
#define PAD_AT_ONCE 16
extern const uint8_t esp_padding[3 * PAD_AT_ONCE];
static inline void esp_pad(uint8_t *at, uint32_t pad)
{
    memcpy(at, esp_padding + PAD_AT_ONCE, PAD_AT_ONCE);
    for (uint32_t i = PAD_AT_ONCE; i < pad; i++)
        at[i] = (uint8_t)(i + 1);
}

/* ah.c. p->l3 at the outer IPv4 header; high: the upper half of an extended sequence number. The AH is the pair's own,
 * or that over its ESP. */
#define AH_FIXED 12u /* bytes before its integrity value */
bool ah_seal(struct sa_pair *sa, uint8_t *ip, uint32_t len, uint32_t ah_at, uint32_t high);
bool ah_fits(struct sa_pair *sa, const uint8_t *ip, uint32_t len, uint32_t ah_at, uint32_t high);
static inline uint8_t ah_icv(const struct sa_pair *sa)
{
    return sa->over ? sa->over->icv_len : sa->icv_len;
}
/* natt.c */
void natt_write(const struct sa_pair *sa, uint8_t *udp, uint32_t len);
void natt_follow(struct sa_pair *sa, uint16_t port); /* an authentic packet came from there */
void natt_mend(struct packet *p, uint8_t proto);     /* transport mode through a NAT: the inner checksum */

/* flowmib.c */
struct flowmib *flowmib_new(void);
void flowmib_free(struct flowmib *m);
void flowmib_made(struct sa_pair *sa);                   /* it belongs to its flow now */
void flowmib_gone(struct sa_pair *sa, enum sa_gone why); /* it still does */
void flowmib_cleared(struct ipsec *ips, struct ipsec_flow *f); /* before its counters become 0 */
void flowmib_flow_gone(struct ipsec *ips, struct ipsec_flow *f);
/* Of a packet of this SA; one a minute for an SA and reason. */
void flowmib_fail_packet(const struct sa_pair *sa, enum flowmib_reason why, bool in);

/* events.c: what the event traces keep */
void event_request(struct ipsec *ips, const struct ipsec_policy *want);
void event_create(const struct sa_pair *sa);
void event_outbound(const struct sa_pair *sa);
void event_delete(const struct sa_pair *sa, enum sa_gone why);
void event_refused(struct ipsec *ips, const struct sa_pair_params *p);
#endif
