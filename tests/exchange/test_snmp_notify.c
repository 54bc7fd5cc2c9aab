/* test_snmp_notify.c: the trap of the incident from one agent to another, and everything that may keep it from
 * arriving.
 *
 *   hub 213.163.222.7                              spoke 11.1.1.3
 *     TRAP_WANTED -> Trap-PDU, UDP :49152 ------------> :162 -> TRAP_HEARD
 */
#include "tests/exchange/snmp_pair.h"

#include "snmp/cmd/cmd.h"

static void hub_cfg_sends_a_v1_trap(void **state)
{
    struct pair *p = *state;
    want_policy_event(p->hub);
    assert_int_equal(p->hub->nsent, 1);
    const struct box_datagram *d = &p->hub->sent[0];
    assert_int_equal(d->src, HUB);
    assert_int_equal(d->dst, SPOKE);
    assert_int_equal(d->dport, 162);
    assert_int_equal(d->sport, EPHEMERAL);
    /* version 0, "public", Trap-PDU; enterprise, agent-addr, enterpriseSpecific, 2, sysUpTime 123.45 s since the router
     * began */
    static const char head[] = "\x02\x01\x00\x04\x06public\xa4\x81";
    static const char pdu[] =
        "\x06\x08\x2b\x06\x01\x04\x01\x09\x0a\x5b\x40\x04\xd5\xa3\xde\x07\x02\x01\x06\x02\x01\x02\x43\x02\x30\x39";
    static const char intdata1[] =
        "\x06\x0e\x2b\x06\x01\x04\x01\x09\x0a\x5b\x01\x02\x03\x01\x09\x07\x02\x03\x23\x73\x20";
    static const char intdata2[] = "\x06\x0e\x2b\x06\x01\x04\x01\x09\x0a\x5b\x01\x02\x03\x01\x0a\x07\x02\x01\x00";
    assert_true(CONTAINS(d, head));
    assert_true(CONTAINS(d, pdu));
    assert_true(CONTAINS(d, intdata1));
    assert_true(CONTAINS(d, intdata2)); /* absent: 0 in version 1 */
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->sent, 1);
    assert_int_equal(snmp_stats(p->hub->snmp)->out_traps, 1);
}

static void spoke_hears_what_hub_sent(void **state)
{
    struct pair *p = *state;
    want_policy_event(p->hub);
    assert_true(box_carry(p->hub, 0, p->spoke));
    assert_int_equal(p->spoke->nheard, 0); /* facts wait for the end of the turn */
    vloop_run_for(p->loop, 0);
    assert_policy_event_heard(p->spoke, 1);
    assert_int_equal(snmp_stats(p->spoke->snmp)->in_traps, 1);
    assert_int_equal(p->spoke->nsent, 0);
    assert_int_equal(p->hub->nheard, 0);
}

static void version_2c_keeps_absent_values(void **state)
{
    struct pair *p = *state;
    struct snmp_host_conf *h = snmp_conf(p->hub->snmp)->hosts.v[0];
    h->version = SNMP_HOST_V2C;
    h->udp_port = 1162;
    snmp_conf_changed(p->hub->snmp);
    want_policy_event(p->hub);
    want_policy_event(p->hub);
    assert_int_equal(p->hub->nsent, 2);
    assert_int_equal(p->hub->sent[0].dport, 1162);
    assert_true(CONTAINS(&p->hub->sent[0], "\xa7\x81"));                                      /* SNMPv2-Trap-PDU */
    assert_memory_not_equal(p->hub->sent[0].data, p->hub->sent[1].data, p->hub->sent[0].len); /* request-id */
    assert_false(box_carry(p->hub, 0, p->spoke));
    assert_true(box_deliver(p->spoke, HUB, 49152, 162, p->hub->sent[0].data, p->hub->sent[0].len));
    vloop_run_for(p->loop, 0);
    assert_policy_event_heard(p->spoke, 2);
}

