/* file_memory.c: file systems in memory, for simulations: the semantics of file_disk.c without a disk.
 *
 * Nodes (files and folders) stand in one array, found by system and path, one by one: a simulation has a handful. Each system holds MEMORY_TOTAL bytes of
 * content; more is NO_SPACE, with an append keeping the prefix that fits, as a full disk does. Times are those of the calendar that was handed over, else 0. */
#include "base/file_local.h"

#include <string.h>

#define MEMORY_TOTAL (UINT64_C(128) * 1024 * 1024)

struct node {
    enum file_system system;
    char path[FILE_PATH_MAX]; /* "dir/x"; never empty */
    bool dir;
    int64_t mtime_us;
    struct text data;
};
struct memory_reader {
    struct file_reader common; /* first */
    struct text data;
    size_t at;
};
struct memory_writer {
    struct file_writer common; /* first */
    struct file_path path;
    struct text data;
};

struct files_memory {
    struct files common; /* first */
    struct node **nodes;
    size_t n, cap;
    uint64_t used[FILE_SYSTEMS];
};

static int64_t now(const struct files_memory *m)
{
    return m->common.wall ? m->common.wall(m->common.wall_arg) : 0;
}

static void path_join(const struct file_path *p, unsigned n, char out[FILE_PATH_MAX])
{
    size_t len = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < n; i++) {
        if (i)
            out[len++] = '/';
        str_copy(out + len, FILE_PATH_MAX - len, p->parts[i]);
        len += strlen(out + len);
    }
}

static struct node *node_at(struct files_memory *m, enum file_system system, const char *path)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->nodes[i]->system == system && strcmp(m->nodes[i]->path, path) == 0)
            return m->nodes[i];
    return NULL;
}

/* The folders above the last part must be there. */
static enum file_result check_parents(struct files_memory *m, const struct file_path *p, unsigned n)
{
    for (unsigned i = 1; i <= n; i++) {
        char path[FILE_PATH_MAX];
        path_join(p, i, path);
        struct node *node = node_at(m, p->system, path);
        if (!node)
            return FILE_NOT_FOUND;
        if (!node->dir)
            return FILE_NOT_DIR;
    }
    return FILE_OK;
}

/* The node, or NULL when only the last part is missing. */
static enum file_result find(struct files_memory *m, const struct file_path *p, struct node **out)
{
    char path[FILE_PATH_MAX];
    *out = NULL;
    if (p->nparts == 0)
        return FILE_OK;
    enum file_result r = check_parents(m, p, p->nparts - 1);
    if (r != FILE_OK)
        return r;
    path_join(p, p->nparts, path);
    *out = node_at(m, p->system, path);
    return FILE_OK;
}

static struct node *node_add(struct files_memory *m, const struct file_path *p, bool dir)
{
    struct node *node = NEW(struct node);
    node->system = p->system;
    node->dir = dir;
    node->mtime_us = now(m);
    path_join(p, p->nparts, node->path);
    if (m->n == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 16;
        m->nodes = mem_resize(m->nodes, m->cap, sizeof *m->nodes);
    }
    m->nodes[m->n++] = node;
    return node;
}

static enum file_result find_file(struct files_memory *m, const struct file_path *p, bool must, struct node **out)
{
    enum file_result r = find(m, p, out);
    if (r == FILE_OK && *out && (*out)->dir)
        r = FILE_IS_DIR;
    if (r == FILE_OK && !*out && must)
        r = FILE_NOT_FOUND;
    return r;
}

static enum file_result memory_read(struct files *f, const struct file_path *p, struct text *out)
{
    struct node *node;
    enum file_result r = find_file((struct files_memory *)f, p, true, &node);
    if (r == FILE_OK)
        text_addn(out, text_str(&node->data), node->data.len);
    return r;
}

static enum file_result memory_replace(struct files *f, const struct file_path *p, const void *data, size_t len)
{
    struct files_memory *m = (struct files_memory *)f;
    struct node *node;
    enum file_result r = find_file(m, p, false, &node);
    if (r != FILE_OK)
        return r;
    if (m->used[p->system] + len > MEMORY_TOTAL) /* the old one is there until the new one is whole */
        return FILE_NO_SPACE;
    if (!node)
        node = node_add(m, p, false);
    m->used[p->system] += len - node->data.len;
    text_clear(&node->data);
    text_addn(&node->data, data, len);
    node->mtime_us = now(m);
    return FILE_OK;
}

static enum file_result memory_append(struct files *f, const struct file_path *p, const void *data, size_t len)
{
    struct files_memory *m = (struct files_memory *)f;
    struct node *node;
    enum file_result r = find_file(m, p, false, &node);
    if (r != FILE_OK)
        return r;
    if (!node)
        node = node_add(m, p, false);
    if (len > FILE_SIZE_MAX - node->data.len)
        return FILE_TOO_BIG;
    uint64_t left = MEMORY_TOTAL - m->used[p->system];
    if (len > left) {
        len = (size_t)left;
        r = FILE_NO_SPACE;
    }
    text_addn(&node->data, data, len);
    m->used[p->system] += len;
    node->mtime_us = now(m);
    return r;
}

