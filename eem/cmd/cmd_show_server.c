/* cmd_show_server.c: what the event manager itself is: `show event manager version`, `detector`, `scheduler`, `session`,
 * `directory`, `policy available`.
 *
 * A detector's syntax is read from the rows that parse it, so it says what this router takes. Versions of detectors are
 * those of EEM 4.0; there are no Tcl policies, so a detector has no Tcl syntax, and those that are available can be read and
 * not registered. */
#include <string.h>
#include <strings.h>

#include "eem/cmd/cmd.h"
#include "eem/eem.h"
#include "espial/clock.h"
#include "espial/file.h"
#include "espial/mem.h"

static const char *detector_version(const char *name)
{
    return !strcmp(name, "routing") ? "03.00" : "01.00";
}

static void show_detectors(struct cmd_ctx *c)
{
    struct eem_detector_info d;
    out_text(c->out, "Event Detectors:\n");
    out_printf(c->out, "%-20s%-10s%-12s%s\n", "Name", "Version", "Node", "Type");
    for (size_t cursor = 0; eem_detector_next(c->self, &cursor, &d);)
        out_printf(c->out, "%-20s%-10s%-12s%s\n", d.name, detector_version(d.name), "node0/0", "RP");
}

static enum cmd_result show_version(struct cmd_ctx *c)
{
    out_text(c->out, "Embedded Event Manager Version 4.00\nComponent Versions:\n  eem: (espial)" ESPIAL_VERSION "\n");
    show_detectors(c);
    return CMD_OK;
}

/* Is this row's sentence that of an event of the detector: "event [tag <word:tag>] syslog=type:11 ..."? */
static const char *sentence_of(const struct cmd_row *row, const char *name)
{
    static const char lead[] = "event [tag <word:tag>] ";
    if (row->kind != CMD_LINE_ROW || strncmp(row->sentence, lead, sizeof lead - 1))
        return NULL;
    const char *s = row->sentence + sizeof lead - 1;
    size_t n = strcspn(s, " =");
    if (!strcmp(name, "config")) /* the one that is typed otherwise than it is listed */
        name = "configuration";
    return strlen(name) == n && !memcmp(s, name, n) ? s : NULL;
}

#define SYNTAX_WIDTH 72
#define GROUPS_MAX   32

/* A sentence for people: without the names of fields ("{yes|no}=sync_no" is {yes|no}, "<seconds:time>" is <seconds>), and
 * without the marks around what may come in any order. */
static void show_sentence(struct cmd_ctx *c, const char *s)
{
    bool value = false, loose[GROUPS_MAX] = {false};
    size_t depth = 0, column = 0;
    out_text(c->out, "        [ no ] event [tag <tag>] ");
    while (*s) {
        size_t n = 1;
        char shown = *s;
        if (*s == '&' || *s == '{' || *s == '[') {
            bool is_loose = *s == '&';
            if (depth < GROUPS_MAX - 1)
                loose[++depth] = is_loose;
            n = is_loose ? 2 : 1;
            shown = is_loose ? '\0' : *s;
        } else if (*s == '}' || *s == ']') {
            shown = loose[depth] ? '\0' : *s;
            depth -= depth > 0;
        } else if (*s == '|' && loose[depth]) {
            shown = ' ';
        } else if (*s == '=' || (value && *s == ':')) {
            n = value ? strcspn(s, ">") : strcspn(s, " ]|}>");
            shown = '\0';
        } else {
            value = *s == '<' || (value && *s != '>');
        }
        column += shown != '\0';
        if (shown == ' ' && column > SYNTAX_WIDTH) {
            out_text(c->out, "\n               ");
            column = 0;
        } else if (shown) {
            out_printf(c->out, "%c", shown);
        }
        s += n;
    }
    out_text(c->out, "\n");
}

static void show_variables(struct cmd_ctx *c, const char *names)
{
    for (const char *s = names; *s;) {
        size_t n = strcspn(s, " ");
        out_printf(c->out, "        $%.*s\n", (int)n, s);
        s += n + (s[n] == ' ');
    }
}

static void show_syntax(struct cmd_ctx *c, const char *name)
{
    static const struct cmd_table *const tables[] = {&eem_table_event, &eem_table_event_watch, &eem_table_event_inert};
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (size_t i = 0; i < tables[t]->nrows; i++) {
            const char *s = sentence_of(&tables[t]->rows[i], name);
            if (s)
                show_sentence(c, s);
        }
}

static enum cmd_result show_detector(struct cmd_ctx *c)
{
    struct eem_detector_info d;
    const char *only = cmd_has(c, "name") ? cmd_str(c, "name") : NULL;
    unsigned no = 0;
    if (only && eem_detector_bit(only) < 0) {
        out_printf(c->out, "%% Event detector %s is not available\n", only);
        return CMD_FAIL;
    }
    out_printf(c->out, "%-5s%-20s%-10s%-12s%-8s\n", "No.", "Name", "Version", "Node", "Type");
    for (size_t cursor = 0; eem_detector_next(c->self, &cursor, &d);) {
        if (only && strcmp(only, d.name))
            continue;
        out_printf(c->out, "%-5u%-20s%-10s%-12s%-8s\n", ++no, d.name, detector_version(d.name), "node0/0", "RP");
        if (!cmd_has(c, "detailed"))
            continue;
        out_printf(c->out, "\n        Events: %llu\n\n        Applet Configuration Syntax:\n",
                   (unsigned long long)d.events);
        show_syntax(c, d.name);
        out_text(c->out, "\n        Applet Built-in Environment Variables:\n");
        show_variables(c, eem_event_variables);
        show_variables(c, d.variables);
        out_text(c->out, "\n");
    }
    return CMD_OK;
}

