/* bench_esp.c: how fast packets go through an SA on one core, next to a bare loop over the same sums in the same run.
 *
 * Encapsulation is everything from CRYPTO_OUT (policy look-up) through ESP_OUT to the packet that is handed to routing;
 * decapsulation everything from ESP_IN (lengths, look-up, replay, ICV, padding, selectors) to the packet handed to
 * IPv4, in vectors of 256 packets through the graph, in tunnel mode, replay window 64. The bare loop works on one
 * buffer with OpenSSL's EVP alone: key set once; per packet an IV, update, final and, with GCM, the associated data and
 * the tag; with CBC also the HMAC. It takes in as many bytes as ESP does for that packet (with padding and trailer).
 * "cipher" is that loop without the HMAC, for comparison with `openssl speed -evp aes-128-cbc -bytes 1424`, which sets
 * no IV per buffer (its GCM rows in OpenSSL 3.0 time error returns). Sizes and Gbit/s are those of the inner packet.
 * Rounds of all loops alternate, and the quickest round of each counts, since other load on the machine only slows.
 *
 * usage: bench_esp [MILLISECONDS per round (40)] [ROUNDS (12)]
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "dataplane/drop.h"
#include "dataplane/graph.h"
#include "dataplane/ipsec/ipsec.h"
#include "dataplane/ipsec/ipsec_conf.h"
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
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
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

static void end_init(struct end *e, bool left)
{
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

    struct ace_conf *ace = NEW(struct ace_conf);
    ace_conf_init(ace);
    ace->number = 101;
    ace->proto = ACL_PROTO_IP;
    ace->src_kind = ace->dst_kind = ACL_ADDR_WILD;
    ace->src = left ? NET_LEFT : NET_RIGHT;
    ace->dst = left ? NET_RIGHT : NET_LEFT;
    ace->src_wild = ace->dst_wild = 0xFFFF;
    conf_list_add(&net_conf(e->net)->acl_lines, ace);
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
    ipsec_free(e->ips);
    net_free(e->net);
    graph_free(e->graph);
    log_free(e->log);
    bus_free(e->bus);
    rnd_free(e->rnd);
    loop_real_free(e->loop);
}

static void end_install(struct end *e, bool left, const struct ipsec_transform *t)
{
    static const uint8_t key[128] = {0x17, 0x2a};
    struct ipsec_flow_info f;
    size_t at = 0;
    sad_delete_peer(e->ips, 0, SA_GONE_CLEARED);
    must(ipsec_flow_next(e->ips, &at, &f), "flow");
    struct sa_pair_params p = {
        .policy = {.map = "CMAP",
                   .seq = 10,
                   .ifname = "Ethernet0/0",
                   .local = f.local,
                   .peer = f.peer,
                   .local_sel = f.local_sel,
                   .remote_sel = f.remote_sel,
                   .transforms = {*t},
                   .ntransforms = 1,
                   .replay_window = 64},
        .spi_in = left ? 0x1000 : 0x2000,
        .spi_out = left ? 0x2000 : 0x1000,
        .key_in = key,
        .key_out = key,
        .key_len = sad_keymat_len(t),
    };
    uint32_t id = sad_install(e->ips, &p);
    must(id != 0, "sad_install");
    sad_enable_outbound(e->ips, id);
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

static void fill(struct packet *p, struct iface *ifc, unsigned size, uint16_t port)
{
    uint8_t *ip = p->l3;
    memset(ip, 0, 28);
    ip[0] = 0x45;
    put16(ip + 2, (uint16_t)size);
    ip[8] = 63;
    ip[9] = PROTO_UDP;
    put32(ip + 12, NET_LEFT + 1);
    put32(ip + 16, NET_RIGHT + 1);
    put16(ip + 20, port);
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
static void round_esp(struct end *l, struct end *r, unsigned size, double seconds, struct result *best)
{
    struct packet *v[VECTOR], *w[VECTOR];
    double out = 0, in = 0, began, until = now() + seconds;
    unsigned long packets = 0;
    take(l, v);
    take(r, w);
    uint8_t *start = v[0]->l3;
    long room = start - v[0]->base;
    do {
        for (unsigned i = 0; i < VECTOR; i++) {
            v[i]->l3 = v[i]->base + room;
            fill(v[i], l->ifc, size, (uint16_t)(1000 + i % 16));
        }
        l->nout = r->nout = 0;
        began = now();
        for (unsigned i = 0; i < VECTOR; i++)
            graph_next(l->graph, v[i], STAGE_CRYPTO_OUT);
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

/* ---- the bare loop ---- */

