/* fuzz_esp.c: any packets into ESP_IN of a router with an SA of every kind: ESP with CBC, GCM and NULL, in UDP, in transport mode, AH in both modes, AH over ESP.
 *
 * An input is a sequence of pieces. A piece is a raw packet, or what a peer that has the keys could send: a plaintext with the trailer it likes, sealed under one of
 * the SAs with a right value, so that what comes behind the proof is reached; of AH over ESP also what only a half of it proves: the AH over anything, or the ESP by
 * itself. It must hold: a packet that nobody sealed changes no window, no counter of
 * traffic, no sign of life, and brings nothing in; what comes in lies within its SA's selectors, is whole, and no sequence number comes in twice. A peer with keys
 * may also make us send: clear packets are pushed out through the SAs, as they are. */
#include "tests/unit/ipsec_box.h"

#include "espial/crypto.h"
#include "tests/fuzz/fuzz.h"

#define US   A(192, 0, 2, 2)
#define PEER A(192, 0, 2, 1)
#define OURS   A(10, 1, 0, 0)
#define THEIRS A(10, 2, 0, 0)
#define SPI_OF(i) (0x1000u + (uint32_t)(i))
#define INPUTS_A_LIFE 4000

const char *const fuzz_words[] = {"\x45", "\x46", "\x04", "\x3b", "\x0a\x01", "\x0a\x02", "\x10\x01", "\x10\x03", "\x11\x94\x11\x94", "\x32", "\x33", "\x01\x02\x03\x04\x04\x04", NULL};

static const struct kind {
    uint8_t proto;
    enum cipher_alg cipher;
    uint16_t bits;
    enum hash_alg auth;
    enum ipsec_mode mode;
    bool udp;
    enum hash_alg over;
} kinds[] = {
    {PROTO_ESP, CIPHER_AES_CBC, 256, HASH_SHA1, IPSEC_TUNNEL, false},    {PROTO_ESP, CIPHER_AES_GCM, 128, HASH_NONE, IPSEC_TUNNEL, false},
    {PROTO_ESP, CIPHER_NULL, 0, HASH_MD5, IPSEC_TUNNEL, false},          {PROTO_ESP, CIPHER_AES_CBC, 128, HASH_SHA512, IPSEC_TUNNEL, true},
    {PROTO_ESP, CIPHER_3DES_CBC, 0, HASH_SHA256, IPSEC_TRANSPORT, false}, {PROTO_ESP, CIPHER_NULL, 0, HASH_SHA1, IPSEC_TRANSPORT, true},
    {PROTO_AH, CIPHER_NULL, 0, HASH_SHA256, IPSEC_TUNNEL, false},        {PROTO_AH, CIPHER_NULL, 0, HASH_SHA1, IPSEC_TRANSPORT, false},
    {PROTO_ESP, CIPHER_AES_CBC, 128, HASH_SHA1, IPSEC_TUNNEL, false, HASH_SHA256},
};
#define KINDS    (sizeof kinds / sizeof kinds[0])
#define BUNDLE   (KINDS - 1)
#define OVER_SPI 0x9000u
enum { RAW = 0x08, RAW_UDP = 0x10, CLEAR = 0x20, KEEP_SEQ = 0x40, BUNDLED = 0x80 }; /* wishes of a piece; the low bits choose the SA, */
enum bundling { BOTH, BOTH_TOO, AH_ALONE, ESP_ALONE };                                /* or what there is of AH over ESP */

struct world {
    struct box *b;
    struct cipher *seal[KINDS];
    struct mac *mac[KINDS], *over;
    uint32_t seq[KINDS];
    unsigned inputs;
};
struct picture { /* what only a proved packet may change */
    uint32_t seq[KINDS];
    uint64_t packets[KINDS], bytes[KINDS], last_in, over_seq;
    unsigned pairs;
};

static uint32_t window_of(size_t i)
{
    return i == BUNDLE || i % 3 == 0 ? 64 : i % 3 == 1 ? 1024 : 0;
}

