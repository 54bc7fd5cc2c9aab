/* cmd_ipsec_profile.c: crypto ipsec profile NAME and its lines; show crypto ipsec profile [tag NAME]
 *
 * A profile says how the SAs of a protected tunnel shall be; the tunnel names it, and it names no peer and no traffic.
 * The profile called default is there unless one of that name is configured. What profiles share with crypto maps is in
 * sa_rows.h. Not there, because nothing stands behind them: set mixed-mode, redundancy. */
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/ipsec_cmd.h"
#include "dataplane/cmd/net_cmd.h"
#include "dataplane/cmd/sa_rows.h"
#include "dataplane/dataplane.h"
#include "dataplane/ipsec/protect.h"
#include "dataplane/net/acl.h"
#include "espial/text.h"

static void changed(void *self, void *obj, enum cmd_change what)
{
    (void)obj;
    (void)what;
    ipsec_conf_changed(dataplane_ipsec(self));
}

static bool profile_check(void *self, const void *obj, struct out *out)
{
    return sa_sets_exist(self, &((const struct ipsec_profile_conf *)obj)->sa, out);
}

static const struct cmd_scope profile_scope = {
    .size = sizeof(struct ipsec_profile_conf), .changed = changed, .check = profile_check};

/* ---- shown ---- */

void sa_print_sets(struct cmd_ctx *c, const struct sa_conf *sa)
{
    struct ipsec *ips = dataplane_ipsec(c->self);
    bool named = false;

    out_text(c->out, "\tTransform sets={ \n");
    for (unsigned i = 0; i <= MAP_SETS_MAX; i++) {
        const char *name = i < MAP_SETS_MAX ? sa->sets[i] : named ? "" : "default";
        const struct transform_set_conf *s = *name ? ipsec_set_find(ips, name) : NULL;
        struct ipsec_transform t, parts[2];
        char text[IPSEC_TRANSFORM_TEXT];
        named = named || *name;
        if (!*name)
            continue;
        unsigned n = s && ipsec_transform_of(s, &t) ? ipsec_transform_parts(&t, parts) : 0;
        out_printf(c->out, "\t\t%s: ", name);
        for (unsigned k = 0; k < n; k++)
            out_printf(c->out, " { %s } ,", ipsec_transform_text(&parts[k], text));
        out_text(c->out, n ? " \n" : " {  } , \n");
    }
    out_text(c->out, "\t}\n");
}

void sa_print(struct cmd_ctx *c, const struct sa_conf *sa, bool responder_only, const char *group_head)
{
    const struct ipsec_conf *conf = ipsec_conf(dataplane_ipsec(c->self));
    uint32_t kb = sa->life_kb ? sa->life_kb : conf->life_kb, idle = sa->idle_s ? sa->idle_s : conf->idle_s;

    if (kb == LIFE_KB_OFF)
        out_text(c->out, "\tKilobyte Volume Rekey has been disabled.\n\tSecurity association lifetime:");
    else
        out_printf(c->out, "\tSecurity association lifetime: %u kilobytes/", kb);
    out_printf(c->out, "%u seconds\n", sa_conf_life_s(conf, sa));
    if (idle)
        out_printf(c->out, "\tSecurity association idletime: %u seconds\n", idle);
    out_printf(c->out, "\tDualstack (Y/N): N\n\n\tResponder-Only (Y/N): %c\n", responder_only ? 'Y' : 'N');
    if (sa->pfs)
        out_printf(c->out, "\tPFS (Y/N): Y\n%sgroup%u\n", group_head, (unsigned)sa->pfs);
    else
        out_text(c->out, "\tPFS (Y/N): N\n");
    out_text(c->out, "\tMixed-mode : Disabled\n");
    sa_print_sets(c, sa);
}

void sa_print_permit(struct cmd_ctx *c, const struct selector *local, const struct selector *remote)
{
    const struct acl_rule r = {
        .proto = local->proto ? local->proto : ACL_PROTO_IP,
        .src = local->addr,
        .src_wild = ~local->mask,
        .dst = remote->addr,
        .dst_wild = ~remote->mask,
        .sop = local->port ? ACL_PORT_EQ : ACL_PORT_ANY,
        .sport = local->port,
        .dop = remote->port ? ACL_PORT_EQ : ACL_PORT_ANY,
        .dport = remote->port,
        .icmp_type = 256,
        .icmp_code = 256,
    };
    struct text t = {0};

    acl_put_extended(&t, &r);
    out_printf(c->out, "\t    access-list  permit%s\n", text_str(&t));
    text_free(&t);
}

/* What profiles and their instances say: lifetimes to transform sets. */
static void print_rest(struct cmd_ctx *c, const struct ipsec_profile_conf *p)
{
    sa_print(c, &p->sa, p->responder_only, "\t\tDH group: ");
}

