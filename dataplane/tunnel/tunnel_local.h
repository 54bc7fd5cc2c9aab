/* tunnel_local.h: tunnels as they run. For dataplane/tunnel alone. */
#ifndef DATAPLANE_TUNNEL_TUNNEL_LOCAL_H
#define DATAPLANE_TUNNEL_TUNNEL_LOCAL_H

#include "dataplane/ipsec/protect.h"
#include "dataplane/net/icmp.h"
#include "dataplane/net/iface.h"
#include "dataplane/stage.h"
#include "dataplane/tunnel/gre.h"
#include "dataplane/tunnel/tunnel.h"
#include "espial/loop.h"
#include "espial/rand.h"
#include "espial/table.h"

#define TUNNEL_DEPTH        4 /* tunnels within tunnels that one packet may enter */
#define TUNNEL_RECURSION_US (60 * US_PER_S)
#define IPV4_HEADER         20u

struct tunnel_ends { /* keys of tables: no holes */
    uint32_t local, remote;
};
struct tunnel_key {
    struct tunnel_ends ends;
    uint32_t key, has_key;
};

/* One interface TunnelN; iface.tunnel. */
struct tunnel {
    struct tunnels *ts;
    struct iface *ifc;
    enum tunnel_line line;
    struct tunnel_key at; /* as it stands in the tables, when known */
    bool known;           /* GRE: in the tables */
    uint32_t local, remote;
    uint32_t transport_mtu;
    uint16_t ip_id; /* of outer headers */

    uint32_t seq_out, seq_in; /* RFC 2890 */
    bool seq_heard;

    struct timer recursion; /* pending: the route led through itself a while ago */

    struct timer keepalive; /* the next one goes */
    unsigned missed;
    bool silent; /* as many of them unanswered as allowed */

    uint32_t path_mtu; /* learnt (pmtu.c); 0 none */
    struct timer path_age;

    struct ipsec_protect_state sa; /* as it was last looked at; all 0: not protected */
    struct timer start;            /* IKE is asked then */
    unsigned tries;                /* since there were steady SAs */
    uint32_t cleared;              /* of its state, when last looked at */
    uint64_t sa_since;             /* loop time, us; 0: there are none */
};
struct tunnels {
    struct tunnel_env env;
    struct net_watch watch;
    struct deferred sync;
    struct table *by_key;  /* struct tunnel_key -> struct tunnel */
    struct table *by_ends; /* struct tunnel_ends -> one of those with them */
    struct icmp_listener icmp;
    bool debug_keepalive;
};

static inline const struct tunnel_conf *tunnel_conf(const struct tunnel *t)
{
    return &t->ifc->conf->tunnel;
}

/* tunnel.c */
void tunnel_dirty(struct tunnels *ts); /* look at all of them again at the end of the turn */
/* Bytes that it puts in front of a packet, its outer IPv4 header among them. */
uint32_t tunnel_overhead(const struct tunnel *t);
struct tunnel *tunnel_find(struct tunnels *ts, const struct tunnel_key *k);
/* Send p (l3 at its outer IPv4 header) on its way. */
void tunnel_send(struct tunnel *t, struct graph *g, struct packet *p);

/* wrap.c */
stage_fn gre_in_stage, tunnel_in_stage, tunnel_out_stage;
/* Put GRE of this protocol and an outer IPv4 header in front of p. False: no room. */
bool tunnel_wrap(struct tunnel *t, struct packet *p, uint16_t proto, uint8_t tos, bool df);

/* keepalive.c */
void keepalive_init(struct tunnel *t);
void keepalive_fini(struct tunnel *t);
/* Its configuration, or what its line protocol stands on, is another one now: begin, go on, or stop. */
void keepalive_update(struct tunnel *t, bool reachable);
void keepalive_heard(struct tunnel *t, const uint8_t *ip); /* an answer came back: this packet */
/* Is this packet, taken out of t, the other end's keepalive? Its way leads back then. */
bool keepalive_asked(const struct tunnel *t, const uint8_t *ip, uint32_t len);

/* protect.c */
void protect_start(struct tunnel *t);
void protect_stop(struct tunnel *t);
/* Make ipsec protect it as asked. known: both ends are; reachable: packets would leave by out. Afterwards t->sa tells. */
void protect_look(struct tunnel *t, bool known, bool reachable, const struct iface *out);
static inline bool tunnel_protected(const struct tunnel *t)
{
    return tunnel_conf(t)->profile[0];
}

/* pmtu.c */
void tpmtu_init(struct tunnels *ts);
void tpmtu_fini(struct tunnels *ts);
void tpmtu_start(struct tunnel *t);
void tpmtu_stop(struct tunnel *t);
void tpmtu_forget(struct tunnel *t);
#endif
