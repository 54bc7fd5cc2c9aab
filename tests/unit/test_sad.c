/* test_sad.c: security associations and the policy above them: reserving, installing, switching over, ageing, deleting;
 * what is told upwards and when; what a change of configuration keeps and what it ends; strangers' SPIs.
 */
#include "tests/unit/ipsec_box.h"

#include "dataplane/ipsec/ipsec_local.h"

#define HUB   A(192, 0, 2, 1)
#define SPOKE A(192, 0, 2, 2)
#define THIRD A(192, 0, 2, 3)

static const struct ipsec_transform aes = {
    .proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 128, .auth = HASH_SHA1};

static struct box *hub_new(void)
{
    struct box *b = box_new(HUB, SPOKE);
    box_acl(b, ACL_PROTO_IP, A(10, 1, 0, 0), 0xFFFF, A(10, 2, 0, 0), 0xFFFF, false);
    return b;
}

/* A pair as quick mode would install it; spi_in 0: reserved first. */
static struct sa_pair_params pair_of(struct box *b, uint32_t spi_in, uint32_t spi_out, bool initiator)
{
    static const uint8_t key[128] = {1, 2, 3};
    struct ipsec_flow_info f;
    box_flow(b, &f);
    struct sa_pair_params p = {
        .policy = {.map = "CMAP",
                   .seq = 10,
                   .ifname = "Ethernet0/0",
                   .local = HUB,
                   .peer = SPOKE,
                   .local_sel = f.local_sel,
                   .remote_sel = f.remote_sel,
                   .transforms = {aes},
                   .ntransforms = 1,
                   .life_s = 3600,
                   .life_kb = 4608000,
                   .replay_window = 64},
        .spi_in = spi_in ? spi_in : sad_reserve_spi(b->ips, HUB, PROTO_ESP),
        .spi_out = spi_out,
        .initiator = initiator,
        .local_port = 500,
        .peer_port = 500,
        .key_in = key,
        .key_out = key,
        .key_len = sad_keymat_len(&aes),
    };
    return p;
}

static uint32_t install(struct box *b, uint32_t spi_in, uint32_t spi_out, bool initiator, bool enable)
{
    struct sa_pair_params p = pair_of(b, spi_in, spi_out, initiator);
    uint32_t id = sad_install(b->ips, &p);
    assert_int_not_equal(id, 0);
    if (enable)
        sad_enable_outbound(b->ips, id);
    return id;
}

/* A packet of the flow, out; the SPI it left with (0: it did not leave). */
static uint32_t send(struct box *b)
{
    uint8_t p[84] = {0x45, 0, 0, 84};
    p[8] = 64;
    p[9] = PROTO_ICMP;
    put32(p + 12, A(10, 1, 0, 1));
    put32(p + 16, A(10, 2, 0, 1));
    b->ngot = 0;
    box_put(b, STAGE_CRYPTO_OUT, p, sizeof p, false);
    return b->ngot && b->got[0].stage == STAGE_IP4_ROUTE ? get32(b->got[0].data + 20) : 0;
}

/* ESP to the hub with this SPI and nothing right behind it. */
static void stray(struct box *b, uint32_t src, uint32_t spi, bool udp)
{
    uint8_t p[112] = {0x45};
    uint32_t at = udp ? 28 : 20;
    put16(p + 2, (uint16_t)(at + 84));
    p[9] = udp ? PROTO_UDP : PROTO_ESP;
    put32(p + 12, src);
    put32(p + 16, HUB);
    if (udp)
        put16(p + 24, 92);
    put32(p + at, spi);
    put32(p + at + 4, 77);
    box_put(b, STAGE_ESP_IN, p, at + 84, udp);
}

static bool pair_by_id(struct box *b, uint32_t id, struct ipsec_pair_info *out)
{
    for (size_t at = 0; ipsec_pair_next(b->ips, 0, &at, out);)
        if (out->id == id)
            return true;
    return false;
}

