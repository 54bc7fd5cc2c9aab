/* test_ntp.c: NTP in virtual time: the client against a server that the test plays, with a clock, a rate and a path of its own, honest or not. Offsets and delays are
 * those that the test's server was given. Two routers are in test_ntp_routers.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/svc/ntp_local.h"
#include "espial/bus.h"
#include "espial/ip.h"
#include "tests/sim/vloop.h"

#define START  (INT64_C(1445281058) * 1000000) /* Mon Oct 19 2015 18:57:38 UTC */
#define SERVER 0xC0000201u
#define OTHER  0xC0000202u
#define US     INT64_C(1000000)

/* ---- a client and the world around it ---- */

struct server {
    uint32_t addr;
    int64_t ahead_us;  /* of the client's loop calendar, when it all began */
    double rate;       /* and s/s since */
    uint8_t stratum, leap;
    uint32_t refid;
    bool dead;
    bool wrong_org, twice; /* answers with an origin of its own; says everything twice */
    uint32_t from;         /* answers from another address; 0: its own */
    uint16_t port;         /* 0: 123 */
    uint64_t there_us, back_us;
    unsigned asked;
    uint64_t last_asked;
};
struct reply {
    struct timer timer;
    struct world *w;
    struct server *s;
    uint64_t cookie;
    uint8_t bytes[NTP_PACKET];
    struct udp_from from;
    bool at_server, used;
};
struct world {
    struct inet inet; /* first */
    struct loop *loop;
    struct clock *clock;
    struct rnd *rnd;
    struct bus *bus;
    struct log *log;
    struct ntp *ntp;
    struct udp_sock sock;
    udp_rx_fn *rx;
    void *arg;
    struct server servers[4];
    unsigned nservers;
    struct reply replies[16];
    struct udp_from sent_to;
    uint8_t sent[NTP_PACKET];
    unsigned nsent;
};

static struct udp_sock *w_open(struct inet *in, uint16_t port, udp_rx_fn *rx, void *arg)
{
    struct world *w = (struct world *)in;
    assert_int_equal(port, 123);
    assert_null(w->rx);
    w->rx = rx;
    w->arg = arg;
    w->sock = (struct udp_sock){.inet = in, .port = port};
    return &w->sock;
}

static void w_close(struct udp_sock *s)
{
    ((struct world *)s->inet)->rx = NULL;
}

static int64_t server_wall(const struct world *w, const struct server *s)
{
    return START + s->ahead_us + (int64_t)((double)loop_now(w->loop) * (1 + s->rate));
}

static void on_reply(void *arg)
{
    struct reply *r = arg;
    struct world *w = r->w;
    struct server *s = r->s;
    if (r->at_server) {
        uint64_t now = ntp_stamp(server_wall(w, s));
        struct ntp_packet p = {.leap = s->leap, .version = 4, .mode = NTP_MODE_SERVER, .stratum = s->stratum, .poll = 6, .precision = -23, .root_delay = 0.001, .root_disp = 0.002,
                               .refid = s->refid, .reftime = now - (UINT64_C(16) << 32), .org = s->wrong_org ? r->cookie ^ 2 : r->cookie, .rec = now, .xmt = now};
        ntp_encode(&p, r->bytes);
        r->from = (struct udp_from){.src = s->from ? s->from : s->addr, .sport = s->port ? s->port : 123, .dport = 123};
        r->at_server = false;
        timer_set(&r->timer, s->back_us);
        return;
    }
    r->used = false;
    if (!w->rx)
        return;
    w->rx(w->arg, &r->from, r->bytes, sizeof r->bytes);
    if (s->twice)
        w->rx(w->arg, &r->from, r->bytes, sizeof r->bytes);
}

