/* cmd_show_isakmp.c: show crypto isakmp sa [active|standby|nat|count|detail], policy, default policy, key, peers,
 * stats; clear
 * crypto isakmp.
 *
 * dst and src are the responder and the initiator of phase 1, so the local router is either. A dead SA is listed as
 * MM_NO_STATE "ACTIVE (deleted)" until it is reaped. There are no IPv6 peers and no standby SAs: those headings stand
 * over nothing, as on a router that has none. */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/ike_conf.h"
#include "dataplane/ike/ike_show.h"
#include "dataplane/ike/v2/v2_show.h"

static enum cmd_result show_sa(struct cmd_ctx *c)
{
    struct ike_sa_info i;
    bool standby = cmd_has(c, "standby");
    size_t at = 0;

    out_text(c->out, "IPv4 Crypto ISAKMP SA\ndst             src             state          conn-id status\n");
    while (!standby && ike_sa_next(dataplane_ike(c->self), &at, &i))
        if (!cmd_has(c, "nat") || i.natt)
            out_printf(c->out, "%-16s%-16s%-15s%7u %s\n", IP4(i.initiator ? i.remote : i.local),
                       IP4(i.initiator ? i.local : i.remote), i.state, i.conn_id,
                       i.dead ? "ACTIVE (deleted)" : "ACTIVE");
    out_text(c->out, "\nIPv6 Crypto ISAKMP SA\n\n");
    return CMD_OK;
}

static enum cmd_result show_sa_count(struct cmd_ctx *c)
{
    struct ike_counts n = ike_counts(dataplane_ike(c->self));

    out_printf(c->out,
               "Active ISAKMP SA's: %u\n\nStandby ISAKMP SA's: 0\n\nCurrently being negotiated ISAKMP SA's: %u\n\nDead "
               "ISAKMP SA's: %u\n\n",
               n.active, n.negotiating, n.dead);
    return CMD_OK;
}

static enum cmd_result show_sa_detail(struct cmd_ctx *c)
{
    struct ike_sa_info i;
    size_t at = 0;

    out_text(c->out, "IPv4 Crypto ISAKMP SA\n\n"
                     "C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap.\n\n");
    while (!cmd_has(c, "standby") && ike_sa_next(dataplane_ike(c->self), &at, &i)) {
        char left[16] = "0", group[8] = "";
        if (i.up)
            snprintf(left, sizeof left, "%02u:%02u:%02u", i.left_s / 3600, i.left_s / 60 % 60, i.left_s % 60);
        if (i.group)
            snprintf(group, sizeof group, "%u", i.group);
        out_printf(c->out, "%-5u %-15s %-15s        %-6s %-4s %-6s %-4s %-2s %-8s %s%s%s  %s\n", i.conn_id,
                   IP4(i.local), IP4(i.remote), "ACTIVE", i.encr, i.hash, i.auth, group, left, i.dpd ? "D" : "",
                   i.natt ? "N" : "", i.fragments ? "F" : "", i.dpd || i.natt || i.fragments ? "" : "  ");
        if (i.conn_id)
            out_printf(c->out, "       Engine-id:Conn-id =  SW:%u\n\n", i.conn_id - 1000);
        else
            out_text(c->out, "       Engine-id:Conn-id =  ????\n\n");
    }
    out_text(c->out, "IPv6 Crypto ISAKMP SA\n\n");
    return CMD_OK;
}

static void print_policy(struct out *out, const struct ike_policy_conf *p)
{
    static const char *const hash[] = {"Secure Hash Standard", "Message Digest 5", "Secure Hash Standard 2 (256 bit)",
                                       "Secure Hash Standard 2 (384 bit)", "Secure Hash Standard 2 (512 bit)"};
    static const char *const auth[] = {"Rivest-Shamir-Adleman Signature", "Rivest-Shamir-Adleman Encryption",
                                       "Pre-Shared Key"};
    static const struct {
        uint8_t group;
        uint16_t bits;
    } groups[] = {{1, 768},   {2, 1024}, {5, 1536}, {14, 2048}, {15, 3072},
                  {16, 4096}, {19, 256}, {20, 384}, {21, 521},  {24, 2048}};
    unsigned bits = 0;

    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (groups[i].group == p->group)
            bits = groups[i].bits;
    if (p->encryption == IKE_ENC_AES)
        out_printf(out, "\tencryption algorithm:\tAES - Advanced Encryption Standard (%u bit keys).\n",
                   128u + 64u * p->aes_bits);
    else
        out_printf(out, "\tencryption algorithm:\t%s\n",
                   p->encryption == IKE_ENC_DES ? "DES - Data Encryption Standard (56 bit keys)."
                                                : "Three key triple DES");
    out_printf(out,
               "\thash algorithm:\t\t%s\n\tauthentication method:\t%s\n\tDiffie-Hellman group:\t#%u (%u "
               "bit)\n\tlifetime:\t\t%u seconds, no volume limit\n",
               hash[p->hash], auth[p->authentication], p->group, bits, p->lifetime);
}

