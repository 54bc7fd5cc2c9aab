/* traps_conf.c: what is to be notified of the configuration of IKE and IPsec: CISCO-IPSEC-MIB.
 *
 *   isakmp policy add | delete        cipsIsakmpPolicyAdded, cipsIsakmpPolicyDeleted, with how many there are now
 *   ipsec cryptomap add | delete      cipsCryptomapAdded, cipsCryptomapDeleted: an entry of a map; with the size of its set, itself counted in or no longer
 *   ipsec cryptomap attach | detach   cipsCryptomapSetAttached, cipsCryptomapSetDetached: an interface has another map
 *
 * Changes are found by comparing what there is with what there was: after a line when a list has become longer or shorter or an interface says that its
 * configuration changed, and whenever configuration mode is left, for what came and went within one turn. The startup configuration is not told.
 */
#include <string.h>

#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/ike_conf.h"
#include "dataplane/ipsec/ipsec.h"
#include "dataplane/ipsec/ipsec_conf.h"
#include "dataplane/mib/rows.h"
#include "dataplane/mib/traps_local.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/net.h"
#include "espial/text.h"

struct entry { /* of a crypto map; its number is the interface's index where maps of interfaces are kept */
    char map[IPSEC_NAME_MAX];
    uint32_t number;
    uint8_t type; /* of an entry: CryptomapType */
};
struct configured { /* each list sorted */
    struct entry *v;
    size_t n;
};
enum { POLICIES, ENTRIES, ATTACHED, LISTS };
struct traps_conf {
    struct dataplane *dp;
    struct net_watch watch;
    struct configured was[LISTS];
    bool booted, interfaces_changed;
};

static void keep(struct configured *l, const char *map, uint32_t number, uint8_t type)
{
    struct entry *e = &l->v[l->n++];
    *e = (struct entry){.number = number, .type = type};
    str_copy(e->map, sizeof e->map, map);
}

/* As it is now; v is the caller's to free. */
static struct configured look(const struct traps_conf *w, int which)
{
    const struct ike_conf *ike = ike_conf(dataplane_ike(w->dp));
    const struct ipsec_conf *ipsec = ipsec_conf(dataplane_ipsec(w->dp));
    struct net *net = dataplane_net(w->dp);
    size_t most = which == POLICIES ? ike->policies.n : which == ENTRIES ? ipsec->maps.n : ifaces_count(net);
    struct configured now = {.v = mem_array(most + 1, sizeof *now.v)};
    if (which == POLICIES)
        CONF_EACH(const struct ike_policy_conf, p, &ike->policies)
    keep(&now, "", p->priority, 0);
    if (which == ENTRIES)
        CONF_EACH(const struct cryptomap_conf, c, &ipsec->maps)
    keep(&now, c->name, c->seq, crypto_map_type(c));
    for (const struct iface *ifc = NULL;
         which == ATTACHED && (ifc = iface_from_index(net, ifc ? ifc->index + 1 : 0));) {
        if (ifc->conf && ifc->conf->crypto_map[0])
            keep(&now, ifc->conf->crypto_map, ifc->index, 0);
    }
    return now;
}

static int entry_cmp(int which, const struct entry *a, const struct entry *b)
{
    int names = strcmp(a->map, b->map), numbers = (a->number > b->number) - (a->number < b->number);
    return which == ATTACHED ? numbers ? numbers : names : names ? names : numbers;
}

#define SET_COLUMN(n) CIPS_MIB("2.3.1.1." #n)

/* A column of a set of maps, or (numbered) of one of its entries. */
static void add_of_map(struct fact_trap *t, const char *column, const struct entry *e, bool numbered,
                       enum trap_type type, uint32_t value)
{
    uint32_t index[2 + IPSEC_NAME_MAX];
    size_t n = 0;
    index[n++] = (uint32_t)strlen(e->map);
    for (const char *s = e->map; *s; s++)
        index[n++] = (uint8_t)*s;
    if (numbered)
        index[n++] = e->number;
    trap_add(t, column, index, n, type)->num = value;
}

