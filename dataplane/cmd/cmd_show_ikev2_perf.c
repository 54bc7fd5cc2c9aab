/* cmd_show_ikev2_perf.c: show crypto ikev2 performance: what `crypto isakmp performance` has measured.
 *
 * The rows and their order are those of real routers. What this router does not do (certificates, EAP, configuration,
 * redirection) is never measured. No message waits in a queue before it is worked on, so each is 0 ms there. */
#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/v2/v2.h"
#include "dataplane/ike/v2/v2_perf.h"

typedef unsigned long long ull;

static void print_transactions(struct cmd_ctx *c, const char *name, enum v2_rate rate)
{
    struct v2_rate_info i = v2_perf_rate_info(ike_v2(dataplane_ike(c->self)), rate);
    const struct v2_sample *s = &i.per_second, *cpu = &i.cpu;

    out_printf(c->out, "%-22s %10llu %7llu %3llu %3llu %7llu %3llu %3llu\n", name, (ull)s->n, (ull)v2_sample_mean(s),
               (ull)s->min, (ull)s->max, (ull)v2_sample_mean(cpu), (ull)cpu->min, (ull)cpu->max);
}

static void print_packets(struct cmd_ctx *c, const char *name, int rate)
{
    struct v2_rate_info i = {0};

    if (rate >= 0)
        i = v2_perf_rate_info(ike_v2(dataplane_ike(c->self)), (enum v2_rate)rate);
    out_printf(c->out, "%-22s %10llu %7llu %3llu %3llu\n", name, (ull)i.per_second.n,
               (ull)v2_sample_mean(&i.per_second), (ull)i.per_second.min, (ull)i.per_second.max);
}

#define NEVER (-1)
struct line {
    const char *name;
    int row; /* enum v2_perf_row; NEVER */
};

static void print_times(struct cmd_ctx *c, const char *title, const struct line *lines, size_t n)
{
    const struct v2_perf *p = v2_perf(ike_v2(dataplane_ike(c->self)));
    static const struct v2_sample none;

    out_printf(c->out, "\n%s\n                       SampleSize        avg        min        max\n", title);
    for (size_t i = 0; i < n; i++) {
        const struct v2_sample *s = lines[i].row == NEVER ? &none : &p->rows[lines[i].row];
        out_printf(c->out, "%-22s %10llu %10llu %10llu %10llu\n", lines[i].name, (ull)s->n, (ull)v2_sample_mean(s),
                   (ull)s->min, (ull)s->max);
    }
}

static const struct line protocol[] = {
    {"R INIT PROC", V2P_R_INIT_PROC},
    {"I INIT_PROC", V2P_I_INIT_PROC},
    {"R AUTH PROC", V2P_R_AUTH_PROC},
    {"I AUTH PROC", V2P_I_AUTH_PROC},
    {"R INIT INT", V2P_R_INIT_INT},
    {"I AUTH INT", V2P_I_AUTH_INT},
    {"R AUTH INT", NEVER},
    {"I INIT SEND", V2P_I_INIT_SEND},
    {"R INIT SEND", V2P_R_INIT_SEND},
    {"I AUTH SEND", V2P_I_AUTH_SEND},
    {"R AUTH SEND", V2P_R_AUTH_SEND},
    {"R INIT Wire", V2P_R_INIT_WIRE},
    {"I AUTH Wire", V2P_I_AUTH_WIRE},
    {"R AUTH Wire", NEVER},
    {"R COOKIE INT", V2P_R_COOKIE_INT},
    {"R COOKIE SEND", V2P_R_COOKIE_SEND},
    {"R KE INT", NEVER},
    {"R KE SEND", V2P_R_KE_SEND},
    {"I IKE CHILD PROC", V2P_I_IKE_CHILD_PROC},
    {"I IPSEC CHILD PROC", V2P_I_IPSEC_CHILD_PROC},
    {"R IKE CHILD PROC", V2P_R_IKE_CHILD_PROC},
    {"R IPSEC CHILD PROC", V2P_R_IPSEC_CHILD_PROC},
    {"R IKE CHILD Wire", NEVER},
    {"R IPSEC CHILD Wire", NEVER},
    {"I IKE CHILD SEND", V2P_I_IKE_CHILD_SEND},
    {"I IPSEC CHILD SEND", V2P_I_IPSEC_CHILD_SEND},
    {"R IKE CHILD SEND", V2P_R_IKE_CHILD_SEND},
    {"R IPSEC CHILD SEND", V2P_R_IPSEC_CHILD_SEND},
    {"R IKE CHILD INT", V2P_R_IKE_CHILD_INT},
    {"R IPSEC CHILD INT", V2P_R_IPSEC_CHILD_INT},
    {"I IKE CHILD INT", V2P_I_IKE_CHILD_INT},
    {"I IPSEC CHILD INT", V2P_I_IPSEC_CHILD_INT},
};
static const struct line engine[] = {
    {"DH Create", V2P_DH_CREATE},
    {"DH Share Secret", V2P_DH_SHARED},
    {"DH Delete", V2P_DH_DELETE},
    {"Create IKE SA", V2P_CREATE_SA},
    {"Delete IKE SA", V2P_DELETE_SA},
    {"PS Key Auth Generation", V2P_PSK_AUTH},
    {"RSA Public Key Auth Ge", NEVER},
    {"IKE Encrypt", V2P_ENCRYPT},
    {"IKE Decrypt", V2P_DECRYPT},
    {"IKE HMAC", NEVER},
    {"IPSEC Create Key", V2P_CREATE_KEY},
    {"IPSEC Delete SA", V2P_DELETE_CHILD},
    {"Public Key Sign", NEVER},
    {"Public Key Verify", NEVER},
    {"Public Key Encrypt", NEVER},
    {"Public Key Decrypt", NEVER},
};
static const struct line services[] = {
    {"Get IKE Policy", V2P_GET_POLICY},
    {"Get Pre-shared Key", V2P_GET_PSK},
    {"Get Config Mode Data", NEVER},
    {"Set Config Mode Data", NEVER},
    {"Received EAP", NEVER},
    {"Recieved Client EAP", NEVER},
    {"Verify Certificate", NEVER},
    {"Fetch Certificate", NEVER},
    {"Get IPSEC Policy", V2P_GET_IPSEC_POLICY},
    {"NO NAME", NEVER},
    {"Redirect Check", NEVER},
    {"Redirect Acceptance Ch", NEVER},
    {"NO NAME", NEVER},
    {"NO NAME", NEVER},
};
#define LINES(v) v, sizeof v / sizeof v[0]

