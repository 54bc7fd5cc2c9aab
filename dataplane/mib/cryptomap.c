/* cryptomap.c: CISCO-IPSEC-MIB: what IKE and IPsec are configured to do: ISAKMP policies, crypto maps, the interfaces that have one.
 *
 * Unlike the flow monitor's, these are settings, read from the configuration. A crypto map set is all entries of one name; names are indices with their length in front, so
 * that short ones come first; one too long for an object's name (50 octets) is left out. Codes end, as the MIB does, with Diffie-Hellman group 2, 3DES and SHA-1: what came
 * later is none(1). Lifetimes of an entry are 0 where the router's hold; a size of 0 is none. Numbers of what is never here (CET maps, discovery) are 0. SAs
 * are counted by halves. Maps are attached and detached by the line of the interface: the status is read-only. Absent: cipsMaxSAs (more than it can say). The trap controls are snmp/mib/control.c's.
 */
#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/ike_conf.h"
#include "dataplane/ipsec/ipsec.h"
#include "dataplane/ipsec/ipsec_conf.h"
#include "dataplane/mib/flow.h"
#include "dataplane/mib/rows.h"
#include "dataplane/net/iface.h"

enum { NAME_MOST = 50 };

/* A name behind what is there: its length and octets. False: too long. */
static bool index_name(struct mib_index *at, const char *name)
{
    size_t n = strlen(name);
    if (n > NAME_MOST - 4)
        return false;
    at->v[at->n++] = (uint32_t)n;
    for (size_t i = 0; i < n; i++)
        at->v[at->n++] = (uint8_t)name[i];
    return true;
}

/* ---- the router's settings ---- */

enum { ENABLED, IDENTITY, KEEPALIVE, POLICIES, LIFE_TIME, LIFE_SIZE, SETS, DYNAMIC_SETS, NONE, CAPABLE };

/* Different names in a list that is sorted by name. */
static uint32_t sets_in(const struct conf_list *l)
{
    const char *last = NULL;
    uint32_t n = 0;
    CONF_EACH(const struct cryptomap_conf, c, l)
    {
        n += !last || strcmp(last, c->name);
        last = c->name;
    }
    return n;
}

static bool get_whole(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct ike_conf *ike = ike_conf(dataplane_ike(self));
    const struct ipsec_conf *c = ipsec_conf(dataplane_ipsec(self));
    (void)at;
    switch (row->which) {
    case ENABLED: out->num = ike->enable ? FLOW_TRUE : FLOW_FALSE; break;
    case IDENTITY: out->num = ike->identity == IKE_IDENTITY_HOSTNAME ? 2 : 1; break;
    case KEEPALIVE: out->num = ike->keepalive; return out->num; /* of 10 s or more: none, no object */
    case POLICIES: out->num = (int64_t)ike->policies.n; break;
    case LIFE_TIME: out->num = ipsec_conf_life_s(c); break;
    case LIFE_SIZE: out->num = c->life_kb == LIFE_KB_OFF ? 0 : c->life_kb; break;
    case SETS: out->num = sets_in(&c->maps); break;
    case DYNAMIC_SETS: out->num = sets_in(&c->dynamics); break;
    case NONE: break;
    case CAPABLE: out->num = FLOW_TRUE; break;
    }
    return true;
}

/* ---- ISAKMP policies ---- */

static const struct ike_policy_conf *policy_from(void *self, uint32_t from)
{
    CONF_EACH(const struct ike_policy_conf, p, &ike_conf(dataplane_ike(self))->policies)
    {
        if (p->priority >= from)
            return p;
    }
    return NULL;
}

static bool policy_behind(void *self, struct mib_index *at)
{
    uint32_t from;
    const struct ike_policy_conf *p = mib_behind(at, &from) ? policy_from(self, from) : NULL;
    if (p)
        mib_index1(at, p->priority);
    return p != NULL;
}
static const struct mib_table policies = {.next = policy_behind};

enum { ENCRYPTION, HASH, AUTH, GROUP, LIFE };

