/* bench_esp.c: how fast packets go through ESP on one core, beside a bare loop over the same sums in the same run.
 *
 * Encapsulation is everything from CRYPTO_OUT (policy look-up) through ESP_OUT to the packet that is handed to routing;
 * decapsulation everything from ESP_IN (lengths, look-up, replay, ICV, padding, selectors) to the packet handed to
 * IPv4, in vectors of 256 packets through the graph, in tunnel mode, replay window 64. The bare loops do nothing but the
 * sums, over a ring of 32 buffers, as many bytes as ESP takes for that packet (with padding and trailer): one uses
 * OpenSSL's EVP (key set once; per packet an IV, update, final, tag; HMAC by EVP_MAC), one Intel's multi-buffer library
 * (AES-GCM by its direct call, AES-CBC and HMAC in bursts of 32). The ratio is ESP to the faster of the two.
 *
 * "1000 SAs": as many lines of the access list, each with an SA; packets come in random order of them. "100000 SAs": a
 * hundred for each line; encapsulation begins at ESP_OUT there, since a line sends with one SA alone; its bare loop walks
 * as many keys in the same order. Sizes are those of the inner packet. Time is the thread's own processor time; rounds
 * of all loops alternate and the quickest round of each counts, since other load on the machine only slows.
 *
 * usage: bench_esp [MILLISECONDS per round (20)] [ROUNDS (15)]
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#ifdef ESPIAL_MULTI_BUFFER
#define NO_COMPAT_IMB_API_053
#include <intel-ipsec-mb.h>
#endif

#include "dataplane/drop.h"
#include "dataplane/graph.h"
#include "dataplane/ipsec/ipsec.h"
#include "dataplane/ipsec/ipsec_conf.h"
#include "dataplane/ipsec/ipsec_local.h"
#include "dataplane/ipsec/spd.h"
#include "dataplane/net/acl.h"
#include "dataplane/net/iface.h"
#include "espial/buf.h"
#include "espial/bus.h"
#include "espial/loop.h"
#include "espial/msg.h"
#include "espial/rand.h"
#include "espial/text.h"

#define LEFT       0xC0000201u
#define RIGHT      0xC0000202u
#define NET_LEFT   0x0A010000u
#define NET_RIGHT  0x0A020000u
#define VECTOR     GRAPH_VECTOR
#define PACKET_MAX 2048
#define RING       32 /* buffers of the bare loops */
#define LINES_MAX  1000
#define PAIRS      100000
#define ORDER      (1 << 20) /* places of the random order */

static const struct transform_row {
    const char *name;
    struct ipsec_transform t;
    const char *hash; /* of the bare HMAC */
} transforms[] = {
    {"AES-128-CBC + HMAC-SHA1-96",
     {.proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 128, .auth = HASH_SHA1},
     "SHA1"},
    {"AES-128-CBC + HMAC-SHA256-128",
     {.proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 128, .auth = HASH_SHA256},
     "SHA256"},
    {"AES-256-CBC + HMAC-SHA256-128",
     {.proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 256, .auth = HASH_SHA256},
     "SHA256"},
    {"AES-128-GCM-16", {.proto = PROTO_ESP, .cipher = CIPHER_AES_GCM, .key_bits = 128}, NULL},
    {"AES-256-GCM-16", {.proto = PROTO_ESP, .cipher = CIPHER_AES_GCM, .key_bits = 256}, NULL},
};
#define GCM_ROW 3 /* AES-128 */
static const unsigned sizes[] = {64, 512, 1420};

/* One end of the tunnel; what comes out of its last stage lies in `out`. */
struct end {
    struct loop *loop;
    struct rnd *rnd;
    struct bus *bus;
    struct log *log;
    struct graph *graph;
    struct net *net;
    struct ipsec *ips;
    struct iface *ifc;
    struct packet *out[VECTOR];
    unsigned nout;
    unsigned lines, pairs;
    struct sa_pair **sa; /* in the order of their installation; line i % lines */
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "bench_esp: %s failed\n", what);
    exit(1);
}

static void sink(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct end *e = self;
    (void)g;
    for (unsigned i = 0; i < n; i++)
        e->out[e->nout++] = v[i];
}

