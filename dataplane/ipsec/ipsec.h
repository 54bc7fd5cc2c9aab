/* ipsec.h: the IPsec half of one dataplane: how it is made, and what shows, MIBs and the composition ask of it. IKE
 * asks through sad.h and spd.h. */
#ifndef DATAPLANE_IPSEC_IPSEC_H
#define DATAPLANE_IPSEC_IPSEC_H

#include "dataplane/ipsec/sad.h"

struct bus;
struct debug_registry;
struct graph;
struct cryptomap_conf;
struct ipsec_conf;
struct log;
struct loop;
struct net;
struct rnd;

/* --export-keys: the keys of one SA, as they are installed. Valid during the call. */
struct ipsec_key_export {
    uint32_t src, dst, spi;
    struct ipsec_transform transform;
    const uint8_t *cipher_key, *auth_key; /* the former with the GCM salt behind it */
    size_t cipher_key_len, auth_key_len;
};
#define IPSEC_WIRESHARK_LINE 400
/* A line of Wireshark's table of ESP SAs ("esp_sa"), without a line end. Empty for AH. */
char *ipsec_wireshark_line(const struct ipsec_key_export *k, char out[IPSEC_WIRESHARK_LINE]);

struct ipsec_env {
    struct loop *loop;
    struct rnd *rnd;
    struct rnd *ivs; /* NULL: IVs are stretched from rnd */
    struct log *log;
    struct bus *bus;
    struct net *net;
    struct graph *graph;
    struct debug_registry *debug;
    bool iosxe; /* the datapath says replays and bad ICVs in its own form, before the router does */
    struct faults *faults; /* named defects; may be NULL */
    void (*export_key)(void *arg, const struct ipsec_key_export *k); /* may be NULL */
    void *export_arg;
    /* The address of a peer that is configured by name; false: none. May be NULL. */
    bool (*resolve)(void *arg, const char *name, uint32_t *addr);
    void *resolve_arg;
};
/* Registers its stages with the graph and watches the interfaces of net. The environment's parts must outlive it. */
struct ipsec *ipsec_new(const struct ipsec_env *env);
/* SAs go without being reported. NULL-safe. */
void ipsec_free(struct ipsec *ips);

struct ipsec_conf *ipsec_conf(struct ipsec *ips); /* ipsec_conf.h */
/* The running side of the grammar: something in ipsec_conf changed. Takes effect at the end of the loop turn, or before
 * the next packet or question. */
void ipsec_conf_changed(struct ipsec *ips);

/* Debug bits: `debug crypto ipsec` and `debug crypto engine` write them. Registered with env.debug by
 * ipsec_debug_register, which the composition calls once IKE has registered its own (they stand first in `show debug`).
 */
struct ipsec_debug {
    bool ipsec, engine;
};
struct ipsec_debug *ipsec_debug_bits(struct ipsec *ips);
void ipsec_debug_register(struct ipsec *ips);
/* debug crypto condition: lines are kept only when pass says so. NULL: all. */
void ipsec_debug_filter(struct ipsec *ips,
                        bool (*pass)(void *arg, const struct debug_about *about, enum debug_side side), void *arg);

/* Per identity; `since` clear crypto sa counters. The names are those of `show crypto ipsec sa detail`. */
struct flow_count {
    uint64_t encaps, decaps;
    uint64_t digest, verify;
    uint64_t no_sa_send, invalid_sa_rcv, encaps_failed, decaps_failed, invalid_prot, verify_failed, invalid_identity,
        invalid_len;
    uint64_t rollover_send, rollover_rcv, replay_failed, internal_send, internal_rcv;
};
uint64_t flow_send_errors(const struct flow_count *n);
uint64_t flow_recv_errors(const struct flow_count *n);

/* One identity block of `show crypto ipsec sa`. Flat. */
struct ipsec_flow_info {
    uint32_t id; /* of the flow, stable while it exists */
    char ifname[IFNAME_MAX], map[64];
    uint32_t seq;
    uint32_t local, peer; /* crypto endpoints; peer: of the SA in use, else the one to be tried next */
    uint16_t peer_port;   /* 500 or 4500 */
    uint16_t sent_to;     /* the peer's port as its translator has it; 0: no SA */
    struct selector local_sel, remote_sel;
    struct flow_count n;
    char out_ifname[IFNAME_MAX]; /* it leaves by: of a tunnel, another one; "" none */
    uint32_t plain_mtu, path_mtu, ip_mtu;
    uint32_t spi_out;   /* in use; 0 none */
    unsigned pfs_group; /* of the SA in use; 0 none */
    unsigned pairs;     /* AH over ESP: two */
    bool ikev2;        /* negotiated by IKEv2; else by IKEv1 */
    bool dynamic;      /* of a dynamic map's entry: made by a negotiation, not by an access list line */
    uint16_t dyn_seq;  /* ... the number of that entry in the dynamic map */
    uint32_t number;   /* ... and its own among all that dynamic entries ever had, from 0 */
    uint64_t up_since; /* loop time (us) of the first SA without interruption; 0 none */
};
/* In show order: interfaces, then map entries, then access list lines. Cursor from 0. False at the end. */
bool ipsec_flow_next(struct ipsec *ips, size_t *cursor, struct ipsec_flow_info *out);

