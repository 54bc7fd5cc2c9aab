/* replay.h: a saved log, line by line, in its own time. */
#ifndef CLI_OFFLINE_REPLAY_H
#define CLI_OFFLINE_REPLAY_H

#include "cli/offline/story.h"

struct operator;
struct replay;
/* "-" is standard input. year 0: guessed. NULL with why on stderr. */
struct replay *replay_open(const char *path, int year);
void replay_close(struct replay *r); /* NULL-safe */
/* What the log's clock says when it begins, us UTC, with the zones and stamps of the desk's configuration; the desk's clock
 * is set to it. */
void replay_set_clock(struct replay *r, struct desk *d);
/* Of a log in which several routers' lines stand: those of this host alone. Before replay_set_clock; NULL: all. */
void replay_of(struct replay *r, const char *host);
/* How many lines were left out; 0 when there is no host. */
uint64_t replay_left_out(const struct replay *r);
/* Without a host: two that the lines are of; false when there are no two. */
bool replay_mixed(const struct replay *r, const char **one, const char **other);
/* Not one stamp was understood, in a log that is more than a few messages. */
bool replay_timeless(const struct replay *r);
/* All lines. False: the line `why` is of another host. why: of which line it is to be explained why applets did not fire; 0: none. progress: on stderr. */
bool replay_run(struct replay *r, struct desk *d, struct story *s, struct operator* o, uint64_t why, bool progress);
/* Behind the last line: until no run is left, an hour at most, ten seconds where applets only keep each other going;
 * seconds >= 0: exactly so long. */
void replay_after(struct replay *r, struct desk *d, struct story *s, int64_t seconds);
uint64_t replay_lines(const struct replay *r);
#endif
