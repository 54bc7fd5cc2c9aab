/* test_sad.c: security associations: reserving, installing, switching over, ageing, deleting; what is told upwards and when; strangers' SPIs. */
#include "tests/unit/sad_box.h"

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

/* A pair that is to be sent with later: when its time has come, at once without a former one or when that goes, and never
 * after a younger one. */
static void enabled_later(void **state)
{
    (void)state;
    struct box *b = hub_new();
    uint32_t one = install(b, 0x1001, 0x2001, true, false);
    sad_enable_outbound_later(b->ips, one, US_PER_S);
    assert_int_equal(send(b), 0x2001);
    uint32_t two = install(b, 0x1002, 0x2002, true, false);
    sad_enable_outbound_later(b->ips, two, US_PER_S);
    assert_int_equal(send(b), 0x2001);
    vloop_run_for(b->loop, US_PER_S - 1);
    assert_int_equal(send(b), 0x2001);
    vloop_run_for(b->loop, 1);
    assert_int_equal(send(b), 0x2002);
    uint32_t three = install(b, 0x1003, 0x2003, true, false);
    sad_enable_outbound_later(b->ips, three, US_PER_S);
    assert_true(sad_delete(b->ips, one, SA_GONE_REKEYED));
    assert_int_equal(send(b), 0x2002);
    assert_true(sad_delete(b->ips, two, SA_GONE_REKEYED));
    assert_int_equal(send(b), 0x2003);
    uint32_t four = install(b, 0x1004, 0x2004, true, false), five = install(b, 0x1005, 0x2005, true, false);
    sad_enable_outbound_later(b->ips, four, US_PER_S);
    sad_enable_outbound(b->ips, five);
    vloop_run_for(b->loop, 2 * US_PER_S);
    assert_int_equal(send(b), 0x2005);
    uint32_t six = install(b, 0x1006, 0x2006, true, false);
    sad_enable_outbound_later(b->ips, six, US_PER_S);
    assert_true(sad_delete(b->ips, six, SA_GONE_REKEYED)); /* its time does not come */
    vloop_run_for(b->loop, 2 * US_PER_S);
    assert_int_equal(send(b), 0x2005);
    /* Heard by it, it need not wait; by a packet that is not authentic it is not heard. */
    uint32_t seven = install(b, 0x1007, 0x1007, true, false);
    sad_enable_outbound_later(b->ips, seven, 5 * US_PER_S);
    stray(b, SPOKE, 0x1007, false);
    vloop_run_for(b->loop, US_PER_S);
    assert_int_equal(send(b), 0x2005);
    pair_count(table_find(b->ips->by_id, &seven), DIR_IN, 1, 84, loop_now(b->loop));
    vloop_run_for(b->loop, 50 * US_PER_MS);
    assert_int_equal(send(b), 0x1007);
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

/* A part of the volume before its end, but 256 KB (the responder: 128) where that is more; of a tiny one a quarter (an eighth). */
static void kilobytes(void **state)
{
    static const struct {
        uint32_t kb, soft[2]; /* bytes, of the responder and the initiator */
    } rows[] = {{2560, {2490368, 2359296}}, {10240, {10171129, 9961415}}, {400, {358400, 307200}}};
    (void)state;
    for (int n = 0; n < 6; n++) {
        bool initiator = n % 2;
        uint32_t whole = rows[n / 2].kb * 1024;
        struct box *b = hub_new();
        struct sa_pair_params p = pair_of(b, 0x1001, 0x2001, initiator);
        struct ipsec_pair_info i;
        p.policy.life_kb = rows[n / 2].kb; /* packets of 84 bytes */
        uint32_t id = sad_install(b->ips, &p), sent = 0, soft = rows[n / 2].soft[initiator];
        sad_enable_outbound(b->ips, id);
        while (b->nsoft == 0) {
            assert_int_equal(send(b), 0x2001);
            box_turn(b);
            sent++;
        }
        assert_int_equal(sent, (soft + 83) / 84);
        assert_true(pair_by_id(b, id, &i));
        assert_int_equal(i.bytes_out, sent * 84);
        assert_int_equal(i.left_kb_out, (whole - sent * 84) / 1024);
        assert_int_equal(i.left_kb_in, rows[n / 2].kb);
        while (send(b)) {
            box_turn(b);
            sent++;
        }
        assert_int_equal(b->nsoft, 1);
        assert_int_equal(sent, (whole + 83) / 84); /* the packet that crosses the line still goes */
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

/* Signs of life are those of the owner, whoever else has the same address. */
static unsigned told;
static uint32_t told_of;
static void owner_told(void *arg, uint32_t owner, uint32_t local, uint32_t peer)
{
    (void)arg;
    assert_int_equal(local, HUB);
    assert_int_equal(peer, SPOKE);
    told++;
    told_of = owner;
}

static void owners(void **state)
{
    (void)state;
    struct box *b = hub_new();
    uint64_t in, out;
    uint32_t id[2];
    ipsec_set_up(b->ips, &(struct ipsec_up){.owner_sends = owner_told});
    for (uint32_t i = 0; i < 2; i++) {
        struct sa_pair_params p = pair_of(b, 0x1001 + i, 0x2001 + i, true);
        p.owner = 8 + i;
        id[i] = sad_install(b->ips, &p);
        sad_enable_outbound(b->ips, id[i]);
    }
    vloop_run_for(b->loop, 7 * US_PER_S);
    sad_watch(b->ips, 8);
    assert_int_equal(send(b), 0x2002);
    vloop_run_for(b->loop, 1);
    assert_int_equal(told, 0);
    sad_activity(b->ips, 8, &in, &out);
    assert_int_equal(in + out, 0);
    sad_activity(b->ips, 9, &in, &out);
    assert_int_equal(out, 7 * US_PER_S);
    sad_watch(b->ips, 9); /* once */
    send(b);
    send(b);
    vloop_run_for(b->loop, 1);
    assert_int_equal(told, 1);
    assert_int_equal(told_of, 9);
    sad_own(b->ips, id[1], 8); /* nothing of 9 is left, and 8 has not sent yet */
    sad_activity(b->ips, 9, &in, &out);
    assert_int_equal(out, 0);
    sad_activity(b->ips, 8, &in, &out);
    assert_int_equal(out, 0);
    send(b);
    vloop_run_for(b->loop, 1);
    assert_int_equal(told, 2);
    assert_int_equal(told_of, 8);
    sad_watch(b->ips, 8);
    send(b); /* who is to be told of goes in the same turn */
    assert_int_equal(sad_delete_peer(b->ips, SPOKE, SA_GONE_CLEARED), 2);
    vloop_run_for(b->loop, 1);
    assert_int_equal(told, 2);
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
    sad_activity(b->ips, 0, &in, &out);
    assert_int_equal(in, 0);
    assert_int_equal(out, 7 * US_PER_S);
    sad_activity(b->ips, 1, &in, &out);
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

static void flow_has(struct box *b, uint64_t encaps, uint64_t decaps)
{
    struct ipsec_flow_info f;
    box_flow(b, &f);
    assert_int_equal(f.n.encaps, encaps);
    assert_int_equal(f.n.digest, encaps);
    assert_int_equal(f.n.decaps, decaps);
    assert_int_equal(f.n.verify, decaps);
}

static void router_has(struct box *b, uint64_t encaps, uint64_t decaps)
{
    struct flowmib_global all;
    flowmib_global(b->ips, &all);
    assert_int_equal(all.out.packets, encaps);
    assert_int_equal(all.in.packets, decaps);
}

/* What pairs have carried is their flow's, over a rekey, a clear of the counters and their end; a pair's own counters and those of the
 * router as a whole know of no clear. */
static void counters(void **state)
{
    (void)state;
    struct box *b = hub_new();
    struct ipsec_pair_info pair;
    uint32_t one = install(b, 0x1001, 0x2001, true, true);
    struct sa_pair *old = table_find(b->ips->by_id, &one);
    send(b);
    send(b);
    pair_count(old, DIR_IN, 5, 500, loop_now(b->loop));
    flow_has(b, 2, 5);
    uint32_t two = install(b, 0x1002, 0x2002, true, true);
    send(b);
    pair_count(old, DIR_IN, 1, 100, loop_now(b->loop)); /* under way when the new one took over */
    flow_has(b, 3, 6);
    assert_true(sad_delete(b->ips, one, SA_GONE_REKEYED));
    box_turn(b);
    flow_has(b, 3, 6);
    ipsec_clear_counters(b->ips);
    flow_has(b, 0, 0);
    send(b);
    pair_count(table_find(b->ips->by_id, &two), DIR_IN, 7, 700, loop_now(b->loop));
    flow_has(b, 1, 7);
    assert_true(pair_by_id(b, two, &pair));
    assert_int_equal(pair.packets_out, 2);
    router_has(b, 4, 13);
    assert_true(sad_delete(b->ips, two, SA_GONE_PEER_DELETE));
    box_turn(b);
    flow_has(b, 1, 7);
    ipsec_clear_counters(b->ips);
    flow_has(b, 0, 0);
    install(b, 0x1003, 0x2003, true, true);
    send(b);
    flow_has(b, 1, 0);
    router_has(b, 5, 13);
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
        cmocka_unit_test(reserve),
        cmocka_unit_test(refused),
        cmocka_unit_test(make_before_break), cmocka_unit_test(enabled_later),
        cmocka_unit_test(seconds),
        cmocka_unit_test(kilobytes),
        cmocka_unit_test(strangers),
        cmocka_unit_test(forged),
        cmocka_unit_test(deleting),
        cmocka_unit_test(owners),
        cmocka_unit_test(counters), cmocka_unit_test(numbers),
        cmocka_unit_test(wireshark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
