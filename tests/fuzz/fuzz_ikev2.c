/* fuzz_ikev2.c: any datagrams into IKEv2 of a whole router, in every state of a negotiation, also by a peer that has the
 * keys.
 *
 * Two routers share a tunnel; left begins, right is the victim (and sometimes left is). An input is a sequence of steps: a
 * raw datagram; a message of the tape, as it was or spoiled; the payloads that an authenticated peer would like to send as
 * request or answer of any exchange, whole or as a fragment, sealed with the right keys (before IKE_AUTH too); a rekey by
 * either side; a cable that loses from the n-th message on; a stray ESP packet; time; a line typed at the victim. It must
 * hold: a datagram that proves nothing changes no SA that is up and no pair; bounds are kept; when all is quiet nothing is
 * half done, reserved or waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/dataplane.h"
#include "dataplane/ike/engine.h"
#include "dataplane/ike/v2/v2_local.h"
#include "dataplane/ipsec/ipsec.h"
#include "espial/buf.h"
#include "tests/fuzz/fuzz.h"
#include "tests/sim/box.h"

#define LEFT  0x0A000001u
#define RIGHT 0x0A000002u
#define INPUTS_A_LIFE 64
#define TAPE  64
#define STEPS_MAX 64

const char *const fuzz_words[] = {"\x21\x20\x22\x08", "\x00\x00\x00\x01", "\x03\x04\x40\x09", "\x29\x00\x00\x08", "\x2a\x00\x00\x08",
                                  "\x01\x00\x00\x00", "\x07\x00\x00\x10", "\x00\x00\x40\x06", "\x00\x00\x00\x0b", "\x80\x0e\x00\x80", NULL};

enum step { RAW, RAW_NATT, RAW_STRANGER, TAPED, REQUEST, ANSWER, FRAGMENT, REKEY, LOSE, STRAY, TIME, TYPE, ASK, STEPS };

static const char *const lines[] = {
    "clear crypto sa",
    "clear crypto session",
    "clear crypto ikev2 sa",
    "clear crypto ikev2 sa fast",
    "show crypto ikev2 sa detailed",
    "show crypto ikev2 session",
    "show crypto ikev2 stats exchange",
    "show crypto ipsec sa detail",
    "show crypto engine connections active",
    "debug crypto ikev2",
    "debug crypto ikev2 error",
    "debug crypto ikev2 packet",
    "undebug all",
    "configure terminal",
    "crypto ikev2 cookie-challenge 0",
    "no crypto ikev2 cookie-challenge",
    "crypto ikev2 fragmentation mtu 200",
    "no crypto ikev2 fragmentation",
    "crypto ikev2 window 1",
    "no crypto ikev2 window",
    "crypto ikev2 dpd 10 2 periodic",
    "no crypto ikev2 dpd",
    "crypto ikev2 diagnose error 5",
    "crypto ikev2 profile P",
    "shutdown",
    "no shutdown",
    "lifetime 120",
    "no lifetime",
    "no crypto ikev2 profile P",
    "no crypto ikev2 keyring K",
    "crypto map M 10 ipsec-isakmp",
    "set pfs group19",
    "no set pfs",
    "no set ikev2-profile P",
    "set ikev2-profile P",
    "no crypto isakmp enable",
    "crypto isakmp enable",
    "no access-list 101",
    "access-list 101 permit ip 10.2.0.0 0.0.255.255 10.1.0.0 0.0.255.255",
    "end",
};
#define LINES (sizeof lines / sizeof lines[0])

struct world {
    struct box *b;
    struct wire *wire;
    struct {
        uint8_t data[2048];
        size_t len;
        bool floated;
        int from;
    } tape[TAPE];
    unsigned taped, next; /* kept; where the next one goes */
    unsigned pass;        /* messages still let through; UINT32_MAX: all */
    unsigned inputs;
};

