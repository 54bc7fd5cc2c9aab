/* turn.c: which pair of a flow is sent with. A pair takes in from its installation on; it is sent with when IKE says so: at once where the peer is known to have it, or
 * later, where that is not known (who began an IKEv1 quick mode: its third message has no answer). Then the former pair goes on being sent with until an authentic packet
 * has come in by the new one, which shows that the peer has it; until the time that IKE gave is over; or until the former one goes, whichever is first.
 * With the defect CSCsl68327 the other end, too, goes on with the former pair, whatever it hears. */
#include "dataplane/ipsec/ipsec_local.h"

#define TURN_LOOK_US (50 * US_PER_MS) /* between two looks at whether the peer was heard */

static void wait(struct sa_pair *sa)
{
    uint64_t left = sa->turn_at - loop_now(sa->ips->env.loop);
    timer_set(&sa->turn, left < TURN_LOOK_US ? left : TURN_LOOK_US);
}

/* Unless a younger one was quicker. */
static void on_turn(void *arg)
{
    struct sa_pair *sa = arg;

    for (const struct sa_pair *o = sa->newer; o; o = o->newer)
        if (o->enabled)
            return;
    if (sa->in.packets || loop_now(sa->ips->env.loop) >= sa->turn_at)
        pair_enable(sa);
    else
        wait(sa);
}

void turn_init(struct sa_pair *sa)
{
    timer_init(&sa->turn, sa->ips->env.loop, on_turn, sa);
}

void sad_enable_outbound_later(struct ipsec *ips, uint32_t id, uint64_t after_us)
{
    struct sa_pair *sa = table_find(ips->by_id, &id);

    if (!sa || sa->enabled)
        return;
    uint64_t blind_us = sa->flow->out && !sa->initiator && fault_strikes(ips->env.faults, FAULT_OLD_FIRST, 0)
                            ? fault_window_us(ips->env.faults, FAULT_OLD_FIRST)
                            : 0;
    sa->turn_at = loop_now(ips->env.loop) + (blind_us ? blind_us : after_us);
    if (blind_us)
        timer_set(&sa->turn, blind_us);
    else if (sa->flow->out && after_us)
        wait(sa);
    else
        pair_enable(sa);
}

void sad_enable_outbound(struct ipsec *ips, uint32_t id)
{
    sad_enable_outbound_later(ips, id, 0);
}

bool sad_heard(struct ipsec *ips, uint32_t id)
{
    const struct sa_pair *sa = table_find(ips->by_id, &id);

    return sa && sa->in.packets;
}

void pair_enable(struct sa_pair *sa)
{
    struct ipsec_flow *f = sa->flow;
    struct ipsec *ips = sa->ips;

    if (sa->enabled)
        return;
    sa->enabled = true;
    timer_clear(&sa->turn);
    if (!f->out)
        f->up_since = loop_now(ips->env.loop);
    f->out = sa;
    dummy_update(ips, f);
    protect_changed(ips, f);
    rri_update(ips, f);
    if (f->group) {
        group_front(f);
        policy_changed(ips); /* packets of its line may now belong to it */
    }
    debug_outbound(sa);
    event_outbound(sa);
}
