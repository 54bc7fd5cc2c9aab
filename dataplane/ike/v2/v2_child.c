/* Children: the IPsec pairs that an IKEv2 SA has made, and the negotiation that makes one (RFC 7296 sections 1.3, 2.8,
 * 2.17, 1.4.1), the same for IKE_AUTH and CREATE_CHILD_SA.
 *
 *   UP --a younger pair replaces it--> REPLACED --DELETE answered--> LINGER --5 s--> gone
 *   UP --DELETE, either way--> gone
 *
 * Make before break. Who began the exchange installs on the answer and sends with the pair at once. Who answered
 * installs before answering, so that what follows the answer can be taken in; a pair that replaces another sends when
 * the peer deletes the old one, or 5 s later, and any other at once. A replaced pair that both ends have deleted still
 * takes in for 5 s what is on its way; it never sends again. The peer's DELETE names what it takes in, our outbound
 * SPI; the answer names ours, unless our own DELETE for the pair is on its way.
 *
 * ipsec owns the pair; here is who made it, under which SA, and how far its end is. When it goes there first (lifetime,
 * clear crypto sa), v2_pair_gone tells the peer. */
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"

#define NONCE_LEN 32

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

/* ---- the negotiation ---- */
struct v2_neg *v2_neg_new(struct v2_sa *sa, bool initiator)
{
    struct v2_neg *n = NEW(struct v2_neg);

    n->sa = sa;
    n->initiator = initiator;
    n->began = v2_now(sa->v2);
    return n;
}

void v2_neg_settle(struct v2_neg *n, bool ok)
{
    struct ike_want *w = n->want;

    n->want = NULL;
    v2_want_done(n->sa->v2, w, ok);
}

void v2_neg_free(struct v2_neg *n)
{
    if (!n)
        return;
    v2_neg_settle(n, false);
    dh_job_end(&n->dh);
    n->sa->v2->ike->pairs_negotiating -= n->admitted;
    if (n->spi)
        sad_release_spi(ipsec_of(n->sa), n->sa->local, n->proto, n->spi);
    mem_wipe(n, sizeof *n);
    mem_free(n);
}

bool v2_neg_reserve(struct v2_neg *n, uint8_t proto)
{
    struct ike *ike = n->sa->v2->ike;

    n->admitted = admission_ipsec(ike, &n->policy, !n->initiator, false);
    if (!n->admitted)
        return false;
    ike->pairs_negotiating++;
    n->proto = proto;
    n->spi = sad_reserve_spi(ipsec_of(n->sa), n->sa->local, proto);
    return n->spi != 0;
}

void v2_neg_nonce(struct v2_neg *n)
{
    rnd_fill(n->sa->v2->ike->env.rnd, n->initiator ? n->ni : n->nr, NONCE_LEN);
    *(n->initiator ? &n->ni_len : &n->nr_len) = NONCE_LEN;
}

static void write_ts(struct v2_wr *w, uint8_t type, const struct selector *s)
{
    struct v2_ts ts;

    v2_ts_of(s, &ts);
    v2_put_ts(w, type, &ts, 1);
}

static void write_status(struct v2_wr *w, uint16_t type)
{
    v2_put_notify(w, V2_PROTO_NONE, type, NULL, 0, NULL, 0);
}

void v2_child_write_offer(struct v2_neg *n, struct v2_wr *w, bool create)
{
    const struct ipsec_policy *p = &n->policy;

    v2_write_child_offer(w, p, n->spi, create && p->pfs_group);
    if (create)
        v2_put(w, V2_NONCE, n->ni, n->ni_len);
    if (create && n->group)
        v2_put_ke(w, (uint16_t)n->group, dh_public(n->dh.dh), dh_public_len(n->group));
    write_ts(w, V2_TSI, &p->local_sel);
    write_ts(w, V2_TSR, &p->remote_sel);
    n->transport = p->transforms[0].mode == IPSEC_TRANSPORT;
    if (n->transport)
        write_status(w, V2N_USE_TRANSPORT_MODE);
    write_status(w, V2N_ESP_TFC_PADDING_NOT_SUPPORTED);
    write_status(w, V2N_NON_FIRST_FRAGMENTS_ALSO);
}

void v2_child_write_answer(struct v2_neg *n, struct v2_wr *w, bool create)
{
    v2_write_child_choice(w, &n->choice, n->spi_in);
    if (create)
        v2_put(w, V2_NONCE, n->nr, n->nr_len);
    if (create && n->choice.group)
        v2_put_ke(w, n->choice.group, dh_public(n->dh.dh), dh_public_len(n->choice.group));
    write_ts(w, V2_TSI, &n->policy.remote_sel);
    write_ts(w, V2_TSR, &n->policy.local_sel);
    if (n->transport)
        write_status(w, V2N_USE_TRANSPORT_MODE);
    write_status(w, V2N_ESP_TFC_PADDING_NOT_SUPPORTED);
    if (n->non_first)
        write_status(w, V2N_NON_FIRST_FRAGMENTS_ALSO);
}