#define CONFIG \
    "crypto isakmp invalid-spi-recovery\n" \
    "crypto ikev2 keyring K\n peer ANY\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key k\n" \
    "crypto ikev2 profile P\n match identity remote address 0.0.0.0\n authentication remote pre-share\n" \
    " authentication local pre-share\n keyring local K\n" \
    "crypto ikev2 fragmentation mtu 400\n" \
    "crypto ipsec transform-set T esp-aes esp-sha-hmac\n" \
    "crypto map M 10 ipsec-isakmp\n set peer 10.0.0.%d\n set transform-set T\n set ikev2-profile P\n match address 101\n" \
    "interface Loopback0\n ip address 10.%d.0.1 255.255.0.0\n" \
    "interface Ethernet0/0\n ip address 10.0.0.%d 255.255.255.0\n crypto map M\n" \
    "ip route 0.0.0.0 0.0.0.0 10.0.0.%d\n" \
    "access-list 101 permit ip 10.%d.0.0 0.0.255.255 10.%d.0.0 0.0.255.255\n" \
    "logging buffered 65536\nend\n"

static struct ike *ike_of(const struct world *w, const char *node)
{
    return dataplane_ike(router_dataplane(box_router(w->b, node)));
}

static struct v2 *v2_of(const struct world *w, bool right)
{
    return ike_v2(ike_of(w, right ? "right" : "left"));
}

static struct ipsec *ipsec_of(const struct world *w, const char *node)
{
    return dataplane_ipsec(router_dataplane(box_router(w->b, node)));
}

/* Remember IKE; lose it when the cable is to lose. */
static enum wire_verdict tap(void *arg, int from, uint8_t *f, size_t len)
{
    struct world *w = arg;

    if (len < 14 + 28 + 4 || get16(f + 12) != 0x0800 || f[23] != PROTO_UDP || (get16(f + 36) != 500 && get16(f + 36) != 4500))
        return WIRE_PASS;
    size_t n = (size_t)get16(f + 38) - 8;
    const uint8_t *p = f + 42;
    bool floated = get16(f + 36) == 4500;
    if (n > len - 42)
        return WIRE_PASS;
    if (floated && n > 4) {
        p += 4;
        n -= 4;
    }
    if (n <= sizeof w->tape[0].data) {
        unsigned at = w->next++ % TAPE;
        memcpy(w->tape[at].data, p, n);
        w->tape[at].len = n;
        w->tape[at].floated = floated;
        w->tape[at].from = from;
        if (w->taped < TAPE)
            w->taped++;
    }
    if (!w->pass)
        return WIRE_LOSE;
    if (w->pass != UINT32_MAX)
        w->pass--;
    return WIRE_PASS;
}

static struct world *world_new(void)
{
    struct world *w = NEW(struct world);
    char text[2048];

    w->b = box_new(7);
    for (int i = 1; i <= 2; i++) {
        snprintf(text, sizeof text, CONFIG, 3 - i, i, i, 3 - i, i, 3 - i);
        box_node(w->b, i == 1 ? "left" : "right", text);
    }
    w->wire = box_link(w->b, "left", "Ethernet0/0", "right", "Ethernet0/0");
    wire_tap(w->wire, tap, w);
    w->pass = UINT32_MAX;
    box_boot(w->b);
    return w;
}

/* Everything that waits for a clock has had its time. */
static void world_free(struct world *w)
{
    static const char *const nodes[] = {"left", "right"};

    w->pass = 0; /* nobody answers any longer, and nothing is there that would be renewed */
    for (int i = 0; i < 2; i++) {
        box_type(w->b, nodes[i], "end");
        box_type(w->b, nodes[i], "clear crypto session");
    }
    box_run(w->b, 300 * US_PER_S);
    for (int i = 0; i < 2; i++) {
        struct v2 *v2 = v2_of(w, i);
        fuzz_must(v2->half_open == 0 && v2->negotiating_in == 0 && v2->negotiating_out == 0 && v2->nsas == 0);
        fuzz_must(table_count(v2->children) == 0 && table_count(v2->peers) == 0 && table_count(v2->by_spi) == 0);
        fuzz_must(table_count(v2->half) == 0);
        fuzz_must(ipsec_totals(ipsec_of(w, nodes[i])).transient == 0);
    }
    box_free(w->b);
    mem_free(w);
}