static void end_init(struct end *e, bool left, unsigned lines)
{
    e->lines = lines;
    e->loop = loop_real_new(1);
    must(e->loop != NULL, "event loop");
    e->rnd = rnd_system_new();
    e->bus = bus_new(e->loop);
    e->log = log_new(e->loop, e->bus);
    e->graph = graph_new(e->loop);
    e->net = net_new(&(struct net_env){
        .loop = e->loop, .rnd = e->rnd, .log = e->log, .graph = e->graph, .mac_base = {2, 0, 0, 0, left}});
    e->ips = ipsec_new(&(struct ipsec_env){
        .loop = e->loop, .rnd = e->rnd, .log = e->log, .bus = e->bus, .net = e->net, .graph = e->graph});
    graph_set(e->graph, left ? STAGE_IP4_ROUTE : STAGE_IP4_IN, sink, e);

    struct if_conf *c = NEW(struct if_conf);
    iface_conf_init(c);
    str_copy(c->name, sizeof c->name, "Ethernet0/0");
    str_copy(c->crypto_map, sizeof c->crypto_map, "CMAP");
    c->addr = left ? LEFT : RIGHT;
    c->mask = 0xFFFFFF00;
    conf_list_add(&net_conf(e->net)->ifaces, c);
    iface_conf_changed(e->net, c, false);
    e->ifc = iface_by_name(e->net, "Ethernet0/0");

    for (unsigned i = 0; i < lines; i++) {
        struct ace_conf *ace = NEW(struct ace_conf);
        uint32_t wild = lines == 1 ? 0xFFFF : 0, host = lines == 1 ? 0 : i + 1;
        ace_conf_init(ace);
        ace->number = 101;
        ace->proto = ACL_PROTO_IP;
        ace->src_kind = ace->dst_kind = ACL_ADDR_WILD;
        ace->src = (left ? NET_LEFT : NET_RIGHT) + host;
        ace->dst = (left ? NET_RIGHT : NET_LEFT) + host;
        ace->src_wild = ace->dst_wild = wild;
        conf_list_add(&net_conf(e->net)->acl_lines, ace);
    }
    acl_conf_changed(e->net, "101");

    struct cryptomap_conf *m = NEW(struct cryptomap_conf);
    struct map_peer_conf *p = NEW(struct map_peer_conf);
    cryptomap_conf_init(m);
    str_copy(m->name, sizeof m->name, "CMAP");
    m->seq = 10;
    p->addr = left ? RIGHT : LEFT;
    conf_list_add(&m->peers, p);
    str_copy(m->acl, sizeof m->acl, "101");
    conf_list_add(&ipsec_conf(e->ips)->maps, m);
    ipsec_conf_changed(e->ips);
}

static void end_free(struct end *e)
{
    mem_free(e->sa);
    ipsec_free(e->ips);
    net_free(e->net);
    graph_free(e->graph);
    log_free(e->log);
    bus_free(e->bus);
    rnd_free(e->rnd);
    loop_real_free(e->loop);
}

static void end_install(struct end *e, bool left, const struct ipsec_transform *t, unsigned pairs)
{
    uint8_t key[128] = {0x17, 0x2a};
    struct ipsec_flow_info *f = mem_array(e->lines, sizeof *f);
    size_t at = 0;
    sad_delete_peer(e->ips, 0, SA_GONE_CLEARED);
    sad_bury(e->ips);
    for (unsigned i = 0; i < e->lines; i++)
        must(ipsec_flow_next(e->ips, &at, &f[i]), "flow");
    mem_free(e->sa);
    e->sa = mem_array(pairs, sizeof *e->sa);
    e->pairs = pairs;
    for (unsigned i = 0; i < pairs; i++) {
        const struct ipsec_flow_info *line = &f[i % e->lines];
        put32(key, i + 1);
        struct sa_pair_params p = {
            .policy = {.map = "CMAP",
                       .seq = 10,
                       .ifname = "Ethernet0/0",
                       .local = line->local,
                       .peer = line->peer,
                       .local_sel = line->local_sel,
                       .remote_sel = line->remote_sel,
                       .transforms = {*t},
                       .ntransforms = 1,
                       .replay_window = 64},
            .spi_in = (i + 1) * 0x9E3779B1u | 0x100, /* as if drawn */
            .spi_out = (i + 1) * 0x9E3779B1u | 0x100,
            .key_in = key,
            .key_out = key,
            .key_len = sad_keymat_len(t),
        };
        uint32_t id = sad_install(e->ips, &p);
        must(id != 0, "sad_install");
        sad_enable_outbound(e->ips, id);
        e->sa[i] = table_find(e->ips->by_id, &id);
    }
    mem_free(f);
    (void)left;
}

