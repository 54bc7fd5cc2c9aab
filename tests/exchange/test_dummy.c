/* test_dummy.c: dummy packets (RFC 4303 section 2.6), as `crypto ipsec security-association dummy` asks for them: how many
 * go and under which SA, that the other end says nothing, and what they leave alone. */
#include "tests/exchange/crypto_pair.h"

#include "espial/buf.h"
#include "espial/ip.h"
#include "tests/sim/wire.h"

#define HALF_MINUTE (30 * US_PER_S)

struct seen {
    unsigned esp, ike;  /* frames of r1 */
    uint32_t spi, spis; /* the last one; how often it was another than the one before */
    size_t least, most;
    uint8_t tos;
    bool cut;
};

static enum wire_verdict look(void *arg, int from, uint8_t *f, size_t len)
{
    struct seen *s = arg;
    if (from == 0 && len >= 42 && get16(f + 12) == 0x0800 && f[23] == PROTO_ESP) {
        s->esp++;
        s->spis += s->spi != get32(f + 34);
        s->spi = get32(f + 34);
        s->least = !s->least || len < s->least ? len : s->least;
        s->most = len > s->most ? len : s->most;
        s->tos |= f[15];
    } else if (from == 0 && len >= 42 && get16(f + 12) == 0x0800 && f[23] == PROTO_UDP) {
        s->ike++;
    }
    return s->cut ? WIRE_LOSE : WIRE_PASS;
}

static struct box *two(const char *global, struct seen *s)
{
    struct wire *w;
    struct box *b = crypto_pair(global, &w);
    *s = (struct seen){0};
    wire_tap(w, look, s);
    return b;
}

static void on_r1(struct box *b, const char *lines)
{
    box_type(b, "r1", "configure terminal");
    box_type_all(b, "r1", lines);
    box_type(b, "r1", "end");
    box_run(b, US_PER_MS);
}

static unsigned sent_in(struct box *b, struct seen *s, uint64_t us)
{
    unsigned before = s->esp;
    box_run(b, us);
    return s->esp - before;
}

#define D   "crypto ipsec security-association dummy "
#define MAP "crypto map VPN 10\nset security-association dummy "

/* As many as were asked for, at once and until nothing is asked for any more; the map's word goes before the router's. The
 * receiver takes their numbers, and is silent. */
static void rate(void **state)
{
    static const struct {
        const char *lines;
        unsigned n; /* in 30 s */
    } rows[] = {
        {D "pps 10", 300}, {D "pps 25", 750}, {D "seconds 3", 10}, {D "pps 0", 0},   {D "pps 1", 30},
        {MAP "pps 0", 0},  {MAP "pps 2", 60}, {MAP "seconds 30", 1}, {"crypto map VPN 10\nno set security-association dummy", 30},
        {"no " D "pps 1", 0},
    };
    struct seen s;
    struct box *b = two("", &s);
    (void)state;
    on_r1(b, D "pps 25");
    assert_int_equal(sent_in(b, &s, HALF_MINUTE), 0); /* nothing to send them by */
    on_r1(b, "no " D "pps 25");
    pair_up(b);
    size_t log = box_log_len(b, "r2");
    struct ipsec_pair_info p1 = pair_newest(b, "r1"), p2 = pair_newest(b, "r2");
    unsigned all = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        on_r1(b, rows[i].lines);
        unsigned n = sent_in(b, &s, HALF_MINUTE);
        if (n != rows[i].n)
            fail_msg("%s: %u", rows[i].lines, n);
        all += n;
    }
    struct ipsec_pair_info q1 = pair_newest(b, "r1"), q2 = pair_newest(b, "r2");
    assert_int_equal(q1.seq_out, p1.seq_out + all);
    assert_int_equal(q2.seq_in, p2.seq_in + all);
    assert_int_equal(q1.packets_out, p1.packets_out);
    assert_int_equal(q2.packets_in, p2.packets_in);
    assert_int_equal(q2.bytes_in, p2.bytes_in);
    assert_true(q1.bytes_out > p1.bytes_out + 40 * all && q1.bytes_out < p1.bytes_out + 1400 * all);
    assert_true(q1.left_kb_out < p1.left_kb_out);
    assert_int_equal(box_log_len(b, "r2"), log);
    assert_int_equal(q2.packets_out, p2.packets_out); /* no answer */
    pair_has(b, "r1", "show crypto ipsec sa", "#pkts encaps: 4, #pkts encrypt: 4, #pkts digest: 4\n");
    pair_has(b, "r2", "show crypto ipsec sa detail", "#pkts replay failed (rcv): 0");
    assert_true(s.least < 250 && s.most > 1300 && s.most <= 1514);
    assert_int_equal(s.tos, 0);
    pair_has(b, "r1", PAIR_PING, "Success rate is 100 percent (5/5)");
    box_free(b);
}

