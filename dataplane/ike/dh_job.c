/* Diffie-Hellman on its way through struct work: one exchange's private value, the public one to send, and the shared
 * one to key with.
 *
 * The job is embedded in the scratch of the exchange. While it runs elsewhere it may touch only itself; the exchange
 * takes no further message until `then` comes back on the loop. When the exchange ends first, dh_job_end waits for the
 * running sum, forgets it and wipes. */
#include <string.h>

#include "dataplane/ike/engine.h"

void dh_job_begin(struct dh_job *j, struct ike *ike, unsigned group)
{
    j->ike = ike;
    j->counts = NULL;
    j->took = NULL;
    j->dh = dh_new(group, ike->env.rnd);
}

static void compute(void *arg)
{
    struct dh_job *j = arg;

    struct loop *loop = j->ike->env.loop; /* its clock may be read from everywhere */

    j->ok = true;
    uint64_t began = j->took ? loop_now(loop) : 0;
    if (j->want_public)
        dh_compute_public(j->dh);
    uint64_t between = j->took ? loop_now(loop) : 0;
    if (j->want_shared)
        j->ok = dh_compute_shared(j->dh, j->peer, j->peer_len, &j->shared);
    j->public_us = between - began;
    j->shared_us = j->took ? loop_now(loop) - between : 0;
}

static void computed(void *arg)
{
    struct dh_job *j = arg;

    struct ike_work *w = &j->ike->worked;

    j->running = NULL;
    w->dh_running--;
    w->dh_public += j->want_public;
    w->dh_shared += j->want_shared && j->ok;
    w->dh_failed += !j->ok;
    if (j->counts) {
        j->counts->made_public += j->want_public;
        j->counts->made_shared += j->want_shared && j->ok;
        j->counts->failed += !j->ok;
    }
    if (j->took)
        j->took(j->took_arg, j->took_row, j->want_public ? j->public_us : UINT64_MAX,
                j->want_shared ? j->shared_us : UINT64_MAX, loop_now(j->ike->env.loop) - j->since);
    j->then(j->arg, j->ok);
}

void dh_job_run(struct dh_job *j, bool make_public, const uint8_t *peer, size_t peer_len,
                void (*then)(void *arg, bool ok), void *arg)
{
    j->want_public = make_public;
    j->want_shared = peer != NULL;
    if (peer) {
        j->peer_len = peer_len < sizeof j->peer ? peer_len : sizeof j->peer;
        memcpy(j->peer, peer, j->peer_len);
    }
    j->since = loop_now(j->ike->env.loop);
    j->then = then;
    j->arg = arg;
    j->ike->worked.dh_running++;
    j->ike->worked.dh_made++;
    j->running = work_run(j->ike->env.work, compute, j, computed);
}

void dh_job_end(struct dh_job *j)
{
    if (j->running) {
        work_cancel(j->ike->env.work, j->running);
        j->ike->worked.dh_running--;
    }
    j->running = NULL;
    dh_free(j->dh);
    j->dh = NULL;
    key_wipe(&j->shared);
}
