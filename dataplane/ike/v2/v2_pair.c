/* Children: the IPsec pairs that an IKEv2 SA has made (RFC 7296 sections 1.4.1, 2.8, 2.17).
 *
 *   UP --a younger pair replaces it--> REPLACED --DELETE answered--> LINGER --5 s--> gone
 *   UP --DELETE, and another of its flow is there--> LINGER        UP --DELETE, either way--> gone
 *
 * Make before break. Who began the exchange installs on the answer and sends with the pair at once. Who answered
 * installs before answering, so that what follows the answer can be taken in; when its flow has a pair already, replaced
 * by this one or not (a reauthentication makes the same flow anew under another IKE SA), it sends when the peer deletes
 * the old one or sends with this one (looked at every 50 ms), or 5 s later, else at once. When the old one is of another
 * IKE SA its peer is asked whether it still has that, and 1 s of silence is enough: so one that was restarted and says
 * no INITIAL_CONTACT gets what we send, and is answered as soon as it speaks (RFC 7296 section 2.4). A pair that both
 * ends have deleted and whose flow another carries still takes in for 5 s what is on its way, under the IKE SA of its
 * heir, V2_LINGER_MAX of a flow at most; it never sends again. The peer's DELETE names what it takes in, our outbound
 * SPI; the answer names ours, unless our own DELETE for the pair is on its way.
 *
 * ipsec owns the pair; here is who made it, under which SA, and how far its end is. When it goes there first (lifetime,
 * clear crypto sa), v2_pair_gone tells the peer. */
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"

uint8_t v2_proto_of(uint8_t ip_proto)
{
    return ip_proto == PROTO_AH ? V2_PROTO_AH : V2_PROTO_ESP;
}

uint8_t v2_proto_ip(uint8_t proto)
{
    return proto == V2_PROTO_AH ? PROTO_AH : PROTO_ESP;
}

static struct ipsec *ipsec_of(const struct v2_sa *sa)
{
    return sa->v2->ike->env.ipsec;
}

void v2_child_enable(struct v2_child *c)
{
    if (c->turn || c->state != V2C_UP) /* what has been replaced never sends again */
        return;
    timer_clear(&c->timer);
    c->turn = ++c->sa->v2->turns;
    v2_trace_key_engine(c->sa, NULL);
    sad_enable_outbound(ipsec_of(c->sa), c->id);
}

struct v2_child *v2_child_find(const struct v2 *v2, uint32_t pair)
{
    return pair ? table_find(v2->children, &pair) : NULL;
}

struct outbound_key {
    uint8_t b[V2_OUTBOUND_KEY];
};

static struct outbound_key outbound_key(const struct v2_sa *sa, uint8_t proto, uint32_t spi)
{
    struct outbound_key k;

    put32(k.b, sa->tunnel_id);
    put32(k.b + 4, spi);
    k.b[8] = proto;
    return k;
}

struct v2_child *v2_child_by_spi(const struct v2_sa *sa, uint8_t proto, uint32_t spi)
{
    struct outbound_key k = outbound_key(sa, proto, spi);

    return table_find(sa->v2->outbound, &k);
}

static void link_child(struct v2_child *c, struct v2_sa *sa)
{
    struct outbound_key k = outbound_key(sa, c->proto, c->spi_out);

    c->sa = sa;
    c->next = sa->children;
    c->prev = &sa->children;
    if (c->next)
        c->next->prev = &c->next;
    sa->children = c;
    if (!sa->nchildren++)
        v2_timers_first_child(sa);
    table_put(sa->v2->outbound, &k, c);
}

static void unlink_child(struct v2_child *c)
{
    struct outbound_key k = outbound_key(c->sa, c->proto, c->spi_out);

    *c->prev = c->next;
    if (c->next)
        c->next->prev = c->prev;
    c->sa->nchildren--;
    if (table_find(c->sa->v2->outbound, &k) == c)
        table_remove(c->sa->v2->outbound, &k);
}

void v2_child_move(struct v2_child *c, struct v2_sa *to)
{
    unlink_child(c);
    link_child(c, to);
    sad_own(ipsec_of(to), c->id, v2_owner(to));
}

/* ---- of one flow ---- */
struct flow_key {
    uint8_t b[V2_FLOW_KEY];
};

static struct flow_key flow_key(const struct ipsec_policy *p)
{
    const struct selector *ends[] = {&p->local_sel, &p->remote_sel};
    struct flow_key k;

    put32(k.b, p->local);
    put32(k.b + 4, p->peer);
    for (int i = 0; i < 2; i++) {
        uint8_t *b = k.b + 8 + 11 * i;
        put32(b, ends[i]->addr);
        put32(b + 4, ends[i]->mask);
        put16(b + 8, ends[i]->port);
        b[10] = ends[i]->proto;
    }
    return k;
}

struct v2_child *v2_of_flow(const struct v2 *v2, const struct ipsec_policy *flow)
{
    struct flow_key k = flow_key(flow);

    return table_find(v2->flows, &k);
}