static void reserve(void **state)
{
    (void)state;
    struct box *b = hub_new();
    uint32_t spi[100];
    for (int i = 0; i < 100; i++) {
        spi[i] = sad_reserve_spi(b->ips, HUB, PROTO_ESP);
        assert_true(spi[i] >= 256);
        for (int j = 0; j < i; j++)
            assert_int_not_equal(spi[i], spi[j]);
    }
    /* On it before it is installed: silence. */
    stray(b, SPOKE, spi[0], false);
    box_turn(b);
    assert_int_equal(box_dropped(b, DROP_INV_SPI), 0);
    assert_int_equal(b->nlines + b->nstray + b->nfact, 0);
    assert_int_equal(ipsec_totals(b->ips).transient_drops, 1);
    assert_int_equal(ipsec_totals(b->ips).transient, 100);
    sad_release_spi(b->ips, HUB, PROTO_ESP, spi[0]);
    stray(b, SPOKE, spi[0], false);
    box_turn(b);
    assert_int_equal(box_dropped(b, DROP_INV_SPI), 1);
    assert_int_equal(b->nlines, 1);
    install(b, spi[1], 5000, true, false);
    assert_int_equal(ipsec_totals(b->ips).transient, 98);
    /* Bounded; what nobody released for two minutes makes room. */
    unsigned n = 98;
    while (sad_reserve_spi(b->ips, HUB, PROTO_ESP))
        n++;
    assert_int_equal(n, 4096);
    vloop_run_for(b->loop, 120 * US_PER_S);
    assert_int_not_equal(sad_reserve_spi(b->ips, HUB, PROTO_ESP), 0);
    box_free(b);
}

static void refused(void **state)
{
    (void)state;
    struct box *b = hub_new();
    struct sa_pair_params p = pair_of(b, 1000, 2000, true);
#define REFUSED(change)                                                                                                \
    do {                                                                                                               \
        struct sa_pair_params q = p;                                                                                   \
        change;                                                                                                        \
        assert_int_equal(sad_install(b->ips, &q), 0);                                                                  \
    } while (0)
    REFUSED(q.key_len--);
    REFUSED(q.spi_in = 255);
    REFUSED(q.spi_out = 0);
    REFUSED(q.policy.ntransforms = 0);
    REFUSED(q.policy.transforms[0].key_bits = 100);
    REFUSED(q.policy.transforms[0].auth = HASH_NONE);
    REFUSED(q.policy.transforms[0].proto = PROTO_UDP);
    REFUSED(q.policy.replay_window = 2048);
    REFUSED(q.policy.seq = 11);
    REFUSED(q.policy.ifname[0] = 'X');
    REFUSED(q.policy.local = THIRD);
    REFUSED(q.policy.local_sel.addr = A(10, 5, 0, 0));
    REFUSED((q.policy.transforms[0] = (struct ipsec_transform){.proto = PROTO_AH, .auth = HASH_SHA1}, q.key_len = 20,
             q.udp_encap = true));
    assert_int_equal(ipsec_totals(b->ips).installed, 0);
    assert_int_not_equal(sad_install(b->ips, &p), 0);
    REFUSED(q.spi_out = 3000); /* its inbound SPI is taken */
    box_free(b);
}

/*  pair 1 sends -> pair 2 is installed -> pair 1 still sends -> 2 is enabled -> 2 sends, 1 still receives -> 1 is
 * deleted */
static void make_before_break(void **state)
{
    (void)state;
    struct box *b = hub_new();
    struct ipsec_flow_info f;
    struct ipsec_pair_info i;
    uint32_t one = install(b, 0x1001, 0x2001, true, false);
    assert_int_equal(one, 1); /* conn ids 2001 and 2002 */
    assert_int_equal(send(b), 0);
    sad_enable_outbound(b->ips, one);
    assert_int_equal(send(b), 0x2001);
    uint32_t two = install(b, 0x1002, 0x2002, true, false);
    assert_int_equal(two, 3);
    assert_int_equal(send(b), 0x2001);
    stray(b, SPOKE, 0x1002, false); /* known: it fails its ICV, not its lookup */
    stray(b, SPOKE, 0x1001, false);
    assert_int_equal(box_dropped(b, DROP_IN_CD_SW_IPSEC_MAC_EXCEPTION), 2);
    sad_enable_outbound(b->ips, two);
    sad_enable_outbound(b->ips, two);
    sad_enable_outbound(b->ips, one); /* idempotent: never back */
    assert_int_equal(send(b), 0x2002);
    stray(b, SPOKE, 0x1001, false);
    assert_int_equal(box_dropped(b, DROP_IN_CD_SW_IPSEC_MAC_EXCEPTION), 3);
    box_flow(b, &f);
    assert_int_equal(f.pairs, 2);
    assert_int_equal(f.spi_out, 0x2002);
    assert_int_equal(f.n.no_sa_send, 1);
    assert_true(sad_delete(b->ips, one, SA_GONE_REKEYED));
    assert_false(sad_delete(b->ips, one, SA_GONE_REKEYED));
    assert_int_equal(b->ngone, 1);
    assert_int_equal(b->why[0], SA_GONE_REKEYED);
    assert_int_equal(b->gone[0].spi_in, 0x1001);
    assert_int_equal(b->gone[0].spi_out, 0x2001);
    assert_int_equal(send(b), 0x2002);
    assert_false(pair_by_id(b, one, &i));
    assert_true(pair_by_id(b, two, &i));
    assert_true(i.current);
    assert_int_equal(i.packets_out, 2);
    assert_int_equal(i.seq_out, 2);
    /* The newer goes first: the older sends again. */
    uint32_t three = install(b, 0x1003, 0x2003, true, true);
    assert_int_equal(send(b), 0x2003);
    sad_delete(b->ips, three, SA_GONE_PEER_DELETE);
    assert_int_equal(send(b), 0x2002);
    sad_delete(b->ips, two, SA_GONE_CLEARED);
    assert_int_equal(send(b), 0);
    box_flow(b, &f);
    assert_int_equal(f.spi_out, 0);
    assert_int_equal(f.up_since, 0);
    assert_int_equal(sad_count_peer(b->ips, SPOKE), 0);
    box_free(b);
}

