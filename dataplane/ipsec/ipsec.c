/* ipsec.c: one IPsec half: made, configured, looked at.
 *
 * Its parts: sa.c (what an SA is made of), sad.c (SAs), cryptomap.c and spd.c (policy), esp_out.c esp_in.c ah.c natt.c
 * replay.c (packets), report.c (what it says). Here are the ends: construction, defaults, the flat views that shows and
 * MIBs read, and the clears. Views are copies; cursors are positions, good for a walk within one turn. Nothing here
 * runs per packet.
 */
#include "dataplane/ipsec/evtrace.h"
#include "dataplane/ipsec/ipsec_local.h"
#include "dataplane/ipsec/ipsec_show.h"

#include <string.h>

#include "espial/debug.h"
#include "espial/text.h"

static int set_cmp(const void *a, const void *b)
{
    return strcmp(((const struct transform_set_conf *)a)->name, ((const struct transform_set_conf *)b)->name);
}

static int profile_cmp(const void *a, const void *b)
{
    return strcmp(((const struct ipsec_profile_conf *)a)->name, ((const struct ipsec_profile_conf *)b)->name);
}

static int map_cmp(const void *a, const void *b)
{
    const struct cryptomap_conf *x = a, *y = b;
    int d = strcmp(x->name, y->name);
    return d ? d : (x->seq > y->seq) - (x->seq < y->seq);
}

void transform_set_conf_init(struct transform_set_conf *c)
{
    c->bits = 128;
}

void cryptomap_conf_init(struct cryptomap_conf *c)
{
    conf_list_init(&c->peers, sizeof(struct map_peer_conf), NULL, NULL);
}

void cryptomap_conf_fini(struct cryptomap_conf *c)
{
    conf_list_clear(&c->peers);
    mem_wipe(c->keys, sizeof c->keys);
}

static void map_item_fini(void *item)
{
    cryptomap_conf_fini(item);
}

void ipsec_conf_init(struct ipsec_conf *c)
{
    conf_list_init(&c->sets, sizeof(struct transform_set_conf), set_cmp, NULL);
    conf_list_init(&c->maps, sizeof(struct cryptomap_conf), map_cmp, map_item_fini);
    conf_list_init(&c->dynamics, sizeof(struct cryptomap_conf), map_cmp, map_item_fini);
    conf_list_init(&c->map_locals, sizeof(struct map_local_conf), NULL, NULL);
    conf_list_init(&c->map_profiles, sizeof(struct map_profile_conf), NULL, NULL);
    conf_list_init(&c->profiles, sizeof(struct ipsec_profile_conf), profile_cmp, NULL);
    c->life_s = 3600;
    c->life_kb = 4608000;
    c->replay = 64;
    c->optional_retry = 300;
}

void ipsec_conf_fini(struct ipsec_conf *c)
{
    conf_list_clear(&c->sets);
    conf_list_clear(&c->maps);
    conf_list_clear(&c->dynamics);
    conf_list_clear(&c->map_locals);
    conf_list_clear(&c->map_profiles);
    conf_list_clear(&c->profiles);
}

struct ipsec *ipsec_new(const struct ipsec_env *env)
{
    struct ipsec *ips = NEW(struct ipsec);
    ips->env = *env;
    ipsec_conf_init(&ips->conf);
    ips->born = loop_now(env->loop);
    ips->mib = flowmib_new();
    ips->events = evtrace_new(env->loop, env->log);
    report_init(ips);
    ips->store = store_new();
    sad_init(ips);
    map_init(ips);
    pmtu_init(ips);
    graph_set(env->graph, STAGE_CRYPTO_OUT, crypto_out_stage, ips);
    graph_set(env->graph, STAGE_CRYPTO_CHECK, crypto_check_stage, ips);
    graph_set(env->graph, STAGE_ESP_OUT, esp_out_stage, ips);
    graph_set(env->graph, STAGE_ESP_IN, esp_in_stage, ips);
    return ips;
}

void ipsec_free(struct ipsec *ips)
{
    if (!ips)
        return;
    if (ips->env.debug)
        debug_unregister(ips->env.debug, ips);
    ips->up = (struct ipsec_up){0};
    sad_fini(ips);
    pmtu_fini(ips);
    map_fini(ips);
    report_fini(ips);
    flowmib_free(ips->mib);
    evtrace_free(ips->events);
    ipsec_conf_fini(&ips->conf);
    mem_wipe(ips->chance, sizeof ips->chance);
    store_free(ips->store);
    mem_free(ips);
}