static int w_send(struct udp_sock *sock, uint32_t src, uint32_t dst, uint16_t dport, const void *data, size_t len)
{
    struct world *w = (struct world *)sock->inet;
    struct ntp_packet p;
    (void)src;
    assert_int_equal(len, NTP_PACKET);
    assert_true(ntp_decode(data, len, &p));
    w->nsent++;
    w->sent_to = (struct udp_from){.dst = dst, .dport = dport};
    memcpy(w->sent, data, len);
    for (unsigned i = 0; i < w->nservers && p.mode == NTP_MODE_CLIENT; i++) {
        struct server *s = &w->servers[i];
        if (s->addr != dst)
            continue;
        s->asked++;
        s->last_asked = loop_now(w->loop);
        /* nothing of ours but a number that cannot be guessed */
        assert_int_equal(p.org, 0);
        assert_int_equal(p.rec, 0);
        assert_true(fabs(ntp_diff(p.xmt, ntp_stamp(clock_wall(w->clock)))) > 1);
        if (s->dead)
            return 0;
        unsigned k = 0;
        while (w->replies[k].used)
            assert_true(++k < 16);
        struct reply *r = &w->replies[k];
        *r = (struct reply){.w = w, .s = s, .cookie = p.xmt, .at_server = true, .used = true};
        timer_init(&r->timer, w->loop, on_reply, r);
        timer_set(&r->timer, s->there_us);
    }
    return 0;
}

static uint32_t w_source(struct inet *in, uint32_t dst)
{
    (void)in;
    (void)dst;
    return 0xC00002FEu;
}

static uint32_t w_if_addr(struct inet *in, const char *name)
{
    (void)in;
    (void)name;
    return 0;
}

static const struct inet_ops w_ops = {.udp_open = w_open, .udp_send = w_send, .udp_close = w_close, .source_for = w_source, .if_addr = w_if_addr};

static int up(void **state)
{
    struct world *w = NEW(struct world);
    w->inet.ops = &w_ops;
    w->loop = vloop_new(START);
    w->clock = clock_new(w->loop);
    w->rnd = rnd_seeded_new(7);
    w->bus = bus_new(w->loop);
    w->log = log_new(w->loop, w->bus);
    w->ntp = ntp_new(&(struct ntp_env){.loop = w->loop, .clock = w->clock, .rnd = w->rnd, .log = w->log, .inet = &w->inet});
    ntp_conf(w->ntp)->logging = true;
    *state = w;
    return 0;
}

static int down(void **state)
{
    struct world *w = *state;
    ntp_free(w->ntp);
    assert_null(w->rx);
    for (unsigned i = 0; i < 16; i++)
        if (w->replies[i].used)
            timer_clear(&w->replies[i].timer);
    log_free(w->log);
    bus_free(w->bus);
    rnd_free(w->rnd);
    clock_free(w->clock);
    vloop_free(w->loop);
    mem_free(w);
    return 0;
}

static struct server *serve_at(struct world *w, uint32_t addr, int64_t ahead_us)
{
    struct server *s = &w->servers[w->nservers++];
    *s = (struct server){.addr = addr, .ahead_us = ahead_us, .stratum = 2, .refid = 0x0A000001, .there_us = 5000, .back_us = 5000};
    return s;
}

static void use(struct world *w, uint32_t addr, bool prefer)
{
    struct ntp_server_conf *c = NEW(struct ntp_server_conf);
    ntp_server_conf_init(c);
    c->addr = addr;
    c->prefer = prefer;
    conf_list_add(&ntp_conf(w->ntp)->servers, c);
    ntp_conf_changed(w->ntp);
}

static void minutes(struct world *w, unsigned n)
{
    vloop_run_for(w->loop, n * 60 * US_PER_S);
}

static int64_t error_of(const struct world *w, const struct server *s)
{
    return clock_wall(w->clock) - server_wall(w, s);
}

static struct ntp_assoc_info assoc(struct world *w, size_t i)
{
    struct ntp_assoc_info a;
    size_t cursor = i;
    assert_true(ntp_assoc_next(w->ntp, &cursor, &a));
    return a;
}

