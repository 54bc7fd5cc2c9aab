/* net_local.h: how the parts of net/ lie together. One file a part; each owns its struct and is made and freed by
 * net.c. */
#ifndef DATAPLANE_NET_NET_LOCAL_H
#define DATAPLANE_NET_NET_LOCAL_H

#include "dataplane/drop.h"
#include "dataplane/graph.h"
#include "dataplane/limits.h"
#include "dataplane/net/acl.h"
#include "dataplane/net/frag.h"
#include "dataplane/net/icmp.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/net.h"
#include "dataplane/net/net_conf.h"
#include "dataplane/net/route.h"
#include "dataplane/net/stat.h"
#include "dataplane/stage.h"
#include "espial/account.h"
#include "espial/buf.h"
#include "espial/inet.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/msg.h"
#include "espial/rand.h"
#include "espial/table.h"
#include "espial/text.h"

/* order.h; fresh: as it would be made now */
struct order {
    uint64_t *keys;
    size_t n, room;
    bool fresh;
};

struct net {
    struct net_env env;
    struct net_conf conf;
    struct iface *ifaces;
    unsigned nifaces;
    uint64_t ifaces_changed; /* loop time at which one came or went */
    struct iface **by_index; /* nifaces of them, ascending */
    uint32_t next_index;
    struct ifindex_kept *kept; /* ifindex.c: numbers that were kept over a reload */
    size_t nkept;
    bool booted; /* the startup configuration has been read */
    bool ending; /* net_free has begun: no messages, no events */
    struct net_watch *watches;
    struct net_stat stat;
    struct arp *arp;
    struct fib *fib;
    struct acls *acls;
    struct acl_logs *acl_logs;
    struct reass *reass;
    struct icmp *icmp;
    struct udp *udp;
    struct table *addrs; /* our addresses -> struct iface */
    struct order addresses, neighbours;
    uint16_t ip_id;
};

/* order.c: what is in the lists changed: an entry of the ARP cache, or (addresses) our addresses */
void order_spoil(struct net *net, bool addresses);
void order_free(struct net *net);

/* net.c */
void net_tell(struct net *net, struct iface *ifc, enum iface_event what);
void net_tell_acl(struct net *net, const char *name);
void net_tell_routes(struct net *net);

/* ifindex.c: the number of a new interface */
uint32_t ifindex_of(struct net *net, const char *name);
void ifindex_end(struct net *net);

/* What only the two below see of an interface. */
struct if_local {
    struct timer settle, lineproto;
    bool settled, reported_up;
    struct if_addr_conf *second;
    size_t nsecond;
    struct deferred adopt; /* conf is new and not yet in the list of configurations */
};

/* ifstate.c */
void ifstate_init(struct iface *ifc);
void ifstate_start(struct iface *ifc); /* its configuration comes now */
void ifstate_end(struct iface *ifc);
void ifstate_changed(struct iface *ifc); /* what is asked, or its carrier, may have */
void ifstate_set(struct iface *ifc, bool up); /* packets pass, or not, from now on */
bool iface_no_cable(const struct iface *ifc); /* it needs none */

/* iface.c */
void iface_mtu(struct iface *ifc); /* reckon it anew */
void ifaces_end(struct net *net);
bool iface_broadcast(const struct iface *ifc,
                     uint32_t addr); /* a directed broadcast of one of its networks, or its base address */
void iface_acls(struct net *net);    /* access lists came or went */

/* ifcount.c: frames of at least an Ethernet header, or shorter ones that nobody can read further. */
void iface_received(struct iface *ifc, const uint8_t *frame, size_t len, uint64_t now);
void iface_sent(struct iface *ifc, const uint8_t *frame, size_t len, bool from_local, uint64_t now);
/* A packet of len bytes that came in here is sent on: it was not for us. */
static inline void iface_forwards(struct iface *ifc, uint32_t len)
{
    ifc->n.forwarded.rx_packets++;
    ifc->n.forwarded.rx_bytes += len + ifc->overhead;
}
void ifcount_start(struct iface *ifc);

/* arp.c */
struct arp *arp_new(struct net *net);
void arp_free(struct arp *arp);
void arp_iface_changed(struct arp *arp,
                       struct iface *ifc); /* address, up or down: forget its entries, announce ourselves */
void arp_forget(struct arp *arp, const struct iface *ifc); /* it goes: drop what waits and came in there */

/* route.c */
struct fib *fib_new(struct net *net);
void fib_free(struct fib *fib);

/* acl.c */
struct acls *acls_new(struct net *net);
void acls_free(struct acls *acls);

/* acl_log.c */
struct acl_logs *acl_logs_new(struct net *net);
void acl_logs_free(struct acl_logs *l);
/* A packet fitted a line that is to be logged. */
void acl_log(struct acl_logs *l, const struct acl *a, const struct acl_rule *r, const struct flow *f,
             const struct iface *in, const uint8_t *mac);
void acl_log_forget(struct acl_logs *l, const char *name); /* the list changed: say what was counted, and begin anew */

/* ipv4.c */
#define IP_HEADER 20
void ipv4_start(struct net *net);
/* Write a 20-byte header at p->l3 (room is there, p->len counts it) with a fresh identification. */
void ipv4_header(struct net *net, struct packet *p, uint8_t proto, uint32_t src, uint32_t dst, uint8_t ttl, bool df);
void ipv4_checksum(uint8_t *ip); /* set the header's checksum */
static inline unsigned ipv4_ihl(const uint8_t *ip)
{
    return (ip[0] & 15u) * 4u;
}
static inline bool ipv4_multicast(uint32_t a)
{
    return a >> 28 == 14;
}
/* An address that cannot be the source of a packet on the wire: 0/8, 127/8, multicast, class E, broadcast. */
bool ipv4_martian(uint32_t src);

/* In the clear, by an interface with a crypto map. */
static inline bool ipv4_to_map(const struct packet *p)
{
    return p->iif->crypto && p->iif->kind != IFACE_TUNNEL && !p->decapsulated;
}

/* mss.c: of a whole IPv4 packet with a sound header. */
void tcp_adjust_mss(uint8_t *ip, uint32_t len, uint16_t mss);

/* frag.c */
struct reass *reass_new(struct net *net);
void reass_free(struct reass *r);
/* A fragment to us, taken over. The whole packet when this was the last piece, NULL while pieces are missing (or it was
 * dropped). */
struct packet *reass_add(struct reass *r, struct packet *p);
void reass_forget(struct reass *r, const struct iface *ifc); /* drop pieces that came in there */

/* icmp.c */
struct icmp *icmp_new(struct net *net);
void icmp_free(struct icmp *icmp);

/* udp.c */
struct udp *udp_new(struct net *net);
void udp_free(struct udp *udp);
struct inet *udp_inet(struct udp *udp);
#endif
