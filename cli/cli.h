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

struct aaa;
struct cli;
struct loop;
struct rnd;
struct work;
struct clock;
struct bus;
struct children;
struct log;
struct files;
struct inet;
struct debug_registry;
struct grammar;
struct cmd_table;

/* Bytes. A pool's total is what it may have, not what it has taken. */
struct cli_pool {
    uint64_t head; /* address where it is kept: the first of its bytes that was taken */
    uint64_t total, used, lowest; /* lowest: least that was ever free */
    uint64_t largest;             /* greatest piece that is free */
};
struct cli_memory {
    struct cli_pool processor;    /* this process, of the machine's memory or its own limit */
    struct cli_pool io;           /* packet buffers */
    uint64_t heap, heap_free;     /* taken from the kernel for allocations; of that, given back and not in use */
    uint64_t io_made;             /* of the heap: packet buffers made so far */
    uint64_t io_taken, io_given;  /* buffers taken out of the pool and given back, in number */
};

struct cli_env {
    struct loop *loop;
    struct clock *clock;
    struct bus *bus;
    struct log *log;
    struct files *files;
    struct inet *inet; /* the router's own UDP; NULL: there is none, so no tftp: */
    struct work *work; /* for slow password checks */
    struct rnd *rnd;   /* for their salts */
    struct children *children; /* NULL: there are none (simulation) */
    struct debug_registry *debug;
    struct gate *gate; /* who watches commands; may be NULL */
    bool iosxe;           /* platform: wording of show version, "version" in running-config */
    const char *hostname; /* to begin with; NULL or "" for "Router". Copied */
    const char *version;  /* of espial: "0.1.0". Kept */
    const char *serial;   /* Processor board ID; NULL: made from the hostname. Kept */
    const char *returned; /* "System returned to ROM by": "power-on", "reload". Kept */
    void *arg;            /* for the callbacks */
    /* `reload` was confirmed (its message is in the log). Called from inside a session's command: tear the router down
     * in a later turn. */
    void (*reload)(void *arg);
    /* startup-config was written. May be NULL. */
    void (*startup_saved)(void *arg);
    /* Lines of show version between the processor and the configuration register: "3 Ethernet interfaces\n". May be
     * NULL. */
    void (*version_lines)(void *arg, struct text *out);
    /* The name of the i-th port that has a cable; NULL past the last. May be NULL. */
    const char *(*port)(void *arg, size_t i);
    /* Memory of the process. May be NULL, or false when it cannot be had: then what needs it says so, or is left out. */
    bool (*memory)(void *arg, struct cli_memory *out);
    /* Does a standard or extended access list permit packets from this source (host order)? One that does not exist permits. May be NULL: everything does. */
    bool (*permits)(void *arg, const char *acl, uint32_t source);
};

struct cli *cli_new(const struct cli_env *env);
void cli_free(struct cli *c); /* NULL-safe */
void cli_set_grammar(struct cli *c, struct grammar *g);
struct shells *cli_shells(struct cli *c);
struct aaa *cli_aaa(struct cli *c);
/* cli's own tables; self of each: the cli. */
const struct cmd_table *const *cli_tables(size_t *n);
/* An address, or a name of the host table, with or without the default domain. */
bool cli_resolve(const struct cli *c, const char *name, uint32_t *out);
const char *cli_hostname(const struct cli *c);
/* As the line `hostname` does. False: no legal hostname (1 to 63 characters). Without commit it is only asked. */
bool cli_rename(struct cli *c, const char *hostname, bool commit);
bool cli_quiet_prompts(const struct cli *c); /* `file prompt quiet` */
/* A line of a mode ("exec", "config-if"), typed at privilege 15, in full. False: no command of this router, and full is the line. */
bool cli_spell(struct cli *c, const char *mode, const char *line, struct text *full);
/* What software this is, in the lines that show version begins with and SNMP's sysDescr holds (without IOS-XE's own first line); appended. */
void cli_software(const struct cli *c, struct text *out);
const char *cli_domain(const struct cli *c); /* `ip domain name`; "" */
/* Type nvram:startup-config. What was said goes to messages; refused: how many lines were. FILE_NOT_FOUND: there is
 * none, which is no fault. */
MUST_USE enum file_result cli_boot(struct cli *c, struct text *messages, size_t *refused);
#endif
