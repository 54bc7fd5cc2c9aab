/* snmp.h: the SNMP side of one router: notifications sent to `snmp-server host`s, and those received by `snmp-server manager`. */
#ifndef SNMP_SNMP_H
#define SNMP_SNMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/bus.h"

struct bus;
struct clock;
struct debug_registry;
struct files;
struct inet;
struct manager;
struct log;
struct loop;
struct rnd;
struct mib;
struct mib_row;
struct snmp;
struct snmp_conf;
struct snmp_host_conf;
struct snmp_view_conf;
struct agent_value;
struct text;
struct trap_var;
struct udp_from;
struct object_gate;
struct trap_gate;

/* A pool of memory: bytes. */
struct snmp_pool {
    const char *name;
    uint64_t used, free, largest;
};

/* Where the agent lives. Everything is borrowed and must outlive it. */
struct snmp_env {
    struct loop *loop;
    struct clock *clock;
    struct bus *bus;
    struct log *log;
    struct inet *inet;
    struct debug_registry *debug; /* NULL: nobody lists or clears our debug bit */
    uint64_t boot_us;    /* loop time at which the router began: the zero of sysUpTime */
    uint32_t product;    /* sysObjectID is 1.3.6.1.4.1.9.1.product (CISCO-PRODUCTS-MIB: 1045 is a 2911) */
    const char *chassis; /* serial number that `show snmp` prints; NULL: none */
    struct mib *mib; /* the router's managed objects; rows of our own are added. NULL: there are none to answer from */
    struct files *files; /* where SNMPv3 keeps its engine and users; NULL: nowhere */
    bool keep;           /* ... and may (not with --seed) */
    struct rnd *rnd;     /* salts begin by chance; NULL: at 0 */
    uint8_t mac[6];      /* of the default engine id */
    const char *descr;   /* sysDescr; NULL: "" */
    const char *(*hostname)(void *arg); /* sysName; NULL: "" */
    bool (*rename)(void *arg, const char *hostname,
                   bool commit); /* sysName is set: may it be this? With commit, let it be. NULL: it may not */
    bool (*pool)(
        void *arg, unsigned i,
        struct snmp_pool *out);      /* the i-th pool of memory, from 0; false: there is none. NULL: none is known */
    unsigned (*sessions)(void *arg); /* hrSystemNumUsers; NULL: 0 */
    bool (*permits)(void *arg, const char *acl,
                    uint32_t source); /* does the access list let this address? NULL: all of them do */
    void (*reload)(void *arg); /* a manager asks for it; NULL: it may not */
    struct shells *shells;     /* where a manager's copies are typed; NULL: nowhere */
    void *arg;
};

struct snmp *snmp_new(const struct snmp_env *env);
/* Ask these gates before a notification goes to a host, and before a request is answered from the MIB. */
void snmp_watched(struct snmp *s, const struct trap_gate *traps, const struct object_gate *objects);
/* Whoever wants to ask other agents asks here; as long as the router is there. */
void snmp_manager(struct snmp *s, struct manager *out);
void snmp_free(struct snmp *s); /* NULL-safe */

/* The live configuration. After writing to it call snmp_conf_changed: the agent acts at the end of the loop turn. */
struct snmp_conf *snmp_conf(struct snmp *s);
void snmp_conf_changed(struct snmp *s);
/* `snmp-server enable traps`: all kinds at once; is any enabled? */
void snmp_enable_traps(struct snmp *s, bool on);
bool snmp_traps_enabled(const struct snmp *s);
/* `no snmp-server`: every setting back to its default, sockets closed. Counters stay. */
void snmp_stop(struct snmp *s);
/* Any snmp-server line starts the agent; only snmp_stop (or a reload) ends it. */
bool snmp_running(struct snmp *s);
const char *snmp_chassis(const struct snmp *s); /* "" when none */
const char *snmp_descr(const struct snmp *s);   /* sysDescr */
const char *snmp_name(const struct snmp *s);    /* sysName: the hostname */
bool snmp_rename(struct snmp *s, const char *hostname, bool commit);
/* sysObjectID, into out; how many numbers. */
size_t snmp_object_id(const struct snmp *s, uint32_t *out);
/* 1/100 s since the router began, modulo 2^32: sysUpTime. */
uint32_t snmp_uptime(const struct snmp *s);
struct loop *snmp_loop(const struct snmp *s);
bool snmp_pool(const struct snmp *s, unsigned i, struct snmp_pool *out);

