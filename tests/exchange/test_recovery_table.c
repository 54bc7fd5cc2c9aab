/* test_recovery_table.c: one end of a tunnel loses its IPsec SAs and the other goes on encrypting: what the one that
 * lost them puts on the wire, what it says, and how long nothing comes through. One row a test: IKE SA with the sender
 * there or not, `crypto isakmp invalid-spi-recovery` or not, each kind of configuration. Whole routers:
 *
 *   left  10.1.0.1 | 192.0.2.1 -- mid -- 198.51.100.1 | 10.2.0.1  right
 *   sends pings, five a second                 loses its SAs
 *
 * Where a hole lasts without recovery: an SA lives LIFE seconds. Its sender asks for a new one 30 s before that end, in
 * an IKE SA that right may have forgotten: five repeats, 10 s apart, and that IKE SA is given up 30 s behind the end.
 * Then main mode is begun anew, which right answers. With periodic DPD of 10 s: dead at 10 + 5 * 2 s. */
#include "dataplane/ipsec/sad.h"
#include "espial/text.h"
#include "tests/exchange/lab.h"

#define LIFE   240
#define STEADY 65 /* s of peace before the loss: a tunnel whose SAs lived for a minute renews them without delay */
#define LEFT   0xC0000201u
#define RIGHT  0xC6336401u
#define GAP_US (200 * US_PER_MS)
#define MIDS   64

enum kind { STATIC_MAP, DYNAMIC_MAP, GRE, SVTI };
enum loss { IKE_STAYS, ALL_LOST };
enum command { OFF, ON };
/* ANSWERS: right's profile is responder-only; a tunnel that may begin renews lost SAs by itself. DPD: of left. V2: both
 * speak IKEv2. */
enum { ANSWERS = 1, DPD = 2, V2 = 4, AGGRESSIVE = 8 };

enum said { NEVER, SAID, MAYBE };

struct range {
    unsigned least, most;
};
struct row {
    const char *name;
    enum kind kind;
    enum loss loss;
    enum command command;
    unsigned more;                   /* ANSWERS | DPD */
    struct range begun, quick, told; /* by right: main modes, quick modes, INFORMATIONALs, until pings pass */
    enum said ignoring;              /* "ignoring request to send delete notify" */
    bool contact;                    /* right sends INITIAL-CONTACT; else left does, if there is a new IKE SA */
    struct range hole;               /* s from the loss until a ping is answered */
};

struct story {
    struct lab lab;
    struct wire *wire; /* end 0: right */
    bool counting;
    unsigned begun, main, quick, told;
    uint32_t mids[MIDS]; /* quick modes that were seen from either end */
    unsigned nmids;
};

static bool new_mid(struct story *s, uint32_t mid)
{
    for (unsigned i = 0; i < s->nmids; i++)
        if (s->mids[i] == mid)
            return false;
    assert_true(s->nmids < MIDS);
    s->mids[s->nmids++] = mid;
    return true;
}

static enum wire_verdict tap(void *arg, int from, uint8_t *frame, size_t len)
{
    static const uint8_t no_cookie[8];
    struct story *s = arg;
    const uint8_t *udp = frame + 34, *ike = frame + 42;

    if (len < 42 + 28 || get16(frame + 12) != 0x0800 || frame[23] != PROTO_UDP || get16(udp) != 500 ||
        get16(udp + 2) != 500)
        return WIRE_PASS;
    switch (ike[18]) {
    case 2: /* main mode */
        s->begun += s->counting && from == 0 && !memcmp(ike + 8, no_cookie, 8);
        s->main += s->counting && from == 0;
        break;
    case 4: /* aggressive mode */ s->begun += s->counting && from == 0 && !memcmp(ike + 8, no_cookie, 8); break;
    case 34: s->begun += s->counting && from == 0 && !(ike[19] & 0x20); break; /* IKE_SA_INIT; 0x20: an answer */
    case 35: break;
    case 36: s->quick += s->counting && from == 0 && !(ike[19] & 0x20); break; /* CREATE_CHILD_SA */
    case 37: s->told += s->counting && from == 0 && !(ike[19] & 0x20); break;
    case 5: s->told += s->counting && from == 0; break;
    case 32:
        if (new_mid(s, get32(ike + 20)))
            s->quick += s->counting && from == 0;
        break;
    default: fail_msg("exchange %u on the wire", ike[18]);
    }
    return WIRE_PASS;
}

