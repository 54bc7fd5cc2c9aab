/* inet.h: the router's own UDP, through its interfaces and addresses: for syslog, SNMP, IKE. Implemented by dataplane/net/udp.c, handed over by the root. */
#ifndef ESPIAL_INET_H
#define ESPIAL_INET_H

#include <stddef.h>
#include <stdint.h>

struct inet;
struct udp_sock;

struct udp_from {
    uint32_t src, dst; /* of the packet */
    uint16_t sport, dport;
    uint32_t ifindex;  /* where it came in; 0 if local */
};
/* data is valid during the call. */
typedef void udp_rx_fn(void *arg, const struct udp_from *from, const uint8_t *data, size_t len);

struct inet_ops {
    struct udp_sock *(*udp_open)(struct inet *, uint16_t port, udp_rx_fn *rx, void *arg);
    int (*udp_send)(struct udp_sock *, uint32_t src, uint32_t dst, uint16_t dport, const void *data, size_t len);
    void (*udp_close)(struct udp_sock *);
    uint32_t (*source_for)(struct inet *, uint32_t dst);
    uint32_t (*if_addr)(struct inet *, const char *ifname);
    const char *(*if_name)(struct inet *, uint32_t ifindex);
};
struct inet {
    const struct inet_ops *ops;
};
struct udp_sock {
    struct inet *inet;
    uint16_t port; /* host order */
};

/* Port 0: an ephemeral one. NULL when the port is taken. */
static inline struct udp_sock *udp_open(struct inet *in, uint16_t port, udp_rx_fn *rx, void *arg)
{
    return in->ops->udp_open(in, port, rx, arg);
}
/* src 0: the address of the interface the route leaves by. 0, or -EHOSTUNREACH (no route), -EMSGSIZE, -EADDRNOTAVAIL (src is not ours). */
static inline int udp_send(struct udp_sock *s, uint32_t src, uint32_t dst, uint16_t dport, const void *data, size_t len)
{
    return s->inet->ops->udp_send(s, src, dst, dport, data, len);
}
static inline void udp_close(struct udp_sock *s)
{
    if (s)
        s->inet->ops->udp_close(s);
}
/* The address packets to dst would leave from; 0 when there is no route. */
static inline uint32_t inet_source_for(struct inet *in, uint32_t dst)
{
    return in->ops->source_for(in, dst);
}
/* The primary address of an interface by its canonical name; 0 when none. */
static inline uint32_t inet_if_addr(struct inet *in, const char *ifname)
{
    return in->ops->if_addr(in, ifname);
}
/* The name of the interface a packet came in by (udp_from.ifindex); NULL when there is none. Valid until the configuration changes. */
static inline const char *inet_if_name(struct inet *in, uint32_t ifindex)
{
    return in->ops->if_name(in, ifindex);
}
#endif
