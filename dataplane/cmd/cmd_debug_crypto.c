/* cmd_debug_crypto.c: debug crypto isakmp|ipsec|engine, their conditions, show crypto debug-condition.
 *
 * The bits are the engines': IKE's for isakmp, ipsec's for the other two; IKE is told of those because it speaks under
 * them too. Conditions only filter what a debug that is on would say, and outlive `undebug all`. */
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/ike_show.h"
#include "dataplane/ipsec/ipsec.h"

static void tell_ike(struct cmd_ctx *c)
{
    const struct ipsec_debug *bits = ipsec_debug_bits(dataplane_ipsec(c->self));

    ike_debug_set(dataplane_ike(c->self), bits->ipsec, bits->engine);
}

static enum cmd_result turn(struct cmd_ctx *c, bool *bit, const char *what, bool on)
{
    *bit = on;
    tell_ike(c);
    out_printf(c->out, "%s debugging is %s\n", what, on ? "on" : "off");
    return CMD_OK;
}

#define ISAKMP(c) ike_debug_isakmp(dataplane_ike((c)->self)), "Crypto ISAKMP"
#define IPSEC(c)  &ipsec_debug_bits(dataplane_ipsec((c)->self))->ipsec, "Crypto IPSEC"
#define ENGINE(c) &ipsec_debug_bits(dataplane_ipsec((c)->self))->engine, "Crypto Engine"

static enum cmd_result debug_isakmp(struct cmd_ctx *c)
{
    return turn(c, ISAKMP(c), !c->no);
}

static enum cmd_result debug_ipsec(struct cmd_ctx *c)
{
    return turn(c, IPSEC(c), !c->no);
}

static enum cmd_result debug_engine(struct cmd_ctx *c)
{
    return turn(c, ENGINE(c), !c->no);
}

static enum cmd_result undebug_isakmp(struct cmd_ctx *c)
{
    return turn(c, ISAKMP(c), false);
}

static enum cmd_result undebug_ipsec(struct cmd_ctx *c)
{
    return turn(c, IPSEC(c), false);
}

static enum cmd_result undebug_engine(struct cmd_ctx *c)
{
    return turn(c, ENGINE(c), false);
}

static enum cmd_result too_many(struct cmd_ctx *c)
{
    out_text(c->out, "% Too many debug conditions\n");
    return CMD_FAIL;
}

static enum cmd_result condition_peer(struct cmd_ctx *c)
{
    uint32_t mask = cmd_has(c, "mask") ? cmd_ip(c, "mask") : 0xFFFFFFFF;

    return ike_condition_peer(dataplane_ike(c->self), cmd_ip(c, "addr"), mask, c->no) ? CMD_OK : too_many(c);
}

static enum cmd_result number(struct cmd_ctx *c, enum ike_condition_kind kind, uint32_t value)
{
    return ike_condition_number(dataplane_ike(c->self), kind, value, c->no) ? CMD_OK : too_many(c);
}

static enum cmd_result condition_connid(struct cmd_ctx *c)
{
    return number(c, IKE_CONDITION_CONNID, (uint32_t)cmd_int(c, "connid"));
}

static enum cmd_result condition_flow(struct cmd_ctx *c)
{
    return number(c, IKE_CONDITION_FLOW, (uint32_t)cmd_int(c, "flowid"));
}

static enum cmd_result condition_spi(struct cmd_ctx *c)
{
    return number(c, IKE_CONDITION_SPI, (uint32_t)cmd_int(c, "spi"));
}

static enum cmd_result condition_local(struct cmd_ctx *c)
{
    return number(c, IKE_CONDITION_LOCAL, cmd_ip(c, "addr"));
}

static enum cmd_result condition_profile(struct cmd_ctx *c)
{
    return ike_condition_profile(dataplane_ike(c->self), cmd_str(c, "name"), c->no) ? CMD_OK : too_many(c);
}

static enum cmd_result condition_hostname(struct cmd_ctx *c)
{
    return ike_condition_name(dataplane_ike(c->self), cmd_str(c, "name"), IKE_CONDITION_HOSTNAME, c->no) ? CMD_OK
                                                                                                         : too_many(c);
}

static enum cmd_result condition_group(struct cmd_ctx *c)
{
    return ike_condition_name(dataplane_ike(c->self), cmd_str(c, "group"), IKE_CONDITION_GROUP, c->no) ? CMD_OK
                                                                                                       : too_many(c);
}

static enum cmd_result condition_user(struct cmd_ctx *c)
{
    return ike_condition_name(dataplane_ike(c->self), cmd_str(c, "user"), IKE_CONDITION_USER, c->no) ? CMD_OK
                                                                                                     : too_many(c);
}

/* Everything is in the global VRF. */
static enum cmd_result vrf(struct cmd_ctx *c, bool inside)
{
    const char *name = cmd_str(c, "vrf");

