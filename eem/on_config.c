/* on_config.c: event configuration: somebody changed the configuration and left configuration mode: the moment of
 * %SYS-5-CONFIG_I. Sessions of applets count too, as they do for that message: an applet that configures something on
 * this event runs again and again, within the bounds of sched.c. */
#include "eem/eem_local.h"

void on_config_fact(void *eem, const void *fact)
{
    const struct eem *e = eem;
    (void)fact;
    EEM_WATCHES(w, e, EEM_CONFIG)
    {
        struct vars vars = {0};
        eem_trigger(w, &vars);
    }
}

const struct detector detector_config = {.type = EEM_CONFIG, .name = "config"};
