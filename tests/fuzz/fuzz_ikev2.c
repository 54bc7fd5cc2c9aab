/* fuzz_ikev2.c: any datagrams into IKEv2 of a whole router, in every state of a negotiation, also by a peer that has the
 * keys.
 *
 * Two routers share a tunnel; left begins, right is the victim (and sometimes left is). An input is a sequence of steps: a
 * raw datagram; a message of the tape, as it was or spoiled; the payloads that an authenticated peer would like to send as
 * request or answer of any exchange, whole or as a fragment, sealed with the right keys (before IKE_AUTH too); a rekey by
 * either side; a cable that loses from the n-th message on; a stray ESP packet; time; a line typed at the victim. It must
 * hold: a datagram that proves nothing changes no SA that is up and no pair; bounds are kept; when all is quiet nothing is
 * half done, reserved or waiting. */
#include "dataplane/ike/v2/v2_local.h"
#define CONFIG \
    "crypto isakmp invalid-spi-recovery\n" \
    "crypto ikev2 keyring K\n peer ANY\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key k\n  ppk manual id q key p\n" \
    "crypto ikev2 profile P\n match identity remote address 0.0.0.0\n authentication remote pre-share\n" \
    " authentication local pre-share\n keyring local K\n keyring ppk K\n" \
    "crypto ikev2 fragmentation mtu 400\n" \
    "crypto ipsec transform-set T esp-aes esp-sha-hmac\n" \
    "crypto map M 10 ipsec-isakmp\n set peer 10.0.0.%d\n set transform-set T\n set ikev2-profile P\n match address 101\n" \
    "interface Loopback0\n ip address 10.%d.0.1 255.255.0.0\n" \
    "interface Ethernet0/0\n ip address 10.0.0.%d 255.255.255.0\n crypto map M\n" \
    "ip route 0.0.0.0 0.0.0.0 10.0.0.%d\n" \
    "access-list 101 permit ip 10.%d.0.0 0.0.255.255 10.%d.0.0 0.0.255.255\n" \
    "logging buffered 65536\nend\n"
#include "tests/fuzz/ike_pair.h"

const char *const fuzz_words[] = {"\x21\x20\x22\x08", "\x00\x00\x00\x01", "\x03\x04\x40\x09", "\x29\x00\x00\x08", "\x2a\x00\x00\x08",
                                  "\x01\x00\x00\x00", "\x07\x00\x00\x10", "\x00\x00\x40\x06", "\x00\x00\x00\x0b", "\x80\x0e\x00\x80", "\x00\x00\x40\x33", "\x00\x00\x40\x34\x02q", "\x00\x00\x40\x35", NULL};

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

static struct v2 *v2_of(const struct world *w, bool right)
{
    return ike_v2(ike_of(w, right ? "right" : "left"));
}

static void world_end(struct world *w)
{
    static const char *const nodes[] = {"left", "right"};

    world_quiet(w);
    for (int i = 0; i < 2; i++) {
        struct v2 *v2 = v2_of(w, i);
        fuzz_must(v2->half_open == 0 && v2->negotiating_in == 0 && v2->negotiating_out == 0 && v2->nsas == 0);
        fuzz_must(table_count(v2->children) == 0 && table_count(v2->peers) == 0 && table_count(v2->by_spi) == 0);
        fuzz_must(table_count(v2->half) == 0 && table_count(v2->ids) == 0);
        fuzz_must(table_count(v2->flows) == 0 && table_count(v2->outbound) == 0);
        fuzz_must(ipsec_totals(ipsec_of(w, nodes[i])).transient == 0);
    }
    world_free(w);
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
        world_end(w);
        w = NULL;
    }
    return 0;
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