static void seconds(void **state)
{
    (void)state;
    struct box *b = hub_new();
    struct ipsec_pair_info i;
    /* The initiator asks 30 s before the end, once; the responder of another pair would at 20 s. */
    for (int initiator = 1; initiator >= 0; initiator--) {
        uint32_t id = install(b, 0x1001, 0x2001, initiator, true);
        unsigned left = initiator ? 30 : 20;
        b->nsoft = b->ngone = 0;
        assert_int_equal(send(b), 0x2001);
        vloop_run_for(b->loop, (3600 - left) * US_PER_S - 1);
        assert_int_equal(b->nsoft, 0);
        vloop_run_for(b->loop, 1);
        assert_int_equal(b->nsoft, 1);
        assert_int_equal(b->soft[0].id, id);
        assert_int_equal(b->soft[0].initiator, initiator);
        assert_int_equal(b->soft[0].policy.peer, SPOKE);
        send(b);
        assert_true(pair_by_id(b, id, &i));
        assert_int_equal(i.left_s, left);
        vloop_run_for(b->loop, left * US_PER_S - 1);
        assert_int_equal(b->nsoft, 1);
        assert_int_equal(b->ngone, 0);
        vloop_run_for(b->loop, 1);
        assert_int_equal(b->ngone, 1);
        assert_int_equal(b->why[0], SA_GONE_EXPIRED);
        assert_false(pair_by_id(b, id, &i));
        assert_int_equal(send(b), 0);
        stray(b, SPOKE, 0x1001, false);
    }
    assert_int_equal(box_dropped(b, DROP_INV_SPI), 2);
    /* A pair that carried nothing asks for nothing, until it does. */
    install(b, 0x1001, 0x2001, true, true);
    b->nsoft = b->ngone = 0;
    vloop_run_for(b->loop, 3580 * US_PER_S);
    assert_int_equal(b->nsoft, 0);
    send(b);
    box_turn(b);
    assert_int_equal(b->nsoft, 1);
    vloop_run_for(b->loop, 20 * US_PER_S);
    assert_int_equal(b->ngone, 1);
    /* A pair with a successor asks for nothing. */
    install(b, 0x1001, 0x2001, true, true);
    send(b);
    vloop_run_for(b->loop, 3000 * US_PER_S);
    install(b, 0x1002, 0x2002, true, true);
    b->nsoft = 0;
    vloop_run_for(b->loop, 600 * US_PER_S);
    assert_int_equal(b->nsoft, 0);
    assert_int_equal(ipsec_totals(b->ips).pairs, 1);
    box_free(b);
}

