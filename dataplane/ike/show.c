/* Views of the running engine for shows: flat copies, made when asked, in the order SAs came up; and the conditions of
 * `debug crypto condition`. Nothing here formats text for a terminal. */
#include <stdio.h>
#include <string.h>

#include "dataplane/ike/engine.h"
#include "dataplane/ike/ike_show.h"
#include "dataplane/ike/v2/v2.h"
#include "dataplane/ipsec/ipsec.h"

static const char *cipher_word(enum cipher_alg a)
{
    switch (a) {
    case CIPHER_DES_CBC: return "des";
    case CIPHER_3DES_CBC: return "3des";
    case CIPHER_AES_CBC: return "aes";
    default: return "";
    }
}

static const char *hash_word(enum hash_alg a)
{
    static const char *const words[HASH_ALGS] = {"", "md5", "sha", "sha256", "sha384", "sha512"};

    return words[a];
}

#define CURSOR_END 1 /* else the cursor is the place of the next SA */

bool ike_sa_next(const struct ike *ike, size_t *cursor, struct ike_sa_info *out)
{
    uint64_t now = loop_now(ike->env.loop);
    const struct ike_sa *sa = *cursor ? (const struct ike_sa *)(uintptr_t)*cursor : ike->all;

    if (!sa || *cursor == CURSOR_END)
        return false;
    *cursor = sa->next ? (size_t)(uintptr_t)sa->next : CURSOR_END;
    *out = (struct ike_sa_info){
        .local = sa->local,
        .remote = sa->remote,
        .local_port = sa->local_port,
        .peer_port = sa->peer_port,
        .initiator = sa->initiator,
        .state = ike_sa_show_state(sa),
        .dead = sa->state == IKE_DEST_SA,
        .up = ike_sa_up(sa),
        .conn_id = sa->conn_id,
        .encr = sa->suite.group ? cipher_word(sa->suite.cipher) : "",
        .hash = hash_word(sa->suite.hash),
        .auth = sa->suite.group ? "psk" : "",
        .group = sa->suite.group,
        .key_bits = sa->suite.key_bits,
        .life_s = sa->suite.life_s,
        .dpd = sa->dpd && identity_keepalive(sa).every,
        .natt = sa->nat_local || sa->nat_remote,
    };
    out->negotiating = !out->up && !out->dead;
    if (out->up) {
        out->left_s = sa->expires > now ? (uint32_t)((sa->expires - now) / US_PER_S) : 0;
        out->up_s = (uint32_t)((now - sa->established) / US_PER_S);
    }
    out->fragments = sa->fragments && ike->conf.fragmentation;
    memcpy(out->peer_id, sa->peer_id, sizeof out->peer_id);
    memcpy(out->profile, sa->profile, sizeof out->profile);
    return true;
}

bool ike_peer_next(const struct ike *ike, size_t *cursor, struct ike_peer_info *out)
{
    const struct ike_peer *p = table_next(ike->peers, cursor);

    if (!p)
        return false;
    *out = (struct ike_peer_info){
        .local = p->local, .remote = p->addr, .port = p->port, .pairs = p->npairs, .up_since = p->up_since};
    for (const struct ike_sa *sa = p->sas; sa; sa = sa->peer_next)
        out->sas++;
    memcpy(out->id, p->id, sizeof out->id);
    return true;
}

struct ike_counts ike_counts(const struct ike *ike)
{
    return (struct ike_counts){
        .active = ike->nsas - ike->negotiating,
        .negotiating = ike->negotiating,
        .dead = ike->ndead,
        .dead_total = ike->dead_total,
        .half_open = ike->half_open,
        .bad_messages = ike->bad_messages,
    };
}

struct ike_work ike_work(const struct ike *ike)
{
    struct ike_work w = ike->worked;

    w.sas = ike->nsas;
    w.sas_max = IKE_SA_MAX;
    w.dh_max = IKE_SA_MAX;
    return w;
}

void ike_engine_rows(void *arg, void (*row)(void *ctx, const struct engine_row *r), void *ctx)
{
    static const char *const hashes[HASH_ALGS] = {"", "MD5", "SHA", "SHA256", "SHA384", "SHA512"};
    const struct ike *ike = arg;

    for (const struct ike_sa *sa = ike->all; sa; sa = sa->next) {
        struct engine_row r = {.id = sa->conn_id, .type = "IKE", .addr = sa->local};
        if (!ike_sa_up(sa))
            continue;
        const char *h = hashes[sa->suite.hash];
        if (sa->suite.cipher == CIPHER_AES_CBC && sa->suite.key_bits != 128)
            snprintf(r.algorithm, sizeof r.algorithm, "%s+AES%u", h, sa->suite.key_bits);
        else
            snprintf(r.algorithm, sizeof r.algorithm, "%s+%s", h,
                     sa->suite.cipher == CIPHER_AES_CBC   ? "AES"
                     : sa->suite.cipher == CIPHER_DES_CBC ? "DES"
                                                          : "3DES");
        row(ctx, &r);
    }
    v2_engine_rows(ike->v2, row, ctx);
}

bool ike_condition_peer(struct ike *ike, uint32_t addr, uint32_t mask, bool remove)
{
    struct ike_condition *c = &ike->cond;

    for (unsigned i = 0; i < c->npeers; i++)
        if (c->peers[i].addr == addr && c->peers[i].mask == mask) {
            if (remove)
                c->peers[i] = c->peers[--c->npeers];
            return true;
        }
    if (remove)
        return true;
    if (c->npeers == IKE_COND_MAX)
        return false;
    c->peers[c->npeers].addr = addr;
    c->peers[c->npeers++].mask = mask;
    return true;
}

bool ike_condition_connid(struct ike *ike, uint32_t conn_id, bool remove)
{
    struct ike_condition *c = &ike->cond;

    for (unsigned i = 0; i < c->nconnids; i++)
        if (c->connids[i] == conn_id) {
            if (remove)
                c->connids[i] = c->connids[--c->nconnids];
            return true;
        }
    if (remove)
        return true;
    if (c->nconnids == IKE_COND_MAX)
        return false;
    c->connids[c->nconnids++] = conn_id;
    return true;
}

void ike_condition_unmatched(struct ike *ike, bool isakmp, bool ipsec, bool engine, bool on)
{
    struct ike_condition *c = &ike->cond;

    if (isakmp)
        c->unmatched_isakmp = on;
    if (ipsec)
        c->unmatched_ipsec = on;
    if (engine)
        c->unmatched_engine = on;
}

void ike_condition_reset(struct ike *ike)
{
    ike->cond = (struct ike_condition){0};
}

void ike_condition_get(const struct ike *ike, struct ike_condition_info *out)
{
    const struct ike_condition *c = &ike->cond;

    *out = (struct ike_condition_info){.npeers = c->npeers,
                                       .nconnids = c->nconnids,
                                       .unmatched_isakmp = c->unmatched_isakmp,
                                       .unmatched_ipsec = c->unmatched_ipsec,
                                       .unmatched_engine = c->unmatched_engine};
    for (unsigned i = 0; i < c->npeers; i++) {
        out->peers[i].addr = c->peers[i].addr;
        out->peers[i].mask = c->peers[i].mask;
    }
    memcpy(out->connids, c->connids, sizeof out->connids);
}
