/* probe.h: what ping and traceroute share: a command that goes on, its words for source and destination. */
#ifndef DATAPLANE_CMD_PROBE_H
#define DATAPLANE_CMD_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "espial/cmd.h"

struct dataplane;

/* The address that <host:dest> stands for. False, after IOS's text, when it is none: names are not looked up. */
bool probe_dest(struct cmd_ctx *c, uint32_t *dest);
/* source {<ip:src>|<ifname:srcif>}: 0 when it was not given. False, after IOS's text, when it is not ours. */
bool probe_source(struct cmd_ctx *c, uint32_t *src);
/* The same for an answer of a dialogue: an address, an interface's name, or "". */
bool probe_source_typed(struct cmd_ctx *c, const char *text, uint32_t *src);
/* vrf NAME: there are none, and the user is told. True when it was not asked for. */
bool probe_vrf(struct cmd_ctx *c);
/* An option's number, or what stands for it. */
uint32_t probe_value(const struct cmd_ctx *c, const char *name, uint32_t otherwise);
#endif
