/* ike_books.h: IKE as CISCO-IPSEC-FLOW-MONITOR-MIB counts it: an established SA of either version is a tunnel, those that are past, and failures. Flat views; what
 * begins with `from` finds the entry of the least number that is `from` or more, and is not linear. */
#ifndef DATAPLANE_IKE_IKE_BOOKS_H
#define DATAPLANE_IKE_IKE_BOOKS_H

#include "dataplane/ike/ike_show.h"
#include "dataplane/ipsec/flowmib.h"
#include "espial/crypto.h"

struct ike_tunnel {
    uint32_t index;  /* from 1, never used again */
    uint32_t number; /* that other shows give it: conn id, tunnel id */
    bool ikev2;
    uint32_t local, remote;
    char local_id[80], remote_id[80]; /* phase 1 identities: "10.0.0.1", a name */
    bool aggressive;
    unsigned group, life_s, soft_s; /* soft_s: left when a successor is asked for */
    enum cipher_alg cipher;
    enum hash_alg hash;
    unsigned priority; /* of the policy; 0 with IKEv2 */
    bool dpd;
    uint64_t began; /* loop time, us */
    struct ike_traffic traffic[IKE_WAYS];
};
bool ike_tunnel_from(struct ike *ike, uint32_t from, struct ike_tunnel *out);
unsigned ike_tunnel_count(const struct ike *ike);
uint32_t ike_tunnel_previous(const struct ike *ike); /* how many are past */
/* The newest tunnel between these ends; 0: none. */
uint32_t ike_tunnel_with(const struct ike *ike, uint32_t local, uint32_t remote, bool ikev2);
/* As `clear crypto isakmp` or `clear crypto ikev2 sa` would. False: there is none. */
bool ike_tunnel_clear(struct ike *ike, uint32_t index);

struct ike_past {
    uint32_t number; /* of the entry, from 1 */
    enum flowmib_end why;
    struct ike_tunnel t;
    uint64_t ended; /* loop time, us */
};
/* Of the newest `keep` (at most FLOWMIB_HISTORY_MAX), by number. */
bool ike_past_from(const struct ike *ike, uint32_t keep, uint32_t from, struct ike_past *out);

/* cikeFailReason, those that happen here. */
enum ike_failure_reason {
    IKE_FAIL_OTHER = 1,
    IKE_FAIL_PEER_LOST = 3,
    IKE_FAIL_LOCAL = 4,
    IKE_FAIL_AUTH = 5,
    IKE_FAIL_CAPACITY = 9,
    IKE_FAIL_PROPOSAL = 10,
    IKE_FAIL_NO_SA = 16,
    IKE_FAIL_OPERATOR = 17
};
struct ike_failure {
    uint32_t index; /* from 1 */
    enum ike_failure_reason why;
    uint64_t at; /* loop time, us */
    uint32_t local, remote;
};
bool ike_failure_from(const struct ike *ike, uint32_t keep, uint32_t from, struct ike_failure *out);

uint64_t ike_auth_failures(const struct ike *ike); /* how many there ever were for IKE_FAIL_AUTH */

/* A phase 1 identity as the MIB has it: addresses with three digits a number, "010.000.000.001", as devices say them. */
#define IKE_ID_VALUE 80
bool ike_id_is_address(const char *id);
void ike_id_value(const char *id, char out[IKE_ID_VALUE]);

/* Pairs of identities that have a tunnel, in the order of the index of cikePeerTable, which is their key: type, length, octets of the local one, the same of the
 * remote one, and 1. Those too long for a name are left out. Valid until a tunnel begins or ends. */
#define IKE_IDS_KEY 50
struct ike_ids {
    uint32_t key[IKE_IDS_KEY];
    uint8_t n;
    uint32_t tunnel; /* the newest */
};
/* That of one tunnel: of identities too long n is what there was room for. */
void ike_ids_of(const struct ike_tunnel *t, struct ike_ids *out);
/* The first one behind this key (n 0: the first); that of this key. NULL: none. */
const struct ike_ids *ike_ids_behind(struct ike *ike, const uint32_t *key, size_t n);
const struct ike_ids *ike_ids_find(struct ike *ike, const uint32_t *key, size_t n);

/* Tunnels of IPsec that belong to such a pair, in the order of the index of cikePeerCorrTable, which is their key: that of the pair, and a number among its
 * tunnels. The first one behind this key, that of this key, as above; 0: none. *out: its key. */
uint32_t ike_corr_behind(struct ike *ike, const uint32_t *key, size_t n, struct ike_ids *out);
uint32_t ike_corr_find(struct ike *ike, const uint32_t *key, size_t n);

/* Who wants to know that a tunnel began or ended; called from inside the change. */
typedef void ike_tunnel_fn(void *arg, bool up, const struct ike_tunnel *t);
void ike_tunnel_watch(struct ike *ike, ike_tunnel_fn *fn, void *arg);
/* ... that there is a failure. */
typedef void ike_failure_fn(void *arg, const struct ike_failure *f);
void ike_failure_watch(struct ike *ike, ike_failure_fn *fn, void *arg);
#endif
