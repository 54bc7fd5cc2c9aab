/* ike_world.h: two IKE engines in one process, in virtual time, for the tests of this folder: a wire between them that
 * can lose, repeat, hold back and spoil chosen messages, and in place of ipsec the small database of ike_db.h. A third
 * engine may share the first one's address translator. Include it once per program. */
#ifndef ESPIAL_TESTS_IKE_WORLD_H
#define ESPIAL_TESTS_IKE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/ike/engine.h"
#include "dataplane/ike/ike_show.h"
#include "dataplane/ipsec/evtrace.h"
#include "dataplane/ipsec/flowmib.h"
#include "dataplane/ipsec/ipsec.h"
#include "espial/bus.h"
#include "espial/msg.h"
#include "tests/sim/vloop.h"

#define ADDR_A 0xC0000201u /* 192.0.2.1 */
#define ADDR_B 0xC6336402u /* 198.51.100.2 */
#define NET_A  0x0A010000u
#define NET_B  0x0A020000u
#define MASK16 0xFFFF0000u

#define ADDR_C 0xC0000203u /* 192.0.2.3: behind the translator of A */
#define NET_C  0x0A030000u

enum { SIDE_A, SIDE_B, SIDE_C };
enum msg_name { MM1, MM2, MM3, MM4, MM5, MM6, QM1, QM2, QM3, INFO, AM1, AM2, AM3, PIECE, OTHER, MSG_NAMES };
static const char *const msg_names[MSG_NAMES] = {"MM1", "MM2", "MM3", "MM4",  "MM5",  "MM6",
                                                 "QM1", "QM2", "QM3", "INFO",
                                                 "AM1", "AM2", "AM3", "piece", "other"};

struct fake_pair {
    bool used, enabled;
    uint32_t id;
    uint64_t installed, enabled_at;
    struct sa_pair_params p;
    uint8_t key_in[160], key_out[160];
};
#define PAIRS 64
#define SPIS  64
struct world;
struct side;
struct ipsec {
    struct side *side;
    struct fake_pair pairs[PAIRS];
    uint32_t next_id, current;
    uint32_t reserved[SPIS];
    unsigned acquire_ok, acquire_failed, failures;
    unsigned installs, deletes;
    uint64_t later_us; /* what the last pair had to wait for, at most */
    bool is_static, refuse_install, no_selector;
    uint64_t last_in, last_out;
    bool watched;
    uint32_t watched_owner;
    struct ipsec_policy policy;
    uint32_t other_remote; /* another network behind the same peer; 0 none */
    struct evtrace *events;
    engine_rows_fn *rows;
    void *rows_arg;
};
struct side {
    struct world *w;
    int which;
    uint32_t addr, nat_addr; /* nat_addr: what others see, 0: addr */
    struct inet inet;
    struct udp_sock sock500, sock4500;
    udp_rx_fn *rx500, *rx4500;
    void *rx_arg;
    struct ipsec ips;
    struct ike *ike;
    struct bus *bus;
    struct log *log;
    struct rnd *rnd;
    bool deaf; /* nothing arrives */
    unsigned sent[MSG_NAMES];
};
struct flight {
    struct world *w;
    struct side *to;
    struct udp_from from;
    uint8_t *data;
    size_t len;
    struct timer timer;
    struct flight *next;
};
enum fate { FATE_PASS, FATE_LOSE, FATE_REPEAT, FATE_HOLD /* 3 s late */, FATE_SPOIL };
struct world {
    struct loop *loop;
    struct work *work;
    struct side side[3]; /* the third only after world_third */
    struct flight *flights;
    /* Decides about each message on the wire; may change its bytes. */
    enum fate (*judge)(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len);
    void *judge_arg;
    int left; /* for judges: how often still */
    enum msg_name target;
    enum fate fate;
    uint32_t delay_us;
    /* every message that was sent, for replays */
    struct {
        uint8_t *data;
        size_t len;
        int from;
        enum msg_name name;
        uint16_t sport, dport;
    } tape[256];
    unsigned taped;
};

#include "tests/exchange/ike_db.h"

