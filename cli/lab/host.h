/* host.h: what the processes of this program, routers and collectors, take from the machine they run on. */
#ifndef CLI_LAB_HOST_H
#define CLI_LAB_HOST_H

#include <stdint.h>

/* A socket of the machine's own (SOCK_STREAM: it listens; SOCK_DGRAM), non-blocking and close-on-exec, on addr (host order) and *port; 0: a free one, which is put
 * there. A descriptor, or -errno. */
int host_socket(int type, uint32_t addr, uint16_t *port);
/* From now on the signals that end a process of ours come to this descriptor. Or -errno. */
int host_signals(void);
#endif
