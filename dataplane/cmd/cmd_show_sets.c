/* cmd_show_sets.c: show crypto ipsec transform-set, default transform-set, security-association lifetime, spi-lookup.
 *
 * spi-lookup lists the SPIs of inbound SAs, and below them those that are reserved for a negotiation and have no SA yet:
 * what arrives with one of these is dropped without a word and never called invalid. R is what a reservation that
 * outlives its negotiation would have; time of creation is the router's uptime in seconds. */
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/ipsec_cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/ipsec/ipsec_show.h"
#include "dataplane/net/iface.h"
#include "espial/loop.h"

static void print_set(struct out *o, const struct transform_set_conf *s)
{
    struct ipsec_transform t, parts[2];
    char text[IPSEC_TRANSFORM_TEXT] = "";
    unsigned n = ipsec_transform_of(s, &t) ? ipsec_transform_parts(&t, parts) : 0;

    out_printf(o, "Transform set %s:", s->name);
    for (unsigned i = 0; i < n; i++)
        out_printf(o, "%s { %s } \n   will negotiate = { %s,  }, \n", i ? "  " : "",
                   ipsec_transform_text(&parts[i], text), s->mode == IPSEC_TRANSPORT ? "Transport" : "Tunnel");
    out_text(o, "\n");
}

static enum cmd_result show_sets(struct cmd_ctx *c)
{
    struct ipsec *ips = dataplane_ipsec(c->self);
    const char *tag = cmd_str(c, cmd_has(c, "tag") ? "tag" : "name");
    const struct transform_set_conf *dflt = ipsec_set_find(ips, "default");
    bool own = false;

    CONF_EACH(const struct transform_set_conf, s, &ipsec_conf(ips)->sets)
    own = own || s == dflt;
    if (!own && (!*tag || !strcmp(tag, "default")))
        print_set(c->out, dflt);
    CONF_EACH(const struct transform_set_conf, s, &ipsec_conf(ips)->sets)
    if (!*tag || !strcmp(tag, s->name))
        print_set(c->out, s);
    return CMD_OK;
}

static enum cmd_result show_lifetime(struct cmd_ctx *c)
{
    const struct ipsec_conf *conf = ipsec_conf(dataplane_ipsec(c->self));

    out_text(c->out, "Security association lifetime: ");
    if (conf->life_kb == LIFE_KB_OFF)
        out_text(c->out, "kilobytes disabled");
    else
        out_printf(c->out, "%u kilobytes", conf->life_kb);
    out_printf(c->out, "/%u seconds\n", ipsec_conf_life_s(conf));
    return CMD_OK;
}

static enum cmd_result show_idle_time(struct cmd_ctx *c)
{
    const struct ipsec_conf *conf = ipsec_conf(dataplane_ipsec(c->self));

    if (conf->idle_s)
        out_printf(c->out, "Security association idletime: %u seconds\n", conf->idle_s);
    return CMD_OK;
}

static enum cmd_result show_default_set(struct cmd_ctx *c)
{
    print_set(c->out, ipsec_set_find(dataplane_ipsec(c->self), "default"));
    return CMD_OK;
}

static enum cmd_result show_spis(struct cmd_ctx *c)
{
    struct ipsec *ips = dataplane_ipsec(c->self);
    struct ipsec_pair_info p;
    struct ipsec_spi_info s;

    out_text(c->out, "Active SPI table\n     SPI Prot Local Address            Type\n"
                     "  Handle VRF  Remote Address           IDB\n");
    for (size_t at = 0; ipsec_pair_next(ips, 0, &at, &p);) {
        const struct iface *ifc = iface_by_name(dataplane_net(c->self), p.ifname);
        out_printf(c->out, "%8X %s %s %s %08X 0 %s %u\n", p.spi_in, p.transform.proto == PROTO_AH ? "ah" : "esp",
                   IP4(p.local), p.manual ? "manual" : "IKE", p.handle, IP4(p.peer), ifc ? ifc->index : 0);
    }
    if (!cmd_has(c, "detail"))
        return CMD_OK;
    out_text(c->out, "\nTransient SPI table\n     SPI   HANDLE R Time created\n");
    for (size_t at = 0; ipsec_spi_next(ips, &at, &s);)
        out_printf(c->out, "%8X %08X 0 %u\n", s.spi, s.handle, (unsigned)(s.since / US_PER_S));
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 1, "show crypto ipsec transform-set [tag <word:tag>|<word:name>]", show_sets,
       "Crypto transform sets|Transform set tag|Transform set name|Transform set name"),
    DO(EXEC, 1, "show crypto ipsec default transform-set", show_default_set,
       "Show IPSec defaults|Show the default transform set"),
    HELP(EXEC, "show crypto ipsec security-association", "Show parameters for IPSec security associations"),
    DO(EXEC, 1, "show crypto ipsec security-association lifetime", show_lifetime, "Show security association lifetime"),
    DO(EXEC, 1, "show crypto ipsec security-association idle-time", show_idle_time,
       "Show security association idle time"),
    DO(EXEC, 1, "show crypto ipsec spi-lookup [detail=detail]", show_spis,
       "Show the tables of SPIs|Show the SPIs that are reserved too"),
};
const struct cmd_table dp_table_show_sets = CMD_TABLE("dataplane/cmd/cmd_show_sets", rows);
