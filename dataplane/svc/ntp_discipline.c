/* ntp_discipline.c: from offsets to a right clock (RFC 5905 section 11.3).
 *
 *   NSET --offset within 128 ms: slew--> CTRL <--within 128 ms: slew--> CTRL
 *     `--beyond: step-------------------> CTRL --beyond 128 ms--> SPIK --it lasted 900 s: step--> CTRL
 *                                                                  `--within again: slew--> CTRL
 *
 * The phase is worked off by clock.h at half a millisecond a second, so between two updates it is gone and what the next one measures is the frequency's error: a
 * quarter of it, over at least 256 s, corrects the frequency (the frequency-locked loop; the RFC's other loop, which lets the phase linger to learn from it, is
 * not needed as our samples are far apart). The first offset corrects no frequency. There is no panic: an operator who configured a server believes it.
 *
 * The poll interval follows the noise (section 11.3's counter): offsets that drown in jitter let it grow, others shrink it. */
#include <math.h>
#include <stdlib.h>

#include "dataplane/svc/ntp_local.h"

#define STEP_THRESHOLD 0.128
#define STEP_OUT_S     900
#define FREQ_GAIN      0.25
#define FREQ_AVERAGE_S 256.0
#define FREQ_MAX       500e-6
enum { POLL_LIMIT = 30, POLL_GATE = 4 };

static void adjust_poll(struct ntp *n, double offset)
{
    if (fabs(offset) < POLL_GATE * n->jitter) {
        n->poll_count += n->poll;
        if (n->poll_count > POLL_LIMIT) {
            n->poll_count = 0;
            n->poll += n->poll < NTP_MAX_POLL;
        }
    } else {
        n->poll_count -= 2 * n->poll;
        if (n->poll_count < -POLL_LIMIT) {
            n->poll_count = 0;
            n->poll -= n->poll > NTP_MIN_POLL;
        }
    }
}

static enum ntp_verdict step(struct ntp *n, double offset)
{
    n->stepping = true;
    clock_set(n->env.clock, clock_wall(n->env.clock) + (int64_t)llround(offset * 1e6), CLOCK_BY_NTP);
    n->stepping = false;
    n->state = NTP_CTRL;
    n->ever = false;
    ntp_clear_all(n, 0x53544550u); /* STEP */
    return NTP_STEPPED;
}

enum ntp_verdict ntp_discipline(struct ntp *n, double offset, uint64_t sample_at)
{
    uint64_t now = loop_now(n->env.loop);
    if (fabs(offset) > STEP_THRESHOLD) {
        if (n->state == NTP_CTRL && n->ever) {
            n->state = NTP_SPIK;
            n->spike_since = now;
            return NTP_IGNORED;
        }
        if (n->state == NTP_SPIK && now - n->spike_since < STEP_OUT_S * US_PER_S)
            return NTP_IGNORED;
        return step(n, offset);
    }
    if (n->ever && sample_at > n->updated) {
        double since = (double)(sample_at - n->updated) / 1e6;
        n->freq += FREQ_GAIN * offset / fmax(since, FREQ_AVERAGE_S);
        n->freq = fmax(-FREQ_MAX, fmin(FREQ_MAX, n->freq));
    }
    clock_steer(n->env.clock, clock_pending(n->env.clock) + (int64_t)llround(offset * 1e6),
                (int64_t)llround(n->freq * 1e9));
    for (struct ntp_assoc *a = n->assocs; a; a = a->next)
        ntp_filter_corrected(&a->filter, offset);
    n->state = NTP_CTRL;
    n->ever = true;
    n->updated = now;
    adjust_poll(n, offset);
    return NTP_SLEWED;
}