static void kilobytes(void **state)
{
    (void)state;
    for (int initiator = 0; initiator < 2; initiator++) {
        struct box *b = hub_new();
        struct sa_pair_params p = pair_of(b, 0x1001, 0x2001, initiator);
        struct ipsec_pair_info i;
        p.policy.life_kb = 2560; /* 2621440 bytes: packets of 84 */
        uint32_t id = sad_install(b->ips, &p), sent = 0, soft = initiator ? 2621440 / 100 * 95 : 2621440 / 100 * 97;
        sad_enable_outbound(b->ips, id);
        while (b->nsoft == 0) {
            assert_int_equal(send(b), 0x2001);
            box_turn(b);
            sent++;
        }
        assert_int_equal(sent, (soft + 83) / 84);
        assert_true(pair_by_id(b, id, &i));
        assert_int_equal(i.bytes_out, sent * 84);
        assert_int_equal(i.left_kb_out, (2621440 - sent * 84) / 1024);
        assert_int_equal(i.left_kb_in, 2560);
        while (send(b)) {
            box_turn(b);
            sent++;
        }
        assert_int_equal(b->nsoft, 1);
        assert_int_equal(sent, (2621440 + 83) / 84); /* the packet that crosses the line still goes */
        assert_int_equal(b->ngone, 1);
        assert_int_equal(b->why[0], SA_GONE_EXPIRED);
        box_free(b);
    }
    /* Volume disabled: no such end. */
    struct box *b = hub_new();
    struct sa_pair_params p = pair_of(b, 0x1001, 0x2001, true);
    p.policy.life_kb = 0;
    sad_enable_outbound(b->ips, sad_install(b->ips, &p));
    for (int n = 0; n < 40000; n++)
        assert_int_equal(send(b), 0x2001);
    box_turn(b);
    assert_int_equal(b->nsoft + b->ngone, 0);
    box_free(b);
}

/* The message, its limit, the fact, and what IKE hears (crypto.md 4 and 5.1). */
static void strangers(void **state)
{
    (void)state;
    struct box *b = hub_new();
    stray(b, SPOKE, 0xB761863E, false);
    assert_int_equal(box_dropped(b, DROP_INV_SPI), 1);
    assert_int_equal(b->nstray, 0); /* not before the end of the turn */
    box_turn(b);
    assert_int_equal(b->nlines, 1);
    assert_string_equal(
        b->lines[0],
        "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=192.0.2.1, prot=50, "
        "spi=0xB761863E(3076621886), srcaddr=192.0.2.2, input interface=Ethernet0/0");
    assert_int_equal(b->nstray, 1);
    assert_int_equal(b->stray.src, SPOKE);
    assert_int_equal(b->stray.dst, HUB);
    assert_int_equal(b->stray.spi, 0xB761863E);
    assert_int_equal(b->stray.proto, PROTO_ESP);
    assert_string_equal(b->stray.ifname, "Ethernet0/0");
    assert_false(b->stray_udp);
    assert_int_equal(b->nfact, 1);
    assert_int_equal(b->fact.spi, 0xB761863E);
    assert_string_equal(b->fact.ifname, "Ethernet0/0");
    /* One a minute per (source, destination), whatever the SPI; IKE hears of each once a turn. */
    for (int i = 0; i < 10; i++)
        stray(b, SPOKE, 0x68842105, false);
    stray(b, SPOKE, 0xB761863E, false);
    box_turn(b);
    assert_int_equal(b->nlines, 1);
    assert_int_equal(b->nstray, 3);
    assert_int_equal(b->nfact, 3);
    assert_int_equal(box_dropped(b, DROP_INV_SPI), 12);
    stray(b, THIRD, 0xB761863E, false);
    box_turn(b);
    assert_int_equal(b->nlines, 2);
    vloop_run_for(b->loop, 59 * US_PER_S);
    stray(b, SPOKE, 0xB761863E, false);
    box_turn(b);
    assert_int_equal(b->nlines, 2);
    vloop_run_for(b->loop, 1 * US_PER_S);
    stray(b, SPOKE, 0x68842105, true); /* over UDP the same line, prot=50 */
    box_turn(b);
    assert_int_equal(b->nlines, 3);
    assert_string_equal(
        b->lines[2],
        "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=192.0.2.1, prot=50, "
        "spi=0x68842105(1753489669), srcaddr=192.0.2.2, input interface=Ethernet0/0");
    assert_true(b->stray_udp);
    /* SPIs that begin with 0xFF are like any other (the defect CSCvp16730), and so is an SA of one. */
    install(b, 0xFF000001, 0x2001, true, true);
    stray(b, SPOKE, 0xFF000001, false);
    assert_int_equal(box_dropped(b, DROP_IN_CD_SW_IPSEC_MAC_EXCEPTION), 1);
    /* A flood in one turn: bounded reports, exact counters. */
    uint64_t before = box_dropped(b, DROP_INV_SPI);
    b->nstray = 0;
    for (uint32_t i = 0; i < 1000; i++)
        stray(b, SPOKE, 0x40000000 + i, false);
    box_turn(b);
    assert_int_equal(box_dropped(b, DROP_INV_SPI), before + 1000);
    assert_int_equal(b->nstray, 64);
    /* None of it counts against an identity. */
    struct ipsec_flow_info f;
    box_flow(b, &f);
    assert_int_equal(flow_recv_errors(&f.n), 1); /* the failed ICV */
    box_free(b);
}

