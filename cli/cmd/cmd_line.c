/* cmd_line.c: `line con 0`, `line vty 0 4` and what stands under them. A session takes its length, width, history,
 * exec-timeout and `logging synchronous` from the line it is opened on, and follows when they are changed. What a line
 * says of logins is asked by aaa, what it says of connections (`transport input`, `access-class ... in`) by those who
 * bring them. `transport output`, `transport preferred` and `access-class ... out` are kept: nobody connects from here.
 */
#include <string.h>

#include "cli/cmd/cmd_local.h"

enum transport { TRANSPORT_DEFAULT /* all */, TRANSPORT_ALL, TRANSPORT_NONE, TRANSPORT_SSH, TRANSPORT_TELNET };

enum { SYNC_ALL = 8 };

static int right_order(const void *a, const void *b)
{
    return ((const struct line_right_conf *)a)->level - ((const struct line_right_conf *)b)->level;
}

static void line_init(void *obj)
{
    struct line_conf *l = obj;
    conf_list_init(&l->rights, sizeof(struct line_right_conf), right_order, NULL);
    l->sync_level = 2;
    l->exec_min = 10;
    l->length = 24;
    l->width = 80;
    l->history = 10;
    l->editing = true;
    l->escape = 30;
    l->privilege = 1;
    l->stopbits = 2;
    l->login = AAA_LINE_PASSWORD;
}

static void line_fini(void *obj)
{
    conf_list_clear(&((struct line_conf *)obj)->rights);
}

/* Into one that is empty, or has been. */
static void line_copy(struct line_conf *to, const struct line_conf *from)
{
    line_fini(to);
    *to = *from;
    conf_list_init(&to->rights, sizeof(struct line_right_conf), right_order, NULL);
    CONF_EACH(const struct line_right_conf, r, &from->rights)
    {
        struct line_right_conf *own = NEW(struct line_right_conf);
        *own = *r;
        conf_list_add(&to->rights, own);
    }
}

static bool line_check(void *self, const void *obj, struct out *out)
{
    (void)self;
    const struct line_conf *l = obj;
    if (l->last == 0 || l->last > l->first)
        return true;
    out_text(out, "% Invalid line range\n");
    return false;
}

/* Lines ask for their password unless they are told otherwise; the console does not. */
static void line_settle(void *obj)
{
    struct line_conf *l = obj;
    if (l->kind == LINE_CON || l->kind == LINE_AUX)
        l->login = AAA_LINE_OPEN;
}

static int line_order(const void *a, const void *b)
{
    const struct line_conf *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->last > y->last) - (x->last < y->last);
}

static void cover(struct cli *cli, struct line_conf *l)
{
    secret_cover(&l->password_type, l->password, cli->env.rnd);
}

void line_conf_cover(struct cli *c)
{
    CONF_EACH(struct line_conf, l, &c->sys.lines)
    {
        cover(c, l);
    }
}

static unsigned last_of(const struct line_conf *l)
{
    return l->last ? l->last : l->first;
}

static void set_range(struct line_conf *l, unsigned first, unsigned last)
{
    l->first = (uint8_t)first;
    l->last = last > first ? (uint8_t)last : 0;
}

static void cut(struct conf_list *lines, struct line_conf *l, unsigned first, unsigned last)
{
    set_range(l, first, last);
    conf_list_changed(lines, l);
}

/* A line belongs to one range: what a new range covers leaves the others. It begins with the settings that its first
 * line had. */
static void take_over(struct conf_list *lines, struct line_conf *new)
{
    unsigned first = new->first, last = last_of(new);
    for (size_t i = lines->n; i-- > 0;) {
        struct line_conf *l = lines->v[i];
        if (l == new || l->kind != LINE_VTY || last_of(l) < first || l->first > last)
            continue;
        unsigned from = l->first, to = last_of(l);
        if (from <= first) {
            line_copy(new, l);
            set_range(new, first, last);
        }
        if (from < first && to > last) {
            struct line_conf *rest = NEW(struct line_conf);
            line_copy(rest, l);
            set_range(rest, last + 1, to);
            cut(lines, l, from, first - 1);
            conf_list_add(lines, rest);
        } else if (from < first) {
            cut(lines, l, from, first - 1);
        } else if (to > last) {
            cut(lines, l, last + 1, to);
        } else {
            conf_list_remove(lines, i);
        }
    }
}

