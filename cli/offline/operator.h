/* operator.h: who types commands at the router, as a log tells of it: event cli. */
#ifndef CLI_OFFLINE_OPERATOR_H
#define CLI_OFFLINE_OPERATOR_H

#include "cli/offline/story.h"

struct operator;
struct operator* operator_new(struct desk *d, struct story *s);
void operator_free(struct operator* o); /* NULL-safe; after the desk */
/* Is this line of a log a command that somebody typed? "R1#reload", with the desk's own host name. Then applets are asked
 * whether it may run. */
bool operator_line(struct operator* o, const char *line);
/* The text of %PARSER-5-CFGLOG_LOGGEDCMD: "User:admin  logged command:no ip routing". */
void operator_logged(struct operator* o, const char *text);
#endif
