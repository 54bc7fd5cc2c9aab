/* cmd_file.c: changing what is there: delete, mkdir, rmdir, rename, format, squeeze, erase, and the current folder: cd, pwd. Names are those of espial/file.h;
 * this file words them as IOS does.
 *
 * Questions are asked as IOS asks them: the name again, then each thing that is destroyed; with `file prompt quiet`, or /force, none. `delete` takes `*` in the last
 * part of a name, and with /recursive what is in folders, innermost first; "n" leaves a thing there and goes on. `erase nvram:` removes the startup
 * configuration; keys and what else is in nvram: stay, as on IOS. A deleted file is gone at once, so that there is no undelete and squeeze finds nothing to do.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/cmd_local.h"
#include "cli/shell/store.h"
#include "espial/bus.h"

MSG(MSG_NV_BLOCK_INIT, "SYS", 7, "NV_BLOCK_INIT", 0, "Initialized the geometry of nvram");

enum item_kind { ITEM_GIVEN, ITEM_EMPTIED /* a folder whose inside was dealt with */ };
struct item {
    enum item_kind kind;
    char path[256];
};
enum verb { VERB_DELETE, VERB_MKDIR, VERB_RMDIR, VERB_RENAME, VERB_FORMAT, VERB_SQUEEZE, VERB_ERASE };
struct dialog {
    struct waiting w; /* first */
    enum verb verb;
    unsigned step;
    bool force, recursive, failed;
    char path[256], to[256];
    struct item *items; /* delete: what is still to be done, the next at the end */
    size_t n, cap;
};

static struct files *files_of(const struct dialog *d)
{
    return ((struct cli *)d->w.c->self)->env.files;
}

static bool quiet(const struct cmd_ctx *c)
{
    return ((struct cli *)c->self)->sys.file_prompt == PROMPT_QUIET;
}

static void dialog_free(struct waiting *w)
{
    struct dialog *d = (struct dialog *)w;
    mem_free(d->items);
    mem_free(d);
}

static struct dialog *dialog_new(struct cmd_ctx *c, enum verb verb, const char *path)
{
    struct dialog *d = NEW(struct dialog);
    d->verb = verb;
    d->force = quiet(c) || cmd_has(c, "force");
    d->recursive = cmd_has(c, "recursive");
    str_copy(d->path, sizeof d->path, path);
    waiting_begin(&d->w, c, dialog_free);
    return d;
}

static void end_with(struct dialog *d, const char *what, const char *path, enum file_result r)
{
    enum cmd_result result = r == FILE_OK ? CMD_OK : file_error(d->w.c, what, path, r);
    waiting_end(&d->w, result);
}

/* A name typed at a question stands in the file system that was asked about. */
static bool rename_in(struct dialog *d, const char *what, char path[256], const char *name)
{
    char typed[256];
    if (!name[0])
        return true;
    if (strchr(name, ':'))
        str_copy(typed, sizeof typed, name);
    else
        snprintf(typed, sizeof typed, "%.*s:%.230s", (int)strcspn(path, ":"), path, name);
    return file_name(d->w.c, what, typed, path);
}

static void ask_name(struct dialog *d, const char *question, const char *path, void (*answer)(void *, const char *))
{
    char prompt[320];
    if (d->force) {
        answer(d, "");
        return;
    }
    snprintf(prompt, sizeof prompt, "%s [%.255s]? ", question, file_bare(path));
    d->w.c->host->ask(d->w.c->shell, prompt, false, answer, d);
}

static void ask_key(struct dialog *d, const char *before, const char *path, void (*answer)(void *, const char *))
{
    char prompt[320];
    if (d->force) {
        answer(d, "");
        return;
    }
    snprintf(prompt, sizeof prompt, "%s %.255s? [confirm]", before, path);
    d->w.c->host->ask(d->w.c->shell, prompt, true, answer, d);
}

/* ---- delete ---- */

static void item_add(struct dialog *d, enum item_kind kind, const char *path)
{
    if (d->n == d->cap) {
        d->cap = d->cap ? 2 * d->cap : 16;
        d->items = mem_resize(d->items, d->cap, sizeof *d->items);
    }
    d->items[d->n].kind = kind;
    str_copy(d->items[d->n++].path, sizeof d->items[0].path, path);
}