/* A vector of plain packets out of the left end's pool. */
static void take(struct end *e, struct packet **v)
{
    for (unsigned i = 0; i < VECTOR; i++) {
        v[i] = packet_new(e->graph, PACKET_MAX);
        must(v[i] != NULL, "packet_new");
    }
}

static void give(struct end *e, struct packet **v)
{
    for (unsigned i = 0; i < VECTOR; i++)
        packet_done(e->graph, v[i]);
}

static void fill(struct packet *p, struct iface *ifc, unsigned size, uint32_t host)
{
    uint8_t *ip = p->l3;
    memset(ip, 0, 28);
    ip[0] = 0x45;
    put16(ip + 2, (uint16_t)size);
    ip[8] = 63;
    ip[9] = PROTO_UDP;
    put32(ip + 12, NET_LEFT + host);
    put32(ip + 16, NET_RIGHT + host);
    put16(ip + 20, 1000);
    put16(ip + 22, 9);
    p->len = size;
    p->oif = p->iif = ifc;
    p->sa = NULL;
    p->crypto_done = p->decapsulated = p->udp_encap = false;
}

struct result {
    double encap, decap; /* seconds a packet, of the quickest round */
};

/* One round: vectors go out through the left end and come in through the right one; only the stages are timed. */
static void round_esp(struct end *l, struct end *r, unsigned size, const uint32_t *order, double seconds,
                      struct result *best)
{
    struct packet *v[VECTOR], *w[VECTOR];
    double out = 0, in = 0, began, until = now() + seconds;
    unsigned long packets = 0;
    bool many = l->pairs > l->lines;
    take(l, v);
    take(r, w);
    long room = v[0]->l3 - v[0]->base;
    do {
        for (unsigned i = 0; i < VECTOR; i++) {
            uint32_t which = order[(packets + i) % ORDER] % l->pairs;
            v[i]->l3 = v[i]->base + room;
            fill(v[i], l->ifc, size, which % l->lines + 1);
            if (many)
                v[i]->sa = l->sa[which];
        }
        l->nout = r->nout = 0;
        began = now();
        for (unsigned i = 0; i < VECTOR; i++)
            graph_next(l->graph, v[i], many ? STAGE_ESP_OUT : STAGE_CRYPTO_OUT);
        graph_run(l->graph);
        out += now() - began;
        must(l->nout == VECTOR, "encapsulation");
        for (unsigned i = 0; i < VECTOR; i++) {
            w[i]->l3 = w[i]->base + room;
            w[i]->len = l->out[i]->len;
            memcpy(w[i]->l3, l->out[i]->l3, w[i]->len);
            w[i]->iif = r->ifc;
            w[i]->decapsulated = false;
        }
        began = now();
        for (unsigned i = 0; i < VECTOR; i++)
            graph_next(r->graph, w[i], STAGE_ESP_IN);
        graph_run(r->graph);
        in += now() - began;
        must(r->nout == VECTOR && r->out[0]->len == size, "decapsulation");
        packets += VECTOR;
    } while (now() < until);
    give(l, v);
    give(r, w);
    if (out / (double)packets < best->encap)
        best->encap = out / (double)packets;
    if (in / (double)packets < best->decap)
        best->decap = in / (double)packets;
}

/* ---- the bare loop over OpenSSL ---- */

struct bare {
    EVP_CIPHER_CTX *cipher;
    EVP_MAC_CTX *mac;
    bool gcm, encrypt;
    unsigned len; /* bytes ciphered */
    uint8_t ring[RING][PACKET_MAX], *data, opened[PACKET_MAX], iv[16], tag[16], sum[64];
};

