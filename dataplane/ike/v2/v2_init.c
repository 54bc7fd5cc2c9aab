/* IKE_SA_INIT (RFC 7296 sections 1.2, 2.6, 2.7, 2.10, 2.23; RFC 7383), both halves.
 *
 *   initiator                                     responder
 *   HDR(SPIi, 0), [N(COOKIE)], SAi1, KEi, Ni -->
 *                                            <--  HDR(SPIi, 0), N(COOKIE)               when many are half open
 *                                            <--  HDR(SPIi, 0), N(INVALID_KE_PAYLOAD)   another group is wanted
 *                                            <--  HDR(SPIi, SPIr), SAr1, KEr, Nr
 *   both: N(NAT_DETECTION_*), N(IKEV2_FRAGMENTATION_SUPPORTED), N(USE_PPK), V
 *
 * Nothing here is protected. The responder keeps nothing until shape, cookie (if one is asked for), limits, proposal
 * and group are right; then an SA that is half open: bounded in all and for each address, gone after 30 s. Its sums,
 * the public and the shared value, are one job on a worker. A repeat of the request finds the SA by the initiator's SPI
 * and address and gets the same bytes again. The initiator begins anew with the same SPI and nonce when it is told to
 * bring a cookie or another group, five times at most; a refusal ends it, though anybody could have sent it, as on IOS.
 *
 * Both messages are kept as they were until IKE_AUTH has signed them. A NAT is seen by hashes of SPIs, address and port
 * that do not fit; `nat force-encap` makes ours wrong on purpose. From the next message on a pair with a NAT speaks on
 * port 4500. */
#include <string.h>

#include "dataplane/ike/admission.h"
#include "dataplane/ike/v2/v2_local.h"
#include "dataplane/ike/v2/v2_ppk.h"

#define NONCE_LEN 32
static const char vendor[] = "espial";

static struct v2_hdr header_of(const struct v2_sa *sa)
{
    struct v2_hdr h = {.version = 0x20, .exchange = V2_IKE_SA_INIT};

    memcpy(h.ispi, sa->ispi, V2_SPI);
    memcpy(h.rspi, sa->rspi, V2_SPI);
    h.flags = sa->initiator ? V2_FLAG_INITIATOR : V2_FLAG_RESPONSE;
    return h;
}

static bool force_encap(const struct v2_sa *sa)
{
    struct ipsec_policy policy;
    const char *name = sa->profile;

    if (!name[0] && v2_ts_first(sa->v2, sa->local, sa->remote, "", &policy))
        name = policy.ike_profile;
    const struct v2_profile_conf *p = name[0] ? v2_conf_profile(&sa->v2->conf, name) : NULL;
    return p && p->nat_force_encap;
}

static void write_rest(struct v2_sa *sa, struct v2_wr *w)
{
    bool lie = force_encap(sa);
    uint8_t sum[20];

    v2_put(w, V2_VENDOR, vendor, sizeof vendor - 1);
    if (sa->initiator || sa->natt) {
        v2_keys_nat(sa->ispi, sa->rspi, lie ? 0 : sa->local, sa->local_port, sum);
        v2_put_notify(w, V2_PROTO_NONE, V2N_NAT_DETECTION_SOURCE_IP, NULL, 0, sum, sizeof sum);
        v2_keys_nat(sa->ispi, sa->rspi, sa->remote, sa->peer_port, sum);
        v2_put_notify(w, V2_PROTO_NONE, V2N_NAT_DETECTION_DESTINATION_IP, NULL, 0, sum, sizeof sum);
        sa->nat_local |= lie;
    }
    if (sa->v2->conf.fragmentation && (sa->initiator || sa->frag))
        v2_put_notify(w, V2_PROTO_NONE, V2N_IKEV2_FRAGMENTATION_SUPPORTED, NULL, 0, NULL, 0);
    v2_ppk_write_init(sa, w);
    if (!sa->initiator)
        v2_put_notify(w, V2_PROTO_NONE, V2N_CHILDLESS_IKEV2_SUPPORTED, NULL, 0, NULL, 0);
}

