/* Views of running IKEv2 for shows: flat copies, made when asked, in the order SAs came up. Nothing here formats text
 * for a terminal. */
#include <stdio.h>
#include <string.h>

#include "dataplane/ike/ike_show.h"
#include "dataplane/ike/v2/v2_local.h"
#include "dataplane/ipsec/ipsec.h"

#define CURSOR_END 1 /* else the cursor is the place of the next SA */

static uint32_t queued(const struct v2_sa *sa)
{
    uint32_t n = 0;

    for (const struct v2_x *x = sa->queue; x; x = x->next)
        n += !x->sent && !x->concluding;
    return n;
}

static uint32_t pending(const struct v2_sa *sa)
{
    uint32_t n = 0;

    for (unsigned i = 0; sa->slots && i < sa->window; i++)
        n += sa->slots[i].pending;
    return n;
}

void v2_sa_view(const struct v2_sa *sa, struct v2_sa_info *out)
{
    uint64_t now = v2_now(sa->v2);
    bool periodic;

    *out = (struct v2_sa_info){
        .tunnel_id = sa->tunnel_id,
        .session_id = sa->session_id,
        .local = sa->local,
        .remote = sa->remote,
        .local_port = sa->local_port,
        .remote_port = sa->peer_port,
        .status = sa->state < V2_UP    ? V2_STATUS_IN_NEG
                  : sa->state == V2_UP ? V2_STATUS_READY
                                       : V2_STATUS_DELETE,
        .status_text = sa->description,
        .initiator = sa->initiator,
        .agreed = sa->agreed,
        .suite = sa->suite,
        .local_id = sa->local_id,
        .remote_id = sa->remote_id,
        .local_req_mid = sa->in_flight && sa->next_mid ? sa->next_mid - sa->in_flight : sa->next_mid,
        .remote_req_mid = sa->rx_next,
        .local_next_mid = sa->next_mid,
        .remote_next_mid = sa->rx_next,
        .local_queued = queued(sa),
        .remote_queued = pending(sa),
        .local_window = sa->window,
        .remote_window = sa->peer_window,
        .fragmentation = sa->frag,
        .nat_local = sa->nat_local,
        .nat_remote = sa->nat_remote,
        .peer_is_espial_or_ios = sa->ios,
        .authenticated = sa->established != 0,
        .ppk = sa->ppk,
        .children = sa->nchildren,
        .up_since = sa->established,
    };
    memcpy(out->local_spi, sa->initiator ? sa->ispi : sa->rspi, V2_SPI);
    memcpy(out->remote_spi, sa->initiator ? sa->rspi : sa->ispi, V2_SPI);
    memcpy(out->profile, sa->profile, sizeof out->profile);
    memcpy(out->traffic, sa->traffic, sizeof out->traffic);
    v2_dpd_conf(sa, &out->dpd, &out->dpd_retry, &periodic);
    if (sa->established) {
        out->life_s = (uint32_t)((sa->expires - sa->established) / US_PER_S);
        out->active_s = (uint32_t)((now - sa->established) / US_PER_S);
        out->soft_s = v2_timers_soft_s(sa);
    }
}

bool v2_sa_next(const struct v2 *v2, size_t *cursor, struct v2_sa_info *out)
{
    const struct v2_sa *sa = *cursor ? (const struct v2_sa *)(uintptr_t)*cursor : v2->all;

    if (!sa || *cursor == CURSOR_END)
        return false;
    *cursor = sa->next ? (size_t)(uintptr_t)sa->next : CURSOR_END;
    v2_sa_view(sa, out);
    return true;
}

uint32_t v2_book_with(const struct v2 *v2, uint32_t local, uint32_t remote)
{
    const struct v2_peer *p = v2_peer_find(v2, local, remote);
    const struct v2_sa *sa = p ? v2_peer_up(p, "") : NULL;

    return sa ? sa->book.index : 0;
}

bool v2_child_next(const struct v2 *v2, size_t *cursor, struct v2_child_info *out)
{
    const struct v2_child *c = table_next(v2->children, cursor);

    if (!c)
        return false;
    *out = (struct v2_child_info){
        .tunnel_id = c->sa->tunnel_id,
        .pair_id = c->id,
        .local = c->policy.local_sel,
        .remote = c->policy.remote_sel,
        .spi_in = c->spi_in,
        .spi_out = c->spi_out,
        .proto = v2_proto_ip(c->proto),
        .transform = c->policy.transforms[0],
    };
    memcpy(out->ifname, c->policy.ifname, sizeof out->ifname);
    return true;
}

bool v2_stat_exchange_next(const struct v2 *v2, size_t *cursor, struct v2_stat_row *out)
{
    if (*cursor >= v2->nexchanges)
        return false;
    *out = v2->exchanges[(*cursor)++];
    return true;
}

bool v2_stat_notify_next(const struct v2 *v2, size_t *cursor, struct v2_stat_row *out)
{
    if (*cursor >= v2->nnotifies)
        return false;
    *out = v2->notifies[(*cursor)++];
    return true;
}

