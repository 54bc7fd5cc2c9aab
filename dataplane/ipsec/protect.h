/* protect.h: protection of tunnel interfaces: what the tunnel floor asks of IPsec. A protected tunnel has a head: what a
 * crypto map's entry is for other interfaces, named "TunnelN-head-0", with one identity. */
#ifndef DATAPLANE_IPSEC_PROTECT_H
#define DATAPLANE_IPSEC_PROTECT_H

#include "dataplane/ipsec/ipsec_conf.h"
#include "dataplane/ipsec/sad.h"

struct iface;
struct packet;

#define PROTECT_SEQ     65536 /* of a head's entry */
#define IPSEC_HEAD_MOST 88 /* bytes that protection puts in front of a packet, at most: IPv4, AH of SHA-512, ESP, IV */

struct ipsec_protect {
    uint32_t local, peer;             /* crypto endpoints: the tunnel's source and destination */
    bool vti;                         /* everything, in tunnel mode; else GRE between the two */
    char profile[IPSEC_NAME_MAX];     /* crypto ipsec profile */
    char ike_profile[IPSEC_NAME_MAX]; /* in place of what that profile names; "" none */
    bool ikev2;                       /* ... of IKEv2 */
    char acl[IPSEC_NAME_MAX];         /* vti: only what its lines permit, one flow a line; "": everything */
    bool shared;       /* has SAs in common with those that say so, too: same addresses, same profile; GRE only */
    uint32_t path_mtu; /* that of the interface it leaves by, ... */
    char out_ifname[IFNAME_MAX]; /* ... which is this one; "" none */
    bool pmtud;          /* tunnel path-mtu-discovery: what is learnt of the path holds so long (s; 0: for good), */
    uint32_t pmtu_age, pmtu_min; /* ... and less than that is not believed; else as ipsec/pmtu.c has it */
};
/* From now on the tunnel is protected like this. Asked again with the same, nothing happens. A tunnel with other ends
 * has other SAs. (One peer a tunnel: multipoint tunnels will have a head each.) */
void ipsec_protect(struct ipsec *ips, struct iface *ifc, const struct ipsec_protect *want);
/* No more: its SAs go (SA_GONE_CONFIG). Nothing happens when it was not. */
void ipsec_unprotect(struct ipsec *ips, struct iface *ifc);

struct ipsec_protect_state {
    bool ready;          /* there is the profile, with a transform, and no other tunnel protects the same */
    bool taken;          /* another tunnel protects the same, and not in common with this one */
    bool answer_only;    /* responder-only */
    bool up;             /* SAs carry packets out: those of one line at least */
    uint32_t cleared;    /* SAs that this end has cleared so far; begins anew when its configuration changes */
    uint32_t through;    /* packet.through of what comes in by its SAs */
    uint32_t plain_mtu;  /* greatest packet that fits through the SAs there are, or that would be asked for */
    uint64_t path_until; /* loop time (us) until which a learnt path MTU is part of that; 0: none is, or for good */
};
/* False: it is not protected. */
bool ipsec_protect_state(struct ipsec *ips, const struct iface *ifc, struct ipsec_protect_state *out);
/* Ask IKE for the SAs of each line, unless it is asked already, or they are there. */
void ipsec_protect_start(struct ipsec *ips, const struct iface *ifc);
/* Whom to tell when the state of any head may have changed: from inside the change; look later. NULL ends it. */
void ipsec_protect_watch(struct ipsec *ips, void (*changed)(void *arg), void *arg);

/* Say (once a minute a source, %CRYPTO-4-RECVD_PKT_NOT_IPSEC) that p, l3 at its IPv4 header, came in clear and should not
 * have. */
void ipsec_protect_clear(struct ipsec *ips, const struct packet *p);

/* A profile by name; "default" is there when none of that name is configured. NULL: none. */
const struct ipsec_profile_conf *ipsec_profile_find(struct ipsec *ips, const char *name);

/* The heads, for shows: in the order of interfaces. Cursor from 0. False at the end. */
struct ipsec_head_info {
    char map[IPSEC_NAME_MAX], ifname[IFNAME_MAX];
    struct ipsec_protect want;
    bool ready, up;
};
bool ipsec_head_next(struct ipsec *ips, size_t *cursor, struct ipsec_head_info *out);
/* What it protects, line by line, as permitted: *line from 0. False at the end. */
bool ipsec_head_line(struct ipsec *ips, const struct ipsec_head_info *h, size_t *line, struct selector *local,
                     struct selector *remote);
#endif
