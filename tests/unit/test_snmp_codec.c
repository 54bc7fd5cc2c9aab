/* test_snmp_codec.c: notifications to bytes and back. Expected bytes: the measured policy trap of the EEM MIB, BER written by hand (RFC 3417 section 8), and
 * captures of net-snmp's own tools, with the command above each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "snmp/codec.h"

#define EEM_ROOT 1, 3, 6, 1, 4, 1, 9, 10, 91
#define OIDS(...) (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)

static size_t unhex(const char *hex, uint8_t *out, size_t cap)
{
    size_t n = 0;
    int high = -1;
    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        int digit = *hex <= '9' ? *hex - '0' : *hex - 'a' + 10;
        if (high < 0) {
            high = digit;
        } else {
            assert_true(n < cap);
            out[n++] = (uint8_t)(high << 4 | digit);
            high = -1;
        }
    }
    assert_int_equal(high, -1);
    return n;
}

static void assert_oid(const uint32_t *oid, size_t len, const uint32_t *want, size_t want_len)
{
    assert_int_equal(len, want_len);
    assert_memory_equal(oid, want, want_len * sizeof(*want));
}

static struct trap_var *add(struct snmp_message *m, uint32_t column, enum trap_type type, int64_t num)
{
    struct trap_var *v = &m->trap.vars[m->trap.nvars++];
    const uint32_t oid[] = {EEM_ROOT, 1, 2, 3, 1, column, 7};
    memcpy(v->oid, oid, sizeof(oid));
    v->oid_len = sizeof(oid) / sizeof(oid[0]);
    v->type = type;
    v->num = num;
    return v;
}

static void add_string(struct snmp_message *m, uint32_t column, const char *s)
{
    struct trap_var *v = add(m, column, TRAP_STRING, 0);
    v->len = (uint16_t)strlen(s);
    memcpy(v->data, s, v->len);
}

/* cEventMgrPolicyEvent, history index 7. */
static void policy_event(struct snmp_message *m, uint8_t version)
{
    static const uint32_t trap_oid[] = {EEM_ROOT, 0, 2};
    memset(m, 0, sizeof(*m));
    m->version = version;
    memcpy(m->community, "public", 6);
    m->community_len = 6;
    m->uptime = 12345;
    memcpy(m->trap.trap_oid, trap_oid, sizeof(trap_oid));
    m->trap.trap_oid_len = 11;
    m->v1.agent_addr = 0xd5a3de07;
}

static void write_policy_event_as_published(void **state)
{
    (void)state;
    struct snmp_message m;
    policy_event(&m, 1);
    for (uint32_t column = 2; column <= 5; column++)
        add(&m, column, TRAP_UNSIGNED, 0);
    add_string(&m, 6, "12345678");
    add_string(&m, 7, "command_hub");
    add(&m, 9, TRAP_INT, 2323232);
    add(&m, 10, TRAP_INT, 0);
    add_string(&m, 11, "");
    assert_int_equal(coexist_to_v1(&m.trap, NULL, 0, &m.v1), COEXIST_OK);

    uint8_t got[SNMP_OUT_MAX], want[64];
    size_t len = 0;
    assert_int_equal(codec_write_trap(&m, got, sizeof(got), &len), CODEC_OK);
    assert_int_equal(len, 253);
    size_t n = unhex("3081fa 020100 04067075626c6963 a481ec 06082b06010401090a5b 4004d5a3de07 020106 020102 43023039 30", want, sizeof(want));
    assert_memory_equal(got, want, n);
    /* The last 64 octets: intdata1 (23), intdata2 (21), strdata (20). */
    n = unhex("3015 060e 2b06010401090a5b0102030109 07 0203 237320", want, sizeof(want));
    assert_int_equal(n, 23);
    assert_memory_equal(got + len - 64, want, n);
    n = unhex("3012 060e 2b06010401090a5b010203010b 07 0400", want, sizeof(want));
    assert_memory_equal(got + len - 20, want, n);
}

/* SEQUENCE { version 1, "public", SNMPv2-Trap-PDU [7] { request-id 7, 0, 0, { sysUpTime.0 TimeTicks 12345, snmpTrapOID.0 OID, intdata1 noSuchInstance [1],
 * strdata "" } } } */
