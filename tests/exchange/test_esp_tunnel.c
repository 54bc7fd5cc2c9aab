/* test_esp_tunnel.c: two routers and what is behind them, IPsec between them with pairs installed by hand:
 *
 *   left: Loopback0 10.1.0.1 -- Ethernet0/0 192.0.2.1 ======== wire ======== Ethernet0/0 192.0.2.2 --
 * Loopback0 10.2.0.1 :right
 *
 * Pings inside; what the wire shows; loss, repetition and bits that fall over; fragments; an end that forgot its SAs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/ipsec/ipsec.h"
#include "dataplane/ipsec/ipsec_conf.h"
#include "dataplane/ipsec/spd.h"
#include "espial/buf.h"
#include "espial/inet.h"
#include "espial/mem.h"
#include "espial/rand.h"
#include "espial/text.h"
#include "tests/sim/netbox.h"
#include "tests/sim/vloop.h"

static const struct ipsec_transform aes = {
    .proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 256, .auth = HASH_SHA256};
static const struct ipsec_transform gcm = {.proto = PROTO_ESP, .cipher = CIPHER_AES_GCM, .key_bits = 128};

struct end {
    struct netbox box;
    struct ipsec *ips;
    unsigned acquired, strays;
    struct ipsec_policy want;
};
struct lab {
    struct loop *loop;
    struct rnd *chance;
    struct wire *wire;
    struct end left, right;
    struct netping ping;
    unsigned esp, clear, other; /* frames on the wire: ESP, ICMP in clear between the networks, the rest */
    uint32_t spi_seen;
    enum wire_verdict spoil_next;
};

static enum wire_verdict watch(void *arg, int from, uint8_t *frame, size_t len)
{
    struct lab *t = arg;
    (void)from;
    if (len >= 34 && get16(frame + 12) == 0x0800 && frame[23] == PROTO_ESP) {
        enum wire_verdict v = t->spoil_next;
        t->esp++;
        t->spi_seen = get32(frame + 34);
        t->spoil_next = WIRE_PASS;
        if (v == WIRE_CORRUPT) { /* one bit of the ciphertext */
            frame[70] ^= 4;
            v = WIRE_PASS;
        }
        return v;
    }
    if (len >= 34 && get16(frame + 12) == 0x0800 && frame[23] == PROTO_ICMP && frame[26] == 10)
        t->clear++;
    else
        t->other++;
    return WIRE_PASS;
}

static void on_acquire(void *arg, const struct ipsec_policy *want)
{
    struct end *e = arg;
    e->acquired++;
    e->want = *want;
}

static void on_stray(void *arg, uint32_t src, uint32_t dst, uint8_t proto, uint32_t spi, const char *ifname, bool udp)
{
    (void)src, (void)dst, (void)proto, (void)spi, (void)ifname, (void)udp;
    ((struct end *)arg)->strays++;
}

static void ipsec_up(struct end *e)
{
    e->ips = ipsec_new(&(struct ipsec_env){.loop = e->box.loop,
                                           .rnd = e->box.rnd,
                                           .log = e->box.log,
                                           .bus = e->box.bus,
                                           .net = e->box.net,
                                           .graph = e->box.graph});
    ipsec_set_up(e->ips, &(struct ipsec_up){.arg = e, .acquire = on_acquire, .invalid_spi = on_stray});
}

static void end_up(struct lab *t, struct end *e, int side)
{
    const char *peer = side ? "192.0.2.1" : "192.0.2.2";
    netbox_init(&e->box, t->loop, (uint8_t)(side + 1));
    netbox_plug(&e->box, "Ethernet0/0", t->wire, side, side ? "192.0.2.2/24" : "192.0.2.1/24");
    netbox_addr(&e->box, "Loopback0", side ? "10.2.0.1/24" : "10.1.0.1/24");
    netbox_route(&e->box, side ? "10.1.0.0/24" : "10.2.0.0/24", peer);
    struct ace_conf *ace = netbox_ace(&e->box, 101);
    ace->proto = ACL_PROTO_IP;
    ace->src_kind = ace->dst_kind = ACL_ADDR_WILD;
    ace->src = addr_of(side ? "10.2.0.0" : "10.1.0.0");
    ace->dst = addr_of(side ? "10.1.0.0" : "10.2.0.0");
    ace->src_wild = ace->dst_wild = 255;
    acl_conf_changed(e->box.net, "101");
    ipsec_up(e);
    struct cryptomap_conf *m = NEW(struct cryptomap_conf);
    struct map_peer_conf *p = NEW(struct map_peer_conf);
    cryptomap_conf_init(m);
    str_copy(m->name, sizeof m->name, "CMAP");
    m->seq = 10;
    p->addr = addr_of(peer);
    conf_list_add(&m->peers, p);
    str_copy(m->acl, sizeof m->acl, "101");
    conf_list_add(&ipsec_conf(e->ips)->maps, m);
    ipsec_conf_changed(e->ips);
    struct if_conf *c = netbox_conf(&e->box, "Ethernet0/0");
    str_copy(c->crypto_map, sizeof c->crypto_map, "CMAP");
    iface_conf_changed(e->box.net, c, false);
}

