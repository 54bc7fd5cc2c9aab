/* fuzz_trap.c: any datagram into the reader of notifications.
 *
 * One input is one datagram on UDP 162. Beside not crashing, it must hold: what the reader fills stays within a fact's bounds, and a notification that was read
 * and fits can be written, and reads again as the same one. tests/unit/test_snmp_fuzz.c includes this file: it feeds it a fixed number of mutations. */
#include <string.h>

#include "snmp/codec.h"
#include "tests/fuzz/fuzz.h"

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
    fuzz_must(m->community_len <= SNMP_COMMUNITY_MAX);
    fuzz_must(m->trap.nvars <= TRAP_VARBINDS_MAX && m->trap.trap_oid_len <= TRAP_OID_MAX);
    fuzz_must(m->v1.enterprise_len <= TRAP_OID_MAX && m->v1.generic <= V1_ENTERPRISE_SPECIFIC);
    for (size_t i = 0; i < m->trap.nvars; i++) {
        const struct trap_var *v = &m->trap.vars[i];
        fuzz_must(v->oid_len <= TRAP_OID_MAX);
        fuzz_must(v->type != TRAP_STRING || v->len <= sizeof(v->data));
        fuzz_must(v->type != TRAP_OID || v->len <= TRAP_OID_MAX);
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
    fuzz_must(len > 0 && len <= sizeof(out));
    fuzz_must(codec_read(out, len, &again) == CODEC_OK);
    fuzz_must(again.version == m->version && again.uptime == m->uptime);
    fuzz_must(again.community_len == m->community_len && !memcmp(again.community, m->community, m->community_len));
    fuzz_must(again.trap.trap_oid_len == m->trap.trap_oid_len && again.trap.nvars == m->trap.nvars);
    fuzz_must(!memcmp(again.trap.trap_oid, m->trap.trap_oid, m->trap.trap_oid_len * sizeof(m->trap.trap_oid[0])));
    for (size_t i = 0; i < m->trap.nvars; i++)
        fuzz_must(same_var(&m->trap.vars[i], &again.trap.vars[i]));
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
            fuzz_must(len > 0 && len <= sizeof(out));
    }
    coexist_fill_absent(&m.trap);
    return 0;
}

/* A v1 trap with an integer and a string, a v2c trap with every syntax, an inform, a get-bulk: captured from net-snmp's tools (see test_snmp_codec.c). */
static const char v1_trap[] = "\x30\x54\x02\x01\x00\x04\x06public\xa4\x47\x06\x08\x2b\x06\x01\x04\x01\x09\x0a\x5b\x40\x04\xd5\xa3\xde\x07\x02\x01\x06\x02\x01\x02\x43"
                              "\x02\x30\x39\x30\x2b\x30\x15\x06\x0e\x2b\x06\x01\x04\x01\x09\x0a\x5b\x01\x02\x03\x01\x09\x07\x02\x03\x23\x73\x20\x30\x12\x06\x0e\x2b"
                              "\x06\x01\x04\x01\x09\x0a\x5b\x01\x02\x03\x01\x0b\x07\x04\x00";
static const char v2c_trap[] =
    "\x30\x81\xdc\x02\x01\x01\x04\x07private\xa7\x81\xcd\x02\x04\x0e\x86\x95\xbb\x02\x01\x00\x02\x01\x00\x30\x81\xbe\x30\x0e\x06\x08\x2b\x06\x01\x02\x01\x01\x03"
    "\x00\x43\x02\x30\x39\x30\x18\x06\x0a\x2b\x06\x01\x06\x03\x01\x01\x04\x01\x00\x06\x0a\x2b\x06\x01\x04\x01\x09\x0a\x5b\x00\x02\x30\x17\x06\x0e\x2b\x06\x01\x04"
    "\x01\x09\x0a\x5b\x01\x02\x03\x01\x02\x07\x42\x05\x00\xff\xff\xff\xff\x30\x0f\x06\x0a\x2b\x06\x01\x02\x01\x02\x02\x01\x0a\x01\x41\x01\x07\x30\x18\x06\x0b\x2b"
    "\x06\x01\x02\x01\x1f\x01\x01\x01\x06\x01\x46\x09\x00\xff\xff\xff\xff\xff\xff\xff\xff\x30\x12\x06\x0a\x2b\x06\x01\x04\x01\x09\x02\x01\x05\x00\x40\x04\x0b\x01"
    "\x01\x03\x30\x15\x06\x08\x2b\x06\x01\x02\x01\x01\x02\x00\x06\x09\x2b\x06\x01\x04\x01\x09\x01\x88\x15\x30\x0e\x06\x08\x2b\x06\x01\x02\x01\x01\x03\x00\x43\x02"
    "\x01\xf4\x30\x13\x06\x0e\x2b\x06\x01\x04\x01\x09\x0a\x5b\x01\x02\x03\x01\x09\x07\x02\x01\xfe";
static const char inform[] = "\x30\x59\x02\x01\x01\x04\x06public\xa6\x4c\x02\x04\x4e\xa5\x3f\x50\x02\x01\x00\x02\x01\x00\x30\x3e\x30\x0d\x06\x08\x2b\x06\x01\x02\x01\x01\x03"
                             "\x00\x43\x01\x01\x30\x18\x06\x0a\x2b\x06\x01\x06\x03\x01\x01\x04\x01\x00\x06\x0a\x2b\x06\x01\x04\x01\x09\x0a\x5b\x00\x02\x30\x13\x06\x0e\x2b"
                             "\x06\x01\x04\x01\x09\x0a\x5b\x01\x02\x03\x01\x09\x07\x02\x01\x01";
static const char get_bulk[] = "\x30\x26\x02\x01\x01\x04\x06public\xa5\x19\x02\x01\x01\x02\x01\x00\x02\x01\x0a\x30\x0e\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x05\x00";

static const struct seed {
    const char *data;
    size_t len;
} corpus[] = {
    {v1_trap, sizeof(v1_trap) - 1}, {v2c_trap, sizeof(v2c_trap) - 1}, {inform, sizeof(inform) - 1}, {get_bulk, sizeof(get_bulk) - 1}};
#define SEEDS (sizeof(corpus) / sizeof(corpus[0]))

const char *const fuzz_words[] = {"\x80", "\x81", "\x82", "\x84", "\xff", "\x02\x01", "\x04", "\x05", "\x06", "\x30", "\x40\x04", "\x44", "\x46", "\x9f", "\xa4", "\xa6", "\xa7", NULL};

size_t fuzz_seed(size_t i, uint8_t *out)
{
    if (i >= SEEDS)
        return SIZE_MAX;
    memcpy(out, corpus[i].data, corpus[i].len);
    return corpus[i].len;
}