static enum cmd_result show_policy(struct cmd_ctx *c)
{
    const struct ike_conf *conf = ike_conf(dataplane_ike(c->self));
    bool built_in = !conf->policies.n;
    struct ike_policy_conf p;

    out_printf(c->out, "\n%s IKE policy\n", built_in ? "Default" : "Global");
    for (unsigned i = 0; ike_conf_policy(conf, i, &p); i++) {
        out_printf(c->out, "%s of priority %u\n", built_in ? "Default protection suite" : "Protection suite",
                   p.priority);
        print_policy(c->out, &p);
    }
    return CMD_OK;
}

static enum cmd_result show_default_policy(struct cmd_ctx *c)
{
    struct ike_policy_conf p;
    struct ike_conf none;

    ike_conf_init(&none); /* without policies: the built-in ones */
    for (unsigned i = 0; ike_conf_policy(&none, i, &p); i++) {
        out_printf(c->out, "Default protection suite of priority %u\n", p.priority);
        print_policy(c->out, &p);
    }
    ike_conf_fini(&none);
    return CMD_OK;
}

static void print_keys(struct out *out, const char *keyring, const struct conf_list *psks)
{
    CONF_EACH(const struct ike_psk_conf, p, psks)
    {
        char where[IKE_ID_MAX];
        if (p->kind == IKE_PSK_HOST)
            snprintf(where, sizeof where, "%s", p->host);
        else if (p->mask == 0xFFFFFFFF)
            snprintf(where, sizeof where, "%s", IP4(p->addr));
        else
            snprintf(where, sizeof where, "%-15s[%s]", IP4(p->addr), IP4(p->mask));
        out_printf(out, "%-13s%-44s%s\n", keyring, where, p->key);
    }
}

static enum cmd_result show_key(struct cmd_ctx *c)
{
    const struct ike_conf *conf = ike_conf(dataplane_ike(c->self));

    out_text(c->out, "Keyring      Hostname/Address                            Preshared Key\n\n");
    print_keys(c->out, "default", &conf->psks);
    CONF_EACH(const struct ike_keyring_conf, k, &conf->keyrings)
    print_keys(c->out, k->name, &k->psks);
    return CMD_OK;
}

static void print_match(struct out *out, const struct ike_match_conf *m)
{
    static const char *const words[] = {"ip-address", "host", "host domain", "user", "user domain", "group"};

    if (m->kind == IKE_MATCH_ADDRESS)
        out_printf(out, "    %s %s %s \n", words[m->kind], IP4(m->addr), IP4(m->mask));
    else
        out_printf(out, "    %s %s \n", words[m->kind], m->text);
}

/* Ref Count: the SAs that belong to it, and the profile itself. */
static void print_profile(struct cmd_ctx *c, const struct ike_profile_conf *p)
{
    struct ike_sa_info i;
    unsigned refs = 1;

    for (size_t at = 0; ike_sa_next(dataplane_ike(c->self), &at, &i);)
        refs += !i.dead && !strcmp(i.profile, p->name);
    out_printf(c->out, "IKEv1 PROFILE %s\n Ref Count = %u\n   Identities matched are:\n", p->name, refs);
    CONF_EACH(const struct ike_match_conf, m, &p->matches)
    print_match(c->out, m);
    out_text(c->out, "   Certificate maps matched are:\n");
    switch (p->self) {
    case IKE_SELF_ADDRESS: out_text(c->out, "   Identity presented is: ip-address\n"); break;
    case IKE_SELF_FQDN: out_printf(c->out, "   Identity presented is: fqdn %s\n", p->self_name); break;
    case IKE_SELF_USER_FQDN: out_printf(c->out, "   Identity presented is: user-fqdn %s\n", p->self_name); break;
    default: break;
    }
    out_printf(c->out, "   keyring(s): %s\n   trustpoint(s): <all>\n", p->keyring[0] ? p->keyring : "<none>");
}

