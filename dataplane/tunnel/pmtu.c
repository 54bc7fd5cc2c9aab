/* pmtu.c: `tunnel path-mtu-discovery`: what the path to a tunnel's other end carries, learnt from ICMP "fragmentation
 * needed" about GRE packets of ours (RFC 2784 section 3, RFC 1191). DF of the packet inside is copied to the outer
 * header, so that the path can say so; the tunnel's MTU is what then fits, and packets with DF that do not fit get our
 * own error.
 *
 * Such an error is not authentic. It is believed when it quotes GRE between the two ends, with DF, longer than the MTU
 * told, and tells less than what is assumed and no less than min-mtu. It holds for the age timer, then the outgoing
 * interface's MTU is tried again. For protected tunnels ipsec learns (its own pmtu.c): the errors are about ESP. */
#include "dataplane/tunnel/tunnel_local.h"

#include "espial/ip.h"

static void on_icmp(void *arg, const struct icmp_event *ev)
{
    struct tunnels *ts = arg;
    const struct tunnel_ends ends = {ev->orig_src, ev->orig_dst};

    if (ev->type != ICMP_UNREACHABLE || ev->code != ICMP_UNR_FRAG || ev->orig_proto != PROTO_GRE || !ev->orig_df ||
        ev->orig_len <= ev->mtu || !table_find(ts->by_ends, &ends))
        return;
    for (struct iface *ifc = NULL; (ifc = iface_next(ts->env.net, ifc));) {
        struct tunnel *t = ifc->tunnel;
        if (!t || !t->known || t->local != ev->orig_src || t->remote != ev->orig_dst)
            continue;
        const struct tunnel_conf *c = tunnel_conf(t);
        if (!c->pmtud || tunnel_protected(t) || ev->mtu < c->pmtu_min || ev->mtu < tunnel_overhead(t) + 68 ||
            ev->mtu >= t->transport_mtu + tunnel_overhead(t))
            continue;
        t->path_mtu = ev->mtu;
        if (c->pmtu_age)
            timer_set(&t->path_age, c->pmtu_age * 60 * US_PER_S);
        tunnel_dirty(ts);
    }
}

static void on_age(void *arg)
{
    struct tunnel *t = arg;

    t->path_mtu = 0;
    tunnel_dirty(t->ts);
}

void tpmtu_forget(struct tunnel *t)
{
    timer_clear(&t->path_age);
    t->path_mtu = 0;
}

void tpmtu_start(struct tunnel *t)
{
    timer_init(&t->path_age, t->ts->env.loop, on_age, t);
}

void tpmtu_stop(struct tunnel *t)
{
    timer_clear(&t->path_age);
}

void tpmtu_init(struct tunnels *ts)
{
    ts->icmp = (struct icmp_listener){.fn = on_icmp, .arg = ts};
    icmp_listen(ts->env.net, &ts->icmp);
}

void tpmtu_fini(struct tunnels *ts)
{
    icmp_unlisten(ts->env.net, &ts->icmp);
}
