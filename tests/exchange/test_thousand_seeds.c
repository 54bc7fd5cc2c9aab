/* A thousand seeds: hub, isp and spoke of the incident with pings both ways, while both wires lose, swap, repeat and corrupt by chance and one end reloads or clears its
 * SAs at a moment of chance. Then the wires are whole. Whatever happened, after a bounded time both ends agree about the tunnel and pings pass.
 *
 * Bounds, from the product's timers: with dead peer detection of 10 s + 5 x 2 s an end that sends into a void knows after 20 s; a negotiation that lost its last
 * message is given up after 60 s; a new one begins at most 30 s after a packet asked in vain. Without invalid-spi-recovery only the lifetime (here 120 s) ends the black
 * hole of an end that has lost its IKE SA alone: there is nothing to detect a dead peer with.
 *
 * ESPIAL_SEEDS=n runs the first n, ESPIAL_SEED=s that one alone with debugs on. */
#include "tests/exchange/lab.h"

#ifdef __SANITIZE_ADDRESS__
#define SEEDS 100
#else
#define SEEDS 1000
#endif

enum deed { RELOAD, RELOAD_BOTH, CLEAR_SA, CLEAR_SA_PEER, CLEAR_ISAKMP, CLEAR_SESSION, CLEAR_UNTOLD, FLAP, DEEDS };
static const char *const deed_names[DEEDS] = {"reload", "reload of both", "clear crypto sa", "clear crypto sa peer", "clear crypto isakmp", "clear crypto session",
                                             "clear crypto isakmp and then sa", "a flap"};

struct story {
    uint64_t seed;
    struct lab lab;
    struct rnd *rnd;
    struct wire_params trouble;
    uint32_t corrupt; /* a million IPv4 packets */
    enum deed deed;
    const char *who, *other, *others_addr;
    bool recovery, detection;
    char text[256];
};

static uint32_t upto(struct story *s, uint32_t n)
{
    return rnd_u32(s->rnd) % (n + 1);
}

/* Bits fall over in IPv4 alone: ARP has no sum of its own (on a cable the frame's would catch it), and what it teaches lasts four hours. */
static enum wire_verdict corrupt(void *arg, int from, uint8_t *frame, size_t len)
{
    struct story *s = arg;
    (void)from;
    return len >= 34 && get16(frame + 12) == 0x0800 && rnd_u32(s->rnd) % 1000000 < s->corrupt ? WIRE_CORRUPT : WIRE_PASS;
}

static void wires(struct story *s, const struct wire_params *p, wire_tap_fn *tap)
{
    wire_set(s->lab.hub_wire, p);
    wire_set(s->lab.spoke_wire, p);
    wire_tap(s->lab.hub_wire, tap, s);
    wire_tap(s->lab.spoke_wire, tap, s);
}

static void debugs(struct story *s)
{
    for (int i = 0; i < 2; i++)
        box_type_all(s->lab.box, i ? "hub" : "spoke", "debug crypto isakmp\ndebug crypto ipsec");
}

static void begin(struct story *s, uint64_t seed, bool debug)
{
    *s = (struct story){.seed = seed, .rnd = rnd_seeded_new(seed * 7919)};
    s->trouble = (struct wire_params){
        .delay_us = 500 + upto(s, 20000),
        .jitter_us = upto(s, 3) ? upto(s, 20000) : 0,
        .loss = upto(s, 200000),
        .swap = upto(s, 100000),
        .repeat = upto(s, 100000),
    };
    s->corrupt = upto(s, 50000);
    s->deed = (enum deed)upto(s, DEEDS - 1);
    bool hub = upto(s, 1);
    s->who = hub ? "hub" : "spoke";
    s->other = hub ? "spoke" : "hub";
    s->others_addr = hub ? "11.1.1.3" : "213.163.222.7";
    s->detection = upto(s, 7) != 0;
    s->recovery = upto(s, 1);
    lab_new(&s->lab, seed);
    struct text conf = {0};
    text_add(&conf, s->recovery ? "crypto isakmp invalid-spi-recovery\n" : "no crypto isakmp invalid-spi-recovery\n");
    text_add(&conf, !s->detection ? "no crypto isakmp keepalive\n" : upto(s, 1) ? "crypto isakmp keepalive 10 2 periodic\n" : "crypto isakmp keepalive 10 2\n");
    if (!upto(s, 2) || !s->detection || !s->recovery)
        text_add(&conf, "crypto ipsec security-association lifetime seconds 120\n");
    if (!upto(s, 3))
        text_add(&conf, "crypto isakmp policy 10\nlifetime 120\n");
    lab_conf_both(&s->lab, text_str(&conf));
    text_free(&conf);
    for (int i = 0; i < 2; i++)
        box_type(s->lab.box, i ? "hub" : "spoke", "write memory");
    if (debug)
        debugs(s);
}

