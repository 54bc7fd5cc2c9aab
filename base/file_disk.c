/* file_disk.c: file systems in folders of this machine: disk0/ and nvram/ under the state directory, held by descriptor from the start.
 *
 * Every name is walked part by part with openat from the held descriptor, each step with O_NOFOLLOW: a symbolic link, wherever it points, is not there (NOT_FOUND), nor is
 * anything that is neither a plain file nor a folder. So nothing outside the two folders can be reached, even by whoever can write into them.
 *
 * Replacing: the new content goes whole into ".~NUMBER" beside the old file, is synced, renamed over it, and the folder is synced: whenever the process or the
 * machine dies, the file is the old or the new one. What a killed process left (".~...") is removed at the next start. Appending: O_APPEND, no more than
 * FILE_SIZE_MAX in all; what a crash leaves is a prefix of what was written. */
#include "base/file_local.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

struct files_disk {
    struct files common; /* first */
    int root[FILE_SYSTEMS];
    uint64_t temps; /* each file being written has a name of its own */
};
struct disk_reader {
    struct file_reader common; /* first */
    int fd;
};

static enum file_result result_of(int err)
{
    switch (err) {
    case ENOENT:
    case ELOOP: return FILE_NOT_FOUND;
    case ENOTDIR: return FILE_NOT_DIR;
    case EISDIR: return FILE_IS_DIR;
    case EEXIST: return FILE_EXISTS;
    case ENOSPC:
    case EDQUOT: return FILE_NO_SPACE;
    case EROFS:
    case EACCES:
    case EPERM: return FILE_READ_ONLY;
    case ENOTEMPTY: return FILE_NOT_EMPTY;
    case EFBIG: return FILE_TOO_BIG;
    case EINVAL:
    case ENAMETOOLONG: return FILE_BAD_NAME;
    }
    return FILE_IO;
}

/* Plain file, folder, or neither (then it is as if it were not there). */
static enum file_result kind_of(const struct stat *st, bool *dir)
{
    *dir = S_ISDIR(st->st_mode);
    return *dir || S_ISREG(st->st_mode) ? FILE_OK : FILE_NOT_FOUND;
}

/* Open the folder that the first n parts name. *fd is the caller's to close. */
static enum file_result open_dir(struct files *f, const struct file_path *p, unsigned n, int *fd)
{
    int at = openat(((struct files_disk *)f)->root[p->system], ".", OPEN_DIR);
    for (unsigned i = 0; at >= 0 && i < n; i++) {
        int next = openat(at, p->parts[i], OPEN_DIR);
        int err = errno;
        struct stat st;
        if (next < 0 && err == ENOTDIR && fstatat(at, p->parts[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISLNK(st.st_mode))
            err = ENOENT;
        close(at);
        errno = err;
        at = next;
    }
    *fd = at;
    return at < 0 ? result_of(errno) : FILE_OK;
}

/* Open the folder that holds the last part; *name is that part. */
static enum file_result open_parent(struct files *f, const struct file_path *p, int *fd, const char **name)
{
    *name = p->parts[p->nparts - 1];
    return open_dir(f, p, p->nparts - 1, fd);
}

/* Open a plain file in a folder. O_NONBLOCK: a planted FIFO must not hang the router; it is refused afterwards. */
static enum file_result open_in(int dir, const char *name, int flags, int *fd, struct stat *st)
{
    bool is_dir = false;
    *fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    if (*fd < 0)
        return errno == ENXIO ? FILE_NOT_FOUND : result_of(errno);
    enum file_result r = fstat(*fd, st) < 0 ? result_of(errno) : kind_of(st, &is_dir);
    if (r == FILE_OK && is_dir)
        r = FILE_IS_DIR;
    if (r != FILE_OK)
        close(*fd);
    return r;
}

/* Open the plain file that a path names; *name: its last part. *fd is the caller's to close. */
static enum file_result open_file(struct files *f, const struct file_path *p, int flags, int *fd, struct stat *st,
                                  const char **name)
{
    int dir;
    enum file_result r = open_parent(f, p, &dir, name);
    if (r != FILE_OK)
        return r;
    r = open_in(dir, *name, flags, fd, st);
    close(dir);
    return r;
}

/* What a name in a folder stands for. */
static enum file_result look(int dir, const char *name, struct stat *st, bool *is_dir)
{
    return fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW) < 0 ? result_of(errno) : kind_of(st, is_dir);
}

static enum file_result write_all(int fd, const void *data, size_t len)
{
    const char *p = data;
    while (len) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? result_of(errno) : FILE_IO;
        p += n;
        len -= (size_t)n;
    }
    return FILE_OK;
}

static enum file_result info_of(const char *name, const struct stat *st, struct file_info *out);

