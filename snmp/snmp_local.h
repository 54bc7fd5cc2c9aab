/* snmp_local.h: the running agent. Only files of this folder include it. */
#ifndef SNMP_LOCAL_H
#define SNMP_LOCAL_H

#include "espial/buf.h"
#include "espial/bus.h"
#include "espial/debug.h"
#include "espial/inet.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/manager.h"
#include "espial/mem.h"
#include "espial/msg.h"
#include "espial/text.h"
#include "snmp/codec.h"
#include "snmp/snmp.h"
#include "snmp/snmp_conf.h"
#include "snmp/sums.h"

#define SYS_OBJECT_ID_LEN 9
#define CONFIGURED_MAX    10 /* ccmHistoryMaxEventEntries */

/* usm.c */
struct snmp_user {
    char name[SNMP_NAME_MAX + 1], group[SNMP_NAME_MAX + 1], acl[SNMP_ACL_MAX];
    uint8_t auth, priv;                /* enum usm_auth, usm_priv */
    uint8_t engine[ENGINE_ID_MAX], engine_len; /* whose keys these are: our own engine, or that of a `remote` */
    uint32_t remote_addr;              /* of a `remote` user; 0: local */
    uint16_t remote_port;
    uint8_t auth_key[USM_KEY_MAX];     /* localized */
    /* Localized, and lengthened where the hash gives less than the cipher takes: [0] as draft-blumenthal-aes-usm-04 says, [1] as draft-reeder-snmpv3-usm-3desede does
     * (IOS). Equal for all others. */
    uint8_t priv_key[2][USM_KEY_MAX];
    struct
        engine_clock { /* of a `remote`: the last boots and time that his sum proved, and when (loop time, us); 0: none yet */
        int32_t boots, time;
        uint64_t learned;
    } clock;
};

/* name.c */
struct mib;
struct snmp_name {
    uint32_t v[TRAP_OID_MAX];
    bool any[TRAP_OID_MAX]; /* `*` */
    uint8_t n;
};
MUST_USE bool name_parse(const struct mib *m, const char *text, struct snmp_name *out);
void name_say(const struct mib *m, const uint32_t *oid, size_t n, struct text *out); /* "system.5.0", "ifDescr.1" */

/* view.c */
struct family {
    struct snmp_name name;
    bool included;
};
struct view {
    char name[SNMP_NAME_MAX + 1];
    struct family *families;
    size_t n;
};

struct kind { /* kinds.c */
    const char *name;
    size_t enabled, only; /* offsets of bools in struct snmp_conf, struct snmp_host_conf */
    bool no_line;         /* of `enable traps`: enabled through SNMP alone (mib/control.c) */
};
struct target { /* an `snmp-server host` as it runs */
    struct snmp_host_stats n;
    struct snmp_host_conf line; /* as it was when it began: what it is known by */
};
struct outgoing; /* outbox.c */
struct session { /* session.c */
    struct session *next;
    struct snmp_session n;
    uint64_t used; /* loop time: when it was last begun or ended */
};

