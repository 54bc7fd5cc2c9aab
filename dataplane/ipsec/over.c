/* over.c: AH over ESP in one pair (RFC 2401 section 4.3, "transport adjacency"; RFC 2408 section 4.2): one IPv4 header,
 * AH, ESP. In tunnel mode too there is one outer header: it is ESP's, and AH stands between the two.
 *
 *   [IPv4 | AH | ESP | IV | ... | padding | next header | ESP's ICV]
 *
 * The pair is ESP's: its flow, lifetimes, counters, hand-over and end are those of one pair, so neither of the two is
 * ever without the other. For AH it has SPIs, keys and a replay window of its own. Both send the same numbers: each
 * packet takes one of each. A packet to us is found by its AH; one that comes with the ESP alone is found too, and
 * dropped by esp_in.c as not protected as was agreed. Not through a NAT (RFC 3948 carries ESP alone).
 */
#include "dataplane/ipsec/ipsec_local.h"

static struct spi_key key_of(const struct sa_pair *sa)
{
    return (struct spi_key){.addr = sa->policy.local, .spi = sa->over->spi_in, .proto = PROTO_AH};
}

bool over_valid(struct ipsec *ips, const struct sa_pair_params *p)
{
    if (p->policy.transforms[0].over == HASH_NONE)
        return true;
    return !p->udp_encap && p->over.spi_in >= 256 && p->over.spi_out >= 256 &&
           !spi_find(&ips->in, p->policy.local, PROTO_AH, p->over.spi_in);
}

void over_add(struct sa_pair *sa, const struct sa_pair_params *p)
{
    enum hash_alg hash = p->policy.transforms[0].over;
    if (hash == HASH_NONE)
        return;
    struct sa_over *o = sa->over = NEW(struct sa_over);
    size_t len = hash_len(hash);
    o->in = mac_new(hash, p->over.key_in, len);
    o->out = mac_new(hash, p->over.key_out, len);
    o->spi_in = p->over.spi_in;
    o->spi_out = p->over.spi_out;
    o->icv_len = (uint8_t)hmac_icv(hash);
    replay_init(&o->replay, p->policy.replay_window);
    sa->ah = true;
    sa->head_len = (uint8_t)(sa->head_len + AH_FIXED + o->icv_len);
    struct spi_key k = key_of(sa);
    const struct transient *reserved = table_find(sa->ips->transient, &k);
    o->handle = reserved ? reserved->handle : 0;
    sa->ips->overs++;
}

void over_free(struct sa_pair *sa)
{
    if (!sa->over)
        return;
    mac_free(sa->over->in);
    mac_free(sa->over->out);
    mem_free(sa->over);
    sa->over = NULL;
}

void over_forget(struct sa_pair *sa)
{
    if (!sa->over)
        return;
    struct spi_key k = key_of(sa);
    mem_free(table_remove(sa->ips->transient, &k));
}

void over_program(struct sa_pair *sa, bool on)
{
    if (!sa->over)
        return;
    struct spi_index *x = &sa->ips->in;
    struct spi_key k = key_of(sa);
    const struct sa_pair *there = spi_find(x, k.addr, PROTO_AH, k.spi);
    if (on && !there)
        spi_add(x, k.addr, PROTO_AH, k.spi, sa);
    else if (!on && there == sa)
        spi_remove(x, k.addr, PROTO_AH, k.spi);
}

bool pair_half(const struct sa_pair *sa, unsigned i, struct sa_half_name *out)
{
    struct ipsec_transform parts[2];
    unsigned n = ipsec_transform_parts(&sa->policy.transforms[0], parts);
    if (i >= 2 * n)
        return false;
    bool in = i % 2 == 0, over = sa->over && i < 2;
    *out = (struct sa_half_name){
        .sa = sa, .transform = parts[i / 2], .number = sa->id + (over ? 2 : 0) + (in ? 0 : 1), .in = in};
    if (over)
        out->spi = in ? sa->over->spi_in : sa->over->spi_out;
    else
        out->spi = in ? sa->in.spi : sa->out.spi;
    return true;
}
