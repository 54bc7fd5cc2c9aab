/* fuzz_frame.c: any Ethernet frames into a router that forwards: ARP, IPv4 with options, pieces, ICMP, UDP, whole or spoiled.
 *
 * An input is a sequence of frames, each with two bytes of length and one of wishes in front: a right header checksum, a right total length, right ICMP and UDP
 * checksums (little would get past those by chance), by which cable it comes, how long the router may rest afterwards. Beside not crashing it must hold: a packet
 * that came in goes out or dies for a declared reason; tables stay within their bounds; and when the timers have run, every buffer is back. */
#include "dataplane/limits.h"
#include "dataplane/net/arp.h"
#include "espial/inet.h"
#include "tests/fuzz/frames.h"
#include "tests/fuzz/fuzz.h"
#include "tests/sim/netbox.h"
#include "tests/sim/vloop.h"

enum wish { WISH_SUM = 1, WISH_LENGTH = 2, WISH_L4 = 4, WISH_OTHER_CABLE = 8, WISH_TIME = 0x30, WISH_TO_US = 0x40 };
#define INPUTS_A_LIFE 2000

const char *const fuzz_words[] = {"\x08\x06", "\x0a\x01", "\xff\xff\xff\xff", "\xe0", "\x7f", NULL};

struct world {
    struct loop *loop;
    struct netbox box;
    struct wire *wires[2];
    struct udp_sock *sock;
    unsigned inputs;
    unsigned sum;
};

static void on_udp(void *arg, const struct udp_from *from, const uint8_t *data, size_t len)
{
    struct world *w = arg;

    for (size_t i = 0; i < len; i++)
        w->sum += data[i]; /* every byte promised can be read */
    if (w->sum % 5 == 0) /* and answered, to whoever it was */
        (void)udp_send(w->sock, 0, from->src, from->sport, data, len);
}

static struct world *world_new(void)
{
    struct world *w = NEW(struct world);
    struct if_conf *c;

    w->loop = vloop_new(0);
    w->wires[0] = wire_new(w->loop, NULL, NULL);
    w->wires[1] = wire_new(w->loop, NULL, NULL);
    netbox_init(&w->box, w->loop, 1);
    netbox_plug(&w->box, "Ethernet0/0", w->wires[0], 0, "10.0.0.1/24");
    netbox_plug(&w->box, "Ethernet0/1", w->wires[1], 0, "10.0.1.1/24");
    netbox_route(&w->box, "10.9.0.0/16", "10.0.1.2");
    netbox_route(&w->box, "10.8.0.0/16", "Ethernet0/1"); /* an ARP entry for each of its addresses */
    c = netbox_conf(&w->box, "Ethernet0/1");
    c->ip_mtu = 500;
    iface_conf_changed(w->box.net, c, false);
    w->sock = udp_open(net_inet(w->box.net), 4500, on_udp, w);
    vloop_run_for(w->loop, 2 * US_PER_S);
    return w;
}

static void world_free(struct world *w)
{
    udp_close(w->sock);
    vloop_run_for(w->loop, REASS_TIMEOUT_US + (ARP_TRIES + 1) * ARP_RETRY_US);
    fuzz_must(netbox_used(&w->box) == 0);
    netbox_end(&w->box);
    wire_free(w->wires[0]);
    wire_free(w->wires[1]);
    vloop_free(w->loop);
    mem_free(w);
}

static void fix_l4(uint8_t *ip, size_t len)
{
    size_t ihl = (ip[0] & 15u) * 4u;

    if (ihl < 20 || ihl > len)
        return;
    uint8_t *l4 = ip + ihl;
    size_t n = len - ihl;
    if (ip[9] == PROTO_ICMP && n >= 4) {
        put16(l4 + 2, 0);
        put16(l4 + 2, ip_cksum_fold(ip_cksum_add(0, l4, n)));
    } else if (ip[9] == PROTO_UDP && n >= 8) {
        put16(l4 + 6, 0); /* none */
    }
}

static void fix(uint8_t *f, size_t len, unsigned wish)
{
    if (len < FRAME_ETH + 20)
        return;
    if (wish & WISH_TO_US)
        memcpy(f, "\xaa\xbb\xcc\0\1\0", 6);
    if (wish & WISH_LENGTH)
        put16(f + FRAME_ETH + 2, (uint16_t)(len - FRAME_ETH));
    if (wish & WISH_L4)
        fix_l4(f + FRAME_ETH, len - FRAME_ETH);
    if (wish & WISH_SUM)
        frame_sum(f, len);
}

static void one_frame(struct world *w, struct fuzz_in *in)
{
    uint8_t f[FUZZ_INPUT_MAX];
    size_t len = fuzz_u16(in), got;
    unsigned wish = fuzz_u8(in);
    const uint8_t *p = fuzz_bytes(in, len, &got);

    if (got)
        memcpy(f, p, got);
    fix(f, got, wish);
    wire_inject(w->wires[wish & WISH_OTHER_CABLE ? 1 : 0], 1, f, got);
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
        one_frame(w, &in);
    vloop_run_for(w->loop, 500);
    fuzz_must(arp_rows(w->box.net, NULL, 0) <= ARP_ENTRIES_MAX + IFACES_MAX);
    fuzz_must(graph_pool(w->box.graph, false).used <= ARP_HOLD_ALL + REASS_PACKETS * REASS_FRAGMENTS);
    if (++w->inputs == INPUTS_A_LIFE) {
        world_free(w);
        w = NULL;
    }
    return 0;
}

/* Each kind alone, then pieces that make a whole, then many addresses asked for. */
size_t fuzz_seed(size_t i, uint8_t *out)
{
    static const uint8_t wishes = WISH_SUM | WISH_TO_US | 0x10;
    size_t n = 0;

    if (i < FRAME_KINDS * 4) {
        size_t len = frame_seed((unsigned)i % FRAME_KINDS, (uint32_t)(i * 0x9E3779B1u), out + 3);
        put16(out, (uint16_t)len);
        out[2] = wishes | WISH_L4;
        return len + 3;
    }
    if (i == FRAME_KINDS * 4) {
        static const uint8_t echo[48] = {8};
        static const uint16_t fields[] = {0x2000, 4, 0x2002}; /* last in the middle */
        for (int k = 0; k < 3; k++) {
            size_t len = frame_ip(out + n + 3, PROTO_ICMP, FRAME_US, fields[k], echo, 16);
            put16(out + n, (uint16_t)len);
            out[n + 2] = wishes;
            n += len + 3;
        }
        return n;
    }
    if (i == FRAME_KINDS * 4 + 1) {
        for (uint32_t k = 0; k < 100; k++) {
            size_t len = frame_ip(out + n + 3, PROTO_UDP, 0x0A080000u + k * 77, 0, "\0\1\0\7\0\x08\0\0", 8);
            put16(out + n, (uint16_t)len);
            out[n + 2] = WISH_SUM | WISH_TO_US;
            n += len + 3;
        }
        return n;
    }
    return SIZE_MAX;
}
