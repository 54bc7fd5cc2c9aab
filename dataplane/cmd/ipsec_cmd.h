/* ipsec_cmd.h: what the IPsec rows share. */
#ifndef DATAPLANE_CMD_IPSEC_CMD_H
#define DATAPLANE_CMD_IPSEC_CMD_H

#include "dataplane/ipsec/ipsec.h"
#include "dataplane/ipsec/ipsec_conf.h"
#include "espial/cmd.h"

extern const struct cmd_scope ipsec_scope; /* of struct ipsec_conf */

/* cmd_ipsec_profile.c: the transform sets of a map or profile; the heads of protected tunnels with this name ("": all),
 * as `show crypto map` has them. False: there are none. */
void sa_print_sets(struct cmd_ctx *c, const struct sa_conf *sa);
bool ipsec_print_heads(struct cmd_ctx *c, const char *tag);
#endif
