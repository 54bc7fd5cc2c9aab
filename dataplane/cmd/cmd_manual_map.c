/* cmd_manual_map.c: the lines of an entry whose SAs are keyed by hand (crypto map NAME SEQ ipsec-manual), what is refused
 * of them, and how `show crypto map` shows it.
 *
 * The mode has the prompt of other entries and fewer lines: what only IKE could do is not there. One peer, one transform
 * set. Keys and set are held against each other by whichever of the two is typed last: a key that is too short is refused,
 * a longer one is cut, as on IOS. An SPI stands once among the inbound ones of a map, and once for a peer among the
 * outbound ones. `show crypto map` shows keys at privilege 15 alone. */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/ipsec_cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/ipsec/manual.h"
#include "dataplane/net/acl.h"

#define M CONFIG_CRYPTO_MANUAL

static const struct {
    const char *way, *proto;
} names[SESSION_KEYS] = {{"inbound", "esp"}, {"inbound", "ah"}, {"outbound", "esp"}, {"outbound", "ah"}};

static bool same_peer(const struct cryptomap_conf *a, const struct cryptomap_conf *b)
{
    const struct map_peer_conf *p = a->peers.n ? a->peers.v[0] : NULL, *q = b->peers.n ? b->peers.v[0] : NULL;
    return p && q && p->addr == q->addr;
}

/* Another entry that has this SPI where it may be but once; NULL: none. */
static const struct cryptomap_conf *spi_twice(void *self, const struct cryptomap_conf *c, unsigned key)
{
    bool in = key == KEY_ESP_IN || key == KEY_AH_IN;

    CONF_EACH(const struct cryptomap_conf, m, &ipsec_conf(dataplane_ipsec(self))->maps)
    if (m->manual && m->keys[key].spi == c->keys[key].spi && (m->seq != c->seq || strcmp(m->name, c->name) != 0) &&
        (in ? !strcmp(m->name, c->name) : same_peer(m, c)))
        return m;
    return NULL;
}

/* old: the entry as it is; NULL: as if nothing were. */
static bool key_check(void *self, const struct cryptomap_conf *c, const struct cryptomap_conf *old, unsigned k,
                      struct out *out)
{
    const struct session_key_conf *key = &c->keys[k];

    if (!key->spi)
        return true;
    if (strlen(key->cipher) % 2 || strlen(key->auth) % 2) {
        out_text(out, "% A session key has two hexadecimal digits for each of its bytes\n");
        return false;
    }
    if (!key->cipher[0] && !key->auth[0]) {
        out_text(out, "% Incomplete command.\n\n");
        return false;
    }
    bool anew = !old || old->keys[k].spi != key->spi;
    const struct cryptomap_conf *other = anew ? spi_twice(self, c, k) : NULL;
    if (other)
        out_printf(out, "%% SPI %u is the %s %s SPI of crypto map %s %u\n", key->spi, names[k].way, names[k].proto,
                   other->name, (unsigned)other->seq);
    return !other;
}

/* Keys and transform set, where both are there. What was saved is taken as it is: the set may have become another one since,
 * and without the line the entry would have the default set. */
static bool fit_check(void *self, const struct cryptomap_conf *c, bool anew, struct out *out)
{
    struct ipsec_transform t;

    if (out->boot || !c->sa.sets[0][0] || !manual_transform(dataplane_ipsec(self), c, &t))
        return true;
    struct manual_verdict v = manual_judge(&t, c->keys);
    if (v.lack == MANUAL_AEAD)
        out_printf(out,
                   "%% Transform set %s cannot be keyed manually: AES-GCM and AES-GMAC must not have a fixed key\n",
                   c->sa.sets[0]);
    else if (v.lack == MANUAL_ESN)
        out_printf(out, "%% Transform set %s cannot be keyed manually: extended sequence numbers are negotiated\n",
                   c->sa.sets[0]);
    else if (v.lack == MANUAL_SHORT)
        out_printf(out, "%% Invalid key length: transform set %s needs %zu bytes of %s %s %s, not %zu\n", c->sa.sets[0],
                   v.need, names[v.key].way, names[v.key].proto,
                   names[v.key].proto[0] == 'a' ? "key"
                   : v.auth                     ? "authenticator"
                                                : "cipher",
                   v.have);
    else if (v.longer && anew)
        out_printf(out, "%%Warning: a session key is longer than transform set %s needs: it is cut\n", c->sa.sets[0]);
    return v.lack == MANUAL_FITS || v.lack == MANUAL_UNSET;
}

bool manual_map_check(void *self, const struct cryptomap_conf *c, struct out *out)
{
    const struct cryptomap_conf *old = cryptomap_conf_find(&ipsec_conf(dataplane_ipsec(self))->maps, c->name, c->seq);

    for (unsigned k = 0; k < SESSION_KEYS; k++)
        if (!key_check(self, c, old, k, out))
            return false;
    return fit_check(self, c,
                     !old || memcmp(old->keys, c->keys, sizeof c->keys) || strcmp(old->sa.sets[0], c->sa.sets[0]), out);
}

