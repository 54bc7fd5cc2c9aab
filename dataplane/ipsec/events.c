/* events.c: what IPsec writes into its event traces: SAs made and deleted, and the key management interface (KMI), the
 * questions and orders between IPsec and IKE. The words are those of IOS-XE's traces: the key engine is IPsec, and who
 * is spoken to is "Crypto IKMP" (IKEv1) or "Crypto IKEv2". Protocol 256 in a proxy is any. Only what happens here is
 * written: notifications that devices send for features this router has not got are left out.
 */
#include <stdio.h>

#include "dataplane/ipsec/evtrace.h"
#include "dataplane/ipsec/ipsec_local.h"

struct evtrace *ipsec_evtrace(struct ipsec *ips)
{
    return ips->events;
}

static const char *ike_name(const struct ipsec_policy *p)
{
    return p->ikev2 ? "Crypto IKEv2" : "Crypto IKMP";
}

/* The protocol's number in the ISAKMP DOI. */
static unsigned doi(const struct ipsec_policy *p)
{
    return p->transforms[0].proto == PROTO_AH ? 2 : 3;
}

static const char *proxy(const struct selector *s, char out[48])
{
    snprintf(out, 48, "%s/%u/%u", IP4(s->addr), (unsigned)s->port, s->proto ? s->proto : 256u);
    return out;
}

static void kmi_sent(struct ipsec *ips, const struct ipsec_policy *p, const char *what, const char *rest)
{
    evtrace_add(ips->events, EV_IPSEC_EVENT,
                "IPSEC-EVENT:IPSEC-SEND-KMI:  SESSION ID:0, KMI Sent: IPSEC key engine->%s:%s, loc: %s, rem: %s, %s",
                ike_name(p), what, IP4(p->local), IP4(p->peer), rest);
}

static void kmi_received(struct ipsec *ips, const struct ipsec_policy *p, const char *what, const char *rest)
{
    evtrace_add(
        ips->events, EV_IPSEC_EVENT,
        "IPSEC-EVENT:IPSEC-RECV-KMI:  SESSION ID:0, KMI Received: %s->IPSEC key engine:%s, loc: %s, rem: %s, %s",
        ike_name(p), what, IP4(p->local), IP4(p->peer), rest);
}

void event_request(struct ipsec *ips, const struct ipsec_policy *want)
{
    char l[48], r[48], rest[128];

    snprintf(rest, sizeof rest, "l_proxy: %s, r_proxy: %s", proxy(&want->local_sel, l), proxy(&want->remote_sel, r));
    kmi_sent(ips, want, "KEY_ENG_REQUEST_SAS", rest);
}

static void half(const struct sa_half_name *h, bool create)
{
    const struct sa_pair *sa = h->sa;
    const struct ipsec_policy *p = &sa->policy;
    const char *kind = create ? "IPSEC-EVENT:IPSEC-CREATE-SA:  SESSION ID:0, sa create"
                              : "IPSEC-EVENT:IPSEC-DELETE-SA:  SESSION ID:0, sa delete";
    const char *is = create ? "=" : " =";
    char words[IPSEC_TRANSFORM_TEXT], l[48], r[48];

    debug_transform(&h->transform, words);
    evtrace_add(sa->ips->events, EV_IPSEC_EVENT,
                "%s : (sa) sa_dest%s %s, sa_proto%s %u, sa_spi%s 0x%X(%u), sa_trans%s %s, sa_conn_id%s %u, "
                "sa_lifetime(k/sec)%s (%u/%u)",
                kind, is, IP4(h->in ? p->local : p->peer), is, (unsigned)h->transform.proto, is, h->spi, h->spi, is,
                words, is, IPSEC_CONN_BASE + h->number, is, p->life_kb, p->life_s);
    evtrace_add(sa->ips->events, EV_IPSEC_EVENT, "%s : (sa),  loc: %s, rem: %s, l_proxy: %s, r_proxy: %s", kind,
                IP4(p->local), IP4(p->peer), proxy(&p->local_sel, l), proxy(&p->remote_sel, r));
}

static void halves(const struct sa_pair *sa, bool create)
{
    struct sa_half_name h;

    for (unsigned i = 0; pair_half(sa, i, &h); i++)
        half(&h, create);
}

void event_create(const struct sa_pair *sa)
{
    char l[48], r[48], rest[128];

    snprintf(rest, sizeof rest, "l_proxy: %s, r_proxy: %s", proxy(&sa->policy.local_sel, l),
             proxy(&sa->policy.remote_sel, r));
    kmi_received(sa->ips, &sa->policy, "KEY_MGR_CREATE_IPSEC_SAS", rest);
    halves(sa, true);
}

void event_outbound(const struct sa_pair *sa)
{
    char rest[32];

    snprintf(rest, sizeof rest, "prot: %u", doi(&sa->policy));
    kmi_received(sa->ips, &sa->policy, "KEY_MGR_SA_ENABLE_OUTBOUND", rest);
}

void event_delete(const struct sa_pair *sa, enum sa_gone why)
{
    char rest[64];
    bool asked = why == SA_GONE_PEER_DELETE || why == SA_GONE_IKE_LOST || why == SA_GONE_REKEYED;

    snprintf(rest, sizeof rest, "port loc/rem: %u/%u, prot: DOI-%u", sa->local_port, sa->peer_port, doi(&sa->policy));
    if (asked)
        kmi_received(sa->ips, &sa->policy, "KEY_MGR_DELETE_SAS", rest);
    halves(sa, false);
    if (!asked)
        kmi_sent(sa->ips, &sa->policy, "KEY_ENG_DELETE_SAS", rest);
}

void event_refused(struct ipsec *ips, const struct sa_pair_params *p)
{
    evtrace_add(
        ips->events, EV_IPSEC_ERROR,
        "IPSEC-ERROR:IPSEC-CREATE-SA:  SESSION ID:0, sa create failed : (sa) sa_dest= %s, sa_proto= %u, sa_spi= "
        "0x%X(%u), loc: %s, rem: %s",
        IP4(p->policy.local), (unsigned)p->policy.transforms[0].proto, p->spi_in, p->spi_in, IP4(p->policy.local),
        IP4(p->policy.peer));
}
