/* replay.c: anti-replay (RFC 4303 section 3.4.3).
 *
 * The window is the `window` numbers that end with the highest authentic one. A packet is looked up before its ICV is
 * computed (a flood of old packets costs no sums) and recorded only after the ICV proved right: a forged number can
 * neither move the window nor burn a number that the peer still has to send. The bits stand in a ring of 64-bit words
 * (the way of RFC 6479): moving on clears the words passed over, nothing is shifted; the ring holds at least one word
 * more than the window, so a word is never both newest and oldest.
 * Numbers are 64 bits here. Of an SA without extended ones they have but 32 and must not go round: 0 is refused, and
 * once the top is 2^32-1 nothing newer exists, so a sender that wrapped is refused as too old until a new SA replaces
 * this one. Of an extended number only the lower half is on the wire; the upper one is what brings it nearest to the
 * window, and the ICV proves the guess. A gap of 2^32 lost packets is not searched for (appendix A2.3 allows that).
 * With the window off every number is taken; the top is kept for `show` and for guessing, which then reckons with the
 * widest window.
 */
#include "dataplane/ipsec/replay.h"

#include <string.h>

void replay_init(struct replay *r, uint32_t window)
{
    memset(r, 0, sizeof *r);
    r->window = window > REPLAY_WINDOW_MAX ? REPLAY_WINDOW_MAX : window;
    while (r->mask * 64 < r->window) /* one word more than it fills */
        r->mask = r->mask << 1 | 1;
}

static uint64_t bit_of(uint64_t seq)
{
    return UINT64_C(1) << (seq & 63);
}

static size_t word_of(const struct replay *r, uint64_t seq)
{
    return (seq >> 6) & r->mask;
}

uint64_t replay_extend(const struct replay *r, uint32_t low)
{
    uint32_t window = r->window ? r->window : REPLAY_WINDOW_MAX;
    uint32_t tl = (uint32_t)r->top, th = (uint32_t)(r->top >> 32), left = tl - window + 1; /* modulo 2^32 */
    if (tl >= window - 1)
        th += low < left; /* the window lies within one round */
    else if (low >= left && th == 0)
        return 0;
    else
        th -= low >= left;
    return (uint64_t)th << 32 | low;
}

enum replay_answer replay_check(const struct replay *r, uint64_t seq)
{
    if (r->window == 0)
        return REPLAY_OK;
    if (seq == 0)
        return REPLAY_ZERO;
    if (seq > r->top)
        return REPLAY_OK;
    if (r->top - seq >= r->window)
        return REPLAY_OLD;
    return r->seen[word_of(r, seq)] & bit_of(seq) ? REPLAY_REPEATED : REPLAY_OK;
}

void replay_advance(struct replay *r, uint64_t seq)
{
    if (seq > r->top) {
        uint64_t words = (seq >> 6) - (r->top >> 6);
        if (words > r->mask)
            words = (uint64_t)r->mask + 1;
        for (uint64_t i = 0; i < words; i++)
            r->seen[((seq >> 6) - i) & r->mask] = 0;
        r->top = seq;
    } else if (r->window == 0 || r->top - seq >= r->window) {
        return; /* outside: the ring may hold another number in its place */
    }
    r->seen[word_of(r, seq)] |= bit_of(seq);
}
