/* host_snmp.h: the agent on a port of this machine, so that its tools reach a router without interfaces of their own, and without root. */
#ifndef CLI_APP_HOST_SNMP_H
#define CLI_APP_HOST_SNMP_H

struct host_snmp;
struct loop;
struct snmp;

/* fd: a bound UDP socket, non-blocking, borrowed. */
struct host_snmp *host_snmp_new(struct loop *loop, struct snmp *s, int fd);
void host_snmp_free(struct host_snmp *h); /* NULL-safe; before the snmp */
#endif