static void nothing_leaves_unless_asked(void **state)
{
    struct pair *p = *state;
    struct snmp_conf *c = snmp_conf(p->hub->snmp);
    struct snmp_host_conf *h = c->hosts.v[0];
    c->traps_event_manager = false;
    want_policy_event(p->hub);
    assert_int_equal(p->hub->nsent, 0);

    c->traps_event_manager = true;
    h->only_event_manager = false;
    h->only_syslog = true;
    want_policy_event(p->hub);
    assert_int_equal(p->hub->nsent, 0);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->dropped, 0);

    h->only_syslog = false; /* no type listed: all */
    want_policy_event(p->hub);
    assert_int_equal(p->hub->nsent, 1);

    struct fact_trap t = policy_event();
    str_copy(t.kind, sizeof(t.kind), "ospf");
    want_trap(p->hub, &t);
    assert_int_equal(p->hub->nsent, 1);
}

static void each_host_gets_its_own_form(void **state)
{
    struct pair *p = *state;
    box_host(p->hub, 0x0a000001, "second")->version = SNMP_HOST_V2C;
    box_host(p->hub, 0x0a000002, "third")->only_config = true;
    want_policy_event(p->hub);
    assert_int_equal(p->hub->nsent, 2);
    assert_int_equal(p->hub->sent[1].dst, 0x0a000001);
    assert_true(CONTAINS(&p->hub->sent[1], "\x02\x01\x01\x04\x06second\xa7\x81"));
    /* A Counter64 has no form in version 1. */
    struct fact_trap t = policy_event();
    t.vars[6].type = TRAP_COUNTER64;
    want_trap(p->hub, &t);
    assert_int_equal(p->hub->nsent, 3);
    assert_int_equal(p->hub->sent[2].dst, 0x0a000001);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->dropped, 1);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 1)->sent, 2);
    assert_null(snmp_host_stats(p->hub->snmp, 3));
}

/* Two lines of one address and port: two informs; an acknowledgement is that of the line whose string and number it has. */
static void lines_of_one_host_are_informed_each(void **state)
{
    struct pair *p = *state;
    struct snmp *s = p->hub->snmp;
    struct snmp_host_conf *h = snmp_conf(s)->hosts.v[0];
    h->version = SNMP_HOST_V2C;
    h->informs = 1;
    h = box_host(p->hub, SPOKE, "second");
    h->version = SNMP_HOST_V2C;
    h->informs = 1;
    box_host(p->hub, SPOKE, "public")->udp_port = 1162; /* of version 1: a trap */
    box_host(p->spoke, HUB, "second");
    want_policy_event(p->hub);
    assert_int_equal(p->hub->nsent, 3);
    assert_int_equal(p->hub->sent[0].dport, 162);
    assert_int_equal(p->hub->sent[2].dport, 1162);
    assert_true(CONTAINS(&p->hub->sent[0], "\x06public\xa6\x81"));
    assert_true(CONTAINS(&p->hub->sent[1], "\x06second\xa6\x81"));
    assert_true(CONTAINS(&p->hub->sent[2], "\x06public\xa4\x81"));
    assert_true(box_carry(p->hub, 1, p->spoke));
    assert_true(box_carry(p->spoke, 0, p->hub));
    assert_int_equal(snmp_host_stats(s, 0)->queued, 1);
    assert_int_equal(snmp_host_stats(s, 1)->queued, 0);
    assert_int_equal(snmp_host_stats(s, 2)->queued, 0);
    assert_int_equal(snmp_host_stats(s, 2)->sent, 1);
    assert_true(box_carry(p->hub, 0, p->spoke));
    assert_true(box_carry(p->spoke, 1, p->hub));
    assert_int_equal(snmp_host_stats(s, 0)->queued, 0);
    assert_int_equal(snmp_stats(s)->in_responses, 2);
    conf_list_remove(&snmp_conf(s)->hosts, 0); /* the other line goes on, with its figures */
    snmp_conf_changed(s);
    assert_int_equal(snmp_host_stats(s, 0)->sent, 1);
    assert_int_equal(snmp_host_stats(s, 0)->port, 162);
    vloop_run_for(p->hub->loop, 100 * US_PER_S);
    assert_int_equal(p->hub->nsent, 3);
}

