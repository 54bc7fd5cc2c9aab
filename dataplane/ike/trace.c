/* What IKE says: debug lines of `debug crypto isakmp|ipsec|engine` in the form of IOS-XE 16, filtered by `debug crypto
 * condition`, and the %CRYPTO messages.
 *
 * A line is made only when its bit is on and the conditions let it pass (condition.c). What ipsec says itself under `debug crypto
 * ipsec|engine` (requests, SAs made and deleted) is not repeated here: IKE adds the negotiation and its own sums, under
 * copies of those two bits. Messages that anyone on the wire can cause go through two limits: one a peer and minute,
 * and a bucket of ten a second in all, so that forged sources cannot fill the log. */
#include <stdarg.h>
#include <stdio.h>

#include "dataplane/ike/engine.h"
#include "espial/msg.h"
#include "espial/text.h"

static struct debug_about about_sa(const struct ike_sa *sa, uint32_t peer)
{
    return sa ? (struct debug_about){.peer = sa->remote,
                                     .local = sa->local,
                                     .conn[0] = sa->conn_id,
                                     .profile = sa->profile,
                                     .id = sa->peer_id}
              : (struct debug_about){.peer = peer};
}

bool trace_on(const struct ike *ike, const struct ike_sa *sa, uint32_t peer)
{
    struct debug_about about = about_sa(sa, peer);

    return ike->debug_isakmp && ike_debug_pass(ike, &about, DEBUG_SIDE_ISAKMP);
}

void trace(struct ike *ike, const struct ike_sa *sa, uint32_t peer, enum trace_kind kind, const char *fmt, ...)
{
    static const char *const prefix[] = {"ISAKMP", "ISAKMP-PAK", "ISAKMP-ERROR"};
    char text[512];
    va_list ap;

    bool said = trace_on(ike, sa, peer), kept = kind == TRACE_ERROR && ike->conf.diagnose;
    if (!said && !kept)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (kept)
        ike_errors_add(&ike->errors, ike->conf.diagnose_max, sa ? sa->remote : peer, text);
    if (said)
        msg_debug(ike->env.log, "%s: (%u):%s", prefix[kind], sa ? sa->conn_id : 0, text);
}

static bool ipsec_on(const struct ike *ike, const struct debug_about *about)
{
    return ike->debug_ipsec && ike_debug_pass(ike, about, DEBUG_SIDE_IPSEC);
}

void trace_ipsec(const struct ike_sa *sa, const char *fmt, ...)
{
    struct debug_about about = about_sa(sa, 0);
    char text[768];
    va_list ap;

    if (!ipsec_on(sa->ike, &about))
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    msg_debug(sa->ike->env.log, "%s", text);
}

void trace_engine(const struct ike_sa *sa, const char *fmt, ...)
{
    struct debug_about about = about_sa(sa, 0);
    char text[256];
    va_list ap;

    if (!sa->ike->debug_engine || !ike_debug_pass(sa->ike, &about, DEBUG_SIDE_ENGINE))
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    msg_debug(sa->ike->env.log, "%s", text);
}

static struct debug_about about_policy(const struct ipsec_policy *p)
{
    return (struct debug_about){.peer = p->peer, .local = p->local, .profile = p->ikev2 ? "" : p->ike_profile};
}

void trace_pair_gone(struct ike *ike, const struct sa_pair_info *pair)
{
    struct debug_about about = about_policy(&pair->policy);

    about.spi[0] = pair->spi_in;
    about.spi[1] = pair->spi_out;
    about.conn[0] = IPSEC_CONN_BASE + pair->id;
    about.conn[1] = IPSEC_CONN_BASE + pair->id + 1;
    about.spi[2] = pair->over_in;
    about.spi[3] = pair->over_out;
    about.conn[2] = pair->over_in ? about.conn[0] + 2 : 0;
    about.conn[3] = pair->over_in ? about.conn[1] + 2 : 0;
    if (ike->debug_engine && ike_debug_pass(ike, &about, DEBUG_SIDE_ENGINE))
        msg_debug(ike->env.log, "crypto_engine: Delete IPSec SA");
}

const char *trace_role_state(const struct ike_sa *sa, char out[40])
{
    snprintf(out, 40, "(%c) %s%s", sa->initiator ? 'I' : 'R', ike_sa_show_state(sa), ike_sa_up(sa) ? "      " : "");
    return out;
}

static const char *hash_word(enum hash_alg a)
{
    static const char *const words[HASH_ALGS] = {"", "md5", "sha", "sha256", "sha384", "sha512"};

    return words[a];
}