static void deliver(struct world *w, bool to_right, uint32_t src, bool floated, const uint8_t *data, size_t len)
{
    struct ike *ike = ike_of(w, to_right ? "right" : "left");
    struct udp_from from = {.src = src, .dst = to_right ? RIGHT : LEFT, .sport = floated ? 4500 : 500, .dport = floated ? 4500 : 500};
    uint8_t *copy = mem_new(len + 4); /* exactly as long as it says */

    memcpy(copy + 4, data, len);
    if (!ike->on)
        ;
    else if (!floated)
        recv_500(ike, &from, copy + 4, len);
    else
        recv_4500(ike, &from, copy, len + 4);
    mem_free(copy);
}

static unsigned ups(const struct v2 *v2)
{
    unsigned n = 0;

    for (const struct v2_sa *sa = v2->all; sa; sa = sa->next)
        n += sa->state == V2_UP;
    return n;
}

/* No bytes of an input can be authentic by chance. */
static void raw(struct world *w, uint32_t src, bool floated, const uint8_t *p, size_t len)
{
    struct v2 *v2 = v2_of(w, true);
    unsigned up = ups(v2), pairs = ipsec_totals(ipsec_of(w, "right")).pairs;
    uint64_t in = ipsec_totals(ipsec_of(w, "right")).installed;

    deliver(w, true, src, floated, p, len);
    fuzz_must(ups(v2) == up && pairs == ipsec_totals(ipsec_of(w, "right")).pairs);
    fuzz_must(in == ipsec_totals(ipsec_of(w, "right")).installed);
    fuzz_must(v2->half_open <= V2_HALF_OPEN_MAX);
}

/* Payloads out of the input: as they are (type, then bytes), or made well-formed: type, length, body, again and again. */
static size_t chain(struct fuzz_in *in, uint8_t *out, size_t cap, uint8_t *first)
{
    size_t n = 0, got;
    uint8_t *next = first;

    *first = V2_NONE;
    if (fuzz_u8(in) & 1) {
        *first = fuzz_u8(in);
        const uint8_t *p = fuzz_bytes(in, cap, &got);
        memcpy(out, p, got);
        return got;
    }
    while (in->left >= 2) {
        uint8_t type = fuzz_u8(in);
        size_t len = fuzz_u8(in);
        const uint8_t *p = fuzz_bytes(in, len, &got);
        if (n + 4 + got > cap || type == V2_NONE)
            break;
        *next = type;
        next = out + n;
        out[n] = V2_NONE;
        out[n + 1] = 0;
        put16(out + n + 2, (uint16_t)(4 + got));
        memcpy(out + n + 4, p, got);
        n += 4 + got;
    }
    return n;
}

/* As the peer of one of the victim's SAs (the which-th that has keys) would send it. */
static void sealed(struct world *w, bool to_right, enum step step, unsigned which, struct fuzz_in *in)
{
    static const uint8_t exchanges[] = {V2_INFORMATIONAL, V2_CREATE_CHILD_SA, V2_IKE_AUTH, 99};
    struct v2_sa *sa = v2_of(w, to_right)->all;
    uint8_t inner[2048], out[4096], first;
    struct v2_x *x = NULL;

    for (which &= 3; sa && (!sa->keys || (which && which--)); sa = sa->next)
        ;
    if (!sa)
        return;
    uint8_t how = fuzz_u8(in), number = 0, total = 0;
    struct v2_hdr h = {.version = 0x20, .exchange = exchanges[how & 3], .mid = sa->rx_next + (how >> 2 & 3)};
    if (step == ANSWER) {
        for (x = sa->queue; x && (!x->sent || x->kind == V2X_INIT); x = x->next)
            ;
        if (!x)
            return;
        h.mid = x->mid;
        h.exchange = v2_asks[x->kind].exchange;
    }
    if (step == FRAGMENT) {
        number = fuzz_u8(in);
        total = fuzz_u8(in);
    }
    memcpy(h.ispi, sa->ispi, V2_SPI);
    memcpy(h.rspi, sa->rspi, V2_SPI);
    h.flags = (uint8_t)((sa->initiator ? 0 : V2_FLAG_INITIATOR) | (x ? V2_FLAG_RESPONSE : 0));
    size_t len = chain(in, inner, sizeof inner, &first);
    const struct v2_keys *k = sa->keys;
    struct v2_sk *sk = v2_sk_new(&sa->suite, true, sa->initiator ? &k->er : &k->ei, sa->initiator ? &k->ar : &k->ai);
    struct rnd *rnd = ike_of(w, "left")->env.rnd;
    if (step == FRAGMENT)
        len = v2_sk_seal_fragment(sk, rnd, &h, first, number, total, inner, len, out, sizeof out);
    else
        len = v2_sk_seal(sk, rnd, &h, first, inner, len, out, sizeof out);
    v2_sk_free(sk);
    if (len)
        deliver(w, to_right, sa->remote, sa->local_port == 4500, out, len);
}