/* Whose address or port has changed on the way? */
static void look_for_nat(struct v2_sa *sa, const struct v2_msg *m)
{
    uint8_t src[20], dst[20];
    bool source = false, source_fits = false, destination = false, destination_fits = false;
    const struct v2_payload *p;
    struct v2_notify_body n;

    v2_keys_nat(m->hdr.ispi, m->hdr.rspi, m->from->src, m->from->sport, src);
    v2_keys_nat(m->hdr.ispi, m->hdr.rspi, m->from->dst, m->from->dport, dst);
    for (unsigned i = 0; (p = v2_nth(&m->ps, V2_NOTIFY, i)); i++) {
        if (v2_notify(p, &n) != CODEC_OK || n.len != sizeof src)
            continue;
        if (n.type == V2N_NAT_DETECTION_SOURCE_IP) {
            source = true;
            source_fits |= !memcmp(n.data, src, sizeof src);
        } else if (n.type == V2N_NAT_DETECTION_DESTINATION_IP) {
            destination = true;
            destination_fits |= !memcmp(n.data, dst, sizeof dst);
        }
    }
    TR(sa, "Checking NAT discovery");
    sa->natt = source && destination;
    sa->nat_remote |= sa->natt && !source_fits;
    sa->nat_local |= sa->natt && !destination_fits;
    sa->v2->stats.no_nat += !sa->nat_remote && !sa->nat_local;
    sa->v2->stats.nat_inside += sa->nat_local;
    sa->v2->stats.nat_outside += sa->nat_remote;
    TR(sa, !sa->nat_remote && !sa->nat_local ? "NAT not found"
           : sa->nat_local                   ? "NAT INSIDE found"
                                             : "NAT OUTSIDE found");
}

static void read_rest(struct v2_sa *sa, const struct v2_msg *m)
{
    const struct v2_payload *p;
    struct v2_notify_body n;

    look_for_nat(sa, m);
    sa->frag =
        sa->v2->conf.fragmentation && v2_notify_find(&m->ps, V2N_IKEV2_FRAGMENTATION_SUPPORTED, &n) && n.len == 0;
    for (unsigned i = 0; (p = v2_nth(&m->ps, V2_VENDOR, i)); i++)
        sa->ios |= (p->len == sizeof vendor - 1 && !memcmp(p->body, vendor, p->len)) ||
                   (p->len >= 5 && !memcmp(p->body, "CISCO", 5));
}

static void keep(uint8_t **to, size_t *to_len, const uint8_t *p, size_t len)
{
    mem_free(*to);
    *to = mem_new(len);
    memcpy(*to, p, len);
    *to_len = len;
}

static void derive(struct v2_sa *sa)
{
    struct v2_first *f = sa->first;

    TR(sa, "[IKEv2 -> Crypto Engine] Calculate SKEYSEED and create rekeyed IKEv2 SA");
    uint64_t since = v2_perf_since(sa->v2);
    sa->keys = NEW(struct v2_keys);
    v2_keys_init(sa->keys, &sa->suite, BYTES(f->dh.shared.b, f->dh.shared.len), BYTES(f->ni, f->ni_len),
                 BYTES(f->nr, f->nr_len), sa->ispi, sa->rspi);
    v2_sa_keyed(sa);
    v2_perf_note(sa->v2, V2P_CREATE_SA, since);
    since = v2_perf_since(sa->v2);
    dh_job_end(&f->dh);
    v2_perf_note(sa->v2, V2P_DH_DELETE, since);
    TR(sa, "[Crypto Engine -> IKEv2] SKEYSEED calculation and creation of rekeyed IKEv2 SA PASSED");
}

/* ---- initiator ---- */
static void send_request(void *arg, bool ok)
{
    struct v2_sa *sa = arg;
    struct v2_first *f = sa->first;
    struct v2_x *x = v2_x_kind(sa, V2X_INIT);
    struct v2_hdr h = header_of(sa);
    uint8_t buf[V2_OUT_MAX];
    struct v2_wr w;

    (void)ok;
    TR(sa, "[Crypto Engine -> IKEv2] DH key Computation PASSED");
    TR(sa, "Generating IKE_SA_INIT message");
    v2_trace_proposals(sa, f->offers, f->noffers, "initial negotiation");
    v2_begin(&w, buf, sizeof buf, &h);
    if (f->cookie_len)
        v2_put_notify(&w, V2_PROTO_NONE, V2N_COOKIE, NULL, 0, f->cookie, f->cookie_len);
    v2_write_ike_offer(&w, f->offers, f->noffers, NULL);
    v2_put_ke(&w, (uint16_t)f->group, dh_public(f->dh.dh), dh_public_len(f->group));
    v2_put(&w, V2_NONCE, f->ni, f->ni_len);
    write_rest(sa, &w);
    size_t len = v2_end(&w);
    if (!len) {
        v2_error(sa->v2, sa, sa->remote, "Message too long to send");
        v2_sa_kill(sa, "Message too long", SA_GONE_IKE_LOST);
        return;
    }
    v2_send_init(x, buf, len);
    if (!f->restarts)
        TR(sa, "Insert SA");
}

