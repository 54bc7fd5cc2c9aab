/* ntp_show.c: NTP as seen from outside: what the shows print, taken from the running associations and the system variables. */
#include <math.h>

#include "dataplane/svc/ntp_local.h"

void ntp_status(const struct ntp *n, struct ntp_status *out)
{
    uint64_t now = loop_now(n->env.loop);
    double age = n->ever ? (double)(now - n->updated) / 1e6 : 0;
    *out = (struct ntp_status){
        .synced = n->peer != NULL && n->stratum < NTP_STRATUM_MAX,
        .stratum = n->stratum,
        .refid = n->refid,
        .reftime = n->reftime,
        .offset = n->offset * 1e3,
        .root_delay = n->root_delay * 1e3,
        .root_disp = (n->root_disp + NTP_PHI * age) * 1e3,
        .peer_disp = n->peer ? n->peer->filter.disp * 1e3 : 0,
        .drift = -n->freq,
        .uptime = n->sock ? (now - n->began) / 10000 : 0,
        .state = n->state,
        .poll = n->peer && n->peer->local ? n->peer->hpoll : n->poll,
        .precision = NTP_PRECISION,
        .updated = n->ever ? (int64_t)((now - n->updated) / US_PER_S) : -1,
    };
}

static bool is_kiss(const struct ntp_assoc *a)
{
    return a->stratum <= 1 || a->stratum >= NTP_STRATUM_MAX;
}

bool ntp_assoc_next(const struct ntp *n, size_t *cursor, struct ntp_assoc_info *out)
{
    const struct ntp_assoc *a = n->assocs;
    for (size_t i = 0; a && i < *cursor; i++)
        a = a->next;
    if (!a)
        return false;
    ++*cursor;
    uint64_t now = loop_now(n->env.loop);
    const struct ntp_filter *f = &a->filter;
    bool sane = a->reach && a->leap != 3 && a->stratum < NTP_STRATUM_MAX;
    *out = (struct ntp_assoc_info){
        .id = a->id,
        .addr = a->conf.addr,
        .refid = a->refid,
        .refid_text = is_kiss(a) || a->local,
        .fate = a->fate,
        .sane = sane,
        .valid = sane && ntp_fit(a, now),
        .stratum = a->stratum,
        .reach = a->reach,
        .version = a->conf.version,
        .minpoll = a->conf.minpoll,
        .maxpoll = a->conf.maxpoll,
        .hpoll = a->hpoll,
        .ppoll = a->ppoll,
        .precision = a->precision,
        .when = a->heard_ever ? (int64_t)((now - a->heard) / US_PER_S) : -1,
        .delay = f->delay * 1e3,
        .offset = f->seen * 1e3,
        .disp = f->disp * 1e3,
        .jitter = f->jitter * 1e3,
        .root_delay = a->root_delay * 1e3,
        .root_disp = a->root_disp * 1e3,
        .distance = ntp_root_distance(a, now) * 1e3,
        .reftime = a->reftime,
        .org = a->org,
        .rec = a->rec,
        .xmt = a->xmt,
        .in = a->in,
        .out = a->out,
        .errors = a->errors,
    };
    for (int i = 0; i < NTP_STAGES; i++) {
        out->filt_delay[i] = f->stage[i].delay * 1e3;
        out->filt_offset[i] = f->stage[i].offset * 1e3;
        out->filt_disp[i] = f->stage[i].disp * 1e3;
    }
    return true;
}
