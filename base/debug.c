/* debug.c: the registry of debug bits behind `show debug` and `undebug all`.
 *
 * An engine owns its bits (one bool each, tested before a debug line is made) and hands their addresses over once. The
 * registry keeps the items of one subsystem next to each other, so that a listing is a single walk that prints a
 * heading whenever the subsystem changes. It has no opinion about conditions (`debug crypto condition`): they only
 * filter, and `undebug all` leaves them, as on IOS.
 */
#include "espial/debug.h"

#include <string.h>

#include "espial/mem.h"

struct entry {
    struct debug_item item;
    const void *owner;
};
struct hook {
    void (*fn)(void *arg, bool on);
    void *arg;
};
struct debug_registry {
    struct entry *v;
    size_t n;
    struct hook *hooks;
    size_t nhooks;
};

struct debug_registry *debug_registry_new(void)
{
    return NEW(struct debug_registry);
}

void debug_registry_free(struct debug_registry *r)
{
    if (!r)
        return;
    mem_free(r->v);
    mem_free(r->hooks);
    mem_free(r);
}

/* Where an item of this subsystem goes: after the last of its kind, else at the end. */
static size_t place_of(const struct debug_registry *r, const char *subsystem)
{
    for (size_t i = r->n; i > 0; i--)
        if (!strcmp(r->v[i - 1].item.subsystem, subsystem))
            return i;
    return r->n;
}

void debug_register(struct debug_registry *r, const struct debug_item *items, size_t n,
                    void (*all_changed)(void *arg, bool on), void *arg)
{
    if (n)
        r->v = mem_resize(r->v, r->n + n, sizeof *r->v);
    for (size_t i = 0; i < n; i++) {
        size_t at = place_of(r, items[i].subsystem);
        memmove(r->v + at + 1, r->v + at, (r->n - at) * sizeof *r->v);
        r->v[at] = (struct entry){.item = items[i], .owner = arg};
        r->n++;
    }
    if (all_changed) {
        r->hooks = mem_resize(r->hooks, r->nhooks + 1, sizeof *r->hooks);
        r->hooks[r->nhooks++] = (struct hook){.fn = all_changed, .arg = arg};
    }
}

void debug_unregister(struct debug_registry *r, const void *arg)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->n; i++)
        if (r->v[i].owner != arg)
            r->v[kept++] = r->v[i];
    r->n = kept;
    kept = 0;
    for (size_t i = 0; i < r->nhooks; i++)
        if (r->hooks[i].arg != arg)
            r->hooks[kept++] = r->hooks[i];
    r->nhooks = kept;
}

void debug_set_all(struct debug_registry *r, bool on)
{
    for (size_t i = 0; i < r->n; i++)
        *r->v[i].item.on = on;
    for (size_t i = 0; i < r->nhooks; i++)
        r->hooks[i].fn(r->hooks[i].arg, on);
}

const struct debug_item *debug_next(const struct debug_registry *r, size_t *cursor)
{
    return *cursor < r->n ? &r->v[(*cursor)++].item : NULL;
}
