/* nat_lab.h: the routers of lab.h with an address translator between them (RFC 3947, 3948): it stands where the isp meets the hub, shows the spoke as 213.163.222.1 with
 * ports of its own choice, and counts what passes. Include it once per program. */
#ifndef ESPIAL_TESTS_NAT_LAB_H
#define ESPIAL_TESTS_NAT_LAB_H

#include "tests/exchange/lab.h"

#define MAPPINGS 32

struct nat {
    struct lab *lab;
    struct {
        uint16_t inside, outside;
        uint64_t used; /* loop time */
    } map[MAPPINGS];
    unsigned n;
    uint16_t next;       /* port to give out */
    uint64_t forgets;    /* us of silence; 0: never */
    unsigned raw_esp, unknown; /* eaten: ESP without UDP; to ports that nobody opened */
    unsigned keepalives[2], esp[2], ike500[2], ike4500[2]; /* by direction: 0 from the hub */
};

static inline void sum_again(uint8_t *ip, size_t room)
{
    size_t ihl = (ip[0] & 15u) * 4u, len = get16(ip + 2);
    uint8_t *udp = ip + ihl, pseudo[12] = {0};
    put16(ip + 10, 0);
    put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, ihl)));
    if (len > room || !get16(udp + 6))
        return;
    memcpy(pseudo, ip + 12, 8);
    pseudo[9] = PROTO_UDP;
    put16(pseudo + 10, (uint16_t)(len - ihl));
    put16(udp + 6, 0);
    put16(udp + 6, ip_cksum_fold(ip_cksum_add(ip_cksum_add(0, pseudo, sizeof pseudo), udp, len - ihl)));
}

static inline int mapping(struct nat *n, uint16_t inside, bool make)
{
    uint64_t now = lab_now(n->lab);
    for (unsigned i = 0; i < n->n; i++) {
        if (n->map[i].inside != inside)
            continue;
        if (n->forgets && now - n->map[i].used > n->forgets)
            n->map[i].inside = 0;
        else
            return (int)i;
    }
    if (!make || n->n == MAPPINGS)
        return -1;
    n->map[n->n].inside = inside;
    n->map[n->n].outside = n->next;
    n->next += 7;
    return (int)n->n++;
}

static inline int mapped(const struct nat *n, uint16_t outside)
{
    for (unsigned i = 0; i < n->n; i++)
        if (n->map[i].outside == outside && n->map[i].inside && (!n->forgets || lab_now(n->lab) - n->map[i].used <= n->forgets))
            return (int)i;
    return -1;
}

static inline void note(struct nat *n, int from, uint16_t hub_port, const uint8_t *udp)
{
    uint16_t len = get16(udp + 4);
    if (hub_port == 500)
        n->ike500[from]++;
    else if (hub_port == 4500 && len == 9 && udp[8] == 0xFF)
        n->keepalives[from]++;
    else if (hub_port == 4500 && len >= 12 && get32(udp + 8) == 0)
        n->ike4500[from]++;
    else if (hub_port == 4500)
        n->esp[from]++;
}

static inline enum wire_verdict translate(void *arg, int from, uint8_t *frame, size_t len)
{
    struct nat *n = arg;
    uint8_t *ip = frame + 14, *udp = ip + 20;
    if (len < 34 + 8 || get16(frame + 12) != 0x0800)
        return WIRE_PASS;
    if (from == 1 && get32(ip + 12) == SPOKE_ADDR) {
        if (ip[9] != PROTO_UDP) {
            n->raw_esp += ip[9] == PROTO_ESP;
            return WIRE_LOSE;
        }
        int i = mapping(n, get16(udp), true);
        assert_true(i >= 0);
        note(n, 1, get16(udp + 2), udp);
        n->map[i].used = lab_now(n->lab);
        put32(ip + 12, ISP_ADDR);
        put16(udp, n->map[i].outside);
        sum_again(ip, len - 14);
    } else if (from == 0 && get32(ip + 16) == ISP_ADDR && (ip[9] == PROTO_UDP || ip[9] == PROTO_ESP)) {
        int i = ip[9] == PROTO_UDP ? mapped(n, get16(udp + 2)) : -1;
        if (i < 0) {
            n->unknown++;
            return WIRE_LOSE;
        }
        note(n, 0, get16(udp), udp);
        n->map[i].used = lab_now(n->lab);
        put32(ip + 16, SPOKE_ADDR);
        put16(udp + 2, n->map[i].inside);
        sum_again(ip, len - 14);
    }
    return WIRE_PASS;
}

static inline void forget(struct nat *n)
{
    memset(n->keepalives, 0, sizeof n->keepalives);
    memset(n->esp, 0, sizeof n->esp);
    memset(n->ike500, 0, sizeof n->ike500);
    memset(n->ike4500, 0, sizeof n->ike4500);
    n->raw_esp = n->unknown = 0;
}
#endif
