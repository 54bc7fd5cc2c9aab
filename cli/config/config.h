/* config.h: what a matched configuration line does to the objects behind it (SET, LINE, MODE rows), and those objects
 * printed as running-config. DO rows are the shell's. */
#ifndef ESPIAL_CLI_CONFIG_H
#define ESPIAL_CLI_CONFIG_H

#include "cli/grammar/grammar.h"

enum config_result {
    CONFIG_TAKEN,   /* done, or nothing to do (`no` of something absent) */
    CONFIG_ENTER,   /* a MODE row: go to next->mode with next->obj */
    CONFIG_REFUSED, /* "% ..." was printed to out; nothing changed */
};
struct config_next {
    enum cmd_mode mode;
    void *obj;
};
/* Run a matched SET, LINE or MODE row. obj: the object of the mode that the line matched in (NULL in CONFIG). Calls
 * scope->check before and scope->changed after: of the object itself, then of the owner of its list (CMD_CHANGED). Not
 * called when nothing differs. */
enum config_result MUST_USE config_run(struct grammar *g, const struct match *m, void *obj, struct out *out,
                                       struct config_next *next);
/* A session goes from one mode to another (exit, end, another line, its end): scope->left of every object that it is no longer within. Going into a mode of the
 * object's own leaves nothing. */
void config_leave(struct grammar *g, enum cmd_mode from, void *from_obj, enum cmd_mode to, const void *to_obj,
                  struct out *out);
/* Does the object of a sub-mode still exist? Ask before each line: another session, or `no ...`, may have removed it.
 * Always true for CONFIG and EXEC. */
bool config_alive(struct grammar *g, enum cmd_mode mode, const void *obj);

/* The section of order.def that a CONFIG row is printed in; listed: false when only the catch-all takes it. */
size_t config_section(const struct cmd_row *row, bool *listed);

/* The mode that a sub-mode is entered from, and the object of that mode that holds obj (NULL in CONFIG). */
void *config_outer(struct grammar *g, enum cmd_mode mode, const void *obj, enum cmd_mode *outer);

/* A line that stands in every saved configuration and sets nothing ("version 16.9", "boot-start-marker"): taken
 * silently wherever it is typed. */
bool config_is_mark(const char *line);

/* The body of running-config: what stands between the line "version ..." and the line "end", sections in the order of
 * order.def, '!' between and after them. all: defaults too. */
void config_running(struct grammar *g, bool all, struct text *out);
/* The lines of an object of a sub-mode, as they stand below its own line, without their indentation. */
void config_say_object(struct grammar *g, enum cmd_mode mode, const void *obj, struct text *out);
/* Only the top-level lines that are `head` or go on after it ("interface Ethernet0/0"), each with its indented lines.
 * False when there is none. */
bool config_running_section(struct grammar *g, const char *head, struct text *out);
#endif