struct held;
struct snmp {
    struct snmp_env env;
    uint32_t sys_object_id[SYS_OBJECT_ID_LEN];
    struct snmp_conf conf;
    struct view *views;
    size_t nviews;
    uint8_t engine[ENGINE_ID_MAX];
    size_t engine_len;
    int32_t boots;
    bool begun;        /* boots are of this life */
    bool engine_named; /* by a line of the configuration */
    struct snmp_user *users;
    size_t nusers;
    uint64_t salt;
    struct v3 *v3;            /* the message that is being looked at */
    struct answer *answer;    /* the one that is being made */
    struct trap_var *scratch; /* of the request that is being answered */
    unsigned nscratch;
    struct arrived { /* the datagram that is being served */
        const struct udp_from *from;
        const uint8_t *data; /* NULL: none */
        size_t len;
        snmp_reply_fn *reply;
        void *arg;
        bool kept; /* it waits now */
    } arrived;
    struct held *held;    /* held.c: requests that wait for somebody's answer */
    struct held *serving; /* one whose answers are there */
    unsigned nheld;
    bool running;
    struct deferred settle; /* compare asked with running, once a turn */
    struct deferred begin;  /* the agent began in this turn: say so */
    struct udp_sock *listener, *sender, *agent; /* ports 162, an ephemeral one, 161 */
    struct target *hosts; /* one for each conf.hosts, same order, after snmp_settle */
    size_t nhosts;
    struct outgoing *outgoing; /* in the order in which they were first sent */
    struct agent_ask *asks;    /* ask.c; the newest first */
    unsigned nasks;
    struct udp_sock *asker;    /* while there are some */
    struct polls *polls;       /* polls.c; NULL: nobody has asked yet */
    struct session *sessions;  /* in the order in which they began */
    unsigned nsessions;
    bool started; /* it has run before, since the router began */
    bool restarted; /* ... and runs again, which nobody was told yet */
    struct snmp_stats stats;
    uint32_t request_id;    /* of the last v2c trap */
    struct snmp_logged *logged; /* SNMP_HISTORY_MAX of them: a ring */
    uint32_t syslog_index;      /* clogHistIndex of the newest; it stands at (index - 1) % MAX */
    struct snmp_configured configured[CONFIGURED_MAX];
    bool config_touched; /* since configuration mode was left last */
    uint32_t config_index;      /* ccmHistoryEventIndex, the same */
    struct snmp_history_stats history;
    struct {
        int64_t changed; /* sysUpTime of the last change that was seen */
        uint64_t told;   /* loop time of the last notification; 0: none */
        struct timer timer;
    } entity;
    struct copying *copies;   /* copy.c; in the order of their index */
    struct flash_list *flash; /* flash.c: SNMP_FLASH_DEVICES of them; NULL: nobody has asked yet */
    const struct trap_gate *trap_gate;     /* NULL: nobody watches notifications */
    const struct object_gate *object_gate; /* NULL: nobody answers requests */
    uint64_t notifications;                /* raised so far: the number of the last one */
    int32_t set_serial;
    bool debug_packets, debug_headers, debug_requests, debug_sessions;
};

/* snmp.c: act now on a change of configuration that waits for the end of the turn. */
void snmp_settle(struct snmp *s);
void snmp_begin(struct snmp *s); /* it runs from here on; told when the turn is over */

/* view.c: compiled anew at every change of configuration. */
void view_settle(struct snmp *s);
void view_clear(struct snmp *s);
const struct view *view_find(const struct snmp *s, const char *name); /* NULL: no such view */
/* NULL includes nothing. */
bool view_includes(const struct view *v, const uint32_t *oid, size_t n);
/* Is everything below this name outside? */
bool view_excludes_all(const struct view *v, const uint32_t *oid, size_t n);

/* access.c: what a community string lets its sender do; each includes those before it, except NONE. */
enum access { ACCESS_NONE, ACCESS_NOTIFY, ACCESS_READ, ACCESS_WRITE };
struct grant {
    const struct view *read, *write; /* NULL: nothing */
};
/* Of a request of version 1 or 2 (v2c) from this address; NONE also when an access list denies it. */
enum access access_community(const struct snmp *s, unsigned version, const uint8_t *community, size_t len, uint32_t src,
                             struct grant *g);
/* Level: 0 noAuthNoPriv, 1 authNoPriv, 2 authPriv. False: no row of his group is for this. */
bool access_user(const struct snmp *s, const struct snmp_user *u, int level, const char *context, uint32_t src,
                 struct grant *g);
/* Of a notification of version 1 or 2c: whose string, from where; NONE also when an access list denies it. */
enum access access_of(const struct snmp *s, const uint8_t *community, size_t len, uint32_t src);
/* May this notification be sent under this user (RFC 3413 3.3)? */
bool access_notifies(const struct snmp *s, const struct snmp_user *u, int level, const struct fact_trap *t);

/* transport.c: open and close the sockets that the configuration asks for. */
void transport_settle(struct snmp *s);
void transport_close(struct snmp *s);
/* The address a notification to dst leaves from: that of trap-source (or of source-interface informs) when it has one, else the route's; 0 when there is no route. */
uint32_t transport_source(struct snmp *s, uint32_t dst, bool inform);
MUST_USE bool transport_send(struct snmp *s, uint32_t src, uint32_t dst, uint16_t port, const uint8_t *data,
                             size_t len);

/* history.c: what happened, into the history; its entry. */
struct snmp_logged *history_log(struct snmp *s, const struct fact_syslog *f);
void history_changed(struct snmp *s); /* running-config was: one line of it */
struct snmp_configured *history_configured(struct snmp *s, const struct fact_config *f);

/* flash.c */
void flash_clear(struct snmp *s);

/* kinds.c */
const struct kind *kind_find(const char *name); /* NULL: none */
bool kind_enabled(const struct snmp_conf *c, const struct kind *k);
bool host_same(const struct snmp_host_conf *a,
               const struct snmp_host_conf *b); /* are they one line, whatever kinds it lists? */
