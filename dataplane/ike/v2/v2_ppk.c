/* Postquantum preshared keys, PPKs (RFC 8784): a secret that both ends have beside the one that proves them, mixed into
 * SK_d, SK_pi and SK_pr, so that who breaks the Diffie-Hellman of a recorded exchange still has not the keys of its children.
 *
 *   initiator                                        responder
 *   IKE_SA_INIT: ... N(USE_PPK)                 -->
 *                                               <--  ... N(USE_PPK)            it has one for this address, or may have
 *   IKE_AUTH: AUTH with the PPK,
 *     N(PPK_IDENTITY), [N(NO_PPK_AUTH)]         -->
 *                                               <--  AUTH with it, N(PPK_IDENTITY)     both know that identity
 *                                               <--  AUTH without it                   it does not, nobody insists
 *                                               <--  N(AUTHENTICATION_FAILED)          it does not, somebody does
 *
 * NO_PPK_AUTH is AUTH as it would be without a PPK; an initiator that requires one does not send it. A responder
 * that requires one refuses who does without, in IKE_AUTH, since only there it knows who that is; an initiator that
 * requires one goes away when USE_PPK is not answered. An identity that is the same with keys that are not is a wrong
 * proof: nobody falls back then. What protects the IKE SA itself (SK_e, SK_a) is not mixed until it is rekeyed: its
 * successor's keys, and those of all children, come from the mixed SK_d.
 *
 * Which one a peer has, v2_conf.c knows. The initiator takes it by the peer's address and keeps it until the SA stands;
 * when the answer to IKE_AUTH says who that is, and one is required with that identity which is not used, it leaves.
 * Identities are of type 2 (PPK_ID_FIXED): of type 1 (opaque) we know none. Dynamic keys are not here. */
#include <string.h>

#include "dataplane/ike/v2/v2_ppk.h"

#define PPK_ID_FIXED 2

static struct bytes ppk_bytes(const struct v2_ppk *ppk)
{
    return BYTES(ppk->key, ppk->len);
}

static void mix(struct v2_sa *sa)
{
    struct v2_keys *k = sa->keys;
    struct bytes ppk = ppk_bytes(&sa->first->ppk);

    v2_keys_mix(sa->suite.prf, ppk, &k->d, &k->d);
    v2_keys_mix(sa->suite.prf, ppk, &k->pi, &k->pi);
    v2_keys_mix(sa->suite.prf, ppk, &k->pr, &k->pr);
    sa->ppk = true;
    TR(sa, "Using PPK with id '%s'", sa->first->ppk.id);
}

void v2_ppk_failed(struct v2_sa *sa, bool required)
{
    sa->v2->stats.ppk_failed++;
    sa->v2->stats.ppk_failed_required += required;
}

/* The peer's, if its profile names a keyring for such keys. */
static bool look_up(struct v2_sa *sa, const struct v2_profile_conf *p, struct v2_ppk *out)
{
    const struct v2_id *who = sa->remote_id.type ? &sa->remote_id : NULL;
    bool has = v2_conf_ppk(&sa->v2->conf, &sa->v2->names, p, sa->remote, who, out);

    if (!has && p->keyring_ppk[0]) {
        sa->v2->stats.ppk_missing++;
        TR(sa, "No PPK for peer %s in keyring '%s'", IP4(sa->remote), p->keyring_ppk);
    }
    return has;
}

/* ---- IKE_SA_INIT ---- */

void v2_ppk_begin(struct v2_sa *sa, const struct v2_profile_conf *p)
{
    (void)look_up(sa, p, &sa->first->ppk);
}

void v2_ppk_write_init(const struct v2_sa *sa, struct v2_wr *w)
{
    if (sa->initiator ? sa->first->ppk.id[0] != 0 : sa->first->use_ppk)
        v2_put_notify(w, V2_PROTO_NONE, V2N_USE_PPK, NULL, 0, NULL, 0);
}

bool v2_ppk_read_init(struct v2_sa *sa, const struct v2_payloads *ps)
{
    struct v2_first *f = sa->first;
    struct v2_notify_body n;
    bool ours =
        sa->initiator ? f->ppk.id[0] != 0 : v2_conf_ppk_may(&sa->v2->conf, &sa->v2->names, sa->local, sa->remote);

    f->use_ppk = ours && v2_notify_find(ps, V2N_USE_PPK, &n);
    if (ours)
        TR(sa, f->use_ppk ? "Peer supports PPK" : "Peer does not support PPK, or has none");
    if (f->use_ppk || !ours || !f->ppk.required)
        return true;
    v2_ppk_failed(sa, true);
    v2_error(sa->v2, sa, sa->remote, "PPK with id '%s' is required and the peer does not use one", f->ppk.id);
    return false;
}