static bool peer_joins(void *self, const void *parent, const void *obj, struct out *out)
{
    const struct cryptomap_conf *c = parent;
    const struct map_peer_conf *p = obj;
    struct cryptomap_conf after = *c;
    void *peers[] = {(void *)p};
    bool ok = true;

    if (c->peers.n) {
        out_printf(out, "%% An ipsec-manual crypto map entry has one peer: remove %s first\n",
                   IP4(((const struct map_peer_conf *)c->peers.v[0])->addr));
        return false;
    }
    after.peers.v = peers;
    after.peers.n = 1;
    for (unsigned k = 0; k < SESSION_KEYS && ok; k++)
        ok = key_check(self, &after, NULL, k, out);
    mem_wipe(after.keys, sizeof after.keys);
    return ok;
}

static void peer_changed(void *self, void *obj, enum cmd_change what)
{
    (void)obj;
    (void)what;
    ipsec_conf_changed(dataplane_ipsec(self));
}

static const struct cmd_scope peer_scope = {
    .size = sizeof(struct map_peer_conf), .changed = peer_changed, .joins = peer_joins};

/* ---- shown ---- */

static void print_key(struct cmd_ctx *c, const char *what, const char *digits)
{
    out_printf(c->out, "\t\t%s: %s,\n", what, !*digits || c->privilege >= 15 ? digits : "*****");
}

void manual_map_print(struct cmd_ctx *c, const struct cryptomap_conf *m)
{
    struct ipsec_transform t;

    if (!manual_transform(dataplane_ipsec(c->self), m, &t) || manual_judge(&t, m->keys).lack != MANUAL_FITS)
        out_text(c->out, "\tWARNING: This crypto map has no session keys for its transform set!\n");
    if (m->acl_in[0])
        out_printf(c->out, "\tExtended IP access check IN list %s\n", m->acl_in);
    if (m->acl_out[0])
        out_printf(c->out, "\tExtended IP access check OUT list %s\n", m->acl_out);
    sa_print_sets(c, &m->sa);
    for (unsigned i = 0; i < SESSION_KEYS; i++) {
        bool esp = i == KEY_ESP_IN || i == KEY_ESP_OUT;
        out_printf(c->out, "\t%s %s spi: %u,\n", i < KEY_ESP_OUT ? "Inbound" : "Outbound", names[i].proto,
                   m->keys[i].spi);
        if (esp)
            print_key(c, "cipher key", m->keys[i].cipher);
        print_key(c, esp ? "auth_key" : "key", m->keys[i].auth);
    }
}

/* ---- rows ---- */

#define KEY(k)    NUM_IN(struct cryptomap_conf, keys[k], spi), TXT_IN(struct cryptomap_conf, keys[k], auth)
#define ESP(k)    KEY(k), TXT_IN(struct cryptomap_conf, keys[k], cipher)
#define ESP_WORDS "esp <spi:256-4294967295> {cipher <hex:cipher> [authenticator <hex:auth>]|authenticator <hex:auth>}"
#define AUTH_HELP "Manually key the authenticator|Authenticator key (hex)"
#define ESP_HELP                                                                                                       \
    "Manually key ESP|Security parameter index|Manually key the cipher|Cipher key (hex)|" AUTH_HELP "|" AUTH_HELP
#define AH_WORDS "ah <spi:256-4294967295> <hex:auth>"
#define AH_HELP  "Manually key AH|Security parameter index|Session key (hex)"

static const struct cmd_row rows[] = {
    HELP(M, "set", "Set values for encryption/decryption"),
    HELP(M, "set session-key", "Specify the keys of manual security associations"),
    HELP(M, "set session-key inbound", "Keys of what comes in from the peer"),
    HELP(M, "set session-key outbound", "Keys of what goes out to the peer"),
    SET(M, NULL, "description <line:description>",
        "Description of the crypto map statement policy|Up to 80 characters describing this crypto map",
        TXT(struct cryptomap_conf, description)),
    LINE(M, &peer_scope, NULL, struct cryptomap_conf, peers, "set peer <ip:addr>",
         "Allowed Encryption/Decryption peer.|IP address of peer", KEY_NUM(struct map_peer_conf, addr)),
    SET(M, NULL, "set session-key inbound " ESP_WORDS, ESP_HELP, ESP(KEY_ESP_IN)),
    SET(M, NULL, "set session-key inbound " AH_WORDS, AH_HELP, KEY(KEY_AH_IN)),
    SET(M, NULL, "set session-key outbound " ESP_WORDS, ESP_HELP, ESP(KEY_ESP_OUT)),
    SET(M, NULL, "set session-key outbound " AH_WORDS, AH_HELP, KEY(KEY_AH_OUT)),
    SET(M, NULL, "set transform-set <word:sets>", "Specify the transform set|Proposal tag",
        {.name = "sets",
         .off = offsetof(struct cryptomap_conf, sa.sets),
         .size = IPSEC_NAME_MAX,
         .count = 1,
         .is_text = true}),
    HELP(M, "set ip", "Interface Internet Protocol config commands"),
    HELP(M, "set ip access-group", "Specify access control for packets"),
    SET(M, NULL, "set ip access-group <word:acl_in> in", "Access-list number or name|inbound packets",
        TXT(struct cryptomap_conf, acl_in)),
    SET(M, NULL, "set ip access-group <word:acl_out> out", "Access-list number or name|outbound packets",
        TXT(struct cryptomap_conf, acl_out)),
    SET(M, NULL, "match address <word:acl>",
        "Match values.|Match address of packets to encrypt.|Access-list name or number",
        TXT(struct cryptomap_conf, acl)),
};
const struct cmd_table dp_table_manual_map = CMD_TABLE("dataplane/cmd/cmd_manual_map", rows);