static enum file_result disk_open(struct files *f, const struct file_path *p, struct file_reader **out,
                                  struct file_info *info)
{
    int fd;
    const char *name;
    struct stat st;
    enum file_result r = open_file(f, p, O_RDONLY, &fd, &st, &name);
    if (r != FILE_OK)
        return r;
    struct disk_reader *d = NEW(struct disk_reader);
    d->fd = fd;
    *out = &d->common;
    return info_of(name, &st, info);
}

static enum file_result disk_get(struct file_reader *r, void *buf, size_t max, size_t *n)
{
    ssize_t got;
    do
        got = read(((struct disk_reader *)r)->fd, buf, max);
    while (got < 0 && errno == EINTR);
    *n = got > 0 ? (size_t)got : 0;
    return got < 0 ? result_of(errno) : FILE_OK;
}

static int disk_fd(const struct file_reader *r)
{
    return ((const struct disk_reader *)r)->fd;
}

static void disk_close(struct file_reader *r)
{
    close(((struct disk_reader *)r)->fd);
    mem_free(r);
}

static enum file_result disk_read(struct files *f, const struct file_path *p, struct text *out)
{
    int fd;
    const char *name;
    struct stat st;
    enum file_result r = open_file(f, p, O_RDONLY, &fd, &st, &name);
    if (r != FILE_OK)
        return r;

