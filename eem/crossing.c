/* crossing.c: thresholds with hysteresis: a value is sampled; when it crosses the entry the event happens, and not again
 * before the exit is crossed.
 *
 *     armed  -- entry-op entry-val ------------------------------> raised: the event
 *     raised -- exit-op exit-val, exit-time since then, or both -> armed   (exit-event true: the event once more)
 *
 * The sample that crosses the exit value is held against the entry too, unless it was an event itself: where the two overlap (entry-op
 * eq 1, exit-op eq 1) the event happens at every such sample. With neither an exit value nor an exit time it never stops being armed: the event happens at every sample that is
 * beyond the entry. What is compared: the value; its increment since the event last happened, or since the first
 * sample; or its rate: how far samples are apart, averaged over the last average-factor of them (nothing before there
 * are so many). exit-comb says whether one of exit value and exit time is enough (or, the default) or both are needed. */
#include "eem/crossing.h"

#include <inttypes.h>

#include "eem/eem_local.h"

bool crossing_check(const struct event_conf *ev, char why[128])
{
    int64_t n;
    bool has_op = ev->exit_op < EEM_OPS;
    if (!str_int(ev->entry_val, INT64_MIN, INT64_MAX, &n))
        str_copy(why, 128, "entry-val must be an integer");
    else if (ev->exit_val[0] && !str_int(ev->exit_val, INT64_MIN, INT64_MAX, &n))
        str_copy(why, 128, "exit-val must be an integer");
    else if (has_op != (ev->exit_val[0] != '\0'))
        str_copy(why, 128, "exit-op and exit-val belong together");
    else
        return true;
    return false;
}

void crossing_init(struct crossing *c, const struct event_conf *ev)
{
    *c = (struct crossing){.ev = ev};
    (void)str_int(ev->entry_val, INT64_MIN, INT64_MAX, &c->entry);
    (void)str_int(ev->exit_val, INT64_MIN, INT64_MAX, &c->exit);
}

static bool beyond(uint8_t op, int64_t value, int64_t threshold)
{
    switch ((enum eem_op)op) {
    case EEM_GT: return value > threshold;
    case EEM_GE: return value >= threshold;
    case EEM_EQ: return value == threshold;
    case EEM_NE: return value != threshold;
    case EEM_LT: return value < threshold;
    case EEM_LE: return value <= threshold;
    case EEM_OPS: break;
    }
    return false;
}

static int64_t minus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static bool rate_of(const struct crossing *c, int64_t *rate)
{
    uint64_t whole = 0, rest = 0;
    uint32_t n = c->ev->average_factor;
    if (c->nsteps < n)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        whole += c->steps[i] / n;
        rest += c->steps[i] % n;
    }
    whole += rest / n;
    *rate = whole > INT64_MAX ? INT64_MAX : (int64_t)whole;
    return true;
}

static bool meets(const struct crossing *c, uint8_t type, uint8_t op, int64_t value, int64_t threshold)
{
    int64_t rate;
    switch ((enum eem_entry_type)type) {
    case EEM_VALUE: return beyond(op, value, threshold);
    case EEM_INCREMENT: return beyond(op, minus(value, c->base), threshold);
    case EEM_RATE: return rate_of(c, &rate) && beyond(op, rate, threshold);
    }
    return false;
}

static void note(struct crossing *c, int64_t value)
{
    uint32_t n = c->ev->average_factor;
    if (!c->seen) {
        c->base = value;
    } else {
        c->steps[c->at] = value > c->last ? (uint64_t)minus(value, c->last) : (uint64_t)minus(c->last, value);
        c->at = (c->at + 1) % n;
        c->nsteps += c->nsteps < n;
    }
    c->seen = true;
    c->last = value;
}

static bool beyond_exit(const struct crossing *c, int64_t value)
{
    const struct event_conf *ev = c->ev;
    return ev->exit_val[0] && meets(c, ev->exit_type, ev->exit_op, value, c->exit);
}

static bool comes_back(const struct crossing *c, uint64_t now, bool by_value)
{
    const struct event_conf *ev = c->ev;
    bool by_time = ev->exit_time && now - c->raised_at >= ev->exit_time * US_PER_MS;
    if (ev->exit_comb == EEM_EXIT_AND && ev->exit_val[0] && ev->exit_time)
        return by_value && by_time;
    return by_value || by_time;
}

bool crossing_sample(struct crossing *c, uint64_t now, int64_t value, struct crossed *out)
{
    const struct event_conf *ev = c->ev;
    bool back = false;
    note(c, value);
    if (c->raised) {
        bool by_value = beyond_exit(c, value);
        if (!comes_back(c, now, by_value))
            return false;
        c->raised = false;
        back = ev->exit_event;
        if (!back && !by_value)
            return false;
    }
    *out = (struct crossed){.exit = back, .value = value, .delta = minus(value, c->base)};
    if (!back) {
        if (!meets(c, ev->entry_type, ev->entry_op, value, c->entry))
            return false;
        c->raised = ev->exit_val[0] || ev->exit_time;
        c->raised_at = now;
    }
    c->base = value;
    return true;
}

void crossing_describe(const struct event_conf *ev, struct text *out)
{
    static const char *const types[] = {"value", "increment", "rate"};
    text_printf(out, " entry-op {%s} entry-val {%s}", eem_op_names[ev->entry_op % EEM_OPS], ev->entry_val);
    if (ev->entry_type)
        text_printf(out, " entry-type {%s}", types[ev->entry_type % 3]);
    if (ev->exit_comb == EEM_EXIT_AND)
        text_add(out, " exit-comb {and}");
    if (ev->exit_val[0])
        text_printf(out, " exit-op {%s} exit-val {%s}", eem_op_names[ev->exit_op % EEM_OPS], ev->exit_val);
    if (ev->exit_type)
        text_printf(out, " exit-type {%s}", types[ev->exit_type % 3]);
    if (ev->exit_time)
        text_printf(out, " exit-time %llu.%03llu", (unsigned long long)ev->exit_time / 1000,
                    (unsigned long long)ev->exit_time % 1000);
    if (ev->exit_event)
        text_add(out, " exit-event {true}");
    if (ev->average_factor > 1)
        text_printf(out, " average-factor %u", ev->average_factor);
    if (ev->poll)
        text_printf(out, " poll-interval %llu.%03llu", (unsigned long long)ev->poll / 1000,
                    (unsigned long long)ev->poll % 1000);
}