const char *trace_transform(const struct ipsec_transform *t, char out[64])
{
    static const char *const names[CIPHER_ALGS] = {"esp-null", "esp-des", "esp-3des", "esp-aes", "esp-gcm", "esp-gmac"};
    char bits[8] = "";

    if (t->proto == PROTO_AH) {
        snprintf(out, 64, "ah-%s-hmac ", hash_word(t->auth));
        return out;
    }
    if (t->key_bits && !(t->cipher == CIPHER_AES_CBC && t->key_bits == 128))
        snprintf(bits, sizeof bits, " %u", t->key_bits);
    if (t->auth != HASH_NONE)
        snprintf(out, 64, "%s%s esp-%s-hmac ", names[t->cipher], bits, hash_word(t->auth));
    else
        snprintf(out, 64, "%s%s ", names[t->cipher], bits);
    return out;
}

/* "2.2.2.0/255.255.255.0/256/0": protocol 256 is any. */
static const char *proxy(const struct selector *s, char out[64])
{
    snprintf(out, 64, "%s/%s/%u/%u", IP4(s->addr), IP4(s->mask), s->proto ? s->proto : 256u, s->port);
    return out;
}

static void key_part(struct ike *ike, const char *head, const char *way, const struct ipsec_policy *p,
                     const struct ipsec_transform *t, bool udp, uint16_t port, uint32_t life_s, uint32_t life_kb)
{
    char l[64], r[64], tr[64];

    msg_debug(ike->env.log,
              "IPSEC%s\n  (key eng. msg.) %s local= %s:%u, remote= %s:%u,\n    local_proxy= %s,\n    remote_proxy= "
              "%s,\n    protocol= %s, transform= %s (%s%s), \n"
              "    lifedur= %us and %ukb, \n    spi= 0x0(0), conn_id= 0, keysize= %u, flags= 0x0",
              head, way, IP4(p->local), port, IP4(p->peer), port, proxy(&p->local_sel, l), proxy(&p->remote_sel, r),
              t->proto == PROTO_AH ? "AH" : "ESP", trace_transform(t, tr),
              t->mode == IPSEC_TRANSPORT ? "Transport" : "Tunnel", udp ? "-UDP" : "", life_s, life_kb, t->key_bits);
}

static void key_message(struct ike *ike, const char *head, const char *way, const struct ipsec_policy *p,
                        const struct ipsec_transform *t, bool udp, uint16_t port, uint32_t life_s, uint32_t life_kb)
{
    struct ipsec_transform parts[2];
    unsigned n = ipsec_transform_parts(t, parts);

    for (unsigned i = 0; i < n; i++)
        key_part(ike, head, way, p, &parts[i], udp, port, life_s, life_kb);
}

void trace_sa_request(struct ike *ike, const struct ipsec_policy *want)
{
    struct debug_about about = about_policy(want);

    for (unsigned i = 0; ipsec_on(ike, &about) && i < want->ntransforms; i++)
        key_message(ike, "(sa_request): ,", "OUTBOUND", want, &want->transforms[i], false, 500, want->life_s,
                    want->life_kb);
}

void trace_proposal(const struct ike_sa *sa, const struct ipsec_policy *p, const struct p2_choice *c)
{
    struct debug_about about = about_sa(sa, 0);

    if (!ipsec_on(sa->ike, &about))
        return;
    msg_debug(sa->ike->env.log, "IPSEC(validate_proposal_request): proposal part #1");
    key_message(sa->ike, "(validate_proposal_request): proposal part #1,", "INBOUND", p, &c->transform, c->udp, 0, 0,
                0);
}

#define WIRE_LIMIT_MS 60000 /* messages that a packet from nobody known can cause: one a peer and minute */
MSG(MSG_ON_OFF, "CRYPTO", 6, "ISAKMP_ON_OFF", 0, "ISAKMP is %s");
MSG(MSG_NO_SA, "CRYPTO", 4, "IKMP_NO_SA", WIRE_LIMIT_MS,
    "IKE message from %s has no SA and is not an initialization offer");
MSG(MSG_BAD, "CRYPTO", 4, "IKMP_BAD_MESSAGE", WIRE_LIMIT_MS,
    "IKE message from %s failed its sanity check or is malformed");
MSG(MSG_MODE_FAILURE, "CRYPTO", 6, "IKMP_MODE_FAILURE", WIRE_LIMIT_MS, "Processing of %s failed with peer at %s");
MSG(MSG_AUTH_FAIL, "CRYPTO", 6, "IKMP_AUTH_FAIL", WIRE_LIMIT_MS, "Authentication method 4 failed with host %s");
MSG(MSG_NOT_ENCRYPTED, "CRYPTO", 6, "IKMP_NOT_ENCRYPTED", WIRE_LIMIT_MS,
    "IKE packet from %s was not encrypted and it should've been.");