    size_t before = out->len;
    char block[16384];
    ssize_t n;
    while ((n = read(fd, block, sizeof block)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        r = n < 0 ? result_of(errno) : out->len - before + (size_t)n > FILE_SIZE_MAX ? FILE_TOO_BIG : FILE_OK;
        if (r != FILE_OK)
            break;
        text_addn(out, block, (size_t)n);
    }
    close(fd);
    if (r != FILE_OK && out->s) {
        out->len = before;
        out->s[before] = '\0';
    }
    return r;
}

/* What was written bears the router's time, if there is one. */
static void stamp(struct files *f, int fd)
{
    if (!f->wall)
        return;
    int64_t us = f->wall(f->wall_arg);
    struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    futimens(fd, (struct timespec[2]){t, t}); /* on a file system without times it stays as it is */
}

/* A folder in which a name came or went. */
static enum file_result settle(struct files *f, int dir)
{
    stamp(f, dir);
    return fsync(dir) < 0 ? result_of(errno) : FILE_OK;
}

struct disk_writer {
    struct file_writer common; /* first */
    int dir, fd;
    uint64_t len;
    char name[sizeof((struct file_info *)0)->name], temp[sizeof FILE_OWN_PREFIX + 24];
};

static void disk_abandon(struct file_writer *writer)
{
    struct disk_writer *w = (struct disk_writer *)writer;
    if (w->fd >= 0)
        close(w->fd);
    unlinkat(w->dir, w->temp, 0);
    close(w->dir);
    mem_free(w);
}

static enum file_result not_a_folder(int dir, const char *name)
{
    struct stat st;
    bool is_dir = false;
    return look(dir, name, &st, &is_dir) == FILE_OK && is_dir ? FILE_IS_DIR : FILE_OK;
}

static enum file_result disk_create(struct files *f, const struct file_path *p, struct file_writer **out)
{
    int dir;
    const char *name;
    enum file_result r = open_parent(f, p, &dir, &name);
    if (r != FILE_OK)
        return r;
    struct disk_writer *w = NEW(struct disk_writer);
    w->common.files = f;
    w->dir = dir;
    str_copy(w->name, sizeof w->name, name);
    snprintf(w->temp, sizeof w->temp, FILE_OWN_PREFIX "%llu", (unsigned long long)++((struct files_disk *)f)->temps);
    r = not_a_folder(dir, name);
    if (r == FILE_OK) {
        unlinkat(dir, w->temp, 0);
        w->fd = openat(dir, w->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (w->fd >= 0) {
            *out = &w->common;
            return FILE_OK;
        }
        r = result_of(errno);
    }
    close(dir);
    mem_free(w);
    return r;
}

static enum file_result disk_put(struct file_writer *writer, const void *data, size_t len)
{
    struct disk_writer *w = (struct disk_writer *)writer;
    if (len > FILE_SIZE_MAX - w->len)
        return FILE_TOO_BIG;
    w->len += len;
    return write_all(w->fd, data, len);
}

static enum file_result disk_commit(struct file_writer *writer)
{
    struct disk_writer *w = (struct disk_writer *)writer;
    struct files *f = writer->files;
    stamp(f, w->fd);
    enum file_result r = fsync(w->fd) < 0 ? result_of(errno) : FILE_OK;
    if (close(w->fd) < 0 && r == FILE_OK)
        r = result_of(errno);
    w->fd = -1;
    if (r == FILE_OK)
        r = not_a_folder(w->dir, w->name); /* one may have been made since */
    if (r == FILE_OK && renameat(w->dir, w->temp, w->dir, w->name) < 0)
        r = result_of(errno);
    if (r == FILE_OK)
        r = settle(f, w->dir);
    disk_abandon(writer);
    return r;
}

static enum file_result disk_replace(struct files *f, const struct file_path *p, const void *data, size_t len)
{
    struct file_writer *w;
    enum file_result r = disk_create(f, p, &w);
    if (r != FILE_OK)
        return r;
    r = disk_put(w, data, len);
    if (r == FILE_OK)
        return disk_commit(w);
    disk_abandon(w);
    return r;
}

static enum file_result disk_append(struct files *f, const struct file_path *p, const void *data, size_t len)
{
    int fd;
    const char *name;
    struct stat st;
    enum file_result r = open_file(f, p, O_WRONLY | O_APPEND | O_CREAT, &fd, &st, &name);
    if (r != FILE_OK)
        return r;
    if ((uint64_t)st.st_size > FILE_SIZE_MAX || len > FILE_SIZE_MAX - (uint64_t)st.st_size)
        r = FILE_TOO_BIG;
    else
        r = write_all(fd, data, len);
    stamp(f, fd);
    if (close(fd) < 0 && r == FILE_OK)
        r = result_of(errno);
    return r;
}

static enum file_result disk_remove(struct files *f, const struct file_path *p)
{
    int dir;
    const char *name;
    struct stat st;
    bool is_dir = false;
    enum file_result r = open_parent(f, p, &dir, &name);
    if (r != FILE_OK)
        return r;
    r = look(dir, name, &st, &is_dir);
    if (r == FILE_OK && is_dir)
        r = FILE_IS_DIR;
    if (r == FILE_OK)
        r = unlinkat(dir, name, 0) < 0 ? result_of(errno) : settle(f, dir);
    close(dir);
    return r;
}

static enum file_result disk_mkdir(struct files *f, const struct file_path *p)
{
    int dir;
    const char *name;
    enum file_result r = open_parent(f, p, &dir, &name);
    if (r != FILE_OK)
        return r;
    int fd = -1;
    if (mkdirat(dir, name, 0700) < 0)
        r = result_of(errno);
    else if ((fd = openat(dir, name, OPEN_DIR)) >= 0)
        r = settle(f, fd);
    if (r == FILE_OK)
        r = settle(f, dir);
    if (fd >= 0)
        close(fd);
    close(dir);
    return r;
}

static enum file_result disk_rmdir(struct files *f, const struct file_path *p)
{
    int dir;
    const char *name;
    struct stat st;
    bool is_dir = false;
    enum file_result r = open_parent(f, p, &dir, &name);
    if (r != FILE_OK)
        return r;
    r = look(dir, name, &st, &is_dir);
    if (r == FILE_OK && !is_dir)
        r = FILE_NOT_DIR;
    if (r == FILE_OK)
        r = unlinkat(dir, name, AT_REMOVEDIR) < 0 ? errno == EEXIST ? FILE_NOT_EMPTY : result_of(errno)
                                                  : settle(f, dir);
    close(dir);
    return r;
}

static enum file_result disk_rename(struct files *f, const struct file_path *from, const struct file_path *to)
{
    int a, b;
    const char *old, *new;
    struct stat st;
    bool is_dir = false;
    enum file_result r = open_parent(f, from, &a, &old);
    if (r != FILE_OK)
        return r;
    r = open_parent(f, to, &b, &new);
    if (r != FILE_OK) {
        close(a);
        return r;
    }
    r = look(a, old, &st, &is_dir);
    if (r == FILE_OK)
        r = renameat2(a, old, b, new, RENAME_NOREPLACE) < 0 ? result_of(errno) : settle(f, b);
    if (r == FILE_OK)
        r = settle(f, a);
    close(a);
    close(b);
    return r;
}

/* Empty a folder, which is taken over: all of it, or what a killed process was writing in it. */
static enum file_result empty(int fd, bool all, unsigned depth)
{
    enum file_result r = fd < 0 ? result_of(errno) : FILE_OK;
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return r == FILE_OK ? FILE_IO : r;
    }
    for (struct dirent *e; (e = readdir(dir));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        int below = -1;
        if (depth < 2 * FILE_DEPTH_MAX && (e->d_type == DT_DIR || e->d_type == DT_UNKNOWN))
            below = openat(dirfd(dir), e->d_name, OPEN_DIR);
        if (below >= 0) {
            enum file_result inner = empty(below, all, depth + 1);
            r = r == FILE_OK ? inner : r;
        }
        if (!all && !str_starts(e->d_name, FILE_OWN_PREFIX))
            continue;
        if (unlinkat(dirfd(dir), e->d_name, below >= 0 ? AT_REMOVEDIR : 0) < 0 && r == FILE_OK)
            r = result_of(errno);
    }
    if (fsync(dirfd(dir)) < 0 && r == FILE_OK)
        r = result_of(errno);
    closedir(dir);
    return r;
}

static enum file_result disk_format(struct files *f, enum file_system system)
{
    return empty(openat(((struct files_disk *)f)->root[system], ".", OPEN_DIR), true, 0);
}

static enum file_result info_of(const char *name, const struct stat *st, struct file_info *out)
{
    *out = (struct file_info){0};
    enum file_result r = kind_of(st, &out->dir);
    if (r != FILE_OK)
        return r;
    if (!str_copy(out->name, sizeof out->name, name))
        return FILE_NOT_FOUND;
    out->size = out->dir ? 0 : (uint64_t)st->st_size;
    out->mtime_us = (int64_t)st->st_mtim.tv_sec * 1000000 + st->st_mtim.tv_nsec / 1000;
    return FILE_OK;
}

static enum file_result disk_stat(struct files *f, const struct file_path *p, struct file_info *out)
{
    int dir;
    const char *name = "";
    struct stat st;
    enum file_result r = p->nparts ? open_parent(f, p, &dir, &name) : open_dir(f, p, 0, &dir);
    if (r != FILE_OK)
        return r;
    int rc = p->nparts ? fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) : fstat(dir, &st);
    r = rc < 0 ? result_of(errno) : info_of(name, &st, out);
    close(dir);
    return r;
}

