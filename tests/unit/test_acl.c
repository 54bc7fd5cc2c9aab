/* Access lists: what a line fits, in which order, with which counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "espial/buf.h"
#include "espial/text.h"
#include "tests/sim/netbox.h"
#include "tests/sim/vloop.h"

static struct acl_rule rule(bool permit, uint16_t proto)
{
    return (struct acl_rule){
        .permit = permit, .proto = proto, .src_wild = ~0u, .dst_wild = ~0u, .icmp_type = 256, .icmp_code = 256};
}

static struct flow flow(uint8_t proto, const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
    return (struct flow){.proto = proto, .src = addr_of(src), .dst = addr_of(dst), .sport = sport, .dport = dport};
}

static void addresses(void **state)
{
    struct acl_rule r = rule(true, ACL_PROTO_IP);
    (void)state;

    r.src = addr_of("10.1.1.0");
    r.src_wild = addr_of("0.0.0.255");
    r.dst = addr_of("10.0.0.1");
    r.dst_wild = addr_of("0.255.0.0"); /* bits anywhere: 10.x.0.1 */
    struct flow f = flow(PROTO_UDP, "10.1.1.200", 1, "10.77.0.1", 2);
    assert_true(acl_rule_fits(&r, &f));
    f.src = addr_of("10.1.2.200");
    assert_false(acl_rule_fits(&r, &f));
    f = flow(PROTO_ESP, "10.1.1.0", 0, "10.77.1.1", 0);
    assert_false(acl_rule_fits(&r, &f));
}

static void ports(void **state)
{
    static const struct {
        uint8_t op;
        uint16_t a, b, port;
        bool fits;
    } facts[] = {
        {ACL_PORT_EQ, 500, 0, 500, true},        {ACL_PORT_EQ, 500, 0, 501, false},
        {ACL_PORT_GT, 1023, 0, 1024, true},      {ACL_PORT_GT, 1023, 0, 1023, false},
        {ACL_PORT_LT, 1024, 0, 1023, true},      {ACL_PORT_LT, 1024, 0, 1024, false},
        {ACL_PORT_NEQ, 22, 0, 23, true},         {ACL_PORT_NEQ, 22, 0, 22, false},
        {ACL_PORT_RANGE, 100, 200, 100, true},   {ACL_PORT_RANGE, 100, 200, 200, true},
        {ACL_PORT_RANGE, 100, 200, 99, false},   {ACL_PORT_RANGE, 100, 200, 201, false},
        {ACL_PORT_RANGE, 0, 65535, 65535, true}, {ACL_PORT_ANY, 0, 0, 9, true},
    };
    (void)state;

    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct acl_rule r = rule(true, PROTO_UDP);
        struct flow f = flow(PROTO_UDP, "1.1.1.1", 7, "2.2.2.2", facts[i].port);
        r.dop = facts[i].op;
        r.dport = facts[i].a;
        r.dport2 = facts[i].b;
        assert_int_equal(acl_rule_fits(&r, &f), facts[i].fits);
        r = rule(true, PROTO_UDP);
        r.sop = facts[i].op;
        r.sport = facts[i].a;
        r.sport2 = facts[i].b;
        f = flow_mirror(&f);
        assert_int_equal(acl_rule_fits(&r, &f), facts[i].fits);
        f.proto = PROTO_TCP;
        assert_false(acl_rule_fits(&r, &f));
    }
}

static void fragments(void **state)
{
    struct acl_rule permit = rule(true, PROTO_UDP), deny = rule(false, PROTO_UDP), plain = rule(false, PROTO_UDP);
    struct flow f = flow(PROTO_UDP, "1.1.1.1", 0, "2.2.2.2", 0);
    (void)state;

    permit.dop = deny.dop = ACL_PORT_EQ;
    permit.dport = deny.dport = 500;
    f.no_ports = true;
    assert_true(acl_rule_fits(&permit, &f));
    assert_false(acl_rule_fits(&deny, &f));
    assert_true(acl_rule_fits(&plain, &f));
}

static void icmp_and_established(void **state)
{
    struct acl_rule r = rule(true, PROTO_ICMP);
    struct flow f = flow(PROTO_ICMP, "1.1.1.1", 0, "2.2.2.2", 0);
    (void)state;

    r.icmp_type = 8;
    f.icmp_type = 8;
    f.icmp_code = 3;
    assert_true(acl_rule_fits(&r, &f));
    r.icmp_code = 0;
    assert_false(acl_rule_fits(&r, &f));
    r = rule(true, PROTO_TCP);
    r.tcp_flags = 0x14; /* established: ACK or RST */
    f = flow(PROTO_TCP, "1.1.1.1", 1, "2.2.2.2", 2);
    f.tcp_flags = 0x02; /* SYN */
    assert_false(acl_rule_fits(&r, &f));
    f.tcp_flags = 0x12; /* SYN ACK */
    assert_true(acl_rule_fits(&r, &f));
    f.tcp_flags = 0x04; /* RST */
    assert_true(acl_rule_fits(&r, &f));
    r.tcp_flags = 0x02; /* syn */
    assert_false(acl_rule_fits(&r, &f));
    f.tcp_flags = 0x12;
    assert_true(acl_rule_fits(&r, &f));
    f.no_ports = true; /* too short to have them */
    assert_false(acl_rule_fits(&r, &f));
    f.fragment = true; /* not the first: by its addresses, as with ports */
    assert_true(acl_rule_fits(&r, &f));
    r.permit = false;
    assert_false(acl_rule_fits(&r, &f));
    r = rule(true, PROTO_ICMP);
    r.icmp_type = 8;
    f.proto = PROTO_ICMP;
    assert_true(acl_rule_fits(&r, &f));
}

