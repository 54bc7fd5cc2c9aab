/* iface.h: interfaces as they run. Open, because every stage reads it per packet; written by net/ alone (and `crypto`
 * by ipsec). */
#ifndef DATAPLANE_NET_IFACE_H
#define DATAPLANE_NET_IFACE_H

#include "dataplane/net/net.h"
#include "dataplane/net/net_conf.h"

struct acl;
struct capture;
struct if_local;
struct link;

enum iface_kind { IFACE_ETHERNET, IFACE_LOOPBACK, IFACE_TUNNEL, IFACE_NULL };

struct iface_rate {                 /* decaying averages over the load interval */
    uint64_t since, packets, bytes, errors; /* the counters at loop time `since` */
    double pps, bps, bad;                   /* bad: the share of frames with errors */
};
struct text;
struct iface_dir { /* packets and bytes of one kind, both ways */
    uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
};
struct iface_count { /* frames; what is neither ARP nor other is IP */
    uint64_t rx_packets, rx_bytes, rx_broadcasts, rx_multicasts, rx_errors, rx_no_buffer, rx_unknown, rx_refused,
        rx_crc, rx_overrun; /* by the link, before they were seen here; rx_crc: damaged; rx_overrun: came too fast */
    uint64_t tx_packets, tx_bytes, tx_broadcasts, tx_multicasts, tx_drops;
    uint64_t resets, lost_carrier;
    struct iface_dir arp, other, forwarded; /* forwarded: received here and sent on; sent for somebody else */
};
struct iface {
    struct net *net;
    struct iface *next;    /* in the order of show tables: by kind's name, then number */
    char name[IFNAME_MAX]; /* canonical: "Ethernet0/0" */
    uint32_t index;        /* from 1; SNMP's ifIndex */
    enum iface_kind kind;
    uint8_t mac[6];
    uint32_t addr, mask;    /* primary; 0 none; of another interface, and no network, when unnumbered */
    bool unnumbered;
    uint32_t mtu;           /* greatest IPv4 packet (ip mtu) */
    uint32_t own_mtu;       /* of a tunnel: what fits without `ip mtu` */
    uint32_t overhead;      /* bytes counted in front of an IPv4 packet: an Ethernet header, GRE */
    bool line_ok;           /* of a tunnel: its line protocol may be up (iface_tunnel) */
    bool admin_up, link_up; /* not shut down; carrier */
    bool up;                /* line protocol: packets pass */
    bool addr_manual;       /* its address was typed after the start, not read from the startup configuration */
    void *crypto; /* owned by ipsec; non-NULL: packets visit CRYPTO_OUT and CRYPTO_CHECK (those of tunnels: when
                               the tunnel floor sends them) */
    void *tunnel;           /* owned by the tunnel floor */
    void *head;             /* owned by ipsec: how this tunnel is protected */
    struct if_conf *conf;   /* what was asked; NULL only inside creation */
    struct acl *acl_in, *acl_out;
    struct link *link; /* NULL: no cable */
    struct capture *capture;
    struct iface_count n, cleared_n; /* since boot; as they were when the counters were cleared */
    uint64_t cleared_at;             /* loop time; 0 never */
    uint64_t last_rx, last_tx;       /* loop time, us; 0 never */
    uint64_t batch_us;               /* loop time at which the frames came that are being read; 0: none are */
    uint64_t changed_at;             /* loop time of the last change of `up` */
    struct iface_rate rx_rate, tx_rate;
    struct if_local *local; /* net's own */
};

/* Exact canonical name. NULL when there is none. */
struct iface *iface_by_name(struct net *net, const char *name);
/* The interface (up or not) that owns this address, primary or secondary. */
struct iface *iface_by_addr(struct net *net, uint32_t addr);
/* The one of the least index that is `from` or more; NULL: there is none. Not linear. */
struct iface *iface_from_index(const struct net *net, uint32_t from);
/* How many there are, and the loop time (us) at which one came or went. */
unsigned ifaces_count(const struct net *net);
uint64_t ifaces_changed_at(const struct net *net);
/* What is to be kept of the indices over a reload, as text ("" nothing), appended; and the text of before, taken before the first interface is made. */
void ifindex_text(struct net *net, struct text *out);
void ifindex_load(struct net *net, const char *text);
/* No interface has an index above this one. */
uint32_t iface_index_max(const struct net *net);
/* All, in order: first with NULL. */
struct iface *iface_next(struct net *net, const struct iface *ifc);
/* Is addr in the interface's primary or a secondary network? Its source address for that network is put in *src (may be
 * NULL). */
bool iface_on_link(const struct iface *ifc, uint32_t addr, uint32_t *src);

/* Its secondary addresses, as they run. */
size_t iface_secondary(const struct iface *ifc, const struct if_addr_conf **v);
/* Is this canonical name of a type that this router can have? (No sub-interfaces.) */
bool iface_name_known(const char *name);

bool iface_name_ethernet(const char *name);

/* The running side of the grammar: a line of this object changed, or it is about to be freed. */
void iface_conf_init(struct if_conf *c);
void iface_conf_fini(struct if_conf *c);
void iface_conf_changed(struct net *net, struct if_conf *c, bool removed);

/* A cable: makes the interface when it is not configured yet. The link is taken over, also on failure. 0, -EEXIST,
 * -EINVAL (no Ethernet name), -ENOSPC. */
MUST_USE int iface_attach(struct net *net, const char *name, struct link *link);
/* Write every frame to this capture from now on (taken over; replaces an earlier one; NULL ends). False: no such
 * interface. */
bool iface_capture(struct net *net, const char *name, struct capture *cap);

/* From the tunnel floor, about a tunnel: may its line protocol be up, the greatest packet that fits through it unless
 * `ip mtu` says otherwise, the bytes that it puts in front of a packet. */
void iface_tunnel(struct iface *ifc, bool line_ok, uint32_t mtu, uint32_t overhead);
/* Count a packet that came out of a tunnel, or goes into one: bytes with what the tunnel puts in front. */
void iface_counts_in(struct iface *ifc, uint32_t bytes, uint64_t now);
void iface_counts_out(struct iface *ifc, uint32_t bytes, bool from_local);

/* What its hardware is called for, in kbit/s: cables here are as fast as the machine. */
uint32_t iface_speed(const struct iface *ifc);
/* The same, and the delay in microseconds, as configured or else of the hardware. */
uint32_t iface_bandwidth(const struct iface *ifc);
uint32_t iface_delay(const struct iface *ifc);

/* Zero the counters that `show interfaces` prints: of one interface, or of all (NULL). */
void iface_clear_counters(struct net *net, struct iface *ifc);
/* Counters since boot, with what the link has counted. */
struct iface_count iface_totals(const struct iface *ifc);
uint64_t iface_input_errors(const struct iface_count *n); /* of every kind */
/* Counters since cleared. */
struct iface_count iface_counts(const struct iface *ifc);
/* Bring the averages up to now. */
void iface_rates(struct iface *ifc);
/* A rate as part of the bandwidth, 1-255. */
unsigned iface_load(const struct iface *ifc, const struct iface_rate *r);

/* A counter by the name that `event interface parameter` has for it ("input_errors", "rxload"): what `show interfaces`
 * prints, since it was cleared; of what cannot happen on these cables (a CRC error) 0. False: there is no such interface,
 * or no such name. */
bool iface_counter(struct net *net, const char *ifname, const char *parameter, int64_t *value);
/* The names, sorted; NULL past the end. */
const char *iface_counter_name(size_t i);
/* Of 255 frames so many come without errors. */
unsigned iface_reliability(const struct iface *ifc);
#endif
