/* Views of the running engine for shows: flat copies, made when asked, in the order SAs came up. Nothing here formats text for a terminal. */
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

#define TRAFFIC_COUNTERS (sizeof(struct ike_traffic) / sizeof(uint64_t))
_Static_assert(sizeof(struct ike_traffic) % sizeof(uint64_t) == 0, "only counters");

void ike_traffic_count(struct ike_traffic *way, size_t len)
{
    way->packets++;
    way->octets += len;
}

void ike_traffic_add(struct ike_traffic sum[IKE_WAYS], const struct ike_traffic n[IKE_WAYS])
{
    for (int way = 0; way < IKE_WAYS; way++) {
        uint64_t s[TRAFFIC_COUNTERS], v[TRAFFIC_COUNTERS];
        memcpy(s, &sum[way], sizeof s);
        memcpy(v, &n[way], sizeof v);
        for (size_t i = 0; i < TRAFFIC_COUNTERS; i++)
            s[i] += v[i];
        memcpy(&sum[way], s, sizeof s);
    }
}

void ike_traffic_all(const struct ike *ike, struct ike_traffic out[IKE_WAYS])
{
    memcpy(out, ike->gone, sizeof ike->gone);
    for (const struct ike_sa *sa = ike->all; sa; sa = sa->next)
        ike_traffic_add(out, sa->traffic);
    v2_traffic_add(ike->v2, out);
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
    out->aggressive = sa->aggressive;
    out->priority = sa->suite.priority;
    memcpy(out->traffic, sa->traffic, sizeof out->traffic);
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
    w.negotiating = ike->negotiating;
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
