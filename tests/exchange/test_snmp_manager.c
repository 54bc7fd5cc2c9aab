/* test_snmp_manager.c: the manager's half on a UDP that only remembers: requests byte for byte, answers that are not ours, how many may be under way, and the sessions of
 * informs. Octets by hand: RFC 3416 section 3, RFC 3417 section 8. */
#include "espial/manager.h"
#include "tests/exchange/snmp_box.h"

#define ROUTER 0x0a000001u
#define AGENT  0x0a000002u

struct said {
    unsigned n;
    bool answered;
    int32_t id, status, index;
    size_t nvalues;
    struct agent_value first;
};

static void done(void *arg, const struct agent_answer *a)
{
    struct said *s = arg;
    s->n++;
    s->answered = a->answered;
    s->id = a->id;
    s->status = a->status;
    s->index = a->index;
    s->nvalues = a->nvalues;
    if (a->nvalues)
        s->first = a->values[0];
}

static const struct trap_var sys_name = {.oid = {1, 3, 6, 1, 2, 1, 1, 5, 0}, .oid_len = 9};

static struct agent_question question(int version)
{
    return (struct agent_question){.op = AGENT_GET,
                                   .version = version,
                                   .who = "public",
                                   .addr = AGENT,
                                   .retries = 1,
                                   .timeout_s = 2,
                                   .vars = &sys_name,
                                   .nvars = 1};
}

/* Response, version 2c, "public", request-id 1, no error: sysName.0 = "b" */
static const uint8_t response[] = {0x30, 0x28, 2,    1, 1, 4, 6, 'p', 'u', 'b', 'l',  'i',  'c',  0xa2,
                                   0x1b, 2,    1,    1, 2, 1, 0, 2,   1,   0,   0x30, 0x10, 0x30, 0x0e,
                                   6,    8,    0x2b, 6, 1, 2, 1, 1,   5,   0,   4,    2,    'b',  0xff};
enum { AT_VERSION = 4, AT_COMMUNITY = 7, AT_PDU = 13, AT_ID = 17 };

static void octets(void **state)
{
    static const uint8_t get[] = {0x30, 0x26, 2,    1, 1, 4, 6, 'p', 'u', 'b', 'l',  'i',  'c',  0xa0,
                                  0x19, 2,    1,    1, 2, 1, 0, 2,   1,   0,   0x30, 0x0e, 0x30, 0x0c,
                                  6,    8,    0x2b, 6, 1, 2, 1, 1,   5,   0,   5,    0};
    struct box *b = box_new(vloop_new(0), ROUTER);
    struct manager m;
    struct said said = {0};
    enum agent_refusal why;
    struct agent_question q = question(2);
    (void)state;
    snmp_manager(b->snmp, &m);
    assert_false(box_listens(b, EPHEMERAL));
    assert_non_null(m.ask(m.arg, &q, done, &said, &why));
    assert_int_equal(b->nsent, 1);
    assert_int_equal(b->sent[0].dport, 161);
    assert_int_equal(b->sent[0].len, sizeof get);
    assert_memory_equal(b->sent[0].data, get, sizeof get);
    /* not ours: another address, port, name, id, version, kind; not whole */
    struct {
        uint32_t src;
        uint16_t port;
        size_t at;
        uint8_t octet;
    } others[] = {{AGENT + 1, 161, 0, 0x30},  {AGENT, 162, 0, 0x30},       {AGENT, 161, AT_COMMUNITY, 'q'},
                  {AGENT, 161, AT_ID, 2},     {AGENT, 161, AT_VERSION, 0}, {AGENT, 161, AT_VERSION, 3},
                  {AGENT, 161, AT_PDU, 0xa0}, {AGENT, 161, 1, 0x29}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        uint8_t data[sizeof response];
        memcpy(data, response, sizeof data);
        data[others[i].at] = others[i].octet;
        assert_true(box_deliver(b, others[i].src, others[i].port, EPHEMERAL, data, sizeof data));
        assert_int_equal(said.n, 0);
    }
    for (size_t n = 0; n < sizeof response; n++) {
        assert_true(box_deliver(b, AGENT, 161, EPHEMERAL, response, n));
        assert_int_equal(said.n, 0);
    }
    assert_true(box_deliver(b, AGENT, 161, EPHEMERAL, response, sizeof response));
    assert_int_equal(said.n, 1);
    assert_true(said.answered);
    assert_int_equal(said.id, 1);
    assert_int_equal(said.nvalues, 1);
    assert_int_equal(said.first.var.type, TRAP_STRING);
    assert_int_equal(said.first.var.len, 2);
    assert_false(box_listens(b, EPHEMERAL)); /* nothing is under way: nobody listens */
    /* the same once more is for nobody */
    assert_false(box_deliver(b, AGENT, 161, EPHEMERAL, response, sizeof response));
    const struct snmp_session *n = snmp_session(b->snmp, 0);
    assert_non_null(n);
    assert_int_equal(n->responses, 1);
    assert_int_equal(n->pending, 0);
    struct loop *loop = b->loop;
    box_free(b);
    vloop_free(loop);
}

