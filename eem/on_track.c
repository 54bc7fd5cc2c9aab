/* on_track.c: event track: a tracked object went up or down. The same change may be what a correlation with `track N`
 * waited for: trigger.c is told after the events are raised. An object that does not exist yet may be waited for. */
#include "eem/eem_local.h"

void on_track_fact(void *eem, const void *fact)
{
    struct eem *e = eem;
    const struct fact_track *f = fact;
    EEM_WATCHES(w, e, EEM_TRACK)
    {
        if (w->ev->number != f->number || (w->ev->state != EEM_ANY && (w->ev->state == EEM_UP) != f->up))
            continue;
        struct vars vars = {0};
        vars_setf(&vars, "_track_number", "%u", f->number);
        vars_set(&vars, "_track_state", f->up ? "up" : "down");
        eem_trigger(w, &vars);
    }
    trigger_track_changed(e, f->number);
}

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    static const char *const states[] = {"up", "down", "any"};
    (void)applet_name;
    text_printf(out, "track %u state {%s}", ev->number, states[ev->state % 3]);
}

static const char variables[] =
    "_track_number _track_state";
const struct detector detector_track = {
    .type = EEM_TRACK, .name = "track", .describe = describe, .variables = variables};