static void draw(struct v2_sa *sa, unsigned group)
{
    struct v2_first *f = sa->first;

    dh_job_end(&f->dh);
    f->group = group;
    TR(sa, "[IKEv2 -> Crypto Engine] Computing DH public key, DH Group %u", group);
    v2_dh_begin(&f->dh, sa->v2, group, V2P_I_AUTH_INT);
    dh_job_run(&f->dh, true, NULL, 0, send_request, sa);
}

struct v2_sa *v2_negotiate(struct v2 *v2, uint32_t local, uint32_t addr, const char *profile)
{
    const struct v2_profile_conf *p = v2_conf_profile(&v2->conf, profile);
    const struct v2_conf *c = &v2->conf;
    struct v2_proposal offers[V2_PROPOSALS_MAX];
    struct key psk;
    const char *policy;
    unsigned n;

    if (!v2->ike->on)
        return NULL;
    if (v2->nsas >= V2_SA_MAX || v2->negotiating_out >= V2_HALF_OPEN_MAX || (c->max_sa && v2->nsas >= c->max_sa) ||
        (c->max_outgoing && v2->negotiating_out >= c->max_outgoing) ||
        (c->max_negotiating && v2->negotiating_out + v2->negotiating_in >= c->max_negotiating)) {
        v2->stats.outgoing_rejected++;
        v2_error(v2, NULL, addr, "Call admission: outgoing negotiation refused");
        return NULL;
    }
    v2_trace(v2, NULL, addr, V2_DEBUG_DEFAULT, "Searching Policy with fvrf 0, local address %s", IP4(local));
    v2_perf_rate(v2, V2R_ATTEMPTED);
    uint64_t since = v2_perf_since(v2);
    n = v2_conf_proposals(c, local, offers, &policy);
    v2_perf_note(v2, V2P_GET_POLICY, since);
    if (n)
        v2_trace(v2, NULL, addr, V2_DEBUG_DEFAULT, "Found Policy '%s'", policy);
    if (!p || !n || !offers[0].ngroup) {
        v2_error(v2, NULL, addr, !p ? "No usable profile '%s'" : "No usable policy for profile '%s'", profile);
        return NULL;
    }
    bool key = v2_conf_key(c, &v2->names, p, true, addr, NULL, &psk);
    key_wipe(&psk);
    if (!key) {
        v2_error(v2, NULL, addr, "No pre-shared key for peer %s in profile '%s'", IP4(addr), profile);
        return NULL;
    }
    if (!admission_ike(v2->ike, local, addr, false))
        return NULL;
    struct v2_sa *sa = v2_sa_new(v2, local, addr, true);
    struct v2_first *f = sa->first = NEW(struct v2_first);
    memcpy(sa->profile, p->name, sizeof sa->profile);
    sa->session_id = ++v2->next_session;
    v2->stats.sas_outgoing++;
    memcpy(f->offers, offers, n * sizeof *offers);
    f->noffers = n;
    v2_spi_make(v2, sa->ispi);
    v2_sa_insert(sa);
    f->ni_len = NONCE_LEN;
    rnd_fill(v2->ike->env.rnd, f->ni, NONCE_LEN);
    v2_ppk_begin(sa, p);
    (void)v2_x_new(sa, V2X_INIT);
    v2_sa_enter(sa, V2_I_INIT);
    draw(sa, offers[0].group[0]);
    return sa;
}

static void shared_made(void *arg, bool ok)
{
    struct v2_sa *sa = arg;

    if (!ok) {
        v2_error(sa->v2, sa, sa->remote, "The peer's KE payload is not a public value of its group");
        v2_sa_kill(sa, "Bad KE payload", SA_GONE_IKE_LOST);
        return;
    }
    derive(sa);
    TR_EVENT(sa, "Completed SA init exchange");
    if (sa->nat_local || sa->nat_remote) {
        sa->local_port = 4500;
        sa->peer_port = 4500;
    }
    v2_auth_begin(sa);
}