/* The new pair of a flow goes on where the former one was. */
static void rekey(void **state)
{
    struct seen s;
    struct box *b = two("crypto ipsec security-association lifetime seconds 120\n" D "seconds 1\n", &s);
    (void)state;
    pair_up(b);
    unsigned spis = s.spis;
    uint32_t spi = s.spi;
    assert_int_equal(sent_in(b, &s, 150 * US_PER_S), 150);
    assert_int_equal(s.spis, spis + 1);
    assert_int_not_equal(s.spi, spi);
    /* They are not worth a third pair. */
    box_run(b, 200 * US_PER_S);
    assert_int_equal(ipsec_totals(pair_ipsec(b, "r1")).pairs, 0);
    assert_int_equal(sent_in(b, &s, HALF_MINUTE), 0);
    box_free(b);
}

/* What carries nothing else is idle, at both ends. */
static void idle(void **state)
{
    struct seen s;
    struct box *b = two("crypto ipsec security-association idle-time 60\n" D "pps 5\n", &s);
    (void)state;
    pair_up(b);
    assert_int_equal(sent_in(b, &s, 50 * US_PER_S), 250);
    box_run(b, 12 * US_PER_S);
    assert_int_equal(ipsec_totals(pair_ipsec(b, "r1")).pairs, 0);
    assert_int_equal(ipsec_totals(pair_ipsec(b, "r2")).pairs, 0);
    assert_int_equal(sent_in(b, &s, HALF_MINUTE), 0);
    box_free(b);
}

/* They use up the key's volume. The first pair has carried pings and is renewed; the second one ends there. */
static void volume(void **state)
{
    struct seen s;
    struct box *b = two("crypto ipsec security-association lifetime kilobytes 2560\n", &s);
    (void)state;
    pair_up(b);
    on_r1(b, D "pps 25");
    unsigned n = sent_in(b, &s, 400 * US_PER_S);
    assert_int_equal(ipsec_totals(pair_ipsec(b, "r1")).pairs, 0);
    assert_int_equal(ipsec_totals(pair_ipsec(b, "r1")).installed, 2);
    assert_in_range(n, 2 * 2560 * 1024 / 800, 2 * 2560 * 1024 / 640); /* of 720 bytes, more or less */
    box_free(b);
}

/* A dead peer is asked for when there is something to send: a dummy is not. */
static void dead_peer(void **state)
{
    struct seen s;
    struct box *b = two("crypto isakmp keepalive 10 2\n", &s);
    (void)state;
    pair_up(b);
    on_r1(b, D "pps 5");
    s.cut = true;
    s.ike = 0;
    assert_int_equal(sent_in(b, &s, 60 * US_PER_S), 300);
    assert_int_equal(s.ike, 0);
    (void)box_type(b, "r1", PAIR_PING);
    box_run(b, 5 * US_PER_S);
    assert_true(s.ike > 0);
    box_free(b);
}