/* What is in a folder and fits, so that the first is done first. */
static enum file_result add_inside(struct dialog *d, const char *folder, const char *pattern, size_t *added)
{
    struct file_info *v;
    size_t n;
    enum file_result r = file_list(files_of(d), folder, &v, &n);
    *added = 0;
    if (r != FILE_OK)
        return r;
    for (size_t i = n; i > 0; i--) {
        char path[256];
        if (pattern && (!file_fits(pattern, v[i - 1].name) || (v[i - 1].dir && !d->recursive)))
            continue;
        file_below(folder, v[i - 1].name, path);
        item_add(d, ITEM_GIVEN, path);
        ++*added;
    }
    mem_free(v);
    return FILE_OK;
}

static void delete_next(struct dialog *d);

static void delete_failed(struct dialog *d, const char *path, enum file_result r)
{
    file_error(d->w.c, "deleting", path, r);
    d->failed = true;
}

static void delete_answered(void *arg, const char *key)
{
    struct dialog *d = arg;
    struct cli *cli = d->w.c->self;
    struct item it = d->items[--d->n];
    if (confirmed(key)) {
        bool startup = file_same(cli->env.files, it.path, STARTUP_CONFIG);
        enum file_result r =
            it.kind == ITEM_EMPTIED ? file_rmdir(cli->env.files, it.path) : file_delete(cli->env.files, it.path);
        if (r == FILE_OK && startup)
            shells_config_history(cli->shells)->unsaved = true;
        if (r != FILE_OK)
            delete_failed(d, it.path, r);
    }
    if (!d->force)
        delete_next(d);
}

static void examine_answered(void *arg, const char *key)
{
    struct dialog *d = arg;
    struct item *it = &d->items[d->n - 1];
    char folder[256];
    size_t added;
    str_copy(folder, sizeof folder, it->path);
    if (!confirmed(key)) {
        d->n--;
    } else {
        it->kind = ITEM_EMPTIED;
        enum file_result r = add_inside(d, folder, NULL, &added);
        if (r != FILE_OK) {
            d->n--;
            delete_failed(d, folder, r);
        }
    }
    if (!d->force)
        delete_next(d);
}

static void delete_one(struct dialog *d)
{
    const struct item *it = &d->items[d->n - 1];
    struct file_info info;
    bool dir = it->kind == ITEM_GIVEN && file_stat(files_of(d), it->path, &info) == FILE_OK && info.dir;
    if (dir && d->recursive)
        ask_key(d, "Examine files in directory", it->path, examine_answered);
    else
        ask_key(d, "Delete", it->path, delete_answered);
}

/* The answers call it again, except where nothing is asked. */
static void delete_next(struct dialog *d)
{
    while (d->n) {
        delete_one(d);
        if (!d->force)
            return;
    }
    waiting_end(&d->w, d->failed ? CMD_FAIL : CMD_OK);
}

static void delete_named(void *arg, const char *name)
{
    struct dialog *d = arg;
    if (!rename_in(d, "deleting", d->path, name)) {
        waiting_end(&d->w, CMD_FAIL);
        return;
    }
    char *slash = strrchr(d->path, '/');
    if (slash && strchr(slash, '*')) {
        char folder[256], pattern[256];
        size_t added;
        str_copy(pattern, sizeof pattern, slash + 1);
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - d->path + 1), d->path);
        enum file_result r = add_inside(d, folder, pattern, &added);
        if (r == FILE_OK && !added)
            r = FILE_NOT_FOUND;
        if (r != FILE_OK) {
            end_with(d, "deleting", d->path, r);
            return;
        }
    } else {
        item_add(d, ITEM_GIVEN, d->path);
    }
    delete_next(d);
}

static enum cmd_result do_delete(struct cmd_ctx *c)
{
    char path[256];
    if (!file_name(c, "deleting", cmd_str(c, "url"), path))
        return CMD_FAIL;
    ask_name(dialog_new(c, VERB_DELETE, path), "Delete filename", path, delete_named);
    return CMD_WAIT;
}

/* ---- folders ---- */

