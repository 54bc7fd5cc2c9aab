/* IKE SAs and the exchanges under them: their life, and the one way through their states.
 *
 *   initiator                                    responder
 *   READY --MM1 sent--> I_MM1                    READY --MM1 taken--> R_MM1 --MM2 sent--> R_MM2
 *   I_MM1 --MM2 taken--> I_MM2 --MM3 sent-->     R_MM2 --MM3 taken--> R_MM3 --MM4 sent--> R_MM4
 *   I_MM3 --MM4 taken--> I_MM4 --MM5 sent-->     R_MM4 --MM5 proved--> R_MM5 --MM6 sent-->
 *   I_MM5 --MM6 proved--> I_MM6 --> P1_COMPLETE                     P1_COMPLETE
 *                          any state --> DEST_SA (dead; reaped 60 s later)
 *
 *   READY --public value, AM1 sent--> I_AM1      READY --AM1 taken--> R_AM1 --AM2 sent--> R_AM2
 *   I_AM1 --AM2 taken--> I_AM2 --proved, AM3     R_AM2 --AM3 proved--> P1_COMPLETE
 *   sent--> P1_COMPLETE; not proved--> I_AM1
 *
 * I_AM2 and R_AM1, I_MM2, I_MM4, R_MM1 and R_MM3 last as long as a Diffie-Hellman sum runs elsewhere. An SA is known by
 * conn id 1001, 1002 ... from the moment both public values are known. A dead SA has lost keys, timers, exchanges and its
 * place in every table; a bounded number is kept for `show`, and freed by a timer alone, since whoever walks over SAs may
 * have one in hand.
 *
 * A node is one quick mode, named by its message id. When it is over its scratch is freed, and a flow that waited for room
 * gets its turn; the reply it may have to repeat stays for 50 s, of the IKE_NODES_KEPT newest. Nothing here reads or
 * writes a message (v1/) or decides about time (timers.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/ike/engine.h"
#include "dataplane/ike/v1/v1.h"

#define FROM(s) (1u << (s))
static const struct {
    const char *name, *shown;
    uint32_t from;
} states[IKE_STATES] = {
    [IKE_READY] = {"IKE_READY", "MM_NO_STATE", 0},
    [IKE_I_MM1] = {"IKE_I_MM1", "MM_NO_STATE", FROM(IKE_READY)},
    [IKE_I_MM2] = {"IKE_I_MM2", "MM_SA_SETUP", FROM(IKE_I_MM1) | FROM(IKE_I_MM2)},
    [IKE_I_MM3] = {"IKE_I_MM3", "MM_SA_SETUP", FROM(IKE_I_MM2)},
    [IKE_I_MM4] = {"IKE_I_MM4", "MM_KEY_EXCH", FROM(IKE_I_MM3) | FROM(IKE_I_MM4)},
    [IKE_I_MM5] = {"IKE_I_MM5", "MM_KEY_EXCH", FROM(IKE_I_MM4)},
    [IKE_I_MM6] = {"IKE_I_MM6", "MM_KEY_AUTH", FROM(IKE_I_MM5) | FROM(IKE_I_MM6)},
    [IKE_R_MM1] = {"IKE_R_MM1", "MM_SA_SETUP", FROM(IKE_READY) | FROM(IKE_R_MM1)},
    [IKE_R_MM2] = {"IKE_R_MM2", "MM_SA_SETUP", FROM(IKE_R_MM1)},
    [IKE_R_MM3] = {"IKE_R_MM3", "MM_KEY_EXCH", FROM(IKE_R_MM2) | FROM(IKE_R_MM3)},
    [IKE_R_MM4] = {"IKE_R_MM4", "MM_KEY_EXCH", FROM(IKE_R_MM3)},
    [IKE_R_MM5] = {"IKE_R_MM5", "MM_KEY_EXCH", FROM(IKE_R_MM4) | FROM(IKE_R_MM5)},
    [IKE_I_AM1] = {"IKE_I_AM1", "AG_INIT_EXCH", FROM(IKE_READY) | FROM(IKE_I_AM2)},
    [IKE_I_AM2] = {"IKE_I_AM2", "AG_AUTH", FROM(IKE_I_AM1)},
    [IKE_R_AM1] = {"IKE_R_AM1", "AG_NO_STATE", FROM(IKE_READY)},
    [IKE_R_AM2] = {"IKE_R_AM2", "AG_INIT_EXCH", FROM(IKE_R_AM1)},
    [IKE_P1_COMPLETE] = {"IKE_P1_COMPLETE", "QM_IDLE",
                         FROM(IKE_I_MM6) | FROM(IKE_R_MM5) | FROM(IKE_I_AM2) | FROM(IKE_R_AM2) | FROM(IKE_P1_COMPLETE)},
    [IKE_DEST_SA] = {"IKE_DEST_SA", "MM_NO_STATE", ~FROM(IKE_DEST_SA)},
};
static const char *const qm_names[QM_STATES] = {"IKE_QM_READY", "IKE_QM_SPI_STARVE", "IKE_QM_IPSEC_INSTALL_AWAIT",
                                                "IKE_QM_I_QM1", "IKE_QM_R_QM2",      "IKE_QM_PHASE2_COMPLETE"};

const char *ike_sa_show_state(const struct ike_sa *sa)
{
    return sa->aggressive && sa->state == IKE_READY ? "AG_NO_STATE" : states[sa->state].shown;
}

static void say_state(const struct ike_sa *sa, enum ike_state old, const char *major, const char *minor)
{
    TRACE(sa, "Input = %s, %s", major, minor);
    TRACE(sa, "Old State = %s  New State = %s \n\n", states[old].name, states[sa->state].name);
}

void ike_sa_enter(struct ike_sa *sa, enum ike_state to, const char *major, const char *minor)
{
    enum ike_state old = sa->state;

    if (!(states[to].from & FROM(old))) {
        fprintf(stderr, "ike: %s cannot follow %s\n", states[to].name, states[old].name);
        abort();
    }
    sa->state = to;
    say_state(sa, old, major, minor);
}

void ike_sa_say_dead(const struct ike_sa *sa, const char *major, const char *minor)
{
    say_state(sa, IKE_DEST_SA, major, minor);
}

struct ike_sa *ike_sa_new(struct ike_peer *p, bool initiator, const char *locker)
{
    struct ike *ike = p->ike;
    struct ike_sa *sa = NEW(struct ike_sa);

    *sa = (struct ike_sa){.ike = ike,
                          .initiator = initiator,
                          .local = p->local,
                          .remote = p->addr,
                          .local_port = 500,
                          .peer_port = 500,
                          .serial = ++ike->next_serial,
                          .created = loop_now(ike->env.loop)};
    sa->p1 = NEW(struct p1_scratch);
    sa->p1->began = sa->created;
    v1_slot_init(&sa->slot, sa, NULL);
    sa->prev = ike->all_end;
    *ike->all_end = sa;
    ike->all_end = &sa->next;
    ike->nsas++;
    ike->worked.sas_made++;
    ike->worked.begun += initiator;
    ike->negotiating++;
    timers_sa_init(sa);
    peer_add_sa(p, sa);
    if (!initiator) {
        sa->half_open = true;
        ike->half_open++;
    }
    TRACE(sa, "Locking peer struct 0x%llX, refcount %u for %s", peer_trace_handle(p), peer_refs(p), locker);
    return sa;
}

static void p1_free(struct ike_sa *sa)
{
    if (!sa->p1)
        return;
    dh_job_end(&sa->p1->dh);
    mem_free(sa->p1->sai);
    mem_free(sa->p1->own_id);
    mem_free(sa->p1->peer_id);
    mem_free(sa->p1->chosen_attrs);
    mem_wipe(sa->p1, sizeof *sa->p1);
    mem_free(sa->p1);
    sa->p1 = NULL;
}

static void failed(const struct ike_sa *sa)
{
    sa->ike->negotiating--;
    sa->ike->worked.sas_failed++;
    sa->ike->worked.begun_failed += sa->initiator;
}

/* Everything that costs memory or holds a secret. */
static void sa_strip(struct ike_sa *sa)
{
    while (sa->nodes)
        ike_node_free(sa->nodes);
    p1_free(sa);
    v1_slot_fini(&sa->slot);
    v1_frag_forget(sa);
    if (sa->keys) {
        ike_keys_wipe(sa->keys);
        mem_free(sa->keys);
        sa->keys = NULL;
    }
    cipher_free(sa->enc);
    cipher_free(sa->dec);
    sa->enc = sa->dec = NULL;
    mem_free(sa->used_mids);
    sa->used_mids = NULL;
    timer_clear(&sa->life);
    timer_clear(&sa->nat_keepalive);
    timer_clear(&sa->settle);
}

