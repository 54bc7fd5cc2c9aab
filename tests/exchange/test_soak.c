/* Soak: a hub with many spokes across a provider whose wires lose one frame in a hundred, swap and repeat others, while pings go both ways and routers restart at moments of
 * chance. No tunnel may be out of sync for longer than dead peer detection and recovery allow: an end that sends with an SA which the other does not have. Nothing grows, and
 * the same seed gives the same logs.
 *
 * ESPIAL_SOAK="HOURS PEERS" runs it in full ("24 50": `make soak`); without it, in short. */
#include <malloc.h>

#include "tests/exchange/lab.h"

#define PEERS_MAX  50
#define LOOK_US    (5 * US_PER_S)
#define PING_US    (5 * US_PER_S)
#define RESTART_S  300  /* somebody restarts once in so long, on average */
#define OUT_OF_SYNC_MAX_S 90 /* 20 s until a dead peer is known, 60 s between recoveries with one peer, a lost message or two */

struct soak {
    struct lab lab;
    unsigned peers, restarts;
    struct rnd *rnd;
    struct stream there[PEERS_MAX], back[PEERS_MAX];
    uint64_t wrong_since[PEERS_MAX]; /* 0: in sync */
    uint64_t worst;
    uint64_t sum; /* over all logs */
};

static const struct wire_params bad = {.delay_us = 5000, .jitter_us = 2000, .loss = 10000, .swap = 5000, .repeat = 5000};

static const char *spoke_name(unsigned i)
{
    static char name[4][16];
    static unsigned at;
    snprintf(name[at = (at + 1) % 4], 16, "spoke%u", i + 1);
    return name[at];
}

#define IKE "crypto isakmp policy 10\n encryption aes\n hash sha256\n authentication pre-share\n group 19\n lifetime 14400\n" \
            "crypto isakmp key soak address 0.0.0.0\ncrypto isakmp invalid-spi-recovery\ncrypto isakmp keepalive 10 periodic\n" \
            "crypto ipsec transform-set TS esp-gcm\n"

static void node(struct soak *s, const char *name, const char *text)
{
    box_node(s->lab.box, name, text);
}

static void build(struct soak *s, uint64_t seed)
{
    static char text[32768];
    size_t n = 0;
#define ADD(...) n += (size_t)snprintf(text + n, sizeof text - n, __VA_ARGS__)
    struct box *b = box_new(seed);
    s->lab.box = b;
    ADD("hostname hub\nlogging buffered 65536 informational\n" IKE);
    for (unsigned i = 0; i < s->peers; i++)
        ADD("crypto map M %u ipsec-isakmp\n set peer 10.100.%u.2\n set transform-set TS\n match address %u\n", i + 1, i + 1, 101 + i);
    ADD("interface Loopback0\n ip address 10.1.0.1 255.255.255.0\ninterface Ethernet0/0\n ip address 192.0.2.1 255.255.255.0\n crypto map M\n"
        "ip route 0.0.0.0 0.0.0.0 192.0.2.254\n");
    for (unsigned i = 0; i < s->peers; i++)
        ADD("access-list %u permit ip 10.1.0.0 0.0.0.255 10.2.%u.0 0.0.0.255\n", 101 + i, i + 1);
    ADD("end\n");
    node(s, "hub", text);
    n = 0;
    ADD("hostname isp\ninterface Ethernet0/0\n ip address 192.0.2.254 255.255.255.0\n");
    for (unsigned i = 0; i < s->peers; i++)
        ADD("interface Ethernet0/%u\n ip address 10.100.%u.1 255.255.255.0\n", i + 1, i + 1);
    ADD("end\n");
    node(s, "isp", text);
    for (unsigned i = 0; i < s->peers; i++) {
        n = 0;
        ADD("hostname %s\nlogging buffered 65536 informational\n" IKE, spoke_name(i));
        ADD("crypto map M 10 ipsec-isakmp\n set peer 192.0.2.1\n set transform-set TS\n match address 101\n"
            "interface Loopback0\n ip address 10.2.%u.1 255.255.255.0\ninterface Ethernet0/0\n ip address 10.100.%u.2 255.255.255.0\n crypto map M\n"
            "ip route 0.0.0.0 0.0.0.0 10.100.%u.1\naccess-list 101 permit ip 10.2.%u.0 0.0.0.255 10.1.0.0 0.0.0.255\nend\n", i + 1, i + 1, i + 1, i + 1);
        node(s, spoke_name(i), text);
    }
#undef ADD
    wire_set(box_link(b, "hub", "Ethernet0/0", "isp", "Ethernet0/0"), &bad);
    for (unsigned i = 0; i < s->peers; i++) {
        char port[32];
        snprintf(port, sizeof port, "Ethernet0/%u", i + 1);
        wire_set(box_link(b, spoke_name(i), "Ethernet0/0", "isp", port), &bad);
    }
    box_boot(b);
}

static uint64_t fnv(uint64_t sum, const char *text)
{
    for (; *text; text++)
        sum = (sum ^ (uint8_t)*text) * UINT64_C(0x100000001B3);
    return sum;
}

static void keep_log(struct soak *s, const char *name)
{
    s->sum = fnv(fnv(s->sum, name), box_log(s->lab.box, name));
}

static void restart(struct soak *s, const char *name)
{
    keep_log(s, name);
    for (unsigned i = 0; i < s->peers; i++) {
        if (!strcmp(s->there[i].node, name))
            stream_deaf(&s->there[i]);
        if (!strcmp(s->back[i].node, name))
            stream_deaf(&s->back[i]);
    }
    box_reload(s->lab.box, name);
    for (unsigned i = 0; i < s->peers; i++) {
        if (!s->there[i].heard)
            stream_hear(&s->there[i]);
        if (!s->back[i].heard)
            stream_hear(&s->back[i]);
    }
    s->restarts++;
}