/* Told to begin anew, or refused. True: dealt with. */
static bool turned_away(struct v2_sa *sa, const struct v2_msg *m)
{
    struct v2_first *f = sa->first;
    struct v2_notify_body n;

    if (v2_notify_find(&m->ps, V2N_COOKIE, &n) && !v2_one(&m->ps, V2_SA)) {
        if (n.len < 1 || n.len > sizeof f->cookie || f->restarts++ >= V2_RESTARTS_MAX)
            return true;
        TR(sa, "Received a cookie challenge: bringing the cookie");
        memcpy(f->cookie, n.data, n.len);
        f->cookie_len = n.len;
        send_request(sa, true);
        return true;
    }
    if (v2_notify_find(&m->ps, V2N_INVALID_KE_PAYLOAD, &n)) {
        unsigned group = n.len == 2 ? get16(n.data) : 0;
        if (group == f->group || !v2_offers_group(f->offers, f->noffers, group) || f->restarts++ >= V2_RESTARTS_MAX)
            return true;
        TR(sa, "Peer wants DH group %u", group);
        timer_clear(&v2_x_kind(sa, V2X_INIT)->timer);
        draw(sa, group);
        return true;
    }
    if (!v2_notify_error(&m->ps, &n))
        return false;
    v2_error(sa->v2, sa, sa->remote, "Received %s notify", v2_notify_said(n.type));
    if (++f->refusals < V2_REFUSALS_MAX && n.type != V2N_INVALID_MAJOR_VERSION)
        return true; /* anybody may have said so */
    v2_sa_kill(sa, "Refused", SA_GONE_IKE_LOST);
    return true;
}

void v2_init_response(struct v2_sa *sa, const struct v2_msg *m)
{
    static const uint8_t none[V2_SPI];
    struct v2_first *f = sa->first;
    struct v2_x *x = v2_x_kind(sa, V2X_INIT);
    const struct v2_payload *sap, *kep, *nonce;
    struct v2_sa_body body;
    struct v2_ke_body ke;

    if (!x || !x->sent || f->dh.running || turned_away(sa, m))
        return;
    sap = v2_one(&m->ps, V2_SA);
    kep = v2_one(&m->ps, V2_KE);
    nonce = v2_nonce(&m->ps);
    TR(sa, "Verify SA init message");
    if (!sap || !kep || !nonce || v2_sa(sap, &body) != CODEC_OK || v2_ke(kep, &ke) != CODEC_OK ||
        !memcmp(m->hdr.rspi, none, V2_SPI)) {
        sa->v2->stats.bad_messages++;
        TR_ERR(sa, "Malformed IKE_SA_INIT response");
        return;
    }
    if (!v2_match_ike(&body, f->offers, f->noffers, &sa->suite, NULL) || sa->suite.group != f->group ||
        ke.group != f->group || ke.len != dh_public_len(f->group)) {
        v2_error(sa->v2, sa, sa->remote, "The peer's choice is none of the proposals offered");
        v2_sa_kill(sa, "Bad choice", SA_GONE_IKE_LOST);
        return;
    }
    if (!v2_ppk_read_init(sa, &m->ps)) {
        v2_sa_kill(sa, "No postquantum preshared key", SA_GONE_IKE_LOST);
        return;
    }
    memcpy(sa->rspi, m->hdr.rspi, V2_SPI);
    keep(&f->theirs, &f->theirs_len, m->raw, m->raw_len);
    memcpy(f->nr, nonce->body, nonce->len);
    f->nr_len = nonce->len;
    read_rest(sa, m);
    v2_x_drop(x);
    v2_sa_enter(sa, V2_I_KEYS);
    TR(sa, "[IKEv2 -> Crypto Engine] Computing DH secret key, DH Group %u", f->group);
    dh_job_run(&f->dh, false, ke.data, ke.len, shared_made, sa);
}