static void act(struct story *s)
{
    char line[64];
    switch (s->deed) {
    case RELOAD_BOTH:
        lab_reload(&s->lab, s->other);
        lab_run(&s->lab, upto(s, 5));
        /* fall through */
    case RELOAD:
        lab_reload(&s->lab, s->who);
        break;
    case CLEAR_SA:
    case CLEAR_ISAKMP:
    case CLEAR_SESSION:
        box_type(s->lab.box, s->who, deed_names[s->deed]);
        break;
    case CLEAR_UNTOLD: /* with nobody to tell of it */
        box_type(s->lab.box, s->who, "clear crypto isakmp");
        lab_run(&s->lab, 1);
        box_type(s->lab.box, s->who, "clear crypto sa");
        break;
    case CLEAR_SA_PEER:
        snprintf(line, sizeof line, "clear crypto sa peer %s", s->others_addr);
        box_type(s->lab.box, s->who, line);
        break;
    case FLAP:
        lab_conf(&s->lab, s->who, "interface Ethernet0/0\nshutdown");
        lab_run(&s->lab, upto(s, 40));
        lab_conf(&s->lab, s->who, "interface Ethernet0/0\nno shutdown");
        break;
    case DEEDS:
        break;
    }
}

static bool well(struct story *s)
{
    struct lab *l = &s->lab;
    return lab_agree(l) && lab_pairs(l, "hub") && lab_ping(l, "spoke") && lab_ping(l, "hub");
}

/* False: they never agreed. */
static bool run(struct story *s, bool debug)
{
    static const struct wire_params whole = {.delay_us = 1000};
    struct lab *l = &s->lab;
    stream_start(&l->spoke, 200000 + upto(s, 1500000), 60 + upto(s, 1400));
    if (upto(s, 2))
        stream_start(&l->hub, 200000 + upto(s, 1500000), 60 + upto(s, 1400));
    if (upto(s, 3)) /* the trouble comes over a working tunnel, or is there from the beginning */
        lab_run(l, 1 + upto(s, 20));
    wires(s, &s->trouble, corrupt);
    lab_run(l, upto(s, 60));
    act(s);
    if (debug && (s->deed == RELOAD || s->deed == RELOAD_BOTH))
        debugs(s);
    lab_run(l, upto(s, 60));
    wires(s, &whole, NULL);
    snprintf(s->text, sizeof s->text, "%s at %s, %s, %s; loss %u swap %u repeat %u corrupt %u of a million", deed_names[s->deed], s->who,
             s->recovery ? "recovery" : "no recovery", s->detection ? "detection" : "no detection", s->trouble.loss, s->trouble.swap, s->trouble.repeat, s->corrupt);
    lab_run(l, s->detection && s->recovery ? 150 : 300);
    bool good = well(s);
    /* the tunnel may be changing hands at that very moment */
    for (int again = 0; !good && again < 3; again++) {
        lab_run(l, 5);
        good = well(s);
    }
    return good;
}

/* Nothing stays behind: packets, SPIs reserved for exchanges that came to nothing. */
static bool tidy(struct story *s)
{
    static const char *const nodes[] = {"hub", "spoke", "isp"};
    struct lab *l = &s->lab;
    bool good = true;
    stream_stop(&l->spoke);
    stream_stop(&l->hub);
    lab_run(l, 100);
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
        struct graph *g = dataplane_graph(lab_dp(l, nodes[i]));
        unsigned packets = graph_pool(g, false).used + graph_pool(g, true).used, spis = ipsec_totals(lab_ipsec(l, nodes[i])).transient;
        if (packets || spis)
            print_message("seed %llu: %s keeps %u packets and %u SPIs\n", (unsigned long long)s->seed, nodes[i], packets, spis);
        good &= !packets && !spis;
    }
    return good;
}

struct sums {
    uint64_t lost, swapped, repeated, corrupted;
    unsigned strays; /* seeds in which an unknown SPI came in */
};

static void add_up(struct story *s, struct sums *n)
{
    for (int i = 0; i < 4; i++) {
        struct wire_stats w = wire_stats(i & 1 ? s->lab.hub_wire : s->lab.spoke_wire, i / 2);
        n->lost += w.lost;
        n->swapped += w.swapped;
        n->repeated += w.repeated;
        n->corrupted += w.corrupted;
    }
    n->strays += box_log_count(s->lab.box, "hub", 0, "RECVD_PKT_INV_SPI") || box_log_count(s->lab.box, "spoke", 0, "RECVD_PKT_INV_SPI");
}

static void end(struct story *s)
{
    lab_free(&s->lab);
    rnd_free(s->rnd);
}

static void thousand(void **state)
{
    const char *many = getenv("ESPIAL_SEEDS"), *one = getenv("ESPIAL_SEED");
    uint64_t from = one ? strtoull(one, NULL, 10) : 1, to = one ? from : many ? strtoull(many, NULL, 10) : SEEDS;
    struct sums sums = {0};
    unsigned bad = 0;
    (void)state;
    for (uint64_t seed = from; seed <= to; seed++) {
        struct story s;
        begin(&s, seed, one != NULL);
        if (!run(&s, one != NULL)) {
            print_message("seed %llu: %s\n", (unsigned long long)seed, s.text);
            if (!bad++ || one)
                lab_tails(&s.lab, one ? 100000 : 3000);
        } else if (!tidy(&s)) {
            bad++;
        }
        add_up(&s, &sums);
        end(&s);
    }
    if (bad)
        fail_msg("%u of %llu seeds did not end well", bad, (unsigned long long)(to - from + 1));
    if (one)
        return;
    /* It was no idle talk. */
    assert_true(sums.lost > 10 * to && sums.swapped > 10 * to && sums.repeated > 10 * to && sums.corrupted > 3 * to);
    assert_true(sums.strays > to / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(thousand)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
