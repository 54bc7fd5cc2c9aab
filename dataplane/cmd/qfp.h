/* qfp.h: what the rows of the quantum flow processor share. */
#ifndef DATAPLANE_CMD_QFP_H
#define DATAPLANE_CMD_QFP_H

#include "espial/cmd.h"

void qfp_rule(struct cmd_ctx *c, unsigned n); /* so many dashes */
/* The drops of the IPsec datapath; all: those that are zero too. */
void qfp_print_ipsec(struct cmd_ctx *c, bool all, bool clear);
#endif
