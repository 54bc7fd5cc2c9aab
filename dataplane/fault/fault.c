/* fault.c: which named defects are on, and when each strikes.
 *
 * A defect is asked about at each occasion (a packet, an installation, a message). Counting begins when it is switched
 * on; `every 3` strikes at the third, sixth, ... occasion, a percentage is drawn for each from the router's own chance,
 * so that a seed repeats it, and both may stand together. Nothing is saved: a reload ends them all. Not here: what a
 * strike means; that is written where the decision is made. */
#include "dataplane/fault/fault.h"

#include <strings.h>

#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/rand.h"

struct faults {
    struct rnd *rnd;
    struct {
        struct fault_conf conf;
        uint64_t occasions, strikes;
    } v[FAULTS];
};

static const struct fault_row rows[FAULTS] = {
#define FAULT(id, bug, window_ms, text) [id] = {bug, window_ms, text},
#include "dataplane/fault/fault.def"
#undef FAULT
};

const struct fault_row *fault_row(enum fault_id id)
{
    return &rows[id];
}

bool fault_find(const char *bug, enum fault_id *out)
{
    for (unsigned i = 0; i < FAULTS; i++)
        if (!strcasecmp(rows[i].bug, bug)) {
            *out = (enum fault_id)i;
            return true;
        }
    return false;
}

struct faults *faults_new(struct rnd *rnd)
{
    struct faults *f = NEW(struct faults);
    f->rnd = rnd;
    return f;
}

void faults_free(struct faults *f)
{
    mem_free(f);
}

void fault_set(struct faults *f, enum fault_id id, const struct fault_conf *c)
{
    f->v[id].conf = *c;
    f->v[id].occasions = f->v[id].strikes = 0;
}

const struct fault_conf *fault_conf(const struct faults *f, enum fault_id id)
{
    return &f->v[id].conf;
}

bool fault_on(const struct faults *f, enum fault_id id)
{
    return f && f->v[id].conf.on;
}

bool fault_strikes(struct faults *f, enum fault_id id, uint32_t load)
{
    if (!fault_on(f, id))
        return false;
    const struct fault_conf *c = &f->v[id].conf;
    uint64_t n = ++f->v[id].occasions;
    if ((c->threshold && load <= c->threshold) || (c->every && n % c->every) ||
        (c->percent < 100 && rnd_u32(f->rnd) % 100 >= c->percent))
        return false;
    f->v[id].strikes++;
    return true;
}

uint64_t fault_window_us(const struct faults *f, enum fault_id id)
{
    return f ? f->v[id].conf.window_ms * US_PER_MS : 0;
}

void fault_counts(const struct faults *f, enum fault_id id, uint64_t *occasions, uint64_t *strikes)
{
    *occasions = f->v[id].occasions;
    *strikes = f->v[id].strikes;
}
