/* fuzz_trap.c: any datagram into the reader of notifications.
 *
 * One input is one datagram on UDP 162. Beside not crashing, it must hold: what the reader fills stays within a fact's bounds, and a notification that was read
 * and fits can be written, and reads again as the same one. Built with -fsanitize=fuzzer this is a libFuzzer target; without, tests/unit/test_snmp_fuzz.c
 * includes it and feeds it a corpus with seeded mutations. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "snmp/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static bool same_var(const struct trap_var *a, const struct trap_var *b)
{
    if (a->type != b->type || a->oid_len != b->oid_len || memcmp(a->oid, b->oid, a->oid_len * sizeof(a->oid[0])))
        return false;
    if (a->type == TRAP_STRING)
        return a->len == b->len && !memcmp(a->data, b->data, a->len);
    if (a->type == TRAP_OID)
        return a->len == b->len && !memcmp(a->oid_val, b->oid_val, a->len * sizeof(a->oid_val[0]));
    return a->num == b->num;
}

static void check_bounds(const struct snmp_message *m)
{
    must(m->community_len <= SNMP_COMMUNITY_MAX);
    must(m->trap.nvars <= TRAP_VARBINDS_MAX && m->trap.trap_oid_len <= TRAP_OID_MAX);
    must(m->v1.enterprise_len <= TRAP_OID_MAX && m->v1.generic <= V1_ENTERPRISE_SPECIFIC);
    for (size_t i = 0; i < m->trap.nvars; i++) {
        const struct trap_var *v = &m->trap.vars[i];
        must(v->oid_len <= TRAP_OID_MAX);
        must(v->type != TRAP_STRING || v->len <= sizeof(v->data));
        must(v->type != TRAP_OID || v->len <= TRAP_OID_MAX);
    }
}

static void check_again(const struct snmp_message *m)
{
    uint8_t out[SNMP_IN_MAX];
    size_t len = 0;
    struct snmp_message again;
    enum codec_result r = codec_write_trap(m, out, sizeof(out), &len);
    if (r != CODEC_OK)
        return;
    must(len > 0 && len <= sizeof(out));
    must(codec_read(out, len, &again) == CODEC_OK);
    must(again.version == m->version && again.uptime == m->uptime);
    must(again.community_len == m->community_len && !memcmp(again.community, m->community, m->community_len));
    must(again.trap.trap_oid_len == m->trap.trap_oid_len && again.trap.nvars == m->trap.nvars);
    must(!memcmp(again.trap.trap_oid, m->trap.trap_oid, m->trap.trap_oid_len * sizeof(m->trap.trap_oid[0])));
    for (size_t i = 0; i < m->trap.nvars; i++)
        must(same_var(&m->trap.vars[i], &again.trap.vars[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct snmp_message m;
    codec_init();
    if (codec_read(data, size, &m) != CODEC_OK)
        return 0;
    check_bounds(&m);
    if (m.pdu == SNMP_PDU_TRAP)
        check_again(&m);
    if (m.pdu == SNMP_PDU_INFORM) {
        uint8_t out[SNMP_IN_MAX];
        size_t len = 0;
        if (codec_acknowledge(data, size, out, sizeof(out), &len) == CODEC_OK)
            must(len > 0 && len <= sizeof(out));
    }
    coexist_fill_absent(&m.trap);
    return 0;
}