bool kind_for_host(const struct snmp_host_conf *h, const struct kind *k);
bool kinds_any(const struct snmp_conf *c); /* is one enabled? */

/* outbox.c */
void outbox_post(struct snmp *s, const struct snmp_host_conf *h, const struct fact_trap *t);
void outbox_datagram(void *arg, const struct udp_from *from, const uint8_t *data, size_t len);
unsigned outbox_waiting(const struct snmp *s, const struct snmp_host_conf *h);
void outbox_settle(struct snmp *s);
void outbox_clear(struct snmp *s);

/* ask.c: of `show snmp pending`; the end. */
bool ask_pending(struct snmp *s, size_t i, struct snmp_pending *out);
void ask_clear(struct snmp *s);
/* session.c: a request begins and ends; sent: when the try that was answered left, NULL: none was. begin gives NULL when there is no room, which end bears. */
struct session *session_begin(struct snmp *s, uint32_t addr, uint16_t port, int version, const char *who);
void session_end(struct snmp *s, struct session *at, const uint64_t *sent);
void session_heard(struct snmp *s, uint32_t addr, bool inform); /* a notification */
void session_clear(struct snmp *s);

/* polls.c: a request from this address was answered; an object was asked for by this name. */
void polls_host(struct snmp *s, uint32_t addr);
void polls_object(struct snmp *s, const uint32_t *oid, size_t n);
void polls_free(struct snmp *s);

/* notify.c: to every host whose type list accepts t->kind, when that kind is enabled. */
void notify_send(struct snmp *s, const struct fact_trap *t);
bool notify_enabled(const struct snmp *s, const char *kind);
void notify_wanted(void *arg, const void *fact); /* FACT_TRAP_WANTED */

/* raise.c: notifications of our own. */
void raise_entity(void *snmp);
void raise_entities_known(struct snmp *s); /* what is there now is no change */
void raise_config_changed(void *arg, const void *fact); /* FACT_CONFIG_CHANGED */
void raise_syslog(void *arg, const void *fact);         /* FACT_SYSLOG */
void raise_authentication_failure(struct snmp *s, uint32_t from);
void raise_link(struct snmp *s, const struct fact_trap *t); /* linkUp, linkDown, as `trap link ietf` wants them */
void raise_start(struct snmp *s, bool warm);

/* serve_v3.c: a request in version 3, behind the version; octets of the response in out (SNMP_MESSAGE_MAX). */
size_t serve_v3(struct snmp *s, const struct udp_from *from, const uint8_t *data, size_t len, struct rd rest,
                uint8_t *out);
/* serve.c */
void serve_datagram(void *arg, const struct udp_from *from, const uint8_t *data, size_t len);
/* receive.c: a sender without a right to speak: counted, said, and notified unless `quiet`. */
void refuse_sender(struct snmp *s, uint32_t src, bool quiet);
void response_count(struct snmp *s, uint32_t status); /* the error-status of a response to us */
void receive_datagram(void *arg, const struct udp_from *from, const uint8_t *data, size_t len);
/* A trap or an inform that may speak: counted, shown, told. */
void receive_hear(struct snmp *s, struct snmp_message *m, const struct udp_from *from);
/* receive_v3.c: the whole datagram; false: it is of no version 3 (nothing was counted). */
MUST_USE bool receive_v3(struct snmp *s, const struct udp_from *from, const uint8_t *data, size_t len);

/* trace.c: `debug snmp packets` and `headers`. Callers have tested the bit. */
struct answer;
struct request;
struct v3;
void trace_header_v3(struct snmp *s, const struct v3 *m);
void trace_header(struct snmp *s, unsigned version, const uint8_t *community, size_t len);
void trace_request(struct snmp *s, const struct request *r, const struct udp_from *from);
void trace_answer(struct snmp *s, const struct request *r, const struct answer *a, uint32_t dst);
void trace_queued(struct snmp *s, const struct snmp_message *m, uint32_t dst);
void trace_received(struct snmp *s, const struct snmp_message *m, uint32_t src);
void trace_refused(struct snmp *s, const char *why, uint32_t src);
void trace_manager(struct snmp *s, const struct snmp_host_conf *h, unsigned retries,
                   unsigned timeout_s);                                             /* `debug snmp requests` */
void trace_session(struct snmp *s, const struct snmp_session *n, const char *what); /* `debug snmp sessions` */
void trace_ask(struct snmp *s, uint8_t tag, struct rd pdu, uint32_t dst);
void trace_response(struct snmp *s, const struct request *r, uint32_t src);
#endif