void ipsec_set_up(struct ipsec *ips, const struct ipsec_up *up)
{
    ips->up = *up;
}

struct ipsec_conf *ipsec_conf(struct ipsec *ips)
{
    return &ips->conf;
}

void ipsec_conf_changed(struct ipsec *ips)
{
    map_dirty(ips);
}

uint64_t flow_send_errors(const struct flow_count *n)
{
    return n->no_sa_send + n->encaps_failed + n->rollover_send + n->internal_send;
}

/* A number out of order (rollover) is counted among the replays already. */
uint64_t flow_recv_errors(const struct flow_count *n)
{
    return n->invalid_sa_rcv + n->decaps_failed + n->invalid_prot + n->verify_failed + n->invalid_identity +
           n->invalid_len + n->replay_failed + n->internal_rcv;
}

/* The newest stands first in the group, and last here. */
static size_t show_below(struct ipsec *ips, const struct flow_group *g, size_t n)
{
    size_t end = n + (g ? g->n : 0), at = end;

    if (end > ips->nflows)
        return n;
    for (struct ipsec_flow *f = g ? g->first : NULL; f; f = f->next_below)
        ips->shown[--at] = f;
    return end;
}

static size_t show_entry(struct ipsec *ips, const struct map_entry *e, size_t n)
{
    for (size_t r = 0; r < e->nrules; r++) {
        struct ipsec_flow *f = e->rules[r].flow;
        if (!f || e->rules[r].shared || n >= ips->nflows)
            continue;
        ips->shown[n++] = f;
        n = show_below(ips, f->below, n);
    }
    return show_below(ips, e->below, n);
}

/* The i-th flow in show order: each line's own, then those below it. NULL past the last. */
static struct ipsec_flow *flow_at(struct ipsec *ips, size_t i)
{
    if (ips->shown_stale || !ips->shown) {
        size_t n = 0;
        mem_free(ips->shown);
        ips->shown = mem_array(ips->nflows + 1, sizeof(struct ipsec_flow *));
        for (const struct map_if *mi = ips->ifs; mi; mi = mi->next)
            for (size_t e = 0; !mi->owner && e < mi->nentries; e++)
                n = show_entry(ips, mi->entries[e], n);
        ips->shown_stale = false;
    }
    return i <= ips->nflows ? ips->shown[i] : NULL;
}

static unsigned count_pairs(const struct ipsec_flow *f)
{
    unsigned n = 0;
    for (const struct sa_pair *sa = f->pairs; sa; sa = sa->older)
        n += sa->over ? 2 : 1;
    return n;
}

bool ipsec_flow_next(struct ipsec *ips, size_t *cursor, struct ipsec_flow_info *out)
{
    map_sync(ips);
    const struct ipsec_flow *f = flow_at(ips, *cursor);
    if (!f)
        return false;
    ++*cursor;
    const struct map_entry *e = f->entry;
    const struct sa_pair *sa = f->out ? f->out : f->pairs;
    memset(out, 0, sizeof *out);
    out->id = f->id;
    str_copy(out->ifname, sizeof out->ifname, e->mi->ifname);
    str_copy(out->map, sizeof out->map, e->map);
    out->seq = e->seq;
    out->dynamic = e->dynamic;
    out->dyn_seq = e->dyn_seq;
    out->number = f->number;
    out->local = e->mi->local;
    out->peer = sa ? sa->policy.peer : flow_peer(f);
    out->ikev2 = sa ? sa->policy.ikev2 : e->tmpl.ikev2;
    out->peer_port = sa && sa->udp_encap ? 4500 : 500;
    out->sent_to = sa ? sa->peer_port : 0;
    out->local_sel = f->local_sel;
    out->remote_sel = f->remote_sel;
    out->n = flow_counts(f);
    out->ip_mtu = mi_mtu(e->mi);
    str_copy(out->out_ifname, sizeof out->out_ifname, e->mi->head ? e->mi->head->want.out_ifname : e->mi->ifname);
    out->path_mtu = out->plain_mtu = flow_path_mtu(f, out->ip_mtu, ips->env.loop);
    if (sa)
        out->plain_mtu = ipsec_plain_mtu(&sa->policy.transforms[0], sa->udp_encap, out->path_mtu);
    else if (f->last.proto)
        out->plain_mtu = ipsec_plain_mtu(&f->last, f->last_udp, out->path_mtu);
    out->spi_out = f->out ? f->out->out.spi : 0; /* ESP's, with AH over it */
    out->pfs_group = f->out ? f->out->pfs_group : 0;
    out->pairs = count_pairs(f);
    out->up_since = f->up_since;
    return true;
}

