/* How long IKEv2 works and waits (`crypto isakmp performance`, `show crypto ikev2 performance`).
 *
 * Off unless configured: then each place that is measured reads the clock before and after. A rate is a number of events
 * in one second; a second counts when it is over and something happened in it, and with it the share of the processor that
 * the router used in the last second that is over. In virtual time work takes no time, and what is left is waiting. */
#include "dataplane/ike/v2/v2_local.h"
#include "espial/account.h"

uint64_t v2_perf_since(const struct v2 *v2)
{
    return v2->ike->conf.performance ? v2_now(v2) : 0;
}

static void add(struct v2_sample *s, uint64_t v)
{
    if (!s->n || v < s->min)
        s->min = v;
    if (v > s->max)
        s->max = v;
    s->sum += v;
    s->n++;
}

void v2_perf_note(struct v2 *v2, enum v2_perf_row row, uint64_t since)
{
    if (since && v2->ike->conf.performance)
        add(&v2->perf.rows[row], v2_now(v2) - since);
}

/* Waiting counts for the shared secret: the initiator's own public value is made before anybody waits. */
static void took(void *arg, int wait, uint64_t public_us, uint64_t shared_us, uint64_t waited_us)
{
    struct v2_perf *p = &((struct v2 *)arg)->perf;

    if (public_us != UINT64_MAX)
        add(&p->rows[V2P_DH_CREATE], public_us);
    if (shared_us == UINT64_MAX)
        return;
    add(&p->rows[V2P_DH_SHARED], shared_us);
    add(&p->rows[wait], waited_us);
}

void v2_perf_dh(struct v2 *v2, struct dh_job *j, enum v2_perf_row wait)
{
    if (!v2->ike->conf.performance)
        return;
    j->took = took;
    j->took_arg = v2;
    j->took_row = (int)wait;
}

static void close_second(const struct v2 *v2, struct v2_rate_info *info, uint32_t n)
{
    const struct account *a = v2->ike->env.loop->account;
    double share = a ? account_second(a, 0) : 0;

    add(&info->per_second, n);
    add(&info->cpu, share > 0 ? (uint64_t)(share * 100) : 0);
}

void v2_perf_rate(struct v2 *v2, enum v2_rate rate)
{
    uint64_t second = v2_now(v2) / US_PER_S + 1;

    if (!v2->ike->conf.performance)
        return;
    if (v2->perf.rates[rate].second != second) {
        if (v2->perf.rates[rate].n)
            close_second(v2, &v2->perf.rates[rate].info, v2->perf.rates[rate].n);
        v2->perf.rates[rate].second = second;
        v2->perf.rates[rate].n = 0;
    }
    v2->perf.rates[rate].n++;
}

void v2_perf_message(struct v2 *v2, const uint8_t *msg, bool ours, uint64_t since)
{
    /* of a request and a response: worked on, sent */
    static const struct {
        enum v2_perf_row rows[2][2];
    } init = {{{V2P_R_INIT_PROC, V2P_I_INIT_PROC}, {V2P_I_INIT_SEND, V2P_R_INIT_SEND}}},
      auth = {{{V2P_R_AUTH_PROC, V2P_I_AUTH_PROC}, {V2P_I_AUTH_SEND, V2P_R_AUTH_SEND}}},
      ike = {{{V2P_R_IKE_CHILD_PROC, V2P_I_IKE_CHILD_PROC}, {V2P_I_IKE_CHILD_SEND, V2P_R_IKE_CHILD_SEND}}},
      ipsec = {{{V2P_R_IPSEC_CHILD_PROC, V2P_I_IPSEC_CHILD_PROC}, {V2P_I_IPSEC_CHILD_SEND, V2P_R_IPSEC_CHILD_SEND}}};
    bool response = msg[19] & V2_FLAG_RESPONSE;
    uint8_t exchange = msg[18];

    if (!ours) {
        v2_perf_rate(v2, V2R_PACKETS);
        v2_perf_rate(v2, exchange == V2_IKE_SA_INIT       ? V2R_INIT
                         : exchange == V2_IKE_AUTH        ? V2R_AUTH
                         : exchange == V2_CREATE_CHILD_SA ? V2R_CREATE
                         : exchange == V2_INFORMATIONAL   ? V2R_INFO
                                                          : V2R_OTHER);
    }
    if (exchange == V2_IKE_SA_INIT)
        v2_perf_note(v2, init.rows[ours][response], since);
    else if (exchange == V2_IKE_AUTH)
        v2_perf_note(v2, auth.rows[ours][response], since);
    else if (exchange == V2_CREATE_CHILD_SA)
        v2_perf_note(v2, (v2->perf.child_is_ike ? &ike : &ipsec)->rows[ours][response], since);
}

const struct v2_perf *v2_perf(const struct v2 *v2)
{
    return &v2->perf;
}

struct v2_rate_info v2_perf_rate_info(const struct v2 *v2, enum v2_rate rate)
{
    struct v2_rate_info info = v2->perf.rates[rate].info;

    if (v2->perf.rates[rate].n && v2_now(v2) / US_PER_S + 1 > v2->perf.rates[rate].second)
        close_second(v2, &info, v2->perf.rates[rate].n);
    return info;
}