static void config(struct text *out, const struct row *r, bool left)
{
    const char *own = left ? "192.0.2.1" : "198.51.100.1", *other = left ? "198.51.100.1" : "192.0.2.1";
    int lan = left ? 1 : 2;

    const char *profile = (r->more & AGGRESSIVE) ? " set isakmp-profile AG\n"
                          : (r->more & V2)       ? " set ikev2-profile PROF\n"
                                                 : "";

    text_printf(out, "hostname %s\nlogging buffered 200000 debugging\n", left ? "left" : "right");
    if (r->more & V2)
        text_printf(out, "crypto isakmp key drawbridge address 0.0.0.0\ncrypto ikev2 keyring KR\n peer ANY\n  address "
                         "0.0.0.0 0.0.0.0\n  pre-shared-key drawbridge\n"
                         "crypto ikev2 profile PROF\n match identity remote address 0.0.0.0\n"
                         " authentication local pre-share\n authentication remote pre-share\n keyring local KR\n");
    else
        text_printf(out,
                    "crypto isakmp policy 10\n encryption aes 256\n hash sha256\n authentication pre-share\n group 19\n"
                    "crypto isakmp key drawbridge address 0.0.0.0\n");
    if (r->more & AGGRESSIVE)
        text_printf(out, "crypto isakmp profile AG\n initiate mode aggressive\n match identity address %s\n", other);
    if (left && (r->more & DPD))
        text_printf(out, r->more & V2 ? "crypto ikev2 dpd 10 2 periodic\n" : "crypto isakmp keepalive 10 periodic\n");
    text_printf(out,
                "%scrypto ipsec security-association lifetime seconds %d\n"
                "crypto ipsec transform-set TS esp-aes esp-sha-hmac\n%s"
                "interface Loopback0\n ip address 10.%d.0.1 255.255.255.255\n"
                "interface Ethernet0/0\n ip address %s 255.255.255.0\n",
                !left && r->command == ON ? "crypto isakmp invalid-spi-recovery\n" : "", LIFE,
                r->kind == GRE ? " mode transport\n" : "", lan, own);
    if (r->kind == STATIC_MAP || (r->kind == DYNAMIC_MAP && left))
        text_printf(out,
                    " crypto map M\naccess-list 101 permit ip host 10.%d.0.1 host 10.%d.0.1\n"
                    "crypto map M 10 ipsec-isakmp\n set peer %s\n set transform-set TS\n%s match address 101\n",
                    lan, 3 - lan, other, profile);
    else if (r->kind == DYNAMIC_MAP)
        text_printf(out,
                    " crypto map M\ncrypto dynamic-map D 10\n set transform-set TS\n%s"
                    "crypto map M 10 ipsec-isakmp dynamic D\n",
                    profile);
    else
        text_printf(out,
                    "crypto ipsec profile P\n set transform-set TS\n%s%s"
                    "interface Tunnel0\n ip address 172.16.0.%d 255.255.255.252\n tunnel source Ethernet0/0\n"
                    " tunnel destination %s\n%s tunnel protection ipsec profile P\n"
                    "ip route 10.%d.0.1 255.255.255.255 172.16.0.%d\n",
                    profile, !left && (r->more & ANSWERS) ? " responder-only\n" : "", lan, other,
                    r->kind == SVTI ? " tunnel mode ipsec ipv4\n" : "", 3 - lan, 3 - lan);
    text_printf(out, "ip route 0.0.0.0 0.0.0.0 %s\nend\n", left ? "192.0.2.2" : "198.51.100.2");
}

static void build(struct story *s, const struct row *r)
{
    struct box *b = box_new(31);
    struct text c = {0};

    memset(s, 0, sizeof *s);
    config(&c, r, true);
    box_node(b, "left", text_str(&c));
    text_clear(&c);
    config(&c, r, false);
    box_node(b, "right", text_str(&c));
    text_free(&c);
    box_node(b, "mid",
             "hostname mid\ninterface Ethernet0/0\n ip address 192.0.2.2 255.255.255.0\n"
             "interface Ethernet0/1\n ip address 198.51.100.2 255.255.255.0\nend\n");
    box_link(b, "left", "Ethernet0/0", "mid", "Ethernet0/0");
    s->wire = box_link(b, "right", "Ethernet0/0", "mid", "Ethernet0/1");
    wire_tap(s->wire, tap, s);
    s->lab.box = b;
    stream_init(&s->lab.spoke, &s->lab, "left", 0x0A010001, 0x0A020001);
    stream_init(&s->lab.hub, &s->lab, "right", 0x0A020001, 0x0A010001);
    box_boot(b);
}

