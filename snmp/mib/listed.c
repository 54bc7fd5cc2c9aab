/* listed.c: a table over a list (listed.h). Two entries of one index are one entry, the first. */
#include "snmp/mib/listed.h"

bool listed_behind(struct snmp *s, listed_fn *each, void *entry, struct mib_index *at)
{
    struct mib_index best = {.n = 0}, here = {.n = 0};
    for (size_t cursor = 0; each(s, &cursor, entry, &here);)
        mib_least(&best, &here, at);
    if (best.n)
        *at = best;
    return best.n != 0;
}

bool listed_at(struct snmp *s, listed_fn *each, void *entry, const struct mib_index *at)
{
    struct mib_index here = {.n = 0};
    for (size_t cursor = 0; each(s, &cursor, entry, &here);)
        if (here.n && !mib_compare(here.v, here.n, at->v, at->n))
            return true;
    return false;
}

bool listed_lock(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)self, (void)row, (void)at;
    out->num = 0;
    return true;
}
