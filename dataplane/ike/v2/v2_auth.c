/* IKE_AUTH (RFC 7296 sections 1.2, 2.15, 2.16, 3.5, 3.8; RFC 6023; RFC 8784 in v2_ppk.c), both halves.
 *
 *   initiator                                                            responder
 *   HDR, SK{IDi, AUTH, SAi2, TSi, TSr, [N(INITIAL_CONTACT)], N...}  -->
 *                          <--  HDR, SK{IDr, AUTH, SAr2, TSi, TSr, [N(INITIAL_CONTACT)], N...}
 *                                              <--  HDR, SK{IDr, AUTH, N(NO_PROPOSAL_CHOSEN ...)}   an SA without child
 *                                              <--  HDR, SK{N(AUTHENTICATION_FAILED)}
 *
 * Each end signs its own IKE_SA_INIT message, the other's nonce and its identity. How, is a row of `methods`: shared
 * keys today; certificates are further rows. The responder finds the profile by the initiator's identity and checks
 * with that profile's keys; who is not proved gets AUTHENTICATION_FAILED and the SA hears only repeats from then on.
 * The initiator takes whoever its profile lets match, and tells one that it cannot prove so in a message of its own.
 *
 * The SA stands once both are proved; its first child may fail without it (section 1.2): then the error is in the
 * answer and the next packet that needs a pair asks in CREATE_CHILD_SA. A request with neither SAi2 nor selectors asks
 * for no child (we say CHILDLESS_IKEV2_SUPPORTED as responder, and never ask so ourselves). INITIAL_CONTACT is said when
 * no SA with the peer under this profile is up and the peer has begun none; it is heeded before the child is made, in either half (section 2.4; we say
 * it in the request alone). */
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"
#include "dataplane/ike/v2/v2_ppk.h"

#define AUTH_RSA 1
#define AUTH_PSK 2

struct auth_body {
    uint8_t method;
    const uint8_t *data;
    size_t len;
};

/* One way to prove an identity: the octets that prove us, or should prove the peer; sk_p: SK_pi or SK_pr of whom it is. */
struct v2_auth_method {
    uint8_t number;
    enum v2_auth_conf conf;
    bool (*prove)(struct v2_sa *sa, const struct v2_profile_conf *p, const struct key *sk_p, struct bytes id,
                  uint8_t *out, size_t *len);
    bool (*check)(struct v2_sa *sa, const struct v2_profile_conf *p, struct bytes id, const struct auth_body *a);
};

static bool psk_sum(struct v2_sa *sa, const struct v2_profile_conf *p, bool ours, const struct key *sk_p,
                    struct bytes id, uint8_t *out)
{
    const struct v2_first *f = sa->first;
    bool by_initiator = sa->initiator == ours;
    struct key psk;

    const struct v2_id *who = sa->remote_id.type ? &sa->remote_id : NULL;
    uint64_t since = v2_perf_since(sa->v2);
    bool known = v2_conf_key(&sa->v2->conf, &sa->v2->names, p, ours, sa->remote, who, &psk);
    v2_perf_note(sa->v2, V2P_GET_PSK, since);
    if (!known) {
        v2_error(sa->v2, sa, sa->remote, "No pre-shared key for peer %s in profile '%s'", IP4(sa->remote), p->name);
        return false;
    }
    since = v2_perf_since(sa->v2);
    v2_keys_auth_psk(sa->suite.prf, BYTES(psk.b, psk.len),
                     ours ? BYTES(f->ours, f->ours_len) : BYTES(f->theirs, f->theirs_len),
                     by_initiator ? BYTES(f->nr, f->nr_len) : BYTES(f->ni, f->ni_len), sk_p, id, out);
    v2_perf_note(sa->v2, V2P_PSK_AUTH, since);
    if (ours) {
        char text[V2_ID_MAX + 8];
        v2_id_text(&sa->local_id, text, sizeof text);
        TR(sa, "Use preshared key for id %s, key len %u", text, psk.len);
    }
    key_wipe(&psk);
    return true;
}

static bool psk_prove(struct v2_sa *sa, const struct v2_profile_conf *p, const struct key *sk_p, struct bytes id,
                      uint8_t *out, size_t *len)
{
    *len = hash_len(sa->suite.prf);
    return psk_sum(sa, p, true, sk_p, id, out);
}

static bool psk_check(struct v2_sa *sa, const struct v2_profile_conf *p, struct bytes id, const struct auth_body *a)
{
    const struct key *sk_p = sa->initiator ? &sa->keys->pr : &sa->keys->pi;
    uint8_t sum[HASH_MAX];

    return psk_sum(sa, p, false, sk_p, id, sum) && a->len == hash_len(sa->suite.prf) &&
           mem_equal_ct(sum, a->data, a->len);
}