static const char v2c_by_hand[] = "306a 020101 04067075626c6963 a75d 020107 020100 020100 3052"
                                  "300e 0608 2b06010201010300 4302 3039"
                                  "3018 060a 2b060106030101040100 060a 2b06010401090a5b0002"
                                  "3012 060e 2b06010401090a5b010203010907 8100"
                                  "3012 060e 2b06010401090a5b010203010b07 0400";

static void write_v2c_equals_ber_by_hand(void **state)
{
    (void)state;
    struct snmp_message m;
    policy_event(&m, 2);
    m.request_id = 7;
    add(&m, 9, TRAP_NONE, 0);
    add_string(&m, 11, "");
    uint8_t got[SNMP_OUT_MAX], want[256];
    size_t len = 0, n = unhex(v2c_by_hand, want, sizeof(want));
    assert_int_equal(codec_write_trap(&m, got, sizeof(got), &len), CODEC_OK);
    assert_int_equal(len, n);
    assert_memory_equal(got, want, n);
}

static void read_v2c_by_hand(void **state)
{
    (void)state;
    uint8_t in[256];
    size_t n = unhex(v2c_by_hand, in, sizeof(in));
    struct snmp_message m;
    assert_int_equal(codec_read(in, n, &m), CODEC_OK);
    assert_int_equal(m.version, 2);
    assert_int_equal(m.trap.version, 2);
    assert_int_equal(m.pdu, SNMP_PDU_TRAP);
    assert_int_equal(m.request_id, 7);
    assert_int_equal(m.uptime, 12345);
    assert_int_equal(m.community_len, 6);
    assert_memory_equal(m.community, "public", 6);
    assert_oid(m.trap.trap_oid, m.trap.trap_oid_len, OIDS(EEM_ROOT, 0, 2));
    assert_int_equal(m.trap.nvars, 2);
    assert_oid(m.trap.vars[0].oid, m.trap.vars[0].oid_len, OIDS(EEM_ROOT, 1, 2, 3, 1, 9, 7));
    assert_int_equal(m.trap.vars[0].type, TRAP_NONE);
    assert_int_equal(m.trap.vars[1].type, TRAP_STRING);
    assert_int_equal(m.trap.vars[1].len, 0);
}

/* snmptrap -v1 -c public 127.0.0.1:16200 1.3.6.1.4.1.9.10.91 213.163.222.7 6 2 12345 1.3.6.1.4.1.9.10.91.1.2.3.1.9.7 i 2323232
 *     1.3.6.1.4.1.9.10.91.1.2.3.1.11.7 s "" */
static const char v1_tool[] = "305402010004067075626c6963a44706082b06010401090a5b4004d5a3de0702010602010243023039302b3015060e2b06010401090a5b0102030109"
                              "0702032373203012060e2b06010401090a5b010203010b070400";
/* snmptrap -v1 -c public 127.0.0.1:16200 1.3.6.1.4.1.9.1.1045 213.163.222.7 3 0 99 1.3.6.1.2.1.2.2.1.1.4 i 4 */
static const char v1_link_up_tool[] = "303a02010004067075626c6963a42d06092b06010401090188154004d5a3de070201030201004301633011300f060a2b06010201020201010402"
                                      "0104";
/* snmptrap -v2c -c private 127.0.0.1:16200 12345 1.3.6.1.4.1.9.10.91.0.2 1.3.6.1.4.1.9.10.91.1.2.3.1.2.7 u 4294967295 1.3.6.1.2.1.2.2.1.10.1 c 7
 *     1.3.6.1.2.1.31.1.1.1.6.1 C 18446744073709551615 1.3.6.1.4.1.9.2.1.5.0 a 11.1.1.3 1.3.6.1.2.1.1.2.0 o 1.3.6.1.4.1.9.1.1045
 *     1.3.6.1.2.1.1.3.0 t 500 1.3.6.1.4.1.9.10.91.1.2.3.1.9.7 i -2 */
