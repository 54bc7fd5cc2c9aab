/* cmd_dir.c: what is there: dir, show flash:, show file systems, show file information.
 *
 * The rows are those of real devices: index, mode, size, time in the router's zone, name. Folders have no size. The index counts the rows of one listing. system:
 * holds one file that is made when it is read and has neither time nor room. Folders below are listed after their parent, each under its own heading; a `*` in the
 * last part of a name stands for any characters.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/cmd/copy_run.h"
#include "cli/shell/store.h"

enum { DEPTH_MAX = 16 };

enum cmd_result file_error(struct cmd_ctx *c, const char *what, const char *path, enum file_result r)
{
    struct cli *cli = c->self;
    char canonical[256];
    bool known = file_canonical(cli->env.files, path, canonical) == FILE_OK;
    out_printf(c->out, "%%Error %s %s (%s)\n", what, known ? canonical : path, file_result_text(r));
    return CMD_FAIL;
}

bool file_name(struct cmd_ctx *c, const char *what, const char *typed, char out[256])
{
    struct cli *cli = c->self;
    char whole[256];
    enum file_result r = file_resolve(session_cwd(c->shell), typed, whole);
    if (r == FILE_OK)
        r = file_canonical(cli->env.files, whole, out);
    if (r != FILE_OK)
        file_error(c, what, r == FILE_BAD_NAME && strlen(typed) < 256 ? whole : typed, r);
    return r == FILE_OK;
}

bool file_fits(const char *pattern, const char *name)
{
    const char *star = NULL, *from = NULL;
    while (*name) {
        if (*pattern == '*') {
            star = pattern++;
            from = name;
        } else if (*pattern == *name) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star + 1;
            name = ++from;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

const char *file_bare(const char *path)
{
    const char *p = strchr(path, ':');
    p = p ? p + 1 : path;
    return p + (*p == '/');
}

void file_below(const char *folder, const char *name, char out[256])
{
    size_t n = strlen(folder);
    snprintf(out, 256, "%.254s%s%.200s", folder, n && folder[n - 1] == '/' ? "" : "/", name);
}

/* "Jan 30 2013 00:00:00 +00:00", in the router's zone. width: of the date, padded on the left. */
static void put_time(struct cmd_ctx *c, int64_t us, int width, char out[48])
{
    const struct clock *clock = ((struct cli *)c->self)->env.clock;
    struct wall_time w = clock_local(clock, us);
    int offset = clock_zone_at(clock, us)->offset_min, away = offset < 0 ? -offset : offset;
    char date[32];
    snprintf(date, sizeof date, "%s %d %d", month_names[w.mon], w.day, w.year);
    snprintf(out, 48, "%*s %02d:%02d:%02d %c%02d:%02d", width, date, w.hour, w.min, w.sec, offset < 0 ? '-' : '+',
             away / 60, away % 60);
}

struct listing {
    struct cmd_ctx *c;
    bool recursive;
    size_t index;
};

static void put_row(struct listing *l, const struct file_info *f)
{
    char when[48];
    put_time(l->c, f->mtime_us, 11, when);
    out_printf(l->c->out, "%5zu  %s  %10llu  %s  %s\n", ++l->index, f->dir ? "drw-" : "-rw-",
               (unsigned long long)f->size, when, f->name);
}

static void put_heading(struct cmd_ctx *c, const char *name, bool folder)
{
    size_t n = strlen(name);
    out_printf(c->out, "Directory of %s%s\n\n", name, !folder || (n && name[n - 1] == '/') ? "" : "/");
}

static void put_space(struct cmd_ctx *c, const char *path)
{
    struct cli *cli = c->self;
    uint64_t total, avail;
    if (file_space(cli->env.files, path, &total, &avail) == FILE_OK)
        out_printf(c->out, "\n%llu bytes total (%llu bytes free)\n", (unsigned long long)total,
                   (unsigned long long)avail);
}