static const struct v2_auth_method methods[] = {{AUTH_PSK, V2_AUTH_PRE_SHARE, psk_prove, psk_check}};

static const struct v2_auth_method *method_of(enum v2_auth_conf conf)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (methods[i].conf == conf)
            return &methods[i];
    return NULL;
}

static bool read_id(const struct v2_payload *p, struct v2_id *out)
{
    if (!p || p->len < 4 || p->len - 4u > V2_ID_WIRE)
        return false;
    *out = (struct v2_id){.type = p->body[0], .len = (uint8_t)(p->len - 4)};
    memcpy(out->bytes, p->body + 4, out->len);
    return out->type != 0;
}

static bool read_auth(const struct v2_payload *p, struct auth_body *out)
{
    if (!p || p->len < 4)
        return false;
    *out = (struct auth_body){.method = p->body[0], .data = p->body + 4, .len = p->len - 4u};
    return true;
}

static size_t id_body(const struct v2_id *id, uint8_t *out)
{
    memset(out, 0, 4);
    out[0] = id->type;
    memcpy(out + 4, id->bytes, id->len);
    return 4u + id->len;
}

static bool write_proof(struct v2_sa *sa, const struct v2_profile_conf *p, struct v2_wr *w)
{
    const struct key *sk_p = sa->initiator ? &sa->keys->pi : &sa->keys->pr;
    const struct v2_auth_method *m = method_of(p->auth_local);
    uint8_t id[4 + V2_ID_WIRE], sum[HASH_MAX], body[4 + HASH_MAX] = {0};
    char text[V2_ID_MAX + 8];
    size_t len = 0, id_len;
    struct key mixed = {0};

    v2_conf_local_id(p, sa->local, &sa->local_id);
    id_len = id_body(&sa->local_id, id);
    TR(sa, "Generate my authentication data");
    bool asks = sa->initiator && v2_ppk_asks(sa, &mixed),
         good = m && m->prove(sa, p, asks ? &mixed : sk_p, BYTES(id, id_len), sum, &len);
    key_wipe(&mixed);
    if (!good)
        return false;
    v2_id_text(&sa->local_id, text, sizeof text);
    TR(sa, "Constructing ID%c payload: '%s' of type '%s'", sa->initiator ? 'i' : 'r', text,
       sa->local_id.type == ID_IPV4_ADDR   ? "IPv4 address"
       : sa->local_id.type == ID_FQDN      ? "FQDN"
       : sa->local_id.type == ID_USER_FQDN ? "RFC822 address"
                                           : "key ID");
    body[0] = m->number;
    memcpy(body + 4, sum, len);
    v2_put_id(w, sa->initiator ? V2_IDI : V2_IDR, sa->local_id.type, sa->local_id.bytes, sa->local_id.len);
    v2_put(w, V2_AUTH, body, 4 + len);
    if (asks)
        v2_ppk_write_request(sa, w);
    if (asks && !sa->first->ppk.required && (good = m->prove(sa, p, sk_p, BYTES(id, id_len), sum, &len)))
        v2_put_notify(w, V2_PROTO_NONE, V2N_NO_PPK_AUTH, NULL, 0, sum, len);
    mem_wipe(sum, sizeof sum);
    return good;
}

static bool check_proof(struct v2_sa *sa, const struct v2_profile_conf *p, const struct v2_payload *id,
                        const struct auth_body *a)
{
    const struct v2_auth_method *m = method_of(p->auth_remote);

    TR(sa, "Verify peer's authentication data");
    if (!m || a->method != m->number) {
        v2_error(sa->v2, sa, sa->remote, "Peer's authentication method %u is not the one of profile '%s'", a->method,
                 p->name);
        return false;
    }
    bool good = m->check(sa, p, BYTES(id->body, id->len), a);
    if (good)
        TR(sa, "Verification of peer's authenctication data PASSED");
    else
        v2_error(sa->v2, sa, sa->remote, "Failed to authenticate the IKE SA");
    if (!good && sa->ppk)
        v2_ppk_failed(sa, sa->first->ppk.required);
    return good;
}

static void read_window(struct v2_sa *sa, const struct v2_payloads *ps)
{
    struct v2_notify_body n;

    if (v2_notify_find(ps, V2N_SET_WINDOW_SIZE, &n) && n.len == 4) {
        uint32_t said = get32(n.data);
        sa->peer_window = (uint16_t)(said < 1 ? 1 : said > V2_WINDOW_MAX ? V2_WINDOW_MAX : said);
    }
}

static void write_window(struct v2_sa *sa, struct v2_wr *w)
{
    uint8_t size[4];

    put32(size, sa->window);
    if (sa->window > 1)
        v2_put_notify(w, V2_PROTO_NONE, V2N_SET_WINDOW_SIZE, NULL, 0, size, sizeof size);
}

