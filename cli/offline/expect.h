/* expect.h: what a test expects of its applets: `! expect: ...` comments, and whether it came true. */
#ifndef CLI_OFFLINE_EXPECT_H
#define CLI_OFFLINE_EXPECT_H

#include "cli/offline/config.h"

enum expect_kind {
    EXPECT_FIRES,   /* how often: least..most */
    EXPECT_AT_LINE, /* fires at line number */
    EXPECT_RUNS,    /* types a command: text */
    EXPECT_LOGS,    /* a line of its own that holds text */
    EXPECT_TRAPS,   /* a trap, whose strdata holds text */
    EXPECT_MAILS,   /* a mail that holds text */
    EXPECT_SETS,    /* a variable ends as: name, text */
    EXPECT_ENDS,    /* every run ends so: enum eem_end */
    EXPECT_STATUS,  /* a run's exit status: number */
    EXPECT_TAKES,   /* no run takes longer: microseconds */
};
struct expectation {
    unsigned line; /* of the configuration */
    char applet[EEM_NAME_MAX];
    char *text;  /* as written */
    char *fault; /* it cannot be read: why; NULL: it can */
    enum expect_kind kind;
    bool not ;
    uint64_t least, most, number;
    char *wanted;    /* a command, a part of a line */
    char name[64];   /* of a variable */
    uint64_t times;  /* that it was so */
    char *otherwise; /* what came instead, the last of it */
};
struct expectations {
    struct expectation *v;
    size_t n;
};
/* Read the comments of a configuration. */
void expect_read(struct expectations *e, const struct config *c);
void expect_free(struct expectations *e);
/* What happens, as it happens. */
void expect_fired(struct expectations *e, const char *applet, uint64_t line);
void expect_text(struct expectations *e, const char *applet, enum expect_kind kind, const char *text);
void expect_set(struct expectations *e, const char *applet, const char *name, const char *value);
void expect_ended(struct expectations *e, const char *applet, enum eem_end how, uint64_t took_us, int32_t status);
/* Was it met? Otherwise (or when it cannot be read) why says so. */
bool expect_met(const struct expectation *x, struct text *why);
#endif
