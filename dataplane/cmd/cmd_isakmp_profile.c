/* cmd_isakmp_profile.c: keys and peers that are told apart: crypto keyring, crypto isakmp profile, crypto isakmp peer,
 * and their lines.
 *
 * Every row writes struct ike_conf; a negotiation reads it when it needs it, so a change counts from the next one on. A
 * profile is bound to flows by `set isakmp-profile` of a crypto map or an IPsec profile, and to peers that begin by
 * `match identity`; without that it is incomplete, and the router says so. What has no engine is absent: VRFs,
 * XAUTH, mode configuration, certificates, RSA keys. */
#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/isakmp_rows.h"
#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/ike_conf.h"

static bool profile_check(void *self, const void *obj, struct out *out)
{
    const struct ike_profile_conf *p = obj;

    if (!out->boot && !ike_conf_profile(ike_conf(dataplane_ike(self)), p->name))
        out_text(out, "% A profile is deemed incomplete until it has match identity statements\n");
    return true;
}

static void match_init(void *obj)
{
    ((struct ike_match_conf *)obj)->mask = 0xFFFFFFFF;
}

static bool match_check(void *self, const void *obj, struct out *out)
{
    (void)self;
    if (ip4_mask_len(((const struct ike_match_conf *)obj)->mask) >= 0)
        return true;
    out_text(out, "% Invalid address mask\n");
    return false;
}

/* The address of a network, as it is kept: the host part says nothing. */
static void match_settle(void *obj)
{
    struct ike_match_conf *m = obj;

    if (m->kind == IKE_MATCH_ADDRESS)
        m->addr &= m->mask;
}

static const struct cmd_scope keyring_scope = {.size = sizeof(struct ike_keyring_conf),
                                               .init = ike_keyring_conf_init,
                                               .fini = ike_keyring_conf_fini,
                                               .changed = isakmp_changed};
static const struct cmd_scope profile_scope = {.size = sizeof(struct ike_profile_conf),
                                               .init = ike_profile_conf_init,
                                               .fini = ike_profile_conf_fini,
                                               .changed = isakmp_changed,
                                               .check = profile_check};
static const struct cmd_scope match_scope = {.size = sizeof(struct ike_match_conf),
                                             .init = match_init,
                                             .changed = isakmp_changed,
                                             .check = match_check,
                                             .settle = match_settle};
static const struct cmd_scope peer_scope = {.size = sizeof(struct ike_peer_conf), .changed = isakmp_changed};

static const struct cmd_scope identity_scope = {.size = sizeof(struct ike_identity_conf),
                                                .init = ike_identity_conf_init,
                                                .fini = ike_identity_conf_fini,
                                                .changed = isakmp_changed};
static const struct cmd_scope fqdn_scope = {.size = sizeof(struct ike_fqdn_conf), .changed = isakmp_changed};

#define MATCH(sentence, help, ...)                                                                                     \
    LINE(CONFIG_ISAKMP_PROFILE, &match_scope, NULL, struct ike_profile_conf, matches, "match identity " sentence,      \
         help, KEY_NUM(struct ike_match_conf, kind), __VA_ARGS__)