static struct ntp_status status(struct world *w)
{
    struct ntp_status s;
    ntp_status(w->ntp, &s);
    return s;
}

static bool logged(struct world *w, const char *text)
{
    const char *line;
    for (size_t cursor = 0; (line = log_buffer_next(w->log, &cursor));)
        if (strstr(line, text))
            return true;
    return false;
}

/* ---- */

static void a_small_offset_is_slewed(void **state)
{
    struct world *w = *state;
    struct server *s = serve_at(w, SERVER, 40000);
    use(w, SERVER, false);
    minutes(w, 3); /* three samples: 16 s / 8 + ... is too much to believe */
    assert_int_equal(clock_mark(w->clock), CLOCK_UNSET);
    assert_false(status(w).synced);
    assert_int_equal(assoc(w, 0).reach, 7);
    for (unsigned i = 0; i < 120 && !status(w).synced; i++)
        vloop_run_for(w->loop, US_PER_S);
    assert_int_equal(assoc(w, 0).reach, 017);
    assert_int_equal(clock_mark(w->clock), CLOCK_SET);
    assert_int_equal(clock_by(w->clock), CLOCK_BY_NTP);
    struct ntp_status st = status(w);
    assert_true(st.synced && st.state == NTP_CTRL);
    assert_int_equal(st.stratum, 3);
    assert_int_equal(st.refid, SERVER);
    assert_true(fabs(st.offset - 40) < 0.01);
    assert_true(fabs(st.root_delay - 11) < 0.02); /* its own millisecond and ten of path */
    struct ntp_assoc_info a = assoc(w, 0);
    assert_true(fabs(a.delay - 10) < 0.01);
    assert_int_equal(a.fate, NTP_SYSPEER);
    assert_true(a.sane && a.valid);
    minutes(w, 10); /* 40 ms take 80 s */
    assert_true(llabs(error_of(w, s)) < 100);
    assert_true(fabs(status(w).drift) < 1e-6); /* a phase is no frequency */
    assert_true(logged(w, "%NTP-6-PEERREACH: Peer 192.0.2.1 is reachable"));
    assert_true(logged(w, "%NTP-5-PEERSYNC: NTP synced to peer 192.0.2.1"));
    assert_int_equal(s->asked, assoc(w, 0).in);
}

static void a_large_offset_is_a_step(void **state)
{
    struct world *w = *state;
    struct server *s = serve_at(w, SERVER, -86400 * US * 365);
    use(w, SERVER, false);
    minutes(w, 6);
    assert_true(llabs(error_of(w, s)) < 10000);
    struct ntp_assoc_info a = assoc(w, 0);
    assert_int_equal(a.stratum, 2);
    minutes(w, 6); /* measured anew from nothing */
    assert_true(llabs(error_of(w, s)) < 100);
    assert_true(status(w).synced);
    assert_true(fabs(status(w).offset) < 1);
}

static void a_path_that_is_not_even(void **state)
{
    struct world *w = *state;
    struct server *s = serve_at(w, SERVER, 0);
    s->there_us = 30000; /* nobody can see that; the error is half the difference */
    s->back_us = 10000;
    use(w, SERVER, false);
    minutes(w, 20);
    assert_true(llabs(error_of(w, s) - 10000) < 200);
    assert_true(fabs(assoc(w, 0).delay - 40) < 0.1);
}

static void a_frequency_is_learnt(void **state)
{
    struct world *w = *state;
    struct server *s = serve_at(w, SERVER, 0);
    s->rate = 50e-6;
    use(w, SERVER, false);
    minutes(w, 6 * 60);
    assert_true(fabs(status(w).drift + 50e-6) < 2e-6);
    assert_true(llabs(error_of(w, s)) < 1000);
    s->dead = true; /* and is kept when nobody tells any more: an hour at 50 ppm would be 180 ms */
    minutes(w, 60);
    assert_true(llabs(error_of(w, s)) < 10000);
}

