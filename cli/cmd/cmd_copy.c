/* cmd_copy.c: copying files and configurations: copy A B, write memory.
 *
 * running-config is text made for the occasion (as source) or a session that types the lines (as destination: a merge,
 * as on IOS). The questions are IOS's: the destination's name, and before an existing file is written over.
 * startup-config is written over without asking.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/cmd_local.h"
#include "cli/shell/store.h"

enum end { END_RUNNING, END_STARTUP, END_FILE };
struct copying {
    struct cmd_ctx *c;
    enum end from, to;
    char source[256], dest[256];
    uint64_t began_us;
};

enum cmd_result save_config(struct cmd_ctx *c, const char *path)
{
    struct cli *cli = c->self;
    struct session_view v;
    session_view(c->shell, &v);
    out_text(c->out, "Building configuration...\n");
    enum file_result r = store_save(cli->shells, path, v.user);
    if (r != FILE_OK) {
        out_printf(c->out, "startup-config file open failed (%s)\n", file_result_text(r));
        return CMD_FAIL;
    }
    out_text(c->out, "[OK]\n");
    return CMD_OK;
}

static enum cmd_result do_write(struct cmd_ctx *c)
{
    return save_config(c, STARTUP_CONFIG);
}

static void copy_abort(void *arg, bool closing)
{
    struct copying *k = arg;
    struct cmd_ctx *c = k->c;
    mem_free(k);
    if (!closing)
        cmd_done(c->host, c->shell, CMD_FAIL);
}

static void copy_end(struct copying *k, enum cmd_result r)
{
    struct cmd_ctx *c = k->c;
    mem_free(k);
    c->host->on_abort(c->shell, NULL, NULL);
    cmd_done(c->host, c->shell, r);
}

static void tell_bytes(struct copying *k, size_t n)
{
    struct cli *cli = k->c->self;
    uint64_t ms = (loop_now(cli->env.loop) - k->began_us) / US_PER_MS;
    if (!ms)
        ms = 1;
    out_printf(k->c->out, "\n%zu bytes copied in %llu.%03llu secs (%llu bytes/sec)\n", n,
               (unsigned long long)(ms / 1000), (unsigned long long)(ms % 1000), (unsigned long long)(n * 1000 / ms));
}

static void copy_now(struct copying *k)
{
    struct cmd_ctx *c = k->c;
    struct cli *cli = c->self;
    struct text t = {0}, said = {0};
    struct session_view v;
    enum file_result r = FILE_OK;
    k->began_us = loop_now(cli->env.loop);
    if (k->from == END_RUNNING && !strcmp(k->dest, STARTUP_CONFIG)) {
        enum cmd_result result = save_config(c, k->dest);
        copy_end(k, result);
        return;
    }
    if (k->from == END_RUNNING)
        store_running(cli->shells, false, &t);
    else
        r = file_read(cli->env.files, k->source, &t);
    if (r != FILE_OK) {
        enum cmd_result result = file_error(c, "opening", k->source, r);
        text_free(&t);
        copy_end(k, result);
        return;
    }
    if (k->to == END_RUNNING) {
        session_view(c->shell, &v);
        store_type(cli->shells, text_str(&t), t.len, k->source, v.origin, false, &said);
        out_write(c->out, text_str(&said), said.len);
    } else {
        r = file_replace(cli->env.files, k->dest, text_str(&t), t.len);
    }
    enum cmd_result result = CMD_OK;
    if (r != FILE_OK)
        result = file_error(c, "opening", k->dest, r);
    else
        tell_bytes(k, t.len);
    text_free(&t);
    text_free(&said);
    copy_end(k, result);
}

static void over_answer(void *arg, const char *key)
{
    struct copying *k = arg;
    if (!key[0] || key[0] == 'y' || key[0] == 'Y')
        copy_now(k);
    else
        copy_end(k, CMD_FAIL);
}

static bool copy_quiet(const struct copying *k)
{
    return ((struct cli *)k->c->self)->sys.file_prompt == PROMPT_QUIET;
}

static void maybe_over(struct copying *k)
{
    struct cli *cli = k->c->self;
    struct file_info info;
    if (k->from == END_FILE) {
        enum file_result r = file_stat(cli->env.files, k->source, &info);
        if (r != FILE_OK) {
            enum cmd_result result = file_error(k->c, "opening", k->source, r);
            copy_end(k, result);
            return;
        }
    }
    if (k->to != END_FILE || copy_quiet(k) || file_stat(cli->env.files, k->dest, &info) != FILE_OK || info.dir) {
        copy_now(k);
        return;
    }
    out_text(k->c->out, "%Warning:There is a file already existing with this name\n");
    k->c->host->ask(k->c->shell, "Do you want to over write? [confirm]", true, over_answer, k);
}

/* The last part of a path: "disk0:/a/b" -> "b". */
static const char *leaf(const char *path)
{
    const char *p = strrchr(path, '/');
    if (!p)
        p = strrchr(path, ':');
    return p ? p + 1 : path;
}