static void end_down(struct end *e)
{
    ipsec_free(e->ips);
    netbox_end(&e->box);
}

static int setup(void **state)
{
    static const struct wire_params still = {.delay_us = 1000};
    struct lab *t = NEW(struct lab);
    t->loop = vloop_new(INT64_C(1331576530000000));
    t->chance = rnd_seeded_new(5);
    t->wire = wire_new(t->loop, t->chance, &still);
    wire_tap(t->wire, watch, t);
    end_up(t, &t->left, 0);
    end_up(t, &t->right, 1);
    netping_init(&t->ping, &t->left.box);
    vloop_run_for(t->loop, 3 * US_PER_S);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct lab *t = *state;
    netping_end(&t->ping);
    assert_int_equal(netbox_used(&t->left.box), 0); /* no packet is lost track of */
    assert_int_equal(netbox_used(&t->right.box), 0);
    end_down(&t->left);
    end_down(&t->right);
    wire_free(t->wire);
    rnd_free(t->chance);
    vloop_free(t->loop);
    mem_free(t);
    return 0;
}

static uint32_t install(struct end *e, const struct ipsec_transform *tr, uint32_t spi_in, uint32_t spi_out, bool udp)
{
    static const uint8_t key[80] = "the same key for both directions would be folly outside of a test, but is not in";
    struct ipsec_flow_info f;
    size_t at = 0;
    assert_true(ipsec_flow_next(e->ips, &at, &f));
    struct sa_pair_params p = {
        .policy = {.map = "CMAP",
                   .seq = 10,
                   .ifname = "Ethernet0/0",
                   .local = f.local,
                   .peer = f.peer,
                   .local_sel = f.local_sel,
                   .remote_sel = f.remote_sel,
                   .transforms = {*tr},
                   .ntransforms = 1,
                   .life_s = 3600,
                   .life_kb = 4608000,
                   .replay_window = 64},
        .spi_in = spi_in,
        .spi_out = spi_out,
        .udp_encap = udp,
        .local_port = udp ? 4500 : 500,
        .peer_port = udp ? 4500 : 500,
        .key_in = key,
        .key_out = key,
        .key_len = sad_keymat_len(tr),
    };
    uint32_t id = sad_install(e->ips, &p);
    assert_int_not_equal(id, 0);
    return id;
}

static void both(struct lab *t, const struct ipsec_transform *tr, uint32_t base)
{
    uint32_t l = install(&t->left, tr, base + 1, base + 2, false);
    uint32_t r = install(&t->right, tr, base + 2, base + 1, false);
    sad_enable_outbound(t->left.ips, l);
    sad_enable_outbound(t->right.ips, r);
}

static struct flow_count count(struct end *e)
{
    struct ipsec_flow_info f;
    size_t at = 0;
    assert_true(ipsec_flow_next(e->ips, &at, &f));
    return f.n;
}

/* ping 10.2.0.1 source 10.1.0.1: netping has no source of its own, so the request is made here. */
static void ping(struct lab *t, uint16_t seq, uint32_t size, bool df)
{
    assert_int_equal(
        icmp_echo(t->left.box.net, addr_of("10.1.0.1"), addr_of("10.2.0.1"), t->ping.id, seq, size, df, 255), 0);
    vloop_run_for(t->loop, US_PER_S);
}

