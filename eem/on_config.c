/* on_config.c: event configuration: somebody leaves configuration mode, which is the moment of
 * %SYS-5-CONFIG_I. Sessions of applets count too, as they do for that message: an applet that configures something on
 * this event runs again and again, within the bounds of sched.c. */
#include "eem/eem_local.h"

void on_config_fact(void *eem, const void *fact)
{
    const struct eem *e = eem;
    if (!((const struct fact_config *)fact)->left)
        return;
    EEM_WATCHES(w, e, EEM_CONFIG)
    {
        struct vars vars = {0};
        eem_trigger(w, &vars);
    }
}

const struct detector detector_config = {.type = EEM_CONFIG, .name = "config"};