static void bare_init(struct bare *b, const struct transform_row *row, unsigned size, bool encrypt)
{
    static const uint8_t key[64] = {0x17, 0x2a};
    bool gcm = row->t.cipher == CIPHER_AES_GCM, big = row->t.key_bits == 256;
    unsigned unit = gcm ? 4 : 16;
    memset(b, 0, sizeof *b);
    b->gcm = gcm;
    b->encrypt = encrypt;
    b->data = b->ring[0];
    b->len = (size + 2 + unit - 1) / unit * unit;
    b->cipher = EVP_CIPHER_CTX_new();
    const EVP_CIPHER *c = gcm   ? (big ? EVP_aes_256_gcm() : EVP_aes_128_gcm())
                          : big ? EVP_aes_256_cbc()
                                : EVP_aes_128_cbc();
    must(EVP_CipherInit_ex(b->cipher, c, NULL, key, NULL, encrypt) == 1, "EVP_CipherInit_ex");
    EVP_CIPHER_CTX_set_padding(b->cipher, 0);
    if (row->hash) {
        OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t)row->hash, 0),
                               OSSL_PARAM_construct_end()};
        EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
        b->mac = EVP_MAC_CTX_new(mac);
        EVP_MAC_free(mac);
        must(b->mac && EVP_MAC_init(b->mac, key, hash_len(row->t.auth), params) == 1, "EVP_MAC_init");
    }
}

static void bare_free(struct bare *b)
{
    EVP_CIPHER_CTX_free(b->cipher);
    EVP_MAC_CTX_free(b->mac);
}

/* One packet. Opening goes into another buffer, so that the sealed bytes and their tag serve again. */
static bool bare_gcm(struct bare *b)
{
    int n;
    bool ok = EVP_CipherInit_ex(b->cipher, NULL, NULL, NULL, b->iv, -1) == 1 &&
              EVP_CipherUpdate(b->cipher, NULL, &n, b->iv, 8) == 1;
    if (b->encrypt)
        return ok && EVP_CipherUpdate(b->cipher, b->data, &n, b->data, (int)b->len) == 1 &&
               EVP_CipherFinal_ex(b->cipher, b->sum, &n) == 1 &&
               EVP_CIPHER_CTX_ctrl(b->cipher, EVP_CTRL_AEAD_GET_TAG, 16, b->tag) == 1;
    return ok && EVP_CipherUpdate(b->cipher, b->opened, &n, b->data, (int)b->len) == 1 &&
           EVP_CIPHER_CTX_ctrl(b->cipher, EVP_CTRL_AEAD_SET_TAG, 16, b->tag) == 1 &&
           EVP_CipherFinal_ex(b->cipher, b->sum, &n) == 1;
}

static bool bare_cbc(struct bare *b, bool mac)
{
    size_t len;
    int n;
    if (mac && !b->encrypt &&
        !(EVP_MAC_init(b->mac, NULL, 0, NULL) == 1 && EVP_MAC_update(b->mac, b->data, b->len + 24) == 1 &&
          EVP_MAC_final(b->mac, b->sum, &len, sizeof b->sum) == 1))
        return false;
    if (!(EVP_CipherInit_ex(b->cipher, NULL, NULL, NULL, b->iv, -1) == 1 &&
          EVP_CipherUpdate(b->cipher, b->data, &n, b->data, (int)b->len) == 1 &&
          EVP_CipherFinal_ex(b->cipher, b->sum, &n) == 1))
        return false;
    return !mac || !b->encrypt ||
           (EVP_MAC_init(b->mac, NULL, 0, NULL) == 1 && EVP_MAC_update(b->mac, b->data, b->len + 24) == 1 &&
            EVP_MAC_final(b->mac, b->sum, &len, sizeof b->sum) == 1);
}

static void round_bare(struct bare *b, bool mac, double seconds, double *best)
{
    unsigned long packets = 0;
    bool ok = true;
    double began = now(), took;
    do {
        for (unsigned i = 0; i < VECTOR; i++) {
            if (b->encrypt || !b->gcm) {
                put32(b->iv + 8, (uint32_t)packets + i);
                b->data = b->ring[i % RING];
            }
            ok &= b->gcm ? bare_gcm(b) : bare_cbc(b, mac);
        }
        packets += VECTOR;
        took = now() - began;
    } while (took < seconds);
    must(ok, "bare loop");
    if (took / (double)packets < *best)
        *best = took / (double)packets;
}

/* A decrypting GCM loop needs a tag that fits: seal once with a context of the other direction. */
static void bare_seed(struct bare *open, const struct transform_row *row, unsigned size)
{
    if (!open->gcm)
        return;
    struct bare *seal = NEW(struct bare);
    bare_init(seal, row, size, true);
    memcpy(seal->iv, open->iv, sizeof seal->iv);
    must(bare_gcm(seal), "seal");
    memcpy(open->data, seal->data, PACKET_MAX);
    memcpy(open->tag, seal->tag, sizeof open->tag);
    bare_free(seal);
    mem_free(seal);
}