/* The histories of CISCO-SYSLOG-MIB and CISCO-CONFIG-MAN-MIB (history.c). Entries are numbered from 1; that of the least number that is `from` or more, NULL at the
 * end. Valid until the next turn. */
#define SNMP_HISTORY_MAX 500
struct snmp_logged {
    uint32_t index, at; /* at: sysUpTime */
    uint8_t severity;   /* 0-7 */
    char facility[24], name[40], text[256];
};
enum snmp_medium { CCM_ERASE = 1, CCM_COMMAND_SOURCE, CCM_RUNNING, CCM_STARTUP }; /* HistoryEventMedium */
struct snmp_configured {
    uint32_t index, at;
    enum snmp_medium from, to;
    char user[32];
    uint32_t line;
};
const struct snmp_logged *snmp_logged_from(const struct snmp *s, uint32_t from);
int snmp_terminal_type(const struct snmp_configured *e); /* ccmHistoryEventTerminalType */
const struct snmp_configured *snmp_configured_from(const struct snmp *s, uint32_t from);
struct snmp_history_stats {
    uint64_t sent, ignored, flushed,
        bumped; /* messages notified; below the level; that gave way in the history; events that did */
    uint32_t changed, saved,
        startup; /* sysUpTime when running-config was changed and saved, and startup-config changed, last; 0: never */
};
struct snmp_history_stats snmp_history_stats(const struct snmp *s);
/* May a manager reload the router (snmp-server system-shutdown)? With commit, it does. */
bool snmp_reload(struct snmp *s, bool commit);
/* snmpSetSerialNo */
int32_t *snmp_set_serial(struct snmp *s);

/* Who may do what, one after the other, as `show snmp` lists it and SNMP-VIEW-BASED-ACM-MIB names it (who.c). *cursor begins at 0; false: there is no other. */
enum snmp_storage {
    STORAGE_VOLATILE = 2,
    STORAGE_NONVOLATILE,
    STORAGE_PERMANENT,
    STORAGE_READ_ONLY
}; /* RFC 2579 StorageType */
struct snmp_community_info {
    const char *name, *acl;
    unsigned index; /* snmpCommunityIndex is "cisco" and this */
    enum snmp_storage storage;
};
bool snmp_community_next(struct snmp *s, size_t *cursor, struct snmp_community_info *out);
struct snmp_group_info {
    const char *name, *context, *read, *write, *notify, *acl; /* "": none */
    int model, level; /* enum snmp_group_model; 0 noauth, 1 auth, 2 priv */
    bool prefix;      /* the context is the beginning of a name */
    enum snmp_storage storage;
};
bool snmp_group_next(struct snmp *s, size_t *cursor, struct snmp_group_info *out);
struct snmp_view_info {
    const char *name, *subtree;
    bool excluded;
    enum snmp_storage storage;
};
bool snmp_view_next(struct snmp *s, size_t *cursor, struct snmp_view_info *out);

/* The lines of the views that are always there: v1default, *ilmi. NULL past the end. */
const struct snmp_view_conf *snmp_view_permanent(size_t i);
/* A subtree's name as numbers, with a mask of its places (any: `*`); how many, 0: it has no such name. */
size_t snmp_view_subtree(struct snmp *s, const char *subtree, uint32_t out[TRAP_OID_MAX], bool any[TRAP_OID_MAX]);
/* The name of one object, typed as that of a subtree but without `*`, into v->oid. */
bool snmp_object(struct snmp *s, const char *typed, struct trap_var *v);
/* " name = value" and a newline: the name as IOS says it, behind the last part of it that has a name. */
void snmp_say_value(struct snmp *s, const struct agent_value *v, struct text *out);
/* The name that shows give an object of ours: "system.5", "ifDescr"; appended. */
void snmp_say_object(struct snmp *s, const struct mib_row *row, struct text *out);
/* Is this the name of a subtree: numbers, `*`, or a known name and numbers? */
bool snmp_view_name_good(struct snmp *s, const char *subtree);

