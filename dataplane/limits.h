/* limits.h: every bound and lifetime of the dataplane's network half, in one place. */
#ifndef DATAPLANE_LIMITS_H
#define DATAPLANE_LIMITS_H

#include "espial/loop.h"

#define POOL_SMALL_PACKETS  4096 /* packets of up to 2048 bytes */
#define POOL_LARGE_PACKETS  128  /* packets of up to 65535 bytes */
#define POOL_CHUNK          32   /* small packets allocated at once, when first needed */
#define PACKET_SMALL        2048
#define PACKET_LARGE        65536
#define PACKET_TAIL         288 /* room kept behind, for ESP padding, trailer and ICV */

#define LINK_BATCH          64  /* frames read from a link before others get their turn */
#define LINK_QUEUE          256 /* frames waiting for a peer that is slow to read */

#define IFACES_MAX          256
#define ARP_ENTRIES_MAX     4096
#define ARP_HOLD_PACKETS    32                 /* packets that wait for one address */
#define ARP_HOLD_ALL        1024               /* packets that wait for any address: a scan may not use up the pool */
#define ARP_TIMEOUT_S       14400              /* IOS: four hours */
#define ARP_RETRY_US        (1 * US_PER_S)     /* one request a second at most (RFC 1122 2.3.2.1) */
#define ARP_TRIES           4
#define ARP_REFRESH_US      (60 * US_PER_S) /* ask again this long before an entry ages out */
#define ARP_DUP_LOG_MS      30000

#define ROUTES_MAX          65536
#define ROUTE_DEPTH         8 /* recursive next hops */

#define REASS_PACKETS       64 /* packets in reassembly at once */
#define REASS_PER_SOURCE    32
#define REASS_FRAGMENTS     64              /* fragments of one packet */
#define REASS_TIMEOUT_US    (30 * US_PER_S) /* RFC 1122 3.3.2 allows up to 60 s; IOS virtual reassembly is shorter */

#define ICMP_UNREACHABLE_MS 500 /* IOS: one unreachable every 500 ms, those about DF counted apart */
#define ICMP_EXCEEDED_US    (10 * US_PER_MS)  /* time exceeded and parameter problem: 100 a second */
#define ICMP_EXCEEDED_BURST 50

#define UDP_SOCKETS_MAX     64
#define UDP_EPHEMERAL_FIRST 49152

#define LINEPROTO_DELAY_US  (1 * US_PER_S)    /* LINEPROTO follows LINK */
#define LINK_SETTLE_US                                                                                                 \
    (200 * US_PER_MS) /* a new interface waits this long for its configuration before it comes up \
                                               */
#define IF_RATE_STEP_US  (5 * US_PER_S)
#endif
