/* cmd_ip.c: show ip traffic: what IPv4, ICMP, UDP and ARP have counted since the start. What others may send is counted,
 * also where nobody here listens: of a protocol that the router does not speak (TCP, OSPF ...) the packets that were sent
 * to it, unread. What it never does (it answers no mask requests) is 0, in the layout that programs
 * read. */
#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/stat.h"

typedef unsigned long long ull;

/* RFC 791, 1108, 1393 and others: option types, the copied flag included. */
static void show_options(struct cmd_ctx *c, const uint64_t n[256])
{
    enum {
        END = 0, NOP = 1, RECORD_ROUTE = 7, UMP = 152, TIMESTAMP = 68, BASIC = 130, LOOSE = 131, EXTENDED = 133,
        CIPSO = 134, STREAM = 136, STRICT = 137, ALERT = 148
    };
    uint64_t other = 0;

    for (unsigned i = 0; i < 256; i++)
        other += n[i];
    other -= n[END] + n[NOP] + n[RECORD_ROUTE] + n[UMP] + n[TIMESTAMP] + n[BASIC] + n[LOOSE] + n[EXTENDED] + n[CIPSO] +
             n[STREAM] + n[STRICT] + n[ALERT];
    out_printf(c->out,
               "  Opts:  %llu end, %llu nop, %llu basic security, %llu loose source route\n"
               "         %llu timestamp, %llu extended security, %llu record route\n"
               "         %llu stream ID, %llu strict source route, %llu alert, %llu cipso, %llu ump\n"
               "         %llu other\n",
               (ull)n[END], (ull)n[NOP], (ull)n[BASIC], (ull)n[LOOSE], (ull)n[TIMESTAMP], (ull)n[EXTENDED],
               (ull)n[RECORD_ROUTE], (ull)n[STREAM], (ull)n[STRICT], (ull)n[ALERT], (ull)n[CIPSO], (ull)n[UMP],
               (ull)other);
}

/* Protocols that nobody here speaks: all that can be said is how many packets came for us. */
static void show_unserved(struct cmd_ctx *c, const uint64_t n[256])
{
    enum { IGMP = 2, TCP = 6, EIGRP = 88, OSPF = 89, PIM = 103 };

    out_printf(c->out,
               "TCP statistics:\n"
               "  Rcvd: %llu total, 0 checksum errors, %llu no port\n"
               "  Sent: 0 total\n\n"
               "EIGRP-IPv4 statistics:\n"
               "  Rcvd: %llu total\n"
               "  Sent: 0 total\n\n"
               "PIMv2 statistics: Sent/Received\n"
               "  Total: 0/%llu, 0 checksum errors, 0 format errors\n"
               "  Registers: 0/0 (0 non-rp, 0 non-sm-group), Register Stops: 0/0,  Hellos: 0/0\n"
               "  Join/Prunes: 0/0, Asserts: 0/0, grafts: 0/0\n"
               "  Bootstraps: 0/0, Candidate_RP_Advertisements: 0/0\n"
               "  State-Refresh: 0/0\n\n"
               "IGMP statistics: Sent/Received\n"
               "  Total: 0/%llu, Format errors: 0/0, Checksum errors: 0/0\n"
               "  Host Queries: 0/0, Host Reports: 0/0, Host Leaves: 0/0 \n"
               "  DVMRP: 0/0, PIM: 0/0\n\n",
               (ull)n[TCP], (ull)n[TCP], (ull)n[EIGRP], (ull)n[PIM], (ull)n[IGMP]);
}

static void show_ospf(struct cmd_ctx *c, uint64_t n)
{
    out_printf(c->out,
               "OSPF statistics:\n"
               "  Rcvd: %llu total, 0 checksum errors\n"
               "    0 hello, 0 database desc, 0 link state req\n"
               "    0 link state updates, 0 link state acks\n\n"
               "  Sent: 0 total\n"
               "    0 hello, 0 database desc, 0 link state req\n"
               "    0 link state updates, 0 link state acks\n\n",
               (ull)n);
}

static enum cmd_result show_traffic(struct cmd_ctx *c)
{
    const struct net_stat *s = net_stat(dataplane_net(c->self));

