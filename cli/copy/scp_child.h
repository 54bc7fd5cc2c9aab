/* scp_child.h: one file by scp:, in a process of its own, which speaks SSH with libssh. */
#ifndef CLI_COPY_SCP_CHILD_H
#define CLI_COPY_SCP_CHILD_H

#include "cli/copy/transfer.h"
#include "espial/text.h"

#define SCP_CHILD_WORD "scp-copy" /* argv[1] of it */
#define SCP_CHILD_ENDS 64 /* its exit status: 0, or this and an enum transfer_end; anything else is an accident */

/* What it is told on its standard input: no part of it is an argument. */
void scp_config(const struct url *u, bool put, struct text *out);
/* Descriptors: 0 what it is told, 1 the file that comes, 3 the file that goes. Returns the exit status. Called first thing in main. */
int scp_child_main(void);
#endif
