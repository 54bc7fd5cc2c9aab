/* IKEv2 for hours on a bad wire: messages lost, repeated, overtaking each other, while both ends replace and delete
 * children and IKE SAs by chance, ping, and forget. When the wire is good again both ends must agree on everything, and
 * packets must pass. */
#include "tests/exchange/ikev2_box.h"

#ifndef SEEDS
#define SEEDS 20
#endif

static void act(struct rig *r, uint32_t what)
{
    int node = what & 1;
    struct v2_sa *sa = rig_sa(r, node);

    switch (what >> 1 & 15) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
        if (sa && sa->children)
            v2_child_rekey(sa->children);
        break;
    case 5:
    case 6:
    case 7:
        if (sa)
            v2_rekey_begin(sa);
        break;
    case 8:
        if (sa && sa->children)
            v2_child_delete(sa->children);
        break;
    case 9:
        if ((what >> 8 & 3) == 0)
            (void)v2_clear(rig_v2(r, node_names[node]), 0, 0, 0, what >> 10 & 1);
        break;
    case 10:
        if (sa)
            v2_info_probe(sa);
        break;
    default: (void)rig_ping(r, node, 1 + (what >> 8 & 3)); break;
    }
}

static void bad_wire(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= (uint64_t)SEEDS; seed++) {
        struct rig *r = rig_new_with(seed, "crypto ikev2 dpd 30 5 on-demand\ncrypto isakmp invalid-spi-recovery\n",
                                     " lifetime 3600\n", seed & 1 ? " set pfs group19\n" : "");
        struct rnd *rnd = rnd_seeded_new(seed);
        (void)rig_ping(r, 0, 2);
        wire_set(r->wire, &(struct wire_params){
                              .delay_us = 5000, .jitter_us = 40000, .loss = 30000, .swap = 20000, .repeat = 30000});
        for (int i = 0; i < 400; i++) {
            uint32_t x = rnd_u32(rnd);
            act(r, x);
            if (x >> 20 & 1)
                act(r, x ^ 1);
            box_run(r->b, (x >> 12 & 7) == 0 ? 20 * S : (x >> 12 & 255) * 10000);
            for (int k = 0; k < 2; k++)
                assert_true(rig_v2(r, node_names[k])->nsas < 40);
        }
        wire_set(r->wire, &(struct wire_params){.delay_us = 5000});
        box_run(r->b, 300 * S);
        (void)rig_ping(r, 0, 10);
        (void)rig_ping(r, 1, 10);
        box_run(r->b, 300 * S);
        if (rig_ping(r, 0, 10) != 10 || rig_ping(r, 1, 10) != 10) {
            rig_print(r);
            fail_msg("seed %u: packets are lost on a good wire", (unsigned)seed);
        }
        rig_quiet(r, rig_v2(r, "left")->nsas, rig_children(r, 0));
        assert_true(rig_v2(r, "left")->nsas <= 4);
        struct v2_stats st;
        v2_stats(rig_v2(r, "left"), &st); /* it was hard */
        assert_true(st.rekeys_child > 30 && st.rekeys_ike > 20 && st.retransmits > 10);
        rnd_free(rnd);
        rig_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bad_wire)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