static bool get_policy(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct ike_policy_conf *p = policy_from(self, at->v[0]);
    if (!p || p->priority != at->v[0])
        return false;
    switch (row->which) {
    case ENCRYPTION: out->num = p->encryption == IKE_ENC_DES ? 2 : p->encryption == IKE_ENC_3DES ? 3 : FLOW_NONE; break;
    case HASH: out->num = p->hash == IKE_HASH_MD5 ? 2 : p->hash == IKE_HASH_SHA ? 3 : FLOW_NONE; break;
    case AUTH: out->num = p->authentication == IKE_AUTH_PSK ? 2 : p->authentication == IKE_AUTH_RSA_SIG ? 3 : 4; break;
    case GROUP: out->num = flow_group_code(p->group); break;
    case LIFE: out->num = p->lifetime; break;
    }
    return true;
}

/* ---- sets of maps ---- */

static bool set_behind(const struct conf_list *l, struct mib_index *at)
{
    struct mib_index best = {0};
    CONF_EACH(const struct cryptomap_conf, c, l)
    {
        struct mib_index candidate = {0};
        if (index_name(&candidate, c->name))
            mib_least(&best, &candidate, at);
    }
    *at = best;
    return best.n;
}
static bool static_behind(void *self, struct mib_index *at)
{
    return set_behind(&ipsec_conf(dataplane_ipsec(self))->maps, at);
}
static const struct mib_table static_sets = {.next = static_behind};
static bool dynamic_behind(void *self, struct mib_index *at)
{
    return set_behind(&ipsec_conf(dataplane_ipsec(self))->dynamics, at);
}
static const struct mib_table dynamic_sets = {.next = dynamic_behind};

static bool is_name(const struct mib_index *at, size_t i, const char *name)
{
    struct mib_index is = {0};
    return index_name(&is, name) && at->n >= i + is.n && !mib_compare(is.v, is.n, at->v + i, is.n);
}

uint8_t crypto_map_type(const struct cryptomap_conf *c)
{
    return c->manual ? CRYPTOMAP_MANUAL : c->dynamic[0] ? CRYPTOMAP_DYNAMIC : CRYPTOMAP_ISAKMP;
}

void crypto_set_count(const struct conf_list *maps, const char *name, struct crypto_set *out)
{
    *out = (struct crypto_set){0};
    CONF_EACH(const struct cryptomap_conf, c, maps)
    {
        if (strcmp(c->name, name))
            continue;
        out->entries++;
        out->dynamic += c->dynamic[0] != 0;
        out->manual += c->manual;
    }
}

/* The name of the set that this index is of. NULL: none. */
static const char *set_name(const struct conf_list *maps, const struct mib_index *at, size_t i)
{
    CONF_EACH(const struct cryptomap_conf, c, maps)
    {
        if (is_name(at, i, c->name))
            return c->name;
    }
    return NULL;
}

static uint32_t sas_of(struct ipsec *ips, const char *name)
{
    struct ipsec_flow_info f;
    uint32_t n = 0;
    for (size_t cursor = 0; ipsec_flow_next(ips, &cursor, &f);)
        n += strcmp(f.map, name) ? 0 : 2 * f.pairs;
    return n;
}

enum { SIZE, ISAKMP, MANUAL, DYNAMIC, SAS, ZERO, USERS };

static bool get_static(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct ipsec *ips = dataplane_ipsec(self);
    const struct conf_list *maps = &ipsec_conf(ips)->maps;
    const char *name = set_name(maps, at, 0);
    struct crypto_set set;
    if (!name)
        return false;
    crypto_set_count(maps, name, &set);
    switch (row->which) {
    case SIZE: out->num = set.entries; break;
    case ISAKMP: out->num = set.entries - set.dynamic - set.manual; break;
    case MANUAL: out->num = set.manual; break;
    case DYNAMIC: out->num = set.dynamic; break;
    case SAS: out->num = sas_of(ips, name); break;
    case ZERO: break;
    }
    return true;
}

static bool get_dynamic(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct ipsec_conf *c = ipsec_conf(dataplane_ipsec(self));
    const char *name = set_name(&c->dynamics, at, 0);
    struct crypto_set set;
    if (!name)
        return false;
    if (row->which == SIZE) {
        crypto_set_count(&c->dynamics, name, &set);
        out->num = set.entries;
        return true;
    }
    CONF_EACH(const struct cryptomap_conf, m, &c->maps)
    out->num += !strcmp(m->dynamic, name);
    return true;
}

