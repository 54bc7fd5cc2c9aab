/* story.h: what a replay tells: the story as it happens, and the verdict at its end. */
#ifndef CLI_OFFLINE_STORY_H
#define CLI_OFFLINE_STORY_H

#include <stdio.h>

#include "cli/offline/answers.h"
#include "cli/offline/expect.h"
#include "cli/offline/verdict.h"

#define STORY_OWN_LINE                                                                                                 \
    (UINT32_C(1) << 31) /* in fact_syslog.held: the line is of the saved log, not one that was posted */

struct story;
/* quiet: the verdict alone. All borrowed. */
struct story *story_new(FILE *out, enum story_format format, bool quiet);
void story_free(struct story *s); /* NULL-safe */
const struct eem_observer *story_observer(struct story *s);
/* Whoever shows progress on stderr says here whether it stands there now; it is erased before something is told. */
#define PROGRESS_CLEAR "\r\033[K"
void story_progress(struct story *s, bool *shown);
struct answers_hear story_hear(struct story *s);
/* When the desk is there: listen to its log and its traps. */
void story_begin(struct story *s, struct desk *d, struct expectations *e);
/* The next line of the log; number from 1; 0: none (before the first, behind the last). Its text is kept by the caller. */
void story_line(struct story *s, uint64_t number, const char *line, size_t len);
/* What the next line is, when it is to be explained why applets do not fire by it; NULL: everything that it caused has
 * happened, tell. */
struct eem_moment;
void story_why(struct story *s, const struct eem_moment *m);
/* An operator's command, and what becomes of it; what an applet prints to his terminal. */
void story_command(struct story *s, const char *command, const char *what);
void story_printed(struct story *s, const char *text);
/* Does an applet fire again and again, by what no line of the log says? Then it is told that the replay ends. */
bool story_ravings(struct story *s);
/* How the configuration came in: registered applets, refused lines. */
void story_config(struct story *s, const struct config *c);
/* Applets, expectations. False: something was expected and did not happen. */
bool story_end(struct story *s, const struct config *c, const char *log, uint64_t lines);
#endif
