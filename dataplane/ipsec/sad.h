/* sad.h: security associations as IKE sees them: reserve an inbound SPI, install a pair, switch outbound over, delete; and what the SAs report upwards.
 * IKE asks ipsec through this header and spd.h only. Everything is flat; pairs are named by id (the flow index n of `show`: conn id 2000+n). */
#ifndef DATAPLANE_IPSEC_SAD_H
#define DATAPLANE_IPSEC_SAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/crypto.h"
#include "espial/ip.h"

struct ipsec; /* the IPsec half of one dataplane */

enum ipsec_mode { IPSEC_TUNNEL, IPSEC_TRANSPORT };

/* What protects a flow, as configured or agreed. proto is PROTO_ESP or PROTO_AH. ESP: cipher + auth (HASH_NONE with GCM). AH: auth alone. */
struct ipsec_transform {
    uint8_t proto;
    enum cipher_alg cipher;
    uint16_t key_bits; /* AES: 128 192 256; else 0 */
    enum hash_alg auth;
    enum ipsec_mode mode;
    bool esn; /* extended sequence numbers (RFC 4303 section 2.2.1) */
    bool
        require; /* as configured: transport mode or nothing; else a flow that is not between the endpoints is tunnelled */
    enum hash_alg
        over; /* of ESP: AH with this hash over it, agreed at once with it (RFC 2408 section 4.2); HASH_NONE: none */
};
/* Each protocol of it by itself, AH first: one, or two where AH is over ESP. Returns how many. */
static inline unsigned ipsec_transform_parts(const struct ipsec_transform *t, struct ipsec_transform out[2])
{
    unsigned n = 0;
    if (t->proto == PROTO_ESP && t->over != HASH_NONE)
        out[n++] = (struct ipsec_transform){
            .proto = PROTO_AH, .auth = t->over, .mode = t->mode, .esn = t->esn, .require = t->require};
    out[n] = *t;
    out[n++].over = HASH_NONE;
    return n;
}

/* One side of a traffic selector ("proxy identity"): addr/mask, protocol (0 any), port (0 any). */
struct selector {
    uint32_t addr, mask;
    uint8_t proto;
    uint16_t port;
};

/* The packet that a flow is asked for (RFC 7296 section 2.9): the ends' addresses, and ports where the protocol has them. */
struct ipsec_first {
    uint32_t local, remote;
    uint16_t local_port, remote_port;
    uint8_t proto;
    bool there;
};
/* Those two hosts alone, in place of what the selectors had for addresses. */
static inline void ipsec_first_hosts(const struct ipsec_first *packet, struct selector *local, struct selector *remote)
{
    local->addr = packet->local;
    remote->addr = packet->remote;
    local->mask = remote->mask = UINT32_MAX;
}

#define IPSEC_TRANSFORMS_MAX 6
/* What a flow wants: copied out of a crypto map entry for IKE, as initiator (acquire) or responder (spd_find_policy). */
struct ipsec_policy {
    char map[64];                    /* "Tunnel0-head-0" for tunnel protection */
    uint32_t seq;                    /* 65536 for tunnel protection */
    uint16_t dyn_seq;                /* of the dynamic map's entry that stands there; 0: none */
    char ifname[IFNAME_MAX];
    uint32_t local, peer;            /* crypto endpoints */
    struct selector local_sel, remote_sel;
    struct ipsec_transform transforms[IPSEC_TRANSFORMS_MAX]; /* in order of preference */
    unsigned ntransforms;
    unsigned pfs_group;              /* 0: none */
    uint32_t life_s;
    uint32_t life_kb;                /* 0: disabled */
    uint32_t replay_window;          /* 0: disabled */
    uint32_t idle_s;                 /* deleted when idle for so long; 0: never */
    bool ikev2;                      /* negotiated by IKEv2, with the IKEv2 profile below; else by IKEv1 */
    char ike_profile[64];            /* ISAKMP or IKEv2 profile; "" none */
    char identity[64];               /* crypto identity that the peer must have; "" any */
    bool answer_only;                /* dynamic map, responder-only: never begun by us */
    bool manual; /* keys typed by hand (manual.h): IKE knows nothing of it; no lifetime, no replay window */
    bool ecn;                        /* congestion met on the way is told to the packet inside (RFC 6040) */
    bool per_host;                   /* SAs between the two hosts of a packet, not for all that the line permits */
    bool reverse_route;              /* RRI: a route to remote_sel while the pair exists */
    bool
        several; /* the peer has more in this pair than the selectors say: what comes in may be all that the line permits */
    struct ipsec_first first;        /* what began it; of wants */
    bool protection;                 /* of a tunnel interface: a lost pair is renewed at once, not at the next packet */
};

struct sa_pair_params {
    struct ipsec_policy policy;      /* with the agreed transform in transforms[0], lifetimes as agreed */
    uint32_t spi_in, spi_out;        /* spi_in from sad_reserve_spi */
    bool initiator;                  /* our side began the quick mode */
    uint32_t owner;                  /* who negotiated it, by a number of IKE's: whose sign of life it is (sad_activity) */
    unsigned pfs_group;              /* agreed */
    bool udp_encap;                  /* RFC 3948 */
    uint16_t local_port, peer_port;  /* 4500/4500 with udp_encap, else 500/500 */
    const uint8_t *key_in,
        *key_out; /* KEYMAT: cipher key (| GCM salt) | auth key; length by transform: sad_keymat_len */
    size_t key_len;
    struct {                         /* of AH over ESP; else unused */
        uint32_t spi_in, spi_out;
        const uint8_t *key_in, *key_out; /* as long as the hash */
    } over;
};
/* Of the ESP alone, where AH is over it. */
size_t sad_keymat_len(const struct ipsec_transform *t);