static void rekey(struct world *w, bool right, unsigned arg)
{
    struct v2_sa *sa = v2_of(w, right)->all;

    while (sa && !v2_sa_up(sa))
        sa = sa->next;
    if (sa && arg & 1)
        v2_rekey_begin(sa);
    else if (sa && sa->children)
        v2_child_rekey(sa->children);
}

static void taped(struct world *w, unsigned which, struct fuzz_in *in)
{
    uint8_t m[2048];
    size_t len, got;

    if (!w->taped)
        return;
    which %= w->taped;
    len = w->tape[which].len;
    memcpy(m, w->tape[which].data, len);
    for (const uint8_t *p = fuzz_bytes(in, 32, &got); got >= 3; p += 3, got -= 3) /* place, value */
        m[get16(p) % len] ^= p[2];
    if (fuzz_u8(in) & 1)
        len = 1 + fuzz_u16(in) % len;
    if (len >= V2_HDR && fuzz_u8(in) & 1)
        put32(m + 24, (uint32_t)len);
    deliver(w, w->tape[which].from == 0, w->tape[which].from == 0 ? LEFT : RIGHT, w->tape[which].floated, m, len);
}

static void one_step(struct world *w, struct fuzz_in *all)
{
    unsigned step = fuzz_u8(all), arg = fuzz_u8(all);
    size_t len = fuzz_u16(all), got;
    const uint8_t *p = fuzz_bytes(all, len, &got);
    struct fuzz_in in = {p, got};
    bool to_right = !(step & 0x80);

    switch ((step & 0x7F) % STEPS) {
    case RAW: raw(w, LEFT, false, p, got); break;
    case RAW_NATT: raw(w, LEFT, true, p, got); break;
    case RAW_STRANGER: raw(w, 0x0B000000u + arg, arg & 1, p, got); break;
    case TAPED: taped(w, arg, &in); break;
    case REQUEST: sealed(w, to_right, REQUEST, arg, &in); break;
    case ANSWER: sealed(w, to_right, ANSWER, arg, &in); break;
    case FRAGMENT: sealed(w, to_right, FRAGMENT, arg, &in); break;
    case REKEY: rekey(w, to_right, arg); break;
    case LOSE: w->pass = arg & 0x80 ? UINT32_MAX : arg; break;
    case STRAY: ike_invalid_spi(ike_of(w, "right"), arg & 1 ? LEFT : 0x0B000000u + arg, RIGHT, PROTO_ESP, 0x1000u + arg, "Ethernet0/0", arg & 2); break;
    case TIME: box_run(w->b, arg & 0x80 ? (arg & 0x7F) * 100 * US_PER_S : arg * US_PER_S / 4); break;
    case TYPE: box_type(w->b, "right", lines[arg % LINES]); break;
    case ASK: box_type(w->b, "left", "ping 10.2.0.1 source Loopback0 repeat 1 timeout 0"); break;
    default: break;
    }
    if (!(arg & 0x40))
        box_run(w->b, 20 * US_PER_MS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world *w; /* lives across some inputs */
    struct fuzz_in in = {data, size};

    if (!w)
        w = world_new();
    for (unsigned i = 0; i < STEPS_MAX && in.left; i++)
        one_step(w, &in);
    if (++w->inputs == INPUTS_A_LIFE) {
        world_free(w);
        w = NULL;
    }
    return 0;
}

static size_t put_step(uint8_t *out, unsigned step, unsigned arg, const void *p, size_t len)
{
    out[0] = (uint8_t)step;
    out[1] = (uint8_t)arg;
    put16(out + 2, (uint16_t)len);
    if (len)
        memcpy(out + 4, p, len);
    return len + 4;
}

/* A request for a child as it must be: SA, Ni, TSi, TSr, as the input of a REQUEST step. */
static size_t child_request(uint8_t *out)
{
    static const struct ipsec_policy policy = {.transforms = {{PROTO_ESP, CIPHER_AES_CBC, 128, HASH_SHA1, IPSEC_TUNNEL, false}}, .ntransforms = 1};
    static const struct selector left = {0x0A010000u, 0xFFFF0000u, 0, 0}, right = {0x0A020000u, 0xFFFF0000u, 0, 0};
    uint8_t nonce[32] = {9}, buf[1024];
    struct v2_ts ts;
    struct v2_wr m;

    v2_begin_inner(&m, buf, sizeof buf);
    v2_write_child_offer(&m, &policy, 0x77001122, false);
    v2_put(&m, V2_NONCE, nonce, sizeof nonce);
    v2_ts_of(&left, &ts);
    v2_put_ts(&m, V2_TSI, &ts, 1);
    v2_ts_of(&right, &ts);
    v2_put_ts(&m, V2_TSR, &ts, 1);
    out[0] = 1; /* CREATE_CHILD_SA */
    out[1] = 1; /* as it is */
    out[2] = m.first;
    memcpy(out + 3, buf, m.w.len);
    return m.w.len + 3;
}

size_t fuzz_seed(size_t i, uint8_t *out)
{
    static const uint8_t delete_ike[] = {0, 0, V2_DELETE, 4, 1, 0, 0, 0}, delete_esp[] = {0, 0, V2_DELETE, 8, 3, 4, 0, 1, 1, 2, 3, 4},
                         nothing[] = {0, 0}, notify[] = {0, 0, V2_NOTIFY, 8, 0, 0, 0, V2N_INVALID_SPI, 1, 2, 3, 4},
                         piece[] = {0, 1, 2, 0, V2_NOTIFY, 4, 0, 0, 0x40, 0};
    uint8_t chain_of_child[1200];
    size_t n = put_step(out, ASK, 0, NULL, 0), len;

    switch (i) {
    case 0: return n + put_step(out + n, REQUEST, 0, nothing, sizeof nothing);
    case 1: return n + put_step(out + n, REQUEST, 0, delete_ike, sizeof delete_ike);
    case 2: return n + put_step(out + n, REQUEST, 0, delete_esp, sizeof delete_esp);
    case 3: return n + put_step(out + n, REQUEST, 0, notify, sizeof notify);
    case 4: return n + put_step(out + n, FRAGMENT, 0, piece, sizeof piece);
    case 5:
        len = child_request(chain_of_child);
        return n + put_step(out + n, REQUEST, 0, chain_of_child, len);
    case 6:
        n += put_step(out + n, REKEY, 0x40, NULL, 0);
        n += put_step(out + n, REKEY | 0x80, 0x40, NULL, 0);
        return n + put_step(out + n, TIME, 40, NULL, 0);
    case 7:
        n += put_step(out + n, REKEY, 0x41, NULL, 0);
        n += put_step(out + n, REKEY | 0x80, 0x41, NULL, 0);
        return n + put_step(out + n, TIME, 40, NULL, 0);
    case 8:
        n += put_step(out + n, LOSE, 1, NULL, 0);
        n += put_step(out + n, REKEY, 1, NULL, 0);
        n += put_step(out + n, ANSWER, 0, nothing, sizeof nothing);
        return n + put_step(out + n, LOSE, 0x80, NULL, 0);
    case 9: return n + put_step(out + n, TAPED, 0, NULL, 0);
    case 10: return n + put_step(out + n, STRAY, 1, NULL, 0);
    default: return i < 11 + LINES ? n + put_step(out + n, TYPE, (unsigned)(i - 11), NULL, 0) : SIZE_MAX;
    }
}
