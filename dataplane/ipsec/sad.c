/* sad.c: security associations: the inbound table, reserved SPIs, pairs and their lives.
 *
 * IKE reserves an inbound SPI, negotiates, installs a pair and, when the other end is known to listen, enables its
 * outbound half (make before break). The inbound table is keyed (destination, protocol, SPI); reserved SPIs stand in
 * the transient table, so that a packet which overtakes its own installation is dropped silently and never called
 * invalid (the defect CSCvn31824 is the lack of this). A pair ends by deletion or by its hard lifetime, whichever of
 * seconds and kilobytes is first; kilobytes count the packets inside, each direction by itself. Before that it asks
 * once for a successor: the side that began its negotiation 30 s before the end or at 95% of the volume (when 256 KB are
 * left, at least), the other side at 20 s or 97% (128 KB), so that normally only one of them asks; and when 2^20 sequence
 * numbers are left. A pair that carried no packet asks for nothing until it carries one (as on IOS; but those of protected
 * tunnels do), nor does one whose successor is installed. A pair with an idle time ends when it has carried nothing,
 * either way, for so long. A dead pair is unreachable at once but freed at the end of the turn: packets on their way
 * through the graph may still point at it.
 */
#include "dataplane/ipsec/ipsec_local.h"

#include <string.h>

#define SPI_HANDLE 0x40000000u /* handles of SPIs count from here */

static struct spi_key key_of(uint32_t addr, uint8_t proto, uint32_t spi)
{
    return (struct spi_key){.addr = addr, .spi = spi, .proto = proto};
}

static uint64_t seed(struct ipsec *ips)
{
    uint64_t s;
    rnd_fill(ips->env.rnd, &s, sizeof s);
    return s;
}

void sad_init(struct ipsec *ips)
{
    spi_init(&ips->in);
    ips->crypto = crypto_new(CRYPTO_BEST);
    ips->ivs = ips->env.ivs ? NULL : rnd_stretch_new(ips->env.rnd);
    ips->transient = table_new(sizeof(struct spi_key), seed(ips));
    ips->by_id = table_new(sizeof(uint32_t), seed(ips));
    ips->peers = table_new(sizeof(uint32_t), seed(ips));
    ips->hand_peers = table_new(sizeof(uint32_t), seed(ips));
    owners_init(ips, seed(ips));
    ips->pair_ids = 1;
}

void sad_fini(struct ipsec *ips)
{
    struct sa_pair *sa;
    struct transient *t;
    for (size_t at = 0; (sa = table_next(ips->by_id, &at));)
        pair_delete(sa, SA_GONE_CLEARED, false);
    sad_bury(ips);
    for (size_t at = 0; (t = table_next(ips->transient, &at));)
        mem_free(t);
    spi_fini(&ips->in);
    crypto_free(ips->crypto);
    rnd_free(ips->ivs);
    late_fini(ips);
    table_free(ips->transient);
    table_free(ips->by_id);
    table_free(ips->peers);
    table_free(ips->hand_peers);
    owners_fini(ips);
}

bool sad_is_transient(const struct ipsec *ips, uint32_t dst, uint8_t proto, uint32_t spi)
{
    struct spi_key k = key_of(dst, proto, spi);
    return table_find(ips->transient, &k) != NULL;
}

/* IKE releases what it reserved; what stays all the same goes when room is needed. */
static void transient_purge(struct ipsec *ips)
{
    uint64_t now = loop_now(ips->env.loop);
    struct transient *t;
    for (size_t at = 0; (t = table_next(ips->transient, &at));)
        if (now - t->since >= TRANSIENT_KEEP_US) {
            table_remove(ips->transient, &t->key);
            mem_free(t);
        }
}

uint32_t sad_reserve_spi(struct ipsec *ips, uint32_t local, uint8_t proto)
{
    if (table_count(ips->transient) >= TRANSIENT_MAX)
        transient_purge(ips);
    if (table_count(ips->transient) >= TRANSIENT_MAX)
        return 0;
    bool ff = fault_strikes(ips->env.faults, FAULT_SPI_FF, 0);
    for (;;) {
        struct spi_key k = key_of(local, proto, rnd_u32(ips->env.rnd) | (ff ? SPI_FF : 0));
        if (k.spi < 256 || spi_find(&ips->in, local, proto, k.spi) || manual_has_spi(ips, local, proto, k.spi) ||
            table_find(ips->transient, &k))
            continue;
        struct transient *t = NEW(struct transient);
        t->key = k;
        t->since = loop_now(ips->env.loop);
        t->handle = SPI_HANDLE + ++ips->spi_handles;
        table_put(ips->transient, &k, t);
        return k.spi;
    }
}

