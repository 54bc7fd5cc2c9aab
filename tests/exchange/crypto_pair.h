/* crypto_pair.h: two routers with a crypto map towards each other, for the tests of shows, clears, debugs and messages:
 * r1 (10.0.0.1, its network 192.168.1.0/24) and r2 (10.0.0.2, 192.168.2.0/24), cabled directly. */
#ifndef TESTS_EXCHANGE_CRYPTO_PAIR_H
#define TESTS_EXCHANGE_CRYPTO_PAIR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/dataplane.h"
#include "dataplane/ipsec/ipsec.h"
#include "espial/loop.h"
#include "tests/sim/box.h"

#define PAIR_PING "ping 192.168.2.1 source 192.168.1.1"

/* global: lines of configuration both have besides; wire: what the cable is, may be NULL. */
static inline struct box *crypto_pair(const char *global, struct wire **wire)
{
    struct box *b = box_new(7);
    for (int i = 1; i <= 2; i++) {
        char text[2048], name[4];
        int o = 3 - i;
        snprintf(name, sizeof name, "r%d", i);
        snprintf(text, sizeof text,
                 "hostname r%d\n"
                 "logging buffered 1000000 debugging\n"
                 "crypto isakmp policy 10\n encryption aes 256\n hash sha256\n authentication pre-share\n group 19\n"
                 "crypto isakmp key cisco123 address 10.0.0.%d\n"
                 "%s"
                 "crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac\n mode tunnel\n"
                 "crypto map VPN 10 ipsec-isakmp\n set peer 10.0.0.%d\n set transform-set TS\n match address 101\n"
                 "interface Loopback0\n ip address 192.168.%d.1 255.255.255.0\n"
                 "interface Ethernet0/0\n ip address 10.0.0.%d 255.255.255.0\n crypto map VPN\n"
                 "ip route 192.168.%d.0 255.255.255.0 10.0.0.%d\n"
                 "access-list 101 permit ip 192.168.%d.0 0.0.0.255 192.168.%d.0 0.0.0.255\n",
                 i, o, global, o, i, i, o, o, i, o);
        box_node(b, name, text);
    }
    struct wire *w = box_link(b, "r1", "Ethernet0/0", "r2", "Ethernet0/0");
    if (wire)
        *wire = w;
    box_boot(b);
    box_run(b, 5 * US_PER_S);
    return b;
}

#define PAIR_IKEV2                                                                                                          \
    "crypto logging ikev2\n"                                                                                           \
    "crypto ikev2 proposal P\n encryption aes-cbc-256\n integrity sha256\n group 19\n"                                 \
    "crypto ikev2 policy POL\n proposal P\n"                                                                           \
    "crypto ikev2 keyring KR\n peer ALL\n  address 10.0.0.0 255.255.255.0\n  pre-shared-key cisco123\n"                \
    "crypto ikev2 profile PROF\n match identity remote address 10.0.0.0 255.255.255.0\n"                               \
    " authentication remote pre-share\n authentication local pre-share\n keyring local KR\n dpd 10 2 on-demand\n"      \
    "crypto ikev2 diagnose error 5\n"

/* The same, with IKEv2. */
static inline struct box *crypto_pair_ikev2(void)
{
    struct box *b = crypto_pair(PAIR_IKEV2, NULL);

    for (int i = 1; i <= 2; i++)
        box_type_all(b, i == 1 ? "r1" : "r2", "configure terminal\ncrypto map VPN 10\nset ikev2-profile PROF\nend");
    return b;
}

/* A second entry of both, IKEv2's, beside that of IKEv1: from 172.16.1.1 behind r1 to 172.16.2.1 behind r2. */
#define PAIR_PING_V2 "ping 172.16.2.1 source 172.16.1.1"
static inline struct box *crypto_pair_both(const char *global)
{
    struct box *b = crypto_pair(global, NULL);
    for (int i = 1; i <= 2; i++) {
        const char *node = i == 1 ? "r1" : "r2";
        char text[512];
        snprintf(text, sizeof text,
                 "configure terminal\naccess-list 102 permit ip 172.16.%d.0 0.0.0.255 172.16.%d.0 0.0.0.255\n"
                 "interface Loopback2\nip address 172.16.%d.1 255.255.255.0\nexit\n"
                 "ip route 172.16.%d.0 255.255.255.0 10.0.0.%d",
                 i, 3 - i, i, 3 - i, 3 - i);
        box_type_all(b, node, text);
        (void)box_type(b, node, "crypto map VPN 20 ipsec-isakmp"); /* with a note */
        snprintf(text, sizeof text,
                 "set peer 10.0.0.%d\nset transform-set TS\nset ikev2-profile PROF\nmatch address 102\nend", 3 - i);
        box_type_all(b, node, text);
        (void)box_type(b, node, "write memory");
    }
    return b;
}

static inline struct ipsec *pair_ipsec(struct box *b, const char *node)
{
    return dataplane_ipsec(router_dataplane(box_router(b, node)));
}

/* The newest pair of SAs of a node. */
static inline struct ipsec_pair_info pair_newest(struct box *b, const char *node)
{
    struct ipsec_flow_info f;
    struct ipsec_pair_info p;
    size_t at = 0, pair_at = 0;

    assert_true(ipsec_flow_next(pair_ipsec(b, node), &at, &f));
    assert_true(ipsec_pair_next(pair_ipsec(b, node), f.id, &pair_at, &p));
    return p;
}

static inline void pair_says(struct box *b, const char *node, const char *line, const char *want)
{
    const char *said = box_type(b, node, line);
    if (strcmp(said, want) != 0)
        fail_msg("%s# %s\n%s\n-- instead of:\n%s", node, line, said, want);
}

static inline void pair_has(struct box *b, const char *node, const char *line, const char *want)
{
    const char *said = box_type(b, node, line);
    if (!strstr(said, want))
        fail_msg("%s# %s\n%s\n-- lacks:\n%s", node, line, said, want);
}

static inline void pair_up(struct box *b)
{
    pair_has(b, "r1", PAIR_PING, "Success rate is 80 percent (4/5)"); /* the first one starts IKE and is lost */
}

/* A pair that r2 has forgotten over a reload, and r1 goes on sending by; the SPI. */
static inline uint32_t pair_forgotten(struct box *b)
{
    box_type(b, "r1", "write memory");
    box_type(b, "r2", "write memory");
    pair_up(b);
    uint32_t spi = pair_newest(b, "r1").spi_out;
    box_reload(b, "r2");
    box_run(b, 5 * US_PER_S);
    return spi;
}
#endif
