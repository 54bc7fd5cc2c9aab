/* test_snmp_agent.c: requests in, responses out, octet by octet. Messages and answers are written by hand after RFC 1157, RFC 3416 and RFC 3417. The tree of the test:
 * the agent's own rows, and 1.3.6.1.4.1.9999.{1 Counter64, 2 Integer that can be written, 3 Integer whose commit fails, 4 a table of three}. */
#include "tests/exchange/snmp_box.h"

#include <stdlib.h>

#include "espial/gate.h"
#include "espial/mib.h"

#define PORT 161

struct world {
    int64_t two;
};
struct desk {
    struct loop *loop;
    struct box *box;
    struct mib *mib;
    struct snmp *snmp;
    struct world world;
    uint8_t out[SNMP_MESSAGE_MAX];
    size_t len;
};

static bool get(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    out->num = row->which == 1 ? INT64_C(0x100000000) : row->which == 2 ? ((struct world *)self)->two : row->which == 4 ? (int64_t)at->v[0] * 10 : 7;
    return true;
}
static enum mib_set set(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *v, bool commit)
{
    (void)at;
    if (row->which == 2 && v->num > 100)
        return MIB_SET_WRONG_VALUE;
    if (commit && row->which == 3)
        return MIB_SET_FAILED;
    if (commit)
        ((struct world *)self)->two = v->num;
    return MIB_SET_OK;
}
static bool three(void *self, struct mib_index *at)
{
    (void)self;
    uint32_t n = at->n ? at->v[0] + 1 : 1;
    *at = (struct mib_index){.v = {n}, .n = 1};
    return n <= 3;
}
static const struct mib_table table = {.next = three};
#define ROOT "1.3.6.1.4.1.9999."
static const struct mib_row rows[] = {
    {.name = "wide", .oid = ROOT "1", .type = TRAP_COUNTER64, .get = get, .which = 1},
    {.name = "two", .oid = ROOT "2", .type = TRAP_INT, .get = get, .set = set, .which = 2},
    {.name = "brittle", .oid = ROOT "3", .type = TRAP_INT, .get = get, .set = set, .which = 3},
    {.name = "entry", .oid = ROOT "4", .type = TRAP_UNSIGNED, .table = &table, .get = get, .which = 4},
};
static const struct mib_rows declared = MIB_ROWS("TEST-MIB", rows);

static bool permits(void *arg, const char *acl, uint32_t src)
{
    (void)arg;
    return strcmp(acl, "10") != 0 || src == 0x0a000002;
}

static void community(struct desk *d, const char *name, int access, const char *view, const char *acl)
{
    struct snmp_community_conf *c = NEW(struct snmp_community_conf);
    str_copy(c->name, sizeof c->name, name);
    str_copy(c->view, sizeof c->view, view);
    str_copy(c->acl, sizeof c->acl, acl);
    c->access = access;
    conf_list_add(&snmp_conf(d->snmp)->communities, c);
    snmp_conf_changed(d->snmp);
}

static void family(struct desk *d, const char *name, const char *subtree, int excluded)
{
    struct snmp_view_conf *v = NEW(struct snmp_view_conf);
    str_copy(v->name, sizeof v->name, name);
    str_copy(v->subtree, sizeof v->subtree, subtree);
    v->excluded = excluded;
    conf_list_add(&snmp_conf(d->snmp)->views, v);
    snmp_conf_changed(d->snmp);
}

static int setup(void **state)
{
    struct desk *d = NEW(struct desk);
    char err[128];
    d->loop = vloop_new(0);
    d->box = box_new(d->loop, 0x0a000001);
    d->mib = mib_new();
    assert_true(mib_add(d->mib, &declared, &d->world, err));
    d->world.two = 5;
    struct snmp_env env = {.loop = d->loop, .bus = d->box->bus, .log = d->box->log, .inet = &d->box->inet, .product = 1045, .mib = d->mib, .permits = permits};
    d->snmp = snmp_new(&env);
    community(d, "public", SNMP_RO, "", "");
    community(d, "private", SNMP_RW, "", "");
    *state = d;
    return 0;
}

