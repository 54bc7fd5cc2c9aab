/* cli_box.h: a command line in a box for unit tests: virtual loop, memory files, cli's own tables and a few made-up
 * commands of an imaginary engine. */
#ifndef ESPIAL_TESTS_UNIT_CLI_BOX_H
#define ESPIAL_TESTS_UNIT_CLI_BOX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/grammar/grammar.h"
#include "cli/shell/session.h"
#include "espial/clock.h"
#include "espial/bus.h"
#include "espial/debug.h"
#include "espial/loop.h"
#include "espial/msg.h"
#include "espial/rand.h"
#include "tests/sim/vloop.h"

struct policy_conf {
    uint16_t priority;
    uint8_t group;
};
struct lab_conf {
    uint16_t mtu;
    struct conf_list policies;
};
struct cli_box {
    struct loop *loop;
    struct clock *clock;
    struct work *work;
    struct rnd *rnd;
    struct bus *bus;
    struct log *log;
    struct files *files;
    struct debug_registry *debug;
    struct cli *cli;
    struct grammar *grammar;
    struct shells *shells;
    struct lab_conf conf;
    struct cmd_ctx *held; /* of `hold`, while it waits */
    bool aborted, closed;
    unsigned reloads;
    bool debug_isakmp, debug_ipsec;
    /* of a terminal */
    struct channel channel;
    struct text screen;
    unsigned changes, hangups, redraws;
};

static inline void policy_init(void *obj)
{
    ((struct policy_conf *)obj)->group = 1;
}
static inline void lab_init(void *obj)
{
    struct lab_conf *c = obj;
    c->mtu = 1500;
    conf_list_init(&c->policies, sizeof(struct policy_conf), NULL, NULL);
}
static inline void *lab_global(void *self)
{
    return &((struct cli_box *)self)->conf;
}
static const struct cmd_scope policy_scope = {.size = sizeof(struct policy_conf), .init = policy_init};
static const struct cmd_scope lab_scope = {.size = sizeof(struct lab_conf), .init = lab_init, .global = lab_global};

static inline enum cmd_result show_lines(struct cmd_ctx *c)
{
    for (int i = 1; i <= cmd_int(c, "count"); i++)
        out_printf(c->out, "line %d\n", i);
    return CMD_OK;
}
static inline void hold_abort(void *arg, bool closing)
{
    struct cli_box *b = arg;
    struct cmd_ctx *c = b->held;
    b->held = NULL;
    b->aborted = true;
    b->closed = closing;
    if (!closing)
        cmd_done(c->host, c->shell, CMD_FAIL);
}
static inline enum cmd_result do_hold(struct cmd_ctx *c)
{
    struct cli_box *b = c->self;
    b->held = c;
    out_text(c->out, "holding\n");
    c->host->on_abort(c->shell, hold_abort, b);
    return CMD_WAIT;
}
static inline void release(struct cli_box *b)
{
    struct cmd_ctx *c = b->held;
    b->held = NULL;
    out_text(c->out, "released\n");
    cmd_done(c->host, c->shell, CMD_OK);
}
static inline enum cmd_result do_nothing(struct cmd_ctx *c)
{
    (void)c;
    return CMD_OK;
}
static inline enum cmd_result do_debug_isakmp(struct cmd_ctx *c)
{
    struct cli_box *b = c->self;
    b->debug_isakmp = !c->no;
    out_printf(c->out, "Crypto ISAKMP debugging is %s\n", c->no ? "off" : "on");
    return CMD_OK;
}

static const struct cmd_row box_rows[] = {
    DO(EXEC, 1, "show lines <count:1-1000>", show_lines, "Lines of text|How many"),
    DO(EXEC, 1, "show format", do_nothing, "A word to share letters with"),
    HELP(EXEC, "show crypto", "Encryption module"),
    DO(EXEC, 1, "show crypto isakmp", do_nothing, "IKE"),
    DO(EXEC, 1, "show crypto ipsec", do_nothing, "IPsec"),
    DO(EXEC, 1, "hold", do_hold, "Wait to be released"),
    HELP(EXEC, "debug crypto", "Cryptographic subsystem"),
    DO_NO(EXEC, 15, "debug crypto isakmp", do_debug_isakmp, "ISAKMP debugging"),
    HELP(CONFIG, "crypto", "Encryption module"),
    HELP(CONFIG, "crypto isakmp", "Configure ISAKMP policy"),
    MODE(CONFIG, CONFIG_ISAKMP, &policy_scope, &lab_scope, struct lab_conf, policies,
         "crypto isakmp policy <priority:1-10000>", "Set policy|Priority", KEY_NUM(struct policy_conf, priority)),
    SET(CONFIG_ISAKMP, NULL, "group <group:1-24>", "Set the group|Number", NUM(struct policy_conf, group)),
    SET(CONFIG, &lab_scope, "mtu <mtu:68-9216>", "Set the MTU|Bytes", NUM(struct lab_conf, mtu)),
};
static const struct cmd_table box_table = CMD_TABLE("tests/unit/cli_box", box_rows);

static inline void box_reload(void *arg)
{
    ((struct cli_box *)arg)->reloads++;
}
static inline bool box_memory(void *arg, struct cli_memory *m)
{
    (void)arg;
    *m = (struct cli_memory){.processor = {0x7FD86F210100, 131072 * 1024, 1024, 2048, 3072}, .io = {0x55D867C51A80, 4096 * 1024, 512, 256, 128}};
    return true;
}
static inline void box_lines(void *arg, struct text *out)
{
    (void)arg;
    text_add(out, "3 Ethernet interfaces\n");
}

