/* linger.h: how long a loop that is done looks for more before it lets the kernel put it to sleep.
 *
 * To sleep and be woken costs a question that comes right behind the answer to the one before (a walk by get-next, one ping after the other) more than its answer: on a virtual
 * machine some ten microseconds on each side. So a loop that was called again within LINGER_US looks for what it watches that long, yielding the processor between two looks, before it
 * sleeps. As hypervisors poll before they halt a processor: the time grows while sleeps are short, and is none as soon as looking was in vain and the sleep behind it long.
 * A loop that is called less often than each LINGER_US never looks: an idle router costs nothing.
 *
 *   none --a sleep of at most LINGER_US--> LINGER_FIRST_US --another--> twice that ... LINGER_US
 *     ^------------------------- a wait longer than LINGER_US ------------------------------' */
#ifndef BASE_LINGER_H
#define BASE_LINGER_H

#include <stdint.h>

#define LINGER_US       200
#define LINGER_FIRST_US 20

/* What to look for, in us, at the next wait: `was` at the last one, which lasted waited_us from its beginning (looking and sleeping) until something came, and `slept`: it was not found by looking. */
static inline uint32_t linger_next(uint32_t was, uint64_t waited_us, int slept)
{
    if (!slept)
        return was;
    if (waited_us > LINGER_US)
        return 0;
    uint32_t more = was ? 2 * was : LINGER_FIRST_US;
    return more < LINGER_US ? more : LINGER_US;
}
#endif