/* Runs until a ping of left is answered that was not before; seconds. */
static double until_answered(struct story *s, double most)
{
    unsigned had = s->lab.spoke.back;
    uint64_t from = lab_now(&s->lab);

    while (s->lab.spoke.back == had && lab_now(&s->lab) - from < most * 1e6)
        box_run(s->lab.box, 20 * US_PER_MS);
    return (double)(lab_now(&s->lab) - from) / 1e6;
}

/* Nobody is told, and the IKE SA stays. */
static void lose_pairs(struct lab *l, const char *node)
{
    struct ipsec *ips = lab_ipsec(l, node);
    struct ipsec_pair_info p;
    size_t at = 0;

    while (ipsec_pair_next(ips, 0, &at, &p)) {
        assert_true(sad_delete(ips, p.id, SA_GONE_PEER_DELETE));
        at = 0;
    }
}

static void within(const struct row *r, struct story *s, const char *what, double got, struct range want)
{
    if (got >= want.least && got <= want.most)
        return;
    printf("---- left\n%s---- right\n%s", box_log(s->lab.box, "left"), box_log(s->lab.box, "right"));
    fail_msg("%s: %s %.1f, wanted %u to %u", r->name, what, got, want.least, want.most);
}

static void play(void **state)
{
    const struct row *r = *state;
    struct story story, *s = &story;
    struct box *b;

    build(s, r);
    b = s->lab.box;
    box_type(b, "left", "debug crypto isakmp");
    box_type(b, "left", "debug crypto ikev2");
    stream_start(&s->lab.spoke, GAP_US, 100);
    assert_true(until_answered(s, 20) < 15);
    lab_run(&s->lab, STEADY);
    if (!(r->more & V2))
        assert_int_equal(lab_ike_sas(&s->lab, "right"), 1);
    size_t left = box_log_len(b, "left"), right = box_log_len(b, "right");

    if (r->loss == ALL_LOST)
        box_reload(b, "right");
    else
        lose_pairs(&s->lab, "right");
    s->counting = true;
    box_type(b, "right", "debug crypto isakmp");
    double hole = until_answered(s, 2 * LIFE);
    s->counting = false;
    printf("%s: %.1f s\n", r->name, hole);
    within(r, s, "hole", hole, r->hole);
    within(r, s, "phase 1 begun by right", s->begun, r->begun);
    if (r->more & AGGRESSIVE)
        within(r, s, "messages of main mode", s->main, (struct range){0, 0});
    within(r, s, "quick modes begun by right", s->quick, r->quick);
    within(r, s, "INFORMATIONALs of right", s->told, r->told);
    /* At once, and then once a minute for one sender, who sends no longer than its SA lives. A tunnel that renews its
     * SAs may be faster than the next packet. */
    bool renews = r->kind >= GRE && !(r->more & ANSWERS);
    unsigned minutes = (unsigned)(hole < LIFE - STEADY ? hole : LIFE - STEADY) / 60;
    size_t said = box_log_count(b, "right", right,
                                "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for "
                                "destaddr=198.51.100.1, prot=50, spi=0x");
    within(r, s, "RECVD_PKT_INV_SPI", (double)said, (struct range){renews ? 0 : minutes ? minutes : 1, minutes + 1});
    bool ignored = box_log_count(b, "right", right,
                                 "ignoring request to send delete notify (no ISAKMP sa) src 198.51.100.1 dst "
                                 "192.0.2.1 for SPI 0x") > 0;
    assert_true(r->ignoring == MAYBE || ignored == (r->ignoring == SAID));
    const char *contact =
        r->more & V2 ? "Process initial contact, bring down existing IKEv2 SAs" : "processing NOTIFY INITIAL_CONTACT";
    assert_int_equal(box_log_count(b, "left", left, contact) > 0, r->contact);
    if (!(r->more & V2))
        assert_int_equal(box_log_count(b, "right", right, contact) > 0, r->loss == ALL_LOST && !r->contact);
    /* All is well again, both ways, and stays so. */
    lab_run(&s->lab, 5);
    stream_start(&s->lab.spoke, GAP_US, 100);
    stream_start(&s->lab.hub, GAP_US, 100);
    lab_run(&s->lab, 60);
    stream_stop(&s->lab.spoke);
    stream_stop(&s->lab.hub);
    lab_run(&s->lab, 1);
    within(r, s, "lost of left", s->lab.spoke.sent - s->lab.spoke.back, (struct range){0, 0});
    within(r, s, "lost of right", s->lab.hub.sent - s->lab.hub.back, (struct range){0, 0});
    lab_free(&s->lab);
}