/* ---- wire ---- */
static enum msg_name name_of(const struct world *w, const struct side *from, const uint8_t *d, size_t len)
{
    static const uint8_t none[8];
    if (len < ISAKMP_HDR)
        return OTHER;
    bool enc = d[19] & FLAG_ENCRYPT;
    if (d[16] == PL_FRAGMENT && !enc)
        return PIECE;
    if (d[18] == EX_INFO)
        return INFO;
    if (d[18] == EX_AGGRESSIVE && memcmp(d + 8, none, 8) == 0)
        return AM1;
    if (d[18] == EX_AGGRESSIVE)
        return d[16] == PL_SA ? AM2 : AM3;
    if (d[18] == EX_MAIN && !enc) {
        if (memcmp(d + 8, none, 8) == 0)
            return MM1;
        if (d[16] == PL_SA)
            return MM2;
    }
    /* Otherwise by who began: the first on tape with this cookie, or this message id. */
    for (unsigned i = 0; i < w->taped; i++) {
        const uint8_t *t = w->tape[i].data;
        bool same = d[18] == EX_MAIN ? memcmp(t, d, 8) == 0
                                     : memcmp(t, d, 8) == 0 && t[18] == EX_QUICK && memcmp(t + 20, d + 20, 4) == 0;
        if (!same || t[18] != d[18])
            continue;
        bool ours = w->tape[i].from == from->which;
        if (d[18] == EX_MAIN)
            return enc ? (ours ? MM5 : MM6) : (ours ? MM3 : MM4);
        if (!ours)
            return QM2;
        return w->tape[i].len == len && memcmp(t, d, len) == 0 ? QM1 : QM3;
    }
    return d[18] == EX_QUICK ? QM1 : OTHER;
}

static void flight_end(struct flight *f)
{
    for (struct flight **at = &f->w->flights; *at; at = &(*at)->next)
        if (*at == f) {
            *at = f->next;
            break;
        }
    timer_clear(&f->timer);
    mem_free(f->data);
    mem_free(f);
}

static void arrive(void *arg)
{
    struct flight *f = arg;
    struct side *to = f->to;
    udp_rx_fn *rx = f->from.dport == 4500 ? to->rx4500 : to->rx500;
    if (rx && !to->deaf)
        rx(to->rx_arg, &f->from, f->data, f->len);
    flight_end(f);
}

static void launch(struct world *w, struct side *to, const struct udp_from *from, const uint8_t *data, size_t len,
                   uint64_t delay)
{
    struct flight *f = NEW(struct flight);
    *f = (struct flight){
        .w = w, .to = to, .from = *from, .data = mem_new(len ? len : 1), .len = len, .next = w->flights};
    memcpy(f->data, data, len);
    w->flights = f;
    timer_init(&f->timer, w->loop, arrive, f);
    timer_set(&f->timer, delay);
}

static struct side *side_of(struct inet *in)
{
    return (struct side *)((char *)in - offsetof(struct side, inet));
}

static struct udp_sock *fake_open(struct inet *in, uint16_t port, udp_rx_fn *rx, void *arg)
{
    struct side *s = side_of(in);
    struct udp_sock *sock = port == 500 ? &s->sock500 : &s->sock4500;
    *sock = (struct udp_sock){.inet = in, .port = port};
    *(port == 500 ? &s->rx500 : &s->rx4500) = rx;
    s->rx_arg = arg;
    return sock;
}

/* B sees A and C at one address, by ports: those of A lie 20000 above their own, those of C 30000. */
#define MAPPED(s) ((s)->which == SIDE_C ? 30000 : 20000)
static struct side *receiver(struct side *s, uint32_t dst, uint16_t dport)
{
    struct world *w = s->w;

    if (s->which != SIDE_B)
        return &w->side[SIDE_B];
    return w->side[SIDE_C].w && (dport >= 30000 || dst == w->side[SIDE_C].addr) ? &w->side[SIDE_C] : &w->side[SIDE_A];
}

static int fake_send(struct udp_sock *sock, uint32_t src, uint32_t dst, uint16_t dport, const void *data, size_t len)
{
    struct side *s = side_of(sock->inet);
    struct world *w = s->w;
    struct side *to = receiver(s, dst, dport);
    uint8_t copy[ISAKMP_OUT_MAX + 4];
    size_t skip = sock->port == 4500 ? 4 : 0;
    assert_int_equal(src, s->addr);
    assert_true(len <= sizeof copy);
    memcpy(copy, data, len);
    if (len < skip + ISAKMP_HDR)
        skip = 0;
    enum msg_name name = name_of(w, s, copy + skip, len - skip);
    s->sent[name]++;
    if (w->taped < 256) {
        w->tape[w->taped].data = mem_new(len - skip);
        memcpy(w->tape[w->taped].data, copy + skip, len - skip);
        w->tape[w->taped].len = len - skip;
        w->tape[w->taped].name = name;
        w->tape[w->taped].sport = sock->port;
        w->tape[w->taped].dport = dport;
        w->tape[w->taped++].from = s->which;
    }
    if (dst != (to->nat_addr ? to->nat_addr : to->addr))
        return 0;
    struct udp_from from = {.src = s->nat_addr ? s->nat_addr : s->addr,
                            .dst = to->addr,
                            .sport = s->nat_addr ? (uint16_t)(sock->port + MAPPED(s)) : sock->port,
                            .dport = dport};
    if (to->nat_addr) /* the translator lets in only answers; it knows the port by its mapping */
        from.dport = dport > 20000 ? (uint16_t)(dport - MAPPED(to)) : dport;
    enum fate fate = w->judge ? w->judge(w, s, name, copy + skip, len - skip) : FATE_PASS;
    uint64_t delay = w->delay_us;
    if (fate == FATE_LOSE)
        return 0;
    if (fate == FATE_HOLD)
        delay += 3 * US_PER_S;
    launch(w, to, &from, copy, len, delay);
    if (fate == FATE_REPEAT)
        launch(w, to, &from, copy, len, delay + 50 * US_PER_MS);
    return 0;
}

