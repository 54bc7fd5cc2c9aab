/* cmd_copy.c: the dialogue of `copy A B`, and write memory.
 *
 * IOS asks for what is missing and, unless `file prompt quiet`, has what is there confirmed, in this order:
 *
 *   Address or name of remote host, Source username, Source filename       of the source: when they are missing; the name always with `file prompt noisy`
 *   Address or name of remote host, Destination username                   of a remote destination
 *   Destination filename
 *   %Warning:There is a file already existing with this name, Do you want to over write? [confirm]
 *   Password:                                                              of a name without one
 *
 * Then copy_run.c does it. startup-config is written over without asking, as on IOS.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/cmd/copy_run.h"
#include "cli/shell/store.h"
#include "espial/crypto.h"
#include "espial/file.h"

enum step { FROM_HOST, FROM_USER, FROM_NAME, TO_HOST, TO_USER, TO_NAME, OVER_WRITE, FROM_PASSWORD, TO_PASSWORD, RUN };
struct copying {
    struct waiting w; /* first */
    struct copy_end from, to;
    char place[256]; /* the destination is a folder: the name goes here */
    enum step step;  /* the question that was asked last */
    struct copy_job *job;
};

enum cmd_result save_config(struct cmd_ctx *c, const char *path)
{
    struct cli *cli = c->self;
    struct session_view v;
    session_view(c->shell, &v);
    out_text(c->out, "Building configuration...\n");
    enum file_result r = store_save(cli->shells, path, v.user, v.tty);
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

static void copying_free(struct waiting *w)
{
    struct copying *k = (struct copying *)w;
    copy_cancel(k->job);
    mem_wipe(k, sizeof *k);
    mem_free(k);
}

static void copy_done(void *arg, enum cmd_result r)
{
    struct copying *k = arg;
    k->job = NULL;
    waiting_end(&k->w, r);
}

static enum file_prompt prompt_level(const struct copying *k)
{
    return ((struct cli *)k->w.c->self)->sys.file_prompt;
}

static const char *leaf(const char *path)
{
    const char *p = strrchr(path, '/');
    return p ? p + 1 : file_bare(path);
}

/* ---- what is offered as an answer ---- */

/* The name a source has by itself; for a remote destination of the running configuration IOS makes one of the hostname. */
static void own_name(const struct copying *k, char out[256])
{
    const struct cli *cli = k->w.c->self;
    switch (k->from.kind) {
    case COPY_REMOTE: str_copy(out, 256, url_leaf(&k->from.url)); break;
    case COPY_NULL: out[0] = '\0'; break;
    case COPY_FILE:
    case COPY_STARTUP: str_copy(out, 256, leaf(k->from.path)); break;
    case COPY_RUNNING:
        if (k->to.kind != COPY_REMOTE) {
            str_copy(out, 256, "running-config");
            break;
        }
        snprintf(out, 256, "%s-confg", cli_hostname(cli));
        for (char *p = out; *p; p++)
            *p = (char)tolower((unsigned char)*p);
        break;
    }
}

static void offer(const struct copying *k, char out[256])
{
    const struct copy_end *e = k->step < TO_HOST ? &k->from : &k->to;
    struct session_view v;
    out[0] = '\0';
    switch (k->step) {
    case FROM_HOST:
    case TO_HOST: str_copy(out, 256, e->url.host); break;
    case FROM_USER:
    case TO_USER:
        session_view(k->w.c->shell, &v);
        str_copy(out, 256, e->url.has_user ? e->url.user : v.user && v.user[0] ? v.user : cli_hostname(k->w.c->self));
        break;
    case FROM_NAME:
        str_copy(out, 256,
                 e->kind == COPY_REMOTE    ? e->url.path
                 : e->kind == COPY_RUNNING ? "running-config"
                                           : file_bare(e->path));
        break;
    case TO_NAME:
        if (e->kind == COPY_RUNNING || e->kind == COPY_STARTUP) {
            str_copy(out, 256, e->kind == COPY_RUNNING ? "running-config" : "startup-config");
        } else if (e->kind == COPY_REMOTE && e->url.path[0] && e->url.path[strlen(e->url.path) - 1] != '/') {
            str_copy(out, 256, e->url.path);
        } else if (e->kind == COPY_FILE && !k->place[0]) {
            str_copy(out, 256, file_bare(e->path));
        } else {
            char name[256];
            own_name(k, name);
            snprintf(out, 256, "%.120s%.130s", e->kind == COPY_REMOTE ? e->url.path : file_bare(k->place), name);
        }
        break;
    default: break;
    }
}

/* ---- which questions are asked ---- */

static bool wanted(const struct copying *k)
{
    const struct copy_end *e = k->step < TO_HOST || k->step == FROM_PASSWORD ? &k->from : &k->to;
    bool remote = e->kind == COPY_REMOTE, ssh = remote && e->url.scheme == URL_SCP;
    bool noisy = prompt_level(k) == PROMPT_NOISY, quiet = prompt_level(k) == PROMPT_QUIET;
    struct file_info info;
    switch (k->step) {
    case FROM_HOST: return remote && (noisy || !e->url.host[0]);
    case FROM_USER: return ssh && (noisy || !e->url.has_user);
    case FROM_NAME:
        return remote ? noisy || !e->url.path[0] : e->kind == COPY_FILE && (noisy || !file_bare(e->path)[0]);
    case TO_HOST: return remote && (!quiet || !e->url.host[0]);
    case TO_USER: return ssh && (!quiet || !e->url.has_user);
    case TO_NAME:
        return e->kind != COPY_NULL &&
               (!quiet || (k->from.kind == COPY_NULL && (k->place[0] || (remote && !e->url.path[0]))));
    case OVER_WRITE:
        return e->kind == COPY_FILE && !quiet &&
               file_stat(((struct cli *)k->w.c->self)->env.files, e->path, &info) == FILE_OK && !info.dir;
    case FROM_PASSWORD:
    case TO_PASSWORD:
        return remote && e->url.has_user && !e->url.has_password && e->url.scheme != URL_TFTP &&
               !(e->url.scheme == URL_FTP && ((struct cli *)k->w.c->self)->sys.ftp_password[0]);
    case RUN: break;
    }
    return false;
}

/* ---- what is done with an answer ---- */

static bool bad(struct copying *k, const char *what, const char *why)
{
    out_printf(k->w.c->out, "%%Error parsing %s (%s)\n", what, why);
    return false;
}

/* A name typed for a local end: it may name another file system. */
static bool name_local(struct copying *k, struct copy_end *e, const char *name)
{
    char path[256], fs[16] = "";
    size_t n = strcspn(e->path, ":");
    if (!strchr(name, ':') && n < sizeof fs - 1)
        snprintf(fs, sizeof fs, "%.*s:", (int)n, e->path);
    snprintf(path, sizeof path, "%s%.230s", fs, name);
    if (!copy_end_of(k->w.c, path, e))
        return false;
    if (e->kind == COPY_REMOTE)
        return bad(k, "filename", "Bad file name");
    return true;
}

static bool take_answer(struct copying *k, const char *answer)
{
    struct copy_end *e = k->step < TO_HOST || k->step == FROM_PASSWORD ? &k->from : &k->to;
    char name[256];
    if (k->step == OVER_WRITE)
        return confirmed(answer);
    if (k->step == FROM_PASSWORD || k->step == TO_PASSWORD) {
        for (const char *p = answer; *p; p++)
            if ((unsigned char)*p < ' ' || *p == 0x7F)
                return bad(k, "password", "Bad password");
        e->url.has_password = true;
        return str_copy(e->url.password, sizeof e->url.password, answer) || bad(k, "password", "Too long");
    }
    offer(k, name);
    if (answer[0] && !str_copy(name, sizeof name, answer))
        return bad(k, "filename", "Too long");
    for (const char *p = name; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7F)
            return bad(k, "filename", "Bad file name");
    switch (k->step) {
    case FROM_HOST:
    case TO_HOST:
        if (!name[0] || !str_copy(e->url.host, sizeof e->url.host, name) || strpbrk(name, "/@ "))
            return bad(k, "address", "Unknown host");
        return true;
    case FROM_USER:
    case TO_USER:
        if (strcmp(e->url.user, name))
            e->url.has_password = false;
        e->url.has_user = true;
        return str_copy(e->url.user, sizeof e->url.user, name) || bad(k, "username", "Too long");
    case FROM_NAME:
    case TO_NAME:
        if (!name[0])
            return bad(k, "filename", "No such file or directory");
        if (e->kind == COPY_REMOTE)
            return str_copy(e->url.path, sizeof e->url.path, name) || bad(k, "filename", "Too long");
        if (e->kind == COPY_RUNNING || (e->kind == COPY_STARTUP && !answer[0]))
            return true;
        return name_local(k, e, name);
    default: break;
    }
    return true;
}

static void copy_go(struct copying *k);

static void answered(void *arg, const char *answer)
{
    struct copying *k = arg;
    if (!take_answer(k, answer)) {
        waiting_end(&k->w, CMD_FAIL);
        return;
    }
    k->step++;
    copy_go(k);
}

static void ask(struct copying *k)
{
    static const char *const questions[] = {
        [FROM_HOST] = "Address or name of remote host",
        [FROM_USER] = "Source username",
        [FROM_NAME] = "Source filename",
        [TO_HOST] = "Address or name of remote host",
        [TO_USER] = "Destination username",
        [TO_NAME] = "Destination filename",
    };
    const struct cmd_host *host = k->w.c->host;
    char offered[256], prompt[320];
    if (k->step == OVER_WRITE) {
        out_text(k->w.c->out, "%Warning:There is a file already existing with this name\n");
        host->ask(k->w.c->shell, "Do you want to over write? [confirm]", true, answered, k);
    } else if (k->step == FROM_PASSWORD || k->step == TO_PASSWORD) {
        host->ask_secret(k->w.c->shell, "Password: ", answered, k);
    } else {
        offer(k, offered);
        snprintf(prompt, sizeof prompt, "%s [%s]? ", questions[k->step], offered);
        host->ask(k->w.c->shell, prompt, false, answered, k);
    }
}

static void run(struct copying *k)
{
    struct cli *cli = k->w.c->self;
    if (k->from.kind == k->to.kind &&
        (k->from.kind == COPY_RUNNING || k->from.kind == COPY_STARTUP ||
         (k->from.kind == COPY_FILE && file_same(cli->env.files, k->from.path, k->to.path)))) {
        out_text(k->w.c->out, "%Error copying: source and destination are the same\n");
        waiting_end(&k->w, CMD_FAIL);
    } else if (k->from.kind == COPY_RUNNING && k->to.kind == COPY_STARTUP) {
        enum cmd_result r = save_config(k->w.c, STARTUP_CONFIG);
        waiting_end(&k->w, r);
    } else {
        k->job = copy_run(k->w.c, &k->from, &k->to, copy_done, k);
    }
}

/* A destination that is a folder, or just a file system: the file goes into it under its own name. */
static void find_place(struct copying *k)
{
    struct cli *cli = k->w.c->self;
    struct file_info info;
    char name[256];
    if (k->to.kind != COPY_FILE || k->place[0] || file_stat(cli->env.files, k->to.path, &info) != FILE_OK || !info.dir)
        return;
    size_t n = strlen(k->to.path);
    snprintf(k->place, sizeof k->place, "%.254s%s", k->to.path, n && k->to.path[n - 1] == '/' ? "" : "/");
    own_name(k, name);
    if (name[0])
        snprintf(k->to.path, sizeof k->to.path, "%.150s%.100s", k->place, name);
}

/* The name of a remote destination when nobody is asked. */
static void settle_remote(struct copying *k)
{
    char name[256];
    enum step was = k->step;
    k->step = TO_NAME;
    offer(k, name);
    k->step = was;
    if (k->to.kind == COPY_REMOTE)
        str_copy(k->to.url.path, sizeof k->to.url.path, name);
}

/* The file must be there before anybody is asked whether it may replace another. */
static bool source_missing(struct copying *k)
{
    struct cli *cli = k->w.c->self;
    struct file_info info;
    if (k->from.kind != COPY_FILE && k->from.kind != COPY_STARTUP)
        return false;
    enum file_result r = file_stat(cli->env.files, k->from.path, &info);
    if (r == FILE_OK && info.dir)
        r = FILE_IS_DIR;
    if (r != FILE_OK)
        file_error(k->w.c, "opening", k->from.path, r);
    return r != FILE_OK;
}

static void copy_go(struct copying *k)
{
    for (; k->step < RUN; k->step++) {
        if (k->step == TO_NAME)
            find_place(k);
        if (k->step == OVER_WRITE) {
            settle_remote(k);
            if (source_missing(k)) {
                waiting_end(&k->w, CMD_FAIL);
                return;
            }
        }
        if (wanted(k)) {
            ask(k);
            return;
        }
    }
    run(k);
}

/* "copy run tftp", "copy flash tft": names of file systems are keywords, and need no colon. */
static const char *with_colon(const char *typed, char out[16])
{
    size_t n = strlen(typed);
    const char *name;
    if (n < 3)
        return typed;
    for (int s = 0; s < URL_SCHEMES; s++)
        if (!strncasecmp(url_scheme_name((enum url_scheme)s), typed, n)) {
            snprintf(out, 16, "%s:", url_scheme_name((enum url_scheme)s));
            return out;
        }
    for (size_t i = 0; (name = file_system_nth(i, NULL)); i++)
        if (!strncasecmp(name, typed, n))
            return name;
    return typed;
}

static bool set_end(struct cmd_ctx *c, const char *choice, const char *url, struct copy_end *e)
{
    static const char *const names[] = {"system:running-config", STARTUP_CONFIG};
    int64_t which = cmd_int(c, choice);
    char system[16];
    return copy_end_of(c, which < 2 ? names[which] : with_colon(cmd_str(c, url), system), e);
}

static enum cmd_result do_copy(struct cmd_ctx *c)
{
    struct copying *k = NEW(struct copying);
    waiting_begin(&k->w, c, copying_free);
    if (!set_end(c, "from", "source", &k->from) || !set_end(c, "to", "dest", &k->to)) {
        waiting_end(&k->w, CMD_FAIL);
        return CMD_WAIT;
    }
    copy_go(k);
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
