/* v2_limits.h: how much of IKEv2 there may be, and how long: every bound and time of dataplane/ike/v2. */
#ifndef DATAPLANE_IKE_V2_V2_LIMITS_H
#define DATAPLANE_IKE_V2_V2_LIMITS_H

#include "espial/loop.h"

/* Bounds. */
#define V2_SA_MAX             16384 /* IKE SAs in all */
#define V2_HALF_OPEN_MAX      1000  /* responder SAs not yet authenticated, in all */
#define V2_HALF_OPEN_PEER_MAX 10    /* of those, with one address */
#define V2_REASSEMBLIES       4     /* messages of one SA being put together */
#define V2_FRAGMENTS_MAX      128   /* of one message */
#define V2_STRANGER_MAX       16384 /* longest message of a peer that is not authenticated, from fragments */
#define V2_INNER_MAX          3900  /* payloads of one message of ours */
#define V2_WINDOW_MAX         200
#define V2_CHILDREN_MAX       1024 /* of one IKE SA, beside those that take the place of others */
#define V2_SAME_FLOW_MAX      64   /* children of one flow, under whatever IKE SAs */
#define V2_REPLACED_MAX       8 /* children of one flow that the peer has replaced and not deleted: it is asked to wait */
#define V2_LINGER_MAX         8    /* of one flow, deleted, that take in what is late: the oldest goes at once */
#define V2_RETIRED_MAX        8    /* the same of IKE SAs */
#define V2_PEER_SA_MAX        1024 /* IKE SAs with one address: there are others who want some */
#define V2_SAME_MAX           32   /* IKE SAs with one address, identity and profile: older ones go that carry no flow */
#define V2_QUEUE_MAX          2048 /* requests of ours that wait */
#define V2_DELETES_MAX        16   /* SPIs in one DELETE of ours */
#define V2_REFUSALS_MAX       3 /* of IKE_SA_INIT, whose answers nobody can prove (section 2.21.1): then it is given up */
#define V2_RESTARTS_MAX       5 /* of IKE_SA_INIT: cookies, groups */
#define V2_PUT_OFFS_MAX       5 /* of a new child, by TEMPORARY_FAILURE; with V2_AGAIN_US within the 30 s of an acquire */

/* Times, us. The policy behind them is in v2_timers.c. */
#define V2_RETRANSMIT_US (2 * US_PER_S)
#define V2_RETRANSMITS   5
#define V2_FIRST_REPEATS 4 /* of IKE_SA_INIT and IKE_AUTH */
#define V2_HALF_OPEN_US  (30 * US_PER_S)
#define V2_LINGER_US     (5 * US_PER_S)
#define V2_SWITCH_US     (5 * US_PER_S)
#define V2_SILENCE_US    (1 * US_PER_S) /* that long nothing under the IKE SA of the former pair */
#define V2_LOOK_US       (50 * US_PER_MS)
#define V2_AGAIN_US      (3 * US_PER_S)
#define V2_OLD_US        (60 * US_PER_S)
#define V2_REPEAT_US     (250 * US_PER_MS)
#define V2_REASSEMBLY_US (30 * US_PER_S)
#endif
