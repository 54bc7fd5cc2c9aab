/* operator.h: who types commands at the router, as a log tells of it: event cli. */
#ifndef CLI_OFFLINE_OPERATOR_H
#define CLI_OFFLINE_OPERATOR_H

#include "cli/shell/spell.h"
#include "cli/offline/story.h"

struct fact_syslog;
struct operator;
struct operator* operator_new(struct desk *d, struct story *s);
void operator_free(struct operator* o); /* NULL-safe; after the desk */
/* A command that somebody typed. */
struct typed_line {
    char command[256];         /* as it was typed; "": a bare prompt */
    char full[1024];           /* as event cli sees it */
    char mode[SPELL_MODE_MAX]; /* "exec", "config-if" */
    char user[32];
    bool privileged;
};
/* Does a line of a log tell of one? "R1#reload", with the desk's own host name, or
 * "%PARSER-5-CFGLOG_LOGGEDCMD: User:admin  logged command:no ip routing". */
bool operator_read(struct operator* o, const struct fact_syslog *f, struct typed_line *t);
/* Applets are asked whether it may run. */
void operator_type(struct operator* o, const struct typed_line *t);
#endif