    if (strcmp(name, "global") != 0) {
        out_printf(c->out, "%% VRF %s does not exist\n", name);
        return CMD_FAIL;
    }
    ike_condition_vrf(dataplane_ike(c->self), inside, !c->no);
    return CMD_OK;
}

static enum cmd_result condition_fvrf(struct cmd_ctx *c)
{
    return vrf(c, false);
}

static enum cmd_result condition_ivrf(struct cmd_ctx *c)
{
    return vrf(c, true);
}

static enum cmd_result condition_reset(struct cmd_ctx *c)
{
    ike_condition_reset(dataplane_ike(c->self));
    return CMD_OK;
}

static enum cmd_result condition_unmatched(struct cmd_ctx *c)
{
    bool isakmp = cmd_has(c, "isakmp"), ipsec = cmd_has(c, "ipsec"), engine = cmd_has(c, "engine"),
         all = !isakmp && !ipsec && !engine;

    ike_condition_unmatched(dataplane_ike(c->self), isakmp || all, ipsec || all, engine || all, !c->no);
    return CMD_OK;
}

static void show_peers(struct out *o, const struct ike_condition_info *i)
{
    bool hosts = false, nets = false;

    for (unsigned k = 0; k < i->npeers; k++)
        if (i->peers[k].mask == 0xFFFFFFFF) {
            out_printf(o, "%s%s", hosts ? " " : "\nIKE peer IP address filters:\n", IP4(i->peers[k].addr));
            hosts = true;
        }
    if (hosts)
        out_text(o, "\n");
    for (int kind = 0; kind < IKE_CONDITION_NAMES; kind++) {
        static const char *const heads[IKE_CONDITION_NAMES] = {
            "\nIKE peer hostname filters:\n", "\nIKE peer group filters:\n", "\nIKE peer username filters:\n"};
        const char *head = heads[kind];
        for (unsigned k = 0; k < i->nhosts; k++)
            if (i->name_kinds[k] == kind) {
                out_printf(o, "%s%s\n", head, i->hosts[k]);
                head = "";
            }
    }
    for (unsigned k = 0; k < i->npeers; k++)
        if (i->peers[k].mask != 0xFFFFFFFF) {
            out_printf(o, "%s%s %s\n", nets ? "" : "\nIKE peer IP subnet filters:\n", IP4(i->peers[k].addr),
                       IP4(i->peers[k].mask));
            nets = true;
        }
}

static void show_numbers(struct out *o, const struct ike_condition_info *i, enum ike_condition_kind kind,
                         const char *title)
{
    for (unsigned k = 0; k < i->numbers[kind].n; k++) {
        uint32_t v = i->numbers[kind].v[k];
        out_text(o, k ? " " : title);
        if (kind == IKE_CONDITION_LOCAL)
            out_text(o, IP4(v));
        else if (kind == IKE_CONDITION_SPI)
            out_printf(o, "0x%X(%u)", v, v);
        else
            out_printf(o, "%u", v);
    }
    if (i->numbers[kind].n)
        out_text(o, "\n");
}

