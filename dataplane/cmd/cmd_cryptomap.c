/* cmd_cryptomap.c: crypto map NAME SEQ ipsec-isakmp, crypto dynamic-map NAME SEQ and their lines; crypto map NAME on an
 * interface. The lines of entries keyed by hand are in cmd_manual_map.c.
 *
 * An entry protects nothing until it has a peer and an access list; the note that says so is IOS's. An interface may
 * name a map that does not exist yet: it takes effect when the map does. `no crypto map NAME` removes every entry of
 * the map, and what was said of the map as a whole; the last one stays while an interface has the map. An entry of a
 * dynamic map has the same lines; the line that puts a dynamic map into a crypto map has none.
 * What entries share with profiles is in sa_rows.h. A peer's name is looked up in the router's own host table. Refused,
 * because they would do nothing: profile, discover, client, redundancy. */
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/ipsec_cmd.h"
#include "dataplane/cmd/sa_rows.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/net_conf.h"
#include "espial/ip.h"

static void changed(void *self, void *obj, enum cmd_change what)
{
    (void)obj;
    (void)what;
    ipsec_conf_changed(dataplane_ipsec(self));
}

static void map_init(void *obj)
{
    cryptomap_conf_init(obj);
}

static void map_fini(void *obj)
{
    cryptomap_conf_fini(obj);
}

const struct cryptomap_conf *cryptomap_conf_find(const struct conf_list *list, const char *name, uint32_t seq)
{
    CONF_EACH(const struct cryptomap_conf, c, list)
    if (c->seq == seq && !strcmp(c->name, name))
        return c;
    return NULL;
}

static bool map_check(void *self, const void *obj, struct out *out)
{
    const struct cryptomap_conf *c = obj;
    const struct cryptomap_conf *old = cryptomap_conf_find(&ipsec_conf(dataplane_ipsec(self))->maps, c->name, c->seq);

    if (!sa_sets_exist(self, &c->sa, out))
        return false;
    if (c->template)
        return true;
    if (old && !old->dynamic[0] != !c->dynamic[0]) {
        out_printf(out, "%% Crypto map entry %s %u %s a dynamic map: remove it first\n", c->name, c->seq,
                   old->dynamic[0] ? "stands for" : "does not stand for");
        return false;
    }
    if (old && old->manual != c->manual) {
        out_printf(out, "%% Crypto map entry %s %u is %s: remove it first\n", c->name, c->seq,
                   old->manual ? "ipsec-manual" : "ipsec-isakmp");
        return false;
    }
    if (c->manual && !manual_map_check(self, c, out))
        return false;
    if (!old && !c->dynamic[0] && !out->boot)
        out_text(out, "% NOTE: This new crypto map will remain disabled until a peer\n\tand a valid access list have "
                      "been configured.\n");
    return true;
}

/* No interface has this map. */
static bool map_unused(void *self, const char *name, struct out *out)
{
    char shown[IFNAME_MAX];
    bool used = false;

    for (struct iface *ifc = iface_next(dataplane_net(self), NULL); ifc; ifc = iface_next(dataplane_net(self), ifc)) {
        if (!ifc->conf || strcmp(ifc->conf->crypto_map, name) != 0)
            continue;
        ifname_short(ifc->name, shown);
        if (used)
            out_printf(out, ", %s", shown);
        else
            out_printf(out, "%% Crypto-map %s is in use by interface(s): %s", name, shown);
        used = true;
    }
    if (used)
        out_text(out, "\n  Please remove the crypto map from the above interface(s) first\n");
    return !used;
}

static bool map_leaves(void *self, const void *obj, struct out *out)
{
    const struct cryptomap_conf *c = obj;

    if (c->template)
        return true;
    CONF_EACH(const struct cryptomap_conf, m, &ipsec_conf(dataplane_ipsec(self))->maps)
    if (m != c && !strcmp(m->name, c->name))
        return true;
    return map_unused(self, c->name, out);
}

static bool peer_check(void *self, const void *obj, struct out *out)
{
    const struct map_peer_conf *p = obj;
    uint32_t addr;

    if (p->name[0] && ip4_parse(p->name, &addr)) {
        out_text(out, "% An address is not resolved: leave out dynamic\n");
        return false;
    }
    if (!p->name[0] || p->dynamic || dataplane_resolve(self, p->name, &addr))
        return true;
    out_printf(out, "%% Unrecognized host or address: %s\n", p->name);
    return false;
}

static const struct cmd_scope map_scope = {
    .size = sizeof(struct cryptomap_conf), .init = map_init, .fini = map_fini, .changed = changed, .check = map_check,
    .leaves = map_leaves};
static const struct cmd_scope peer_scope = {
    .size = sizeof(struct map_peer_conf), .changed = changed, .check = peer_check};