static uint32_t kb_left(const struct sa_pair *sa, const struct sa_half *h)
{
    if (sa->hard_bytes == UINT64_MAX)
        return 0;
    return h->bytes >= sa->hard_bytes ? 0 : (uint32_t)((sa->hard_bytes - h->bytes) / 1024);
}

static void pair_view(const struct sa_pair *sa, struct ipsec_pair_info *out)
{
    const struct ipsec_policy *p = &sa->policy;
    memset(out, 0, sizeof *out);
    out->id = sa->id;
    out->spi_in = sa->in.spi;
    out->spi_out = sa->out.spi;
    out->flow = sa->flow->id;
    out->handle = sa->handle;
    str_copy(out->ifname, sizeof out->ifname, p->ifname);
    str_copy(out->map, sizeof out->map, p->map);
    out->local = p->local;
    out->peer = p->peer;
    out->local_sel = p->local_sel;
    out->remote_sel = p->remote_sel;
    out->transform = p->transforms[0];
    out->transform.over = HASH_NONE;
    out->pair = sa->id;
    out->initiator = sa->initiator;
    out->manual = sa->manual;
    out->udp_encap = sa->udp_encap;
    out->local_port = sa->local_port;
    out->peer_port = sa->peer_port;
    out->life_s = p->life_s;
    out->life_kb = p->life_kb;
    out->left_s = (uint32_t)(timer_left(&sa->hard) / US_PER_S);
    out->left_kb_in = kb_left(sa, &sa->in);
    out->left_kb_out = kb_left(sa, &sa->out);
    out->replay_window = p->replay_window;
    out->packets_in = sa->in.packets;
    out->packets_out = sa->out.packets;
    out->bytes_in = sa->in.bytes;
    out->bytes_out = sa->out.bytes;
    out->seq_in = sa->replay.top;
    out->seq_out = sa->seq_out;
    out->outbound = sa->enabled;
    out->current = sa->flow->out == sa;
    out->programmed = pair_programmed(sa);
    out->soft_expired = sa->soft_told;
    out->pfs_group = sa->pfs_group;
    out->installed_at = sa->installed_at;
    const struct map_if *mi = sa->flow->entry->mi;
    out->df = entry_df(&sa->ips->conf, sa->flow->entry);
    out->frag_after = mi_frag_after(&sa->ips->conf, mi);
    out->plain_mtu = ipsec_plain_mtu(&p->transforms[0], sa->udp_encap,
                                     flow_path_mtu(sa->flow, mi_mtu(mi), sa->ips->env.loop));
}

/* The AH over that ESP, as if it were a pair of its own. */
static void over_view(const struct sa_pair *sa, struct ipsec_pair_info *out)
{
    struct sa_half_name in = {0};
    (void)pair_half(sa, 0, &in);
    pair_view(sa, out);
    out->id = in.number;
    out->transform = in.transform;
    out->spi_in = in.spi;
    out->spi_out = sa->over->spi_out;
    out->handle = sa->over->handle;
    out->replay_window = sa->over->replay.window;
    out->seq_in = sa->over->replay.top;
}

/* Of pairs of AH over ESP the ESP is first, and the AH is next: a cursor that has OVER_NEXT is still at their place. */
#define OVER_NEXT ((size_t)1 << (8 * sizeof(size_t) - 1))
static bool next_of_all(struct ipsec *ips, size_t *cursor, struct ipsec_pair_info *out)
{
    bool over = *cursor & OVER_NEXT;
    size_t at = *cursor & ~OVER_NEXT, before = at;
    const struct sa_pair *sa = table_next(ips->by_id, &at);
    if (!sa)
        return false;
    *cursor = sa->over && !over ? before | OVER_NEXT : at;
    if (over && sa->over)
        over_view(sa, out);
    else
        pair_view(sa, out);
    return true;
}

