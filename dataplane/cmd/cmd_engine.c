/* cmd_engine.c: show crypto engine {connections active|brief|configuration}, show crypto eli.
 *
 * One engine does all sums, in software: there is no hardware to list. Its IKE rows come from IKE
 * (ipsec_set_engine_rows). "Sessions" are IKE SAs and halves of pairs of IPsec SAs since boot; Diffie-Hellman is counted
 * in sums: P1 makes a public value, SS a shared secret. No exponent is made before it is needed. */
#include <stdlib.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/ipsec_cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/ike_show.h"
#include "dataplane/ike/v2/v2_show.h"
#include "dataplane/ipsec/ipsec_show.h"
#include "espial/mem.h"

typedef unsigned long long ull;
#define ENGINE_ROW "%5u  %-7s %-17s%10llu%9llu%9u %s\n"

struct engine_rows {
    struct engine_row *v;
    size_t n;
};

static void ike_row(void *ctx, const struct engine_row *r)
{
    struct engine_rows *rows = ctx;

    if (!(rows->n & (rows->n + 1))) /* room for 1, 3, 7 ... */
        rows->v = mem_resize(rows->v, 2 * rows->n + 1, sizeof *rows->v);
    rows->v[rows->n++] = *r;
}

static int by_id(const void *a, const void *b)
{
    const struct engine_row *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

/* IKEv1 and IKEv2 number their keys from one sequence; each tells its own. */
static void ike_rows(struct ipsec *ips, struct out *o)
{
    struct engine_rows rows = {0};

    ipsec_engine_rows(ips, ike_row, &rows);
    if (rows.n)
        qsort(rows.v, rows.n, sizeof *rows.v, by_id);
    for (size_t i = 0; i < rows.n; i++) {
        const struct engine_row *r = &rows.v[i];
        out_printf(o, ENGINE_ROW, r->id, r->type, r->algorithm, (ull)r->encrypt, (ull)r->decrypt, r->last_seq,
                   IP4(r->addr));
    }
    mem_free(rows.v);
}

static enum cmd_result show_active(struct cmd_ctx *c)
{
    struct ipsec *ips = dataplane_ipsec(c->self);
    struct ipsec_pair_info p;
    char text[IPSEC_TRANSFORM_TEXT];

    out_text(c->out,
             "Crypto Engine Connections\n\n   ID  Type    Algorithm           Encrypt  Decrypt LastSeqN IP-Address\n");
    ike_rows(ips, c->out);
    for (size_t at = 0; ipsec_pair_next(ips, 0, &at, &p);) {
        ipsec_engine_text(&p.transform, text);
        uint32_t conn = IPSEC_CONN_BASE + p.id;
        out_printf(c->out, ENGINE_ROW, conn, "IPsec", text, 0ull, (ull)p.packets_in, (uint32_t)p.seq_in, IP4(p.local));
        out_printf(c->out, ENGINE_ROW, conn + 1, "IPsec", text, (ull)p.packets_out, 0ull, 0u, IP4(p.local));
    }
    out_text(c->out, "\n");
    return CMD_OK;
}

#define ENGINE_NAME "Software Crypto Engine"
#define CAPABILITY  " Capability    : DES, 3DES, AES, GCM, GMAC, P-256, P-384, P-521, ESN\n\n"

static void session(struct cmd_ctx *c, const char *name, unsigned active, unsigned most, uint64_t failed, uint64_t made)
{
    out_printf(c->out, " %-14s: %5u active, %5u max, %llu failed, %llu created\n", name, active, most, (ull)failed,
               (ull)made);
}

static enum cmd_result show_eli(struct cmd_ctx *c)
{
    const struct ipsec_totals n = ipsec_totals(dataplane_ipsec(c->self));
    struct ike_work w = ike_work(dataplane_ike(c->self));
    struct v2_work w2 = v2_work(ike_v2(dataplane_ike(c->self)));
    bool all = cmd_has(c, "all");
    struct out *o = c->out;

    out_printf(o, "Hardware Encryption : INACTIVE\n Number of %scrypto engines = %u\n\n", all ? "" : "hardware ",
               all ? 1u : 0u);
    out_text(o, " CryptoEngine " ENGINE_NAME " details: state = Active\n" CAPABILITY);
    if (all) {
        session(c, "IKE-Session", w.sas, w.sas_max, w.sas_failed, w.sas_made);
        session(c, "IKEv2-Session", w2.sas, w2.sas_max, w2.failed, w2.made);
        out_printf(o, " %-14s: %5u active(%u/%u), %5u max, %llu failed, %llu created\n", "DH", w.dh_running,
                   w.dh_running, 0u, w.dh_max, (ull)w.dh_failed, (ull)w.dh_made);
    }
    session(c, "IPSec-Session", 2 * n.pairs, 2 * IPSEC_PAIRS_MAX, 2 * n.refused, 2 * n.installed);
    if (all)
        out_text(o, " SSL support   : No\n");
    out_printf(o,
               "\n Number of DH's pregenerated = 0\n DH lifetime = 0 seconds\n DH calculations: P1 %llu, SS %llu\n\n"
               "crypto engine 1:" ENGINE_NAME "\n DH in use/freeing/free - %u/0/%u\n",
               (ull)w.dh_public, (ull)w.dh_shared, w.dh_running, w.dh_max - w.dh_running);
    return CMD_OK;
}

static enum cmd_result show_brief(struct cmd_ctx *c)
{
    out_text(c->out, "\n        crypto engine name:   " ENGINE_NAME "\n        crypto engine type:   software\n"
                     "       crypto engine state:   installed\n     crypto engine in slot:   N/A\n\n");
    return CMD_OK;
}

static void libraries(struct ipsec *ips, struct out *o)
{
    static const char *const ciphers[CIPHER_ALGS] = {NULL, "DES", "3DES", "AES", "AES-GCM", "AES-GMAC"};
    static const char *const hashes[HASH_ALGS] = {NULL,          "HMAC-MD5",    "HMAC-SHA1",
                                                  "HMAC-SHA256", "HMAC-SHA384", "HMAC-SHA512"};

    for (unsigned a = 0; a < CIPHER_ALGS; a++)
        if (ciphers[a])
            out_printf(o, "%26s:   %s\n", ciphers[a], ipsec_cipher_by(ips, a));
    for (unsigned a = 0; a < HASH_ALGS; a++)
        if (hashes[a])
            out_printf(o, "%26s:   %s\n", hashes[a], ipsec_hash_by(ips, a));
    out_text(o, "\n");
}

static enum cmd_result show_configuration(struct cmd_ctx *c)
{
    struct ike_work w = ike_work(dataplane_ike(c->self));

    out_printf(c->out,
               "\n        crypto engine name:   " ENGINE_NAME "\n        crypto engine type:   software\n"
               "       crypto engine state:   installed\n     crypto engine in slot:   N/A\n"
               "          maximum DH index:   %u\n          maximum SA index:      %u\n\n crypto lib in use:\n",
               w.dh_max, 2 * IPSEC_PAIRS_MAX);
    libraries(dataplane_ipsec(c->self), c->out);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show crypto engine", "Show crypto engine info"),
    HELP(EXEC, "show crypto engine connections", "Show crypto engine connections"),
    DO(EXEC, 1, "show crypto engine connections active", show_active, "Show all crypto engine active connections"),
    DO(EXEC, 1, "show crypto engine brief", show_brief, "Show all crypto engines in the system"),
    DO(EXEC, 1, "show crypto engine configuration", show_configuration, "Show crypto engine config"),
    DO(EXEC, 1, "show crypto eli [all=all]", show_eli,
       "Show the encryption layer interface|Show all crypto engines, those in software too"),
};
const struct cmd_table dp_table_engine = CMD_TABLE("dataplane/cmd/cmd_engine", rows);