static const struct cmd_scope local_scope = {.size = sizeof(struct map_local_conf), .changed = changed};
static const struct cmd_scope profile_scope = {.size = sizeof(struct map_profile_conf), .changed = changed};

/* What was said of the map as a whole. Was there anything? */
static bool whole_map_gone(struct ipsec_conf *conf, const char *name)
{
    size_t before = conf->map_locals.n + conf->map_profiles.n;

    for (size_t i = conf->map_locals.n; i-- > 0;)
        if (!strcmp(((struct map_local_conf *)conf->map_locals.v[i])->name, name))
            conf_list_remove(&conf->map_locals, i);
    for (size_t i = conf->map_profiles.n; i-- > 0;)
        if (!strcmp(((struct map_profile_conf *)conf->map_profiles.v[i])->name, name))
            conf_list_remove(&conf->map_profiles, i);
    return conf->map_locals.n + conf->map_profiles.n < before;
}

static enum cmd_result remove_all(struct cmd_ctx *c, struct conf_list *list, const char *what)
{
    struct ipsec_conf *conf = ipsec_conf(dataplane_ipsec(c->self));
    const char *name = cmd_str(c, "name");
    size_t before = list->n;

    for (size_t i = list->n; i-- > 0;)
        if (!strcmp(((struct cryptomap_conf *)list->v[i])->name, name))
            conf_list_remove(list, i);
    bool whole = list == &conf->maps && whole_map_gone(conf, name);
    if (list->n == before && !whole) {
        out_printf(c->out, "%% Could not find crypto %s entry %s\n", what, name);
        return CMD_FAIL;
    }
    ipsec_conf_changed(dataplane_ipsec(c->self));
    return CMD_OK;
}

/* no crypto map NAME, no crypto dynamic-map NAME: every entry. */
static enum cmd_result do_no_map(struct cmd_ctx *c)
{
    if (!map_unused(c->self, cmd_str(c, "name"), c->out))
        return CMD_FAIL;
    return remove_all(c, &ipsec_conf(dataplane_ipsec(c->self))->maps, "map");
}

static enum cmd_result do_no_dynamic(struct cmd_ctx *c)
{
    return remove_all(c, &ipsec_conf(dataplane_ipsec(c->self))->dynamics, "dynamic-map");
}

/* crypto map NAME SEQ: an entry that there is, by its name alone. */
static enum cmd_result do_enter_map(struct cmd_ctx *c)
{
    struct ipsec_conf *conf = ipsec_conf(dataplane_ipsec(c->self));

    CONF_EACH(struct cryptomap_conf, m, &conf->maps)
    if (!m->dynamic[0] && m->seq == cmd_int(c, "seq") && !strcmp(m->name, cmd_str(c, "name"))) {
        c->host->enter(c->shell, m->manual ? CONFIG_CRYPTO_MANUAL : CONFIG_CRYPTO_MAP, m);
        return CMD_OK;
    }
    out_text(c->out, "% Incomplete command.\n\n");
    return CMD_FAIL;
}

