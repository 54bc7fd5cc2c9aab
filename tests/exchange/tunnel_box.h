/* tunnel_box.h: two routers with a tunnel between them, and a third in the middle that knows nothing of it:
 *
 *   left  Loopback1 10.1.0.1 | Ethernet0/0 192.0.2.1 -- mid -- Ethernet0/0 198.51.100.1 | Loopback1 10.2.0.1  right
 *         Tunnel0 172.16.0.1 ============================================ Tunnel0 172.16.0.2
 *
 * What passes between left and mid is looked at and counted. Include it once per program. */
#ifndef ESPIAL_TESTS_TUNNEL_BOX_H
#define ESPIAL_TESTS_TUNNEL_BOX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "dataplane/dataplane.h"
#include "dataplane/drop.h"
#include "dataplane/graph.h"
#include "espial/buf.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/text.h"
#include "tests/sim/box.h"

#define PING  "ping 10.2.0.1 source Loopback1" /* at left */
#define BACK  "ping 10.1.0.1 source Loopback1" /* at right */
#define FIVE  "Success rate is 100 percent (5/5)"
#define NONE  "Success rate is 0 percent (0/5)"

#define LEFT  0xC0000201u /* 192.0.2.1 */
#define RIGHT 0xC6336401u /* 198.51.100.1 */

struct tunnel_box {
    struct box *b;
    struct wire *left_wire, *right_wire; /* end 0: left or right; end 1: mid */
    unsigned gre, esp, icmp, udp, other; /* IPv4 packets that left sent or was sent */
    uint8_t last[2000];                  /* the last GRE or ESP packet that left sent, from its IPv4 header */
    size_t last_len;
    bool lose; /* all of it */
};

static inline enum wire_verdict tunnel_tap(void *arg, int from, uint8_t *frame, size_t len)
{
    struct tunnel_box *t = arg;

    if (len < 34 || get16(frame + 12) != 0x0800)
        return WIRE_PASS;
    switch (frame[23]) {
    case PROTO_GRE: t->gre++; break;
    case PROTO_ESP: t->esp++; break;
    case PROTO_ICMP: t->icmp++; break;
    case PROTO_UDP: t->udp++; break;
    default: t->other++;
    }
    if (from == 0 && (frame[23] == PROTO_GRE || frame[23] == PROTO_ESP)) {
        t->last_len = len - 14 < sizeof t->last ? len - 14 : sizeof t->last;
        memcpy(t->last, frame + 14, t->last_len);
    }
    return t->lose ? WIRE_LOSE : WIRE_PASS;
}

/* The lines of Tunnel0 besides its address and ends, and what else a configuration has, the same on both sides but for
 * %s, which is the other side's address. */
static inline void tunnel_config(struct text *out, const char *node, bool left, const char *more, const char *tunnel)
{
    text_printf(out,
                "hostname %s\n%s"
                "interface Loopback1\n ip address 10.%d.0.1 255.255.255.255\n"
                "interface Ethernet0/0\n ip address %s 255.255.255.0\n"
                "interface Tunnel0\n ip address 172.16.0.%d 255.255.255.252\n tunnel source Ethernet0/0\n"
                " tunnel destination %s\n%s"
                "ip route 0.0.0.0 0.0.0.0 %s\nip route 10.%d.0.1 255.255.255.255 172.16.0.%d\n",
                node, more, left ? 1 : 2, left ? "192.0.2.1" : "198.51.100.1", left ? 1 : 2,
                left ? "198.51.100.1" : "192.0.2.1", tunnel, left ? "192.0.2.2" : "198.51.100.2", left ? 2 : 1,
                left ? 2 : 1);
}

/* more: global lines in front, of left and right; tunnel: lines of Tunnel0. Booted, and their lines up. */
static inline struct tunnel_box *tunnel_box(struct tunnel_box *t, uint64_t seed, const char *left_more,
                                            const char *left_tunnel, const char *right_more, const char *right_tunnel)
{
    struct text c = {0};

    memset(t, 0, sizeof *t);
    t->b = box_new(seed);
    tunnel_config(&c, "left", true, left_more, left_tunnel);
    box_node(t->b, "left", text_str(&c));
    text_clear(&c);
    box_node(t->b, "mid",
             "hostname mid\ninterface Ethernet0/0\n ip address 192.0.2.2 255.255.255.0\n"
             "interface Ethernet0/1\n ip address 198.51.100.2 255.255.255.0\n");
    tunnel_config(&c, "right", false, right_more, right_tunnel);
    box_node(t->b, "right", text_str(&c));
    text_free(&c);
    t->left_wire = box_link(t->b, "left", "Ethernet0/0", "mid", "Ethernet0/0");
    t->right_wire = box_link(t->b, "right", "Ethernet0/0", "mid", "Ethernet0/1");
    wire_tap(t->left_wire, tunnel_tap, t);
    box_boot(t->b);
    box_run(t->b, 3 * US_PER_S);
    return t;
}

/* Both ends alike. */
static inline struct tunnel_box *both(void **state, uint64_t seed, const char *more, const char *tunnel)
{
    return tunnel_box(*state, seed, more, tunnel, more, tunnel);
}

/* Before and after each test: *state is the box that it makes. */
static inline int setup(void **state)
{
    static struct tunnel_box t;

    *state = &t;
    return 0;
}

static inline int teardown(void **state)
{
    box_free(((struct tunnel_box *)*state)->b);
    return 0;
}
#define TUNNEL_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

static inline void tunnel_forget(struct tunnel_box *t)
{
    t->gre = t->esp = t->icmp = t->udp = t->other = 0;
}

/* Does a typed line print this? */
static inline void prints(struct tunnel_box *t, const char *node, const char *line, const char *expected)
{
    const char *got = box_type(t->b, node, line);

    if (!strstr(got, expected))
        fail_msg("%s# %s\nprinted:\n%s\nwithout:\n%s", node, line, got, expected);
}

static inline void prints_not(struct tunnel_box *t, const char *node, const char *line, const char *unexpected)
{
    const char *got = box_type(t->b, node, line);

    if (strstr(got, unexpected))
        fail_msg("%s# %s\nprinted:\n%s\nwith:\n%s", node, line, got, unexpected);
}

static inline bool tunnel_up(struct tunnel_box *t, const char *node)
{
    return strstr(box_type(t->b, node, "show interfaces Tunnel0"), "line protocol is up") != NULL;
}

/* Does a line print this, or no more, within `us`? */
static inline bool comes_to(struct tunnel_box *t, const char *node, const char *line, const char *what, bool there,
                            uint64_t us)
{
    for (uint64_t at = 0; at < us; at += 100 * US_PER_MS) {
        if ((strstr(box_type(t->b, node, line), what) != NULL) == there)
            return true;
        box_run(t->b, 100 * US_PER_MS);
    }
    return false;
}

static inline bool tunnel_comes(struct tunnel_box *t, const char *node, bool up, uint64_t us)
{
    return comes_to(t, node, "show interfaces Tunnel0", "line protocol is up", up, us);
}

static inline uint64_t tunnel_drops(struct tunnel_box *t, const char *node, enum drop_reason why)
{
    return drop_count(dataplane_graph(router_dataplane(box_router(t->b, node))), why, DROP_SINCE_BOOT).packets;
}
#endif