static void forged(void **state)
{
    (void)state;
    struct box *b = hub_new();
    uint32_t id = install(b, 0x1001, 0x2001, true, true);
    for (int i = 0; i < 5; i++)
        stray(b, SPOKE, 0x1001, false);
    box_turn(b);
    assert_int_equal(b->nlines, 1);
    assert_int_equal(id, 1);
    assert_string_equal(
        b->lines[0],
        "%CRYPTO-4-RECVD_PKT_MAC_ERR: decrypt: mac verify failed for connection id=2001 spi=00001001 seqno=0000004D");
    box_free(b);
}

static void deleting(void **state)
{
    (void)state;
    struct box *b = hub_new();
    struct cryptomap_conf *m = box_map_conf(b, 20, THIRD, "102");
    uint64_t in, out;
    (void)m;
    uint32_t one = install(b, 0x1001, 0x2001, true, true), two = install(b, 0x1002, 0x2002, false, false);
    assert_int_equal(sad_count_peer(b->ips, SPOKE), 2);
    assert_int_equal(sad_count_peer(b->ips, THIRD), 0);
    assert_int_equal(sad_find_pair(b->ips, SPOKE, PROTO_ESP, 0x2002, true), two);
    assert_int_equal(sad_find_pair(b->ips, SPOKE, PROTO_ESP, 0x1001, false), one);
    assert_int_equal(sad_find_pair(b->ips, SPOKE, PROTO_ESP, 0x1001, true), 0);
    assert_int_equal(sad_find_pair(b->ips, SPOKE, PROTO_AH, 0x2002, true), 0);
    assert_int_equal(sad_find_pair(b->ips, THIRD, PROTO_ESP, 0x2002, true), 0);
    vloop_run_for(b->loop, 7 * US_PER_S);
    send(b);
    sad_peer_activity(b->ips, SPOKE, &in, &out);
    assert_int_equal(in, 0);
    assert_int_equal(out, 7 * US_PER_S);
    sad_peer_activity(b->ips, THIRD, &in, &out);
    assert_int_equal(out, 0);
    assert_int_equal(sad_delete_peer(b->ips, THIRD, SA_GONE_IKE_LOST), 0);
    assert_int_equal(sad_delete_peer(b->ips, SPOKE, SA_GONE_IKE_LOST), 2);
    assert_int_equal(b->ngone, 2);
    /* clear crypto sa: all, one map, one entry with its sibling, counters. */
    install(b, 0x1001, 0x2001, true, true);
    assert_int_equal(ipsec_clear_map(b->ips, "OTHER"), 0);
    assert_int_equal(ipsec_clear_map(b->ips, "CMAP"), 1);
    install(b, 0x1001, 0x2001, true, true);
    assert_false(ipsec_clear_entry(b->ips, HUB, PROTO_AH, 0x1001));
    assert_true(ipsec_clear_entry(b->ips, HUB, PROTO_ESP, 0x1001));
    install(b, 0x1001, 0x2001, true, true);
    assert_true(ipsec_clear_entry(b->ips, SPOKE, PROTO_ESP, 0x2001));
    install(b, 0x1001, 0x2001, true, true);
    assert_int_equal(ipsec_clear(b->ips), 1);
    for (unsigned i = 2; i < b->ngone; i++)
        assert_int_equal(b->why[i], SA_GONE_CLEARED);
    struct ipsec_flow_info f;
    box_flow(b, &f);
    assert_int_equal(f.n.encaps, 1);
    ipsec_clear_counters(b->ips);
    box_flow(b, &f);
    assert_int_equal(f.n.encaps, 0);
    box_free(b);
}