static void print_ike_profile(struct cmd_ctx *c, const struct ipsec_profile_conf *p)
{
    if (p->sa.ikev2_profile[0])
        out_printf(c->out, "\tIKEv2 Profile: %s\n", p->sa.ikev2_profile);
    else if (p->sa.isakmp_profile[0])
        out_printf(c->out, "\tISAKMP Profile: %s\n", p->sa.isakmp_profile);
}

static void print_profile(struct cmd_ctx *c, const struct ipsec_profile_conf *p)
{
    out_printf(c->out, "IPSEC profile %s\n", p->name);
    if (p->description[0])
        out_printf(c->out, "\tDescription: %s\n", p->description);
    print_ike_profile(c, p);
    print_rest(c, p);
    out_text(c->out, "\n");
}

static enum cmd_result show_profile(struct cmd_ctx *c)
{
    struct ipsec *ips = dataplane_ipsec(c->self);
    const struct ipsec_profile_conf *def = ipsec_profile_find(ips, "default");
    const char *tag = cmd_str(c, "name");
    bool def_shown = false;

    if (*tag) {
        const struct ipsec_profile_conf *p = ipsec_profile_find(ips, tag);
        if (p)
            print_profile(c, p);
        return CMD_OK;
    }
    CONF_EACH(const struct ipsec_profile_conf, p, &ipsec_conf(ips)->profiles)
    {
        if (!def_shown && strcmp(p->name, "default") >= 0) {
            print_profile(c, def);
            def_shown = true;
        }
        if (p != def)
            print_profile(c, p);
    }
    if (!def_shown)
        print_profile(c, def);
    return CMD_OK;
}

/* ---- show crypto map: heads ---- */

static void print_head(struct cmd_ctx *c, const struct ipsec_head_info *h, const struct ipsec_profile_conf *p)
{
    out_printf(c->out, "Crypto Map IPv4 \"%s\" %u ipsec-isakmp\n", h->map, PROTECT_SEQ);
    print_ike_profile(c, p);
    out_printf(c->out, "\tProfile name: %s\n", p->name);
    print_rest(c, p);
    out_printf(c->out,
               "\nCrypto Map IPv4 \"%s\" %u ipsec-isakmp\n"
               "\tMap is a PROFILE INSTANCE.\n"
               "\tPeer = %s\n",
               h->map, PROTECT_SEQ + 1, IP4(h->want.peer));
    print_ike_profile(c, p);
    out_printf(c->out, "\tAccess-List SS dynamic: False\n\tExtended IP access list %s\n", h->want.acl);
    struct selector local, remote;
    for (size_t at = 0; ipsec_head_line(dataplane_ipsec(c->self), h, &at, &local, &remote);)
        sa_print_permit(c, &local, &remote);
    out_printf(c->out, "\tCurrent peer: %s\n", IP4(h->want.peer));
    print_rest(c, p);
    if (!p->responder_only)
        out_text(c->out, "\tAlways create SAs\n");
    out_printf(c->out, "\tInterfaces using crypto map %s:\n\t\t%s\n\n", h->map, h->ifname);
}

bool ipsec_print_heads(struct cmd_ctx *c, const char *tag)
{
    struct ipsec *ips = dataplane_ipsec(c->self);
    struct ipsec_head_info h;
    bool any = false;

    for (size_t at = 0; ipsec_head_next(ips, &at, &h);) {
        const struct ipsec_profile_conf *p = ipsec_profile_find(ips, h.want.profile);
        if (!p || (*tag && strcmp(tag, h.map) != 0))
            continue;
        print_head(c, &h, p);
        any = true;
    }
    return any;
}

static const struct cmd_row rows[] = {
    MODE(CONFIG, CONFIG_IPSEC_PROFILE, &profile_scope, &ipsec_scope, struct ipsec_conf, profiles,
         "crypto ipsec profile <word:name>", "Configure an ipsec policy profile|profile name",
         KEY_TXT(struct ipsec_profile_conf, name)),
    SET(CONFIG_IPSEC_PROFILE, NULL, "description <line:description>",
        "Description of the profile|Up to 80 characters describing this profile",
        TXT(struct ipsec_profile_conf, description)),
    SA_ROWS(CONFIG_IPSEC_PROFILE, struct ipsec_profile_conf),
    RRI_SET_ROWS(CONFIG_IPSEC_PROFILE, struct ipsec_profile_conf),
    SET(CONFIG_IPSEC_PROFILE, NULL, "reverse-route=rr", "Reverse Route Injection.",
        NUM_IN(struct ipsec_profile_conf, sa, rr)),
    SET(CONFIG_IPSEC_PROFILE, NULL, "responder-only=responder_only", "Do not initiate SAs from this device",
        NUM(struct ipsec_profile_conf, responder_only)),
    DO(EXEC, 1, "show crypto ipsec profile [tag <word:name>]", show_profile,
       "Show ipsec profile information|Profile tag|Profile name"),
};
const struct cmd_table dp_table_ipsec_profile = CMD_TABLE("dataplane/cmd/cmd_ipsec_profile", rows);