/* Which sets they go by: those that conceal what is inside. */
static void sets(void **state)
{
    static const struct {
        const char *set;
        bool go;
    } rows[] = {
        {"esp-gcm", true},
        {"esp-3des esp-sha-hmac", true},
        {"ah-sha-hmac esp-aes esp-sha-hmac", true},
        {"esp-aes", true},
        {"esp-null esp-sha-hmac", false},
        {"esp-gmac", false},
        {"ah-sha256-hmac", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct seen s;
        char lines[160];
        struct box *b = two(D "pps 10\n", &s);
        snprintf(lines, sizeof lines, "configure terminal\ncrypto ipsec transform-set T %s\ncrypto map VPN 10\nset transform-set T\nend",
                 rows[i].set);
        box_type_all(b, "r1", lines);
        box_type_all(b, "r2", lines);
        pair_up(b);
        size_t log = box_log_len(b, "r2");
        struct ipsec_pair_info p = pair_newest(b, "r2"), q;
        uint64_t before = p.seq_in;
        box_run(b, HALF_MINUTE);
        q = pair_newest(b, "r2");
        if (q.seq_in - before != (rows[i].go ? 300u : 0u) || q.packets_in != p.packets_in ||
            box_log_len(b, "r2") != log)
            fail_msg("%s: %u numbers, %u packets\n%s", rows[i].set, (unsigned)(q.seq_in - before),
                     (unsigned)(q.packets_in - p.packets_in), box_log(b, "r2") + log);
        box_free(b);
    }
}

/* Transport mode between the two ends: no header inside, and the outer one as all others. */
static void transport(void **state)
{
    struct seen s;
    struct box *b = two("", &s);
    (void)state;
    for (int i = 1; i <= 2; i++) {
        char lines[256];
        snprintf(lines, sizeof lines,
                 "configure terminal\ncrypto ipsec transform-set TS\nmode transport require\naccess-list 102 permit icmp host 10.0.0.%d "
                 "host 10.0.0.%d\ncrypto map VPN 10\nmatch address 102\nset security-association dummy pps 20\nend",
                 i, 3 - i);
        box_type_all(b, i == 1 ? "r1" : "r2", lines);
    }
    (void)box_type(b, "r1", "ping 10.0.0.2");
    pair_has(b, "r1", "ping 10.0.0.2", "Success rate is 100 percent (5/5)");
    size_t log = box_log_len(b, "r2");
    struct ipsec_pair_info p = pair_newest(b, "r2"), q;
    assert_int_equal(p.transform.mode, IPSEC_TRANSPORT);
    assert_int_equal(sent_in(b, &s, HALF_MINUTE), 600);
    q = pair_newest(b, "r2");
    assert_int_equal(q.seq_in, p.seq_in + 600);
    assert_int_equal(q.packets_in, p.packets_in);
    assert_int_equal(box_log_len(b, "r2"), log);
    assert_true(s.most <= 1514);
    box_free(b);
}

/* Pairs, flows and entries go while dummies are sent, and come back. */
static void gone(void **state)
{
    static const struct {
        const char *lines;
        unsigned n; /* in 10 s */
    } rows[] = {
        {"do clear crypto sa", 250},
        {"interface Ethernet0/0\nno crypto map", 0},
        {"interface Ethernet0/0\ncrypto map VPN", 250},
        {"no access-list 101", 0},
        {"access-list 101 permit ip 192.168.1.0 0.0.0.255 192.168.2.0 0.0.0.255", 250},
        {"interface Ethernet0/0\nshutdown", 0},
        {"interface Ethernet0/0\nno shutdown", 250},
        {"crypto map VPN 10\nno match address", 0},
        {"crypto map VPN 10\nmatch address 101", 250},
    };
    struct seen s;
    struct box *b = two(D "pps 25\n", &s);
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        on_r1(b, rows[i].lines);
        box_run(b, 2 * US_PER_S);
        (void)box_type(b, "r1", PAIR_PING);
        box_run(b, 20 * US_PER_S);
        unsigned n = sent_in(b, &s, 10 * US_PER_S);
        if (n != rows[i].n)
            fail_msg("after %s: %u\n%s", rows[i].lines, n, box_type(b, "r1", "show crypto ipsec sa"));
    }
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rate),      cmocka_unit_test(rekey), cmocka_unit_test(idle),      cmocka_unit_test(volume),
        cmocka_unit_test(dead_peer), cmocka_unit_test(sets),  cmocka_unit_test(transport),
        cmocka_unit_test(gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
