/* ike.h: the IKE engine of one router: what its neighbours in the dataplane may ask. Configuration: ike_conf.h; views
 * for show: ike_show.h. */
#ifndef DATAPLANE_IKE_IKE_H
#define DATAPLANE_IKE_IKE_H

#include "dataplane/ipsec/sad.h"

struct ike;
struct ike_conf;
struct loop;
struct work;
struct rnd;
struct log;
struct inet;
struct debug_registry;

/* The protection of one IKEv2 SA, as Wireshark's IKEv2 decryption table wants it. */
struct ike_v2_export {
    const uint8_t *ispi, *rspi;
    enum cipher_alg cipher;
    uint16_t bits;
    enum hash_alg integ;
    struct bytes ei, er, ai, ar; /* SK_e with the salt of GCM */
};
/* A row of that table, without a line end; "" when it cannot be said (single DES). Returns out. */
#define IKE_V2_WIRESHARK_LINE 1024
char *ike_v2_wireshark_line(const struct ike_v2_export *k, char out[IKE_V2_WIRESHARK_LINE]);
struct ike_env {
    struct loop *loop;
    struct work *work;
    struct rnd *rnd;
    struct log *log;
    struct inet *inet; /* UDP 500 and 4500 are opened through it while a crypto map is attached (ike_map_changed) */
    struct ipsec *ipsec;
    struct debug_registry *debug;
    struct faults *faults; /* named defects; may be NULL */
    /* --export-keys: called once per IKE SA with what Wireshark's IKEv1 decryption table wants (initiator cookie,
     * phase-1 encryption key); may be NULL. */
    void (*export_key)(void *arg, const uint8_t icookie[8], const uint8_t *key, size_t key_len);
    void (*export_ikev2)(void *arg, const struct ike_v2_export *k); /* may be NULL */
    void *export_arg;
    /* The router's name, for `crypto isakmp identity hostname`; NULL: the address is sent instead. */
    const char *(*hostname)(void *arg);
    const char *(*domain)(void *arg); /* its domain, which makes the name a full one; "" none; may be NULL */
    /* The address of a name, for keys by host name; may be NULL. */
    bool (*resolve)(void *arg, const char *name, uint32_t *out);
    void *hostname_arg;
};
struct ike *ike_new(const struct ike_env *env);
/* Before ipsec is freed. NULL-safe. Sends nothing. */
void ike_free(struct ike *ike);

/* Its IKEv2 half (v2/v2.h, v2/v2_show.h). */
struct v2;
struct v2 *ike_v2(struct ike *ike);

/* The live configuration; call ike_conf_changed after writing. */
struct ike_conf *ike_conf(struct ike *ike);
void ike_conf_changed(struct ike *ike);

/* From ipsec (dataplane.c wires them to struct ipsec_up). */
void ike_acquire(struct ike *ike, const struct ipsec_policy *want);
void ike_soft_expire(struct ike *ike, const struct sa_pair_info *pair);
void ike_pair_gone(struct ike *ike, const struct sa_pair_info *pair, enum sa_gone why);
void ike_invalid_spi(struct ike *ike, uint32_t src, uint32_t dst, uint8_t proto, uint32_t spi, const char *ifname,
                     bool udp_encap);
/* A packet went out by a pair of an owner (sa_pair_params.owner) that was silent (sad_watch). */
void ike_owner_sends(struct ike *ike, uint32_t owner, uint32_t local, uint32_t peer);
/* ESP of a pair came from another port of the peer's translator. */
void ike_peer_moved(struct ike *ike, uint32_t pair, uint16_t port);
/* A packet that came by a pair does not fit its selectors: IKEv2 may say so (recovery.c). */
void ike_invalid_selectors(struct ike *ike, uint32_t pair, const uint8_t *start, size_t len);
/* Crypto maps attached or detached: IKE goes ON or OFF (%CRYPTO-6-ISAKMP_ON_OFF). */
void ike_map_changed(struct ike *ike);
/* Addresses of the router came or went: an IKE SA whose end is none of ours goes, without a word, as nothing can be sent
 * from there. */
void ike_addresses_changed(struct ike *ike, bool (*ours)(void *arg, uint32_t addr), void *arg);

/* Debugs. The ISAKMP bit is registered; those of ipsec and engine are ipsec's, and IKE, which speaks under them too, is
 * told of every change
 * (`undebug all` it hears by itself). */
bool *ike_debug_isakmp(struct ike *ike);
void ike_debug_set(struct ike *ike, bool ipsec, bool engine);
/* May a line pass `debug crypto condition`? For ipsec_debug_filter. */
bool ike_debug_pass(const struct ike *ike, const struct debug_about *about, enum debug_side side);

/* clear crypto isakmp [connid]: DELETE goes out, IPsec SAs stay. conn_id 0: all. */
void ike_clear_sas(struct ike *ike, uint32_t conn_id);
/* clear crypto session [local A] [remote A [port N]]: IKE and IPsec. 0: any. */
void ike_clear_session(struct ike *ike, uint32_t local, uint32_t peer, uint16_t port);
#endif