static enum cmd_result show_profile(struct cmd_ctx *c)
{
    const char *tag = cmd_str(c, "name");

    CONF_EACH(const struct ike_profile_conf, p, &ike_conf(dataplane_ike(c->self))->profiles)
    if (!*tag || !strcmp(tag, p->name))
        print_profile(c, p);
    return CMD_OK;
}

static enum cmd_result show_peers(struct cmd_ctx *c)
{
    struct ike_peer_info p;
    size_t at = 0;

    while (ike_peer_next(dataplane_ike(c->self), &at, &p)) {
        if (!p.id[0] || (cmd_has(c, "peer") && cmd_ip(c, "peer") != p.remote))
            continue;
        out_printf(c->out, "Peer: %s Port: %u Local: %s\n Phase1 id: %s\n", IP4(p.remote), p.port, IP4(p.local), p.id);
    }
    return CMD_OK;
}

/* What both versions say of a peer. */
struct agreed {
    uint32_t remote;
    const char *version, *encr, *hash, *local_id, *remote_id;
    unsigned key_bits, group, life_s;
};

static void print_agreed(struct cmd_ctx *c, const struct agreed *a)
{
    out_printf(c->out, "Peer: %s\n  Key Exchange: %s\n  Authentication Method: Pre-Shared Key\n  Encryption: %s",
               IP4(a->remote), a->version, a->encr);
    if (a->key_bits)
        out_printf(c->out, "-%u", a->key_bits);
    out_printf(
        c->out,
        "\n  Hashing: %s\n  DH Group: Group %u\n  Lifetime: %u seconds\n  Local ID: %s\n  Remote ID: %s\n\n",
        a->hash, a->group, a->life_s, a->local_id, a->remote_id);
}

static void print_ikev1(struct cmd_ctx *c, const struct ike_sa_info *i)
{
    static const char *const names[][2] = {
        {"md5", "MD5"}, {"sha", "SHA-1"}, {"sha256", "SHA-256"}, {"sha384", "SHA-384"}, {"sha512", "SHA-512"}};
    const struct dataplane_env *env = dataplane_env(c->self);
    bool aes = !strcmp(i->encr, "aes");
    struct agreed a = {.remote = i->remote,
                       .version = "IKEv1",
                       .encr = aes                       ? "AES"
                               : !strcmp(i->encr, "des") ? "DES"
                                                         : "3DES",
                       .key_bits = !aes ? 0 : i->key_bits ? i->key_bits : 128,
                       .hash = "",
                       .group = i->group,
                       .life_s = i->life_s,
                       .local_id = IP4(i->local),
                       .remote_id = i->peer_id};

    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        if (!strcmp(i->hash, names[k][0]))
            a.hash = names[k][1];
    if (ike_conf(dataplane_ike(c->self))->identity == IKE_IDENTITY_HOSTNAME && env->hostname)
        a.local_id = env->hostname(env->hostname_arg);
    print_agreed(c, &a);
}

/* Hashing: its integrity algorithm; where the cipher brings its own, the PRF. */
static void print_ikev2(struct cmd_ctx *c, const struct v2_sa_info *i)
{
    static const char *const hashes[HASH_ALGS] = {"", "MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"};
    static const char *const ciphers[CIPHER_ALGS] = {
        [CIPHER_DES_CBC] = "DES", [CIPHER_3DES_CBC] = "3DES", [CIPHER_AES_CBC] = "AES", [CIPHER_AES_GCM] = "AES-GCM"};
    char local[V2_ID_MAX + 1], remote[V2_ID_MAX + 1];
    const char *encr = ciphers[i->suite.encr.cipher];

    v2_id_text(&i->local_id, local, sizeof local);
    v2_id_text(&i->remote_id, remote, sizeof remote);
    print_agreed(c, &(struct agreed){.remote = i->remote,
                                     .version = "IKEv2",
                                     .encr = encr ? encr : "",
                                     .key_bits = i->suite.encr.bits,
                                     .hash = hashes[i->suite.integ ? i->suite.integ : i->suite.prf],
                                     .group = i->suite.group,
                                     .life_s = i->life_s,
                                     .local_id = local,
                                     .remote_id = remote});
}

/* What was agreed with each peer that has an SA. */
static enum cmd_result show_peers_config(struct cmd_ctx *c)
{
    struct ike_sa_info i;
    struct v2_sa_info i2;

