/* fuzz_snmp.c: the agent of one router, before and after it knows who asks.
 *
 * The first octet of an input says how the rest comes: as a datagram of its own (0), as the PDU of a v1 or v2c message under a read-write community (1, 2), or as the PDU of a
 * SNMPv3 message whose sum and encryption are right (3: authNoPriv with SHA, 4: authPriv with AES-128, 5: authPriv with DES). The same datagram is heard on port 162 too, as a notification. Beside not crashing, it must hold: an answer
 * fits the maximum packet size, is well formed to its last octet, has the version of the question and, outside SNMPv3, its community and request-id. Values that a set
 * changes are those of the agent's own rows; of each datagram on port 162 at most one notification is told, within a fact's bounds. */
#include <string.h>

#include "espial/mib.h"
#include "snmp/agent.h"
#include "snmp/usm.h"
#include "tests/exchange/snmp_box.h"
#include "tests/fuzz/fuzz.h"

#define MAX_REQUEST 4096

static struct snmp *agent(struct box **box)
{
    static struct snmp *s;
    static struct box *b;
    *box = b;
    if (s)
        return s;
    struct loop *loop = vloop_new(0);
    *box = b = box_new(loop, 0x0a000001);
    b->no_route = true; /* what goes out is made, and not sent */
    struct snmp_env env = {.loop = loop, .bus = b->bus, .log = b->log, .inet = &b->inet, .product = 1045, .mib = mib_new(), .descr = "fuzz"};
    s = snmp_new(&env);
    struct snmp_community_conf *c = NEW(struct snmp_community_conf);
    strcpy(c->name, "private");
    c->access = SNMP_RW;
    conf_list_add(&s->conf.communities, c);
    struct snmp_group_conf *g = NEW(struct snmp_group_conf);
    strcpy(g->name, "all");
    g->model = SNMP_GROUP_V3;
    g->level = 1;
    strcpy(g->write, "v1default");
    conf_list_add(&s->conf.groups, g);
    fuzz_must(snmp_user_set(s, &(struct snmp_user_spec){.name = "aes", .group = "all", .acl = "", .auth = USM_SHA, .priv = USM_AES128, .auth_secret = "password1", .priv_secret = "password2"}));
    fuzz_must(snmp_user_set(s, &(struct snmp_user_spec){.name = "des", .group = "all", .acl = "", .auth = USM_MD5, .priv = USM_DES, .auth_secret = "password1", .priv_secret = "password2"}));
    s->conf.manager = true;
    snmp_conf_changed(s);
    snmp_settle(s);
    return s;
}

/* The PDU in the envelope that `how` asks for. */
static size_t wrap(struct snmp *s, unsigned how, const uint8_t *pdu, size_t n, uint8_t *out, size_t cap)
{
    struct bw w = bw_of(out, cap);
    bw_bytes(&w, pdu, n);
    if (how < 3) {
        bw_octets(&w, BER_OCTETS, "private", 7);
        bw_int(&w, (int32_t)how - 1);
        bw_wrap(&w, BER_SEQUENCE, 0);
    } else {
        const char *name = how == 5 ? "des" : "aes";
        struct v3_head h = {.id = 7, .flags = (uint8_t)(V3_REPORTABLE | V3_AUTH | (how > 3 ? V3_PRIV : 0)), .user = usm_user(s, s->engine, s->engine_len, (const uint8_t *)name, 3),
                            .engine = s->engine, .engine_len = s->engine_len, .boots = s->boots, .time = usm_time(s), .context_engine = s->engine, .context_engine_len = s->engine_len};
        v3_seal(s, &h, &w);
    }
    memmove(out, out + w.at, bw_len(&w));
    return w.bad ? 0 : bw_len(&w);
}

static void check_community_answer(unsigned version, const uint8_t *in, size_t in_len, struct rd body)
{
    struct rd q = rd_of(in, in_len), asked = ber_of(&q, BER_SEQUENCE);
    struct request r = {.version = (uint8_t)(version + 1)}, was = r;
    fuzz_must((unsigned)ber_int(&asked) == version);
    struct rd community = ber_of(&body, BER_OCTETS), same = ber_of(&asked, BER_OCTETS);
    fuzz_must(community.left == same.left && !memcmp(community.p, same.p, same.left));
    struct rd pdu = ber_next(&body, &r.pdu), asked_pdu = ber_next(&asked, &was.pdu);
    fuzz_must(!body.bad && !body.left && r.pdu == BER_RESPONSE);
    fuzz_must(request_parse(pdu, &r) && request_parse(asked_pdu, &was) && r.id == was.id);
    fuzz_must(r.a >= 0 && r.a <= SNMP_INCONSISTENT_NAME && r.b >= 0 && (unsigned)r.b <= was.nvars);
}

