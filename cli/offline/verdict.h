/* verdict.h: what a replay has shown. */
#ifndef CLI_OFFLINE_VERDICT_H
#define CLI_OFFLINE_VERDICT_H

#include <stdio.h>

#include "cli/offline/expect.h"

enum story_format { STORY_TEXT, STORY_TAP, STORY_JUNIT };
/* What became of one applet. */
struct tally {
    char applet[EEM_NAME_MAX];
    uint64_t fired, success, abort, timeout, longest_us, limited;
    uint64_t first_line, last_line;
    uint64_t row, row_line,
        row_us; /* times it fired in a row; the log's line before that, and when it was the last time */
};
struct verdict {
    FILE *out;
    enum story_format format;
    bool quiet;
    const struct tally *tallies;
    size_t ntallies;
    const struct expectations *expect;
    const struct config *config;
    const char *log; /* its name */
    uint64_t lines;  /* of it */
};
/* False: something was expected and did not happen, or a line was refused. */
bool verdict_tell(const struct verdict *v);
#endif