static enum cmd_result show_condition(struct cmd_ctx *c)
{
    static const char *const kinds[] = {"peer",   "connid", "flowid", "spi",      "local",
                                        "isakmp", "fvrf",   "ivrf",   "unmatched"};
    bool on, all = true;
    const struct ike_condition_info *i = ike_conditions(dataplane_ike(c->self), &on);
    struct out *o = c->out;

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        all = all && !cmd_has(c, kinds[k]);
    out_printf(o, "Crypto conditional debug currently is turned %s\n", on ? "ON" : "OFF");
    if (all || cmd_has(c, "unmatched")) {
        out_printf(o, "IKE debug context unmatched flag: %s\n", i->unmatched_isakmp ? "ON" : "OFF");
        out_printf(o, "IPsec debug context unmatched flag: %s\n", i->unmatched_ipsec ? "ON" : "OFF");
        out_printf(o, "Crypto Engine debug context unmatched flag: %s\n", i->unmatched_engine ? "ON" : "OFF");
    }
    if (all || cmd_has(c, "peer"))
        show_peers(o, i);
    if (all || cmd_has(c, "connid"))
        show_numbers(o, i, IKE_CONDITION_CONNID, "\nConnection-id filters:\n");
    if (all || cmd_has(c, "flowid"))
        show_numbers(o, i, IKE_CONDITION_FLOW, "\nFlow-id filters:\n");
    if (all || cmd_has(c, "spi"))
        show_numbers(o, i, IKE_CONDITION_SPI, "\nSPI filters:\n");
    if (all || cmd_has(c, "local"))
        show_numbers(o, i, IKE_CONDITION_LOCAL, "\nLocal IP address filters:\n");
    for (unsigned k = 0; (all || cmd_has(c, "isakmp")) && k < i->nprofiles; k++)
        out_printf(o, "%s%s\n", k ? "" : "\nISAKMP profile filters:\n", i->profiles[k]);
    if (i->fvrf && (all || cmd_has(c, "fvrf")))
        out_text(o, "\nFVRF filters:\nglobal\n");
    if (i->ivrf && (all || cmd_has(c, "ivrf")))
        out_text(o, "\nIVRF filters:\nglobal\n");
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "debug crypto", "Cryptographic subsystem"),
    DO_NO(EXEC, 15, "debug crypto engine", debug_engine, "Crypto Engine Debug"),
    DO_NO(EXEC, 15, "debug crypto ipsec", debug_ipsec, "IPSEC processing"),
    DO_NO(EXEC, 15, "debug crypto isakmp", debug_isakmp, "ISAKMP Key Management"),
    HELP(EXEC, "debug crypto condition", "Define debug condition filters"),
    DO_NO(
        EXEC, 15, "debug crypto condition peer ipv4 <ip:addr> [subnet <mask>]", condition_peer,
        "IKE peer as a filter|IKE peer IPv4 address as a filter|Peer address|Subnet of the peer addresses|Subnet mask"),
    DO_NO(EXEC, 15, "debug crypto condition peer hostname <word:name>", condition_hostname,
          "IKE peer as a filter|IKE peer hostname as a filter|Name that the peer identifies itself by"),
    DO_NO(EXEC, 15, "debug crypto condition peer group <word:group>", condition_group,
          "IKE peer as a filter|IKE peer group as a filter|Group that the peer identifies itself by"),
    DO_NO(EXEC, 15, "debug crypto condition peer username <word:user>", condition_user,
          "IKE peer as a filter|IKE peer username as a filter|User name (user@domain) that the peer identifies itself "
          "by"),
    DO_NO(EXEC, 15, "debug crypto condition connid <connid:1-2147483647> [engine-id <engine:0-255>]", condition_connid,
          "IKE/IPsec connection-id as a filter|Connection id|Engine of the connection|Engine id"),
    DO_NO(EXEC, 15, "debug crypto condition flowid <flowid:1-2147483647> [engine-id <engine:0-255>]", condition_flow,
          "IPsec flow-id as a filter|Flow id|Engine of the flow|Engine id"),
    DO_NO(EXEC, 15, "debug crypto condition spi <spi:256-4294967295>", condition_spi,
          "SPI as a filter|Security parameter index"),
    DO_NO(EXEC, 15, "debug crypto condition local ipv4 <ip:addr>", condition_local,
          "Local address as a filter|IKE local IPv4 address as a filter|Local address"),
    DO_NO(EXEC, 15, "debug crypto condition isakmp profile <word:name>", condition_profile,
          "ISAKMP profile as a filter|ISAKMP profile as a filter|Name of the profile"),
    DO_NO(EXEC, 15, "debug crypto condition fvrf <word:vrf>", condition_fvrf,
          "Front-door VRF as a filter|Name of the VRF: global"),
    DO_NO(EXEC, 15, "debug crypto condition ivrf <word:vrf>", condition_ivrf,
          "Inside VRF as a filter|Name of the VRF: global"),
    DO_NO(EXEC, 15, "debug crypto condition unmatched [isakmp=isakmp|ipsec=ipsec|engine=engine]", condition_unmatched,
          "Output debugs even if no context available|ISAKMP debugs|IPsec debugs|Crypto engine debugs"),
    DO(EXEC, 15, "debug crypto condition reset", condition_reset,
       "Delete all debug filters and turn off conditional debug"),
    HELP(EXEC, "undebug crypto", "Cryptographic subsystem"),
    DO(EXEC, 15, "undebug crypto engine", undebug_engine, "Crypto Engine Debug"),
    DO(EXEC, 15, "undebug crypto ipsec", undebug_ipsec, "IPSEC processing"),
    DO(EXEC, 15, "undebug crypto isakmp", undebug_isakmp, "ISAKMP Key Management"),
    DO(EXEC, 1,
       "show crypto debug-condition "
       "[all|peer=peer|connid=connid|flowid=flowid|spi=spi|local=local|isakmp=isakmp|fvrf=fvrf|ivrf=ivrf|unmatched="
       "unmatched]",
       show_condition,
       "Crypto debug condition filters|All filters|IKE peer filters|Connection id filters|Flow id filters|SPI "
       "filters|Local address "
       "filters|ISAKMP profile filters|FVRF filters|IVRF filters|Flags of debugs without context"),
};
const struct cmd_table dp_table_debug_crypto = CMD_TABLE("dataplane/cmd/cmd_debug_crypto", rows);