static const char v2c_tool[] = "3081dc020101040770726976617465a781cd02040e8695bb0201000201003081be300e06082b06010201010300430230393018060a2b060106030101"
                               "040100060a2b06010401090a5b00023017060e2b06010401090a5b010203010207420500ffffffff300f060a2b060102010202010a01410107301806"
                               "0b2b060102011f0101010601460900ffffffffffffffff3012060a2b06010401090201050040040b010103301506082b0601020101020006092b0601"
                               "040109018815300e06082b06010201010300430201f43013060e2b06010401090a5b0102030109070201fe";
/* snmpinform -r0 -t1 -v2c -c public 127.0.0.1:16200 1 1.3.6.1.4.1.9.10.91.0.2 1.3.6.1.4.1.9.10.91.1.2.3.1.9.7 i 1 */
static const char inform_tool[] = "305902010104067075626c6963a64c02044ea53f50020100020100303e300d06082b060102010103004301013018060a2b060106030101040100060a"
                                  "2b06010401090a5b00023013060e2b06010401090a5b010203010907020101";

static void read_v1_of_the_tool(void **state)
{
    (void)state;
    uint8_t in[256];
    struct snmp_message m;
    assert_int_equal(codec_read(in, unhex(v1_tool, in, sizeof(in)), &m), CODEC_OK);
    assert_int_equal(m.version, 1);
    assert_int_equal(m.uptime, 12345);
    assert_oid(m.v1.enterprise, m.v1.enterprise_len, OIDS(EEM_ROOT));
    assert_int_equal(m.v1.generic, 6);
    assert_int_equal(m.v1.specific, 2);
    assert_int_equal(m.v1.agent_addr, 0xd5a3de07);
    assert_oid(m.trap.trap_oid, m.trap.trap_oid_len, OIDS(EEM_ROOT, 0, 2));
    assert_int_equal(m.trap.nvars, 2);
    assert_oid(m.trap.vars[0].oid, m.trap.vars[0].oid_len, OIDS(EEM_ROOT, 1, 2, 3, 1, 9, 7));
    assert_int_equal(m.trap.vars[0].type, TRAP_INT);
    assert_int_equal(m.trap.vars[0].num, 2323232);

    assert_int_equal(codec_read(in, unhex(v1_link_up_tool, in, sizeof(in)), &m), CODEC_OK);
    assert_oid(m.trap.trap_oid, m.trap.trap_oid_len, OIDS(1, 3, 6, 1, 6, 3, 1, 1, 5, 4));
    assert_int_equal(m.trap.nvars, 1);
}

static void read_every_syntax_of_the_tool(void **state)
{
    (void)state;
    uint8_t in[256];
    struct snmp_message m;
    assert_int_equal(codec_read(in, unhex(v2c_tool, in, sizeof(in)), &m), CODEC_OK);
    assert_int_equal(m.request_id, 0x0e8695bb);
    assert_int_equal(m.community_len, 7);
    assert_int_equal(m.lost, 0);
    static const struct {
        enum trap_type type;
        int64_t num;
    } want[] = {
        {TRAP_UNSIGNED, 4294967295}, {TRAP_COUNTER, 7}, {TRAP_COUNTER64, -1}, {TRAP_IP, 0x0b010103}, {TRAP_OID, 0}, {TRAP_TICKS, 500}, {TRAP_INT, -2},
    };
    assert_int_equal(m.trap.nvars, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(m.trap.vars[i].type, want[i].type);
        if (want[i].type != TRAP_OID)
            assert_int_equal(m.trap.vars[i].num, want[i].num);
    }
    assert_oid(m.trap.vars[4].oid_val, m.trap.vars[4].len, OIDS(1, 3, 6, 1, 4, 1, 9, 1, 1045));
    /* A varbind of the notification may itself be called sysUpTime.0: only the first two places are the head. */
    assert_oid(m.trap.vars[5].oid, m.trap.vars[5].oid_len, OIDS(1, 3, 6, 1, 2, 1, 1, 3, 0));

    uint8_t back[SNMP_OUT_MAX];
    size_t len = 0;
    assert_int_equal(codec_write_trap(&m, back, sizeof(back), &len), CODEC_OK);
    assert_int_equal(len, unhex(v2c_tool, in, sizeof(in)));
    assert_memory_equal(back, in, len);
}