static void mkdir_named(void *arg, const char *name)
{
    struct dialog *d = arg;
    if (!rename_in(d, "Creating dir", d->path, name)) {
        waiting_end(&d->w, CMD_FAIL);
        return;
    }
    enum file_result r = file_mkdir(files_of(d), d->path);
    if (r == FILE_OK)
        out_printf(d->w.c->out, "Created dir %s\n", d->path);
    end_with(d, "Creating dir", d->path, r);
}

static enum cmd_result do_mkdir(struct cmd_ctx *c)
{
    char path[256];
    if (!file_name(c, "Creating dir", cmd_str(c, "url"), path))
        return CMD_FAIL;
    ask_name(dialog_new(c, VERB_MKDIR, path), "Create directory filename", path, mkdir_named);
    return CMD_WAIT;
}

static void rmdir_answered(void *arg, const char *key)
{
    struct dialog *d = arg;
    if (!confirmed(key)) {
        waiting_end(&d->w, CMD_FAIL);
        return;
    }
    enum file_result r = file_rmdir(files_of(d), d->path);
    if (r == FILE_OK)
        out_printf(d->w.c->out, "Removed dir %s\n", d->path);
    end_with(d, "Removing dir", d->path, r);
}

static void rmdir_named(void *arg, const char *name)
{
    struct dialog *d = arg;
    if (rename_in(d, "Removing dir", d->path, name))
        ask_key(d, "Delete", d->path, rmdir_answered);
    else
        waiting_end(&d->w, CMD_FAIL);
}

static enum cmd_result do_rmdir(struct cmd_ctx *c)
{
    char path[256];
    if (!file_name(c, "Removing dir", cmd_str(c, "url"), path))
        return CMD_FAIL;
    ask_name(dialog_new(c, VERB_RMDIR, path), "Remove directory filename", path, rmdir_named);
    return CMD_WAIT;
}

static void rename_named(void *arg, const char *name)
{
    struct dialog *d = arg;
    if (!rename_in(d, "renaming", d->to, name)) {
        waiting_end(&d->w, CMD_FAIL);
        return;
    }
    end_with(d, "renaming", d->path, file_rename(files_of(d), d->path, d->to));
}

static enum cmd_result do_rename(struct cmd_ctx *c)
{
    char from[256], to[256];
    if (!file_name(c, "renaming", cmd_str(c, "from"), from) || !file_name(c, "renaming", cmd_str(c, "to"), to))
        return CMD_FAIL;
    struct dialog *d = dialog_new(c, VERB_RENAME, from);
    str_copy(d->to, sizeof d->to, to);
    ask_name(d, "Destination filename", to, rename_named);
    return CMD_WAIT;
}

static enum cmd_result do_cd(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    char path[256];
    struct file_info info;
    if (!file_name(c, "changing dir to", cmd_has(c, "url") ? cmd_str(c, "url") : "disk0:", path))
        return CMD_FAIL;
    enum file_result r = file_stat(cli->env.files, path, &info);
    if (r == FILE_OK && !info.dir)
        r = FILE_NOT_DIR;
    if (r != FILE_OK)
        return file_error(c, "changing dir to", path, r);
    session_set_cwd(c->shell, path);
    return CMD_OK;
}

static enum cmd_result do_pwd(struct cmd_ctx *c)
{
    const char *cwd = session_cwd(c->shell);
    out_printf(c->out, "%s%s\n", cwd, cwd[strlen(cwd) - 1] == '/' ? "" : "/");
    return CMD_OK;
}

/* ---- whole file systems ---- */

static const char *const whole_questions[][2] = {
    [VERB_FORMAT] = {"Format operation may take a while. Continue? [confirm]",
                     "Format operation will destroy all data in \"%s\".  Continue? [confirm]"},
    [VERB_SQUEEZE] = {"All deleted files will be removed. Continue? [confirm]",
                      "Squeeze operation may take a while. Continue? [confirm]"},
    [VERB_ERASE] = {"Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]", NULL},
};

static enum file_result erase_now(struct dialog *d)
{
    struct cli *cli = d->w.c->self;
    enum file_result r = file_delete(cli->env.files, STARTUP_CONFIG);
    if (r != FILE_OK && r != FILE_NOT_FOUND)
        return r;
    out_text(d->w.c->out, "[OK]\nErase of nvram: complete\n");
    msg_post(cli->env.log, &MSG_NV_BLOCK_INIT);
    shells_config_history(cli->shells)->unsaved = true;
    struct session_view v;
    session_view(d->w.c->shell, &v);
    struct fact_config f = {.line = v.tty, .erased = true};
    str_copy(f.user, sizeof f.user, v.user);
    bus_publish(cli->env.bus, FACT_CONFIG_CHANGED, &f, sizeof f);
    return FILE_OK;
}

