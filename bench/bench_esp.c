/* bench_esp.c: how fast packets go through ESP on one core, beside a bare loop over the same sums in the same run.
 *
 * Encapsulation is everything from CRYPTO_OUT (policy look-up) through ESP_OUT to the packet that is handed to routing;
 * decapsulation everything from ESP_IN (lengths, look-up, replay, ICV, padding, selectors) to the packet handed to
 * IPv4, in vectors of 256 packets through the graph, in tunnel mode, replay window 64. The two ends take turns of 64
 * vectors, so long that what an end finds in the cache is its own, as if it had a core to itself (the bare loops go one
 * way alone too), and packets go past the cache in between. The bare loops (bare.c) do nothing but the sums, one with
 * OpenSSL's EVP, one with Intel's multi-buffer library. The ratio is ESP to the faster of the two.
 *
 * "1000 SAs": as many lines of the access list, each with an SA; packets come in random order of them. "100000 SAs": a
 * hundred for each line; encapsulation begins at ESP_OUT there, since a line sends with one SA alone; its bare loop walks
 * as many keys in the same order, as does that of 1000, which says what so many keys cost by themselves. Sizes are those
 * of the inner packet. Time is the thread's own processor time; rounds of all loops alternate and the quickest round of
 * each counts, since other load on the machine only slows.
 *
 * usage: bench_esp [MILLISECONDS per round (20)] [ROUNDS (15)] [WHICH transforms, by a part of their name, or "many"] [BYTES]
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "bench/bare.h"
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
#define LINES_MAX  1000
#define PAIRS      100000
#define STRETCH    64 /* vectors that one end takes before the other has the core */

static const struct transform_row transforms[] = {
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
    unsigned long at;    /* in the random order: a round goes on where the last one ended */
};

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
    bench_must(e->loop != NULL, "event loop");
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

/* As if drawn, and no two the same: a finalizer of hashes. (Not a multiple of what the look-up multiplies by.) */
static uint32_t spi_of(uint32_t i)
{
    uint32_t h = i + 1;
    h = (h ^ h >> 16) * 0x85EBCA6Bu;
    h = (h ^ h >> 13) * 0xC2B2AE35u;
    return h ^ h >> 16;
}

static void end_install(struct end *e, const struct ipsec_transform *t, unsigned pairs)
{
    uint8_t key[128] = {0x17, 0x2a};
    struct ipsec_flow_info *f = mem_array(e->lines, sizeof *f);
    size_t at = 0;
    sad_delete_peer(e->ips, 0, SA_GONE_CLEARED);
    sad_bury(e->ips);
    for (unsigned i = 0; i < e->lines; i++)
        bench_must(ipsec_flow_next(e->ips, &at, &f[i]), "flow");
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
            .spi_in = spi_of(i),
            .spi_out = spi_of(i),
            .key_in = key,
            .key_out = key,
            .key_len = sad_keymat_len(t),
        };
        uint32_t id = sad_install(e->ips, &p);
        bench_must(id != 0, "sad_install");
        sad_enable_outbound(e->ips, id);
        e->sa[i] = table_find(e->ips->by_id, &id);
    }
    mem_free(f);
}

