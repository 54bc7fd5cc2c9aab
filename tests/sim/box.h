/* box.h: whole routers in one process and in virtual time: a test reads as a story: take hub and spoke from samples/, type a line, run five seconds, expect a log
 * line, a counter, a file. The same seed gives the same story, byte for byte. */
#ifndef ESPIAL_TESTS_SIM_BOX_H
#define ESPIAL_TESTS_SIM_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/app/router.h"
#include "tests/sim/wire.h"

#define BOX_NODES_MAX 64
#define BOX_LINKS_MAX 64

struct box;
struct box *box_new(uint64_t seed);
void box_free(struct box *b);
struct loop *box_loop(struct box *b);

/* A router whose startup-config is this text (or a file under samples/). Names are its handle from then on. */
void box_node(struct box *b, const char *name, const char *config);
void box_node_file(struct box *b, const char *name, const char *sample);
struct wire *box_link(struct box *b, const char *a, const char *a_if, const char *z, const char *z_if);
/* The incident's lab: hub, isp, spoke of samples/invalid-spi, linked as in its lab.yml. */
struct box *box_incident(uint64_t seed);
void box_boot(struct box *b);

/* What this node's mail and syslog over TCP go through; before box_boot. */
struct streams;
void box_streams(struct box *b, const char *node, struct streams *streams);
/* From now on so many percent of the processor are in use; 0 at first: in virtual time work takes none. */
void box_busy(struct box *b, unsigned percent);

struct router *box_router(struct box *b, const char *node);
/* Type a line at privilege 15 (one session a node, modes kept) and run until it is done, at most five virtual minutes; what was printed. Fails the test when it does not end. */
const char *box_type(struct box *b, const char *node, const char *line);
/* Several lines, '\n' between. */
void box_type_all(struct box *b, const char *node, const char *lines);
/* As box_type, but go on at once: box_done tells. */
void box_start(struct box *b, const char *node, const char *line);
bool box_done(struct box *b, const char *node);
const char *box_output(struct box *b, const char *node);

void box_run(struct box *b, uint64_t us);
/* Run until the node's log (since `from`, box_log_len) has a line that contains text; false after `us`. */
bool box_wait_log(struct box *b, const char *node, size_t from, const char *text, uint64_t us);
/* All log lines of a node since the box was made, reloads included, '\n' between. */
const char *box_log(struct box *b, const char *node);
size_t box_log_len(struct box *b, const char *node);
size_t box_log_count(struct box *b, const char *node, size_t from, const char *text);
/* Power-cycle. */
void box_reload(struct box *b, const char *node);
/* The node's file systems, which outlive its routers. */
struct files *box_files(struct box *b, const char *node);
/* A file of the node; "" when there is none. */
const char *box_file(struct box *b, const char *node, const char *path);
/* Write one. */
void box_put(struct box *b, const char *node, const char *path, const char *text);
#endif