static void node_remove(struct files_memory *m, struct node *node)
{
    m->used[node->system] -= node->data.len;
    for (size_t i = 0; i < m->n; i++) {
        if (m->nodes[i] == node) {
            m->nodes[i] = m->nodes[--m->n];
            break;
        }
    }
    text_free(&node->data);
    mem_free(node);
}

static enum file_result memory_remove(struct files *f, const struct file_path *p)
{
    struct files_memory *m = (struct files_memory *)f;
    struct node *node;
    enum file_result r = find_file(m, p, true, &node);
    if (r == FILE_OK)
        node_remove(m, node);
    return r;
}

/* Is `path` below the folder `dir`? */
static bool below(const char *path, const char *dir)
{
    size_t n = strlen(dir);
    return !strncmp(path, dir, n) && path[n] == '/';
}

static enum file_result memory_rmdir(struct files *f, const struct file_path *p)
{
    struct files_memory *m = (struct files_memory *)f;
    struct node *node;
    enum file_result r = find(m, p, &node);
    if (r == FILE_OK && !node)
        r = FILE_NOT_FOUND;
    if (r == FILE_OK && !node->dir)
        r = FILE_NOT_DIR;
    for (size_t i = 0; r == FILE_OK && i < m->n; i++)
        if (m->nodes[i]->system == p->system && below(m->nodes[i]->path, node->path))
            r = FILE_NOT_EMPTY;
    if (r == FILE_OK)
        node_remove(m, node);
    return r;
}

static enum file_result memory_rename(struct files *f, const struct file_path *from, const struct file_path *to)
{
    struct files_memory *m = (struct files_memory *)f;
    struct node *node, *there;
    char old[FILE_PATH_MAX], new[FILE_PATH_MAX], rest[FILE_PATH_MAX];
    enum file_result r = find(m, from, &node);
    if (r == FILE_OK && !node)
        r = FILE_NOT_FOUND;
    if (r != FILE_OK)
        return r;
    path_join(from, from->nparts, old);
    path_join(to, to->nparts, new);
    if (below(new, old))
        return FILE_BAD_NAME;
    r = find(m, to, &there);
    if (r != FILE_OK || there)
        return r == FILE_OK ? FILE_EXISTS : r;
    for (size_t i = 0; i < m->n; i++) /* all fit, or none moves */
        if (m->nodes[i]->system == from->system && below(m->nodes[i]->path, old) &&
            strlen(m->nodes[i]->path) - strlen(old) + strlen(new) >= FILE_PATH_MAX)
            return FILE_BAD_NAME;
    for (size_t i = 0; i < m->n; i++) {
        if (m->nodes[i]->system != from->system || (m->nodes[i] != node && !below(m->nodes[i]->path, old)))
            continue;
        str_copy(rest, sizeof rest, m->nodes[i]->path + strlen(old));
        str_copy(m->nodes[i]->path, FILE_PATH_MAX, new);
        str_copy(m->nodes[i]->path + strlen(new), FILE_PATH_MAX - strlen(new), rest);
    }
    return FILE_OK;
}

static enum file_result memory_format(struct files *f, enum file_system system)
{
    struct files_memory *m = (struct files_memory *)f;
    for (size_t i = m->n; i > 0; i--)
        if (m->nodes[i - 1]->system == system)
            node_remove(m, m->nodes[i - 1]);
    return FILE_OK;
}

static enum file_result memory_mkdir(struct files *f, const struct file_path *p)
{
    struct files_memory *m = (struct files_memory *)f;
    struct node *node;
    enum file_result r = find(m, p, &node);
    if (r == FILE_OK && node)
        r = FILE_EXISTS;
    if (r == FILE_OK)
        node_add(m, p, true);
    return r;
}

static void info_of(const struct node *node, struct file_info *out)
{
    const char *slash = strrchr(node->path, '/');
    *out = (struct file_info){.dir = node->dir, .size = node->data.len, .mtime_us = node->mtime_us};
    str_copy(out->name, sizeof out->name, slash ? slash + 1 : node->path);
}

static enum file_result memory_stat(struct files *f, const struct file_path *p, struct file_info *out)
{
    struct node *node;
    enum file_result r = find((struct files_memory *)f, p, &node);
    if (r != FILE_OK)
        return r;
    if (p->nparts == 0)
        *out = (struct file_info){.dir = true};
    else if (node)
        info_of(node, out);
    else
        r = FILE_NOT_FOUND;
    return r;
}