static void flows_of_packets(void **state)
{
    uint8_t ip[40] = {0x46, 0, 0,  40, 0, 0, 0, 0, 64, 17, 0,    0,    10,   0,
                      0,    1, 10, 0,  0, 2, 1, 1, 1,  1,  0x01, 0xF4, 0x11, 0x94};
    struct flow f;
    (void)state;

    flow_of(&f, ip, 40);
    assert_int_equal(f.src, 0x0A000001);
    assert_int_equal(f.sport, 500);
    assert_int_equal(f.dport, 4500);
    assert_false(f.no_ports);
    flow_of(&f, ip, 26); /* the ports are cut off */
    assert_true(f.no_ports);
    put16(ip + 6, 100); /* not the first fragment */
    flow_of(&f, ip, 40);
    assert_true(f.no_ports);
    assert_int_equal(f.sport, 0);
}

struct lists {
    struct loop *loop;
    struct netbox box;
};

static int setup(void **state)
{
    struct lists *t = NEW(struct lists);

    t->loop = vloop_new(0);
    netbox_init(&t->box, t->loop, 1);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct lists *t = *state;

    netbox_end(&t->box);
    vloop_free(t->loop);
    mem_free(t);
    return 0;
}

static struct acl_conf *named(struct lists *t, const char *name)
{
    struct acl_conf *a = NEW(struct acl_conf);

    acl_conf_init(a);
    str_copy(a->name, sizeof a->name, name);
    conf_list_add(&net_conf(t->box.net)->acls, a);
    acl_conf_changed(t->box.net, name);
    return a;
}

static struct ace_conf *entry(struct lists *t, struct acl_conf *a, uint32_t seq, uint8_t action, uint16_t proto)
{
    struct ace_conf *c = NEW(struct ace_conf);

    ace_conf_init(c);
    c->seq = seq;
    c->action = action;
    c->proto = proto;
    conf_list_add(&a->entries, c);
    acl_conf_changed(t->box.net, a->name);
    return c;
}

static void places(void **state)
{
    struct lists *t = *state;
    struct acl_conf *a = named(t, "VPN");
    struct acl *acl = acl_find(t->box.net, "VPN");
    static const struct {
        uint32_t seq;
        uint16_t proto;
    } order[] = {{5, PROTO_UDP}, {10, PROTO_ESP}, {15, PROTO_GRE}, {20, PROTO_ICMP}, {100, PROTO_AH}, {110, PROTO_TCP}};

    entry(t, a, 0, ACL_PERMIT, PROTO_ESP);  /* 10 */
    entry(t, a, 0, ACL_PERMIT, PROTO_ICMP); /* 20 */
    entry(t, a, 100, ACL_DENY, PROTO_AH);   /* as typed */
    entry(t, a, 0, ACL_PERMIT, PROTO_TCP);  /* behind the last: 110 */
    entry(t, a, 0, ACL_REMARK, PROTO_TCP);  /* no rule */
    entry(t, a, 15, ACL_PERMIT, PROTO_GRE); /* between */
    entry(t, a, 5, ACL_PERMIT, PROTO_UDP);  /* before */
    assert_int_equal(acl_rules(acl), 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(acl_rule(acl, i)->seq, order[i].seq);
        assert_int_equal(acl_rule(acl, i)->proto, order[i].proto);
    }
    assert_null(acl_rule(acl, 6));
    /* the configuration stands in the same order, so that it reads back as it is */
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(((struct ace_conf *)a->entries.v[i])->place, order[i].seq);
}

static void first_match_decides(void **state)
{
    struct lists *t = *state;
    struct acl_conf *a = named(t, "X");
    struct acl *acl = acl_find(t->box.net, "X");
    struct flow f = flow(PROTO_UDP, "10.0.0.1", 1, "10.0.0.2", 2);

    assert_true(acl_permits(acl, &f)); /* an empty list lets all pass */
    struct ace_conf *c = entry(t, a, 0, ACL_DENY, PROTO_UDP);
    c->src_kind = ACL_ADDR_HOST;
    c->src = addr_of("10.0.0.1");
    acl_conf_changed(t->box.net, "X");
    entry(t, a, 0, ACL_PERMIT, PROTO_UDP);
    assert_false(acl_permits(acl, &f));
    f.src++;
    assert_true(acl_permits(acl, &f));
    assert_true(acl_permits(acl, &f));
    f.proto = PROTO_TCP;
    assert_false(acl_permits(acl, &f)); /* nothing fits */
    assert_int_equal(acl_rule(acl, 0)->hits, 1);
    assert_int_equal(acl_rule(acl, 1)->hits, 2);
    /* a further line leaves the counts of the others */
    entry(t, a, 0, ACL_PERMIT, PROTO_GRE);
    assert_int_equal(acl_rule(acl, 1)->hits, 2);
    acl_clear_counters(t->box.net, "X");
    assert_int_equal(acl_rule(acl, 1)->hits, 0);
}

