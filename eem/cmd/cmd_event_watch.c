/* cmd_event_watch.c: `event ...` about what the router itself has: interfaces, managed objects, tracked objects, routes,
 * IP SLA, neighbors. Alternatives that an event keeps as a number stand in the order of eem/names.c. */
#include "eem/cmd/event_rows.h"

#define PARAMETERS                                                                                                     \
    "{input_errors|input_errors_crc|input_errors_frame|input_errors_overrun|input_packets_dropped|interface_resets|"   \
    "output_buffer_failures|output_buffer_swappedout|output_errors|output_errors_underrun|output_packets_dropped|"     \
    "receive_broadcasts|receive_giants|receive_rate_bps|receive_rate_pps|receive_runts|receive_throttle|reliability|"  \
    "rxload|transmit_rate_bps|transmit_rate_pps|txload}=parameter"
#define PARAMETERS_HELP                                                                                                \
    "Number of damaged packets received|Number of packets received with CRC errors|Number of packets received with "   \
    "framing errors|Number of times the receiver was overrun|Number of packets dropped from the input queue|Number "   \
    "of "                                                                                                              \
    "times the interface was reset|Number of failed buffers|Number of packets swapped to memory|Number of errors "     \
    "that "                                                                                                            \
    "prevented a transmission|Number of times the transmitter was underrun|Number of packets dropped from the output " \
    "queue|Number of broadcasts received|Number of giants received|Receive rate in bits per second|Receive rate in "   \
    "packets per second|Number of runts received|Number of times the receiver was disabled|Reliability as a fraction " \
    "of 255|Receive load as a fraction of 255|Transmit rate in bits per second|Transmit rate in packets per second|"   \
    "Transmit load as a fraction of 255"
#define REACTIONS                                                                                                      \
    "{connectionLoss=reaction:1|icpif=reaction:2|jitterAvg=reaction:3|jitterDSAvg=reaction:4|jitterSDAvg=reaction:5|"  \
    "maxOfNegativeDS=reaction:6|maxOfNegativeSD=reaction:7|maxOfPositiveDS=reaction:8|maxOfPositiveSD=reaction:9|mos=" \
    "reaction:10|packetLateArrival=reaction:11|packetLossDS=reaction:12|packetLossSD=reaction:13|packetMIA=reaction:"  \
    "14|packetOutOfSequence=reaction:15|rtt=reaction:16|timeout=reaction:17|verifyError=reaction:18}"
#define REACTIONS_HELP                                                                                                 \
    "Connection loss|Planning impairment factor|Average jitter|Average jitter, destination to source|Average jitter, " \
    "source to destination|Greatest negative jitter, destination to source|Greatest negative jitter, source to "       \
    "destination|Greatest positive jitter, destination to source|Greatest positive jitter, source to "                 \
    "destination|Mean "                                                                                                \
    "opinion score|Packets that came late|Packets lost, destination to source|Packets lost, source to destination|"    \
    "Packets missing in action|Packets out of sequence|Round trip time|Timeout|Verify error"
#define SNMP_ENTRY "oid <oid>|get-type {exact=get_next:0|next=get_next:1}"
#define LINKS                                                                                                          \
    "{down=link_event:1|goingdown=link_event:2|init=link_event:3|testing=link_event:4|up=link_event:5|reset="          \
    "link_event:6|admindown=link_event:7|deleted=link_event:8|all=link_event:9}"

