/* cmd_archive.c: archive and its sub-modes; archive config, show archive ..., clear archive log config.
 *
 * `show archive config differences` compares two configurations named by URL; with one, that and running-config; with
 * none, startup-config and running-config. What is kept and when is cli/shell/archive.c, how configurations are
 * compared cli/config/diff.c.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/cmd_local.h"
#include "cli/cmd/config_read.h"
#include "cli/cmd/copy_run.h"
#include "cli/config/tree.h"
#include "cli/shell/archive.h"
#include "cli/shell/rollback.h"
#include "cli/shell/store.h"

/* ---- what is asked ---- */

static void log_init(void *obj)
{
    ((struct archive_log_conf *)obj)->size = 100;
}

static void conf_init(void *obj)
{
    struct archive_conf *c = obj;
    c->maximum = 10;
    conf_list_init(&c->logs, sizeof(struct archive_log_conf), NULL, NULL);
}

static void conf_fini(void *obj)
{
    conf_list_clear(&((struct archive_conf *)obj)->logs);
}

void archive_conf_list_init(struct conf_list *l)
{
    conf_list_init(l, sizeof(struct archive_conf), NULL, conf_fini);
}

static void conf_changed(void *self, void *obj, enum cmd_change what)
{
    archive_conf_changed(((struct cli *)self)->archive, what == CMD_REMOVED ? NULL : obj);
}

static bool conf_check(void *self, const void *obj, struct out *out)
{
    const struct archive_conf *c = obj;
    char where[256];
    struct cli *cli = self;
    struct url u;
    bool is_remote = url_is_remote(c->path) && url_parse(c->path, &u) && u.host[0] && u.path[0];
    if (!c->path[0] || is_remote || file_canonical(cli->env.files, c->path, where) == FILE_OK)
        return true;
    out_printf(out, "%%Error: %s is no path of a file system that the archive can write to\n", c->path);
    return false;
}

static const struct cmd_scope log_scope = {.size = sizeof(struct archive_log_conf), .init = log_init};
static const struct cmd_scope archive_scope = {.size = sizeof(struct archive_conf),
                                               .init = conf_init,
                                               .fini = conf_fini,
                                               .check = conf_check,
                                               .changed = conf_changed};

void cli_config_line(void *arg, const struct session_view *v, unsigned session, bool sub, const char *line)
{
    struct cli *cli = arg;
    char where[16];
    if (v->vty)
        snprintf(where, sizeof where, "vty%d", v->n);
    else
        str_copy(where, sizeof where, "console");
    archive_command(cli->archive, session, v->user, where, sub, line);
}

/* ---- archive config ---- */

struct archiving {
    struct waiting w; /* first */
    struct archive *archive;
    struct archive_sending *sending;
    char name[256];
};

static void archiving_free(struct waiting *w)
{
    struct archiving *a = (struct archiving *)w;
    archive_send_cancel(a->archive, a->sending);
    mem_free(a);
}

static void archive_sent(void *arg, const char *why)
{
    struct archiving *a = arg;
    a->sending = NULL;
    if (why)
        out_printf(a->w.c->out, "%%Error opening %s (%s)\n", a->name, why);
    waiting_end(&a->w, why ? CMD_FAIL : CMD_OK);
}

static enum cmd_result do_archive(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    char name[256];
    if (!archive_is_on(cli->archive)) {
        out_text(c->out, " Archive feature not enabled\n");
        return CMD_FAIL;
    }
    if (!archive_is_remote(cli->archive)) {
        enum file_result r = archive_save(cli->archive, name);
        return r == FILE_OK ? CMD_OK : file_error(c, "opening", name, r);
    }
    struct archiving *a = NEW(struct archiving);
    a->archive = cli->archive;
    waiting_begin(&a->w, c, archiving_free);
    a->sending = archive_send(cli->archive, a->name, archive_sent, a);
    if (!a->sending) {
        file_error(c, "opening", a->name, FILE_BAD_NAME);
        waiting_end(&a->w, CMD_FAIL);
    }
    return CMD_WAIT;
}

static void put(struct cmd_ctx *c, struct text *t)
{
    out_write(c->out, text_str(t), t->len);
    text_free(t);
}

static enum cmd_result show_archive(struct cmd_ctx *c)
{
    struct text t = {0};
    archive_show(((struct cli *)c->self)->archive, &t);
    put(c, &t);
    return CMD_OK;
}

/* ---- differences ---- */

