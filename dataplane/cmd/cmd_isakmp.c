/* cmd_isakmp.c: what one asks of IKE: crypto isakmp policy and its lines, keys, identity, keepalives, invalid SPI
 * recovery; crypto logging session.
 *
 * Every row writes struct ike_conf; a negotiation reads it when it needs it, so a change counts from the next one on.
 * Leaving a policy tells of the weak algorithms in it (DES, MD5, group 1, 2, 5). Refused: `key 6` (there is no master
 * key to open it with) and masks with holes. rsa-sig and rsa-encr are accepted, as on IOS, where the former is the
 * default, and are never offered: the log says so when nothing else is configured. */
#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/isakmp_rows.h"
#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/ike_conf.h"

static void *ike_global(void *self)
{
    return ike_conf(dataplane_ike(self));
}

void isakmp_changed(void *self, void *obj, enum cmd_change what)
{
    (void)obj;
    (void)what;
    ike_conf_changed(dataplane_ike(self));
}

static void conf_init(void *obj)
{
    ike_conf_init(obj);
}

static void conf_fini(void *obj)
{
    ike_conf_fini(obj);
}

static void policy_left(void *self, void *obj, struct out *out)
{
    const struct ike_policy_conf *p = obj;

    (void)self;
    if (out->boot)
        return;
    if (p->encryption == IKE_ENC_DES || p->encryption == IKE_ENC_3DES)
        out_text(out, "%Warning: weaker encryption algorithm is deprecated\n");
    if (p->hash == IKE_HASH_MD5)
        out_text(out, "%Warning: weaker hash algorithm is deprecated\n");
    if (p->group == 1 || p->group == 2 || p->group == 5)
        out_text(out, "%Warning: weaker dh group is deprecated\n");
}

static bool psk_check(void *self, const void *obj, struct out *out)
{
    const struct ike_psk_conf *p = obj;

    (void)self;
    if (p->type == 1) {
        out_text(out, "% Type 6 keys are not supported: this router has no master key\n");
        return false;
    }
    if (ip4_mask_len(p->mask) < 0) {
        out_text(out, "% Invalid address mask\n");
        return false;
    }
    return true;
}

/* Addresses that one key is for: 0.0.0.0 is everybody's, with or without its mask. */
static bool same_address(const struct ike_psk_conf *a, const struct ike_psk_conf *b)
{
    return a->kind == IKE_PSK_ADDRESS && b->kind == IKE_PSK_ADDRESS && a->addr == b->addr &&
           (a->mask == b->mask || !a->addr);
}

static bool global_psk_check(void *self, const void *obj, struct out *out)
{
    const struct ike_psk_conf *p = obj;

    CONF_EACH(const struct ike_psk_conf, q, &ike_conf(dataplane_ike(self))->psks)
        if (same_address(p, q)) {
            out_printf(out, "A pre-shared key for address mask %s %s already exists!\n", IP4(p->addr), IP4(p->mask));
            return false;
        }
    return psk_check(self, obj, out);
}

/* `no ... address 0.0.0.0` of a key that was typed with the mask, or the other way round. */
static void global_psk_absent(void *self, const void *obj)
{
    struct ike *ike = dataplane_ike(self);
    struct conf_list *psks = &ike_conf(ike)->psks;

    for (size_t i = 0; i < psks->n; i++)
        if (same_address(obj, psks->v[i])) {
            conf_list_remove(psks, i);
            ike_conf_changed(ike);
            return;
        }
}

const struct cmd_scope isakmp_scope = {.size = sizeof(struct ike_conf),
                                       .init = conf_init,
                                       .fini = conf_fini,
                                       .global = ike_global,
                                       .changed = isakmp_changed};
static const struct cmd_scope policy_scope = {.size = sizeof(struct ike_policy_conf),
                                              .init = ike_policy_conf_init,
                                              .changed = isakmp_changed,
                                              .left = policy_left};
const struct cmd_scope isakmp_psk_scope = {
    .size = sizeof(struct ike_psk_conf), .init = ike_psk_conf_init, .changed = isakmp_changed, .check = psk_check};
