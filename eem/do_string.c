/* do_string.c: append, and the string family, whose result is $_string_result.
 *
 * Positions count from 0, ranges include both ends, as in Tcl, whose string command this is; a range is a number or a
 * variable. `match` is a glob of the whole string (* ? [a-z] and a backslash before what shall stand for itself), not a
 * regular expression; `compare` gives -1, 0 or 1. Results longer than a variable holds are cut there. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "eem/eem_local.h"
#include "eem/glob.h"
#include "espial/mem.h"

static enum step append(struct run *r, const struct action_conf *a)
{
    const char *name = a->var[0] == '$' ? a->var + 1 : a->var, *old = vars_get(&r->vars, name);
    struct text t = {0};
    text_add(&t, old ? old : "");
    bool ok = run_expand(r, a->text, &t) && run_set(r, name, text_str(&t));
    text_free(&t);
    return ok ? STEP_NEXT : STEP_FAILED;
}

const struct action_kind action_append = {append};

static int lower(char c)
{
    return tolower((unsigned char)c);
}

/* ---- the family. Operands as they stand in the row: text, pattern, more, x. */

struct operands {
    char *a, *b, *c, *d;
};

static bool integer(struct run *r, const char *s, int64_t *out)
{
    if (s && str_int(s, INT64_MIN, INT64_MAX, out))
        return true;
    r->error = "FH_EBADFMT";
    return false;
}

static bool set_int(struct run *r, int64_t v)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, v);
    return run_set(r, "_string_result", text);
}

static bool set_part(struct run *r, const char *s, size_t len)
{
    if (vars_setn(&r->vars, "_string_result", s, len))
        return true;
    r->error = "FH_EMEMORY";
    return false;
}

static void fold(char *s)
{
    for (; s && *s; s++)
        *s = (char)lower(*s);
}

static bool compares(struct run *r, const struct action_conf *a, struct operands *o)
{
    int64_t most = INT64_MAX;
    if (a->more[0] && (!integer(r, o->c, &most) || most < 0))
        return false;
    if (a->flag) {
        fold(o->a);
        fold(o->b);
    }
    int order = most > 65536 ? strcmp(o->a, o->b) : strncmp(o->a, o->b, (size_t)most);
    if (a->kind == EEM_STRING_EQUAL)
        return set_int(r, order == 0);
    return set_int(r, (order > 0) - (order < 0));
}

/* first and last NEEDLE STRING: where, or -1. */
static bool finds(struct run *r, const struct action_conf *a, const struct operands *o)
{
    const char *at = NULL;
    size_t n = strlen(o->a);
    for (const char *s = o->b; n && (s = strstr(s, o->a)); s++) {
        at = s;
        if (a->kind == EEM_STRING_FIRST)
            break;
    }
    return set_int(r, at ? at - o->b : -1);
}

/* Two positions within a string of that length; false: nothing lies between them. "end" is the last. */
static bool span(struct run *r, const struct operands *o, size_t len, size_t *from, size_t *to, bool *any)
{
    int64_t f, t;
    if (!strcmp(o->b, "end"))
        f = (int64_t)len - 1;
    else if (!integer(r, o->b, &f))
        return false;
    if (!strcmp(o->c, "end"))
        t = (int64_t)len - 1;
    else if (!integer(r, o->c, &t))
        return false;
    f = f < 0 ? 0 : f;
    t = t >= (int64_t)len ? (int64_t)len - 1 : t;
    *any = f <= t;
    *from = (size_t)f;
    *to = *any ? (size_t)t : 0;
    return true;
}

static bool ranges(struct run *r, const struct action_conf *a, const struct operands *o)
{
    size_t len = strlen(o->a), from, to;
    bool any;
    if (!span(r, o, len, &from, &to, &any))
        return false;
    if (a->kind == EEM_STRING_RANGE)
        return any ? set_part(r, o->a + from, to - from + 1) : run_set(r, "_string_result", "");
    if (!any)
        return run_set(r, "_string_result", o->a);
    struct text t = {0};
    text_addn(&t, o->a, from);
    text_add(&t, a->x[0] ? o->d : "");
    text_add(&t, o->a + to + 1);
    bool ok = run_set(r, "_string_result", text_str(&t));
    text_free(&t);
    return ok;
}

static bool trims(struct run *r, const struct action_conf *a, const struct operands *o)
{
    const char *chars = a->pattern[0] ? o->b : " \t\r\n\v\f", *s = o->a;
    size_t n = strlen(s);
    if (a->kind != EEM_STRING_TRIMRIGHT) {
        size_t skip = strspn(s, chars);
        s += skip;
        n -= skip;
    }
    while (a->kind != EEM_STRING_TRIMLEFT && n && strchr(chars, s[n - 1]))
        n--;
    return set_part(r, s, n);
}

static bool folds(struct run *r, const struct action_conf *a, struct operands *o)
{
    size_t len = strlen(o->a), from = 0, to = len ? len - 1 : 0;
    bool any = len > 0;
    if (a->pattern[0]) {
        if (!a->more[0]) {
            mem_free(o->c);
            o->c = mem_strdup("end");
        }
        if (!span(r, o, len, &from, &to, &any))
            return false;
    }
    for (size_t i = from; any && i <= to; i++)
        o->a[i] = (char)(a->kind == EEM_STRING_TOUPPER ? toupper((unsigned char)o->a[i]) : lower(o->a[i]));
    return run_set(r, "_string_result", o->a);
}

static bool indexes(struct run *r, const struct operands *o)
{
    size_t len = strlen(o->a);
    int64_t i = (int64_t)len - 1;
    if (strcmp(o->b, "end") && !integer(r, o->b, &i))
        return false;
    return i >= 0 && (uint64_t)i < len ? set_part(r, o->a + i, 1) : run_set(r, "_string_result", "");
}

static bool matches(struct run *r, const struct action_conf *a, struct operands *o)
{
    if (a->flag) {
        fold(o->a);
        fold(o->b);
    }
    return set_int(r, glob_match(o->a, o->b));
}

static bool apply(struct run *r, const struct action_conf *a, struct operands *o)
{
    switch ((enum eem_string)a->kind) {
    case EEM_STRING_COMPARE:
    case EEM_STRING_EQUAL: return compares(r, a, o);
    case EEM_STRING_FIRST:
    case EEM_STRING_LAST: return finds(r, a, o);
    case EEM_STRING_INDEX: return indexes(r, o);
    case EEM_STRING_LENGTH: return set_int(r, (int64_t)strlen(o->a));
    case EEM_STRING_MATCH: return matches(r, a, o);
    case EEM_STRING_RANGE:
    case EEM_STRING_REPLACE: return ranges(r, a, o);
    case EEM_STRING_TOLOWER:
    case EEM_STRING_TOUPPER: return folds(r, a, o);
    case EEM_STRING_TRIM:
    case EEM_STRING_TRIMLEFT:
    case EEM_STRING_TRIMRIGHT: return trims(r, a, o);
    }
    return false;
}

static enum step string(struct run *r, const struct action_conf *a)
{
    struct operands o = {.a = run_value(r, a->text)};
    o.b = o.a ? run_value(r, a->pattern) : NULL;
    o.c = o.b ? run_value(r, a->more) : NULL;
    o.d = o.c ? run_value(r, a->x) : NULL;
    bool ok = o.d && apply(r, a, &o);
    mem_free(o.a);
    mem_free(o.b);
    mem_free(o.c);
    mem_free(o.d);
    return ok ? STEP_NEXT : STEP_FAILED;
}

const struct action_kind action_string = {string};
