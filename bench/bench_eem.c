/* bench_eem.c: how fast lines of the log are held against applets, beside sec and bare PCRE2 on the same lines.
 *
 * The lines are 20,000 messages of a router (interfaces, IKE, IPsec, configuration). N applets wait for messages with
 * words of their own; "none", "one" and "all" of them match every line; "none (a|b)": none, and each is of two alternatives.
 *
 *   matcher   patterns_match alone: one line against all patterns, the hits counted
 *   router    from msg_post_text to the verdict: the text made, buffered, published on the bus, matched, the matching
 *             applets queued and run (an applet without actions, so that its run is the event manager's own work)
 *   pcre2     pcre2_jit_match of each pattern after the other on each line, as PCRE2 writes them
 *   sec       Debian's event correlator on a file of the lines, with a rule for each pattern that does nothing; only
 *             where it is installed, and with fewer lines, since it is slow
 *
 * Then the time from msg_post to the first action: an applet whose one action logs a line, until that line is heard.
 *
 * usage: bench_eem [ROUNDS (3)] */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <fcntl.h>
#include <pcre2.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "eem/eem.h"
#include "eem/patterns.h"
#include "espial/bus.h"
#include "espial/clock.h"
#include "espial/loop.h"
#include "espial/msg.h"
#include "espial/text.h"

#define LINES   20000
#define APPLETS 1000

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void make_line(unsigned i, char out[256])
{
    unsigned n = i % 250;
    int at = snprintf(out, 256, "*Mar 12 18:22:%02u.%03u: ", i / 1000 % 60, i % 1000);
    out += at;
    size_t room = 256 - (size_t)at;
    switch (i % 5) {
    case 0:
        snprintf(out, room,
                 "%%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet0/%u, changed state to up", n);
        break;
    case 1:
        snprintf(out, room,
                 "%%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=192.0.2.%u, "
                 "prot=50, spi=0x2D8FB43C(764392508), srcaddr=198.51.100.7, input interface=Ethernet0/0",
                 n);
        break;
    case 2: snprintf(out, room, "%%SYS-5-CONFIG_I: Configured from console by admin on vty%u (192.0.2.9)", n); break;
    case 3:
        snprintf(out, room,
                 "%%CRYPTO-6-IKMP_NO_SA: IKE message from 198.51.100.%u has no SA and is not an initialization offer", n);
        break;
    default:
        snprintf(out, room, "%%SEC-6-IPACCESSLOGP: list 101 denied tcp 203.0.113.%u(40001) -> 192.0.2.1(22), 1 packet", n);
    }
}

/* The k-th pattern: those that match all lines are a word all lines have. */
static void make_pattern(unsigned k, unsigned applets, const char *which, char out[96])
{
    bool matches = !strcmp(which, "all") || (!strcmp(which, "one") && k == applets / 2);
    if (matches)
        snprintf(out, 96, ": %%.*[0-9]");
    else if (!strcmp(which, "none (a|b)"))
        snprintf(out, 96, "APP%u-[0-5]-LOST_%03u: .* gone|%%APP%u-[0-5]-STATE_%03u: .* Down", k, k * 7 % 1000, k, k * 7 % 1000);
    else
        snprintf(out, 96, "%%APP%u-[0-5]-STATE_%03u: neighbor .* Down", k, k * 7 % 1000);
}

static volatile size_t hits;

static void hit(void *arg, void *owner)
{
    (void)arg;
    (void)owner;
    hits++;
}

static double matcher(char (*lines)[256], unsigned applets, const char *which)
{
    struct patterns *p = patterns_new();
    static char owners[APPLETS];
    char pattern[96], err[128];
    for (unsigned k = 0; k < applets; k++) {
        make_pattern(k, applets, which, pattern);
        if (!patterns_add(p, pattern, owners + k, err))
            abort();
    }
    patterns_match(p, lines[0], strlen(lines[0]), 0, hit, NULL);
    unsigned many = strcmp(which, "none") && applets > 100 ? LINES / 10 : LINES;
    double from = now();
    for (unsigned i = 0; i < many; i++)
        patterns_match(p, lines[i], strlen(lines[i]), 0, hit, NULL);
    double rate = many / (now() - from);
    patterns_free(p);
    return rate;
}