static void leave_half_open(struct ike_sa *sa)
{
    if (!sa->half_open)
        return;
    sa->half_open = false;
    sa->ike->half_open--;
}

static void sa_detach(struct ike_sa *sa)
{
    struct ike_peer *p = sa->peer;

    cookie_remove(sa);
    leave_half_open(sa);
    sa_strip(sa);
    sa->ike->nsas--;
    peer_remove_sa(p, sa);
    sa->peer = NULL;
    timers_dpd_update(p);
    peer_settle(p);
}

void ike_sa_established(struct ike_sa *sa)
{
    leave_half_open(sa);
    sa->ike->negotiating--;
    sa->established = loop_now(sa->ike->env.loop);
    sa->peer->last_rx = sa->established;
    memcpy(sa->peer->id, sa->peer_id, sizeof sa->peer->id);
    sa->peer->port = sa->peer_port;
    p1_free(sa);
    ike_books_up(sa->ike, &sa->book, sa, NULL);
}

/* The dead that are shown, in the order in which they died. */
static void keep_dead(struct ike_sa *sa)
{
    sa->kept = true;
    *sa->ike->died_end = sa;
    sa->ike->died_end = &sa->died_next;
    sa->ike->ndead++;
}

static void drop_dead(struct ike_sa *sa)
{
    struct ike *ike = sa->ike;
    struct ike_sa **at = &ike->died;

    if (!sa->kept)
        return;
    while (*at != sa)
        at = &(*at)->died_next;
    *at = sa->died_next;
    if (!*at)
        ike->died_end = at;
    sa->kept = false;
    ike->ndead--;
}

