/* story_local.h: a story while it is told; story.c tells what applets do, story_sent.c what they send. */
#ifndef CLI_OFFLINE_STORY_LOCAL_H
#define CLI_OFFLINE_STORY_LOCAL_H

#include "cli/offline/story.h"

#define VALUE_TOLD 160 /* bytes of a value */
#define RUNS_KEPT  64  /* that are told of at once */

struct kept_var {
    uint64_t name, value; /* hashes */
};
struct kept_run {
    uint32_t job; /* 0: free */
    uint64_t steps;
    char label[32];
    bool untold;
    struct kept_var *vars;
    size_t nvars;
};
struct story {
    FILE *out;
    enum story_format format;
    bool quiet;
    struct desk *desk;
    struct expectations *expect;
    struct eem_observer observer;
    uint64_t line; /* of the log; 0: none */
    uint64_t behind; /* the last one that there was */
    const char *text;
    size_t len;
    bool line_told;
    bool *progress; /* a line of it stands on stderr */
    const struct eem_moment *why; /* the line that is to be explained */
    struct text seen;              /* applets that something happened to, ",a,b," */
    struct kept_run runs[RUNS_KEPT];
    struct tally *tallies;
    size_t ntallies;
};

/* Is anything told as it happens? */
bool story_told(const struct story *s);
/* At most `most` bytes of s[0..len), line ends as \n and \r, other controls as dots. */
void story_clean(FILE *out, const char *s, size_t len, size_t most);
/* Of an applet that keeps itself going: no more until the next line of the log. */
bool story_untold(const struct story *s, const char *applet);
/* The head of an event's line: true when it is to be told at all. */
bool story_head(struct story *s, const char *applet);

/* story_sent.c: of the bus (struct fact_syslog, struct fact_trap), of the observer. */
void story_on_log(void *arg, const void *fact);
void story_on_trap(void *arg, const void *fact);
void story_on_mail(void *arg, const struct eem_run_seen *run, const struct eem_mail_seen *m);
#endif
