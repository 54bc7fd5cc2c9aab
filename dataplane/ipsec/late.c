/* late.c: what named defects (dataplane/fault) make happen later than it should: an inbound SA that reaches the data
 * plane some time after its installation. Without a defect nothing is ever here. A pair that is gone by then is left
 * alone; at most LATE_MAX wait, further ones happen at once. */
#include "dataplane/ipsec/ipsec_local.h"

#define LATE_MAX 1024

struct late {
    struct ipsec *ips;
    uint32_t pair;
    struct timer timer;
    struct late *next;
};

static void on_late(void *arg)
{
    struct late *l = arg;
    struct ipsec *ips = l->ips;
    struct sa_pair *sa = table_find(ips->by_id, &l->pair);
    struct late **at = &ips->late;

    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    ips->nlate--;
    mem_free(l);
    if (sa)
        pair_program(sa);
}

bool late_add(struct ipsec *ips, uint32_t pair, uint64_t after_us)
{
    if (!after_us || ips->nlate >= LATE_MAX)
        return false;
    struct late *l = NEW(struct late);
    *l = (struct late){.ips = ips, .pair = pair, .next = ips->late};
    timer_init(&l->timer, ips->env.loop, on_late, l);
    timer_set(&l->timer, after_us);
    ips->late = l;
    ips->nlate++;
    return true;
}

void late_fini(struct ipsec *ips)
{
    while (ips->late) {
        struct late *l = ips->late;
        ips->late = l->next;
        timer_clear(&l->timer);
        mem_free(l);
    }
    ips->nlate = 0;
}