static void trap_source_is_the_packets_and_the_agents_address(void **state)
{
    struct pair *p = *state;
    str_copy(snmp_conf(p->hub->snmp)->trap_source, IFNAME_MAX, "Loopback0");
    want_policy_event(p->hub); /* without an address: the route's */
    p->hub->loopback_addr = 0xc0000201;
    want_policy_event(p->hub);
    assert_int_equal(p->hub->sent[0].src, HUB);
    assert_int_equal(p->hub->sent[1].src, 0xc0000201);
    assert_true(CONTAINS(&p->hub->sent[1], "\x40\x04\xc0\x00\x02\x01"));
}

/* A trap without a way waits, ten of them (queue-length), and is tried again each 30 s (trap-timeout), with the time at which it happened. */
static void no_route_waits(void **state)
{
    struct pair *p = *state;
    p->hub->no_route = true;
    for (int i = 0; i < 12; i++)
        want_policy_event(p->hub);
    assert_int_equal(p->hub->nsent, 0);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->queued, 10);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->dropped, 2);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->sent, 0);
    assert_int_equal(snmp_stats(p->hub->snmp)->out_traps, 0);
    vloop_run_for(p->hub->loop, 35 * US_PER_S);
    assert_int_equal(p->hub->nsent, 0);
    p->hub->no_route = false;
    vloop_run_for(p->hub->loop, 20 * US_PER_S);
    assert_int_equal(p->hub->nsent, 0);
    vloop_run_for(p->hub->loop, 6 * US_PER_S);
    assert_int_equal(p->hub->nsent, 10);
    assert_true(CONTAINS(&p->hub->sent[0], "\x43\x02\x30\x39")); /* 123.45 s */
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->sent, 10);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->queued, 0);
}

/* An inform that found no way at first is sent when it leaves. */
static void an_inform_that_waited_is_counted(void **state)
{
    struct pair *p = *state;
    struct snmp_host_conf *h = snmp_conf(p->hub->snmp)->hosts.v[0];
    h->version = SNMP_HOST_V2C;
    h->informs = 1;
    snmp_conf_changed(p->hub->snmp);
    p->hub->no_route = true;
    want_policy_event(p->hub);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->sent, 0);
    p->hub->no_route = false;
    vloop_run_for(p->hub->loop, 16 * US_PER_S);
    assert_int_equal(p->hub->nsent, 1);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->sent, 1);
    vloop_run_for(p->hub->loop, 16 * US_PER_S);
    assert_int_equal(p->hub->nsent, 2);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->sent, 1); /* the same again */
}