static void reconfigured(void **state)
{
    (void)state;
    struct box *b = hub_new();
    struct cryptomap_conf *m = ipsec_conf(b->ips)->maps.v[0];
    struct ipsec_flow_info f;
    box_turn(b);
    assert_int_equal(b->nmap, 1);
    assert_true(spd_active(b->ips));
    install(b, 0x1001, 0x2001, true, true);
    assert_int_equal(send(b), 0x2001);
    box_flow(b, &f);
    uint32_t flow = f.id;
    /* Unrelated changes keep flow, SA and counters: another entry, another line, PFS, lifetimes. */
    m->pfs = 14;
    m->life_s = 120;
    box_map_conf(b, 5, THIRD, "none");
    box_acl(b, ACL_PROTO_IP, A(10, 9, 0, 0), 0xFF, A(10, 8, 0, 0), 0xFF, false);
    assert_int_equal(send(b), 0x2001);
    box_flow(b, &f);
    assert_int_equal(f.id, flow);
    assert_int_equal(f.n.encaps, 2);
    assert_int_equal(b->ngone, 0);
    /* A deny in front changes what is sent, not what is agreed. */
    struct ace_conf *deny = NEW(struct ace_conf);
    ace_conf_init(deny);
    deny->number = 101;
    deny->seq = 1;
    deny->action = 1;
    deny->proto = ACL_PROTO_IP;
    deny->src_kind = ACL_ADDR_HOST;
    deny->src = A(10, 1, 0, 1);
    conf_list_add(&net_conf(b->net)->acl_lines, deny);
    acl_conf_changed(b->net, "101");
    assert_int_equal(send(b), 0);
    assert_int_equal(b->got[0].stage, STAGE_IP4_OUT);
    assert_int_equal(b->ngone, 0);
    /* The peer is taken out: its SAs go. A new peer takes over the flow. */
    ((struct map_peer_conf *)m->peers.v[0])->addr = THIRD;
    ipsec_conf_changed(b->ips);
    box_turn(b);
    assert_int_equal(b->ngone, 1);
    assert_int_equal(b->why[0], SA_GONE_CONFIG);
    box_flow(b, &f);
    assert_int_equal(f.id, flow);
    assert_int_equal(f.peer, THIRD);
    ((struct map_peer_conf *)m->peers.v[0])->addr = SPOKE;
    ipsec_conf_changed(b->ips);
    install(b, 0x1002, 0x2002, true, true);
    /* The local address changes. */
    b->ifconf->addr = A(192, 0, 2, 9);
    iface_conf_changed(b->net, b->ifconf, false);
    box_turn(b);
    assert_int_equal(b->ngone, 2);
    b->ifconf->addr = HUB;
    iface_conf_changed(b->net, b->ifconf, false);
    install(b, 0x1003, 0x2003, true, true);
    /* The map is taken off the interface, and put back. */
    b->ifconf->crypto_map[0] = '\0';
    iface_conf_changed(b->net, b->ifconf, false);
    box_turn(b);
    assert_int_equal(b->ngone, 3);
    assert_false(spd_active(b->ips));
    assert_int_equal(b->nmap, 2);
    assert_null(b->ifc->crypto);
    strcpy(b->ifconf->crypto_map, "CMAP");
    iface_conf_changed(b->net, b->ifconf, false);
    box_turn(b);
    assert_int_equal(b->nmap, 3);
    /* An entry without an access list protects nothing. */
    install(b, 0x1004, 0x2004, true, true);
    m->acl[0] = '\0';
    ipsec_conf_changed(b->ips);
    box_turn(b);
    assert_int_equal(b->ngone, 4);
    assert_false(cryptomap_complete(m));
    /* The interface goes. */
    str_copy(m->acl, sizeof m->acl, "101");
    ipsec_conf_changed(b->ips);
    install(b, 0x1005, 0x2005, true, true);
    iface_conf_changed(b->net, b->ifconf, true);
    box_turn(b);
    assert_int_equal(b->ngone, 5);
    assert_int_equal(ipsec_totals(b->ips).pairs, 0);
    assert_int_equal(ipsec_totals(b->ips).flows, 0);
    box_free(b);
}

