/* file.c: the router's file systems, by name. Storage is behind struct file_ops: folders of this machine (file_disk.c) or memory (file_memory.c).
 *
 * A name is "SYSTEM:PATH", "SYSTEM:/PATH" or just PATH in disk0:. Systems are disk0: (flash:, flash0: and bootflash: are other names of it, kept as they were typed) and
 * nvram:, in any case. It is taken apart here, once, for both storages: at most FILE_DEPTH_MAX folders deep, no ".." anywhere, no control characters, each part short enough for
 * struct file_info, none that looks like the storage's own temporary files. What passes cannot leave its folder; the storage still follows no symbolic link.
 *
 * Files are at most FILE_SIZE_MAX long, whichever way they grow, so that each one can be read whole. */
#include "base/file_local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    enum file_system system;
    bool listed;
} prefixes[] = {
    {"bootflash:", SYSTEM_DISK0, true}, {"disk0:", SYSTEM_DISK0, true}, {"flash:", SYSTEM_DISK0, true},
    {"flash0:", SYSTEM_DISK0, false},   {"nvram:", SYSTEM_NVRAM, true},
};
#define NPREFIXES (sizeof prefixes / sizeof prefixes[0])

const char *file_system_nth(size_t i, bool *listed)
{
    if (i >= NPREFIXES)
        return NULL;
    if (listed)
        *listed = prefixes[i].listed;
    return prefixes[i].name;
}

const char *file_result_text(enum file_result r)
{
    switch (r) {
    case FILE_OK: return "OK";
    case FILE_NOT_FOUND: return "No such file or directory";
    case FILE_BAD_NAME: return "Invalid argument";
    case FILE_NO_SYSTEM: return "No such device";
    case FILE_IS_DIR: return "Is a directory";
    case FILE_NOT_DIR: return "Not a directory";
    case FILE_EXISTS: return "Can't create a file that exists";
    case FILE_NO_SPACE: return "Not enough space on device";
    case FILE_READ_ONLY: return "Permission denied";
    case FILE_TOO_BIG: return "File too big";
    case FILE_NOT_EMPTY: return "Directory not empty";
    case FILE_IO: break;
    }
    return "I/O error";
}

static enum file_result path_system(const char **s, enum file_system *out, const char **prefix)
{
    *out = SYSTEM_DISK0;
    *prefix = "disk0:";
    const char *colon = strchr(*s, ':');
    if (!colon)
        return FILE_OK;
    size_t n = (size_t)(colon - *s) + 1;
    for (size_t i = 0; i < NPREFIXES; i++) {
        if (strlen(prefixes[i].name) == n && strncasecmp(*s, prefixes[i].name, n) == 0) {
            *out = prefixes[i].system;
            *prefix = prefixes[i].name;
            *s = colon + 1;
            return FILE_OK;
        }
    }
    return FILE_NO_SYSTEM;
}

static bool part_ok(const char *part)
{
    if (strcmp(part, ".") == 0 || strcmp(part, "..") == 0 || str_starts(part, FILE_OWN_PREFIX))
        return false;
    for (const char *c = part; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F || *c == ':')
            return false;
    return strlen(part) < sizeof((struct file_info *)0)->name;
}

static enum file_result path_parse(const char *s, struct file_path *p)
{
    enum file_result r = path_system(&s, &p->system, &p->prefix);
    p->nparts = 0;
    if (r != FILE_OK)
        return r;
    if (!str_copy(p->text, sizeof p->text - sizeof "bootflash:/" + 1, s))
        return FILE_BAD_NAME;
    for (char *at = p->text; *at;) {
        char *end = strchrnul(at, '/');
        bool more = *end == '/';
        *end = '\0';
        if (end != at) { /* "//" is "/" */
            if (p->nparts == FILE_DEPTH_MAX || !part_ok(at))
                return FILE_BAD_NAME;
            p->parts[p->nparts++] = at;
        }
        at = more ? end + 1 : end;
    }
    return FILE_OK;
}

/* The path of a file, not of the system itself. */
static enum file_result path_parse_file(const char *s, struct file_path *p)
{
    enum file_result r = path_parse(s, p);
    return r == FILE_OK && p->nparts == 0 ? FILE_IS_DIR : r;
}

static bool is_private(const struct file_path *p)
{
    return p->system == SYSTEM_NVRAM && p->nparts == 1 &&
           (!strcmp(p->parts[0], strchr(FILE_PRIVATE, ':') + 1) ||
            !strcmp(p->parts[0], strchr(FILE_PRIVATE_SNMP, ':') + 1));
}