/* ---- responder ---- */
static void send_answer(void *arg, bool ok)
{
    struct v2_sa *sa = arg;
    struct v2_first *f = sa->first;
    struct v2_wire tx = {0};
    uint8_t buf[V2_OUT_MAX];
    struct v2_wr w;

    if (!ok) {
        v2_error(sa->v2, sa, sa->remote, "The peer's KE payload is not a public value of its group");
        v2_sa_kill(sa, "Bad KE payload", SA_GONE_IKE_LOST);
        return;
    }
    TR(sa, "Generating IKE_SA_INIT message");
    struct v2_hdr h = header_of(sa);
    v2_begin(&w, buf, sizeof buf, &h);
    v2_write_ike_choice(&w, &sa->suite, NULL);
    v2_put_ke(&w, (uint16_t)f->group, dh_public(f->dh.dh), dh_public_len(f->group));
    v2_put(&w, V2_NONCE, f->nr, f->nr_len);
    write_rest(sa, &w);
    size_t len = v2_end(&w);
    derive(sa);
    v2_sa_enter(sa, V2_R_INIT);
    sa->rx_next = 1;
    if (!len)
        return;
    keep(&f->ours, &f->ours_len, buf, len);
    v2_wire_add(&tx, buf, len);
    v2_count_message(sa->v2, sa, V2_IKE_SA_INIT, buf[16], buf + V2_HDR, len - V2_HDR, true, false);
    v2_transmit(sa, &tx);
    v2_wire_free(&tx);
    f->answered = v2_now(sa->v2);
    TR_EVENT(sa, "Completed SA init exchange");
}

/* The same bytes again: the same answer. */
static void repeated(struct v2_sa *sa, const struct v2_msg *m)
{
    struct v2_first *f = sa->first;
    uint64_t now = v2_now(sa->v2);
    struct v2_wire tx = {0};

    if (!f || !f->ours || sa->state != V2_R_INIT || f->theirs_len != m->raw_len ||
        memcmp(f->theirs, m->raw, m->raw_len) != 0 || (f->repeated_at && now - f->repeated_at < V2_REPEAT_US))
        return;
    f->repeated_at = now;
    v2_wire_add(&tx, f->ours, f->ours_len);
    v2_transmit_again(sa, &tx, m);
    v2_wire_free(&tx);
}

static bool admitted(struct v2 *v2, const struct v2_msg *m, const struct v2_payload *nonce)
{
    const struct v2_conf *c = &v2->conf;
    struct v2_peer *p = v2_peer_find(v2, m->from->dst, m->from->src);
    uint8_t cookie[V2_COOKIE];
    struct v2_notify_body n;

    bool wanted = v2_cookie_wanted(v2, p), brought = wanted && v2_notify_find(&m->ps, V2N_COOKIE, &n);
    bool good = brought && v2_cookie_good(v2, m, nonce, n.data, n.len);

    v2->stats.cookies_accepted += good;
    v2->stats.cookies_rejected += brought && !good;
    v2->stats.cookies_missing += wanted && !brought;
    if (wanted && !good) {
        uint64_t since = v2_perf_since(v2);
        v2_cookie_make(v2, m, nonce, cookie);
        v2_perf_note(v2, V2P_R_COOKIE_INT, since);
        v2->stats.cookies_sent++;
        since = v2_perf_since(v2);
        v2_send_bare(v2, m->from, m->floated, &m->hdr, V2N_COOKIE, cookie, sizeof cookie);
        v2_perf_note(v2, V2P_R_COOKIE_SEND, since);
        return false;
    }
    if (v2->nqueued >= c->max_queue) {
        v2->stats.queue_full++;
    } else if (v2->nsas < V2_SA_MAX && v2->half_open < V2_HALF_OPEN_MAX &&
               (!p || (p->half_open < V2_HALF_OPEN_PEER_MAX && p->nsas < V2_PEER_SA_MAX)) &&
               (!c->max_sa || v2->nsas < c->max_sa) && (!c->max_incoming || v2->negotiating_in < c->max_incoming) &&
               (!c->max_negotiating || v2->negotiating_in + v2->negotiating_out < c->max_negotiating)) {
        return true;
    }
    v2->stats.incoming_rejected++;
    v2_trace(v2, NULL, m->from->src, V2_DEBUG_ERROR, "Call admission: incoming negotiation refused");
    return false;
}

