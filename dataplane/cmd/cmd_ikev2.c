/* cmd_ikev2.c: what one asks of IKEv2: crypto ikev2 proposal, policy, keyring, profile and their lines; the global lines
 * of crypto ikev2; crypto logging ikev2.
 *
 * Every row writes struct v2_conf; v2_conf.c says what counts, a negotiation asks it when it needs it. The notes that a
 * new object prints (what it lacks until it counts) are IOS's. Lists of algorithms keep the order typed. Refused, since
 * nothing would honour them: certificates, EAP, RADIUS, VRFs, mode configuration (config-exchange, aaa), virtual
 * templates, `key 6` (there is no master key), `ppk dynamic` (nothing gives such keys out), `http-url cert`, queue limits. */
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/v2/v2.h"
#include "dataplane/ike/v2/v2_conf.h"

static struct v2 *v2_of(void *self)
{
    return ike_v2(dataplane_ike(self));
}

static void *v2_global(void *self)
{
    return v2_conf(v2_of(self));
}

static void changed(void *self, void *obj, enum cmd_change what)
{
    (void)obj;
    (void)what;
    v2_conf_changed(v2_of(self));
}

static void conf_init(void *obj)
{
    v2_conf_init(obj);
}

static void conf_fini(void *obj)
{
    v2_conf_fini(obj);
}

/* A note when an object is typed that is not there yet. */
static bool note(const struct conf_list *list, const char *name, struct out *out, const char *text)
{
    for (size_t i = 0; i < list->n; i++)
        if (!strcmp(list->v[i], name)) /* each of these objects begins with its name */
            return true;
    if (!out->boot && strcmp(name, "default"))
        out_text(out, text);
    return true;
}
_Static_assert(offsetof(struct v2_proposal_conf, name) == 0 && offsetof(struct v2_policy_conf, name) == 0 &&
                   offsetof(struct v2_profile_conf, name) == 0,
               "note() compares names");

static bool proposal_check(void *self, const void *obj, struct out *out)
{
    const struct v2_proposal_conf *p = obj;

    return note(
        &v2_conf(v2_of(self))->proposals, p->name, out,
        "IKEv2 proposal MUST either have a set of an encryption algorithm other than aes-gcm, an integrity "
        "algorithm and a DH group configured or \n encryption algorithm aes-gcm, a prf algorithm and a DH group "
        "configured\n");
}

static bool policy_check(void *self, const void *obj, struct out *out)
{
    const struct v2_policy_conf *p = obj;

    return note(&v2_conf(v2_of(self))->policies, p->name, out,
                "IKEv2 policy MUST have atleast one complete proposal attached \n");
}

static bool profile_check(void *self, const void *obj, struct out *out)
{
    const struct v2_profile_conf *p = obj;

    return note(&v2_conf(v2_of(self))->profiles, p->name, out,
                "IKEv2 profile MUST have:\n   1. A local and a remote authentication method.\n"
                "   2. A match identity or a match certificate or match any statement.\n");
}

static bool hex_ok(bool hex, const char *key, struct out *out)
{
    size_t n = strlen(key);

    if (!hex || (n && n % 2 == 0 && strspn(key, "0123456789abcdefABCDEF") == n))
        return true;
    out_text(out, "% Invalid hex key: an even number of hexadecimal digits is needed\n");
    return false;
}

static bool peer_check(void *self, const void *obj, struct out *out)
{
    const struct v2_peer_conf *p = obj;

    (void)self;
    return hex_ok(p->hex, p->key, out) && hex_ok(p->hex_local, p->key_local, out) &&
           hex_ok(p->hex_remote, p->key_remote, out) && hex_ok(p->ppk_hex, p->ppk_key, out);
}

static bool name_joins(void *self, const void *parent, const void *obj, struct out *out)
{
    const struct v2_policy_conf *p = parent;

    (void)self;
    (void)obj;
    if (p->proposals.n < V2_PROPOSALS_MAX)
        return true;
    out_printf(out, "%% A policy holds at most %d proposals\n", V2_PROPOSALS_MAX);
    return false;
}

static const struct cmd_scope v2_scope = {
    .size = sizeof(struct v2_conf), .init = conf_init, .fini = conf_fini, .global = v2_global, .changed = changed};