/* Three more tries, 15 s apart; what the receiver hears he acknowledges, and then it is done. */
static void informs_are_sent_until_they_are_acknowledged(void **state)
{
    struct pair *p = *state;
    struct snmp_host_conf *h = snmp_conf(p->hub->snmp)->hosts.v[0];
    h->version = SNMP_HOST_V2C;
    h->informs = 1;
    snmp_conf_changed(p->hub->snmp);
    want_policy_event(p->hub);
    assert_int_equal(p->hub->nsent, 1);
    assert_true(CONTAINS(&p->hub->sent[0], "\x06public\xa6\x81")); /* InformRequest-PDU */
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->queued, 1);
    vloop_run_for(p->hub->loop, 16 * US_PER_S);
    assert_int_equal(p->hub->nsent, 2);
    /* the same message: its number is its */
    assert_int_equal(p->hub->sent[1].len, p->hub->sent[0].len);
    assert_memory_equal(p->hub->sent[1].data, p->hub->sent[0].data, p->hub->sent[0].len);
    box_carry(p->hub, 1, p->spoke);
    vloop_run_for(p->hub->loop, 0);
    assert_int_equal(p->spoke->nheard, 1);
    assert_int_equal(p->spoke->nsent, 1);
    p->spoke->sent[0].src = HUB; /* somebody else cannot say it for him */
    box_carry(p->spoke, 0, p->hub);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->queued, 1);
    p->spoke->sent[0].src = SPOKE;
    box_carry(p->spoke, 0, p->hub);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->queued, 0);
    assert_int_equal(snmp_stats(p->hub->snmp)->in_responses, 1);
    vloop_run_for(p->hub->loop, 100 * US_PER_S);
    assert_int_equal(p->hub->nsent, 2);

    /* nobody answers */
    want_policy_event(p->hub);
    vloop_run_for(p->hub->loop, 100 * US_PER_S);
    assert_int_equal(p->hub->nsent, 6);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->dropped, 1);
    assert_int_equal(snmp_stats(p->hub->snmp)->inform_timeouts, 1);
    /* no more than `pending` are kept: the oldest gives way */
    snmp_conf(p->hub->snmp)->inform_pending = 2;
    for (int i = 0; i < 3; i++)
        want_policy_event(p->hub);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->queued, 2);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->dropped, 2);
    /* and with the host they go */
    snmp_stop(p->hub->snmp);
    assert_null(snmp_host_stats(p->hub->snmp, 0));
}

/* The agent begins; and again, after `no snmp-server`. */
static void starts(void **state)
{
    struct pair *p = *state;
    struct box *b = box_new(p->hub->loop, 0x0a000009);
    box_host(b, SPOKE, "public");
    snmp_conf(b->snmp)->traps_coldstart = snmp_conf(b->snmp)->traps_warmstart = true;
    vloop_run_for(b->loop, 0);
    assert_int_equal(b->nsent, 1);
    assert_true(CONTAINS(&b->sent[0], "\x02\x01\x00\x02\x01\x00\x43")); /* generic 0: coldStart */
    snmp_stop(b->snmp);
    box_host(b, SPOKE, "public");
    snmp_conf(b->snmp)->traps_warmstart = true;
    vloop_run_for(b->loop, 0);
    assert_int_equal(b->nsent, 1); /* who configures has not finished */
    bus_publish(b->bus, FACT_CONFIG_CHANGED, &(struct fact_config){.left = true}, sizeof(struct fact_config));
    vloop_run_for(b->loop, 0);
    assert_int_equal(b->nsent, 2);
    assert_true(CONTAINS(&b->sent[1], "\x02\x01\x01\x02\x01\x00\x43")); /* generic 1: warmStart */
    box_free(b);
}

/* The last trap that hub sent, as spoke reads it. */
static const struct fact_trap *last_trap(struct pair *p)
{
    assert_true(box_carry(p->hub, p->hub->nsent - 1, p->spoke));
    vloop_run_for(p->loop, 0);
    return &p->spoke->heard[p->spoke->nheard - 1];
}

