/* ipsec_cmd.h: what the IPsec rows share. */
#ifndef DATAPLANE_CMD_IPSEC_CMD_H
#define DATAPLANE_CMD_IPSEC_CMD_H

#include "dataplane/ipsec/ipsec.h"
#include "dataplane/ipsec/ipsec_conf.h"
#include "espial/cmd.h"

extern const struct cmd_scope ipsec_scope; /* of struct ipsec_conf */

/* cmd_ipsec.c: are there the transform sets that a map or profile names? Else it is said. */
bool sa_sets_exist(void *self, const struct sa_conf *sa, struct out *out);

/* cmd_cryptomap.c: the entry of a (dynamic) map; NULL: there is none. */
const struct cryptomap_conf *cryptomap_conf_find(const struct conf_list *list, const char *name, uint32_t seq);

/* cmd_manual_map.c: of an ipsec-manual entry: what stands against it is said; and what its keys and set are, for show. */
bool manual_map_check(void *self, const struct cryptomap_conf *c, struct out *out);
void manual_map_print(struct cmd_ctx *c, const struct cryptomap_conf *m);

/* cmd_ipsec_profile.c: how the SAs of a map or profile shall be, from lifetimes to transform sets; the access list that a
 * flow stands for; the heads of protected tunnels with this name ("": all), as `show crypto map` has them. False: there
 * are none. */
void sa_print(struct cmd_ctx *c, const struct sa_conf *sa, bool responder_only, const char *group_head);
void sa_print_sets(struct cmd_ctx *c, const struct sa_conf *sa); /* the latter alone */
void sa_print_permit(struct cmd_ctx *c, const struct selector *local, const struct selector *remote);
bool ipsec_print_heads(struct cmd_ctx *c, const char *tag);
#endif
