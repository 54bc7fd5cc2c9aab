/* file_local.h: what base/file.c asks of the two kinds of storage (file_disk.c, file_memory.c). */
#ifndef BASE_FILE_LOCAL_H
#define BASE_FILE_LOCAL_H

#include "espial/file.h"


enum { FILE_DEPTH_MAX = 16, FILE_PATH_MAX = 256, FILE_ENTRIES_MAX = 65536 };
enum file_system { SYSTEM_DISK0, SYSTEM_NVRAM, FILE_SYSTEMS };
/* Names that begin so are the storage's own (files being replaced): never accepted from outside, never listed. */
#define FILE_OWN_PREFIX ".~"

/* A name taken apart. parts[] are valid names: not empty, no "." or "..", no slash, no control characters. nparts 0: the system's own folder. */
struct file_path {
    enum file_system system;
    const char *prefix; /* the name of the system that was typed, in lower case: "flash:" */
    unsigned nparts;
    const char *parts[FILE_DEPTH_MAX];
    char text[FILE_PATH_MAX]; /* holds the parts */
};

struct file_ops {
    void (*free)(struct files *f);
    enum file_result (*read)(struct files *f, const struct file_path *p, struct text *out);
    enum file_result (*replace)(struct files *f, const struct file_path *p, const void *data, size_t len);
    enum file_result (*append)(struct files *f, const struct file_path *p, const void *data, size_t len);
    enum file_result (*remove)(struct files *f, const struct file_path *p);
    enum file_result (*mkdir)(struct files *f, const struct file_path *p);
    enum file_result (*rmdir)(struct files *f, const struct file_path *p);
    enum file_result (*rename)(struct files *f, const struct file_path *from,
                               const struct file_path *to); /* of one system */
    enum file_result (*format)(struct files *f, enum file_system system);
    enum file_result (*open)(struct files *f, const struct file_path *p, struct file_reader **out,
                             struct file_info *info);
    enum file_result (*get)(struct file_reader *r, void *buf, size_t max, size_t *n);
    int (*fd)(const struct file_reader *r);
    void (*close)(struct file_reader *r);
    enum file_result (*create)(struct files *f, const struct file_path *p, struct file_writer **out);
    enum file_result (*put)(struct file_writer *w, const void *data, size_t len);
    enum file_result (*commit)(struct file_writer *w);
    void (*abandon)(struct file_writer *w);
    enum file_result (*stat)(struct files *f, const struct file_path *p, struct file_info *out);
    /* Calls add for each entry, in any order, until it refuses. */
    enum file_result (*list)(struct files *f, const struct file_path *p,
                             bool (*add)(void *arg, const struct file_info *), void *arg);
    enum file_result (*space)(struct files *f, const struct file_path *p, uint64_t *total, uint64_t *avail);
};

struct files { /* first member of each storage */
    const struct file_ops *ops;
    int64_t (*wall)(void *arg); /* NULL: the storage's own idea of time */
    void *wall_arg;
    uint64_t changes; /* file_changes */
};
struct file_reader { /* first member of each storage's reader */
    struct files *files;
};
struct file_writer { /* first member of each storage's writer */
    struct files *files;
};
#endif
