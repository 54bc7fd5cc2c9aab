/* A packet came in with an SPI that nobody here knows: what IKE does about it. The packet proves nothing, so it changes
 * no SA of ours.
 *
 *   IKE SA with the sender?   command     what happens
 *   established               on or off   INFORMATIONAL with DELETE of that SPI: the sender drops its outbound SA
 *   being negotiated          on or off   the SPI waits for that SA (8 a peer), then DELETE
 *   IKEv2 SA                  on or off   the same in INFORMATIONAL of IKEv2, and INVALID_SPI behind it
 *   none                      on, static  main (or the profile's aggressive) mode as initiator (with INITIAL-CONTACT),
 *                                         then DELETE; no quick mode until traffic asks
 *   none, IKEv2               on, static  IKE_SA_INIT and IKE_AUTH, which brings a pair; not with responder-only
 *   none                      off, or     nothing: the black hole lasts until lifetime or DPD; one debug line
 *                             unknown
 *
 * Whose pair an SPI was, the packet does not say. Where both versions negotiate with the sender, the SPI is told to the IKE
 * SAs of both; of a version that has none, the row "none" holds, whatever the other has.
 *
 * Static means: `set peer` of a crypto map on the interface that owns the destination (spd_peer_is_static), so that a
 * forged source can make us begin only with peers that the configuration names. Limits: one DELETE per (peer, SPI) and
 * second, 10 DELETEs per peer and second; one recovery negotiation per peer in 60 s, successful or not; half-open
 * limits as everywhere. The records of these limits are small and fixed: two tables replaced by hash, and a count in
 * the peer. */
#include <string.h>

#include "dataplane/ike/engine.h"
#include "dataplane/ike/v1/v1.h"
#include "dataplane/ike/v2/v2.h"
#include "espial/text.h"

#define SPI_SLOTS    256
#define HOLD_SLOTS   256
#define IGNORED_MOST 10
#define V2_BURST     100 /* all peers */
#define OTHERS_MOST  10  /* a second */
#define HOLD_DOWN_US (60 * US_PER_S)
#define SPI_GAP_US   US_PER_S

struct ike_limits {
    struct ike *ike;
    uint32_t salt;
    struct {
        uint32_t peer, spi;
        uint64_t at; /* loop time + 1 */
    } spis[SPI_SLOTS];
    struct {
        uint32_t peer;
        uint64_t at; /* recovery began, + 1: written for configured peers alone */
    } holds[HOLD_SLOTS];
    uint64_t ignored_at; /* second of the "ignoring request" lines */
    unsigned ignored;
    uint64_t v2_at; /* second of what IKEv2 SAs were told */
    unsigned v2_told;
    uint64_t other_at; /* second of the looks at what the other version has to do with a peer */
    unsigned others;
};

struct ike_limits *recovery_new(struct ike *ike)
{
    struct ike_limits *l = NEW(struct ike_limits);

    l->ike = ike;
    l->salt = rnd_u32(ike->env.rnd);
    return l;
}

void recovery_free(struct ike_limits *l)
{
    mem_free(l);
}

static unsigned slot_of(const struct ike_limits *l, uint32_t a, uint32_t b, unsigned slots)
{
    uint64_t x = ((uint64_t)(a ^ l->salt) << 32 | b) * 0x9E3779B97F4A7C15ULL;

    return (unsigned)((x ^ x >> 29) * 0xBF58476D1CE4E5B9ULL >> 40) % slots;
}

/* Not more than `most` within the second that began at *began. */
static bool within(uint64_t now, uint64_t *began, unsigned *count, unsigned most)
{
    if (now - *began >= US_PER_S) {
        *began = now;
        *count = 0;
    }
    return (*count)++ < most;
}

/* The same SPI from the same sender again within a second. */
static bool just_seen(struct ike_limits *l, uint32_t peer, uint32_t spi)
{
    uint64_t now = loop_now(l->ike->env.loop) + 1;
    unsigned s = slot_of(l, peer, spi, SPI_SLOTS);

    if (l->spis[s].at && l->spis[s].peer == peer && l->spis[s].spi == spi && now - l->spis[s].at < SPI_GAP_US)
        return true;
    l->spis[s].peer = peer;
    l->spis[s].spi = spi;
    l->spis[s].at = now;
    return false;
}

static bool held_down(const struct ike_limits *l, uint32_t peer)
{
    unsigned q = slot_of(l, peer, 0, HOLD_SLOTS);

    return l->holds[q].at && l->holds[q].peer == peer && loop_now(l->ike->env.loop) + 1 - l->holds[q].at < HOLD_DOWN_US;
}

static void hold_down(struct ike_limits *l, uint32_t peer)
{
    unsigned q = slot_of(l, peer, 0, HOLD_SLOTS);

    l->holds[q].peer = peer;
    l->holds[q].at = loop_now(l->ike->env.loop) + 1;
}