void v2_init_request(struct v2 *v2, const struct v2_msg *m)
{
    const struct v2_payload *sap = v2_one(&m->ps, V2_SA), *kep = v2_one(&m->ps, V2_KE), *nonce = v2_nonce(&m->ps);
    struct v2_proposal ours[V2_PROPOSALS_MAX];
    const char *policy;
    struct v2_suite suite;
    struct v2_sa_body body;
    struct v2_ke_body ke;
    struct v2_sa *sa;

    if (!v2->ike->on)
        return;
    if ((sa = v2_sa_find_half(v2, m->hdr.ispi, m->from->src))) {
        repeated(sa, m);
        return;
    }
    if (!sap || !kep || !nonce || v2_sa(sap, &body) != CODEC_OK || v2_ke(kep, &ke) != CODEC_OK) {
        v2->stats.bad_messages++;
        v2_trace(v2, NULL, m->from->src, V2_DEBUG_ERROR, "Malformed IKE_SA_INIT request");
        return; /* INVALID_SYNTAX is for protected messages alone (section 3.10.1) */
    }
    if (!admitted(v2, m, nonce))
        return;
    v2_trace(v2, NULL, m->from->src, V2_DEBUG_DEFAULT, "Searching Policy with fvrf 0, local address %s",
             IP4(m->from->dst));
    unsigned n = v2->conf.profiles.n ? v2_conf_proposals(&v2->conf, m->from->dst, ours, &policy) : 0;
    if (n)
        v2_trace(v2, NULL, m->from->src, V2_DEBUG_DEFAULT, "Found Policy '%s'", policy);
    if (!n || !v2_choose_ike(&body, ours, n, &suite, NULL)) {
        static const char why[] = "Failed to find a matching proposal or policy";
        v2_error(v2, NULL, m->from->src, "%s", why);
        if (v2->conf.profiles.n)
            ike_msg(v2->ike, IKE_MSG_NEG_ABORT, m->from->src, why);
        v2_send_bare(v2, m->from, m->floated, &m->hdr, V2N_NO_PROPOSAL_CHOSEN, NULL, 0);
        return;
    }
    if (ke.group != suite.group) {
        uint8_t group[2];
        put16(group, suite.group);
        v2_trace(v2, NULL, m->from->src, V2_DEBUG_ERROR, "The peer's KE payload contained the wrong DH group");
        uint64_t since = v2_perf_since(v2);
        v2_send_bare(v2, m->from, m->floated, &m->hdr, V2N_INVALID_KE_PAYLOAD, group, sizeof group);
        v2_perf_note(v2, V2P_R_KE_SEND, since);
        return;
    }
    if (ke.len != dh_public_len(suite.group)) {
        v2->stats.bad_messages++;
        v2_trace(v2, NULL, m->from->src, V2_DEBUG_ERROR, "The peer's KE payload is not as long as its group's values");
        return;
    }
    if (!admission_ike(v2->ike, m->from->dst, m->from->src, true))
        return;
    sa = v2_sa_new(v2, m->from->dst, m->from->src, false);
    struct v2_first *f = sa->first = NEW(struct v2_first);
    memcpy(sa->ispi, m->hdr.ispi, V2_SPI);
    v2_spi_make(v2, sa->rspi);
    sa->local_port = m->floated ? 4500 : 500;
    sa->peer_port = m->from->sport;
    sa->session_id = ++v2->next_session;
    sa->suite = suite;
    sa->half_open = true;
    v2->half_open++;
    sa->peer->half_open++;
    v2->stats.sas_incoming++;
    v2_sa_insert(sa);
    v2_sa_enter(sa, V2_R_KEYS);
    v2_event_message(sa, V2_IKE_SA_INIT, false, true);
    ike_traffic_count(&sa->traffic[IKE_IN], m->raw_len);
    v2_timers_half_open(sa);
    TR(sa, "Verify SA init message");
    TR(sa, "Insert SA");
    keep(&f->theirs, &f->theirs_len, m->raw, m->raw_len);
    memcpy(f->ni, nonce->body, nonce->len);
    f->ni_len = nonce->len;
    f->nr_len = NONCE_LEN;
    rnd_fill(v2->ike->env.rnd, f->nr, NONCE_LEN);
    read_rest(sa, m);
    (void)v2_ppk_read_init(sa, &m->ps);
    f->group = suite.group;
    TR(sa, "[IKEv2 -> Crypto Engine] Computing DH public key, DH Group %u", f->group);
    v2_dh_begin(&f->dh, v2, f->group, V2P_R_INIT_INT);
    dh_job_run(&f->dh, true, ke.data, ke.len, send_answer, sa);
}