static enum cmd_result show_threads(struct cmd_ctx *c)
{
    const struct eem_conf *conf = eem_conf(c->self);
    struct eem_threads_info t;
    unsigned no = 0;
    out_printf(c->out, "%-6uScript threads service class default\n       total: %u running: 0 idle: %u\n", ++no,
               conf->default_script_threads, conf->default_script_threads);
    CONF_EACH(const struct threads_conf, s, &conf->script_threads)
    out_printf(c->out, "%-6uScript threads service class range %s\n       total: %u running: 0 idle: %u\n", ++no,
               s->classes, s->number, s->number);
    for (size_t cursor = 0; eem_threads_next(c->self, &cursor, &t);)
        out_printf(c->out, "%-6uApplet threads service class %s%s\n       total: %u running: %u idle: %u\n", ++no,
                   cursor == 1 ? "" : "range ", t.classes, t.total, t.running,
                   t.total > t.running ? t.total - t.running : 0);
    if (conf->suspended)
        out_text(c->out, "EEM scheduler is suspended\n");
    return CMD_OK;
}

static enum cmd_result show_session(struct cmd_ctx *c)
{
    const struct eem_conf *conf = eem_conf(c->self);
    if (conf->session_user[0])
        out_printf(c->out, "%s\n", conf->session_user);
    return CMD_OK;
}

static enum cmd_result show_directory(struct cmd_ctx *c)
{
    const struct eem_conf *conf = eem_conf(c->self);
    const char *path = cmd_has(c, "library")      ? conf->library_directory
                       : cmd_has(c, "repository") ? conf->repository
                                                  : conf->policy_directory;
    if (path[0])
        out_printf(c->out, "%s\n", path);
    return CMD_OK;
}

/* ---- policy available: the Tcl files of the user's directory. There are none of the system's. */

static bool is_policy(const char *name)
{
    size_t n = strlen(name);
    return n > 4 && !strcasecmp(name + n - 4, ".tcl");
}

static enum cmd_result show_available(struct cmd_ctx *c)
{
    const char *path = eem_conf(c->self)->policy_directory;
    struct file_info *all = NULL;
    size_t n = 0;
    unsigned no = 0;
    if (!path[0] || cmd_has(c, "system") || file_list(eem_files(c->self), path, &all, &n) != FILE_OK)
        return CMD_OK;
    for (size_t i = 0; i < n; i++) {
        struct wall_time t = clock_local(eem_clock(c->self), all[i].mtime_us);
        if (all[i].dir || !is_policy(all[i].name))
            continue;
        if (!no)
            out_printf(c->out, "%-5s%-8s%-26s%s\n", "No.", "Type", "Time Created", "Name");
        out_printf(c->out, "%-5u%-8s%s %s %2d %02d:%02d:%02d %-6d%s\n", ++no, "user", day_names[t.wday],
                   month_names[t.mon], t.day, t.hour, t.min, t.sec, t.year, all[i].name);
    }
    mem_free(all);
    return CMD_OK;
}

static enum cmd_result show_available_text(struct cmd_ctx *c)
{
    const char *folder = eem_conf(c->self)->policy_directory, *name = cmd_str(c, "name");
    size_t n = strlen(folder);
    struct text path = {0}, all = {0};
    text_printf(&path, "%s%s%s", folder, n && folder[n - 1] != ':' && folder[n - 1] != '/' ? "/" : "", name);
    bool found =
        n && is_policy(name) && !strpbrk(name, "/:") && file_read(eem_files(c->self), text_str(&path), &all) == FILE_OK;
    if (found)
        out_text(c->out, text_str(&all));
    else
        out_printf(c->out, "%% EEM policy %s is not available\n", name);
    text_free(&path);
    text_free(&all);
    return found ? CMD_OK : CMD_FAIL;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show event", "Event related show commands"),
    HELP(EXEC, "show event manager", "Show Event Manager information"),
    DO(EXEC, 1, "show event manager version", show_version, "Version of the event manager and its detectors"),
    DO(EXEC, 1, "show event manager detector {all|<word:name>} [detailed=detailed]", show_detector,
       "Event detectors|All detectors|Name of a detector|Syntax and variables"),
    HELP(EXEC, "show event manager scheduler", "Show the scheduler"),
    DO(EXEC, 1, "show event manager scheduler thread [detailed=detailed]", show_threads, "Threads of the classes|More"),
    DO(EXEC, 1, "show event manager session cli username", show_session,
       "CLI sessions of policies|CLI sessions|User name of the sessions"),
    HELP(EXEC, "show event manager policy available", "Policies that could be registered"),
    DO(EXEC, 1, "show event manager policy available [system=system|user]", show_available,
       "Of the system|Of the user's directory"),
    DO(EXEC, 15, "show event manager policy available detailed <word:name>", show_available_text,
       "The text of one|Name of the file"),
    HELP(EXEC, "show event manager directory", "Directories of policies"),
    DO(EXEC, 1, "show event manager directory user [library=library|policy|repository=repository]", show_directory,
       "Directories of the user|Of libraries|Of policies|Where policies are updated from"),
};

const struct cmd_table eem_table_show_server = CMD_TABLE("eem/cmd/cmd_show_server", rows);
