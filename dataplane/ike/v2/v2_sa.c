/* IKEv2 SAs: their life, the one way through their states, and the tables that find them.
 *
 *   initiator                                        responder
 *   IDLE --request sent--> I_INIT                    IDLE --request taken, sums--> R_KEYS
 *   I_INIT --answer fits, sums--> I_KEYS             R_KEYS --answer sent--> R_INIT
 *   I_KEYS --IKE_AUTH sent--> I_AUTH                 R_INIT --IKE_AUTH proved--> UP
 *   I_AUTH --answer proved--> UP                     R_INIT --not proved--> CLOSING (repeats are answered, 10 s)
 *
 *   IDLE --made by a rekey--> UP    UP --replaced--> REKEYED (old; its children live on in the newer one)
 *   UP, REKEYED --our DELETE--> CLOSING --answered, or nobody answers--> DEAD
 *   any state --peer's DELETE, no answer, time--> DEAD
 *
 * I_INIT, I_KEYS and R_KEYS last as long as a Diffie-Hellman sum runs elsewhere, I_INIT until the answer is there. An
 * SA is known by our own SPI, which is unique here; a first message by the initiator's SPI and address too, so that a
 * late repeat finds its SA instead of beginning anew. A dead SA has lost keys, timers, children and its place in every
 * table; its memory stays until the end of the turn, because who killed it may be in the middle of its message.
 *
 * Nothing here reads or writes a message, or decides about time (v2_timers.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"

static const struct {
    const char *name, *said;
    uint32_t from;
} states[V2_STATES] = {
    [V2_IDLE] = {"IDLE", "", 0},
    [V2_I_INIT] = {"I_WAIT_INIT", "Initiator waiting for INIT response", V2_IN(V2_IDLE)},
    [V2_I_KEYS] = {"I_PROC_INIT", "Initiator processing INIT response", V2_IN(V2_I_INIT)},
    [V2_I_AUTH] = {"I_WAIT_AUTH", "Initiator waiting for AUTH response", V2_IN(V2_I_KEYS)},
    [V2_R_KEYS] = {"R_BLD_INIT", "Responder building INIT response", V2_IN(V2_IDLE)},
    [V2_R_INIT] = {"R_WAIT_AUTH", "Responder waiting for AUTH message", V2_IN(V2_R_KEYS)},
    [V2_UP] = {"READY", "Negotiation done", V2_IN(V2_I_AUTH) | V2_IN(V2_R_INIT) | V2_IN(V2_IDLE)},
    [V2_REKEYED] = {"READY_REKEYED", "Rekeyed, waiting for delete", V2_IN(V2_UP)},
    [V2_CLOSING] = {"DEL_INPROGRESS", "Delete in progress",
                    V2_IN(V2_UP) | V2_IN(V2_REKEYED) | V2_IN(V2_R_INIT) | V2_IN(V2_CLOSING)},
    [V2_DEAD] = {"EXIT", "Deleted", ~V2_IN(V2_DEAD)},
};

const char *v2_state_name(enum v2_state s)
{
    return states[s].name;
}

static bool negotiating(const struct v2_sa *sa)
{
    return sa->state < V2_UP;
}

static void uncount(struct v2_sa *sa)
{
    unsigned *n = sa->initiator ? &sa->v2->negotiating_out : &sa->v2->negotiating_in;

    (*n)--;
}

void v2_sa_enter(struct v2_sa *sa, enum v2_state to)
{
    enum v2_state old = sa->state;

    if (!(states[to].from & V2_IN(old))) {
        fprintf(stderr, "ikev2: %s cannot follow %s\n", states[to].name, states[old].name);
        abort();
    }
    if (negotiating(sa) && to >= V2_UP)
        uncount(sa);
    sa->v2->nqueued += (to == V2_R_KEYS) - (old == V2_R_KEYS);
    sa->state = to;
    sa->description = states[to].said;
    v2_trace(sa->v2, sa, sa->remote, V2_DEBUG_INTERNAL,
             "SM Trace-> SA: I_SPI=%08X%08X R_SPI=%08X%08X (%c) MsgID = %u CurState: %s NextState: %s", get32(sa->ispi),
             get32(sa->ispi + 4), get32(sa->rspi), get32(sa->rspi + 4), sa->initiator ? 'I' : 'R', sa->next_mid,
             states[old].name, states[to].name);
}

static const uint8_t *our_spi(const struct v2_sa *sa)
{
    return sa->initiator ? sa->ispi : sa->rspi;
}

struct half_key {
    uint8_t i[V2_SPI], addr[4];
};

static struct half_key half_key(const uint8_t *ispi, uint32_t addr)
{
    struct half_key k;

    memcpy(k.i, ispi, V2_SPI);
    put32(k.addr, addr);
    return k;
}

void v2_spi_make(struct v2 *v2, uint8_t out[V2_SPI])
{
    do {
        rnd_fill(v2->ike->env.rnd, out, V2_SPI);
        out[0] |= 1; /* never all zero: that means "none" */
    } while (table_find(v2->by_spi, out));
}

