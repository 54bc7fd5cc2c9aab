/* fuzz_offline.c: what `espial eem` reads: saved logs and configurations of any bytes.
 *
 * The input is two texts with a line "====" between: a configuration, which is loaded and linted, and a log, each line of which
 * is read, timed and, published as a fact, offered to the applets. It must hold: offsets lie within their lines, time never
 * goes back, findings name lines that there are, an explanation agrees with the search. */
#include <stdio.h>
#include <string.h>

#include "cli/offline/lint.h"
#include "eem/logline.h"
#include "eem/logtime.h"
#include "eem/why.h"
#include "espial/bus.h"
#include "espial/clock.h"
#include "espial/loop.h"
#include "espial/vloop.h"
#include "tests/fuzz/fuzz.h"

const char *const fuzz_words[] = {"event manager applet a\n",
                                  " event syslog pattern \"",
                                  " action 1 ",
                                  "cli command \"enable\"\n",
                                  "if $x eq 1\n",
                                  " end\n",
                                  "while",
                                  "foreach l \"$x\"\n",
                                  "regexp \"",
                                  "$_syslog_msg",
                                  "wait 5\n",
                                  "set x \"1\"\n",
                                  "goto",
                                  "\n====\n",
                                  "*Mar  1 18:46:11.123: ",
                                  "%SYS-5-CONFIG_I: x\n",
                                  "<189>1 ",
                                  "2026-03-01T18:46:11Z ",
                                  "00:00:12: ",
                                  "1d02h: ",
                                  "000123: ",
                                  "10.0.0.1 45: ",
                                  "CET: ",
                                  "\xEF\xBB\xBF",
                                  "[a b=\"c\"]",
                                  "occurs 3 period 5",
                                  "timer watchdog time 5\n",
                                  "! expect: fires\n",
                                  "copy run start",
                                  "label",
                                  NULL};

static void one_line(struct desk *d, struct logtime *t, const char *s, size_t len)
{
    struct logline l;
    struct fact_syslog f;
    struct text why = {0};
    char *exact = mem_new(len ? len : 1); /* not one byte more */
    memcpy(exact, s, len);
    logline_read(exact, len, &l);
    fuzz_must(l.begin <= len && l.text_at <= len - l.begin && l.severity < 8 && l.pri >= -1 && l.pri <= 191);
    fuzz_must(memchr(l.zone, 0, sizeof l.zone) && memchr(l.facility, 0, sizeof l.facility) &&
              memchr(l.mnemonic, 0, sizeof l.mnemonic));
    struct logtime_step step = logtime_next(t, &l);
    fuzz_must(step.elapsed_us <= UINT64_C(86400) * 366 * 300 * 1000000 && (!step.set || !step.elapsed_us));
    logline_fact(exact, len, &l, 0, &f);
    fuzz_must(memchr(f.line, 0, sizeof f.line) && f.text_at <= strlen(f.line));
    const struct eem_moment moment = {.line = &f, .command = f.line + f.text_at, .mode = "exec"};
    struct eem_policy_info p;
    for (size_t cursor = 0; eem_policy_next(d->eem, &cursor, &p);)
        CONF_EACH(const struct event_conf, ev, &p.conf->events)
        {
            text_clear(&why);
            fuzz_must(eem_why(ev, &moment, &why) || why.len);
        }
    bus_publish(d->bus, FACT_SYSLOG, &f, sizeof f);
    vloop_run_for(d->loop, step.elapsed_us < 1000000 ? step.elapsed_us : 1000000);
    text_free(&why);
    mem_free(exact);
}

static void one_log(struct desk *d, const char *log, size_t len)
{
    struct logtime t;
    logtime_init(&t, d->clock, d->local_stamps, 2026);
    for (unsigned lines = 0; len && lines < 64; lines++) {
        const char *nl = memchr(log, '\n', len);
        size_t n = nl ? (size_t)(nl - log) : len;
        one_line(d, &t, log, n);
        n += nl != NULL;
        log += n;
        len -= n;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config c;
    struct desk *d = desk_new(INT64_C(1767225600) * 1000000, NULL, NULL);
    const char *text = (const char *)data, *cut = memmem(data, size, "\n====\n", 6);
    size_t n = cut ? (size_t)(cut - text) : size;
    char *exact = mem_new(n ? n : 1);
    memcpy(exact, text, n);
    offline_config_read(&c, d, "x", exact, n);
    mem_free(exact);
    (void)lint_config(&c, d, NULL);
    if (cut)
        one_log(d, cut + 6, size - n - 6);
    config_free(&c);
    desk_free(d);
    return 0;
}

size_t fuzz_seed(size_t i, uint8_t *out)
{
    static const char *const seeds[] = {
        "hostname R1\nclock timezone CET 1\nevent manager environment x 5\nevent manager applet a\n event syslog "
        "pattern \"SYS-5-(A|CONFIG)_I.*by\" occurs 2 period 60 ratelimit 5\n action 1.0 cli command \"enable\"\n "
        "action 1.1 regexp \"by ([a-z]+)\" \"$_syslog_msg\" m who\n"
        " action 1.2 if $_regexp_result eq 1\n action 1.3  syslog msg \"$who on $x\"\n action 1.4 end\n action 2 wait "
        "3\n ! expect: fires\n====\n*Mar  1 18:46:11.123: %SYS-5-CONFIG_I: Configured from console by admin\n<189>45: "
        "R1: Mar  1 18:46:12 CET: %SYS-5-CONFIG_I: Configured from console by admin\n"
        "<165>1 2026-03-01T18:46:13Z r1 app - ID47 [a b=\"c\\]\"] %SYS-5-CONFIG_I: Configured by x\n00:00:12: "
        "%LINK-3-UPDOWN: x\n1d02h: %A-5-B: x\nplain\n",
        "R1(config)#event manager applet b\n event tag p syslog pattern \"x\"\n event tag q timer watchdog time 1\n "
        "trigger occurs 2\n  correlate event p or event q\n action 10 set i \"0\"\n action 2 while $i lt 5\n action 3 "
        "increment i\n action 4 end\n action 5 exit\n action 6 cli command \"copy run start\n"
        "\n====\nx\nMar 12 18:46:12 10.0.0.1 45: *Mar  1 18:46:11.123: %A-5-B: x\n",
    };

    return fuzz_seed_text(seeds, sizeof seeds / sizeof seeds[0], i, out);
}
