/* fuzz_ikev2_codec.c: any datagram into the leaves of IKEv2: header, chain of payloads, the inside of each, proposals,
 * selectors, SK and SKF.
 *
 * One input is a message; its first byte is a seed of what is done besides. It must hold: every place that a reader
 * returns lies inside the message; what was chosen is ours and was offered, and can be written and read again; a narrowed
 * selector lies in both; a payload chain sealed opens to itself, and no longer when one bit of it is another. */
#include <string.h>

#include "dataplane/ike/v2/v2_conf.h"
#include "dataplane/ike/v2/v2_keys.h"
#include "tests/fuzz/fuzz.h"

const char *const fuzz_words[] = {
    "\x20\x22\x08",     "\x20\x23\x08",     "\x20\x24\x20", "\x20\x25\x08", "\x80\x0e\x01",
    "\x07\x00\x00\x10", "\x03\x04\x40\x09", "\x0c\x80\x0e", "\x2e\x80",     NULL};

static const struct v2_proposal ours = {
    .encr = {{CIPHER_AES_GCM, 256}, {CIPHER_AES_CBC, 256}, {CIPHER_AES_CBC, 128}, {CIPHER_3DES_CBC, 0}},
    .nencr = 4,
    .integ = {HASH_SHA512, HASH_SHA256, HASH_SHA1},
    .ninteg = 3,
    .prf = {HASH_SHA384, HASH_SHA256, HASH_SHA1},
    .nprf = 3,
    .group = {19, 14, 5},
    .ngroup = 3,
};
static const struct ipsec_policy policy = {
    .transforms = {{PROTO_ESP, CIPHER_AES_CBC, 256, HASH_SHA256, IPSEC_TUNNEL, false},
                   {PROTO_ESP, CIPHER_AES_GCM, 128, HASH_NONE, IPSEC_TUNNEL, true},
                   {PROTO_AH, CIPHER_NULL, 0, HASH_SHA1, IPSEC_TUNNEL, false}},
    .ntransforms = 3,
    .pfs_group = 14,
};

static void inside(const uint8_t *msg, size_t size, const uint8_t *p, size_t len)
{
    fuzz_must(len == 0 || (p >= msg && p <= msg + size && len <= (size_t)(msg + size - p)));
}

/* Our own writing, read again. */
static struct v2_sa_body again(struct v2_wr *m)
{
    struct v2_payloads ps;
    struct v2_sa_body body = {0};
    size_t len = v2_end(m);

    fuzz_must(len > 0 && v2_payloads(m->first, m->w.base, len, &ps) == CODEC_OK);
    fuzz_must(ps.n == 1 && v2_sa(&ps.v[0], &body) == CODEC_OK);
    return body;
}

static bool among(const enum hash_alg *v, unsigned n, enum hash_alg a)
{
    for (unsigned i = 0; i < n; i++)
        if (v[i] == a)
            return true;
    return false;
}

static void check_sa(const struct v2_payload *p)
{
    struct v2_sa_body body;
    struct v2_suite s;
    struct v2_child_choice c, c2;
    uint8_t buf[512], spi[8] = {0};
    struct v2_wr m;

    if (v2_sa(p, &body) != CODEC_OK)
        return;
    fuzz_must(body.n <= V2_SA_PROPOSALS_MAX && body.nt <= V2_SA_TRANSFORMS_MAX);
    for (unsigned i = 0; i < body.n; i++)
        fuzz_must(body.v[i].spi_len <= 8 && (unsigned)body.v[i].first + body.v[i].n <= body.nt);
    for (int rekey = 0; rekey < 2; rekey++)
        if (v2_choose_ike(&body, &ours, 1, &s, rekey ? spi : NULL)) {
            bool gcm = s.encr.cipher == CIPHER_AES_GCM;
            fuzz_must(among(ours.prf, ours.nprf, s.prf) && (gcm || among(ours.integ, ours.ninteg, s.integ)));
            s.number = gcm ? 1 : 2; /* where it would stand in an offer of ours */
            v2_begin_inner(&m, buf, sizeof buf);
            v2_write_ike_choice(&m, &s, rekey ? spi : NULL);
            struct v2_sa_body mine = again(&m);
            struct v2_suite s2;
            fuzz_must(v2_match_ike(&mine, &ours, 1, &s2, rekey ? spi : NULL));
            fuzz_must(s2.encr.cipher == s.encr.cipher && s2.encr.bits == s.encr.bits && s2.prf == s.prf &&
                      s2.integ == s.integ && s2.group == s.group);
        }
    v2_match_ike(&body, &ours, 1, &s, NULL);
    for (int with_group = 0; with_group < 2; with_group++) {
        v2_match_child(&body, &policy, with_group, &c);
        if (!v2_choose_child(&body, &policy, with_group, &c))
            continue;
        fuzz_must(c.spi >= 256 && c.group == (with_group ? 14 : 0));
        c.number = c.transform.proto == PROTO_AH ? 3 : c.transform.cipher == CIPHER_AES_GCM ? 2 : 1;
        v2_begin_inner(&m, buf, sizeof buf);
        v2_write_child_choice(&m, &c, 0x01020304);
        struct v2_sa_body mine = again(&m);
        fuzz_must(v2_match_child(&mine, &policy, with_group, &c2) && c2.transform.esn == c.transform.esn);
    }
}