void sad_release_spi(struct ipsec *ips, uint32_t local, uint8_t proto, uint32_t spi)
{
    struct spi_key k = key_of(local, proto, spi);
    mem_free(table_remove(ips->transient, &k));
    manual_gone(ips, false);
}

static struct ipsec_peer *peer_take(struct ipsec *ips, uint32_t addr, bool by_hand)
{
    struct table *peers = peers_of(ips, by_hand);
    struct ipsec_peer *p = table_find(peers, &addr);
    if (!p) {
        p = NEW(struct ipsec_peer);
        p->addr = addr;
        p->by_hand = by_hand;
        p->end = &p->first;
        table_put(peers, &addr, p);
    }
    p->pairs++;
    return p;
}

static void peer_join(struct sa_pair *sa)
{
    struct ipsec_peer *p = sa->peer;
    sa->prev_of_peer = p->end;
    *p->end = sa;
    p->end = &sa->next_of_peer;
}

/* Its own next stays, for who is on a walk. */
static void peer_part(struct sa_pair *sa)
{
    *sa->prev_of_peer = sa->next_of_peer;
    if (sa->next_of_peer)
        sa->next_of_peer->prev_of_peer = sa->prev_of_peer;
    else
        sa->peer->end = sa->prev_of_peer;
}

static void peer_drop(struct ipsec *ips, struct ipsec_peer *p)
{
    if (--p->pairs)
        return;
    table_remove(peers_of(ips, p->by_hand), &p->addr);
    mem_free(p);
}

/* A tunnel's is renewed whether it was used or not. */
static bool unused(const struct sa_pair *sa)
{
    return sa->in.packets + sa->out.packets == 0 && !sa->policy.protection;
}

static void on_soft(void *arg)
{
    struct sa_pair *sa = arg;
    if (unused(sa)) {
        sa->soft_bytes = 0; /* the first packet will ask */
        pair_limit(sa);
    }
    pair_soft(sa);
}

static void on_hard(void *arg)
{
    pair_delete(arg, SA_GONE_EXPIRED, true);
}

/* No packet for as long as was asked: a look at when it is due, none per packet. */
static void on_idle(void *arg)
{
    struct sa_pair *sa = arg;
    uint64_t now = loop_now(sa->ips->env.loop), due = sa->used_at + sa->policy.idle_s * US_PER_S;
    if (now < due)
        timer_set(&sa->idle, due - now);
    else
        pair_delete(sa, SA_GONE_IDLE, true);
}

/* How long before its end a pair asks for its successor: of a short life, a part. */
static uint64_t soft_before_us(const struct sa_pair *sa)
{
    uint64_t life = sa->policy.life_s;
    if (life > 2 * SOFT_BEFORE_S)
        return (sa->initiator ? SOFT_BEFORE_S : SOFT_BEFORE_RESP_S) * US_PER_S;
    return life * US_PER_S / 8 * (sa->initiator ? 2 : 1);
}

static uint64_t soft_before_bytes(const struct sa_pair *sa)
{
    uint64_t life = (uint64_t)sa->policy.life_kb * 1024;
    uint64_t part = life - life / 100 * (sa->initiator ? SOFT_KB_PERCENT : SOFT_KB_RESP_PERCENT);
    uint64_t least = (sa->initiator ? SOFT_KB : SOFT_KB_RESP) * UINT64_C(1024);
    if (life < 4 * SOFT_KB * UINT64_C(1024)) /* as a peer may have it */
        least = life / 8 * (sa->initiator ? 2 : 1);
    return part > least ? part : least;
}

void pair_thresholds(const struct sa_pair *sa, uint32_t *seconds, uint32_t *kilobytes)
{
    *seconds = (uint32_t)(soft_before_us(sa) / US_PER_S);
    *kilobytes = (uint32_t)(soft_before_bytes(sa) / 1024);
}

void pair_limit(struct sa_pair *sa)
{
    uint64_t least = sa->soft_told || sa->hard_bytes < sa->soft_bytes ? sa->hard_bytes : sa->soft_bytes;
    sa->limit_kb = least >> 10 > UINT32_MAX ? UINT32_MAX : (uint32_t)(least >> 10);
}