/* The SPI that a node sends with to a peer; 0 none. */
static uint32_t sends_with(struct soak *s, const char *name, uint32_t peer)
{
    struct ipsec_pair_info p;
    for (size_t at = 0; ipsec_pair_next(lab_ipsec(&s->lab, name), 0, &at, &p);)
        if (p.current && p.peer == peer)
            return p.spi_out;
    return 0;
}

static bool knows(struct soak *s, const char *name, uint32_t spi)
{
    return !spi || lab_has_inbound(&s->lab, name, spi);
}

static void look(struct soak *s)
{
    uint64_t now = lab_now(&s->lab);
    for (unsigned i = 0; i < s->peers; i++) {
        uint32_t addr = 0x0A640002u + ((i + 1) << 8);
        bool agree = knows(s, spoke_name(i), sends_with(s, "hub", addr)) && knows(s, "hub", sends_with(s, spoke_name(i), 0xC0000201u));
        if (agree) {
            s->wrong_since[i] = 0;
            continue;
        }
        if (!s->wrong_since[i])
            s->wrong_since[i] = now;
        uint64_t wrong = now - s->wrong_since[i];
        s->worst = wrong > s->worst ? wrong : s->worst;
        if (wrong > OUT_OF_SYNC_MAX_S * US_PER_S)
            fail_msg("%s and hub have been out of sync for %llu s at %llu s", spoke_name(i), (unsigned long long)(wrong / US_PER_S), (unsigned long long)(now / US_PER_S));
    }
}

/* What is held but for the texts of the logs, which the box keeps whole (with room to grow). */
static size_t heap(struct soak *s)
{
    size_t n = mallinfo2().uordblks, logs = box_log_len(s->lab.box, "hub");
    for (unsigned i = 0; i < s->peers; i++)
        logs += box_log_len(s->lab.box, s->there[i].node);
    return n > 2 * logs ? n - 2 * logs : 0;
}

static uint64_t soak(unsigned hours, unsigned peers, uint64_t seed)
{
    struct soak *s = calloc(1, sizeof *s);
    s->peers = peers;
    s->rnd = rnd_seeded_new(seed);
    build(s, seed);
    for (unsigned i = 0; i < peers; i++) {
        uint32_t lan = 0x0A020001u + ((i + 1) << 8);
        char *name = strdup(spoke_name(i));
        stream_init(&s->there[i], &s->lab, name, lan, HUB_LAN);
        stream_init(&s->back[i], &s->lab, "hub", HUB_LAN, lan);
        stream_start(&s->there[i], PING_US, 100);
        stream_start(&s->back[i], PING_US + 1, 100);
    }
    size_t held = 0;
    for (uint64_t at = 0; at < hours * 3600 * US_PER_S; at += LOOK_US) {
        box_run(s->lab.box, LOOK_US);
        look(s);
        if (rnd_u32(s->rnd) % (RESTART_S * US_PER_S / LOOK_US) == 0)
            restart(s, rnd_u32(s->rnd) % 4 ? spoke_name(rnd_u32(s->rnd) % peers) : "hub");
        if (at == hours * 1800 * US_PER_S) /* by then every ring is full */
            held = heap(s);
    }
    uint64_t sent = 0, back = 0;
    for (unsigned i = 0; i < peers; i++) {
        stream_stop(&s->there[i]);
        stream_stop(&s->back[i]);
        sent += s->there[i].sent + s->back[i].sent;
        back += s->there[i].back + s->back[i].back;
    }
    size_t now = heap(s);
    printf("%u hours, %u peers: %u restarts, %llu of %llu pings back, at most %llu s out of sync; held half way %zu kB, at the end %zu kB\n", hours, peers, s->restarts,
           (unsigned long long)back, (unsigned long long)sent, (unsigned long long)(s->worst / US_PER_S), held / 1024, now / 1024);
    assert_true(back * 10 > sent * 9); /* 1% on each of eight wires, and the holes */
    if (hours > 2)
        assert_true(now <= held + held / 10);
    assert_true(ike_counts(lab_ike(&s->lab, "hub")).active <= 3 * peers);
    assert_true(lab_pairs(&s->lab, "hub") <= 3 * peers);
    box_run(s->lab.box, 120 * US_PER_S);
    keep_log(s, "hub");
    for (unsigned i = 0; i < peers; i++)
        keep_log(s, s->there[i].node);
    uint64_t sum = s->sum;
    for (unsigned i = 0; i < peers; i++) {
        stream_deaf(&s->there[i]);
        stream_deaf(&s->back[i]);
        free((char *)s->there[i].node);
    }
    box_free(s->lab.box);
    rnd_free(s->rnd);
    free(s);
    return sum;
}

static void in_sync(void **state)
{
    unsigned hours = 6, peers = 12;
    const char *asked = getenv("ESPIAL_SOAK");
    (void)state;
    if (asked && (sscanf(asked, "%u %u", &hours, &peers) != 2 || !hours || !peers || peers > PEERS_MAX))
        fail_msg("ESPIAL_SOAK is \"HOURS PEERS\", at most %d peers", PEERS_MAX);
    (void)soak(hours, peers, 1);
}

static void same_seed_same_logs(void **state)
{
    (void)state;
    uint64_t a = soak(1, 3, 7);
    assert_true(a == soak(1, 3, 7));
    assert_true(a != soak(1, 3, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(in_sync), cmocka_unit_test(same_seed_same_logs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