static void set_up(struct world *w, size_t i)
{
    const struct kind *k = &kinds[i];
    struct ipsec_transform t = {.proto = k->proto, .cipher = k->cipher, .key_bits = k->bits, .auth = k->auth, .mode = k->mode, .over = k->over};
    uint8_t key[128], over[HASH_MAX];
    size_t all = sad_keymat_len(&t), auth = hash_len(k->auth), salt = k->cipher == CIPHER_AES_GCM ? 4 : 0;
    bool hosts = k->mode == IPSEC_TRANSPORT;

    box_key(key, all, (uint8_t)(i * 16));
    box_key(over, sizeof over, 0x33);
    struct sa_pair_params p = {
        .policy = {.map = "CMAP",
                   .seq = hosts ? 20 : 10,
                   .ifname = "Ethernet0/0",
                   .local = US,
                   .peer = PEER,
                   .local_sel = hosts ? (struct selector){US, UINT32_MAX, 0, 0} : (struct selector){OURS, 0xFFFF0000, 0, 0},
                   .remote_sel = hosts ? (struct selector){PEER, UINT32_MAX, 0, 0} : (struct selector){THEIRS, 0xFFFF0000, 0, 0},
                   .transforms = {t},
                   .ntransforms = 1,
                   .life_s = 3600,
                   .life_kb = 4608000,
                   .replay_window = window_of(i)},
        .spi_in = SPI_OF(i),
        .spi_out = SPI_OF(i) + 0x1000,
        .udp_encap = k->udp,
        .local_port = k->udp ? 4500 : 500,
        .peer_port = k->udp ? 4500 : 500,
        .key_in = key,
        .key_out = key,
        .key_len = all,
    };
    if (k->over) {
        p.over.spi_in = OVER_SPI;
        p.over.spi_out = OVER_SPI + 0x1000;
        p.over.key_in = p.over.key_out = over;
        w->over = mac_new(k->over, over, hash_len(k->over));
    }
    uint32_t id = sad_install(w->b->ips, &p);
    fuzz_must(id != 0);
    sad_enable_outbound(w->b->ips, id);
    if (k->proto == PROTO_ESP)
        w->seal[i] = cipher_new(k->cipher, true, key, all - auth - salt, key + all - auth - salt);
    if (auth)
        w->mac[i] = mac_new(k->auth, key + all - auth, auth);
}

static struct world *world_new(void)
{
    struct world *w = NEW(struct world);
    struct box *b = w->b = box_new(US, PEER);
    struct cryptomap_conf *m = box_map_conf(b, 20, PEER, "102");

    (void)m;
    box_acl(b, ACL_PROTO_IP, OURS, 0xFFFF, THEIRS, 0xFFFF, false);
    struct ace_conf *e = NEW(struct ace_conf);
    ace_conf_init(e);
    *e = (struct ace_conf){.number = 102, .proto = ACL_PROTO_IP, .src_kind = ACL_ADDR_HOST, .dst_kind = ACL_ADDR_HOST, .src = US, .dst = PEER, .icmp_type = 256, .icmp_code = 256};
    conf_list_add(&net_conf(b->net)->acl_lines, e);
    acl_conf_changed(b->net, "102");
    for (size_t i = 0; i < KINDS; i++)
        set_up(w, i);
    return w;
}

static void world_free(struct world *w)
{
    for (size_t i = 0; i < KINDS; i++) {
        cipher_free(w->seal[i]);
        mac_free(w->mac[i]);
    }
    mac_free(w->over);
    box_free(w->b);
    mem_free(w);
}

static void look(struct world *w, struct picture *p)
{
    struct ipsec_pair_info info;
    uint64_t out;

    memset(p, 0, sizeof *p);
    for (size_t at = 0; ipsec_pair_next(w->b->ips, 0, &at, &info);) {
        size_t i = info.spi_in - SPI_OF(0);
        p->pairs++;
        if (info.spi_in == OVER_SPI) {
            p->over_seq = info.seq_in;
            continue;
        }
        fuzz_must(i < KINDS);
        p->seq[i] = info.seq_in;
        p->packets[i] = info.packets_in;
        p->bytes[i] = info.bytes_in;
    }
    sad_activity(w->b->ips, 0, &p->last_in, &out);
}

