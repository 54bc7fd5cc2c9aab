/* cmd_more.c: what is in a file: more, verify.
 *
 * `more` shows text as text and, where there is a NUL byte in the first piece, 16 bytes a row in hexadecimal; /ascii and /binary choose. Nothing in a file moves the
 * cursor: control characters are shown as dots, line ends of other systems as line ends. A remote file is fetched first. `verify` sums a file up, a piece each turn
 * of the loop, a dot for each of them.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/cmd/copy_run.h"
#include "cli/shell/store.h"
#include "espial/crypto.h"

/* ---- more ---- */

enum { VIEW_PIECE = 64 * 1024, VIEW_PIECES_A_TURN = 64 };

struct viewer {
    struct out *out;
    bool known, binary, cr;
    uint32_t offset;
    uint8_t row[16];
    unsigned n;
    char last;
};

static void put_hex_row(struct viewer *v)
{
    char line[96];
    int len = snprintf(line, sizeof line, "%08X:  ", v->offset);
    for (unsigned i = 0; i < 16; i++) {
        if (i < v->n)
            len += snprintf(line + len, sizeof line - (size_t)len, "%02X", v->row[i]);
        else
            len += snprintf(line + len, sizeof line - (size_t)len, "  ");
        if (i % 4 == 3)
            line[len++] = ' ';
    }
    for (unsigned i = 0; i < v->n; i++) {
        line[len++] = v->row[i] >= ' ' && v->row[i] < 0x7F ? (char)v->row[i] : '.';
        if (i % 4 == 3 && i + 1 < v->n)
            line[len++] = ' ';
    }
    line[len++] = '\n';
    out_write(v->out, line, (size_t)len);
    v->offset += v->n;
    v->n = 0;
}

static void view_hex(struct viewer *v, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        v->row[v->n++] = (uint8_t)s[i];
        if (v->n == sizeof v->row)
            put_hex_row(v);
    }
}

static void view_text(struct viewer *v, char *s, size_t len)
{
    size_t to = 0;
    for (size_t i = 0; i < len; i++) {
        char ch = s[i];
        if (ch == '\r') /* of CR LF */
            continue;
        s[to++] = ((unsigned char)ch < ' ' && ch != '\n' && ch != '\t') || ch == 0x7F ? '.' : ch;
    }
    if (!to)
        return;
    out_write(v->out, s, to);
    v->last = s[to - 1];
}

/* Changes s. */
static void view(struct viewer *v, char *s, size_t len)
{
    if (!v->known) {
        v->known = true;
        v->binary = file_is_binary(s, len);
    }
    if (v->binary)
        view_hex(v, s, len);
    else
        view_text(v, s, len);
}

static void view_end(struct viewer *v)
{
    if (v->n)
        put_hex_row(v);
    if (v->last && v->last != '\n')
        out_text(v->out, "\n");
}

static struct viewer viewer_of(struct cmd_ctx *c)
{
    bool ascii = cmd_has(c, "ascii"), binary = cmd_has(c, "binary");
    return (struct viewer){.out = c->out, .known = ascii || binary, .binary = binary};
}

struct fetching {
    struct waiting w; /* first */
    struct copy_job *job;
    struct text text;
};

static void fetching_free(struct waiting *w)
{
    struct fetching *f = (struct fetching *)w;
    copy_cancel(f->job);
    text_free(&f->text);
    mem_free(f);
}

static void fetch_done(void *arg, enum cmd_result r)
{
    struct fetching *f = arg;
    f->job = NULL;
    if (r == CMD_OK && f->text.len) {
        struct viewer v = viewer_of(f->w.c);
        view(&v, f->text.s, f->text.len);
        view_end(&v);
    }
    waiting_end(&f->w, r);
}

static enum cmd_result fetch(struct cmd_ctx *c, const struct copy_end *e)
{
    char name[URL_TEXT_MAX];
    if (!e->url.host[0] || !e->url.path[0]) {
        out_printf(c->out, "%%Error opening %s (No such file or directory)\n", url_text(&e->url, name));
        return CMD_FAIL;
    }
    struct fetching *f = NEW(struct fetching);
    waiting_begin(&f->w, c, fetching_free);
    f->job = copy_fetch(c, &e->url, &f->text, fetch_done, f);
    return CMD_WAIT;
}

/* A file of this router, a piece at a time, no faster than the terminal takes it. */
struct viewing {
    struct waiting w; /* first */
    struct timer turn;
    struct file_reader *reader;
    struct viewer viewer;
    char path[256];
};

static void viewing_free(struct waiting *w)
{
    struct viewing *v = (struct viewing *)w;
    timer_clear(&v->turn);
    file_reader_free(v->reader);
    mem_free(v);
}

static void viewing_turn(void *arg)
{
    struct viewing *v = arg;
    struct cmd_ctx *c = v->w.c;
    char block[VIEW_PIECE];
    enum file_result why = FILE_OK;
    size_t n = 1;
    for (int i = 0; i < VIEW_PIECES_A_TURN && n && why == FILE_OK; i++) {
        if (!c->host->room(c->shell, viewing_turn, v))
            return;
        why = file_reader_get(v->reader, block, sizeof block, &n);
        if (why == FILE_OK)
            view(&v->viewer, block, n);
    }
    if (n && why == FILE_OK) {
        timer_set(&v->turn, 0);
        return;
    }
    view_end(&v->viewer);
    enum cmd_result r = why == FILE_OK ? CMD_OK : file_error(c, "reading", v->path, why);
    waiting_end(&v->w, r);
}

