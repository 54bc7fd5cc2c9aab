/* v2_show.h: flat views of running IKEv2, for dataplane/cmd and the MIBs. Cursors begin at 0; false at the end; not to
 * be kept across turns of the loop. */
#ifndef DATAPLANE_IKE_V2_V2_SHOW_H
#define DATAPLANE_IKE_V2_V2_SHOW_H

#include "dataplane/ike/ike_show.h"
#include "dataplane/ike/v2/v2_conf.h"

struct v2;

enum v2_status { V2_STATUS_IN_NEG, V2_STATUS_READY, V2_STATUS_DELETE };
struct v2_sa_info {
    uint32_t tunnel_id; /* the local number of the SA: 1 ... */
    uint32_t session_id;
    uint32_t local, remote;
    uint16_t local_port, remote_port;
    enum v2_status status;
    const char *status_text;  /* "Negotiation done", ... */
    bool initiator, agreed;   /* agreed: suite says something */
    struct v2_suite suite;
    uint8_t local_spi[8], remote_spi[8];
    struct v2_id local_id, remote_id;
    uint32_t life_s, active_s;
    uint32_t soft_s; /* so long before its end it is rekeyed */
    uint32_t local_req_mid, remote_req_mid, local_next_mid, remote_next_mid, local_queued, remote_queued;
    uint16_t local_window, remote_window;
    uint16_t dpd, dpd_retry; /* 0: not configured */
    bool fragmentation, nat_local, nat_remote, peer_is_espial_or_ios;
    bool authenticated;
    bool ppk; /* its keys are made with a postquantum preshared key */
    unsigned children;
    char profile[V2_NAME_MAX];
    uint64_t up_since; /* loop time; 0 */
    struct ike_traffic traffic[IKE_WAYS];
};
struct v2_sa;
void v2_sa_view(const struct v2_sa *sa, struct v2_sa_info *out);
/* The number in the books (ike_books.h) of the newest SA between these ends; 0 none. */
uint32_t v2_book_with(const struct v2 *v2, uint32_t local, uint32_t remote);
bool v2_sa_next(const struct v2 *v2, size_t *cursor, struct v2_sa_info *out);

struct v2_child_info {
    uint32_t tunnel_id; /* of its SA */
    uint32_t pair_id;
    struct selector local, remote;
    uint32_t spi_in, spi_out;
    uint8_t proto;
    struct ipsec_transform transform;
    char ifname[IFNAME_MAX];
};
bool v2_child_next(const struct v2 *v2, size_t *cursor, struct v2_child_info *out);

/* Counters of `show crypto ikev2 stats exchange`: by exchange or notify type. */
enum { V2_TX_REQ, V2_TX_RES, V2_RX_REQ, V2_RX_RES, V2_WAYS };
struct v2_stat_row {
    uint16_t type; /* exchange or notify */
    uint64_t n[V2_WAYS];
};
bool v2_stat_exchange_next(const struct v2 *v2, size_t *cursor, struct v2_stat_row *out);
bool v2_stat_notify_next(const struct v2 *v2, size_t *cursor, struct v2_stat_row *out);
struct v2_done {
    uint64_t passed, failed;
};
struct v2_stats {
    uint64_t sas_incoming, sas_outgoing, incoming_rejected, outgoing_rejected; /* rejected: by limits */
    uint64_t cookies_sent, retransmits, timeouts, auth_failed, rekeys_ike, rekeys_child, fragments_in, fragments_out,
        fragments_dropped, bad_messages, dpd_sent, dpd_dead;
    uint64_t cookies_accepted, cookies_rejected, cookies_missing; /* of requests that had to bring one */
    uint64_t auth_timeouts;                                       /* half-open SAs that got no further */
    uint64_t queue_full;                                          /* first requests refused as too many were waiting */
    uint64_t no_nat, nat_inside, nat_outside;                     /* IKE_SA_INIT exchanges, by what detection found */
    uint64_t config_requests;                                     /* CFG_REQUEST received; none is answered */
    struct v2_done policies;  /* offers of children held against policy, answers against what was asked */
    struct v2_done made, gone; /* pairs of IPsec SAs: installed, or agreed and not; deleted, or to be and not known */
    /* RFC 8784: the peer named another PPK; `keyring ppk` holds none for it; the proof failed with one, or it was required
     * and is not used, and of these the ones where it was required */
    uint64_t ppk_mismatches, ppk_missing, ppk_failed, ppk_failed_required;
    struct dh_counts dh;
    unsigned sas, negotiating_in, negotiating_out, half_open;
};
void v2_stats(const struct v2 *v2, struct v2_stats *out);
struct v2_work { /* what no clear touches: IKE SAs that are there, that may be, that were made, that never came up */
    unsigned sas, sas_max, negotiating;
    uint64_t made, failed;
    uint64_t begun, begun_failed; /* of these, begun by us */
};
struct v2_work v2_work(const struct v2 *v2);
enum v2_stats_kind { V2_STATS_ALL, V2_STATS_EXCHANGE, V2_STATS_TIMEOUT, V2_STATS_SERVICE };
void v2_stats_clear(struct v2 *v2, enum v2_stats_kind kind);

struct ike_errors *v2_errors(struct v2 *v2); /* crypto ikev2 diagnose error */

/* The debug bits: default, error, packet (registered by v2_new). */
enum { V2_DEBUG_DEFAULT, V2_DEBUG_ERROR, V2_DEBUG_PACKET, V2_DEBUG_INTERNAL, V2_DEBUGS };
bool *v2_debug(struct v2 *v2, int which);
#endif