static int teardown(void **state)
{
    struct desk *d = *state;
    snmp_free(d->snmp);
    mib_remove(d->mib, &d->world);
    mib_free(d->mib);
    box_free(d->box);
    vloop_free(d->loop);
    mem_free(d);
    return 0;
}

static size_t octets(const char *hex, uint8_t *out)
{
    size_t n = 0;
    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        char pair[3] = {hex[0], hex[1], 0};
        out[n++] = (uint8_t)strtoul(pair, NULL, 16);
        hex++;
    }
    return n;
}

static void ask_from(struct desk *d, uint32_t src, const char *hex)
{
    uint8_t in[2048];
    size_t n = octets(hex, in);
    struct udp_from from = {.src = src, .dst = 0x0a000001, .sport = 4000, .dport = PORT};
    d->len = snmp_request(d->snmp, &from, in, n, d->out);
}

static void expect(struct desk *d, const char *hex)
{
    uint8_t want[2048];
    size_t n = octets(hex, want);
    if (d->len != n || memcmp(d->out, want, n) != 0) {
        for (size_t i = 0; i < d->len; i++)
            print_message("%02x", d->out[i]);
        fail_msg(" is not %s", hex);
    }
}
static void ask(struct desk *d, const char *hex)
{
    ask_from(d, 0x0a000002, hex);
}

#define PUBLIC "0406 7075626c6963"
#define PRIVATE "0407 70726976617465"
/* 1.3.6.1.4.1.9999.N.0 is 06 0a 2b 06 01 04 01 ce 0f N 00 -- 9999 = 78 * 128 + 15 */
#define NAME(n, i) "0609 2b06010401ce0f" n i

static void gets_a_value(void **state)
{
    struct desk *d = *state;
    /* v2c get two.0, request-id 1 */
    ask(d, "3028 020101 " PUBLIC " a01b 020101 020100 020100 3010 300e " NAME("02", "00") " 0500 00");
    assert_int_equal(d->len, 0); /* one octet too many */
    ask(d, "3027 020101 " PUBLIC " a01a 020101 020100 020100 300f 300d " NAME("02", "00") " 0500");
    expect(d, "3028 020101 " PUBLIC " a21b 020101 020100 020100 3010 300e " NAME("02", "00") " 020105");
    const struct snmp_stats *n = snmp_stats(d->snmp);
    assert_int_equal(n->in_pkts, 2);
    assert_int_equal(n->in_asn_errors, 1);
    assert_int_equal(n->in_get_requests, 1);
    assert_int_equal(n->in_request_vars, 1);
    assert_int_equal(n->out_responses, 1);
}

static void what_is_not_there(void **state)
{
    struct desk *d = *state;
    /* v2c: noSuchInstance for two.1, noSuchObject for 9.0 */
    ask(d, "3036 020101 " PUBLIC " a029 020101 020100 020100 301e 300d " NAME("02", "01") " 0500 300d " NAME("09", "00") " 0500");
    expect(d, "3036 020101 " PUBLIC " a229 020101 020100 020100 301e 300d " NAME("02", "01") " 8100 300d " NAME("09", "00") " 8000");
    /* v1: noSuchName at index 2, the varbinds as they came */
    ask(d, "3036 020100 " PUBLIC " a029 020101 020100 020100 301e 300d " NAME("02", "00") " 0500 300d " NAME("09", "00") " 0500");
    expect(d, "3036 020100 " PUBLIC " a229 020101 020102 020102 301e 300d " NAME("02", "00") " 0500 300d " NAME("09", "00") " 0500");
    assert_int_equal(snmp_stats(d->snmp)->out_no_such_name, 1);
}

