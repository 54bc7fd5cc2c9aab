/* test_lint.c: the checks of `espial eem lint`: for each at least one configuration that it must speak about, at which line,
 * and one that looks alike and is right. "5 variables" is a finding of that check about line 5. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/offline/lint.h"
#include "eem/lint.h"

#define NONE       "event manager applet a\n event none\n" /* actions from line 3 on */
#define CLI(n, c)  " action " #n " cli command \"" c "\"\n"
#define EXEC       NONE CLI(1, "enable")          /* from line 4 on */
#define CONFIG     EXEC CLI(2, "configure terminal") /* from line 5 on */
#define SYSLOG(re) "event manager applet a\n event syslog pattern \"" re "\"\n"

static const struct {
    const char *config, *findings;
} table[] = {
    /* events */
    {"event manager applet a\n action 1 syslog msg \"x\"\n", "1 events\n"},
    {NONE, "1 events\n"},
    {NONE " action 1 syslog msg \"x\"\n", ""},
    {"event manager applet a\n event tag x none\n event tag y timer watchdog time 5\n action 1 syslog msg \"x\"\n",
     "1 events\n"},
    /* blocks */
    {NONE " action 1 if 1 eq 1\n action 2 syslog msg \"x\"\n", "3 blocks\n"},
    {NONE " action 1 syslog msg \"x\"\n action 2 end\n", "4 blocks\n"},
    {NONE " action 1 break\n", "3 blocks\n"},
    {NONE " action 1 if $_none_argc eq 1\n action 2 else\n action 3 end\n", ""},
    /* labels */
    {NONE " action 2.0 syslog msg \"x\"\n action 10.0 syslog msg \"y\"\n", "4 labels\n"},
    {NONE " action 10.0 syslog msg \"x\"\n action 2.0 syslog msg \"y\"\n", ""}, /* typed as they run */
    {NONE " action a9 syslog msg \"x\"\n action a10 syslog msg \"y\"\n", "4 labels\n"},
    {NONE " action 1.05 syslog msg \"x\"\n action 1.1 syslog msg \"y\"\n action 020 syslog msg \"z\"\n", ""},
    {NONE " action 1.0 syslog msg \"x\"\n action 1.O syslog msg \"y\"\n action 1.2 syslog msg \"z\"\n", "4 labels\n"},
    {NONE " action a1010 syslog msg \"x\"\n action 50.10 syslog msg \"y\"\n", "4 labels\n"},
    {NONE " action 50.10 syslog msg \"x\"\n action a1010 syslog msg \"y\"\n", ""},
    /* goto */
    {NONE " action 1 if $_none_argc eq 1 goto 9\n action 2 syslog msg \"x\"\n", "3 goto\n"},
    {NONE " action 1 if $_none_argc eq 1 goto 2\n action 2 syslog msg \"x\"\n", ""},
    /* everything */
    {SYSLOG(".*") " action 1 cli command \"enable\"\n", "2 everything\n"},
    {SYSLOG("%.*") " action 1 cli command \"enable\"\n", "2 everything\n"},
    {SYSLOG("%[A-Z0-9_]+-[0-7]-") " action 1 cli command \"enable\"\n", "2 everything\n"},
    {SYSLOG("%[A-Z]*-[0-3]-") " action 1 cli command \"enable\"\n", ""},
    {"event manager applet a\n event cli pattern \".+\" sync no skip yes\n action 1 wait 1\n", "2 everything\n"},
    {"event manager applet a\n event cli pattern \".+\" sync no skip no\n action 1 wait 1\n", ""},
    {SYSLOG("LINK.*") " action 1 cli command \"enable\"\n", ""},
    /* line-ends */
    {SYSLOG("LINK-3") " action 1 cli command \"enable\"\n action 2 cli command \"send log $_syslog_msg\"\n", "4 line-ends\n"},
    {SYSLOG("LINK-3") " action 1 cli command \"enable\"\n action 2 string trimleft \"$_syslog_msg\"\n"
                      " action 3 cli command \"send log $_string_result\"\n", ""},
    /* own-lines */
    {SYSLOG("LINK-3") " action 1 syslog msg \"saw $_syslog_msg\"\n", "3 own-lines\n"},
    {SYSLOG("HA_EM-6") " action 1 syslog msg \"x\"\n", "3 own-lines\n"},
    {SYSLOG("down") " action 1 syslog msg \"it is down\"\n", "3 own-lines\n"},
    {SYSLOG("SYS-5-CONFIG_I") " action 1 cli command \"enable\"\n action 2 cli command \"conf t\"\n", "2 own-lines\n"},
    {SYSLOG("LINK-3.*down") " action 1 syslog msg \"it is down\"\n", ""},
    {"event manager applet a\n event syslog pattern \"down\" ratelimit 60\n action 1 syslog msg \"down\"\n", ""},
    /* dialect */
    {SYSLOG("Tunnel\\d+\\s") " action 1 cli command \"enable\"\n", ""},
    {SYSLOG("\\bTunnel") " action 1 cli command \"enable\"\n", "2 dialect\n"},
    {SYSLOG("Tunnel[0-9]{3}") " action 1 cli command \"enable\"\n", "2 dialect\n"},
    {SYSLOG("GigabitEthernet0/[1-24], changed") " action 1 cli command \"enable\"\n", "2 dialect\n"},
    {SYSLOG("Ethernet0/[0-9A-F1-3], [12][0-9]x") " action 1 cli command \"enable\"\n", ""},
    {SYSLOG("Interface Gigabit*0/1, changed") " action 1 cli command \"enable\"\n", "2 dialect\n"},
    {SYSLOG("Interface *, changed state to down") " action 1 cli command \"enable\"\n", "2 dialect\n"},
    {SYSLOG("up  *in [a-z]*x.*Vlan1[0-9]*5 0/*.down*") " action 1 cli command \"enable\"\n", ""},
    {NONE " action 1 regexp \"[0-9]{2}\\s\\d(?:a|b)\" \"12\" m\n", ""}, /* as Tcl's */
    {NONE " action 1 regexp \"\\bup\\b\" \"12\" m\n", "3 dialect\n"},
    {NONE " action 1 regexp \"(?<a>up)\" \"12\" m\n", "3 never\n3 dialect\n"},
    {NONE " action 1 cli command \"enable\" pattern \"\\d#\"\n", "3 dialect\n"},
    /* never */
    {"event manager applet a\n event timer cron cron-entry \"0 0 31 2 *\"\n action 1 wait 1\n", "2 never\n"},
    {"event manager applet a\n event timer cron cron-entry \"0 0 29 2 *\"\n action 1 wait 1\n", ""},
    {"event manager applet a\n event counter name c entry-op gt entry-val 1 exit-op lt exit-val 1\n action 1 wait 1\n",
     "2 never\n"},
    {"event manager applet a\n event counter name c entry-op gt entry-val 1 exit-op lt exit-val 1\n action 1 wait 1\n"
     "event manager applet b\n event none\n action 1 counter name c op inc value 1\n",
     ""},
    {"event manager applet a\n event application sub-system 798 type 7\n action 1 wait 1\n", "2 never\n"},
    {"event manager applet a\n event application sub-system 798 type 7\n action 1 wait 1\n"
     "event manager applet b\n event none\n action 1 publish-event sub-system 798 type 7\n",
     ""},
    {"event manager applet a\n event syslog pattern \"LINK-5-CHANGED\" priority errors\n action 1 wait 1\n", "2 never\n"},
    {"event manager applet a\n event syslog pattern \"LINK-5-CHANGED\" priority notifications\n action 1 wait 1\n", ""},
    {"event manager applet a\n event syslog pattern \"LINK-5-CHANGED\" severity-critical\n action 1 wait 1\n", "2 never\n"},
    {SYSLOG("LINEPROTO-5-UPDOWN.*Gi0/1,") " action 1 wait 1\n", "2 never\n"},
    {SYSLOG("LINEPROTO-5-UPDOWN.*GigabitEthernet0/1,") " action 1 wait 1\n", ""},
    {SYSLOG("TRACK-6-STATE: 1 interface Gi0/1") " action 1 wait 1\n", ""},
    {SYSLOG("x") " action 1 gets a\n", "3 never\n"},
    {NONE " action 1 gets a\n", ""},
    {NONE " action 1 regexp \"(\" \"$_none_arg1\"\n", "3 never\n"},
    {NONE " action 1 regexp \"($_none_arg2\" \"$_none_arg1\"\n", ""},
    /* never: what messages are like */
    {SYSLOG("%LINK-5-UPDOWN: Interface") " action 1 wait 1\n", "2 never\n"},
    {SYSLOG("%LINEPROTO-3-UPDOWN") " action 1 wait 1\n", "2 never\n"},
    {SYSLOG("%OSPF-5-ADJCHANGE: Process 1") " action 1 wait 1\n", "2 never\n"},
    {SYSLOG("%OSPF-5-ADJCHG: Process 1") " action 1 wait 1\n", ""},
    {SYSLOG("%LINK-3-UPDOWN|%LINK-5-CHANGED|%TRACKING-5-STATE|%TRACK-6-STATE") " action 1 wait 1\n", ""},
    {SYSLOG("%LINK-[35]-UPDOWN") " action 1 wait 1\n", ""},
    {SYSLOG("%LINK-3-ERROR.*|%MYOWN-5-UPDOWN") " action 1 wait 1\n", ""},
    {SYSLOG("%LINEPROTO-5-UPDOWN: Line Protocol on Interface Tunnel0") " action 1 wait 1\n", "2 never\n"},
    {SYSLOG("Interface Ethernet0/0, changed state to Down") " action 1 wait 1\n", "2 never\n"},
    {SYSLOG("Interface Ethernet0/0, changed state to downstream") " action 1 wait 1\n", ""},
    {SYSLOG("%BGP-5-ADJCHANGE: neighbor 10.0.0.1 down") " action 1 wait 1\n", "2 never\n"},
    {SYSLOG("%BGP-5-ADJCHANGE: neighbor 10.0.0.1 Down") " action 1 wait 1\n", ""},
    {SYSLOG("Configured from console by vty0 (10.0.0.1)") " action 1 wait 1\n", "2 never\n"},
    {SYSLOG("by .* on vty0 \\(10.0.0.1\\)") " action 1 wait 1\n", ""},
    {SYSLOG("Neighbor 10.0.0.1 (Tunnel0) is down") " action 1 wait 1\n", "2 never\n"},
    {SYSLOG("index ([0-9]+)|changed state to (down|up)|to (down)") " action 1 wait 1\n", ""},
    /* abbreviations */
    {"event manager applet a\n event cli pattern \"sh run\" sync no skip no\n action 1 wait 1\n", "2 abbreviations\n"},
    {"event manager applet a\n event cli pattern \"^conf t\" sync no skip no\n action 1 wait 1\n", "2 abbreviations\n"},
    {"event manager applet a\n event cli pattern \"int loop0\" sync no skip no mode \"config\"\n action 1 wait 1\n",
     "2 abbreviations\n"},
    {"event manager applet a\n event cli pattern \"^show run.*\" sync no skip no\n action 1 wait 1\n", ""},
    {"event manager applet a\n event cli pattern \"fake command\" sync no skip no\n action 1 wait 1\n", ""},
    /* own-lines, of two */
    {SYSLOG("LOG: b: pong") " action 1 syslog msg \"ping\"\nevent manager applet b\n event syslog pattern \"LOG: a: ping\"\n"
     " action 1 syslog msg \"pong\"\n",
     "3 own-lines\n6 own-lines\n"},
    {SYSLOG("LOG: b: pong") " action 1 syslog msg \"other\"\nevent manager applet b\n event syslog pattern \"LOG: a: ping\"\n"
     " action 1 syslog msg \"pong\"\n",
     ""},
    {NONE " action 1 regexp \"a\\.b[0-9]+\" \"12\" m\n", ""},
    /* globs */
    {NONE " action 1 string match \".*down\" \"$_none_arg1\"\n", "3 globs\n"},
    {NONE " action 1 string match \"down\" \"$_none_arg1\"\n", "3 globs\n"},
    {NONE " action 1 string match \"*down*\" \"$_none_arg1\"\n", ""},
    /* variables */
    {NONE " action 1 syslog msg \"$nothing\"\n", "3 variables\n"},
    {NONE " action 1 syslog msg \"$x\"\n action 2 set x \"1\"\n", "3 variables\n"},
    {NONE " action 1 syslog msg \"$_syslog_msg\"\n", "3 variables\n"},
    {NONE " action 1 syslog msg \"$_cli_result\"\n", "3 variables\n"},
    {NONE " action 1 increment i\n", "3 variables\n"},
    {NONE " action 1 while $_none_argc ne 5\n action 2 increment i\n action 3 if $i gt 5\n action 4 break\n"
          " action 5 end\n action 6 end\n",
     "4 variables\n"},
    {"event manager environment x 5\n" NONE " action 1 syslog msg \"$x $_none_arg3 $_event_pub_time costs 5$\"\n", ""},
    {NONE " action 1 set i \"0\"\n action 2 while $i lt 3\n action 3 increment i\n action 4 end\n", ""},
    {NONE " action 1 set go \"1\"\n action 2 while $go eq 1\n action 3 if $go eq 5\n action 4 syslog msg \"$late\"\n "
          "action 5 end\n"
          " action 6 set late \"x\"\n action 7 set go \"0\"\n action 8 end\n",
     ""},
    {NONE " action 1 foreach l \"a b\"\n action 2 syslog msg \"$l\"\n action 3 end\n", ""},
    {NONE " action 1 divide 7 2\n action 2 syslog msg \"$_result $_remainder\"\n", ""},
    {NONE " action 1 context retrieve key K variable \"v*\"\n action 2 syslog msg \"$vlan\"\n", ""},
    {"event manager applet a\n event snmp-notification oid 1.3.6.1. op eq oid-val \"1\"\n action 1 syslog msg "
     "\"$_1_3_6_1_4\"\n",
     ""},
    {NONE " action 1 syslog msg \"of $(hostname)\"\n", "3 variables\n"},
    {NONE " action 1 syslog msg \"$(5)\"\n", ""},
    /* regexp-results */
    {NONE " action 1 regexp \"(a)\" \"$_none_arg1\" m s\n action 2 syslog msg \"$s\"\n", "4 regexp-results\n"},
    {NONE " action 1 regexp \"(a)\" \"$_none_arg1\" m s\n action 2 if $_regexp_result eq 1\n action 3 syslog msg "
          "\"$s\"\n action 4 end\n",
     ""},
    {SYSLOG("SMS on index ([0-9]+)") " action 1 regexp \"index ([0-9]+)\" \"$_syslog_msg\" m s\n action 2 puts \"$s\"\n", ""},
    {SYSLOG("SMS on index .") " action 1 regexp \"index ([0-9]+)\" \"$_syslog_msg\" m s\n action 2 puts \"$s\"\n", "4 regexp-results\n"},
    {NONE " action 0 set s \"x\"\n action 1 regexp \"(a)\" \"$_none_arg1\" m s\n action 2 syslog msg \"$s\"\n", ""},
    /* own-lines, where the event is no line */
    {"event manager applet a\n event config\n action 1 cli command \"enable\"\n action 2 cli command \"conf t\"\n", "2 own-lines\n"},
    {"event manager applet a\n event config\n action 1 cli command \"enable\"\n action 2 cli command \"wr mem\"\n", ""},
    {"event manager applet a\n event config ratelimit 60\n action 1 cli command \"enable\"\n action 2 cli command \"conf t\"\n", ""},
    {"event manager applet a\n event application sub-system 798 type 7\n action 1 publish-event sub-system 798 type 7\n",
     "3 own-lines\n"},
    {"event manager applet a\n event application sub-system 798 type 7\n action 1 publish-event sub-system 798 type 8\n",
     "2 never\n"},
    {"event manager applet a\n event application sub-system 798 type 7\n action 1 if $_application_data1 lt 5\n"
     " action 2 publish-event sub-system 798 type 7 arg1 \"9\"\n action 3 end\n",
     ""},
    {NONE " action 1 policy a\n", "3 own-lines\n"},
    {NONE " action 1 if $_none_argc eq 1\n action 2 policy a\n action 3 end\n", ""},
    /* unreachable */
    {NONE " action 1 exit\n action 2 syslog msg \"x\"\n", "4 unreachable\n"},
    {NONE " action 1 while $_none_argc eq 1\n action 2 break\n action 3 syslog msg \"x\"\n action 4 end\n",
     "5 unreachable\n"},
    {NONE " action 1 if 1 eq 2\n action 2 syslog msg \"x\"\n action 3 end\n", "4 unreachable\n"},
    {NONE " action 1 if $_none_argc eq 1\n action 2 exit 5\n action 3 end\n action 4 syslog msg \"x\"\n", ""},
    {NONE " action 1 if $_none_argc eq 1 goto 3\n action 2 exit\n action 3 syslog msg \"x\"\n", ""},
    {NONE " action 1 if 1 eq 1\n action 2 wait 1\n action 3 else\n action 4 wait 1\n action 5 end\n", "6 unreachable\n"},
    {NONE " action 1 if $_none_argc eq 1\n action 2 exit\n action 3 else\n action 4 exit\n action 5 end\n action 6 wait 1\n",
     "8 unreachable\n"},
    {NONE " action 1 if $_none_argc eq 1\n action 2 exit\n action 3 elseif $_none_argc eq 2\n action 4 exit\n action 5 end\n"
          " action 6 wait 1\n",
     ""},
    {NONE " action 1 if $_none_argc eq 1\n action 2 if $_none_argc eq 3\n action 3 exit\n action 4 else\n action 5 exit 1\n"
          " action 6 end\n action 7 else\n action 8 exit\n action 9 end\n action a wait 1\n",
     "12 unreachable\n"},
    {NONE " action 1 cli command \"show clock\"\n action 2 if $_cli_result ne \"\"\n action 3 wait 1\n action 4 else\n action 5 wait 1\n"
          " action 6 end\n",
     "7 unreachable\n"},
    {NONE " action 1 cli command \"show clock\"\n action 2 if $_cli_result eq \"\"\n action 3 wait 1\n action 4 end\n", "5 unreachable\n"},
    /* endless */
    {NONE " action 1 while 1 eq 1\n action 2 wait 1\n action 3 end\n", "3 endless\n"},
    {NONE " action 1 set x \"1\"\n action 2 while $x eq 1\n action 3 wait 1\n action 4 end\n", "4 endless\n"},
    {NONE " action 1 while 1 eq 1\n action 2 if $_none_argc eq 1\n action 3 break\n action 4 end\n action 5 end\n", ""},
    /* waits */
    {NONE " action 1 wait 30\n", "3 waits\n"},
    {NONE " action 1 wait 10\n action 2 wait 10\n", "4 waits\n"},
    {"event manager applet a\n event none maxrun 60\n action 1 wait 30\n", ""},
    {"event manager applet a\n event none maxrun 0\n action 1 wait 300\n", ""},
    {"event manager applet a\n event tag 1 syslog pattern \"x\" maxrun 60\n event tag 2 none\n trigger\n  correlate event 1 or event 2\n action 1 wait 30\n", ""},
    {"event manager applet a\n event tag 1 syslog pattern \"x\" maxrun 9\n event tag 2 none\n trigger\n  correlate event 1 or event 2\n action 1 wait 15\n",
     "6 waits\n"},
    {NONE " action 1 if $_none_argc eq 1\n action 2 wait 15\n action 3 else\n action 4 wait 15\n action 5 end\n", ""},
    /* enable */
    {NONE " action 1 cli command \"show run\"\n", "3 enable\n"},
    {NONE " action 1 cli command \"wr mem\"\n action 2 cli command \"clear ip route *\"\n", "3 enable\n"},
    {NONE " action 1 cli command \"show clock\"\n action 2 cli command \"en\"\n action 3 cli command \"wr\"\n", ""},
    {"event manager session cli username eem privilege 15\n" NONE " action 1 cli command \"wr\"\n", ""},
    {NONE CLI(1, "guestshell run python x.py"), "3 enable\n"},
    /* prompts */
    {NONE " action 1 cli command \"enable\"\n action 2 cli command \"copy run start\"\n", "4 prompts\n"},
    {NONE " action 1 cli command \"enable\"\n action 2 cli command \"reload\"\n", "4 prompts\n"},
    {NONE " action 1 cli command \"enable\"\n action 2 cli command \"delete flash:x\"\n", "4 prompts\n"},
    {NONE " action 1 cli command \"enable\"\n action 2 cli command \"write erase\"\n", "4 prompts\n"},
    {NONE " action 1 cli command \"enable\"\n action 2 cli command \"reload\" pattern \"confirm\"\n action 3 cli "
          "command \"y\"\n",
     ""},
    {"file prompt quiet\n" NONE " action 1 cli command \"enable\"\n action 2 cli command \"copy run start\"\n", ""},
    {NONE
     " action 1 cli command \"enable\"\n action 2 cli command \"conf t\"\n action 3 cli command \"file prompt quiet\"\n"
     " action 4 cli command \"end\"\n action 5 cli command \"copy run start\"\n action 6 cli command \"delete /force "
     "x\"\n",
     ""},
    {NONE " action 1 cli command \"enable\"\n action 2 cli command \"write memory\"\n action 3 cli command \"reload "
          "cancel\"\n",
     ""},
    {EXEC CLI(2, "del /f flash:x"), ""},
    {EXEC CLI(2, "delete /recursive /force flash:x"), ""},
    {EXEC CLI(2, "copy http://10.0.0.1/x null:"), ""},
    {EXEC CLI(2, "configure replace flash:x"), "4 prompts\n"},
    {EXEC CLI(2, "configure replace flash:x force") CLI(3, "show clock"), ""},
    {EXEC CLI(2, "clear ip ospf process"), "4 prompts\n"},
    {EXEC CLI(2, "clear ip ospf 1 process") CLI(3, "yes"), "4 prompts\n"},
    {EXEC CLI(2, "clear ip route *") CLI(3, "clear ip ospf counters") CLI(4, "clear access-list counters"), ""},
    {EXEC CLI(2, "ssh -l admin 10.0.0.1"), "4 prompts\n"},
    {EXEC CLI(2, "telnet 10.0.0.1"), "4 prompts\n"},
    {EXEC CLI(2, "ping"), "4 prompts\n"},
    {EXEC CLI(2, "ping 10.0.0.1 repeat 3") CLI(3, "traceroute 10.0.0.1"), ""},
    {EXEC CLI(2, "debug all"), "4 prompts\n"},
    {EXEC CLI(2, "debug ip packet") CLI(3, "undebug all"), ""},
    {EXEC CLI(2, "send *"), "4 prompts\n"},
    {EXEC CLI(2, "send log 5 hello"), ""},
    {EXEC CLI(2, "service-module Se3/0 shutdown"), "4 prompts\n"},
    {EXEC CLI(2, "service-module Se3/0 shutdown no-confirm"), ""},
    {EXEC CLI(2, "hw-module subslot 0/1 reload"), "4 prompts\n"},
    {EXEC CLI(2, "install add file flash:x activate commit"), "4 prompts\n"},
    {EXEC CLI(2, "install add file flash:x activate commit prompt-level none") CLI(3, "install commit"), ""},
    {EXEC CLI(2, "install remove inactive"), "4 prompts\n"},
    {CONFIG CLI(3, "crypto key generate rsa"), "5 prompts\n"},
    {CONFIG CLI(3, "crypto key generate rsa mod 2048 label x"), ""},
    {CONFIG CLI(3, "crypto pki authenticate x"), "5 prompts\n"},
    {CONFIG CLI(3, "no aaa new-model"), "5 prompts\n"},
    {CONFIG CLI(3, "no ip nat inside source list 1 interface Gi0/1 overload"), "5 prompts\n"},
    {CONFIG CLI(3, "no ip nat inside source list 1 interface Gi0/1 overload forced"), ""},
    {CONFIG CLI(3, "banner motd #hello"), "5 prompts\n"},
    {CONFIG CLI(3, "banner motd #hello#"), ""},
    /* awaited, and never answered */
    {EXEC " action 2 cli command \"reload\" pattern \"confirm\"\n", "4 prompts\n"},
    {EXEC " action 2 cli command \"reload\" pattern \"confirm\"\n" CLI(3, ""), ""},
    {EXEC " action 2 cli command \"write memory\" pattern \"confirm|#\"\n", ""},
    {EXEC " action 2 cli command \"copy run start\" pattern \"filename\"\n action 3 syslog msg \"done\"\n", "4 prompts\n"},
    /* modes */
    {NONE " action 1 cli command \"enable\"\n action 2 cli command \"conf t\"\n action 3 cli command \"show clock\"\n",
     "5 modes\n"},
    {NONE " action 1 cli command \"enable\"\n action 2 cli command \"interface Gi0/1\"\n", "4 modes\n"},
    {NONE
     " action 1 cli command \"enable\"\n action 2 cli command \"conf t\"\n action 3 cli command \"do show clock\"\n"
     " action 4 cli command \"end\"\n action 5 cli command \"show clock\"\n",
     ""},
    {EXEC CLI(2, "exit") CLI(3, "show clock"), "4 modes\n"},
    {NONE CLI(1, "end") CLI(2, "exit") CLI(3, "enable"), "4 modes\n"},
    {EXEC CLI(2, "show clock") CLI(3, "exit"), ""},
    {CONFIG CLI(3, "exit") CLI(4, "show clock"), ""},
    {CONFIG CLI(3, "exit") CLI(4, "exit") CLI(5, "show clock"), "6 modes\n"},
    {CONFIG CLI(3, "interface Gi0/1") CLI(4, "shut") CLI(5, "exit") CLI(6, "exit") CLI(7, "show clock"), ""},
    {CONFIG CLI(3, "end") CLI(4, "quit") CLI(5, "show clock"), "6 modes\n"},
    {EXEC CLI(2, "tclsh") CLI(3, "exit") CLI(4, "show clock"), ""},
    {EXEC CLI(2, "disable") CLI(3, "logout") CLI(4, "show clock"), "5 modes\n"},
    /* sync */
    {"event manager applet a\n event cli pattern \"reload\" sync yes\n action 1 syslog msg \"x\"\n", "2 sync\n"},
    {"event manager applet a\n event cli pattern \"reload\" enter\n action 1 syslog msg \"x\"\n", "2 sync\n"},
    {"event manager applet a\n event cli pattern \"reload\" sync yes\n action 1 set _exit_status \"1\"\n", ""},
    {"event manager applet a\n event cli pattern \"reload\" sync no skip yes\n action 1 set _exit_status \"1\"\n", "3 sync\n"},
    /* quotes */
    {SYSLOG("x") " action 1 cli command \"enable\n", "3 quotes\n"},
    {SYSLOG("x") " action 1 cli command \"say \\\"x\\\"\"\n", ""},
    {SYSLOG("x") " action 1 syslog msg \xE2\x80\x9Cword\xE2\x80\x9D\n", "3 quotes\n"},
    /* replaced */
    {SYSLOG("x") " event syslog pattern \"y\"\n action 1 cli command \"enable\"\n", "2 replaced\n"},
    {SYSLOG("x") " action 1 cli command \"enable\"\n action 1 wait 5\n", "3 replaced\n"},
    {"event manager applet a\n event tag p none\n event tag q timer watchdog time 5\n trigger\n  correlate event p or "
     "event q\n"
     " action 1 cli command \"enable\"\n",
     ""},
    /* refused */
    {SYSLOG("x") " action 1 cli comand \"enable\"\n action 2 wait 5\n", "3 refused\n"},
    {"event manager policy ap.tcl type user\n" SYSLOG("x") " action 1 cli command \"enable\"\n", "1 refused\n"},
    {SYSLOG("x") " acton 1 cli command \"enable\"\n action 2 wait 5\n", "3 refused\n"},
    {SYSLOG("x") " action 1 wait 5\ninterface Ethernet0/0\n description e\n shutdown\n", ""},
    /* policies */
    {NONE " action 1 policy b\n", "3 policies\n"},
    {"event manager applet b\n event none\n action 1 wait 1\n" NONE " action 1 policy b\n", ""},
    /* surroundings: of whole configurations alone */
    {"version 15.4\n" NONE " action 1 snmp-trap strdata \"x\"\n", "4 surroundings\n"},
    {"version 15.4\nsnmp-server enable traps event-manager\n" NONE " action 1 snmp-trap strdata \"x\"\n", ""},
    {"version 15.4\nsnmp-server enable traps\n" NONE " action 1 snmp-trap strdata \"x\"\n", ""},
    {"version 15.4\nsnmp-server enable traps snmp\n" NONE " action 1 snmp-trap strdata \"x\"\n", "5 surroundings\n"},
    {"version 15.4\ntrack 5 stub-object\n" NONE " action 1 track read 5\n action 2 track read 6\n", "6 surroundings\n"},
    {NONE " action 1 snmp-trap strdata \"x\"\n", ""},
};

