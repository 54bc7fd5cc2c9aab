/* sa_rows.h: the lines that crypto maps, dynamic maps and IPsec profiles have in common: how SAs shall be. Each of the
 * modes has them by writing SA_ROWS(mode, struct) into its table; the structure holds a struct sa_conf called sa. */
#ifndef DATAPLANE_CMD_SA_ROWS_H
#define DATAPLANE_CMD_SA_ROWS_H

#include "dataplane/ipsec/ipsec_conf.h"
#include "espial/cmd.h"

#define SA_ROWS(m, strct)                                                                                              \
    HELP(m, "set", "Set values for encryption/decryption"),                                                            \
        HELP(m, "set security-association", "Security association parameters"),                                        \
        HELP(m, "set security-association lifetime", "security association lifetime"),                                 \
        SET(m, NULL, "set security-association lifetime {seconds <life_s:120-2592000>|days <life_days:1-30>}",         \
            "Time-based key duration|Security association duration in seconds|Time-based key duration in days|"        \
            "Security association duration in days",                                                                   \
            NUM_IN(strct, sa, life_s), NUM_IN(strct, sa, life_days)),                                                  \
        SET(m, NULL, "set security-association lifetime kilobytes {<life_kb:2560-4294967295>|disable=life_kb:1}",      \
            "Volume-based key duration|Security association duration in kilobytes encrypted|"                          \
            "Disable Volume-based Rekey",                                                                              \
            NUM_IN(strct, sa, life_kb)),                                                                               \
        SET(m, NULL, "set security-association idle-time <idle_s:60-86400> [default=idle_dflt]",                       \
            "Automatically delete IPSec SAs after a given idle period.|"                                               \
            "Automatically delete IPSec SAs after a given idle period (in seconds)|"                                   \
            "Use the default peer next",                                                                               \
            NUM_IN(strct, sa, idle_s), NUM_IN(strct, sa, idle_dflt)),                                                  \
        SET(m, NULL,                                                                                                   \
            "set security-association replay {disable=replay:1|window-size "                                           \
            "{64=replay:64|128=replay:128|256=replay:256|512=replay:512|1024=replay:1024}}",                           \
            "Set replay checking.|Disable replay checking|Set replay window size.|Window size of 64 (default)|"        \
            "Window size of 128|Window size of 256|Window size of 512|Window size of 1024",                            \
            NUM_IN(strct, sa, replay)),                                                                                \
        SET(m, NULL,                                                                                                   \
            "set security-association dummy "                                                                          \
            "{pps {0=dummy_pps:255|<dummy_pps:1-25>}|seconds <dummy_s:1-3600>}",                                       \
            "Generate and send dummy packets|Rate of dummy packets|None, whatever the router sends else|"              \
            "Packets per second|Interval between dummy packets|Seconds from one to the next",                          \
            NUM_IN(strct, sa, dummy_pps), NUM_IN(strct, sa, dummy_s)),                                                 \
        SET(m, NULL, "set security-association dfbit {copy=df:1|clear=df:2|set=df:3}",                                 \
            "Handling of encapsulated DF bit.|Copy DF bit from inner header|Clear DF bit|Set DF bit",                  \
            NUM_IN(strct, sa, df)),                                                                                    \
        SET(m, NULL, "set security-association ecn {discard=ecn:1|propagate=ecn:2}",                                   \
            "Handling of the congestion marks of the outer header|Leave the packet inside as it is|"                   \
            "Mark the packet inside too",                                                                              \
            NUM_IN(strct, sa, ecn)),                                                                                   \
        SET(m, NULL, "set transform-set <word:sets>...",                                                               \
            "Specify list of transform sets in priority order|"                                                        \
            "Proposal tag",                                                                                            \
            TXTS_IN(strct, sa, sets)),                                                                                 \
        SET(m, NULL,                                                                                                   \
            "set pfs "                                                                                                 \
            "{group1=pfs:1|group2=pfs:2|group5=pfs:5|group14=pfs:14|group15=pfs:15|group16=pfs:16|group17=pfs:17|"     \
            "group18=pfs:18|group19=pfs:19|group20=pfs:20|group21=pfs:21|group24=pfs:24|group31=pfs:31}",              \
            "Specify pfs settings|D-H Group1 (768-bit modp)|D-H Group2 (1024-bit modp)|D-H Group5 (1536-bit modp)|"    \
            "D-H Group14 (2048-bit modp)|D-H Group15 (3072-bit modp)|D-H Group16 (4096-bit modp)|"                     \
            "D-H Group17 (6144-bit modp)|D-H Group18 (8192-bit modp)|D-H Group19 (256-bit ecp)|D-H Group20 (384-bit "  \
            "ecp)|D-H Group21 (521-bit ecp)|"                                                                          \
            "D-H Group24 (2048-bit modp, 256 bit subgroup)|D-H Group31 (Curve25519)",                                  \
            NUM_IN(strct, sa, pfs)),                                                                                   \
        SET_F(m, NULL, CMD_HIDDEN, "set pfs=pfs:1", "", NUM_IN(strct, sa, pfs)),                                       \
        SET(m, NULL, "set isakmp-profile <word:isakmp_profile>", "Specify isakmp Profile|ISAKMP Profile name",         \
            TXT_IN(strct, sa, isakmp_profile)),                                                                        \
        SET(m, NULL, "set ikev2-profile <word:ikev2_profile>", "Specify ikev2 Profile|Ikev2 Profile name",             \
            TXT_IN(strct, sa, ikev2_profile)),                                                                         \
        SET(m, NULL, "set identity <word:identity>", "Identity restriction.|Crypto identity name",                     \
            TXT_IN(strct, sa, identity))

/* Reverse route injection, behind the other lines. */
#define RRI_SET_ROWS(m, strct)                                                                                         \
    HELP(m, "set reverse-route", "Reverse Route Injection."),                                                          \
        SET(m, NULL, "set reverse-route distance <rr_distance:1-255>",                                                 \
            "Distance metric for the routes|Distance value", NUM_IN(strct, sa, rr_distance)),                          \
        SET(m, NULL, "set reverse-route tag <rr_tag:1-4294967295>", "Tag of the routes|Tag value",                     \
            NUM_IN(strct, sa, rr_tag)),                                                                                \
        SET(m, NULL, "set reverse-route gateway <ip:rr_hop>",                                                          \
            "Next hop of the routes in place of the peer|IP address of the gateway", NUM_IN(strct, sa, rr_hop))
#define RRI_ROWS(m, strct)                                                                                             \
    RRI_SET_ROWS(m, strct),                                                                                            \
        SET(m, NULL,                                                                                                   \
            "reverse-route=rr [remote-peer <ip:rr_peer> [gateway=rr_gateway]] [static=rr_static]",                     \
            "Reverse Route Injection.|Create routes by way of another next hop|IP address of the next hop|"            \
            "The next hop leads to the remote peer|Create routes whether or not there are security associations",      \
            NUM_IN(strct, sa, rr), NUM_IN(strct, sa, rr_peer), NUM_IN(strct, sa, rr_gateway),                          \
            NUM_IN(strct, sa, rr_static))

#endif
