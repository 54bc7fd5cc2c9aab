/* manual.c: pairs of SAs whose keys were typed (crypto map NAME SEQ ipsec-manual; RFC 4301 section 4.5.1).
 *
 * Such a pair is installed as any other, by sad_install, and packets see no difference. It exists as long as its entry
 * says all that it takes: peer, access list with a permit line, and for each protocol of the transform set SPIs and keys
 * of both ways, and while the map is on an interface that has an address. What it was made of is kept as a digest: when
 * the entry says something else, the pair goes and another one comes. One that was cleared is made anew at the end of
 * the turn, and begins with number 1 again.
 *
 * IKE knows nothing of these pairs: they stand under peers of their own, are not reported as gone, and are never asked
 * for. They have no lifetime and no successor; no replay window (numbers begin anew at a restart, which the other end is
 * not told of); and their numbers go round (RFC 4303 section 3.3.3).
 *
 * Inbound SPIs are unique: the first entry that has one keeps it, and IKE draws none that an entry names. An SPI that IKE
 * has already is waited for. Not here: AES-GCM and extended numbers, which would be unsafe or ambiguous (manual.h).
 */
#include "dataplane/ipsec/manual.h"

#include <string.h>

#include "dataplane/ipsec/ipsec_local.h"
#include "espial/text.h"

#define KEY_BYTES (SESSION_KEY_DIGITS / 2)

/* ---- do they fit? ---- */
struct part { /* of a session key */
    const char *digits;
    size_t need;
    unsigned key;
    bool auth;
};

/* What this transform needs, in the order of KEYMAT: inbound, outbound, and then that of AH over it. */
static unsigned parts_of(const struct ipsec_transform *t, const struct session_key_conf *keys, struct part out[6])
{
    unsigned n = 0;
    bool esp = t->proto == PROTO_ESP;
    for (unsigned way = 0; way < 2; way++) {
        unsigned k = esp ? (way ? KEY_ESP_OUT : KEY_ESP_IN) : (way ? KEY_AH_OUT : KEY_AH_IN);
        if (transform_cipher_key(t))
            out[n++] = (struct part){keys[k].cipher, transform_cipher_key(t), k, false};
        if (t->auth != HASH_NONE)
            out[n++] = (struct part){keys[k].auth, hash_len(t->auth), k, true};
    }
    for (unsigned way = 0; way < 2 && esp && t->over != HASH_NONE; way++) {
        unsigned k = way ? KEY_AH_OUT : KEY_AH_IN;
        out[n++] = (struct part){keys[k].auth, hash_len(t->over), k, true};
    }
    return n;
}

struct manual_verdict manual_judge(const struct ipsec_transform *t, const struct session_key_conf *keys)
{
    struct manual_verdict v = {.lack = MANUAL_FITS};
    struct part parts[6];
    unsigned n = parts_of(t, keys, parts);
    if (t->proto == PROTO_ESP && cipher_is_aead(t->cipher))
        return (struct manual_verdict){.lack = MANUAL_AEAD};
    if (t->esn)
        return (struct manual_verdict){.lack = MANUAL_ESN};
    for (unsigned i = 0; i < n; i++) {
        size_t have = strlen(parts[i].digits) / 2;
        v.longer = v.longer || have > parts[i].need;
        if (v.lack == MANUAL_SHORT || (keys[parts[i].key].spi && have >= parts[i].need))
            continue;
        v.lack = keys[parts[i].key].spi ? MANUAL_SHORT : MANUAL_UNSET;
        v.key = parts[i].key;
        v.auth = parts[i].auth;
        v.need = parts[i].need;
        v.have = have;
    }
    return v;
}

bool manual_transform(struct ipsec *ips, const struct cryptomap_conf *c, struct ipsec_transform *t)
{
    const struct transform_set_conf *s = ipsec_set_find(ips, c->sa.sets[0][0] ? c->sa.sets[0] : "default");
    return s && ipsec_transform_of(s, t);
}

/* ---- a pair ---- */
struct wanted {
    struct sa_pair_params p;
    uint8_t in[2 * KEY_BYTES], out[2 * KEY_BYTES], over_in[KEY_BYTES], over_out[KEY_BYTES];
    uint8_t print[32];
};

static void keys_of(struct wanted *w, const struct session_key_conf *keys)
{
    const struct ipsec_transform *t = &w->p.policy.transforms[0];
    struct part parts[6];
    unsigned n = parts_of(t, keys, parts);
    size_t len[SESSION_KEYS] = {0};
    bool esp = t->proto == PROTO_ESP;
    uint8_t *at[SESSION_KEYS] = {w->in, esp ? w->over_in : w->in, w->out, esp ? w->over_out : w->out};
    for (unsigned i = 0; i < n; i++) {
        unsigned k = parts[i].key;
        (void)str_unhex(parts[i].digits, at[k] + len[k], parts[i].need); /* judged: so many digits, all hexadecimal */
        len[k] += parts[i].need;
    }
    w->p.key_in = w->in;
    w->p.key_out = w->out;
    w->p.key_len = sad_keymat_len(t);
    w->p.spi_in = keys[esp ? KEY_ESP_IN : KEY_AH_IN].spi;
    w->p.spi_out = keys[esp ? KEY_ESP_OUT : KEY_AH_OUT].spi;
    if (!esp || t->over == HASH_NONE)
        return;
    w->p.over.spi_in = keys[KEY_AH_IN].spi;
    w->p.over.spi_out = keys[KEY_AH_OUT].spi;
    w->p.over.key_in = w->over_in;
    w->p.over.key_out = w->over_out;
}

