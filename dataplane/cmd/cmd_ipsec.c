/* cmd_ipsec.c: what one asks of IPsec as a whole: transform sets, and the global lines of crypto ipsec: lifetimes,
 * replay window, DF bit, fragmentation.
 *
 * Refused, because they would do nothing: NULL encryption or extended sequence numbers without authentication of ESP's
 * own, comp-lzs, seal. `esp-*-hmac` alone means ESP with NULL encryption. Weak algorithms (DES, 3DES,
 * MD5) are taken with a warning. A map or profile names sets that there are, and one that is named stays. */
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/ipsec_cmd.h"
#include "dataplane/dataplane.h"

static void *ipsec_global(void *self)
{
    return ipsec_conf(dataplane_ipsec(self));
}

static void changed(void *self, void *obj, enum cmd_change what)
{
    (void)obj;
    (void)what;
    ipsec_conf_changed(dataplane_ipsec(self));
}

static void conf_init(void *obj)
{
    ipsec_conf_init(obj);
}

static void conf_fini(void *obj)
{
    ipsec_conf_fini(obj);
}

static void set_init(void *obj)
{
    transform_set_conf_init(obj);
}

static bool set_check(void *self, const void *obj, struct out *out)
{
    const struct transform_set_conf *s = obj;
    const char *why = NULL;
    bool aead = s->cipher == SET_ESP_GCM || s->cipher == SET_ESP_GMAC;

    (void)self;
    if (!s->cipher && !s->auth && !s->ah)
        why = "% Incomplete command.\n\n";
    else if (aead && s->auth)
        why = "% esp-gcm and esp-gmac have their own authentication: no ESP authentication transform may be added\n";
    else if (s->cipher == SET_ESP_NULL && !s->auth)
        why = "% esp-null protects nothing without authentication: add an esp-*-hmac transform\n";
    else if (s->cipher && !aead && !s->auth && s->esn)
        why = "% Extended sequence numbers need authentication: add an esp-*-hmac transform\n";
    if (why) {
        out_text(out, why);
        return false;
    }
    if (out->boot)
        return true;
    if (s->cipher == SET_ESP_DES || s->cipher == SET_ESP_3DES)
        out_text(out, "%Warning: weaker encryption algorithm is deprecated\n");
    if (s->auth == SET_MD5 || s->ah == SET_MD5)
        out_text(out, "%Warning: weaker hash algorithm is deprecated\n");
    return true;
}

static bool names(const struct sa_conf *sa, const char *set)
{
    for (unsigned i = 0; i < MAP_SETS_MAX; i++)
        if (!strcmp(sa->sets[i], set))
            return true;
    return false;
}

bool sa_sets_exist(void *self, const struct sa_conf *sa, struct out *out)
{
    for (unsigned i = 0; i < MAP_SETS_MAX; i++) {
        const struct transform_set_conf *s = sa->sets[i][0] ? ipsec_set_find(dataplane_ipsec(self), sa->sets[i]) : NULL;
        if (sa->sets[i][0] && !s) {
            out_printf(out, "ERROR: transform set with tag \"%s\" does not exist.\n", sa->sets[i]);
            return false;
        }
        if (s && s->ah && (s->cipher || s->auth) && sa->ikev2_profile[0] && !out->boot)
            out_printf(out, "%%Warning: IKEv2 does not negotiate AH and ESP at once: transform set %s is left out\n",
                       s->name);
    }
    return true;
}

static bool set_unused(const struct conf_list *maps, const char *what, const char *set, struct out *out)
{
    CONF_EACH(const struct cryptomap_conf, m, maps)
    if (names(&m->sa, set)) {
        out_printf(out, "%% Transform set %s is in use by %s %s %u\n", set, what, m->name, (unsigned)m->seq);
        return false;
    }
    return true;
}

static bool set_leaves(void *self, const void *obj, struct out *out)
{
    const struct ipsec_conf *c = ipsec_conf(dataplane_ipsec(self));
    const char *set = ((const struct transform_set_conf *)obj)->name;

    if (!strcmp(set, "default")) /* there is one of that name without it */
        return true;
    CONF_EACH(const struct ipsec_profile_conf, p, &c->profiles)
    if (names(&p->sa, set)) {
        out_printf(out, "%% Transform set %s is in use by ipsec profile %s\n", set, p->name);
        return false;
    }
    return set_unused(&c->maps, "crypto map", set, out) && set_unused(&c->dynamics, "crypto dynamic-map", set, out);
}

const struct cmd_scope ipsec_scope = {.size = sizeof(struct ipsec_conf),
                                      .init = conf_init,
                                      .fini = conf_fini,
                                      .global = ipsec_global,
                                      .changed = changed};
static const struct cmd_scope set_scope = {.size = sizeof(struct transform_set_conf),
                                           .init = set_init,
                                           .changed = changed,
                                           .check = set_check,
                                           .leaves = set_leaves};