/* The folder or file system that a path begins with, with its '/' or ':'. */
static size_t stem(const char *path)
{
    return (size_t)(leaf(path) - path);
}

static void dest_answer(void *arg, const char *name)
{
    struct copying *k = arg;
    if (name[0] && k->to != END_RUNNING) {
        char path[256];
        if (strchr(name, ':'))
            str_copy(path, sizeof path, name);
        else
            snprintf(path, sizeof path, "%.*s%.200s", (int)stem(k->dest), k->dest, name);
        str_copy(k->dest, sizeof k->dest, path);
        k->to = strcmp(k->dest, STARTUP_CONFIG) ? END_FILE : END_STARTUP;
    }
    maybe_over(k);
}

static void ask_dest(struct copying *k)
{
    char prompt[300];
    if (k->to == END_FILE && !leaf(k->dest)[0]) {
        /* Only a place: the source's name there. */
        size_t n = strlen(k->dest);
        snprintf(k->dest + n, sizeof k->dest - n, "%.200s",
                 k->from == END_RUNNING ? "running-config" : leaf(k->source));
    }
    if (copy_quiet(k)) {
        maybe_over(k);
        return;
    }
    snprintf(prompt, sizeof prompt, "Destination filename [%.200s]? ",
             k->to == END_RUNNING ? "running-config" : leaf(k->dest));
    k->c->host->ask(k->c->shell, prompt, false, dest_answer, k);
}

static void source_answer(void *arg, const char *name)
{
    struct copying *k = arg;
    size_t n = strlen(k->source);
    if (!name[0]) {
        copy_end(k, CMD_FAIL);
        return;
    }
    snprintf(k->source + n, sizeof k->source - n, "%.200s", name);
    ask_dest(k);
}

static void set_end(const struct cmd_ctx *c, const char *choice, const char *url, enum end *end, char path[256])
{
    *end = (enum end)cmd_int(c, choice);
    str_copy(path, 256,
             *end == END_FILE      ? cmd_str(c, url)
             : *end == END_STARTUP ? STARTUP_CONFIG
                                   : "system:running-config");
}

static enum cmd_result do_copy(struct cmd_ctx *c)
{
    struct copying *k = NEW(struct copying);
    k->c = c;
    set_end(c, "from", "source", &k->from, k->source);
    set_end(c, "to", "dest", &k->to, k->dest);
    if (k->from == k->to && k->from != END_FILE) {
        out_printf(c->out, "%%Error copying: source and destination are the same\n");
        mem_free(k);
        return CMD_FAIL;
    }
    c->host->on_abort(c->shell, copy_abort, k);
    if (k->from == END_FILE && !leaf(k->source)[0])
        c->host->ask(c->shell, "Source filename []? ", false, source_answer, k);
    else
        ask_dest(k);
    return CMD_WAIT;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 15, "copy {running-config|startup-config|<url:source>}=from {running-config|startup-config|<url:dest>}=to",
       do_copy,
       "Copy from one file to another|Copy from current system configuration|Copy from startup configuration|Copy from "
       "a file|"
       "Update (merge with) current system configuration|Copy to startup configuration|Copy to a file"),
    DO(EXEC, 15, "write", do_write, ""),
    DO(EXEC, 15, "write memory", do_write, "Write to NV memory"),
};
const struct cmd_table cli_table_copy = CMD_TABLE("cli/cmd/cmd_copy", rows);