/* write memory is 1, 3, 4; write erase 1, 1, 4. ccmCLIRunningConfigChanged only when a manager has enabled it and a line changed something. */
static void saving_is_an_event_of_the_configuration(void **state)
{
    static const uint32_t running_changed[] = {1, 3, 6, 1, 4, 1, 9, 9, 43, 2, 0, 2};
    static const uint32_t terminal_type[] = {1, 3, 6, 1, 4, 1, 9, 9, 43, 1, 1, 6, 1, 6, 4};
    struct pair *p = *state;
    struct snmp_conf *c = snmp_conf(p->hub->snmp);
    struct fact_config f = {.user = "console", .saved = true};
    ((struct snmp_host_conf *)c->hosts.v[0])->only_event_manager = false;
    c->traps_config = c->traps_running_changed = true;
    for (int erase = 0; erase < 2; erase++) {
        f.saved = !erase;
        f.erased = erase;
        bus_publish(p->hub->bus, FACT_CONFIG_CHANGED, &f, sizeof f);
        vloop_run_for(p->loop, 0);
        assert_int_equal(p->hub->nsent, erase + 1);
        const struct fact_trap *t = last_trap(p);
        assert_int_equal(t->nvars, 4);
        assert_int_equal(t->vars[0].num, 1);
        assert_int_equal(t->vars[1].num, erase ? 1 : 3);
        assert_int_equal(t->vars[2].num, 4);
    }
    f = (struct fact_config){.line = 3, .user = "ann", .left = true};
    bus_publish(p->hub->bus, FACT_CONFIG_CHANGED, &f, sizeof f);
    vloop_run_for(p->loop, 0);
    assert_int_equal(p->hub->nsent, 3); /* nothing was changed */
    bus_publish(p->hub->bus, FACT_CONFIG_CHANGED, &(struct fact_config){.line = 3}, sizeof f);
    bus_publish(p->hub->bus, FACT_CONFIG_CHANGED, &f, sizeof f);
    vloop_run_for(p->loop, 0);
    assert_int_equal(p->hub->nsent, 5);
    const struct fact_trap *t = last_trap(p);
    assert_memory_equal(t->trap_oid, running_changed, sizeof running_changed);
    assert_int_equal(t->nvars, 2);
    assert_int_equal(t->vars[0].type, TRAP_TICKS);
    assert_memory_equal(t->vars[1].oid, terminal_type, sizeof terminal_type);
    assert_int_equal(t->vars[1].num, 5); /* virtual */
}

static void config_and_syslog_raise_traps(void **state)
{
    struct pair *p = *state;
    struct snmp_conf *c = snmp_conf(p->hub->snmp);
    ((struct snmp_host_conf *)c->hosts.v[0])->only_event_manager = false;
    struct fact_config changed = {.line = 0, .user = "console"}, left = {.line = 0, .user = "console", .left = true};
    bus_publish(p->hub->bus, FACT_CONFIG_CHANGED, &left, sizeof(left));
    vloop_run_for(p->loop, 0);
    assert_int_equal(p->hub->nsent, 0);
    c->traps_config = true;
    bus_publish(p->hub->bus, FACT_CONFIG_CHANGED, &changed, sizeof(changed)); /* one line: configuration mode is not left */
    vloop_run_for(p->loop, 0);
    assert_int_equal(p->hub->nsent, 0);
    bus_publish(p->hub->bus, FACT_CONFIG_CHANGED, &left, sizeof(left));
    vloop_run_for(p->loop, 0);
    assert_int_equal(p->hub->nsent, 1);
    assert_true(box_carry(p->hub, 0, p->spoke));

    c->traps_syslog = true;
    msg_post_text(p->hub->log, "CRYPTO", 4, "RECVD_PKT_INV_SPI", "decaps: rec'd IPSEC packet");
    msg_post_text(p->hub->log, "SYS", 5, "CONFIG_I",
                  "Configured from console by console"); /* below `logging history warnings` */
    msg_debug(p->hub->log, "ISAKMP: a debug line");
    vloop_run_for(p->loop, 0);
    assert_int_equal(p->hub->nsent, 2);
    assert_true(box_carry(p->hub, 1, p->spoke));
    vloop_run_for(p->loop, 0);

    static const uint32_t man_event[] = {1, 3, 6, 1, 4, 1, 9, 9, 43, 2, 0, 1};
    static const uint32_t generated[] = {1, 3, 6, 1, 4, 1, 9, 9, 41, 2, 0, 1};
    static const uint32_t message_text[] = {1, 3, 6, 1, 4, 1, 9, 9, 41, 1, 2, 3, 1, 5, 1};
    assert_int_equal(p->spoke->nheard, 2);
    const struct fact_trap *t = &p->spoke->heard[0];
    assert_memory_equal(t->trap_oid, man_event, sizeof(man_event));
    assert_int_equal(t->nvars, 4);
    assert_int_equal(t->vars[0].num, 1);
    assert_int_equal(t->vars[1].num, 2);
    assert_int_equal(t->vars[2].num, 3);
    assert_memory_equal(t->vars[3].data, "console", 7);
    t = &p->spoke->heard[1];
    assert_memory_equal(t->trap_oid, generated, sizeof(generated));
    assert_int_equal(t->nvars, 5);
    assert_memory_equal(t->vars[0].data, "CRYPTO", t->vars[0].len);
    assert_int_equal(t->vars[1].num, 5); /* warning is 5 in SyslogSeverity */
    assert_memory_equal(t->vars[2].data, "RECVD_PKT_INV_SPI", t->vars[2].len);
    assert_memory_equal(t->vars[3].oid, message_text, sizeof(message_text));
    assert_int_equal(t->vars[3].len, strlen("decaps: rec'd IPSEC packet"));
    assert_memory_equal(t->vars[3].data, "decaps: rec'd IPSEC packet", t->vars[3].len);
    assert_int_equal(t->vars[4].type, TRAP_TICKS);
}

