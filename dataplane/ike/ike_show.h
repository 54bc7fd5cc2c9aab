/* ike_show.h: flat views of the running engine, for dataplane/cmd and the MIBs. */
#ifndef DATAPLANE_IKE_IKE_SHOW_H
#define DATAPLANE_IKE_IKE_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/ike/ike_conf.h"

struct ike;
struct engine_row;

/* What came and went over an IKE SA of either version, repeats too; as CISCO-IPSEC-FLOW-MONITOR-MIB counts it. Exchanges
 * are those of phase 2 (quick mode; CREATE_CHILD_SA), by who began them; invalid ones were not understood, rejected ones
 * not wanted by the side that answers; deletes are those of IPsec SAs. All fields are counters. */
struct ike_traffic {
    uint64_t octets, packets, drops, notifies, exchanges, invalids, rejects, deletes;
};
enum { IKE_IN, IKE_OUT, IKE_WAYS };
void ike_traffic_count(struct ike_traffic *way, size_t len); /* one message of so many octets, whatever it is worth */
void ike_traffic_add(struct ike_traffic sum[IKE_WAYS], const struct ike_traffic n[IKE_WAYS]);
void ike_traffic_all(const struct ike *ike, struct ike_traffic out[IKE_WAYS]); /* of all SAs since boot */

struct ike_sa_info {
    uint32_t local, remote;
    uint16_t local_port, peer_port;
    bool initiator;
    const char *state; /* QM_IDLE */
    bool dead;         /* "ACTIVE (deleted)" */
    bool up, negotiating;
    uint32_t conn_id;
    const char *encr, *hash, *auth; /* aes, sha, psk; "" while nothing is agreed */
    uint8_t group;
    uint16_t key_bits; /* of AES; else 0 */
    uint32_t life_s;   /* agreed */
    uint32_t left_s; /* of its lifetime */
    uint32_t up_s;   /* since it was established */
    bool dpd, natt, fragments; /* capabilities */
    char peer_id[80];
    char profile[64]; /* ISAKMP profile; "" none */
    bool aggressive;
    uint16_t priority; /* of the policy that was agreed */
    struct ike_traffic traffic[IKE_WAYS];
};
/* Every IKE SA, oldest first, the dead that are still shown among them. Cursor from 0; false at the end; not to be kept
 * across turns of the loop. */
bool ike_sa_next(const struct ike *ike, size_t *cursor, struct ike_sa_info *out);

struct ike_peer_info {
    uint32_t local, remote;
    uint16_t port;
    char id[80]; /* phase 1 */
    unsigned sas, pairs;
    uint64_t up_since; /* loop time of the first IPsec pair without interruption; 0 none */
};
bool ike_peer_next(const struct ike *ike, size_t *cursor, struct ike_peer_info *out);

struct ike_counts {
    unsigned active, negotiating, dead;
    uint64_t dead_total;
    unsigned half_open, bad_messages;
};
struct ike_counts ike_counts(const struct ike *ike);

struct dh_counts { /* Diffie-Hellman sums that came to an end */
    uint64_t made_public, made_shared, failed; /* failed: the other end's value is none of the group */
};
/* What IKE had to do, since boot. A Diffie-Hellman sum is a public value or a shared secret; one run may be both. */
struct ike_work {
    unsigned sas, sas_max; /* now: established and being negotiated */
    unsigned negotiating;
    uint64_t sas_made, sas_failed; /* failed: never established */
    uint64_t begun, begun_failed;  /* of these, begun by us */
    uint64_t no_room;              /* SAs of either version and first messages that limits refused */
    uint64_t decrypt_failed,
        hash_failed; /* messages of SAs of either version: not to be decrypted, or sealed by somebody else */
    uint64_t unknown_sa;                  /* messages of SAs that nobody has */
    unsigned dh_running, dh_max;
    uint64_t dh_made, dh_failed, dh_public, dh_shared;
};
struct ike_work ike_work(const struct ike *ike);
struct ike_errors *ike_errors(struct ike *ike); /* crypto isakmp diagnose error */

/* For ipsec_set_engine_rows: the rows of IKE SAs in `show crypto engine connections active`. arg is the struct ike. */
void ike_engine_rows(void *arg, void (*row)(void *ctx, const struct engine_row *r), void *ctx);

/* debug crypto condition (condition.c). False: too many. */
#define IKE_CONDITIONS_MAX 16 /* of each kind */
enum ike_condition_kind {
    IKE_CONDITION_CONNID,
    IKE_CONDITION_FLOW,
    IKE_CONDITION_SPI,
    IKE_CONDITION_LOCAL,
    IKE_CONDITION_KINDS
};
enum ike_condition_name { IKE_CONDITION_HOSTNAME, IKE_CONDITION_GROUP, IKE_CONDITION_USER, IKE_CONDITION_NAMES };
struct ike_condition_info {
    struct {
        uint32_t addr, mask;
    } peers[IKE_CONDITIONS_MAX];
    unsigned npeers;
    struct {
        uint32_t v[IKE_CONDITIONS_MAX];
        unsigned n;
    } numbers[IKE_CONDITION_KINDS];
    char profiles[IKE_CONDITIONS_MAX][IKE_NAME_MAX];
    unsigned nprofiles;
    char hosts[IKE_CONDITIONS_MAX][IKE_ID_MAX]; /* identities of peers */
    uint8_t name_kinds[IKE_CONDITIONS_MAX];     /* enum ike_condition_name: what it was given as */
    unsigned nhosts;
    bool fvrf, ivrf; /* the global one */
    bool unmatched_isakmp, unmatched_ipsec, unmatched_engine;
};
bool ike_condition_peer(struct ike *ike, uint32_t addr, uint32_t mask, bool remove);
bool ike_condition_number(struct ike *ike, enum ike_condition_kind kind, uint32_t value, bool remove);
bool ike_condition_profile(struct ike *ike, const char *name, bool remove);
bool ike_condition_name(struct ike *ike, const char *name, enum ike_condition_name kind, bool remove);
void ike_condition_vrf(struct ike *ike, bool inside, bool on);
void ike_condition_unmatched(struct ike *ike, bool isakmp, bool ipsec, bool engine, bool on);
void ike_condition_reset(struct ike *ike);
/* on: whether there is any condition. */
const struct ike_condition_info *ike_conditions(const struct ike *ike, bool *on);
#endif
