/* cmd_file.c: the router's file systems: dir, more, delete, mkdir, pwd, show file systems, erase. Names are those of
 * espial/file.h; this file only words them as IOS does. Questions are asked as IOS asks them, unless `file prompt
 * quiet` is set.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/cmd_local.h"
#include "cli/shell/store.h"

enum cmd_result file_error(struct cmd_ctx *c, const char *what, const char *path, enum file_result r)
{
    struct cli *cli = c->self;
    char canonical[256];
    bool known = file_canonical(cli->env.files, path, canonical) == FILE_OK;
    out_printf(c->out, "%%Error %s %s (%s)\n", what, known ? canonical : path, file_result_text(r));
    return CMD_FAIL;
}

/* ---- dir ---- */

static void dir_row(struct cmd_ctx *c, size_t index, const struct file_info *f)
{
    const struct clock *clock = ((struct cli *)c->self)->env.clock;
    struct wall_time w = clock_local(clock, f->mtime_us);
    int offset = clock_zone_at(clock, f->mtime_us)->offset_min, away = offset < 0 ? -offset : offset;
    char date[32];
    snprintf(date, sizeof date, "%s %d %d", month_names[w.mon], w.day, w.year);
    out_printf(c->out, "%5zu  %s  %10llu  %11s %02d:%02d:%02d %c%02d:%02d  %s\n", index, f->dir ? "drw-" : "-rw-",
               (unsigned long long)f->size, date, w.hour, w.min, w.sec, offset < 0 ? '-' : '+', away / 60, away % 60,
               f->name);
}

static void dir_space(struct cmd_ctx *c, const char *path)
{
    struct cli *cli = c->self;
    uint64_t total, avail;
    if (file_space(cli->env.files, path, &total, &avail) == FILE_OK)
        out_printf(c->out, "\n%llu bytes total (%llu bytes free)\n", (unsigned long long)total,
                   (unsigned long long)avail);
}

static enum cmd_result do_dir(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    const char *path = cmd_has(c, "url") ? cmd_str(c, "url") : "disk0:";
    char name[256];
    struct file_info *v = NULL, info;
    size_t n = 0;
    enum file_result r = file_canonical(cli->env.files, path, name);
    if (r == FILE_OK)
        r = file_list(cli->env.files, name, &v, &n);
    if (r == FILE_NOT_DIR && file_stat(cli->env.files, name, &info) == FILE_OK) {
        out_printf(c->out, "Directory of %s\n\n", name);
        dir_row(c, 1, &info);
        dir_space(c, name);
        return CMD_OK;
    }
    if (r != FILE_OK)
        return file_error(c, "opening", path, r);
    size_t len = strlen(name);
    out_printf(c->out, "Directory of %s%s\n\n", name, len && name[len - 1] == '/' ? "" : "/");
    for (size_t i = 0; i < n; i++)
        dir_row(c, i + 1, &v[i]);
    if (!n)
        out_text(c->out, "No files in directory\n");
    dir_space(c, name);
    mem_free(v);
    return CMD_OK;
}

/* ---- more ---- */

static enum cmd_result do_more(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct text t = {0};
    enum file_result r = file_read(cli->env.files, cmd_str(c, "url"), &t);
    if (r != FILE_OK) {
        text_free(&t);
        return file_error(c, "opening", cmd_str(c, "url"), r);
    }
    for (size_t i = 0; i < t.len; i++) /* nothing in a file may move the cursor */
        if ((unsigned char)t.s[i] < ' ' && t.s[i] != '\n' && t.s[i] != '\t')
            t.s[i] = '.';
    out_write(c->out, text_str(&t), t.len);
    if (t.len && t.s[t.len - 1] != '\n')
        out_text(c->out, "\n");
    text_free(&t);
    return CMD_OK;
}

/* ---- commands that ask ---- */

struct dialog {
    struct cmd_ctx *c;
    char path[256];
};