static void remember(struct ike_peer *p, uint8_t proto, uint32_t spi)
{
    for (unsigned i = 0; i < p->nbad; i++)
        if (p->bad_spis[i].spi == spi && p->bad_spis[i].proto == proto)
            return;
    if (p->nbad < IKE_SPIS_MAX) {
        p->bad_spis[p->nbad].spi = spi;
        p->bad_spis[p->nbad++].proto = proto;
    }
}

/* Every peer behind the sender's address is told: which of them it was, the packet does not say. One that does not know
 * the SPI ignores it. */
static bool tell(struct ike_peer *first, uint8_t proto, uint32_t spi)
{
    bool told = false;

    for (struct ike_peer *p = first; p; p = p->here)
        if (peer_sa_up(p)) {
            told = true;
            if (within(loop_now(p->ike->env.loop), &first->deletes_at, &first->deletes, IKE_TELL_BURST))
                (void)peer_delete_ipsec(p, proto, spi);
        }
    return told;
}

/* An IKEv2 SA with the sender, or one being negotiated, takes it. */
static bool told_by_v2(struct ike *ike, uint32_t src, uint32_t dst, uint8_t proto, uint32_t spi)
{
    struct ike_limits *l = ike->limits;

    return v2_has_sa(ike->v2, dst, src) && (!within(loop_now(ike->env.loop), &l->v2_at, &l->v2_told, V2_BURST) ||
                                            v2_invalid_spi(ike->v2, dst, src, proto, spi, false));
}

static bool take_profile(void *arg, const struct ipsec_policy *p)
{
    if (!p->ikev2)
        str_copy(arg, sizeof p->ike_profile, p->ike_profile);
    return !p->ikev2;
}

static void ignore(struct ike *ike, uint32_t src, uint32_t dst, uint32_t spi)
{
    if (within(loop_now(ike->env.loop), &ike->limits->ignored_at, &ike->limits->ignored, IGNORED_MOST))
        trace(ike, NULL, src, TRACE_ERROR,
              "ignoring request to send delete notify (no ISAKMP sa) src %s dst %s for SPI 0x%X", IP4(dst), IP4(src),
              spi);
}

/* Main (or the profile's aggressive) mode, for DELETE alone. */
static void begin_v1(struct ike *ike, uint32_t src, uint32_t dst, uint8_t proto, uint32_t spi, const char *profile)
{
    struct ike_sa *sa = ike_begin(peer_get(ike, dst, src, 500), profile);

    if (sa)
        remember(sa->peer, proto, spi);
}

/* Each version that the configuration has negotiate with the sender is begun, if no IKE SA of it (told1, told2) was told. */
static void begin(struct ike *ike, uint32_t src, uint32_t dst, uint8_t proto, uint32_t spi, bool told1, bool told2)
{
    char profile[sizeof((struct ipsec_policy *)0)->ike_profile] = "";
    bool answers, v2 = v2_is_for(ike->v2, dst, src, &answers);
    bool v1 =
        spd_each_flow(ike->env.ipsec, dst, src, take_profile, profile) || !v2; /* main mode would be no good there */

    v1 = v1 && !told1;
    v2 = v2 && !told2 && !answers;
    if (!v1 && !v2 && (told1 || told2))
        return;
    hold_down(ike->limits, src);
    if (!v1 && !v2)
        ignore(ike, src, dst, spi);
    if (v2)
        (void)v2_invalid_spi(ike->v2, dst, src, proto, spi, true);
    if (v1)
        begin_v1(ike, src, dst, proto, spi, profile);
}

void ike_invalid_spi(struct ike *ike, uint32_t src, uint32_t dst, uint8_t proto, uint32_t spi, const char *ifname,
                     bool udp_encap)
{
    struct ike_limits *l = ike->limits;
    struct ike_peer *p = peer_find(ike, dst, src);

    (void)ifname;
    (void)udp_encap;
    if (!ike->on || just_seen(l, src, spi))
        return;
    bool told1 = tell(peer_first(ike, dst, src), proto, spi), told2 = told_by_v2(ike, src, dst, proto, spi);
    if (!told1 && p && peer_sa_negotiating(p)) {
        remember(p, proto, spi);
        told1 = true;
    }
    if (told1 && told2)
        return;
    if (!ike->conf.invalid_spi_recovery || !spd_peer_is_static(ike->env.ipsec, dst, src)) {
        if (!told1 && !told2)
            ignore(ike, src, dst, spi);
        return;
    }
    if (held_down(l, src))
        return;
    if ((!told1 && !told2) || within(loop_now(ike->env.loop), &l->other_at, &l->others, OTHERS_MOST))
        begin(ike, src, dst, proto, spi, told1, told2);
}

void recovery_flush(struct ike_sa *sa)
{
    struct ike_peer *p = sa->peer;

    for (unsigned i = 0; i < p->nbad; i++)
        v1_info_delete_ipsec(sa, p->bad_spis[i].proto, p->bad_spis[i].spi);
    p->nbad = 0;
}

void ike_invalid_selectors(struct ike *ike, uint32_t pair, const uint8_t *start, size_t len)
{
    if (ike->v2 && ike->conf.invalid_spi_recovery)
        v2_invalid_selectors(ike->v2, pair, start, len);
}
