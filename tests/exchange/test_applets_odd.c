/* test_applets_odd.c: applets as people really write them: with blanks, capitals, abbreviations and quotes where they
 * should not be, that delete and rewrite themselves, wait for what never comes, and look for their own words. Each is
 * pasted into a router and triggered; what came of it is asked of the log and of a show command. */
#include "tests/exchange/applet_box.h"

struct odd {
    const char *name;
    const char *config; /* pasted in configuration mode, line by line */
    const char *line;   /* then typed: NULL: event manager run A */
    unsigned seconds;
    const char *logged, *not_logged; /* NULL: nothing */
    const char *show, *shown, *not_shown;
};

static const struct odd odd[] = {
    {"abbreviated keywords",
     "event man app A\n ev none\n act 1.0 cli comm \"en\"\n act 2.0 cli comm \"sh clo\"\n act 3.0 sys m \"ok\"\n", NULL, 2,
     "%HA_EM-6-LOG: A: ok", "FMPD", "show running-config | section event manager applet",
     " action 1.0 cli command \"en\"\n action 2.0 cli command \"sh clo\"\n action 3.0 syslog msg \"ok\"\n", NULL},
    {"capitals", "EVENT MANAGER APPLET A\n EVENT NONE\n ACTION 1.0 CLI COMMAND \"ENABLE\"\n Action 2.0 Syslog Msg \"Ok\"\n",
     NULL, 2, "%HA_EM-6-LOG: A: Ok", "FMPD", NULL, NULL, NULL},
    {"actions before the event", "event manager applet A\n action 1.0 syslog msg \"ok\"\n event none\n", NULL, 2,
     "%HA_EM-6-LOG: A: ok", "FMPD", "show running-config | section event manager applet",
     "event manager applet A\n event none\n action 1.0", NULL},
    {"a second event replaces the first",
     "event manager applet A\n event syslog pattern \"NEVER\"\n event none\n action 1.0 syslog msg \"ok\"\n", NULL, 2,
     "A: ok", "FMPD", "show running-config | section event manager applet", "event none", "NEVER"},
    {"a label typed again", "event manager applet A\n event none\n action 1.0 syslog msg \"one\"\n action 1.0 syslog msg \"two\"\n",
     NULL, 2, "A: two", "A: one", NULL, NULL, NULL},
    {"odd labels stand in the order of strings",
     "event manager applet A\n event none\n action a1010 append x \"5\"\n action 50.10 append x \"4\"\n action 000.100.010 set x "
     "\"2\"\n action .5 set x \"1\"\n action 10 append x \"3\"\n action b syslog msg \"x=$x\"\n",
     NULL, 2, "A: x=2345", "FMPD", "show running-config | include ^ action",
     " action .5 set x \"1\"\n action 000.100.010 set x \"2\"\n action 10 append x \"3\"\n action 50.10 append x \"4\"\n action "
     "a1010 append x \"5\"\n action b ",
     NULL},
    {"labels in quotes, with blanks",
     "event manager applet A\n event none\n action \"20\" append x \"c\"\n action \"1 b\" append x \"b\"\n action \"1 a\" set x \"a\"\n"
     " action \"3 gone\" append x \"d\"\n no action \"3 gone\"\n action 9 syslog msg \"x=$x\"\n",
     NULL, 2, "A: x=abc", "FMPD", "show running-config | include ^ action",
     " action \"1 a\" set x \"a\"\n action \"1 b\" append x \"b\"\n action 20 append x \"c\"\n action 9 ", "gone"},
    {"labels in quotes within blocks",
     "event manager applet A\n event none\n action \"1 a\" if 1 eq 1\n action \"1 b \\\"c d\" set x \"y\"\n action \"1 c\" if 2 eq 2\n"
     " action \"1 d\" append x \"z\"\n action 2 end\n action 3 end\n action 9 syslog msg \"x=$x\"\n",
     NULL, 2, "A: x=yz", "FMPD", "show running-config | include ^ action",
     " action \"1 a\" if 1 eq \"1\"\n action \"1 b \\\"c d\"  set x \"y\"\n action \"1 c\"  if 2 eq \"2\"\n action \"1 d\"   append x \"z\"\n", "gone"},
    {"blank lines and comments inside",
     "event manager applet A\n !\n event none\n\n ! first this\n action 1.0 cli command \"enable\"\n!\n\n action 2.0 syslog msg "
     "\"ok\"\n!\n",
     NULL, 2, "A: ok", "FMPD", NULL, NULL, NULL},
    {"no indentation, and more of it",
     "event manager applet A\nevent none\naction 1.0 if 1 eq 1\n    action 1.1    syslog msg \"ok\"\naction 1.2 end\n", NULL, 2,
     "A: ok", "FMPD", "show running-config | include ^ action", " action 1.0 if 1 eq \"1\"\n action 1.1  syslog msg \"ok\"\n action 1.2 end", NULL},
    {"words without quotes",
     "event manager applet A\n event none\n action 1.0 cli command enable\n action 1.1 set x yes\n action 1.2 if $x eq yes\n action "
     "1.3  syslog msg ok\n action 1.4 end\n",
     NULL, 2, "A: ok", "FMPD", NULL, NULL, NULL},
    {"it deletes itself and goes on to its end",
     "event manager applet A\n event none\n action 1.0 cli command \"enable\"\n action 2.0 cli command \"conf t\"\n action 3.0 cli "
     "command \"no event manager applet A\"\n action 4.0 cli command \"end\"\n action 5.0 cli command \"write mem\"\n action 6.0 "
     "syslog msg \"gone\"\n",
     NULL, 3, "A: gone", "FMPD", "show startup-config | include applet", NULL, "A"},
    {"it rewrites itself while it runs: the next run is the new one",
     "event manager applet A\n event none\n action 1.0 syslog msg \"old\"\n action 2.0 cli command \"enable\"\n action 3.0 cli "
     "command \"configure terminal\"\n action 4.0 cli command \"event manager applet A\"\n action 5.0 cli command \"action 1.0 syslog "
     "msg new\"\n action 6.0 cli command \"no action 9.0\"\n action 7.0 cli command \"end\"\n action 8.0 cli command \"show "
     "running-config | include ^ action 1.0|^ action 9.0\"\n action 9.0 syslog msg \"still: $_cli_result\"\n",
     NULL, 3, "A: still: \n", "A: new", "show running-config | include ^ action 1.0|^ action 9.0", "msg \"new\"", "action 9.0"},
    {"it writes another one, that runs",
     "event manager applet A\n event none\n action 1.0 cli command \"enable\"\n action 2.0 cli command \"conf t\"\n action 3.0 cli "
     "command \"event manager applet B\"\n action 4.0 cli command \"event timer countdown time 5\"\n action 5.0 cli command \"action 1 "
     "syslog msg later\"\n action 6.0 cli command \"end\"\n",
     NULL, 8, "%HA_EM-6-LOG: B: later", "FMPD", NULL, NULL, NULL},
    {"the result begins with a line end, has no echo and ends with the prompt",
     "event manager applet A\n event none\n action 1.0 cli command \"enable\"\n action 2.0 cli command \"show clock\"\n action 3.0 regexp "
     "\"^\\n[*.]?[0-9:.]+ UTC [A-Za-z]+ [A-Za-z]+ [0-9]+ [0-9]+\\r\\nR1#$\" \"$_cli_result\"\n action 4.0 string first \"show\" "
     "\"$_cli_result\"\n action 5.0 syslog msg \"whole $_regexp_result echo $_string_result\"\n",
     NULL, 2, "A: whole 1 echo -1", "FMPD", NULL, NULL, NULL},
    {"lines of the result end with CR LF, and patterns that wait for them find them",
     "event manager applet A\n event none\n action 1.0 cli command \"enable\"\n action 2.0 cli command \"show clock\"\n action 3.0 regexp "
     "\"(UTC) [A-Za-z]+ [A-Za-z]+ [0-9]+ [0-9]+\\r\\n\" \"$_cli_result\" all zone\n action 4.0 regexp \"UTC ([A-Za-z]+ [A-Za-z]+ [^\\r]+)\" "
     "\"$_cli_result\" all date\n action 5.0 syslog msg \"$zone <$date>\"\n",
     NULL, 2, "UTC <Tue Mar 12 2013>", "FMPD", NULL, NULL, NULL},
    {"foreach parts at line ends, however they are written; \\n leaves the CR",
     "event manager applet A\n event none\n action 1.0 cli command \"enable\"\n action 2.0 cli command \"show clock\"\n action 3.0 foreach "
     "line $_cli_result \"\\r\\n\"\n action 3.1 append x \"<$line>\"\n action 3.2 end\n action 4.0 foreach line $_cli_result \"\\n\"\n action "
     "4.1 string trimright \"$line\"\n action 4.2 append y \"<$_string_result>\"\n action 4.3 end\n action 5.0 if $x eq $y\n action 5.1 syslog msg \"same $x\"\n action 5.2 end\n",
     NULL, 2, "2013><R1#>", "FMPD", NULL, NULL, NULL},
    {"a number with its line end is a number",
     "event manager applet A\n event none\n action 1.0 cli command \"enable\"\n action 2.0 cli command \"show clock\"\n action 3.0 regexp "
     "\"UTC [A-Za-z]+ [A-Za-z]+ [0-9]+ ([^\\n]+)\" \"$_cli_result\" all year\n action 4.0 add $year 1\n action 5.0 if $year eq 2013\n action "
     "5.1 syslog msg \"next $_result\"\n action 5.2 end\n",
     NULL, 2, "A: next 2014", "FMPD", NULL, NULL, NULL},
    {"its lines end in \\r\\n, as those who take a value up to \\r expect",
     "interface Loopback7\n description to Berlin\n exit\nevent manager applet A\n event none\n action 1.0 cli command \"enable\"\n action "
     "2.0 cli command \"show running-config interface Loopback7\"\n action 3.0 regexp \"description (.*)\\r\\n no ip\" \"$_cli_result\" all what\n "
     "action 4.0 foreach line \"$_cli_result\" \"\\n\"\n action 5.0  regexp \" desc[a-z]+ ([^\\r]+)\\r$\" \"$line\" all whole\n action 6.0 end\n action "
     "7.0 syslog msg \"<$what> <$whole>\"\n",
     NULL, 2, "A: <to Berlin> <to Berlin>", "FMPD", NULL, NULL, NULL},
    {"a value with the end of its line is typed without it, and so shown",
     "event manager applet A\n event none sync yes\n action 1.0 cli command \"enable\"\n action 2.0 cli command \"show running-config | include "
     "^hostname\"\n action 3.0 regexp \"host(name [^\\n]+)\" \"$_cli_result\" all rest\n action 4.0 cli command \"show running-config | include "
     "$rest\"\n action 5.0 puts \"[$_cli_result]\"\n action 6.0 regexp \"hostname R1\\r\" \"$_cli_result\"\n action 7.0 syslog msg \"again "
     "$_regexp_result\"\n",
     NULL, 2, "A: again 1", "FMPD", NULL, NULL, NULL},
    {"the prompt of a mode ends it",
     "event manager applet A\n event none\n action 1.0 cli command \"enable\"\n action 2.0 cli command \"configure terminal\"\n action 3.0 "
     "cli command \"interface Loopback7\"\n action 4.0 syslog msg \"<$_cli_result>\"\n",
     NULL, 2, "R1(config-if)#>", "FMPD", NULL, NULL, NULL},
    {"it types the very command that it watches",
     "event manager applet A\n event cli pattern \"^show clock\" sync yes\n action 1.0 cli command \"show clock\"\n action 2.0 puts "
     "\"$_cli_result\"\n action 3.0 set _exit_status 0\n action 4.0 syslog msg \"caught\"\n",
     "show clock", 2, "A: caught", "FMPD", "show event manager statistics policy", "applet    1           0 ", NULL},
    {"event cli without sync holds the command as sync yes does",
     "event manager applet A\n event cli pattern \"^show clock\" mode \"exec\" enter maxrun 1\n action 1.0 puts \"not now\"\n action 2.0 "
     "syslog msg \"caught\"\n",
     "show clock", 2, "A: caught", "FMPD", "show event manager policy registered", " pattern {^show clock} sync yes mode {exec}\n", NULL},
    {"@reboot is no moment of a router that runs",
     "event manager applet A\n event timer cron cron-entry \"@reboot\"\n action 1.0 syslog msg \"up\"\n", "show clock", 3700, NULL, "A: up",
     "show event manager policy registered", " cron entry {@reboot}\n", NULL},
    {"set LABEL _exit_status as EEM 2 had it",
     "event manager applet A\n event cli pattern \"show clock\" sync yes\n action 1.0 syslog msg \"let it run\"\n set 2.0 _exit_status 1\n",
     "show clock", 2, "let it run", "FMPD", "show running-config | include _exit_status", " set 2.0 _exit_status", NULL},
    {"counters as mailboxes",
     "event manager applet A\n event none\n action 1.0 counter name box op set value 3\n"
     "event manager applet B\n event counter name box entry-val 3 entry-op ge exit-val 3 exit-op lt\n action 1.0 syslog msg \"$_counter_name "
     "$_counter_value\"\n action 2.0 counter name box op set value 0\n",
     NULL, 2, "B: box 3", "FMPD", NULL, NULL, NULL},
    {"environment variables as storage",
     "event manager environment count 41\nevent manager applet A\n event none\n action 1.0 increment count\n action 1.1 add $count 0\n"
     " action 2.0 cli command \"enable\"\n action 3.0 cli command \"conf t\"\n action 4.0 cli command \"event manager environment count "
     "$_result\"\n action 5.0 cli command \"end\"\n",
     NULL, 3, NULL, "FMPD", "show event manager environment count", "42", NULL},
    {"it waits longer than maxrun",
     "event manager applet A\n event none\n action 1.0 wait 25\n action 2.0 syslog msg \"never\"\n", NULL, 30,
     "%HA_EM-4-FMS_POLICY_TIMEOUT: Policy 'A' has hit its maximum execution time of 20.000 seconds", "A: never",
     "show event manager history events", "abort", NULL},
    {"maxrun 0 is no limit",
     "event manager applet A\n event none maxrun 0\n action 1.0 wait 100\n action 2.0 syslog msg \"ok\"\n", NULL, 110, "A: ok",
     "FMS_POLICY_TIMEOUT", NULL, NULL, NULL},
    {"a [confirm] that nobody answers holds it until maxrun",
     "event manager applet A\n event none\n action 1.0 cli command \"enable\"\n action 2.0 cli command \"delete nvram:x\"\n action 3.0 "
     "syslog msg \"never\"\n",
     NULL, 25, "FMS_POLICY_TIMEOUT: Policy 'A'", "A: never", "show event manager policy active", NULL, "applet: A"},
    {"answered in words",
     "event manager applet A\n event none\n action 1.0 cli command \"enable\"\n action 1.5 cli command \"show version | redirect "
     "disk0:x\"\n action 2.0 cli command \"delete disk0:x\" pattern \"Delete filename.*\\?\"\n action 3.0 cli command \"\" pattern "
     "\"confirm\"\n action 4.0 cli command \"y\"\n action 5.0 syslog msg \"done\"\n",
     NULL, 3, "A: done", "TIMEOUT", "dir disk0:", NULL, " x\n"},
    {"file prompt quiet asks nothing",
     "file prompt quiet\nevent manager applet A\n event none\n action 1.0 cli command \"enable\"\n action 1.5 cli command \"show version | "
     "redirect disk0:x\"\n action 2.0 cli command \"delete disk0:x\"\n action 5.0 syslog msg \"done\"\n",
     NULL, 3, "A: done", "TIMEOUT", "dir disk0:", NULL, " x\n"},
    {"a pattern that never comes holds it until maxrun",
     "event manager applet A\n event none maxrun 5\n action 1.0 cli command \"enable\" pattern \"Password\"\n action 2.0 syslog msg "
     "\"never\"\n",
     NULL, 8, "FMS_POLICY_TIMEOUT: Policy 'A' has hit its maximum execution time of 5.000", "A: never", NULL, NULL, NULL},
    {"a pattern that may be the prompt",
     "event manager applet A\n event none\n action 1.0 cli command \"enable\" pattern \"Password|#\"\n action 2.0 syslog msg \"ok\"\n",
     NULL, 2, "A: ok", "TIMEOUT", NULL, NULL, NULL},
    {"a command without enable is refused, and no error",
     "event manager applet A\n event none\n action 1.0 cli command \"configure terminal\"\n action 2.0 regexp \"Invalid input\" "
     "\"$_cli_result\"\n action 3.0 syslog msg \"refused $_regexp_result\"\n",
     NULL, 2, "A: refused 1", "FMPD", NULL, NULL, NULL},
    {"an unset variable ends it with its name",
     "event manager applet A\n event none\n action 1.0 syslog msg \"$nobody_set_this\"\n action 2.0 syslog msg \"never\"\n", NULL, 2,
     "%HA_EM-3-FMPD_ERROR: Error executing applet A statement 1.0", "never", NULL, NULL, NULL},
    {"a number that is none",
     "event manager applet A\n event none\n action 1.0 set x abc\n action 2.0 increment x\n action 3.0 syslog msg \"never\"\n", NULL, 2,
     "%HA_EM-3-FMPD_OPERAND_INVALID: invalid operand in action, expecting: an integer, received: abc", "A: never", "show logging | include "
     "FMPD_ERROR", "Error executing applet A statement 2.0", NULL},
    {"a number out of range",
     "event manager applet A\n event none\n action 1.0 set n 0\n action 2.0 wait $n\n", NULL, 2,
     "FMPD_OPERAND_INVALID: invalid operand in action, expecting: 1 to 31536000, received: 0", NULL, NULL, NULL, NULL},
    {"a division by zero",
     "event manager applet A\n event none\n action 1.0 divide 5 0\n", NULL, 2,
     "FMPD_OPERAND_INVALID: invalid operand in action, expecting: one whose result is an integer of 64 bits, received: 0", NULL, NULL, NULL,
     NULL},
    {"an operand of an error that is ignored",
     "event manager applet A\n event none\n action 1.0 handle-error type ignore\n action 2.0 divide 5 x\n action 3.0 syslog msg \"$_error\"\n",
     NULL, 2, "A: FH_EBADFMT", "FMPD_", NULL, NULL, NULL},
    {"a tag that is no event's, said at the end of its mode",
     "event manager applet A\n event tag a none\n trigger\n correlate event b\n exit\n action 1.0 syslog msg \"x\"\n", NULL, 2,
     "%HA_EM-4-FMPD_NOTAG: Tag b in the trigger of applet A is that of no event", "A: x", "event manager run A",
     "EEM policy A not registered with event none Event Detector\n", NULL},
    {"events that `and` joins are remembered for three minutes",
     "event manager applet A\n event tag a none\n event tag b timer countdown time 178\n trigger\n correlate event a and event b\n exit\n action "
     "1.0 syslog msg \"both\"\n",
     NULL, 200, "A: both", "FMPD", NULL, NULL, NULL},
    {"and not for longer",
     "event manager applet A\n event tag a none\n event tag b timer countdown time 182\n trigger\n correlate event a and event b\n exit\n action "
     "1.0 syslog msg \"both\"\n",
     NULL, 200, NULL, "A: both", NULL, NULL, NULL},
    {"unless the trigger says so",
     "event manager applet A\n event tag a none\n event tag b timer countdown time 182\n trigger period 300\n correlate event a and event b\n "
     "exit\n action 1.0 syslog msg \"both\"\n",
     NULL, 200, "A: both", "FMPD", NULL, NULL, NULL},
    {"if without end", "event manager applet A\n event none\n action 1.0 if 1 eq 1\n action 2.0 syslog msg \"x\"\n", NULL, 2,
     "%HA_EM-6-FMPD_EEM_CONFIG: A: ", "A: x", "show event manager policy registered", NULL, " A\n"},
    {"a stray end", "event manager applet A\n event none\n action 1.0 syslog msg \"x\"\n action 2.0 end\n", NULL, 2,
     "%HA_EM-6-FMPD_EEM_CONFIG: A: \"end\" action found outside of conditional block", "A: x", NULL, NULL, NULL},
    {"nested blocks and else",
     "event manager applet A\n event none\n action 001 set n 0\n action 002 foreach w \"a b c\"\n action 003  if $w eq \"b\"\n action "
     "004   continue\n action 005  elseif $w eq \"c\"\n action 006   increment n 10\n action 007  else\n action 008   increment n\n action "
     "009  end\n action 010 end\n action 011 while $n lt 20\n action 012  increment n\n action 013  if $n eq 15\n action 014   break\n action "
     "015  end\n action 016 end\n action 017 syslog msg \"n=$n\"\n",
     NULL, 2, "A: n=15", "FMPD", NULL, NULL, NULL},
    {"lines of a result, one by one",
     "event manager applet A\n event none\n action 01 cli command \"enable\"\n action 02 cli command \"show ip interface brief\"\n action 03 "
     "foreach line \"$_cli_result\" \"\\n\"\n action 04  regexp \"^(Loopback[0-9]+) +([0-9.]+)\" \"$line\" all ifname address\n action 05  "
     "if $_regexp_result eq 1\n action 06   syslog msg \"$ifname has $address\"\n action 07  end\n action 08 end\n",
     NULL, 2, "A: Loopback0 has 10.0.0.1", "FMPD", NULL, NULL, NULL},
    {"Tcl's classes in patterns",
     "event manager applet A\n event none\n action 01 cli command \"show version\"\n action 02 regexp \"(\\S+)\\s+uptime is ([^\\n]*)\" "
     "\"$_cli_result\" all host up\n action 03 syslog msg \"host $host\"\n",
     NULL, 2, "A: host R1", "FMPD", NULL, NULL, NULL},
    {"routes are cleared by the clock",
     "event manager applet A\n event none\n action 1.0 cli command \"enable\"\n action 2.0 cli command \"clear ip route *\"\n action 3.0 cli "
     "command \"clear ip route 10.0.0.1\"\n action 4.0 syslog msg \"<$_cli_result>\"\n action 5.0 cli command \"clear ip route "
     "172.18.1.0\"\n action 6.0 regexp \"%No matching route to delete\" \"$_cli_result\"\n action 7.0 syslog msg \"no $_regexp_result\"\n",
     NULL, 2, "A: no 1", "No matching", "show ip route connected", "10.0.0.1 is directly connected", NULL},
    {"variables without quotes",
     "event manager applet A\n event syslog pattern CONFIG_I\n action 1.0 regexp \"by ([a-z]+)\" $_syslog_msg all user\n action 2.0 syslog msg "
     "\"user $user\"\n",
     "configure replace nvram:startup-config force", 3, NULL, "FMPD", NULL, NULL, NULL},
    {"environment variables in the event",
     "event manager environment word CONFIG_I\nevent manager environment _cron */1 * * * *\nevent manager applet A\n event syslog pattern "
     "\"SYS-5-$word\"\n action 1 syslog msg \"seen\"\nevent manager applet B\n event timer cron cron-entry \"$_cron\"\n action 1 syslog msg "
     "\"minute\"\n",
     "show clock", 61, "B: minute", "FMPD", "show logging | include A: seen", "A: seen", NULL},
    {"an argument that was not given is empty",
     "event manager applet A\n event none\n action 1.0 syslog msg \"<$_none_arg1> <$_none_arg2> $_none_argc\"\n",
     "event manager run A one", 2, "A: <one> <> 1", "FMPD", NULL, NULL, NULL},
    {"exit leaves the session, exit of the applet ends it",
     "event manager applet A\n event none\n action 1.0 cli command \"exit\"\n action 2.0 cli command \"show clock\"\n action 3.0 syslog msg "
     "\"never\"\n",
     NULL, 3, "FMPD_CLI_WRITE", "A: never", NULL, NULL, NULL},
    {"long output is not paged",
     "event manager applet A\n event none\n action 1.0 cli command \"enable\"\n action 2.0 cli command \"show running-config\"\n action 2.5 "
     "set m \"--Mo\"\n action 2.6 append m \"re\"\n action 3.0 string first \"$m\" \"$_cli_result\"\n action 4.0 regexp \"\\nend\" "
     "\"$_cli_result\"\n action 5.0 syslog msg \"more $_string_result end $_regexp_result\"\n",
     NULL, 2, "A: more -1 end 1", "FMPD", NULL, NULL, NULL},
    {"a line end inside a command is Return, and what is behind it is typed too",
     "event manager applet A\n event none\n action 1.0 cli command \"enable\"\n action 2.0 cli command \"show clock\"\n action 3.0 regexp "
     "\"2013(.*)R1\" \"$_cli_result\" all nl\n action 4.0 cli command \"show privilege$nl show clock\"\n action 5.0 regexp "
     "\"^\\nCurrent privilege level is 15\\r\\nR1# show clock\\r\\n[*.]?[0-9:.]+ UTC Tue Mar 12 2013\\r\\nR1#$\" \"$_cli_result\"\n action 6.0 syslog msg "
     "\"both $_regexp_result\"\n",
     NULL, 2, "A: both 1", "FMPD", NULL, NULL, NULL},
    {"several events, one maxrun",
     "event manager applet A\n event tag 1 syslog pattern \"NEVER\" maxrun 60\n event tag 2 none\n trigger\n  correlate event 1 or event 2\n action "
     "1.0 wait 30\n action 2.0 syslog msg \"waited\"\n",
     NULL, 35, "A: waited", "FMS_POLICY_TIMEOUT", "show event manager policy registered", " maxrun 60.000\n", NULL},
    {"several events, one maxrun, whichever has it",
     "event manager applet A\n event tag 1 syslog pattern \"NEVER\"\n event tag 2 none maxrun 3\n event tag 3 timer watchdog time 900\n trigger\n"
     "  correlate event 1 or event 2 or event 3\n action 1.0 wait 5\n action 2.0 syslog msg \"waited\"\n",
     NULL, 8, "FMS_POLICY_TIMEOUT", "A: waited", "show event manager policy registered", " maxrun 3.000\n", NULL},
    {"priority and facility in any order",
     "event manager applet A\n event none\n action 1.0 syslog priority errors msg \"one\" facility MINE\n action 2.0 syslog facility MINE "
     "priority notifications msg two\n",
     NULL, 2, "%MINE-3-", "FMPD", NULL, NULL, NULL},
};