static const struct cmd_scope proposal_scope = {.size = sizeof(struct v2_proposal_conf),
                                                .init = v2_proposal_conf_init,
                                                .changed = changed,
                                                .check = proposal_check};
static const struct cmd_scope policy_scope = {.size = sizeof(struct v2_policy_conf),
                                              .init = v2_policy_conf_init,
                                              .fini = v2_policy_conf_fini,
                                              .changed = changed,
                                              .check = policy_check};
static const struct cmd_scope name_scope = {
    .size = sizeof(struct v2_name_conf), .changed = changed, .joins = name_joins};
static const struct cmd_scope local_scope = {.size = sizeof(struct v2_local_conf), .changed = changed};
static const struct cmd_scope keyring_scope = {.size = sizeof(struct v2_keyring_conf),
                                               .init = v2_keyring_conf_init,
                                               .fini = v2_keyring_conf_fini,
                                               .changed = changed};
static const struct cmd_scope peer_scope = {.size = sizeof(struct v2_peer_conf),
                                            .init = v2_peer_conf_init,
                                            .fini = v2_peer_conf_fini,
                                            .changed = changed,
                                            .check = peer_check};
static const struct cmd_scope profile_scope = {.size = sizeof(struct v2_profile_conf),
                                               .init = v2_profile_conf_init,
                                               .fini = v2_profile_conf_fini,
                                               .changed = changed,
                                               .check = profile_check};
static const struct cmd_scope match_scope = {
    .size = sizeof(struct v2_match_conf), .changed = changed, .settle = v2_match_conf_settle};

/* A list of algorithms: the i-th word typed goes into field[i]. */
#define SLOT(field, i)                                                                                                 \
    {                                                                                                                  \
        .name = #field #i, .off = offsetof(struct v2_proposal_conf, field[i]), .size = 1, .count = 1                   \
    }
#define ENCR(n)                                                                                                        \
    "{des=encr" #n ":1|3des=encr" #n ":2|aes-cbc-128=encr" #n ":3|aes-cbc-192=encr" #n ":4|aes-cbc-256=encr" #n        \
    ":5|aes-gcm-128=encr" #n ":6|aes-gcm-256=encr" #n ":7}"
#define ENCR_HELP                                                                                                      \
    "DES|3DES|AES-CBC-128|AES-CBC-192|AES-CBC-256|Combined-mode,128 bit key,16 byte ICV(Authentication "               \
    "Tag)|Combined-mode,256 bit key,16 byte ICV(Authentication Tag)"
#define HASHES(field, n)                                                                                               \
    "{md5=" #field #n ":1|sha1=" #field #n ":2|sha256=" #field #n ":3|sha384=" #field #n ":4|sha512=" #field #n ":5}"
#define HASHES_HELP                                                                                                    \
    "Message Digest 5|Secure Hash Standard|Secure Hash Standard 2 (256 bit)|Secure Hash Standard 2 (384 bit)|Secure "  \
    "Hash Standard 2 (512 bit)"
#define GROUP(n)                                                                                                       \
    "{1=group" #n ":1|2=group" #n ":2|5=group" #n ":5|14=group" #n ":14|15=group" #n ":15|16=group" #n                 \
    ":16|17=group" #n ":17|18=group" #n ":18|19=group" #n ":19|20=group" #n ":20|21=group" #n ":21|24=group" #n        \
    ":24|31=group" #n ":31}"
#define GROUP_HELP                                                                                                     \
    "DH 768 MODP|DH 1024 MODP|DH 1536 MODP|DH 2048 MODP|DH 3072 MODP|DH 4096 MODP|DH 6144 MODP|DH 8192 MODP|DH 256 "   \
    "ECP|DH 384 ECP|DH 521 ECP|"                                                                                       \
    "DH 2048 (256 subgroup) MODP|DH Curve25519"