static size_t ip_head(uint8_t *ip, uint8_t proto, size_t len)
{
    memset(ip, 0, 20);
    ip[0] = 0x45;
    put16(ip + 2, (uint16_t)len);
    ip[8] = 64;
    ip[9] = proto;
    put32(ip + 12, PEER);
    put32(ip + 16, US);
    put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, 20)));
    return len;
}

/* text, from the peer, under SA i: text ends with its trailer. The packet's length. */
static size_t seal_esp(struct world *w, size_t i, uint32_t seq, const uint8_t *text, size_t len, uint8_t *out)
{
    const struct kind *k = &kinds[i];
    struct ipsec_transform t = {.proto = k->proto, .cipher = k->cipher, .auth = k->auth, .key_bits = k->bits};
    size_t block = cipher_block(k->cipher) < 4 ? 4 : cipher_block(k->cipher), iv = cipher_iv_len(k->cipher), icv = k->cipher == CIPHER_AES_GCM ? 16 : k->auth == HASH_SHA256 ? 16 : k->auth == HASH_SHA512 ? 32 : 12;
    size_t at = 20 + (k->udp ? 8 : 0), padded = (len + block - 1) / block * block;
    uint8_t *esp = out + at, *data = esp + 8 + iv, sum[HASH_MAX];

    (void)t;
    memset(esp, 0, 8 + iv);
    put32(esp, SPI_OF(i));
    put32(esp + 4, seq);
    memset(data, 0, padded - len); /* a hostile padding stands in the text itself */
    memcpy(data + padded - len, text, len);
    if (k->cipher == CIPHER_AES_GCM) {
        put32(esp + 12, seq);
        fuzz_must(cipher_seal(w->seal[i], esp + 8, esp, 8, data, data, padded, data + padded));
    } else {
        fuzz_must(cipher_cbc(w->seal[i], esp + 8, data, data, padded));
        mac_sum(w->mac[i], &BYTES(esp, 8 + iv + padded), 1, sum);
        memcpy(data + padded, sum, icv);
    }
    size_t all = at + 8 + iv + padded + icv;
    if (k->udp) {
        put16(out + 20, 4500);
        put16(out + 22, 4500);
        put16(out + 24, (uint16_t)(all - 20));
        put16(out + 26, 0);
    }
    return ip_head(out, k->udp ? PROTO_UDP : PROTO_ESP, all);
}

/* text: the next header, then what stands behind AH. */
static size_t seal_ah(struct mac *mac, enum hash_alg hash, uint32_t spi, uint32_t seq, const uint8_t *text, size_t len, uint8_t *out)
{
    size_t icv = hash == HASH_SHA256 ? 16 : 12, all = 20 + 12 + icv + len - 1;
    uint8_t head[20], sum[HASH_MAX];
    static const uint8_t zero[HASH_MAX];

    ip_head(out, PROTO_AH, all);
    uint8_t *ah = out + 20;
    ah[0] = text[0];
    ah[1] = (uint8_t)((12 + icv) / 4 - 2);
    put16(ah + 2, 0);
    put32(ah + 4, spi);
    put32(ah + 8, seq);
    memcpy(ah + 12 + icv, text + 1, len - 1);
    memcpy(head, out, 20);
    head[1] = head[6] = head[7] = head[8] = head[10] = head[11] = 0;
    mac_sum(mac, (struct bytes[]){BYTES(head, 20), BYTES(ah, 12), BYTES(zero, icv), BYTES(ah + 12 + icv, len - 1)}, 4, sum);
    memcpy(ah + 12, sum, icv);
    return all;
}

