/* ipsec_cmd.h: what the IPsec rows share. */
#ifndef DATAPLANE_CMD_IPSEC_CMD_H
#define DATAPLANE_CMD_IPSEC_CMD_H

#include "dataplane/ipsec/ipsec.h"
#include "dataplane/ipsec/ipsec_conf.h"
#include "espial/cmd.h"

extern const struct cmd_scope ipsec_scope; /* of struct ipsec_conf */
#endif