#define BOX_OF(ch) ((struct cli_box *)(void *)((char *)(ch)-offsetof(struct cli_box, channel)))
static inline void screen_write(struct channel *ch, const char *s, size_t len)
{
    text_addn(&BOX_OF(ch)->screen, s, len);
}
static inline void screen_changed(struct channel *ch)
{
    BOX_OF(ch)->changes++;
}
static inline void screen_redraw(struct channel *ch)
{
    BOX_OF(ch)->redraws++;
}
static inline void screen_closed(struct channel *ch)
{
    BOX_OF(ch)->hangups++;
}

/* 2026-11-22 10:00:00 UTC, a Sunday. */
#define BOX_WALL (INT64_C(1795341600) * 1000000)

static inline struct cli_box *box_new(bool iosxe)
{
    struct cli_box *b = NEW(struct cli_box);
    b->loop = vloop_new(BOX_WALL);
    b->clock = clock_new(b->loop);
    b->work = vwork_new(b->loop);
    b->rnd = rnd_seeded_new(1);
    b->bus = bus_new(b->loop);
    b->log = log_new(b->loop, b->bus);
    log_set_clock(b->log, b->clock);
    b->files = files_memory_new();
    b->debug = debug_registry_new();
    debug_register(b->debug,
                   (struct debug_item[]){{"Cryptographic Subsystem", "Crypto ISAKMP debugging", &b->debug_isakmp},
                                         {"Cryptographic Subsystem", "Crypto IPSEC debugging", &b->debug_ipsec}},
                   2, NULL, b);
    lab_init(&b->conf);
    b->cli = cli_new(&(struct cli_env){.loop = b->loop,
                                       .clock = b->clock,
                                       .work = b->work,
                                       .rnd = b->rnd,
                                       .bus = b->bus,
                                       .log = b->log,
                                       .files = b->files,
                                       .debug = b->debug,
                                       .iosxe = iosxe,
                                       .hostname = "R1",
                                       .version = "0.1.0",
                                       .returned = "reload",
                                       .arg = b,
                                       .reload = box_reload,
                                       .memory = box_memory,
                                       .version_lines = box_lines});
    size_t n;
    const struct cmd_table *const *own = cli_tables(&n);
    const struct cmd_table *tables[32];
    void *selves[32];
    for (size_t i = 0; i < n; i++) {
        tables[i] = own[i];
        selves[i] = b->cli;
    }
    tables[n] = &box_table;
    selves[n] = b;
    struct text err = {0};
    b->grammar = grammar_new(tables, selves, n + 1, &err);
    if (!b->grammar)
        fail_msg("%s", text_str(&err));
    text_free(&err);
    cli_set_grammar(b->cli, b->grammar);
    b->shells = cli_shells(b->cli);
    b->channel = (struct channel){
        .write = screen_write, .changed = screen_changed, .redraw = screen_redraw, .closed = screen_closed};
    return b;
}

static inline void box_free(struct cli_box *b)
{
    cli_free(b->cli);
    grammar_free(b->grammar);
    conf_list_clear(&b->conf.policies);
    debug_registry_free(b->debug);
    files_free(b->files);
    log_free(b->log);
    bus_free(b->bus);
    clock_free(b->clock);
    vwork_free(b->work);
    rnd_free(b->rnd);
    vloop_free(b->loop);
    text_free(&b->screen);
    mem_free(b);
}

/* Type a line by program and give what came back (valid until the next). */
struct typed {
    struct text output;
    bool done, refused, matched, asked, closed;
};
static inline void typed_done(void *arg, const struct shell_result *r)
{
    struct typed *t = arg;
    text_clear(&t->output);
    text_addn(&t->output, r->output, r->len);
    t->done = true;
    t->refused = r->refused;
    t->matched = r->matched;
    t->asked = r->asked;
    t->closed = r->closed;
}
static inline const char *box_type(struct cli_box *b, struct shell *sh, struct typed *t, const char *line)
{
    t->done = false;
    shell_type(sh, line, NULL, typed_done, t);
    assert_false(t->done); /* never from inside the call */
    vloop_run_for(b->loop, 0);
    assert_true(t->done);
    return text_str(&t->output);
}
static inline struct shell *box_shell(struct cli_box *b, bool echo)
{
    return shell_open(
        b->shells, &(struct shell_params){.user = "", .origin = "console by console", .privilege = 15, .echo = echo});
}

static inline bool box_logged(struct cli_box *b, const char *text)
{
    const char *line;
    for (size_t cursor = 0; (line = log_buffer_next(b->log, &cursor)) != NULL;)
        if (strstr(line, text))
            return true;
    return false;
}

/* What appeared on the terminal since the last look. */
static inline const char *box_screen(struct cli_box *b, struct text *keep)
{
    vloop_run_for(b->loop, 0);
    text_clear(keep);
    text_addn(keep, text_str(&b->screen), b->screen.len);
    text_clear(&b->screen);
    return text_str(keep);
}
static inline struct shell *box_terminal(struct cli_box *b, bool vty, uint8_t privilege)
{
    return session_new(b->shells, &(struct session_params){.vty = vty,
                                                           .n = vty ? -1 : 0,
                                                           .is_logged_in = vty,
                                                           .user = vty ? "admin" : "",
                                                           .location = vty ? "10.1.1.9" : "",
                                                           .privilege = privilege,
                                                           .channel = &b->channel});
}
#endif
