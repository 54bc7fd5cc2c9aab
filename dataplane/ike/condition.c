/* `debug crypto condition`: which debug lines of IKE and IPsec are kept.
 *
 * A condition is a peer's address or subnet, the name or group that a peer says it is (its identity of phase 1, or of IKE_AUTH), our own address, a connection id (IKEv1's 1001.., IPsec's 2000.., the
 * tunnel id of IKEv2), a flow id of IPsec, an SPI (either way; with it the lines of the IKE SAs with its peer), an
 * ISAKMP profile, or a VRF, of which there is only the global one. With no condition every line is kept. Else a line is kept when one condition
 * fits, and when nothing is known of it yet that any condition asks for (no peer before a message is sorted, no
 * connection id before there are keys) only with `unmatched`. Lists are bounded. They outlive `undebug all`. */
#include <string.h>
#include <strings.h>

#include "dataplane/ike/engine.h"
#include "dataplane/ike/ike_show.h"
#include "dataplane/ike/v2/v2.h"
#include "espial/ip.h"
#include "espial/text.h"

static bool among(const uint32_t v[4], uint32_t n)
{
    return v[0] == n || v[1] == n || v[2] == n || v[3] == n;
}

static bool spi_fits(const struct ike *ike, const struct debug_about *a, uint32_t spi)
{
    struct ipsec *ips = ike->env.ipsec;

    if (a->spi[0] || a->spi[1])
        return among(a->spi, spi);
    for (int way = 0; a->peer && way < 2; way++)
        if (sad_find_pair(ips, a->peer, PROTO_ESP, spi, way) || sad_find_pair(ips, a->peer, PROTO_AH, spi, way))
            return true;
    return false;
}

static bool number_fits(const struct ike *ike, const struct debug_about *a, enum ike_condition_kind kind, uint32_t n)
{
    switch (kind) {
    case IKE_CONDITION_CONNID: return among(a->conn, n);
    case IKE_CONDITION_FLOW: return among(a->conn, IPSEC_CONN_BASE + n);
    case IKE_CONDITION_SPI: return spi_fits(ike, a, n);
    default: return a->local == n;
    }
}

/* What the peer has said it is; "": nothing yet. */
static const char *identity(const struct ike *ike, const struct debug_about *a, char buf[IKE_ID_MAX])
{
    if (a->id && a->id[0])
        return a->id;
    for (const struct ike_peer *p = a->peer ? peer_first(ike, a->local, a->peer) : NULL; p; p = p->here)
        if (p->id[0])
            return p->id;
    return a->peer && ike->v2 && v2_peer_id(ike->v2, a->local, a->peer, buf, IKE_ID_MAX) ? buf : "";
}

static bool any(const struct ike_condition_info *c)
{
    bool some = c->npeers || c->nprofiles || c->nhosts || c->fvrf || c->ivrf;

    for (int k = 0; k < IKE_CONDITION_KINDS; k++)
        some = some || c->numbers[k].n;
    return some;
}

/* Names of hosts are the same in any case, those of groups are bytes. */
static bool named(const struct ike_condition_info *c, unsigned i, const char *name)
{
    return (c->name_kinds[i] == IKE_CONDITION_GROUP ? strcmp : strcasecmp)(c->hosts[i], name) == 0;
}

static bool passes(const struct ike *ike, const struct debug_about *a, bool unmatched)
{
    const struct ike_condition_info *c = &ike->cond;
    const bool has[IKE_CONDITION_KINDS] = {[IKE_CONDITION_CONNID] = a->conn[0] || a->conn[1],
                                           [IKE_CONDITION_FLOW] = a->conn[1], /* a pair of SAs has two */
                                           [IKE_CONDITION_SPI] = a->spi[0] || a->spi[1] || a->peer,
                                           [IKE_CONDITION_LOCAL] = a->local};
    bool profiled = a->profile && a->profile[0];
    bool known = (c->npeers && a->peer) || (c->nprofiles && profiled);

    if (!any(c) || ((c->fvrf || c->ivrf) && a->peer))
        return true;
    for (unsigned i = 0; a->peer && i < c->npeers; i++)
        if ((a->peer & c->peers[i].mask) == (c->peers[i].addr & c->peers[i].mask))
            return true;
    for (unsigned i = 0; profiled && i < c->nprofiles; i++)
        if (strcmp(a->profile, c->profiles[i]) == 0)
            return true;
    if (c->nhosts) {
        char buf[IKE_ID_MAX];
        const char *id = identity(ike, a, buf);
        known = known || id[0];
        for (unsigned i = 0; i < c->nhosts; i++)
            if (named(c, i, id))
                return true;
    }
    for (int k = 0; k < IKE_CONDITION_KINDS; k++) {
        known = known || (c->numbers[k].n && has[k]);
        for (unsigned i = 0; has[k] && i < c->numbers[k].n; i++)
            if (number_fits(ike, a, (enum ike_condition_kind)k, c->numbers[k].v[i]))
                return true;
    }
    return !known && unmatched;
}