static void say_up(struct v2_sa *sa)
{
    char theirs[V2_ID_MAX + 8], ours[V2_ID_MAX + 8];

    v2_id_text(&sa->remote_id, theirs, sizeof theirs);
    v2_id_text(&sa->local_id, ours, sizeof ours);
    TR(sa, "Session with IKE ID PAIR (%s, %s) is UP", theirs, ours);
    v2_event(sa, EV_IKEV2_EVENT, "Session with IKE ID PAIR(%s , %s) is UP", theirs, ours);
    v2_msg_session(sa, true);
}

static struct v2_neg *first_child(struct v2_sa *sa, bool initiator)
{
    struct v2_first *f = sa->first;
    struct v2_neg *n = v2_neg_new(sa, initiator);

    memcpy(n->ni, f->ni, f->ni_len);
    n->ni_len = f->ni_len;
    memcpy(n->nr, f->nr, f->nr_len);
    n->nr_len = f->nr_len;
    return n;
}

/* ---- initiator ---- */
void v2_auth_begin(struct v2_sa *sa)
{
    struct v2_neg *n = sa->first->neg = first_child(sa, true);

    n->want = v2_peer_pop(sa->peer, sa->profile);
    if (n->want)
        n->policy = n->want->policy;
    bool flow = n->want || v2_ts_first(sa->v2, sa->local, sa->remote, sa->profile, &n->policy);
    v2_sa_enter(sa, V2_I_AUTH);
    if (!flow || !n->policy.ntransforms || !v2_neg_reserve(n, n->policy.transforms[0].proto)) {
        v2_error(sa->v2, sa, sa->remote, "Nothing to protect with this peer any more");
        v2_sa_kill(sa, "No child to ask for", SA_GONE_IKE_LOST);
        return;
    }
    v2_x_ready(v2_x_new(sa, V2X_AUTH));
}

bool v2_auth_ask(struct v2_x *x, struct v2_wr *w)
{
    struct v2_sa *sa = x->sa;
    const struct v2_profile_conf *p = v2_conf_profile(&sa->v2->conf, sa->profile);
    bool other = v2_peer_up(sa->peer, sa->profile) || v2_peer_begins(sa->peer);

    TR(sa, "Generating IKE_AUTH message");
    if (!p || !write_proof(sa, p, w)) {
        v2_timers_half_open(sa); /* nothing is sent */
        return false;
    }
    v2_trace_child_offer(sa, &sa->first->neg->policy);
    v2_child_write_offer(sa->first->neg, w, false);
    if (!other || p->initial_contact_force)
        v2_put_notify(w, V2_PROTO_NONE, V2N_INITIAL_CONTACT, NULL, 0, NULL, 0);
    write_window(sa, w);
    return true;
}

static void refused(struct v2_sa *sa, uint16_t type)
{
    if (type == V2N_AUTHENTICATION_FAILED)
        sa->v2->stats.auth_failed++;
    v2_error(sa->v2, sa, sa->remote, "Auth exchange failed: received %s notify", v2_notify_said(type));
    v2_sa_kill(sa, "Auth exchange failed", SA_GONE_IKE_LOST);
}

void v2_auth_conclude(struct v2_x *x, const struct v2_msg *m)
{
    struct v2_sa *sa = x->sa;
    const struct v2_profile_conf *p = v2_conf_profile(&sa->v2->conf, sa->profile);
    const struct v2_payload *id = v2_one(&m->ps, V2_IDR), *authp = v2_one(&m->ps, V2_AUTH);
    struct v2_notify_body nb;
    struct auth_body a;

    v2_perf_note(sa->v2, V2P_I_AUTH_WIRE, x->sent_at);
    if (!authp && v2_notify_error(&m->ps, &nb)) {
        refused(sa, nb.type);
        return;
    }
    TR(sa, "Process auth response notify");
    if (!p || !read_id(id, &sa->remote_id) || !read_auth(authp, &a) ||
        !v2_conf_profile_fits(p, &sa->v2->names, sa->local, &sa->remote_id) || !v2_ppk_conclude(sa, p, &m->ps) ||
        !check_proof(sa, p, id, &a)) {
        sa->v2->stats.auth_failed++;
        v2_error(sa->v2, sa, sa->remote, "Auth exchange failed");
        v2_info_say_last(sa, V2N_AUTHENTICATION_FAILED);
        v2_sa_kill(sa, "Auth exchange failed", SA_GONE_IKE_LOST);
        return;
    }
    struct v2_neg *n = sa->first->neg;
    sa->first->neg = NULL;
    read_window(sa, &m->ps);
    v2_sa_established(sa);
    if (v2_notify_find(&m->ps, V2N_INITIAL_CONTACT, &nb))
        v2_peer_initial_contact(sa);
    say_up(sa);
    uint16_t why = v2_child_read_answer(n, &m->ps, false);
    bool allowed = v2_ts_allowed(sa, &n->policy);
    struct v2_child *c = why || !allowed ? NULL : v2_child_install(n);
    if (c) {
        v2_child_enable(c);
    } else {
        v2_error(sa->v2, sa, sa->remote, "First child not made: %s",
                 why        ? v2_notify_said(why)
                 : !allowed ? "the peer may not have it"
                            : "it could not be installed");
        if (why)
            v2_child_failed(sa, why);
        if (v2_one(&m->ps, V2_SA))
            v2_info_delete(sa, n->proto, n->spi, 0); /* the peer has one */
    }
    v2_neg_settle(n, c != NULL);
    v2_neg_free(n);
    v2_peer_established(sa);
}