struct bare {
    EVP_CIPHER_CTX *cipher;
    EVP_MAC_CTX *mac;
    bool gcm, encrypt;
    unsigned len; /* bytes ciphered */
    uint8_t data[PACKET_MAX], opened[PACKET_MAX], iv[16], tag[16], sum[64];
};

static void bare_init(struct bare *b, const struct transform_row *row, unsigned size, bool encrypt)
{
    static const uint8_t key[64] = {0x17, 0x2a};
    bool gcm = row->t.cipher == CIPHER_AES_GCM, big = row->t.key_bits == 256;
    unsigned unit = gcm ? 4 : 16;
    memset(b, 0, sizeof *b);
    b->gcm = gcm;
    b->encrypt = encrypt;
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
            if (b->encrypt || !b->gcm)
                put32(b->iv + 8, (uint32_t)packets + i);
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
    memcpy(open->data, seal->data, sizeof open->data);
    memcpy(open->tag, seal->tag, sizeof open->tag);
    bare_free(seal);
    mem_free(seal);
}

static void print_row(const char *way, unsigned size, double cipher, double bare, double esp, bool gcm)
{
    double gbit = size * 8.0 / 1e9;
    printf("  %-5s%5u  ", way, size);
    if (gcm)
        printf("%10s %7s  ", "", "");
    else
        printf("%10.0f %7.3f  ", 1 / cipher, gbit / cipher);
    printf("%10.0f %7.3f  %10.0f %7.3f  %6.2f\n", 1 / bare, gbit / bare, 1 / esp, gbit / esp, bare / esp);
}

static void bench(struct end *l, struct end *r, const struct transform_row *row, double seconds, int rounds)
{
    bool gcm = row->t.cipher == CIPHER_AES_GCM;
    printf("%s\n", row->name);
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct result esp = {1e9, 1e9};
        double cipher[2] = {1e9, 1e9}, bare[2] = {1e9, 1e9};
        struct bare *b[2] = {NEW(struct bare), NEW(struct bare)};
        for (int way = 0; way < 2; way++)
            bare_init(b[way], row, sizes[s], way == 0);
        bare_seed(b[1], row, sizes[s]);
        end_install(l, true, &row->t);
        end_install(r, false, &row->t);
        for (int i = 0; i < rounds; i++) {
            for (int way = 0; way < 2; way++) {
                if (!gcm)
                    round_bare(b[way], false, seconds, &cipher[way]);
                round_bare(b[way], true, seconds, &bare[way]);
            }
            round_esp(l, r, sizes[s], 2 * seconds, &esp);
        }
        print_row("out", sizes[s], cipher[0], bare[0], esp.encap, gcm);
        print_row("in", sizes[s], cipher[1], bare[1], esp.decap, gcm);
        fflush(stdout);
        for (int way = 0; way < 2; way++) {
            bare_free(b[way]);
            mem_free(b[way]);
        }
    }
}

int main(int argc, char **argv)
{
    double seconds = (argc > 1 ? atof(argv[1]) : 40) / 1000;
    int rounds = argc > 2 ? atoi(argv[2]) : 12;
    static struct end l, r;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    must(seconds > 0 && rounds > 0, "arguments");
    end_init(&l, true);
    end_init(&r, false);
    printf("%s, one core; sizes and Gbit/s of the inner packet; ratio: ESP to the bare loop\n\n",
           OpenSSL_version(OPENSSL_VERSION));
    printf("  way  bytes      cipher pkt/s, Gbit/s   bare loop pkt/s, Gbit/s       ESP pkt/s, Gbit/s   ratio\n");
    for (size_t i = 0; i < sizeof transforms / sizeof transforms[0]; i++)
        bench(&l, &r, &transforms[i], seconds, rounds);
    end_free(&l);
    end_free(&r);
    return 0;
}
