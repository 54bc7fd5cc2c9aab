/* Who is who in phase 1: the key we share with somebody, the profile that is made for him, and who we say we are.
 *
 * Keys. Those of `crypto isakmp key` are one list, those of each `crypto keyring` another, which may be bound to one of
 * our addresses. A negotiation under a profile looks in the profile's keyring alone (in the global keys when it names
 * none, or "default"). One without looks in all lists that are good at this end and takes the longest mask; of equals
 * the global one, then the keyring typed first. In main mode the key must be known before the identity is read, so the
 * address decides; a key by host name counts there when the host table knows the name for that address. In aggressive
 * mode the name that the peer says comes first.
 *
 * Profiles. The initiator's is named by its crypto map or IPsec profile; the responder's is the first one typed whose
 * `match identity` fits what the peer says it is. Since the key was found before, it must be the one that the profile's
 * keyring has for that peer; else the exchange ends. A profile without `match identity` is incomplete and fits nobody.
 *
 * What we say: the profile's self-identity; in aggressive mode without one, the client-endpoint of `crypto isakmp peer`;
 * else `crypto isakmp identity`. Nothing here is kept; every answer is made from the configuration as it is. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "dataplane/ike/engine.h"
#include "espial/text.h"

static bool here(const struct ike *ike, uint32_t addr, const char *ifname, uint32_t local)
{
    return (!addr || addr == local) && (!ifname[0] || inet_if_addr(ike->env.inet, ifname) == local);
}

static const struct ike_peer_conf *peer_conf(const struct ike *ike, uint32_t peer)
{
    return ike_conf_peer(&ike->conf, peer, ike->env.resolve, ike->env.hostname_arg);
}

bool identity_allowed(const struct ike *ike, const char *identity, struct bytes fqdn)
{
    if (!identity[0])
        return true;
    CONF_EACH(const struct ike_identity_conf, i, &ike->conf.identities)
    if (!strcmp(i->name, identity))
        CONF_EACH(const struct ike_fqdn_conf, n, &i->names)
        if (strlen(n->fqdn) == fqdn.len && !strncasecmp(n->fqdn, fqdn.p, fqdn.len))
            return true;
    return false;
}

const struct ike_profile_conf *identity_profile_named(const struct ike *ike, const char *name)
{
    const struct ike_profile_conf *p = ike_conf_profile(&ike->conf, name);

    return p && p->matches.n ? p : NULL;
}

static const struct ike_psk_conf *resolved(const struct ike *ike, const struct conf_list *psks, uint32_t peer)
{
    uint32_t addr;

    CONF_EACH(const struct ike_psk_conf, psk, psks)
    if (psk->kind == IKE_PSK_HOST && ike->env.resolve && ike->env.resolve(ike->env.hostname_arg, psk->host, &addr) &&
        addr == peer)
        return psk;
    return NULL;
}

static const struct ike_psk_conf *in_list(const struct ike *ike, const struct conf_list *psks, uint32_t peer,
                                          const struct id_body *id)
{
    const struct ike_psk_conf *psk = NULL, *host;

    if (id && (id->type == ID_FQDN || id->type == ID_USER_FQDN))
        psk = ike_psk_by_name(psks, (const char *)id->data, id->len);
    if (psk)
        return psk;
    psk = ike_psk_by_addr(psks, peer);
    if ((!psk || !psk->addr) && (host = resolved(ike, psks, peer)))
        return host;
    return psk;
}

/* How well a key fits: by name best, then the length of its mask. */
static int worth(const struct ike_psk_conf *psk)
{
    return !psk ? -1 : psk->kind == IKE_PSK_HOST ? 33 : psk->addr ? ip4_mask_len(psk->mask) : 0;
}

static const struct ike_psk_conf *find(const struct ike *ike, uint32_t local, uint32_t peer, const char *profile,
                                       const struct id_body *id, const char **keyring)
{
    const struct ike_profile_conf *p = ike_conf_profile(&ike->conf, profile);
    const struct ike_psk_conf *best, *psk;

    *keyring = "default";
    if (p && p->keyring[0] && strcmp(p->keyring, "default") != 0) {
        const struct ike_keyring_conf *k = ike_conf_keyring(&ike->conf, p->keyring);
        *keyring = p->keyring;
        return k && here(ike, k->local_addr, k->local_if, local) ? in_list(ike, &k->psks, peer, id) : NULL;
    }
    best = in_list(ike, &ike->conf.psks, peer, id);
    if (p)
        return best;
    CONF_EACH(const struct ike_keyring_conf, k, &ike->conf.keyrings)
    if (here(ike, k->local_addr, k->local_if, local) && (psk = in_list(ike, &k->psks, peer, id)) &&
        worth(psk) > worth(best)) {
        best = psk;
        *keyring = k->name;
    }
    return best;
}