/* The same, of a file that may be read and written by name. */
static enum file_result path_parse_open(const char *s, struct file_path *p)
{
    enum file_result r = path_parse_file(s, p);
    return r == FILE_OK && is_private(p) ? FILE_READ_ONLY : r;
}

void files_free(struct files *f)
{
    if (f)
        f->ops->free(f);
}

void files_set_wall(struct files *f, int64_t (*wall)(void *arg), void *arg)
{
    f->wall = wall;
    f->wall_arg = arg;
}

uint64_t file_changes(const struct files *f)
{
    return f->changes;
}

/* What is about to change something. */
static const struct file_ops *changing(struct files *f)
{
    f->changes++;
    return f->ops;
}

enum file_result file_read(struct files *f, const char *path, struct text *out)
{
    struct file_path p;
    enum file_result r = path_parse_open(path, &p);
    return r == FILE_OK ? f->ops->read(f, &p, out) : r;
}

enum file_result file_replace(struct files *f, const char *path, const void *data, size_t len)
{
    struct file_path p;
    enum file_result r = path_parse_open(path, &p);
    if (r == FILE_OK && len > FILE_SIZE_MAX)
        r = FILE_TOO_BIG;
    return r == FILE_OK ? changing(f)->replace(f, &p, data, len) : r;
}

enum file_result file_private_read(struct files *f, const char *path, struct text *out)
{
    struct file_path p;
    enum file_result r = path_parse_file(path, &p);
    return r == FILE_OK ? f->ops->read(f, &p, out) : r;
}

enum file_result file_private_replace(struct files *f, const char *path, const void *data, size_t len)
{
    struct file_path p;
    enum file_result r = path_parse_file(path, &p);
    return r == FILE_OK ? changing(f)->replace(f, &p, data, len) : r;
}

enum file_result file_append(struct files *f, const char *path, const void *data, size_t len)
{
    struct file_path p;
    enum file_result r = path_parse_open(path, &p);
    return r == FILE_OK ? changing(f)->append(f, &p, data, len) : r;
}

enum file_result file_delete(struct files *f, const char *path)
{
    struct file_path p;
    enum file_result r = path_parse_file(path, &p);
    return r == FILE_OK ? changing(f)->remove(f, &p) : r;
}

enum file_result file_mkdir(struct files *f, const char *path)
{
    struct file_path p;
    enum file_result r = path_parse(path, &p);
    if (r == FILE_OK && p.nparts == 0)
        r = FILE_EXISTS;
    return r == FILE_OK ? changing(f)->mkdir(f, &p) : r;
}

enum file_result file_rmdir(struct files *f, const char *path)
{
    struct file_path p;
    enum file_result r = path_parse_file(path, &p);
    return r == FILE_OK ? changing(f)->rmdir(f, &p) : r;
}

enum file_result file_rename(struct files *f, const char *from, const char *to)
{
    struct file_path a, b;
    enum file_result r = path_parse_open(from, &a);
    if (r == FILE_OK)
        r = path_parse_open(to, &b);
    if (r == FILE_OK && a.system != b.system)
        r = FILE_BAD_NAME;
    return r == FILE_OK ? changing(f)->rename(f, &a, &b) : r;
}

enum file_result file_format(struct files *f, const char *path)
{
    struct file_path p;
    enum file_result r = path_parse(path, &p);
    if (r == FILE_OK && p.nparts)
        r = FILE_BAD_NAME;
    return r == FILE_OK ? changing(f)->format(f, p.system) : r;
}

enum file_result file_open(struct files *f, const char *path, struct file_reader **out, struct file_info *info)
{
    struct file_path p;
    struct file_info ignored;
    *out = NULL;
    enum file_result r = path_parse_open(path, &p);
    if (r == FILE_OK)
        r = f->ops->open(f, &p, out, info ? info : &ignored);
    if (r == FILE_OK)
        (*out)->files = f;
    return r;
}

enum file_result file_reader_get(struct file_reader *r, void *buf, size_t max, size_t *n)
{
    return r->files->ops->get(r, buf, max, n);
}

int file_reader_fd(const struct file_reader *r)
{
    return r->files->ops->fd(r);
}

void file_reader_free(struct file_reader *r)
{
    if (r)
        r->files->ops->close(r);
}

enum file_result file_create(struct files *f, const char *path, struct file_writer **out)
{
    struct file_path p;
    *out = NULL;
    enum file_result r = path_parse_open(path, &p);
    return r == FILE_OK ? f->ops->create(f, &p, out) : r;
}

enum file_result file_writer_put(struct file_writer *w, const void *data, size_t len)
{
    return w->files->ops->put(w, data, len);
}

