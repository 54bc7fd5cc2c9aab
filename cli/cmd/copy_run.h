/* copy_run.h: one copy, when everything about it is known. */
#ifndef CLI_CMD_COPY_RUN_H
#define CLI_CMD_COPY_RUN_H

#include "cli/cmd/cmd_local.h"
#include "cli/copy/transfer.h"

enum copy_kind { COPY_RUNNING, COPY_STARTUP, COPY_FILE, COPY_NULL, COPY_REMOTE };
struct copy_end {
    enum copy_kind kind;
    char path[256]; /* COPY_FILE, COPY_STARTUP: canonical */
    struct url url; /* COPY_REMOTE */
};
/* What a name as typed stands for in this session. False: it was told what is wrong with it. */
bool copy_end_of(struct cmd_ctx *c, const char *typed, struct copy_end *out);
/* As IOS shows it: "disk0:/x", "tftp://10.0.0.1/x", "system:/running-config". */
char *copy_end_text(const struct copy_end *e, char out[URL_TEXT_MAX]);

struct copy_job;
/* Does it, telling how it goes on the command's output; `done` is called later, never from inside. */
struct copy_job *copy_run(struct cmd_ctx *c, const struct copy_end *from, const struct copy_end *to,
                          void (*done)(void *arg, enum cmd_result r), void *arg);
/* Stop at once: an unfinished file is as if it had never been. c->out is not touched. NULL-safe. */
void copy_cancel(struct copy_job *j);

/* A remote file read whole into *text (the caller's), as copy_run does it otherwise: for `more tftp://...`. */
struct copy_job *copy_fetch(struct cmd_ctx *c, const struct url *from, struct text *text,
                            void (*done)(void *arg, enum cmd_result r), void *arg);

/* A text sent to a remote file without a word: | redirect tftp:... and the like. *text is taken over. */
struct copy_send;
struct copy_send *copy_send(struct cli *cli, const struct url *to, struct text *text,
                            void (*done)(void *arg, enum transfer_end e), void *arg);
void copy_send_cancel(struct copy_send *s); /* NULL-safe */
#endif
