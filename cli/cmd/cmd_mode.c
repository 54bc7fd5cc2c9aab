/* cmd_mode.c: moving between modes: enable, disable, configure, end, exit, logout, help.
 *
 * `enable` asks for a password only where somebody who logged in types and one is set; a program's session (an applet's,
 * the lab's) is let through, as IOS lets EEM through. On a vty without any password set, enable is refused; on the
 * console it is not. Three tries, each held against what aaa says while the loop goes on.
 */
#include "cli/cmd/cmd_local.h"
#include "cli/config/config.h"
#include "cli/shell/lock.h"

#include <stdio.h>
#include <string.h>

MSG(MSG_PRIV_PASS, "SYS", 5, "PRIV_AUTH_PASS", 0, "Privilege level set to %u by %s");
MSG(MSG_PRIV_FAIL, "SYS", 5, "PRIV_AUTH_FAIL", 0, "Authentication to Privilege level %u failed by %s");

struct enabling {
    struct waiting w; /* first */
    struct aaa_door door;
    struct aaa_question *question;
    char user[AAA_USER_MAX + 1];
    uint8_t level;
    unsigned tries;
};

static void enabling_free(struct waiting *w)
{
    struct enabling *e = (struct enabling *)w;
    aaa_cancel(e->question);
    mem_free(e);
}

static void enable_answer(void *arg, const char *text);

/* `logging userinfo`: who raised his privilege, or tried to. */
static void tell_enable(struct cli *cli, const struct shell *sh, uint8_t level, bool pass)
{
    struct session_view v;
    if (!cli->logging.userinfo)
        return;
    session_view(sh, &v);
    const char *by = session_by(&v), *unknown = by[0] == ' ' ? "unknown" : strstr(by, " on ") ? "" : "unknown on ";
    char who[200];
    snprintf(who, sizeof who, "%s%s", unknown, by);
    if (pass)
        msg_post(cli->env.log, &MSG_PRIV_PASS, level, who);
    else
        msg_post(cli->env.log, &MSG_PRIV_FAIL, level, who);
}

static void enable_judged(void *arg, enum aaa_verdict v, const struct aaa_grant *g)
{
    struct enabling *e = arg;
    const struct cmd_ctx *c = e->w.c;
    struct cli *cli = c->self;
    e->question = NULL;
    if (v == AAA_PASS) {
        c->host->set_privilege(c->shell, g->privilege);
        tell_enable(cli, c->shell, g->privilege, true);
        waiting_end(&e->w, CMD_OK);
    } else if (++e->tries < 3) {
        c->host->ask_secret(c->shell, "Password: ", enable_answer, e);
    } else {
        tell_enable(cli, c->shell, e->level, false);
        out_text(c->out, aaa_is_new_model(cli->aaa)                ? "% Access denied\n\n"
                         : aaa_enable_is_secret(cli->aaa, e->level) ? "% Bad secrets\n\n"
                                                               : "% Bad passwords\n\n");
        waiting_end(&e->w, CMD_FAIL);
    }
}

static void enable_answer(void *arg, const char *text)
{
    struct enabling *e = arg;
    e->question = aaa_enable(((struct cli *)e->w.c->self)->aaa, &e->door, e->user, e->level, text, enable_judged, e);
}

static enum cmd_result do_enable(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct session_view v;
    uint8_t level = cmd_has(c, "level") ? (uint8_t)cmd_int(c, "level") : 15;
    session_view(c->shell, &v);
    struct aaa_door door = session_door(&v);
    if (v.privilege >= level) {
        if (v.privilege > level)
            c->host->set_privilege(c->shell, level);
        return CMD_OK;
    }
    switch (v.by_person ? aaa_enable_wants(cli->aaa, &door, level) : AAA_WANTS_NOTHING) {
    case AAA_REFUSES:
        out_text(c->out, aaa_is_new_model(cli->aaa) ? "% Error in authentication.\n\n" : "% No password set\n");
        return CMD_FAIL;
    case AAA_WANTS_NOTHING:
        c->host->set_privilege(c->shell, level);
        tell_enable(cli, c->shell, level, true);
        return CMD_OK;
    case AAA_WANTS_PASSWORD:
    case AAA_WANTS_USER: break;
    }
    struct enabling *e = NEW(struct enabling);
    *e = (struct enabling){.door = door, .level = level};
    str_copy(e->user, sizeof e->user, v.user);
    waiting_begin(&e->w, c, enabling_free);
    c->host->ask_secret(c->shell, "Password: ", enable_answer, e);
    return CMD_WAIT;
}