/* A vector of plain packets out of the left end's pool. */
static void take(struct end *e, struct packet **v)
{
    for (unsigned i = 0; i < VECTOR; i++) {
        v[i] = packet_new(e->graph, PACKET_MAX);
        bench_must(v[i] != NULL, "packet_new");
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

/* Bytes that neither end shall find in its cache, or lose its own for: past the cache, as a network card would. */
static void copy_past(uint8_t *to, const uint8_t *from, size_t len)
{
#ifdef __SSE2__
    for (size_t i = 0; i < len; i += 16) /* there is room for whole words */
        _mm_stream_si128((__m128i *)(void *)(to + i), _mm_loadu_si128((const __m128i *)(const void *)(from + i)));
#else
    memcpy(to, from, len);
#endif
}

static void copy_back(uint8_t *to, const uint8_t *from, size_t len)
{
    for (size_t i = 0; i < len + 256; i += 64)
        __builtin_prefetch(from + i, 0, 0);
    memcpy(to, from, len);
}

/* What went out through the left end on its way to the right one. */
struct wire {
    unsigned n, len[STRETCH * VECTOR];
    size_t at[STRETCH * VECTOR + 1]; /* of each in bytes, where a line of the cache begins */
    uint8_t *bytes;
};

static double send_vector(struct end *l, struct packet **v, long room, unsigned size, const uint32_t *order,
                          struct wire *wire)
{
    bool many = l->pairs > l->lines;
    for (unsigned i = 0; i < VECTOR; i++) {
        uint32_t which = order[(l->at + i) % ORDER] % l->pairs;
        v[i]->l3 = v[i]->base + room;
        fill(v[i], l->ifc, size, which % l->lines + 1);
        if (many)
            v[i]->sa = l->sa[which];
    }
    l->at += VECTOR;
    l->nout = 0;
    double began = bench_now();
    for (unsigned i = 0; i < VECTOR; i++)
        graph_next(l->graph, v[i], many ? STAGE_ESP_OUT : STAGE_CRYPTO_OUT);
    graph_run(l->graph);
    double took = bench_now() - began;
    bench_must(l->nout == VECTOR, "encapsulation");
    for (unsigned i = 0; i < VECTOR; i++, wire->n++) {
        wire->len[wire->n] = l->out[i]->len;
        wire->at[wire->n + 1] = wire->at[wire->n] + (l->out[i]->len + 63) / 64 * 64;
        copy_past(wire->bytes + wire->at[wire->n], l->out[i]->l3, l->out[i]->len);
    }
    return took;
}

static double receive_vector(struct end *r, struct packet **w, long room, unsigned size, const struct wire *wire,
                             unsigned from)
{
    for (unsigned i = 0; i < VECTOR; i++) {
        w[i]->l3 = w[i]->base + room;
        w[i]->len = wire->len[from + i];
        copy_back(w[i]->l3, wire->bytes + wire->at[from + i], w[i]->len);
        w[i]->iif = r->ifc;
        w[i]->decapsulated = false;
    }
    r->nout = 0;
    double began = bench_now();
    for (unsigned i = 0; i < VECTOR; i++)
        graph_next(r->graph, w[i], STAGE_ESP_IN);
    graph_run(r->graph);
    double took = bench_now() - began;
    bench_must(r->nout == VECTOR && r->out[0]->len == size, "decapsulation");
    return took;
}

/* One round: stretches of vectors go out through the left end, and then in through the right one; only the stages are
 * timed. */
static void round_esp(struct end *l, struct end *r, unsigned size, const uint32_t *order, struct wire *wire,
                      double seconds, struct result *best)
{
    struct packet *v[VECTOR], *w[VECTOR];
    double out = 0, in = 0, until = bench_now() + seconds;
    unsigned long packets = 0;
    take(l, v);
    take(r, w);
    long room = v[0]->l3 - v[0]->base;
    do {
        wire->n = 0;
        while (wire->n < STRETCH * VECTOR)
            out += send_vector(l, v, room, size, order, wire);
        for (unsigned at = 0; at < wire->n; at += VECTOR)
            in += receive_vector(r, w, room, size, wire, at);
        packets += wire->n;
    } while (bench_now() < until);
    give(l, v);
    give(r, w);
    if (out / (double)packets < best->encap)
        best->encap = out / (double)packets;
    if (in / (double)packets < best->decap)
        best->decap = in / (double)packets;
}

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

static void bench(struct end *l, struct end *r, const struct transform_row *row, const uint32_t *order, struct wire *wire,
                  double seconds, int rounds, unsigned only)
{
    printf("%s\n", row->name);
    end_install(l, &row->t, 1);
    end_install(r, &row->t, 1);
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        if (only && sizes[s] != only)
            continue;
        struct result esp = {1e9, 1e9};
        double openssl[2] = {1e9, 1e9}, wide[2] = {1e9, 1e9};
        struct bare *b[2];
        struct wide *w[2];
        for (int way = 0; way < 2; way++) {
            b[way] = bare_new(row, sizes[s], way == 0);
            w[way] = wide_new(row, sizes[s], way == 0, 1);
        }
        for (int i = 0; i < rounds; i++) {
            for (int way = 0; way < 2; way++) {
                bare_round(b[way], seconds / 4, &openssl[way]);
                wide_round(w[way], order, seconds / 2, &wide[way]);
            }
            round_esp(l, r, sizes[s], order, wire, 2 * seconds, &esp);
        }
        print_row("out", sizes[s], openssl[0], wide[0], esp.encap);
        print_row("in", sizes[s], openssl[1], wide[1], esp.decap);
        for (int way = 0; way < 2; way++) {
            bare_free(b[way]);
            wide_free(w[way]);
        }
    }
}

/* How much is there in memory for a pair of SAs: by the process's own size. */
static double resident(void)
{
    long pages = 0, size = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    bench_must(f && fscanf(f, "%ld %ld", &size, &pages) == 2, "/proc/self/statm");
    fclose(f);
    return (double)pages * 4096;
}

/* One, a thousand and a hundred thousand SAs with AES-128-GCM. */
static void bench_many(const uint32_t *order, struct wire *wire, double seconds, int rounds, unsigned only)
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
        end_install(&l[k], &row->t, pairs[k]);
        each = (resident() - before) / pairs[k];
        end_install(&r[k], &row->t, pairs[k]);
    }
    printf("  bytes of memory for a pair of SAs, of %u: %.0f\n", PAIRS, each);
    printf("  way  bytes       1 SA   1000 SAs  of one  100000 SAs       bare   ratio   bare, 1000 SAs  of one   ratio\n");
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        if (only && sizes[s] != only)
            continue;
        struct result esp[3] = {{1e9, 1e9}, {1e9, 1e9}, {1e9, 1e9}};
        double wide[2][3] = {{1e9, 1e9, 1e9}, {1e9, 1e9, 1e9}};
        struct wide *w[2][3];
        for (int way = 0; way < 2; way++)
            for (int k = 0; k < 3; k++)
                w[way][k] = wide_new(row, sizes[s], way == 0, pairs[k]);
        for (int i = 0; i < rounds; i++) {
            for (int way = 0; way < 2; way++)
                for (int k = 0; k < 3; k++)
                    wide_round(w[way][k], order, seconds / 2, &wide[way][k]);
            for (int k = 0; k < 3; k++)
                round_esp(&l[k], &r[k], sizes[s], order, wire, 2 * seconds, &esp[k]);
        }
        for (int way = 0; way < 2; way++) {
            double t[3];
            for (int k = 0; k < 3; k++)
                t[k] = way ? esp[k].decap : esp[k].encap;
            const double *b = wide[way];
            printf("  %-4s%6u%11.2f%11.2f%8.2f%12.2f", way ? "in" : "out", sizes[s], 1e-6 / t[0], 1e-6 / t[1],
                   t[0] / t[1], 1e-6 / t[2]);
            if (b[2] < 1)
                printf("%11.2f%8.2f%16.2f%8.2f%8.2f", 1e-6 / b[2], b[2] / t[2], 1e-6 / b[1], b[0] / b[1], b[1] / t[1]);
            printf("\n");
            for (int k = 0; k < 3; k++)
                wide_free(w[way][k]);
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
    const char *which = argc > 3 ? argv[3] : NULL;
    unsigned only = argc > 4 ? (unsigned)atoi(argv[4]) : 0;
    static struct end l, r;
    static uint32_t order[ORDER];
    static struct wire wire;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    bench_must(seconds > 0 && rounds > 0, "arguments");
    struct rnd *rnd = rnd_seeded_new(1);
    for (unsigned i = 0; i < ORDER; i++)
        order[i] = rnd_u32(rnd);
    rnd_free(rnd);
    wire.bytes = mem_aligned((size_t)STRETCH * VECTOR * PACKET_MAX, 64);
    struct crypto *cr = crypto_new(CRYPTO_BEST);
    printf("AES-GCM, AES-CBC by %s, HMAC-SHA-1 by %s, HMAC-SHA-256 by %s; one core, million packets a second\n\n",
           crypto_cipher_by(cr, CIPHER_AES_GCM), crypto_hash_by(cr, HASH_SHA1), crypto_hash_by(cr, HASH_SHA256));
    crypto_free(cr);
    end_init(&l, true, 1);
    end_init(&r, false, 1);
    printf("  way  bytes    OpenSSL  multi-buffer       ESP              ESP to the faster\n");
    for (size_t i = 0; i < sizeof transforms / sizeof transforms[0]; i++)
        if (!which || strstr(transforms[i].name, which))
            bench(&l, &r, &transforms[i], order, &wire, seconds, rounds, only);
    end_free(&l);
    end_free(&r);
    if (!which || !strcmp(which, "many"))
        bench_many(order, &wire, seconds, rounds, only);
    mem_free(wire.bytes);
    return 0;
}