typedef void compare_fn(const struct config_tree *, const struct config_tree *, bool, struct text *);

static struct config_tree *tree_of(struct cmd_ctx *c, const struct config_text *file)
{
    struct text err = {0};
    struct config_tree *tree = config_tree_new(text_str(&file->text), file->text.len, &err);
    if (!tree)
        out_printf(c->out, "%%Error: %s is not a valid config file (%s)\n", file->name, text_str(&err));
    text_free(&err);
    return tree;
}

/* title, what differs, `end` (if there is one) or that nothing does. */
static enum cmd_result compare(struct cmd_ctx *c, const struct config_text *v, compare_fn *fn, const char *title,
                               const char *end)
{
    struct config_tree *a = tree_of(c, &v[0]), *b = a ? tree_of(c, &v[1]) : NULL;
    struct text t = {0};
    bool ok = b != NULL;
    if (ok) {
        fn(a, b, cmd_has(c, "ignorecase"), &t);
        text_add(&t, t.len ? end : "!No changes were found\n");
        out_text(c->out, title);
        put(c, &t);
        out_text(c->out, "\n");
    }
    config_tree_free(a);
    config_tree_free(b);
    return ok ? CMD_OK : CMD_FAIL;
}

static enum cmd_result compare_both(struct cmd_ctx *c, const struct config_text *v)
{
    return compare(c, v, config_diff, "!Contextual Config Diffs:\n", "");
}

static enum cmd_result compare_file(struct cmd_ctx *c, const struct config_text *v)
{
    return compare(c, v, config_increment, "!List of Commands:\n", "end\n");
}

static enum cmd_result show_differences(struct cmd_ctx *c)
{
    const char *const urls[] = {cmd_has(c, "one") ? cmd_str(c, "one") : STARTUP_CONFIG,
                                cmd_has(c, "two") ? cmd_str(c, "two") : "system:running-config"};
    return config_read(c, urls, 2, compare_both);
}

static enum cmd_result show_increments(struct cmd_ctx *c)
{
    const char *const urls[] = {"system:running-config", cmd_str(c, "one")};
    return config_read(c, urls, 2, compare_file);
}

static enum cmd_result show_timer(struct cmd_ctx *c)
{
    struct text t = {0};
    rollback_show(((struct cli *)c->self)->rollback, &t);
    put(c, &t);
    return CMD_OK;
}

/* ---- the log of commands ---- */

static bool wanted(struct cmd_ctx *c, const struct archive_entry *e)
{
    if (cmd_has(c, "user"))
        return !strcmp(e->user, cmd_str(c, "user"));
    if (!cmd_has(c, "first"))
        return true;
    int64_t last = cmd_has(c, "last") ? cmd_int(c, "last") : INT64_MAX;
    return e->index >= cmd_int(c, "first") && e->index <= last;
}

static enum cmd_result show_log(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    const struct archive_entry *e;
    out_text(c->out, " idx   sess           user@line      Logged command\n");
    for (size_t i = 0; (e = archive_entry(cli->archive, i)) != NULL; i++)
        if (wanted(c, e))
            out_printf(c->out, "%5u%6u%15s@%-9s|%s\n", e->index, e->session, e->user, e->line, e->command);
    return CMD_OK;
}

static enum cmd_result show_log_statistics(struct cmd_ctx *c)
{
    struct archive_log_stats s;
    archive_log_stats(((struct cli *)c->self)->archive, &s);
    out_printf(c->out,
               "Config Log Session Info:\n"
               "        Number of sessions being tracked: %zu\n"
               "        Memory being held: %zu bytes\n"
               "        Total memory allocated for session tracking: %llu bytes\n"
               "        Total memory freed from session tracking: %llu bytes\n"
               "\n"
               "Config Log log-queue Info:\n"
               "        Number of entries in the log-queue: %zu\n"
               "        Memory being held by the log-queue: %zu bytes\n"
               "        Total memory allocated for log entries: %llu bytes\n"
               "        Total memory freed from log entries: %llu bytes\n",
               s.sessions, s.session_bytes, (unsigned long long)s.session_allocated,
               (unsigned long long)s.session_freed, s.entries, s.bytes, (unsigned long long)s.allocated,
               (unsigned long long)s.freed);
    return CMD_OK;
}

