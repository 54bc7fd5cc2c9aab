/* ntp_filter.c: the clock filter (RFC 5905 section 10): of the last eight samples of a server the one that can err least is the best witness: an offset is wrong by
 * at most half the delay, plus what the clock may have drifted since. (The RFC sorts by delay alone; by distance, as here and in later programs, a lucky sample of
 * hours ago does not stand in the way of new ones.)
 *
 * Samples grow old: their dispersion rises by PHI a second. One that never came counts as MAXDISP. The dispersion of the whole is the sum over the samples in that
 * order, each at half the weight of the one before, so it takes four answers until a new server can be believed. A sample is used once, and none that is older than
 * the one used last (that is why a slow answer changes nothing); one far beyond the jitter is suppressed unless a second says the same.
 *
 * Offsets are kept as if every correction made were done at once: one that the clock is still working off is taken off a new sample by who adds it, and a new
 * correction is taken off all samples, so that old and new ones of several servers can be compared at any time. */
#include <math.h>

#include "dataplane/svc/ntp_local.h"

#define SPIKE_GATE 3.0

void ntp_filter_clear(struct ntp_filter *f, uint64_t now)
{
    *f = (struct ntp_filter){.aged = now, .used = 0};
    for (int i = 0; i < NTP_STAGES; i++)
        f->stage[i] = (struct ntp_sample){.disp = NTP_MAXDISP, .at = now};
    f->disp = NTP_MAXDISP * (1 - 1.0 / 256);
    f->jitter = ldexp(1, NTP_PRECISION);
}

static double rank(const struct ntp_sample *s)
{
    return s->disp >= NTP_MAXDISP ? NTP_MAXDISP : s->delay / 2 + s->disp;
}

bool ntp_filter_add(struct ntp_filter *f, uint64_t now, double offset, double delay, double disp, double poll_s)
{
    const struct ntp_sample *order[NTP_STAGES];
    double age = NTP_PHI * (double)(now - f->aged) / 1e6;
    unsigned valid = 0;

    f->aged = now;
    for (int i = NTP_STAGES - 1; i > 0; i--) {
        f->stage[i] = f->stage[i - 1];
        f->stage[i].disp = fmin(f->stage[i].disp + age, NTP_MAXDISP);
    }
    f->stage[0] = (struct ntp_sample){.offset = offset, .delay = delay, .disp = disp, .at = now};
    for (int i = 0; i < NTP_STAGES; i++) {
        int k = i;
        for (; k > 0 && rank(order[k - 1]) > rank(&f->stage[i]); k--)
            order[k] = order[k - 1];
        order[k] = &f->stage[i];
        valid += f->stage[i].disp < NTP_MAXDISP;
    }
    const struct ntp_sample *best = order[0];
    double sum = 0, squares = 0;
    for (int i = NTP_STAGES - 1; i >= 0; i--) {
        sum = (sum + order[i]->disp) / 2;
        if ((unsigned)i < valid)
            squares += (order[i]->offset - best->offset) * (order[i]->offset - best->offset);
    }
    f->disp = sum;
    if (!valid)
        return false;
    double before = f->jitter;
    f->jitter = fmax(valid > 1 ? sqrt(squares / (valid - 1)) : 0, ldexp(1, NTP_PRECISION));
    if (f->used && best->at <= f->used)
        return false;
    if (f->used && valid > 1 && fabs(best->offset - f->offset) > SPIKE_GATE * fmax(before, f->jitter) &&
        (double)(best->at - f->used) / 1e6 < 2 * poll_s)
        return false;
    f->used = best->at ? best->at : 1;
    f->offset = f->seen = best->offset;
    f->delay = best->delay;
    return true;
}

void ntp_filter_corrected(struct ntp_filter *f, double offset)
{
    f->offset -= offset;
    for (int i = 0; i < NTP_STAGES; i++)
        if (f->stage[i].disp < NTP_MAXDISP)
            f->stage[i].offset -= offset;
}