/* how: of AH over ESP, what there is of it. */
static size_t seal(struct world *w, size_t i, enum bundling how, uint32_t seq, const uint8_t *text, size_t len, uint8_t *out)
{
    static uint8_t inner[FUZZ_INPUT_MAX + 512]; /* large; written whole before it is read */
    const struct kind *k = &kinds[i];

    if (k->proto == PROTO_AH)
        return seal_ah(w->mac[i], k->auth, SPI_OF(i), seq, text, len, out);
    if (!k->over || how == ESP_ALONE)
        return seal_esp(w, i, seq, text, len, out);
    if (how == AH_ALONE)
        return seal_ah(w->over, k->over, OVER_SPI, seq, text, len, out);
    size_t n = seal_esp(w, i, seq, text, len, inner);
    inner[19] = PROTO_ESP;
    return seal_ah(w->over, k->over, OVER_SPI, seq, inner + 19, n - 19, out);
}

/* A packet that came in is whole, and its SA may carry it. */
static void check_got(const struct world *w, bool hosts)
{
    for (unsigned i = 0; i < w->b->ngot; i++) {
        const struct box_packet *p = &w->b->got[i];
        if (p->stage != STAGE_IP4_IN)
            continue;
        uint32_t src = get32(p->data + 12), dst = get32(p->data + 16);
        fuzz_must(p->len >= 20 && p->data[0] >> 4 == 4 && get16(p->data + 2) == p->len && (p->data[0] & 15u) * 4u <= p->len);
        fuzz_must(hosts ? src == PEER && dst == US : (src & 0xFFFF0000) == THEIRS && (dst & 0xFFFF0000) == OURS);
    }
}

