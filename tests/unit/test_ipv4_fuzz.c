/* Mutated frames against a forwarding router: nothing crashes (the sanitizers look on), nothing leaks, and what can't
 * be routed dies for a reason. Seeds are real frames of every kind that the router understands; the run is short and
 * repeatable, the seed is printed with a failure by the loop count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "dataplane/limits.h"
#include "espial/buf.h"
#include "espial/inet.h"
#include "tests/fuzz/frames.h"
#include "tests/sim/netbox.h"
#include "tests/sim/vloop.h"

enum { ROUNDS = 60000, ETH = FRAME_ETH };

static size_t seed_frame(struct rnd *r, uint8_t *f)
{
    return frame_seed(rnd_u32(r) % FRAME_KINDS, rnd_u32(r), f);
}

static size_t spoil(struct rnd *r, uint8_t *f, size_t len)
{
    unsigned n = rnd_u32(r) % 4;

    for (unsigned i = 0; i < n; i++) {
        size_t at = rnd_u32(r) % 3 ? 12 + rnd_u32(r) % 40 : rnd_u32(r) % len; /* mostly the headers */
        if (at < len)
            f[at] = rnd_u32(r) & 1 ? (uint8_t)rnd_u32(r) : (uint8_t)(f[at] ^ 1u << rnd_u32(r) % 8);
    }
    if (rnd_u32(r) % 8 == 0)
        len = rnd_u32(r) % (len + 1);
    if (rnd_u32(r) % 4) /* mostly with a right checksum, or little would get past it */
        frame_sum(f, len);
    return len;
}

static void on_udp(void *arg, const struct udp_from *from, const uint8_t *data, size_t len)
{
    unsigned *sum = arg;
    (void)from;

    for (size_t i = 0; i < len; i++)
        *sum += data[i]; /* every byte promised can be read */
}

static void mutated_frames(void **state)
{
    struct loop *loop = vloop_new(0);
    struct rnd *r = rnd_seeded_new(4711);
    struct netbox box;
    struct wire *w0 = wire_new(loop, NULL, NULL), *w1 = wire_new(loop, NULL, NULL);
    uint8_t *frame = mem_new(2048);
    unsigned sum = 0;
    uint64_t died = 0;
    (void)state;

    netbox_init(&box, loop, 1);
    netbox_plug(&box, "Ethernet0/0", w0, 0, "10.0.0.1/24");
    netbox_plug(&box, "Ethernet0/1", w1, 0, "10.0.1.1/24");
    netbox_route(&box, "10.9.0.0/16", "10.0.1.2");
    struct if_conf *c = netbox_conf(&box, "Ethernet0/1");
    c->ip_mtu = 500;
    iface_conf_changed(box.net, c, false);
    struct udp_sock *s = udp_open(net_inet(box.net), 4500, on_udp, &sum);
    vloop_run_for(loop, 2 * US_PER_S);
    for (unsigned i = 0; i < ROUNDS; i++) {
        size_t len = spoil(r, frame, seed_frame(r, frame));
        wire_inject(w0, 1, frame, len);
        vloop_run_for(loop, 500);
    }
    udp_close(s);
    vloop_run_for(loop, REASS_TIMEOUT_US + (ARP_TRIES + 1) * ARP_RETRY_US);
    assert_int_equal(netbox_used(&box), 0);
    for (unsigned why = 1; why < DROP_REASONS; why++)
        died += netbox_drops(&box, why);
    assert_in_range(died + iface_by_name(box.net, "Ethernet0/1")->n.tx_packets, ROUNDS, 4 * ROUNDS);
    /* the seeds do reach every corner */
    static const enum drop_reason reached[] = {
        DROP_DONE,          DROP_IP_CHECKSUM,     DROP_IP_VERSION, DROP_IP_IHL,   DROP_IP_LENGTH,
        DROP_IP_OPTIONS,    DROP_IP_SOURCE_ROUTE, DROP_IP_MARTIAN, DROP_IP_DF,    DROP_REASS_TIMEOUT,
        DROP_REASS_OVERLAP, DROP_ICMP_BAD,        DROP_UDP_PORT,   DROP_UDP_BAD,  DROP_ARP_BAD,
        DROP_ARP_FAILED,    DROP_ETH_SHORT,       DROP_ETH_NOT_US, DROP_ETH_TYPE, DROP_NO_STAGE,
        DROP_IP_PROTO,      DROP_IP_NO_ROUTE,     DROP_IP_TTL};
    for (size_t i = 0; i < sizeof reached / sizeof reached[0]; i++)
        if (!netbox_drops(&box, reached[i]))
            fail_msg("no packet died of %s", drop_rows[reached[i]].name);
    mem_free(frame);
    netbox_end(&box);
    wire_free(w0);
    wire_free(w1);
    rnd_free(r);
    vloop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(mutated_frames)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