static void version_1_has_no_counter64(void **state)
{
    struct desk *d = *state;
    ask(d, "3027 020100 " PUBLIC " a01a 020101 020100 020100 300f 300d " NAME("01", "00") " 0500");
    expect(d, "3027 020100 " PUBLIC " a21a 020101 020102 020101 300f 300d " NAME("01", "00") " 0500");
    ask(d, "3027 020101 " PUBLIC " a01a 020101 020100 020100 300f 300d " NAME("01", "00") " 0500");
    expect(d, "302c 020101 " PUBLIC " a21f 020101 020100 020100 3014 3012 " NAME("01", "00") " 4605 0100000000");
    /* get-next from 1.3.6.1.4.1.9999: v1 steps over it */
    ask(d, "3025 020100 " PUBLIC " a118 020101 020100 020100 300d 300b 0607 2b06010401ce0f 0500");
    expect(d, "3028 020100 " PUBLIC " a21b 020101 020100 020100 3010 300e " NAME("02", "00") " 020105");
}

static void bulk_goes_to_the_end(void **state)
{
    struct desk *d = *state;
    family(d, "last", "1.3.6.1.4.1.9999.4", 0);
    community(d, "tiny", SNMP_RO, "last", "");
    /* non-repeaters 0, max-repetitions 5 from entry.1: entry.2, entry.3, endOfMibView under the last name; then nothing more is left to repeat */
    ask(d, "3025 020101 0404 74696e79 a51a 020101 020100 020105 300f 300d " NAME("04", "01") " 0500");
    expect(d, "3045 020101 0404 74696e79 a23a 020101 020100 020100 302f 300e " NAME("04", "02") " 420114 300e " NAME("04", "03") " 42011e 300d " NAME("04", "03") " 8200");
    assert_int_equal(snmp_stats(d->snmp)->in_get_bulks, 1);
}

static void sets_all_or_none(void **state)
{
    struct desk *d = *state;
    /* read-only community: noAccess(6) in v2c, noSuchName(2) in v1 */
    ask(d, "3028 020101 " PUBLIC " a31b 020101 020100 020100 3010 300e " NAME("02", "00") " 020109");
    expect(d, "3028 020101 " PUBLIC " a21b 020101 020106 020101 3010 300e " NAME("02", "00") " 020109");
    ask(d, "3028 020100 " PUBLIC " a31b 020101 020100 020100 3010 300e " NAME("02", "00") " 020109");
    expect(d, "3028 020100 " PUBLIC " a21b 020101 020102 020101 3010 300e " NAME("02", "00") " 020109");
    assert_int_equal(snmp_stats(d->snmp)->in_bad_uses, 2);
    assert_int_equal(d->world.two, 5);
    /* the second of two is too large: wrongValue(10) at 2, nothing is changed */
    ask(d, "3039 020101 " PRIVATE " a32b 020101 020100 020100 3020 300e " NAME("02", "00") " 020109 300e " NAME("02", "00") " 020170");
    expect(d, "3039 020101 " PRIVATE " a22b 020101 02010a 020102 3020 300e " NAME("02", "00") " 020109 300e " NAME("02", "00") " 020170");
    assert_int_equal(d->world.two, 5);
    /* the second fails when it is done: commitFailed(14), and the first has its old value again */
    ask(d, "3039 020101 " PRIVATE " a32b 020101 020100 020100 3020 300e " NAME("02", "00") " 020109 300e " NAME("03", "00") " 020101");
    expect(d, "3039 020101 " PRIVATE " a22b 020101 02010e 020102 3020 300e " NAME("02", "00") " 020109 300e " NAME("03", "00") " 020101");
    assert_int_equal(d->world.two, 5);
    /* of another type: wrongType(7), badValue(3) in v1; a read-only object: notWritable(17) */
    ask(d, "3029 020101 " PRIVATE " a31b 020101 020100 020100 3010 300e " NAME("02", "00") " 420109");
    expect(d, "3029 020101 " PRIVATE " a21b 020101 020107 020101 3010 300e " NAME("02", "00") " 420109");
    ask(d, "3029 020100 " PRIVATE " a31b 020101 020100 020100 3010 300e " NAME("02", "00") " 420109");
    expect(d, "3029 020100 " PRIVATE " a21b 020101 020103 020101 3010 300e " NAME("02", "00") " 420109");
    ask(d, "3029 020101 " PRIVATE " a31b 020101 020100 020100 3010 300e " NAME("04", "01") " 420109");
    expect(d, "3029 020101 " PRIVATE " a21b 020101 020111 020101 3010 300e " NAME("04", "01") " 420109");
    ask(d, "3029 020101 " PRIVATE " a31b 020101 020100 020100 3010 300e " NAME("02", "00") " 020109");
    expect(d, "3029 020101 " PRIVATE " a21b 020101 020100 020100 3010 300e " NAME("02", "00") " 020109");
    assert_int_equal(d->world.two, 9);
    assert_int_equal(snmp_stats(d->snmp)->in_set_vars, 1);
}

