/* owner.c: whose pairs have been heard, and sent with, and when: what IKE asks for dead peer detection.
 *
 * An owner is whoever negotiated a pair, by a number of IKE's: an IKE SA of IKEv2, a peer of IKEv1. Those of one address are
 * several: two ends behind one translator, both versions of IKE, two profiles. That one of them is heard says nothing of the
 * others (RFC 7296 section 2.4). A record is there while a pair is, and follows the pair to another owner (sad_own). */
#include "dataplane/ipsec/ipsec_local.h"

void owners_init(struct ipsec *ips, uint64_t seed)
{
    ips->owners = table_new(sizeof(uint32_t), seed);
}

void owners_fini(struct ipsec *ips)
{
    table_free(ips->owners);
}

struct ipsec_owner *owner_take(struct ipsec *ips, uint32_t number)
{
    struct ipsec_owner *o = table_find(ips->owners, &number);
    if (!o) {
        o = NEW(struct ipsec_owner);
        o->number = number;
        table_put(ips->owners, &number, o);
    }
    o->pairs++;
    return o;
}

void owner_drop(struct ipsec *ips, struct ipsec_owner *o)
{
    if (--o->pairs)
        return;
    if (o->sends) {
        struct ipsec_owner **at = &ips->sends_head;
        while (*at != o)
            at = &(*at)->next_sends;
        *at = o->next_sends;
    }
    table_remove(ips->owners, &o->number);
    mem_free(o);
}

void owner_sends(struct ipsec *ips, struct ipsec_owner *o, uint32_t local, uint32_t peer)
{
    o->watched = false;
    o->local = local;
    o->peer = peer;
    if (o->sends)
        return;
    o->sends = true;
    o->next_sends = ips->sends_head;
    ips->sends_head = o;
    report_kick(ips);
}

void owners_out(struct ipsec *ips)
{
    while (ips->sends_head) {
        struct ipsec_owner *o = ips->sends_head;
        ips->sends_head = o->next_sends;
        o->sends = false;
        if (ips->up.owner_sends)
            ips->up.owner_sends(ips->up.arg, o->number, o->local, o->peer);
    }
}

void sad_own(struct ipsec *ips, uint32_t id, uint32_t owner)
{
    struct sa_pair *sa = table_find(ips->by_id, &id);
    if (!sa || sa->owner->number == owner)
        return;
    struct ipsec_owner *was = sa->owner;
    sa->owner = owner_take(ips, owner);
    owner_drop(ips, was);
}

void sad_activity(struct ipsec *ips, uint32_t owner, uint64_t *last_in, uint64_t *last_out)
{
    const struct ipsec_owner *o = table_find(ips->owners, &owner);
    *last_in = o ? o->last_in : 0;
    *last_out = o ? o->last_out : 0;
}

void sad_watch(struct ipsec *ips, uint32_t owner)
{
    struct ipsec_owner *o = table_find(ips->owners, &owner);
    if (o)
        o->watched = true;
}