static const struct cmd_row rows[] = {
    MODE(CONFIG, CONFIG_KEYRING, &keyring_scope, &isakmp_scope, struct ike_conf, keyrings, "crypto keyring <word:name>",
         "Key ring commands|Key ring name", KEY_TXT(struct ike_keyring_conf, name)),
    SET(CONFIG_KEYRING, NULL, "description <line:description>", "Keyring description|Description of this keyring",
        TXT(struct ike_keyring_conf, description)),
    SET(CONFIG_KEYRING, NULL, "local-address {<ip:local_addr>|<ifname:local_if>}",
        "Specify local identity address|IPv4 Address|Interface", NUM(struct ike_keyring_conf, local_addr),
        TXT(struct ike_keyring_conf, local_if)),
    HELP(CONFIG_KEYRING, "pre-shared-key", "pre-shared key"),
    LINE(CONFIG_KEYRING, &isakmp_psk_scope, NULL, struct ike_keyring_conf, psks,
         "pre-shared-key address=kind:0 <ip:addr> [<mask>] key [0|6]=type <word:key>",
         "Specify with address|IP address of the peer|Peer IP subnet mask|specify key|Specifies an UNENCRYPTED "
         "password will follow|Specifies an ENCRYPTED password will follow|The UNENCRYPTED (cleartext) user password",
         KEY_NUM(struct ike_psk_conf, kind), KEY_NUM(struct ike_psk_conf, addr), KEY_NUM(struct ike_psk_conf, mask),
         NUM(struct ike_psk_conf, type), TXT(struct ike_psk_conf, key)),
    LINE(CONFIG_KEYRING, &isakmp_psk_scope, NULL, struct ike_keyring_conf, psks,
         "pre-shared-key hostname=kind:1 <word:host> key [0|6]=type <word:key>",
         "Specify with host name|Name of the peer|specify key|Specifies an UNENCRYPTED password will follow|Specifies "
         "an ENCRYPTED password will follow|The UNENCRYPTED (cleartext) user password",
         KEY_NUM(struct ike_psk_conf, kind), KEY_TXT(struct ike_psk_conf, host), NUM(struct ike_psk_conf, type),
         TXT(struct ike_psk_conf, key)),

    MODE(CONFIG, CONFIG_CRYPTO_IDENTITY, &identity_scope, &isakmp_scope, struct ike_conf, identities,
         "crypto identity <word:name>", "Enter a crypto identity list|Identity Name",
         KEY_TXT(struct ike_identity_conf, name)),
    SET(CONFIG_CRYPTO_IDENTITY, NULL, "description <line:description>",
        "Identity Description|Up to 80 characters describing this identity",
        TXT(struct ike_identity_conf, description)),
    LINE(CONFIG_CRYPTO_IDENTITY, &fqdn_scope, NULL, struct ike_identity_conf, names, "fqdn <word:fqdn>",
         "Fully Qualified Domain Name|Name that the peer identifies itself by", KEY_TXT(struct ike_fqdn_conf, fqdn)),

    MODE(CONFIG, CONFIG_ISAKMP_PEER, &peer_scope, &isakmp_scope, struct ike_conf, peers,
         "crypto isakmp peer address=kind:0 <ip:addr>", "Set Peer Policy|Specify Peer Address|IP address of the peer",
         KEY_NUM(struct ike_peer_conf, kind), KEY_NUM(struct ike_peer_conf, addr)),
    MODE(CONFIG, CONFIG_ISAKMP_PEER, &peer_scope, &isakmp_scope, struct ike_conf, peers,
         "crypto isakmp peer hostname=kind:1 <word:host>", "Set Peer Policy|Specify Peer Hostname|Hostname of the peer",
         KEY_NUM(struct ike_peer_conf, kind), KEY_TXT(struct ike_peer_conf, host)),
    SET(CONFIG_ISAKMP_PEER, NULL, "description <line:description>",
        "Description of the peer|Up to 80 characters describing this peer", TXT(struct ike_peer_conf, description)),
    HELP(CONFIG_ISAKMP_PEER, "set", "Set values"),
    HELP(CONFIG_ISAKMP_PEER, "set aggressive-mode", "Aggressive mode attributes"),
    SET(CONFIG_ISAKMP_PEER, NULL, "set aggressive-mode password <word:password>", "Specify password|Password",
        TXT(struct ike_peer_conf, password)),
    SET(CONFIG_ISAKMP_PEER, NULL,
        "set aggressive-mode client-endpoint {ipv4-address=endpoint:1 <ip:endpoint_addr>|fqdn=endpoint:2 "
        "<word:endpoint_name>|user-fqdn=endpoint:3 <word:endpoint_name>}",
        "Specify the client endpoint|Use an IP address|IP address|Use a fully qualified domain name|Name|Use a fully "
        "qualified user name|user@domain",
        NUM(struct ike_peer_conf, endpoint), NUM(struct ike_peer_conf, endpoint_addr),
        TXT(struct ike_peer_conf, endpoint_name)),

    MODE(CONFIG, CONFIG_ISAKMP_PROFILE, &profile_scope, &isakmp_scope, struct ike_conf, profiles,
         "crypto isakmp profile <word:name>", "Define ISAKMP Profiles|Name of the profile",
         KEY_TXT(struct ike_profile_conf, name)),
    SET(CONFIG_ISAKMP_PROFILE, NULL, "description <line:description>",
        "Specify a description of this profile|Up to 80 characters describing this profile",
        TXT(struct ike_profile_conf, description)),
    SET(CONFIG_ISAKMP_PROFILE, NULL, "keyring <word:keyring>", "Specify keyring to use|Name of the keyring",
        TXT(struct ike_profile_conf, keyring)),
    SET(CONFIG_ISAKMP_PROFILE, NULL,
        "self-identity {address=self:1|fqdn=self:2 [<word:self_name>]|user-fqdn=self:3 <word:self_name>}",
        "Specify Identity to use|Use the IP address of the interface|Use a fully qualified domain name|Name, if not "
        "the "
        "router's own|Use a fully qualified user name|user@domain",
        NUM(struct ike_profile_conf, self), TXT(struct ike_profile_conf, self_name)),
    HELP(CONFIG_ISAKMP_PROFILE, "match", "Match values from peer"),
    HELP(CONFIG_ISAKMP_PROFILE, "match identity", "Peer identity"),
    HELP(CONFIG_ISAKMP_PROFILE, "match identity host", "match a host name"),
    HELP(CONFIG_ISAKMP_PROFILE, "match identity user", "match a user name"),
    MATCH("address=kind:0 <ip:addr> [<mask>]", "IP Address(es)|IP address|IP subnet mask",
          KEY_NUM(struct ike_match_conf, addr), KEY_NUM(struct ike_match_conf, mask)),
    MATCH("host=kind:1 <word:text>", "FQDN string", KEY_TXT(struct ike_match_conf, text)),
    MATCH("host domain=kind:2 <word:text>", "match a domain|Domain name", KEY_TXT(struct ike_match_conf, text)),
    MATCH("group=kind:5 <word:text>", "match a Unity group|name of the Unity group",
          KEY_TXT(struct ike_match_conf, text)),
    MATCH("user=kind:3 <word:text>", "User FQDN string", KEY_TXT(struct ike_match_conf, text)),
    MATCH("user domain=kind:4 <word:text>", "match a domain|Domain name", KEY_TXT(struct ike_match_conf, text)),
    SET(CONFIG_ISAKMP_PROFILE, NULL, "keepalive <keepalive:10-3600> retry <keepalive_retry:2-60>",
        "Set a keepalive interval|Number of seconds between keepalives|Set a retry interval|Number of seconds between "
        "retries if keepalive fails",
        NUM(struct ike_profile_conf, keepalive), NUM(struct ike_profile_conf, keepalive_retry)),
    HELP(CONFIG_ISAKMP_PROFILE, "initiate", "Initiate behavior"),
    SET(CONFIG_ISAKMP_PROFILE, NULL, "initiate mode {main|aggressive}=initiate",
        "Initiate mode|Main mode|Aggressive mode", NUM(struct ike_profile_conf, initiate)),
    SET(CONFIG_ISAKMP_PROFILE, NULL, "local-address {<ip:local_addr>|<ifname:local_if>}",
        "Interface to use for local address for this isakmp profile|IPv4 Address|Interface",
        NUM(struct ike_profile_conf, local_addr), TXT(struct ike_profile_conf, local_if)),
};
const struct cmd_table dp_table_isakmp_profile = CMD_TABLE("dataplane/cmd/cmd_isakmp_profile", rows);
