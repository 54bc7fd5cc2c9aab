/* linger.h: how long a loop that is done looks for more before it lets the kernel put it to sleep.
 *
 * To sleep and be woken costs a question that comes right behind the answer to the one before (a walk by get-next, one ping after the other) more than its answer: on a virtual
 * machine some ten microseconds on each side, and a hundred when the processors are given back meanwhile. So a loop that was called again within LINGER_US looks for what it watches
 * that long, yielding the processor between two looks, before it sleeps. As hypervisors poll before they halt a processor: the time grows while sleeps are short, and is none as soon as
 * looking was in vain and the sleep behind it long. A loop that is called less often than each LINGER_US never looks: an idle router costs nothing. Nor does one whose
 * processor somebody else wants: when a yield took LINGER_YIELD_US and there is still nothing, it sleeps at once, and looks no more for LINGER_SHY_US.
 *
 *   none --a sleep of at most LINGER_US--> LINGER_FIRST_US --another--> twice that ... LINGER_US
 *     ^---------------- a wait longer than LINGER_US, or a long yield ------------------' */
#ifndef BASE_LINGER_H
#define BASE_LINGER_H

#include <stdbool.h>
#include <stdint.h>

#define LINGER_US       200
#define LINGER_FIRST_US 20
#define LINGER_YIELD_US 100
#define LINGER_SHY_US   5000

struct linger_state {
    uint32_t us;       /* to look at the next wait */
    uint64_t shy_till; /* steady time, us */
};

/* A wait began and ended (something came) at these steady times, in us; slept: it was not found by looking. */
static inline void linger_waited(struct linger_state *l, uint64_t began, uint64_t ended, bool slept)
{
    if (!slept)
        return;
    uint32_t more = l->us ? 2 * l->us : LINGER_FIRST_US;
    if (ended - began > LINGER_US || ended < l->shy_till)
        l->us = 0;
    else
        l->us = more < LINGER_US ? more : LINGER_US;
}

/* Between two looks somebody else had the processor for LINGER_YIELD_US, and the look behind found nothing: looking ends. */
static inline void linger_gave_way(struct linger_state *l, uint64_t now)
{
    l->us = 0;
    l->shy_till = now + LINGER_SHY_US;
}
#endif