static void fake_close(struct udp_sock *sock)
{
    struct side *s = side_of(sock->inet);
    *(sock->port == 500 ? &s->rx500 : &s->rx4500) = NULL;
}

static uint32_t fake_source(struct inet *in, uint32_t dst)
{
    (void)dst;
    return side_of(in)->addr;
}

static uint32_t fake_if_addr(struct inet *in, const char *ifname)
{
    (void)ifname;
    return side_of(in)->addr;
}

static const struct inet_ops fake_inet = {.udp_open = fake_open,
                                          .udp_send = fake_send,
                                          .udp_close = fake_close,
                                          .source_for = fake_source,
                                          .if_addr = fake_if_addr};

/* ---- building ---- */
static inline void side_policy(struct side *s, uint32_t peer, uint32_t local_net, uint32_t remote_net)
{
    s->ips.policy = (struct ipsec_policy){
        .map = "VPN",
        .seq = 10,
        .ifname = "Ethernet0/0",
        .local = s->addr,
        .peer = peer,
        .local_sel = {local_net, MASK16, 0, 0},
        .remote_sel = {remote_net, MASK16, 0, 0},
        .transforms = {{PROTO_ESP, CIPHER_AES_CBC, 256, HASH_SHA1, IPSEC_TUNNEL}},
        .ntransforms = 1,
        .life_s = 3600,
        .life_kb = 4608000,
        .replay_window = 64,
    };
}

static inline struct ike_policy_conf *add_policy(struct ike *ike, uint16_t priority, uint8_t enc, uint8_t bits,
                                                 uint8_t hash, uint8_t group, uint32_t life)
{
    struct ike_policy_conf *p = mem_new(sizeof *p);
    *p = (struct ike_policy_conf){priority, enc, bits, hash, IKE_AUTH_PSK, group, life};
    conf_list_add(&ike->conf.policies, p);
    return p;
}

static inline struct ike_psk_conf *add_psk(struct ike *ike, const char *key, uint32_t addr, uint32_t mask)
{
    struct ike_psk_conf *p = mem_new(sizeof *p);
    ike_psk_conf_init(p);
    snprintf(p->key, sizeof p->key, "%s", key);
    p->addr = addr;
    p->mask = mask;
    conf_list_add(&ike->conf.psks, p);
    return p;
}

static const char *side_name(void *arg)
{
    static const char *const names[] = {"spoke.example", "hub.example", "third.example"};

    return names[((const struct side *)arg)->which];
}

static inline void side_start(struct side *s)
{
    struct world *w = s->w;
    const struct ike_env env = {.loop = w->loop,
                                .work = w->work,
                                .rnd = s->rnd,
                                .log = s->log,
                                .inet = &s->inet,
                                .ipsec = &s->ips,
                                .hostname = side_name,
                                .hostname_arg = s};
    s->ike = ike_new(&env);
    add_policy(s->ike, 10, IKE_ENC_AES, IKE_BITS_256, IKE_HASH_SHA, 19, 86400);
    add_psk(s->ike, "cisco123", 0, 0);
    ike_conf_changed(s->ike);
}

/* As a reload: everything forgotten, nothing sent. */
static inline void side_reload(struct side *s)
{
    struct ike *old = s->ike;
    s->ike = NULL;
    bool is_static = s->ips.is_static;
    struct ipsec_policy policy = s->ips.policy;
    ike_free(old);
    uint32_t other = s->ips.other_remote;
    s->ips = (struct ipsec){
        .side = s, .is_static = is_static, .policy = policy, .other_remote = other, .events = s->ips.events};
    side_start(s);
}

