/* waiting.h: what every command that goes on after CMD_WAIT has: its context, and one end, whichever way it comes. */
#ifndef CLI_CMD_WAITING_H
#define CLI_CMD_WAITING_H

#include "espial/cmd.h"

struct waiting {
    struct cmd_ctx *c; /* the session's own: it lives as long as the command */
    void (*free)(struct waiting *w);
};

/* From here on the command may be interrupted. w stands first in what the command keeps; `free` frees all of that, and stops what is still under way. */
void waiting_begin(struct waiting *w, struct cmd_ctx *c, void (*free)(struct waiting *w));
/* The command is over: w is freed, then the session told. */
void waiting_end(struct waiting *w, enum cmd_result r);

/* What [confirm] was answered with: Enter and `y` are yes. */
bool confirmed(const char *key);
/* What [yes/no]: was answered with: 1 yes, 0 no, in full or begun; -1: neither. please_answer: tell him so. */
int yes_or_no(const char *text);
void please_answer(struct cmd_ctx *c);
#endif