static enum file_result list_folder(struct listing *l, const char *folder, const char *pattern, unsigned depth)
{
    struct cli *cli = l->c->self;
    struct file_info *v;
    size_t n, shown = 0;
    enum file_result r = file_list(cli->env.files, folder, &v, &n);
    if (r != FILE_OK)
        return r;
    char heading[520];
    snprintf(heading, sizeof heading, "%s%s%s", folder, pattern ? folder[strlen(folder) - 1] == '/' ? "" : "/" : "",
             pattern ? pattern : "");
    put_heading(l->c, heading, !pattern);
    for (size_t i = 0; i < n; i++) {
        if (pattern && !file_fits(pattern, v[i].name))
            continue;
        put_row(l, &v[i]);
        shown++;
    }
    if (!shown)
        out_text(l->c->out, "No files in directory\n");
    for (size_t i = 0; l->recursive && depth < DEPTH_MAX && i < n; i++) {
        if (!v[i].dir)
            continue;
        char below[256];
        file_below(folder, v[i].name, below);
        out_text(l->c->out, "\n");
        (void)!list_folder(l, below, pattern, depth + 1);
    }
    mem_free(v);
    return FILE_OK;
}

/* "disk0:/logs/a*": the folder, and the pattern, or NULL. */
static const char *split_pattern(char path[256])
{
    char *slash = strrchr(path, '/');
    if (!slash || !strchr(slash, '*'))
        return NULL;
    if (slash > path && slash[-1] == ':') { /* "disk0:/" keeps its slash */
        memmove(slash + 2, slash + 1, strlen(slash + 1) + 1);
        slash[1] = '\0';
        return slash + 2;
    }
    *slash = '\0';
    return slash + 1;
}

static enum cmd_result list_path(struct listing *l, const char *typed)
{
    struct cmd_ctx *c = l->c;
    struct cli *cli = c->self;
    char name[257];
    struct file_info info;
    if (!file_name(c, "opening", typed, name))
        return CMD_FAIL;
    const char *pattern = strlen(name) < 255 ? split_pattern(name) : NULL;
    enum file_result r = list_folder(l, name, pattern, 0);
    if (r == FILE_NOT_DIR && file_stat(cli->env.files, name, &info) == FILE_OK) {
        put_heading(c, name, false);
        put_row(l, &info);
        r = FILE_OK;
    }
    if (r != FILE_OK)
        return file_error(c, "opening", name, r);
    put_space(c, name);
    return CMD_OK;
}

static enum cmd_result list_system(struct cmd_ctx *c, const char *typed)
{
    struct text t = {0};
    const char *rest = strchr(typed, ':') + 1;
    bool all = !rest[0] || !strcmp(rest, "/");
    if (!all && strcmp(rest + (*rest == '/'), "running-config")) {
        out_printf(c->out, "%%Error opening system:/%s (No such file or directory)\n", rest + (*rest == '/'));
        return CMD_FAIL;
    }
    store_running(((struct cli *)c->self)->shells, false, &t);
    out_printf(c->out, "Directory of system:/%s\n\n%5d  %s  %10zu  %27s  %s\n\nNo space information available\n",
               all ? "" : "running-config", 1, "-rw-", t.len, "<no date>", "running-config");
    text_free(&t);
    return CMD_OK;
}

static enum cmd_result do_dir(struct cmd_ctx *c)
{
    struct listing l = {.c = c, .recursive = cmd_has(c, "recursive")};
    const char *typed = cmd_has(c, "url") ? cmd_str(c, "url") : "";
    char name[URL_TEXT_MAX];
    struct url u;
    if (cmd_has(c, "every")) {
        static const char *const systems[] = {"disk0:", "nvram:"};
        list_system(c, "system:");
        for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++) {
            struct listing one = l;
            out_text(c->out, "\n");
            list_path(&one, systems[i]);
        }
        return CMD_OK;
    }
    if (!strncasecmp(typed, "system:", 7))
        return list_system(c, typed);
    if (url_is_remote(typed) || !strncasecmp(typed, "null:", 5)) {
        out_printf(c->out, "%%Error opening %s (Function not implemented)\n",
                   url_parse(typed, &u) ? url_text(&u, name) : "null:/");
        return CMD_FAIL;
    }
    return list_path(&l, typed);
}

/* ---- show flash: ---- */

static void show_tree(struct cmd_ctx *c, const char *folder, const char *prefix, size_t *index, unsigned depth)
{
    struct cli *cli = c->self;
    struct file_info *v;
    size_t n;
    if (file_list(cli->env.files, folder, &v, &n) != FILE_OK)
        return;
    for (size_t i = 0; i < n; i++) {
        char when[48], path[256];
        put_time(c, v[i].mtime_us, 0, when);
        snprintf(path, sizeof path, "%.120s%.130s", prefix, v[i].name);
        out_printf(c->out, "%-3zu %10llu %s %s\n", ++*index, (unsigned long long)v[i].size, when, path);
        if (v[i].dir && depth < DEPTH_MAX) {
            char below[256];
            file_below(folder, v[i].name, below);
            snprintf(path, sizeof path, "%.120s%.130s/", prefix, v[i].name);
            show_tree(c, below, path, index, depth + 1);
        }
    }
    mem_free(v);
}

