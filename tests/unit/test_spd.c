/* test_spd.c: the policy above the SAs: what a change of configuration keeps and what it ends; which proposal is answered, with what; the next peer after a
 * failure; what transport mode is for.
 */
#include "tests/unit/sad_box.h"

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
    m->sa.pfs = 14;
    m->sa.life_s = 120;
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
    m->sa.pfs = 5; /* a rebuild keeps the choice */
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
    str_copy(m->sa.sets[0], sizeof m->sa.sets[0], "T");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reconfigured),
        cmocka_unit_test(answers),
        cmocka_unit_test(failover),
        cmocka_unit_test(transport),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
