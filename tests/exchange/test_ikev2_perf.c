/* test_ikev2_perf.c: show crypto ikev2 performance: what is measured once it is wanted. In virtual time work takes none; what
 * takes time is the wire, 10 ms a way. */
#include "tests/exchange/ikev2_box.h"

#define DELAY_US 10000
#define SHOW     "show crypto ikev2 performance"

static void says(struct rig *r, int node, const char *want)
{
    const char *said = box_type(r->b, node_names[node], SHOW);
    if (!strstr(said, want))
        fail_msg("it lacks:\n%s\n%s", want, strstr(said, "Protocol Stats"));
}

static void set(struct rig *r, const char *line)
{
    char text[128];
    snprintf(text, sizeof text, "configure terminal\n%s\nend", line);
    for (int node = 0; node < 2; node++)
        box_type_all(r->b, node_names[node], text);
}

static struct rig *up(bool measured)
{
    struct rig *r = rig_new_with(1, "", "", " set pfs group19\n");
    wire_set(r->wire, &(struct wire_params){.delay_us = DELAY_US});
    box_type(r->b, "left", "ping 10.0.0.2"); /* ARP */
    if (measured)
        set(r, "crypto isakmp performance");
    assert_true(rig_ping(r, 0, 5) >= 4);
    rig_quiet(r, 1, 1);
    return r;
}

static void off(void **state)
{
    (void)state;
    struct rig *r = up(false);
    says(r, 0, "IKE Established                 0       0   0   0       0   0   0\n");
    says(r, 0, "R INIT PROC                     0          0          0          0\n");
    says(r, 0, "DH Create                       0          0          0          0\n");
    says(r, 0, "Main Exchange Setup:            0\n");
    says(r, 0, "Packet Queue[0]                 2          0          0          0\n"); /* counted always */
    rig_free(r);
}

static void first_exchanges(void **state)
{
    (void)state;
    struct rig *r = up(true);
    /* the initiator */
    says(r, 0,
         "\nEgress:                SampleSize tps/avg min max cpu/avg min max\n"
         "IKE Established                 1       1   1   1       0   0   0\n"
         "IPSEC Child Establishe          1       1   1   1       0   0   0\n"
         "IKE Child Established           0       0   0   0       0   0   0\n");
    says(r, 0, "Egress IKE Attempted            1       1   1   1\n");
    says(r, 0, "I AUTH Wire                     1      20000      20000      20000\n");
    says(r, 0, "R INIT Wire                     0          0          0          0\n");
    says(r, 0, "I INIT_PROC                     1          0          0          0\n");
    says(r, 0, "R INIT PROC                     0          0          0          0\n");
    says(r, 0, "DH Create                       1          0          0          0\n");
    says(r, 0, "PS Key Auth Generation          2          0          0          0\n");
    says(r, 0, "Main Exchange Setup:            40000\nMain Processing:                0 -> 0%\n"
               "On IPC Queue:                   0 -> 0%\nTransmission:                   40000 -> 100%\n");
    /* the responder */
    says(r, 1,
         "Ingress:               SampleSize tps/avg min max cpu/avg min max\n"
         "IKE Established                 1       1   1   1       0   0   0\n"
         "IPSEC Child Establishe          1       1   1   1       0   0   0\n");
    says(r, 1, "Incoming IKE Packets            1       2   2   2\n-Init                           1       1   1   1\n"
               "-Auth                           1       1   1   1\n");
    says(r, 1, "R INIT Wire                     1      20000      20000      20000\n");
    says(r, 1, "R AUTH SEND                     1          0          0          0\n");
    says(r, 1, "Egress IKE Attempted            0       0   0   0\n");
    rig_free(r);
}

static void rekeys(void **state)
{
    (void)state;
    struct rig *r = up(true);
    v2_child_rekey(rig_child(r, 0));
    box_run(r->b, 10 * S);
    says(r, 0, "I IPSEC CHILD PROC              1          0          0          0\n");
    says(r, 1, "R IPSEC CHILD PROC              1          0          0          0\n");
    says(r, 1, "R IPSEC CHILD SEND              1          0          0          0\n");
    says(r, 0, "I IKE CHILD PROC                0          0          0          0\n");
    says(r, 0, "Child Exchange Setup:            20000\n");
    says(r, 0, "I IPSEC CHILD INT               1          0          0          0\n");
    v2_rekey_begin(rig_sa(r, 1));
    box_run(r->b, 10 * S);
    says(r, 1, "I IKE CHILD PROC                1          0          0          0\n");
    says(r, 0, "R IKE CHILD PROC                1          0          0          0\n");
    says(r, 0, "R IKE CHILD SEND                1          0          0          0\n");
    says(r, 0, "R IPSEC CHILD PROC              0          0          0          0\n");
    says(r, 1, "Child Exchange Setup:            20000\n");
    says(r, 1, "IKE Child Established           1       1   1   1       0   0   0\n");
    set(r, "no crypto isakmp performance");
    v2_child_rekey(rig_child(r, 0));
    box_run(r->b, 10 * S);
    says(r, 0, "I IPSEC CHILD PROC              1          0          0          0\n");
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(off),
        cmocka_unit_test(first_exchanges),
        cmocka_unit_test(rekeys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
