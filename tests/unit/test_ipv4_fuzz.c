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
#include "tests/sim/netbox.h"
#include "tests/sim/vloop.h"

enum { ROUNDS = 60000, ETH = 14 };

static const uint8_t to_us[14] = {0xaa, 0xbb, 0xcc, 0, 1, 0, 0xaa, 0xbb, 0xcc, 0, 2, 0, 8, 0};

static size_t ip_frame(uint8_t *f, uint8_t proto, uint32_t dst, uint16_t field, const void *payload, size_t len)
{
    uint8_t *ip = f + ETH;

    memcpy(f, to_us, ETH);
    memset(ip, 0, 20);
    ip[0] = 0x45;
    put16(ip + 2, (uint16_t)(20 + len));
    put16(ip + 4, 99);
    put16(ip + 6, field);
    ip[8] = 64;
    ip[9] = proto;
    put32(ip + 12, addr_of("10.0.0.2"));
    put32(ip + 16, dst);
    memcpy(ip + 20, payload, len);
    return ETH + 20 + len;
}

static size_t seed_frame(struct rnd *r, uint8_t *f)
{
    uint32_t us = addr_of("10.0.0.1"), far = addr_of("10.9.9.9"), dst = rnd_u32(r) & 1 ? us : far;
    uint8_t data[600] = {0};

    switch (rnd_u32(r) % 9) {
    case 0: /* ARP request */
        memcpy(f, to_us, ETH);
        put16(f + 12, 0x0806);
        memcpy(f + ETH, "\0\1\x08\0\6\4\0\1\xaa\xbb\xcc\0\2\0\x0a\0\0\2\0\0\0\0\0\0\x0a\0\0\1", 28);
        f[ETH + 7] = (uint8_t)(1 + (rnd_u32(r) & 1));
        return ETH + 28;
    case 1: /* echo */
        data[0] = 8;
        put16(data + 2, ip_cksum_fold(ip_cksum_add(0, data, 64)));
        return ip_frame(f, PROTO_ICMP, dst, 0, data, 64);
    case 2: /* an error that quotes one of ours */
        data[0] = 3;
        data[1] = 4;
        ip_frame(data + 8, PROTO_UDP, far, 0, "\x01\xf4\x01\xf4\0\x08\0\0", 8);
        memmove(data + 8, data + 8 + ETH, 28);
        put32(data + 8 + 12, us);
        put16(data + 2, ip_cksum_fold(ip_cksum_add(0, data, 36)));
        return ip_frame(f, PROTO_ICMP, us, 0, data, 36);
    case 3: /* UDP 4500 */
        put16(data, 4500);
        put16(data + 2, 4500);
        put16(data + 4, 40);
        put32(data + 8, rnd_u32(r) & 1);
        return ip_frame(f, PROTO_UDP, dst, 0, data, 40);
    case 4: /* UDP to nobody */
        put16(data + 2, 7);
        put16(data + 4, 8);
        return ip_frame(f, PROTO_UDP, dst, 0, data, 8);
    case 5: /* a piece */
        return ip_frame(f, PROTO_UDP, dst, (uint16_t)((rnd_u32(r) & 1 ? 0x2000 : 0) | rnd_u32(r) % 8), data,
                        8 * (1 + rnd_u32(r) % 6));
    case 6: { /* options */
        size_t n = ip_frame(f, PROTO_ICMP, dst, 0, data, 100);
        f[ETH] = 0x48;
        memcpy(f + ETH + 20, "\x07\x07\x04\0\0\0\0\x83\x04\x04\0\0", 12);
        return n;
    }
    case 7: /* ESP, AH, TCP, GRE */
        return ip_frame(f, (uint8_t)(rnd_u32(r) & 1 ? PROTO_ESP : rnd_u32(r)), dst, 0, data, 100);
    default: /* too big for the other side */
        return ip_frame(f, PROTO_UDP, far, rnd_u32(r) & 1 ? 0x4000 : 0, data, 600);
    }
}

static size_t mutate(struct rnd *r, uint8_t *f, size_t len)
{
    unsigned n = rnd_u32(r) % 4;

    for (unsigned i = 0; i < n; i++) {
        size_t at = rnd_u32(r) % 3 ? 12 + rnd_u32(r) % 40 : rnd_u32(r) % len; /* mostly the headers */
        if (at < len)
            f[at] = rnd_u32(r) & 1 ? (uint8_t)rnd_u32(r) : (uint8_t)(f[at] ^ 1u << rnd_u32(r) % 8);
    }
    if (rnd_u32(r) % 8 == 0)
        len = rnd_u32(r) % (len + 1);
    if (len >= ETH + 20 && rnd_u32(r) % 4) { /* mostly with a right checksum, or little would get past it */
        size_t ihl = (f[ETH] & 15u) * 4u;
        if (ihl >= 20 && ETH + ihl <= len) {
            put16(f + ETH + 10, 0);
            put16(f + ETH + 10, ip_cksum_fold(ip_cksum_add(0, f + ETH, ihl)));
        }
    }
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
        size_t len = mutate(r, frame, seed_frame(r, frame));
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