bool ipsec_pair_next(struct ipsec *ips, uint32_t flow_id, size_t *cursor, struct ipsec_pair_info *out)
{
    if (!flow_id)
        return next_of_all(ips, cursor, out);
    const struct ipsec_flow *f = table_find(ips->flows, &flow_id);
    size_t left = (*cursor)++;
    for (const struct sa_pair *sa = f ? f->pairs : NULL; sa; sa = sa->older) {
        if (left <= (sa->over ? 1u : 0u)) {
            (left ? over_view : pair_view)(sa, out);
            return true;
        }
        left -= sa->over ? 2 : 1;
    }
    return false;
}

bool ipsec_spi_next(struct ipsec *ips, size_t *cursor, struct ipsec_spi_info *out)
{
    const struct transient *t = table_next(ips->transient, cursor);
    if (!t)
        return false;
    *out = (struct ipsec_spi_info){.spi = t->key.spi,
                                   .local = t->key.addr,
                                   .proto = (uint8_t)t->key.proto,
                                   .handle = t->handle,
                                   .since = t->since - ips->born};
    return true;
}

unsigned ipsec_clear(struct ipsec *ips)
{
    return sad_delete_peer(ips, 0, SA_GONE_CLEARED);
}

unsigned ipsec_clear_flow(struct ipsec *ips, uint32_t flow_id)
{
    const struct ipsec_flow *f;
    unsigned n = 0;
    while ((f = table_find(ips->flows, &flow_id)) && f->pairs && n < IPSEC_PAIRS_MAX) {
        pair_delete(f->pairs, SA_GONE_CLEARED, true);
        n++;
    }
    return n;
}

unsigned ipsec_clear_session(struct ipsec *ips, uint32_t local, uint32_t peer, uint16_t port)
{
    struct sa_pair *sa;
    unsigned n = 0;
    for (size_t at = 0; (sa = table_next(ips->by_id, &at));)
        if ((!local || sa->policy.local == local) && (!peer || sa->policy.peer == peer) &&
            (!port || sa->peer_port == port)) {
            pair_delete(sa, SA_GONE_CLEARED, true);
            n++;
        }
    return n;
}

unsigned ipsec_clear_map(struct ipsec *ips, const char *map)
{
    struct sa_pair *sa;
    unsigned n = 0;
    for (size_t at = 0; (sa = table_next(ips->by_id, &at));)
        if (!strcmp(sa->policy.map, map)) {
            pair_delete(sa, SA_GONE_CLEARED, true);
            n++;
        }
    return n;
}

bool ipsec_clear_entry(struct ipsec *ips, uint32_t dst, uint8_t proto, uint32_t spi)
{
    struct sa_pair *sa = sad_lookup(ips, dst, proto, spi);
    uint32_t id = sa ? sa->id : pair_find_out(ips, dst, proto, spi);
    return id && sad_delete(ips, id, SA_GONE_CLEARED);
}

void ipsec_clear_counters(struct ipsec *ips)
{
    struct ipsec_flow *f;
    map_sync(ips);
    for (size_t i = 0; (f = flow_at(ips, i)); i++) {
        flowmib_cleared(ips, f);
        flow_clear(f);
    }
}

void ipsec_set_engine_rows(struct ipsec *ips, engine_rows_fn *rows, void *arg)
{
    ips->rows = rows;
    ips->rows_arg = arg;
}

void ipsec_engine_rows(struct ipsec *ips, void (*row)(void *ctx, const struct engine_row *r), void *ctx)
{
    if (ips->rows)
        ips->rows(ips->rows_arg, row, ctx);
}

struct ipsec_totals ipsec_totals(const struct ipsec *ips)
{
    struct ipsec_totals t = ips->totals;
    t.pairs = (unsigned)table_count(ips->by_id) + ips->overs;
    t.overs = ips->overs;
    t.flows = ips->nflows;
    t.transient = (unsigned)table_count(ips->transient);
    return t;
}

const char *ipsec_cipher_by(struct ipsec *ips, enum cipher_alg a)
{
    return crypto_cipher_by(ips->crypto, a);
}

const char *ipsec_hash_by(struct ipsec *ips, enum hash_alg a)
{
    return crypto_hash_by(ips->crypto, a);
}
