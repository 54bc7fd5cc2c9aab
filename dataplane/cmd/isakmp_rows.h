/* isakmp_rows.h: what the rows of ISAKMP, of its keyrings and of its profiles share. */
#ifndef DATAPLANE_CMD_ISAKMP_ROWS_H
#define DATAPLANE_CMD_ISAKMP_ROWS_H

#include "espial/cmd.h"

/* cmd_isakmp.c: the one struct ike_conf, and its keys or those of a keyring (struct ike_psk_conf: sealed keys and masks with holes are
 * refused). isakmp_changed: of every scope below it. */
extern const struct cmd_scope isakmp_scope, isakmp_psk_scope;
void isakmp_changed(void *self, void *obj, enum cmd_change what);
#endif
