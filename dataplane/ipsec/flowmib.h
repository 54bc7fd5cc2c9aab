/* flowmib.h: IPsec as CISCO-IPSEC-FLOW-MONITOR-MIB counts it: global totals that no clear touches, a tunnel for each
 * flow while it has SAs, tunnels that are past, and failures. Read by `show crypto mib ipsec flowmib` and by the MIB.
 * Flat; cursors from 0, false at the end, good for a walk within one turn. */
#ifndef DATAPLANE_IPSEC_FLOWMIB_H
#define DATAPLANE_IPSEC_FLOWMIB_H

#include "dataplane/ipsec/ipsec.h"

#define FLOWMIB_HISTORY_MIN 2
#define FLOWMIB_HISTORY_MAX 200
/* Of a ring of so many entries, numbered from 1, of which `ever` came and the newest `keep` count: the place of the one of the
 * least number that is `from` or more; false: there is none. */
static inline bool flowmib_place(uint32_t ever, uint32_t keep, uint32_t from, uint32_t *at)
{
    uint32_t oldest = ever > keep ? ever - keep + 1 : 1;

    if (from < oldest)
        from = oldest;
    *at = (from - 1) % FLOWMIB_HISTORY_MAX;
    return from <= ever;
}
struct flowmib_conf { /* crypto mib ipsec flowmib history {tunnel|failure} size: 200 */
    uint16_t tunnels, failures;
};
void flowmib_conf_init(void *conf);
struct flowmib_conf *flowmib_conf(struct ipsec *ips);

/* One direction. Octets are those of the packets inside. */
struct flowmib_way {
    uint64_t octets, packets, drops, auths, auth_failures, crypts, crypt_failures;
};
struct flowmib_global {
    unsigned active, past;
    struct flowmib_way in, out;
    uint64_t in_replays, no_sa, protocol_failures, capacity_failures;
};
void flowmib_global(struct ipsec *ips, struct flowmib_global *out);

struct flowmib_tunnel {
    uint32_t index; /* from 1, never used again */
    uint32_t flow;  /* ipsec_flow_info.id */
    uint32_t local, peer;
    bool ikev2; /* negotiated by IKEv2 */
    bool manual; /* ... by nobody: keyed by hand */
    struct selector local_sel, remote_sel;
    struct ipsec_transform transform; /* of its newest pair */
    unsigned pfs_group;
    uint32_t life_s, life_kb;
    uint32_t soft_s, soft_kb; /* left of them when the newest pair asks for its successor */
    uint32_t active_s;
    uint64_t began; /* loop time, us */
    uint32_t refreshes, expired; /* pairs that followed others; SAs that ended by lifetime or by their successor */
    unsigned sas;                /* halves that are there */
    struct flowmib_way in, out;
    uint64_t in_replays;
    uint32_t ike; /* the IKE tunnel that negotiated its newest pair; 0 unknown */
    bool nat;     /* in UDP */
    char ifname[IFNAME_MAX]; /* of its map, while it lives */
    uint32_t path_mtu;       /* likewise: of the way to the peer */
};
/* That of the least index that is `from` or more; false: no more. Not linear. */
bool flowmib_tunnel_from(struct ipsec *ips, uint32_t from, struct flowmib_tunnel *out);

/* The MIB's cipSecTunHistTermReason. */
enum flowmib_end { FLOWMIB_OTHER = 1, FLOWMIB_NORMAL, FLOWMIB_OPERATOR, FLOWMIB_PEER_DELETE, FLOWMIB_PEER_LOST };
struct flowmib_past {
    enum flowmib_end why;
    struct flowmib_tunnel t;
    uint64_t ended; /* loop time, us */
    uint32_t number; /* of the entry, from 1 */
};
/* By number. */
bool flowmib_past_from(struct ipsec *ips, uint32_t from, struct flowmib_past *out);

/* cipSecFailReason, those that happen here. */
enum flowmib_reason {
    FLOWMIB_NO_SA = 1,
    FLOWMIB_IN_AUTH,
    FLOWMIB_REPLAY,
    FLOWMIB_CAPACITY,
    FLOWMIB_ENCODING, /* of a negotiation: what the peer said cannot be read; it or we refused; nobody answered */
    FLOWMIB_PROPOSAL,
    FLOWMIB_PEER_UNREACHED,
    FLOWMIB_PROTOCOL, /* of a packet: nothing that is expected inside; not to be opened, not to be sealed; numbers have run out */
    FLOWMIB_DECRYPT,
    FLOWMIB_ENCRYPT,
    FLOWMIB_ROLLOVER
};
struct flowmib_failure {
    uint32_t index;
    enum flowmib_reason why;
    uint64_t at; /* us after the router's start */
    uint32_t src, dst, spi; /* spi 0: of none */
    uint32_t tunnel;        /* 0: of none */
};
/* By index. */
bool flowmib_failure_from(struct ipsec *ips, uint32_t from, struct flowmib_failure *out);

/* src, dst: of the packet, or peer and local end of a negotiation. */
void flowmib_fail(struct ipsec *ips, enum flowmib_reason why, uint32_t src, uint32_t dst, uint32_t spi,
                  uint32_t tunnel);
/* How often a tunnel has begun or ended: what is kept of them is stale when it has changed. */
uint32_t flowmib_changes(const struct ipsec *ips);

/* Who wants to know that a tunnel began or ended (why); called from inside the change. */
typedef void flowmib_fn(void *arg, bool up, enum flowmib_end why, const struct flowmib_tunnel *t);
void flowmib_watch(struct ipsec *ips, flowmib_fn *fn, void *arg);
/* ... that there is a failure. */
typedef void flowmib_fail_fn(void *arg, const struct flowmib_failure *f);
void flowmib_watch_failures(struct ipsec *ips, flowmib_fail_fn *fn, void *arg);
#endif
