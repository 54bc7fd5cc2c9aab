/* acl_local.h: what acl.c and acl_places.c share. */
#ifndef ESPIAL_DATAPLANE_NET_ACL_LOCAL_H
#define ESPIAL_DATAPLANE_NET_ACL_LOCAL_H

#include "dataplane/net/net_local.h"

struct acl {
    struct acl *next;
    char name[ACL_NAME_MAX];
    bool standard;
    struct acl_rule *rules;
    size_t n, cap;
    size_t nlines;   /* configured lines the rules were made of, remarks too */
    uint32_t last;   /* the highest place among them */
    uint32_t reread; /* what that would be after a reload */
};
/* The lists of lines, as configured: extended or standard. */
struct acl_kind {
    struct conf_list *numbered, *named;
};
struct acl_kind acl_kind_of(struct net *net, bool standard);

struct acl_lines {
    struct ace_conf **v; /* the caller's to free; the lines are the configuration's */
    size_t n, cap;
};
/* Is it a line of `access-list NAME`? */
bool acl_line_of(const struct ace_conf *c, const char *name);
/* The lines of a number, which stand together: [from, to). One that is about to be removed has the number 0 and may be
 * among them. */
void acl_range_of(const struct conf_list *numbered, const char *name, size_t *from, size_t *to);
/* All lines of a list, as they were typed. */
void acl_lines_of(struct net *net, const char *name, bool standard, struct acl_lines *l);
/* Give places to new lines: those whose number was typed keep it, the others go to the end. */
void acl_give_places(struct acl_lines *l);
/* Where running-config, read again, would bring the lines into another order, have each say its number. The place that the last
 * one would then get. */
uint32_t acl_hold_order(const struct acl_lines *l);
#endif