static void strangers_get_nothing(void **state)
{
    struct desk *d = *state;
    static const char *const get_two = "3025 020101 0404 6f707321 a01a 020101 020100 020100 300f 300d " NAME("02", "00") " 0500"; /* "ops!" */
    ask(d, get_two);
    assert_int_equal(d->len, 0);
    assert_int_equal(snmp_stats(d->snmp)->in_bad_communities, 1);
    community(d, "ops!", SNMP_RO, "", "10");
    ask_from(d, 0x0a000003, get_two);
    assert_int_equal(d->len, 0);
    assert_int_equal(snmp_stats(d->snmp)->in_bad_communities, 2);
    ask_from(d, 0x0a000002, get_two);
    assert_true(d->len > 0);
    ask(d, "3003 020102"); /* SNMPv2p */
    assert_int_equal(snmp_stats(d->snmp)->in_bad_versions, 1);
    assert_int_equal(d->len, 0);
}

static void answers_that_do_not_fit(void **state)
{
    struct desk *d = *state;
    /* 30 times wide.0: 30 * 20 octets of varbinds in the answer, 30 * 15 = 450 in the request. List 0x1c2, PDU 9 + 4 + 450 = 0x1cf, message 3 + 8 + 4 + 463 = 0x1de.
     * tooBig(1), index 0, no varbinds. */
    char fixed[4096] = "308201de 020101 " PUBLIC " a08201cf 020101 020100 020100 308201c2 ";
    snmp_conf(d->snmp)->packet_size = 484;
    for (int i = 0; i < 30; i++)
        strcat(fixed, "300d " NAME("01", "00") " 0500");
    ask(d, fixed);
    expect(d, "3018 020101 " PUBLIC " a20b 020101 020101 020100 3000");
    assert_int_equal(snmp_stats(d->snmp)->out_too_big, 1);
}

static void nothing_without_the_agent(void **state)
{
    struct desk *d = *state;
    snmp_stop(d->snmp);
    ask(d, "3027 020101 " PUBLIC " a01a 020101 020100 020100 300f 300d " NAME("02", "00") " 0500");
    assert_int_equal(d->len, 0);
    assert_int_equal(snmp_stats(d->snmp)->in_pkts, 0);
}

/* Over the router's own UDP: the answer leaves port 161 of the address that was asked. */
static void answers_on_port_161(void **state)
{
    struct desk *d = *state;
    uint8_t in[64], want[64];
    size_t n = octets("3027 020101 " PUBLIC " a01a 020101 020100 020100 300f 300d " NAME("02", "00") " 0500", in);
    struct udp_from from = {.src = 0x0a000002, .dst = 0x0a000001, .sport = 4000, .dport = PORT};
    assert_true(snmp_running(d->snmp));
    struct box_sock *port = NULL;
    for (size_t i = 0; i < BOX_SOCKS; i++)
        if (d->box->socks[i].open && d->box->socks[i].sock.port == PORT)
            port = &d->box->socks[i];
    assert_non_null(port);
    port->rx(port->arg, &from, in, n);
    assert_int_equal(d->box->nsent, 1);
    const struct box_datagram *out = &d->box->sent[0];
    assert_int_equal(out->src, 0x0a000001);
    assert_int_equal(out->dst, 0x0a000002);
    assert_int_equal(out->sport, PORT);
    assert_int_equal(out->dport, 4000);
    size_t want_len = octets("3028 020101 " PUBLIC " a21b 020101 020100 020100 3010 300e " NAME("02", "00") " 020105", want);
    assert_int_equal(out->len, want_len);
    assert_memory_equal(out->data, want, want_len);
    snmp_stop(d->snmp);
    assert_false(port->open);
}

