/* acl_log.c: what access list lines with `log` and `log-input` have to say: %SEC-6-IPACCESSLOGP and its sisters.
 *
 * The first packet of a conversation that fits such a line is said at once. Those after it are counted, and said in one
 * line every five minutes (LOG_EVERY_US) as long as there are any; a conversation without packets for that long is
 * forgotten, and its next packet is a first one again. A conversation is list, verdict, protocol, addresses, and for TCP
 * and UDP the ports, but only if the line asks for ports: without that the router has not looked at them and says 0, as
 * IOS does. At most LOG_FLOWS conversations are kept; packets that find no room are counted, and their number said
 * every five minutes (%SEC-6-IPACCESSLOGRL). Changing a list says what was counted for it.
 *
 * Which message: S for standard lists, P with ports, DP for ICMP with type and code, RP for other protocols that have a
 * name, NP for those that have not. What it does not do: log-update threshold, logging interval, hashes. */
#include <stdio.h>
#include <string.h>

#include "dataplane/net/net_local.h"

#define LOG_FLOWS    256
#define LOG_SLOTS    512 /* a power of two */
#define LOG_EVERY_US (300 * US_PER_S)

MSG(MSG_S, "SEC", 6, "IPACCESSLOGS", 0, "list %s %s %s %s%llu packet%s");
MSG(MSG_P, "SEC", 6, "IPACCESSLOGP", 0, "list %s %s %s %s(%u) %s-> %s(%u), %llu packet%s");
MSG(MSG_DP, "SEC", 6, "IPACCESSLOGDP", 0, "list %s %s %s %s %s-> %s (%u/%u), %llu packet%s");
MSG(MSG_RP, "SEC", 6, "IPACCESSLOGRP", 0, "list %s %s %s %s %s-> %s, %llu packet%s");
MSG(MSG_NP, "SEC", 6, "IPACCESSLOGNP", 0, "list %s %s %u %s %s-> %s, %llu packet%s");
MSG(MSG_RL, "SEC", 6, "IPACCESSLOGRL", 0, "access-list logging rate-limited or missed %llu packet%s");

typedef unsigned long long ull;

struct log_flow {
    char list[ACL_NAME_MAX];
    char input[IFNAME_MAX + MAC_STRLEN + 4]; /* "(Ethernet0/0 aabb.cc00.0100) ", of log-input; else "" */
    bool permit, standard;
    uint32_t src, dst;
    uint16_t sport, dport; /* of ICMP: type and code */
    uint8_t proto;
    uint64_t count; /* since it was said last */
    uint64_t due;
};
struct acl_logs {
    struct net *net;
    struct log_flow flows[LOG_FLOWS];
    unsigned n;
    uint16_t slots[LOG_SLOTS]; /* 1 + index into flows; 0: empty */
    uint64_t missed, missed_due;
    struct timer timer;
};

static const char *proto_name(uint8_t proto)
{
    switch (proto) {
    case PROTO_ICMP: return "icmp";
    case 2: return "igmp";
    case 4: return "ipinip";
    case PROTO_TCP: return "tcp";
    case PROTO_UDP: return "udp";
    case PROTO_GRE: return "gre";
    case PROTO_ESP: return "esp";
    case PROTO_AH: return "ahp";
    case 88: return "eigrp";
    case 89: return "ospf";
    case 94: return "nos";
    case 103: return "pim";
    case 108: return "pcp";
    default: return NULL;
    }
}

static void say(const struct acl_logs *l, const struct log_flow *f, uint64_t n)
{
    struct log *log = l->net->env.log;
    const char *did = f->permit ? "permitted" : "denied", *s = n == 1 ? "" : "s", *name = proto_name(f->proto);

    if (l->net->ending)
        return;
    if (f->standard)
        msg_post(log, &MSG_S, f->list, did, IP4(f->src), f->input, (ull)n, s);
    else if (f->proto == PROTO_TCP || f->proto == PROTO_UDP)
        msg_post(log, &MSG_P, f->list, did, name, IP4(f->src), f->sport, f->input, IP4(f->dst), f->dport, (ull)n, s);
    else if (f->proto == PROTO_ICMP)
        msg_post(log, &MSG_DP, f->list, did, name, IP4(f->src), f->input, IP4(f->dst), f->sport, f->dport, (ull)n, s);
    else if (name)
        msg_post(log, &MSG_RP, f->list, did, name, IP4(f->src), f->input, IP4(f->dst), (ull)n, s);
    else
        msg_post(log, &MSG_NP, f->list, did, f->proto, IP4(f->src), f->input, IP4(f->dst), (ull)n, s);
}

/* ---- conversations ---- */