static void bounds(void **state)
{
    struct box *b = box_new(vloop_new(0), ROUTER);
    struct manager m;
    struct said said = {0};
    struct agent_ask *asks[64];
    enum agent_refusal why = 0;
    struct agent_question q = question(2);
    (void)state;
    snmp_manager(b->snmp, &m);
    for (unsigned i = 0; i < 64; i++) {
        q.addr = AGENT + i;
        assert_non_null(asks[i] = m.ask(m.arg, &q, done, &said, &why));
        b->nsent = 0;
    }
    assert_null(m.ask(m.arg, &q, done, &said, &why));
    assert_int_equal(why, AGENT_BUSY);
    for (unsigned i = 0; i < 64; i += 2)
        m.forget(m.arg, asks[i]);
    vloop_run_for(b->loop, 5 * (uint64_t)US_PER_S);
    assert_int_equal(said.n, 32); /* those that were forgotten are not told */
    assert_false(said.answered);
    assert_int_equal(b->nsent, 32); /* one retry each */
    b->nsent = 0;
    /* of 64 idle sessions the oldest gives way */
    q.addr = AGENT + 100;
    assert_non_null(m.ask(m.arg, &q, done, &said, &why));
    size_t sessions = 0;
    bool newest = false;
    const struct snmp_session *n;
    for (; (n = snmp_session(b->snmp, sessions)); sessions++)
        newest |= n->addr == AGENT + 100;
    assert_int_equal(sessions, 64);
    assert_true(newest);
    /* no way, and too big */
    b->no_route = true;
    assert_null(m.ask(m.arg, &q, done, &said, &why));
    assert_int_equal(why, AGENT_NO_WAY);
    b->no_route = false;
    struct trap_var big[AGENT_VARS_MAX];
    for (size_t i = 0; i < AGENT_VARS_MAX; i++) {
        big[i] = sys_name;
        big[i].type = TRAP_STRING;
        big[i].len = 255;
    }
    q.op = AGENT_SET;
    q.vars = big;
    q.nvars = AGENT_VARS_MAX;
    assert_null(m.ask(m.arg, &q, done, &said, &why));
    assert_int_equal(why, AGENT_TOO_BIG);
    struct loop *loop = b->loop;
    box_free(b); /* with one under way */
    vloop_free(loop);
}

static void informs_have_sessions(void **state)
{
    struct box *b = box_new(vloop_new(0), ROUTER);
    struct fact_trap t = {.kind = "event-manager", .trap_oid = {1, 3, 6, 1, 4, 1, 9, 10, 91, 0, 2}, .trap_oid_len = 11};
    (void)state;
    struct snmp_host_conf *h = box_host(b, AGENT, "public");
    h->version = SNMP_HOST_V2C;
    h->informs = true;
    snmp_conf(b->snmp)->traps_event_manager = true;
    bus_publish(b->bus, FACT_TRAP_WANTED, &t, sizeof t);
    vloop_run_for(b->loop, 1);
    assert_int_equal(b->nsent, 1);
    const struct snmp_session *n = snmp_session(b->snmp, 0);
    assert_non_null(n);
    assert_int_equal(n->informs, 1);
    assert_int_equal(n->pending, 1);
    assert_int_equal(n->port, 162);
    vloop_run_for(b->loop, 15 * (uint64_t)US_PER_S); /* the first retry */
    assert_int_equal(n->informs, 2);
    vloop_run_for(b->loop, 20000);
    b->sent[1].data[AT_PDU] = 0xa2;
    assert_true(box_deliver(b, AGENT, 162, b->sent[1].sport, b->sent[1].data, b->sent[1].len));
    n = snmp_session(b->snmp, 0);
    assert_int_equal(n->pending, 0);
    assert_int_equal(n->responses, 1);
    assert_int_equal(n->rtt_last, 20); /* since the try that was answered */
    assert_int_equal(n->expires, 600);
    vloop_run_for(b->loop, 600 * (uint64_t)US_PER_S);
    assert_null(snmp_session(b->snmp, 0));
    struct loop *loop = b->loop;
    box_free(b);
    vloop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(octets), cmocka_unit_test(bounds),
                                       cmocka_unit_test(informs_have_sessions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
