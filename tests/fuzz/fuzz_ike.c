/* fuzz_ike.c: any datagrams into IKE of a whole router, in every state of a negotiation, also by a peer that has the keys.
 *
 * Two routers share a tunnel; left begins, right is the victim (and sometimes left is). An input is a sequence of steps: a raw datagram; a message of the tape, as
 * it was or spoiled; the payloads that an authenticated peer would like to send in INFORMATIONAL, quick mode or MM5, encrypted and with a right HASH; a cable that
 * loses from the n-th message on; a stray ESP packet; time; a line typed at the victim. It must hold: a datagram that proves nothing changes no SA and no pair;
 * bounds are kept; when all is quiet nothing is half done, reserved or waiting. */
#include "dataplane/ike/ike_show.h"
#include "dataplane/net/net.h"
#define CONFIG \
    "crypto isakmp policy 10\n encryption aes\n hash sha256\n authentication pre-share\n group 19\n" \
    "crypto isakmp key k address 0.0.0.0\ncrypto isakmp invalid-spi-recovery\n" \
    "crypto ipsec transform-set T esp-aes esp-sha-hmac\n" \
    "crypto map M 10 ipsec-isakmp\n set peer 10.0.0.%d\n set transform-set T\n set pfs group19\n match address 101\n" \
    "interface Loopback0\n ip address 10.%d.0.1 255.255.0.0\n" \
    "interface Ethernet0/0\n ip address 10.0.0.%d 255.255.255.0\n crypto map M\n" \
    "ip route 0.0.0.0 0.0.0.0 10.0.0.%d\n" \
    "access-list 101 permit ip 10.%d.0.0 0.0.255.255 10.%d.0.0 0.0.255.255\n" \
    "logging buffered 65536\nend\n"
#include "tests/fuzz/ike_pair.h"

const char *const fuzz_words[] = {
    "\x01\x10\x02", "\x00\x00\x00\x01", "\x03\x04", "\x01\x10", "\x80\x0b\x00\x01", "\x00\x0c\x00\x04", "\x80\x01\x00\x07", "\x80\x0e\x01", "\x60\x02", "\x8d\x28", "\x8d\x29", "\x0e", NULL};

enum step { RAW, RAW_NATT, RAW_STRANGER, TAPED, INFO, QM_NEW, QM_NEXT, AUTH, LOSE, STRAY, TIME, TYPE, ASK, STEPS };

static const char *const lines[] = {
    "clear crypto sa",
    "clear crypto isakmp",
    "clear crypto session",
    "show crypto isakmp sa detail",
    "show crypto ipsec sa detail",
    "show crypto session detail",
    "show crypto engine connections active",
    "debug crypto isakmp",
    "debug crypto ipsec",
    "debug crypto engine",
    "configure terminal",
    "interface Ethernet0/0",
    "no crypto map M",
    "crypto map M",
    "shutdown",
    "no shutdown",
    "no crypto map M 10",
    "crypto map M 10 ipsec-isakmp",
    "set peer 10.0.0.1",
    "set peer 10.0.0.9",
    "no set peer 10.0.0.1",
    "set transform-set T",
    "match address 101",
    "no access-list 101",
    "access-list 101 permit ip 10.2.0.0 0.0.255.255 10.1.0.0 0.0.255.255",
    "no crypto isakmp policy 10",
    "crypto isakmp invalid-spi-recovery",
    "no crypto isakmp key k address 0.0.0.0",
    "crypto isakmp key k address 0.0.0.0",
    "crypto isakmp keepalive 10 periodic",
    "no crypto isakmp enable",
    "crypto isakmp enable",
    "no crypto ipsec transform-set T",
    "crypto ipsec transform-set T esp-gcm 256",
    "ip address 10.0.0.3 255.255.255.0",
    "ip address 10.0.0.2 255.255.255.0",
    "end",
};
#define LINES (sizeof lines / sizeof lines[0])

static void world_end(struct world *w)
{
    static const char *const nodes[] = {"left", "right"};

    world_quiet(w);
    for (int i = 0; i < 2; i++) {
        struct ike_counts c = ike_counts(ike_of(w, nodes[i]));
        fuzz_must(c.half_open == 0 && c.negotiating == 0);
        fuzz_must(ipsec_totals(ipsec_of(w, nodes[i])).transient == 0);
    }
    world_free(w);
}

