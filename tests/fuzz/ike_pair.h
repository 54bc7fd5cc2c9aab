/* ike_pair.h: two routers that share a tunnel, a cable that remembers their IKE messages and can lose them, and the steps
 * that harnesses of both versions of IKE have in common. left begins, right is the victim (and sometimes left is). Define
 * CONFIG before: a startup-config with six numbers, the other's, own, own, the other's, own, the other's. */
#ifndef ESPIAL_TESTS_FUZZ_IKE_PAIR_H
#define ESPIAL_TESTS_FUZZ_IKE_PAIR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/dataplane.h"
#include "dataplane/ike/engine.h"
#include "dataplane/ipsec/ipsec.h"
#include "espial/buf.h"
#include "tests/fuzz/fuzz.h"
#include "tests/sim/box.h"

#define LEFT          0x0A000001u
#define RIGHT         0x0A000002u
#define INPUTS_A_LIFE 64
#define TAPE          64
#define STEPS_MAX     64

struct world {
    struct box *b;
    struct wire *wire;
    struct {
        uint8_t data[2048];
        size_t len;
        bool floated;
        int from;
    } tape[TAPE];
    unsigned taped, next; /* kept; where the next one goes */
    unsigned pass;        /* messages still let through; UINT32_MAX: all */
    uint32_t mid;         /* of the last exchange begun by a harness */
    unsigned inputs;
};

static inline struct ike *ike_of(const struct world *w, const char *node)
{
    return dataplane_ike(router_dataplane(box_router(w->b, node)));
}

static inline struct ipsec *ipsec_of(const struct world *w, const char *node)
{
    return dataplane_ipsec(router_dataplane(box_router(w->b, node)));
}

/* Remember IKE; lose it when the cable is to lose. */
static inline enum wire_verdict tap(void *arg, int from, uint8_t *f, size_t len)
{
    struct world *w = arg;

    if (len < 14 + 28 + 4 || get16(f + 12) != 0x0800 || f[23] != PROTO_UDP || (get16(f + 36) != 500 && get16(f + 36) != 4500))
        return WIRE_PASS;
    size_t n = (size_t)get16(f + 38) - 8;
    const uint8_t *p = f + 42;
    bool floated = get16(f + 36) == 4500;
    if (n > len - 42)
        return WIRE_PASS;
    if (floated && n > 4) {
        p += 4;
        n -= 4;
    }
    if (n <= sizeof w->tape[0].data) {
        unsigned at = w->next++ % TAPE;
        memcpy(w->tape[at].data, p, n);
        w->tape[at].len = n;
        w->tape[at].floated = floated;
        w->tape[at].from = from;
        if (w->taped < TAPE)
            w->taped++;
    }
    if (!w->pass)
        return WIRE_LOSE;
    if (w->pass != UINT32_MAX)
        w->pass--;
    return WIRE_PASS;
}

static inline struct world *world_new(void)
{
    struct world *w = NEW(struct world);
    char text[2048];

    w->b = box_new(7);
    for (int i = 1; i <= 2; i++) {
        snprintf(text, sizeof text, CONFIG, 3 - i, i, i, 3 - i, i, 3 - i);
        box_node(w->b, i == 1 ? "left" : "right", text);
    }
    w->wire = box_link(w->b, "left", "Ethernet0/0", "right", "Ethernet0/0");
    wire_tap(w->wire, tap, w);
    w->pass = UINT32_MAX;
    box_boot(w->b);
    return w;
}

/* Nobody answers any longer, nothing is there that would be renewed, and everything that waits for a clock has had its
 * time. */
static inline void world_quiet(struct world *w)
{
    static const char *const nodes[] = {"left", "right"};

    w->pass = 0;
    for (int i = 0; i < 2; i++) {
        box_type(w->b, nodes[i], "end");
        box_type(w->b, nodes[i], "clear crypto session");
    }
    box_run(w->b, 300 * US_PER_S);
}

static inline void world_free(struct world *w)
{
    box_free(w->b);
    mem_free(w);
}

static inline void deliver(struct world *w, bool to_right, uint32_t src, bool floated, const uint8_t *data, size_t len)
{
    struct ike *ike = ike_of(w, to_right ? "right" : "left");
    struct udp_from from = {.src = src, .dst = to_right ? RIGHT : LEFT, .sport = floated ? 4500 : 500, .dport = floated ? 4500 : 500};
    uint8_t *copy = mem_new(len + 4); /* exactly as long as it says */

    memcpy(copy + 4, data, len);
    if (!ike->on)
        ;
    else if (!floated)
        recv_500(ike, &from, copy + 4, len);
    else
        recv_4500(ike, &from, copy, len + 4);
    mem_free(copy);
}

/* Payloads out of the input: as they are (type, then bytes), or made well-formed: type, length, body, again and again. */
static inline size_t chain(struct fuzz_in *in, uint8_t *out, size_t cap, uint8_t *first)
{
    size_t n = 0, got;
    uint8_t *next = first;

    *first = 0;
    if (fuzz_u8(in) & 1) {
        *first = fuzz_u8(in);
        const uint8_t *p = fuzz_bytes(in, cap, &got);
        memcpy(out, p, got);
        return got;
    }
    while (in->left >= 2) {
        uint8_t type = fuzz_u8(in);
        size_t len = fuzz_u8(in);
        const uint8_t *p = fuzz_bytes(in, len, &got);
        if (n + 4 + got > cap || type == 0)
            break;
        *next = type;
        next = out + n;
        out[n] = 0;
        out[n + 1] = 0;
        put16(out + n + 2, (uint16_t)(4 + got));
        memcpy(out + n + 4, p, got);
        n += 4 + got;
    }
    return n;
}

static inline void taped(struct world *w, unsigned which, struct fuzz_in *in)
{
    uint8_t m[2048];
    size_t len, got;

    if (!w->taped)
        return;
    which %= w->taped;
    len = w->tape[which].len;
    memcpy(m, w->tape[which].data, len);
    for (const uint8_t *p = fuzz_bytes(in, 32, &got); got >= 3; p += 3, got -= 3) /* place, value */
        m[get16(p) % len] ^= p[2];
    if (fuzz_u8(in) & 1)
        len = 1 + fuzz_u16(in) % len;
    if (len >= ISAKMP_HDR && fuzz_u8(in) & 1)
        put32(m + 24, (uint32_t)len);
    deliver(w, w->tape[which].from == 0, w->tape[which].from == 0 ? LEFT : RIGHT, w->tape[which].floated, m, len);
}

static inline size_t put_step(uint8_t *out, unsigned step, unsigned arg, const void *p, size_t len)
{
    out[0] = (uint8_t)step;
    out[1] = (uint8_t)arg;
    put16(out + 2, (uint16_t)len);
    if (len)
        memcpy(out + 4, p, len);
    return len + 4;
}
#endif
