/* do_state.c: what outlives a run: counters, saved variables (context) and tracked objects.
 *
 *     counter name N op {nop|set|inc|dec} value V        $_counter_value_remain
 *     context save key K variable PATTERN                the variables that fit the glob are kept under the key
 *     context retrieve key K [variable PATTERN]          they are set again, and no longer kept
 *     track read N                                       $_track_state: up or down
 *     track set N state {up|down}                        of a stub object; else FMPD_ACTION_NOTRACK
 *
 * Saved variables are those of the run, not of the environment; at most CONTEXTS_MAX keys are kept, the router's life
 * long. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "eem/counters.h"
#include "eem/eem_local.h"
#include "eem/glob.h"
#include "espial/mem.h"

MSG(NOTRACK, "HA_EM", 3, "FMPD_ACTION_NOTRACK", 0, "fh_set_track_state: Cannot set the state of tracked object %u: %s");

#define CONTEXTS_MAX 256

static enum step counter(struct run *r, const struct action_conf *a)
{
    int64_t by = 0;
    int32_t left;
    char *name = run_value(r, a->text), text[16];
    bool ok = name && (!a->pattern[0] || run_number(r, a->pattern, INT32_MIN, INT32_MAX, &by));
    if (ok && !counter_apply(r->eem, name, a->kind, (int32_t)by, &left)) {
        r->error = "FH_EMEMORY";
        ok = false;
    }
    mem_free(name);
    if (!ok)
        return STEP_FAILED;
    snprintf(text, sizeof text, "%" PRId32, left);
    return run_set(r, "_counter_value_remain", text) ? STEP_NEXT : STEP_FAILED;
}

const struct action_kind action_counter = {counter};

static struct context *context_of(struct eem *e, const char *key, bool make)
{
    for (size_t i = 0; i < e->ncontexts; i++)
        if (!strcmp(e->contexts[i].key, key))
            return &e->contexts[i];
    if (!make || e->ncontexts == CONTEXTS_MAX)
        return NULL;
    e->contexts = mem_resize(e->contexts, e->ncontexts + 1, sizeof *e->contexts);
    struct context *c = &e->contexts[e->ncontexts++];
    *c = (struct context){.key = mem_strdup(key)};
    return c;
}

static void context_drop(struct eem *e, struct context *c)
{
    mem_free(c->key);
    vars_free(&c->vars);
    *c = e->contexts[--e->ncontexts];
}

void contexts_free(struct eem *e)
{
    while (e->ncontexts)
        context_drop(e, &e->contexts[0]);
    mem_free(e->contexts);
}

static bool copy_fitting(struct vars *to, const struct vars *from, const char *glob)
{
    for (size_t i = 0; i < from->n; i++)
        if (glob_match(glob, from->v[i].name) && !vars_set(to, from->v[i].name, from->v[i].value))
            return false;
    return true;
}

static enum step context(struct run *r, const struct action_conf *a)
{
    char *key = run_value(r, a->text);
    if (!key)
        return STEP_FAILED;
    struct context *c = context_of(r->eem, key, a->kind == EEM_CONTEXT_SAVE);
    const char *glob = a->pattern[0] ? a->pattern : "*";
    bool ok = c != NULL;
    r->error = a->kind == EEM_CONTEXT_SAVE ? "FH_EMEMORY" : "FH_ENOENT";
    if (ok && a->kind == EEM_CONTEXT_SAVE) {
        ok = copy_fitting(&c->vars, &r->vars, glob);
    } else if (ok) {
        ok = copy_fitting(&r->vars, &c->vars, glob);
        context_drop(r->eem, c);
    }
    if (ok)
        r->error = NULL;
    mem_free(key);
    return ok ? STEP_NEXT : STEP_FAILED;
}

const struct action_kind action_context = {context};

static enum step track(struct run *r, const struct action_conf *a)
{
    const struct eem_env *env = &r->eem->env;
    bool up = a->kind == EEM_TRACK_SET_UP;
    if (a->kind == EEM_TRACK_READ) {
        if (!env->track_get || !env->track_get(env->arg, a->number, &up)) {
            r->error = "FH_ENOTRACK";
            return STEP_FAILED;
        }
    } else if (!env->track_set || !env->track_set(env->arg, a->number, up)) {
        bool there = env->track_get && env->track_get(env->arg, a->number, &up);
        msg_post(r->eem->env.log, &NOTRACK, a->number, there ? "it is not a stub-object" : "there is no such object");
        r->error = "FH_ENOTRACK";
        return STEP_FAILED;
    }
    return run_set(r, "_track_state", up ? "up" : "down") ? STEP_NEXT : STEP_FAILED;
}

const struct action_kind action_track = {track};