static void servers_go(void **state)
{
    struct world *w = *state;
    struct server *s = serve_at(w, SERVER, 1000);
    use(w, SERVER, false);
    minutes(w, 10);
    assert_int_equal(clock_mark(w->clock), CLOCK_SET);
    s->dead = true;
    unsigned asked = s->asked;
    minutes(w, 60 * 5);
    assert_int_equal(clock_mark(w->clock), CLOCK_LOST);
    struct ntp_status st = status(w);
    assert_false(st.synced);
    assert_int_equal(st.stratum, 16);
    assert_int_equal(assoc(w, 0).reach, 0);
    assert_true(s->asked > asked);
    assert_int_equal(assoc(w, 0).hpoll, 10); /* asked less and less */
    assert_true(logged(w, "%NTP-6-PEERUNREACH: Peer 192.0.2.1 is unreachable"));
    assert_true(logged(w, "%NTP-4-UNSYNC: NTP sync is lost"));
    s->dead = false;
    minutes(w, 120);
    assert_int_equal(clock_mark(w->clock), CLOCK_SET);
}

static void unsynchronized_servers_are_not_believed(void **state)
{
    struct world *w = *state;
    serve_at(w, SERVER, 500000)->leap = 3;
    serve_at(w, OTHER, 500000)->stratum = 16;
    use(w, SERVER, false);
    use(w, OTHER, false);
    minutes(w, 30);
    assert_int_equal(clock_mark(w->clock), CLOCK_UNSET);
    assert_int_equal(assoc(w, 0).reach, 0);
    assert_int_equal(assoc(w, 1).reach, 0);
    assert_true(assoc(w, 0).in > 5);
    assert_int_equal(assoc(w, 0).errors, 0);
}

static void forged_answers(void **state)
{
    struct world *w = *state;
    struct server *s = serve_at(w, SERVER, 3600 * US);
    use(w, SERVER, false);
    s->wrong_org = true; /* did not see the question */
    minutes(w, 20);
    assert_int_equal(clock_mark(w->clock), CLOCK_UNSET);
    assert_int_equal(assoc(w, 0).reach, 0);
    assert_true(assoc(w, 0).errors >= 15 && assoc(w, 0).errors == assoc(w, 0).in);

    uint64_t errors = assoc(w, 0).errors;
    s->wrong_org = false;
    s->from = OTHER; /* right number, wrong sender */
    minutes(w, 20);
    assert_int_equal(assoc(w, 0).reach, 0);
    assert_int_equal(assoc(w, 0).errors, errors);
    s->from = 0;
    s->port = 1123;
    minutes(w, 20);
    assert_int_equal(assoc(w, 0).reach, 0);

    s->port = 0;
    s->twice = true; /* the second is a replay */
    minutes(w, 60);
    assert_int_equal(clock_mark(w->clock), CLOCK_SET);
    assert_true(assoc(w, 0).errors > errors);
    assert_true(llabs(error_of(w, s)) < 1000);
}

static void hostile_bytes(void **state)
{
    struct world *w = *state;
    serve_at(w, SERVER, 0);
    use(w, SERVER, false);
    minutes(w, 2);
    uint64_t in = assoc(w, 0).in;
    uint8_t bytes[200];
    struct udp_from from = {.src = SERVER, .sport = 123, .dport = 123};
    for (unsigned len = 0; len <= sizeof bytes; len++) {
        for (unsigned first = 0; first < 256; first++) {
            rnd_fill(w->rnd, bytes, sizeof bytes);
            bytes[0] = (uint8_t)first;
            w->rx(w->arg, &from, bytes, len);
        }
    }
    minutes(w, 1);
    assert_int_equal(assoc(w, 0).in - in - 1, assoc(w, 0).errors);
    assert_int_equal(clock_mark(w->clock), CLOCK_UNSET);
}

