/* What IKEv2 writes into the event traces (`show monitor event-trace crypto ikev2 ...`), whether or not a debug is on,
 * in the words of IOS-XE's traces:
 *
 *   event     messages of known SAs, (I) of an exchange we began, (R) of one that we answer; what INFORMATIONAL carries;
 *             IKE SAs that come up; DELETEs sent and taken
 *   internal  what IPsec asks of us
 *   error     what `crypto ikev2 diagnose error` keeps
 *
 * A message is written once it is proved and counted; what strangers send leaves no line. Repeats leave none either. */
#include <stdarg.h>
#include <stdio.h>

#include "dataplane/ike/v2/v2_local.h"

static struct evtrace *traces(const struct v2 *v2)
{
    return ipsec_evtrace(v2->ike->env.ipsec);
}

void v2_event(const struct v2_sa *sa, enum evtrace_id id, const char *fmt, ...)
{
    char text[2 * V2_ID_MAX + 64];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    evtrace_add(traces(sa->v2), id, "SA ID:%u SESSION ID:%u Remote: %s/%u Local: %s/%u  %s", sa->tunnel_id,
                sa->session_id, IP4(sa->remote), sa->peer_port, IP4(sa->local), sa->local_port, text);
}

void v2_event_error(const struct v2 *v2, const struct v2_sa *sa, uint32_t peer, const char *text)
{
    if (sa)
        v2_event(sa, EV_IKEV2_ERROR, "%s", text);
    else
        evtrace_add(traces(v2), EV_IKEV2_ERROR, "SA ID:0 SESSION ID:0 Remote: %s  %s", IP4(peer), text);
}

void v2_event_message(const struct v2_sa *sa, uint8_t exchange, bool response, bool in)
{
    const char *name = v2_exchange_name(exchange);

    v2_event(sa, EV_IKEV2_EVENT, "(%c) %s IKEv2 %s Exchange %s", response == in ? 'I' : 'R',
             in ? "Received" : "Sending", name ? name : "Unknown", response ? "RESPONSE" : "REQUEST");
}

void v2_event_carries(const struct v2_sa *sa, uint8_t type, bool response, bool in)
{
    if (type == V2_DELETE || type == V2_NOTIFY)
        v2_event(sa, EV_IKEV2_EVENT, "(%c) IKEv2 INFORMATIONAL Exchange Contains: %s", response == in ? 'I' : 'R',
                 type == V2_DELETE ? "DELETE" : "NOTIFY");
}

void v2_event_request(const struct v2 *v2, const struct ipsec_policy *want)
{
    evtrace_add(
        traces(v2), EV_IKEV2_INTERNAL,
        "SA ID:0 SESSION ID:0    IKEV2-RECV-KMI: KMI Received: KEY_ENG_REQUEST_SAS, KMI source: IPSEC key engine, "
        "KMI dest: Crypto IKEv2, local: %s, remote: %s",
        IP4(want->local), IP4(want->peer));
}
