/* cmd_debug_crypto.c: debug crypto isakmp|ipsec|engine, their conditions, show crypto debug-condition.
 *
 * The bits are the engines': IKE's for isakmp, ipsec's for the other two; IKE is told of those because it speaks under
 * them too. Conditions only filter what a debug that is on would say, and outlive `undebug all`. */
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

static enum cmd_result condition_connid(struct cmd_ctx *c)
{
    return ike_condition_connid(dataplane_ike(c->self), (uint32_t)cmd_int(c, "connid"), c->no) ? CMD_OK : too_many(c);
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

static enum cmd_result show_condition(struct cmd_ctx *c)
{
    struct ike_condition_info i;

    ike_condition_get(dataplane_ike(c->self), &i);
    out_printf(c->out, "Crypto conditional debug currently is turned %s\n", i.npeers || i.nconnids ? "ON" : "OFF");
    out_printf(c->out, "IKE debug context unmatched flag: %s\n", i.unmatched_isakmp ? "ON" : "OFF");
    out_printf(c->out, "IPsec debug context unmatched flag: %s\n", i.unmatched_ipsec ? "ON" : "OFF");
    out_printf(c->out, "Crypto Engine debug context unmatched flag: %s\n", i.unmatched_engine ? "ON" : "OFF");
    if (i.npeers)
        out_text(c->out, "\nIKE peer IP address filters:\n");
    for (unsigned k = 0; k < i.npeers; k++) {
        if (i.peers[k].mask == 0xFFFFFFFF)
            out_printf(c->out, "%s\n", IP4(i.peers[k].addr));
        else
            out_printf(c->out, "%s subnet %s\n", IP4(i.peers[k].addr), IP4(i.peers[k].mask));
    }
    if (i.nconnids)
        out_text(c->out, "\nConnection-id filters:\n");
    for (unsigned k = 0; k < i.nconnids; k++)
        out_printf(c->out, "connid %u\n", i.connids[k]);
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
    DO_NO(EXEC, 15, "debug crypto condition connid <connid:1-2147483647> [engine-id <engine:0-255>]", condition_connid,
          "IKE/IPsec connection-id as a filter|Connection id|Engine of the connection|Engine id"),
    DO_NO(EXEC, 15, "debug crypto condition unmatched [isakmp=isakmp|ipsec=ipsec|engine=engine]", condition_unmatched,
          "Output debugs even if no context available|ISAKMP debugs|IPsec debugs|Crypto engine debugs"),
    DO(EXEC, 15, "debug crypto condition reset", condition_reset,
       "Delete all debug filters and turn off conditional debug"),
    HELP(EXEC, "undebug crypto", "Cryptographic subsystem"),
    DO(EXEC, 15, "undebug crypto engine", undebug_engine, "Crypto Engine Debug"),
    DO(EXEC, 15, "undebug crypto ipsec", undebug_ipsec, "IPSEC processing"),
    DO(EXEC, 15, "undebug crypto isakmp", undebug_isakmp, "ISAKMP Key Management"),
    DO(EXEC, 1, "show crypto debug-condition", show_condition, "Crypto debug condition filters"),
};
const struct cmd_table dp_table_debug_crypto = CMD_TABLE("dataplane/cmd/cmd_debug_crypto", rows);