static void line_changed(void *self, void *obj, enum cmd_change what)
{
    struct line_conf *l = obj;
    if (what == CMD_ADDED && l->kind == LINE_VTY)
        take_over(&((struct cli *)self)->sys.lines, l);
    if (((struct cli *)self)->sys.password_encryption)
        cover(self, l);
    shells_lines_changed(((struct cli *)self)->shells);
}

static const struct cmd_scope line_scope = {.size = sizeof(struct line_conf),
                                            .init = line_init,
                                            .fini = line_fini,
                                            .check = line_check,
                                            .changed = line_changed,
                                            .settle = line_settle};

static const struct cmd_scope right_scope = {.size = sizeof(struct line_right_conf)};

static void add_line(struct conf_list *lines, enum line_kind kind, uint8_t first, uint8_t last)
{
    struct line_conf *l = NEW(struct line_conf);
    line_init(l);
    l->kind = kind;
    l->first = first;
    l->last = last;
    line_settle(l);
    conf_list_add(lines, l);
}

void line_conf_add_defaults(struct conf_list *lines)
{
    conf_list_init(lines, sizeof(struct line_conf), line_order, line_fini);
    line_conf_complete(lines);
}

void line_conf_complete(struct conf_list *lines)
{
    bool con = false;
    unsigned free_vtys = 5; /* below the first range of others */
    CONF_EACH(const struct line_conf, l, lines)
    {
        con = con || l->kind == LINE_CON;
        if (l->kind == LINE_VTY && l->first < free_vtys)
            free_vtys = l->first;
    }
    if (!con)
        add_line(lines, LINE_CON, 0, 0);
    if (free_vtys)
        add_line(lines, LINE_VTY, 0, (uint8_t)(free_vtys - 1));
}

const struct line_conf *line_conf_of(const struct sys_conf *c, bool vty, unsigned n)
{
    const struct line_conf *found = NULL;
    CONF_EACH(const struct line_conf, l, &c->lines)
    {
        if (l->kind == (vty ? LINE_VTY : LINE_CON) && n >= l->first && n <= (l->last ? l->last : l->first))
            found = l;
    }
    return found;
}

void line_conf_settings(const struct sys_conf *c, bool vty, unsigned n, struct line_settings *out)
{
    const struct line_conf *l = line_conf_of(c, vty, n);
    if (l)
        *out = (struct line_settings){.length = l->length,
                                      .width = l->width,
                                      .history = l->history,
                                      .exec_timeout_s = l->exec_min * 60 + l->exec_sec,
                                      .absolute_timeout_s = l->absolute_timeout * 60u,
                                      .logging_sync = l->logging_sync,
                                      .sync_from = l->sync_level == SYNC_ALL ? 0 : l->sync_level,
                                      .is_editing = l->editing,
                                      .is_stamped = l->stamps,
                                      .escape = l->escape,
                                      .no_names = l->transport_pref == 1, /* none */
                                      .privilege = l->privilege};
}

void line_conf_aaa(const struct sys_conf *c, bool vty, unsigned n, struct aaa_line *out)
{
    const struct line_conf *l = line_conf_of(c, vty, n);
    if (!l) {
        out->login = vty ? AAA_LINE_PASSWORD : AAA_LINE_OPEN;
        return;
    }
    *out = (struct aaa_line){.login = (enum aaa_line_login)l->login,
                             .password_type = l->password_type,
                             .privilege = l->privilege,
                             .password = l->password,
                             .authentication = l->authentication,
                             .authorization_exec = l->authorization_exec};
    CONF_EACH(const struct line_right_conf, r, &l->rights)
    {
        out->authorization_commands[r->level] = r->list;
    }
}

bool line_conf_admits(struct cli *c, unsigned n, enum session_protocol protocol, uint32_t source)
{
    const struct line_conf *l = line_conf_of(&c->sys, true, n);
    if (!l)
        return true;
    if (l->transport_in == TRANSPORT_NONE || (l->transport_in == TRANSPORT_SSH && protocol != SESSION_SSH) ||
        (l->transport_in == TRANSPORT_TELNET && protocol != SESSION_TELNET))
        return false;
    return !l->acl_in[0] || !c->env.permits || c->env.permits(c->env.arg, l->acl_in, source);
}

