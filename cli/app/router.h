/* router.h: one router from an environment: the composition root. Nothing below knows all the others; this does. */
#ifndef CLI_APP_ROUTER_H
#define CLI_APP_ROUTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/mem.h"
#include "espial/text.h"

struct bus;
struct children;
struct dataplane;
struct debug_registry;
struct eem;
struct ike_v2_export;
struct ipsec_key_export;
struct files;
struct link;
struct log;
struct mib;
struct loop;
struct rnd;
struct router;
struct shells;
struct snmp;
struct sshd;
struct work;

/* Borrowed, and must outlive the router; a reload makes a new router from the same one. */
struct router_env {
    struct loop *loop;
    struct streams *streams; /* for syslog over TCP; NULL: none */
    struct work *work;
    struct rnd *rnd;
    struct files *files;
    struct children *children; /* NULL: there are none (simulation) */
    const int *ssh_listeners; /* listening TCP sockets, non-blocking; they outlive reloads */
    size_t nssh_listeners;
    const int *
        snmp_sockets; /* bound UDP sockets of this machine on which the agent answers too, non-blocking; they outlive reloads */
    size_t nsnmp_sockets;
    bool keep_keys;          /* host keys are kept in nvram:; false with --seed */
    const char *hostname;    /* until the configuration names another */
    const char *platform;    /* "iosxe" or "ios" */
    uint8_t mac_base[6];
    const char *boot_reason; /* words of show version: "power-on", "reload" */
    /* `reload` was confirmed: free this router later (not inside the call) and make it again. */
    void (*reload)(void *arg);
    void *reload_arg;
    /* What the boot printed (refused lines of the startup-config). May be NULL. */
    void (*said)(void *arg, const char *text, size_t len);
    void *said_arg;
    /* --export-keys: see struct ike_env. May be NULL. */
    void (*export_key)(void *arg, const uint8_t icookie[8], const uint8_t *key, size_t key_len);
    void (*export_ikev2)(void *arg, const struct ike_v2_export *k);
    void (*export_sa)(void *arg, const struct ipsec_key_export *k);
    void *export_arg;
};

/* Compiles the command tables; NULL and err on a fault in them (a programming error that start-up refuses). Links are attached next, then router_boot. */
struct router *router_new(const struct router_env *env, struct text *err);
/* NULL-safe. Links go with it. */
void router_free(struct router *r);
/* Type nvram:startup-config, if there is one, and say that the system started. */
void router_boot(struct router *r);

struct shells *router_shells(struct router *r);
struct dataplane *router_dataplane(struct router *r);
struct mib *router_mib(struct router *r);
struct bus *router_bus(struct router *r);
struct log *router_log(struct router *r);
struct sshd *router_ssh(struct router *r);
const char *router_hostname(struct router *r);
#endif