static void check_selectors(const struct v2_payload *p, uint32_t seed)
{
    struct v2_ts_body body;
    struct selector within = {
        .addr = seed * 2654435761u, .mask = ip4_mask(seed % 33), .proto = seed % 3 ? 0 : 17, .port = seed % 5 ? 0 : 53};
    struct v2_ts w, got;

    if (v2_tsb(p, &body) != CODEC_OK)
        return;
    fuzz_must(body.n <= V2_TS_MAX && body.n + body.skipped <= 255);
    v2_ts_of(&within, &w);
    for (unsigned i = 0; i < body.n; i++) {
        struct selector out;
        bool exact;
        if (!v2_ts_narrow(&body.v[i], &within, &out, &exact))
            continue;
        v2_ts_of(&out, &got);
        fuzz_must(got.lo >= w.lo && got.hi <= w.hi && got.lo >= body.v[i].lo && got.hi <= body.v[i].hi);
        fuzz_must(got.port_lo >= body.v[i].port_lo && got.port_hi <= body.v[i].port_hi);
        fuzz_must(got.port_lo >= w.port_lo && got.port_hi <= w.port_hi);
        fuzz_must(!body.v[i].proto || out.proto == body.v[i].proto);
        fuzz_must(!exact || (got.lo == body.v[i].lo && got.hi == body.v[i].hi && got.port_hi == body.v[i].port_hi));
    }
}

static void check_chain(const uint8_t *msg, size_t size, uint8_t first, const uint8_t *p, size_t len, uint32_t seed)
{
    struct v2_payloads ps;
    size_t sum = 0;

    if (v2_payloads(first, p, len, &ps) != CODEC_OK)
        return;
    fuzz_must(ps.n <= V2_PAYLOADS_MAX);
    for (unsigned i = 0; i < ps.n; i++) {
        const struct v2_payload *v = &ps.v[i];
        struct v2_ke_body ke;
        struct v2_notify_body n;
        struct v2_delete_body d;
        struct v2_id id = {0};
        uint16_t number, total;
        char text[64];

        inside(msg, size, v->body, v->len);
        sum += v->len + 4u;
        check_sa(v);
        check_selectors(v, seed + i);
        if (v2_ke(v, &ke) == CODEC_OK)
            inside(v->body, v->len, ke.data, ke.len);
        if (v2_notify(v, &n) == CODEC_OK) {
            inside(v->body, v->len, n.spi, n.spi_len);
            inside(v->body, v->len, n.data, n.len);
        }
        if (v2_delete(v, &d) == CODEC_OK)
            inside(v->body, v->len, d.spis, (size_t)d.n * d.spi_len);
        if (v->len > 4) {
            id.type = v->body[0];
            id.len = (uint8_t)(v->len - 4 < V2_ID_WIRE ? v->len - 4 : V2_ID_WIRE);
            memcpy(id.bytes, v->body + 4, id.len);
        }
        v2_id_text(&id, text, 1 + seed % sizeof text);
        fuzz_must(strlen(text) <= seed % sizeof text);
        if (v2_skf_numbers(v, &number, &total))
            fuzz_must(number >= 1 && number <= total);
    }
    fuzz_must(sum <= len);
}

struct one_byte {
    struct rnd rnd;
    uint8_t b;
};
static void repeat(struct rnd *r, void *buf, size_t len)
{
    memset(buf, ((struct one_byte *)r)->b, len);
}

