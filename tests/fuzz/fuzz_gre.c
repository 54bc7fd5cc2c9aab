/* fuzz_gre.c: any GRE into a router with tunnels of every kind: plain, with key, checksum and sequence numbers, with keepalives, protected, in ipsec mode.
 *
 * An input is a sequence of packets, each with a byte of wishes and two of length in front: from which neighbour, a right checksum of GRE, a right header checksum
 * and length of the IPv4 packet inside. The outer header is always right: others spoil that (fuzz_frame.c). What GRE says is read here by a reader of its own,
 * and it must hold: nothing reaches a tunnel that this reader would not give to it (version, flags, key, checksum, protocol); a protected tunnel takes nothing in
 * clear; no packet comes back to the wire with more than the tunnels' own headers in front; and when the timers have run, every buffer is back. */
#include <stdio.h>

#include "dataplane/ipsec/ipsec.h"
#include "dataplane/limits.h"
#include "dataplane/tunnel/tunnel.h"
#include "tests/fuzz/frames.h"
#include "tests/fuzz/fuzz.h"
#include "tests/sim/netbox.h"
#include "tests/sim/vloop.h"

enum wish { WISH_SUM = 1, WISH_INNER = 2, WISH_FROM = 0x0C, WISH_TIME = 0x30, WISH_DIRECT = 0x40 };
#define INPUTS_A_LIFE 2000
#define PEER(n)       (0x0A000002u + (n)) /* 10.0.0.2 and on: one tunnel each, but the last two of five */
enum { PLAIN, STRICT, ASKING, SECRET, TUNNELS };

const char *const fuzz_words[] = {"\x08\x00", "\x20\x00\x08\x00", "\xb0\x00\x08\x00", "\x00\x00\x00\x07", "\x45", "\x2f", "\x0a\x00\x00\x02", "\x0a\x00\x00\x01", "\x20\x01", NULL};

struct world {
    struct loop *loop;
    struct netbox box;
    struct wire *wire;
    struct ipsec *ips;
    struct tunnels *ts;
    struct iface *tunnels[TUNNELS];
    unsigned inputs;
};

static enum wire_verdict from_router(void *arg, int from, uint8_t *frame, size_t len)
{
    (void)arg, (void)from;
    if (len >= FRAME_ETH + 20 && get16(frame + 12) == 0x0800)
        fuzz_must(get16(frame + FRAME_ETH + 2) == len - FRAME_ETH && !ip_cksum_fold(ip_cksum_add(0, frame + FRAME_ETH, (frame[FRAME_ETH] & 15u) * 4u)));
    return WIRE_PASS;
}

static void tunnel_new(struct world *w, unsigned n, const char *addr_len)
{
    char name[16];

    snprintf(name, sizeof name, "Tunnel%u", n);
    netbox_addr(&w->box, name, addr_len);
    struct if_conf *c = netbox_conf(&w->box, name);
    c->tunnel.src = 0x0A000001;
    c->tunnel.dst = PEER(n);
    c->tunnel.has_key = c->tunnel.checksum = c->tunnel.sequence = n == STRICT;
    c->tunnel.key = n == STRICT ? 7 : 0;
    c->tunnel.keepalive = n == ASKING;
    if (n == SECRET)
        memcpy(c->tunnel.profile, "default", 8);
    iface_conf_changed(w->box.net, c, false);
    w->tunnels[n] = iface_by_name(w->box.net, name);
}

static struct world *world_new(void)
{
    struct world *w = NEW(struct world);

    w->loop = vloop_new(0);
    w->wire = wire_new(w->loop, NULL, NULL);
    wire_tap(w->wire, from_router, w);
    netbox_init(&w->box, w->loop, 1);
    const struct ipsec_env ipsec = {
        .loop = w->loop, .rnd = w->box.rnd, .log = w->box.log, .bus = w->box.bus, .net = w->box.net, .graph = w->box.graph};
    w->ips = ipsec_new(&ipsec);
    const struct tunnel_env tunnel = {
        .loop = w->loop, .rnd = w->box.rnd, .log = w->box.log, .graph = w->box.graph, .net = w->box.net, .ipsec = w->ips};
    w->ts = tunnels_new(&tunnel);
    netbox_plug(&w->box, "Ethernet0/0", w->wire, 0, "10.0.0.1/24");
    tunnel_new(w, PLAIN, "172.16.0.1/24");
    tunnel_new(w, STRICT, "172.16.1.1/24");
    tunnel_new(w, ASKING, "172.16.2.1/24");
    tunnel_new(w, SECRET, "172.16.3.1/24");
    netbox_route(&w->box, "10.9.0.0/16", "Tunnel0"); /* what comes by one tunnel may leave by another */
    netbox_route(&w->box, "10.8.0.0/16", "Tunnel1");
    netbox_route(&w->box, "10.7.0.0/16", "Tunnel3");
    vloop_run_for(w->loop, 3 * US_PER_S);
    for (unsigned n = 0; n < TUNNELS; n++)
        fuzz_must(w->tunnels[n]->up);
    return w;
}

static void world_free(struct world *w)
{
    vloop_run_for(w->loop, REASS_TIMEOUT_US + (ARP_TRIES + 1) * ARP_RETRY_US);
    fuzz_must(netbox_used(&w->box) <= ARP_HOLD_ALL); /* keepalives may wait for a neighbour that never answers */
    tunnels_free(w->ts);
    ipsec_free(w->ips);
    netbox_end(&w->box);
    wire_free(w->wire);
    vloop_free(w->loop);
    mem_free(w);
}