enum file_result file_writer_commit(struct file_writer *w)
{
    return changing(w->files)->commit(w);
}

void file_writer_free(struct file_writer *w)
{
    if (w)
        w->files->ops->abandon(w);
}

enum file_result file_stat(struct files *f, const char *path, struct file_info *out)
{
    struct file_path p;
    enum file_result r = path_parse(path, &p);
    return r == FILE_OK ? f->ops->stat(f, &p, out) : r;
}

struct listing {
    struct file_info *v;
    size_t n, cap;
};

static bool listing_add(void *arg, const struct file_info *info)
{
    struct listing *l = arg;
    if (l->n == FILE_ENTRIES_MAX)
        return false;
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 16;
        l->v = mem_resize(l->v, l->cap, sizeof *l->v);
    }
    l->v[l->n++] = *info;
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct file_info *)a)->name, ((const struct file_info *)b)->name);
}

enum file_result file_list(struct files *f, const char *path, struct file_info **out, size_t *n)
{
    struct file_path p;
    struct listing l = {0};
    *out = NULL;
    *n = 0;
    enum file_result r = path_parse(path, &p);
    if (r == FILE_OK)
        r = f->ops->list(f, &p, listing_add, &l);
    if (r != FILE_OK) {
        mem_free(l.v);
        return r;
    }
    if (l.n)
        qsort(l.v, l.n, sizeof *l.v, by_name);
    *out = l.v ? l.v : NEW(struct file_info);
    *n = l.n;
    return FILE_OK;
}

enum file_result file_space(struct files *f, const char *path, uint64_t *total, uint64_t *avail)
{
    struct file_path p;
    enum file_result r = path_parse(path, &p);
    return r == FILE_OK ? f->ops->space(f, &p, total, avail) : r;
}

enum file_result file_canonical(struct files *f, const char *path, char out[256])
{
    struct file_path p;
    (void)f;
    enum file_result r = path_parse(path, &p);
    if (r != FILE_OK)
        return r;
    size_t len = (size_t)snprintf(out, 256, "%s/", p.prefix);
    for (unsigned i = 0; i < p.nparts; i++) /* path_parse left room for the system's name */
        len += (size_t)snprintf(out + len, 256 - len, "%s%s", i ? "/" : "", p.parts[i]);
    return FILE_OK;
}

bool file_same(struct files *f, const char *a, const char *b)
{
    struct file_path x, y;
    (void)f;
    if (path_parse(a, &x) != FILE_OK || path_parse(b, &y) != FILE_OK || x.system != y.system || x.nparts != y.nparts)
        return false;
    for (unsigned i = 0; i < x.nparts; i++)
        if (strcmp(x.parts[i], y.parts[i]) != 0)
            return false;
    return true;
}

/* Put the parts of path behind out, which ends in '/' at `root`, taking "." and ".." out. */
static bool resolve_parts(char out[256], size_t root, const char *path)
{
    size_t len = strlen(out);
    while (*path) {
        size_t n = strcspn(path, "/");
        if (n == 2 && !strncmp(path, "..", 2)) {
            if (len == root)
                return str_copy(out + len, 256 - len, path);
            len--; /* "disk0:/a/" -> "disk0:/" */
            while (len > root && out[len - 1] != '/')
                len--;
            out[len] = '\0';
        } else if (n && !(n == 1 && *path == '.')) {
            if (len + n + 1 >= 256)
                return false;
            memcpy(out + len, path, n);
            len += n;
            out[len++] = '/';
            out[len] = '\0';
        }
        path += n + (path[n] == '/');
    }
    if (len > root)
        out[len - 1] = '\0';
    return true;
}

enum file_result file_resolve(const char *cwd, const char *typed, char out[256])
{
    enum file_system system;
    const char *prefix, *base = cwd, *rest = typed;
    bool named = strchr(typed, ':') != NULL;
    if (path_system(&rest, &system, &prefix) == FILE_NO_SYSTEM)
        return str_copy(out, 256, typed) ? FILE_OK : FILE_BAD_NAME;
    if (!named && path_system(&base, &system, &prefix) == FILE_NO_SYSTEM)
        return FILE_NO_SYSTEM;
    size_t root = (size_t)snprintf(out, 256, "%s/", prefix);
    bool ok = true;
    if (!named && *typed != '/') {
        ok = resolve_parts(out, root, base);
        if (ok && strlen(out) > root)
            ok = strlen(out) < 255 && (strcat(out, "/"), true);
    }
    return ok && resolve_parts(out, root, rest) ? FILE_OK : FILE_BAD_NAME;
}