static enum file_result memory_open(struct files *f, const struct file_path *p, struct file_reader **out,
                                    struct file_info *info)
{
    struct node *node;
    enum file_result r = find_file((struct files_memory *)f, p, true, &node);
    if (r != FILE_OK)
        return r;
    struct memory_reader *d = NEW(struct memory_reader);
    text_addn(&d->data, text_str(&node->data), node->data.len);
    info_of(node, info);
    *out = &d->common;
    return FILE_OK;
}

static enum file_result memory_get(struct file_reader *r, void *buf, size_t max, size_t *n)
{
    struct memory_reader *d = (struct memory_reader *)r;
    *n = d->data.len - d->at < max ? d->data.len - d->at : max;
    memcpy(buf, text_str(&d->data) + d->at, *n);
    d->at += *n;
    return FILE_OK;
}

static int memory_fd(const struct file_reader *r)
{
    (void)r;
    return -1;
}

static void memory_close(struct file_reader *r)
{
    text_free(&((struct memory_reader *)r)->data);
    mem_free(r);
}

static enum file_result memory_create(struct files *f, const struct file_path *p, struct file_writer **out)
{
    struct node *node;
    enum file_result r = find_file((struct files_memory *)f, p, false, &node);
    if (r != FILE_OK)
        return r;
    struct memory_writer *w = NEW(struct memory_writer);
    w->common.files = f;
    w->path = *p;
    for (unsigned i = 0; i < p->nparts; i++)
        w->path.parts[i] = w->path.text + (p->parts[i] - p->text);
    *out = &w->common;
    return FILE_OK;
}

static enum file_result memory_put(struct file_writer *writer, const void *data, size_t len)
{
    struct memory_writer *w = (struct memory_writer *)writer;
    if (len > FILE_SIZE_MAX - w->data.len)
        return FILE_TOO_BIG;
    if (((struct files_memory *)writer->files)->used[w->path.system] + w->data.len + len > MEMORY_TOTAL)
        return FILE_NO_SPACE;
    text_addn(&w->data, data, len);
    return FILE_OK;
}

static void memory_abandon(struct file_writer *writer)
{
    text_free(&((struct memory_writer *)writer)->data);
    mem_free(writer);
}

static enum file_result memory_commit(struct file_writer *writer)
{
    struct memory_writer *w = (struct memory_writer *)writer;
    enum file_result r = memory_replace(writer->files, &w->path, text_str(&w->data), w->data.len);
    memory_abandon(writer);
    return r;
}

static enum file_result memory_list(struct files *f, const struct file_path *p,
                                    bool (*add)(void *, const struct file_info *), void *arg)
{
    struct files_memory *m = (struct files_memory *)f;
    char path[FILE_PATH_MAX];
    enum file_result r = check_parents(m, p, p->nparts);
    if (r != FILE_OK)
        return r;
    path_join(p, p->nparts, path);
    size_t n = strlen(path);
    for (size_t i = 0; i < m->n; i++) {
        const struct node *node = m->nodes[i];
        const char *rest = node->path;
        struct file_info info;
        if (node->system != p->system)
            continue;
        if (n) {
            if (strncmp(rest, path, n) != 0 || rest[n] != '/')
                continue;
            rest += n + 1;
        }
        if (strchr(rest, '/'))
            continue;
        info_of(node, &info);
        if (!add(arg, &info))
            return FILE_TOO_BIG;
    }
    return FILE_OK;
}

static enum file_result memory_space(struct files *f, const struct file_path *p, uint64_t *total, uint64_t *avail)
{
    *total = MEMORY_TOTAL;
    *avail = MEMORY_TOTAL - ((struct files_memory *)f)->used[p->system];
    return FILE_OK;
}

static void memory_free(struct files *f)
{
    struct files_memory *m = (struct files_memory *)f;
    for (size_t i = 0; i < m->n; i++) {
        text_free(&m->nodes[i]->data);
        mem_free(m->nodes[i]);
    }
    mem_free(m->nodes);
    mem_free(m);
}

static const struct file_ops memory_ops = {
    .free = memory_free,
    .read = memory_read,
    .replace = memory_replace,
    .append = memory_append,
    .remove = memory_remove,
    .mkdir = memory_mkdir,
    .rmdir = memory_rmdir,
    .rename = memory_rename,
    .format = memory_format,
    .open = memory_open,
    .get = memory_get,
    .fd = memory_fd,
    .close = memory_close,
    .create = memory_create,
    .put = memory_put,
    .commit = memory_commit,
    .abandon = memory_abandon,
    .stat = memory_stat,
    .list = memory_list,
    .space = memory_space,
};

struct files *files_memory_new(void)
{
    struct files_memory *m = NEW(struct files_memory);
    m->common.ops = &memory_ops;
    return &m->common;
}
