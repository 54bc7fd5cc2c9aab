/* bench_ike.c: IKE SAs with their first pair set up per second, PSK, both ends on one core, beside the bare
 * Diffie-Hellman sums of the same run.
 *
 * Two engines in one process and in virtual time (tests/exchange/ike_world.h): nothing is waited for, so the processor's
 * time is the whole cost: both halves of both exchanges, messages made, sealed, opened and read, keys derived; IPsec is a
 * stand-in that keeps what it is given. IKEv1 is main mode and quick mode without PFS, IKEv2 is IKE_SA_INIT and IKE_AUTH;
 * AES-256 and SHA-256 for both. "bare" is what both ends must compute whatever the program: two public and two shared
 * values. Between set-ups both ends forget what they have (not counted).
 *
 * usage: bench_ike [SET-UPS OF EACH KIND (200)] */
#include <stdlib.h>
#include <time.h>

#include "dataplane/ike/v2/v2.h"
#include "dataplane/ike/v2/v2_conf.h"
#include "tests/exchange/ike_world.h"

static double cpu(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static double bare(unsigned group, unsigned rounds)
{
    struct rnd *rnd = rnd_seeded_new(5);
    double spent = 0;
    for (unsigned i = 0; i < rounds; i++) {
        struct dh *a = dh_new(group, rnd), *b = dh_new(group, rnd);
        struct key k = {0};
        double began = cpu();
        dh_compute_public(a);
        dh_compute_public(b);
        if (!dh_compute_shared(a, dh_public(b), dh_public_len(group), &k) ||
            !dh_compute_shared(b, dh_public(a), dh_public_len(group), &k))
            exit(1);
        spent += cpu() - began;
        key_wipe(&k);
        dh_free(a);
        dh_free(b);
    }
    rnd_free(rnd);
    return rounds / spent;
}

static void configure_v1(struct side *s, unsigned group)
{
    struct ike_conf *c = ike_conf(s->ike);
    struct ike_policy_conf *p = NEW(struct ike_policy_conf);
    conf_list_clear(&c->policies);
    ike_policy_conf_init(p);
    p->priority = 10;
    p->encryption = IKE_ENC_AES;
    p->aes_bits = IKE_BITS_256;
    p->hash = IKE_HASH_SHA256;
    p->authentication = IKE_AUTH_PSK;
    p->group = (uint8_t)group;
    conf_list_add(&c->policies, p);
    ike_conf_changed(s->ike);
}

/* Positions of the words of `crypto ikev2 proposal`: aes-cbc-256 is the fifth, sha256 the third. */
static void configure_v2(struct side *s, unsigned group)
{
    struct v2_conf *c = v2_conf(ike_v2(s->ike));
    struct v2_proposal_conf *pr = NEW(struct v2_proposal_conf);
    struct v2_profile_conf *p = NEW(struct v2_profile_conf);
    struct v2_match_conf *any = NEW(struct v2_match_conf);
    v2_proposal_conf_init(pr);
    strcpy(pr->name, "default");
    pr->encr[0] = 5;
    pr->integ[0] = 3;
    pr->group[0] = (uint8_t)group;
    conf_list_add(&c->proposals, pr);
    v2_profile_conf_init(p);
    strcpy(p->name, "P");
    any->kind = V2_MATCH_ANY;
    conf_list_add(&p->matches, any);
    p->auth_local = p->auth_remote = V2_AUTH_PRE_SHARE;
    strcpy(p->key_local, "secret");
    strcpy(p->key_remote, "secret");
    conf_list_add(&c->profiles, p);
    v2_conf_changed(ike_v2(s->ike));
    s->ips.policy.ikev2 = true;
    strcpy(s->ips.policy.ike_profile, "P");
}

static void forget(struct world *w, bool v2)
{
    for (int i = 0; i < 2; i++)
        if (v2)
            v2_clear(ike_v2(w->side[i].ike), 0, 0, 0, true);
        else
            ike_clear_sas(w->side[i].ike, 0);
    for (int i = 0; i < 2; i++)
        sad_delete_peer(&w->side[i].ips, 0, SA_GONE_IKE_LOST);
    run_s(w, v2 ? 0.1 : 70);
}

static double set_ups(bool v2, unsigned group, unsigned rounds)
{
    struct world *w = world_new(9);
    double spent = 0;
    for (int i = 0; i < 2; i++) {
        w->side[i].ips.policy.pfs_group = 0;
        if (v2)
            configure_v2(&w->side[i], group);
        else
            configure_v1(&w->side[i], group);
    }
    for (unsigned i = 0; i < rounds; i++) {
        double began = cpu();
        acquire(&w->side[SIDE_A]);
        run_s(w, 0.2);
        spent += cpu() - began;
        if (!both_flow(w)) {
            fprintf(stderr, "bench_ike: IKEv%d group %u: set-up %u failed\n", v2 ? 2 : 1, group, i);
            exit(1);
        }
        forget(w, v2);
    }
    world_free(w);
    return rounds / spent;
}

int main(int argc, char **argv)
{
    static const unsigned groups[] = {14, 19, 31};
    unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 200;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        double b = bare(groups[i], rounds), two = set_ups(true, groups[i], rounds);
        printf("group %-2u  bare %6.0f/s   IKEv2 %6.0f/s  %3.0f%% of bare", groups[i], b, two, 100 * two / b);
        if (groups[i] != 31) { /* IKEv1 has no group 31 here */
            double one = set_ups(false, groups[i], rounds);
            printf("   IKEv1 %6.0f/s  %3.0f%%", one, 100 * one / b);
        }
        putchar('\n');
    }
    return 0;
}
