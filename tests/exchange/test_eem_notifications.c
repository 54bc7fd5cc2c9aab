/* test_eem_notifications.c: the events of SNMP: notifications that are about to be sent, objects that a manager asks for. Stories are
 * written by hand. */
#include "tests/exchange/eem_says.h"

static void test_outgoing(void **state)
{
    static const uint32_t oid[] = {1, 3, 6, 1, 4, 1, 9, 9, 43, 1, 1, 6, 1, 3, 7};
    struct box *b = *state;
    struct applet_conf a;
    struct fact_trap t = {.src = 0x0a000001, .dst = 0x0a000005, .version = 2, .nvars = 1};
    assert_false(b->trap_gate.wants(b->trap_gate.arg));
    struct event_conf *ev =
        says(&a, "drop", EEM_SNMP_NOTIFICATION, "$_snmp_notif_oid_val to $_snmp_notif_dest_ip_addr");
    COPY(ev->oid, "1.3.6.1.4.1.9.9.43.1.1.6.1.3.");
    COPY(ev->oid_val, "1");
    ev->op = EEM_EQ;
    ev->direction = ev->msg_op = 1;
    ev->dst_ip = 0x0a000005;
    go(b, &a);
    ev = says(&a, "in", EEM_SNMP_NOTIFICATION, "not heard");
    COPY(ev->oid, "1.3.6.");
    COPY(ev->oid_val, "1");
    ev->op = EEM_EQ;
    go(b, &a);
    assert_true(b->trap_gate.wants(b->trap_gate.arg));
    memcpy(t.vars[0].oid, oid, sizeof oid);
    t.vars[0].oid_len = 15;
    t.vars[0].num = 1;
    assert_false(b->trap_gate.pass(b->trap_gate.arg, &t, 1));
    assert_false(b->trap_gate.pass(b->trap_gate.arg, &t, 1)); /* the same again: no further run */
    t.dst = 0x0a000006;
    assert_true(b->trap_gate.pass(b->trap_gate.arg, &t, 1));
    t.dst = 0x0a000005;
    t.vars[0].num = 2;
    assert_true(b->trap_gate.pass(b->trap_gate.arg, &t, 2));
    run(b, US_PER_MS);
    expect(b, "0.000 %HA_EM-6-LOG: drop: 1 to 10.0.0.5\n");
}

static void answered(void *request, enum object_outcome how, const struct trap_var *v)
{
    struct box *b = request;
    char text[64];
    if (how == OBJECT_ANSWER)
        snprintf(text, sizeof text, "%d is %d", (int)v->oid[v->oid_len - 1], (int)v->num);
    else
        str_copy(text, sizeof text, how == OBJECT_NONE ? "none" : "default");
    tell(b, "answer ", text);
}

static enum gate_verdict ask(struct box *b, uint32_t last, bool set, bool next)
{
    struct trap_var v = {.oid = {1, 3, 6, 1, 4, 1, 9, last}, .oid_len = 8, .num = 42};
    struct object_question q = {.var = &v, .set = set, .next = next};
    return b->object_gate.ask(b->object_gate.arg, &q, answered, b);
}

static struct event_conf *on_object(struct applet_conf *a, const char *status)
{
    struct event_conf *ev = says(a, "w", EEM_SNMP_OBJECT, "$_snmp_request $_snmp_request_type $_snmp_oid $_snmp_value");
    COPY(ev->oid, "1.3.6.1.4.1.9.7");
    ev->object_type = 3; /* int */
    ev->sync = EEM_SYNC_NO;
    if (status)
        COPY(action(a, "2", ACTION_SET, status)->var, "_exit_status");
    return ev;
}

static void test_object(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    on_object(&a, NULL)->skip = true;
    go(b, &a);
    assert_int_equal(ask(b, 8, false, false), GATE_GO);
    assert_int_equal(ask(b, 7, false, true), GATE_GO);
    assert_int_equal(ask(b, 7, false, false), GATE_SKIP);
    run(b, US_PER_S);
    expect(b, "0.000 %HA_EM-6-LOG: w: get exact 1.3.6.1.4.1.9.7 \n");

    on_object(&a, NULL)->sync = true; /* never set: as 0 */
    go(b, &a);
    assert_int_equal(ask(b, 7, false, false), GATE_HOLD);
    run(b, US_PER_S);
    expect(b, "1.000 %HA_EM-6-LOG: w: get exact 1.3.6.1.4.1.9.7 \n1.000 answer none\n");

    on_object(&a, "1")->sync = true; /* a SET needs no value */
    go(b, &a);
    assert_int_equal(ask(b, 7, true, false), GATE_HOLD);
    run(b, US_PER_S);
    expect(b, "2.000 %HA_EM-6-LOG: w: set exact 1.3.6.1.4.1.9.7 42\n2.000 answer 7 is 42\n");

    struct event_conf *ev = on_object(&a, "1");
    struct action_conf *value = action(&a, "3", ACTION_SNMP_OBJECT_VALUE, "99");
    value->op = 3; /* int */
    COPY(value->pattern, "1.3.6.1.4.1.9.7.5");
    ev->sync = ev->istable = true;
    go(b, &a);
    assert_int_equal(ask(b, 7, false, true), GATE_HOLD);
    run(b, US_PER_S);
    expect(b, "3.000 %HA_EM-6-LOG: w: get next 1.3.6.1.4.1.9.7 \n3.000 answer 5 is 99\n");

    on_object(&a, "1")->sync = true;
    wait_action(&a, "0", 5);
    ((struct event_conf *)a.events.v[0])->dflt = 2000;
    go(b, &a);
    assert_int_equal(ask(b, 7, false, false), GATE_HOLD);
    run(b, 10 * US_PER_S);
    expect(b, "6.000 answer default\n9.000 %HA_EM-6-LOG: w: get exact 1.3.6.1.4.1.9.7 \n");
    assert_int_equal(ask(b, 7, false, false), GATE_HOLD);
    b->object_gate.forget(b->object_gate.arg, b);
    run(b, 10 * US_PER_S);
    expect(b, "19.000 %HA_EM-6-LOG: w: get exact 1.3.6.1.4.1.9.7 \n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {T(test_outgoing), T(test_object)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
