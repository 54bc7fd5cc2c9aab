/* memory.h: the memory of this process, and of the packets of one router in it. */
#ifndef ESPIAL_CLI_APP_MEMORY_H
#define ESPIAL_CLI_APP_MEMORY_H

#include <stdbool.h>

#include "cli/cli.h"

struct dataplane;
/* All in bytes. A head is where the threads of the process keep their own, or the packet graph: an address with letters in it, as programs expect. False: the kernel does not
 * say what this process holds. */
bool process_memory(struct dataplane *dp, struct cli_memory *m);
#endif
