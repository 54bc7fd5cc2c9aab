/* ikev2_box.h: two routers, left 10.0.0.1 and right 10.0.0.2, with an IKEv2 crypto map between 10.1.0.0/16 and
 * 10.2.0.0/16, in virtual time; what each end believes; a wire that judges IKE messages by what they are. Include it
 * once per program. */
#ifndef ESPIAL_TESTS_IKEV2_BOX_H
#define ESPIAL_TESTS_IKEV2_BOX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/dataplane.h"
#include "dataplane/ike/engine.h"
#include "dataplane/ike/v2/v2.h"
#include "dataplane/ike/v2/v2_local.h"
#include "dataplane/ike/v2/v2_show.h"
#include "dataplane/ipsec/ipsec.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/net.h"
#include "espial/buf.h"
#include "tests/sim/box.h"

#define LEFT  0x0A000001u
#define RIGHT 0x0A000002u
#define S     US_PER_S

static const char *const node_names[] = {"left", "right"};

struct rig;
/* A message on the wire: which end sent it (0 left), its bytes from the IKE header on. */
typedef enum wire_verdict judge_fn(struct rig *r, int from, const uint8_t *ike, size_t len);
struct rig {
    struct box *b;
    struct wire *wire;
    judge_fn *judge;
    int left; /* for judges: how often still */
    uint8_t exchange, flags;
    unsigned seen[256][2]; /* by exchange type: requests, responses */
    unsigned esp[2];
    uint16_t to; /* port that the last datagram of port 500 or 4500 went to */
    struct {
        uint8_t data[2048];
        size_t len;
        int from;
        bool floated;
    } tape[256];
    unsigned taped;
};

static inline struct ike *rig_ike(const struct rig *r, const char *node)
{
    return dataplane_ike(router_dataplane(box_router(r->b, node)));
}

static inline struct v2 *rig_v2(const struct rig *r, const char *node)
{
    return ike_v2(rig_ike(r, node));
}

static inline struct ipsec *rig_ipsec(const struct rig *r, const char *node)
{
    return dataplane_ipsec(router_dataplane(box_router(r->b, node)));
}

static inline enum wire_verdict rig_tap(void *arg, int from, uint8_t *f, size_t len)
{
    struct rig *r = arg;

    if (len < 34 || get16(f + 12) != 0x0800)
        return WIRE_PASS;
    if (f[23] == PROTO_ESP)
        r->esp[from]++;
    if (len >= 14 + 28 && f[23] == PROTO_UDP && (get16(f + 34) == 500 || get16(f + 34) == 4500))
        r->to = get16(f + 36);
    if (len < 14 + 28 + 28 || f[23] != PROTO_UDP || (get16(f + 36) != 500 && get16(f + 36) != 4500))
        return WIRE_PASS;
    size_t n = (size_t)get16(f + 38) - 8;
    const uint8_t *p = f + 42;
    bool floated = get16(f + 36) == 4500;
    if (floated && get32(p) != 0) {
        r->esp[from]++;
        return WIRE_PASS;
    }
    if (floated) {
        p += 4;
        n -= 4;
    }
    if (n < V2_HDR || 42 + n > len)
        return WIRE_PASS;
    r->seen[p[18]][p[19] & V2_FLAG_RESPONSE ? 1 : 0]++;
    if (r->taped < 256 && n <= sizeof r->tape[0].data) {
        memcpy(r->tape[r->taped].data, p, n);
        r->tape[r->taped].len = n;
        r->tape[r->taped].floated = floated;
        r->tape[r->taped++].from = from;
    }
    return r->judge ? r->judge(r, from, p, n) : WIRE_PASS;
}

