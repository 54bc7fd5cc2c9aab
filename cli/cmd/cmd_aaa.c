/* cmd_aaa.c: `aaa ...` and `login ...` of global configuration, `show login`. What they mean is cli/aaa's; here they are
 * typed, kept and printed. Methods are those that need nobody else: there is no RADIUS and no TACACS+, so `group` has no
 * row. Lists of methods are refused before `aaa new-model`, and `no aaa new-model` takes them away, as on IOS.
 */
#include <string.h>

#include "cli/aaa/aaa_conf.h"
#include "cli/cmd/cmd_local.h"

static void *aaa_global(void *self)
{
    return aaa_conf(((struct cli *)self)->aaa);
}

static void aaa_init(void *obj)
{
    ((struct aaa_conf *)obj)->config_commands = true;
}

static void aaa_changed(void *self, void *obj, enum cmd_change what)
{
    struct aaa_conf *c = obj;
    struct conf_list *const lists[] = {&c->login, &c->enable, &c->exec, &c->commands};
    (void)what;
    if (c->new_model && !c->session_id)
        c->session_id = 1;
    if (!c->new_model) {
        c->session_id = 0;
        c->authorization_console = false;
        c->config_commands = true;
        for (size_t i = 0; i < 4; i++)
            while (lists[i]->n)
                conf_list_remove(lists[i], lists[i]->n - 1);
    }
    aaa_watch_changed(((struct cli *)self)->aaa);
}

static const struct cmd_scope aaa_scope = {
    .size = sizeof(struct aaa_conf), .init = aaa_init, .global = aaa_global, .changed = aaa_changed};

static bool list_joins(void *self, const void *parent, const void *obj, struct out *out)
{
    (void)self, (void)obj;
    if (((const struct aaa_conf *)parent)->new_model)
        return true;
    out_text(out, "% AAA is not enabled: aaa new-model comes first\n");
    return false;
}

static const struct cmd_scope list_scope = {.size = sizeof(struct aaa_list), .joins = list_joins};

/* ---- show login ---- */

static enum cmd_result show_login(struct cmd_ctx *c)
{
    struct aaa *a = ((struct cli *)c->self)->aaa;
    const struct aaa_conf *conf = aaa_conf(a);
    struct aaa_watch_view v;
    unsigned delay = conf->delay_s ? conf->delay_s : conf->block_s ? 1 : 0;
    aaa_watch_view(a, &v);
    if (delay)
        out_printf(c->out, "     A %slogin delay of %u seconds is applied.\n", conf->delay_s ? "" : "default ", delay);
    else
        out_text(c->out, "     No login delay has been applied.\n");
    if (conf->quiet_acl[0])
        out_printf(c->out, "     Quiet-Mode access list %s is applied.\n", conf->quiet_acl);
    else
        out_text(c->out, "     No Quiet-Mode access list has been configured.\n");
    if (conf->on_success)
        out_printf(c->out, "     %s successful login is logged.\n", conf->success_every > 1 ? "Not every" : "All");
    if (conf->on_failure)
        out_printf(c->out, "     %s failed login is logged.\n", conf->failure_every > 1 ? "Not every" : "All");
    if (!conf->block_s) {
        out_text(c->out, "\n     Router NOT enabled to watch for login Attacks\n");
        return CMD_OK;
    }
    out_printf(c->out,
               "\n     Router enabled to watch for login Attacks.\n"
               "     If more than %u login failures occur in %u seconds or less,\n"
               "     logins will be disabled for %u seconds.\n\n",
               conf->block_attempts, conf->block_within_s, conf->block_s);
    if (v.quiet) {
        out_text(c->out, "     Router presently in Quiet-Mode.\n");
        out_printf(c->out, "     Will remain in Quiet-Mode for %u seconds.\n", v.left_s);
        if (conf->quiet_acl[0])
            out_printf(c->out, "     Restricted logins filtered by applied ACL %s.\n", conf->quiet_acl);
        else
            out_text(c->out, "     Denying logins from all sources.\n");
    } else {
        out_text(c->out, "     Router presently in Normal-Mode.\n     Current Watch Window\n");
        out_printf(c->out, "         Time remaining: %u seconds.\n", v.left_s);
        out_printf(c->out, "         Login failures for current window: %u.\n", v.failures);
        out_printf(c->out, "     Total login failures: %llu.\n", (unsigned long long)v.total);
    }
    return CMD_OK;
}

