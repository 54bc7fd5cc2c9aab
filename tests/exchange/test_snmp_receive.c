/* test_snmp_receive.c: what a router does with notifications that come to it: whom it hears (`snmp-server manager`, a community), what it answers (informs), what it
 * counts and tells when nothing of that fits. What goes out is in test_snmp_notify.c, version 3 in test_snmp_v3.c.
 */
#include "tests/exchange/snmp_pair.h"

static void without_manager_nobody_listens(void **state)
{
    struct pair *p = *state;
    want_policy_event(p->hub);
    snmp_conf(p->spoke->snmp)->manager = false;
    snmp_conf_changed(p->spoke->snmp);
    vloop_run_for(p->loop, 0);
    assert_false(box_listens(p->spoke, 162));
    assert_false(box_carry(p->hub, 0, p->spoke));
    snmp_conf(p->spoke->snmp)->manager = true;
    snmp_conf_changed(p->spoke->snmp);
    vloop_run_for(p->loop, 0);
    assert_true(box_carry(p->hub, 0, p->spoke));
}

static void wrong_community_is_counted_and_told(void **state)
{
    struct pair *p = *state;
    str_copy(((struct snmp_host_conf *)snmp_conf(p->spoke->snmp)->hosts.v[0])->community, 16, "private");
    want_policy_event(p->hub);
    for (int i = 0; i < 3; i++)
        assert_true(box_carry(p->hub, 0, p->spoke));
    vloop_run_for(p->loop, 0);
    assert_int_equal(p->spoke->nheard, 0);
    assert_int_equal(snmp_stats(p->spoke->snmp)->in_bad_communities, 3);
    assert_int_equal(
        box_logged(p->spoke, "%SNMP-3-AUTHFAIL: Authentication failure for SNMP req from host 213.163.222.7"), 1);
    assert_int_equal(p->spoke->nsent, 0);

    box_community(p->spoke, "publi", SNMP_RO); /* a prefix is another string */
    assert_true(box_carry(p->hub, 0, p->spoke));
    vloop_run_for(p->loop, 0);
    assert_int_equal(p->spoke->nheard, 0);
    box_community(p->spoke, "public", SNMP_RO);
    assert_true(box_carry(p->hub, 0, p->spoke));
    vloop_run_for(p->loop, 0);
    assert_policy_event_heard(p->spoke, 1);
}

/* Both trap authentication failures and use each other's string wrongly: one trap goes out, none comes back for it. */
static void authentication_failures_do_not_echo(void **state)
{
    struct pair *p = *state;
    for (int i = 0; i < 2; i++) {
        struct box *b = i ? p->hub : p->spoke;
        struct snmp_host_conf *h = snmp_conf(b->snmp)->hosts.v[0];
        str_copy(h->community, sizeof(h->community), i ? "hub-says" : "spoke-says");
        h->only_event_manager = false;
        snmp_conf(b->snmp)->traps_authentication = true;
        snmp_conf_changed(b->snmp);
    }
    want_policy_event(p->hub);
    assert_true(box_carry(p->hub, 0, p->spoke));
    vloop_run_for(p->loop, 0);
    assert_int_equal(p->spoke->nsent, 1);
    const struct box_datagram *d = &p->spoke->sent[0];
    /* enterprise 1.3.6.1.4.1.9.1.1045, agent-addr, authenticationFailure(4), 0; authAddr 1.3.6.1.4.1.9.2.1.5.0 =
     * 213.163.222.7 */
    assert_true(
        CONTAINS(d, "\x06\x09\x2b\x06\x01\x04\x01\x09\x01\x88\x15\x40\x04\x0b\x01\x01\x03\x02\x01\x04\x02\x01\x00"));
    assert_true(CONTAINS(d, "\x06\x0a\x2b\x06\x01\x04\x01\x09\x02\x01\x05\x00\x40\x04\xd5\xa3\xde\x07"));
    assert_true(box_carry(p->spoke, 0, p->hub));
    vloop_run_for(p->loop, 2 * US_PER_S);
    assert_int_equal(snmp_stats(p->hub->snmp)->in_bad_communities, 1);
    assert_int_equal(p->hub->nsent, 1);
}

static const uint8_t inform[] = {0x30, 0x40, 0x02, 0x01, 0x01, 0x04, 0x06, 'p',  'u',  'b',  'l',  'i',  'c',  0xa6,
                                 0x33, 0x02, 0x01, 0x09, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x30, 0x28, 0x30, 0x0d,
                                 0x06, 0x08, 0x2b, 0x06, 0x01, 0x02, 0x01, 0x01, 0x03, 0x00, 0x43, 0x01, 0x01, 0x30,
                                 0x17, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x06, 0x03, 0x01, 0x01, 0x04, 0x01, 0x00, 0x06,
                                 0x09, 0x2b, 0x06, 0x01, 0x06, 0x03, 0x01, 0x01, 0x05, 0x01};

