/* net_cmd.h: what the command rows over dataplane/net share. */
#ifndef DATAPLANE_CMD_NET_CMD_H
#define DATAPLANE_CMD_NET_CMD_H

#include "dataplane/net/net_conf.h"
#include "espial/cmd.h"

/* The scope of struct net_conf: parent of the lists of interfaces, routes and access lists. */
extern const struct cmd_scope dp_net_scope;
#endif
