/* file.h: the router's file systems. disk0: (also flash: bootflash: by alias) and nvram: are folders under the state directory, held by descriptor; a name
 * can never leave its folder (openat, no symlinks, no ..). In simulation the same calls work on a memory file system (files_memory_new).
 * Replacing a file is atomic: temporary, fsync, rename, fsync of the folder. Appending is O_APPEND. Paths look like "disk0:hub.txt" or "disk0:/dir/x";
 * a name without a file system is in the default one (disk0:). Big files are read and written in pieces (file_open, file_create). Times of files are those of
 * the router's calendar (files_set_wall). */
#ifndef ESPIAL_FILE_H
#define ESPIAL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/mem.h"
#include "espial/text.h"

struct files;

#define FILE_SIZE_MAX (UINT64_C(64) * 1024 * 1024) /* bytes of one file, wherever it is kept */

enum file_result { FILE_OK, FILE_NOT_FOUND, FILE_BAD_NAME, FILE_NO_SYSTEM, FILE_IS_DIR, FILE_NOT_DIR, FILE_EXISTS, FILE_NO_SPACE, FILE_READ_ONLY, FILE_TOO_BIG, FILE_NOT_EMPTY, FILE_IO };

/* The router's private half: its own keys. It is listed and can be deleted as any file; reading, writing and renaming it by name is FILE_READ_ONLY ("Permission
 * denied"), so that no command shows or sends it. */
#define FILE_PRIVATE "nvram:private-config"

/* The same for what SNMPv3 keeps: its engine and the keys of its users. */
#define FILE_PRIVATE_SNMP "nvram:private-snmp"

/* The words IOS puts in parentheses: "No such file or directory", "Is a directory" ... */
const char *file_result_text(enum file_result r);
/* What a name may begin with, "bootflash:" and on by the alphabet; NULL behind the last. *listed (NULL: not asked): help names it (the rest are old names). */
const char *file_system_nth(size_t i, bool *listed);

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
/* Whose calendar new and changed files are stamped with (us since 1970 UTC); NULL: the machine's on disk, 0 in memory. */
void files_set_wall(struct files *f, int64_t (*wall)(void *arg), void *arg);

MUST_USE enum file_result file_read(struct files *f, const char *path, struct text *out); /* whole file; appended to out */
MUST_USE enum file_result file_replace(struct files *f, const char *path, const void *data, size_t len);
/* FILE_PRIVATE or FILE_PRIVATE_SNMP, for its owner. */
MUST_USE enum file_result file_private_read(struct files *f, const char *path, struct text *out);
MUST_USE enum file_result file_private_replace(struct files *f, const char *path, const void *data, size_t len);
MUST_USE enum file_result file_append(struct files *f, const char *path, const void *data, size_t len);
MUST_USE enum file_result file_delete(struct files *f, const char *path);
MUST_USE enum file_result file_mkdir(struct files *f, const char *path);
MUST_USE enum file_result file_rmdir(struct files *f, const char *path); /* FILE_NOT_EMPTY; FILE_NOT_DIR for a file */
/* A file or folder gets another name in its file system. FILE_EXISTS when the new name is taken, FILE_BAD_NAME across systems or into itself. */
MUST_USE enum file_result file_rename(struct files *f, const char *from, const char *to);
/* Everything in a file system is removed; its name alone ("disk0:") is the path. */
MUST_USE enum file_result file_format(struct files *f, const char *path);
MUST_USE enum file_result file_stat(struct files *f, const char *path, struct file_info *out);
/* The entries of a folder, sorted by name; *out is an array of *n to be freed with mem_free. */
MUST_USE enum file_result file_list(struct files *f, const char *path, struct file_info **out, size_t *n);
/* Rises with every change that is tried through this object: whoever keeps a list looks again when it has. Others may change the folders meanwhile. */
uint64_t file_changes(const struct files *f);
/* Bytes in all and free, of a path's file system. */
MUST_USE enum file_result file_space(struct files *f, const char *path, uint64_t *total, uint64_t *avail);
/* "Flash:hub.txt" -> "flash:/hub.txt": as IOS prints it, under the name that was typed of its file system; without one, "disk0:". */
MUST_USE enum file_result file_canonical(struct files *f, const char *path, char out[256]);
/* Do both name the same thing (flash:x and disk0:/x do)? Bad names are the same as nothing. */
bool file_same(struct files *f, const char *a, const char *b);
/* A name as typed where `cwd` (canonical) is the current folder, to one that stands by itself: "x" and "/x" are in cwd's file system, "." and ".." are taken out
 * (one that would leave the file system stays, and the other calls refuse it). A prefix of no file system ("tftp:") is left alone. FILE_BAD_NAME: too long. */
MUST_USE enum file_result file_resolve(const char *cwd, const char *typed, char out[256]);

/* Reading in pieces. *info may be NULL. The reader sees the file as it was opened, whatever is renamed over it meanwhile. */
struct file_reader;
MUST_USE enum file_result file_open(struct files *f, const char *path, struct file_reader **out, struct file_info *info);
MUST_USE enum file_result file_reader_get(struct file_reader *r, void *buf, size_t max, size_t *n); /* *n 0: the end */
int file_reader_fd(const struct file_reader *r); /* a descriptor of this machine, borrowed; -1: there is none (memory) */
void file_reader_free(struct file_reader *r);    /* NULL-safe */
/* Writing in pieces beside the old file, which stays until the commit. At most 64 MB, else FILE_TOO_BIG. After an error only file_writer_free is left. */
struct file_writer;
MUST_USE enum file_result file_create(struct files *f, const char *path, struct file_writer **out);
MUST_USE enum file_result file_writer_put(struct file_writer *w, const void *data, size_t len);
MUST_USE enum file_result file_writer_commit(struct file_writer *w); /* whole, synced, renamed; frees w in every case */
void file_writer_free(struct file_writer *w);                        /* give up: as if it had never been; NULL-safe */
#endif