static void dialog_abort(void *arg, bool closing)
{
    struct dialog *d = arg;
    struct cmd_ctx *c = d->c;
    mem_free(d);
    if (!closing)
        cmd_done(c->host, c->shell, CMD_FAIL);
}

static struct dialog *dialog_new(struct cmd_ctx *c, const char *path)
{
    struct dialog *d = NEW(struct dialog);
    d->c = c;
    str_copy(d->path, sizeof d->path, path);
    c->host->on_abort(c->shell, dialog_abort, d);
    return d;
}

static void dialog_end(struct dialog *d, enum cmd_result r)
{
    struct cmd_ctx *c = d->c;
    mem_free(d);
    c->host->on_abort(c->shell, NULL, NULL);
    cmd_done(c->host, c->shell, r);
}

static bool confirmed(const char *key)
{
    return !key[0] || key[0] == 'y' || key[0] == 'Y';
}

static bool quiet(const struct cmd_ctx *c)
{
    return ((struct cli *)c->self)->sys.file_prompt == PROMPT_QUIET;
}

/* The name without its file system and folders: what IOS puts between the brackets. */
static const char *bare(const char *path)
{
    const char *p = strrchr(path, ':');
    p = p ? p + 1 : path;
    while (*p == '/')
        p++;
    return p;
}

/* A name typed at a question stands in the file system of the path that was asked about. */
static void rename_in(struct dialog *d, const char *name)
{
    char fs[32] = "";
    if (!name[0])
        return;
    const char *colon = strchr(d->path, ':');
    if (!strchr(name, ':') && colon && (size_t)(colon - d->path) + 2 < sizeof fs)
        snprintf(fs, sizeof fs, "%.*s", (int)(colon - d->path + 1), d->path);
    snprintf(d->path, sizeof d->path, "%s%.220s", fs, name);
}

static void delete_now(struct dialog *d)
{
    struct cli *cli = d->c->self;
    enum file_result r = file_delete(cli->env.files, d->path);
    enum cmd_result result = r == FILE_OK ? CMD_OK : file_error(d->c, "deleting", d->path, r);
    dialog_end(d, result);
}

static void delete_confirmed(void *arg, const char *key)
{
    struct dialog *d = arg;
    if (confirmed(key))
        delete_now(d);
    else
        dialog_end(d, CMD_FAIL);
}

static void delete_named(void *arg, const char *name)
{
    struct dialog *d = arg;
    struct cli *cli = d->c->self;
    char prompt[300], canonical[256];
    rename_in(d, name);
    if (file_canonical(cli->env.files, d->path, canonical) == FILE_OK)
        str_copy(d->path, sizeof d->path, canonical);
    snprintf(prompt, sizeof prompt, "Delete %s? [confirm]", d->path);
    d->c->host->ask(d->c->shell, prompt, true, delete_confirmed, d);
}

static enum cmd_result do_delete(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    const char *url = cmd_str(c, "url");
    char prompt[300];
    if (cmd_has(c, "force")) {
        enum file_result r = file_delete(cli->env.files, url);
        return r == FILE_OK ? CMD_OK : file_error(c, "deleting", url, r);
    }
    struct dialog *d = dialog_new(c, url);
    if (quiet(c)) {
        delete_now(d);
        return CMD_WAIT;
    }
    snprintf(prompt, sizeof prompt, "Delete filename [%.255s]? ", bare(url));
    c->host->ask(c->shell, prompt, false, delete_named, d);
    return CMD_WAIT;
}

static void mkdir_now(struct dialog *d)
{
    struct cli *cli = d->c->self;
    char canonical[256];
    enum file_result r = file_mkdir(cli->env.files, d->path);
    if (r == FILE_OK && file_canonical(cli->env.files, d->path, canonical) == FILE_OK)
        out_printf(d->c->out, "Created dir %s\n", canonical);
    enum cmd_result result = r == FILE_OK ? CMD_OK : file_error(d->c, "Creating dir", d->path, r);
    dialog_end(d, result);
}