/* A fresh inbound SPI (>= 256, random, unused), kept in the transient table until installed or released: ESP with it is dropped silently, never "invalid". */
uint32_t sad_reserve_spi(struct ipsec *ips, uint32_t local, uint8_t proto);
void sad_release_spi(struct ipsec *ips, uint32_t local, uint8_t proto, uint32_t spi);

/* Install: inbound works at once; outbound waits for sad_enable_outbound (make before break). Returns the pair's id, 0 when refused (bounds, bad keys). */
uint32_t sad_install(struct ipsec *ips, const struct sa_pair_params *p);
/* From now on the flow sends with this pair; the former one stays for inbound until deleted. Idempotent. */
void sad_enable_outbound(struct ipsec *ips, uint32_t id);
/* The same for an end that cannot know yet that the peer has the pair: while the flow has a former one to send with, only
 * when the peer has been heard by the new one, after so long (us) at the latest, or when that one goes. */
void sad_enable_outbound_later(struct ipsec *ips, uint32_t id, uint64_t after_us);
/* Has an authentic packet come in by the pair? */
bool sad_heard(struct ipsec *ips, uint32_t id);

enum sa_gone {
    SA_GONE_EXPIRED,
    SA_GONE_CLEARED,
    SA_GONE_PEER_DELETE,
    SA_GONE_REKEYED,
    SA_GONE_IKE_LOST,
    SA_GONE_CONFIG,
    SA_GONE_IDLE
};
/* Deletes both halves. Reports `gone` upwards (so that IKE sends DELETE unless the peer asked for it). False when unknown. */
bool sad_delete(struct ipsec *ips, uint32_t id, enum sa_gone why);
/* The negotiated pair whose outbound (out) or inbound SPI this is, with that peer; 0 when none. Of AH over ESP either will do: they are one pair. */
uint32_t sad_find_pair(struct ipsec *ips, uint32_t peer, uint8_t proto, uint32_t spi, bool out);
/* The peer of a pair in UDP was heard from this port: there it is sent to from now on. */
void sad_move(struct ipsec *ips, uint32_t id, uint16_t port);
/* All pairs with a peer (0: all), those keyed by hand too. Returns how many. */
unsigned sad_delete_peer(struct ipsec *ips, uint32_t peer, enum sa_gone why);
/* Of negotiated pairs alone, as what follows. */
unsigned sad_count_peer(struct ipsec *ips, uint32_t peer);
/* The pair is another owner's from now on. */
void sad_own(struct ipsec *ips, uint32_t id, uint32_t owner);
/* Loop times (us) of the last authentic inbound and the last outbound packet by pairs of that owner; 0: never. For DPD. */
void sad_activity(struct ipsec *ips, uint32_t owner, uint64_t *last_in, uint64_t *last_out);
/* Tell once, by ipsec_up.owner_sends, of the next outbound packet by its pairs. Ends with the last pair. For DPD on demand. */
void sad_watch(struct ipsec *ips, uint32_t owner);

/* What a pair tells IKE. Flat. */
struct sa_pair_info {
    uint32_t id, spi_in, spi_out;
    uint32_t over_in, over_out; /* SPIs of AH over it; 0: none */
    bool initiator;
    struct ipsec_policy policy;
};

#define IPSEC_CONN_BASE 2000u /* connection id of the inbound half of pair 0; the outbound one is the next */
/* What a debug line is about, as far as it is known: for `debug crypto condition`. 0, "" or NULL: not known. */
struct debug_about {
    uint32_t peer, local;
    uint32_t conn[4], spi[4]; /* of both ways; four of AH over ESP */
    const char *profile;      /* ISAKMP */
    const char *id;           /* that the peer has said it is; without one IKE looks for an SA with the peer */
};
enum debug_side { DEBUG_SIDE_ISAKMP, DEBUG_SIDE_IPSEC, DEBUG_SIDE_ENGINE };

/* Upwards: wired by dataplane.c; never called from inside a sad_ or spd_ call except `gone` (which may be). */
struct ipsec_up {
    void *arg;
    /* A packet needs an SA that is not there. At most one per flow until ipsec_acquire_done or 30 s. */
    void (*acquire)(void *arg, const struct ipsec_policy *want);
    /* Soft lifetime (seconds or kilobytes): rekey. Raised once per pair. */
    void (*soft_expire)(void *arg, const struct sa_pair_info *pair);
    void (*gone)(void *arg, const struct sa_pair_info *pair, enum sa_gone why);
    /* ESP/AH to us with an unknown SPI (already dropped, counted and logged). */
    void (*invalid_spi)(void *arg, uint32_t src, uint32_t dst, uint8_t proto, uint32_t spi, const char *ifname,
                        bool udp_encap);
    /* A packet went out, between these ends, by a pair of an owner that sad_watch named. May be NULL. */
    void (*owner_sends)(void *arg, uint32_t owner, uint32_t local, uint32_t peer);
    /* An authentic packet by this pair came from another port (RFC 3947 section 6); its flow goes there. May be NULL. */
    void (*peer_moved)(void *arg, uint32_t id, uint16_t port);
    /* What came out of a pair does not fit its selectors (dropped and counted): how it begins, its header and eight bytes. May be NULL. */
    void (*invalid_selectors)(void *arg, uint32_t id, const uint8_t *start, size_t len);
    /* Crypto maps were attached to or detached from interfaces (spd_active may have changed). May be NULL. */
    void (*map_changed)(void *arg);
    /* The number of the IKE tunnel between these ends in the flow monitor MIB; 0: none. May be NULL. */
    uint32_t (*ike_tunnel)(void *arg, uint32_t local, uint32_t peer, bool ikev2);
};
void ipsec_set_up(struct ipsec *ips, const struct ipsec_up *up);
#endif
