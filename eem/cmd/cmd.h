/* cmd.h: the event manager's command tables, for the composition root. Their owner (self) is a struct eem. */
#ifndef EEM_CMD_H
#define EEM_CMD_H

#include "espial/cmd.h"

extern const struct cmd_table eem_table_try; /* EXEC: show event manager lint, event manager applet NAME test */
extern const struct cmd_table eem_table_event, eem_table_event_watch, eem_table_event_inert, eem_table_trigger,
    eem_table_action;
extern const struct cmd_table eem_table_resource; /* configuration: resource policy */
extern const struct cmd_table eem_table_applet; /* configuration: event manager ..., the applet mode */
extern const struct cmd_table eem_table_show;   /* EXEC: show event manager environment, event manager run */
extern const struct cmd_table eem_table_show_policy, eem_table_show_server; /* the other shows */
extern const struct cmd_table
    eem_table_scheduler; /* event manager scheduler, clear event manager, debug event manager */
#endif