/* The tunnel that may take this, by a reading of its own; TUNNELS: none. */
static unsigned reading(unsigned from, const uint8_t *g, size_t len)
{
    size_t head = 4, key_at = 4;

    if (from >= TUNNELS || from == SECRET || len < 4 || (g[0] & 0x4C) || (g[1] & 7))
        return TUNNELS;
    if (g[0] & 0x80) {
        head += 4;
        key_at += 4;
    }
    head += (g[0] & 0x20 ? 4u : 0) + (g[0] & 0x10 ? 4u : 0);
    if (len < head || (g[2] << 8 | g[3]) % 0x0800 || g[2] > 8)
        return TUNNELS;
    bool key = g[0] & 0x20;
    if (key != (from == STRICT) || (key && memcmp(g + key_at, "\0\0\0\7", 4) != 0))
        return TUNNELS;
    uint32_t sum = 0;
    for (size_t i = 0; g[0] & 0x80 && i < len; i++)
        sum += i % 2 ? g[i] : (uint32_t)g[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return g[0] & 0x80 && sum != 0xFFFF ? TUNNELS : from;
}

static void fix(uint8_t *g, size_t len, unsigned wish)
{
    if (len < 4)
        return;
    size_t head = 4 + (g[0] & 0x80 ? 4u : 0) + (g[0] & 0x20 ? 4u : 0) + (g[0] & 0x10 ? 4u : 0);
    if ((wish & WISH_INNER) && len >= head + 20) {
        uint8_t *ip = g + head;
        put16(ip + 2, (uint16_t)(len - head));
        if ((ip[0] & 15u) * 4u <= len - head && (ip[0] & 15u) >= 5) {
            put16(ip + 10, 0);
            put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, (ip[0] & 15u) * 4u)));
        }
    }
    if ((wish & WISH_SUM) && (g[0] & 0x80) && len >= 8) {
        put16(g + 4, 0);
        put16(g + 4, ip_cksum_fold(ip_cksum_add(0, g, len)));
    }
}

static void one_packet(struct world *w, struct fuzz_in *in)
{
    uint8_t f[FUZZ_INPUT_MAX + 64];
    unsigned wish = fuzz_u8(in), from = (wish & WISH_FROM) >> 2;
    size_t len = fuzz_u16(in) % 1400, got;
    const uint8_t *p = fuzz_bytes(in, len, &got);
    uint64_t before[TUNNELS];

    if (wish & WISH_DIRECT)
        from = TUNNELS; /* a stranger */
    uint8_t *g = f + FRAME_ETH + 20;
    size_t all = frame_ip(f, PROTO_GRE, 0x0A000001u, 0, p, got);
    put32(f + FRAME_ETH + 12, PEER(from));
    fix(g, got, wish);
    frame_sum(f, all);
    unsigned may = reading(from, g, got);
    for (unsigned n = 0; n < TUNNELS; n++)
        before[n] = w->tunnels[n]->n.rx_packets;
    wire_inject(w->wire, 1, f, all);
    vloop_run_for(w->loop, 500);
    for (unsigned n = 0; n < TUNNELS; n++)
        fuzz_must(n == may || w->tunnels[n]->n.rx_packets == before[n]);
    static const uint64_t rest[] = {0, 500, US_PER_S, 10 * US_PER_S};
    vloop_run_for(w->loop, rest[(wish & WISH_TIME) >> 4]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world *w; /* lives across inputs: what one leaves behind, the next meets */
    struct fuzz_in in = {data, size};

    if (!w)
        w = world_new();
    while (in.left)
        one_packet(w, &in);
    fuzz_must(graph_pool(w->box.graph, false).used <= ARP_HOLD_ALL + REASS_PACKETS * REASS_FRAGMENTS);
    if (++w->inputs == INPUTS_A_LIFE) {
        world_free(w);
        w = NULL;
    }
    return 0;
}

/* An echo to us, to what lies behind each tunnel, a keepalive, an answer to one: for each neighbour. */
size_t fuzz_seed(size_t i, uint8_t *out)
{
    static const uint32_t dst[] = {0xAC100001, 0x0A090909, 0x0A080808, 0x0A070707, 0x0A000001};
    unsigned from = (unsigned)i % 4, kind = (unsigned)i / 4;
    uint8_t *g = out + 3, *ip;

    if (kind >= 6)
        return SIZE_MAX;
    memset(g, 0, 80);
    out[0] = (uint8_t)(WISH_SUM | WISH_INNER | from << 2);
    put16(g, from == STRICT ? 0xB000 : 0);
    put16(g + 2, kind == 5 ? 0 : 0x0800);
    ip = g + 4;
    if (from == STRICT) {
        put32(g + 8, 7);
        put32(g + 12, (uint32_t)i * 100);
        ip += 12;
    }
    size_t len = kind == 5 ? 0 : 20 + 8;
    if (len) {
        ip[0] = 0x45;
        ip[8] = 64;
        ip[9] = kind == 4 ? PROTO_GRE : PROTO_ICMP;
        put32(ip + 12, kind == 4 ? 0x0A000001 : 0xAC100002u + (from << 8));
        put32(ip + 16, kind == 4 ? PEER(from) : dst[kind]);
        ip[20] = kind == 4 ? 0 : 8;
        if (kind != 4)
            put16(ip + 22, ip_cksum_fold(ip_cksum_add(0, ip + 20, 8)));
    }
    put16(out + 1, (uint16_t)(ip - g + (ptrdiff_t)len));
    return (size_t)(ip - out) + len;
}