/* ---- entries ---- */

/* Index: name, number. */
static bool entry_behind(void *self, struct mib_index *at)
{
    struct mib_index best = {0};
    CONF_EACH(const struct cryptomap_conf, c, &ipsec_conf(dataplane_ipsec(self))->maps)
    {
        struct mib_index candidate = {0};
        if (!index_name(&candidate, c->name))
            continue;
        candidate.v[candidate.n++] = c->seq;
        mib_least(&best, &candidate, at);
    }
    *at = best;
    return best.n;
}
static const struct mib_table entries = {.next = entry_behind};

enum { TYPE, DESCR, PEER, PEERS, PFS, TIME, KILOBYTES, PER_HOST };

static bool get_entry(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct cryptomap_conf *e = NULL;
    CONF_EACH(const struct cryptomap_conf, c, &ipsec_conf(dataplane_ipsec(self))->maps)
    {
        if (is_name(at, 0, c->name) && at->v[at->n - 1] == c->seq)
            e = c;
    }
    if (!e)
        return false;
    switch (row->which) {
    case TYPE: out->num = crypto_map_type(e); break;
    case DESCR: mib_text(out, e->description); break;
    case PEER:
        if (!e->peers.n)
            return false;
        mib_ip_octets(out, ((const struct map_peer_conf *)e->peers.v[0])->addr);
        break;
    case PEERS: out->num = (int64_t)e->peers.n; break;
    case PFS: out->num = flow_group_code(e->sa.pfs); break;
    case TIME: out->num = e->sa.life_days ? e->sa.life_days * 86400u : e->sa.life_s; break;
    case KILOBYTES: out->num = e->sa.life_kb == LIFE_KB_OFF ? 0 : e->sa.life_kb; break;
    case PER_HOST: out->num = FLOW_FALSE; break;
    }
    return true;
}

/* ---- interfaces ---- */

/* Index: interface, name of its map. */
static bool attached_behind(void *self, struct mib_index *at)
{
    struct net *net = dataplane_net(self);
    uint32_t from = at->n ? at->v[0] : 0;
    for (const struct iface *ifc; (ifc = iface_from_index(net, from)); from = ifc->index + 1) {
        struct mib_index candidate = {.v = {ifc->index}, .n = 1}, best = {0};
        if (ifc->conf && ifc->conf->crypto_map[0] && index_name(&candidate, ifc->conf->crypto_map))
            mib_least(&best, &candidate, at);
        if (best.n) {
            *at = best;
            return true;
        }
    }
    return false;
}
static const struct mib_table attached = {.next = attached_behind};

enum { VIRTUAL, BOUND };

static bool get_attached(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct iface *ifc = iface_from_index(dataplane_net(self), at->v[0]);
    if (!ifc || ifc->index != at->v[0])
        return false;
    out->num = row->which == BOUND ? 1 : ifc->kind == IFACE_ETHERNET ? FLOW_FALSE : FLOW_TRUE;
    return true;
}

#define WHOLE(nm, n, t, w)                                                                                             \
    {                                                                                                                  \
        .name = nm, .oid = CIPS_MIB(n), .type = t, .get = get_whole, .which = w                                        \
    }