#define CONFIG "logging buffered 100000 debugging\ninterface Loopback0\n ip address 10.0.0.1 255.255.255.255\n"

static bool try(const struct odd *o)
{
    struct box *b = with(CONFIG);
    bool ok = true;
    box_type(b, NODE, "configure terminal");
    for (const char *s = o->config; *s;) {
        char line[512];
        size_t n = strcspn(s, "\n");
        snprintf(line, sizeof line, "%.*s", (int)n, s);
        const char *out = box_type(b, NODE, line);
        if (strchr(out, '%'))
            ok = false, print_error("%s: %s: %s\n", o->name, line, out);
        s += n + 1;
    }
    size_t from = box_log_len(b, NODE);
    if (strstr(o->name, "end")) /* said when the applet's mode is left */
        from = 0;
    box_type(b, NODE, "end");
    box_start(b, NODE, o->line ? o->line : "event manager run A");
    box_run(b, o->seconds * US_PER_S);
    if (o->logged && !strstr(box_log(b, NODE) + from, o->logged))
        ok = false, print_error("%s: not logged: %s\n%s", o->name, o->logged, box_log(b, NODE) + from);
    if (o->not_logged && strstr(box_log(b, NODE) + from, o->not_logged))
        ok = false, print_error("%s: logged: %s\n%s", o->name, o->not_logged, box_log(b, NODE) + from);
    if (o->show) {
        const char *out = box_type(b, NODE, o->show);
        if ((o->shown && !strstr(out, o->shown)) || (o->not_shown && strstr(out, o->not_shown)))
            ok = false, print_error("%s: %s", o->name, out);
    }
    box_free(b);
    return ok;
}

