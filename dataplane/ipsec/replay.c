/* replay.c: anti-replay (RFC 4303 section 3.4.3).
 *
 * The window is the `window` numbers that end with the highest authentic one. A packet is looked up before its ICV is
 * computed (a flood of old packets costs no sums) and recorded only after the ICV proved right: a forged number can
 * neither move the window nor burn a number that the peer still has to send. The bits stand in a ring of 64-bit words
 * (the way of RFC 6479): moving on clears the words passed over, nothing is shifted; the ring holds at least one word
 * more than the window, so a word is never both newest and oldest.
 * Numbers are 32 bits and must not go round (extended numbers are not negotiated): 0 is refused, and once the top is
 * 2^32-1 nothing newer exists, so a sender that wrapped is refused as too old until a new SA replaces this one. With
 * the window off every number but 0 is taken; the top is kept for `show`.
 */
#include "dataplane/ipsec/replay.h"

#include <string.h>

void replay_init(struct replay *r, uint32_t window)
{
    memset(r, 0, sizeof *r);
    r->window = window > REPLAY_WINDOW_MAX ? REPLAY_WINDOW_MAX : window;
}

static uint64_t bit_of(uint32_t seq)
{
    return UINT64_C(1) << (seq & 63);
}

static size_t word_of(uint32_t seq)
{
    return (seq >> 6) & (REPLAY_WORDS - 1);
}

enum replay_answer replay_check(const struct replay *r, uint32_t seq)
{
    if (seq == 0)
        return REPLAY_ZERO;
    if (seq > r->top || r->window == 0)
        return REPLAY_OK;
    if (r->top - seq >= r->window)
        return REPLAY_OLD;
    return r->seen[word_of(seq)] & bit_of(seq) ? REPLAY_REPEATED : REPLAY_OK;
}

void replay_advance(struct replay *r, uint32_t seq)
{
    if (seq > r->top) {
        uint32_t words = (seq >> 6) - (r->top >> 6);
        if (words > REPLAY_WORDS)
            words = REPLAY_WORDS;
        for (uint32_t i = 0; i < words; i++)
            r->seen[((seq >> 6) - i) & (REPLAY_WORDS - 1)] = 0;
        r->top = seq;
    } else if (r->window == 0 || r->top - seq >= r->window) {
        return; /* outside: the ring may hold another number in its place */
    }
    r->seen[word_of(seq)] |= bit_of(seq);
}