static void acknowledge_an_inform(void **state)
{
    (void)state;
    uint8_t in[256], out[256];
    size_t n = unhex(inform_tool, in, sizeof(in)), len = 0;
    struct snmp_message m;
    assert_int_equal(codec_read(in, n, &m), CODEC_OK);
    assert_int_equal(m.pdu, SNMP_PDU_INFORM);
    assert_int_equal(codec_acknowledge(in, n, out, sizeof(out), &len), CODEC_OK);
    /* RFC 3416, 4.2.7: the same message with the tag of a Response. */
    assert_int_equal(in[13], 0xa6);
    in[13] = 0xa2;
    assert_int_equal(len, n);
    assert_memory_equal(out, in, n);
    assert_int_equal(codec_acknowledge(in, n, out, sizeof(out), &len), CODEC_BAD_ASN);
}

static void every_shortened_or_prolonged_message_is_refused(void **state)
{
    (void)state;
    static const char *const all[] = {v1_tool, v1_link_up_tool, v2c_tool, inform_tool, v2c_by_hand};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        uint8_t in[257] = {0};
        struct snmp_message m;
        size_t n = unhex(all[i], in, sizeof(in) - 1);
        for (size_t len = 0; len < n; len++)
            assert_int_equal(codec_read(in, len, &m), CODEC_BAD_ASN);
        assert_int_equal(codec_read(in, n + 1, &m), CODEC_BAD_ASN);
        assert_int_equal(codec_read(in, n, &m), CODEC_OK);
    }
}

static void other_versions_and_kinds_are_told_apart(void **state)
{
    (void)state;
    uint8_t in[256];
    struct snmp_message m;
    size_t n = unhex(v2c_by_hand, in, sizeof(in));
    assert_int_equal(in[4], 1);
    in[4] = 3;
    assert_int_equal(codec_read(in, n, &m), CODEC_BAD_VERSION);
    in[4] = 0; /* an SNMPv2-Trap-PDU in a version 1 message */
    assert_int_equal(codec_read(in, n, &m), CODEC_BAD_ASN);
    in[4] = 1;
    in[13] = 0xa0;
    assert_int_equal(codec_read(in, n, &m), CODEC_OK);
    assert_int_equal(m.pdu, SNMP_PDU_GET);
    assert_int_equal(m.nvars, 4);
    in[13] = 0xa2;
    assert_int_equal(codec_read(in, n, &m), CODEC_OK);
    assert_int_equal(m.pdu, SNMP_PDU_RESPONSE);
    /* A notification whose second varbind is not snmpTrapOID.0. */
    in[13] = 0xa7;
    assert_int_equal(in[55], 0);
    in[55] = 1;
    assert_int_equal(codec_read(in, n, &m), CODEC_BAD_ASN);
    uint8_t huge[SNMP_IN_MAX + 1] = {0x30};
    assert_int_equal(codec_read(huge, sizeof(huge), &m), CODEC_TOO_BIG);
}

/* The TLV of tag with n octets of content at p, moved up behind its header. */
static size_t wrap(uint8_t tag, uint8_t *p, size_t n)
{
    assert_true(n < 65536);
    memmove(p + 4, p, n);
    p[0] = tag;
    p[1] = 0x82;
    p[2] = (uint8_t)(n >> 8);
    p[3] = (uint8_t)n;
    return n + 4;
}

/* A v2c trap with `list` in place of the varbinds after the head. */
static size_t v2c_around(const uint8_t *list, size_t list_len, uint8_t out[SNMP_IN_MAX])
{
    uint8_t head[64], pdu[16], envelope[16];
    size_t head_len = unhex("300e 0608 2b06010201010300 4302 3039 3018 060a 2b060106030101040100 060a 2b06010401090a5b0002", head, sizeof(head));
    size_t pdu_len = unhex("020107 020100 020100", pdu, sizeof(pdu));
    size_t envelope_len = unhex("020101 04067075626c6963", envelope, sizeof(envelope));
    memcpy(out, head, head_len);
    memcpy(out + head_len, list, list_len);
    size_t n = wrap(0x30, out, head_len + list_len);
    memmove(out + pdu_len, out, n);
    memcpy(out, pdu, pdu_len);
    n = wrap(0xa7, out, n + pdu_len);
    memmove(out + envelope_len, out, n);
    memcpy(out, envelope, envelope_len);
    return wrap(0x30, out, n + envelope_len);
}

