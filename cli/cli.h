/* cli.h: the command line of one router: its own commands and settings, and the sessions. The root makes it from an
 * environment, compiles all tables into one grammar (with the cli as the owner of cli's own tables) and gives that
 * back:
 *
 *   cli = cli_new(&env);                                     tables: cli_tables(&n), each with cli as its self, and
 * those of the engines g = grammar_new(tables, selves, n, &err); cli_set_grammar(cli, g); cli_boot(cli, &messages,
 * &refused);                      type startup-config session_new(cli_shells(cli), ...), shell_open(cli_shells(cli),
 * ...) cli_free(cli); grammar_free(g);                          sessions end in cli_free
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/file.h"
#include "espial/shell.h"
#include "espial/text.h"

struct cli;
struct loop;
struct bus;
struct children;
struct log;
struct files;
struct debug_registry;
struct grammar;
struct cmd_table;

struct cli_env {
    struct loop *loop;
    struct bus *bus;
    struct log *log;
    struct files *files;
    struct children *children; /* NULL: there are none (simulation) */
    struct debug_registry *debug;
    bool iosxe;           /* platform: wording of show version, "version" in running-config */
    const char *hostname; /* to begin with; NULL or "" for "Router". Copied */
    const char *version;  /* of espial: "0.1.0". Kept */
    const char *serial;   /* Processor board ID; NULL: made from the hostname. Kept */
    const char *returned; /* "System returned to ROM by": "power-on", "reload". Kept */
    void *arg;            /* for the callbacks */
    /* `reload` was confirmed (its message is in the log). Called from inside a session's command: tear the router down
     * in a later turn. */
    void (*reload)(void *arg);
    /* Lines of show version between the processor and the configuration register: "3 Ethernet interfaces\n". May be
     * NULL. */
    void (*version_lines)(void *arg, struct text *out);
    /* Memory of the process in kilobytes: what the limit or machine has, what is in use. May be NULL: then those words
     * are left out. */
    bool (*memory)(void *arg, uint64_t *total_kb, uint64_t *used_kb);
};

struct cli *cli_new(const struct cli_env *env);
void cli_free(struct cli *c); /* NULL-safe */
void cli_set_grammar(struct cli *c, struct grammar *g);
struct shells *cli_shells(struct cli *c);
/* cli's own tables; self of each: the cli. */
const struct cmd_table *const *cli_tables(size_t *n);
const char *cli_hostname(const struct cli *c);
/* Type nvram:startup-config. What was said goes to messages; refused: how many lines were. FILE_NOT_FOUND: there is
 * none, which is no fault. */
MUST_USE enum file_result cli_boot(struct cli *c, struct text *messages, size_t *refused);
#endif