static const struct cmd_row rows[] = {
    HELP(CONFIG, "crypto map", "Enter a crypto map"),
    HELP(CONFIG, "crypto map <word:name>", "Crypto map tag"),
    MODE(CONFIG, CONFIG_CRYPTO_MAP, &map_scope, &ipsec_scope, struct ipsec_conf, dynamics,
         "crypto dynamic-map=template <word:name> <seq:1-65535>",
         "Specify a dynamic crypto map template|Dynamic crypto map template tag|Sequence to insert into dynamic-map "
         "entry",
         KEY_TXT(struct cryptomap_conf, name), KEY_NUM(struct cryptomap_conf, seq),
         NUM(struct cryptomap_conf, template)),
    NO_ONLY(CONFIG, 15, "crypto dynamic-map <word:name>", do_no_dynamic, ""),
    LINE(CONFIG, &local_scope, &ipsec_scope, struct ipsec_conf, map_locals,
         "crypto map <word:name> local-address <ifname>",
         "Interface to use for local address for this crypto map|Interface", KEY_TXT(struct map_local_conf, name),
         TXT(struct map_local_conf, ifname)),
    LINE(CONFIG, &profile_scope, &ipsec_scope, struct ipsec_conf, map_profiles,
         "crypto map <word:name> isakmp-profile <word:profile>", "Specify isakmp profile to use|ISAKMP Profile name",
         KEY_TXT(struct map_profile_conf, name), TXT(struct map_profile_conf, profile)),
    MODE(CONFIG, CONFIG_CRYPTO_MAP, &map_scope, &ipsec_scope, struct ipsec_conf, maps,
         "crypto map <word:name> <seq:1-65535> ipsec-isakmp=manual:0",
         "Sequence to insert into crypto map entry|IPSEC w/ISAKMP", KEY_TXT(struct cryptomap_conf, name),
         KEY_NUM(struct cryptomap_conf, seq), NUM(struct cryptomap_conf, manual)),
    MODE(CONFIG, CONFIG_CRYPTO_MANUAL, &map_scope, &ipsec_scope, struct ipsec_conf, maps,
         "crypto map <word:name> <seq:1-65535> ipsec-manual=manual", "|IPSEC w/manual keying",
         KEY_TXT(struct cryptomap_conf, name), KEY_NUM(struct cryptomap_conf, seq), NUM(struct cryptomap_conf, manual)),
    LINE(CONFIG, &map_scope, &ipsec_scope, struct ipsec_conf, maps,
         "crypto map <word:name> <seq:1-65535> ipsec-isakmp dynamic <word:dynamic>",
         "||Enable dynamic crypto map support|Name of dynamic-map template", KEY_TXT(struct cryptomap_conf, name),
         KEY_NUM(struct cryptomap_conf, seq), TXT(struct cryptomap_conf, dynamic)),
    DO(CONFIG, 15, "crypto map <word:name> <seq:1-65535>", do_enter_map, ""),
    NO_ONLY(CONFIG, 15, "crypto map <word:name>", do_no_map, ""),
    SET(CONFIG_CRYPTO_MAP, NULL, "description <line:description>",
        "Description of the crypto map statement policy|Up to 80 characters describing this crypto map",
        TXT(struct cryptomap_conf, description)),
    HELP(CONFIG_CRYPTO_MAP, "set peer", "Allowed Encryption/Decryption peer."),
    LINE(CONFIG_CRYPTO_MAP, &peer_scope, NULL, struct cryptomap_conf, peers, "set peer <ip:addr> [default=dflt]",
         "IP address of peer|Set this peer as the default", KEY_NUM(struct map_peer_conf, addr),
         NUM(struct map_peer_conf, dflt)),
    LINE(CONFIG_CRYPTO_MAP, &peer_scope, NULL, struct cryptomap_conf, peers,
         "set peer <word:name> [dynamic=dynamic] [default=dflt]",
         "Host name of the peer|Resolve the name before each negotiation|Set this peer as the default",
         KEY_TXT(struct map_peer_conf, name), NUM(struct map_peer_conf, dynamic), NUM(struct map_peer_conf, dflt)),
    SA_ROWS(CONFIG_CRYPTO_MAP, struct cryptomap_conf),
    SET(CONFIG_CRYPTO_MAP, NULL, "set security-association level per-host=per_host",
        "specify a security association granularity level for identities|"
        "security association granularity level per-host: SAs of their own for each pair of hosts",
        NUM_IN(struct cryptomap_conf, sa, per_host)),
    HELP(CONFIG_CRYPTO_MAP, "set ip", "Interface Internet Protocol config commands"),
    HELP(CONFIG_CRYPTO_MAP, "set ip access-group", "Specify access control for packets"),
    SET(CONFIG_CRYPTO_MAP, NULL, "set ip access-group <word:acl_in> in", "Access-list number or name|inbound packets",
        TXT(struct cryptomap_conf, acl_in)),
    SET(CONFIG_CRYPTO_MAP, NULL, "set ip access-group <word:acl_out> out",
        "Access-list number or name|outbound packets", TXT(struct cryptomap_conf, acl_out)),
    HELP(CONFIG_CRYPTO_MAP, "match", "Match values."),
    SET(CONFIG_CRYPTO_MAP, NULL, "match address <word:acl>",
        "Match address of packets to encrypt.|Access-list name or number", TXT(struct cryptomap_conf, acl)),
    RRI_ROWS(CONFIG_CRYPTO_MAP, struct cryptomap_conf),
    HELP(CONFIG_IF, "crypto", "Encryption/Decryption commands"),
    SET(CONFIG_IF, NULL, "crypto map <word:crypto_map>", "Assign a Crypto Map|Crypto Map tag",
        TXT(struct if_conf, crypto_map)),
    HELP(CONFIG_IF, "crypto ipsec", "Set IPSec parameters"),
    SET(CONFIG_IF, NULL, "crypto ipsec df-bit {copy=ipsec_df:1|clear=ipsec_df:2|set=ipsec_df:3}",
        "Handling of encapsulated DF bit.|Copy DF bit from inner header|Clear DF bit|Set DF bit",
        NUM(struct if_conf, ipsec_df)),
    SET(CONFIG_IF, NULL, "crypto ipsec fragmentation {before-encryption=ipsec_frag:1|after-encryption=ipsec_frag:2}",
        "Handling of fragmentation of near-MTU sized packets|Perform fragmentation before encryption|"
        "Perform fragmentation after encryption",
        NUM(struct if_conf, ipsec_frag)),
};
const struct cmd_table dp_table_cryptomap = CMD_TABLE("dataplane/cmd/cmd_cryptomap", rows);