static void pings(void **state)
{
    struct lab *t = *state;
    ping(t, 1, 100, false); /* no SA yet: IKE is asked, the packet is lost */
    assert_int_equal(t->ping.replies, 0);
    assert_int_equal(t->left.acquired, 1);
    assert_int_equal(t->left.want.peer, addr_of("192.0.2.2"));
    assert_int_equal(netbox_drops(&t->left.box, DROP_OUT_V4_PKT_HIT_IKE_START_SP), 1);
    both(t, &aes, 0x1000);
    for (uint16_t seq = 2; seq < 12; seq++)
        ping(t, seq, 100, false);
    assert_int_equal(t->ping.replies, 10);
    assert_int_equal(t->ping.last.from, addr_of("10.2.0.1"));
    assert_int_equal(t->ping.last.len, 100);
    assert_int_equal(t->esp, 20);
    assert_int_equal(t->clear, 0);
    assert_int_equal(count(&t->left).encaps, 10);
    assert_int_equal(count(&t->left).decaps, 10);
    assert_int_equal(count(&t->left).no_sa_send, 1);
    assert_int_equal(count(&t->right).encaps, 10);
    assert_int_equal(count(&t->right).decaps, 10);
    /* The other transform, by make before break, with pings all along. */
    both(t, &gcm, 0x2000);
    ping(t, 20, 100, false);
    assert_int_equal(t->ping.replies, 11);
    assert_int_equal(t->spi_seen, 0x2001);
}

/* Outer packets are never fragmented when the inner ones may be; with DF the sender learns what fits. */
static void big(void **state)
{
    struct lab *t = *state;
    both(t, &aes, 0x1000);
    ping(t, 1, 100, false);
    t->esp = 0;
    ping(t, 2, 5000, false);
    assert_int_equal(t->ping.replies, 2);
    assert_int_equal(t->ping.last.len, 5000);
    assert_int_equal(t->esp, 8); /* 4 pieces each way */
    assert_int_equal(netbox_drops(&t->right.box, DROP_REASS_BAD), 0);
    ping(t, 3, 1438, true);
    assert_int_equal(t->ping.replies, 3);
    ping(t, 4, 1439, true);
    assert_int_equal(t->ping.replies, 3);
    assert_int_equal(t->ping.errors, 1);
    assert_int_equal(t->ping.last.type, ICMP_UNREACHABLE);
    assert_int_equal(t->ping.last.code, ICMP_UNR_FRAG);
    assert_int_equal(t->ping.last.mtu, 1438);
    /* After encryption: the ESP packet itself goes in pieces, and the peer puts it together. */
    ipsec_conf(t->left.ips)->frag_after = ipsec_conf(t->right.ips)->frag_after = true;
    ping(t, 5, 5000, false);
    assert_int_equal(t->ping.replies, 4);
    assert_int_equal(count(&t->right).decaps, 1 + 4 + 1 + 1);
}

static void troubled(void **state)
{
    struct lab *t = *state;
    both(t, &aes, 0x1000);
    ping(t, 1, 100, false);
    t->spoil_next = WIRE_CORRUPT;
    ping(t, 2, 100, false);
    assert_int_equal(t->ping.replies, 1);
    assert_int_equal(netbox_drops(&t->right.box, DROP_IN_CD_SW_IPSEC_MAC_EXCEPTION), 1);
    assert_int_equal(
        netbox_logged(&t->right.box, "%CRYPTO-4-RECVD_PKT_MAC_ERR: decrypt: mac verify failed for connection id=2001"),
        1);
    assert_int_equal(count(&t->right).decaps, 1);
    t->spoil_next = WIRE_TWICE;
    ping(t, 3, 100, false);
    assert_int_equal(t->ping.replies, 2);
    assert_int_equal(netbox_drops(&t->right.box, DROP_IN_CD_SW_IPSEC_ANTI_REPLAY_FAIL), 1);
    assert_int_equal(count(&t->right).replay_failed, 1);
    assert_int_equal(netbox_logged(&t->right.box, "%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed"), 1);
    t->spoil_next = WIRE_LOSE;
    ping(t, 4, 100, false);
    ping(t, 5, 100, false);
    assert_int_equal(t->ping.replies, 3);
    /* A wire that swaps, repeats and loses: everything that arrives is taken once. */
    wire_set(t->wire, &(struct wire_params){.delay_us = 1000, .jitter_us = 3000, .loss = 50000, .repeat = 100000});
    uint64_t before = count(&t->right).decaps;
    for (uint16_t seq = 10; seq < 510; seq++) {
        icmp_echo(t->left.box.net, addr_of("10.1.0.1"), addr_of("10.2.0.1"), t->ping.id, seq, 100, false, 255);
        vloop_run_for(t->loop, 1000);
    }
    vloop_run_for(t->loop, 5 * US_PER_S);
    uint64_t arrived = count(&t->right).decaps - before;
    assert_in_range(arrived, 450, 500);
    assert_int_equal(count(&t->right).verify_failed, 1);
}

