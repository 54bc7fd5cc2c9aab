/* ike_db.h: the half of ike_world.h that stands in place of ipsec: a small database behind sad.h and spd.h that remembers
 * pairs and their keys. */
#ifndef ESPIAL_TESTS_IKE_DB_H
#define ESPIAL_TESTS_IKE_DB_H

size_t sad_keymat_len(const struct ipsec_transform *t)
{
    size_t n = hash_len(t->auth);
    if (t->proto == PROTO_AH)
        return n;
    switch (t->cipher) {
    case CIPHER_DES_CBC: return n + 8;
    case CIPHER_3DES_CBC: return n + 24;
    case CIPHER_AES_CBC: return n + t->key_bits / 8u;
    case CIPHER_AES_GCM: return t->key_bits / 8u + 4;
    default: return n;
    }
}

uint32_t sad_reserve_spi(struct ipsec *ips, uint32_t local, uint8_t proto)
{
    (void)local;
    (void)proto;
    for (int i = 0; i < SPIS; i++)
        if (!ips->reserved[i])
            return ips->reserved[i] = rnd_u32(ips->side->rnd) | 0x10000;
    return 0;
}

void sad_release_spi(struct ipsec *ips, uint32_t local, uint8_t proto, uint32_t spi)
{
    (void)local;
    (void)proto;
    for (int i = 0; i < SPIS; i++)
        if (ips->reserved[i] == spi)
            ips->reserved[i] = 0;
}

uint32_t sad_install(struct ipsec *ips, const struct sa_pair_params *p)
{
    if (ips->refuse_install)
        return 0;
    assert_int_equal(p->key_len, sad_keymat_len(&p->policy.transforms[0]));
    for (int i = 0; i < PAIRS; i++) {
        struct fake_pair *f = &ips->pairs[i];
        if (f->used)
            continue;
        *f = (struct fake_pair){.used = true, .id = ++ips->next_id, .installed = loop_now(ips->side->w->loop), .p = *p};
        memcpy(f->key_in, p->key_in, p->key_len);
        memcpy(f->key_out, p->key_out, p->key_len);
        sad_release_spi(ips, 0, 0, p->spi_in);
        ips->installs++;
        return f->id;
    }
    return 0;
}

static struct fake_pair *fake_pair(struct ipsec *ips, uint32_t id)
{
    for (int i = 0; i < PAIRS; i++)
        if (ips->pairs[i].used && ips->pairs[i].id == id)
            return &ips->pairs[i];
    return NULL;
}

void sad_enable_outbound(struct ipsec *ips, uint32_t id)
{
    struct fake_pair *f = fake_pair(ips, id);
    assert_non_null(f);
    if (!f->enabled)
        f->enabled_at = loop_now(ips->side->w->loop);
    f->enabled = true;
    ips->current = id;
}

void sad_enable_outbound_later(struct ipsec *ips, uint32_t id, uint64_t after_us)
{
    ips->later_us = after_us;
    sad_enable_outbound(ips, id);
}

bool sad_heard(struct ipsec *ips, uint32_t id) /* nothing is sent with these pairs */
{
    (void)ips, (void)id;
    return false;
}

void sad_move(struct ipsec *ips, uint32_t id, uint16_t port) /* ... nor to any port */
{
    (void)ips, (void)id, (void)port;
}

static struct sa_pair_info fake_info(const struct fake_pair *f)
{
    return (struct sa_pair_info){.id = f->id,
                                 .spi_in = f->p.spi_in,
                                 .spi_out = f->p.spi_out,
                                 .initiator = f->p.initiator,
                                 .policy = f->p.policy};
}

bool sad_delete(struct ipsec *ips, uint32_t id, enum sa_gone why)
{
    struct fake_pair *f = fake_pair(ips, id);
    if (!f)
        return false;
    struct sa_pair_info info = fake_info(f);
    f->used = false;
    ips->deletes++;
    if (ips->current == id) {
        ips->current = 0;
        for (int i = 0; i < PAIRS; i++)
            if (ips->pairs[i].used && ips->pairs[i].enabled)
                ips->current = ips->pairs[i].id;
    }
    if (ips->side->ike)
        ike_pair_gone(ips->side->ike, &info, why);
    return true;
}

uint32_t sad_find_pair(struct ipsec *ips, uint32_t peer, uint8_t proto, uint32_t spi, bool out)
{
    for (int i = 0; i < PAIRS; i++) {
        struct fake_pair *f = &ips->pairs[i];
        if (f->used && f->p.policy.peer == peer && f->p.policy.transforms[0].proto == proto &&
            (out ? f->p.spi_out : f->p.spi_in) == spi)
            return f->id;
    }
    return 0;
}

