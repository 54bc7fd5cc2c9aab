/* ifstate.c: is an interface up? Its link and its line protocol.
 *
 *                       carrier and no shutdown             LINEPROTO_DELAY later
 *   down --------------------------------------> link up -----------------------> up: packets pass
 *    ^   shutdown, or the cable pulled: packets stop at once, %LINK at once, %LINEPROTO after the same delay
 *    +---------------------------------------------------------------------------------------------------
 * A new Ethernet interface first waits LINK_SETTLE for its configuration, so that a startup file with `shutdown` does
 * not make it flap. A loopback is up at once.
 *
 * A tunnel has no carrier: its line protocol is up when it is not shut down and the tunnel floor says so (iface_tunnel),
 * at once both ways. */
#include "dataplane/link/link.h"
#include "dataplane/net/net_local.h"

MSG(MSG_LINK_UPDOWN, "LINK", 3, "UPDOWN", 0, "Interface %s, changed state to %s");
MSG(MSG_LINK_CHANGED, "LINK", 5, "CHANGED", 0, "Interface %s, changed state to %s");
MSG(MSG_LINEPROTO, "LINEPROTO", 5, "UPDOWN", 0, "Line protocol on Interface %s, changed state to %s");

void ifstate_set(struct iface *ifc, bool up)
{
    struct net *net = ifc->net;

    if (ifc->up == up)
        return;
    ifc->up = up;
    ifc->changed_at = loop_now(net->env.loop);
    route_rebuild(net);
    arp_iface_changed(net->arp, ifc);
    net_tell(net, ifc, up ? IFACE_UP : IFACE_DOWN);
}

static void lineproto_settled(void *arg)
{
    struct iface *ifc = arg;
    struct if_local *l = ifc->local;
    bool up = ifc->admin_up && ifc->link_up && (ifc->kind != IFACE_TUNNEL || ifc->line_ok);

    if (l->reported_up != up) {
        l->reported_up = up;
        msg_post(ifc->net->env.log, &MSG_LINEPROTO, ifc->name, up ? "up" : "down");
    }
    ifstate_set(ifc, up);
}

bool iface_no_cable(const struct iface *ifc)
{
    return ifc->kind == IFACE_LOOPBACK || ifc->kind == IFACE_TUNNEL;
}

/* Compare what is asked, and the carrier, with what runs. */
void ifstate_changed(struct iface *ifc)
{
    struct if_local *l = ifc->local;
    struct log *log = ifc->net->env.log;
    bool was_up = ifc->admin_up && ifc->link_up, was_admin = ifc->admin_up, was_link = ifc->link_up;

    if (!l->settled) {
        ifc->admin_up = !ifc->conf->shutdown; /* shown already; told when it settles */
        return;
    }
    ifc->admin_up = !ifc->conf->shutdown;
    ifc->link_up = iface_no_cable(ifc) || (ifc->link && ifc->link->carrier);
    bool up = ifc->admin_up && ifc->link_up;
    ifc->n.lost_carrier += was_link && !ifc->link_up;
    ifc->n.resets += was_admin != ifc->admin_up;
    if (was_admin && !ifc->admin_up)
        msg_post(log, &MSG_LINK_CHANGED, ifc->name, "administratively down");
    else if (up != was_up && (ifc->kind != IFACE_LOOPBACK || !was_admin))
        msg_post(log, &MSG_LINK_UPDOWN, ifc->name, up ? "up" : "down");
    else if (!was_admin && ifc->admin_up)
        msg_post(log, &MSG_LINK_UPDOWN, ifc->name, "down");
    if (!up)
        ifstate_set(ifc, false);
    if (up == l->reported_up && up == ifc->up)
        timer_clear(&l->lineproto);
    else if (up != was_up)
        timer_set(&l->lineproto, LINEPROTO_DELAY_US);
}

static void settled(void *arg)
{
    struct iface *ifc = arg;

    ifc->local->settled = true;
    ifc->admin_up = true; /* until its configuration says otherwise, which ifstate_changed then reports */
    ifstate_changed(ifc);
}

void ifstate_start(struct iface *ifc)
{
    if (iface_no_cable(ifc)) {
        ifc->local->settled = true;
        ifc->admin_up = ifc->link_up = true;
        lineproto_settled(ifc);
    } else {
        timer_set(&ifc->local->settle, LINK_SETTLE_US);
    }
}

void ifstate_init(struct iface *ifc)
{
    struct if_local *l = ifc->local;

    timer_init(&l->settle, ifc->net->env.loop, settled, ifc);
    timer_init(&l->lineproto, ifc->net->env.loop, lineproto_settled, ifc);
}

void ifstate_end(struct iface *ifc)
{
    timer_clear(&ifc->local->settle);
    timer_clear(&ifc->local->lineproto);
}

void iface_tunnel(struct iface *ifc, bool line_ok, uint32_t mtu, uint32_t overhead)
{
    struct if_local *l = ifc->local;
    bool was = ifc->line_ok;

    ifc->line_ok = line_ok;
    ifc->own_mtu = mtu;
    ifc->overhead = overhead;
    iface_mtu(ifc);
    if (line_ok != was && l->settled && !timer_pending(&l->lineproto))
        lineproto_settled(ifc);
    else if (!line_ok)
        ifstate_set(ifc, false);
}