static void what_a_fact_cannot_hold_is_cut_and_counted(void **state)
{
    (void)state;
    uint8_t list[4096], in[SNMP_IN_MAX], one[16];
    struct snmp_message m;
    /* 18 varbinds 1.3.6 = 1 */
    size_t one_len = unhex("3007 0602 2b06 020101", one, sizeof(one)), n = 0;
    for (int i = 0; i < 18; i++, n += one_len)
        memcpy(list + n, one, one_len);
    assert_int_equal(codec_read(in, v2c_around(list, n, in), &m), CODEC_OK);
    assert_int_equal(m.trap.nvars, TRAP_VARBINDS_MAX);
    assert_int_equal(m.lost, 2);
    assert_int_equal(m.nvars, 20);

    /* One string of 300 octets, and after it a name of 65 sub-identifiers (64 octets), which is left out. */
    memset(list, 'x', sizeof(list));
    n = wrap(0x04, list, 300);
    memmove(list + 4, list, n);
    unhex("0602 2b06", list, 4);
    n = wrap(0x30, list, n + 4);
    uint8_t *name = list + n;
    memset(name, 1, 64);
    name[0] = 0x2b;
    size_t name_len = wrap(0x06, name, 64);
    name[name_len] = 0x05;
    name[name_len + 1] = 0;
    n += wrap(0x30, name, name_len + 2);
    memcpy(list + n, one, one_len);
    n += one_len;
    assert_int_equal(codec_read(in, v2c_around(list, n, in), &m), CODEC_OK);
    assert_int_equal(m.lost, 2);
    assert_int_equal(m.trap.nvars, 2);
    assert_int_equal(m.trap.vars[0].len, 256);
    assert_int_equal(m.trap.vars[0].data[255], 'x');
    assert_int_equal(m.trap.vars[1].type, TRAP_INT);
    assert_int_equal(m.trap.vars[1].num, 1);
}

static void too_big_a_trap_is_not_written(void **state)
{
    (void)state;
    struct snmp_message m;
    policy_event(&m, 2);
    for (int i = 0; i < TRAP_VARBINDS_MAX; i++) {
        struct trap_var *v = add(&m, 11, TRAP_STRING, 0);
        v->len = 255;
        memset(v->data, 'a', v->len);
    }
    uint8_t out[SNMP_OUT_MAX];
    size_t len = 0;
    assert_int_equal(codec_write_trap(&m, out, sizeof(out), &len), CODEC_TOO_BIG);
    assert_int_equal(len, 0);
}

static void trap_oid_to_v1(void **state)
{
    (void)state;
    static const uint32_t product[] = {1, 3, 6, 1, 4, 1, 9, 1, 1045};
    struct fact_trap t = {.trap_oid = {EEM_ROOT, 0, 2}, .trap_oid_len = 11};
    struct v1_head h = {0};
    assert_int_equal(coexist_to_v1(&t, product, 9, &h), COEXIST_OK);
    assert_oid(h.enterprise, h.enterprise_len, OIDS(EEM_ROOT));
    assert_int_equal(h.generic, 6);
    assert_int_equal(h.specific, 2);
    /* RFC 3584, 3.2 (1): without the zero only the last number goes. */
    t = (struct fact_trap){.trap_oid = {1, 3, 6, 1, 4, 1, 9, 7}, .trap_oid_len = 8};
    assert_int_equal(coexist_to_v1(&t, product, 9, &h), COEXIST_OK);
    assert_oid(h.enterprise, h.enterprise_len, OIDS(1, 3, 6, 1, 4, 1, 9));
    assert_int_equal(h.specific, 7);
    /* authenticationFailure is generic 4. */
    t = (struct fact_trap){.trap_oid = {1, 3, 6, 1, 6, 3, 1, 1, 5, 5}, .trap_oid_len = 10};
    assert_int_equal(coexist_to_v1(&t, product, 9, &h), COEXIST_OK);
    assert_oid(h.enterprise, h.enterprise_len, OIDS(1, 3, 6, 1, 4, 1, 9, 1, 1045));
    assert_int_equal(h.generic, 4);
    assert_int_equal(h.specific, 0);
    /* 1.3.6.1.6.3.1.1.5.7 is no standard trap. */
    t.trap_oid[9] = 7;
    assert_int_equal(coexist_to_v1(&t, product, 9, &h), COEXIST_OK);
    assert_int_equal(h.generic, 6);
    assert_oid(h.enterprise, h.enterprise_len, OIDS(1, 3, 6, 1, 6, 3, 1, 1, 5));
    t.vars[0].type = TRAP_COUNTER64;
    t.nvars = 1;
    assert_int_equal(coexist_to_v1(&t, product, 9, &h), COEXIST_NO_FORM);
    t = (struct fact_trap){.trap_oid = {1}, .trap_oid_len = 1};
    assert_int_equal(coexist_to_v1(&t, product, 9, &h), COEXIST_NO_FORM);
}