static void answers(void **state)
{
    (void)state;
    struct box *b = hub_new();
    struct ipsec_policy p;
    struct selector l = {.addr = A(10, 1, 0, 0), .mask = 0xFFFF0000}, r = {.addr = A(10, 2, 0, 0), .mask = 0xFFFF0000},
                    n = {.addr = A(10, 2, 7, 0), .mask = 0xFFFFFF00};
    struct selector any = {0};
    assert_int_equal(spd_find_policy(b->ips, HUB, SPOKE, &l, &r, &p), SPD_OK);
    assert_string_equal(p.map, "CMAP");
    assert_int_equal(p.seq, 10);
    assert_string_equal(p.ifname, "Ethernet0/0");
    assert_int_equal(spd_find_policy(b->ips, HUB, THIRD, &l, &r, &p), SPD_NO_MAP);
    assert_int_equal(spd_find_policy(b->ips, THIRD, SPOKE, &l, &r, &p), SPD_NO_MAP);
    assert_int_equal(spd_find_policy(b->ips, HUB, SPOKE, &r, &l, &p), SPD_NO_SELECTOR);
    assert_int_equal(spd_find_policy(b->ips, HUB, SPOKE, &any, &any, &p), SPD_NO_SELECTOR);
    assert_true(spd_peer_is_static(b->ips, HUB, SPOKE));
    assert_false(spd_peer_is_static(b->ips, HUB, THIRD));
    /* Less than the line permits: an identity of its own, while it lasts; the line's flow stays as it is. */
    assert_int_equal(spd_find_policy(b->ips, HUB, SPOKE, &l, &n, &p), SPD_OK);
    assert_int_equal(p.remote_sel.mask, 0xFFFFFF00);
    struct sa_pair_params q = pair_of(b, 0x1001, 0x2001, false);
    q.policy.remote_sel = n;
    uint32_t id = sad_install(b->ips, &q);
    assert_int_not_equal(id, 0);
    sad_enable_outbound(b->ips, id);
    assert_int_equal(ipsec_totals(b->ips).flows, 2);
    assert_int_equal(send(b), 0); /* to 10.2.0.1: not inside */
    uint8_t in[84] = {0x45, 0, 0, 84};
    put32(in + 12, A(10, 1, 0, 1));
    put32(in + 16, A(10, 2, 7, 1));
    b->ngot = 0;
    box_put(b, STAGE_CRYPTO_OUT, in, sizeof in, false);
    assert_int_equal(b->ngot, 1);
    assert_int_equal(get32(b->got[0].data + 20), 0x2001);
    sad_delete(b->ips, id, SA_GONE_EXPIRED);
    assert_int_equal(ipsec_totals(b->ips).flows, 1);
    box_put(b, STAGE_CRYPTO_OUT, in, sizeof in, false);
    assert_int_equal(b->ngot, 1);
    box_free(b);
}

/* set peer A, set peer B: the next one after a failure or a loss. */
static void failover(void **state)
{
    (void)state;
    struct box *b = hub_new();
    struct cryptomap_conf *m = ipsec_conf(b->ips)->maps.v[0];
    struct map_peer_conf *second = NEW(struct map_peer_conf);
    second->addr = THIRD;
    conf_list_add(&m->peers, second);
    ipsec_conf_changed(b->ips);
    send(b);
    box_turn(b);
    assert_int_equal(b->acquired[0].peer, SPOKE);
    spd_acquire_done(b->ips, &b->acquired[0], false);
    assert_int_equal(cryptomap_current_peer(b->ips, "CMAP", 10), THIRD);
    send(b);
    box_turn(b);
    assert_int_equal(b->acquired[1].peer, THIRD);
    spd_acquire_done(b->ips, &b->acquired[1], false);
    assert_int_equal(cryptomap_current_peer(b->ips, "CMAP", 10), SPOKE);
    install(b, 0x1001, 0x2001, true, true);
    sad_delete_peer(b->ips, SPOKE, SA_GONE_IKE_LOST);
    assert_int_equal(cryptomap_current_peer(b->ips, "CMAP", 10), THIRD);
    m->pfs = 5; /* a rebuild keeps the choice */
    ipsec_conf_changed(b->ips);
    assert_int_equal(cryptomap_current_peer(b->ips, "CMAP", 10), THIRD);
    box_free(b);
}