static void numbered_and_named_are_one(void **state)
{
    struct lists *t = *state;

    netbox_ace(&t->box, 101)->proto = PROTO_ESP;
    acl_conf_changed(t->box.net, "101");
    struct acl_conf *a = named(t, "101");
    entry(t, a, 0, ACL_DENY, PROTO_AH);
    struct acl *acl = acl_find(t->box.net, "101");
    assert_int_equal(acl_rules(acl), 2);
    assert_int_equal(acl_rule(acl, 1)->seq, 20);
    assert_int_equal(acl_rule(acl, 1)->proto, PROTO_AH);
    conf_list_clear(&net_conf(t->box.net)->acl_lines);
    conf_list_clear(&net_conf(t->box.net)->acls);
    acl_conf_changed(t->box.net, "101");
    assert_null(acl_find(t->box.net, "101"));
}

static void connections(void **state)
{
    struct lists *t = *state;
    struct ace_conf *c = netbox_ace(&t->box, 102);

    c->proto = PROTO_TCP;
    c->src_kind = ACL_ADDR_HOST;
    c->src = addr_of("10.0.0.1");
    c->dop = ACL_PORT_EQ;
    c->dport = 22;
    c = netbox_ace(&t->box, 103);
    c->proto = PROTO_UDP;
    acl_conf_changed(t->box.net, "102");
    acl_conf_changed(t->box.net, "103");
    assert_true(acl_permits_source(t->box.net, "102", addr_of("10.0.0.1")));
    assert_false(acl_permits_source(t->box.net, "102", addr_of("10.0.0.2")));
    assert_false(acl_permits_source(t->box.net, "103", addr_of("10.0.0.1"))); /* UDP alone */
    assert_true(acl_permits_source(t->box.net, "104", addr_of("10.0.0.1")));  /* no such list */
    assert_int_equal(acl_rule(acl_find(t->box.net, "102"), 0)->hits, 1);
}

static void canonical(void **state)
{
    struct ace_conf c = {.src_kind = ACL_ADDR_WILD,
                         .src = addr_of("10.1.2.3"),
                         .src_wild = 0,
                         .dst_kind = ACL_ADDR_WILD,
                         .dst = addr_of("10.1.2.3"),
                         .dst_wild = 0x000000FF};
    (void)state;

    ace_canonical(&c);
    assert_int_equal(c.src_kind, ACL_ADDR_HOST);
    assert_int_equal(c.src, addr_of("10.1.2.3"));
    assert_int_equal(c.dst_kind, ACL_ADDR_WILD);
    assert_int_equal(c.dst, addr_of("10.1.2.0"));
    c.src_kind = ACL_ADDR_WILD;
    c.src_wild = 0xFFFFFFFF;
    ace_canonical(&c);
    assert_int_equal(c.src_kind, ACL_ADDR_ANY);
    assert_int_equal(c.src, 0);
}

/* The type of service: all of it, its upper six bits, its upper three, the four of RFC 1349; and pieces by themselves. */
static void service_and_pieces(void **state)
{
    struct flow f = flow(PROTO_TCP, "10.0.0.1", 1, "10.0.0.2", 80);
    struct acl_rule r = rule(true, PROTO_TCP);
    (void)state;

    f.tos = 0xB8; /* EF: precedence 5, TOS 12 */
    r.has_dscp = true;
    r.dscp = 46;
    assert_true(acl_rule_fits(&r, &f));
    f.tos = 0xBB; /* with ECN */
    assert_true(acl_rule_fits(&r, &f));
    r.dscp = 0;
    assert_false(acl_rule_fits(&r, &f));
    r = rule(true, PROTO_TCP);
    r.has_precedence = true;
    r.precedence = 5;
    r.has_tos = true;
    r.tos = 12;
    f.tos = 0xB8;
    assert_true(acl_rule_fits(&r, &f));
    r.tos = 8;
    assert_false(acl_rule_fits(&r, &f));
    r.has_tos = false;
    r.precedence = 0;
    assert_false(acl_rule_fits(&r, &f));
    r = rule(false, PROTO_TCP); /* deny tcp any any fragments */
    r.fragments = true;
    assert_false(acl_rule_fits(&r, &f));
    f.fragment = f.no_ports = true;
    assert_true(acl_rule_fits(&r, &f));
    f.fragment = false; /* too short to have ports, but whole */
    assert_false(acl_rule_fits(&r, &f));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(ports),
        cmocka_unit_test(fragments),
        cmocka_unit_test(icmp_and_established),
        cmocka_unit_test(flows_of_packets),
        T(places),
        T(first_match_decides),
        T(numbered_and_named_are_one),
        T(connections),
        cmocka_unit_test(canonical),
        cmocka_unit_test(service_and_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