static void v1_to_trap_oid(void **state)
{
    (void)state;
    struct fact_trap t = {0};
    struct v1_head h = {.enterprise = {EEM_ROOT}, .enterprise_len = 9, .generic = 6, .specific = 1};
    assert_int_equal(coexist_from_v1(&h, &t), COEXIST_OK);
    assert_oid(t.trap_oid, t.trap_oid_len, OIDS(EEM_ROOT, 0, 1));
    h.generic = 0;
    assert_int_equal(coexist_from_v1(&h, &t), COEXIST_OK);
    assert_oid(t.trap_oid, t.trap_oid_len, OIDS(1, 3, 6, 1, 6, 3, 1, 1, 5, 1));
    h.generic = 7;
    assert_int_equal(coexist_from_v1(&h, &t), COEXIST_NO_FORM);
    h.generic = 6;
    h.enterprise_len = TRAP_OID_MAX - 1;
    assert_int_equal(coexist_from_v1(&h, &t), COEXIST_NO_FORM);
}

static void absent_values_in_v1(void **state)
{
    (void)state;
    struct snmp_message m;
    policy_event(&m, 1);
    add(&m, 2, TRAP_NONE, 0);
    add(&m, 9, TRAP_NONE, 0);
    add(&m, 11, TRAP_NONE, 0);
    add(&m, 9, TRAP_NONE, 0)->oid[8] = 134;
    add(&m, 9, TRAP_NONE, 0)->oid[8] = 92; /* nobody's */
    add(&m, 99, TRAP_NONE, 0);
    coexist_fill_absent(&m.trap);
    static const enum trap_type want[] = {TRAP_UNSIGNED, TRAP_INT, TRAP_STRING, TRAP_INT, TRAP_NONE, TRAP_NONE};
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(m.trap.vars[i].type, want[i]);
    assert_int_equal(coexist_to_v1(&m.trap, NULL, 0, &m.v1), COEXIST_OK);
    uint8_t out[SNMP_OUT_MAX], want_tail[32];
    size_t len = 0, n = unhex("3012 060e 2b06010401090a5b010203016307 0500", want_tail, sizeof(want_tail));
    assert_int_equal(codec_write_trap(&m, out, sizeof(out), &len), CODEC_OK);
    assert_memory_equal(out + len - n, want_tail, n); /* NULL, RFC 1157 SimpleSyntax */
}

int main(void)
{
    codec_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(write_policy_event_as_published),
        cmocka_unit_test(write_v2c_equals_ber_by_hand),
        cmocka_unit_test(read_v2c_by_hand),
        cmocka_unit_test(read_v1_of_the_tool),
        cmocka_unit_test(read_every_syntax_of_the_tool),
        cmocka_unit_test(acknowledge_an_inform),
        cmocka_unit_test(every_shortened_or_prolonged_message_is_refused),
        cmocka_unit_test(other_versions_and_kinds_are_told_apart),
        cmocka_unit_test(what_a_fact_cannot_hold_is_cut_and_counted),
        cmocka_unit_test(too_big_a_trap_is_not_written),
        cmocka_unit_test(trap_oid_to_v1),
        cmocka_unit_test(v1_to_trap_oid),
        cmocka_unit_test(absent_values_in_v1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