static bool read_nonce(const struct v2_payloads *ps, uint8_t *out, size_t *len)
{
    const struct v2_payload *p = v2_one(ps, V2_NONCE);

    if (!p || p->len < V2_NONCE_MIN || p->len > V2_NONCE_MAX)
        return false;
    memcpy(out, p->body, p->len);
    *len = p->len;
    return true;
}

/* The group of the only KE payload; 0 none, UINT16_MAX malformed. */
static uint16_t ke_group(const struct v2_payloads *ps)
{
    const struct v2_payload *p = v2_one(ps, V2_KE);
    struct v2_ke_body ke;

    if (!p)
        return v2_count(ps, V2_KE) ? UINT16_MAX : 0;
    if (v2_ke(p, &ke) != CODEC_OK)
        return UINT16_MAX;
    return ke.len == dh_public_len(ke.group) || !dh_known(ke.group) ? ke.group : UINT16_MAX;
}

uint16_t v2_child_read_answer(struct v2_neg *n, const struct v2_payloads *ps, bool create)
{
    const struct v2_payload *sap = v2_one(ps, V2_SA), *p;
    struct v2_notify_body nb;
    struct v2_sa_body body;

    for (unsigned i = 0; !sap && (p = v2_nth(ps, V2_NOTIFY, i)); i++)
        if (v2_notify(p, &nb) == CODEC_OK && nb.type < V2N_INITIAL_CONTACT)
            return nb.type;
    if (!sap || v2_sa(sap, &body) != CODEC_OK || (create && !read_nonce(ps, n->nr, &n->nr_len)))
        return V2N_INVALID_SYNTAX;
    if (!v2_match_child(&body, &n->policy, create, &n->choice) || (create && n->choice.group != ke_group(ps)))
        return V2N_NO_PROPOSAL_CHOSEN;
    if (!v2_ts_taken(ps, &n->policy))
        return V2N_TS_UNACCEPTABLE;
    n->transport = n->transport && v2_notify_find(ps, V2N_USE_TRANSPORT_MODE, &nb);
    if (!n->transport && n->policy.transforms[0].require)
        return V2N_NO_PROPOSAL_CHOSEN;
    return 0;
}

uint16_t v2_child_read_offer(struct v2_neg *n, const struct v2_payloads *ps, bool create)
{
    const struct v2_payload *sap = v2_one(ps, V2_SA);
    struct v2_sa *sa = n->sa;
    struct v2_notify_body nb;
    struct v2_sa_body body;

    if (!sap || v2_sa(sap, &body) != CODEC_OK || (create && !read_nonce(ps, n->ni, &n->ni_len)))
        return V2N_INVALID_SYNTAX;
    if (sa->nchildren >= V2_CHILDREN_MAX)
        return V2N_NO_ADDITIONAL_SAS;
    if (!v2_ts_find(sa, ps, &n->policy))
        return V2N_TS_UNACCEPTABLE;
    if (!v2_choose_child(&body, &n->policy, create, &n->choice))
        return V2N_NO_PROPOSAL_CHOSEN;
    if (create && n->choice.group && ke_group(ps) != n->choice.group)
        return ke_group(ps) == UINT16_MAX ? V2N_INVALID_SYNTAX : V2N_INVALID_KE_PAYLOAD;
    n->group = create ? n->choice.group : 0;
    n->transport = n->policy.transforms[0].mode == IPSEC_TRANSPORT && v2_notify_find(ps, V2N_USE_TRANSPORT_MODE, &nb);
    if (!n->transport && n->policy.transforms[0].require)
        return V2N_NO_PROPOSAL_CHOSEN;
    n->non_first = v2_notify_find(ps, V2N_NON_FIRST_FRAGMENTS_ALSO, &nb);
    return v2_neg_reserve(n, n->choice.transform.proto) ? 0 : V2N_NO_ADDITIONAL_SAS;
}