/* What was sealed opens to itself; spoiled it does not; the input itself is taken for a sealed message too. */
static void check_seal(const uint8_t *data, size_t size, uint32_t seed)
{
    static const struct v2_suite suites[] = {{.encr = {CIPHER_AES_CBC, 128}, .integ = HASH_SHA256},
                                             {.encr = {CIPHER_AES_GCM, 256}},
                                             {.encr = {CIPHER_3DES_CBC, 0}, .integ = HASH_SHA1},
                                             {.encr = {CIPHER_AES_CBC, 256}, .integ = HASH_SHA512}};
    const struct v2_suite *s = &suites[seed % 4];
    struct key e = {.len = (uint16_t)v2_suite_key_len(s)}, a = {.len = (uint16_t)v2_suite_integ_len(s)};
    struct one_byte chance = {.rnd.fill = repeat, .b = (uint8_t)seed};
    struct v2_hdr h = {.exchange = V2_INFORMATIONAL, .mid = seed};
    static uint8_t wire[FUZZ_INPUT_MAX + 256], plain[FUZZ_INPUT_MAX + 256];
    uint16_t total = seed & 0x100 ? 3 : 0;
    struct v2_payloads ps;
    size_t len = 0;

    memset(e.b, 0x5A, e.len); /* three equal keys are a key of 3DES, if a poor one */
    memset(a.b, 0xA5, a.len);
    struct v2_sk *out = v2_sk_new(s, true, &e, &a), *in = v2_sk_new(s, false, &e, &a);
    size_t n = total ? v2_sk_seal_fragment(out, &chance.rnd, &h, V2_IDI, 2, total, data, size, wire, sizeof wire)
                     : v2_sk_seal(out, &chance.rnd, &h, V2_IDI, data, size, wire, sizeof wire);
    fuzz_must(n > 28 && v2_header(wire, n, &h) == CODEC_OK);
    fuzz_must(v2_payloads(h.next, wire + 28, n - 28, &ps) == CODEC_OK && ps.n == 1);
    fuzz_must(v2_sk_open(in, wire, n, &ps.v[0], plain, sizeof plain, &len));
    fuzz_must(len == size && !memcmp(plain, data, size));
    size_t at = seed % n;
    if (at != 30 && at != 31) { /* the payload's length was read already */
        wire[at] ^= (uint8_t)(1u << (seed >> 8) % 8);
        fuzz_must(!v2_sk_open(in, wire, n, &ps.v[0], plain, sizeof plain, &len));
    }
    if (v2_header(data, size, &h) == CODEC_OK && v2_payloads(h.next, data + 28, size - 28, &ps) == CODEC_OK && ps.n)
        (void)!v2_sk_open(in, data, size, &ps.v[ps.n - 1], plain, sizeof plain, &len);
    v2_sk_free(out);
    v2_sk_free(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct v2_hdr h;
    uint32_t seed = 2166136261u;

    if (size < 1)
        return 0;
    for (size_t i = 0; i < size; i++)
        seed = (seed ^ data[i]) * 16777619u;
    check_chain(data + 1, size - 1, data[0], data + 1, size - 1, seed); /* the bytes alone, as what was inside an SK */
    if (v2_header(data + 1, size - 1, &h) == CODEC_OK)
        check_chain(data + 1, size - 1, h.next, data + 29, size - 29, seed);
    check_seal(data + 1, size - 1, seed);
    return 0;
}

/* Seeds: messages of our own making, and one payload of each kind. */
size_t fuzz_seed(size_t i, uint8_t *out)
{
    static const uint8_t spi[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct v2_hdr h = {.ispi = {1}, .exchange = (uint8_t)(V2_IKE_SA_INIT + i % 4), .flags = V2_FLAG_INITIATOR};
    struct v2_ts ts[] = {{0, 0, 65535, 0x0A010000, 0x0A01FFFF}, {17, 53, 53, 0xC0000201, 0xC0000205}};
    struct ipsec_policy p = policy;
    struct v2_wr m;

    if (i >= 6)
        return SIZE_MAX;
    out[0] = (uint8_t)i;
    v2_begin(&m, out + 1, FUZZ_INPUT_MAX - 1, &h);
    switch (i) {
    case 0:
        v2_write_ike_offer(&m, &ours, 1, NULL);
        v2_put_ke(&m, 19, spi, 8);
        v2_put(&m, V2_NONCE, spi, 8);
        v2_put_notify(&m, 0, V2N_NAT_DETECTION_SOURCE_IP, NULL, 0, spi, 8);
        break;
    case 1:
        v2_put_id(&m, V2_IDI, ID_FQDN, "r1.example.com", 14);
        v2_put(&m, V2_AUTH, spi, 8);
        v2_write_child_offer(&m, &p, 0x01020304, false);
        v2_put_ts(&m, V2_TSI, ts, 2);
        v2_put_ts(&m, V2_TSR, ts, 1);
        break;
    case 2:
        v2_put_notify(&m, V2_PROTO_ESP, V2N_REKEY_SA, spi, 4, NULL, 0);
        v2_write_child_offer(&m, &p, 0x01020304, true);
        v2_put_ts(&m, V2_TSI, ts, 1);
        break;
    case 3:
        v2_put_delete(&m, V2_PROTO_ESP, 4, spi, 2);
        v2_put_delete(&m, V2_PROTO_IKE, 0, NULL, 0);
        break;
    case 4: v2_put(&m, V2_SK, "iviviviviviviviv0123456789abcdef0123456789abcdef", 48); break;
    case 5: v2_put(&m, V2_SKF, "\0\1\0\2iviviviv0123456789abcdef0123456789abcdef", 44); break;
    }
    return 1 + v2_end(&m);
}
