/* net_cmd.h: what the command rows over dataplane/net share. */
#ifndef DATAPLANE_CMD_NET_CMD_H
#define DATAPLANE_CMD_NET_CMD_H

#include "dataplane/net/net_conf.h"
#include "espial/cmd.h"

/* The scope of struct net_conf: parent of the lists of interfaces, routes and access lists. */
extern const struct cmd_scope dp_net_scope;

/* cmd_tunnel.c: do the lines about tunnels fit this interface, and each other? Else the user is told. */
bool tunnel_check(void *self, const struct if_conf *c, struct out *out);

struct iface;
/* "up", "down", "administratively down"; "up", "down". */
const char *if_status(const struct iface *i);
const char *if_protocol(const struct iface *i);
/* Is the interface that was typed (<ifname>) there? True when none was; else the user is told. */
bool if_exists(struct cmd_ctx *c);
/* "Internet address is A/N", or whose address an unnumbered one has; nothing without an address. */
void if_address(struct cmd_ctx *c, const struct iface *i);
/* Show the interface that was typed, or all. */
enum cmd_result if_each(struct cmd_ctx *c, void (*show)(struct cmd_ctx *, struct iface *));

/* cmd_show_tunnel.c: from the MTU on, what `show interfaces` says of a tunnel before the counters; loads of 255. */
void tunnel_head(struct cmd_ctx *c, const struct iface *i, unsigned txload, unsigned rxload);

/* cmd_acl.c and cmd_acl_std.c: what both kinds of access lists share. */
struct net;
/* A list's name is free, and is none of the other kind's numbers. */
bool acl_list_ok(struct net *net, const char *name, bool standard, struct out *out);
void acl_list_init(void *obj);
void acl_list_fini(void *obj);
void acl_line_changed(void *self, void *obj, enum cmd_change what); /* of a numbered list */
void acl_line_absent(void *self, const void *obj);
bool acl_entry_joins(void *self, const void *parent, const void *obj, struct out *out);
void acl_list_changed(void *self, void *obj, enum cmd_change what);
void acl_list_absent(void *self, const void *obj);
enum cmd_result acl_do_no_list(struct cmd_ctx *c, struct conf_list *lines, struct conf_list *named);
enum cmd_result acl_do_no_seq(struct cmd_ctx *c);
struct acl_rule;
struct text;
/* What an extended list's line says behind permit or deny; begins with a blank. */
void acl_put_extended(struct text *t, const struct acl_rule *r);
#endif