struct picture {
    unsigned active, pairs;
    uint64_t in;
};

static struct picture picture(const struct world *w)
{
    return (struct picture){ike_counts(ike_of(w, "right")).active, ipsec_totals(ipsec_of(w, "right")).pairs, ipsec_totals(ipsec_of(w, "right")).installed};
}

/* No bytes of an input can be authentic by chance. */
static void raw(struct world *w, uint32_t src, bool floated, const uint8_t *p, size_t len)
{
    struct picture before = picture(w), after;

    deliver(w, true, src, floated, p, len);
    after = picture(w);
    fuzz_must(before.active == after.active && before.pairs == after.pairs && before.in == after.in);
    fuzz_must(ike_of(w, "right")->half_open <= IKE_HALF_OPEN_MAX);
}

static struct ike_sa *newest(const struct ike *ike, enum ike_state state)
{
    struct ike_sa *found = NULL;

    for (struct ike_sa *sa = ike->all; sa; sa = sa->next)
        if (sa->state == state && sa->keys)
            found = sa;
    return found;
}

/* As the peer of `sa` would send it. iv: for this message. */
static void send_sealed(struct world *w, bool to_right, const struct ike_sa *sa, uint8_t exchange, uint32_t mid, const uint8_t *iv, uint8_t first, const uint8_t *body, size_t len)
{
    uint8_t m[4096] = {0};
    size_t padded = (len + sa->block - 1) / sa->block * sa->block;
    struct cipher *c = cipher_new(sa->suite.cipher, true, sa->keys->enc.b, sa->keys->enc.len, NULL);

    if (ISAKMP_HDR + padded <= sizeof m) {
        memcpy(m, sa->icookie, COOKIE_LEN);
        memcpy(m + 8, sa->rcookie, COOKIE_LEN);
        m[16] = first;
        m[17] = 0x10;
        m[18] = exchange;
        m[19] = FLAG_ENCRYPT;
        put32(m + 20, mid);
        put32(m + 24, (uint32_t)(ISAKMP_HDR + padded));
        memcpy(m + ISAKMP_HDR, body, len);
        fuzz_must(cipher_cbc(c, iv, m + ISAKMP_HDR, m + ISAKMP_HDR, padded));
        deliver(w, to_right, sa->remote, sa->local_port == 4500, m, ISAKMP_HDR + padded);
    }
    cipher_free(c);
}

/* HASH over the chain in front of it. */
static void sealed(struct world *w, bool to_right, enum step step, struct fuzz_in *in)
{
    struct ike_sa *sa = newest(ike_of(w, to_right ? "right" : "left"), IKE_P1_COMPLETE);
    uint8_t body[2048], iv[16], first;
    struct ike_node *n = NULL;

    if (!sa)
        return;
    size_t hlen = hash_len(sa->suite.hash), len = 4 + hlen + chain(in, body + 4 + hlen, sizeof body - 4 - HASH_MAX, &first);
    if (step == QM_NEXT)
        for (n = sa->nodes; n && !n->qm; n = n->next)
            ;
    if (step == QM_NEXT && !n)
        return;
    uint32_t mid = n ? n->mid : ++w->mid;
    struct bytes rest = BYTES(body + 4 + hlen, len - 4 - hlen), ni = n ? BYTES(n->qm->nonce_i, n->qm->nonce_i_len) : BYTES(NULL, 0);
    body[0] = first;
    body[1] = 0;
    put16(body + 2, (uint16_t)(4 + hlen));
    if (n && !n->initiator)
        keys_hash3(sa->keys, mid, ni, BYTES(n->qm->nonce_r, n->qm->nonce_r_len), body + 4);
    else
        keys_hash_mid(sa->keys, mid, n ? (struct bytes[]){ni, rest} : &rest, n ? 2 : 1, body + 4);
    if (n)
        memcpy(iv, n->slot.iv, sizeof iv);
    else
        keys_iv_phase2(sa->suite.hash, sa->last_block, mid, iv, sa->block);
    send_sealed(w, to_right, sa, step == INFO ? EX_INFO : EX_QUICK, mid, iv, PL_HASH, body, len);
}