static void notify(struct box *b, struct snmp *s, const uint8_t *in, size_t n)
{
    struct udp_from from = {.src = 0x0a000002, .dst = 0x0a000001, .sport = 4000, .dport = 162};
    b->nheard = 0;
    receive_datagram(s, &from, in, n);
    vloop_run_for(b->loop, 0);
    fuzz_must(b->nheard <= 1);
    const struct fact_trap *t = &b->heard[0];
    fuzz_must(!b->nheard || (t->nvars <= TRAP_VARBINDS_MAX && t->trap_oid_len <= TRAP_OID_MAX && t->version >= 1 && t->version <= 3));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t in[SNMP_IN_MAX], out[SNMP_MESSAGE_MAX];
    struct box *b;
    struct snmp *s = agent(&b);
    if (size < 1 || size > MAX_REQUEST)
        return 0;
    unsigned how = data[0] % 6;
    size_t n = size - 1;
    if (how == 0)
        memcpy(in, data + 1, n);
    else
        n = wrap(s, how, data + 1, n, in, sizeof in);
    notify(b, s, in, n);
    struct udp_from from = {.src = 0x0a000002, .dst = 0x0a000001, .sport = 4000, .dport = 161};
    size_t len = snmp_request(s, &from, in, n, out);
    if (!len)
        return 0;
    fuzz_must(len <= s->conf.packet_size);
    struct rd r = rd_of(out, len), body = ber_of(&r, BER_SEQUENCE);
    int32_t version = ber_int(&body);
    fuzz_must(!r.bad && !r.left && !body.bad && (version == 0 || version == 1 || version == 3));
    if (version < 3) {
        check_community_answer((unsigned)version, in, n, body);
        return 0;
    }
    static struct v3 m;
    fuzz_must(v3_parse(body, &m));
    if (m.flags & V3_AUTH) {
        const struct snmp_user *u = usm_user(s, m.engine.p, m.engine.left, m.user_name.p, m.user_name.left);
        struct request answer;
        fuzz_must(u && v3_proved(u, &m, out, len) && v3_scoped(u, &m) && (m.pdu_tag == BER_RESPONSE || m.pdu_tag == BER_REPORT) && request_parse(m.pdu, &answer));
    }
    return 0;
}

/* Requests of each kind, under each envelope; and a datagram that discovers our engine. The sysName of 1.3.6.1.2.1.1.4.0 is sysContact. */
static const char get[] = "\xa0\x19\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x0e\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x05\x00";
static const char next[] = "\xa1\x17\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x0c\x30\x0a\x06\x06\x2b\x06\x01\x02\x01\x01\x05\x00";
static const char bulk[] = "\xa5\x21\x02\x01\x01\x02\x01\x01\x02\x01\x0a\x30\x16\x30\x08\x06\x04\x2b\x06\x01\x02\x05\x00\x30\x0a\x06\x06\x2b\x06\x01\x02\x01\x0b\x05\x00";
static const char set[] = "\xa3\x1b\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x10\x30\x0e\x06\x08\x2b\x06\x01\x02\x01\x01\x04\x00\x04\x02me";
static const char inform[] = "\xa6\x33\x02\x01\x09\x02\x01\x00\x02\x01\x00\x30\x28\x30\x0d\x06\x08\x2b\x06\x01\x02\x01\x01\x03\x00\x43\x01\x01\x30\x17\x06\x0a\x2b\x06\x01\x06\x03\x01\x01\x04\x01\x00\x06\x09\x2b\x06\x01\x06\x03\x01"
                             "\x01\x05\x01";
static const char discovery[] = "\x30\x38\x02\x01\x03\x30\x0e\x02\x01\x4a\x02\x03\x00\xff\xe3\x04\x01\x04\x02\x01\x03\x04\x10\x30\x0e\x04\x00\x02\x01\x00\x02\x01\x00\x04\x00\x04\x00\x04\x00\x30\x11\x04"
                                "\x00\x04\x00\xa0\x0b\x02\x01\x37\x02\x01\x00\x02\x01\x00\x30\x00";

static const struct seed {
    uint8_t how;
    const char *data;
    size_t len;
} corpus[] = {
    {0, discovery, sizeof discovery - 1}, {1, get, sizeof get - 1},   {1, next, sizeof next - 1}, {1, set, sizeof set - 1},   {2, get, sizeof get - 1},   {2, next, sizeof next - 1},
    {2, bulk, sizeof bulk - 1},           {2, set, sizeof set - 1},   {3, get, sizeof get - 1},   {3, bulk, sizeof bulk - 1}, {4, bulk, sizeof bulk - 1}, {4, set, sizeof set - 1},
    {5, next, sizeof next - 1},           {5, bulk, sizeof bulk - 1}, {2, inform, sizeof inform - 1}, {3, inform, sizeof inform - 1}, {4, inform, sizeof inform - 1}, {5, inform, sizeof inform - 1},
};

const char *const fuzz_words[] = {"\x80", "\x81", "\x82", "\x84", "\xff", "\x02\x01", "\x02\x04\x7f\xff\xff\xff", "\x04", "\x05", "\x06", "\x30", "\x40\x04", "\x46", "\xa0", "\xa1", "\xa3", "\xa5", "\x2b\x06\x01", NULL};

size_t fuzz_seed(size_t i, uint8_t *out)
{
    if (i >= sizeof corpus / sizeof corpus[0])
        return SIZE_MAX;
    out[0] = corpus[i].how;
    memcpy(out + 1, corpus[i].data, corpus[i].len);
    return corpus[i].len + 1;
}
