/* do_file.c: action file: the router's files, through handles that an applet names.
 *
 *     file open FH PATH {r|r+|w|w+|a|a+}     modes as in Tcl
 *     file gets FH VAR                       a line without its end; empty at the end of the file
 *     file read FH VAR N                     the next N bytes (less at the end)
 *     file puts FH [nonewline] TEXT          file write FH TEXT N: the first N bytes of the text
 *     file close FH                          file delete PATH
 *
 *     r    read in pieces as the file was when it was opened      w, a, a+   every puts is one append to the file, so two
 *                                                                            runs that write to one log lose no line
 *     r+, w+   held in memory (RW_MAX bytes), written at close or at the end of the run, when something was changed
 *
 * Handles belong to the run, HANDLES_MAX of them, and are closed at its end, however it ends. A name is that of a file
 * system of this router (disk0:, flash:, nvram:); others (tftp:) cannot be opened here. $_error names what went wrong:
 * FH_EFOPEN, FH_EFCREATE, FH_EFREAD, FH_EFWRITE, FH_EFREMOVE; a handle that is not open is FH_EBADF. */
#include <string.h>

#include "eem/eem_local.h"
#include "espial/file.h"
#include "espial/mem.h"

const char *const eem_file_modes[EEM_FILE_MODES] = {"r", "r+", "w", "w+", "a", "a+"};

enum { HANDLES_MAX = 16, PIECE = 4096, RW_MAX = 1024 * 1024 };

struct run_file {
    struct run_file *next;
    char name[EEM_NAME_MAX];
    char path[EEM_TEXT_MAX];
    bool reads, writes;
    bool held;                  /* r+, w+ */
    bool changed;               /* held: not yet in the file */
    struct file_reader *reader; /* r */
    struct text text;           /* held: the whole file; r: what was read and not given away begins at: */
    size_t pos;
};

static enum step failed(struct run *r, const char *error)
{
    r->error = error;
    return STEP_FAILED;
}

static struct run_file **place_of(struct run *r, const char *name)
{
    struct run_file **at = &r->files;
    while (*at && strcmp((*at)->name, name))
        at = &(*at)->next;
    return at;
}

/* Takes it out of its list. */
static bool close_file(struct run *r, struct run_file **at)
{
    struct run_file *f = *at;
    bool ok = !f->changed || file_replace(r->eem->env.files, f->path, text_str(&f->text), f->text.len) == FILE_OK;
    *at = f->next;
    file_reader_free(f->reader);
    text_free(&f->text);
    mem_free(f);
    return ok;
}

void files_close(struct run *r)
{
    while (r->files)
        (void)close_file(r, &r->files); /* nobody is left to be told */
}

/* ---- open */

static bool read_whole(struct files *files, struct run_file *f)
{
    struct file_reader *in;
    size_t n = 1;
    if (file_open(files, f->path, &in, NULL) != FILE_OK)
        return false;
    bool ok = true;
    while (ok && n) {
        char piece[PIECE];
        ok = file_reader_get(in, piece, sizeof piece, &n) == FILE_OK && f->text.len + n <= RW_MAX;
        if (ok)
            text_addn(&f->text, piece, n);
    }
    file_reader_free(in);
    return ok;
}

static bool open_as(struct files *files, struct run_file *f, const char *mode)
{
    f->reads = mode[0] == 'r' || mode[1] == '+';
    f->writes = mode[0] != 'r' || mode[1] == '+';
    f->held = mode[1] == '+' && mode[0] != 'a';
    if (mode[0] == 'w')
        return file_replace(files, f->path, "", 0) == FILE_OK;
    if (mode[0] == 'a')
        return file_append(files, f->path, "", 0) == FILE_OK;
    return f->held ? read_whole(files, f) : file_open(files, f->path, &f->reader, NULL) == FILE_OK;
}

static enum step open_file(struct run *r, const char *name, const char *path, const char *mode)
{
    size_t n = 0;
    for (const struct run_file *f = r->files; f; f = f->next)
        n++;
    if (n == HANDLES_MAX)
        return failed(r, "FH_EMEMORY");
    if (!r->eem->env.files || strlen(path) >= EEM_TEXT_MAX)
        return failed(r, "FH_EFOPEN");
    struct run_file **old = place_of(r, name);
    if (*old && !close_file(r, old))
        return failed(r, "FH_EFWRITE");
    struct run_file *f = NEW(struct run_file);
    str_copy(f->name, sizeof f->name, name);
    str_copy(f->path, sizeof f->path, path);
    text_add(&f->text, "");
    f->next = r->files;
    r->files = f;
    if (open_as(r->eem->env.files, f, mode))
        return STEP_NEXT;
    (void)close_file(r, &r->files);
    return failed(r, mode[0] == 'r' ? "FH_EFOPEN" : "FH_EFCREATE");
}

/* ---- read */

/* Have at least one byte more in f->text; false: error. At the end there is none. */
static bool more(struct run_file *f, bool *end)
{
    char piece[PIECE];
    size_t n = 0;
    if (f->reader && file_reader_get(f->reader, piece, sizeof piece, &n) != FILE_OK)
        return false;
    *end = n == 0;
    text_addn(&f->text, piece, n);
    return true;
}