/* What these rows took for one of `whole`. */
static uint64_t share_of(const struct v2_perf *p, enum v2_perf_row whole, const enum v2_perf_row *rows, size_t n)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += p->rows[rows[i]].sum;
    return p->rows[whole].n ? sum / p->rows[whole].n : 0;
}

static unsigned percent(uint64_t part, uint64_t whole)
{
    return whole ? (unsigned)(part * 100 / whole) : 0;
}

/* Of a whole exchange, what this end works and waits for sums; the rest is the wire and the other end. */
static void print_summary(struct cmd_ctx *c)
{
    static const enum v2_perf_row main_work[] = {V2P_R_INIT_PROC, V2P_I_INIT_PROC, V2P_R_AUTH_PROC, V2P_I_AUTH_PROC,
                                                 V2P_R_INIT_INT,  V2P_I_AUTH_INT},
                                  child_work[] = {V2P_I_IKE_CHILD_PROC, V2P_I_IPSEC_CHILD_PROC, V2P_I_IKE_CHILD_INT,
                                                  V2P_I_IPSEC_CHILD_INT};
    const struct v2_perf *p = v2_perf(ike_v2(dataplane_ike(c->self)));
    uint64_t setup = v2_sample_mean(&p->rows[V2P_MAIN]), child = v2_sample_mean(&p->rows[V2P_CHILD]);
    uint64_t work = share_of(p, V2P_MAIN, LINES(main_work)), child_at = share_of(p, V2P_CHILD, LINES(child_work));

    work = work < setup ? work : setup;
    child_at = child_at < child ? child_at : child;
    out_printf(c->out,
               "\nSummary (microsecs):\n\n"
               "Main Exchange Setup:            %llu\n"
               "Main Processing:                %llu -> %u%%\n"
               "On IPC Queue:                   0 -> 0%%\n"
               "Transmission:                   %llu -> %u%%\n\n"
               "Child Exchange Setup:            %llu\n"
               "Child Processing:                %llu -> %u%%\n"
               "Transmission:                    %llu -> %u%%\n",
               (ull)setup, (ull)work, percent(work, setup), (ull)(setup - work), percent(setup - work, setup),
               (ull)child, (ull)child_at, percent(child_at, child), (ull)(child - child_at),
               percent(child - child_at, child));
}

static enum cmd_result show_performance(struct cmd_ctx *c)
{
    static const char *const names[] = {"IKE Established", "IPSEC Child Establishe", "IKE Child Established"};
    const char *rates = "SampleSize tps/avg min max cpu/avg min max";

    out_printf(c->out, "Crypto ISAKMP Performance Stats (tps):\nIngress:               %s\n", rates);
    for (int i = 0; i < 3; i++)
        print_transactions(c, names[i], (enum v2_rate)(V2R_IN_IKE + i));
    out_printf(c->out, "\nEgress:                %s\n", rates);
    for (int i = 0; i < 3; i++)
        print_transactions(c, names[i], (enum v2_rate)(V2R_OUT_IKE + i));
    out_text(c->out, "\nCrypto ISAKMP Packet Stats (pps):\n                       SampleSize     avg min max\n");
    print_packets(c, "Incoming IKE Packets", V2R_PACKETS);
    print_packets(c, "-Init", V2R_INIT);
    print_packets(c, "-Auth", V2R_AUTH);
    print_packets(c, "NO NAME", NEVER);
    print_packets(c, "NO NAME", NEVER);
    print_packets(c, "-Child", V2R_CREATE);
    print_packets(c, "-Info", V2R_INFO);
    print_packets(c, "-Default", V2R_OTHER);
    out_text(c->out, "\n");
    print_packets(c, "Egress IKE Attempted", V2R_ATTEMPTED);
    out_text(c->out, "\nCrypto IKEv2 Packet Queue Stats (milliseconds):\n"
                     "                       SampleSize        avg        min        max\n");
    for (unsigned i = 0; i < 7; i++)
        out_printf(c->out, "Packet Queue[%u]        %10llu          0          0          0\n", i,
                   i ? 0 : (ull)v2_perf(ike_v2(dataplane_ike(c->self)))->queued);
    print_times(c, "Crypto ISAKMP Protocol Stats (microseconds):", LINES(protocol));
    print_times(c, "Crypto Engine Stats (microseconds):", LINES(engine));
    print_times(c, "External Service Stats (microseconds):", LINES(services));
    print_summary(c);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 1, "show crypto ikev2 performance", show_performance, "Shows ikev2 performance statistics"),
};
const struct cmd_table dp_table_show_ikev2_perf = CMD_TABLE("dataplane/cmd/cmd_show_ikev2_perf", rows);
