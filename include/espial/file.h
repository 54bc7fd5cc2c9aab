/* file.h: the router's file systems. disk0: (also flash: bootflash: by alias) and nvram: are folders under the state directory, held by descriptor; a name
 * can never leave its folder (openat, no symlinks, no ..). In simulation the same calls work on a memory file system (files_memory_new).
 * Replacing a file is atomic: temporary, fsync, rename, fsync of the folder. Appending is O_APPEND. Paths look like "disk0:hub.txt" or "disk0:/dir/x";
 * a name without a file system is in the default one (disk0:). */
#ifndef ESPIAL_FILE_H
#define ESPIAL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/mem.h"
#include "espial/text.h"

struct files;

enum file_result { FILE_OK, FILE_NOT_FOUND, FILE_BAD_NAME, FILE_NO_SYSTEM, FILE_IS_DIR, FILE_NOT_DIR, FILE_EXISTS, FILE_NO_SPACE, FILE_READ_ONLY, FILE_TOO_BIG, FILE_IO };

/* The words IOS puts in parentheses: "No such file or directory", "Is a directory" ... */
const char *file_result_text(enum file_result r);

struct file_info {
    char name[128];
    bool dir;
    uint64_t size;
    int64_t mtime_us;
};

/* dir_fd: the state directory (borrowed); nvram/ and disk0/ are made in it when absent. NULL with errno when it cannot be used. */
struct files *files_new(int dir_fd);
struct files *files_memory_new(void);
void files_free(struct files *f);

MUST_USE enum file_result file_read(struct files *f, const char *path, struct text *out); /* whole file, at most 64 MB; appended to out */
MUST_USE enum file_result file_replace(struct files *f, const char *path, const void *data, size_t len);
MUST_USE enum file_result file_append(struct files *f, const char *path, const void *data, size_t len);
MUST_USE enum file_result file_delete(struct files *f, const char *path);
MUST_USE enum file_result file_mkdir(struct files *f, const char *path);
MUST_USE enum file_result file_stat(struct files *f, const char *path, struct file_info *out);
/* The entries of a folder, sorted by name; *out is an array of *n to be freed with mem_free. */
MUST_USE enum file_result file_list(struct files *f, const char *path, struct file_info **out, size_t *n);
/* Bytes in all and free, of a path's file system. */
MUST_USE enum file_result file_space(struct files *f, const char *path, uint64_t *total, uint64_t *avail);
/* "disk0:hub.txt" -> "disk0:/hub.txt": canonical form as IOS prints it. */
MUST_USE enum file_result file_canonical(struct files *f, const char *path, char out[256]);
#endif