bool ike_debug_pass(const struct ike *ike, const struct debug_about *a, enum debug_side side)
{
    const struct ike_condition_info *c = &ike->cond;

    return passes(ike, a,
                  side == DEBUG_SIDE_ISAKMP  ? c->unmatched_isakmp
                  : side == DEBUG_SIDE_IPSEC ? c->unmatched_ipsec
                                             : c->unmatched_engine);
}

bool ike_condition_peer(struct ike *ike, uint32_t addr, uint32_t mask, bool remove)
{
    struct ike_condition_info *c = &ike->cond;

    for (unsigned i = 0; i < c->npeers; i++)
        if (c->peers[i].addr == addr && c->peers[i].mask == mask) {
            if (remove)
                memmove(&c->peers[i], &c->peers[i + 1], (--c->npeers - i) * sizeof c->peers[0]);
            return true;
        }
    if (remove)
        return true;
    if (c->npeers == IKE_CONDITIONS_MAX)
        return false;
    c->peers[c->npeers].addr = addr;
    c->peers[c->npeers++].mask = mask;
    return true;
}

bool ike_condition_number(struct ike *ike, enum ike_condition_kind kind, uint32_t value, bool remove)
{
    uint32_t *v = ike->cond.numbers[kind].v;
    unsigned *n = &ike->cond.numbers[kind].n;

    for (unsigned i = 0; i < *n; i++)
        if (v[i] == value) {
            if (remove)
                memmove(&v[i], &v[i + 1], (--*n - i) * sizeof v[0]);
            return true;
        }
    if (remove)
        return true;
    if (*n == IKE_CONDITIONS_MAX)
        return false;
    v[(*n)++] = value;
    return true;
}

bool ike_condition_profile(struct ike *ike, const char *name, bool remove)
{
    struct ike_condition_info *c = &ike->cond;

    for (unsigned i = 0; i < c->nprofiles; i++)
        if (strcmp(c->profiles[i], name) == 0) {
            if (remove)
                memmove(c->profiles[i], c->profiles[i + 1], (--c->nprofiles - i) * sizeof c->profiles[0]);
            return true;
        }
    if (remove)
        return true;
    if (c->nprofiles == IKE_CONDITIONS_MAX)
        return false;
    str_copy(c->profiles[c->nprofiles++], sizeof c->profiles[0], name);
    return true;
}

bool ike_condition_name(struct ike *ike, const char *name, enum ike_condition_name kind, bool remove)
{
    struct ike_condition_info *c = &ike->cond;

    for (unsigned i = 0; i < c->nhosts; i++)
        if (c->name_kinds[i] == kind && named(c, i, name)) {
            if (remove) {
                memmove(c->hosts[i], c->hosts[i + 1], (--c->nhosts - i) * sizeof c->hosts[0]);
                memmove(&c->name_kinds[i], &c->name_kinds[i + 1], (c->nhosts - i) * sizeof c->name_kinds[0]);
            }
            return true;
        }
    if (remove)
        return true;
    if (c->nhosts == IKE_CONDITIONS_MAX)
        return false;
    c->name_kinds[c->nhosts] = (uint8_t)kind;
    str_copy(c->hosts[c->nhosts++], sizeof c->hosts[0], name);
    return true;
}

void ike_condition_vrf(struct ike *ike, bool inside, bool on)
{
    *(inside ? &ike->cond.ivrf : &ike->cond.fvrf) = on;
}

void ike_condition_unmatched(struct ike *ike, bool isakmp, bool ipsec, bool engine, bool on)
{
    struct ike_condition_info *c = &ike->cond;

    if (isakmp)
        c->unmatched_isakmp = on;
    if (ipsec)
        c->unmatched_ipsec = on;
    if (engine)
        c->unmatched_engine = on;
}

void ike_condition_reset(struct ike *ike)
{
    ike->cond = (struct ike_condition_info){0};
}

const struct ike_condition_info *ike_conditions(const struct ike *ike, bool *on)
{
    *on = any(&ike->cond);
    return &ike->cond;
}