static enum file_result disk_list(struct files *f, const struct file_path *p,
                                  bool (*add)(void *, const struct file_info *), void *arg)
{
    int fd;
    enum file_result r = open_dir(f, p, p->nparts, &fd);
    if (r != FILE_OK)
        return r;
    DIR *dir = fdopendir(fd);
    if (!dir) {
        r = result_of(errno);
        close(fd);
        return r;
    }
    for (;;) {
        struct stat st;
        struct file_info info;
        errno = 0;
        struct dirent *e = readdir(dir);
        if (!e) {
            r = errno ? result_of(errno) : FILE_OK;
            break;
        }
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || str_starts(e->d_name, FILE_OWN_PREFIX))
            continue;
        if (fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || info_of(e->d_name, &st, &info) != FILE_OK)
            continue;
        if (!add(arg, &info)) {
            r = FILE_TOO_BIG;
            break;
        }
    }
    closedir(dir);
    return r;
}

static enum file_result disk_space(struct files *f, const struct file_path *p, uint64_t *total, uint64_t *avail)
{
    struct statvfs vfs;
    if (fstatvfs(((struct files_disk *)f)->root[p->system], &vfs) < 0)
        return result_of(errno);
    *total = (uint64_t)vfs.f_blocks * vfs.f_frsize;
    *avail = (uint64_t)vfs.f_bavail * vfs.f_frsize;
    return FILE_OK;
}

static void disk_free(struct files *f)
{
    struct files_disk *d = (struct files_disk *)f;
    for (int i = 0; i < FILE_SYSTEMS; i++)
        if (d->root[i] >= 0)
            close(d->root[i]);
    mem_free(d);
}

static const struct file_ops disk_ops = {
    .free = disk_free,
    .read = disk_read,
    .replace = disk_replace,
    .append = disk_append,
    .remove = disk_remove,
    .mkdir = disk_mkdir,
    .rmdir = disk_rmdir,
    .rename = disk_rename,
    .format = disk_format,
    .open = disk_open,
    .get = disk_get,
    .fd = disk_fd,
    .close = disk_close,
    .create = disk_create,
    .put = disk_put,
    .commit = disk_commit,
    .abandon = disk_abandon,
    .stat = disk_stat,
    .list = disk_list,
    .space = disk_space,
};

struct files *files_new(int dir_fd)
{
    static const char *const folders[FILE_SYSTEMS] = {[SYSTEM_DISK0] = "disk0", [SYSTEM_NVRAM] = "nvram"};
    struct files_disk *d = NEW(struct files_disk);
    d->common.ops = &disk_ops;
    for (int i = 0; i < FILE_SYSTEMS; i++)
        d->root[i] = -1;
    for (int i = 0; i < FILE_SYSTEMS; i++) {
        if (mkdirat(dir_fd, folders[i], 0700) == 0)
            fsync(dir_fd);
        else if (errno != EEXIST)
            break;
        d->root[i] = openat(dir_fd, folders[i], OPEN_DIR);
        if (d->root[i] < 0)
            break;
        (void)!empty(openat(d->root[i], ".", OPEN_DIR), false, 0);
    }
    if (d->root[FILE_SYSTEMS - 1] < 0) {
        int err = errno;
        disk_free(&d->common);
        errno = err;
        return NULL;
    }
    return &d->common;
}