static unsigned slot_of(const struct log_flow *f)
{
    uint64_t h = (uint64_t)f->src << 32 | f->dst;

    h ^= ((uint64_t)f->sport << 32 | (uint64_t)f->dport << 16 | f->proto) * UINT64_C(0x9E3779B97F4A7C15);
    for (const char *c = f->list; *c; c++)
        h = (h ^ (uint8_t)*c) * UINT64_C(0x100000001B3);
    h ^= h >> 29;
    return (unsigned)(h * UINT64_C(0xD6E8FEB86659FD93) >> 40) & (LOG_SLOTS - 1);
}

static bool same(const struct log_flow *a, const struct log_flow *b)
{
    return a->src == b->src && a->dst == b->dst && a->sport == b->sport && a->dport == b->dport &&
           a->proto == b->proto && a->permit == b->permit && !strcmp(a->list, b->list) && !strcmp(a->input, b->input);
}

static void index_all(struct acl_logs *l)
{
    memset(l->slots, 0, sizeof l->slots);
    for (unsigned i = 0; i < l->n; i++) {
        unsigned s = slot_of(&l->flows[i]);
        while (l->slots[s])
            s = (s + 1) & (LOG_SLOTS - 1);
        l->slots[s] = (uint16_t)(i + 1);
    }
}

static void arm(struct acl_logs *l)
{
    uint64_t due = l->missed ? l->missed_due : UINT64_MAX, now = loop_now(l->net->env.loop);

    for (unsigned i = 0; i < l->n; i++)
        due = l->flows[i].due < due ? l->flows[i].due : due;
    if (due == UINT64_MAX)
        timer_clear(&l->timer);
    else
        timer_set(&l->timer, due > now ? due - now : 0);
}

static void on_due(void *arg)
{
    struct acl_logs *l = arg;
    uint64_t now = loop_now(l->net->env.loop);
    unsigned kept = 0;

    for (unsigned i = 0; i < l->n; i++) {
        struct log_flow *f = &l->flows[i];
        if (f->due <= now) {
            if (!f->count)
                continue;
            say(l, f, f->count);
            f->count = 0;
            f->due = now + LOG_EVERY_US;
        }
        l->flows[kept++] = *f;
    }
    l->n = kept;
    if (l->missed && l->missed_due <= now) {
        msg_post(l->net->env.log, &MSG_RL, (ull)l->missed, l->missed == 1 ? "" : "s");
        l->missed = 0;
    }
    index_all(l);
    arm(l);
}

static void miss(struct acl_logs *l)
{
    if (l->missed++)
        return;
    l->missed_due = loop_now(l->net->env.loop) + LOG_EVERY_US;
    arm(l);
}

void acl_log(struct acl_logs *l, const struct acl *a, const struct acl_rule *r, const struct flow *f,
             const struct iface *in, const uint8_t *mac)
{
    struct log_flow new = {.permit = r->permit, .standard = acl_standard(a), .src = f->src};
    unsigned s;

    str_copy(new.list, sizeof new.list, acl_name(a));
    if (r->log == ACL_LOG_INPUT && in)
        snprintf(new.input, sizeof new.input, "(%s%s%s) ", in->name, mac ? " " : "", mac ? MAC(mac) : "");
    if (!new.standard) {
        bool icmp = f->proto == PROTO_ICMP;
        new.dst = f->dst;
        new.proto = f->proto;
        if (r->sop || r->dop || icmp) {
            new.sport = icmp ? f->icmp_type : f->sport;
            new.dport = icmp ? f->icmp_code : f->dport;
        }
    }
    for (s = slot_of(&new); l->slots[s]; s = (s + 1) & (LOG_SLOTS - 1)) {
        struct log_flow *known = &l->flows[l->slots[s] - 1];
        if (same(known, &new)) {
            known->count++;
            return;
        }
    }
    if (l->n == LOG_FLOWS) {
        miss(l);
        return;
    }
    new.due = loop_now(l->net->env.loop) + LOG_EVERY_US;
    l->flows[l->n++] = new;
    l->slots[s] = (uint16_t)l->n;
    if (!timer_pending(&l->timer))
        arm(l);
    say(l, &new, 1);
}

void acl_log_forget(struct acl_logs *l, const char *name)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < l->n; i++) {
        if (strcmp(l->flows[i].list, name))
            l->flows[kept++] = l->flows[i];
        else if (l->flows[i].count)
            say(l, &l->flows[i], l->flows[i].count);
    }
    if (kept == l->n)
        return;
    l->n = kept;
    index_all(l);
    arm(l);
}

struct acl_logs *acl_logs_new(struct net *net)
{
    struct acl_logs *l = NEW(struct acl_logs);

    l->net = net;
    timer_init(&l->timer, net->env.loop, on_due, l);
    return l;
}

void acl_logs_free(struct acl_logs *l)
{
    timer_clear(&l->timer);
    mem_free(l);
}