static enum cmd_result show_flash(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    uint64_t total, avail;
    size_t index = 0;
    out_text(c->out, "-#- --length-- -----date/time------ path\n");
    show_tree(c, "disk0:/", "", &index, 0);
    if (file_space(cli->env.files, "disk0:", &total, &avail) == FILE_OK)
        out_printf(c->out, "\n%llu bytes available (%llu bytes used)\n", (unsigned long long)avail,
                   (unsigned long long)(total - avail));
    return CMD_OK;
}

/* ---- show file ---- */

static void put_system(struct cmd_ctx *c, const char *fs, const char *type, const char *flags, const char *prefixes)
{
    struct cli *cli = c->self;
    uint64_t total, avail;
    bool in_nvram = str_starts(session_cwd(c->shell), "nvram:");
    bool current = fs && in_nvram == str_starts(fs, "nvram:");
    if (fs && file_space(cli->env.files, fs, &total, &avail) == FILE_OK)
        out_printf(c->out, "%c%13llu %13llu  %8s     %s   %s\n", current ? '*' : ' ', (unsigned long long)total,
                   (unsigned long long)avail, type, flags, prefixes);
    else
        out_printf(c->out, " %13s %13s  %8s     %s   %s\n", "-", "-", type, flags, prefixes);
}

static enum cmd_result show_file_systems(struct cmd_ctx *c)
{
    const struct cli *cli = c->self;
    out_text(c->out, "File Systems:\n\n       Size(b)       Free(b)      Type  Flags  Prefixes\n");
    put_system(c, NULL, "opaque", "rw", "system:");
    put_system(c, NULL, "opaque", "rw", "null:");
    if (cli->env.inet)
        put_system(c, NULL, "network", "rw", "tftp:");
    put_system(c, "disk0:", "disk", "rw", "disk0: flash: flash0: bootflash:");
    put_system(c, "nvram:", "nvram", "rw", "nvram:");
    static const char *const by_child[] = {"http:", "ftp:", "scp:", "https:"};
    for (size_t i = 0; cli->env.children && i < sizeof by_child / sizeof by_child[0]; i++)
        put_system(c, NULL, "network", "rw", by_child[i]);
    out_text(c->out, "\n");
    return CMD_OK;
}

bool file_is_binary(const char *data, size_t len)
{
    return memchr(data, '\0', len) != NULL;
}

static enum cmd_result show_information(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct copy_end e;
    char name[URL_TEXT_MAX], block[4096];
    size_t n = 0;
    bool binary = false;
    if (!copy_end_of(c, cmd_str(c, "url"), &e))
        return CMD_FAIL;
    if (e.kind == COPY_REMOTE || e.kind == COPY_NULL) {
        out_printf(c->out, "%%Error opening %s (Function not implemented)\n", copy_end_text(&e, name));
        return CMD_FAIL;
    }
    if (e.kind != COPY_RUNNING) {
        struct file_reader *r;
        enum file_result why = file_open(cli->env.files, e.path, &r, NULL);
        if (why != FILE_OK)
            return file_error(c, "opening", e.path, why);
        while ((why = file_reader_get(r, block, sizeof block, &n)) == FILE_OK && n && !binary)
            binary = file_is_binary(block, n);
        file_reader_free(r);
        if (why != FILE_OK)
            return file_error(c, "reading", e.path, why);
    }
    out_printf(c->out, "%s:\n  type is %s\n", copy_end_text(&e, name), binary ? "data" : "ascii text");
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 1, "dir &{[/all=all]|[/recursive=recursive]} [all-filesystems=every|<url>]", do_dir,
       "List files on a filesystem|List all files|List files recursively|List files on all filesystems|Directory or "
       "file name"),
    DO(EXEC, 1, "show {flash:|disk0:|bootflash:}=fs", show_flash,
       "display information about flash: file system|display information about disk0: file system|"
       "display information about bootflash: file system"),
    HELP(EXEC, "show file", "Show filesystem information"),
    DO(EXEC, 1, "show file systems", show_file_systems, "List filesystems"),
    DO(EXEC, 1, "show file information <url>", show_information, "Display information about a file|Filename"),
};
const struct cmd_table cli_table_dir = CMD_TABLE("cli/cmd/cmd_dir", rows);