/* A manager that knows nothing asks for our engine: a Report of usmStatsUnknownEngineIDs, with engine id, boots 1, time 0 (RFC 3414 section 4). */
static void tells_its_engine(void **state)
{
    struct desk *d = *state;
    ask(d, "3038 020103 300e 02014a 020300ffe3 040104 020103 0410 300e 0400 020100 020100 0400 0400 0400 3011 0400 0400 a00b 020137 020100 020100 3000");
    expect(d, "3060 020103 300d 02014a 02022000 040100 020103 041c 301a 040c 800000090300000000000000 020101 020100 0400 0400 0400"
              "302e 040c 800000090300000000000000 0400 a81c 020137 020100 020100 3011 300f 060a 2b060106030f01010400 410101");
    assert_int_equal(snmp_stats(d->snmp)->usm_unknown_engines, 1);
    assert_int_equal(snmp_stats(d->snmp)->out_responses, 0); /* a Report is none */
}

/* ---- requests that somebody else answers */

struct other {
    struct object_gate gate;
    enum gate_verdict verdict; /* to a question about wide.0 or below 9 */
    void (*answer)(void *request, enum object_outcome how, const struct trap_var *v);
    void *request[4];
    unsigned asked, held, forgotten;
};
static bool other_wants(void *arg)
{
    (void)arg;
    return true;
}
static enum gate_verdict other_ask(void *arg, const struct object_question *q,
                                   void (*answer)(void *request, enum object_outcome how, const struct trap_var *v), void *request)
{
    struct other *o = arg;
    o->asked++;
    if (q->var->oid[7] != 9)
        return GATE_GO;
    if (o->verdict == GATE_HOLD)
        o->request[o->held++] = request;
    o->answer = answer;
    return o->verdict;
}
static void other_forget(void *arg, void *request)
{
    (void)request;
    ((struct other *)arg)->forgotten++;
}
static void replied(void *arg, const struct udp_from *to, const uint8_t *data, size_t len)
{
    struct desk *d = arg;
    assert_int_equal(to->sport, 4000);
    memcpy(d->out, data, len);
    d->len = len;
}
static void serve(struct desk *d, const char *hex)
{
    uint8_t in[2048];
    size_t n = octets(hex, in);
    struct udp_from from = {.src = 0x0a000002, .dst = 0x0a000001, .sport = 4000, .dport = PORT};
    d->len = 0;
    snmp_serve(d->snmp, &from, in, n, replied, d);
}
static void say(struct other *o, unsigned i, enum object_outcome how, uint8_t last, int64_t num)
{
    struct trap_var v = {.oid = {1, 3, 6, 1, 4, 1, 9999, 9, last}, .oid_len = 9, .type = TRAP_INT, .num = num};
    o->answer(o->request[i], how, &v);
}