static double bare(char (*lines)[256], unsigned applets, const char *which)
{
    pcre2_code *code[APPLETS];
    char pattern[96];
    int err;
    size_t at;
    for (unsigned k = 0; k < applets; k++) {
        make_pattern(k, applets, which, pattern);
        code[k] = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_DOTALL, &err, &at, NULL);
        if (!code[k] || pcre2_jit_compile(code[k], PCRE2_JIT_COMPLETE))
            abort();
    }
    pcre2_match_data *m = pcre2_match_data_create(1, NULL);
    unsigned many = applets > 10 ? LINES / 10 : LINES;
    double from = now();
    for (unsigned i = 0; i < many; i++)
        for (unsigned k = 0; k < applets; k++)
            hits += pcre2_jit_match(code[k], (PCRE2_SPTR)lines[i], strlen(lines[i]), 0, 0, m, NULL) > 0;
    double rate = many / (now() - from);
    pcre2_match_data_free(m);
    for (unsigned k = 0; k < applets; k++)
        pcre2_code_free(code[k]);
    return rate;
}

struct machine {
    struct loop *loop;
    struct clock *clock;
    struct bus *bus;
    struct log *log;
    struct eem *eem;
    struct timer turn;
    bool heard;
};

static void stop(void *arg)
{
    loop_real_stop(arg);
}

/* What is due is done, with what comes of it at once. */
static void turn(struct machine *m)
{
    timer_set(&m->turn, 0);
    loop_real_run(m->loop);
}

static void machine_open(struct machine *m)
{
    *m = (struct machine){.loop = loop_real_new(1)};
    timer_init(&m->turn, m->loop, stop, m->loop);
    m->clock = clock_new(m->loop);
    m->bus = bus_new(m->loop);
    m->log = log_new(m->loop, m->bus);
    m->eem = eem_new(&(struct eem_env){.loop = m->loop, .clock = m->clock, .bus = m->bus, .log = m->log});
}

static void machine_close(struct machine *m)
{
    eem_free(m->eem);
    log_free(m->log);
    bus_free(m->bus);
    clock_free(m->clock);
    loop_real_free(m->loop);
}

static void add_applet(struct machine *m, unsigned k, const char *pattern, const char *action)
{
    struct applet_conf a = {0};
    applet_conf_init(&a);
    snprintf(a.name, sizeof a.name, "applet%u", k);
    struct event_conf *ev = NEW(struct event_conf);
    event_conf_init(ev);
    ev->type = EEM_SYSLOG;
    str_copy(ev->pattern, sizeof ev->pattern, pattern);
    conf_list_add(&a.events, ev);
    struct action_conf *act = NEW(struct action_conf);
    action_conf_init(act);
    str_copy(act->label, sizeof act->label, "1.0");
    act->verb = action ? ACTION_SYSLOG : ACTION_COMMENT;
    str_copy(act->text, sizeof act->text, action ? action : "");
    conf_list_add(&a.actions, act);
    if (eem_register(m->eem, &a) != EEM_REGISTERED)
        abort();
    applet_conf_fini(&a);
}

static double router(char (*lines)[256], unsigned applets, const char *which)
{
    struct machine m;
    char pattern[96];
    machine_open(&m);
    for (unsigned k = 0; k < applets; k++) {
        make_pattern(k, applets, which, pattern);
        add_applet(&m, k, pattern, NULL);
    }
    turn(&m);
    unsigned many = !strncmp(which, "none", 4) ? LINES : LINES / 20;
    double from = now();
    for (unsigned i = 0; i < many; i++) {
        const char *text = strchr(lines[i], '%');
        msg_post_text(m.log, "BENCH", 5, "LINE", text + 1);
        if (i % 16 == 15)
            turn(&m);
    }
    turn(&m);
    double rate = many / (now() - from);
    machine_close(&m);
    return rate;
}

static void on_line(void *arg, const void *fact)
{
    struct machine *m = arg;
    if (strcmp(((const struct fact_syslog *)fact)->facility, "HA_EM"))
        return;
    m->heard = true;
    loop_real_stop(m->loop);
}