MSG(MSG_NOT_OFFERED, "CRYPTO", 6, "IKMP_SA_NOT_OFFERED", WIRE_LIMIT_MS,
    "Remote peer %s responded with attribute %s not offered or changed");
MSG(MSG_NOT_AUTH, "CRYPTO", 6, "IKMP_SA_NOT_AUTH", WIRE_LIMIT_MS,
    "Cannot accept Quick Mode exchange from %s if SA is not authenticated!");
MSG(MSG_AG_DISABLED, "CRYPTO", 5, "IKMP_AG_MODE_DISABLED", WIRE_LIMIT_MS,
    "Unable to initiate or respond to Aggressive Mode while disabled");
MSG(MSG_NO_PSK_POLICY, "CRYPTO", 4, "IKMP_NO_PSK_POLICY", WIRE_LIMIT_MS,
    "No ISAKMP policy authenticates with pre-shared keys, and this router has no RSA keys: cannot negotiate with %s");
MSG(MSG_NEG_ABORT, "IKEV2", 3, "NEG_ABORT", WIRE_LIMIT_MS, "Negotiation aborted due to ERROR: %s");
MSG(MSG_SESSION, "CRYPTO", 5, "SESSION_STATUS", 0, "Crypto tunnel is %s.  Peer %s:%u       Id: %s");

MSG(MSG_DENIED, "CRYPTO", 4, "IKE_DENY_SA_REQ", WIRE_LIMIT_MS, "IKE denied an %s SA request from %s to %s due to %s");

static bool token(struct ike *ike)
{
    uint64_t now = loop_now(ike->env.loop);

    if (now - ike->log_tokens_at >= US_PER_S) {
        ike->log_tokens_at = now;
        ike->log_tokens = IKE_LOG_BURST;
    }
    if (!ike->log_tokens)
        return false;
    ike->log_tokens--;
    return true;
}

bool ike_msg(struct ike *ike, enum ike_msg what, uint32_t peer, const char *text)
{
    struct log *log = ike->env.log;
    const char *a = IP4(peer);

    if (what == IKE_MSG_ON || what == IKE_MSG_OFF) {
        msg_post(log, &MSG_ON_OFF, what == IKE_MSG_ON ? "ON" : "OFF");
        return true;
    }
    if (!token(ike))
        return false;
    switch (what) {
    case IKE_MSG_NO_SA: return msg_post_key(log, &MSG_NO_SA, peer, a);
    case IKE_MSG_BAD: msg_post_key(log, &MSG_BAD, peer, a); break;
    case IKE_MSG_MODE_FAILURE:
        msg_post_key(log, &MSG_MODE_FAILURE, (uint64_t)text[0] << 32 | peer, text, a);
        break; /* each mode has its own minute */
    case IKE_MSG_AUTH_FAIL: msg_post_key(log, &MSG_AUTH_FAIL, peer, a); break;
    case IKE_MSG_NOT_ENCRYPTED: msg_post_key(log, &MSG_NOT_ENCRYPTED, peer, a); break;
    case IKE_MSG_NOT_OFFERED: msg_post_key(log, &MSG_NOT_OFFERED, peer, a, text); break;
    case IKE_MSG_NOT_AUTH: msg_post_key(log, &MSG_NOT_AUTH, peer, a); break;
    case IKE_MSG_AG_DISABLED: msg_post(log, &MSG_AG_DISABLED); break;
    case IKE_MSG_NEG_ABORT: msg_post_key(log, &MSG_NEG_ABORT, peer, text); break;
    case IKE_MSG_NO_PSK_POLICY: msg_post(log, &MSG_NO_PSK_POLICY, a); break;
    default: break;
    }
    return true;
}

bool ike_msg_denied(struct ike *ike, bool incoming, uint32_t from, uint32_t to, const char *why)
{
    bool may = token(ike);
    if (may)
        msg_post_key(ike->env.log, &MSG_DENIED, (uint64_t)from << 32 | to, incoming ? "INCOMING" : "OUTGOING",
                     IP4(from), IP4(to), why);
    return may;
}

void ike_msg_session(struct ike *ike, bool up, uint32_t peer, uint16_t port, const char *id)
{
    if (ike->conf.logging_session)
        msg_post(ike->env.log, &MSG_SESSION, up ? "UP  " : "DOWN", IP4(peer), port, id[0] ? id : IP4(peer));
}