void ike_sa_say_deleting(const struct ike_sa *sa, const char *reason)
{
    char state[40];

    TRACE(sa, "peer does not do paranoid keepalives.\n\n");
    TRACE(sa, "deleting SA reason \"%s\" state %s (peer %s)", reason, trace_role_state(sa, state), IP4(sa->remote));
}

void ike_sa_kill(struct ike_sa *sa, const char *reason)
{
    if (sa->state == IKE_DEST_SA)
        return;
    ike_sa_say_deleting(sa, reason);
    ike_sa_end(sa, reason);
}

void ike_sa_end(struct ike_sa *sa, const char *reason)
{
    struct ike *ike = sa->ike;
    char state[40];
    bool unproved = sa->half_open;

    if (sa->state == IKE_DEST_SA)
        return;
    trace_role_state(sa, state);
    trace_engine(sa, "crypto engine: deleting IKE SA SW:%u", sa->conn_id ? sa->conn_id - 1000 : 0);
    if (!ike_sa_up(sa))
        failed(sa);
    ike_books_end(ike, &sa->book, reason, sa->half_open, sa->local, sa->remote);
    ike_sa_enter(sa, IKE_DEST_SA, "IKE_MESG_INTERNAL", "IKE_PHASE1_DEL");
    TRACE(sa, "deleting SA reason \"%s\" state %s (peer %s) ", reason, state, IP4(sa->remote));
    TRACE(sa, "Unlocking peer struct 0x%llX for isadb_mark_sa_deleted(), count %u", peer_trace_handle(sa->peer),
          peer_refs(sa->peer) - 1);
    uint32_t mids[IKE_NODES_MAX];
    unsigned nmids = 0;
    for (const struct ike_node *n = sa->nodes; n && nmids < IKE_NODES_MAX; n = n->next)
        mids[nmids++] = n->mid;
    peer_fail_wants(sa->peer);
    sa_detach(sa);
    for (unsigned i = 0; i < nmids; i++)
        TRACE(sa, "deleting node %u error FALSE reason \"IKE deleted\"", mids[i]);
    ike->dead_total++;
    if (unproved) {
        ike_sa_free(sa);
        return;
    }
    keep_dead(sa);
    cookie_bury(sa);
    timer_set(&sa->reap, IKE_REAP_US);
    if (ike->ndead > IKE_DEAD_MAX) { /* not just now: it may be in hand */
        timer_set(&ike->died->reap, 0);
        drop_dead(ike->died);
    }
}