bool identity_psk(struct ike *ike, const struct ike_sa *sa, uint32_t local, uint32_t peer, const struct id_body *id,
                  struct key *out)
{
    const struct ike_peer_conf *tunnel = sa && sa->initiator && sa->aggressive ? peer_conf(ike, peer) : NULL;
    const char *keyring, *key;

    if (tunnel && tunnel->password[0]) {
        trace(ike, sa, peer, TRACE_NORMAL, "SA has tunnel attributes set.");
        key = tunnel->password;
    } else {
        const struct ike_psk_conf *psk = find(ike, local, peer, sa ? sa->profile : "", id, &keyring);
        if (!psk) {
            trace(ike, sa, peer, TRACE_ERROR, "No pre-shared key with %s!", IP4(peer));
            return false;
        }
        trace(ike, sa, peer, TRACE_NORMAL, "found peer pre-shared key matching %s",
              psk->kind == IKE_PSK_HOST ? psk->host : IP4(peer));
        key = psk->key;
    }
    if (out)
        key_set(out, key, strlen(key));
    return true;
}

bool identity_has_psk(struct ike *ike, uint32_t local, uint32_t peer)
{
    const char *keyring;

    return find(ike, local, peer, "", NULL, &keyring) || identity_psk(ike, NULL, local, peer, NULL, NULL);
}

static bool ends_with_domain(const char *name, size_t len, char before, const char *domain)
{
    size_t d = strlen(domain);

    return d && len > d && name[len - d - 1] == before && strncasecmp(name + len - d, domain, d) == 0;
}

static bool matches(const struct ike_match_conf *m, const struct id_body *id)
{
    const char *text = (const char *)id->data;
    bool host = id->type == ID_FQDN, user = id->type == ID_USER_FQDN;
    bool same = strlen(m->text) == id->len && strncasecmp(m->text, text, id->len) == 0;

    switch (m->kind) {
    case IKE_MATCH_ADDRESS:
        return id->type == ID_IPV4_ADDR && (!m->addr || (get32(id->data) & m->mask) == (m->addr & m->mask));
    case IKE_MATCH_HOST: return host && same;
    case IKE_MATCH_HOST_DOMAIN: return host && ends_with_domain(text, id->len, '.', m->text);
    case IKE_MATCH_USER: return user && same;
    case IKE_MATCH_GROUP: /* what a client says as ID_KEY_ID, byte by byte */
        return id->type == ID_KEY_ID && strlen(m->text) == id->len && !memcmp(m->text, text, id->len);
    case IKE_MATCH_USER_DOMAIN: return user && ends_with_domain(text, id->len, '@', m->text);
    default: return false;
    }
}

static bool fits(const struct ike *ike, const struct ike_profile_conf *p, const struct ike_sa *sa,
                 const struct id_body *id)
{
    bool any = false;

    if (!here(ike, p->local_addr, p->local_if, sa->local))
        return false;
    CONF_EACH(const struct ike_match_conf, m, &p->matches)
    any = any || matches(m, id);
    return any;
}

/* RFC 2407 section 4.6.2: neither protocol nor port, or IKE's. The one that it floats to is left open by RFC 3947. */
static bool of_ike(const struct id_body *id)
{
    return id->proto == PROTO_UDP ? id->port == 0 || id->port == 500 || id->port == 4500 : !id->proto && !id->port;
}

