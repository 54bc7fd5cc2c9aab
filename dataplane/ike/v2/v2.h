/* v2.h: IKEv2 (RFC 7296) as the rest of IKE sees it. Everything that runs of it, SAs, children, windows, is behind this
 * header: IKEv1 and IKEv2 share the sockets, the two ports and the questions IPsec asks, and nothing else. A flow is
 * IKEv2's when its policy says so (ipsec_policy.ikev2). */
#ifndef DATAPLANE_IKE_V2_V2_H
#define DATAPLANE_IKE_V2_V2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/ipsec/sad.h"

struct ike;
struct ike_want;
struct udp_from;
struct v2;
struct v2_conf;

/* Made with the IKE engine, freed before its tables and sockets. Sends nothing when freed; gives back reserved SPIs. */
struct v2 *v2_new(struct ike *ike);
void v2_free(struct v2 *v2);
/* The live configuration (v2_conf.h); call v2_conf_changed after writing. */
struct v2_conf *v2_conf(struct v2 *v2);
void v2_conf_changed(struct v2 *v2);
/* IKE goes OFF: every SA is deleted with a word to its peer. */
void v2_turn_off(struct v2 *v2);
/* As ike_addresses_changed. */
void v2_addresses_changed(struct v2 *v2, bool (*ours)(void *arg, uint32_t addr), void *arg);

/* A datagram whose header says major version 2; not yet looked at otherwise. floated: it came in on port 4500 (marker
 * removed). */
void v2_receive(struct v2 *v2, const struct udp_from *from, bool floated, const uint8_t *data, size_t len);

/* A flow needs a pair, or a new one (policy.ikev2). w is taken over; spd_acquire_done is called at its end when
 * w->acquire. */
void v2_want_flow(struct v2 *v2, struct ike_want *w);
/* Reports of pairs: true when the pair is a child of an IKEv2 SA (then v2 has dealt with it: rekey; DELETE sent, or not
 * when the peer asked for it). */
bool v2_soft_expire(struct v2 *v2, const struct sa_pair_info *pair);
bool v2_pair_gone(struct v2 *v2, const struct sa_pair_info *pair, enum sa_gone why);
/* A packet that came by this pair, if it is a child of IKEv2, does not fit its selectors and begins so: the peer is told
 * (INVALID_SELECTORS), IKE_TELL_BURST times a second with INVALID_SPI, one at a time. */
void v2_invalid_selectors(struct v2 *v2, uint32_t pair, const uint8_t *start, size_t len);
/* The peer of this pair, if it is a child of IKEv2, is at another port. */
void v2_pair_moved(struct v2 *v2, uint32_t pair, uint16_t port);
/* ESP or AH with an SPI that nobody knows, after the limits of recovery.c. True: an IKEv2 SA with the sender exists and
 * has told it (DELETE of that SPI and, where configured, INVALID_SPI), or one was begun. peer_static and recovery: may
 * one be begun? */
bool v2_invalid_spi(struct v2 *v2, uint32_t local, uint32_t peer, uint8_t proto, uint32_t spi, bool may_begin);
/* Is what goes to that peer negotiated by IKEv2? answers: and never begun by us (responder-only). */
bool v2_is_for(struct v2 *v2, uint32_t local, uint32_t peer, bool *answers);
/* Is there an IKEv2 SA with that peer, up or being begun by us? */
bool v2_has_sa(const struct v2 *v2, uint32_t local, uint32_t peer);
/* Has an IKEv2 SA with that peer a pair for this flow? */
bool v2_carries(const struct v2 *v2, const struct ipsec_policy *flow);
/* What the peer of the newest SA between these ends that knows it has said it is, as text; false: none knows. */
bool v2_peer_id(const struct v2 *v2, uint32_t local, uint32_t peer, char *out, size_t cap);
/* A packet went out by a pair of the IKE SA with that tunnel id, whose peer was silent (sad_watch): time for a probe on
 * demand. */
void v2_sa_sends(struct v2 *v2, uint32_t tunnel_id, uint32_t local, uint32_t peer);

/* clear crypto ikev2 sa [remote A] [local A] [psh N] [fast]: 0 any. fast: no DELETE is sent. Children go with their SA.
 * How many SAs went. */
unsigned v2_clear(struct v2 *v2, uint32_t remote, uint32_t local, uint32_t tunnel_id, bool fast);
/* clear crypto session: those between these ends; 0 any. */
void v2_clear_session(struct v2 *v2, uint32_t local, uint32_t remote, uint16_t remote_port);

struct ike_counts;
struct ike_traffic;
/* Adds what all its SAs that are there have had. */
void v2_traffic_add(const struct v2 *v2, struct ike_traffic *sum);
/* Adds IKEv2's share (negotiating, half open) to the counts that call admission looks at. */
void v2_counts_add(const struct v2 *v2, struct ike_counts *out);

/* Rows of `show crypto engine connections active`: as ike_engine_rows. */
struct engine_row;
void v2_engine_rows(const struct v2 *v2, void (*row)(void *ctx, const struct engine_row *r), void *ctx);
#endif
