/* names.c: words of the grammar that events compare with what they hear. In the order of the rows of eem/cmd, where they
 * stand as literals: tests/unit/test_eem_names.c holds both against each other. */
#include <stddef.h>

#include "eem/eem_conf.h"

const char *const eem_op_names[EEM_OPS] = {"gt", "ge", "eq", "ne", "lt", "le"};
const char *const eem_interface_parameters[] = {"input_errors",
                                                "input_errors_crc",
                                                "input_errors_frame",
                                                "input_errors_overrun",
                                                "input_packets_dropped",
                                                "interface_resets",
                                                "output_buffer_failures",
                                                "output_buffer_swappedout",
                                                "output_errors",
                                                "output_errors_underrun",
                                                "output_packets_dropped",
                                                "receive_broadcasts",
                                                "receive_giants",
                                                "receive_rate_bps",
                                                "receive_rate_pps",
                                                "receive_runts",
                                                "receive_throttle",
                                                "reliability",
                                                "rxload",
                                                "transmit_rate_bps",
                                                "transmit_rate_pps",
                                                "txload",
                                                NULL};
const char *const eem_reactions[] = {"connectionLoss",
                                     "icpif",
                                     "jitterAvg",
                                     "jitterDSAvg",
                                     "jitterSDAvg",
                                     "maxOfNegativeDS",
                                     "maxOfNegativeSD",
                                     "maxOfPositiveDS",
                                     "maxOfPositiveSD",
                                     "mos",
                                     "packetLateArrival",
                                     "packetLossDS",
                                     "packetLossSD",
                                     "packetMIA",
                                     "packetOutOfSequence",
                                     "rtt",
                                     "timeout",
                                     "verifyError",
                                     NULL};
const char *const eem_protocols[] = {"all",    "bgp",  "connected", "eigrp", "isis", "lisp",   "local",
                                     "mobile", "nhrp", "odr",       "ospf",  "rip",  "static", NULL};
const char *const eem_link_events[] = {"down",  "goingdown", "init",    "testing", "up",
                                       "reset", "admindown", "deleted", "all",     NULL};