/* ---- pairs ---- */
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
    t->mode = n->transport ? IPSEC_TRANSPORT : IPSEC_TUNNEL;
    v2_keys_child(&sa->suite, &sa->keys->d, BYTES(n->dh.shared.b, n->choice.group ? n->dh.shared.len : 0),
                  BYTES(n->ni, n->ni_len), BYTES(n->nr, n->nr_len), keymat, 2 * len);
    struct sa_pair_params params = {
        .policy = n->policy,
        .spi_in = n->spi,
        .spi_out = n->choice.spi,
        .initiator = n->initiator,
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
    uint32_t id = sad_install(ipsec_of(sa), &params);
    mem_wipe(keymat, sizeof keymat);
    if (!id) {
        v2_error(sa->v2, sa, sa->remote, "IPSec SA (SPI:0x%X) could not be installed", n->spi);
        return NULL;
    }
    n->spi_in = n->spi;
    n->spi = 0; /* the database's now */
    struct v2_child *c = NEW(struct v2_child);
    *c = (struct v2_child){.sa = sa,
                           .id = id,
                           .spi_in = params.spi_in,
                           .spi_out = params.spi_out,
                           .proto = v2_proto_of(t->proto),
                           .initiator = n->initiator,
                           .installed = v2_now(sa->v2),
                           .policy = params.policy,
                           .next = sa->children};
    timer_init(&c->timer, sa->v2->ike->env.loop, v2_child_timer, c);
    sa->children = c;
    sa->nchildren++;
    table_put(sa->v2->children, &id, c);
    TR(sa, "Creation/Installation of IPsec SA into IPsec DB successful [SPI: 0x%X]", c->spi_in);
    return c;
}

void v2_child_enable(struct v2_child *c)
{
    if (c->enabled || c->state != V2C_UP) /* what has been replaced never sends again */
        return;
    timer_clear(&c->timer);
    c->enabled = true;
    sad_enable_outbound(ipsec_of(c->sa), c->id);
}

struct v2_child *v2_child_find(const struct v2 *v2, uint32_t pair)
{
    return pair ? table_find(v2->children, &pair) : NULL;
}

struct v2_child *v2_child_by_spi(const struct v2_sa *sa, uint8_t proto, uint32_t spi, bool out)
{
    for (struct v2_child *c = sa->children; c; c = c->next)
        if (c->proto == proto && (out ? c->spi_out : c->spi_in) == spi)
            return c;
    return NULL;
}

static void unlink_child(struct v2_child *c)
{
    for (struct v2_child **at = &c->sa->children; *at; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            break;
        }
    c->sa->nchildren--;
    c->next = NULL;
}

void v2_child_move(struct v2_child *c, struct v2_sa *to)
{
    unlink_child(c);
    c->sa = to;
    c->next = to->children;
    to->children = c;
    to->nchildren++;
}

void v2_child_free(struct v2_child *c)
{
    unlink_child(c);
    timer_clear(&c->timer);
    table_remove(c->sa->v2->children, &c->id);
    mem_free(c);
}

static void remove_pair(struct v2_child *c, enum sa_gone why)
{
    struct ipsec *ips = ipsec_of(c->sa);
    uint32_t id = c->id;

    v2_child_free(c);
    (void)sad_delete(ips, id, why);
}

/* What lingers would send again if the pair that replaced it went first. */
void v2_child_end_lingering(struct v2_sa *sa, const struct ipsec_policy *flow)
{
    for (struct v2_child *c = sa->children, *next; c; c = next) {
        next = c->next;
        if (c->state == V2C_LINGER && v2_flow_same(&c->policy, flow))
            remove_pair(c, SA_GONE_REKEYED);
    }
}

void v2_child_gone(struct v2_child *c, enum sa_gone why)
{
    struct v2_child *by = v2_child_find(c->sa->v2, c->by);

    while (by && by->state != V2C_UP) /* replaced in its turn */
        by = v2_child_find(c->sa->v2, by->by);
    if (c->state == V2C_REPLACED && by) {
        v2_child_enable(by);
        c->state = V2C_LINGER;
        timer_set(&c->timer, V2_LINGER_US);
        return;
    }
    if (c->state != V2C_LINGER) {
        struct ipsec_policy flow = c->policy;
        c->state = V2C_LINGER;
        struct v2_sa *sa = c->sa;
        uint32_t id = c->id;
        v2_child_free(c);
        v2_child_end_lingering(sa, &flow);
        (void)sad_delete(ipsec_of(sa), id, why);
        return;
    }
    remove_pair(c, why);
}

void v2_children_gone(struct v2_sa *sa, enum sa_gone why)
{
    while (sa->children)
        remove_pair(sa->children, why);
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

    TR(c->sa, "Processing DELETE INFO message for IPsec SA [SPI: 0x%X]", c->spi_out);
    if (c->state != V2C_LINGER)
        v2_child_gone(c, SA_GONE_PEER_DELETE);
    return answer;
}

void v2_child_timer(void *arg)
{
    struct v2_child *c = arg;

    if (c->state == V2C_LINGER) {
        remove_pair(c, SA_GONE_REKEYED);
    } else if (!c->enabled) {
        v2_child_enable(c);
    } else if (c->again) {
        c->again = false;
        v2_child_rekey(c);
    }
}