static void kisses_of_death(void **state)
{
    struct world *w = *state;
    struct server *s = serve_at(w, SERVER, 0);
    use(w, SERVER, false);
    minutes(w, 10);
    assert_true(status(w).synced);
    s->stratum = 0;
    s->refid = 0x52415445; /* RATE */
    uint8_t poll = assoc(w, 0).hpoll;
    minutes(w, 20);
    assert_true(assoc(w, 0).hpoll > poll);
    unsigned asked = s->asked;
    s->refid = 0x44454E59; /* DENY */
    minutes(w, 60);
    assert_true(s->asked <= asked + 1);
    assert_int_equal(clock_mark(w->clock), CLOCK_LOST);
    assert_int_equal(assoc(w, 0).refid, 0x44454E59);
    minutes(w, 600);
    assert_true(s->asked <= asked + 1);

    struct server *t = serve_at(w, OTHER, 0); /* forged kisses are no kisses */
    t->stratum = 0;
    t->refid = 0x44454E59;
    t->wrong_org = true;
    use(w, OTHER, false);
    minutes(w, 60);
    assert_true(t->asked > 10);
}

static void a_liar_among_three(void **state)
{
    struct world *w = *state;
    struct server *a = serve_at(w, SERVER, 2000);
    serve_at(w, SERVER + 1, 2500);
    serve_at(w, SERVER + 2, 90 * US);
    for (unsigned i = 0; i < 3; i++)
        use(w, SERVER + i, i == 1);
    minutes(w, 30);
    assert_int_equal(assoc(w, 2).fate, NTP_FALSETICK);
    assert_int_equal(assoc(w, 0).fate, NTP_CANDIDATE);
    assert_int_equal(assoc(w, 1).fate, NTP_SYSPEER); /* preferred */
    assert_true(llabs(error_of(w, a)) < 1500);
    /* two that contradict each other convince nobody */
    conf_list_remove(&ntp_conf(w->ntp)->servers, 0);
    ntp_conf_changed(w->ntp);
    minutes(w, 30);
    assert_int_equal(clock_mark(w->clock), CLOCK_LOST);
}

static void somebody_sets_the_clock(void **state)
{
    struct world *w = *state;
    struct server *s = serve_at(w, SERVER, 0);
    use(w, SERVER, false);
    minutes(w, 10);
    clock_set(w->clock, START + 86400 * US, CLOCK_BY_USER);
    assert_int_equal(assoc(w, 0).stratum, 16);
    assert_int_equal(assoc(w, 0).refid, 0x53544550); /* STEP */
    minutes(w, 8);
    assert_int_equal(clock_by(w->clock), CLOCK_BY_NTP);
    minutes(w, 8);
    assert_true(llabs(error_of(w, s)) < 1000);
}

static void a_spike_is_waited_out(void **state)
{
    struct world *w = *state;
    struct server *s = serve_at(w, SERVER, 0);
    use(w, SERVER, false);
    minutes(w, 30);
    s->ahead_us = 10 * US;
    for (unsigned i = 0; i < 40 && status(w).state != NTP_SPIK; i++)
        minutes(w, 1);
    assert_int_equal(status(w).state, NTP_SPIK);
    minutes(w, 10);
    assert_true(error_of(w, s) < -9 * US);
    s->ahead_us = 0; /* it was nothing */
    minutes(w, 60);
    assert_int_equal(status(w).state, NTP_CTRL);
    assert_true(llabs(error_of(w, s)) < 1000);
    s->ahead_us = 10 * US; /* it stays */
    minutes(w, 180);
    assert_true(llabs(error_of(w, s)) < 1000);
    assert_int_equal(status(w).state, NTP_CTRL);
}

static void iburst_is_quick(void **state)
{
    struct world *w = *state;
    serve_at(w, SERVER, 20000);
    use(w, SERVER, false);
    ((struct ntp_server_conf *)ntp_conf(w->ntp)->servers.v[0])->iburst = true;
    ntp_conf_changed(w->ntp);
    vloop_run_for(w->loop, 12 * US_PER_S);
    assert_true(status(w).synced);
    minutes(w, 2);
    assert_true(w->servers[0].asked <= 11);
}