static enum cmd_result do_more(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct copy_end e;
    struct viewer shown = viewer_of(c);
    if (!copy_end_of(c, cmd_str(c, "url"), &e))
        return CMD_FAIL;
    if (e.kind == COPY_REMOTE)
        return fetch(c, &e);
    if (e.kind == COPY_NULL)
        return CMD_OK;
    if (e.kind == COPY_RUNNING) {
        struct text t = {0};
        store_running(cli->shells, false, &t);
        view(&shown, t.s, t.len);
        text_free(&t);
        view_end(&shown);
        return CMD_OK;
    }
    struct file_reader *r;
    enum file_result why = file_open(cli->env.files, e.path, &r, NULL);
    if (why != FILE_OK)
        return file_error(c, "opening", e.path, why);
    struct viewing *v = NEW(struct viewing);
    v->reader = r;
    v->viewer = shown;
    str_copy(v->path, sizeof v->path, e.path);
    timer_init(&v->turn, cli->env.loop, viewing_turn, v);
    waiting_begin(&v->w, c, viewing_free);
    viewing_turn(v);
    return CMD_WAIT;
}

/* ---- verify ---- */

enum { VERIFY_PIECE = 64 * 1024, VERIFY_PIECES_A_TURN = 16 };

struct verifying {
    struct waiting w; /* first */
    struct timer turn;
    struct file_reader *reader;
    struct hash *hash;
    enum hash_alg alg;
    char name[256], path[256], submitted[2 * HASH_MAX + 1];
};

static void verify_free(struct waiting *w)
{
    struct verifying *v = (struct verifying *)w;
    timer_clear(&v->turn);
    file_reader_free(v->reader);
    hash_end(v->hash, NULL);
    mem_free(v);
}

static enum cmd_result verify_tell(struct verifying *v)
{
    struct out *out = v->w.c->out;
    uint8_t sum[HASH_MAX];
    char hex[2 * HASH_MAX + 1];
    hash_end(v->hash, sum);
    v->hash = NULL;
    for (size_t i = 0; i < hash_len(v->alg); i++)
        snprintf(hex + 2 * i, 3, "%02x", sum[i]);
    out_text(out, "Done!\n");
    if (!v->submitted[0]) {
        out_printf(out, "verify /%s (%s) = %s\n", v->alg == HASH_MD5 ? "md5" : "sha512", v->name, hex);
        return CMD_OK;
    }
    if (!strcasecmp(v->submitted, hex)) {
        out_printf(out, "Verified (%s) = %s\n", v->name, hex);
        return CMD_OK;
    }
    out_printf(out, "%%Error verifying %s\nComputed signature  = %s\nSubmitted signature = %s\n", v->name, hex,
               v->submitted);
    return CMD_FAIL;
}

static void verify_turn(void *arg)
{
    struct verifying *v = arg;
    char block[VERIFY_PIECE];
    size_t n;
    for (int i = 0; i < VERIFY_PIECES_A_TURN; i++) {
        enum file_result r = file_reader_get(v->reader, block, sizeof block, &n);
        if (r != FILE_OK) {
            out_text(v->w.c->out, "\n");
            enum cmd_result result = file_error(v->w.c, "reading", v->path, r);
            waiting_end(&v->w, result);
            return;
        }
        if (!n) {
            enum cmd_result result = verify_tell(v);
            waiting_end(&v->w, result);
            return;
        }
        hash_add(v->hash, block, n);
        out_text(v->w.c->out, ".");
    }
    timer_set(&v->turn, 0);
}

static enum cmd_result do_verify(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    const char *typed = cmd_str(c, "url");
    enum hash_alg alg = cmd_has(c, "sha512") ? HASH_SHA512 : HASH_MD5;
    const char *submitted = cmd_str(c, "hash");
    char path[256];
    struct file_reader *r;
    if (!file_name(c, "opening", typed, path))
        return CMD_FAIL;
    if (submitted[0] &&
        (strlen(submitted) != 2 * hash_len(alg) || submitted[strspn(submitted, "0123456789abcdefABCDEF")])) {
        out_printf(c->out, "%%Error verifying %s (Invalid argument)\n", path);
        return CMD_FAIL;
    }
    enum file_result why = file_open(cli->env.files, path, &r, NULL);
    if (why != FILE_OK)
        return file_error(c, "opening", path, why);
    struct verifying *v = NEW(struct verifying);
    v->reader = r;
    v->alg = alg;
    v->hash = hash_new(alg);
    str_copy(v->path, sizeof v->path, path);
    str_copy(v->name, sizeof v->name, strchr(typed, ':') ? typed : path);
    str_copy(v->submitted, sizeof v->submitted, submitted);
    timer_init(&v->turn, cli->env.loop, verify_turn, v);
    timer_set(&v->turn, 0);
    waiting_begin(&v->w, c, verify_free);
    return CMD_WAIT;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 15, "more [/ascii=ascii|/binary=binary] <url>", do_more,
       "Display the contents of a file|Display binary files in ascii|Force display to hex/text format|File to display"),
    DO(EXEC, 15, "verify {/md5=md5|/sha512=sha512} <url> [<word:hash>]", do_verify,
       "Verify a file|Compute an md5 signature for a file|Compute a sha512 signature for a file|File to be "
       "verified|Required signature"),
};
const struct cmd_table cli_table_more = CMD_TABLE("cli/cmd/cmd_more", rows);