    out_printf(c->out,
               "IP statistics:\n"
               "  Rcvd:  %llu total, %llu local destination\n"
               "         %llu format errors, %llu checksum errors, %llu bad hop count\n"
               "         %llu unknown protocol, %llu not a gateway\n"
               "         0 security failures, %llu bad options, %llu with options\n",
               (ull)s->ip_in, (ull)s->ip_local, (ull)s->in_format, (ull)s->in_checksum, (ull)s->in_hops,
               (ull)s->in_proto, (ull)s->in_not_gateway, (ull)s->in_options, (ull)s->with_options);
    show_options(c, s->option);
    out_printf(c->out,
               "  Frags: %llu reassembled, %llu timeouts, %llu couldn't reassemble\n"
               "         %llu fragmented, %llu fragments, %llu couldn't fragment\n"
               "  Bcast: %llu received, %llu sent\n"
               "  Mcast: %llu received, %llu sent\n"
               "  Sent:  %llu generated, %llu forwarded\n"
               "  Drop:  0 encapsulation failed, 0 unresolved, %llu no adjacency\n"
               "         %llu no route, 0 unicast RPF, %llu forced drop\n"
               "         0 options denied\n\n",
               (ull)s->reass_ok,
               (ull)s->reass_timeouts, (ull)s->reass_fail, (ull)s->frag_ok, (ull)s->frag_made, (ull)s->frag_cannot,
               (ull)s->in_broadcast, (ull)s->out_broadcast, (ull)s->in_multicast, (ull)s->out_multicast, (ull)s->ip_out,
               (ull)s->ip_forwarded, (ull)s->no_adjacency, (ull)s->no_route, (ull)s->acl_denied);
    out_printf(c->out,
               "ICMP statistics:\n"
               "  Rcvd: %llu format errors, %llu checksum errors, %llu redirects, %llu unreachable\n"
               "        %llu echo, %llu echo reply, %llu mask requests, %llu mask replies, %llu quench\n"
               "        %llu parameter, %llu timestamp, %llu timestamp replies, %llu info request, %llu other\n"
               "        %llu irdp solicitations, %llu irdp advertisements\n"
               "        %llu time exceeded, %llu info replies\n"
               "  Sent: %llu redirects, %llu unreachable, %llu echo, %llu echo reply\n"
               "        0 mask requests, 0 mask replies, 0 quench, 0 timestamp\n"
               "        0 info reply, %llu time exceeded, %llu parameter problem\n"
               "        0 irdp solicitations, 0 irdp advertisements\n\n",
               (ull)s->icmp_in_errors, (ull)s->icmp_in_checksum, (ull)s->icmp_in_redirect, (ull)s->icmp_in_unreachable,
               (ull)s->icmp_in_echo, (ull)s->icmp_in_reply, (ull)s->icmp_in_mask, (ull)s->icmp_in_mask_reply,
               (ull)s->icmp_in_quench, (ull)s->icmp_in_parameter, (ull)s->icmp_in_timestamp,
               (ull)s->icmp_in_timestamp_reply, (ull)s->icmp_in_info, (ull)s->icmp_in_other,
               (ull)s->icmp_in_solicitation, (ull)s->icmp_in_advertisement, (ull)s->icmp_in_exceeded,
               (ull)s->icmp_in_info_reply, (ull)s->icmp_out_redirect, (ull)s->icmp_out_unreachable,
               (ull)s->icmp_out_echo, (ull)s->icmp_out_reply, (ull)s->icmp_out_exceeded, (ull)s->icmp_out_parameter);
    show_unserved(c, s->unserved);
    out_printf(c->out,
               "UDP statistics:\n"
               "  Rcvd: %llu total, %llu checksum errors, %llu no port\n"
               "  Sent: %llu total, 0 forwarded broadcasts\n\n",
               (ull)(s->udp_in + s->udp_in_checksum + s->udp_in_no_port), (ull)s->udp_in_checksum,
               (ull)s->udp_in_no_port, (ull)s->udp_out);
    show_ospf(c, s->unserved[89]);
    out_printf(c->out,
               "ARP statistics:\n"
               "  Rcvd: %llu requests, %llu replies, 0 reverse, %llu other\n"
               "  Sent: %llu requests, %llu replies (%llu proxy), 0 reverse\n",
               (ull)s->arp_in_request, (ull)s->arp_in_reply,
               (ull)s->arp_in_other, (ull)s->arp_out_request, (ull)s->arp_out_reply, (ull)s->arp_out_proxy);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show ip", "IP information"),
    DO(EXEC, 1, "show ip traffic", show_traffic, "IP protocol statistics"),
};
const struct cmd_table dp_table_ip = CMD_TABLE("dataplane/cmd/cmd_ip", rows);