/* ---- IKE_AUTH, initiator ---- */

static bool offers(const struct v2_sa *sa)
{
    return sa->initiator && sa->first->use_ppk;
}

bool v2_ppk_asks(const struct v2_sa *sa, struct key *sk_p)
{
    if (!offers(sa))
        return false;
    v2_keys_mix(sa->suite.prf, ppk_bytes(&sa->first->ppk), &sa->keys->pi, sk_p);
    return true;
}

void v2_ppk_write_request(const struct v2_sa *sa, struct v2_wr *w)
{
    uint8_t said[1 + V2_ID_MAX] = {PPK_ID_FIXED};
    size_t len = strlen(sa->first->ppk.id);

    memcpy(said + 1, sa->first->ppk.id, len);
    v2_put_notify(w, V2_PROTO_NONE, V2N_PPK_IDENTITY, NULL, 0, said, 1 + len);
}

/* Is what its identity, known by now, insists on what is used? */
static bool as_required(const struct v2_sa *sa, const struct v2_ppk *own)
{
    const struct v2_ppk *used = &sa->first->ppk;

    return !own->required || (sa->ppk && !strcmp(used->id, own->id) && used->len == own->len &&
                              mem_equal_ct(used->key, own->key, own->len));
}

bool v2_ppk_conclude(struct v2_sa *sa, const struct v2_profile_conf *p, const struct v2_payloads *ps)
{
    const struct v2_ppk *used = &sa->first->ppk;
    struct v2_notify_body n;
    struct v2_ppk own;

    if (offers(sa) && v2_notify_find(ps, V2N_PPK_IDENTITY, &n))
        mix(sa);
    else if (offers(sa))
        TR(sa, "Peer does not know PPK with id '%s'%s", used->id, used->required ? "" : ": continuing without");
    (void)v2_conf_ppk(&sa->v2->conf, &sa->v2->names, p, sa->remote, &sa->remote_id, &own);
    bool good = as_required(sa, &own) && (sa->ppk || !used->required);
    if (!good) {
        v2_ppk_failed(sa, true);
        v2_error(sa->v2, sa, sa->remote, "PPK with id '%s' is required and the peer did not use it",
                 own.required ? own.id : used->id);
    }
    mem_wipe(&own, sizeof own);
    return good;
}

/* ---- IKE_AUTH, responder ---- */

static bool is_ours(const struct v2_ppk *ppk, const struct v2_notify_body *said)
{
    size_t len = strlen(ppk->id);

    return len && said->len == 1 + len && said->data[0] == PPK_ID_FIXED && mem_equal_ct(said->data + 1, ppk->id, len);
}

bool v2_ppk_answer(struct v2_sa *sa, const struct v2_profile_conf *p, const struct v2_payloads *ps,
                   struct bytes *instead)
{
    struct v2_first *f = sa->first;
    struct v2_notify_body said, plain;
    bool has = look_up(sa, p, &f->ppk), named = f->use_ppk && v2_notify_find(ps, V2N_PPK_IDENTITY, &said);

    if (named && has && is_ours(&f->ppk, &said)) {
        mix(sa);
        return true;
    }
    if (named && has) {
        sa->v2->stats.ppk_mismatches++;
        TR(sa, "Peer names a PPK that is not '%s'", f->ppk.id);
    }
    if (has && f->ppk.required) {
        v2_ppk_failed(sa, true);
        v2_error(sa->v2, sa, sa->remote, "PPK with id '%s' is required and the peer does not use it", f->ppk.id);
        return false;
    }
    if (!f->use_ppk)
        return true;
    if (!named || !v2_notify_find(ps, V2N_NO_PPK_AUTH, &plain) || !plain.len) {
        v2_ppk_failed(sa, false);
        v2_error(sa->v2, sa, sa->remote,
                 named ? "The peer requires a PPK that is not known here" : "USE_PPK without PPK_IDENTITY");
        return false;
    }
    TR(sa, "Continuing without PPK");
    *instead = BYTES(plain.data, plain.len);
    return true;
}

void v2_ppk_write_answer(const struct v2_sa *sa, struct v2_wr *w)
{
    if (sa->ppk)
        v2_put_notify(w, V2_PROTO_NONE, V2N_PPK_IDENTITY, NULL, 0, NULL, 0);
}