static void nobody_follows_himself(void **state)
{
    struct world *w = *state;
    serve_at(w, 0xC00002FE, 0);                    /* our own address */
    serve_at(w, SERVER, 0)->refid = 0xC00002FE;    /* and one who has his time from there */
    use(w, 0xC00002FE, false);
    use(w, SERVER, false);
    minutes(w, 20);
    assert_true(assoc(w, 0).reach && assoc(w, 1).reach);
    assert_int_equal(clock_mark(w->clock), CLOCK_UNSET);
    w->servers[1].refid = 0x0A000001;
    minutes(w, 20);
    assert_int_equal(clock_mark(w->clock), CLOCK_SET);
}

static void who_asks_is_told(void **state)
{
    struct world *w = *state;
    uint8_t q[NTP_PACKET] = {4 << 3 | NTP_MODE_CLIENT, 0, 6, 0xEC};
    struct udp_from from = {.src = OTHER, .dst = SERVER, .sport = 40000, .dport = 123};
    ntp_conf(w->ntp)->master = true;
    ntp_conf(w->ntp)->stratum = 5;
    ntp_conf_changed(w->ntp);
    memset(q + 40, 0xA5, 8);
    struct ntp_packet p;
    w->rx(w->arg, &from, q, sizeof q);
    assert_true(ntp_decode(w->sent, sizeof w->sent, &p));
    assert_int_equal(p.leap, 3); /* not yet */
    assert_int_equal(p.stratum, 0);
    minutes(w, 2);
    unsigned sent = w->nsent;
    w->rx(w->arg, &from, q, sizeof q);
    assert_int_equal(w->nsent, sent + 1);
    assert_int_equal(w->sent_to.dst, OTHER);
    assert_int_equal(w->sent_to.dport, 40000);
    assert_true(ntp_decode(w->sent, sizeof w->sent, &p));
    assert_int_equal(p.mode, NTP_MODE_SERVER);
    assert_int_equal(p.leap, 0);
    assert_int_equal(p.stratum, 5);
    assert_int_equal(p.refid, 0x7F7F0101);
    assert_true(p.org == UINT64_C(0xA5A5A5A5A5A5A5A5));
    assert_true(fabs(ntp_diff(p.xmt, ntp_stamp(START + 120 * US))) < 1e-6);
    assert_int_equal(clock_mark(w->clock), CLOCK_SET);
    struct ntp_assoc_info a = assoc(w, 0);
    assert_int_equal(a.addr, 0x7F7F0101);
    assert_int_equal(a.stratum, 4);
    assert_int_equal(a.hpoll, 4);
    for (unsigned mode = 0; mode < 8; mode++) { /* nobody else gets a word */
        q[0] = (uint8_t)(4 << 3 | mode);
        sent = w->nsent;
        w->rx(w->arg, &from, q, sizeof q);
        assert_int_equal(w->nsent, sent + (mode == NTP_MODE_CLIENT));
    }
    ntp_conf(w->ntp)->master = false;
    ntp_conf_changed(w->ntp);
    assert_null(w->rx); /* nothing asked, nothing open */
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, up, down)
    const struct CMUnitTest tests[] = {
        TEST(a_small_offset_is_slewed),
        TEST(a_large_offset_is_a_step),
        TEST(a_path_that_is_not_even),
        TEST(a_frequency_is_learnt),
        TEST(servers_go),
        TEST(unsynchronized_servers_are_not_believed),
        TEST(forged_answers),
        TEST(hostile_bytes),
        TEST(kisses_of_death),
        TEST(a_liar_among_three),
        TEST(somebody_sets_the_clock),
        TEST(a_spike_is_waited_out),
        TEST(iburst_is_quick),
        TEST(nobody_follows_himself),
        TEST(who_asks_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