void v2_sa_insert(struct v2_sa *sa)
{
    table_put(sa->v2->by_spi, our_spi(sa), sa);
    if (!sa->initiator && negotiating(sa)) {
        struct half_key k = half_key(sa->ispi, sa->remote);
        table_put(sa->v2->half, &k, sa);
    }
}

static void sa_remove(struct v2_sa *sa)
{
    struct half_key k = half_key(sa->ispi, sa->remote);

    if (table_find(sa->v2->by_spi, our_spi(sa)) == sa)
        table_remove(sa->v2->by_spi, our_spi(sa));
    if (table_find(sa->v2->half, &k) == sa)
        table_remove(sa->v2->half, &k);
}

struct v2_sa *v2_sa_find(const struct v2 *v2, const uint8_t *spi)
{
    return table_find(v2->by_spi, spi);
}

struct v2_sa *v2_sa_find_half(const struct v2 *v2, const uint8_t *ispi, uint32_t addr)
{
    struct half_key k = half_key(ispi, addr);

    return table_find(v2->half, &k);
}

struct ids_key {
    uint8_t b[V2_IDS_KEY];
};

static struct ids_key ids_key(const struct v2_sa *sa)
{
    const struct v2_id *l = &sa->local_id, *r = &sa->remote_id;
    struct bytes parts[] = {BYTES(&l->type, 1), BYTES(&l->len, 1), BYTES(l->bytes, l->len),
                            BYTES(&r->type, 1), BYTES(&r->len, 1), BYTES(r->bytes, r->len)};
    struct ids_key k;

    hash_parts(HASH_SHA256, parts, sizeof parts / sizeof parts[0], k.b);
    return k;
}

struct v2_sa *v2_sa_same_ids(const struct v2_sa *sa)
{
    struct ids_key k = ids_key(sa);

    return table_find(sa->v2->ids, &k);
}

static void ids_add(struct v2_sa *sa)
{
    struct ids_key k = ids_key(sa);

    sa->ids_older = table_put(sa->v2->ids, &k, sa);
}

static void ids_remove(struct v2_sa *sa)
{
    struct ids_key k = ids_key(sa);
    struct v2_sa *first = table_find(sa->v2->ids, &k);

    if (first == sa && sa->ids_older)
        table_put(sa->v2->ids, &k, sa->ids_older);
    else if (first == sa)
        table_remove(sa->v2->ids, &k);
    else
        for (struct v2_sa *q = first; q; q = q->ids_older)
            if (q->ids_older == sa) {
                q->ids_older = sa->ids_older;
                break;
            }
    sa->ids_older = NULL;
}

struct v2_sa *v2_sa_new(struct v2 *v2, uint32_t local, uint32_t remote, bool initiator)
{
    struct v2_sa *sa = NEW(struct v2_sa);

    *sa = (struct v2_sa){
        .v2 = v2,
        .initiator = initiator,
        .description = "",
        .local = local,
        .remote = remote,
        .local_port = 500,
        .peer_port = 500,
        .tunnel_id = ++v2->next_tunnel,
        .peer_window = 1,
        .window = v2->conf.window < 1               ? 1
                  : v2->conf.window > V2_WINDOW_MAX ? V2_WINDOW_MAX
                                                    : v2->conf.window,
        .created = v2_now(v2),
    };
    sa->slots = mem_array(sa->window, sizeof *sa->slots);
    sa->prev = v2->all_end;
    *v2->all_end = sa;
    v2->all_end = &sa->next;
    v2->nsas++;
    v2->worked.made++;
    v2->worked.begun += initiator;
    if (initiator)
        v2->negotiating_out++;
    else
        v2->negotiating_in++;
    v2_timers_init(sa);
    v2_peer_add(v2_peer_get(v2, local, remote), sa);
    return sa;
}

static void first_free(struct v2_first *f)
{
    if (!f)
        return;
    dh_job_end(&f->dh);
    v2_neg_free(f->neg);
    mem_free(f->ours);
    mem_free(f->theirs);
    mem_wipe(f, sizeof *f);
    mem_free(f);
}

void v2_sa_keyed(struct v2_sa *sa)
{
    const struct v2_keys *k = sa->keys;

    sa->agreed = true;
    sa->engine_id = sa->v2->ike->next_conn_id++;
    sa->seal = v2_sk_new(&sa->suite, true, sa->initiator ? &k->ei : &k->er, sa->initiator ? &k->ai : &k->ar);
    sa->open = v2_sk_new(&sa->suite, false, sa->initiator ? &k->er : &k->ei, sa->initiator ? &k->ar : &k->ai);
    if (sa->v2->ike->env.export_ikev2) {
        struct ike_v2_export e = {.ispi = sa->ispi,
                                  .rspi = sa->rspi,
                                  .cipher = sa->suite.encr.cipher,
                                  .bits = sa->suite.encr.bits,
                                  .integ = sa->suite.integ,
                                  .ei = BYTES(k->ei.b, k->ei.len),
                                  .er = BYTES(k->er.b, k->er.len),
                                  .ai = BYTES(k->ai.b, k->ai.len),
                                  .ar = BYTES(k->ar.b, k->ar.len)};
        sa->v2->ike->env.export_ikev2(sa->v2->ike->env.export_arg, &e);
    }
}