/* A dead or never announced SA. */
void ike_sa_free(struct ike_sa *sa)
{
    struct ike *ike = sa->ike;

    if (sa->peer) {
        if (!ike_sa_up(sa))
            failed(sa);
        ike_books_end(ike, &sa->book, "", true, sa->local, sa->remote);
        sa->state = IKE_DEST_SA;
        sa_detach(sa);
    }
    TRACE(sa, "purging SA., sa=%llX, delme=%llX", ike_sa_trace_handle(sa), ike_sa_trace_handle(sa));
    drop_dead(sa);
    cookie_forget(sa);
    timer_clear(&sa->reap);
    *sa->prev = sa->next;
    if (sa->next)
        sa->next->prev = sa->prev;
    else
        ike->all_end = sa->prev;
    ike_traffic_add(ike->gone, sa->traffic);
    mem_free(sa);
}

struct ike_node *ike_node_find(const struct ike_sa *sa, uint32_t mid)
{
    for (struct ike_node *n = sa->nodes; n; n = n->next)
        if (n->mid == mid)
            return n;
    return NULL;
}

struct ike_node *ike_node_bare(struct ike_sa *sa, uint32_t mid, bool initiator)
{
    struct ike_node *n = NEW(struct ike_node);

    *n = (struct ike_node){.sa = sa,
                           .mid = mid,
                           .initiator = initiator,
                           .next = sa->nodes,
                           .began = loop_now(sa->ike->env.loop)};
    v1_slot_init(&n->slot, sa, n);
    timer_init(&n->purge, sa->ike->env.loop, timers_node_purge, n);
    keys_iv_phase2(sa->suite.hash, sa->last_block, mid, n->slot.iv, sa->block);
    sa->nodes = n;
    sa->nnodes++;
    return n;
}

struct ike_node *ike_node_new(struct ike_sa *sa, uint32_t mid, bool initiator)
{
    struct ike_node *n = ike_node_bare(sa, mid, initiator);

    n->qm = NEW(struct qm_scratch);
    sa->under_way[initiator]++;
    sa->traffic[initiator ? IKE_OUT : IKE_IN].exchanges++;
    sa->ike->pairs_negotiating++;
    return n;
}

void ike_want_free(struct ike_want *w)
{
    mem_free(w);
}

static void node_settle(struct ike_node *n, bool ok)
{
    struct ike *ike = n->sa->ike;

    if (n->want) {
        if (n->want->acquire)
            spd_acquire_done(ike->env.ipsec, &n->want->policy, ok);
        ike_want_free(n->want);
        n->want = NULL;
    }
    if (n->qm) {
        v1_quick_scratch_free(n->sa, n->qm);
        n->qm = NULL;
        ike->pairs_negotiating--;
        n->sa->under_way[n->initiator]--;
        if (ike_sa_up(n->sa) && !n->sa->superseded && n->sa->peer->wants)
            timers_next(n->sa);
    }
    n->pending = false;
}

void ike_node_free(struct ike_node *n)
{
    struct ike_sa *sa = n->sa;
    uint32_t half_done = n->qm ? n->pair : 0; /* installed, but its exchange has not ended */

    node_settle(n, false);
    if (half_done)
        (void)sad_delete(sa->ike->env.ipsec, half_done, SA_GONE_CLEARED);
    for (struct ike_node **at = &sa->nodes; *at; at = &(*at)->next)
        if (*at == n) {
            *at = n->next;
            break;
        }
    sa->nnodes--;
    timer_clear(&n->purge);
    v1_slot_fini(&n->slot);
    mem_free(n);
}

void ike_node_enter(struct ike_node *n, enum qm_state to, const char *major, const char *minor)
{
    enum qm_state old = n->state;

    n->state = to;
    TRACE(n->sa, "Node %u, Input = %s, %s", n->mid, major, minor);
    TRACE(n->sa, "Old State = %s  New State = %s", qm_names[old], qm_names[to]);
}

/* Of those that are over the oldest goes when there are too many. */
static void kept_room(struct ike_sa *sa)
{
    struct ike_node *oldest = NULL;

    if (sa->nnodes - sa->under_way[0] - sa->under_way[1] <= IKE_NODES_KEPT)
        return;
    for (struct ike_node *n = sa->nodes; n; n = n->next)
        if (!n->qm)
            oldest = n;
    ike_node_free(oldest);
}

void ike_node_done(struct ike_node *n, bool error, const char *reason)
{
    TRACE(n->sa, "deleting node %u error %s reason \"%s\"", n->mid, error ? "TRUE" : "FALSE", reason);
    timer_clear(&n->slot.retransmit);
    node_settle(n, !error);
    timer_set(&n->purge, IKE_NODE_PURGE_US);
    kept_room(n->sa);
}