static void lifetimes(struct sa_pair *sa)
{
    uint64_t life = sa->policy.life_s;
    timer_init(&sa->soft, sa->ips->env.loop, on_soft, sa);
    timer_init(&sa->hard, sa->ips->env.loop, on_hard, sa);
    timer_init(&sa->idle, sa->ips->env.loop, on_idle, sa);
    turn_init(sa);
    if (sa->policy.idle_s)
        timer_set(&sa->idle, sa->policy.idle_s * US_PER_S);
    if (life) {
        timer_set(&sa->hard, life * US_PER_S);
        timer_set(&sa->soft, life * US_PER_S - soft_before_us(sa));
    }
    sa->hard_bytes = sa->soft_bytes = UINT64_MAX;
    if (sa->policy.life_kb) {
        sa->hard_bytes = (uint64_t)sa->policy.life_kb * 1024;
        sa->soft_bytes = sa->hard_bytes - soft_before_bytes(sa);
    }
    pair_limit(sa);
}

bool pair_programmed(const struct sa_pair *sa)
{
    return spi_find(&sa->ips->in, sa->policy.local, sa->policy.transforms[0].proto, sa->in.spi) == sa;
}

void pair_program(struct sa_pair *sa)
{
    struct spi_key k = key_of(sa->policy.local, sa->policy.transforms[0].proto, sa->in.spi);
    mem_free(table_remove(sa->ips->transient, &k));
    if (!spi_find(&sa->ips->in, k.addr, (uint8_t)k.proto, k.spi))
        spi_add(&sa->ips->in, k.addr, (uint8_t)k.proto, k.spi, sa);
    over_forget(sa);
    over_program(sa, true);
}

/* At once; two named defects make it late: the one takes the SPI out of the transient table all the same, the other
 * leaves it there. */
static void program(struct sa_pair *sa)
{
    struct ipsec *ips = sa->ips;
    struct faults *f = ips->env.faults;
    struct spi_key k = key_of(sa->policy.local, sa->policy.transforms[0].proto, sa->in.spi);
    bool late = false;
    if (fault_strikes(f, FAULT_LATE_PROGRAM, (uint32_t)table_count(ips->by_id))) {
        mem_free(table_remove(ips->transient, &k));
        over_forget(sa);
        late = late_add(ips, sa->id, fault_window_us(f, FAULT_LATE_PROGRAM));
    } else if (fault_strikes(f, FAULT_KILLS_NEW, 0)) {
        late = late_add(ips, sa->id, fault_window_us(f, FAULT_KILLS_NEW));
    }
    if (!late)
        pair_program(sa);
}

static void export_half(const struct sa_pair *sa, bool in, const uint8_t *key)
{
    const struct ipsec *ips = sa->ips;
    const struct ipsec_transform *t = &sa->policy.transforms[0];
    size_t auth = hash_len(t->auth), ckey = sad_keymat_len(t) - auth;
    struct ipsec_key_export k = {
        .src = in ? sa->policy.peer : sa->policy.local,
        .dst = in ? sa->policy.local : sa->policy.peer,
        .spi = in ? sa->in.spi : sa->out.spi,
        .transform = *t, /* AH over it is not told */
        .cipher_key = key,
        .cipher_key_len = ckey,
        .auth_key = key + ckey,
        .auth_key_len = auth,
    };
    ips->env.export_key(ips->env.export_arg, &k);
}

