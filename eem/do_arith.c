/* do_arith.c: increment, decrement (a variable by itself), add, subtract, multiply, divide (two values into $_result).
 *
 * Numbers are long integers. What does not fit, a division by 0 and an operand that is no integer fail with FH_EBADFMT;
 * division rounds towards zero and leaves what is over in $_remainder. */
#include <inttypes.h>
#include <stdio.h>

#include "eem/eem_local.h"
#include "espial/mem.h"

static bool set_number(struct run *r, const char *name, int64_t v)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, v);
    return run_set(r, name, text);
}

static bool any_number(struct run *r, const char *in, int64_t *out)
{
    return run_number(r, in, INT64_MIN, INT64_MAX, out);
}

/* The result does not fit, or is that of a division by 0. */
static enum step too_big(struct run *r, const char *operand)
{
    run_bad_operand(r, "one whose result is an integer of 64 bits", operand);
    return STEP_FAILED;
}

/* "x" and "$x" both name the variable. */
static enum step change(struct run *r, const struct action_conf *a, bool up)
{
    char name[EEM_NAME_MAX + 2];
    int64_t old, by = 1, v;
    snprintf(name, sizeof name, "$%s", a->var[0] == '$' ? a->var + 1 : a->var);
    if (!any_number(r, name, &old) || (a->text[0] && !any_number(r, a->text, &by)))
        return STEP_FAILED;
    if (up ? __builtin_add_overflow(old, by, &v) : __builtin_sub_overflow(old, by, &v))
        return too_big(r, a->text[0] ? a->text : "1");
    return set_number(r, name + 1, v) ? STEP_NEXT : STEP_FAILED;
}

static enum step increment(struct run *r, const struct action_conf *a)
{
    return change(r, a, true);
}

static enum step decrement(struct run *r, const struct action_conf *a)
{
    return change(r, a, false);
}

static enum step two(struct run *r, const struct action_conf *a)
{
    int64_t x, y, v = 0;
    bool over = false;
    if (!any_number(r, a->text, &x) || !any_number(r, a->pattern, &y))
        return STEP_FAILED;
    switch (a->verb) {
    case ACTION_ADD: over = __builtin_add_overflow(x, y, &v); break;
    case ACTION_SUBTRACT: over = __builtin_sub_overflow(x, y, &v); break;
    case ACTION_MULTIPLY: over = __builtin_mul_overflow(x, y, &v); break;
    default:
        over = y == 0 || (x == INT64_MIN && y == -1);
        if (!over) {
            v = x / y;
            if (!set_number(r, "_remainder", x % y))
                return STEP_FAILED;
        }
    }
    if (over)
        return too_big(r, a->pattern);
    return set_number(r, "_result", v) ? STEP_NEXT : STEP_FAILED;
}

const struct action_kind action_increment = {increment}, action_decrement = {decrement}, action_add = {two},
                         action_subtract = {two}, action_multiply = {two}, action_divide = {two};