/* What was given away of a file that is read in pieces is not kept. */
static void forget(struct run_file *f)
{
    if (f->held)
        return;
    memmove(f->text.s, f->text.s + f->pos, f->text.len - f->pos + 1);
    f->text.len -= f->pos;
    f->pos = 0;
}

static enum step gets_line(struct run *r, struct run_file *f, const char *var)
{
    bool end = false;
    const char *stop;
    while (!(stop = memchr(f->text.s + f->pos, '\n', f->text.len - f->pos)) && !end &&
           f->text.len - f->pos < VAR_VALUE_MAX)
        if (!more(f, &end))
            return failed(r, "FH_EFREAD");
    size_t n = stop ? (size_t)(stop - f->text.s) - f->pos : f->text.len - f->pos;
    if (n > VAR_VALUE_MAX) {
        n = VAR_VALUE_MAX;
        stop = NULL;
    }
    size_t shown = n && stop && f->text.s[f->pos + n - 1] == '\r' ? n - 1 : n;
    bool ok = vars_setn(&r->vars, var, f->text.s + f->pos, shown);
    f->pos += n + (stop != NULL);
    forget(f);
    return ok ? STEP_NEXT : failed(r, "FH_EMEMORY");
}

static enum step read_bytes(struct run *r, struct run_file *f, const char *var, int64_t want)
{
    bool end = false;
    while (f->text.len - f->pos < (size_t)want && !end)
        if (!more(f, &end))
            return failed(r, "FH_EFREAD");
    size_t there = f->text.len - f->pos, n = there < (size_t)want ? there : (size_t)want;
    bool ok = vars_setn(&r->vars, var, f->text.s + f->pos, n);
    f->pos += n;
    forget(f);
    return ok ? STEP_NEXT : failed(r, "FH_EMEMORY");
}

/* ---- write */

static enum step put(struct run *r, struct run_file *f, const char *s, size_t n)
{
    if (!f->held)
        return file_append(r->eem->env.files, f->path, s, n) == FILE_OK ? STEP_NEXT : failed(r, "FH_EFWRITE");
    if (f->pos + n > RW_MAX)
        return failed(r, "FH_EFWRITE");
    size_t over = f->text.len - f->pos < n ? f->text.len - f->pos : n;
    memcpy(f->text.s + f->pos, s, over);
    text_addn(&f->text, s + over, n - over);
    f->pos += n;
    f->changed |= n > 0;
    return STEP_NEXT;
}

static enum step write_value(struct run *r, const struct action_conf *a, struct run_file *f)
{
    struct text t = {0};
    int64_t n = 0;
    enum step s = STEP_FAILED;
    if (run_expand_text(r, a->text, &t) && (a->kind != EEM_FILE_WRITE || run_number(r, a->pattern, 0, INT64_MAX, &n))) {
        if (a->kind == EEM_FILE_PUTS && !a->flag)
            text_add(&t, "\n");
        s = put(r, f, text_str(&t), a->kind == EEM_FILE_WRITE && (uint64_t)n < t.len ? (size_t)n : t.len);
    }
    text_free(&t);
    return s;
}

static const char *without_dollar(const char *name)
{
    return name[0] == '$' ? name + 1 : name;
}

/* Those of an open handle. */
static enum step with_handle(struct run *r, const struct action_conf *a, struct run_file **at)
{
    struct run_file *f = *at;
    int64_t n;
    if (!f)
        return failed(r, "FH_EBADF");
    switch (a->kind) {
    case EEM_FILE_CLOSE: return close_file(r, at) ? STEP_NEXT : failed(r, "FH_EFWRITE");
    case EEM_FILE_GETS: return f->reads ? gets_line(r, f, without_dollar(a->sub1)) : failed(r, "FH_EFREAD");
    case EEM_FILE_READ:
        if (!run_number(r, a->pattern, 0, VAR_VALUE_MAX, &n))
            return STEP_FAILED;
        return f->reads ? read_bytes(r, f, without_dollar(a->sub1), n) : failed(r, "FH_EFREAD");
    default: return f->writes ? write_value(r, a, f) : failed(r, "FH_EFWRITE");
    }
}

static enum step by_path(struct run *r, const struct action_conf *a, const char *name)
{
    char *path = run_value(r, a->text);
    enum step s = STEP_FAILED;
    if (path && a->kind == EEM_FILE_OPEN)
        s = open_file(r, name, path, eem_file_modes[a->op % EEM_FILE_MODES]);
    else if (path && r->eem->env.files && file_delete(r->eem->env.files, path) == FILE_OK)
        s = STEP_NEXT;
    else if (path)
        r->error = "FH_EFREMOVE";
    mem_free(path);
    return s;
}

static enum step perform(struct run *r, const struct action_conf *a)
{
    const char *name = without_dollar(a->var); /* "fh" and "$fh" both name the handle */
    if (a->kind == EEM_FILE_OPEN || a->kind == EEM_FILE_DELETE)
        return by_path(r, a, name);
    return with_handle(r, a, place_of(r, name));
}

const struct action_kind action_file = {perform};