/* Users of SNMPv3. They are no configuration: their keys are kept privately (store.c). */
struct snmp_user_spec {
    const char *name, *group, *acl; /* "" for no list */
    int auth, priv;                 /* 0 none; MD5 SHA SHA-256 SHA-384 SHA-512; 0 none; DES AES-128 -192 -256 3DES */
    const char *auth_secret, *priv_secret;
    bool localized;                 /* the secrets are localized keys in hexadecimal */
    uint32_t remote_addr;           /* 0: of our own engine */
    uint16_t remote_port;
    const uint8_t *remote_engine;
    size_t remote_engine_len;
};
/* Makes or replaces a user; takes some milliseconds. False: a password is too short, or a key has not its length. */
bool snmp_user_set(struct snmp *s, const struct snmp_user_spec *spec);
bool snmp_user_remove(struct snmp *s, const char *name, uint32_t remote_addr); /* false: there is none */
struct snmp_user_info {
    const char *name, *group, *acl;
    int auth, priv;
    const uint8_t *engine;
    size_t engine_len;
    uint32_t remote_addr;
    uint16_t remote_port;
};
/* The i-th, valid until users change; false past the end. */
bool snmp_user_info(struct snmp *s, size_t i, struct snmp_user_info *out);
/* Our engine: octets of its id, its boots, the seconds since. */
size_t snmp_engine(struct snmp *s, const uint8_t **id, int32_t *boots, int32_t *seconds);
/* Octets of hexadecimal digits; 0: odd, none, or others among them, or too many. */
size_t snmp_hex(const char *s, uint8_t *out, size_t cap);

/* The counters of `show snmp` (RFC 3418 snmp group names where there is one). */
struct snmp_stats {
    uint64_t in_pkts;
    uint64_t in_bad_versions;     /* not 1 or 2c */
    uint64_t in_bad_communities;
    uint64_t in_bad_uses;         /* a request that its community does not allow */
    uint64_t in_asn_errors;       /* not one well-formed message, or longer than we read */
    uint64_t in_get_requests, in_get_nexts, in_set_requests, in_responses;
    uint64_t in_response_errors;  /* responses with an error-status */
    uint64_t in_request_vars;     /* of gets */
    uint64_t in_traps, in_informs;
    uint64_t in_shortened;        /* varbinds left out, or values cut, because a fact cannot hold them */
    uint64_t out_pkts, out_traps, out_responses;
    uint64_t out_informs, inform_timeouts; /* tries; those given up */
    uint64_t out_too_big;         /* over the maximum packet size */
    uint64_t in_too_big, in_no_such_name, in_bad_value, in_read_only, in_gen_err; /* error-status of responses to us */
    uint64_t in_get_bulks;
    uint64_t in_set_vars;         /* values altered by sets that succeeded */
    uint64_t out_no_such_name, out_bad_value, out_gen_err;                        /* error-status of our responses */
    uint64_t out_get_requests, out_get_nexts, out_get_bulks, out_set_requests;    /* requests of our own */
    uint64_t ask_timeouts, ask_drops; /* those given up; those that could not be sent */
    uint64_t usm_unsupported_levels, usm_not_in_window, usm_unknown_users, usm_unknown_engines, usm_wrong_digests,
        usm_decryption_errors;                               /* RFC 3414 usmStats 1-6 */
    uint64_t unknown_models, invalid_msgs, unknown_handlers; /* RFC 3412 snmpMPDStats 1-3 */
    uint64_t unavailable_contexts, unknown_contexts;         /* RFC 3413 snmpUnavailableContexts, snmpUnknownContexts */
    uint64_t in_queue_drops;                                                      /* before we read them */
    uint64_t silent_drops, proxy_drops;                                           /* RFC 3418 */
};
const struct snmp_stats *snmp_stats(const struct snmp *s);