void v2_stats(const struct v2 *v2, struct v2_stats *out)
{
    *out = v2->stats;
    out->sas = v2->nsas;
    out->negotiating_in = v2->negotiating_in;
    out->negotiating_out = v2->negotiating_out;
    out->half_open = v2->half_open;
}

struct v2_work v2_work(const struct v2 *v2)
{
    struct v2_work w = v2->worked;

    w.sas = v2->nsas;
    w.negotiating = v2->negotiating_in + v2->negotiating_out;
    w.sas_max = V2_SA_MAX;
    return w;
}

void v2_traffic_add(const struct v2 *v2, struct ike_traffic *sum)
{
    for (const struct v2_sa *sa = v2->all; sa; sa = sa->next)
        ike_traffic_add(sum, sa->traffic);
}

void v2_stats_clear(struct v2 *v2, enum v2_stats_kind kind)
{
    struct v2_stats *s = &v2->stats;

    switch (kind) {
    case V2_STATS_ALL: *s = (struct v2_stats){0}; break;
    case V2_STATS_EXCHANGE: s->config_requests = s->no_nat = s->nat_inside = s->nat_outside = 0; break;
    case V2_STATS_TIMEOUT: s->auth_timeouts = s->timeouts = s->dpd_dead = 0; break;
    case V2_STATS_SERVICE:
        s->policies = s->made = s->gone = (struct v2_done){0};
        s->dh = (struct dh_counts){0};
    }
    if (kind <= V2_STATS_EXCHANGE)
        v2->nexchanges = v2->nnotifies = 0;
}

struct ike_errors *v2_errors(struct v2 *v2)
{
    return &v2->errors;
}

void v2_engine_rows(const struct v2 *v2, void (*row)(void *ctx, const struct engine_row *r), void *ctx)
{
    for (const struct v2_sa *sa = v2->all; sa; sa = sa->next) {
        struct engine_row r = {.id = sa->engine_id, .type = "IKEv2", .addr = sa->local};
        if (!v2_sa_up(sa))
            continue;
        const char *c = sa->suite.encr.cipher == CIPHER_AES_CBC   ? "AES"
                        : sa->suite.encr.cipher == CIPHER_AES_GCM ? "GCM"
                        : sa->suite.encr.cipher == CIPHER_DES_CBC ? "DES"
                                                                  : "3DES";
        if (sa->suite.encr.bits && sa->suite.encr.bits != 128)
            snprintf(r.algorithm, sizeof r.algorithm, "%s+%s%u", v2_prf_name(sa->suite.prf), c, sa->suite.encr.bits);
        else
            snprintf(r.algorithm, sizeof r.algorithm, "%s+%s", v2_prf_name(sa->suite.prf), c);
        row(ctx, &r);
    }
}

static size_t hex(char *out, size_t at, size_t cap, struct bytes b)
{
    const uint8_t *p = b.p;

    for (size_t i = 0; i < b.len && at + 3 < cap; i++)
        at += (size_t)snprintf(out + at, cap - at, "%02x", p[i]);
    return at;
}

char *ike_v2_wireshark_line(const struct ike_v2_export *k, char out[IKE_V2_WIRESHARK_LINE])
{
    static const char *const integs[HASH_ALGS] = {"NONE [RFC4306]",
                                                  "HMAC_MD5_96 [RFC2403]",
                                                  "HMAC_SHA1_96 [RFC2404]",
                                                  "HMAC_SHA2_256_128 [RFC4868]",
                                                  "HMAC_SHA2_384_192 [RFC4868]",
                                                  "HMAC_SHA2_512_256 [RFC4868]"};
    size_t cap = IKE_V2_WIRESHARK_LINE, at = 0;
    char encr[48];

    out[0] = 0;
    if (k->cipher == CIPHER_AES_CBC)
        snprintf(encr, sizeof encr, "AES-CBC-%u [RFC3602]", k->bits);
    else if (k->cipher == CIPHER_AES_GCM)
        snprintf(encr, sizeof encr, "AES-GCM-%u with 16 octet ICV [RFC5282]", k->bits);
    else if (k->cipher == CIPHER_3DES_CBC)
        snprintf(encr, sizeof encr, "3DES [RFC2451]");
    else
        return out;
    at = hex(out, at, cap, BYTES(k->ispi, V2_SPI));
    out[at++] = ',';
    at = hex(out, at, cap, BYTES(k->rspi, V2_SPI));
    out[at++] = ',';
    at = hex(out, at, cap, k->ei);
    out[at++] = ',';
    at = hex(out, at, cap, k->er);
    at += (size_t)snprintf(out + at, cap - at, ",\"%s\",", encr);
    at = hex(out, at, cap, k->ai);
    out[at++] = ',';
    at = hex(out, at, cap, k->ar);
    snprintf(out + at, cap - at, ",\"%s\"", integs[k->integ]);
    return out;
}