/* Seconds: left's next packet or the tunnel itself asks for the new pair at once. A router that boots needs two for its
 * lines. LIFETIME: not before the sender first asks, and until LIFE + 30, less STEADY; up to 30 more until a flow whose
 * wish failed asks again. */
#define SOON                                                                                                           \
    {                                                                                                                  \
        0, 1                                                                                                           \
    }
#define BOOT                                                                                                           \
    {                                                                                                                  \
        0, 5                                                                                                           \
    }
#define LIFETIME                                                                                                       \
    {                                                                                                                  \
        LIFE - 30 - STEADY - 1, LIFE + 30 - STEADY + 30                                                                \
    }
#define DEAD_PEER                                                                                                      \
    {                                                                                                                  \
        5, 10 + 5 * 2 + 5                                                                                              \
    }
/* IKEv2 repeats after 2, 4, 8 ... 64 s: dead 126 s behind the first request. */
#define LIFETIME_V2                                                                                                    \
    {                                                                                                                  \
        LIFE - 30 + 126 - STEADY - 3, LIFE - 30 + 126 - STEADY + 30                                                    \
    }
/* main modes, quick modes, INFORMATIONALs */
#define NOTHING                                                                                                        \
    {0, 0}, {0, 0},                                                                                                    \
    {                                                                                                                  \
        0, 0                                                                                                           \
    }
#define DELETE                                                                                                         \
    {0, 0}, {0, 0},                                                                                                    \
    {                                                                                                                  \
        1, 1                                                                                                           \
    }
#define MAIN_MODE                                                                                                      \
    {1, 1}, {0, 0},                                                                                                    \
    {                                                                                                                  \
        1, 1                                                                                                           \
    }
#define DELETE_AND                                                                                                     \
    {0, 0}, {0, 0},                                                                                                    \
    {                                                                                                                  \
        2, 2                                                                                                           \
    } /* ... and INVALID_SPI */
#define SA_INIT                                                                                                        \
    {1, 1}, {0, 0},                                                                                                    \
    {                                                                                                                  \
        2, 2                                                                                                           \
    }
/* The tunnel asks for new SAs within 200 ms; a packet of left may come before that. */
#define RENEWS                                                                                                         \
    {0, 0}, {0, 1},                                                                                                    \
    {                                                                                                                  \
        0, 1                                                                                                           \
    }
#define RENEWS_V2                                                                                                      \
    {0, 0}, {0, 1},                                                                                                    \
    {                                                                                                                  \
        0, 2                                                                                                           \
    }
#define RENEWS_ALL                                                                                                     \
    {1, 1}, {1, 1},                                                                                                    \
    {                                                                                                                  \
        0, 1                                                                                                           \
    }