static void no_snmp_server_ends_it(void **state)
{
    struct pair *p = *state;
    assert_true(snmp_running(p->hub->snmp));
    conf_list_clear(&snmp_conf(p->hub->snmp)->hosts);
    snmp_conf_changed(p->hub->snmp);
    snmp_conf(p->hub->snmp)->manager = snmp_conf(p->hub->snmp)->traps_event_manager = false;
    assert_true(snmp_running(p->hub->snmp)); /* the last line gone, it goes on */
    snmp_stop(p->hub->snmp);
    assert_false(snmp_running(p->hub->snmp));
    snmp_stop(p->spoke->snmp);
    assert_false(box_listens(p->spoke, 162));
    assert_false(box_listens(p->spoke, EPHEMERAL));
    assert_int_equal(snmp_conf(p->spoke->snmp)->hosts.n, 0);
    want_policy_event(p->spoke);
    assert_int_equal(p->spoke->nsent, 0);
    three_lines(p->spoke, HUB);
    want_policy_event(p->spoke);
    assert_int_equal(p->spoke->nsent, 1);
}

static void debug_prints_both_ways(void **state)
{
    struct pair *p = *state;
    snmp_debug_packets(p->hub->snmp, true);
    snmp_debug_packets(p->spoke->snmp, true);
    want_policy_event(p->hub);
    assert_true(box_carry(p->hub, 0, p->spoke));
    vloop_run_for(p->loop, 0);
    assert_int_equal(box_logged(p->hub, "SNMP: Queuing packet to 11.1.1.3"), 1);
    assert_int_equal(
        box_logged(p->hub, "SNMP: V1 Trap, ent 1.3.6.1.4.1.9.10.91, addr 213.163.222.7, gentrap 6, spectrap 2"), 1);
    assert_int_equal(box_logged(p->spoke, "SNMP: Packet received via UDP from 213.163.222.7"), 1);
    assert_int_equal(box_logged(p->spoke, " 1.3.6.1.4.1.9.10.91.1.2.3.1.9.7 = 2323232"), 1);
}

struct lines {
    struct out out;
    struct text text;
};

static void lines_write(struct out *o, const char *s, size_t len)
{
    text_addn(&((struct lines *)o)->text, s, len);
}

/* A show command's text, valid until the next call on these lines. */
static const char *show(struct lines *l, struct snmp *s, const char *sentence)
{
    text_clear(&l->text);
    l->out.write = lines_write;
    struct cmd_ctx c = {.self = s, .out = &l->out};
    const struct cmd_table *const tables[] = {&snmp_table, &snmp_table_show};
    for (size_t t = 0; t < 2; t++)
        for (size_t i = 0; i < tables[t]->nrows; i++)
            if (tables[t]->rows[i].kind == CMD_DO_ROW && !strcmp(tables[t]->rows[i].sentence, sentence))
                assert_int_equal(tables[t]->rows[i].fn(&c), CMD_OK);
    return text_str(&l->text);
}