static void clear_answer(void *arg, const char *key)
{
    struct cmd_ctx *c = arg;
    bool yes = confirmed(key);
    if (yes)
        archive_log_clear(((struct cli *)c->self)->archive);
    cmd_done(c->host, c->shell, yes ? CMD_OK : CMD_FAIL);
}

static enum cmd_result do_clear(struct cmd_ctx *c)
{
    if (cmd_has(c, "force")) {
        archive_log_clear(((struct cli *)c->self)->archive);
        return CMD_OK;
    }
    c->host->ask(c->shell, "Clear the config log [confirm]", true, clear_answer, c);
    return CMD_WAIT;
}

#define ARC(field)     NUM(struct archive_conf, field)
#define ARC_LOG(field) NUM(struct archive_log_conf, field)
static const struct cmd_row rows[] = {
    MODE(CONFIG, CONFIG_ARCHIVE, &archive_scope, &sys_scope, struct sys_conf, archives, "archive",
         "Archive the configuration"),
    MODE(CONFIG_ARCHIVE, CONFIG_ARCHIVE_LOG, &log_scope, NULL, struct archive_conf, logs, "log config",
         "Logging commands|Config logger"),
    SET(CONFIG_ARCHIVE_LOG, NULL, "logging enable=enable", "Modify config log parameters|Enable the config logger",
        ARC_LOG(enable)),
    SET(CONFIG_ARCHIVE_LOG, NULL, "logging size <size:1-1000>",
        "|Set the maximum size of the config log|Maximum number of entries retained", ARC_LOG(size)),
    SET(CONFIG_ARCHIVE_LOG, NULL, "notify syslog=notify contenttype plaintext",
        "Configure notification of logged config commands|Notification by syslog|Specify the content type|Plain text",
        ARC_LOG(notify)),
    SET_F(CONFIG_ARCHIVE_LOG, NULL, CMD_HIDDEN, "notify syslog=notify", "", ARC_LOG(notify)),
    SET(CONFIG_ARCHIVE_LOG, NULL, "hidekeys=hidekeys", "Suppress output of keys and passwords in the log",
        ARC_LOG(hidekeys)),
    SET(CONFIG_ARCHIVE, NULL, "path <url:path>",
        "Path for backups|Pathname, with $h for the hostname and $t for the time", TXT(struct archive_conf, path)),
    SET(CONFIG_ARCHIVE, NULL, "maximum <maximum:1-14>", "Maximum number of backup copies|Number of copies",
        ARC(maximum)),
    SET(CONFIG_ARCHIVE, NULL, "write-memory=write_memory", "Enable automatic backup generation during write memory",
        ARC(write_memory)),
    SET(CONFIG_ARCHIVE, NULL, "time-period <period_min:1-525600>",
        "Period of time in minutes to automatically archive the running-config|Number of minutes", ARC(period_min)),
    HELP(EXEC, "archive", "Manage archive files"),
    DO(EXEC, 15, "archive config", do_archive, "Archive the running configuration"),
    HELP(EXEC, "show archive", "Archive functions"),
    HELP(EXEC, "show archive config", "Archive configurations"),
    HELP(EXEC, "show archive log", "Config log"),
    HELP(EXEC, "show archive log config", "Config logger"),
    DO(EXEC, 15, "show archive", show_archive, ""),
    DO(EXEC, 15, "show archive config differences [<url:one> [<url:two>]] [ignorecase=ignorecase]", show_differences,
       "Differences between two configurations|First file|Second file|Ignore the case of letters"),
    DO(EXEC, 15, "show archive config incremental-diffs <url:one> [ignorecase=ignorecase]", show_increments,
       "Lines of a file that the running configuration has not|File|Ignore the case of letters"),
    DO(EXEC, 15, "show archive config rollback timer", show_timer, "Rollback of a change|Pending rollback"),
    DO(EXEC, 15, "show archive log config all", show_log, "All logged commands"),
    DO(EXEC, 15, "show archive log config <first:1-2147483647> [<last:1-2147483647>]", show_log,
       "First entry|Last entry"),
    DO(EXEC, 15, "show archive log config user <word:user>", show_log, "Commands of one user|User name"),
    DO(EXEC, 15, "show archive log config statistics", show_log_statistics, "Statistics of the config logger"),
    HELP(EXEC, "clear archive", "Archive functions"),
    DO(EXEC, 15, "clear archive log config [force=force]", do_clear, "Config log|Config logger|Do not ask"),
};
const struct cmd_table cli_table_archive = CMD_TABLE("cli/cmd/cmd_archive", rows);