static const struct row rows[] = {
    /* IKE SA present: DELETE, with the command or without */
    {"static map, IKE SA, off", STATIC_MAP, IKE_STAYS, OFF, 0, DELETE, NEVER, false, SOON},
    {"static map, IKE SA, on", STATIC_MAP, IKE_STAYS, ON, 0, DELETE, NEVER, false, SOON},
    {"dynamic map, IKE SA, off", DYNAMIC_MAP, IKE_STAYS, OFF, 0, DELETE, NEVER, false, SOON},
    {"dynamic map, IKE SA, on", DYNAMIC_MAP, IKE_STAYS, ON, 0, DELETE, NEVER, false, SOON},
    {"GRE that answers, IKE SA, off", GRE, IKE_STAYS, OFF, ANSWERS, DELETE, NEVER, false, SOON},
    {"GRE that answers, IKE SA, on", GRE, IKE_STAYS, ON, ANSWERS, DELETE, NEVER, false, SOON},
    {"sVTI that answers, IKE SA, off", SVTI, IKE_STAYS, OFF, ANSWERS, DELETE, NEVER, false, SOON},
    {"sVTI that answers, IKE SA, on", SVTI, IKE_STAYS, ON, ANSWERS, DELETE, NEVER, false, SOON},
    {"GRE, IKE SA, off", GRE, IKE_STAYS, OFF, 0, RENEWS, NEVER, false, SOON},
    {"GRE, IKE SA, on", GRE, IKE_STAYS, ON, 0, RENEWS, NEVER, false, SOON},
    {"sVTI, IKE SA, off", SVTI, IKE_STAYS, OFF, 0, RENEWS, NEVER, false, SOON},
    {"sVTI, IKE SA, on", SVTI, IKE_STAYS, ON, 0, RENEWS, NEVER, false, SOON},
    /* IKE SA lost, command off: the black hole, but for a tunnel that asks by itself */
    {"static map, nothing, off", STATIC_MAP, ALL_LOST, OFF, 0, NOTHING, SAID, false, LIFETIME},
    {"dynamic map, nothing, off", DYNAMIC_MAP, ALL_LOST, OFF, 0, NOTHING, SAID, false, LIFETIME},
    {"GRE that answers, nothing, off", GRE, ALL_LOST, OFF, ANSWERS, NOTHING, SAID, false, LIFETIME},
    {"sVTI that answers, nothing, off", SVTI, ALL_LOST, OFF, ANSWERS, NOTHING, SAID, false, LIFETIME},
    {"GRE, nothing, off", GRE, ALL_LOST, OFF, 0, RENEWS_ALL, MAYBE, true, BOOT},
    {"sVTI, nothing, off", SVTI, ALL_LOST, OFF, 0, RENEWS_ALL, MAYBE, true, BOOT},
    /* ... command on: whoever knows the sender begins; a dynamic map does not */
    {"static map, nothing, on", STATIC_MAP, ALL_LOST, ON, 0, MAIN_MODE, NEVER, true, BOOT},
    {"dynamic map, nothing, on", DYNAMIC_MAP, ALL_LOST, ON, 0, NOTHING, SAID, false, LIFETIME},
    {"GRE that answers, nothing, on", GRE, ALL_LOST, ON, ANSWERS, MAIN_MODE, NEVER, true, BOOT},
    {"sVTI that answers, nothing, on", SVTI, ALL_LOST, ON, ANSWERS, MAIN_MODE, NEVER, true, BOOT},
    {"GRE, nothing, on", GRE, ALL_LOST, ON, 0, RENEWS_ALL, NEVER, true, BOOT},
    {"sVTI, nothing, on", SVTI, ALL_LOST, ON, 0, RENEWS_ALL, NEVER, true, BOOT},
    /* ... and the sender probes */
    {"static map, nothing, off, DPD", STATIC_MAP, ALL_LOST, OFF, DPD, NOTHING, SAID, false, DEAD_PEER},
    {"dynamic map, nothing, off, DPD", DYNAMIC_MAP, ALL_LOST, OFF, DPD, NOTHING, SAID, false, DEAD_PEER},
    {"dynamic map, nothing, on, DPD", DYNAMIC_MAP, ALL_LOST, ON, DPD, NOTHING, SAID, false, DEAD_PEER},
    {"sVTI that answers, nothing, off, DPD", SVTI, ALL_LOST, OFF, ANSWERS | DPD, NOTHING, SAID, false, DEAD_PEER},
    {"static map, aggressive, nothing, on", STATIC_MAP, ALL_LOST, ON, AGGRESSIVE, MAIN_MODE, NEVER, true, BOOT},
    /* IKEv2: with the command INVALID_SPI goes with the DELETE. Nothing but a DELETE is said where the tunnel renews by itself. */
    {"IKEv2 static map, IKE SA, off", STATIC_MAP, IKE_STAYS, OFF, V2, DELETE, NEVER, false, SOON},
    {"IKEv2 static map, IKE SA, on", STATIC_MAP, IKE_STAYS, ON, V2, DELETE_AND, NEVER, false, SOON},
    {"IKEv2 dynamic map, IKE SA, off", DYNAMIC_MAP, IKE_STAYS, OFF, V2, DELETE, NEVER, false, SOON},
    {"IKEv2 dynamic map, IKE SA, on", DYNAMIC_MAP, IKE_STAYS, ON, V2, DELETE_AND, NEVER, false, SOON},
    {"IKEv2 GRE that answers, IKE SA, off", GRE, IKE_STAYS, OFF, V2 | ANSWERS, DELETE, NEVER, false, SOON},
    {"IKEv2 GRE that answers, IKE SA, on", GRE, IKE_STAYS, ON, V2 | ANSWERS, DELETE_AND, NEVER, false, SOON},
    {"IKEv2 sVTI that answers, IKE SA, off", SVTI, IKE_STAYS, OFF, V2 | ANSWERS, DELETE, NEVER, false, SOON},
    {"IKEv2 sVTI that answers, IKE SA, on", SVTI, IKE_STAYS, ON, V2 | ANSWERS, DELETE_AND, NEVER, false, SOON},
    {"IKEv2 GRE, IKE SA, off", GRE, IKE_STAYS, OFF, V2, RENEWS, NEVER, false, SOON},
    {"IKEv2 GRE, IKE SA, on", GRE, IKE_STAYS, ON, V2, RENEWS_V2, NEVER, false, SOON},
    {"IKEv2 sVTI, IKE SA, off", SVTI, IKE_STAYS, OFF, V2, RENEWS, NEVER, false, SOON},
    {"IKEv2 sVTI, IKE SA, on", SVTI, IKE_STAYS, ON, V2, RENEWS_V2, NEVER, false, SOON},
    {"IKEv2 static map, nothing, off", STATIC_MAP, ALL_LOST, OFF, V2, NOTHING, SAID, false, LIFETIME_V2},
    {"IKEv2 dynamic map, nothing, off", DYNAMIC_MAP, ALL_LOST, OFF, V2, NOTHING, SAID, false, LIFETIME_V2},
    {"IKEv2 GRE that answers, nothing, off", GRE, ALL_LOST, OFF, V2 | ANSWERS, NOTHING, SAID, false, LIFETIME_V2},
    {"IKEv2 sVTI that answers, nothing, off", SVTI, ALL_LOST, OFF, V2 | ANSWERS, NOTHING, SAID, false, LIFETIME_V2},
    {"IKEv2 GRE, nothing, off", GRE, ALL_LOST, OFF, V2, {1, 1}, {0, 0}, {0, 1}, MAYBE, true, BOOT},
    {"IKEv2 sVTI, nothing, off", SVTI, ALL_LOST, OFF, V2, {1, 1}, {0, 0}, {0, 1}, MAYBE, true, BOOT},
    {"IKEv2 static map, nothing, on", STATIC_MAP, ALL_LOST, ON, V2, SA_INIT, NEVER, true, BOOT},
    {"IKEv2 dynamic map, nothing, on", DYNAMIC_MAP, ALL_LOST, ON, V2, NOTHING, SAID, false, LIFETIME_V2},
    /* An IKE SA of IKEv2 comes with a pair, which such a profile does not ask for: not begun. */
    {"IKEv2 GRE that answers, nothing, on", GRE, ALL_LOST, ON, V2 | ANSWERS, NOTHING, SAID, false, LIFETIME_V2},
    {"IKEv2 sVTI that answers, nothing, on", SVTI, ALL_LOST, ON, V2 | ANSWERS, NOTHING, SAID, false, LIFETIME_V2},
    {"IKEv2 GRE, nothing, on", GRE, ALL_LOST, ON, V2, {1, 1}, {0, 0}, {0, 2}, NEVER, true, BOOT},
    {"IKEv2 sVTI, nothing, on", SVTI, ALL_LOST, ON, V2, {1, 1}, {0, 0}, {0, 2}, NEVER, true, BOOT},
    {"IKEv2 static map, nothing, off, DPD", STATIC_MAP, ALL_LOST, OFF, V2 | DPD, NOTHING, SAID, false, DEAD_PEER},
    {"IKEv2 dynamic map, nothing, off, DPD", DYNAMIC_MAP, ALL_LOST, OFF, V2 | DPD, NOTHING, SAID, false, DEAD_PEER},
    {"IKEv2 dynamic map, nothing, on, DPD", DYNAMIC_MAP, ALL_LOST, ON, V2 | DPD, NOTHING, SAID, false, DEAD_PEER},
    {"IKEv2 sVTI that answers, nothing, off, DPD", SVTI, ALL_LOST, OFF, V2 | ANSWERS | DPD, NOTHING, SAID, false, DEAD_PEER},
};

int main(void)
{
    struct CMUnitTest tests[sizeof rows / sizeof *rows];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name, .test_func = play, .initial_state = (void *)&rows[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