/* The right end has lost its SAs: the text of the message, its limit, and what stays quiet. */
static void forgotten(void **state)
{
    struct lab *t = *state;
    uint32_t id = install(&t->left, &aes, 0x68842105, 0xB761863E, false);
    sad_enable_outbound(t->left.ips, id);
    for (uint16_t seq = 1; seq <= 5; seq++)
        ping(t, seq, 100, false);
    assert_int_equal(t->ping.replies, 0);
    assert_int_equal(netbox_drops(&t->right.box, DROP_INV_SPI), 5);
    assert_int_equal(t->right.strays, 5);
    assert_int_equal(netbox_logged(&t->right.box,
                                   "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for "
                                   "destaddr=192.0.2.2, prot=50, spi=0xB761863E(3076621886), srcaddr=192.0.2.1, input "
                                   "interface=Ethernet0/0"),
                     1);
    vloop_run_for(t->loop, 56 * US_PER_S);
    ping(t, 6, 100, false);
    assert_int_equal(netbox_logged(&t->right.box, "RECVD_PKT_INV_SPI"), 2);
    assert_int_equal(t->right.acquired, 0);
    struct flow_count n = count(&t->right);
    assert_int_equal(flow_recv_errors(&n), 0);
}

/* The left end has lost its map: what it sends in clear is not let in. */
static void unprotected(void **state)
{
    struct lab *t = *state;
    struct if_conf *c = netbox_conf(&t->left.box, "Ethernet0/0");
    c->crypto_map[0] = '\0';
    iface_conf_changed(t->left.box.net, c, false);
    ping(t, 1, 100, false);
    assert_int_equal(t->ping.replies, 0);
    assert_int_equal(t->clear, 1);
    assert_int_equal(netbox_drops(&t->right.box, DROP_IN_US_CL_V4_PKT_FAILED_POLICY), 1);
    assert_int_equal(netbox_logged(&t->right.box,
                                   "%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet. (ip) "
                                   "vrf/dest_addr= /10.2.0.1, src_addr= 10.1.0.1, prot= 1"),
                     1);
    /* Between the endpoints themselves nothing is asked for. */
    assert_int_equal(netping_send(&t->ping, "192.0.2.2", 2, 100, false, 255), 0);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(t->ping.replies, 1);
}

/* ESP in UDP, as through a NAT: the stage is told by UDP's port 4500. */
static void in_udp(void **state)
{
    struct lab *t = *state;
    struct udp_sock *l = udp_open(net_inet(t->left.box.net), 4500, NULL, NULL);
    struct udp_sock *r = udp_open(net_inet(t->right.box.net), 4500, NULL, NULL);
    assert_non_null(l);
    assert_non_null(r);
    sad_enable_outbound(t->left.ips, install(&t->left, &aes, 0x1001, 0x1002, true));
    sad_enable_outbound(t->right.ips, install(&t->right, &aes, 0x1002, 0x1001, true));
    ping(t, 1, 100, false);
    ping(t, 2, 1422, true);
    assert_int_equal(t->ping.replies, 2);
    assert_int_equal(t->esp, 0);
    assert_int_equal(t->clear, 0);
    ping(t, 3, 1423, true);
    assert_int_equal(t->ping.last.mtu, 1422);
    sad_delete_peer(t->right.ips, 0, SA_GONE_CLEARED);
    ping(t, 4, 100, false);
    assert_int_equal(
        netbox_logged(&t->right.box, "prot=50, spi=0x1002(4098), srcaddr=192.0.2.1, input interface=Ethernet0/0"), 1);
    assert_int_equal(t->right.strays, 1);
    udp_close(l);
    udp_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pings, setup, teardown),
        cmocka_unit_test_setup_teardown(big, setup, teardown),
        cmocka_unit_test_setup_teardown(troubled, setup, teardown),
        cmocka_unit_test_setup_teardown(forgotten, setup, teardown),
        cmocka_unit_test_setup_teardown(unprotected, setup, teardown),
        cmocka_unit_test_setup_teardown(in_udp, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