/* With `aaa new-model` lists of methods say it, and these lines are kept but not shown. */
static void print_login(void *self, const void *obj, struct text *out)
{
    const struct line_conf *l = obj;
    if (aaa_is_new_model(((struct cli *)self)->aaa))
        return;
    if (l->login == AAA_LINE_PASSWORD)
        text_add(out, "login\n");
    else if (l->login == AAA_LINE_OPEN && l->kind == LINE_VTY)
        text_add(out, "no login\n");
}

static void print_login_local(void *self, const void *obj, struct text *out)
{
    if (!aaa_is_new_model(((struct cli *)self)->aaa) && ((const struct line_conf *)obj)->login == AAA_LINE_LOCAL)
        text_add(out, "login local\n");
}

#define LN(f)                        NUM(struct line_conf, f)
#define LSET(sent, text, ...)        SET(CONFIG_LINE, NULL, sent, text, __VA_ARGS__)
#define LSET_HIDDEN(sent, text, ...) SET_F(CONFIG_LINE, NULL, CMD_HIDDEN, sent, text, __VA_ARGS__)
#define LOGIN(sent, text, printer)                                                                                     \
    {                                                                                                                  \
        .kind = CMD_SET_ROW, .mode = CONFIG_LINE, .sentence = sent, .help = text, .print = printer,                    \
        .binds = CMD_BINDS(LN(login))                                                                                  \
    }
#define LMODE(fl, sent, text, ...)                                                                                     \
    {                                                                                                                  \
        .kind = CMD_MODE_ROW, .mode = CONFIG, .enters = CONFIG_LINE, .sentence = sent, .help = text, .flags = fl,      \
        .scope = &line_scope, .parent = &sys_scope, .list_off = offsetof(struct sys_conf, lines),                      \
        .binds = CMD_BINDS(__VA_ARGS__)                                                                                \
    }
#define KEYN(f) KEY_NUM(struct line_conf, f)

