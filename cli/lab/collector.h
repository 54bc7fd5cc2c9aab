/* collector.h: nodes of `kind: syslog`: a process that writes down the log lines that routers send it. See collector.c. */
#ifndef CLI_LAB_COLLECTOR_H
#define CLI_LAB_COLLECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/lab/topology.h"
#include "espial/mem.h"

#define COLLECTOR_FILE "messages" /* in the node's folder */
#define COLLECTOR_PORT 514        /* where routers send to */
#define COLLECTOR_FD   5          /* the first of its sockets in the collector's process */

/* For each link of a topology that ends at a collector, the UDP port of 127.0.0.1 that stands for it. */
struct collector_ports {
    uint16_t port[LAB_LINKS_MAX]; /* 0: another link */
    int sock[LAB_LINKS_MAX];      /* bound to it; 0 when the collector runs and has it */
};
/* Bind the ports of a collector that does not run yet (the same as last time where they are free, since routers may be up that know them) and write them down in its
 * folder; or, with runs, read there which it has. The links of other nodes stay as they are in p, which begins as zeros. False: err. */
MUST_USE bool collector_ports(const struct topology *t, size_t node, int node_fd, bool runs, struct collector_ports *p,
                              char err[512]);
/* Is this the folder of a collector? */
bool collector_folder(int node_fd);
/* The process itself: `espial lab collect FOLDER ROUTER...`, with descriptors 3 (listening control socket), 4 (say that we are ready), and from COLLECTOR_FD on one UDP
 * socket for each ROUTER. Runs until told to stop; the program's exit status. */
int collector_run(const char *folder, char **routers);
#endif
