/* star.h: spokes around a hub, over a provider that routes only what is between them, for tests of crypto maps on whole
 * routers. Include it once per program.
 *
 *   s1 .. s3 (Loopback0 10.1.N.1, 192.0.N.1) -- isp -- hub (Loopback0 10.0.0.1, 192.0.0.1)
 *
 * The spokes have a static map CM to the hub for 10.1.N.0/24 to 10.0.0.0/24; the hub of hub[] has a dynamic map. */
#ifndef ESPIAL_TESTS_STAR_H
#define ESPIAL_TESTS_STAR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/dataplane.h"
#include "dataplane/ipsec/ipsec.h"
#include "dataplane/ipsec/spd.h"
#include "espial/loop.h"
#include "tests/sim/box.h"

#define IKE                                                                                                            \
    "crypto isakmp policy 10\n encryption aes\n authentication pre-share\n group 14\n"                                 \
    "crypto isakmp key secret address 0.0.0.0\n"                                                                       \
    "crypto ipsec transform-set T esp-aes esp-sha-hmac\n"

/* Typed: a profile V2 of IKEv2 for any peer. */
#define IKEV2                                                                                                          \
    "crypto ikev2 keyring K\npeer ANY\naddress 0.0.0.0 0.0.0.0\npre-shared-key drawbridge\nexit\nexit\n"               \
    "crypto ikev2 profile V2\nmatch identity remote address 0.0.0.0\nauthentication remote pre-share\n"                \
    "authentication local pre-share\nkeyring local K\nexit\n"

static const char hub[] = "hostname hub\n" IKE "crypto dynamic-map DYN 10\n set transform-set T\n"
                          "crypto map CM 10 ipsec-isakmp dynamic DYN\n"
                          "interface Loopback0\n ip address 10.0.0.1 255.255.255.0\n"
                          "interface Ethernet0/0\n ip address 192.0.0.1 255.255.255.0\n crypto map CM\n"
                          "ip route 0.0.0.0 0.0.0.0 192.0.0.254\n";
static const char isp[] = "hostname isp\n"
                          "interface Ethernet0/0\n ip address 192.0.0.254 255.255.255.0\n"
                          "interface Ethernet0/1\n ip address 192.0.1.254 255.255.255.0\n"
                          "interface Ethernet0/2\n ip address 192.0.2.254 255.255.255.0\n"
                          "interface Ethernet0/3\n ip address 192.0.3.254 255.255.255.0\n";

static inline void spoke(struct box *b, int n, const char *more)
{
    char name[8], text[2048];
    snprintf(name, sizeof name, "s%d", n);
    snprintf(text, sizeof text,
             "hostname %s\n" IKE "%s"
             "crypto map CM 10 ipsec-isakmp\n set peer 192.0.0.1\n set transform-set T\n match address 101\n"
             "interface Loopback0\n ip address 10.1.%d.1 255.255.255.0\n"
             "interface Ethernet0/0\n ip address 192.0.%d.1 255.255.255.0\n crypto map CM\n"
             "access-list 101 permit ip 10.1.%d.0 0.0.0.255 10.0.0.0 0.0.0.255\n"
             "ip route 0.0.0.0 0.0.0.0 192.0.%d.254\n",
             name, more, n, n, n, n);
    box_node(b, name, text);
}

static inline struct box *star(uint64_t seed, const char *hub_config, int spokes)
{
    struct box *b = box_new(seed);
    char name[8], port[16];
    box_node(b, "hub", hub_config);
    box_node(b, "isp", isp);
    for (int i = 1; i <= spokes; i++)
        spoke(b, i, "");
    box_link(b, "hub", "Ethernet0/0", "isp", "Ethernet0/0");
    for (int i = 1; i <= spokes; i++) {
        snprintf(name, sizeof name, "s%d", i);
        snprintf(port, sizeof port, "Ethernet0/%d", i);
        box_link(b, name, "Ethernet0/0", "isp", port);
    }
    box_boot(b);
    box_run(b, 3 * US_PER_S);
    return b;
}

static inline unsigned pings(struct box *b, const char *node, const char *line)
{
    const char *said = box_type(b, node, line), *at = strstr(said, "percent (");
    unsigned got = 0;
    if (at)
        (void)sscanf(at, "percent (%u", &got);
    return got;
}

static inline struct ipsec *ips(struct box *b, const char *node)
{
    return dataplane_ipsec(router_dataplane(box_router(b, node)));
}

static inline unsigned pairs(struct box *b, const char *node)
{
    return ipsec_totals(ips(b, node)).pairs;
}

static inline void conf(struct box *b, const char *node, const char *lines)
{
    box_type(b, node, "configure terminal");
    box_type_all(b, node, lines);
    box_type(b, node, "end");
}

#define FROM_SPOKE "ping 10.0.0.1 source Loopback0 timeout 1"
#endif