static int order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double processor(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* Microseconds, of 101 times the middle and the worst; and the worst in time of the processor, without what others took of
 * it meanwhile. */
static void latency(unsigned applets, double *middle, double *worst, double *worst_own)
{
    struct machine m;
    char pattern[96];
    double took[101];
    *worst_own = 0;
    machine_open(&m);
    bus_subscribe(m.bus, FACT_SYSLOG, on_line, &m);
    for (unsigned k = 0; k + 1 < applets; k++) {
        make_pattern(k, applets, "none", pattern);
        add_applet(&m, k, pattern, NULL);
    }
    add_applet(&m, applets, "WAKE", "awake");
    (void)usleep(100000); /* the applets are there for a while when their message comes */
    turn(&m);
    for (unsigned i = 0; i < 101; i++) {
        m.heard = false;
        double own = processor(), from = now();
        msg_post_text(m.log, "BENCH", 5, "WAKE", "x");
        while (!m.heard)
            loop_real_run(m.loop);
        took[i] = (now() - from) * 1e6;
        own = (processor() - own) * 1e6;
        if (own > *worst_own)
            *worst_own = own;
        for (int k = 0; k < 10; k++)
            turn(&m);
    }
    machine_close(&m);
    qsort(took, 101, sizeof took[0], order);
    *middle = took[50];
    *worst = took[100];
}

/* Lines a second, or 0 when it is not there. */
static double correlator(char (*lines)[256], unsigned applets, const char *which)
{
    extern char **environ;
    char dir[] = "/tmp/bench_eem.XXXXXX", input[64], conf[64], pattern[96];
    if (access("/usr/bin/sec", X_OK) || !mkdtemp(dir))
        return 0;
    unsigned many = applets > 10 ? LINES / 20 : LINES;
    snprintf(input, sizeof input, "%s/in", dir);
    snprintf(conf, sizeof conf, "%s/conf", dir);
    FILE *f = fopen(conf, "w"), *in = fopen(input, "w");
    if (!f || !in)
        abort();
    for (unsigned k = 0; k < applets; k++) {
        make_pattern(k, applets, which, pattern);
        fprintf(f, "type=Single\ncontinue=TakeNext\nptype=RegExp\npattern=%s\ndesc=d%u\naction=none\n\n", pattern, k);
    }
    for (unsigned i = 0; i < many; i++)
        fprintf(in, "%s\n", lines[i]);
    fclose(f);
    fclose(in);
    char conf_arg[96], input_arg[96];
    snprintf(conf_arg, sizeof conf_arg, "--conf=%s", conf);
    snprintf(input_arg, sizeof input_arg, "--input=%s", input);
    double seconds[2];
    for (int empty = 0; empty < 2; empty++) { /* its start is taken off: it also runs once on no lines */
        char name[] = "sec", nothing[] = "--input=/dev/null", notail[] = "--notail", start[] = "--fromstart";
        char *argv[] = {name, conf_arg, empty ? nothing : input_arg, notail, start, NULL};
        posix_spawn_file_actions_t fa;
        pid_t pid;
        int status;
        posix_spawn_file_actions_init(&fa);
        posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
        double from = now();
        if (posix_spawn(&pid, "/usr/bin/sec", &fa, NULL, argv, environ) || waitpid(pid, &status, 0) != pid)
            abort();
        seconds[empty] = now() - from;
        posix_spawn_file_actions_destroy(&fa);
    }
    unlink(input);
    unlink(conf);
    rmdir(dir);
    return seconds[0] > seconds[1] ? many / (seconds[0] - seconds[1]) : 0;
}

static double best(double (*fn)(char (*)[256], unsigned, const char *), char (*lines)[256], unsigned applets,
                   const char *which, int rounds)
{
    double most = 0;
    for (int i = 0; i < rounds; i++) {
        double rate = fn(lines, applets, which);
        if (rate > most)
            most = rate;
    }
    return most;
}

int main(int argc, char **argv)
{
    static char lines[LINES][256];
    static const unsigned counts[] = {1, 100, APPLETS};
    static const char *const which[] = {"none", "none (a|b)", "one", "all"};
    int rounds = argc > 1 ? atoi(argv[1]) : 3;
    for (unsigned i = 0; i < LINES; i++)
        make_line(i, lines[i]);
    printf("%-8s %-10s %12s %12s %12s %12s   lines a second\n", "applets", "matching", "matcher", "router", "pcre2", "sec");
    for (size_t n = 0; n < 3; n++)
        for (size_t w = 0; w < 4; w++) {
            if (counts[n] == 1 && w && w < 3)
                continue;
            printf("%-8u %-10s %12.0f %12.0f %12.0f %12.0f\n", counts[n], which[w], best(matcher, lines, counts[n], which[w], rounds),
                   best(router, lines, counts[n], which[w], 1), best(bare, lines, counts[n], which[w], 1),
                   correlator(lines, counts[n], which[w]));
            fflush(stdout);
        }
    double middle, worst, worst_own;
    latency(APPLETS, &middle, &worst, &worst_own);
    printf("from msg_post to the first action, 1,000 applets: %.0f us, at worst %.0f us of 101 (%.0f us of processor time)\n", middle,
           worst, worst_own);
    return 0;
}
