/* What may follow the payloads of an encrypted IKEv1 message. RFC 2409 appendix B has zeros up to the nearest block; KAME's racoon, whose descendants are in many
 * telephones, adds bytes of any value of which the last tells how many stand before it, a whole block of them where none are needed. */
#include "tests/exchange/ike_says.h"

static void test_rows(void **state)
{
    static const struct {
        const char *what;
        size_t len;
        uint8_t fill, last;
        bool fits;
    } rows[] = {
        {"none", 0, 0, 0, true},
        {"a block of zeros", 16, 0, 0, true},
        {"a block that says 15, as racoon's", 16, 0xC7, 15, true},
        {"a block that says 16, as racoon's without exclusive_tail", 16, 0xC7, 16, true},
        {"two blocks that say 31, as racoon's with randomize_length", 32, 0xC7, 31, true},
        {"256 bytes that say 255", 256, 0xC7, 255, true},
        {"352 bytes that say 95, which is 351", 352, 0xC7, 95, true},
        {"a block of anything", 16, 0xC7, 0xC7, false},
        {"a block that says 14", 16, 0xC7, 14, false},
        {"a block that says 31", 16, 0xC7, 31, false},
        {"two blocks that say 15", 32, 0, 15, false},
        {"two blocks of zeros", 32, 0, 0, false},
        {"272 bytes that say 14", 272, 0xC7, 14, false},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world *w = world_new(900 + i);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        uint8_t pad[352];
        acquire(a);
        run_s(w, 2);
        assert_int_equal(sas_up(b), 1);
        memset(pad, rows[i].fill, sizeof pad);
        if (rows[i].len)
            pad[rows[i].len - 1] = rows[i].last;
        say_padded(a->ike->all, delete_then_contact, a->ike->all, BYTES(pad, rows[i].len)); /* of the SA that carries it */
        run_s(w, 1);
        if (sas_up(b) != !rows[i].fits)
            fail_msg("%s: the peer has %u SAs", rows[i].what, sas_up(b));
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