#define RIG_CONFIG                                                                                                     \
    "hostname %s\n%s"                                                                                                  \
    "crypto ikev2 keyring K\n peer ANY\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key cisco123\n"                        \
    "crypto ikev2 profile P\n match identity remote address 0.0.0.0\n authentication remote pre-share\n"               \
    " authentication local pre-share\n keyring local K\n%s"                                                            \
    "crypto ipsec transform-set T esp-aes esp-sha256-hmac\n"                                                           \
    "crypto map M 10 ipsec-isakmp\n set peer 10.0.0.%d\n set transform-set T\n set ikev2-profile P\n"                  \
    " match address 101\n%s"                                                                                           \
    "interface Loopback0\n ip address 10.%d.0.1 255.255.0.0\n"                                                         \
    "interface Ethernet0/0\n ip address 10.0.0.%d 255.255.255.0\n crypto map M\n"                                      \
    "ip route 0.0.0.0 0.0.0.0 10.0.0.%d\n"                                                                             \
    "access-list 101 permit ip 10.%d.0.0 0.0.255.255 10.%d.0.0 0.0.255.255\n"                                          \
    "logging buffered 65536\nend\n"

/* More lines: before everything, in the profile, in the map. */
static inline struct rig *rig_new_with(uint64_t seed, const char *global, const char *profile, const char *map)
{
    static struct rig r;
    char text[4096];

    r = (struct rig){.b = box_new(seed)};
    for (int i = 0; i < 2; i++) {
        int me = i + 1, other = 2 - i;
        snprintf(text, sizeof text, RIG_CONFIG, node_names[i], global, profile, other, map, me, me, other, me, other);
        box_node(r.b, node_names[i], text);
    }
    r.wire = box_link(r.b, "left", "Ethernet0/0", "right", "Ethernet0/0");
    box_boot(r.b);
    wire_tap(r.wire, rig_tap, &r);
    return &r;
}

static inline struct rig *rig_new(uint64_t seed)
{
    return rig_new_with(seed, "", "", "");
}

/* Five pings from the node's LAN to the other's: how many came back. */
static inline unsigned rig_ping(struct rig *r, int from, unsigned repeat)
{
    char line[96];
    unsigned percent = 0, got = 0, of = 0;

    snprintf(line, sizeof line, "ping 10.%d.0.1 source Loopback0 repeat %u", 2 - from, repeat);
    const char *said = strstr(box_type(r->b, node_names[from], line), "Success rate");
    if (!said || sscanf(said, "Success rate is %u percent (%u/%u)", &percent, &got, &of) != 3)
        fail_msg("no ping: %s", said ? said : "nothing");
    return got;
}

/* IKE SAs that are up at a node, and of them the i-th. */
static inline unsigned rig_sas(const struct rig *r, int node)
{
    unsigned n = 0;

    for (const struct v2_sa *sa = rig_v2(r, node_names[node])->all; sa; sa = sa->next)
        n += sa->state == V2_UP;
    return n;
}

static inline struct v2_sa *rig_sa(const struct rig *r, int node)
{
    for (struct v2_sa *sa = rig_v2(r, node_names[node])->all; sa; sa = sa->next)
        if (sa->state == V2_UP && !sa->superseded)
            return sa;
    return NULL;
}

static inline unsigned rig_children(const struct rig *r, int node)
{
    struct v2_child_info c;
    unsigned n = 0;

    for (size_t at = 0; v2_child_next(rig_v2(r, node_names[node]), &at, &c);)
        n++;
    return n;
}

static inline struct v2_child *rig_child(const struct rig *r, int node)
{
    struct v2_sa *sa = rig_sa(r, node);

    return sa ? sa->children : NULL;
}

/* For a test that fails. */
static inline void rig_print(const struct rig *r)
{
    for (int i = 0; i < 2; i++) {
        for (const struct v2_sa *sa = rig_v2(r, node_names[i])->all; sa; sa = sa->next) {
            print_message("%s: SA %u %s%s %s queue %u flight %u\n", node_names[i], sa->tunnel_id,
                          v2_state_name(sa->state), sa->superseded ? " superseded" : "",
                          sa->initiator ? "initiator" : "responder", sa->nqueue, sa->in_flight);
            for (const struct v2_child *c = sa->children; c; c = c->next)
                print_message("  child %u in %X out %X state %d by %u%s%s%s\n", c->id, c->spi_in, c->spi_out, c->state,
                              c->by, c->turn ? " enabled" : "", c->deleting ? " deleting" : "",
                              c->again ? " again" : "");
        }
    }
}