#define C(field) NUM(struct ipsec_conf, field)
#define S(field) NUM(struct transform_set_conf, field)
static const struct cmd_row rows[] = {
    HELP(CONFIG, "crypto ipsec", "Configure IPSEC policy"),
    HELP(CONFIG, "crypto ipsec security-association", "Security association parameters"),
    HELP(CONFIG, "crypto ipsec security-association lifetime", "security association lifetime"),
    HELP(CONFIG, "crypto ipsec security-association replay", "Set replay checking."),
    SET(CONFIG, &ipsec_scope,
        "crypto ipsec security-association lifetime {seconds <life_s:120-2592000>|days <life_days:1-30>}",
        "Time-based key duration|Security association duration in seconds|Time-based key duration in days|"
        "Security association duration in days",
        C(life_s), C(life_days)),
    SET(CONFIG, &ipsec_scope, "crypto ipsec security-association idle-time <idle_s:60-86400>",
        "Automatically delete IPSec SAs after a given idle period.|"
        "Automatically delete IPSec SAs after a given idle period (in seconds)",
        C(idle_s)),
    SET(CONFIG, &ipsec_scope,
        "crypto ipsec security-association lifetime kilobytes {<life_kb:2560-4294967295>|disable=life_kb:1}",
        "Volume-based key duration|Security association duration in kilobytes encrypted|Disable Volume-based Rekey",
        C(life_kb)),
    SET(CONFIG, &ipsec_scope,
        "crypto ipsec security-association replay {disable=replay:0|window-size "
        "{64=replay:64|128=replay:128|256=replay:256|512=replay:512|1024=replay:1024}}",
        "Disable replay checking|Set replay window size.|Window size of 64 (default)|Window size of 128|Window size of "
        "256|Window size of 512|Window size of 1024",
        C(replay)),
    SET(CONFIG, &ipsec_scope, "crypto ipsec security-association dummy {pps <dummy_pps:0-25>|seconds <dummy_s:1-3600>}",
        "Generate and send dummy packets|Rate of dummy packets|Packets per second (0: none, the default)|"
        "Interval between dummy packets|Seconds from one to the next",
        C(dummy_pps), C(dummy_s)),
    SET(CONFIG, &ipsec_scope, "crypto ipsec security-association ecn {discard|propagate}=ecn",
        "Handling of the congestion marks of the outer header|Leave the packet inside as it is (default)|Mark the "
        "packet inside too",
        C(ecn)),
    SET(CONFIG, &ipsec_scope, "crypto ipsec df-bit {copy=df:0|clear=df:1|set=df:2}",
        "Handling of encapsulated DF bit.|Copy DF bit from inner header|Clear DF bit|Set DF bit", C(df)),
    SET(CONFIG, &ipsec_scope, "crypto ipsec fragmentation {before-encryption|after-encryption}=frag_after",
        "Handling of fragmentation of near-MTU sized packets|Perform fragmentation before encryption (default)|Perform "
        "fragmentation after encryption",
        C(frag_after)),
    SET(CONFIG, &ipsec_scope, "crypto ipsec ipv4-deny {jump|clear|drop}=deny",
        "Action for a deny line of a crypto map's access list|Jump to the next crypto map entry (default)|"
        "Send the packet in the clear|Drop the packet",
        C(deny)),
    SET(CONFIG, &ipsec_scope, "crypto ipsec optional=optional [retry <optional_retry:60-86400>]",
        "Enable optional encryption for IPSec|Retry interval in optional mode|Seconds between attempts (default 300)",
        C(optional), C(optional_retry)),
    MODE(CONFIG, CONFIG_TRANSFORM, &set_scope, &ipsec_scope, struct ipsec_conf, sets,
         "crypto ipsec transform-set <word:name> "
         "&{[ah-md5-hmac=ah:1|ah-sha-hmac=ah:2|ah-sha256-hmac=ah:3|ah-sha384-hmac=ah:4|ah-sha512-hmac=ah:5]|"
         "[esp-null=cipher:1|esp-des=cipher:2|esp-3des=cipher:3|esp-aes=cipher:4 "
         "[128=bits:128|192=bits:192|256=bits:256]|"
         "esp-gcm=cipher:5 [128=bits:128|192=bits:192|256=bits:256]|"
         "esp-gmac=cipher:6 [128=bits:128|192=bits:192|256=bits:256]]|"
         "[esp-md5-hmac=auth:1|esp-sha-hmac=auth:2|esp-sha256-hmac=auth:3|esp-sha384-hmac=auth:4|esp-sha512-hmac=auth:"
         "5]}",
         "Define transform and settings|Transform set tag|AH-HMAC-MD5 transform|AH-HMAC-SHA transform|AH-HMAC-SHA256 "
         "transform|AH-HMAC-SHA384 transform|AH-HMAC-SHA512 transform|"
         "ESP transform w/o cipher|ESP transform using DES cipher (56 bits)|ESP transform using 3DES(EDE) cipher (168 "
         "bits)|ESP transform using AES cipher|128 bit keys.|"
         "192 bit keys.|256 bit keys.|ESP transform using GCM cipher|128 bit keys (default)|192 bit keys|256 bit "
         "keys|ESP transform using GMAC cipher|128 bit keys (default)|192 bit keys|256 bit keys|ESP transform using "
         "HMAC-MD5 auth|"
         "ESP transform using HMAC-SHA auth|ESP transform using HMAC-SHA256 auth|ESP transform using HMAC-SHA384 "
         "auth|ESP transform using HMAC-SHA512 auth",
         KEY_TXT(struct transform_set_conf, name), S(ah), S(cipher), S(bits), S(auth)),
    SET(CONFIG_TRANSFORM, NULL, "mode {tunnel|transport [require=require]}=mode",
        "encapsulation mode (transport/tunnel)|tunnel (datagram encapsulation) mode|transport (payload encapsulation) "
        "mode|no other mode is offered or accepted",
        S(mode), S(require)),
    SET(CONFIG_TRANSFORM, NULL, "esn=esn", "Enable Extended Sequence Number(ESN)", S(esn)),
};
const struct cmd_table dp_table_ipsec = CMD_TABLE("dataplane/cmd/cmd_ipsec", rows);