static const struct cmd_scope global_psk_scope = {.size = sizeof(struct ike_psk_conf),
                                                  .init = ike_psk_conf_init,
                                                  .changed = isakmp_changed,
                                                  .check = global_psk_check,
                                                  .absent = global_psk_absent};

#define P(field) NUM(struct ike_policy_conf, field)
#define C(field) NUM(struct ike_conf, field)
#define KEY_LINE(text, words, ...)                                                                                     \
    {.kind = CMD_LINE_ROW, .mode = CONFIG, .flags = CMD_ANEW, .sentence = text, .help = words,                         \
     .scope = &global_psk_scope, .parent = &isakmp_scope, .list_off = offsetof(struct ike_conf, psks),                 \
     .binds = CMD_BINDS(__VA_ARGS__)}
static const struct cmd_row rows[] = {
    HELP(CONFIG, "crypto", "Encryption module"),
    HELP(CONFIG, "crypto isakmp", "Configure ISAKMP policy"),
    HELP(CONFIG, "crypto logging", "logging messages"),
    HELP(CONFIG, "crypto isakmp keepalive", "Set a keepalive interval for use with IOS peers"),
    HELP(CONFIG, "crypto isakmp nat", "Set a nat  keepalive interval for use with IOS peers"),
    MODE(CONFIG, CONFIG_ISAKMP, &policy_scope, &isakmp_scope, struct ike_conf, policies,
         "crypto isakmp policy <priority:1-10000>",
         "Set policy for an ISAKMP protection suite|Priority of protection suite",
         KEY_NUM(struct ike_policy_conf, priority)),
    SET(CONFIG_ISAKMP, NULL, "encryption {des|3des|aes [128|192|256]=aes_bits}=encryption",
        "Set encryption algorithm for protection suite|DES - Data Encryption Standard (56 bit keys).|Three key triple "
        "DES|AES - Advanced Encryption Standard.|"
        "128 bit keys.|192 bit keys.|256 bit keys.",
        P(encryption), P(aes_bits)),
    SET(CONFIG_ISAKMP, NULL, "hash {sha|md5|sha256|sha384|sha512}=hash",
        "Set hash algorithm for protection suite|Secure Hash Standard|Message Digest 5|Secure Hash Standard 2 (256 "
        "bit)|Secure Hash Standard 2 (384 bit)|"
        "Secure Hash Standard 2 (512 bit)",
        P(hash)),
    SET(CONFIG_ISAKMP, NULL, "authentication {rsa-sig|rsa-encr|pre-share}=authentication",
        "Set authentication method for protection suite|Rivest-Shamir-Adleman Signature|Rivest-Shamir-Adleman "
        "Encryption|Pre-Shared Key",
        P(authentication)),
    SET(CONFIG_ISAKMP, NULL,
        "group "
        "{1=group:1|2=group:2|5=group:5|14=group:14|15=group:15|16=group:16|19=group:19|20=group:20|21=group:21|24="
        "group:24}",
        "Set the Diffie-Hellman group|Diffie-Hellman group 1 (768 bit)|Diffie-Hellman group 2 (1024 "
        "bit)|Diffie-Hellman group 5 (1536 bit)|"
        "Diffie-Hellman group 14 (2048 bit)|Diffie-Hellman group 15 (3072 bit)|Diffie-Hellman group 16 (4096 "
        "bit)|Diffie-Hellman group 19 (256 bit ecp)|"
        "Diffie-Hellman group 20 (384 bit ecp)|Diffie-Hellman group 21 (521 bit ecp)|"
        "Diffie-Hellman group 24 (2048 bit, 256 bit subgroup)",
        P(group)),
    SET(CONFIG_ISAKMP, NULL, "lifetime <lifetime:60-86400>",
        "Set lifetime for ISAKMP security association|lifetime in seconds", P(lifetime)),
    KEY_LINE("crypto isakmp key [0|6]=type <word:key> address=kind:0 <ip:addr> [<mask>] [no-xauth=no_xauth]",
         "Set pre-shared key for remote peer|Specifies an UNENCRYPTED password will follow|Specifies an ENCRYPTED "
         "password will follow|The UNENCRYPTED (cleartext) user password|"
         "define shared key with IP address|Peer IP address|Peer IP subnet mask|Bypasses XAuth for this peer",
         NUM(struct ike_psk_conf, type), TXT(struct ike_psk_conf, key), KEY_NUM(struct ike_psk_conf, kind),
         KEY_NUM(struct ike_psk_conf, addr), KEY_NUM(struct ike_psk_conf, mask), NUM(struct ike_psk_conf, no_xauth)),
    KEY_LINE("crypto isakmp key [0|6]=type <word:key> hostname=kind:1 <word:host> [no-xauth=no_xauth]",
         "||||define shared key with hostname|Peer hostname|Bypasses XAuth for this peer",
         NUM(struct ike_psk_conf, type), TXT(struct ike_psk_conf, key), KEY_NUM(struct ike_psk_conf, kind),
         KEY_TXT(struct ike_psk_conf, host), NUM(struct ike_psk_conf, no_xauth)),
    SET(CONFIG, &isakmp_scope, "crypto isakmp enable=enable", "Enable ISAKMP", C(enable)),
    SET(CONFIG, &isakmp_scope, "crypto isakmp identity {address|hostname}=identity",
        "Set the identity which ISAKMP will use|Use the IP address of the interface for the identity|Use the hostname "
        "of the router for the identity",
        C(identity)),
    SET(CONFIG, &isakmp_scope, "crypto isakmp invalid-spi-recovery=invalid_spi_recovery",
        "Initiate IKE and send Invalid SPI Notify", C(invalid_spi_recovery)),
    SET(CONFIG, &isakmp_scope,
        "crypto isakmp keepalive <keepalive:10-3600> [<keepalive_retry:2-60>] [on-demand|periodic]=keepalive_periodic",
        "Number of seconds between keepalives|Number of seconds between retries if keepalive fails|send keepalives "
        "only when there is traffic to the peer|"
        "send keepalives at regular intervals",
        C(keepalive), C(keepalive_retry), C(keepalive_periodic)),
    SET(CONFIG, &isakmp_scope, "crypto isakmp nat keepalive <nat_keepalive:5-3600>",
        "Set a nat keepalive interval|Number of seconds between keepalives", C(nat_keepalive)),
    HELP(CONFIG, "crypto isakmp aggressive-mode", "Disable ISAKMP aggressive mode"),
    SET(CONFIG, &isakmp_scope, "crypto isakmp aggressive-mode disable=aggressive_disable",
        "Disable ISAKMP aggressive mode", C(aggressive_disable)),
    SET(CONFIG, &isakmp_scope, "crypto isakmp fragmentation=fragmentation", "IKE Fragmentation enabled if required",
        C(fragmentation)),
    HELP(CONFIG, "crypto isakmp diagnose", "Diagnose ISAKMP"),
    SET(CONFIG, &isakmp_scope, "crypto isakmp diagnose error=diagnose [<diagnose_max:0-1000>]",
        "ISAKMP error diagnose|Maximum number of entries", C(diagnose), C(diagnose_max)),
    HELP(CONFIG, "crypto isakmp default", "Default ISAKMP policy"),
    SET(CONFIG, &isakmp_scope, "crypto isakmp performance=performance", "Enable performance monitoring of IKE",
        NUM(struct ike_conf, performance)),
    SET(CONFIG, &isakmp_scope, "crypto isakmp default policy=default_policy", "Enable the default policies",
        C(default_policy)),
    HELP(CONFIG, "crypto ipsec nat-transparency", "IPsec NAT transparency model"),
    SET(CONFIG, &isakmp_scope, "crypto ipsec nat-transparency udp-encapsulation=nat_transparency",
        "UDP encapsulation of IPsec protocols", C(nat_transparency)),
    SET(CONFIG, &isakmp_scope, "crypto logging session=logging_session", "logging up/down session", C(logging_session)),
};
const struct cmd_table dp_table_isakmp = CMD_TABLE("dataplane/cmd/cmd_isakmp", rows);