static void tell(struct traps_conf *w, int which, const struct entry *e, bool come)
{
    static const char *const kinds[LISTS][2] = {{"isakmp policy delete", "isakmp policy add"},
                                                {"ipsec cryptomap delete", "ipsec cryptomap add"},
                                                {"ipsec cryptomap detach", "ipsec cryptomap attach"}};
    static const char *const names[LISTS][2] = {
        {CIPS_TRAP("2"), CIPS_TRAP("1")}, {CIPS_TRAP("4"), CIPS_TRAP("3")}, {CIPS_TRAP("6"), CIPS_TRAP("5")}};
    struct crypto_set set;
    struct fact_trap t;
    trap_begin(&t, kinds[which][come], names[which][come]);
    if (which == POLICIES) {
        trap_add(&t, CIPS_MIB("1.4"), (const uint32_t[]){0}, 1, TRAP_INT)->num =
            (int64_t)ike_conf(dataplane_ike(w->dp))->policies.n;
        trap_publish(w->dp, &t);
        return;
    }
    crypto_set_count(&ipsec_conf(dataplane_ipsec(w->dp))->maps, e->map, &set);
    if (which == ENTRIES && come)
        add_of_map(&t, CIPS_MIB("2.3.3.1.2"), e, true, TRAP_INT, e->type);
    add_of_map(&t, SET_COLUMN(2), e, false, TRAP_UNSIGNED, set.entries);
    if (which == ATTACHED && come) {
        add_of_map(&t, SET_COLUMN(3), e, false, TRAP_UNSIGNED, set.entries - set.dynamic - set.manual);
        add_of_map(&t, SET_COLUMN(6), e, false, TRAP_UNSIGNED, set.dynamic);
    }
    trap_publish(w->dp, &t);
}

static void compare(struct traps_conf *w, int which)
{
    struct configured was = w->was[which], now = look(w, which);
    w->was[which] = now;
    for (size_t i = 0, k = 0; w->booted && (i < was.n || k < now.n);) {
        int d = i == was.n ? 1 : k == now.n ? -1 : entry_cmp(which, &was.v[i], &now.v[k]);
        if (d)
            tell(w, which, d < 0 ? &was.v[i] : &now.v[k], d > 0);
        i += d <= 0;
        k += d >= 0;
    }
    mem_free(was.v);
}

static void config_changed(void *arg, const void *fact)
{
    struct traps_conf *w = arg;
    const struct fact_config *f = fact;
    if (!w->booted)
        return;
    if (f->left || ike_conf(dataplane_ike(w->dp))->policies.n != w->was[POLICIES].n)
        compare(w, POLICIES);
    if (f->left || ipsec_conf(dataplane_ipsec(w->dp))->maps.n != w->was[ENTRIES].n)
        compare(w, ENTRIES);
    if (w->interfaces_changed)
        compare(w, ATTACHED);
    w->interfaces_changed = false;
}

void traps_conf_booted(struct traps_conf *w)
{
    for (int which = 0; which < LISTS; which++)
        compare(w, which);
    w->booted = true;
    w->interfaces_changed = false;
}

static void iface_changed(void *arg, struct iface *ifc, enum iface_event what)
{
    struct traps_conf *w = arg;
    (void)ifc;
    w->interfaces_changed = w->interfaces_changed || what == IFACE_CONF || what == IFACE_GONE;
}

struct traps_conf *traps_conf_new(struct dataplane *dp)
{
    struct traps_conf *w = NEW(struct traps_conf);
    *w = (struct traps_conf){.dp = dp, .watch = {.iface = iface_changed, .arg = w}};
    net_watch(dataplane_net(dp), &w->watch);
    bus_subscribe(dataplane_env(dp)->bus, FACT_CONFIG_CHANGED, config_changed, w);
    return w;
}

void traps_conf_free(struct traps_conf *w)
{
    net_unwatch(dataplane_net(w->dp), &w->watch);
    bus_unsubscribe(dataplane_env(w->dp)->bus, FACT_CONFIG_CHANGED, config_changed, w);
    for (int which = 0; which < LISTS; which++)
        mem_free(w->was[which].v);
    mem_free(w);
}
