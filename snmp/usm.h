/* usm.h: messages of SNMPv3 (RFC 3412) under the user-based security model (RFC 3414): taken apart, opened, sealed. */
#ifndef SNMP_USM_H
#define SNMP_USM_H

#include "snmp/ber.h"
#include "snmp/snmp_local.h"

enum v3_flags { V3_AUTH = 1, V3_PRIV = 2, V3_REPORTABLE = 4 };
#define USM_WINDOW      150 /* s */
#define USM_MODEL       3
#define V3_OVERHEAD_MAX 320 /* octets of a message beside the varbinds, whatever its names and keys */

/* A message, as it lies in the caller's data, and in `plain` when it was encrypted. */
struct v3 {
    int32_t id, max_size, model;
    uint8_t flags;
    struct rd engine, user_name;  /* of the security parameters */
    int32_t boots, time;
    struct rd auth, priv;         /* msgAuthenticationParameters, msgPrivacyParameters */
    struct rd body;               /* the scoped PDU, or (V3_PRIV) what hides it */
    struct rd context_engine, context_name, pdu; /* after v3_scoped; pdu is the content */
    uint8_t pdu_tag;
    uint8_t reeder;               /* which of the user's privacy keys opened it: the answer goes under the same */
    uint8_t plain[SNMP_IN_MAX];
};
static inline int v3_level(const struct v3 *m)
{
    return m->flags & V3_PRIV ? 2 : m->flags & V3_AUTH ? 1 : 0;
}

/* All that is behind the version. Nothing is believed yet. False: not well formed. */
MUST_USE bool v3_parse(struct rd rest, struct v3 *m);
/* Is the sum over this whole message (data, len) the user's? */
MUST_USE bool v3_proved(const struct snmp_user *u, const struct v3 *m, const uint8_t *data, size_t len);
/* Decrypt if need be and take the scoped PDU apart. False: not well formed (of an encrypted one: another key). */
MUST_USE bool v3_scoped(const struct snmp_user *u, struct v3 *m);

/* What a message of ours says about itself. */
struct v3_head {
    int32_t id;
    uint8_t flags;
    const struct snmp_user *user; /* NULL: without security, in the name `user_name` */
    struct rd user_name;
    uint8_t reeder;
    const uint8_t *engine;        /* the authoritative one, with its boots and time */
    size_t engine_len;
    int32_t boots, time;
    const uint8_t *context_engine;
    size_t context_engine_len;
    struct rd context_name;
};
/* w holds a PDU; it becomes the content of a whole message. Draws the salt from the router's counter. w->bad when something failed. */
void v3_seal(struct snmp *s, const struct v3_head *h, struct bw *w);

/* prove_v3.c: the order of proof of a message behind its version, into s->v3. The user whose it is, its scoped PDU taken apart; NULL: refused and counted, and a
 * report of *said octets is in out (SNMP_MESSAGE_MAX; 0: none). others: it may be of another engine, whose users we have keys of. */
struct snmp_user *prove_v3(struct snmp *s, uint32_t src, const uint8_t *data, size_t len, struct rd rest, bool others,
                           uint8_t *out, size_t *said);
/* A report of one counter of RFC 3411's MIBs, signed by u (NULL: by nobody); the counter rises. Octets in out; 0 when the sender wants none. */
enum v3_report {
    V3_UNSUPPORTED_LEVEL,
    V3_NOT_IN_WINDOW,
    V3_UNKNOWN_USER,
    V3_UNKNOWN_ENGINE,
    V3_WRONG_DIGEST,
    V3_DECRYPTION,
    V3_UNKNOWN_HANDLER,
    V3_UNKNOWN_CONTEXT
};
size_t report_v3(struct snmp *s, const struct v3 *m, const struct snmp_user *u, enum v3_report what, int32_t request_id,
                 uint8_t *out);
/* The PDU in w, back to whom m came from, under the same user and level; octets in out. */
size_t answer_v3(struct snmp *s, const struct v3 *m, const struct snmp_user *u, struct bw *w, uint8_t *out);

/* Our own engine. */
int32_t usm_time(const struct snmp *s); /* snmpEngineTime, s */
/* A user whose keys are of this engine; NULL: none. */
struct snmp_user *usm_user(const struct snmp *s, const uint8_t *engine, size_t engine_len, const uint8_t *name,
                           size_t name_len);
bool usm_engine_is_ours(const struct snmp *s, struct rd engine);
bool usm_engine_known(const struct snmp *s, struct rd engine); /* has it a user? */
/* The clock of a user's engine, which is not ours: seconds, now; is what a proved message says within the window of RFC 3414 3.2 7b? Then it is learned, but only forward:
 * an old message that somebody repeats must not turn the clock back. */
int32_t usm_clock_now(const struct snmp *s, const struct snmp_user *u);
bool usm_clock_fits(const struct snmp *s, const struct snmp_user *u, int32_t boots, int32_t time);
void usm_clock_learn(const struct snmp *s, struct snmp_user *u, int32_t boots, int32_t time);
/* Engine, boots and users from the private store; a new life of the agent raises boots. */
void usm_load(struct snmp *s);
void usm_begin(struct snmp *s);
void usm_settle(struct snmp *s); /* engineID local may have changed */
void usm_free(struct snmp *s);
#endif