static const struct cmd_row rows[] = {
    EVENT("interface=type:14 name <ifname:name> parameter " PARAMETERS
          " &{poll-interval <seconds:poll>|entry-val <arg:entry_val>|entry-op " OPS_OF(
              "entry_op") "|[entry-type " TYPES_OF("entry_type") "]|" EXITS "|" TIMES "}",
          "||Interface event|Interface name|Name of the interface|Interface counter|" PARAMETERS_HELP
          "|How often the counter is read|Seconds|Entry value|Value|Entry comparison|" OPS_HELP
          "|What is compared at entry|" TYPES_HELP "|" EXITS_HELP "|" TIMES_HELP,
          EV_TXT(name), EV(parameter), EV(poll), EV_TXT(entry_val), EV(entry_op), EV(entry_type), EXITS_BINDS),
    EVENT("snmp=type:12 &{oid <oid>|get-type {exact=get_next:0|next=get_next:1}|entry-op " OPS_OF(
              "entry_op") "|entry-val <arg:entry_val>|[entry-type " TYPES_OF("entry_type") "]|" EXITS "|poll-interval "
                                                                                           "<seconds:poll>|" TIMES "}",
          "||SNMP event|Object ID|Object ID|How the object is read|The object itself|The next object|Entry "
          "comparison|" OPS_HELP "|Entry value|Value|What is compared at entry|" TYPES_HELP "|" EXITS_HELP
          "|How often the object is read|Seconds|" TIMES_HELP,
          EV_TXT(oid), EV(get_next), EV(entry_op), EV_TXT(entry_val), EV(entry_type), EXITS_BINDS, EV(poll)),
    EVENT(
        "snmp-object=type:33 &{oid <oid>|type {int=object_type:3|uint=object_type:8|counter=object_type:0|gauge="
        "object_type:2|ipv4=object_type:4|octet=object_type:5|string=object_type:7|oid=object_type:6|counter64="
        "object_type:1}|sync {no=sync:0|yes=sync:1}|skip {no=skip:0|yes=skip:1}|[istable {no=istable:0|yes=istable:1}]|"
        "[default <seconds:dflt>]|" TIMES "}",
        "||SNMP object event|Object ID|Object ID|Type of the object|Integer32|Unsigned32|Counter32|Gauge32|IP address|"
        "Octets|Text|Object ID|Counter64|Hold the request for the policy|Do not hold it|Hold it|Leave the request "
        "unanswered|Answer it|Do not|The object is a table|No|Yes|How long to hold the request|Seconds|" TIMES_HELP,
        EV_TXT(oid), EV(object_type), EV(sync), EV(skip), EV(istable), EV(dflt)),
    EVENT("resource=type:26 policy <string:name> [maxrun <seconds:maxrun>] [ratelimit <seconds:ratelimit>]",
          "||Resource event|Resource policy|Name of the policy|" TIMES_HELP, EV_TXT(name)),
    EVENT("track=type:27 <number:1-1000> &{[state {up|down|any}=state]|" TIMES "}",
          "||Tracking object event|Tracked object number|State of the object|Up|Down|Any|" TIMES_HELP, EV(number),
          EV(state)),
    EVENT(
        "routing=type:31 network <arg:network> &{[ge <ge:0-32>]|[le <le:0-32>]|[ne <ne:0-32>]|[type "
        "{add|remove|modify|all}=route_change]|[protocol {all|bgp|connected|eigrp|isis|lisp|local|mobile|nhrp|odr|ospf|"
        "rip|static}=protocol]|[vrf {all=vrf_choice:1|default=vrf_choice:2|name=vrf_choice:3 <string:vrf>}]|" TIMES "}",
        "||Routing event|Network to be monitored|A.B.C.D/N, network and prefix length|Shortest prefix length|Length|"
        "Longest prefix length|Length|Prefix length that is not meant|Length|Type of the change|A route is added|A "
        "route is removed|A route is modified|All of them|Protocol of the route|All protocols|BGP|Connected|EIGRP|"
        "IS-IS|LISP|Local|Mobile|NHRP|ODR|OSPF|RIP|Static|VRF|All VRFs|The default VRF|VRFs by name|Regular "
        "expression|" TIMES_HELP,
        EV_TXT(network), EV(ge), EV(le), EV(ne), EV(route_change), EV(protocol), EV(vrf_choice), EV_TXT(vrf)),
    EVENT("ipsla=type:30 &{[group-name <arg:name>]|[operation-id=has_number "
          "<number:1-2147483647>]|[reaction-type " REACTIONS "]|[dest-ip-addr <ip:dst_ip>]|" TIMES "}",
          "||IP SLA event|IP SLA group name|Name|IP SLA operation|Number of the operation|Type of the "
          "reaction|" REACTIONS_HELP "|Destination IP address|Address|" TIMES_HELP,
          EV_TXT(name), EV(has_number), EV(number), EV(reaction), EV(dst_ip)),
    EVENT("neighbor-discovery=type:36 interface {<ifname:name>|regexp=by_regexp <string:pattern>} &{[cdp {add=cdp:1|"
          "update=cdp:2|delete=cdp:3|all=cdp:4}]|[lldp "
          "{add=lldp:1|update=lldp:2|delete=lldp:3|all=lldp:4}]|[link-event " LINKS
          "]|[line-event {up=line_event:1|down=line_event:2|all=line_event:3}]|" TIMES "}",
          "||Neighbor discovery event|Interface to be monitored|Name of the interface|Interfaces by name|Regular "
          "expression|CDP neighbors|New|Changed|Gone|All of them|LLDP neighbors|New|Changed|Gone|All of them|Link "
          "status|Down|Going down|Initializing|Testing|Up|Reset|Shut down|Deleted|All of them|Line protocol|Up|Down|"
          "Both|" TIMES_HELP,
          EV_TXT(name), EV(by_regexp), EV_TXT(pattern), EV(cdp), EV(lldp), EV(link_event), EV(line_event)),
};

const struct cmd_table eem_table_event_watch = CMD_TABLE("eem/cmd/cmd_event_watch", rows);