static inline void side_new(struct world *w, int which, uint64_t seed, uint32_t addr, uint32_t peer, uint32_t local_net,
                            uint32_t remote_net)
{
    struct side *s = &w->side[which];
    s->w = w;
    s->which = which;
    s->addr = addr;
    s->inet.ops = &fake_inet;
    s->ips.side = s;
    s->rnd = rnd_seeded_new(seed * 2 + (uint64_t)which);
    s->bus = bus_new(w->loop);
    s->log = log_new(w->loop, s->bus);
    log_conf(s->log)->buffer_size = 1 << 20;
    log_conf_changed(s->log);
    s->ips.events = evtrace_new(w->loop, s->log);
    side_policy(s, peer, local_net, remote_net);
    side_start(s);
}

static inline struct world *world_new(uint64_t seed)
{
    struct world *w = NEW(struct world);
    w->loop = vloop_new(1000000000 * (int64_t)US_PER_S);
    w->work = vwork_new(w->loop);
    w->delay_us = 5000;
    for (int i = 0; i < 2; i++)
        side_new(w, i, seed, i ? ADDR_B : ADDR_A, i ? ADDR_A : ADDR_B, i ? NET_B : NET_A, i ? NET_A : NET_B);
    return w;
}

/* A second spoke behind the translator that A is behind: at B, its flows are those of NET_C. */
static inline struct side *world_third(struct world *w, uint64_t seed, uint32_t nat_addr)
{
    w->side[SIDE_A].nat_addr = nat_addr;
    side_new(w, SIDE_C, seed, ADDR_C, ADDR_B, NET_C, NET_B);
    w->side[SIDE_C].nat_addr = nat_addr;
    w->side[SIDE_B].ips.policy.peer = nat_addr;
    w->side[SIDE_B].ips.other_remote = NET_C;
    return &w->side[SIDE_C];
}

static inline void world_free(struct world *w)
{
    for (int i = 0; i < 3; i++) {
        struct side *s = &w->side[i];
        struct ike *ike = s->ike;
        if (!s->w)
            continue;
        s->ike = NULL;
        ike_free(ike);
        evtrace_free(s->ips.events);
        log_free(s->log);
        bus_free(s->bus);
        rnd_free(s->rnd);
    }
    while (w->flights)
        flight_end(w->flights);
    for (unsigned i = 0; i < w->taped; i++)
        mem_free(w->tape[i].data);
    vwork_free(w->work);
    vloop_free(w->loop);
    mem_free(w);
}

static inline void run_s(struct world *w, double seconds)
{
    vloop_run_for(w->loop, (uint64_t)(seconds * 1e6));
}

static inline void acquire(struct side *s)
{
    ike_acquire(s->ike, &s->ips.policy);
}

/* ---- asking ---- */
static inline unsigned log_count(struct side *s, const char *text)
{
    size_t at = 0;
    unsigned n = 0;
    const char *line;
    while ((line = log_buffer_next(s->log, &at)))
        n += strstr(line, text) != NULL;
    return n;
}

static inline void log_dump(struct side *s)
{
    size_t at = 0;
    const char *line;
    while ((line = log_buffer_next(s->log, &at)))
        fprintf(stderr, "%c %s\n", 'A' + s->which, line);
}

static inline unsigned pairs_of(struct side *s)
{
    return sad_count_peer(&s->ips, s->ips.policy.peer);
}

static inline unsigned sas_up(struct side *s)
{
    struct ike_sa_info i;
    size_t at = 0;
    unsigned n = 0;
    while (ike_sa_next(s->ike, &at, &i))
        n += i.up;
    return n;
}

static inline unsigned reserved(struct side *s)
{
    unsigned n = 0;
    for (int i = 0; i < SPIS; i++)
        n += s->ips.reserved[i] != 0;
    return n;
}

/* What `from` sends with is something `to` takes in, with the same keys. */
static inline bool flows(struct side *from, struct side *to)
{
    struct fake_pair *f = fake_pair(&from->ips, from->ips.current);
    if (!f || !f->enabled)
        return false;
    for (int i = 0; i < PAIRS; i++) {
        struct fake_pair *g = &to->ips.pairs[i];
        if (g->used && g->p.spi_in == f->p.spi_out && g->p.key_len == f->p.key_len &&
            memcmp(g->key_in, f->key_out, f->p.key_len) == 0)
            return true;
    }
    return false;
}

static inline bool both_flow(struct world *w)
{
    return flows(&w->side[SIDE_A], &w->side[SIDE_B]) && flows(&w->side[SIDE_B], &w->side[SIDE_A]);
}

/* No exchange half done, nothing reserved, nobody waiting. */
static inline bool settled(struct side *s)
{
    struct ike_counts c = ike_counts(s->ike);
    return c.negotiating == 0 && c.half_open == 0 && reserved(s) == 0;
}
#endif
