/* policy.c: the questions that IKE and the reports ask of the policy as it runs (spd.h): which entry answers a proposal,
 * who is named as a peer, which peer comes next after one that failed.
 */
#include "dataplane/ipsec/ipsec_local.h"

enum spd_answer spd_find_policy(struct ipsec *ips, uint32_t local, uint32_t peer, const struct selector *local_sel,
                                const struct selector *remote_sel, struct ipsec_policy *out)
{
    bool named = false, exact;
    map_sync(ips);
    for (const struct map_if *mi = ips->ifs; mi; mi = mi->next)
        for (size_t i = 0; mi->local == local && i < mi->nentries; i++) {
            const struct map_entry *e = mi->entries[i];
            bool ours = false;
            for (unsigned n = 0; n < e->npeers; n++)
                ours = ours || e->peers[n] == peer;
            if (!ours)
                continue;
            named = true;
            if (!entry_line(e, local_sel, remote_sel, &exact))
                continue;
            entry_policy(e, peer, local_sel, remote_sel, out);
            return SPD_OK;
        }
    return named ? SPD_NO_SELECTOR : SPD_NO_MAP;
}

bool spd_peer_is_static(struct ipsec *ips, uint32_t local, uint32_t peer)
{
    map_sync(ips);
    for (const struct map_if *mi = ips->ifs; mi; mi = mi->next)
        for (size_t i = 0; mi->local == local && i < mi->nentries; i++)
            for (unsigned n = 0; n < mi->entries[i]->npeers; n++)
                if (mi->entries[i]->peers[n] == peer)
                    return true;
    return false;
}

/* Asked for each packet of a flood: a look-up, filled anew when maps have changed. */
bool map_peer_configured(struct ipsec *ips, uint32_t peer)
{
    map_sync(ips);
    if (!ips->configured || ips->configured_at != ips->gen) {
        table_free(ips->configured);
        ips->configured = table_new(sizeof(uint32_t), (uint64_t)rnd_u32(ips->env.rnd) << 32 | rnd_u32(ips->env.rnd));
        ips->configured_at = ips->gen;
        for (const struct map_if *mi = ips->ifs; mi; mi = mi->next)
            for (size_t i = 0; i < mi->nentries; i++)
                for (unsigned n = 0; n < mi->entries[i]->npeers; n++)
                    table_put(ips->configured, &mi->entries[i]->peers[n], mi->entries[i]);
    }
    return table_find(ips->configured, &peer) != NULL;
}

bool spd_active(struct ipsec *ips)
{
    map_sync(ips);
    return ips->ifs != NULL;
}

uint32_t cryptomap_current_peer(struct ipsec *ips, const char *name, uint16_t seq)
{
    map_sync(ips);
    for (const struct map_if *mi = ips->ifs; mi; mi = mi->next) {
        const struct map_entry *e = entry_find(mi, name, seq);
        if (e)
            return e->peers[e->peer_now];
    }
    return 0;
}

void spd_acquire_done(struct ipsec *ips, const struct ipsec_policy *want, bool ok)
{
    struct ipsec_flow *f = flow_for(ips, want, false);
    if (!f)
        return;
    struct map_entry *e = f->entry;
    f->acquiring = false;
    if (!ok && !f->out && e->npeers > 1 && e->peers[e->peer_now] == want->peer)
        e->peer_now = (e->peer_now + 1) % e->npeers;
}