/* "5 variables\n" of "x:5: warning: ... [variables]\n" */
static void shorten(const char *all, struct text *out)
{
    text_add(out, "");
    while (*all) {
        size_t n = strcspn(all, "\n"), open = n;
        unsigned line;
        while (open && all[open] != '[')
            open--;
        assert_int_equal(sscanf(all, "x:%u:", &line), 1);
        text_printf(out, "%u %.*s\n", line, (int)(n - open - 2), all + open + 1);
        all += n + (all[n] == '\n');
    }
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct config c;
        struct desk *d = desk_new(0, NULL, NULL);
        struct text got = {0};
        char *said = NULL;
        size_t len = 0;
        FILE *out = open_memstream(&said, &len);
        offline_config_read(&c, d, "x", table[i].config, strlen(table[i].config));
        size_t n = lint_config(&c, d, out);
        fclose(out);
        shorten(said, &got);
        if (strcmp(text_str(&got), table[i].findings) || (n == 0) != !table[i].findings[0])
            fail_msg("%s-- wanted --\n%s-- said --\n%s", table[i].config, table[i].findings, said);
        text_free(&got);
        free(said);
        config_free(&c);
        desk_free(d);
    }
}

/* No check without its line in the table. */
static void test_all_checks_are_tested(void **state)
{
    (void)state;
    const char *name;
    for (size_t k = 0; (name = eem_lint_check(k)); k++) {
        bool there = false;
        for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
            there |= strstr(table[i].findings, name) != NULL;
        if (!there)
            fail_msg("no configuration for check %s", name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table), cmocka_unit_test(test_all_checks_are_tested)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
