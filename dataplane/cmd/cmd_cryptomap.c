/* cmd_cryptomap.c: crypto map NAME SEQ ipsec-isakmp and its lines; crypto map NAME on an interface.
 *
 * An entry protects nothing until it has a peer and an access list; the note that says so is IOS's. An interface may
 * name a map that does not exist yet: it takes effect when the map does. `no crypto map NAME` removes every entry of
 * the map. What entries share with profiles is in sa_rows.h. Refused, because they would do nothing: dynamic, profile,
 * local-address, isakmp-profile, reverse-route, peers by name. */
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/ipsec_cmd.h"
#include "dataplane/cmd/sa_rows.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/net_conf.h"

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

static bool map_check(void *self, const void *obj, struct out *out)
{
    const struct cryptomap_conf *c = obj;
    struct ipsec_conf *conf = ipsec_conf(dataplane_ipsec(self));

    CONF_EACH(const struct cryptomap_conf, old, &conf->maps)
    if (old->seq == c->seq && !strcmp(old->name, c->name))
        return true;
    if (!out->boot)
        out_text(out, "% NOTE: This new crypto map will remain disabled until a peer\n\tand a valid access list have "
                      "been configured.\n");
    return true;
}

static const struct cmd_scope map_scope = {
    .size = sizeof(struct cryptomap_conf), .init = map_init, .fini = map_fini, .changed = changed, .check = map_check};
static const struct cmd_scope peer_scope = {.size = sizeof(struct map_peer_conf), .changed = changed};

/* no crypto map NAME: every entry. */
static enum cmd_result do_no_map(struct cmd_ctx *c)
{
    struct ipsec_conf *conf = ipsec_conf(dataplane_ipsec(c->self));
    const char *name = cmd_str(c, "name");
    size_t before = conf->maps.n;

    for (size_t i = conf->maps.n; i-- > 0;)
        if (!strcmp(((struct cryptomap_conf *)conf->maps.v[i])->name, name))
            conf_list_remove(&conf->maps, i);
    if (conf->maps.n == before) {
        out_printf(c->out, "%% Could not find crypto map entry %s\n", name);
        return CMD_FAIL;
    }
    ipsec_conf_changed(dataplane_ipsec(c->self));
    return CMD_OK;
}

/* crypto map NAME SEQ: an entry that there is, by its name alone. */
static enum cmd_result do_enter_map(struct cmd_ctx *c)
{
    struct ipsec_conf *conf = ipsec_conf(dataplane_ipsec(c->self));

    CONF_EACH(struct cryptomap_conf, m, &conf->maps)
    if (m->seq == cmd_int(c, "seq") && !strcmp(m->name, cmd_str(c, "name"))) {
        c->host->enter(c->shell, CONFIG_CRYPTO_MAP, m);
        return CMD_OK;
    }
    out_text(c->out, "% Incomplete command.\n\n");
    return CMD_FAIL;
}

static const struct cmd_row rows[] = {
    MODE(CONFIG, CONFIG_CRYPTO_MAP, &map_scope, &ipsec_scope, struct ipsec_conf, maps,
         "crypto map <word:name> <seq:1-65535> ipsec-isakmp",
         "Enter a crypto map|Crypto map tag|Sequence to insert into crypto map entry|IPSEC w/ISAKMP",
         KEY_TXT(struct cryptomap_conf, name), KEY_NUM(struct cryptomap_conf, seq)),
    DO(CONFIG, 15, "crypto map <word:name> <seq:1-65535>", do_enter_map, ""),
    NO_ONLY(CONFIG, 15, "crypto map <word:name>", do_no_map, ""),
    SET(CONFIG_CRYPTO_MAP, NULL, "description <line:description>",
        "Description of the crypto map statement policy|Up to 80 characters describing this crypto map",
        TXT(struct cryptomap_conf, description)),
    LINE(CONFIG_CRYPTO_MAP, &peer_scope, NULL, struct cryptomap_conf, peers, "set peer <ip:addr>",
         "Allowed Encryption/Decryption peer.|IP address of peer", KEY_NUM(struct map_peer_conf, addr)),
    SA_ROWS(CONFIG_CRYPTO_MAP, struct cryptomap_conf),
    HELP(CONFIG_CRYPTO_MAP, "match", "Match values."),
    SET(CONFIG_CRYPTO_MAP, NULL, "match address <word:acl>",
        "Match address of packets to encrypt.|Access-list name or number", TXT(struct cryptomap_conf, acl)),
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