/* MM5: the identity comes from the input, its HASH is right, what follows it is the input's again. */
static void authentication(struct world *w, struct fuzz_in *in)
{
    struct ike_sa *sa = newest(ike_of(w, "right"), IKE_R_MM4);
    uint8_t body[2048];
    size_t got;

    if (!sa)
        return;
    size_t glen = dh_public_len(sa->suite.group), hlen = hash_len(sa->suite.hash), n = fuzz_u8(in);
    const uint8_t *id = fuzz_bytes(in, n, &got);
    body[0] = PL_HASH;
    body[1] = 0;
    put16(body + 2, (uint16_t)(4 + got));
    memcpy(body + 4, id, got);
    uint8_t *hash = body + 4 + got;
    hash[1] = 0;
    put16(hash + 2, (uint16_t)(4 + hlen));
    keys_hash_main(sa->keys, BYTES(sa->p1->gx_i, glen), BYTES(sa->p1->gx_r, glen), sa->icookie, sa->rcookie, BYTES(sa->p1->sai, sa->p1->sai_len), BYTES(body + 4, got), hash + 4);
    size_t len = 4 + got + 4 + hlen;
    len += chain(in, body + len, sizeof body - len, &hash[0]);
    send_sealed(w, true, sa, EX_MAIN, 0, sa->slot.iv, PL_ID, body, len);
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
    case INFO: sealed(w, to_right, INFO, &in); break;
    case QM_NEW: sealed(w, to_right, QM_NEW, &in); break;
    case QM_NEXT: sealed(w, to_right, QM_NEXT, &in); break;
    case AUTH: authentication(w, &in); break;
    case LOSE: w->pass = arg & 0x80 ? UINT32_MAX : arg; break;
    case STRAY: ike_invalid_spi(ike_of(w, "right"), arg & 1 ? LEFT : 0x0B000000u + arg, RIGHT, PROTO_ESP, 0x1000u + arg, "Ethernet0/0", arg & 2); break;
    case TIME: box_run(w->b, arg & 0x80 ? (arg & 0x7F) * 100 * US_PER_S : arg * US_PER_S / 4); break;
    case TYPE: box_type(w->b, "right", lines[arg % LINES]); break;
    case ASK: box_type(w->b, "left", "ping 10.2.0.1 source Loopback0 repeat 1 timeout 0"); break;
    default: break;
    }
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

/* The chain of a first quick mode message, or of its answer, as it must be. */
static size_t quick_chain(uint8_t *out, uint32_t spi)
{
    static const struct ipsec_policy policy = {.transforms = {{PROTO_ESP, CIPHER_AES_CBC, 128, HASH_SHA1, IPSEC_TUNNEL}}, .ntransforms = 1, .pfs_group = 19, .life_s = 3600, .life_kb = 4608000};
    uint8_t buf[1024], nonce[32] = {9}, ke[64] = {0};
    const struct isakmp_hdr h = {.exchange = EX_QUICK};
    struct msg_wr m;

    msg_begin(&m, buf, sizeof buf, &h);
    p2_write_offer(&m, &policy, spi, 0, false);
    msg_payload(&m, PL_NONCE, nonce, sizeof nonce);
    msg_payload(&m, PL_KE, ke, sizeof ke);
    msg_id_subnet(&m, 0, 0, 0x0A010000u, 0xFFFF0000u);
    msg_id_subnet(&m, 0, 0, 0x0A020000u, 0xFFFF0000u);
    size_t n = msg_end(&m, 1);
    out[0] = 1; /* as it is */
    out[1] = buf[16];
    memcpy(out + 2, buf + ISAKMP_HDR, n - ISAKMP_HDR);
    return 2 + n - ISAKMP_HDR;
}

/* A first message of main mode. */
static size_t first_message(uint8_t *out)
{
    static const struct p1_suite suite = {.cipher = CIPHER_AES_CBC, .key_bits = 128, .hash = HASH_SHA256, .auth = 1, .group = 19, .life_s = 86400};
    const struct isakmp_hdr h = {.icookie = {1, 2, 3, 4, 5, 6, 7, 8}, .exchange = EX_MAIN};
    struct msg_wr m;
    size_t len;

    msg_begin(&m, out, 1024, &h);
    p1_write_offer(&m, &suite, 1);
    const uint8_t *v = vendor_bytes(VENDOR_NATT_RFC3947, &len);
    msg_payload(&m, PL_VENDOR, v, len);
    return msg_end(&m, 1);
}

