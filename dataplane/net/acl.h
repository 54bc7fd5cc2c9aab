/* acl.h: access lists as they run: numbered (access-list N) and named (ip access-list ... NAME) under one name space,
 * standard (sources alone) and extended, first match decides, nothing matched means deny. A pointer to a list or rule is valid until the next turn of
 * the loop only: keep names, and hear of changes through net_watch.acl. */
#ifndef DATAPLANE_NET_ACL_H
#define DATAPLANE_NET_ACL_H

#include "dataplane/net/net.h"
#include "dataplane/net/net_conf.h"

#include <string.h>

struct acl;

/* A packet as lists see it. No holes: it is compared and hashed whole. */
struct flow {
    uint32_t src, dst;
    uint8_t proto;
    uint8_t tos;
    bool fragment; /* other than the first */
    bool
        no_ports; /* such a fragment, or too short: port tests of a rule are taken as met for permit, not met for deny; those
                      of type and flags too for a fragment, and are not met by what is too short */
    uint16_t sport, dport; /* TCP, UDP; else 0 */
    uint8_t icmp_type, icmp_code;
    uint8_t tcp_flags;
    uint8_t zero;
};
_Static_assert(sizeof(struct flow) == 20, "no holes");
static inline bool flow_same(const struct flow *a, const struct flow *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}
/* From an IPv4 header of at least 20 bytes whose lengths were checked; len from the header on. */
void flow_of(struct flow *f, const uint8_t *ip, uint32_t len);
/* The same packet seen the other way round (a mirrored crypto ACL). */
struct flow flow_mirror(const struct flow *f);

struct acl_rule { /* one permit or deny line; remarks are not rules */
    uint32_t seq;
    bool permit;
    uint16_t proto; /* or ACL_PROTO_IP: any */
    uint32_t src, src_wild, dst,
        dst_wild;     /* wildcard: 1 bits don't care; any = 0/255.255.255.255; addresses already ANDed */
    uint8_t sop, dop; /* enum acl_port_kind */
    uint16_t sport, sport2, dport, dport2; /* sport2: end of a range */
    uint8_t tcp_flags; /* one of these must be set; 0: whatever. established: ACK or RST */
    uint16_t icmp_type, icmp_code; /* 256: any */
    bool has_dscp, has_precedence, has_tos, fragments;
    uint8_t dscp, precedence, tos;
    uint8_t log; /* enum acl_log_kind */
    uint64_t hits;
};

struct iface;

/* NULL when no line of it exists. */
struct acl *acl_find(struct net *net, const char *name);
const char *acl_name(const struct acl *a);
bool acl_standard(const struct acl *a);
size_t acl_rules(const struct acl *a);
struct acl_rule *acl_rule(struct acl *a, size_t i); /* in order; NULL past the end */
/* All lists in show order (numbers, then names): first with NULL. */
struct acl *acl_next(struct net *net, const struct acl *a);

/* Do they mean the same? Place, counts and logging apart. */
bool acl_rule_same(const struct acl_rule *a, const struct acl_rule *b);
bool acl_rule_fits(const struct acl_rule *r, const struct flow *f);
/* The first rule that fits, NULL when none (deny). Does not count. */
struct acl_rule *acl_match(struct acl *a, const struct flow *f);
/* acl_match, counted: may the packet pass? */
bool acl_permits(struct acl *a, const struct flow *f);
/* The same for a packet on its way, and said where the line asks for it. in: where it came in, and from which hardware
 * address (NULL: not known), for `log-input`. */
bool acl_judges(struct net *net, struct acl *a, const struct flow *f, const struct iface *in, const uint8_t *mac);
/* May this address connect (access-class and the like)? By TCP, to wherever: ports of a permit line do not matter. A list
 * that does not exist permits. */
bool acl_permits_source(struct net *net, const char *name, uint32_t source);

/* The running side of the grammar. */
void ace_conf_init(struct ace_conf *c);
void acl_conf_init(struct acl_conf *c);
void acl_conf_fini(struct acl_conf *c);
int ace_conf_cmp(const void *a, const void *b);
/* Give the lines of a list new places: start, start + step ... False when they would not fit into 32 bits. */
MUST_USE bool acl_resequence(struct net *net, const char *name, uint32_t start, uint32_t step);
/* Does one of the list's lines, or of its remarks, stand in this place? Quick behind the last one. */
bool acl_has_place(struct net *net, const struct acl_conf *list, uint32_t place);
/* Remove the line in this place, however it was typed. False when there is none. */
bool acl_remove_place(struct net *net, const char *name, uint32_t place);
/* What `access-list NAME` said goes into `ip access-list ... NAME`, where there is one, but for what that says already. The lines of
 * the former are freed. */
void acl_conf_gather(struct net *net, const char *name, bool standard);
/* Take away a line, from where it stands now, that `no access-list NAME ...` did not find; with NULL all lines of `access-list NAME`. */
void acl_conf_without(struct net *net, const char *name, bool standard, const struct ace_conf *line);
/* Lines of the list `name` changed. A line or list about to be freed must no longer bear that name or number. */
void acl_conf_changed(struct net *net, const char *name);
void ace_canonical(struct ace_conf *c);                     /* write an address as IOS does: host, any */
void acl_clear_counters(struct net *net, const char *name); /* NULL: all */
#endif