/* One pair of SAs of one protocol; AH over ESP is two. */
struct ipsec_pair_info {
    uint32_t id, spi_in, spi_out;
    uint32_t pair;   /* for sad_delete: its own id, of AH that of the ESP below it */
    uint32_t flow;   /* of its flow: ipsec_flow_info.id */
    uint32_t handle; /* of its inbound SPI; 0 none */
    char map[64], ifname[IFNAME_MAX];
    uint32_t local, peer;
    struct selector local_sel, remote_sel;
    struct ipsec_transform transform;
    bool initiator, udp_encap;
    bool manual; /* keyed by hand */
    uint16_t local_port, peer_port;
    uint32_t life_s, life_kb; /* as agreed; life_kb 0: disabled */
    uint32_t left_s, left_kb_in, left_kb_out;
    uint32_t replay_window; /* 0: off */
    uint64_t packets_in, packets_out, bytes_in, bytes_out;
    uint64_t seq_in, seq_out; /* highest accepted; last sent */
    bool outbound;            /* enabled for sending */
    bool current;             /* the one its flow sends with */
    bool programmed;          /* packets find its inbound SPI */
    bool soft_expired;        /* a successor was asked for */
    uint32_t plain_mtu;       /* greatest packet that fits through it now */
    uint8_t df;               /* of its outer header: enum df_policy */
    bool frag_after;          /* fragments are made after encryption */
    unsigned pfs_group;       /* agreed; 0 none */
    uint64_t installed_at;    /* loop time, us */
};
/* The pairs of a flow (0: all), newest first; AH stands behind the ESP that it is over. Cursor from 0. False at the end. */
bool ipsec_pair_next(struct ipsec *ips, uint32_t flow_id, size_t *cursor, struct ipsec_pair_info *out);

#define IPSEC_TRANSFORM_TEXT 48
/* "esp-256-aes esp-sha256-hmac ": as shows print an agreed transform, each word followed by a blank. */
char *ipsec_transform_text(const struct ipsec_transform *t, char out[IPSEC_TRANSFORM_TEXT]);
/* "AES256+SHA256" of `show crypto engine connections active`. */
char *ipsec_engine_text(const struct ipsec_transform *t, char out[IPSEC_TRANSFORM_TEXT]);
/* Greatest packet that fits through an SA of this transform over a path of path_mtu bytes. */
uint32_t ipsec_plain_mtu(const struct ipsec_transform *t, bool udp_encap, uint32_t path_mtu);
struct transform_set_conf;
/* False: the set makes no transform. */
bool ipsec_transform_of(const struct transform_set_conf *set, struct ipsec_transform *out);
/* A configured set, or "default" (esp-aes esp-sha-hmac) when none of that name is configured; NULL when there is none.
 */
const struct transform_set_conf *ipsec_set_find(struct ipsec *ips, const char *name);

/* What happened to the sockets of protected tunnels since boot: a head is opened and closed by its tunnel, is ready while
 * its profile makes a policy of it, up while SAs carry it. */
struct ipsec_sockets {
    uint64_t opened, closed, changed; /* changed: given other ends or another profile */
    uint64_t ready, up, down, asked;  /* asked: its tunnel wanted SAs */
    uint64_t mtu_changed;             /* the path to its peer carries less, or more again */
    uint64_t errors;                  /* a negotiation for it brought nothing */
    /* Its identity as a filter: installed, taken away; or not installed: others have these ends, no room for one more flow,
     * no such profile. */
    uint64_t filters, unfilters, taken, no_room, no_profile;
};
const struct ipsec_sockets *ipsec_sockets(const struct ipsec *ips);

/* State of a crypto map entry, for show crypto map. */
struct cryptomap_conf;
bool cryptomap_complete(
    const struct cryptomap_conf *c); /* has a peer and an access list, or stands for a dynamic map */
uint32_t cryptomap_current_peer(struct ipsec *ips, const char *name, uint16_t seq);

/* clear crypto sa. Each returns how many pairs went; IKE is told (SA_GONE_CLEARED). */
unsigned ipsec_clear(struct ipsec *ips);
/* Those between these addresses and with that port of the peer; 0: any. */
unsigned ipsec_clear_session(struct ipsec *ips, uint32_t local, uint32_t peer, uint16_t port);
unsigned ipsec_clear_flow(struct ipsec *ips, uint32_t flow_id); /* ipsec_flow_info.id */
unsigned ipsec_clear_map(struct ipsec *ips, const char *map);
/* One SA by destination, protocol and SPI, with its sibling. */
bool ipsec_clear_entry(struct ipsec *ips, uint32_t dst, uint8_t proto, uint32_t spi);
void ipsec_clear_counters(struct ipsec *ips);

/* Rows of `show crypto engine connections active` that are IKE's. IKE registers one source; it calls row for each IKE
 * SA, by conn id. */
struct engine_row {
    uint32_t id;        /* 1001 .. */
    char type[8];       /* "IKE" */
    char algorithm[24]; /* "SHA256+AES256" */
    uint64_t encrypt, decrypt;
    uint32_t last_seq;
    uint32_t addr; /* local endpoint */
};
typedef void engine_rows_fn(void *arg, void (*row)(void *ctx, const struct engine_row *r), void *ctx);
void ipsec_set_engine_rows(struct ipsec *ips, engine_rows_fn *rows, void *arg);
/* Call row for every row of IKE. */
void ipsec_engine_rows(struct ipsec *ips, void (*row)(void *ctx, const struct engine_row *r), void *ctx);

/* Totals since boot, for MIBs and `show crypto session`-like sums. */
struct ipsec_totals {
    uint64_t in_packets, out_packets, in_bytes, out_bytes, installed, deleted, refused, acquires, invalid_spi,
        transient_drops;
    unsigned pairs, flows, transient; /* pairs: AH over ESP is two */
    unsigned overs;                   /* pairs of AH over ESP */
};
struct ipsec_totals ipsec_totals(const struct ipsec *ips);
#endif