static uint32_t install(struct ipsec *ips, const struct sa_pair_params *p)
{
    const struct ipsec_transform *t = &p->policy.transforms[0];
    if (p->policy.ntransforms == 0 || !transform_valid(t) || p->key_len != sad_keymat_len(t) || p->spi_in < 256 ||
        p->spi_out < 256)
        return 0;
    if (p->policy.replay_window > REPLAY_WINDOW_MAX || (p->udp_encap && t->proto != PROTO_ESP) ||
        table_count(ips->by_id) >= PAIRS_MAX)
        return 0;
    struct spi_key k = key_of(p->policy.local, t->proto, p->spi_in);
    if (spi_find(&ips->in, p->policy.local, t->proto, p->spi_in) || !over_valid(ips, p))
        return 0;
    struct ipsec_flow *f = flow_for(ips, &p->policy, true);
    if (!f)
        return 0;
    struct sa_pair *sa = pair_take(ips, p);
    sa->ips = ips;
    sa->flow = f;
    sa->policy = p->policy;
    if (!transform_icv(t))
        sa->policy.replay_window = 0; /* numbers that nothing proves (RFC 4303 section 3.4.3) */
    sa->tunnel = t->mode == IPSEC_TUNNEL;
    sa->ecn = sa->policy.ecn;
    sa->ah = t->proto == PROTO_AH;
    sa->esn = t->esn;
    sa->gcm = t->proto == PROTO_ESP && cipher_is_aead(t->cipher);
    sa->local = p->policy.local;
    sa->remote = p->policy.peer;
    const struct ipsec_flow *line = p->policy.several && f->wide ? f->wide : NULL;
    sa->local_sel = line ? line->local_sel : p->policy.local_sel;
    sa->remote_sel = line ? line->remote_sel : p->policy.remote_sel;
    sa->policy.first = (struct ipsec_first){0};
    sa->id = ips->pair_ids;
    ips->pair_ids += 2; /* the outbound half is shown as the next number ... */
    if (t->over != HASH_NONE)
        ips->pair_ids += 2; /* ... AH's over it as the two after that */
    sa->initiator = p->initiator;
    sa->pfs_group = p->pfs_group;
    sa->udp_encap = p->udp_encap;
    sa->local_port = p->local_port;
    sa->peer_port = p->peer_port;
    sa->icv_len = (uint8_t)transform_icv(t);
    if (t->proto == PROTO_ESP) {
        sa->iv_len = (uint8_t)cipher_iv_len(t->cipher);
        sa->block = (uint8_t)cipher_block(t->cipher);
        if (sa->block < 4)
            sa->block = 4;
        sa->head_len = (uint8_t)(8 + sa->iv_len + (sa->udp_encap ? 8 : 0));
    } else {
        sa->head_len = (uint8_t)(12 + sa->icv_len);
    }
    over_add(sa, p);
    replay_init(&sa->replay, sa->policy.replay_window);
    sa->ip_id = (uint16_t)rnd_u32(ips->env.rnd);
    sa->installed_at = sa->used_at = loop_now(ips->env.loop);
    sa->manual = sa->soft_told = p->policy.manual; /* nobody is asked for its successor */
    sa->peer = peer_take(ips, p->policy.peer, sa->manual);
    peer_join(sa);
    sa->owner = owner_take(ips, sa->manual ? OWNER_HAND : p->owner);
    lifetimes(sa);
    const struct transient *reserved = table_find(ips->transient, &k);
    sa->handle = reserved ? reserved->handle : 0;
    table_put(ips->by_id, &sa->id, sa);
    program(sa);
    sa->older = f->pairs;
    if (sa->older)
        sa->older->newer = sa;
    f->pairs = sa;
    f->last = *t;
    f->last_udp = sa->udp_encap;
    f->acquiring = false;
    f->asked_at = 0;
    ips->totals.installed += sa->over ? 2 : 1;
    flowmib_made(sa);
    if (ips->env.export_key) {
        export_half(sa, true, p->key_in);
        export_half(sa, false, p->key_out);
    }
    debug_create(sa);
    event_create(sa);
    return sa->id;
}

uint32_t sad_install(struct ipsec *ips, const struct sa_pair_params *p)
{
    uint32_t id = install(ips, p);
    if (!id) {
        ips->totals.refused++;
        event_refused(ips, p);
        flowmib_fail(ips, FLOWMIB_CAPACITY, p->policy.peer, p->policy.local, p->spi_in, 0);
    }
    return id;
}

static void unlink_pair(struct sa_pair *sa)
{
    struct ipsec_flow *f = sa->flow;
    *(sa->newer ? &sa->newer->older : &f->pairs) = sa->older;
    if (sa->older)
        sa->older->newer = sa->newer;
    flow_part(f, sa);
    sa->flow = NULL;
    if (f->out == sa) {
        f->out = NULL;
        for (struct sa_pair *o = f->pairs; o && !f->out; o = o->older)
            if (o->enabled)
                f->out = o;
    }
    for (struct sa_pair *o = f->pairs; o && !f->out; o = o->older)
        if (timer_pending(&o->turn))
            pair_enable(o);
    if (!f->out)
        f->up_since = 0;
    dummy_update(sa->ips, f);
    protect_changed(sa->ips, f);
    rri_update(sa->ips, f);
    flow_emptied(sa->ips, f);
}