    out_text(c->out, "ISAKMP Peers Configuration\n");
    for (size_t at = 0; ike_sa_next(dataplane_ike(c->self), &at, &i);)
        if (i.up && (!cmd_has(c, "peer") || cmd_ip(c, "peer") == i.remote))
            print_ikev1(c, &i);
    for (size_t at = 0; v2_sa_next(ike_v2(dataplane_ike(c->self)), &at, &i2);)
        if (i2.status == V2_STATUS_READY && (!cmd_has(c, "peer") || cmd_ip(c, "peer") == i2.remote))
            print_ikev2(c, &i2);
    return CMD_OK;
}

static enum cmd_result show_stats(struct cmd_ctx *c)
{
    struct ike_counts n = ike_counts(dataplane_ike(c->self));
    struct ike_work w = ike_work(dataplane_ike(c->self));

    out_printf(c->out,
               "ISAKMP statistics\n"
               "  SAs active:                     %u\n"
               "  SAs being negotiated:           %u\n"
               "  SAs half open as responder:     %u\n"
               "  SAs begun since boot:           %llu\n"
               "  SAs failed in negotiation:      %llu\n"
               "  SAs deleted since boot:         %llu\n"
               "  Messages refused:               %u\n"
               "  DH public values made:          %llu\n"
               "  DH shared secrets made:         %llu\n"
               "  DH sums failed:                 %llu\n",
               n.active, n.negotiating, n.half_open, (unsigned long long)w.sas_made, (unsigned long long)w.sas_failed,
               (unsigned long long)n.dead_total, n.bad_messages, (unsigned long long)w.dh_public,
               (unsigned long long)w.dh_shared, (unsigned long long)w.dh_failed);
    return CMD_OK;
}

static enum cmd_result clear_isakmp(struct cmd_ctx *c)
{
    ike_clear_sas(dataplane_ike(c->self), (uint32_t)cmd_int(c, "connid"));
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show crypto", "Encryption module"),
    HELP(EXEC, "show crypto isakmp", "Show ISAKMP"),
    HELP(EXEC, "show crypto isakmp sa", "Show ISAKMP Security Associations"),
    DO(EXEC, 1, "show crypto isakmp sa [active|standby=standby|nat=nat]", show_sa,
       "Shows HA-enabled ISAKMP SAs in the active state|Shows HA-enabled ISAKMP SAs in the standby state|Show ISAKMP "
       "SAs with a NAT in between"),
    DO(EXEC, 1, "show crypto isakmp sa count", show_sa_count, "Show ISAKMP SA count"),
    DO(EXEC, 1, "show crypto isakmp sa detail", show_sa_detail, "Show ISAKMP SA Detail"),
    DO(EXEC, 1, "show crypto isakmp sa {active|standby=standby} detail", show_sa_detail,
       "Shows HA-enabled ISAKMP SAs in the active state|Shows HA-enabled ISAKMP SAs in the standby state|Show ISAKMP "
       "SA "
       "Detail"),
    DO(EXEC, 1, "show crypto isakmp policy", show_policy, "Show ISAKMP protection suite policy"),
    DO(EXEC, 1, "show crypto isakmp default policy", show_default_policy,
       "Show ISAKMP default|Show default ISAKMP protection suite policy"),
    DO(EXEC, 15, "show crypto isakmp key", show_key, "Show ISAKMP preshared keys"),
    DO(EXEC, 1, "show crypto isakmp profile [tag <word:name>]", show_profile,
       "Show ISAKMP profiles|Profile tag|Profile name"),
    HELP(EXEC, "show crypto isakmp peers", "Show ISAKMP peer structures"),
    DO(EXEC, 1, "show crypto isakmp peers [<ip:peer>]", show_peers, "IP address of the peer"),
    DO(EXEC, 1, "show crypto isakmp peers config", show_peers_config, "Show what was agreed with peers"),
    DO(EXEC, 1, "show crypto isakmp peers <ip:peer> config", show_peers_config,
       "IP address of the peer|Show what was agreed with it"),
    DO(EXEC, 1, "show crypto isakmp stats", show_stats, "Show ISAKMP statistics"),
    HELP(EXEC, "clear crypto", "Encryption subsystem"),
    HELP(EXEC, "clear crypto isakmp", "Clear (Disconnect) an active ISAKMP connection"),
    DO(EXEC, 15, "clear crypto isakmp [sa|<connid:1-2147483647>]", clear_isakmp,
       "Clear all ISAKMP SAs|connection id of SA"),
};
const struct cmd_table dp_table_show_isakmp = CMD_TABLE("dataplane/cmd/cmd_show_isakmp", rows);
