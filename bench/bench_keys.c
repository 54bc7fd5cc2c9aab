/* bench_keys.c: what a keystroke costs, and how fast a pasted configuration goes in, on a vty: keys through term.c, edit.c and render.c, a session, the
 * grammar and back.
 *
 * "echo" is the time from term_input of one key to its return, when all bytes for the screen have been handed over; each kind of key a thousand times,
 * the mean and what 99 of 100 stay below (other load on the machine makes the rest). The limit is 1 ms. "paste" is 5,000 lines (`hostname ...`, `no ip domain lookup`) in pieces of 4 KB, the loop's turns
 * between; next to it the same lines typed by program, without a terminal, in the same run.
 *
 * usage: bench_keys [ROUNDS (5)] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/grammar/grammar.h"
#include "cli/shell/store.h"
#include "cli/term/term.h"
#include "espial/bus.h"
#include "espial/clock.h"
#include "espial/debug.h"
#include "espial/loop.h"
#include "espial/msg.h"

#define LINES 5000
#define TIMES 1000

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

struct bench {
    struct loop *loop;
    struct cli *cli;
    struct shells *shells;
    struct term *term;
    size_t shown;
};

static void on_write(void *arg, const char *s, size_t len)
{
    (void)s;
    ((struct bench *)arg)->shown += len;
}

static void turn(struct bench *b)
{
    while (b->loop->deferred_head)
        loop_run_due(b->loop, loop_now(b->loop));
}

static void type(struct bench *b, const char *s)
{
    term_input(b->term, s, strlen(s));
    turn(b);
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void keys(struct bench *b, const char *what, const char *before, const char *key, const char *after)
{
    double took[TIMES], total = 0;
    for (unsigned n = 0; n < TIMES; n++) {
        type(b, before);
        double from = now();
        term_input(b->term, key, strlen(key));
        took[n] = now() - from;
        total += took[n];
        type(b, after);
    }
    qsort(took, TIMES, sizeof took[0], by_size);
    printf("%-52s %9.2f us %9.2f us\n", what, total / TIMES * 1e6, took[TIMES * 99 / 100] * 1e6);
}

static double paste(struct bench *b, const struct text *t)
{
    type(b, "configure terminal\r");
    double from = now();
    for (size_t at = 0; at < t->len;) {
        size_t n = t->len - at < 4096 ? t->len - at : 4096;
        if (!term_input(b->term, t->s + at, n))
            turn(b);
        at += n;
    }
    turn(b);
    double took = now() - from;
    type(b, "\x1a");
    return took;
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 5;
    struct bench b = {.loop = loop_real_new(1)};
    struct bus *bus = bus_new(b.loop);
    struct log *log = log_new(b.loop, bus);
    struct files *files = files_memory_new();
    struct debug_registry *debug = debug_registry_new();
    struct clock *clock = clock_new(b.loop);
    b.cli = cli_new(&(struct cli_env){.loop = b.loop,
                                      .clock = clock,
                                      .bus = bus,
                                      .log = log,
                                      .files = files,
                                      .debug = debug,
                                      .hostname = "R1",
                                      .version = "0",
                                      .returned = "reload"});
    size_t n;
    const struct cmd_table *const *tables = cli_tables(&n);
    void *selves[64];
    for (size_t i = 0; i < n; i++)
        selves[i] = b.cli;
    struct text err = {0}, lines = {0}, messages = {0};
    struct grammar *g = grammar_new(tables, selves, n, &err);
    if (!g) {
        fputs(text_str(&err), stderr);
        return 1;
    }
    cli_set_grammar(b.cli, g);
    b.shells = cli_shells(b.cli);
    b.term = term_new(&(struct term_params){
        .shells = b.shells,
        .session = {.vty = true, .n = -1, .user = "admin", .location = "", .is_logged_in = true, .privilege = 15},
        .newline_is_crlf = true,
        .write = on_write,
        .arg = &b});
    if (!b.term)
        return 1;
    term_prompt(b.term);
    turn(&b);

    char wide[301];
    memset(wide, 'x', 300);
    wide[300] = 0;
    printf("%-52s %12s %12s\n", "echo of a key", "mean", "99 of 100");
    keys(&b, "a character at the end of \"show ip route\"", "show ip rout", "e", "\x15");
    keys(&b, "a character at the end of 300, scrolled", wide, "y", "\x15");
    keys(&b, "a character at the beginning of 300, scrolled back", wide, "\x01", "\x05\x15");
    keys(&b, "the word before, rubbed out (libedit)", "show ip route 192.0.2.1", "\x17", "\x15");
    keys(&b, "Tab", "show vers", "\t", "\x15");
    keys(&b, "`?` behind show", "show ", "?", "q\x15");

    for (unsigned i = 0; i < LINES; i++)
        text_printf(&lines, i % 2 ? "hostname router%u\r" : "no ip domain lookup\r", i);
    double by_hand = 1e9, by_program = 1e9;
    struct text plain = {0};
    text_addn(&plain, lines.s, lines.len);
    for (size_t i = 0; i < plain.len; i++)
        if (plain.s[i] == '\r')
            plain.s[i] = '\n';
    for (unsigned r = 0; r < rounds; r++) {
        double took = paste(&b, &lines), from = now();
        if (took < by_hand)
            by_hand = took;
        if (store_type(b.shells, plain.s, plain.len, "lines", "console by console", false, &messages))
            return 1;
        took = now() - from;
        if (took < by_program)
            by_program = took;
    }
    printf("%u lines pasted in %.0f ms (%.0f lines/s); without a terminal %.0f ms: %.1f times as long\n", LINES,
           by_hand * 1e3, LINES / by_hand, by_program * 1e3, by_hand / by_program);
    term_free(b.term);
    text_free(&lines);
    text_free(&plain);
    text_free(&messages);
    cli_free(b.cli);
    grammar_free(g);
    debug_registry_free(debug);
    files_free(files);
    log_free(log);
    bus_free(bus);
    clock_free(clock);
    loop_real_free(b.loop);
    return 0;
}
