/* three_routers.h: three routers in a row at whose command lines a test types: r1 (10.0.1.1) -- r2 -- r3 (10.0.2.3, loopback 10.3.3.3). */
#ifndef ESPIAL_TESTS_THREE_ROUTERS_H
#define ESPIAL_TESTS_THREE_ROUTERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "espial/loop.h"
#include "espial/text.h"
#include "tests/sim/box.h"

/* Booted, and their lines up. r1_more and r2_more are put behind their configurations, r2_port in that of r2's Ethernet0/0. */
static inline struct box *three_routers(uint64_t seed, const char *r1_more, const char *r2_port, const char *r2_more)
{
    struct box *b = box_new(seed);
    struct text t = {0};

    text_printf(&t, "hostname r1\ninterface Ethernet0/0\n ip address 10.0.1.1 255.255.255.0\nip route 0.0.0.0 0.0.0.0 10.0.1.2\n%s", r1_more);
    box_node(b, "r1", text_str(&t));
    text_clear(&t);
    text_printf(&t,
                "hostname r2\ninterface Ethernet0/0\n ip address 10.0.1.2 255.255.255.0\n%s"
                "interface Ethernet0/1\n ip address 10.0.2.2 255.255.255.0\nip route 10.3.3.0 255.255.255.0 10.0.2.3\n%s",
                r2_port, r2_more);
    box_node(b, "r2", text_str(&t));
    text_free(&t);
    box_node(b, "r3",
             "hostname r3\n"
             "interface Ethernet0/0\n ip address 10.0.2.3 255.255.255.0\n"
             "interface Loopback0\n ip address 10.3.3.3 255.255.255.255\n"
             "ip route 0.0.0.0 0.0.0.0 10.0.2.2\n");
    box_link(b, "r1", "Ethernet0/0", "r2", "Ethernet0/0");
    box_link(b, "r2", "Ethernet0/1", "r3", "Ethernet0/0");
    box_boot(b);
    box_run(b, 3 * US_PER_S);
    return b;
}

static inline int teardown(void **state)
{
    box_free(*state);
    return 0;
}

/* Does a typed line print this? */
static inline void types(struct box *b, const char *node, const char *line, const char *expected)
{
    const char *got = box_type(b, node, line);

    if (!strstr(got, expected))
        fail_msg("%s# %s\nprinted:\n%s\nwithout:\n%s", node, line, got, expected);
}
#endif
