/* replay.h: the anti-replay window of one inbound SA (RFC 4303 section 3.4.3). */
#ifndef DATAPLANE_IPSEC_REPLAY_H
#define DATAPLANE_IPSEC_REPLAY_H

#include <stdint.h>

#include "espial/mem.h"

#define REPLAY_WINDOW_MAX 1024
#define REPLAY_WORDS      32 /* a power of two above REPLAY_WINDOW_MAX / 64 */
struct replay {
    uint64_t top;    /* highest authentic sequence number; 0 none yet */
    uint32_t window; /* packets; 0: no check */
    uint32_t mask;   /* words of the ring that are in use, less one: a power of two, as few as the window needs */
    uint64_t seen[REPLAY_WORDS];
};
enum replay_answer {
    REPLAY_OK,
    REPLAY_ZERO, /* 0 is never sent; the peer's counter went round */
    REPLAY_OLD,  /* left of the window */
    REPLAY_REPEATED,
};
/* window: 0, or 32 to 1024. */
void replay_init(struct replay *r, uint32_t window);
/* The whole of an extended number whose lower half came in a packet: the one nearest to the window (RFC 4303 appendix
 * A2.2). 0: it would be before the first. */
uint64_t replay_extend(const struct replay *r, uint32_t low);
/* May this number be? Changes nothing: what it says is not yet authenticated. */
MUST_USE enum replay_answer replay_check(const struct replay *r, uint64_t seq);
/* The packet with this number, checked before, is authentic. */
void replay_advance(struct replay *r, uint64_t seq);
#endif
