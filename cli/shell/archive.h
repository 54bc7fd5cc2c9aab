/* archive.h: copies of running-config kept as files, and the log of configuration commands. What `archive` configures. */
#ifndef CLI_SHELL_ARCHIVE_H
#define CLI_SHELL_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/conf.h"
#include "espial/file.h"
#include "espial/text.h"

struct clock;
struct log;
struct loop;
struct shells;

#define ARCHIVE_MAX      14
#define ARCHIVE_LOG_MAX  1000
#define ARCHIVE_LINE_MAX 256 /* bytes of a logged command */

/* archive / log config */
struct archive_log_conf {
    bool enable, hidekeys, notify;
    uint16_t size; /* entries kept: 100 */
};
/* archive */
struct archive_conf {
    char path[160]; /* "": the feature is off */
    uint8_t maximum; /* 1-14: 10 */
    bool write_memory;
    uint32_t period_min; /* 0: never by itself */
    struct conf_list logs; /* struct archive_log_conf: none or one */
};

struct archive;
struct archive_env {
    struct shells *shells;
    struct loop *loop;
    struct clock *clock;
    struct files *files;
    struct log *log;
    const char *(*hostname)(void *arg);
    /* Copies on other machines, as in struct shells_env; spoken: such a name without its password. */
    bool (*is_remote)(void *arg, const char *url);
    void *(*send)(void *arg, const char *url, struct text *text, void (*done)(void *done_arg, const char *why),
                  void *done_arg);
    void (*send_cancel)(void *sending);
    void (*spoken)(const char *url, char out[256]);
    void *arg;
};
struct archive *archive_new(const struct archive_env *env);
void archive_free(struct archive *a); /* NULL-safe */
/* What is asked now; NULL: nothing. */
void archive_conf_changed(struct archive *a, const struct archive_conf *c);

bool archive_is_on(const struct archive *a);
bool archive_is_remote(const struct archive *a);
/* Write a copy; the oldest goes when there are too many. name: of the file, as it is spoken of. One for another machine is on its way then, and is listed when it
 * has come there. */
MUST_USE enum file_result archive_save(struct archive *a, char name[256]);
/* The same for another machine, with done called in a later turn, why NULL when it went well. NULL: the name is too long. */
struct archive_sending;
struct archive_sending *archive_send(struct archive *a, char name[256], void (*done)(void *arg, const char *why),
                                     void *arg);
void archive_send_cancel(struct archive *a, struct archive_sending *s); /* s NULL: nothing */
/* startup-config was written: a copy, if that is configured. */
void archive_startup_saved(struct archive *a);
/* show archive */
void archive_show(const struct archive *a, struct text *out);

/* A configuration command was taken. user: "" for nobody; line: "console", "vty0". sub: in a sub-mode. */
void archive_command(struct archive *a, unsigned session, const char *user, const char *line, bool sub,
                     const char *command);
struct archive_entry {
    unsigned index, session;
    char user[40], line[16], command[ARCHIVE_LINE_MAX];
};
/* The i-th entry kept, oldest first; NULL past the end. */
const struct archive_entry *archive_entry(const struct archive *a, size_t i);
void archive_log_clear(struct archive *a);
struct archive_log_stats {
    size_t sessions, session_bytes, entries, bytes;
    uint64_t session_allocated, session_freed, allocated, freed;
};
void archive_log_stats(const struct archive *a, struct archive_log_stats *out);
#endif