static void flow_add(struct v2_child *c)
{
    struct flow_key k = flow_key(&c->policy);

    c->older = table_put(c->sa->v2->flows, &k, c);
}

static void flow_remove(struct v2_child *c)
{
    struct v2 *v2 = c->sa->v2;
    struct flow_key k = flow_key(&c->policy);
    struct v2_child *first = table_find(v2->flows, &k);

    if (first == c && c->older)
        table_put(v2->flows, &k, c->older);
    else if (first == c)
        table_remove(v2->flows, &k);
    else
        for (struct v2_child *q = first; q; q = q->older)
            if (q->older == c) {
                q->older = c->older;
                break;
            }
}

/* The pair, and nothing else. */
static void end(struct v2_child *c, enum sa_gone why)
{
    struct ipsec *ips = ipsec_of(c->sa);
    uint32_t id = c->id;

    v2_child_free(c);
    (void)sad_delete(ips, id, why);
}

static bool heir_fit(const struct v2_child *c)
{
    return c->state == V2C_UP && !c->deleting && v2_sa_up(c->sa);
}

void v2_flow_settle(struct v2 *v2, const struct ipsec_policy *flow)
{
    struct v2_child *waits = NULL;
    bool sends = false;

    for (struct v2_child *c = v2_of_flow(v2, flow), *older; c; c = older) {
        older = c->older;
        if (c->state == V2C_LINGER) {
            end(c, SA_GONE_REKEYED);
            continue;
        }
        sends |= c->turn != 0;
        if (!waits && heir_fit(c))
            waits = c;
    }
    if (waits && !sends)
        v2_child_enable(waits);
}

/* Who carries on when it goes: what has replaced it, else another child of its flow, the newest. */
static struct v2_child *heir_of(const struct v2_child *c)
{
    struct v2_child *by = v2_child_find(c->sa->v2, c->by);

    while (by && by->state != V2C_UP) /* replaced in its turn */
        by = v2_child_find(c->sa->v2, by->by);
    if (by || !c->turn)
        return by;
    for (by = v2_of_flow(c->sa->v2, &c->policy); by; by = by->older)
        if (by != c && heir_fit(by) && (!by->turn || by->turn > c->turn)) /* else it does not take over: it has been */
            return by;
    return NULL;
}

void v2_child_answered(struct v2_child *c)
{
    bool wait = false;

    for (struct v2_child *q = v2_of_flow(c->sa->v2, &c->policy); q; q = q->older)
        if (q != c && q->turn && q->state != V2C_LINGER) {
            wait = true;
            if (q->sa != c->sa)
                v2_info_probe(q->sa);
        }
    if (wait)
        timer_set(&c->timer, V2_LOOK_US);
    else
        v2_child_enable(c);
}

/* ---- their end ---- */
void v2_child_free(struct v2_child *c)
{
    v2_done(&c->sa->v2->stats.gone, true);
    flow_remove(c);
    unlink_child(c);
    timer_clear(&c->timer);
    table_remove(c->sa->v2->children, &c->id);
    mem_free(c);
}

void v2_child_remove(struct v2_child *c, enum sa_gone why)
{
    struct ipsec_policy flow = c->policy;
    struct v2 *v2 = c->sa->v2;
    uint32_t id = c->id;

    if (c->state == V2C_LINGER) {
        end(c, why);
        return;
    }
    v2_child_free(c);
    v2_flow_settle(v2, &flow); /* first, so that the flow is not without a pair between two */
    uint64_t since = v2_perf_since(v2);
    (void)sad_delete(v2->ike->env.ipsec, id, why);
    v2_perf_note(v2, V2P_DELETE_CHILD, since);
}

/* Room for one more that lingers; older ones go at the end of this turn, since others may hold them. */
static void linger_room(const struct v2_child *c)
{
    unsigned n = 0;

    for (struct v2_child *q = v2_of_flow(c->sa->v2, &c->policy); q; q = q->older)
        if (q->state == V2C_LINGER && ++n >= V2_LINGER_MAX)
            timer_set(&q->timer, 0);
}

static void linger(struct v2_child *c, struct v2_child *heir)
{
    linger_room(c);
    v2_child_enable(heir);
    if (c->sa != heir->sa)
        v2_child_move(c, heir->sa);
    c->state = V2C_LINGER;
    timer_set(&c->timer, V2_LINGER_US);
}

void v2_child_gone(struct v2_child *c, enum sa_gone why)
{
    struct v2_child *heir = c->state == V2C_LINGER ? NULL : heir_of(c);

    if (heir)
        linger(c, heir);
    else
        v2_child_remove(c, why);
}

void v2_children_gone(struct v2_sa *sa, enum sa_gone why)
{
    while (sa->children)
        v2_child_remove(sa->children, why);
}

void v2_children_leave(struct v2_sa *sa, enum sa_gone why)
{
    for (struct v2_child *c = sa->children, *next; c; c = next) {
        struct v2_child *heir = c->state == V2C_LINGER ? NULL : heir_of(c);
        next = c->next;
        if (heir && heir->sa != sa)
            linger(c, heir);
    }
    v2_children_gone(sa, why);
}