static void whole_now(struct dialog *d)
{
    static const char *const doing[] = {
        [VERB_FORMAT] = "formatting", [VERB_SQUEEZE] = "squeezing", [VERB_ERASE] = "erasing"};
    enum file_result r = d->verb == VERB_ERASE    ? erase_now(d)
                         : d->verb == VERB_FORMAT ? file_format(files_of(d), d->path)
                                                  : FILE_OK;
    if (r == FILE_OK && d->verb == VERB_FORMAT)
        out_printf(d->w.c->out, "Format of %s complete\n", d->path);
    if (r == FILE_OK && d->verb == VERB_SQUEEZE)
        out_printf(d->w.c->out, "Squeeze of %.*s complete\n", (int)strcspn(d->path, ":"), d->path);
    end_with(d, doing[d->verb], d->path, r);
}

static void whole_answered(void *arg, const char *key)
{
    struct dialog *d = arg;
    char prompt[128];
    if (!confirmed(key)) {
        waiting_end(&d->w, CMD_FAIL);
        return;
    }
    const char *next = d->step < 2 ? whole_questions[d->verb][d->step] : NULL;
    if (!next) {
        whole_now(d);
        return;
    }
    d->step++;
    if (d->verb == VERB_FORMAT && d->step == 2)
        snprintf(prompt, sizeof prompt, "Format operation will destroy all data in \"%.32s\".  Continue? [confirm]",
                 d->path);
    else
        str_copy(prompt, sizeof prompt, next);
    d->w.c->host->ask(d->w.c->shell, prompt, true, whole_answered, d);
}

static enum cmd_result whole(struct cmd_ctx *c, enum verb verb, const char *what, const char *typed)
{
    char path[256];
    if (!file_name(c, what, typed, path))
        return CMD_FAIL;
    if (file_bare(path)[0])
        return file_error(c, what, path, FILE_BAD_NAME);
    path[strcspn(path, "/")] = '\0'; /* "disk0:" */
    whole_answered(dialog_new(c, verb, path), "");
    return CMD_WAIT;
}

static enum cmd_result do_format(struct cmd_ctx *c)
{
    return whole(c, VERB_FORMAT, "formatting", cmd_str(c, "url"));
}

static enum cmd_result do_squeeze(struct cmd_ctx *c)
{
    return whole(c, VERB_SQUEEZE, "squeezing", cmd_str(c, "url"));
}

static enum cmd_result do_erase(struct cmd_ctx *c)
{
    return whole(c, VERB_ERASE, "erasing", "nvram:");
}

static const struct cmd_row rows[] = {
    DO(EXEC, 15, "delete &{[/force=force]|[/recursive=recursive]} <url>", do_delete,
       "Delete a file|Force delete|Recursive delete|File to be deleted"),
    DO(EXEC, 15, "mkdir <url>", do_mkdir, "Create new directory|Directory name"),
    DO(EXEC, 15, "rmdir <url>", do_rmdir, "Remove existing directory|Directory name"),
    DO(EXEC, 15, "rename <url:from> <url:to>", do_rename, "Rename a file|Current file name|New file name"),
    DO(EXEC, 15, "cd [<url>]", do_cd, "Change current directory|Directory name"),
    DO(EXEC, 1, "pwd", do_pwd, "Display current working directory"),
    DO(EXEC, 15, "format <url>", do_format, "Format a filesystem|Filesystem to be formatted"),
    DO(EXEC, 15, "squeeze <url>", do_squeeze, "Squeeze a filesystem|Filesystem to be squeezed"),
    DO(EXEC, 15, "erase {startup-config|nvram:}=what", do_erase,
       "Erase a filesystem|Erase contents of configuration memory|Filesystem to be erased"),
    DO(EXEC, 15, "write erase", do_erase, "Erase NV memory"),
};
const struct cmd_table cli_table_file = CMD_TABLE("cli/cmd/cmd_file", rows);
