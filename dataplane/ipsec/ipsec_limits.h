/* ipsec_limits.h: how much IPsec holds, and how long: every bound and time of dataplane/ipsec. */
#ifndef DATAPLANE_IPSEC_IPSEC_LIMITS_H
#define DATAPLANE_IPSEC_IPSEC_LIMITS_H

#include "dataplane/ipsec/ipsec.h"
#include "espial/loop.h"

#define PAIRS_MAX            IPSEC_PAIRS_MAX
#define FLOWS_MAX            20000
#define NARROW_FLOWS_MAX     256 /* of one access list line: what peers negotiated below it */
#define SAME_FLOWS_MAX       256 /* of those below one line or entry, with one remote prefix */
#define PEER_PAIRS_MAX       512 /* with one peer, through dynamic maps */
#define RRI_ROUTES           2
#define TRANSIENT_MAX        4096
#define FLOW_CACHE           16384 /* at most; a power of two, in sets of FLOW_WAYS */
#define FLOW_CACHE_MIN       64    /* it begins with; it is doubled when a quarter of it is in use ... */
#define FLOW_CACHE_SPARE     32    /* ... or one part in so many, and one of its sets was too small */
#define FLOW_WAYS            4
#define SPD_HITS             2              /* lines that a cached answer counts at; a longer way is walked each time */
#define OPTIONAL_LATE_US     (2 * US_PER_S) /* clear packets are still taken, where protection is optional */
#define ACQUIRE_AGAIN_US     (30 * US_PER_S)
#define ACQUIRE_GAP_US       US_PER_S        /* between questions that came to nothing */
#define BESIDE_SAME_US       (60 * US_PER_S) /* for a packet that the peer's answer left out; any other: */
#define BESIDE_OTHER_US      (1 * US_PER_S)
#define TRANSIENT_KEEP_US    (120 * US_PER_S)
#define SOFT_BEFORE_S        30 /* the initiator of a pair asks for the next one this long before its end ... */
#define SOFT_BEFORE_RESP_S   20 /* ... the responder a little later: if the initiator did its work, never */
#define SOFT_KB_PERCENT      95
#define SOFT_KB_RESP_PERCENT 97
#define SOFT_KB              256 /* ... but no less than this, which a small volume at a high rate needs while keys are agreed on */
#define SOFT_KB_RESP         128
#define SEQ_SOFT             0x000FFFFFu /* ask for a new pair when so few numbers are left */
#define ESP_BATCH            16 /* packets taken through all passes at once: as many waits for memory are one */
#endif
