/* protected_tunnel.h: the tunnel of tunnel_box.h under IPsec: the lines that protect it, and whether it has SAs. Include it once per
 * program. */
#ifndef ESPIAL_TESTS_PROTECTED_TUNNEL_H
#define ESPIAL_TESTS_PROTECTED_TUNNEL_H

#include "tests/exchange/tunnel_box.h"

#define WITHIN (10 * US_PER_S)

#define IKE                                                                                                            \
    "crypto isakmp policy 10\n encryption aes 256\n hash sha256\n authentication pre-share\n group 19\n"               \
    "crypto isakmp key drawbridge address 0.0.0.0 0.0.0.0\n"
#define SET_TRANSPORT "crypto ipsec transform-set TS esp-aes esp-sha-hmac\n mode transport\n"
#define SET_TUNNEL    "crypto ipsec transform-set TS esp-aes esp-sha-hmac\n"
#define PROFILE       "crypto ipsec profile P\n set transform-set TS\n"
#define PROTECTED     " tunnel protection ipsec profile P\n"
#define SVTI          " tunnel mode ipsec ipv4\n" PROTECTED

/* SAs come without a packet that asks for them. */
static inline bool secured(struct tunnel_box *t, const char *node, bool there, uint64_t us)
{
    return comes_to(t, node, "show crypto sockets", "Socket State: Open", there, us);
}
#endif