static void held_for_another(void **state)
{
    struct desk *d = *state;
    struct other o = {.gate = {.arg = &o, .wants = other_wants, .ask = other_ask, .forget = other_forget}, .verdict = GATE_SKIP};
    snmp_watched(d->snmp, NULL, &o.gate);
    /* said at once that it is not there: noSuchInstance; two.0 is answered by the MIB */
    serve(d, "3036 020101 " PUBLIC " a029 020101 020100 020100 301e 300d " NAME("02", "00") " 0500 300d " NAME("09", "00") " 0500");
    expect(d, "3037 020101 " PUBLIC " a22a 020101 020100 020100 301f 300e " NAME("02", "00") " 020105 300d " NAME("09", "00") " 8100");
    assert_int_equal(o.asked, 2);
    assert_int_equal(snmp_stats(d->snmp)->in_pkts, 1);
    /* held: two of three variables, answered the second first; counted once, when it leaves */
    o.verdict = GATE_HOLD;
    serve(d, "3045 020101 " PUBLIC " a038 020101 020100 020100 302d 300d " NAME("09", "00") " 0500 300d " NAME("02", "00") " 0500 300d " NAME("09", "01") " 0500");
    assert_int_equal(d->len, 0);
    assert_int_equal(o.held, 2);
    assert_int_equal(snmp_stats(d->snmp)->in_pkts, 1);
    say(&o, 1, OBJECT_ANSWER, 1, 8);
    assert_int_equal(d->len, 0);
    say(&o, 0, OBJECT_DEFAULT, 0, 0); /* the MIB has no such object */
    expect(d, "3047 020101 " PUBLIC " a23a 020101 020100 020100 302f 300d " NAME("09", "00") " 8000 300e " NAME("02", "00") " 020105 300e " NAME("09", "01") " 020108");
    assert_int_equal(snmp_stats(d->snmp)->in_pkts, 2);
    assert_int_equal(snmp_stats(d->snmp)->in_get_requests, 2);
    assert_int_equal(snmp_stats(d->snmp)->silent_drops, 0);
    /* what comes next, by another name */
    o.held = 0;
    serve(d, "3027 020101 " PUBLIC " a11a 020101 020100 020100 300f 300d " NAME("09", "00") " 0500");
    say(&o, 0, OBJECT_ANSWER, 3, 4);
    expect(d, "3028 020101 " PUBLIC " a21b 020101 020100 020100 3010 300e " NAME("09", "03") " 020104");
    /* a set: done by the other; two.0 by the MIB */
    o.held = 0;
    serve(d, "3039 020101 " PRIVATE " a32b 020101 020100 020100 3020 300e " NAME("09", "00") " 020101 300e " NAME("02", "00") " 020109");
    assert_int_equal(d->world.two, 5);
    say(&o, 0, OBJECT_ANSWER, 0, 1);
    expect(d, "3039 020101 " PRIVATE " a22b 020101 020100 020100 3020 300e " NAME("09", "00") " 020101 300e " NAME("02", "00") " 020109");
    assert_int_equal(d->world.two, 9);
    /* a set that the other refuses: noCreation(11), nothing is changed */
    o.held = 0;
    serve(d, "3039 020101 " PRIVATE " a32b 020101 020100 020100 3020 300e " NAME("09", "00") " 020101 300e " NAME("02", "00") " 020107");
    say(&o, 0, OBJECT_NONE, 0, 0);
    expect(d, "3039 020101 " PRIVATE " a22b 020101 02010b 020101 3020 300e " NAME("09", "00") " 020101 300e " NAME("02", "00") " 020107");
    assert_int_equal(d->world.two, 9);
    /* bounded: beyond 32 that wait the MIB answers; those that wait are forgotten with the agent */
    for (unsigned i = 0; i < 33; i++) {
        o.held = 0;
        serve(d, "3027 020101 " PUBLIC " a01a 020101 020100 020100 300f 300d " NAME("09", "00") " 0500");
        assert_int_equal(d->len != 0, i == 32);
    }
    struct snmp_env env = {.loop = d->loop, .bus = d->box->bus, .log = d->box->log, .inet = &d->box->inet, .product = 1045, .mib = d->mib};
    snmp_free(d->snmp);
    assert_int_equal(o.forgotten, 32);
    d->snmp = snmp_new(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gets_a_value, setup, teardown), cmocka_unit_test_setup_teardown(held_for_another, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_there, setup, teardown),
        cmocka_unit_test_setup_teardown(version_1_has_no_counter64, setup, teardown),
        cmocka_unit_test_setup_teardown(bulk_goes_to_the_end, setup, teardown),
        cmocka_unit_test_setup_teardown(sets_all_or_none, setup, teardown),
        cmocka_unit_test_setup_teardown(strangers_get_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(answers_that_do_not_fit, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_without_the_agent, setup, teardown),
        cmocka_unit_test_setup_teardown(answers_on_port_161, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_its_engine, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