/* ---- the bare loop over the multi-buffer library ---- */

#ifdef ESPIAL_MULTI_BUFFER

struct wide {
    IMB_MGR *mgr, *sha; /* the quicker one for SHA-256 */
    const struct transform_row *row;
    bool encrypt;
    unsigned len, nkeys;
    struct gcm_key_data *gcm; /* nkeys of them */
    uint8_t ring[RING][PACKET_MAX];
    _Alignas(16) uint8_t enc[240], dec[240], pads[2][64];
    IMB_JOB jobs[RING];
};

static void wide_gcm_key(struct wide *w, const uint8_t *key, struct gcm_key_data *k)
{
    if (w->row->t.key_bits == 128)
        IMB_AES128_GCM_PRE(w->mgr, key, k);
    else
        IMB_AES256_GCM_PRE(w->mgr, key, k);
}

static struct wide *wide_new(const struct transform_row *row, unsigned size, bool encrypt, unsigned nkeys)
{
    uint8_t key[64] = {0x17, 0x2a};
    struct wide *w = aligned_alloc(64, (sizeof *w + 63) / 64 * 64);
    IMB_ARCH arch;
    must(w != NULL, "memory");
    memset(w, 0, sizeof *w);
    unsigned unit = row->t.cipher == CIPHER_AES_GCM ? 4 : 16;
    w->row = row;
    w->encrypt = encrypt;
    w->len = (size + 2 + unit - 1) / unit * unit;
    w->nkeys = nkeys;
    w->mgr = alloc_mb_mgr(0);
    w->sha = alloc_mb_mgr(0);
    must(w->mgr && w->sha, "alloc_mb_mgr");
    init_mb_mgr_auto(w->mgr, &arch);
    if (arch != IMB_ARCH_AVX512 && (imb_get_feature_flags() & IMB_FEATURE_SHANI))
        init_mb_mgr_sse(w->sha);
    else
        init_mb_mgr_auto(w->sha, &arch);
    if (row->t.cipher == CIPHER_AES_GCM) {
        w->gcm = aligned_alloc(64, nkeys * ((sizeof *w->gcm + 63) / 64 * 64));
        must(w->gcm != NULL, "memory");
        for (unsigned i = 0; i < nkeys; i++) {
            put32(key, i + 1);
            wide_gcm_key(w, key, &w->gcm[i]);
        }
    } else if (row->t.key_bits == 128) {
        IMB_AES_KEYEXP_128(w->mgr, key, w->enc, w->dec);
    } else {
        IMB_AES_KEYEXP_256(w->mgr, key, w->enc, w->dec);
    }
    return w;
}

static void wide_free(struct wide *w)
{
    free_mb_mgr(w->mgr);
    free_mb_mgr(w->sha);
    free(w->gcm);
    free(w);
}

static void wide_gcm(struct wide *w, const uint32_t *order, unsigned long first)
{
    struct gcm_context_data ctx;
    uint8_t iv[16] = {0}, tag[16];
    for (unsigned i = 0; i < VECTOR; i++) {
        const struct gcm_key_data *k = &w->gcm[w->nkeys == 1 ? 0 : order[(first + i) % ORDER] % w->nkeys];
        uint8_t *p = w->ring[i % RING];
        put32(iv + 8, (uint32_t)first + i);
        if (w->row->t.key_bits == 128) {
            if (w->encrypt)
                IMB_AES128_GCM_ENC(w->mgr, k, &ctx, p, p, w->len, iv, iv, 8, p + w->len, 16);
            else
                IMB_AES128_GCM_DEC(w->mgr, k, &ctx, p, p, w->len, iv, iv, 8, tag, 16);
        } else {
            if (w->encrypt)
                IMB_AES256_GCM_ENC(w->mgr, k, &ctx, p, p, w->len, iv, iv, 8, p + w->len, 16);
            else
                IMB_AES256_GCM_DEC(w->mgr, k, &ctx, p, p, w->len, iv, iv, 8, tag, 16);
        }
    }
}