/* ---- responder ---- */
static void fail(struct v2_sa *sa, struct v2_slot *s)
{
    sa->v2->stats.auth_failed++;
    v2_respond_notify(sa, s, V2N_AUTHENTICATION_FAILED, NULL, 0);
    sa->failed = true;
    v2_msg_abort(sa);
    v2_sa_enter(sa, V2_CLOSING);
    v2_timers_failed(sa);
}

/* The SA alone is asked for (RFC 6023). */
static bool childless(const struct v2_payloads *ps)
{
    return !v2_count(ps, V2_SA) && !v2_count(ps, V2_TSI) && !v2_count(ps, V2_TSR);
}

static bool child_asked(const struct v2_payloads *ps)
{
    return v2_one(ps, V2_SA) && v2_one(ps, V2_TSI) && v2_one(ps, V2_TSR);
}

static struct v2_child *answer_first(struct v2_neg *n, const struct v2_payloads *ps, struct v2_wr *w)
{
    uint16_t why = v2_child_read_offer(n, ps, false);
    struct v2_child *c = why ? NULL : v2_child_install(n);

    if (c) {
        v2_child_write_answer(n, w, false);
        return c;
    }
    if (!why)
        why = V2N_NO_PROPOSAL_CHOSEN;
    v2_error(n->sa->v2, n->sa, n->sa->remote, "First child refused: %s", v2_notify_said(why));
    v2_child_failed(n->sa, why);
    v2_put_notify(w, V2_PROTO_NONE, why, NULL, 0, NULL, 0);
    return NULL;
}

void v2_auth_answer(struct v2_sa *sa, struct v2_slot *s, const struct v2_msg *m)
{
    const struct v2_payload *id = v2_one(&m->ps, V2_IDI), *authp = v2_one(&m->ps, V2_AUTH);
    const struct v2_profile_conf *p;
    struct v2_notify_body nb;
    struct auth_body a;
    struct bytes instead = BYTES(NULL, 0);
    uint8_t inner[V2_INNER_MAX];
    char text[V2_ID_MAX + 8];
    struct v2_wr w;

    v2_perf_note(sa->v2, V2P_R_INIT_WIRE, sa->first->answered);
    if (!read_id(id, &sa->remote_id) || !read_auth(authp, &a)) {
        v2_error(sa->v2, sa, sa->remote, "IKE_AUTH without identity or proof");
        fail(sa, s);
        return;
    }
    if (!childless(&m->ps) && !child_asked(&m->ps)) {
        v2_malformed(sa, s);
        return;
    }
    v2_id_text(&sa->remote_id, text, sizeof text);
    TR(sa, "Searching for profile with peer ID '%s'", text);
    p = v2_conf_profile_for(&sa->v2->conf, &sa->v2->names, sa->local, &sa->remote_id);
    if (!p) {
        v2_error(sa->v2, sa, sa->remote, "IKEv2 profile not found for peer ID '%s'", text);
        fail(sa, s);
        return;
    }
    memcpy(sa->profile, p->name, sizeof sa->profile);
    v2_begin_inner(&w, inner, sizeof inner);
    bool agreed = v2_ppk_answer(sa, p, &m->ps, &instead);
    if (instead.len) {
        a.data = instead.p;
        a.len = instead.len;
    }
    if (!agreed || !check_proof(sa, p, id, &a) || !write_proof(sa, p, &w)) {
        sa->profile[0] = 0;
        fail(sa, s);
        return;
    }
    struct v2_neg *n = first_child(sa, false);
    read_window(sa, &m->ps);
    v2_sa_established(sa);
    if (v2_notify_find(&m->ps, V2N_INITIAL_CONTACT, &nb))
        v2_peer_initial_contact(sa);
    struct v2_child *c = childless(&m->ps) ? NULL : answer_first(n, &m->ps, &w);
    write_window(sa, &w);
    v2_ppk_write_answer(sa, &w);
    v2_respond(sa, s, &w);
    say_up(sa);
    if (c)
        v2_child_answered(c);
    v2_neg_free(n);
    v2_peer_established(sa);
}