#define POLICY(nm, n, w)                                                                                               \
    {                                                                                                                  \
        .name = nm, .oid = CIPS_MIB("1.5.1." #n), .type = TRAP_INT, .table = &policies, .get = get_policy, .which = w  \
    }
#define SET(nm, n, w)                                                                                                  \
    {                                                                                                                  \
        .name = nm, .oid = CIPS_MIB("2.3.1.1." #n), .type = TRAP_UNSIGNED, .table = &static_sets, .get = get_static,   \
        .which = w                                                                                                     \
    }
#define DYNAMIC_SET(nm, n, w)                                                                                          \
    {                                                                                                                  \
        .name = nm, .oid = CIPS_MIB("2.3.2.1." #n), .type = TRAP_UNSIGNED, .table = &dynamic_sets, .get = get_dynamic, \
        .which = w                                                                                                     \
    }
#define ENTRY(nm, n, t, w)                                                                                             \
    {                                                                                                                  \
        .name = nm, .oid = CIPS_MIB("2.3.3.1." #n), .type = t, .table = &entries, .get = get_entry, .which = w         \
    }
#define ATTACHED(nm, n, w)                                                                                             \
    {                                                                                                                  \
        .name = nm, .oid = CIPS_MIB("2.3.4.1." #n), .type = TRAP_INT, .table = &attached, .get = get_attached,         \
        .which = w                                                                                                     \
    }
static const struct mib_row rows[] = {
    WHOLE("cipsIsakmpEnabled", "1.1", TRAP_INT, ENABLED),
    WHOLE("cipsIsakmpIdentity", "1.2", TRAP_INT, IDENTITY),
    WHOLE("cipsIsakmpKeepaliveInterval", "1.3", TRAP_INT, KEEPALIVE),
    WHOLE("cipsNumIsakmpPolicies", "1.4", TRAP_INT, POLICIES),
    POLICY("cipsIsakmpPolEncr", 2, ENCRYPTION),
    POLICY("cipsIsakmpPolHash", 3, HASH),
    POLICY("cipsIsakmpPolAuth", 4, AUTH),
    POLICY("cipsIsakmpPolGroup", 5, GROUP),
    POLICY("cipsIsakmpPolLifetime", 6, LIFE),
    WHOLE("cipsSALifetime", "2.1.1", TRAP_UNSIGNED, LIFE_TIME),
    WHOLE("cipsSALifesize", "2.1.2", TRAP_UNSIGNED, LIFE_SIZE),
    WHOLE("cipsNumStaticCryptomapSets", "2.1.3", TRAP_UNSIGNED, SETS),
    WHOLE("cipsNumCETCryptomapSets", "2.1.4", TRAP_UNSIGNED, NONE),
    WHOLE("cipsNumDynamicCryptomapSets", "2.1.5", TRAP_UNSIGNED, DYNAMIC_SETS),
    WHOLE("cipsNumTEDCryptomapSets", "2.1.6", TRAP_UNSIGNED, NONE),
    WHOLE("cipsNumTEDProbesReceived", "2.2.1", TRAP_COUNTER, NONE),
    WHOLE("cipsNumTEDProbesSent", "2.2.2", TRAP_COUNTER, NONE),
    WHOLE("cipsNumTEDFailures", "2.2.3", TRAP_COUNTER, NONE),
    SET("cipsStaticCryptomapSetSize", 2, SIZE),
    SET("cipsStaticCryptomapSetNumIsakmp", 3, ISAKMP),
    SET("cipsStaticCryptomapSetNumManual", 4, MANUAL),
    SET("cipsStaticCryptomapSetNumCET", 5, ZERO),
    SET("cipsStaticCryptomapSetNumDynamic", 6, DYNAMIC),
    SET("cipsStaticCryptomapSetNumDisc", 7, ZERO),
    SET("cipsStaticCryptomapSetNumSAs", 8, SAS),
    DYNAMIC_SET("cipsDynamicCryptomapSetSize", 2, SIZE),
    DYNAMIC_SET("cipsDynamicCryptomapSetNumAssoc", 3, USERS),
    ENTRY("cipsStaticCryptomapType", 2, TRAP_INT, TYPE),
    ENTRY("cipsStaticCryptomapDescr", 3, TRAP_STRING, DESCR),
    ENTRY("cipsStaticCryptomapPeer", 4, TRAP_STRING, PEER),
    ENTRY("cipsStaticCryptomapNumPeers", 5, TRAP_INT, PEERS),
    ENTRY("cipsStaticCryptomapPfs", 6, TRAP_INT, PFS),
    ENTRY("cipsStaticCryptomapLifetime", 7, TRAP_INT, TIME),
    ENTRY("cipsStaticCryptomapLifesize", 8, TRAP_INT, KILOBYTES),
    ENTRY("cipsStaticCryptomapLevelHost", 9, TRAP_INT, PER_HOST),
    ATTACHED("cipsCryptomapSetIfVirtual", 1, VIRTUAL),
    ATTACHED("cipsCryptomapSetIfStatus", 2, BOUND),
    WHOLE("cips3DesCapable", "3.2", TRAP_INT, CAPABLE),
};
const struct mib_rows dp_mib_cryptomap = MIB_ROWS("CISCO-IPSEC-MIB", rows);
