/* run.h: `espial run`: one router of this process, from the command line's options. */
#ifndef CLI_APP_RUN_H
#define CLI_APP_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/ip.h"
#include "espial/mem.h"

#define RUN_LINKS_MAX 64
#define RUN_SSH_MAX   8

struct run_link {
    char ifname[IFNAME_MAX];
    const char *spec; /* of the link, or the file of a capture */
};
struct run_options {
    const char *config, *state, *hostname, *platform, *export_keys;
    struct run_link links[RUN_LINKS_MAX], captures[RUN_LINKS_MAX];
    size_t nlinks, ncaptures, nssh, nsnmp;
    struct run_port {
        uint32_t addr; /* host order */
        uint16_t port; /* 0: a free one, which is printed */
        int fd;        /* -1; or a socket that is bound already */
    } ssh[RUN_SSH_MAX], snmp[RUN_SSH_MAX];
    unsigned time_scale;
    bool seeded, stay;
    uint64_t seed;
    int control_fd, ready_fd; /* -1: none */
};
/* argv[0] is "run". 0, or 2 after a line on stderr. */
MUST_USE int run_options(int argc, char **argv, struct run_options *o);
/* Until the router ends: the program's exit status. */
int run_router(const struct run_options *o);
#endif
