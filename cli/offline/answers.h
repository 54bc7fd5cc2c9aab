/* answers.h: the command line that applets type into on a desk: commands are answered from a file. */
#ifndef CLI_OFFLINE_ANSWERS_H
#define CLI_OFFLINE_ANSWERS_H

#include "cli/offline/desk.h"
#include "espial/shell.h"

struct answers;

enum typed_as {
    TYPED_ANSWERED,
    TYPED_KNOWN /* by itself: enable, configure terminal ... */,
    TYPED_NO_ANSWER /* refused */,
    TYPED_STUCK /* a question that nobody answers */
};
struct answers_hear {
    void *arg;
    /* An applet has typed a line. output: what came back, up to the next prompt; NULL for TYPED_STUCK's question alone. */
    void (*typed)(void *arg, const char *applet, const char *prompt, const char *line, enum typed_as as,
                  const char *output);
};
/* path NULL: no file, every command is unknown. NULL with why on stderr. accept: unknown commands do nothing, and are not
 * refused. */
struct answers *answers_new(const char *path, const struct answers_hear *hear, bool accept);
void answers_free(struct answers *a); /* NULL-safe */
struct shells *answers_shells(struct answers *a);
/* Before the first command. */
void answers_set_desk(struct answers *a, struct desk *d);
#endif