/* What tells one pair from another: transform, SPIs, keys. Ends and selectors are those of the flow, or the pair goes with them. */
static void print_of(struct wanted *w)
{
    const struct ipsec_transform *t = &w->p.policy.transforms[0];
    uint32_t said[] = {t->proto,          (uint32_t)t->cipher, t->key_bits,    (uint32_t)t->auth,
                       (uint32_t)t->mode, (uint32_t)t->over,   w->p.spi_in,    w->p.spi_out,
                       w->p.over.spi_in,  w->p.over.spi_out,   w->p.policy.ecn};
    struct bytes all[] = {BYTES(said, sizeof said), BYTES(w->in, sizeof w->in), BYTES(w->out, sizeof w->out),
                          BYTES(w->over_in, sizeof w->over_in), BYTES(w->over_out, sizeof w->over_out)};
    hash_parts(HASH_SHA256, all, sizeof all / sizeof all[0], w->print);
}

/* False: the entry does not say all. */
static bool want(const struct map_entry *e, const struct ipsec_flow *f, struct wanted *w)
{
    flow_policy(f, &w->p.policy);
    if (!w->p.policy.ntransforms || !w->p.policy.peer ||
        manual_judge(&w->p.policy.transforms[0], e->keys).lack != MANUAL_FITS)
        return false;
    w->p.policy.ntransforms = 1;
    w->p.local_port = w->p.peer_port = 500;
    keys_of(w, e->keys);
    print_of(w);
    return true;
}

static bool taken(struct ipsec *ips, uint32_t local, uint8_t proto, uint32_t spi)
{
    return spi && (spi_find(&ips->in, local, proto, spi) || sad_is_transient(ips, local, proto, spi));
}

static void make(struct ipsec *ips, struct ipsec_flow *f, const struct wanted *w)
{
    const struct ipsec_policy *p = &w->p.policy;
    uint32_t id = 0;
    if (!taken(ips, p->local, p->transforms[0].proto, w->p.spi_in) && !taken(ips, p->local, PROTO_AH, w->p.over.spi_in))
        id = sad_install(ips, &w->p);
    ips->manual_waits = ips->manual_waits || !id;
    if (!id)
        return;
    memcpy(f->manual, w->print, sizeof f->manual);
    sad_enable_outbound(ips, id);
}

/* Its pair is made when there is none; said: what the entry says may have changed, and the pair with it. */
static void entry_sync(struct ipsec *ips, const struct map_entry *e, bool said)
{
    struct ipsec_flow *f = NULL;
    for (size_t i = 0; i < e->nrules && !f; i++)
        f = e->rules[i].flow;
    if (!f || (f->pairs && !said))
        return;
    struct wanted w;
    memset(&w, 0, sizeof w);
    bool all = want(e, f, &w);
    if (f->pairs && (!all || memcmp(f->manual, w.print, sizeof w.print) != 0))
        flow_delete_pairs(f, NULL);
    if (all && !f->pairs)
        make(ips, f, &w);
    mem_wipe(&w, sizeof w);
}

static void sync_all(struct ipsec *ips, bool said)
{
    ips->manual_waits = false;
    for (const struct map_if *mi = ips->nmanual ? ips->ifs : NULL; mi; mi = mi->next)
        for (size_t i = 0; !mi->owner && i < mi->nentries; i++)
            if (mi->entries[i]->keys)
                entry_sync(ips, mi->entries[i], said);
}

void manual_sync(struct ipsec *ips)
{
    sync_all(ips, true);
}

static void on_gone(void *arg)
{
    struct ipsec *ips = arg;
    map_sync(ips);
    sync_all(ips, false);
}

void manual_gone(struct ipsec *ips, bool by_hand)
{
    if (ips->nmanual && (by_hand || ips->manual_waits))
        loop_defer(ips->env.loop, &ips->manual);
}

bool manual_has_spi(const struct ipsec *ips, uint32_t local, uint8_t proto, uint32_t spi)
{
    for (const struct map_if *mi = ips->nmanual ? ips->ifs : NULL; mi; mi = mi->next)
        for (size_t i = 0; mi->local == local && i < mi->nentries; i++) {
            const struct map_entry *e = mi->entries[i];
            if (e->keys && (proto == PROTO_AH ? e->spi_ah : e->spi_esp) == spi)
                return true;
        }
    return false;
}

void manual_template(struct ipsec_policy *t)
{
    t->manual = t->answer_only = true;
    t->ikev2 = t->per_host = t->reverse_route = false;
    t->life_s = t->life_kb = t->idle_s = t->replay_window = 0;
    t->pfs_group = 0;
    t->ike_profile[0] = t->identity[0] = '\0';
}

void manual_init(struct ipsec *ips)
{
    ips->manual = (struct deferred){.fn = on_gone, .arg = ips};
}

void manual_fini(struct ipsec *ips)
{
    loop_undefer(ips->env.loop, &ips->manual);
    ips->nmanual = 0;
}
