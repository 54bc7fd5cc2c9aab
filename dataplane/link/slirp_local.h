/* slirp_local.h: which frames a slirp link lets through, and how it changes them: see slirp_guard.c. */
#ifndef DATAPLANE_LINK_SLIRP_LOCAL_H
#define DATAPLANE_LINK_SLIRP_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/link/link.h"

#define SLIRP_FRAME_MAX 1518 /* Ethernet header and 1500 bytes, and what a driver may pad */
#define SLIRP_MAPS_MAX  8

/* The words after "slirp:". Addresses in host order. */
struct slirp_spec {
    uint32_t net, mask, host, spare[2]; /* spare: two more addresses of the network, that nobody has */
    struct slirp_map {
        uint16_t asked, real; /* the router asks host for one port and reaches the other of this machine */
    } maps[SLIRP_MAPS_MAX];
    size_t nmaps;
};

enum slirp_verdict { SLIRP_DROP, SLIRP_ARP, SLIRP_IP };

/* "", or "net=A.B.C.D/LEN", "host=ADDRESS" and "map=PORT:PORT" divided by commas. False, with one line of reason in err. */
MUST_USE bool slirp_spec_read(const char *words, struct slirp_spec *s, char err[LINK_ERROR_MAX]);

/* A frame from the router: changed in place where a port is mapped. flow: a number that all packets of one UDP, TCP or echo conversation share. */
enum slirp_verdict slirp_guard_out(const struct slirp_spec *s, uint8_t *frame, size_t len, uint32_t *flow);
/* A frame for the router: the other way round. */
void slirp_guard_in(const struct slirp_spec *s, uint8_t *frame, size_t len);
#endif