void pair_delete(struct sa_pair *sa, enum sa_gone why, bool tell)
{
    if (sa->dead)
        return;
    struct ipsec *ips = sa->ips;
    struct spi_key k = key_of(sa->policy.local, sa->policy.transforms[0].proto, sa->in.spi);
    struct sa_pair_info info;
    pair_info(sa, &info);
    debug_delete(sa);
    event_delete(sa, why);
    flowmib_gone(sa, why);
    sa->dead = true;
    timer_clear(&sa->soft);
    timer_clear(&sa->hard);
    timer_clear(&sa->idle);
    timer_clear(&sa->turn);
    if (spi_find(&ips->in, k.addr, (uint8_t)k.proto, k.spi) == sa)
        spi_remove(&ips->in, k.addr, (uint8_t)k.proto, k.spi);
    over_program(sa, false);
    table_remove(ips->by_id, &sa->id);
    peer_gone(ips, sa, why);
    unlink_pair(sa);
    peer_part(sa);
    peer_drop(ips, sa->peer);
    sa->peer = NULL;
    owner_drop(ips, sa->owner);
    sa->owner = NULL;
    sa->next_dead = ips->dead_head;
    ips->dead_head = sa;
    ips->totals.deleted += sa->over ? 2 : 1;
    ips->overs -= sa->over ? 1 : 0;
    report_kick(ips);
    manual_gone(ips, sa->manual);
    if (tell && ips->up.gone && !sa->manual)
        ips->up.gone(ips->up.arg, &info, why);
}

void sad_bury(struct ipsec *ips)
{
    while (ips->dead_head) {
        struct sa_pair *sa = ips->dead_head;
        ips->dead_head = sa->next_dead;
        pair_give(ips, sa);
    }
}

void pair_soft(struct sa_pair *sa)
{
    struct ipsec *ips = sa->ips;
    if (sa->dead || sa->soft_told || sa->soft_queued || unused(sa) || sa->flow->pairs != sa)
        return;
    sa->soft_queued = true;
    sa->next_soft = NULL;
    *ips->soft_tail = sa;
    ips->soft_tail = &sa->next_soft;
    report_kick(ips);
}

void pair_used(struct sa_pair *sa, const struct sa_half *h)
{
    if (h->bytes >= sa->soft_bytes && !sa->soft_told)
        pair_soft(sa);
    if (h->bytes < sa->hard_bytes || sa->dead)
        return;
    if (h == &sa->in) {
        pair_delete(sa, SA_GONE_EXPIRED, true);
        return;
    }
    sa->dead = true; /* nothing more is sent with it */
    sa->next_dead = sa->ips->spent;
    sa->ips->spent = sa;
}

void pair_spent(struct ipsec *ips)
{
    while (ips->spent) {
        struct sa_pair *sa = ips->spent;
        ips->spent = sa->next_dead;
        sa->dead = false;
        pair_delete(sa, SA_GONE_EXPIRED, true);
    }
}

uint32_t pair_plain_mtu(struct sa_pair *sa, uint32_t path_mtu)
{
    if (sa->plain_mtu_for != path_mtu || !path_mtu) {
        uint32_t plain = ipsec_plain_mtu(&sa->policy.transforms[0], sa->udp_encap, path_mtu);
        if (path_mtu > UINT16_MAX)
            return plain;
        sa->plain_mtu = (uint16_t)plain; /* less than path_mtu */
        sa->plain_mtu_for = (uint16_t)path_mtu;
    }
    return sa->plain_mtu;
}

void pair_info(const struct sa_pair *sa, struct sa_pair_info *out)
{
    *out = (struct sa_pair_info){
        .id = sa->id, .spi_in = sa->in.spi, .spi_out = sa->out.spi, .initiator = sa->initiator, .policy = sa->policy};
    if (sa->over) {
        out->over_in = sa->over->spi_in;
        out->over_out = sa->over->spi_out;
    }
}

bool sad_delete(struct ipsec *ips, uint32_t id, enum sa_gone why)
{
    struct sa_pair *sa = table_find(ips->by_id, &id);
    if (!sa)
        return false;
    pair_delete(sa, why, true);
    return true;
}