static const struct cmd_row rows[] = {
    HELP(CONFIG, "line", "Configure a terminal line"),
    LMODE(CMD_UNLISTED, "line con=kind:1 <first:0-0>", "Primary terminal line|First Line number", KEYN(kind),
          KEYN(first)),
    LMODE(CMD_HIDDEN | CMD_LISTED, "line console=kind:1 <first:0-0>", "Primary terminal line|First Line number",
          KEYN(kind), KEYN(first)),
    LMODE(0, "line aux=kind:2 <first:0-0>", "Auxiliary line|First Line number", KEYN(kind), KEYN(first)),
    LMODE(0, "line vty=kind:3 <first:0-15> [<last:1-15>]", "Virtual terminal|First Line number|Last Line number",
          KEYN(kind), KEYN(first), KEYN(last)),
    HELP(CONFIG_LINE, "access-class", "Filter connections based on an IP access list"),
    LSET("access-class <word:acl_in> in", "IP access list|Filter incoming connections", TXT(struct line_conf, acl_in)),
    LSET("access-class <word:acl_out> out", "IP access list|Filter outgoing connections",
         TXT(struct line_conf, acl_out)),
    LSET("session-timeout <session_timeout:0-35791>",
         "Set interval for closing connection when there is no input traffic|Session timeout interval in minutes",
         LN(session_timeout)),
    LSET("exec-timeout <exec_min:0-35791> <exec_sec:0-2147483>",
         "Set the EXEC timeout|Timeout in minutes|Timeout in seconds", LN(exec_min), LN(exec_sec)),
    LSET_HIDDEN("exec-timeout=exec_sec:0 <exec_min:0-35791>", "Set the EXEC timeout|Timeout in minutes", LN(exec_sec),
                LN(exec_min)),
    LSET("privilege level <privilege:0-15>",
         "Change privilege level for line|Assign default privilege level for line|Default privilege level for line",
         LN(privilege)),
    HELP(CONFIG_LINE, "password", "Set a password"),
    LSET("password=password_type:0 <line:password>", "The UNENCRYPTED (cleartext) line password", LN(password_type),
         TXT(struct line_conf, password)),
    LSET("password 7=password_type:7 <hex:password>",
         "Specifies a HIDDEN password will follow|The HIDDEN line password", LN(password_type),
         TXT(struct line_conf, password)),
    LSET_HIDDEN("password 0=password_type:0 <line:password>",
                "Specifies an UNENCRYPTED password will follow|The UNENCRYPTED (cleartext) line password",
                LN(password_type), TXT(struct line_conf, password)),
    HELP(CONFIG_LINE, "logging", "Modify message logging facilities"),
    LSET("logging synchronous=logging_sync [level {all=sync_level:8|<sync_level:0-7>}]",
         "Synchronized message output|Severity level to output synchronously|All levels|Severity level",
         LN(logging_sync), LN(sync_level)),
    LOGIN("login=login:1", "Enable password checking", print_login),
    LOGIN("login local=login:2", "|Local password checking", print_login_local),
    LSET("login authentication <word:authentication>",
         "|Authentication parameters|Use an authentication list with this name", TXT(struct line_conf, authentication)),
    HELP(CONFIG_LINE, "authorization", "Authorization parameters"),
    LSET("authorization exec <word:authorization_exec>",
         "For starting an exec (shell)|Use an authorization list with this name",
         TXT(struct line_conf, authorization_exec)),
    LINE(CONFIG_LINE, &right_scope, NULL, struct line_conf, rights, "authorization commands <level:0-15> <word:list>",
         "For exec (shell) commands|Enable level|Use an authorization list with this name",
         KEY_NUM(struct line_right_conf, level), TXT(struct line_right_conf, list)),
    LSET("absolute-timeout <absolute_timeout:0-10000>",
         "Set absolute timeout for line disconnection|Absolute timeout interval in minutes", LN(absolute_timeout)),
    HELP(CONFIG_LINE, "history", "Enable and control the command history function"),
    LSET("history size <history:0-256>", "Set history buffer size|Size of history buffer", LN(history)),
    LSET("editing=editing", "Enable command line editing", LN(editing)),
    LSET("exec prompt timestamp=stamps", "Configure EXEC|EXEC prompt|Print timestamps for show commands", LN(stamps)),
    LSET("escape-character <escape:0-255>",
         "Change the current line's escape character|Escape character's ASCII decimal equivalent", LN(escape)),
    LSET_HIDDEN("escape-character NONE=escape:0", "|Disable escape entirely", LN(escape)),
    LSET("length <length:0-512>", "Set number of lines on a screen|Number of lines on screen (0 for no pausing)",
         LN(length)),
    LSET("width <width:0-512>", "Set width of the display terminal|Number of characters on a screen line", LN(width)),
    HELP(CONFIG_LINE, "transport", "Define transport protocols for line"),
    LSET("transport preferred {none=transport_pref:1|ssh=transport_pref:2|telnet=transport_pref:3}",
         "Specify the preferred protocol to use|No protocols|TCP/IP SSH protocol|"
         "TCP/IP Telnet protocol",
         LN(transport_pref)),
    LSET("transport input {all=transport_in:1|none=transport_in:2|ssh=transport_in:3|telnet=transport_in:4|telnet "
         "ssh=transport_in:5}",
         "Define which protocols to use when connecting to the terminal server|All protocols|No protocols|TCP/IP SSH "
         "protocol|TCP/IP Telnet protocol|"
         "TCP/IP Telnet protocol|TCP/IP SSH protocol",
         LN(transport_in)),
    LSET("transport output {all=transport_out:1|none=transport_out:2|ssh=transport_out:3|telnet=transport_out:4|telnet "
         "ssh=transport_out:5}",
         "Define which protocols to use for outgoing connections|All protocols|No protocols|TCP/IP SSH protocol|TCP/IP "
         "Telnet protocol|TCP/IP Telnet protocol|"
         "TCP/IP SSH protocol",
         LN(transport_out)),
    LSET("stopbits <stopbits:1-2>", "Set async line stop bits|Number of stop bits", LN(stopbits)),
};
const struct cmd_table cli_table_line = CMD_TABLE("cli/cmd/cmd_line", rows);
