/* A ring of the last errors of one version of IKE, under `crypto isakmp diagnose error` and `crypto ikev2 diagnose
 * error`. What an unknown sender can cause is as good an error as any other: the ring bounds it, and the same error
 * again only counts up the newest entry. The engines decide what an error is: whatever they would say as one under
 * debug. */
#include "dataplane/ike/errors.h"

#include <string.h>

#include "espial/mem.h"
#include "espial/text.h"

void ike_errors_fini(struct ike_errors *e)
{
    mem_free(e->v);
    *e = (struct ike_errors){0};
}

void ike_errors_clear(struct ike_errors *e)
{
    e->n = e->next = e->dropped = 0;
}

void ike_errors_add(struct ike_errors *e, unsigned max, uint32_t peer, const char *text)
{
    if (max != e->cap) {
        ike_errors_fini(e);
        e->v = max ? mem_array(max, sizeof *e->v) : NULL;
        e->cap = max;
    }
    if (!max)
        return;
    struct ike_error *newest = e->n ? &e->v[(e->next + max - 1) % max] : NULL;
    if (!newest || newest->peer != peer || strncmp(newest->text, text, sizeof newest->text - 1) != 0) {
        newest = &e->v[e->next];
        *newest = (struct ike_error){.peer = peer};
        str_copy(newest->text, sizeof newest->text, text);
        e->next = (e->next + 1) % max;
        if (e->n < max)
            e->n++;
        else
            e->dropped++;
    }
    newest->count++;
}

const struct ike_error *ike_errors_next(const struct ike_errors *e, size_t *cursor)
{
    if (*cursor >= e->n)
        return NULL;
    return &e->v[(e->next + 2 * e->cap - 1 - (*cursor)++) % e->cap];
}