static void wide_hash(struct wide *w)
{
    bool sha1 = w->row->t.auth == HASH_SHA1;
    for (unsigned i = 0; i < RING; i++) {
        IMB_JOB *j = &w->jobs[i];
        j->src = w->ring[i];
        j->hash_start_src_offset_in_bytes = 0;
        j->msg_len_to_hash_in_bytes = w->len + 24;
        j->auth_tag_output = w->ring[i] + w->len + 24;
        j->auth_tag_output_len_in_bytes = sha1 ? 12 : 16;
        j->u.HMAC._hashed_auth_key_xor_ipad = w->pads[0];
        j->u.HMAC._hashed_auth_key_xor_opad = w->pads[1];
        j->hash_alg = sha1 ? IMB_AUTH_HMAC_SHA_1 : IMB_AUTH_HMAC_SHA_256;
    }
    IMB_SUBMIT_HASH_BURST_NOCHECK(sha1 ? w->mgr : w->sha, w->jobs, RING,
                                  sha1 ? IMB_AUTH_HMAC_SHA_1 : IMB_AUTH_HMAC_SHA_256);
}

static void wide_cbc(struct wide *w)
{
    for (unsigned i = 0; i < RING; i++) {
        IMB_JOB *j = &w->jobs[i];
        j->enc_keys = w->enc;
        j->dec_keys = w->dec;
        j->src = j->dst = w->ring[i] + 24;
        j->cipher_start_src_offset_in_bytes = 0;
        j->msg_len_to_cipher_in_bytes = w->len;
        j->iv = w->ring[i] + 8;
        j->iv_len_in_bytes = 16;
    }
    IMB_SUBMIT_CIPHER_BURST_NOCHECK(w->mgr, w->jobs, RING, IMB_CIPHER_CBC,
                                    w->encrypt ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT,
                                    w->row->t.key_bits == 128 ? IMB_KEY_128_BYTES : IMB_KEY_256_BYTES);
}

static void round_wide(struct wide *w, const uint32_t *order, double seconds, double *best)
{
    unsigned long packets = 0;
    double began = now(), took;
    do {
        if (w->gcm) {
            wide_gcm(w, order, packets);
        } else {
            for (unsigned i = 0; i < VECTOR; i += RING) {
                if (w->encrypt)
                    wide_cbc(w);
                wide_hash(w);
                if (!w->encrypt)
                    wide_cbc(w);
            }
        }
        packets += VECTOR;
        took = now() - began;
    } while (took < seconds);
    if (took / (double)packets < *best)
        *best = took / (double)packets;
}

#else

struct wide {
    int none;
};
static struct wide *wide_new(const struct transform_row *row, unsigned size, bool encrypt, unsigned nkeys)
{
    (void)row, (void)size, (void)encrypt, (void)nkeys;
    return NULL;
}
static void wide_free(struct wide *w)
{
    (void)w;
}
static void round_wide(struct wide *w, const uint32_t *order, double seconds, double *best)
{
    (void)w, (void)order, (void)seconds, (void)best;
}

#endif

static void print_row(const char *way, unsigned size, double openssl, double wide, double esp)
{
    double bare = wide < openssl ? wide : openssl;
    printf("  %-4s%6u%11.2f", way, size, 1e-6 / openssl);
    if (wide < 1)
        printf("%14.2f", 1e-6 / wide);
    else
        printf("%14s", "-");
    printf("%10.2f%9.2f Gbit/s%9.2f\n", 1e-6 / esp, size * 8e-9 / esp, bare / esp);
    fflush(stdout);
}

static void bench(struct end *l, struct end *r, const struct transform_row *row, const uint32_t *order, double seconds,
                  int rounds)
{
    printf("%s\n", row->name);
    end_install(l, true, &row->t, 1);
    end_install(r, false, &row->t, 1);
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct result esp = {1e9, 1e9};
        double openssl[2] = {1e9, 1e9}, wide[2] = {1e9, 1e9};
        struct bare *b[2] = {NEW(struct bare), NEW(struct bare)};
        struct wide *w[2];
        for (int way = 0; way < 2; way++) {
            bare_init(b[way], row, sizes[s], way == 0);
            w[way] = wide_new(row, sizes[s], way == 0, 1);
        }
        bare_seed(b[1], row, sizes[s]);
        for (int i = 0; i < rounds; i++) {
            for (int way = 0; way < 2; way++) {
                round_bare(b[way], true, seconds / 4, &openssl[way]);
                round_wide(w[way], order, seconds / 2, &wide[way]);
            }
            round_esp(l, r, sizes[s], order, 2 * seconds, &esp);
        }
        print_row("out", sizes[s], openssl[0], wide[0], esp.encap);
        print_row("in", sizes[s], openssl[1], wide[1], esp.decap);
        for (int way = 0; way < 2; way++) {
            bare_free(b[way]);
            mem_free(b[way]);
            wide_free(w[way]);
        }
    }
}