static void leave_half_open(struct v2_sa *sa)
{
    if (!sa->half_open)
        return;
    sa->half_open = false;
    sa->v2->half_open--;
    sa->peer->half_open--;
}

void v2_sa_established(struct v2_sa *sa)
{
    leave_half_open(sa);
    if (sa->first) { /* not made by a rekey */
        v2_perf_rate(sa->v2, sa->initiator ? V2R_OUT_IKE : V2R_IN_IKE);
        v2_perf_note(sa->v2, V2P_MAIN, v2_perf_since(sa->v2) ? sa->created : 0);
    }
    v2_sa_enter(sa, V2_UP);
    sa->established = sa->last_rx = v2_now(sa->v2);
    ids_add(sa);
    first_free(sa->first);
    sa->first = NULL;
    v2_timers_established(sa);
    ike_books_up(sa->v2->ike, &sa->book, NULL, sa);
}

/* Everything that costs memory or holds a secret. */
static void strip(struct v2_sa *sa)
{
    v2_timers_clear(sa);
    v2_flush(sa);
    v2_frag_free(sa);
    first_free(sa->first);
    sa->first = NULL;
    mem_free(sa->slots);
    sa->slots = NULL;
    v2_sk_free(sa->open);
    v2_sk_free(sa->seal);
    sa->open = sa->seal = NULL;
    if (sa->keys) {
        v2_keys_wipe(sa->keys);
        mem_free(sa->keys);
        sa->keys = NULL;
    }
}

void v2_sa_kill(struct v2_sa *sa, const char *reason, enum sa_gone why)
{
    struct v2 *v2 = sa->v2;
    struct v2_peer *p = sa->peer;
    bool was_negotiating = negotiating(sa);

    uint64_t since = v2_perf_since(v2);

    if (sa->state == V2_DEAD)
        return;
    TR(sa, "Deleting SA");
    v2_trace(v2, sa, sa->remote, V2_DEBUG_INTERNAL, "Deleting SA: %s", reason);
    ike_books_end(v2->ike, &sa->book, sa->closing ? sa->closing : reason, sa->half_open, sa->local, sa->remote);
    if (why == SA_GONE_IKE_LOST && !sa->failed)
        v2_msg_abort(sa);
    v2_sa_enter(sa, V2_DEAD);
    v2_children_gone(sa, why);
    if (sa->established && !sa->kept_session)
        v2_msg_session(sa, false);
    leave_half_open(sa);
    if (sa->established)
        ids_remove(sa);
    sa_remove(sa);
    strip(sa);
    v2_peer_remove(sa);
    v2_perf_note(v2, V2P_DELETE_SA, since);
    *sa->prev = sa->next;
    if (sa->next)
        sa->next->prev = sa->prev;
    else
        v2->all_end = sa->prev;
    v2->nsas--;
    v2->worked.failed += !sa->established;
    v2->worked.begun_failed += !sa->established && sa->initiator;
    ike_traffic_add(v2->ike->gone, sa->traffic);
    sa->next = v2->dead;
    v2->dead = sa;
    loop_defer(v2->ike->env.loop, &v2->bury);
    if (was_negotiating && sa->initiator && !v2_peer_up(p, sa->profile) && !v2_peer_negotiating(p, sa->profile))
        v2_peer_fail(p, sa->profile);
    v2_peer_settle(p);
}

void v2_bury(void *arg)
{
    struct v2 *v2 = arg;

    while (v2->dead) {
        struct v2_sa *sa = v2->dead;
        v2->dead = sa->next;
        mem_wipe(sa, sizeof *sa);
        mem_free(sa);
    }
}

void v2_sa_close(struct v2_sa *sa, const char *reason)
{
    if (sa->state != V2_UP && sa->state != V2_REKEYED) {
        if (sa->state != V2_CLOSING)
            v2_sa_kill(sa, reason, SA_GONE_CLEARED);
        return;
    }
    TR_EVENT(sa, "Sending DELETE INFO message for IKEv2 SA [ISPI: 0x%08X%08X RSPI: 0x%08X%08X]", get32(sa->ispi),
             get32(sa->ispi + 4), get32(sa->rspi), get32(sa->rspi + 4));
    v2_sa_enter(sa, V2_CLOSING);
    sa->closing = reason;
    for (struct v2_x *x = sa->queue, *next; x; x = next) {
        next = x->next;
        if (!x->sent && !x->concluding)
            v2_x_drop(x);
    }
    v2_children_leave(sa, SA_GONE_CLEARED);
    v2_x_ready(v2_x_new(sa, V2X_DEL_IKE));
}
