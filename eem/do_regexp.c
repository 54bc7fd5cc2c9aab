/* do_regexp.c: action regexp: does a text look like a pattern, and what of it stands where.
 *
 *     action L regexp "PATTERN" "INPUT" [MATCH [SUB1 [SUB2 [SUB3]]]]
 *
 * $_regexp_result is 1 or 0. Only when it matches are the variables named behind it set: the whole match, then the
 * groups; a group that took no part is empty. The dialect is Tcl's beside that of event patterns. Patterns are compiled when they are
 * met (they may hold $names); the bounds of regex.h hold, so that a hostile one does not match rather than stall. */
#include <stdint.h>

#include "eem/eem_local.h"
#include "eem/patterns.h"
#include "espial/mem.h"
#include "espial/regex.h"

MSG(BAD_PATTERN, "HA_EM", 3, "FMPD_ERROR", 0, "Invalid regular expression \"%s\": %s");

#define GROUPS 4

static bool keep(struct run *r, const char *name, const char *s, size_t from, size_t to)
{
    if (!name[0])
        return true;
    if (name[0] == '$')
        name++;
    if (vars_setn(&r->vars, name, from == SIZE_MAX ? "" : s + from, from == SIZE_MAX ? 0 : to - from))
        return true;
    r->error = "FH_EMEMORY";
    return false;
}

static bool search(struct run *r, const struct action_conf *a, struct regex *re, const struct text *input)
{
    const char *const names[GROUPS] = {a->var, a->sub1, a->sub2, a->sub3};
    size_t from[GROUPS], to[GROUPS], n = regex_groups(re, text_str(input), input->len, GROUPS, from, to);
    bool ok = run_set(r, "_regexp_result", n ? "1" : "0");
    for (size_t i = 0; ok && n && i < GROUPS; i++)
        ok = keep(r, names[i], text_str(input), i < n ? from[i] : SIZE_MAX, i < n ? to[i] : SIZE_MAX);
    return ok;
}

static enum step perform(struct run *r, const struct action_conf *a)
{
    struct text input = {0};
    char why[128], *pattern = run_value(r, a->pattern);
    bool ok = pattern && run_expand(r, a->text, &input);
    if (ok) {
        struct regex *re = pattern_compile(pattern, REGEX_TCL, why);
        if (!re)
            msg_post(r->eem->env.log, &BAD_PATTERN, pattern, why);
        ok = re && search(r, a, re, &input);
        if (re && regex_gave_up(re))
            pattern_gave_up(r->eem, r->applet->conf.name);
        regex_free(re);
    }
    text_free(&input);
    mem_free(pattern);
    return ok ? STEP_NEXT : STEP_FAILED;
}

const struct action_kind action_regexp = {perform};
