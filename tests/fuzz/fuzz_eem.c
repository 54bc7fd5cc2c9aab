/* fuzz_eem.c: any text as applets of a whole router, which are then set off: every `event none` applet is run by hand, and
 * what stands behind the line "post" is logged, line by line. It must hold: whatever they are, what is typed comes to its
 * end within 40 s (a command may be held for 30), and a virtual minute later (less when they only rave) the router still answers. */
#include "espial/msg.h"
#include "espial/shell.h"
#include "tests/fuzz/one.h"

#define PATIENCE 2 /* seconds that a run may take */
#define RAVES 60000 /* bytes on the console: applets that keep each other going, a thousand runs a second; more of it shows nothing new */

const char *const fuzz_words[] = {
    "event manager applet A\n", "event manager applet B\n", " event none\n", " event none sync no\n", " event syslog pattern \"", "\"\n",
    " event tag 1 syslog pattern \"POST\"\n", " event tag 2 none\n", " trigger occurs 2 period 5 delay 1\n", "  correlate event 1 or event 2\n", "  correlate event 1 andnot event 2\n",
    "  attribute tag 1 occurs 2\n", " event timer watchdog time 1\n", " event timer countdown time 2\n", " event timer cron cron-entry \"* * * * *\"\n", " event cli pattern \"show\" sync yes\n",
    " event cli pattern \".*\" sync no skip no\n", " event counter name c entry-val 2 entry-op ge exit-val 1 exit-op le\n", " maxrun 5", " ratelimit 1",
    " action 1.0 cli command \"enable\"\n", " action 1.1 cli command \"show event manager policy registered\"\n", " action 1.2 cli command \"configure terminal\"\n",
    " action 1.3 cli command \"no event manager applet A\"\n", " action 1.4 cli command \"reload\" pattern \"confirm\"\n", " action 2.0 syslog msg \"$_cli_result\"\n", " action 2.1 syslog msg \"POST again\"\n",
    " action 2.2 set x \"$x$x\"\n", " action 2.3 append x \"$x\"\n", " action 2.4 increment i 3\n", " action 2.5 multiply $i 9999999999\n", " action 2.6 string replace \"$x\" 0 3 \"y\"\n",
    " action 2.7 string match \"*a*b*\" \"$x\"\n", " action 2.8 regexp \"(a+)+b\" \"$x\" m s\n", " action 3.0 if $i lt 9\n", " action 3.1 else\n", " action 3.2 end\n", " action 3.3 while 1 eq 1\n",
    " action 3.4 foreach w \"$x\" \"\\n\"\n", " action 3.5 break\n", " action 3.6 continue\n", " action 3.7 exit 1\n", " action 3.8 if 1 eq 1 goto 1.0\n", " action 4.0 wait 1\n",
    " action 4.1 counter name c op inc value 1\n", " action 4.2 context save key k variable \"*\"\n", " action 4.3 context retrieve key k\n", " action 4.4 snmp-trap intdata1 $i strdata \"$x\"\n",
    " action 4.5 puts \"$x\"\n", " action 4.6 gets x\n", " action 4.7 handle-error type ignore\n", " set 5.0 _exit_status 1\n", " action 5.1 info type routername\n",
    " action 5.2 file open f disk0:f a+\n", " action 5.3 file open f disk0:f r+\n", " action 5.4 file puts f \"$x\"\n", " action 5.5 file gets f x\n", " action 5.6 file read f x 9\n",
    " action 5.7 file close f\n", " action 5.8 file delete disk0:f\n", " action 6.0 mail server \"u:p@10.0.0.9\" to \"$x\" from a@b subject \"$x\" body \"$x\"\n", " event application sub-system 798 type 1\n",
    " action 6.1 publish-event sub-system 798 type 1 arg1 \"$x\"\n", " action 6.2 policy B\n", " action 6.3 cns-event msg \"$x\"\n", " action 6.4 reload\n", " action 6.5 snmp-object-value octet \"$x\"\n",
    " action 6.6 info type snmp oid \"$x\" get-type next\n", " action 6.7 info type snmp oid sysName.0 set-type string \"$x\"\n", " action 6.8 info type snmp getid\n", " action 6.9 info type interface-names regexp \"$x\"\n",
    " action 7.0 info type snmp var v oid \"$x\" string \"$x\"\n", " action 7.1 info type snmp trap trap-oid 1.3.6 trap-var v\n", " action 7.2 info type syslog history\n", " action 7.3 syslog msg POST \"POST\" x\n",
    "event manager environment x \"y\n", "post\n", "%POST-5-POST: x\n", "$", "_", "*", "[", "(", "\\", "\"", NULL};