static void piece(struct world *w, struct fuzz_in *in)
{
    static uint8_t packet[FUZZ_INPUT_MAX + 512]; /* large; written whole before it is read */
    unsigned wish = fuzz_u8(in);
    size_t i = wish & BUNDLED ? BUNDLE : wish & 7, len = fuzz_u16(in), got;
    enum bundling how = i == BUNDLE ? (enum bundling)(wish & 3) : BOTH;
    uint32_t seq = wish & KEEP_SEQ ? (uint32_t)fuzz_u16(in) << (i * 2) : ++w->seq[i];
    const uint8_t *p = fuzz_bytes(in, len, &got);
    bool hosts = kinds[i].mode == IPSEC_TRANSPORT, proved = !(wish & (RAW | CLEAR));
    struct picture before, after;

    if (!got)
        return;
    w->b->ngot = 0;
    look(w, &before);
    if (wish & CLEAR) {
        if (got < 20) /* what reaches CRYPTO_OUT has been through IP4_IN */
            return;
        memcpy(packet, p, got);
        packet[0] = 0x45;
        put16(packet + 2, (uint16_t)got);
        box_put(w->b, STAGE_CRYPTO_OUT, packet, got, false);
    } else if (!proved) {
        box_put(w->b, STAGE_ESP_IN, p, got, wish & RAW_UDP);
    } else {
        size_t n = seal(w, i, how, seq, p, got, packet);
        box_put(w->b, STAGE_ESP_IN, packet, n, kinds[i].udp);
        if ((w->b->ngot || how == AH_ALONE) && seq > w->seq[i])
            w->seq[i] = seq;
    }
    look(w, &after);
    if (how == AH_ALONE) { /* AH's window moves, and nothing else */
        fuzz_must(proved || before.over_seq == after.over_seq);
        fuzz_must(before.over_seq <= after.over_seq);
        before.over_seq = after.over_seq;
        proved = false;
    }
    if (!proved || how == ESP_ALONE) {
        fuzz_must(!memcmp(&before, &after, sizeof before));
        for (unsigned k = 0; k < w->b->ngot; k++)
            fuzz_must(w->b->got[k].stage != STAGE_IP4_IN);
        return;
    }
    check_got(w, hosts);
    fuzz_must(after.pairs == KINDS + 1 && (i == BUNDLE ? after.over_seq >= before.over_seq && after.over_seq >= after.seq[i] : after.over_seq == before.over_seq));
    for (size_t k = 0; k < KINDS; k++)
        fuzz_must(after.seq[k] >= before.seq[k] && (k == i || after.packets[k] == before.packets[k]));
    if (kinds[i].proto == PROTO_ESP && w->b->ngot && window_of(i)) { /* not where the window is off: a second time it is a replay */
        size_t n = seal(w, i, how, seq, p, got, packet);
        w->b->ngot = 0;
        box_put(w->b, STAGE_ESP_IN, packet, n, kinds[i].udp);
        fuzz_must(w->b->ngot == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world *w; /* lives across inputs, as SAs do */
    struct fuzz_in in = {data, size};

    if (!w)
        w = world_new();
    while (in.left)
        piece(w, &in);
    vloop_run_for(w->b->loop, 1000);
    fuzz_must(graph_pool(w->b->graph, false).used + graph_pool(w->b->graph, true).used == 0);
    if (++w->inputs == INPUTS_A_LIFE) {
        world_free(w);
        w = NULL;
    }
    return 0;
}

static size_t put_piece(uint8_t *out, unsigned wish, const void *p, size_t len)
{
    out[0] = (uint8_t)wish;
    put16(out + 1, (uint16_t)len);
    memcpy(out + 3, p, len);
    return len + 3;
}

/* For each SA an honest packet, and two; an unproved one that names it; a clear one to be sent. */
size_t fuzz_seed(size_t i, uint8_t *out)
{
    uint8_t text[256] = {0};
    size_t k = i / 4 % KINDS, n;
    unsigned sa = k == BUNDLE ? BUNDLED : (unsigned)k;
    bool hosts = kinds[k].mode == IPSEC_TRANSPORT;
    uint8_t *inner = text;

    if (i >= 4 * KINDS)
        return SIZE_MAX;
    if (kinds[k].proto == PROTO_AH) { /* the next header comes first */
        text[0] = hosts ? PROTO_UDP : 4;
        inner++;
    }
    if (hosts) {
        memcpy(inner, "\1\xf4\1\xf4\0\x14\0\0", 8);
        n = 20;
    } else {
        n = ip_head(inner, PROTO_UDP, 60);
        put32(inner + 12, i & 1 ? THEIRS + 5 : OURS + 5);
        put32(inner + 16, i & 1 ? OURS + 9 : THEIRS + 9);
    }
    switch (i % 4) {
    case 0: { /* out */
        uint8_t clear[60];
        ip_head(clear, PROTO_UDP, 60);
        put32(clear + 12, hosts ? US : OURS + 5);
        put32(clear + 16, hosts ? PEER : THEIRS + 9);
        return put_piece(out, sa | CLEAR, clear, sizeof clear);
    }
    case 2: { /* nobody's */
        uint8_t raw[80] = {0}, proto = kinds[k].over ? PROTO_AH : kinds[k].proto;
        unsigned at = 20 + (kinds[k].udp ? 8 : proto == PROTO_AH ? 4 : 0);
        ip_head(raw, kinds[k].udp ? PROTO_UDP : proto, sizeof raw);
        put16(raw + 24, 60);
        put32(raw + at, kinds[k].over ? OVER_SPI : SPI_OF(k));
        put32(raw + at + 4, 1);
        return put_piece(out, RAW | (kinds[k].udp ? RAW_UDP : 0u), raw, sizeof raw);
    }
    default:
        if (kinds[k].proto == PROTO_ESP) {
            memcpy(inner + n, "\1\2\2", 3);
            inner[n + 3] = hosts ? PROTO_UDP : 4;
            n += 4;
        } else {
            n++;
        }
        size_t len = put_piece(out, sa, text, n);
        return i % 4 == 1 ? len : len + put_piece(out + len, sa | KEEP_SEQ | (k == BUNDLE ? AH_ALONE : 0u), text, n);
    }
}