/* Nothing half done anywhere: no queue, no reserved SPI, ends agree on SAs and SPIs. */
static inline void rig_quiet(const struct rig *r, unsigned sas, unsigned children)
{
    for (int i = 0; i < 2; i++) {
        struct v2 *v2 = rig_v2(r, node_names[i]);
        assert_int_equal(v2->negotiating_in + v2->negotiating_out, 0);
        assert_int_equal(v2->half_open, 0);
        if (v2->nsas != sas || rig_children(r, i) != children)
            rig_print(r);
        assert_int_equal(v2->nsas, sas);
        assert_int_equal(rig_children(r, i), children);
        assert_int_equal(ipsec_totals(rig_ipsec(r, node_names[i])).pairs, children);
        assert_int_equal(ipsec_totals(rig_ipsec(r, node_names[i])).transient, 0);
        for (const struct v2_sa *sa = v2->all; sa; sa = sa->next) {
            assert_int_equal(sa->nqueue, 0);
            assert_int_equal(sa->in_flight, 0);
            for (unsigned k = 0; k < sa->window; k++)
                assert_false(sa->slots[k].pending);
        }
    }
    for (const struct v2_sa *sa = rig_v2(r, "left")->all; sa; sa = sa->next) {
        const struct v2_sa *q = v2_sa_find(rig_v2(r, "right"), sa->initiator ? sa->rspi : sa->ispi);
        assert_non_null(q);
        for (const struct v2_child *c = sa->children; c; c = c->next)
            assert_non_null(v2_child_by_spi(q, c->proto, c->spi_in));
    }
}

static inline const uint8_t *rig_mac(const struct rig *r, int node)
{
    struct net *net = dataplane_net(router_dataplane(box_router(r->b, node_names[node])));
    return iface_by_name(net, "Ethernet0/0")->mac;
}

/* A datagram of ours between the routers; it passes no tap. */
static inline void rig_inject(struct rig *r, int from, uint16_t sport, const uint8_t *ike, size_t n)
{
    uint8_t f[2048] = {0};
    uint32_t src = from ? RIGHT : LEFT, dst = from ? LEFT : RIGHT;
    memcpy(f, rig_mac(r, 1 - from), 6);
    memcpy(f + 6, rig_mac(r, from), 6);
    put16(f + 12, 0x0800);
    f[14] = 0x45;
    put16(f + 16, (uint16_t)(28 + n));
    f[22] = 64;
    f[23] = PROTO_UDP;
    put32(f + 26, src);
    put32(f + 30, dst);
    put16(f + 24, ip_cksum_fold(ip_cksum_add(0, f + 14, 20)));
    put16(f + 34, sport);
    put16(f + 36, 500);
    put16(f + 38, (uint16_t)(8 + n));
    memcpy(f + 42, ike, n);
    wire_inject(r->wire, from, f, 42 + n);
    box_run(r->b, S / 10);
}

/* A request of left's, sealed, of these payloads. */
static inline void rig_say(struct rig *r, uint16_t sport, uint8_t exchange, uint8_t first, const uint8_t *inner,
                           size_t n)
{
    struct v2_sa *sa = rig_sa(r, 0);
    struct v2_hdr h = {.version = 0x20, .exchange = exchange, .mid = sa->next_mid++};
    uint8_t out[1024];
    memcpy(h.ispi, sa->ispi, 8);
    memcpy(h.rspi, sa->rspi, 8);
    h.flags = sa->initiator ? V2_FLAG_INITIATOR : 0;
    size_t len = v2_sk_seal(sa->seal, rig_ike(r, "left")->env.rnd, &h, first, inner, n, out, sizeof out);
    assert_true(len > 0);
    rig_inject(r, 0, sport, out, len);
}

static inline void rig_free(struct rig *r)
{
    box_free(r->b);
}
#endif