static enum cmd_result show_failures(struct cmd_ctx *c)
{
    const struct aaa *a = ((struct cli *)c->self)->aaa;
    struct aaa_watch_view v;
    struct aaa_failure f;
    aaa_watch_view(a, &v);
    if (!v.total) {
        out_text(c->out, "*** No logged failed login attempts with the device.***\n");
        return CMD_OK;
    }
    out_printf(c->out, "Total failed logins: %llu\n", (unsigned long long)v.total);
    out_text(c->out, "Detailed information about last 50 failures\n\n");
    out_text(c->out, "Username        SourceIPAddr    lPort Count TimeStamp\n");
    for (size_t i = 0; aaa_failure_at(a, i, &f); i++)
        out_printf(c->out, "%-15s %-15s %-5u %-5u %s\n", f.user, f.source ? IP4(f.source) : "LOCAL", f.local_port,
                   f.count, f.at);
    return CMD_OK;
}

#define AAA(f)                NUM(struct aaa_conf, f)
#define ASET(sent, text, ...) SET(CONFIG, &aaa_scope, sent, text, __VA_ARGS__)
#define LISTED(list, sent, texts, ...)                                                                                 \
    LINE(CONFIG, &list_scope, &aaa_scope, struct aaa_conf, list, sent, texts "|" texts "|" texts, __VA_ARGS__)
#define KEYS    KEY_NUM(struct aaa_list, is_default), KEY_TXT(struct aaa_list, name)
#define METHODS NUM(struct aaa_list, m1), NUM(struct aaa_list, m2), NUM(struct aaa_list, m3), NUM(struct aaa_list, m4)
#define NAME    "{default=is_default:1|<word:name>} "
/* The texts of the first method are those of HELP rows; each further one has its own. */
#define T_LOCAL "Use local username authentication"
#define T_NONE  "NO authentication or authorization: always succeeds"
#define LOGIN_TEXTS                                                                                                    \
    T_LOCAL "|Use case-sensitive local username authentication|Use enable password for authentication|"                \
            "Use line password for authentication|" T_NONE
#define ENABLE_TEXTS "Use enable password for authentication|Use line password for authentication|" T_NONE
#define RIGHT_TEXTS  T_LOCAL "|" T_NONE "|Succeed if user has authenticated"
/* Constants are those of enum aaa_method. */
#define LOGIN_BY(m)        "local=" m ":1|local-case=" m ":2|enable=" m ":3|line=" m ":4|none=" m ":5"
#define ENABLE_BY(m)       "enable=" m ":3|line=" m ":4|none=" m ":5"
#define RIGHT_BY(m)        "local=" m ":1|none=" m ":5|if-authenticated=" m ":6"
#define UP_TO_4(by)        "{" by("m1") "} [" by("m2") "] [" by("m3") "] [" by("m4") "]"

#define HELP_METHODS(path) HELP(CONFIG, path " local", T_LOCAL), HELP(CONFIG, path " none", T_NONE)
#define HELP_RIGHTS(path)                                                                                              \
    HELP_METHODS(path), HELP(CONFIG, path " if-authenticated", "Succeed if user has authenticated")