#define R(field)  NUM(struct v2_peer_conf, field)
#define RT(field) TXT(struct v2_peer_conf, field)
#define F(field)  NUM(struct v2_profile_conf, field)
#define FT(field) TXT(struct v2_profile_conf, field)
#define C(field)  NUM(struct v2_conf, field)
static const struct cmd_row rows[] = {
    HELP(CONFIG, "crypto ikev2", "Configure IKEv2 Options"),
    HELP(CONFIG, "crypto ikev2 limit", "Limits to maximum IKEv2 SAs and in negotiation IKEv2 SAs"),
    HELP(CONFIG, "crypto ikev2 nat", "NAT-transparency"),
    HELP(CONFIG, "crypto ikev2 diagnose", "IKEV2 diagnose"),
    MODE(CONFIG, CONFIG_IKEV2_PROPOSAL, &proposal_scope, &v2_scope, struct v2_conf, proposals,
         "crypto ikev2 proposal <word:name>", "Define IKEv2 proposals|Name of IKEv2 proposal",
         KEY_TXT(struct v2_proposal_conf, name)),
    SET(CONFIG_IKEV2_PROPOSAL, NULL,
        "encryption " ENCR(0) " [" ENCR(1) " [" ENCR(2) " [" ENCR(3) " [" ENCR(4) " [" ENCR(5) " [" ENCR(6) "]]]]]]",
        "Set encryption algorithm(s) for proposal|" ENCR_HELP "|" ENCR_HELP "|" ENCR_HELP "|" ENCR_HELP "|" ENCR_HELP
        "|" ENCR_HELP "|" ENCR_HELP,
        SLOT(encr, 0), SLOT(encr, 1), SLOT(encr, 2), SLOT(encr, 3), SLOT(encr, 4), SLOT(encr, 5), SLOT(encr, 6)),
    SET(CONFIG_IKEV2_PROPOSAL, NULL,
        "prf " HASHES(prf, 0) " [" HASHES(prf, 1) " [" HASHES(prf, 2) " [" HASHES(prf, 3) " [" HASHES(prf, 4) "]]]]",
        "Set prf algorithm(s) for proposal|" HASHES_HELP "|" HASHES_HELP "|" HASHES_HELP "|" HASHES_HELP
        "|" HASHES_HELP,
        SLOT(prf, 0), SLOT(prf, 1), SLOT(prf, 2), SLOT(prf, 3), SLOT(prf, 4)),
    SET(CONFIG_IKEV2_PROPOSAL, NULL,
        "integrity " HASHES(integ, 0) " [" HASHES(integ, 1) " [" HASHES(integ, 2) " [" HASHES(integ, 3) " [" HASHES(
            integ, 4) "]]]]",
        "Set integrity hash algorithm(s) for proposal|" HASHES_HELP "|" HASHES_HELP "|" HASHES_HELP "|" HASHES_HELP
        "|" HASHES_HELP,
        SLOT(integ, 0), SLOT(integ, 1), SLOT(integ, 2), SLOT(integ, 3), SLOT(integ, 4)),
    SET(CONFIG_IKEV2_PROPOSAL, NULL,
        "group " GROUP(0) " [" GROUP(1) " [" GROUP(2) " [" GROUP(3) " [" GROUP(4) " [" GROUP(5) " [" GROUP(
            6) " [" GROUP(7) " [" GROUP(8) " [" GROUP(9) " [" GROUP(10) " [" GROUP(11) " [" GROUP(12) "]]]]]]]]]]]]",
        "Set the Diffie-Hellman group(s)|" GROUP_HELP "|" GROUP_HELP "|" GROUP_HELP "|" GROUP_HELP "|" GROUP_HELP
        "|" GROUP_HELP "|" GROUP_HELP "|" GROUP_HELP "|" GROUP_HELP "|" GROUP_HELP "|" GROUP_HELP "|" GROUP_HELP
        "|" GROUP_HELP,
        SLOT(group, 0), SLOT(group, 1), SLOT(group, 2), SLOT(group, 3), SLOT(group, 4), SLOT(group, 5), SLOT(group, 6),
        SLOT(group, 7), SLOT(group, 8), SLOT(group, 9), SLOT(group, 10), SLOT(group, 11), SLOT(group, 12)),
    MODE(CONFIG, CONFIG_IKEV2_POLICY, &policy_scope, &v2_scope, struct v2_conf, policies,
         "crypto ikev2 policy <word:name>", "Define IKEV2 policies|Name of IKEv2 policy",
         KEY_TXT(struct v2_policy_conf, name)),
    HELP(CONFIG_IKEV2_POLICY, "match", "Match values of fields"),
    SET(CONFIG_IKEV2_POLICY, NULL, "match fvrf any=fvrf_any", "fvrf of the profile|Any fvrf",
        NUM(struct v2_policy_conf, fvrf_any)),
    LINE(CONFIG_IKEV2_POLICY, &local_scope, NULL, struct v2_policy_conf, locals, "match address local <ip:addr>",
         "IP address|Local address|Local address", KEY_NUM(struct v2_local_conf, addr)),
    LINE(CONFIG_IKEV2_POLICY, &name_scope, NULL, struct v2_policy_conf, proposals, "proposal <word:name>",
         "Specify Proposal|Specify the name of proposal to be attached", KEY_TXT(struct v2_name_conf, name)),
    MODE(CONFIG, CONFIG_IKEV2_KEYRING, &keyring_scope, &v2_scope, struct v2_conf, keyrings,
         "crypto ikev2 keyring <word:name>", "Define IKEv2 Keyring|Name of IKEv2 Keyring",
         KEY_TXT(struct v2_keyring_conf, name)),
    MODE(CONFIG_IKEV2_KEYRING, CONFIG_IKEV2_PEER, &peer_scope, NULL, struct v2_keyring_conf, peers, "peer <word:name>",
         "Configure a Peer and associated keys|Name of the peer block", KEY_TXT(struct v2_peer_conf, name)),
    SET(CONFIG_IKEV2_PEER, NULL, "description <line:description>",
        "Specify a description of this peer|Line describing the peer being configured", RT(description)),
    SET(CONFIG_IKEV2_PEER, NULL, "address=has_addr <ip:addr> [<mask>]",
        "Specify IPv4/IPv6 address of peer|IPv4 Address|specify mask", R(has_addr), R(addr), R(mask)),
    SET(CONFIG_IKEV2_PEER, NULL, "hostname <word:hostname>", "Specify the hostname of peer|Hostname", RT(hostname)),
    SET(CONFIG_IKEV2_PEER, NULL,
        "identity {address=id_kind:1 <ip:id_addr>|fqdn=id_kind:2 <word:id>|fqdn domain=id_kind:3 <word:id>|"
        "email=id_kind:4 <word:id>|email domain=id_kind:5 <word:id>|key-id=id_kind:6 <word:id>}",
        "Specify IKE identity to use|IP address|Peer address|Fully qualified domain name string|Fully qualified domain "
        "name string|Fully qualified domain name string|Domain portion of the FQDN|Domain name|Fully qualified email "
        "string|Fully qualified email string|Fully qualified email string|Domain portion of the email|Domain "
        "name|key-id "
        "opaque string|key-id string",
        R(id_kind), R(id_addr), RT(id)),
    HELP(CONFIG_IKEV2_PEER, "pre-shared-key", "specify the pre-shared key"),
    SET(CONFIG_IKEV2_PEER, NULL, "pre-shared-key [0|hex=hex] <word:key>",
        "Specifies an UNENCRYPTED password will follow|Key entered in hex string|The UNENCRYPTED (cleartext) user "
        "password",
        R(hex), RT(key)),
    SET(CONFIG_IKEV2_PEER, NULL, "pre-shared-key local [0|hex=hex_local] <word:key_local>",
        "specify signing key|Specifies an UNENCRYPTED password will follow|Key entered in hex string|The UNENCRYPTED "
        "(cleartext) user password",
        R(hex_local), RT(key_local)),
    SET(CONFIG_IKEV2_PEER, NULL, "pre-shared-key remote [0|hex=hex_remote] <word:key_remote>",
        "specify verifying key|Specifies an UNENCRYPTED password will follow|Key entered in hex string|The UNENCRYPTED "
        "(cleartext) user password",
        R(hex_remote), RT(key_remote)),
    SET(CONFIG_IKEV2_PEER, NULL,
        "ppk manual id <word:ppk_id> key [0|hex=ppk_hex] <word:ppk_key> [required=ppk_required]",
        "Specify the postquantum preshared key|Manually configured key|Identity of the key|Name that both ends know "
        "the key by|Specify the key|Specifies an UNENCRYPTED password will follow|Key entered in hex string|The "
        "UNENCRYPTED "
        "(cleartext) key|No session without this key",
        RT(ppk_id), R(ppk_hex), RT(ppk_key), R(ppk_required)),
    MODE(CONFIG, CONFIG_IKEV2_PROFILE, &profile_scope, &v2_scope, struct v2_conf, profiles,
         "crypto ikev2 profile <word:name>", "Define IKEv2 Profiles|Name of IKEv2 Profile",
         KEY_TXT(struct v2_profile_conf, name)),
    SET(CONFIG_IKEV2_PROFILE, NULL, "description <line:description>",
        "Specify a description of this profile|Line describing the profile", FT(description)),
    HELP(CONFIG_IKEV2_PROFILE, "match", "Match values of peer"),
    HELP(CONFIG_IKEV2_PROFILE, "match address", "Match local address"),
    HELP(CONFIG_IKEV2_PROFILE, "match identity", "IKE identity"),
    SET(CONFIG_IKEV2_PROFILE, NULL, "match fvrf any=fvrf_any", "fvrf of the profile|Any fvrf", F(fvrf_any)),
    SET(CONFIG_IKEV2_PROFILE, NULL, "match address local {<ip:match_local>|interface <ifname:match_if>}",
        "Local address|Local address|Match the address of an interface|Interface", F(match_local), FT(match_if)),
    LINE(
        CONFIG_IKEV2_PROFILE, &match_scope, NULL, struct v2_profile_conf, matches,
        "match identity remote {address=kind:1 <ip:addr> [<mask>]|fqdn=kind:2 <word:text>|fqdn domain=kind:3 "
        "<word:text>|email=kind:4 <word:text>|email domain=kind:5 <word:text>|key-id=kind:6 <word:text>|any=kind:7}",
        "Remote identity|IP Address(es)|IP address prefix|specify mask|Fully qualified domain name string|Fully "
        "qualified domain name string|Fully qualified domain name string|Domain portion of the FQDN|Domain "
        "name|Fully qualified email string|Fully qualified email string|Fully qualified email string|Domain portion of "
        "the email|Domain name|key-id opaque string|key-id string|match any peer identity",
        NUM(struct v2_match_conf, kind), NUM(struct v2_match_conf, addr), NUM(struct v2_match_conf, mask),
        TXT(struct v2_match_conf, text)),
    SET(CONFIG_IKEV2_PROFILE, NULL,
        "identity local {address=local_id_kind:1 <ip:local_id_addr>|fqdn=local_id_kind:2 "
        "<word:local_id>|email=local_id_kind:4 <word:local_id>|key-id=local_id_kind:6 <word:local_id>}",
        "Specify IKE identity to use|Specify the local IKE identity to use for the negotiation|Specify IPv4/IPv6 "
        "address|IPv4 address|Specify FQDN|Fully qualified domain name string|Specify email|Fully qualified email "
        "string|Specify key-id|key-id string",
        F(local_id_kind), F(local_id_addr), FT(local_id)),
    HELP(CONFIG_IKEV2_PROFILE, "authentication", "Set authentication method"),
    SET(CONFIG_IKEV2_PROFILE, NULL, "authentication remote pre-share=auth_remote [key [0] <word:key_remote>]",
        "Set remote authentication method|Pre-Shared Key|specify key|Specifies an UNENCRYPTED password will follow|The "
        "UNENCRYPTED (cleartext) user password",
        F(auth_remote), FT(key_remote)),
    SET(CONFIG_IKEV2_PROFILE, NULL, "authentication local pre-share=auth_local [key [0] <word:key_local>]",
        "Set local authentication method|Pre-Shared Key|specify key|Specifies an UNENCRYPTED password will follow|The "
        "UNENCRYPTED (cleartext) user password",
        F(auth_local), FT(key_local)),
    HELP(CONFIG_IKEV2_PROFILE, "keyring", "Specify keyring to use"),
    SET(CONFIG_IKEV2_PROFILE, NULL, "keyring local <word:keyring>", "Specify local keyring to use|Keyring name",
        FT(keyring)),
    SET(CONFIG_IKEV2_PROFILE, NULL, "keyring ppk <word:keyring_ppk>",
        "Specify keyring of postquantum preshared keys|Keyring name", FT(keyring_ppk)),
    SET(CONFIG_IKEV2_PROFILE, NULL, "lifetime <lifetime:120-86400>",
        "Set lifetime for ISAKMP security association|lifetime in seconds", F(lifetime)),
    SET(CONFIG_IKEV2_PROFILE, NULL, "dpd <dpd:10-3600> <dpd_retry:2-60> {on-demand|periodic}=dpd_periodic",
        "Enable IKE liveness check for peers|DPD R-U-THERE interval|DPD Retry Interval|Send DPD queries only when data "
        "traffic idle|Send DPD queries at regular intervals",
        F(dpd), F(dpd_retry), F(dpd_periodic)),
    HELP(CONFIG_IKEV2_PROFILE, "nat", "NAT-transparency"),
    SET(CONFIG_IKEV2_PROFILE, NULL, "nat keepalive <nat_keepalive:5-3600>",
        "Set NAT keepalive interval|NAT keepalive interval in seconds", F(nat_keepalive)),
    SET(CONFIG_IKEV2_PROFILE, NULL, "nat force-encap=nat_force_encap", "Force udp-encapsulation", F(nat_force_encap)),
    SET(CONFIG_IKEV2_PROFILE, NULL, "initial-contact force=initial_contact_force",
        "Initial-contact processing|Force Initial-contact processing", F(initial_contact_force)),
    SET(CONFIG_IKEV2_PROFILE, NULL, "shutdown=shutdown", "shutdown the IKEv2 profile", F(shutdown)),
    SET(CONFIG, &v2_scope, "crypto ikev2 window <window:1-200>", "IKEV2 window size|Size of window", C(window)),
    SET(CONFIG, &v2_scope, "crypto ikev2 nat keepalive <nat_keepalive:5-3600>",
        "Set NAT keepalive interval|NAT keepalive interval in seconds", C(nat_keepalive)),
    SET(CONFIG, &v2_scope, "crypto ikev2 cookie-challenge <cookie_challenge:0-1000>",
        "Set Cookie-challenge watermark|Maximum in-negotiation SAs", C(cookie_challenge)),
    SET(CONFIG, &v2_scope, "crypto ikev2 dpd <dpd:10-3600> <dpd_retry:2-60> {on-demand|periodic}=dpd_periodic",
        "Enable IKE liveness check for peers|DPD R-U-THERE interval|DPD Retry Interval|Send DPD queries only when data "
        "traffic idle|Send DPD queries at regular intervals",
        C(dpd), C(dpd_retry), C(dpd_periodic)),
    SET(CONFIG, &v2_scope, "crypto ikev2 limit max-sa <max_sa:1-100000>",
        "Maximum IKEv2 SAs|Maximum number of IKEv2 SAs", C(max_sa)),
    SET(CONFIG, &v2_scope, "crypto ikev2 limit max-in-negotation-sa <max_negotiating:1-100000>",
        "Maximum in-negotiation SAs|Maximum number of in-negotiation IKEv2 SAs", C(max_negotiating)),
    SET(CONFIG, &v2_scope, "crypto ikev2 limit max-in-negotation-sa <max_incoming:1-100000> incoming",
        "Maximum in-negotiation SAs|Maximum number of in-negotiation IKEv2 SAs|Incoming in-negotiation SAs only",
        C(max_incoming)),
    SET(CONFIG, &v2_scope, "crypto ikev2 limit max-in-negotation-sa <max_outgoing:1-100000> outgoing",
        "Maximum in-negotiation SAs|Maximum number of in-negotiation IKEv2 SAs|Outgoing in-negotiation SAs only",
        C(max_outgoing)),
    SET(CONFIG, &v2_scope, "crypto ikev2 limit queue sa-init <max_queue:100-100000>",
        "Limits of queues|IKE_SA_INIT requests that wait|Maximum number of waiting requests", C(max_queue)),
    SET(CONFIG, &v2_scope, "crypto ikev2 diagnose error <diagnose_error:1-1000>",
        "IKEV2 error diagnose|Maximum number of entries", C(diagnose_error)),
    SET(CONFIG, &v2_scope, "crypto ikev2 fragmentation=fragmentation [mtu <frag_mtu:68-1500>]",
        "Enable fragmentation of ikev2 packets|Maximum transmission unit|MTU in bytes", C(fragmentation), C(frag_mtu)),
    SET(CONFIG, &v2_scope, "crypto logging ikev2=logging", "IKEv2 session logging", C(logging)),
};
const struct cmd_table dp_table_ikev2 = CMD_TABLE("dataplane/cmd/cmd_ikev2", rows);
