/* shell.h: a command line without a terminal, for those who type by program: EEM, the startup file, `espial lab exec`, tests. Implemented by cli/shell; the
 * root hands over a struct shells. */
#ifndef ESPIAL_SHELL_H
#define ESPIAL_SHELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shells; /* the maker; one a router */
struct shell;  /* one session */

struct shell_params {
    const char *user;     /* "" for none */
    const char *
        origin; /* words of %SYS-5-CONFIG_I after "Configured from ": "console by console", "memory by console", "console by  on vty0 (EEM:name)" */
    uint8_t privilege;    /* at the start: 1 gives "R1>", 15 gives "R1#" */
    bool vty;             /* take a vty line (fails when all are taken) */
    bool echo;            /* prompt and typed line are part of the output, as a terminal session shows them */
    bool
        bypass_authorization; /* a vty's commands are run without `aaa authorization commands` being asked (EEM's `authorization bypass`) */
    const char
        *applet; /* EEM's applet that types: its commands catch none of the applets that wait for them; NULL: none */
    bool
        by_person; /* what is typed comes from somebody who logged in (`ssh host 'show version'`): enable wants its password */
    bool answers; /* whoever types answers questions with his next line; without it each gets its default answer */
    bool
        patient; /* a question that nobody answers is not answered: the line does not end; neither does one whose `until` never appears */
    bool config_file;     /* the startup file: lines are configuration from the first, errors name the line */
};

/* What a typed line gave. `output` is everything printed since the line was typed (with params.echo: beginning after the echoed line, ending with the next
 * prompt as IOS's $_cli_result does). refused: the router answered "% ..." and ran nothing. matched: `until` was found instead of a prompt.
 * asked: it ends with a question, and the next line typed is the answer. */
struct shell_result {
    const char *output;
    size_t len;
    bool refused, matched, asked, closed;
};
typedef void shell_done_fn(void *arg, const struct shell_result *r);

struct shells_ops {
    struct shell *(*open)(struct shells *, const struct shell_params *);
    void (*type)(struct shell *, const char *line, const char *until, shell_done_fn *done, void *arg);
    void (*close)(struct shell *);
    const char *(*prompt)(struct shell *);
};
struct shells {
    const struct shells_ops *ops;
};
struct shell_base { /* first member of every struct shell */
    struct shells *shells;
};

/* NULL when no vty line is free. */
static inline struct shell *shell_open(struct shells *s, const struct shell_params *p)
{
    return s->ops->open(s, p);
}
/* Type one line (without line end). done is called, never from inside this call, when the next prompt appears, or when the output matches the regex `until`
 * (NULL: only the prompt). One line at a time. */
static inline void shell_type(struct shell *sh, const char *line, const char *until, shell_done_fn *done, void *arg)
{
    ((struct shell_base *)sh)->shells->ops->type(sh, line, until, done, arg);
}
/* Ends the session (a running command is aborted, a pending done is not called). NULL-safe. */
static inline void shell_close(struct shell *sh)
{
    if (sh)
        ((struct shell_base *)sh)->shells->ops->close(sh);
}
/* "hub#": the current prompt. Valid until the next call. */
static inline const char *shell_prompt(struct shell *sh)
{
    return ((struct shell_base *)sh)->shells->ops->prompt(sh);
}
#endif