static void shows_have_their_layout(void **state)
{
    struct pair *p = *state;
    struct lines l = {0};
    struct box *b = box_new(p->loop, 0x0a000009);
    assert_string_equal(show(&l, b->snmp, "show snmp"), "%SNMP agent not enabled\n");
    box_free(b);

    str_copy(snmp_conf(p->spoke->snmp)->contact, 64, "noc@example.com");
    str_copy(snmp_conf(p->spoke->snmp)->location, 64, "Rack 4");
    box_community(p->spoke, "Monitoring", SNMP_RW);
    want_policy_event(p->hub);
    assert_true(box_carry(p->hub, 0, p->spoke));
    want_policy_event(p->spoke);
    assert_string_equal(show(&l, p->spoke->snmp, "show snmp"),
                        "Chassis: FTX1234\n"
                        "Contact: noc@example.com\n"
                        "Location: Rack 4\n"
                        "1 SNMP packets input\n"
                        "    0 Bad SNMP version errors\n"
                        "    0 Unknown community name\n"
                        "    0 Illegal operation for community name supplied\n"
                        "    0 Encoding errors\n"
                        "    0 Number of requested variables\n"
                        "    0 Number of altered variables\n"
                        "    0 Get-request PDUs\n"
                        "    0 Get-next PDUs\n"
                        "    0 Set-request PDUs\n"
                        "    0 Input queue packet drops (Maximum queue size 1000)\n"
                        "1 SNMP packets output\n"
                        "    0 Too big errors (Maximum packet size 1500)\n"
                        "    0 No such name errors\n"
                        "    0 Bad values errors\n"
                        "    0 General errors\n"
                        "    0 Response PDUs\n"
                        "    1 Trap PDUs\n"
                        "Packets currently in SNMP process input queue: 0\n"
                        "SNMP global trap: enabled\n"
                        "\n"
                        "SNMP logging: enabled\n"
                        "    Logging to 213.163.222.7.162, 0/10, 1 sent, 0 dropped.\n"
                        "\n"
                        "SNMP Manager-role output packets\n"
                        "    0 Get-request PDUs\n"
                        "    0 Get-next PDUs\n"
                        "    0 Get-bulk PDUs\n"
                        "    0 Set-request PDUs\n"
                        "    0 Inform-request PDUs\n"
                        "    0 Timeouts\n"
                        "    0 Drops\n"
                        "SNMP Manager-role input packets\n"
                        "    0 Inform request PDUs\n"
                        "    1 Trap PDUs\n"
                        "    0 Response PDUs\n"
                        "    0 Responses with errors\n");
    assert_string_equal(show(&l, p->spoke->snmp, "show snmp community"), "Community name: ILMI\n"
                                                                         "Community Index: cisco0\n"
                                                                         "Community SecurityName: ILMI\n"
                                                                         "storage-type: read-only\t active\n\n\n"
                                                                         "Community name: Monitoring\n"
                                                                         "Community Index: cisco1\n"
                                                                         "Community SecurityName: Monitoring\n"
                                                                         "storage-type: nonvolatile\t active\n\n\n");
    assert_string_equal(show(&l, p->spoke->snmp, "show snmp host"),
                        "Notification host: 213.163.222.7\tudp-port: 162\ttype: trap\n"
                        "user: public\tsecurity model: v1\n\n");
    text_free(&l.text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_setup, pair_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(hub_cfg_sends_a_v1_trap),
        TEST(spoke_hears_what_hub_sent),
        TEST(version_2c_keeps_absent_values),
        TEST(nothing_leaves_unless_asked),
        TEST(each_host_gets_its_own_form),
        TEST(lines_of_one_host_are_informed_each),
        TEST(trap_source_is_the_packets_and_the_agents_address),
        TEST(no_route_waits),
        TEST(an_inform_that_waited_is_counted),
        TEST(informs_are_sent_until_they_are_acknowledged),
        TEST(starts),
        TEST(config_and_syslog_raise_traps),
        TEST(saving_is_an_event_of_the_configuration),
        TEST(no_snmp_server_ends_it),
        TEST(debug_prints_both_ways),
        TEST(shows_have_their_layout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
