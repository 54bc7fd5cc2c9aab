/* IKE fragments as a peer may send them (RFC 7383 sections 2.5 and 2.6): in any order, twice, with other totals, too many,
 * beside the whole message, and after it. */
#include "tests/exchange/ikev2_box.h"

#define TEXT 300

static struct rig *up(void)
{
    struct rig *r = rig_new_with(1, "crypto ikev2 fragmentation mtu 200\n", "", "");
    assert_true(rig_ping(r, 0, 5) >= 4);
    rig_quiet(r, 1, 1);
    memset(r->seen, 0, sizeof r->seen);
    return r;
}

/* A piece of left's request: number of total, 0: the whole in one. The request is a notify that nobody knows. */
static void say(struct rig *r, uint32_t mid, unsigned number, unsigned total)
{
    struct v2_sa *sa = rig_sa(r, 0);
    struct v2_hdr h = {.version = 0x20, .exchange = V2_INFORMATIONAL, .mid = mid};
    uint8_t inner[TEXT] = {0}, out[1024];
    size_t len, each = total ? (TEXT + total - 1) / total : TEXT;

    put16(inner + 2, TEXT);
    put16(inner + 6, 0xA123);
    memcpy(h.ispi, sa->ispi, 8);
    memcpy(h.rspi, sa->rspi, 8);
    h.flags = sa->initiator ? V2_FLAG_INITIATOR : 0;
    if (!number) {
        len = v2_sk_seal(sa->seal, rig_ike(r, "left")->env.rnd, &h, V2_NOTIFY, inner, TEXT, out, sizeof out);
    } else {
        size_t at = (number - 1) * each, n = at >= TEXT ? 0 : TEXT - at < each ? TEXT - at : each;
        len = v2_sk_seal_fragment(sa->seal, rig_ike(r, "left")->env.rnd, &h, V2_NOTIFY, (uint16_t)number, (uint16_t)total,
                                  inner + at, n, out, sizeof out);
    }
    assert_true(len > 0);
    rig_inject(r, 0, 500, out, len);
}

/* An MTU that has no room for the headers of a piece: pieces are as small as they may be, and what has nothing to be cut
 * (a probe, and most answers of INFORMATIONAL) goes whole. */
static void tiny(void **state)
{
    (void)state;
    static const char *const rows[] = {"crypto ikev2 fragmentation mtu 68\n", "crypto ikev2 fragmentation mtu 120\n"};
    for (unsigned i = 0; i < 2; i++) {
        struct rig *r = rig_new_with(2 + i, rows[i], " dpd 10 2 periodic\n", "");
        assert_true(rig_ping(r, 0, 5) >= 4);
        const struct v2_sa *sa = rig_sa(r, 0);
        box_run(r->b, 120 * S);
        assert_ptr_equal(rig_sa(r, 0), sa);
        assert_true(r->seen[V2_INFORMATIONAL][0] >= 10);
        assert_int_equal(r->seen[V2_INFORMATIONAL][1], r->seen[V2_INFORMATIONAL][0]);
        unsigned said = r->seen[V2_INFORMATIONAL][1];
        box_type(r->b, "left", "clear crypto session");
        box_run(r->b, 100 * S / 1000);
        rig_quiet(r, 0, 0);
        assert_true(r->seen[V2_INFORMATIONAL][1] > said);
        rig_free(r);
    }
}

#define PAUSE 255 /* long enough for a repeat to be answered */
static void sequences(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        uint8_t pieces[12][2]; /* number, total; the first total of 0 behind them ends it */
        unsigned n, answers;
    } rows[] = {
        {"in order", {{1, 3}, {2, 3}, {3, 3}}, 3, 1},
        {"out of order", {{3, 3}, {1, 3}, {2, 3}}, 3, 1},
        {"one alone", {{1, 1}}, 1, 1},
        {"one missing", {{1, 3}, {3, 3}}, 2, 0},
        {"each twice", {{1, 3}, {1, 3}, {2, 3}, {2, 3}, {3, 3}}, 5, 1},
        {"the same thrice is not three", {{1, 3}, {1, 3}, {1, 3}}, 3, 0},
        {"a greater total begins anew", {{1, 2}, {1, 3}, {2, 3}, {3, 3}}, 4, 1},
        {"and forgets the former", {{1, 2}, {1, 3}, {2, 2}, {2, 3}}, 4, 0},
        {"a smaller total is dropped", {{1, 3}, {1, 2}, {2, 2}}, 3, 0},
        {"and does no harm", {{1, 3}, {1, 2}, {2, 2}, {2, 3}, {3, 3}}, 5, 1},
        {"more than are taken", {{1, 200}}, 1, 0},
        {"and then as many as are", {{1, 200}, {1, 3}, {2, 3}, {3, 3}}, 4, 1},
        {"one without text", {{128, 128}, {1, 2}, {2, 2}}, 3, 1},
        {"a later one again", {{1, 3}, {2, 3}, {3, 3}, {PAUSE, 0}, {2, 3}, {3, 3}}, 6, 1},
        {"the first again", {{1, 3}, {2, 3}, {3, 3}, {PAUSE, 0}, {1, 3}, {2, 3}}, 6, 2},
        {"the whole between", {{1, 3}, {0, 0}, {2, 3}, {3, 3}}, 4, 1},
        {"the whole as a repeat of its pieces", {{1, 3}, {2, 3}, {3, 3}, {PAUSE, 0}, {0, 0}}, 5, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *r = up();
        uint32_t mid = rig_sa(r, 0)->next_mid++;
        for (unsigned k = 0; k < rows[i].n; k++) {
            if (rows[i].pieces[k][0] == PAUSE)
                box_run(r->b, S);
            else
                say(r, mid, rows[i].pieces[k][0], rows[i].pieces[k][1]);
        }
        if (r->seen[V2_INFORMATIONAL][1] != rows[i].answers)
            fail_msg("%s: %u answers", rows[i].what, r->seen[V2_INFORMATIONAL][1]);
        assert_int_equal(rig_sas(r, 1), 1);
        rig_free(r);
    }
}

/* Begun and never whole, more of them than are kept: the oldest gives way, and what is whole is heard. */
static void many_begun(void **state)
{
    (void)state;
    struct rig *r = up();
    struct v2_stats st;
    uint32_t mid = rig_sa(r, 0)->next_mid;

    rig_sa(r, 0)->next_mid += V2_REASSEMBLIES + 1;
    for (unsigned i = 0; i <= V2_REASSEMBLIES; i++)
        say(r, mid + i, 1, 2);
    v2_stats(rig_v2(r, "right"), &st);
    assert_int_equal(st.fragments_dropped, 1);
    for (unsigned i = 1; i <= V2_REASSEMBLIES; i++)
        say(r, mid + i, 2, 2);
    assert_int_equal(r->seen[V2_INFORMATIONAL][1], V2_REASSEMBLIES);
    say(r, mid, 1, 2);
    say(r, mid, 2, 2);
    assert_int_equal(r->seen[V2_INFORMATIONAL][1], V2_REASSEMBLIES + 1);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiny), cmocka_unit_test(sequences),
        cmocka_unit_test(many_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