static enum cmd_result do_disable(struct cmd_ctx *c)
{
    uint8_t level = cmd_has(c, "level") ? (uint8_t)cmd_int(c, "level") : 1;
    if (level > c->privilege) {
        out_text(c->out, "% Privilege level to disable must be less than or equal to the current one\n");
        return CMD_FAIL;
    }
    c->host->set_privilege(c->shell, level);
    return CMD_OK;
}

static enum cmd_result enter_config(struct cmd_ctx *c)
{
    const struct sys_conf *sys = &((struct cli *)c->self)->sys;
    bool alone = sys->exclusive == EXCLUSIVE_AUTO || cmd_has(c, "lock");
    if (!shell_config_take(c->shell, alone ? sys->exclusive_s : 0, c->out))
        return CMD_FAIL;
    out_text(c->out, "Enter configuration commands, one per line.  End with CNTL/Z.\n");
    c->host->enter(c->shell, CONFIG, NULL);
    return CMD_OK;
}

static enum cmd_result do_configure_terminal(struct cmd_ctx *c)
{
    bool idle = cmd_has(c, "idle");
    unsigned minutes = (unsigned)cmd_int(c, idle ? "idle" : "timer");
    if (minutes && !config_trial(c, minutes, idle))
        return CMD_FAIL;
    return enter_config(c);
}

/* The source was asked for. The context outlives the question: it is the session's. */
static void configure_answer(void *arg, const char *text)
{
    struct cmd_ctx *c = arg;
    size_t n = strlen(text);
    if (n <= 8 && !strncmp(text, "terminal", n)) {
        cmd_done(c->host, c->shell, enter_config(c));
        return;
    }
    out_text(c->out, "?Must be \"terminal\"\n");
    cmd_done(c->host, c->shell, CMD_FAIL);
}

static enum cmd_result do_configure(struct cmd_ctx *c)
{
    c->host->ask(c->shell, "Configuring from terminal, memory, or network [terminal]? ", false, configure_answer, c);
    return CMD_WAIT;
}

static enum cmd_result do_quit(struct cmd_ctx *c)
{
    c->host->quit(c->shell);
    return CMD_OK;
}

static enum cmd_result do_end(struct cmd_ctx *c)
{
    c->host->end(c->shell);
    return CMD_OK;
}

/* One level up: the mode whose object holds this one. */
static enum cmd_result do_exit_config(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct session_view v;
    session_view(c->shell, &v);
    enum cmd_mode up = EXEC;
    void *obj = v.mode == CONFIG ? NULL : config_outer(cli->grammar, v.mode, c->obj, &up);
    c->host->enter(c->shell, up, obj);
    return CMD_OK;
}

static enum cmd_result do_help(struct cmd_ctx *c)
{
    out_text(c->out, "Type a question mark at any point of a command to see what may come next.\n"
                     "\n"
                     "  show ?     after a blank: every word or value that may stand there, with\n"
                     "             what it means (full help)\n"
                     "  show pr?   within a word: the words that begin like it (partial help)\n"
                     "\n"
                     "Every word may be shortened as long as it is clear; Tab writes it in full.\n\n");
    return CMD_OK;
}

/* The shell takes `do` off a line before anything is matched; only `do` with nothing to do could come here. */
static enum cmd_result do_do(struct cmd_ctx *c)
{
    out_text(c->out, "% Incomplete command.\n\n");
    return CMD_FAIL;
}

#define IN_CONFIG(m, level, sent, func, text)                                                                          \
    {                                                                                                                  \
        .kind = CMD_DO_ROW, .mode = m, .priv = level, .flags = CMD_IN_CONFIG, .sentence = sent, .fn = func,            \
        .help = text                                                                                                   \
    }
