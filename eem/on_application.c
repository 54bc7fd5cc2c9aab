/* on_application.c: event application: another applet has published an event of this sub-system and type (action
 * publish-event). The sub-system of applets is 798; nothing in this router publishes under another one, which is
 * accepted and waits for ever. Publisher and hearer may be the same applet: it is the scheduler that holds such a loop. */
#include "eem/eem_local.h"

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    (void)applet_name;
    text_printf(out, "sub-system {%u} type {%u}", ev->sub_system, ev->number);
}

void application_published(struct eem *e, uint32_t sub_system, uint32_t type, const char *const data[4])
{
    EEM_WATCHES(w, e, EEM_APPLICATION)
    {
        if (w->ev->sub_system != sub_system || w->ev->number != type)
            continue;
        struct vars vars = {0};
        vars_setf(&vars, "_application_sub_system", "%u", sub_system);
        vars_setf(&vars, "_application_component_id", "%u", sub_system);
        vars_setf(&vars, "_application_type", "%u", type);
        vars_set(&vars, "_application_data1", data[0]);
        vars_set(&vars, "_application_data2", data[1]);
        vars_set(&vars, "_application_data3", data[2]);
        vars_set(&vars, "_application_data4", data[3]);
        eem_trigger(w, &vars);
    }
}

static const char variables[] =
    "_application_sub_system _application_type _application_data1 _application_data2 "
    "_application_data3 _application_data4 _application_component_id";
const struct detector detector_application = {
    .type = EEM_APPLICATION, .name = "application", .describe = describe, .variables = variables};
