/* snmp_pair.h: two agents as the incident has them, hub 213.163.222.7 and spoke 11.1.1.3, and the notification that goes from one to the other.
 *
 *   hub                                            spoke
 *     TRAP_WANTED -> Trap-PDU, UDP :49152 ------------> :162 -> TRAP_HEARD
 */
#ifndef ESPIAL_TESTS_SNMP_PAIR_H
#define ESPIAL_TESTS_SNMP_PAIR_H

#include "tests/exchange/snmp_box.h"

#define HUB        0xd5a3de07u
#define SPOKE      0x0b010103u
#define EEM_ROOT   1, 3, 6, 1, 4, 1, 9, 10, 91
#define WALL_START INT64_C(1400000000000000)

struct pair {
    struct loop *loop;
    struct box *hub, *spoke;
    struct snmp_host_conf *host; /* of hub: spoke, where a test keeps it */
};

/* Neither has a line yet; both began 5 s after their machine. */
static inline struct pair *pair_new(void)
{
    struct pair *p = NEW(struct pair);
    p->loop = vloop_new(WALL_START);
    vloop_run_for(p->loop, 5 * US_PER_S);
    p->hub = box_new(p->loop, HUB);
    p->spoke = box_new(p->loop, SPOKE);
    return p;
}

static inline int pair_teardown(void **state)
{
    struct pair *p = *state;
    box_free(p->hub);
    box_free(p->spoke);
    vloop_free(p->loop);
    mem_free(p);
    return 0;
}

/* snmp-server enable traps event-manager / snmp-server host PEER public event-manager / snmp-server manager */
static inline void three_lines(struct box *b, uint32_t peer)
{
    struct snmp_conf *c = snmp_conf(b->snmp);
    c->traps_event_manager = true;
    box_host(b, peer, "public")->only_event_manager = true;
    c->manager = true;
    snmp_conf_changed(b->snmp);
}

static inline int pair_setup(void **state)
{
    struct pair *p = pair_new();
    three_lines(p->hub, SPOKE);
    three_lines(p->spoke, HUB);
    vloop_run_for(p->loop, 123450 * US_PER_MS);
    *state = p;
    return 0;
}

/* What `action snmp-trap intdata1 2323232 strdata ""` publishes, history index 7. */
static inline struct fact_trap policy_event(void)
{
    static const enum trap_type types[] = {TRAP_UNSIGNED, TRAP_UNSIGNED, TRAP_UNSIGNED, TRAP_UNSIGNED, TRAP_STRING,
                                           TRAP_STRING,   TRAP_INT,      TRAP_NONE,     TRAP_STRING};
    static const uint32_t columns[] = {2, 3, 4, 5, 6, 7, 9, 10, 11};
    struct fact_trap t = {.kind = "event-manager", .trap_oid = {EEM_ROOT, 0, 2}, .trap_oid_len = 11, .nvars = 9};
    for (size_t i = 0; i < 9; i++) {
        const uint32_t oid[] = {EEM_ROOT, 1, 2, 3, 1, columns[i], 7};
        memcpy(t.vars[i].oid, oid, sizeof(oid));
        t.vars[i].oid_len = 15;
        t.vars[i].type = types[i];
    }
    t.vars[0].num = 11;
    t.vars[5].len = 11;
    memcpy(t.vars[5].data, "command_hub", 11);
    t.vars[6].num = 2323232;
    return t;
}

static inline void want_trap(struct box *b, const struct fact_trap *t)
{
    bus_publish(b->bus, FACT_TRAP_WANTED, t, sizeof(*t));
    vloop_run_for(b->loop, 0);
}

static inline void want_policy_event(struct box *b)
{
    struct fact_trap t = policy_event();
    want_trap(b, &t);
}

static inline bool contains(const struct box_datagram *d, const void *bytes, size_t n)
{
    return memmem(d->data, d->len, bytes, n) != NULL;
}
#define CONTAINS(d, bytes) contains((d), (bytes), sizeof(bytes) - 1)

static inline void assert_policy_event_heard(const struct box *b, uint8_t version)
{
    assert_int_equal(b->nheard, 1);
    const struct fact_trap *t = &b->heard[0];
    static const uint32_t trap_oid[] = {EEM_ROOT, 0, 2};
    static const uint32_t intdata1[] = {EEM_ROOT, 1, 2, 3, 1, 9, 7};
    assert_int_equal(t->src, HUB);
    assert_int_equal(t->dst, SPOKE);
    assert_int_equal(t->version, version);
    assert_int_equal(t->trap_oid_len, 11);
    assert_memory_equal(t->trap_oid, trap_oid, sizeof(trap_oid));
    assert_int_equal(t->nvars, 9);
    assert_int_equal(t->vars[6].oid_len, 15);
    assert_memory_equal(t->vars[6].oid, intdata1, sizeof(intdata1));
    assert_int_equal(t->vars[6].type, TRAP_INT);
    assert_int_equal(t->vars[6].num, 2323232);
    assert_int_equal(t->vars[7].type, version == 1 ? TRAP_INT : TRAP_NONE);
    assert_int_equal(t->vars[5].len, 11);
    assert_memory_equal(t->vars[5].data, "command_hub", 11);
    assert_int_equal(t->vars[8].len, 0);
}
#endif