static void test_odd(void **state)
{
    unsigned faults = 0;
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        faults += !try(&odd[i]);
    assert_int_equal(faults, 0);
}

/* Ninety-one actions, typed backwards. */
static void test_many_actions(void **state)
{
    (void)state;
    struct box *b = with(CONFIG);
    struct text t = {0};
    text_add(&t, "configure terminal\nevent manager applet A\nevent none\naction 990 syslog msg \"$x\"\n");
    for (int i = 89; i >= 0; i--)
        text_printf(&t, "action %03d append x \"%d\"\n", i, i % 10);
    text_add(&t, "end");
    box_type_all(b, NODE, text_str(&t));
    box_type(b, NODE, "event manager run A");
    assert_true(box_wait_log(b, NODE, 0,
                             "A: 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
                             "89",
                             5 * US_PER_S));
    text_free(&t);
    box_free(b);
}

/* What the startup configuration registers for "@reboot" runs once, when all of it has been read. */
static void test_reboot(void **state)
{
    (void)state;
    struct box *b = with(CONFIG "event manager applet A\n event timer cron cron-entry \"@reboot\" maxrun 60\n action 1.0 cli command "
                                "\"show ip interface brief | include Loopback9\"\n action 2.0 regexp \"10.0.0.9\" \"$_cli_result\"\n action 3.0 "
                                "syslog msg \"up $_regexp_result $_timer_type\"\ninterface Loopback9\n ip address 10.0.0.9 "
                                "255.255.255.255\n");
    assert_true(box_wait_log(b, NODE, 0, "%HA_EM-6-LOG: A: up 1 cron", US_PER_S));
    box_type(b, NODE, "write memory");
    size_t from = box_log_len(b, NODE);
    box_run(b, 3700 * US_PER_S);
    assert_null(strstr(box_log(b, NODE) + from, "A: up"));
    box_reload(b, NODE);
    assert_true(box_wait_log(b, NODE, from, "%HA_EM-6-LOG: A: up 1 cron", 5 * US_PER_S));
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_odd), cmocka_unit_test(test_many_actions),
                                       cmocka_unit_test(test_reboot)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