#define SUBMODE(m)                                                                                                     \
    IN_CONFIG(m, 0, "exit", do_exit_config, "Exit from this configuration mode"),                                      \
        IN_CONFIG(m, 0, "end", do_end, "Exit to privileged EXEC mode"),                                                \
        IN_CONFIG(m, 0, "do <line:command>", do_do, "To run exec commands in config mode|Exec Command")

static const struct cmd_row rows[] = {
    DO(EXEC, 0, "enable [<level:0-15>]", do_enable, "Turn on privileged commands|Enable level"),
    DO(EXEC, 0, "disable [<level:0-15>]", do_disable, "Turn off privileged commands|Privilege level to go to"),
    HELP(EXEC, "configure", "Enter configuration mode"),
    DO(EXEC, 15, "configure", do_configure, ""),
    DO(EXEC, 15, "configure terminal &{[lock=lock]|[revert {timer <timer:1-120>|idle <idle:1-120>}]}",
       do_configure_terminal,
       "Configure from the terminal|Lock configuration mode|Parameters for reverting the configuration|Time for "
       "confirming the change|Minutes|"
       "Revert when the session has been idle|Minutes"),
    DO(EXEC, 0, "exit", do_quit, "Exit from the EXEC"),
    DO(EXEC, 0, "logout", do_quit, "Exit from the EXEC"),
    DO(EXEC, 0, "quit", do_quit, "Exit from the EXEC"),
    DO(EXEC, 0, "help", do_help, "Description of the interactive help system"),
    SUBMODE(CONFIG),
    IN_CONFIG(CONFIG, 0, "help", do_help, "Description of the interactive help system"),
    SUBMODE(CONFIG_IF),
    SUBMODE(CONFIG_LINE),
    SUBMODE(CONFIG_ISAKMP),
    SUBMODE(CONFIG_ISAKMP_PROFILE),
    SUBMODE(CONFIG_ISAKMP_PEER),
    SUBMODE(CONFIG_TRANSFORM),
    SUBMODE(CONFIG_CRYPTO_MAP),
    SUBMODE(CONFIG_CRYPTO_MANUAL),
    SUBMODE(CONFIG_IPSEC_PROFILE),
    SUBMODE(CONFIG_STD_NACL),
    SUBMODE(CONFIG_EXT_NACL),
    SUBMODE(CONFIG_APPLET),
    SUBMODE(CONFIG_APPLET_TRIGGER),
    SUBMODE(CONFIG_ERM),
    SUBMODE(CONFIG_ERM_POLICY),
    SUBMODE(CONFIG_ERM_NODE),
    SUBMODE(CONFIG_ERM_OWNER),
    SUBMODE(CONFIG_KEYRING),
    SUBMODE(CONFIG_CRYPTO_IDENTITY),
    SUBMODE(CONFIG_IKEV2_PROPOSAL),
    SUBMODE(CONFIG_IKEV2_POLICY),
    SUBMODE(CONFIG_IKEV2_KEYRING),
    SUBMODE(CONFIG_IKEV2_PEER),
    SUBMODE(CONFIG_IKEV2_PROFILE),
    SUBMODE(CONFIG_TRACK),
    SUBMODE(CONFIG_TRACK_METRIC),
    SUBMODE(CONFIG_TRACK_BOOLEAN),
    SUBMODE(CONFIG_TRACK_PERCENTAGE),
    SUBMODE(CONFIG_TRACK_WEIGHT),
    SUBMODE(CONFIG_TRACK_STUB),
    SUBMODE(CONFIG_SLA),
    SUBMODE(CONFIG_ARCHIVE),
    SUBMODE(CONFIG_ARCHIVE_LOG),
    SUBMODE(CONFIG_SSH_PUBKEY),
    SUBMODE(CONFIG_SSH_PUBKEY_USER),
    SUBMODE(CONFIG_CP),
    SUBMODE(CONFIG_RED),
};
const struct cmd_table cli_table_mode = CMD_TABLE("cli/cmd/cmd_mode", rows);