void v2_child_delete(struct v2_child *c)
{
    if (c->deleting || c->state == V2C_LINGER)
        return;
    c->deleting = true;
    v2_info_delete(c->sa, v2_proto_ip(c->proto), c->spi_in, c->id);
}

bool v2_child_peer_deletes(struct v2_child *c)
{
    bool answer = !c->deleting && c->state != V2C_LINGER;

    TR_EVENT(c->sa, "Processing DELETE INFO message for IPsec SA [SPI: 0x%X]", c->spi_out);
    if (c->state != V2C_LINGER)
        v2_child_gone(c, SA_GONE_PEER_DELETE);
    return answer;
}

/* Does a younger one of its flow send already? */
static bool outrun(const struct v2_child *c)
{
    for (const struct v2_child *q = v2_of_flow(c->sa->v2, &c->policy); q && q != c; q = q->older)
        if (q->turn && q->state == V2C_UP)
            return true;
    return false;
}

/* Nobody has said a word under the IKE SAs of those that send in its place since it is there. */
static bool forgotten(const struct v2_child *c)
{
    for (const struct v2_child *q = v2_of_flow(c->sa->v2, &c->policy); q; q = q->older)
        if (q != c && q->turn && q->state != V2C_LINGER && (q->sa == c->sa || q->sa->last_rx >= c->installed))
            return false;
    return true;
}

static void on_timer(void *arg)
{
    struct v2_child *c = arg;

    if (c->state == V2C_LINGER) {
        v2_child_remove(c, SA_GONE_REKEYED);
    } else if (!c->turn) {
        if (outrun(c))
            return;
        uint64_t age = v2_now(c->sa->v2) - c->installed;
        if (sad_heard(ipsec_of(c->sa), c->id) || age >= V2_SWITCH_US || (age >= V2_SILENCE_US && forgotten(c)))
            v2_child_enable(c);
        else
            timer_set(&c->timer, V2_LOOK_US);
    } else if (c->again) {
        c->again = false;
        v2_child_rekey(c);
    }
}

/* ---- their beginning ---- */
static bool encapsulated(const struct v2_sa *sa)
{
    return sa->nat_local || sa->nat_remote;
}

struct v2_child *v2_child_install(struct v2_neg *n)
{
    struct v2_sa *sa = n->sa;
    struct ipsec_transform *t = &n->choice.transform;
    uint8_t keymat[2 * (2 * HASH_MAX + 64)];
    size_t len = sad_keymat_len(t);
    bool udp = encapsulated(sa) && t->proto == PROTO_ESP;

    if (2 * len > sizeof keymat)
        return NULL;
    uint64_t since = v2_perf_since(sa->v2);
    t->mode = n->transport ? IPSEC_TRANSPORT : IPSEC_TUNNEL;
    v2_keys_child(&sa->suite, &sa->keys->d, BYTES(n->dh.shared.b, n->choice.group ? n->dh.shared.len : 0),
                  BYTES(n->ni, n->ni_len), BYTES(n->nr, n->nr_len), keymat, 2 * len);
    struct sa_pair_params params = {
        .policy = n->policy,
        .spi_in = n->spi,
        .spi_out = n->choice.spi,
        .initiator = n->initiator,
        .owner = v2_owner(sa),
        .pfs_group = n->choice.group,
        .udp_encap = udp,
        .local_port = udp ? 4500 : 500,
        .peer_port = !udp                     ? 500
                     : sa->local_port == 4500 ? sa->peer_port
                                              : 4500,
        .key_in = n->initiator ? keymat + len : keymat,
        .key_out = n->initiator ? keymat : keymat + len,
        .key_len = len,
    };
    params.policy.transforms[0] = *t;
    params.policy.ntransforms = 1;
    v2_trace_key_engine(sa, NULL);
    uint32_t id = sad_install(ipsec_of(sa), &params);
    mem_wipe(keymat, sizeof keymat);
    v2_done(&sa->v2->stats.made, id);
    v2_perf_note(sa->v2, V2P_CREATE_KEY, since);
    if (!id) {
        v2_error(sa->v2, sa, sa->remote, "IPSec SA (SPI:0x%X) could not be installed", n->spi);
        return NULL;
    }
    n->spi_in = n->spi;
    n->spi = 0; /* the database's now */
    v2_perf_rate(sa->v2, n->initiator ? V2R_OUT_IPSEC_CHILD : V2R_IN_IPSEC_CHILD);
    struct v2_child *c = NEW(struct v2_child);
    *c = (struct v2_child){.id = id,
                           .spi_in = params.spi_in,
                           .spi_out = params.spi_out,
                           .proto = v2_proto_of(t->proto),
                           .initiator = n->initiator,
                           .installed = v2_now(sa->v2),
                           .policy = params.policy};
    timer_init(&c->timer, sa->v2->ike->env.loop, on_timer, c);
    link_child(c, sa);
    flow_add(c);
    table_put(sa->v2->children, &id, c);
    TR(sa, "Creation/Installation of IPsec SA into IPsec DB successful [SPI: 0x%X]", c->spi_in);
    return c;
}
