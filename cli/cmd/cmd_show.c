/* cmd_show.c: the configuration shown: show running-config [all | brief | full | interface X | view full] [linenum],
 * show startup-config, write terminal. The text is made anew each time, from the bound fields; the header is IOS's,
 * whose first three lines backup programs drop unread.
 *
 * `brief` leaves out certificates, `full` and `view full` leave out nothing: there are no certificates and no views
 * here, so all three show what no word shows. `linenum` numbers the lines of the configuration, not those of the header
 * before it.
 *
 * Below privilege 15 a level that may `show running-config` sees the lines that it may type itself, as on IOS: no
 * password or key of others. Only `view full`, where somebody gave just that to a level, shows all.
 */
#include <string.h>

#include "cli/cmd/cmd_local.h"
#include "cli/config/config.h"
#include "cli/grammar/grammar.h"
#include "cli/shell/store.h"

static void number_lines(const char *s, struct text *out)
{
    for (unsigned n = 1; *s; n++) {
        size_t len = strcspn(s, "\n");
        text_printf(out, "%u : %.*s\n", n, (int)len, s);
        s += len + (s[len] == '\n');
    }
}

static void show_config(struct cmd_ctx *c, struct text *config)
{
    struct text numbered = {0};
    out_printf(c->out, "Building configuration...\n\nCurrent configuration : %zu bytes\n", config->len);
    if (cmd_has(c, "linenum")) {
        number_lines(text_str(config), &numbered);
        out_write(c->out, text_str(&numbered), numbered.len);
    } else {
        out_write(c->out, text_str(config), config->len);
    }
    out_text(c->out, "\n");
    text_free(&numbered);
}

#define DEPTH_MAX 8 /* of sections */

/* The lines of a configuration that can be typed at a privilege, where they stand. */
static void cut_to(struct grammar *g, uint8_t privilege, struct text *config)
{
    struct text kept = {0};
    enum cmd_mode modes[DEPTH_MAX + 2] = {CONFIG};
    size_t open = 0; /* sections deeper than this are not seen */
    bool mark = false;
    struct match *m = NEW(struct match);
    for (const char *s = text_str(config); *s;) {
        size_t n = strcspn(s, "\n"), depth = strspn(s, " ");
        char *line = mem_strndup(s, n);
        bool bang = line[0] == '!', outside = !line[0] || bang || config_is_mark(line);
        if (outside) {
            if (!bang || line[1] || !mark)
                text_addn(&kept, s, n), text_add(&kept, "\n");
            mark = bang;
        } else if (depth <= open && depth <= DEPTH_MAX &&
                   grammar_match(g, modes[depth], privilege, line + depth, m) == MATCH_OK) {
            text_addn(&kept, s, n);
            text_add(&kept, "\n");
            mark = false;
            open = depth;
            if (m->row->kind == CMD_MODE_ROW)
                modes[open = depth + 1] = m->row->enters;
        } else if (depth < open) {
            open = depth;
        }
        mem_free(line);
        s += n + (s[n] == '\n');
    }
    mem_free(m);
    text_free(config);
    *config = kept;
}

static enum cmd_result show_running(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct text t = {0};
    store_running(cli->shells, cmd_has(c, "all"), &t);
    if (c->privilege < 15 && !cmd_has(c, "view"))
        cut_to(cli->grammar, c->privilege, &t);
    show_config(c, &t);
    text_free(&t);
    return CMD_OK;
}

static enum cmd_result show_running_interface(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct text head = {0}, t = {0};
    text_printf(&head, "interface %s", cmd_str(c, "ifname"));
    text_add(&t, "!\n");
    bool found = config_running_section(cli->grammar, head.s, &t);
    if (found) {
        text_add(&t, "end\n");
        if (c->privilege < 15)
            cut_to(cli->grammar, c->privilege, &t);
        show_config(c, &t);
    } else {
        out_printf(c->out, "%% Interface %s does not exist\n", cmd_str(c, "ifname"));
    }
    text_free(&head);
    text_free(&t);
    return found ? CMD_OK : CMD_FAIL;
}

uint64_t config_room(const struct cli *c)
{
    uint64_t total, avail;
    bool less = file_space(c->env.files, STARTUP_CONFIG, &total, &avail) == FILE_OK && total < FILE_SIZE_MAX;
    return less ? total : FILE_SIZE_MAX;
}

static enum cmd_result show_startup(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct text t = {0};
    enum file_result r = file_read(cli->env.files, STARTUP_CONFIG, &t);
    if (r == FILE_NOT_FOUND) {
        out_text(c->out, "startup-config is not present\n");
    } else if (r != FILE_OK) {
        text_free(&t);
        return file_error(c, "opening", STARTUP_CONFIG, r);
    } else {
        out_printf(c->out, "Using %zu out of %llu bytes\n", t.len, (unsigned long long)config_room(cli));
        out_write(c->out, text_str(&t), t.len);
    }
    text_free(&t);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show running-config", "Current operating configuration"),
    DO(EXEC, 15, "show running-config [all=all|brief|full] [linenum=linenum]", show_running,
       "Configuration with defaults|Configuration without certificate data|Full configuration|Display line numbers in "
       "output"),
    DO(EXEC, 15, "show running-config view=view full [linenum=linenum]", show_running,
       "View options|Full configuration|Display line numbers in output"),
    DO(EXEC, 15, "show running-config interface <ifname> [linenum=linenum]", show_running_interface,
       "Show interface configuration|Interface|Display line numbers in output"),
    DO(EXEC, 15, "show startup-config", show_startup, "Contents of startup configuration"),
    DO(EXEC, 15, "show configuration", show_startup, ""),
    HELP(EXEC, "write", "Write running configuration to memory, network, or terminal"),
    DO(EXEC, 15, "write terminal", show_running, "Write to terminal"),
};
const struct cmd_table cli_table_show = CMD_TABLE("cli/cmd/cmd_show", rows);