size_t fuzz_seed(size_t i, uint8_t *out)
{
    static const uint8_t delete_esp[] = {0, 12, 12, 0, 0, 0, 1, 3, 4, 0, 1, 0, 0, 16, 1};
    static const uint8_t dpd[] = {0, 11, 28, 0, 0, 0, 1, 1, 16, 0x8D, 0x28, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 9};
    static const uint8_t lifetime[] = {0, 11, 20, 0, 0, 0, 1, 1, 0, 0x60, 0x00, 0x80, 11, 0, 1, 0x80, 12, 0, 100, 0, 0, 0};
    static const uint8_t id[] = {8, 1, 17, 1, 0xF4, 10, 0, 0, 1, 0, 11, 24, 0, 0, 0, 1, 1, 16, 0x60, 2, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8};
    uint8_t buf[2048];
    size_t n = 0;

    switch (i) {
    case 0: /* first messages */
        for (int k = 0; k < 3; k++)
            n += put_step(out + n, (unsigned)k, 3, buf, first_message(buf));
        return n;
    case 1: /* a tunnel, then what its peer may say */
        n = put_step(out, ASK, 0, NULL, 0);
        n += put_step(out + n, TIME, 8, NULL, 0);
        n += put_step(out + n, INFO, 0, delete_esp, sizeof delete_esp);
        n += put_step(out + n, INFO, 0, dpd, sizeof dpd);
        return n + put_step(out + n, INFO, 0, lifetime, sizeof lifetime);
    case 2: /* quick modes */
        n = put_step(out, ASK, 0, NULL, 0);
        n += put_step(out + n, TIME, 8, NULL, 0);
        n += put_step(out + n, QM_NEW, 0, buf, quick_chain(buf, 0x12345678));
        return n + put_step(out + n, QM_NEXT, 0, "\0", 1);
    case 3: /* an answer to the beginner's own */
        n = put_step(out, LOSE, 6, NULL, 0);
        n += put_step(out + n, ASK, 0, NULL, 0);
        n += put_step(out + n, TIME, 8, NULL, 0);
        n += put_step(out + n, 0x80 | QM_NEXT, 0, buf, quick_chain(buf, 0x12345678));
        return n + put_step(out + n, LOSE, 0x80, NULL, 0);
    case 4: /* MM5 */
        n = put_step(out, TYPE, 1, NULL, 0);
        n += put_step(out + n, LOSE, 4, NULL, 0);
        n += put_step(out + n, ASK, 0, NULL, 0);
        n += put_step(out + n, AUTH, 0, id, sizeof id);
        return n + put_step(out + n, LOSE, 0x80, NULL, 0);
    case 5: /* repeats, strays, rekeying */
        n = put_step(out, ASK, 0, NULL, 0);
        for (unsigned k = 0; k < 9; k++)
            n += put_step(out + n, TAPED, k, k & 1 ? "\0\x14\1" : "", k & 1 ? 3 : 0);
        n += put_step(out + n, STRAY, 1, NULL, 0);
        return n + put_step(out + n, TIME, 0x80 | 35, NULL, 0);
    default:
        break;
    }
    if (i < 6 + 6) { /* lose from the n-th on, and repair */
        n = put_step(out, LOSE, (unsigned)i - 5, NULL, 0);
        n += put_step(out + n, ASK, 0, NULL, 0);
        n += put_step(out + n, TAPED, 0, NULL, 0);
        n += put_step(out + n, LOSE, 0x80, NULL, 0);
        return n + put_step(out + n, TIME, 60, NULL, 0);
    }
    if (i < 12 + LINES) { /* a tunnel, and a line typed while it is up or comes up */
        n = put_step(out, ASK, 0, NULL, 0);
        n += put_step(out + n, TYPE, 10, NULL, 0);
        n += put_step(out + n, TYPE, 11 + (i & 1) * 6, NULL, 0);
        n += put_step(out + n, TYPE, (unsigned)i - 12, NULL, 0);
        n += put_step(out + n, ASK, 0, NULL, 0);
        n += put_step(out + n, TYPE, LINES - 1, NULL, 0);
        n += put_step(out + n, TIME, 40, NULL, 0);
        return n;
    }
    return SIZE_MAX;
}