bool identity_take(struct ike_sa *sa, const struct id_body *id)
{
    struct ike *ike = sa->ike;
    const struct ike_profile_conf *found = NULL;
    const char *keyring;

    if (!of_ike(id)) {
        TRACE_ERR(sa, "identity with protocol %u and port %u", id->proto, id->port);
        return false;
    }
    if (sa->profile[0]) { /* by the map: it must fit */
        const struct ike_profile_conf *p = ike_conf_profile(&ike->conf, sa->profile);
        found = p && fits(ike, p, sa, id) ? p : NULL;
        if (!found) {
            TRACE_ERR(sa, "peer does not match profile %s", sa->profile);
            return false;
        }
    } else {
        CONF_EACH(const struct ike_profile_conf, p, &ike->conf.profiles)
        if (!found && fits(ike, p, sa, id))
            found = p;
    }
    if (!found) {
        trace(ike, NULL, sa->remote, TRACE_NORMAL, "peer matches *none* of the profiles");
        return true;
    }
    trace(ike, NULL, sa->remote, TRACE_NORMAL, "peer matches %s profile", found->name);
    str_copy(sa->profile, sizeof sa->profile, found->name);
    if (!sa->p1 || !sa->p1->psk.len)
        return true;
    const struct ike_psk_conf *psk = find(ike, sa->local, sa->remote, sa->profile, id, &keyring);
    if (psk && strcmp(keyring, "default") != 0)
        TRACE(sa, "Found %s key in keyring %s", psk->kind == IKE_PSK_HOST ? "HOST" : "ADDRESS", keyring);
    if (!sa->initiator &&
        (!psk || strlen(psk->key) != sa->p1->psk.len || !mem_equal_ct(psk->key, sa->p1->psk.b, sa->p1->psk.len))) {
        TRACE_ERR(sa, "Key not found in keyrings of profile %s, aborting exchange", found->name);
        return false;
    }
    return true;
}

static void own_name(const struct ike *ike, char *out, size_t cap)
{
    const char *name = ike->env.hostname ? ike->env.hostname(ike->env.hostname_arg) : "";
    const char *domain = ike->env.domain ? ike->env.domain(ike->env.hostname_arg) : "";

    snprintf(out, cap, "%s%s%s", name, domain[0] ? "." : "", domain);
}

void identity_self(const struct ike_sa *sa, struct self_id *out)
{
    const struct ike *ike = sa->ike;
    const struct ike_profile_conf *p = ike_conf_profile(&ike->conf, sa->profile);
    const struct ike_peer_conf *tunnel = sa->initiator && sa->aggressive ? peer_conf(ike, sa->remote) : NULL;
    const char *name = "";

    *out = (struct self_id){.type = ID_IPV4_ADDR, .addr = sa->local};
    if (p && p->self != IKE_SELF_GLOBAL) {
        out->type = p->self == IKE_SELF_FQDN ? ID_FQDN : p->self == IKE_SELF_USER_FQDN ? ID_USER_FQDN : ID_IPV4_ADDR;
        name = p->self_name;
    } else if (tunnel && tunnel->endpoint != IKE_ENDPOINT_NONE) {
        if (tunnel->endpoint == IKE_ENDPOINT_ADDRESS)
            out->addr = tunnel->endpoint_addr;
        else
            out->type = tunnel->endpoint == IKE_ENDPOINT_FQDN ? ID_FQDN : ID_USER_FQDN;
        name = tunnel->endpoint_name;
    } else if (ike->conf.identity == IKE_IDENTITY_HOSTNAME) {
        out->type = ID_FQDN;
    }
    if (out->type == ID_IPV4_ADDR)
        return;
    if (name[0])
        str_copy(out->name, sizeof out->name, name);
    else
        own_name(ike, out->name, sizeof out->name);
    if (!out->name[0])
        out->type = ID_IPV4_ADDR;
}

bool identity_aggressive(const struct ike *ike, uint32_t peer, const char *profile)
{
    const struct ike_profile_conf *p = ike_conf_profile(&ike->conf, profile);
    const struct ike_peer_conf *tunnel = peer_conf(ike, peer);

    return (p && p->initiate == IKE_MODE_AGGRESSIVE) ||
           (tunnel && tunnel->endpoint != IKE_ENDPOINT_NONE && tunnel->password[0]);
}

struct ike_keepalive identity_keepalive(const struct ike_sa *sa)
{
    const struct ike_conf *c = &sa->ike->conf;
    const struct ike_profile_conf *p = ike_conf_profile(c, sa->profile);

    if (p && p->keepalive)
        return (struct ike_keepalive){p->keepalive, p->keepalive_retry, false};
    return (struct ike_keepalive){c->keepalive, c->keepalive_retry, c->keepalive_periodic != 0};
}