unsigned sad_delete_peer(struct ipsec *ips, uint32_t peer, enum sa_gone why)
{
    unsigned n = 0;
    for (int i = 0; i < PAIRS; i++)
        if (ips->pairs[i].used && (!peer || ips->pairs[i].p.policy.peer == peer))
            n += sad_delete(ips, ips->pairs[i].id, why);
    return n;
}

unsigned sad_count_peer(struct ipsec *ips, uint32_t peer)
{
    unsigned n = 0;
    for (int i = 0; i < PAIRS; i++)
        n += ips->pairs[i].used && ips->pairs[i].p.policy.peer == peer;
    return n;
}

void sad_own(struct ipsec *ips, uint32_t id, uint32_t owner)
{
    (void)ips, (void)id, (void)owner;
}

void sad_activity(struct ipsec *ips, uint32_t owner, uint64_t *last_in, uint64_t *last_out)
{
    (void)owner;
    *last_in = ips->last_in;
    *last_out = ips->last_out;
}

void sad_watch(struct ipsec *ips, uint32_t owner)
{
    ips->watched = true;
    ips->watched_owner = owner;
}

enum spd_answer spd_find_fit(struct ipsec *ips, uint32_t local, uint32_t peer, const struct selector *ls,
                             const struct selector *rs, spd_fits *fits, void *arg, struct ipsec_policy *out)
{
    const struct ipsec_policy *p = &ips->policy;
    if (local != p->local || peer != p->peer)
        return SPD_NO_MAP;
    bool other = ips->other_remote && rs->addr == ips->other_remote;
    if (ips->no_selector || ls->addr != p->local_sel.addr || ls->mask != p->local_sel.mask ||
        (rs->addr != p->remote_sel.addr && !other) || rs->mask != p->remote_sel.mask)
        return SPD_NO_SELECTOR;
    *out = *p;
    out->remote_sel.addr = rs->addr;
    return !fits || fits(arg, out) ? SPD_OK : SPD_UNFIT;
}

bool spd_find_again(struct ipsec *ips, const struct ipsec_policy *had, const struct selector *ls,
                    const struct selector *rs, struct ipsec_policy *out)
{
    return spd_find_policy(ips, had->local, had->peer, ls, rs, out) == SPD_OK;
}

bool spd_each_flow(struct ipsec *ips, uint32_t local, uint32_t peer,
                   bool (*each)(void *arg, const struct ipsec_policy *p), void *arg)
{
    const struct ipsec_policy *p = &ips->policy;
    return local == p->local && peer == p->peer && each(arg, p);
}

bool spd_peer_is_static(struct ipsec *ips, uint32_t local, uint32_t peer)
{
    return ips->is_static && local == ips->policy.local && peer == ips->policy.peer;
}

bool spd_active(struct ipsec *ips)
{
    (void)ips;
    return true;
}

void spd_acquire_done(struct ipsec *ips, const struct ipsec_policy *want, bool ok)
{
    (void)want;
    if (ok)
        ips->acquire_ok++;
    else
        ips->acquire_failed++;
}

void ipsec_set_engine_rows(struct ipsec *ips, engine_rows_fn *rows, void *arg)
{
    ips->rows = rows;
    ips->rows_arg = arg;
}

unsigned ipsec_clear_session(struct ipsec *ips, uint32_t local, uint32_t peer, uint16_t port)
{
    (void)local;
    (void)port;
    return sad_delete_peer(ips, peer, SA_GONE_CLEARED);
}

struct evtrace *ipsec_evtrace(struct ipsec *ips)
{
    return ips->events;
}

/* No flow monitor here: how many negotiations failed. */
void flowmib_fail(struct ipsec *ips, enum flowmib_reason why, uint32_t src, uint32_t dst, uint32_t spi, uint32_t tunnel)
{
    (void)why, (void)src, (void)dst, (void)spi, (void)tunnel;
    ips->failures++;
}
uint32_t flowmib_changes(const struct ipsec *ips)
{
    (void)ips;
    return 0;
}
bool flowmib_tunnel_from(struct ipsec *ips, uint32_t from, struct flowmib_tunnel *out)
{
    (void)ips, (void)from, (void)out;
    return false;
}

struct ipsec_totals ipsec_totals(const struct ipsec *ips)
{
    struct ipsec_totals t = {.installed = ips->installs, .deleted = ips->deletes};
    for (int i = 0; i < PAIRS; i++)
        t.pairs += ips->pairs[i].used;
    return t;
}
#endif