static void mkdir_named(void *arg, const char *name)
{
    struct dialog *d = arg;
    rename_in(d, name);
    mkdir_now(d);
}

static enum cmd_result do_mkdir(struct cmd_ctx *c)
{
    char prompt[300];
    struct dialog *d = dialog_new(c, cmd_str(c, "url"));
    if (quiet(c)) {
        mkdir_now(d);
        return CMD_WAIT;
    }
    snprintf(prompt, sizeof prompt, "Create directory filename [%.255s]? ", bare(d->path));
    c->host->ask(c->shell, prompt, false, mkdir_named, d);
    return CMD_WAIT;
}

static void erase_answer(void *arg, const char *key)
{
    struct cmd_ctx *c = arg;
    struct cli *cli = c->self;
    if (!confirmed(key)) {
        cmd_done(c->host, c->shell, CMD_FAIL);
        return;
    }
    enum file_result r = file_delete(cli->env.files, STARTUP_CONFIG);
    if (r != FILE_OK && r != FILE_NOT_FOUND) {
        enum cmd_result result = file_error(c, "erasing", "nvram:", r);
        cmd_done(c->host, c->shell, result);
        return;
    }
    out_text(c->out, "[OK]\nErase of nvram: complete\n");
    shells_config_history(cli->shells)->unsaved = true;
    cmd_done(c->host, c->shell, CMD_OK);
}

static enum cmd_result do_erase(struct cmd_ctx *c)
{
    c->host->ask(c->shell, "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]",
                 true, erase_answer, c);
    return CMD_WAIT;
}

/* ---- file systems ---- */

static enum cmd_result do_pwd(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    char name[256];
    enum file_result r = file_canonical(cli->env.files, "disk0:", name);
    if (r != FILE_OK)
        return file_error(c, "opening", "disk0:", r);
    out_printf(c->out, "%s\n", name);
    return CMD_OK;
}

static void system_row(struct cmd_ctx *c, char mark, const char *fs, const char *type, const char *prefixes)
{
    struct cli *cli = c->self;
    uint64_t total, avail;
    if (file_space(cli->env.files, fs, &total, &avail) == FILE_OK)
        out_printf(c->out, "%c%13llu %13llu  %8s     rw   %s\n", mark, (unsigned long long)total,
                   (unsigned long long)avail, type, prefixes);
}

static enum cmd_result show_file_systems(struct cmd_ctx *c)
{
    out_text(c->out, "File Systems:\n\n       Size(b)       Free(b)      Type  Flags  Prefixes\n");
    system_row(c, '*', "disk0:", "disk", "disk0: flash: bootflash:");
    system_row(c, ' ', "nvram:", "nvram", "nvram:");
    out_text(c->out, "\n");
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 1, "dir [/all=all] [<url>]", do_dir, "List files on a filesystem|List all files|Directory or file name"),
    DO(EXEC, 15, "more <url>", do_more, "Display the contents of a file|File to display"),
    DO(EXEC, 15, "delete [/force=force] <url>", do_delete, "Delete a file|Force delete|File to be deleted"),
    DO(EXEC, 15, "mkdir <url>", do_mkdir, "Create new directory|Directory name"),
    DO(EXEC, 1, "pwd", do_pwd, "Display current working directory"),
    HELP(EXEC, "erase", "Erase a filesystem"),
    DO(EXEC, 15, "erase startup-config", do_erase, "Erase contents of configuration memory"),
    DO(EXEC, 15, "write erase", do_erase, "Erase NV memory"),
    HELP(EXEC, "show file", "Show filesystem information"),
    DO(EXEC, 1, "show file systems", show_file_systems, "List filesystems"),
};
const struct cmd_table cli_table_file = CMD_TABLE("cli/cmd/cmd_file", rows);