/* How much is there in memory for a pair of SAs: by the process's own size. */
static double resident(void)
{
    long pages = 0, size = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    must(f && fscanf(f, "%ld %ld", &size, &pages) == 2, "/proc/self/statm");
    fclose(f);
    return (double)pages * 4096;
}

/* One, a thousand and a hundred thousand SAs with AES-128-GCM. */
static void bench_many(const uint32_t *order, double seconds, int rounds)
{
    static const unsigned pairs[] = {1, LINES_MAX, PAIRS};
    static struct end l[3], r[3];
    const struct transform_row *row = &transforms[GCM_ROW];
    double before = 0, each = 0;
    printf("%s, SAs in random order; million packets a second; bare: the faster library over as many keys\n",
           row->name);
    for (int k = 0; k < 3; k++) {
        end_init(&l[k], true, pairs[k] < LINES_MAX ? pairs[k] : LINES_MAX);
        end_init(&r[k], false, pairs[k] < LINES_MAX ? pairs[k] : LINES_MAX);
        before = resident();
        end_install(&l[k], true, &row->t, pairs[k]);
        each = (resident() - before) / pairs[k];
        end_install(&r[k], false, &row->t, pairs[k]);
    }
    printf("  bytes of memory for a pair of SAs, of %u: %.0f\n", PAIRS, each);
    printf("  way  bytes       1 SA   1000 SAs  of one  100000 SAs       bare   ratio\n");
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct result esp[3] = {{1e9, 1e9}, {1e9, 1e9}, {1e9, 1e9}};
        double wide[2] = {1e9, 1e9};
        struct wide *w[2];
        for (int way = 0; way < 2; way++)
            w[way] = wide_new(row, sizes[s], way == 0, PAIRS);
        for (int i = 0; i < rounds; i++) {
            for (int way = 0; way < 2; way++)
                round_wide(w[way], order, seconds, &wide[way]);
            for (int k = 0; k < 3; k++)
                round_esp(&l[k], &r[k], sizes[s], order, 2 * seconds, &esp[k]);
        }
        for (int way = 0; way < 2; way++) {
            double t[3];
            for (int k = 0; k < 3; k++)
                t[k] = way ? esp[k].decap : esp[k].encap;
            printf("  %-4s%6u%11.2f%11.2f%8.2f%12.2f", way ? "in" : "out", sizes[s], 1e-6 / t[0], 1e-6 / t[1],
                   t[0] / t[1], 1e-6 / t[2]);
            if (wide[way] < 1)
                printf("%11.2f%8.2f\n", 1e-6 / wide[way], wide[way] / t[2]);
            else
                printf("\n");
            wide_free(w[way]);
        }
        fflush(stdout);
    }
    for (int k = 0; k < 3; k++) {
        end_free(&l[k]);
        end_free(&r[k]);
    }
}

int main(int argc, char **argv)
{
    double seconds = (argc > 1 ? atof(argv[1]) : 20) / 1000;
    int rounds = argc > 2 ? atoi(argv[2]) : 15;
    static struct end l, r;
    static uint32_t order[ORDER];
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    must(seconds > 0 && rounds > 0, "arguments");
    struct rnd *rnd = rnd_seeded_new(1);
    for (unsigned i = 0; i < ORDER; i++)
        order[i] = rnd_u32(rnd);
    rnd_free(rnd);
    struct crypto *cr = crypto_new(CRYPTO_BEST);
    printf("AES-GCM, AES-CBC by %s, HMAC-SHA-1 by %s, HMAC-SHA-256 by %s; one core, million packets a second\n\n",
           crypto_cipher_by(cr, CIPHER_AES_GCM), crypto_hash_by(cr, HASH_SHA1), crypto_hash_by(cr, HASH_SHA256));
    crypto_free(cr);
    end_init(&l, true, 1);
    end_init(&r, false, 1);
    printf("  way  bytes    OpenSSL  multi-buffer       ESP              ESP to the faster\n");
    for (size_t i = 0; i < sizeof transforms / sizeof transforms[0]; i++)
        bench(&l, &r, &transforms[i], order, seconds, rounds);
    end_free(&l);
    end_free(&r);
    bench_many(order, seconds, rounds);
    return 0;
}