struct snmp_host_stats {
    uint32_t addr;
    uint16_t port;
    uint64_t sent, dropped; /* dropped: too big, not expressible in the host's version, too many, never acknowledged */
    unsigned queued;        /* informs that wait for their acknowledgement, traps for a route */
};
/* The i-th `snmp-server host`, in the order of the configuration; NULL past the end. */
const struct snmp_host_stats *snmp_host_stats(struct snmp *s, size_t i);

/* A request that came by another way than the router's own UDP (a port of this machine): the response goes to out, its length is returned; 0: none. */
#define SNMP_MESSAGE_MAX 8192
size_t snmp_request(struct snmp *s, const struct udp_from *from, const uint8_t *data, size_t len,
                    uint8_t out[SNMP_MESSAGE_MAX]);
/* The same, with the response handed to reply: in this call, or later when somebody else answers (object_gate), as long as the router is there. */
typedef void snmp_reply_fn(void *arg, const struct udp_from *to, const uint8_t *data, size_t len);
void snmp_serve(struct snmp *s, const struct udp_from *from, const uint8_t *data, size_t len, snmp_reply_fn *reply,
                void *arg);

/* File systems, as `show file systems` has those that hold files: 1 is disk0:, 2 nvram: (flash.c). */
enum { SNMP_FLASH_DEVICES = 2 };
struct snmp_flash {
    const char *name, *type; /* "disk0", "disk" */
    uint64_t total, free;    /* bytes */
};
bool snmp_flash(const struct snmp *s, unsigned device, struct snmp_flash *out); /* false: there is none */
struct snmp_flash_file {
    char name[256]; /* below the device: "dir/hub.txt" */
    bool dir;
    uint64_t size;
    int64_t mtime_us;
};
/* All files of a device in the order of `show flash:`; how many. Valid until the next turn. */
size_t snmp_flash_files(struct snmp *s, unsigned device, const struct snmp_flash_file **out);
/* Lines with a session, as `show users` lists them. */
unsigned snmp_sessions(const struct snmp *s);
struct clock *snmp_clock(const struct snmp *s); /* NULL: the agent knows no calendar */

/* So many requests were lost before they could be handed over. */
void snmp_dropped(struct snmp *s, uint32_t n);

struct mib *snmp_mib(struct snmp *s); /* what it answers from; NULL: nothing */

/* The i-th inform or request that waits for its answer: informs first, the oldest first; false past the end. */
struct snmp_pending {
    uint32_t request_id, addr;
    uint16_t port;
    const struct snmp_host_conf *host;
    unsigned expires; /* s: until it is sent again, or given up */
};
bool snmp_pending(struct snmp *s, size_t i, struct snmp_pending *out);

/* The i-th session of the manager's half; NULL past the end. Valid until the next turn. */
struct snmp_session {
    uint32_t addr;
    uint16_t port;
    int version; /* enum snmp_host_version */
    char who[129]; /* community or user */
    unsigned pending;
    uint32_t expires; /* s: while nothing is pending */
    uint32_t rtt_min, rtt_max, rtt_last; /* ms */
    uint64_t gets, get_nexts, get_bulks, sets, informs, timeouts, drops;
    uint64_t traps_in, informs_in, responses, errors;
};
const struct snmp_session *snmp_session(struct snmp *s, size_t i);

/* Who has asked us, and for what (polls.c). NULL: past the end; never. */
struct snmp_poll_host {
    uint32_t addr;
    uint64_t requests, last; /* last: loop time, us */
};
struct snmp_poll_object {
    const struct mib_row *row;
    uint64_t requests, last;
};
const struct snmp_poll_host *snmp_poll_host(const struct snmp *s, size_t i);
const struct snmp_poll_object *snmp_poll_object(const struct snmp *s, const struct mib_row *row);
void snmp_polls_clear(struct snmp *s, bool hosts, bool objects);

/* `debug snmp headers`, `debug snmp packets`, `debug snmp requests`, `debug snmp sessions` */
void snmp_debug_headers(struct snmp *s, bool on);
void snmp_debug_packets(struct snmp *s, bool on);
void snmp_debug_requests(struct snmp *s, bool on);
void snmp_debug_sessions(struct snmp *s, bool on);
bool snmp_debugging_packets(const struct snmp *s);
#endif