static void informs_are_acknowledged(void **state)
{
    struct pair *p = *state;
    assert_true(box_deliver(p->spoke, HUB, 4711, 162, inform, sizeof(inform)));
    vloop_run_for(p->loop, 0);
    assert_int_equal(p->spoke->nheard, 1);
    assert_int_equal(p->spoke->nsent, 1);
    const struct box_datagram *d = &p->spoke->sent[0];
    assert_int_equal(d->src, SPOKE);
    assert_int_equal(d->sport, 162);
    assert_int_equal(d->dst, HUB);
    assert_int_equal(d->dport, 4711);
    assert_int_equal(d->data[13], 0xa2);
    assert_int_equal(snmp_stats(p->spoke->snmp)->out_responses, 1);
    assert_int_equal(snmp_stats(p->spoke->snmp)->in_informs, 1);
}

/* The access list of a community is asked of those who notify too; a host line with the same string does not let them in another way. */
static void the_access_list_of_a_community_is_asked(void **state)
{
    struct pair *p = *state;
    struct snmp_community_conf *c = box_community(p->spoke, "public", SNMP_RO);
    str_copy(c->acl, sizeof c->acl, "nobody");
    snmp_conf_changed(p->spoke->snmp);
    assert_true(box_deliver(p->spoke, HUB, 4711, 162, inform, sizeof(inform)));
    vloop_run_for(p->loop, 0);
    assert_int_equal(p->spoke->nheard, 0);
    assert_int_equal(p->spoke->nsent, 0);
    assert_int_equal(snmp_stats(p->spoke->snmp)->in_bad_communities, 1);
    str_copy(c->acl, sizeof c->acl, "20");
    snmp_conf_changed(p->spoke->snmp);
    assert_true(box_deliver(p->spoke, HUB, 4711, 162, inform, sizeof(inform)));
    vloop_run_for(p->loop, 0);
    assert_int_equal(p->spoke->nheard, 1);
}

static void what_is_no_notification_is_counted(void **state)
{
    struct pair *p = *state;
    uint8_t other[sizeof(inform)];
    memcpy(other, inform, sizeof(inform));
    other[13] = 0xa0; /* get under a host line's string, which gives no access */
    assert_true(box_deliver(p->spoke, HUB, 4711, 162, other, sizeof(other)));
    box_community(p->spoke, "public", SNMP_RO);
    assert_true(box_deliver(p->spoke, HUB, 4711, 162, other, sizeof(other)));
    other[13] = 0xa3; /* set under a read-only string */
    assert_true(box_deliver(p->spoke, HUB, 4711, 162, other, sizeof(other)));
    other[4] = 2; /* none of 1, 2c and 3 */
    assert_true(box_deliver(p->spoke, HUB, 4711, 162, other, sizeof(other)));
    assert_true(box_deliver(p->spoke, HUB, 4711, 162, other, 10));
    assert_true(box_deliver(p->spoke, HUB, 4711, 162, other, 0));
    vloop_run_for(p->loop, 0);
    const struct snmp_stats *n = snmp_stats(p->spoke->snmp);
    assert_int_equal(n->in_pkts, 6);
    assert_int_equal(n->in_get_requests, 2);
    assert_int_equal(n->in_set_requests, 1);
    assert_int_equal(n->in_bad_uses, 2);
    assert_int_equal(n->in_request_vars, 4);
    assert_int_equal(n->in_bad_versions, 1);
    assert_int_equal(n->in_asn_errors, 2);
    assert_int_equal(p->spoke->nheard, 0);
    assert_int_equal(p->spoke->nsent, 0);
}

static void a_taken_port_is_told(void **state)
{
    struct pair *p = *state;
    struct box *b = box_new(p->loop, 0x0a000009);
    assert_false(snmp_running(b->snmp));
    b->port_taken = true;
    snmp_conf(b->snmp)->manager = true;
    snmp_conf_changed(b->snmp);
    vloop_run_for(p->loop, 0);
    assert_int_equal(box_logged(b, "%IP_SNMP-3-SOCKET: can't open UDP socket"), 1);
    box_free(b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_setup, pair_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_manager_nobody_listens),
        TEST(wrong_community_is_counted_and_told),
        TEST(authentication_failures_do_not_echo),
        TEST(informs_are_acknowledged),
        TEST(the_access_list_of_a_community_is_asked),
        TEST(what_is_no_notification_is_counted),
        TEST(a_taken_port_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