static const struct cmd_row rows[] = {
    HELP(CONFIG, "aaa", "Authentication, Authorization and Accounting"),
    SET_F(CONFIG, &aaa_scope, CMD_SHOW_NO, "aaa new-model=new_model",
          "Enable NEW access control commands and functions", AAA(new_model)),
    HELP(CONFIG, "aaa authentication", "Authentication configurations parameters"),
    HELP(CONFIG, "aaa authentication login", "Set authentication lists for logins"),
    HELP(CONFIG, "aaa authentication login default", "The default authentication list"),
    HELP(CONFIG, "aaa authentication login <word:name>", "Named authentication list (max 31 characters)"),
    HELP_METHODS("aaa authentication login default"),
    HELP(CONFIG, "aaa authentication login default local-case", "Use case-sensitive local username authentication"),
    HELP(CONFIG, "aaa authentication login default enable", "Use enable password for authentication"),
    HELP(CONFIG, "aaa authentication login default line", "Use line password for authentication"),
    LISTED(login, "aaa authentication login " NAME UP_TO_4(LOGIN_BY), LOGIN_TEXTS, KEYS, METHODS),
    HELP(CONFIG, "aaa authentication enable", "Set authentication list for enable"),
    HELP(CONFIG, "aaa authentication enable default", "The default authentication list"),
    HELP(CONFIG, "aaa authentication enable default enable", "Use enable password for authentication"),
    HELP(CONFIG, "aaa authentication enable default line", "Use line password for authentication"),
    HELP(CONFIG, "aaa authentication enable default none", "NO authentication: always succeeds"),
    LISTED(enable, "aaa authentication enable default=is_default:1 " UP_TO_4(ENABLE_BY), ENABLE_TEXTS,
           KEY_NUM(struct aaa_list, is_default), METHODS),
    HELP(CONFIG, "aaa authorization", "Authorization configurations parameters"),
    ASET("aaa authorization console=authorization_console", "For enabling console authorization",
         AAA(authorization_console)),
    ASET("aaa authorization config-commands=config_commands", "For configuration mode commands", AAA(config_commands)),
    HELP(CONFIG, "aaa authorization exec", "For starting an exec (shell)"),
    HELP(CONFIG, "aaa authorization exec default", "The default authorization list"),
    HELP(CONFIG, "aaa authorization exec <word:name>", "Named authorization list (max 31 characters)"),
    HELP_RIGHTS("aaa authorization exec default"),
    LISTED(exec, "aaa authorization exec " NAME UP_TO_4(RIGHT_BY), RIGHT_TEXTS, KEYS, METHODS),
    HELP(CONFIG, "aaa authorization commands", "For exec (shell) commands"),
    HELP(CONFIG, "aaa authorization commands <level:0-15>", "Enable level"),
    HELP(CONFIG, "aaa authorization commands <level:0-15> default", "The default authorization list"),
    HELP(CONFIG, "aaa authorization commands <level:0-15> <word:name>", "Named authorization list (max 31 characters)"),
    HELP_RIGHTS("aaa authorization commands <level:0-15> default"),
    LISTED(commands, "aaa authorization commands <level:0-15> " NAME UP_TO_4(RIGHT_BY), RIGHT_TEXTS,
           KEY_NUM(struct aaa_list, level), KEYS, METHODS),
    HELP(CONFIG, "aaa session-id", "AAA Session ID"),
    ASET("aaa session-id {common=session_id:1|unique=session_id:2}",
         "Use the same session-id for all requests of a session|A session-id for each request", AAA(session_id)),
    HELP(CONFIG, "login", "Enable secure login checking"),
    ASET("login block-for <block_s:1-65535> attempts <block_attempts:1-65535> within <block_within_s:1-65535>",
         "Set quiet-mode active time period|Time period in seconds|Set max number of fail attempts|Fail attempts max "
         "value|Watch period for fail attempts|Time period in seconds",
         AAA(block_s), AAA(block_attempts), AAA(block_within_s)),
    ASET("login delay <delay_s:1-10>", "Set delay between successive fail login|Time period in seconds", AAA(delay_s)),
    HELP(CONFIG, "login quiet-mode", "Set quiet-mode options"),
    ASET("login quiet-mode access-class <word:quiet_acl>", "Set access-class acl for quiet-mode|Access list",
         TXT(struct aaa_conf, quiet_acl)),
    HELP(CONFIG, "login on-failure", "Set options for failed login attempt"),
    ASET("login on-failure log=on_failure [every <failure_every:1-65535>]",
         "Generate syslogs on failure logins|Periodicity of logs|Number of logins", AAA(on_failure),
         AAA(failure_every)),
    HELP(CONFIG, "login on-success", "Set options for successful login attempt"),
    ASET("login on-success log=on_success [every <success_every:1-65535>]",
         "Generate syslogs on successful logins|Periodicity of logs|Number of logins", AAA(on_success),
         AAA(success_every)),
    DO_F(EXEC, 1, CMD_YIELDS, "show login", show_login, "Display Secure Login Configurations and State"),
    DO_F(EXEC, 1, CMD_YIELDS, "show login failures", show_failures, "|Display last 50 failed logins in table"),
};
const struct cmd_table cli_table_aaa = CMD_TABLE("cli/cmd/cmd_aaa", rows);