static void done(void *arg, const struct shell_result *r)
{
    (void)r;
    *(bool *)arg = true;
}

static const struct shell_params user = {.user = "", .origin = "console by console", .privilege = 15};

/* Type a line and wait for its end, as long as a held command may be held. An endless loop does millions of actions until
 * maxrun: somebody else clears all jobs before. */
static void types(struct one *o, struct shell *sh, const char *line)
{
    bool over = false, cleared = true;
    struct shell *other = NULL;
    shell_type(sh, line, NULL, done, &over);
    for (int i = 0; i < 40 && !over && !o->reloads; i++) {
        vloop_run_for(o->loop, US_PER_S);
        if (i != PATIENCE || over || o->reloads || !(other = shell_open(router_shells(o->r), &user)))
            continue;
        cleared = false;
        shell_type(other, "event manager scheduler clear all", NULL, done, &cleared);
    }
    fuzz_must(over || o->reloads);
    if (other && !o->reloads) {
        for (int i = 0; i < 40 && !cleared; i++)
            vloop_run_for(o->loop, US_PER_S);
        shell_close(other);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size), *post = strstr(text, "\npost\n");
    struct one o;

    one_start(&o, text, post ? (size_t)(post + 1 - text) : strlen(text));
    struct shell *sh = shell_open(router_shells(o.r), &user);
    fuzz_must(sh != NULL);
    types(&o, sh, "event manager run A");
    if (!o.reloads)
        types(&o, sh, "event manager run B one two");
    for (char *s = post ? post + 6 : NULL; s && *s && !o.reloads;) {
        size_t n = strcspn(s, "\n");
        char *line = mem_strndup(s, n);
        msg_post_text(router_log(o.r), "FUZZ", 5, "POST", line);
        mem_free(line);
        vloop_run_for(o.loop, US_PER_S / 10);
        s += n + (s[n] == '\n');
    }
    for (size_t i = 0, before = o.said.len; i < 60 && o.said.len < before + RAVES; i++)
        vloop_run_for(o.loop, US_PER_S);
    if (!o.reloads) {
        types(&o, sh, "show event manager history events");
        shell_close(sh);
    }
    one_stop(&o);
    mem_free(text);
    return 0;
}

size_t fuzz_seed(size_t i, uint8_t *out)
{
    static const char *const texts[] = {
        "event manager applet A\n event none\n action 1 set i 0\n action 2 while $i lt 5\n action 3  increment i\n action 4 end\n action 5 syslog msg \"$i\"\n",
        "event manager applet A\n event tag 1 none\n event tag 2 syslog pattern \"POST\"\n trigger occurs 1 period 9\n  correlate event 1 and event 2\n"
        " action 1 cli command \"enable\"\n action 2 cli command \"show clock\"\n action 3 regexp \"([0-9]+):\" \"$_cli_result\" m h\n action 4 syslog msg \"$h\"\npost\nx\n",
        "event manager applet B\n event syslog pattern \"HA_EM\"\n action 1 syslog msg \"again\"\nevent manager applet A\n event none\n action 1 foreach w \"a b c\"\n"
        " action 2  string toupper \"$w\"\n action 3  puts \"$_string_result\"\n action 4 end\npost\nHA_EM\n",
        "event manager applet A\n event cli pattern \"show event\" sync yes\n action 1 cli command \"show event manager environment\"\n set 2 _exit_status 1\n"
        "event manager applet B\n event none\n action 1 cli command \"enable\"\n action 2 cli command \"configure terminal\"\n action 3 cli command \"no event manager applet B\"\n action 4 cli command \"end\"\n",
        "event manager applet A\n event counter name c entry-val 2 entry-op ge exit-val 1 exit-op le\n action 1 counter name c op set value 0\n"
        "event manager applet B\n event timer watchdog time 1\n action 1 counter name c op inc value 1\n action 2 context save key k variable \"_c*\"\n",
    };
    return fuzz_seed_text(texts, sizeof texts / sizeof texts[0], i, out);
}