/* Transport mode is for what the endpoints say to each other. */
static void transport(void **state)
{
    (void)state;
    struct box *b = hub_new();
    struct transform_set_conf *s = NEW(struct transform_set_conf);
    struct cryptomap_conf *m = ipsec_conf(b->ips)->maps.v[0];
    struct ipsec_policy p;
    transform_set_conf_init(s);
    str_copy(s->name, sizeof s->name, "T");
    s->cipher = SET_ESP_GCM;
    s->bits = 256;
    s->mode = IPSEC_TRANSPORT;
    conf_list_add(&ipsec_conf(b->ips)->sets, s);
    str_copy(m->sets[0], sizeof m->sets[0], "T");
    box_acl(b, ACL_PROTO_IP, HUB, 0, SPOKE, 0, false);
    struct selector l = {.addr = A(10, 1, 0, 0), .mask = 0xFFFF0000}, r = {.addr = A(10, 2, 0, 0), .mask = 0xFFFF0000};
    struct selector h = {.addr = HUB, .mask = UINT32_MAX}, k = {.addr = SPOKE, .mask = UINT32_MAX};
    assert_int_equal(spd_find_policy(b->ips, HUB, SPOKE, &h, &k, &p), SPD_OK);
    assert_int_equal(p.transforms[0].mode, IPSEC_TRANSPORT);
    assert_int_equal(p.transforms[0].cipher, CIPHER_AES_GCM);
    assert_int_equal(spd_find_policy(b->ips, HUB, SPOKE, &l, &r, &p), SPD_OK);
    assert_int_equal(p.transforms[0].mode, IPSEC_TUNNEL);
    box_free(b);
}

/* Sequence numbers begin at 1, ask for a successor long before their end, and never go round (RFC 4303 section 3.3.3).
 */
static void numbers(void **state)
{
    (void)state;
    struct box *b = hub_new();
    struct ipsec_flow_info f;
    install(b, 0x1001, 0x2001, true, true);
    for (uint32_t i = 1; i <= 3; i++) {
        send(b);
        assert_int_equal(get32(b->got[0].data + 24), i);
    }
    struct sa_pair *sa = sad_lookup(b->ips, HUB, PROTO_ESP, 0x1001);
    sa->seq_out = 0xFFF00000 - 2;
    send(b);
    box_turn(b);
    assert_int_equal(b->nsoft, 0);
    send(b);
    box_turn(b);
    assert_int_equal(b->nsoft, 1);
    sa->seq_out = UINT32_MAX - 1;
    assert_int_equal(send(b), 0x2001);
    assert_int_equal(get32(b->got[0].data + 24), UINT32_MAX);
    assert_int_equal(send(b), 0);
    assert_int_equal(box_dropped(b, DROP_OUT_CD_SW_IPSEC_DETECT_SEQ_OVEFLOW), 1);
    box_flow(b, &f);
    assert_int_equal(f.n.rollover_send, 1);
    assert_int_equal(flow_send_errors(&f.n), 1);
    box_free(b);
}

static void wireshark(void **state)
{
    (void)state;
    char line[IPSEC_WIRESHARK_LINE];
    struct ipsec_key_export k = {.src = HUB,
                                 .dst = SPOKE,
                                 .spi = 0x0000ABCD,
                                 .transform = aes,
                                 .cipher_key = (const uint8_t *)"0123456789abcdef",
                                 .cipher_key_len = 16,
                                 .auth_key = (const uint8_t *)"ABCDEFGHIJKLMNOPQRST",
                                 .auth_key_len = 20};
    assert_string_equal(ipsec_wireshark_line(&k, line),
                        "\"IPv4\",\"192.0.2.1\",\"192.0.2.2\",\"0x0000abcd\",\"AES-CBC "
                        "[RFC3602]\",\"0x30313233343536373839616263646566\","
                        "\"HMAC-SHA-1-96 [RFC2404]\",\"0x4142434445464748494a4b4c4d4e4f5051525354\"");
    k.transform = (struct ipsec_transform){.proto = PROTO_ESP, .cipher = CIPHER_NULL, .auth = HASH_SHA1};
    k.cipher_key_len = 0;
    ipsec_wireshark_line(&k, line);
    assert_non_null(strstr(line, "\"NULL\",\"\",\"HMAC-SHA-1-96"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reserve), cmocka_unit_test(refused),   cmocka_unit_test(make_before_break),
        cmocka_unit_test(seconds), cmocka_unit_test(kilobytes), cmocka_unit_test(strangers),
        cmocka_unit_test(forged),  cmocka_unit_test(deleting),  cmocka_unit_test(reconfigured),
        cmocka_unit_test(answers), cmocka_unit_test(failover),  cmocka_unit_test(transport),
        cmocka_unit_test(numbers), cmocka_unit_test(wireshark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
