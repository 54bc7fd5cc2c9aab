/* topology.h: a lab as written down: nodes and the links between them. */
#ifndef CLI_LAB_TOPOLOGY_H
#define CLI_LAB_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>

#include "espial/ip.h"
#include "espial/mem.h"

#define LAB_NAME_MAX  32
#define LAB_NODES_MAX 64
#define LAB_LINKS_MAX 256

#define LAB_SPEC_MAX  128

enum lab_kind { LAB_ROUTER, LAB_SYSLOG }; /* syslog: a collector of log lines (cli/lab/collector.c) */

struct lab_node {
    char name[LAB_NAME_MAX];
    enum lab_kind kind;
    char config[512]; /* startup-config, relative to the topology's folder; "" when none */
    char platform[8]; /* "iosxe" or "ios" */
};
struct lab_end {
    size_t node; /* index into nodes */
    char ifname[IFNAME_MAX];
};
/* A cable: both ends are routers, or the second is a collector, or spec says where it goes and there is no second end. */
struct lab_link {
    struct lab_end end[2];
    char spec[LAB_SPEC_MAX];
};
static inline int lab_ends(const struct lab_link *l)
{
    return *l->spec ? 1 : 2;
}
/* Is this node, a collector, its second end? */
static inline bool lab_leads_to(const struct lab_link *l, size_t node)
{
    return lab_ends(l) == 2 && l->end[1].node == node;
}
struct topology {
    char name[LAB_NAME_MAX];
    char folder[512]; /* where the file lies */
    struct lab_node nodes[LAB_NODES_MAX];
    size_t nnodes;
    struct lab_link links[LAB_LINKS_MAX];
    size_t nlinks;
};

/* Read a YAML file, or a folder's lab.yml. False: err holds one line "FILE:LINE: what is wrong". */
MUST_USE bool topology_read(const char *path, struct topology *t, char err[512]);
#endif
