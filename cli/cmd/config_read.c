/* config_read.c: configurations read by their URLs, one after the other: those of this router at once, those of other
 * machines as `copy` fetches them, with the same words. Whoever waits for one may interrupt it; nothing has been done
 * then. */
#include "cli/cmd/config_read.h"

#include <strings.h>

#include "cli/cmd/copy_run.h"
#include "cli/shell/store.h"

struct reading {
    struct waiting w; /* first */
    bool waits;       /* w has begun: the handler has returned, or will with CMD_WAIT */
    struct config_text v[CONFIG_READ_MAX];
    char urls[CONFIG_READ_MAX][256];
    size_t n, at;
    struct copy_job *job;
    config_read_fn *then;
};

static void reading_free(struct waiting *w)
{
    struct reading *r = (struct reading *)w;
    copy_cancel(r->job);
    for (size_t i = 0; i < r->n; i++)
        text_free(&r->v[i].text);
    mem_free(r);
}

static bool is_running(const char *url)
{
    return !strcasecmp(url, "system:running-config") || !strcasecmp(url, "system:/running-config");
}

/* False: told why not. */
static bool read_here(struct cmd_ctx *c, const char *url, struct config_text *out)
{
    struct cli *cli = c->self;
    if (is_running(url)) {
        str_copy(out->name, sizeof out->name, "system:running-config");
        store_running(cli->shells, false, &out->text);
        return true;
    }
    str_copy(out->name, sizeof out->name, url);
    enum file_result e = file_resolve(session_cwd(c->shell), url, out->name);
    if (e == FILE_OK)
        e = file_read(cli->env.files, out->name, &out->text);
    if (e != FILE_OK)
        file_error(c, "opening", out->name, e);
    return e == FILE_OK;
}

static enum cmd_result go_on(struct reading *r);

static void fetched(void *arg, enum cmd_result result)
{
    struct reading *r = arg;
    struct cmd_ctx *c = r->w.c;
    r->job = NULL;
    if (result != CMD_OK) {
        waiting_end(&r->w, result);
        return;
    }
    r->at++;
    enum cmd_result last = go_on(r);
    if (last != CMD_WAIT)
        cmd_done(c->host, c->shell, last);
}

static enum cmd_result fetch(struct reading *r, const struct url *u)
{
    struct cmd_ctx *c = r->w.c;
    char name[URL_TEXT_MAX];
    str_copy(r->v[r->at].name, sizeof r->v[r->at].name, url_text(u, name));
    if (!r->waits)
        waiting_begin(&r->w, c, reading_free);
    r->waits = true;
    r->job = copy_fetch(c, u, &r->v[r->at].text, fetched, r);
    return CMD_WAIT;
}

/* r is gone unless it waits for a fetch. */
static enum cmd_result go_on(struct reading *r)
{
    struct cmd_ctx *c = r->w.c;
    enum cmd_result result = CMD_FAIL;
    struct url u;
    bool ok = true;
    for (; ok && r->at < r->n; r->at++) {
        const char *url = r->urls[r->at];
        if (!url_is_remote(url)) {
            ok = read_here(c, url, &r->v[r->at]);
        } else if (url_parse(url, &u) && u.host[0] && u.path[0]) {
            return fetch(r, &u);
        } else {
            out_printf(c->out, "%%Error opening %s (%s)\n", url, "No such file or directory");
            ok = false;
        }
    }
    if (r->waits)
        c->host->on_abort(c->shell, NULL, NULL); /* what follows may wait for something of its own */
    if (ok)
        result = r->then(c, r->v);
    reading_free(&r->w);
    return result;
}

enum cmd_result config_read(struct cmd_ctx *c, const char *const *urls, size_t n, config_read_fn *then)
{
    struct reading *r = NEW(struct reading);
    *r = (struct reading){.w.c = c, .n = n, .then = then};
    for (size_t i = 0; i < n; i++)
        str_copy(r->urls[i], sizeof r->urls[i], urls[i]);
    return go_on(r);
}
